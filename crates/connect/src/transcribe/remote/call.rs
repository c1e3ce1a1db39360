//! One request to a speech service: its answer within bounds, or what is wrong.

use std::path::Path;
use std::time::Duration;

use debrief_core::failure::Failure;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Body, RequestBuilder};
use serde_json::Value;

use super::errors::SpeechError;
use crate::http;

/// The longest answer that is read: 9 hours of words with their times are about 10 MB.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// So much of an answer that is no JSON is kept for the details.
const MAX_QUOTED: usize = 300;

/// What a service refuses with.
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    /// The body, `null` when it is no JSON.
    pub(super) body: Value,
    /// The service's sentence, or what else there is to say.
    pub(super) words: String,
    /// After how many milliseconds it may be asked again.
    pub(super) after_ms: Option<u32>,
}

impl Refusal {
    /// What the status alone says, the same with every service.
    pub(super) fn by_status(self) -> SpeechError {
        let Refusal { status, words, after_ms, .. } = self;
        match status {
            401 | 403 => SpeechError::KeyRefused(words),
            402 => SpeechError::CreditUsedUp(words),
            404 | 405 => SpeechError::NotThere(words),
            408 | 425 | 429 => SpeechError::Busy { words, after_ms },
            413 => SpeechError::TooLarge(words),
            500.. => SpeechError::Faulty { words, after_ms },
            // A network's sign-in page or a proxy stands between: this is no answer of the service's.
            ..=399 => SpeechError::NoAnswer(words),
            _ => SpeechError::Refused(words),
        }
    }

    /// Whether the service's sentence has that in it, in whatever case.
    pub(super) fn says(&self, part: &str) -> bool {
        self.words.to_lowercase().contains(part)
    }
}

/// Where a service keeps its sentence: the first of these places that has one.
const SENTENCES: [&str; 6] = ["/error/message", "/error", "/err_msg", "/message", "/detail", "/reason"];

/// Sends a request and reads the whole answer as JSON; an empty one is `null`.
pub(super) async fn call(
    request: RequestBuilder,
    timeout: Duration,
    refused: impl FnOnce(Refusal) -> SpeechError,
) -> Result<Value, SpeechError> {
    let (_, body) = answer(request, timeout, refused).await?;
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body).map_err(|error| SpeechError::NoAnswer(format!("not JSON: {error}")))
}

/// Sends a request and reads the whole answer.
pub(super) async fn answer(
    request: RequestBuilder,
    timeout: Duration,
    refused: impl FnOnce(Refusal) -> SpeechError,
) -> Result<(HeaderMap, Vec<u8>), SpeechError> {
    let late = |_| SpeechError::TimedOut(timeout.as_secs());
    tokio::time::timeout(timeout, whole(request, timeout, refused)).await.map_err(late)?
}

async fn whole(
    request: RequestBuilder,
    timeout: Duration,
    refused: impl FnOnce(Refusal) -> SpeechError,
) -> Result<(HeaderMap, Vec<u8>), SpeechError> {
    let broken = |error| broken(error, timeout);
    let mut answer = http::send(request).await.map_err(broken)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    let read = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER_BYTES => body.extend_from_slice(&chunk),
            Ok(Some(_)) => break Err(SpeechError::NoAnswer("the answer is far too long".into())),
            Ok(None) => break Ok(()),
            Err(error) => break Err(broken(error)),
        }
    };
    if status.is_success() {
        return read.map(|()| (headers, body));
    }
    // The status alone says enough when the rest of the answer is lost.
    let after_ms = http::retry_after_ms(&headers, jiff::Timestamp::now());
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let sentence = SENTENCES.iter().find_map(|place| json.pointer(place)?.as_str());
    let quoted = || String::from_utf8_lossy(&body).chars().take(MAX_QUOTED).collect();
    let words = format!("status {}: {}", status.as_u16(), sentence.map_or_else(quoted, str::to_owned));
    Err(refused(Refusal { status: status.as_u16(), words, after_ms, body: json }))
}

fn broken(error: reqwest::Error, timeout: Duration) -> SpeechError {
    if let Some(host) = http::blocked_host(&error) {
        return http::blocked(&host, "choose a speech engine on this computer").into();
    }
    if error.is_timeout() && !error.is_connect() {
        return SpeechError::TimedOut(timeout.as_secs());
    }
    let unasked = error.is_connect() || error.is_builder();
    let words = http::causes(&error.without_url());
    if unasked { SpeechError::Unreachable(words) } else { SpeechError::NoAnswer(words) }
}

/// The piece's file as a body, with its length.
pub(super) async fn body(file: &Path) -> Result<(Body, u64), SpeechError> {
    let unread = |error| Failure::internal(format!("the compressed audio cannot be read: {error}"));
    let opened = tokio::fs::File::open(file).await.map_err(unread)?;
    let length = opened.metadata().await.map_err(unread)?.len();
    Ok((Body::from(opened), length))
}

/// The request with the piece's file as its body: services want to know the length first.
pub(super) async fn with_file(request: RequestBuilder, file: &Path) -> Result<RequestBuilder, SpeechError> {
    let (body, length) = body(file).await?;
    Ok(request.header(CONTENT_LENGTH, length).body(body))
}

/// What was expected in an answer and isn't there.
pub(super) fn lacks(what: &str) -> SpeechError {
    SpeechError::NoAnswer(format!("the answer has no {what}"))
}
