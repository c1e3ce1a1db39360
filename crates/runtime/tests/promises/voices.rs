//! What the store promises of names and voices: they change together or not at all, and what is forgotten is gone.

use crate::support::{Plan, World, ended, request};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::transcript::{NamedSpeaker, Speakers, Turns, Voiceprint};
use debrief_core::view::StatusWord;
use debrief_runtime::store::{JobStore, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

fn identified(store: &JobStore) -> JobId {
    let id = JobId(Uuid::new_v4());
    store.submit(id, &request("a.m4a"), Timestamp::now()).unwrap();
    store.finish_stage(id, Stage::Identify, &Speakers::default(), &[], 1, Timestamp::now()).unwrap();
    id
}

fn print(value: f32) -> Voiceprint {
    Voiceprint { method: "test/1".into(), values: vec![value], heard_ms: 9_000 }
}

fn name(store: &JobStore, id: JobId, name: &str, voice: Option<&Voiceprint>) -> Result<(), StoreError> {
    let named = NamedSpeaker { name: name.into(), from_ms: 0, talks_ms: 900 };
    store.name_speaker(id, 0, &named, voice, Timestamp::now())
}

#[test]
fn a_name_and_its_voice_are_stored_together() {
    let world = World::new();
    let store = world.store();
    let id = identified(&store);
    let before = store.job(id).unwrap().revision;
    name(&store, id, "Ana", Some(&print(1.0))).unwrap();
    let speakers: Speakers = world.store().checkpoint(id, Stage::Identify).unwrap().unwrap().output;
    assert_eq!((speakers.names[&0].as_str(), speakers.by_person[&0].from_ms), ("Ana", 0));
    let voices = world.store().voices().unwrap();
    assert_eq!((voices.len(), voices[0].name.as_str(), voices[0].job), (1, "Ana", id));
    assert_eq!(voices[0].print, print(1.0));
    assert!(store.job(id).unwrap().revision > before);
}

#[test]
fn a_job_without_names_yet_remembers_no_voice() {
    let world = World::new();
    let store = world.store();
    let id = JobId(Uuid::new_v4());
    store.submit(id, &request("a.m4a"), Timestamp::now()).unwrap();
    assert!(matches!(name(&store, id, "Ana", Some(&print(1.0))), Err(StoreError::NotEnded)));
    let unknown = JobId(Uuid::new_v4());
    assert!(matches!(name(&store, unknown, "Ana", Some(&print(1.0))), Err(StoreError::UnknownJob(_))));
    assert_eq!(store.voices().unwrap(), []);
}

#[test]
fn of_one_name_the_newest_voices_stay_and_each_job_gives_one() {
    let world = World::new();
    let store = world.store();
    for number in 0..12_u8 {
        let id = identified(&store);
        name(&store, id, "Ana", Some(&print(f32::from(number)))).unwrap();
        name(&store, id, "Ana", Some(&print(f32::from(number) + 0.5))).unwrap();
    }
    let kept: Vec<f32> = store.voices().unwrap().iter().map(|voice| voice.print.values[0]).collect();
    assert_eq!(kept, (2..12_u8).map(|number| f32::from(number) + 0.5).collect::<Vec<_>>());
}

#[test]
fn a_forgotten_voice_is_gone_for_good() {
    let world = World::new();
    let store = world.store();
    let id = identified(&store);
    let turns = Turns { voices: [(0, print(1.0))].into(), ..Turns::default() };
    store.finish_stage(id, Stage::Diarize, &turns, &[], 1, Timestamp::now()).unwrap();
    name(&store, id, "Ana", Some(&print(1.0))).unwrap();
    let voice = store.voices().unwrap()[0].id;
    assert!(store.forget_voice(voice).unwrap() && !store.forget_voice(voice).unwrap());
    name(&store, id, "Ana", Some(&print(1.0))).unwrap();
    assert_ne!(store.voices().unwrap()[0].id, voice, "no number is given twice");
    assert_eq!(store.forget_all_voices().unwrap(), 1);
    let left: Turns = store.checkpoint(id, Stage::Diarize).unwrap().unwrap().output;
    assert!(left.voices.is_empty(), "nor in the job");
}

/// A job whose two speakers bear these names, and sound like that.
fn heard(store: &JobStore, names: [&str; 2], sounds: [f32; 2]) -> JobId {
    let id = identified(store);
    let voices = (0..).zip(sounds.map(print)).collect();
    let turns = Turns { voices, ..Turns::default() };
    store.finish_stage(id, Stage::Diarize, &turns, &[], 1, Timestamp::now()).unwrap();
    let speakers = Speakers { names: (0..).zip(names.map(str::to_owned)).collect(), ..Speakers::default() };
    store.finish_stage(id, Stage::Identify, &speakers, &[], 1, Timestamp::now()).unwrap();
    id
}

#[test]
fn a_person_whose_voice_is_forgotten_is_forgotten_in_every_job_and_nobody_else_is() {
    let world = World::new();
    let store = world.store();
    let first = heard(&store, ["Ana", "Ben"], [1.0, 2.0]);
    let second = heard(&store, ["Ana", "Ana Maria"], [3.0, 4.0]);
    let recognised = heard(&store, ["Cleo", "Ana"], [5.0, 6.0]);
    // The same voice, before anybody gave it a name.
    let nameless = heard(&store, ["Speaker 1", "Speaker 2"], [7.0, 3.0]);
    name(&store, first, "Ana", Some(&print(1.0))).unwrap();
    name(&store, second, "Ana", Some(&print(3.0))).unwrap();
    let sounds = |id| {
        let turns: Turns = store.checkpoint(id, Stage::Diarize).unwrap().unwrap().output;
        turns.voices.values().map(|print| print.values[0]).collect::<Vec<_>>()
    };
    let [one, two] = store.voices().unwrap().try_into().unwrap();

    // Another recording's voice of hers is still remembered: she is to be known by it.
    assert!(store.forget_voice(one.id).unwrap());
    assert_eq!(sounds(first), [2.0]);
    assert_eq!((sounds(second), sounds(recognised)), (vec![3.0, 4.0], vec![5.0, 6.0]));

    assert!(store.forget_voice(two.id).unwrap());
    assert_eq!((sounds(first), sounds(second), sounds(recognised)), (vec![2.0], vec![4.0], vec![5.0]));
    assert_eq!(sounds(nameless), [7.0]);
    let speakers: Speakers = store.checkpoint(recognised, Stage::Identify).unwrap().unwrap().output;
    assert_eq!(speakers.names[&1], "Ana", "the name stays");
    drop(store);
    let bytes = std::fs::read(world.database()).unwrap();
    for gone in ["[1.0]", "[3.0]", "[6.0]"] {
        assert!(!bytes.windows(gone.len()).any(|part| part == gone.as_bytes()), "{gone} is in the file");
    }
}

#[tokio::test]
async fn speakers_that_cannot_be_told_apart_leave_the_transcript_and_can_be_tried_again() {
    let world = World::new();
    let pool = world.pool();
    let failed =
        Failure::never(FailureCode::DiarizationFailed, "The speakers couldn't be told apart.", "Again.");
    world.script.plan(Stage::Diarize, Plan::Fail(failed));
    let id = pool.submit(&request("a.m4a")).unwrap();
    let view = ended(&pool, id).await;
    assert_eq!(view.status, StatusWord::Completed);
    assert!(view.warnings.iter().any(|warning| warning.code == "speakers_not_found"), "{:?}", view.warnings);
    pool.retry(id, Some(Stage::Diarize), None).unwrap();
    let view = ended(&pool, id).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0));
    assert_eq!(view.result.unwrap().identified_speakers.len(), 2);
}
