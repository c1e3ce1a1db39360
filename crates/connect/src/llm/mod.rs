//! Language models: the one place that asks them.
//!
//! [`Chain`] is the port: models that stand in for each other, asked until one gives an answer of the shape that was asked
//! for. A question is sent by [`call`], through the crate `genai`; [`refusals`] says what a provider's reply means, [`parse`]
//! what a model's words are worth, [`errors`] what people are told. [`prices`] and [`tokens`] say what a question costs and
//! what fits.

mod call;
mod caller;
mod chain;
mod errors;
mod offer;
mod parse;
pub mod prices;
mod provider;
mod purse;
mod refusals;
pub mod tokens;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::secret::Secret;
use debrief_core::spending::Expense;
use url::Url;

pub use self::chain::Chain;
pub use self::offer::{models, test};
pub use self::prices::{PRICES, Price, Prices};
pub use self::provider::{Provider, ProviderInfo};
pub use crate::transcribe::remote::RemoteKey;

pub(crate) use self::errors::cap_reached;
use self::errors::{LlmError, Whose};
use self::provider::is_its_own;
use crate::http::{destination, is_here};

/// A model as the person has set it up.
#[derive(Clone)]
pub struct ModelSettings {
    /// Whose it is.
    pub provider: Provider,
    /// The provider's name for it.
    pub model: String,
    /// Where it is: [`Provider::base`], or another address that speaks the provider's language.
    pub base: Url,
    /// Where the key comes from; it is kept under [`ModelSettings::key_name`].
    pub key: RemoteKey,
    /// Tokens that a question and its answer may have together, where the person knows better than the list.
    pub window_tokens: Option<u32>,
}

/// The models of a step, and who counts what they cost.
#[derive(Clone)]
pub struct LlmSettings {
    /// The one to ask first, then those that stand in for it, in this order.
    pub models: Vec<ModelSettings>,
    /// Who counts.
    pub ledger: Arc<dyn Ledger>,
}

/// Who counts what models cost.
pub trait Ledger: Send + Sync {
    /// What this month's cap leaves, in US dollars; `None` when there is no cap.
    ///
    /// # Errors
    /// It can't be said now.
    fn left_usd(&self) -> Result<Option<f64>, Failure>;

    /// Takes note of one call, also of one whose answer was of no use.
    ///
    /// # Errors
    /// It couldn't be written down. The job goes on, and the log says so.
    fn record(&self, job: JobId, expense: Expense) -> Result<(), Failure>;
}

impl ModelSettings {
    /// The name under which its key is kept.
    pub fn key_name(&self) -> String {
        self.provider.key_name(&self.base)
    }

    fn whose(&self) -> Whose {
        let info = self.provider.info();
        // Another server that speaks the interface of OpenAI is not OpenAI.
        let name = match self.provider {
            Provider::OpenAi if !is_its_own(self.provider, &self.base) => Provider::Compatible.info().name,
            _ => info.name, // The others' stand-ins call themselves by the same name.
        };
        Whose { name, word: info.word, model: self.model.clone() }
    }

    /// For people: "claude-sonnet-4-6 at Anthropic".
    pub fn described(&self) -> String {
        match self.provider {
            Provider::Compatible => format!("{} at {}", self.model, destination(&self.base)),
            _ => format!("{} at {}", self.model, self.whose().name), // Names that people know.
        }
    }

    /// The key; `None` only where none is needed.
    async fn key(&self) -> Result<Option<Secret>, LlmError> {
        let needs_none = self.provider.info().key_optional;
        let key = match &self.key.given {
            Some(key) => Some(key.clone()),
            None => match self.key.kept.get(&self.key_name()).await {
                Ok(kept) => kept,
                // A machine without a keychain is no reason to leave a server alone that wants no key.
                Err(_) if needs_none => None,
                Err(failure) => return Err(LlmError::Own(failure)),
            },
        };
        let key = key.map(|key| Secret::new(key.expose().trim())).filter(|key| !key.expose().is_empty());
        if key.is_none() && !needs_none { Err(LlmError::KeyMissing) } else { Ok(key) }
    }

    /// What it costs; `None` where that is not known. A server of one's own costs nothing, whatever it is called.
    fn price(&self) -> Option<Price> {
        let free = self.provider == Provider::Compatible && is_here(&self.base);
        let word = if free { Provider::LlamaCpp.info().word } else { self.provider.info().word };
        PRICES.of(word, &self.model)
    }
}
