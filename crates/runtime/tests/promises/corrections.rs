//! What the store and the pool promise of corrections: they show at once, outlive every run, and go with the job.

use std::time::Duration;

use debrief_core::edits::{Made, NotesChange};
use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::transcript::{NamedSpeaker, Turns, Voiceprint};
use debrief_core::view::StatusWord;
use debrief_runtime::store::{Change, JobStore, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

use crate::support::{Plan, World, ended, request, until};

/// Corrects the two segments "hello" and "world" of [`crate::support`].
fn correct(store: &JobStore, id: JobId, text: &str, title: Option<&str>) {
    let change = |made: &Made, edits: &mut debrief_core::edits::Edits| {
        edits.reword(&made.transcript, 0, text);
        edits.merge(&made.transcript, 1, 0);
        if let (Some(title), Some(notes)) = (title, &made.notes) {
            let change = NotesChange { title: Some(title.into()), ..NotesChange::default() };
            edits.notes.change(notes, &made.transcript, change);
        }
        Ok::<(), StoreError>(())
    };
    store.correct(id, Timestamp::now(), change).unwrap();
}

#[tokio::test]
async fn a_correction_shows_at_once_and_other_processes_learn_of_it() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let before = ended(&pool, id).await;
    assert_eq!(before.title, "2 segments");
    let other = world.store();
    let revision = other.revision().unwrap();
    correct(pool.store(), id, "Good day", Some("Greetings"));
    let view = pool.status(id).unwrap();
    assert_eq!(view.title, "Greetings");
    assert!(view.page_outdated && !before.page_outdated);
    let result = view.result.unwrap();
    assert_eq!(result.title, "Greetings");
    assert_eq!(result.identified_speakers, [("Speaker 1".to_owned(), "Ana".to_owned())].into());
    assert_eq!(result.drive_filename, before.result.unwrap().drive_filename);
    let (_, changes) = other.changes_after(revision).unwrap();
    assert!(matches!(&changes[..], [Change::Job(job)] if job.id == id));
    let corrections = other.corrections(id).unwrap();
    assert_eq!((corrections.number, corrections.on_page), (1, 0));
    pool.shutdown().await;
}

#[tokio::test]
async fn a_job_that_runs_again_keeps_its_corrections_and_its_page_has_them() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let named = ended(&pool, id).await.result.unwrap().drive_filename;
    correct(pool.store(), id, "Good day", Some("Greetings"));
    pool.retry(id, Some(Stage::Transcribe), None).unwrap();
    let view = ended(&pool, id).await;
    assert!(!view.page_outdated);
    let result = view.result.unwrap();
    assert_eq!(result.title, "Greetings");
    let page = std::fs::read_to_string(result.page_path.unwrap()).unwrap();
    assert_eq!(page, "Greetings");
    assert_eq!(result.drive_filename, named, "the recording's name doesn't follow a corrected title");
    let corrections = pool.store().corrections(id).unwrap();
    assert_eq!((corrections.number, corrections.on_page), (1, 1));
    // Named since: the page doesn't know that.
    let named = NamedSpeaker { name: "Bea".into(), from_ms: 0, talks_ms: 400 };
    pool.store().name_speaker(id, 0, &named, None, Timestamp::now()).unwrap();
    let corrections = pool.store().corrections(id).unwrap();
    assert_eq!((corrections.number, corrections.on_page), (2, 1));
    let view = pool.status(id).unwrap();
    assert!(view.page_outdated);
    assert_eq!(view.result.unwrap().identified_speakers["Speaker 1"], "Bea");
    // A page that was taken back has nothing to be brought up to.
    pool.store().amend_result(id, |result| result.page_undone = true, Timestamp::now()).unwrap();
    assert!(!pool.status(id).unwrap().page_outdated);
    pool.shutdown().await;
}

#[tokio::test]
async fn what_is_corrected_while_the_notes_are_written_comes_onto_the_page() {
    let world = World::new();
    world.script.plan(Stage::Summarize, Plan::Take(Duration::from_millis(600)));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    until(&pool, id, |view| view.stage == Some(Stage::Summarize)).await;
    correct(pool.store(), id, "Good day", None);
    assert!(!pool.status(id).unwrap().page_outdated, "there is no page yet");
    let result = ended(&pool, id).await.result.unwrap();
    assert_eq!(result.identified_speakers.len(), 1);
    let corrections = pool.store().corrections(id).unwrap();
    assert_eq!(corrections.on_page, corrections.number);
    assert!(!pool.status(id).unwrap().page_outdated);
    pool.shutdown().await;
}

#[tokio::test]
async fn what_is_corrected_while_the_page_is_written_shows_in_the_result() {
    let world = World::new();
    world.script.plan(Stage::Publish, Plan::Take(Duration::from_millis(600)));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    until(&pool, id, |view| view.stage == Some(Stage::Publish)).await;
    correct(pool.store(), id, "Good day", Some("Greetings"));
    let view = ended(&pool, id).await;
    let result = view.result.unwrap();
    assert_eq!((result.title.as_str(), result.identified_speakers.len()), ("Greetings", 1));
    assert!(view.page_outdated, "the page doesn't know that");
    pool.shutdown().await;
}

#[tokio::test]
async fn corrections_that_fit_no_more_are_told_and_kept() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    ended(&pool, id).await;
    // As if they had been made of something that was heard an hour later.
    let foreign = |made: &Made, edits: &mut debrief_core::edits::Edits| {
        let mut later = made.transcript.clone();
        for segment in &mut later.segments {
            segment.start_ms += 3_600_000;
            segment.end_ms += 3_600_000;
            segment.text.push_str(" later");
        }
        edits.reword(&later, 0, "Good day");
        edits.give(&later, &[1], Some(0));
        Ok::<(), StoreError>(())
    };
    pool.store().correct(id, Timestamp::now(), foreign).unwrap();
    let told = |warnings: &[debrief_core::failure::Warning]| {
        warnings.iter().any(|w| w.text.starts_with("2 of your"))
    };
    let view = pool.status(id).unwrap();
    assert!(told(&view.warnings), "{:?}", view.warnings);
    pool.retry(id, Some(Stage::Publish), None).unwrap();
    let view = ended(&pool, id).await;
    assert!(told(&view.warnings) && told(&view.result.unwrap().warnings));
    assert_eq!(pool.store().corrections(id).unwrap().edits.texts.len(), 1);
    pool.shutdown().await;
}

#[tokio::test]
async fn corrections_go_with_the_job_and_a_refused_one_changes_nothing() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    assert_eq!(ended(&pool, id).await.status, StatusWord::Completed);
    let revision = pool.store().revision().unwrap();
    let refused = pool.store().correct(id, Timestamp::now(), |made, edits| {
        edits.merge(&made.transcript, 1, 0);
        Err::<(), StoreError>(StoreError::NotEnded)
    });
    assert!(matches!(refused, Err(StoreError::NotEnded)));
    assert_eq!(pool.store().revision().unwrap(), revision);
    correct(pool.store(), id, "Good day", None);
    pool.delete(id).unwrap();
    assert_eq!(pool.store().corrections(id).unwrap().number, 0);

    let store = world.store();
    let unheard = JobId(Uuid::new_v4());
    store.submit(unheard, &request("b.m4a"), Timestamp::now()).unwrap();
    let nothing = store.correct(unheard, Timestamp::now(), |_, _| Ok::<(), StoreError>(())).unwrap_err();
    assert_eq!(Failure::from(nothing).what, "Nothing of this recording has been transcribed yet.");
    pool.shutdown().await;
}

#[tokio::test]
async fn a_voice_that_is_forgotten_is_forgotten_of_whoever_was_merged_with_its_speaker() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    ended(&pool, id).await;
    let store = pool.store();
    let turns = || store.checkpoint::<Turns>(id, Stage::Diarize).unwrap().unwrap().output;
    let print = |value| Voiceprint { method: "test/1".into(), values: vec![value], heard_ms: 9_000 };
    let heard = Turns { voices: [(0, print(1.0)), (1, print(2.0))].into(), ..turns() };
    store.finish_stage(id, Stage::Diarize, &heard, &[], 1, Timestamp::now()).unwrap();
    let named = NamedSpeaker { name: "Bea".into(), from_ms: 0, talks_ms: 400 };
    store.name_speaker(id, 0, &named, Some(&print(1.0)), Timestamp::now()).unwrap();
    let other = NamedSpeaker { name: "Ben".into(), ..named };
    store.name_speaker(id, 1, &other, None, Timestamp::now()).unwrap();
    correct(store, id, "Good day", None);
    assert!(store.forget_voice(store.voices().unwrap()[0].id).unwrap());
    assert!(turns().voices.is_empty(), "Speaker 2 is the same person, whatever their name was");
    pool.shutdown().await;
}
