//! Transcripts for the tests of this module.

use crate::template::{NotesPart, Template};
use crate::transcript::{EngineLabel, Segment, Speaker, Transcript};

/// Lines of speakers, ten seconds each.
pub(super) fn transcript(language: &str, lines: &[(&str, &str)]) -> Transcript {
    let mut speakers: Vec<Speaker> = Vec::new();
    let mut segments = Vec::new();
    for (index, (name, text)) in lines.iter().enumerate() {
        let known = speakers.iter().position(|speaker| speaker.name.as_deref() == Some(*name));
        let speaker = known.unwrap_or_else(|| {
            let label = format!("Speaker {}", speakers.len() + 1);
            speakers.push(Speaker { label, name: Some((*name).to_owned()), voice: None });
            speakers.len() - 1
        });
        let start_ms = u32::try_from(index).unwrap() * 10_000;
        segments.push(Segment {
            speaker: Some(u16::try_from(speaker).unwrap()),
            start_ms,
            end_ms: start_ms + 9_000,
            text: (*text).to_owned(),
            overlap: false,
        });
    }
    let duration_ms = segments.last().map_or(0, |segment| segment.end_ms);
    let engine = EngineLabel { name: "test".into(), described: "Test".into(), rough: false };
    Transcript { segments, speakers, language: language.into(), duration_ms, engine, diarizer: "test".into() }
}

/// A template with everything in it.
pub(super) fn meeting() -> Template {
    Template {
        id: "meeting".into(),
        name: "Meeting".into(),
        name_zh: None,
        description: String::new(),
        description_zh: None,
        parts: vec![NotesPart::Todos, NotesPart::Decisions, NotesPart::Topics, NotesPart::Questions],
        tone: "plain".into(),
        guidance: "Keep to the facts.".into(),
        glossary: vec!["Kubernetes".into()],
    }
}
