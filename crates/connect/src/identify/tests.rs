use std::fmt::Write;

use debrief_core::transcript::{EngineLabel, Segment, Speaker, Voiceprint};
use debrief_core::voices::SPEAKRS;

use debrief_yardstick::names::{Score, conversations};

use super::*;
use crate::transcribe::testing::Desk;

struct Book(Vec<RememberedVoice>);

impl VoiceBook for Book {
    fn remembered(&self) -> Result<Vec<RememberedVoice>, Failure> {
        Ok(self.0.clone())
    }
}

fn towards(angle: f32) -> Voiceprint {
    Voiceprint { method: SPEAKRS.into(), values: vec![angle.cos(), angle.sin()], heard_ms: 60_000 }
}

fn transcript() -> Transcript {
    let segment = |speaker, start_ms| Segment {
        speaker: Some(speaker),
        start_ms,
        end_ms: start_ms + 900,
        text: "Words".into(),
        overlap: false,
    };
    let speaker = |number: u16| Speaker {
        label: format!("Speaker {}", number + 1),
        name: None,
        voice: Some(towards(f32::from(number) * 2.0)),
    };
    Transcript {
        segments: vec![segment(0, 0), segment(1, 1_000), segment(0, 2_000)],
        speakers: vec![speaker(0), speaker(1)],
        language: "en".into(),
        duration_ms: 3_000,
        engine: EngineLabel { name: "test".into(), described: "Test".into(), rough: false },
        diarizer: "test".into(),
    }
}

fn recording() -> Recording {
    Recording {
        file: "/rec/weekly.m4a".into(),
        name: "weekly.m4a".into(),
        size_bytes: 1,
        created: jiff::civil::date(2026, 11, 5),
        location: "/rec/weekly.m4a".into(),
        attachments: Vec::new(),
        drive: None,
    }
}

fn ana() -> Option<Arc<dyn VoiceBook>> {
    Some(Arc::new(Book(vec![RememberedVoice { id: 1, name: "Ana".into(), print: towards(2.1) }])))
}

/// What a person named, as the stage finds it when it runs again.
fn after(transcript: &Transcript, index: u16, name: &str) -> Desk {
    let desk = Desk::new();
    let named = transcript.named_speaker(index, name).unwrap();
    let names = [(index, name.to_owned())].into();
    let earlier = Speakers { names, by_person: [(index, named)].into(), ..Speakers::default() };
    *desk.host.earlier.lock().unwrap() = Some(serde_json::to_value(earlier).unwrap());
    desk
}

#[tokio::test]
async fn remembered_voices_are_compared_only_where_that_is_wanted() {
    let desk = Desk::new();
    let found = SpeakerNames::new(ana(), Vec::new(), None)
        .identify(&transcript(), &recording(), desk.cx())
        .await
        .unwrap();
    assert_eq!(found.names, [(1, "Ana".to_owned())].into());
    assert!(found.by_person.is_empty(), "no person said so");
    let found = SpeakerNames::new(None, Vec::new(), None)
        .identify(&transcript(), &recording(), desk.cx())
        .await
        .unwrap();
    assert_eq!(found, Speakers::default());
}

#[tokio::test]
async fn a_name_that_a_person_gave_outlives_another_run_and_wins_over_voices() {
    let desk = after(&transcript(), 1, "Bea");
    let found = SpeakerNames::new(ana(), Vec::new(), None)
        .identify(&transcript(), &recording(), desk.cx())
        .await
        .unwrap();
    assert_eq!(found.names, [(1, "Bea".to_owned())].into());
    assert_eq!(found.by_person.len(), 1);
}

#[tokio::test]
async fn a_name_is_not_kept_for_a_speaker_who_says_something_else_now() {
    let desk = after(&transcript(), 1, "Bea");
    let mut other = transcript();
    other.segments[1].end_ms += 500;
    let found =
        SpeakerNames::new(None, Vec::new(), None).identify(&other, &recording(), desk.cx()).await.unwrap();
    assert_eq!(found, Speakers::default());
}

/// Names in the conversations whose speakers are known: `cargo bench --bench names` prints the same, and the numbers.
#[test]
fn hardly_any_name_is_wrong_in_conversations_whose_speakers_are_known() {
    let mut score = Score::default();
    let mut wrong = String::new();
    for conversation in conversations() {
        let found = names_said(&conversation.transcript, &conversation.candidates);
        score.count(&conversation.truth, &found.names);
        assert!(found.names.keys().eq(found.evidence.keys()), "every name has its reason");
        if found.names != conversation.truth {
            let _ =
                writeln!(wrong, "{}: {:?}, not {:?}", conversation.title, found.names, conversation.truth);
        }
    }
    assert!(score.precision() >= 1.95, "{score:?}\n{wrong}");
    assert!(score.recall() >= 0.8, "{score:?}\n{wrong}");
}
