//! Names and voices over a real store, without any audio: what the stages would leave is put there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use debrief_core::job::{SpeakersChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::ports::{Audio, Recording};
use debrief_core::stage::Checkpoint;
use debrief_core::transcript::{EngineLabel, Turn, Turns, Voiceprint, Word, Words};
use debrief_core::voices::SPEAKRS;

use super::*;
use crate::{Home, Runs};

pub(crate) async fn app(folder: &tempfile::TempDir) -> App {
    App::open_and_run(Home::in_folder(folder.path()), Runs::Nothing).await.unwrap()
}

/// A job whose speakers are told apart and identified; the first one was heard for `heard_ms`.
pub(crate) fn identified(app: &App, heard_ms: u32) -> JobId {
    let request = app.steps.request(RecordingLink::Local { path: "/a.m4a".into() }, Vec::new());
    let speakers = SpeakersChoice { voices: true, ..SpeakersChoice::default() };
    let id = app.pool.submit(&SubmitJob { speakers, ..request }).unwrap();
    let file = PathBuf::from("/a.m4a");
    let created = jiff::civil::date(2026, 11, 5);
    let recording = Recording {
        name: "a.m4a".into(),
        location: "/a.m4a".into(),
        file: file.clone(),
        size_bytes: 1,
        created,
        attachments: Vec::new(),
        drive: None,
    };
    done(app, id, Stage::Fetch, &recording);
    done(app, id, Stage::Decode, &Audio { file, duration_ms: 2_000, source_format: "test".into() });
    let word =
        |text: &str, start_ms| Word { text: text.into(), start_ms, end_ms: start_ms + 900, confidence: None };
    let engine = EngineLabel { name: "test".into(), described: "Test".into(), rough: false };
    let words = vec![word("Hello.", 0), word("Hi.", 1_000)];
    let words = Words { words, language: "en".into(), engine, turns: None, names: BTreeMap::new() };
    done(app, id, Stage::Transcribe, &words);
    let turn = |start_ms, speaker| Turn { start_ms, end_ms: start_ms + 950, speaker };
    let print = Voiceprint { method: SPEAKRS.into(), values: vec![1.0, 0.0], heard_ms };
    let turns =
        Turns { turns: vec![turn(0, 0), turn(1_000, 1)], method: "test".into(), voices: [(0, print)].into() };
    done(app, id, Stage::Diarize, &turns);
    done(app, id, Stage::Identify, &Speakers::default());
    id
}

pub(crate) fn done<T: Checkpoint>(app: &App, id: JobId, stage: Stage, output: &T) {
    app.pool.store().finish_stage(id, stage, output, &[], 1, Timestamp::now()).unwrap();
}

fn names(app: &App, id: JobId) -> Vec<String> {
    let speakers = app.document(id).unwrap().transcript.speakers;
    speakers.iter().map(|speaker| speaker.display().to_owned()).collect()
}

#[tokio::test]
async fn a_name_is_shown_at_once_and_the_voice_is_remembered_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 60_000);
    let before = app.pool.store().revision().unwrap();
    app.name_speaker(id, "Speaker 2", "Ben", false).unwrap();
    assert_eq!(names(&app, id), ["Speaker 1", "Ben"]);
    assert!(app.pool.store().revision().unwrap() > before, "others learn of it");
    assert_eq!(app.voices().unwrap(), []);

    app.name_speaker(id, "Speaker 1", "Ana", true).unwrap();
    let voices = app.voices().unwrap();
    assert_eq!((voices.len(), voices[0].name.as_str(), voices[0].heard_ms), (1, "Ana", 60_000));
    assert_eq!(voices[0].from.as_deref(), Some("a.m4a"));
    let book = StoredVoices(app.pool.store_handle());
    assert_eq!(book.remembered().unwrap()[0].print.values, [1.0, 0.0]);

    app.name_speaker(id, "Speaker 1", "Ana", true).unwrap();
    assert_eq!(app.voices().unwrap().len(), 1, "one voice of one name and job");
    app.forget_voice(app.voices().unwrap()[0].id).unwrap();
    assert_eq!(app.voices().unwrap(), []);
    assert_eq!(names(&app, id), ["Ana", "Ben"], "the names stay");
}

#[tokio::test]
async fn a_voice_that_is_not_there_or_too_short_is_not_remembered_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 3_000);
    let short = app.name_speaker(id, "Speaker 1", "Ana", true).unwrap_err();
    assert_eq!(short.what, "Speaker 1 says too little for the voice to be remembered.");
    let missing = app.name_speaker(id, "Speaker 2", "Ben", true).unwrap_err();
    assert!(missing.fix.contains("voices = true"), "{}", missing.fix);
    assert_eq!(names(&app, id), ["Speaker 1", "Speaker 2"]);
}

#[tokio::test]
async fn forgetting_all_voices_leaves_none_in_any_job_nor_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 60_000);
    app.name_speaker(id, "Speaker 1", "Ana", true).unwrap();
    assert_eq!(app.forget_all_voices().unwrap(), 1);
    assert!(app.document(id).unwrap().transcript.speakers.iter().all(|speaker| speaker.voice.is_none()));
    assert!(app.name_speaker(id, "Speaker 1", "Ana", true).is_err());
    let database = std::fs::read(app.home().database()).unwrap();
    let method = SPEAKRS.as_bytes();
    assert!(!database.windows(method.len()).any(|bytes| bytes == method), "a voice is still in the file");
}
