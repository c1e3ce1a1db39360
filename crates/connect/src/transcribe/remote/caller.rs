//! What every request to a speech service needs: where to, with which key, how often.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::secret::Secret;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::header::HeaderValue;
use url::Url;

use super::RemoteSettings;
use super::errors::SpeechError;
use super::service::{Service, is_its_own};
use crate::http;

/// The longest wait for a short answer.
const SHORT_PATIENCE: Duration = Duration::from_secs(60);

/// One job's way to its service. Cheap to clone.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) http: http::Client,
    pub(super) base: Url,
    /// Whether that is the service itself, and not a server in its place.
    pub(super) is_its_own: bool,
    pub(super) model: String,
    /// BCP 47, when the person has set it.
    pub(super) language: Option<String>,
    /// Fits into a header.
    pub(super) key: Option<Secret>,
    pub(super) vocabulary: Arc<[String]>,
    /// The longest wait for an upload to be heard.
    pub(super) patience: Duration,
    pace: Arc<DefaultDirectRateLimiter>,
}

impl Caller {
    /// # Errors
    /// A key that can't be one.
    pub(super) fn new(
        settings: &RemoteSettings,
        key: Option<Secret>,
        vocabulary: &[String],
        patience: Duration,
    ) -> Result<Caller, SpeechError> {
        let key = key.map(|key| Secret::new(key.expose().trim()));
        if key.as_ref().is_some_and(|key| HeaderValue::from_str(key.expose()).is_err()) {
            return Err(SpeechError::KeyRefused("it has signs that no key has".into()));
        }
        Ok(Caller {
            http: http::client_with(patience),
            base: settings.base.clone(),
            is_its_own: is_its_own(settings.service, &settings.base),
            model: settings.model.clone(),
            language: settings.language.clone(),
            key,
            vocabulary: vocabulary.into(),
            patience,
            pace: pace(settings.service, &settings.base),
        })
    }

    /// The address below the service's base.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            // Escapes whatever an id could hold.
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// The longest wait for a short answer.
    pub(super) fn short_patience(&self) -> Duration {
        self.patience.min(SHORT_PATIENCE)
    }

    /// The error without the key, which some servers say again.
    pub(super) fn without_key(&self, error: SpeechError) -> SpeechError {
        let Some(key) = &self.key else { return error };
        let clean = |words: String| words.replace(key.expose(), "…");
        match error {
            SpeechError::KeyRefused(words) => SpeechError::KeyRefused(clean(words)),
            SpeechError::CreditUsedUp(words) => SpeechError::CreditUsedUp(clean(words)),
            SpeechError::QuotaUsedUp(words) => SpeechError::QuotaUsedUp(clean(words)),
            SpeechError::Busy { words, after_ms } => SpeechError::Busy { words: clean(words), after_ms },
            SpeechError::Faulty { words, after_ms } => SpeechError::Faulty { words: clean(words), after_ms },
            SpeechError::TooLarge(words) => SpeechError::TooLarge(clean(words)),
            SpeechError::UnknownModel(words) => SpeechError::UnknownModel(clean(words)),
            SpeechError::NotThere(words) => SpeechError::NotThere(clean(words)),
            SpeechError::Refused(words) => SpeechError::Refused(clean(words)),
            SpeechError::Unreachable(words) => SpeechError::Unreachable(clean(words)),
            SpeechError::NoAnswer(words) => SpeechError::NoAnswer(clean(words)),
            SpeechError::TimedOut(_) | SpeechError::Own(_) => error,
        }
    }

    /// Waits until one more upload is within the service's rate, whichever job the others are for.
    pub(super) async fn turn(&self) {
        self.pace.until_ready().await;
    }
}

/// The pace that all jobs of this process keep with a service.
fn pace(service: Service, base: &Url) -> Arc<DefaultDirectRateLimiter> {
    type Paces = BTreeMap<(Service, String), Arc<DefaultDirectRateLimiter>>;
    static PACES: Mutex<Paces> = Mutex::new(BTreeMap::new());
    let mut paces = PACES.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || {
        let per_minute = NonZeroU32::new(service.info().per_minute).unwrap_or(NonZeroU32::MIN);
        Arc::new(RateLimiter::direct(Quota::per_minute(per_minute)))
    };
    paces.entry((service, base.origin().ascii_serialization())).or_insert_with(new).clone()
}
