//! What the speech services know: limits, and words to say when nothing is heard.

use std::collections::{BTreeMap, VecDeque};

use super::assemblyai::Assembly;
use super::dtmf;
use super::gemini::Gemini;
use crate::keys::{KeyTrouble, Work};
use crate::world::World;

/// A service that turns sound into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpeechService {
    /// OpenAI, and whatever has its shape.
    OpenAi,
    /// Groq.
    Groq,
    /// Deepgram.
    Deepgram,
    /// AssemblyAI.
    AssemblyAi,
    /// Gemini.
    Gemini,
}

/// A word that a test puts into a service's mouth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The word.
    pub text: String,
    /// Where it begins in the upload.
    pub start_ms: u64,
    /// Where it ends.
    pub end_ms: u64,
    /// Whose it is; `None` is the speaker of the word before.
    pub speaker: Option<char>,
}

impl From<&dtmf::Heard> for Spoken {
    fn from(heard: &dtmf::Heard) -> Spoken {
        let speaker = heard.text.chars().next().filter(|digit| ('A'..='D').contains(digit));
        Spoken { text: heard.text.clone(), start_ms: heard.start_ms, end_ms: heard.end_ms, speaker }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Speech {
    upload_at_most_bytes: BTreeMap<SpeechService, u64>,
    words: BTreeMap<SpeechService, VecDeque<Vec<Spoken>>>,
    language: Option<String>,
    pub(super) assembly: Assembly,
    pub(super) gemini: Gemini,
}

impl Speech {
    /// The largest upload.
    pub(super) fn upload_at_most_bytes(&self, service: SpeechService) -> u64 {
        let usual = match service {
            SpeechService::OpenAi | SpeechService::Groq => 25 << 20,
            SpeechService::Deepgram | SpeechService::Gemini => 2 << 30,
            SpeechService::AssemblyAi => 2_200_000_000,
        };
        self.upload_at_most_bytes.get(&service).copied().unwrap_or(usual)
    }

    /// The language that a service detects.
    pub(super) fn language(&self) -> &str {
        self.language.as_deref().unwrap_or("en")
    }

    pub(super) fn next_words(&mut self, service: SpeechService) -> Vec<Spoken> {
        self.words.get_mut(&service).and_then(VecDeque::pop_front).unwrap_or_default()
    }
}

impl World {
    /// Sets another limit for the size of an upload: 25 MiB at first of `OpenAi` and `Groq`, about 2 GB of the others.
    pub fn limit_upload(&mut self, service: SpeechService, at_most_bytes: u64) {
        self.speech.upload_at_most_bytes.insert(service, at_most_bytes);
    }

    /// What a service hears in its next upload that has no DTMF words in it. Sets for several uploads queue up.
    pub fn will_say(&mut self, service: SpeechService, words: Vec<Spoken>) {
        self.speech.words.entry(service).or_default().push_back(words);
    }

    /// The language, as a code of two letters, that the services detect; `en` at first.
    pub fn speak(&mut self, language: &str) {
        self.speech.language = Some(language.to_owned());
    }

    /// Whether a key may ask, before anything else is looked at.
    pub(super) fn speech_key(&self, service: SpeechService, key: Option<&str>) -> Result<(), KeyTrouble> {
        self.knows_key(Work::Speech(service), key)
    }

    /// Whether a key may have work done, which is counted.
    pub(super) fn speech_work(
        &mut self,
        service: SpeechService,
        key: Option<&str>,
    ) -> Result<(), KeyTrouble> {
        self.count_work(Work::Speech(service), key)
    }
}
