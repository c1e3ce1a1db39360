//! Speech services on the network: the recording leaves this machine, compressed, and comes back as words.
//!
//! One file per service says how it is asked and what its answers mean; everything else is the same for all: the recording
//! is cut at silences into pieces that the service takes ([`cut`]), each is compressed ([`opus`]) and sent ([`run`]), and
//! the words are put together again ([`stitch`]).

mod assemblyai;
mod call;
mod caller;
mod cut;
mod deepgram;
mod errors;
mod gemini;
mod heard;
mod hints;
mod languages;
mod openai;
mod opus;
mod run;
mod service;
mod stitch;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use debrief_core::failure::Failure;
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::secret::Secret;
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{EngineLabel, Words};
use url::Url;

pub use self::service::{Service, ServiceInfo};

use self::caller::Caller;
use self::errors::Whose;
use self::service::{is_its_own, name_at};
use crate::http::destination;
use crate::keychain::Secrets;
use crate::llm::Ledger;

/// A server on somebody's own machine may take as long to hear a piece as the piece is.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Where a service's key comes from.
#[derive(Clone)]
pub struct RemoteKey {
    /// Where it is kept, under the service's own name for it.
    pub kept: Secrets,
    /// One from the environment, which counts more.
    pub given: Option<Secret>,
}

/// A service as the person has set it up.
#[derive(Clone)]
pub struct RemoteSettings {
    /// The service.
    pub service: Service,
    /// Where it is: [`Service::base`], or a server that speaks its language.
    pub base: Url,
    /// The service's name for the model.
    pub model: String,
    /// BCP 47; without it, the service finds out.
    pub language: Option<String>,
    /// Where the key comes from.
    pub key: RemoteKey,
    /// Who counts what it costs; nobody, unless set.
    pub ledger: Option<Arc<dyn Ledger>>,
}

impl RemoteSettings {
    /// The name under which its key is kept.
    pub fn key_name(&self) -> String {
        self.service.key_name(&self.base)
    }

    fn whose(&self) -> Whose {
        let name = name_at(self.service, &self.base);
        Whose { name, word: self.service.info().word, model: self.model.clone() }
    }

    /// The key; `None` only where none is needed.
    async fn key(&self) -> Result<Option<Secret>, Failure> {
        let needs_none = self.service.info().key_optional && !is_its_own(self.service, &self.base);
        let key = match &self.key.given {
            Some(key) => Some(key.clone()),
            None => match self.key.kept.get(&self.key_name()).await {
                Ok(kept) => kept,
                // A machine without a keychain is no reason to leave a server alone that wants no key.
                Err(_) if needs_none => None,
                Err(failure) => return Err(failure),
            },
        };
        let key = key.filter(|key| !key.expose().trim().is_empty());
        if key.is_none() && !needs_none { Err(self.whose().key_missing()) } else { Ok(key) }
    }

    async fn caller(&self, vocabulary: &[String], patience: Duration) -> Result<Caller, Failure> {
        let key = self.key().await?;
        Caller::new(self, key, vocabulary, patience).map_err(|error| self.whose().failure(error))
    }
}

/// Whether the service takes the key, and knows the model where it tells: a sentence for the person. Costs nothing.
///
/// # Errors
/// As a job would have them: no key, refused, no such model, not to be reached.
pub async fn test(settings: &RemoteSettings) -> Result<String, Failure> {
    let caller = settings.caller(&[], PATIENCE).await?;
    let tested = match settings.service {
        Service::OpenAi | Service::Groq => openai::test(&caller).await,
        Service::Deepgram => deepgram::test(&caller).await,
        Service::AssemblyAi => assemblyai::test(&caller).await,
        Service::Gemini => gemini::test(&caller).await,
    };
    let whose = settings.whose();
    tested.map_err(|error| whose.failure(caller.without_key(error)))?;
    let takes = if caller.key.is_some() { "takes the key" } else { "answers" };
    Ok(format!("{} {takes}. Recordings are sent to {}.", whose.name, destination(&settings.base)))
}

/// A speech service as an engine.
pub struct Remote {
    settings: RemoteSettings,
    patience: Duration,
}

impl Remote {
    /// With these settings; nothing is asked yet.
    pub fn new(settings: RemoteSettings) -> Remote {
        Remote { settings, patience: PATIENCE }
    }

    /// The same, waiting no longer than that for an answer.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Remote {
        Remote { patience, ..self }
    }

    fn described(&self) -> String {
        format!("{} ({})", self.settings.whose().name, self.settings.model)
    }
}

#[async_trait]
impl Transcriber for Remote {
    fn label(&self) -> String {
        format!("{}, sends the audio to {}", self.described(), destination(&self.settings.base))
    }

    fn is_local(&self) -> bool {
        false
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.settings.key().await.map(drop)
    }

    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words> {
        let caller = self.settings.caller(&hints.vocabulary, self.patience).await?;
        let heard = run::transcribe(&self.settings, caller, audio, &cx).await?;
        let turns = stitch::turns(&heard.words);
        let name = self.settings.service.info().word.to_owned();
        Ok(Words {
            words: heard.words.into_iter().map(|said| said.word).collect(),
            language: self.settings.language.clone().or(heard.language).unwrap_or_else(|| "und".into()),
            engine: EngineLabel { name, described: self.described(), rough: false },
            turns,
            names: BTreeMap::new(),
        })
    }
}
