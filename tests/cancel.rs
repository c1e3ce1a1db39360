//! A stop is seen within a second, touches one job, and keeps what is finished.

use std::time::{Duration, Instant};

use debrief_core::stage::Stage;
use debrief_core::view::{StageState, StatusWord};

use crate::support::{Installation, fixture, settled, submit, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_speech_is_recognised_is_seen_within_a_second() {
    let installation = Installation::new();
    let app = installation.open().await;
    let long = installation.file("long.wav", &std::fs::read(fixture("speech.wav")).unwrap().repeat(1));
    let (stopped, other) = (submit(&app, &long), submit(&app, &fixture("speech.mp3")));
    until(&app, stopped, |view| view.stage == Some(Stage::Transcribe)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let asked = Instant::now();
    app.cancel(stopped).unwrap();
    let view = settled(&app, stopped).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?}", asked.elapsed());
    assert_eq!(view.status, StatusWord::Cancelled);
    let decoded = view.stages.iter().find(|stage| stage.stage == Stage::Decode).unwrap();
    assert_eq!(decoded.state, StageState::Done);
    assert_eq!(settled(&app, other).await.status, StatusWord::Completed);
    assert_eq!(installation.temporary(), [""; 0]);

    // Undo.
    app.retry(stopped, None).unwrap();
    assert_eq!(settled(&app, stopped).await.status, StatusWord::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_deleted_is_written_again_and_nothing_else_is_done() {
    let installation = Installation::new();
    let app = installation.open().await;
    let id = submit(&app, &fixture("speech.wav"));
    settled(&app, id).await;
    let page = app.page_to_open(id).unwrap();
    std::fs::remove_file(&page).unwrap();
    let failure = app.page_to_open(id).unwrap_err();
    assert!(failure.what.ends_with("has gone."), "{}", failure.what);

    let took = |view: &debrief_core::view::JobView| view.stages[2].took_ms;
    let before = took(&app.status(id).unwrap());
    app.retry(id, None).unwrap();
    let view = settled(&app, id).await;
    assert_eq!((view.status, took(&view)), (StatusWord::Completed, before));
    assert!(page.exists());
    assert_eq!(installation.pages().len(), 2);
}
