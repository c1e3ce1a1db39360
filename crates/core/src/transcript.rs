//! Words, speaker turns, and the transcript that they make together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use crate::merge::merge;
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
    /// Names of the speakers of those turns, as far as whoever made them knew any.
    #[serde(default)]
    pub names: BTreeMap<u16, String>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Turns {
    /// In order of `start_ms`; empty when speakers were not found.
    pub turns: Vec<Turn>,
    /// What found them, for the page; for example "voice clustering (rough)".
    pub method: String,
    /// How each speaker sounds, when voices are to be remembered.
    #[serde(default)]
    pub voices: BTreeMap<u16, Voiceprint>,
}

/// How somebody sounds: only comparable with others that the same method made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voiceprint {
    /// What made it, with its version.
    pub method: String,
    /// The numbers; what they mean is the method's business.
    pub values: Vec<f32>,
    /// How much speech it was made from, in milliseconds.
    pub heard_ms: u32,
}

impl Checkpoint for Turns {
    const VERSION: u32 = 1;
}

/// Output of the identify stage: names for speakers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Speakers {
    /// Speaker index → name, only for those that are known.
    pub names: BTreeMap<u16, String>,
    /// Those of the names that a person gave.
    #[serde(default)]
    pub by_person: BTreeMap<u16, NamedSpeaker>,
    /// Why the other names are believed.
    #[serde(default)]
    pub evidence: BTreeMap<u16, NameEvidence>,
}

/// Why a speaker is believed to bear a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameEvidence {
    /// Where the name is from.
    pub source: NameSource,
    /// When that was said, in milliseconds, for a name from the conversation.
    pub at_ms: Option<u32>,
    /// The words that say so.
    pub quote: Option<String>,
    /// How sure it is, in percent.
    pub confidence: u8,
}

/// Where a speaker's name is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// The transcript that came with the recording.
    Transcript,
    /// A remembered voice.
    Voice,
    /// The speaker's own words: "this is Ana".
    Introduction,
    /// Somebody else's words to the speaker: "thank you, Ana".
    Addressed,
}

/// A name that a person gave to a speaker, and what the speaker says: by that it is found again when speakers are told
/// apart once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedSpeaker {
    /// The name.
    pub name: String,
    /// When the speaker is first heard, in milliseconds.
    pub from_ms: u32,
    /// How long the speaker talks in all, in milliseconds.
    pub talks_ms: u32,
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
    /// Whether others talk during most of it.
    #[serde(default)]
    pub overlap: bool,
}

/// A speaker as the page shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    /// "Speaker 1", stable through renames.
    pub label: String,
    /// The name, once it is known.
    pub name: Option<String>,
    /// How they sound, when voices are to be remembered; for this machine alone.
    #[serde(skip)]
    pub voice: Option<Voiceprint>,
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

impl Transcript {
    /// The transcript with the names of those speakers that are known.
    #[must_use]
    pub fn named(mut self, speakers: &Speakers) -> Self {
        for (index, name) in &speakers.names {
            if let Some(speaker) = self.speakers.get_mut(usize::from(*index)) {
                speaker.name = Some(name.clone());
            }
        }
        self
    }

    /// `name` as a person gives it to speaker number `index`; `None` when that one says nothing.
    pub fn named_speaker(&self, index: u16, name: &str) -> Option<NamedSpeaker> {
        let theirs = || self.segments.iter().filter(|segment| segment.speaker == Some(index));
        let from_ms = theirs().next()?.start_ms;
        let talks_ms = theirs().map(|segment| segment.end_ms.saturating_sub(segment.start_ms)).sum();
        Some(NamedSpeaker { name: name.to_owned(), from_ms, talks_ms })
    }

    /// Of the names that a person gave earlier, those whose speakers say what they said then. Others are not kept: the
    /// numbers of speakers may stand for somebody else now.
    #[must_use]
    pub fn still_named(&self, earlier: &Speakers) -> Speakers {
        let same = |(index, named): &(&u16, &NamedSpeaker)| {
            self.named_speaker(**index, &named.name).as_ref() == Some(*named)
        };
        let kept = || earlier.by_person.iter().filter(same);
        Speakers {
            names: kept().map(|(index, named)| (*index, named.name.clone())).collect(),
            by_person: kept().map(|(index, named)| (*index, named.clone())).collect(),
            evidence: BTreeMap::new(),
        }
    }

    /// The speakers who say anything, with their indices. Whom a person merged with somebody else is not among them.
    pub fn heard(&self) -> impl Iterator<Item = (u16, &Speaker)> {
        let talking: BTreeSet<u16> = self.segments.iter().filter_map(|segment| segment.speaker).collect();
        talking.into_iter().filter_map(|index| Some((index, self.speakers.get(usize::from(index))?)))
    }

    /// The name or label of a segment's speaker; `None` when speakers were not found.
    pub fn speaker_of(&self, segment: &Segment) -> Option<&str> {
        let speaker = self.speakers.get(usize::from(segment.speaker?))?;
        Some(speaker.display())
    }
}
