//! The way to one model: where, with which key, how often, how patiently.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::secret::Secret;
use genai::ServiceTarget;
use genai::resolver::{AuthData, Endpoint};
use genai::{Headers, ModelIden};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::header::HeaderValue;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::ModelSettings;
use super::errors::LlmError;
use super::provider::{Provider, Speaks};
use crate::http;

/// Bounds of the waits for a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Until the first sign of an answer. A model on this machine may have to be loaded, and to read, first.
    pub(super) first: Duration,
    /// Between one sign and the next.
    pub(super) between: Duration,
    /// For the whole answer.
    pub(super) whole: Duration,
}

impl Patience {
    pub(super) fn of(settings: &ModelSettings) -> Patience {
        let own = settings.provider.info().on_this_machine || http::is_here(&settings.base);
        let first = if own { 5 * 60 } else { 90 };
        Patience {
            first: Duration::from_secs(first),
            between: Duration::from_secs(60),
            whole: Duration::from_secs(60 * 60),
        }
    }
}

/// The way to one model.
pub(super) struct Caller {
    pub(super) http: http::Client,
    pub(super) client: genai::Client,
    pub(super) provider: Provider,
    pub(super) model: String,
    pub(super) patience: Patience,
    base: Url,
    /// Fits into a header.
    key: Option<Secret>,
    gate: Arc<Gate>,
}

/// What all questions of this process to a server share.
struct Gate {
    pace: DefaultDirectRateLimiter,
    places: Arc<Semaphore>,
}

impl Caller {
    /// # Errors
    /// No key, or one that can't be one.
    pub(super) async fn new(settings: &ModelSettings, patience: Patience) -> Result<Caller, LlmError> {
        let key = settings.key().await?;
        if key.as_ref().is_some_and(|key| HeaderValue::from_str(key.expose()).is_err()) {
            return Err(LlmError::KeyRefused("it has signs that no key has".into()));
        }
        let silence = patience.first.max(patience.between);
        Ok(Caller {
            client: genai::Client::builder()
                .with_reqwest(http::client_for_others(silence))
                .build()
                .map_err(|error| LlmError::NoAnswer(error.to_string()))?,
            http: http::client_with(silence),
            provider: settings.provider,
            model: settings.model.clone(),
            patience,
            base: settings.base.clone(),
            key,
            gate: gate(settings.provider, &settings.base),
        })
    }

    /// Waits for a place among the questions that the server is asked at a time, and until one more is within its rate.
    pub(super) async fn turn(&self) -> OwnedSemaphorePermit {
        let place = self.gate.places.clone().acquire_owned().await;
        self.gate.pace.until_ready().await;
        place.expect("nobody closes it")
    }

    /// The address below the provider's base.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// What comes of asking the model by the library's means, unless nothing may go to it any more.
    pub(super) async fn while_allowed<T>(&self, asking: impl Future<Output = T>) -> Result<T, LlmError> {
        http::while_allowed(&self.base, asking).await.map_err(|blocked| LlmError::LocalOnly(blocked.host))
    }

    /// A request with the key where the provider wants it.
    pub(super) fn get(&self, url: Url) -> reqwest::RequestBuilder {
        let request = self.http.get(url);
        let Some(key) = &self.key else { return request };
        let secret = |text: String| {
            let mut value = HeaderValue::from_str(&text).expect("checked when it was made");
            value.set_sensitive(true);
            value
        };
        let key = key.expose();
        match self.provider.speaks() {
            Speaks::OpenAi => request.header("authorization", secret(format!("Bearer {key}"))),
            Speaks::Anthropic => {
                request.header("x-api-key", secret(key.to_owned())).header("anthropic-version", "2023-06-01")
            }
            Speaks::Gemini => request.header("x-goog-api-key", secret(key.to_owned())),
        }
    }

    /// Where a question goes, as the library wants it.
    pub(super) fn target(&self) -> ServiceTarget {
        let mut base = self.base.to_string();
        if !base.ends_with('/') {
            base.push('/');
        }
        let auth = match &self.key {
            Some(key) => AuthData::from_single(key.expose()),
            // Without this the library sends an empty key.
            None => AuthData::RequestOverride {
                url: self.url(&["chat", "completions"]).into(),
                headers: Headers::default(),
            },
        };
        // What stands before `::` the library takes for a name of its own, and leaves out.
        let model = match self.model.contains("::") {
            true => format!("model::{}", self.model),
            false => self.model.clone(),
        };
        let model = ModelIden::new(self.provider.adapter(), model);
        ServiceTarget { endpoint: Endpoint::from_owned(base), auth, model }
    }

    /// The error without the key, which some servers say again.
    pub(super) fn without_key(&self, error: LlmError) -> LlmError {
        let Some(key) = &self.key else { return error };
        let clean = |words: String| words.replace(key.expose(), "…");
        match error {
            LlmError::KeyRefused(words) => LlmError::KeyRefused(clean(words)),
            LlmError::CreditUsedUp(words) => LlmError::CreditUsedUp(clean(words)),
            LlmError::QuotaUsedUp { words, after_ms } => {
                LlmError::QuotaUsedUp { words: clean(words), after_ms }
            }
            LlmError::Busy { words, after_ms } => LlmError::Busy { words: clean(words), after_ms },
            LlmError::Faulty { words, after_ms } => LlmError::Faulty { words: clean(words), after_ms },
            LlmError::UnknownModel(words) => LlmError::UnknownModel(clean(words)),
            LlmError::NotThere(words) => LlmError::NotThere(clean(words)),
            LlmError::Refused(words) => LlmError::Refused(clean(words)),
            LlmError::Unfit(words) => LlmError::Unfit(clean(words)),
            LlmError::TooLong(words) => LlmError::TooLong(clean(words)),
            LlmError::Unusable(words) => LlmError::Unusable(clean(words)),
            LlmError::Unreachable(words) => LlmError::Unreachable(clean(words)),
            LlmError::NoAnswer(words) => LlmError::NoAnswer(clean(words)),
            LlmError::KeyMissing
            | LlmError::OutOfRoom(_)
            | LlmError::TimedOut(_)
            | LlmError::LocalOnly(_)
            | LlmError::CapReached { .. }
            | LlmError::Own(_) => error,
        }
    }
}

fn gate(provider: Provider, base: &Url) -> Arc<Gate> {
    type Gates = BTreeMap<(Provider, String), Arc<Gate>>;
    static GATES: Mutex<Gates> = Mutex::new(BTreeMap::new());
    let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || {
        let info = provider.info();
        let per_minute = NonZeroU32::new(info.per_minute).unwrap_or(NonZeroU32::MIN);
        let places = Arc::new(Semaphore::new(info.at_a_time));
        Arc::new(Gate { pace: RateLimiter::direct(Quota::per_minute(per_minute)), places })
    };
    gates.entry((provider, base.origin().ascii_serialization())).or_insert_with(new).clone()
}
