//! Short conversations in which it is known who speaks, and how well names are found in them.

use std::collections::BTreeMap;

use debrief_core::people::{Candidate, candidates};
use debrief_core::transcript::{EngineLabel, Segment, Speaker, Transcript};

use crate::transcripts::{self, Written};

/// Written for this: English, Chinese and both; with nicknames, absent people, quoted speech, namesakes and misheard names.
const CONVERSATIONS: &str = include_str!("names/conversations.txt");
/// Written in the same way by somebody who didn't know the rules.
const HELD_OUT: &str = include_str!("names/held-out.txt");
/// And some more, kept back until the rules were mended by those.
const KEPT_BACK: &str = include_str!("names/kept-back.txt");
/// How fast people talk here, in milliseconds a character.
const CHAR_MS: u32 = 70;

/// A conversation whose speakers are known.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// What it is about, in a few words.
    pub title: String,
    /// Nobody has a name in it.
    pub transcript: Transcript,
    /// Who may have spoken.
    pub candidates: Vec<Candidate>,
    /// Names by speaker index; nobody can know the others.
    pub truth: BTreeMap<u16, String>,
}

/// All of them.
///
/// # Panics
/// The file that they are in is not written as it should be.
pub fn conversations() -> Vec<Conversation> {
    read(CONVERSATIONS)
}

/// Those that the rules were not made by.
///
/// # Panics
/// The file that they are in is not written as it should be.
pub fn held_out() -> Vec<Conversation> {
    read(HELD_OUT)
}

/// Those that were kept back until the rules were mended by what they did to [`held_out`].
///
/// # Panics
/// The file that they are in is not written as it should be.
pub fn kept_back() -> Vec<Conversation> {
    read(KEPT_BACK)
}

/// The written transcripts, the held-out ones among them, without the names of their speakers, who are the participants.
pub fn in_transcripts() -> Vec<Conversation> {
    let without_names = |written: Written| {
        let Written { name, mut transcript, .. } = written;
        let mut truth = BTreeMap::new();
        for (index, speaker) in (0..).zip(&mut transcript.speakers) {
            truth.extend(speaker.name.take().map(|name| (index, name)));
        }
        let participants: Vec<String> = truth.values().cloned().collect();
        let candidates = candidates(&participants, &[]);
        Conversation { title: name.to_owned(), transcript, candidates, truth }
    };
    transcripts::all().into_iter().chain(transcripts::held_out()).map(without_names).collect()
}

fn read(file: &str) -> Vec<Conversation> {
    file.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(conversation).collect()
}

fn conversation(text: &str) -> Conversation {
    let mut lines = text.lines();
    let mut field = |name: &str| {
        let line = lines.next().unwrap_or_default();
        line.strip_prefix(name).unwrap_or_else(|| panic!("{name} is missing at: {line}")).trim().to_owned()
    };
    let title = field("#");
    let language = field("language:");
    let participants: Vec<String> = field("participants:")
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let truth = field("speakers:");
    let mut segments = Vec::new();
    let mut start_ms = 0;
    for line in lines {
        let (speaker, text) = line.split_once(": ").unwrap_or_else(|| panic!("nobody speaks in: {line}"));
        let speaker: u16 = speaker.parse().unwrap_or_else(|_| panic!("no number of a speaker in: {line}"));
        let end_ms = start_ms + CHAR_MS * u32::try_from(text.chars().count()).unwrap_or(0);
        segments.push(Segment {
            speaker: Some(speaker - 1),
            start_ms,
            end_ms,
            text: text.to_owned(),
            overlap: false,
        });
        start_ms = end_ms + 400;
    }
    let count = segments.iter().filter_map(|segment| segment.speaker).max().map_or(0, |last| last + 1);
    let speaker = |index: u16| Speaker { label: format!("Speaker {}", index + 1), name: None, voice: None };
    let named = truth.split(',').enumerate().filter_map(|(at, name)| {
        let name = name.trim();
        (name != "-").then(|| (u16::try_from(at).unwrap_or(0), name.to_owned()))
    });
    Conversation {
        title,
        candidates: candidates(&participants, &[]),
        truth: named.collect(),
        transcript: Transcript {
            speakers: (0..count).map(speaker).collect(),
            segments,
            language,
            duration_ms: start_ms,
            engine: EngineLabel { name: "written".into(), described: "Written".into(), rough: false },
            diarizer: "written".into(),
        },
    }
}

/// How many names were right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Names that are those of their speakers.
    pub right: usize,
    /// Names that are not, also of speakers whom nobody can know.
    pub wrong: usize,
    /// Speakers that could be known and have no name.
    pub missed: usize,
}

impl Score {
    /// Counts the names that were given in a conversation.
    pub fn count(&mut self, truth: &BTreeMap<u16, String>, given: &BTreeMap<u16, String>) {
        for (speaker, name) in given {
            match truth.get(speaker) == Some(name) {
                true => self.right += 1,
                false => self.wrong += 1,
            }
        }
        self.missed += truth.keys().filter(|speaker| !given.contains_key(*speaker)).count();
    }

    /// The part of the given names that is right, 0 to 1.
    pub fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    /// The part of the speakers that could be known and got the right name, 0 to 1.
    pub fn recall(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong + self.missed).max(1) as f64
    }
}
