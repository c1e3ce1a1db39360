//! A stop is seen at once, touches one job, and keeps what is finished. How soon is measured by `benches/stages.rs`.

use std::time::{Duration, Instant};

use debrief_app::PageToOpen;
use debrief_core::stage::Stage;
use debrief_core::view::{StageState, StatusWord};

use crate::support::{Installation, fixture, settled, submit, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_speech_is_recognised_does_not_wait_for_the_recogniser() {
    let installation = Installation::new();
    let app = installation.open().await;
    let long = installation.file("long.wav", &repeated(&std::fs::read(fixture("speech.wav")).unwrap(), 20));
    let (stopped, other) = (submit(&app, &long), submit(&app, &fixture("speech.mp3")));
    until(&app, stopped, |view| view.stage == Some(Stage::Transcribe)).await;
    let asked = Instant::now();
    app.cancel(stopped).unwrap();
    let view = settled(&app, stopped).await;
    // Two minutes of speech take far longer.
    assert!(asked.elapsed() < Duration::from_secs(8), "it took {:?}", asked.elapsed());
    assert_eq!(view.status, StatusWord::Cancelled);
    let decoded = view.stages.iter().find(|stage| stage.stage == Stage::Decode).unwrap();
    assert_eq!(decoded.state, StageState::Done);
    assert_eq!(settled(&app, other).await.status, StatusWord::Completed);
    assert_eq!(installation.temporary(), [""; 0]);

    // Undo: it is in the queue again, with the words of the regions that were done.
    app.retry(stopped, None).unwrap();
    until(&app, stopped, |view| view.stage == Some(Stage::Transcribe)).await;
    app.cancel(stopped).unwrap();
    settled(&app, stopped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_deleted_is_written_again_and_nothing_else_is_done() {
    let installation = Installation::new();
    let app = installation.open().await;
    let id = submit(&app, &fixture("speech.wav"));
    settled(&app, id).await;
    let PageToOpen::File(page) = app.page_to_open(id).unwrap() else { panic!("the page is on this machine") };
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

/// A WAV file that says the same thing `times` times.
fn repeated(wav: &[u8], times: usize) -> Vec<u8> {
    let data = wav.windows(4).position(|bytes| bytes == b"data").unwrap();
    let (head, sound) = wav.split_at(data + 8);
    let mut longer = [head, &sound.repeat(times)].concat();
    let size = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
    let (riff, sound) = (size(longer.len() - 8), size(sound.len() * times));
    longer[4..8].copy_from_slice(&riff);
    longer[data + 4..data + 8].copy_from_slice(&sound);
    longer
}
