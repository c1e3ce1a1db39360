//! Words, speaker turns, and the transcript that they make together.

use serde::{Deserialize, Serialize};

use crate::stage::Checkpoint;

/// One recognised word. Times are milliseconds from the start of the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word with its punctuation, without surrounding white space. For languages without spaces, one character or more.
    pub text: String,
    /// Start.
    pub start_ms: u32,
    /// End, never before the start.
    pub end_ms: u32,
    /// 0 to 1, when the engine says so.
    pub confidence: Option<f32>,
}

/// What made the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineLabel {
    /// Name in the registry, for example `pocketsphinx`.
    pub name: String,
    /// For the page, for example "PocketSphinx, rough offline recogniser, English only".
    pub described: String,
    /// Whether the page must say that the text is rough.
    pub rough: bool,
}

/// Output of the transcribe stage: words in order of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// In order of `start_ms`.
    pub words: Vec<Word>,
    /// BCP 47, for example `en` or `zh-Hant`.
    pub language: String,
    /// What made them.
    pub engine: EngineLabel,
    /// Speaker turns, when the engine already found them.
    pub turns: Option<Vec<Turn>>,
}

impl Checkpoint for Words {
    const VERSION: u32 = 1;
}

/// A stretch of time in which one speaker talks. Turns may overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Start in milliseconds.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
    /// 0 for the first speaker heard, 1 for the next one, …
    pub speaker: u16,
}

/// Output of the diarize stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// In order of `start_ms`; empty when speakers were not found.
    pub turns: Vec<Turn>,
    /// What found them, for the page; for example "voice clustering (rough)".
    pub method: String,
}

impl Checkpoint for Turns {
    const VERSION: u32 = 1;
}

/// Output of the identify stage: names for speakers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Speakers {
    /// Speaker index → name, only for those that are known.
    pub names: std::collections::BTreeMap<u16, String>,
}

impl Checkpoint for Speakers {
    const VERSION: u32 = 1;
}

/// Consecutive words of one speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Index into [`Transcript::speakers`]; `None` when speakers were not found.
    pub speaker: Option<u16>,
    /// Start in milliseconds.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
    /// The words, joined as the language does.
    pub text: String,
}

/// A speaker as the page shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// "Speaker 1", stable through renames.
    pub label: String,
    /// The name, once it is known.
    pub name: Option<String>,
}

impl Speaker {
    /// The name, or else the label.
    pub fn display(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }
}

/// Who said what, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// In order of time.
    pub segments: Vec<Segment>,
    /// By speaker index.
    pub speakers: Vec<Speaker>,
    /// BCP 47.
    pub language: String,
    /// Length of the recording in milliseconds.
    pub duration_ms: u32,
    /// What made the words.
    pub engine: EngineLabel,
    /// What found the speakers.
    pub diarizer: String,
}
