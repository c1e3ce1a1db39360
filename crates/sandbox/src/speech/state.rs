//! What the speech services know: keys, limits, and words to say when nothing is heard.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::assemblyai::Assembly;
use super::dtmf;
use super::gemini::Gemini;
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

/// How many requests a service takes from one key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeechRate {
    /// Requests a second, on average.
    pub per_s: f64,
    /// Requests that may come at once.
    pub burst: u32,
}

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyTrouble {
    Missing,
    Wrong(String),
    UsedUp,
    TooMany,
}

#[derive(Debug)]
struct Key {
    service: SpeechService,
    revoked: bool,
    used_up: bool,
    left: Option<(Timestamp, f64)>,
}

#[derive(Debug, Default)]
pub(crate) struct Speech {
    keys: BTreeMap<String, Key>,
    upload_at_most_bytes: BTreeMap<SpeechService, u64>,
    rates: BTreeMap<SpeechService, SpeechRate>,
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
    /// A new key of a service's account, with credit.
    pub fn add_speech_key(&mut self, service: SpeechService) -> String {
        let secret = self.new_secret(match service {
            SpeechService::OpenAi => "sk-proj-",
            SpeechService::Groq => "gsk_",
            SpeechService::Deepgram => "dg_",
            SpeechService::AssemblyAi => "aai_",
            SpeechService::Gemini => "AIza",
        });
        let key = Key { service, revoked: false, used_up: false, left: None };
        self.speech.keys.insert(secret.clone(), key);
        secret
    }

    /// The key is refused from now on.
    pub fn revoke_speech_key(&mut self, key: &str) {
        if let Some(key) = self.speech.keys.get_mut(key) {
            key.revoked = true;
        }
    }

    /// The credit behind the key is used up from now on.
    pub fn use_up_credit(&mut self, key: &str) {
        if let Some(key) = self.speech.keys.get_mut(key) {
            key.used_up = true;
        }
    }

    /// There is credit behind the key again.
    pub fn add_credit(&mut self, key: &str) {
        if let Some(key) = self.speech.keys.get_mut(key) {
            key.used_up = false;
        }
    }

    /// Sets another limit for the size of an upload: 25 MiB at first of `OpenAi` and `Groq`, about 2 GB of the others.
    pub fn limit_upload(&mut self, service: SpeechService, at_most_bytes: u64) {
        self.speech.upload_at_most_bytes.insert(service, at_most_bytes);
    }

    /// Refuses work beyond a rate, for each key, as the service does it. Nothing is refused at first.
    pub fn limit_speech_rate(&mut self, service: SpeechService, rate: Option<SpeechRate>) {
        for key in self.speech.keys.values_mut() {
            key.left = None;
        }
        match rate {
            Some(rate) => drop(self.speech.rates.insert(service, rate)),
            None => drop(self.speech.rates.remove(&service)),
        }
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
        let secret = key.filter(|key| !key.is_empty()).ok_or(KeyTrouble::Missing)?;
        let known = self.speech.keys.get(secret).filter(|key| key.service == service && !key.revoked);
        known.map(|_| ()).ok_or_else(|| KeyTrouble::Wrong(secret.to_owned()))
    }

    /// Whether a key may have work done, which is counted.
    pub(super) fn speech_work(
        &mut self,
        service: SpeechService,
        key: Option<&str>,
    ) -> Result<(), KeyTrouble> {
        self.speech_key(service, key)?;
        let (now, rate) = (self.now(), self.speech.rates.get(&service).copied());
        let Some(key) = key.and_then(|key| self.speech.keys.get_mut(key)) else {
            return Err(KeyTrouble::Missing);
        };
        if key.used_up {
            return Err(KeyTrouble::UsedUp);
        }
        let Some(rate) = rate else { return Ok(()) };
        let burst = f64::from(rate.burst);
        let (since, left) = key.left.unwrap_or((now, burst));
        let left = (left + now.duration_since(since).as_secs_f64() * rate.per_s).min(burst);
        let passes = left >= 1.0;
        key.left = Some((now, if passes { left - 1.0 } else { left }));
        if passes { Ok(()) } else { Err(KeyTrouble::TooMany) }
    }
}
