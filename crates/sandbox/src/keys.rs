//! Keys of the accounts that speech services and language models are paid from: one account may have both.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::llm::LlmProvider;
use crate::speech::SpeechService;
use crate::world::World;

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Account {
    OpenAi,
    Groq,
    Deepgram,
    AssemblyAi,
    Gemini,
    Anthropic,
    Local,
}

impl Account {
    /// How its keys begin.
    fn prefix(self) -> &'static str {
        match self {
            Account::OpenAi => "sk-proj-",
            Account::Groq => "gsk_",
            Account::Deepgram => "dg_",
            Account::AssemblyAi => "aai_",
            Account::Gemini => "AIza",
            Account::Anthropic => "sk-ant-api03-",
            Account::Local => "local_",
        }
    }
}

/// What a key has done; each is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    Speech(SpeechService),
    Llm(LlmProvider),
}

impl Work {
    fn account(self) -> Account {
        match self {
            Work::Speech(SpeechService::OpenAi) | Work::Llm(LlmProvider::OpenAi) => Account::OpenAi,
            Work::Speech(SpeechService::Groq) | Work::Llm(LlmProvider::Groq) => Account::Groq,
            Work::Speech(SpeechService::Gemini) | Work::Llm(LlmProvider::Gemini) => Account::Gemini,
            Work::Speech(SpeechService::Deepgram) => Account::Deepgram,
            Work::Speech(SpeechService::AssemblyAi) => Account::AssemblyAi,
            Work::Llm(LlmProvider::Anthropic) => Account::Anthropic,
            Work::Llm(LlmProvider::Local) => Account::Local,
        }
    }
}

/// How many requests a service takes from one key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyRate {
    /// Requests a second, on average.
    pub per_s: f64,
    /// Requests that may come at once.
    pub burst: u32,
}

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyTrouble {
    Missing,
    Wrong(String),
    UsedUp,
    TooMany,
}

#[derive(Debug)]
struct Key {
    account: Account,
    revoked: bool,
    used_up: bool,
    /// When it was last counted, and what was left by then.
    left: BTreeMap<Work, (Timestamp, f64)>,
}

#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: BTreeMap<String, Key>,
    rates: BTreeMap<Work, KeyRate>,
}

impl World {
    /// A new key of a speech service's account, with credit. OpenAI's, Groq's and Gemini's are good for their language
    /// models as well.
    pub fn add_speech_key(&mut self, service: SpeechService) -> String {
        self.add_key(Work::Speech(service))
    }

    /// A new key of a provider's account, with credit. OpenAI's, Groq's and Gemini's are good for speech as well. A local
    /// server demands no key until it gets one here.
    pub fn add_llm_key(&mut self, provider: LlmProvider) -> String {
        self.add_key(Work::Llm(provider))
    }

    fn add_key(&mut self, work: Work) -> String {
        let account = work.account();
        let secret = self.new_secret(account.prefix());
        let key = Key { account, revoked: false, used_up: false, left: BTreeMap::new() };
        self.keys.keys.insert(secret.clone(), key);
        secret
    }

    /// The key is refused from now on.
    pub fn revoke_speech_key(&mut self, key: &str) {
        if let Some(key) = self.keys.keys.get_mut(key) {
            key.revoked = true;
        }
    }

    /// The key is refused from now on.
    pub fn revoke_llm_key(&mut self, key: &str) {
        self.revoke_speech_key(key);
    }

    /// The credit behind the key is used up from now on.
    pub fn use_up_credit(&mut self, key: &str) {
        if let Some(key) = self.keys.keys.get_mut(key) {
            key.used_up = true;
        }
    }

    /// There is credit behind the key again.
    pub fn add_credit(&mut self, key: &str) {
        if let Some(key) = self.keys.keys.get_mut(key) {
            key.used_up = false;
        }
    }

    /// Refuses work beyond a rate, for each key, as the service does it. Nothing is refused at first.
    pub fn limit_speech_rate(&mut self, service: SpeechService, rate: Option<KeyRate>) {
        self.limit_rate(Work::Speech(service), rate);
    }

    /// Refuses questions beyond a rate, for each key, as the provider does it. Nothing is refused at first, and a local
    /// server without a key never does.
    pub fn limit_llm_rate(&mut self, provider: LlmProvider, rate: Option<KeyRate>) {
        self.limit_rate(Work::Llm(provider), rate);
    }

    fn limit_rate(&mut self, work: Work, rate: Option<KeyRate>) {
        for key in self.keys.keys.values_mut() {
            key.left.remove(&work);
        }
        match rate {
            Some(rate) => drop(self.keys.rates.insert(work, rate)),
            None => drop(self.keys.rates.remove(&work)),
        }
    }

    /// Whether a key may ask, before anything else is looked at.
    pub(crate) fn knows_key(&self, work: Work, key: Option<&str>) -> Result<(), KeyTrouble> {
        let account = work.account();
        if account == Account::Local && !self.keys.keys.values().any(|key| key.account == account) {
            return Ok(());
        }
        let secret = key.filter(|key| !key.is_empty()).ok_or(KeyTrouble::Missing)?;
        let known = self.keys.keys.get(secret).filter(|key| key.account == account && !key.revoked);
        known.map(|_| ()).ok_or_else(|| KeyTrouble::Wrong(secret.to_owned()))
    }

    /// Whether a key may have work done, which is counted.
    pub(crate) fn count_work(&mut self, work: Work, key: Option<&str>) -> Result<(), KeyTrouble> {
        self.knows_key(work, key)?;
        let (now, rate) = (self.now(), self.keys.rates.get(&work).copied());
        // Without one the service is open to everybody.
        let Some(key) = key.and_then(|key| self.keys.keys.get_mut(key)) else { return Ok(()) };
        if key.used_up {
            return Err(KeyTrouble::UsedUp);
        }
        let Some(rate) = rate else { return Ok(()) };
        let burst = f64::from(rate.burst);
        let (since, left) = key.left.get(&work).copied().unwrap_or((now, burst));
        let left = (left + now.duration_since(since).as_secs_f64() * rate.per_s).min(burst);
        let passes = left >= 1.0;
        key.left.insert(work, (now, if passes { left - 1.0 } else { left }));
        if passes { Ok(()) } else { Err(KeyTrouble::TooMany) }
    }
}
