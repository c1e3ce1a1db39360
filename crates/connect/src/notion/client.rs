//! Notion's API: requests at its pace, with the token of the connection, tried again where nothing was done.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use debrief_core::secret::Secret;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use url::Url;

use super::connection::{Connection, Me};
use super::errors::NotionError;
use super::pace::Pace;
use crate::http;

/// The version of the API that this was written for.
const VERSION: &str = "2026-03-11";
/// The longest answer that is read.
const MAX_ANSWER_BYTES: usize = 32 << 20;
/// Items on one page of a list.
pub(super) const PAGE_SIZE: usize = 100;
/// A pause up to this long is waited for inside a step; for a longer one the job steps aside, and its row counts down.
const PATIENCE: Duration = Duration::from_secs(5);
/// A part of a file may be on its way for this long.
pub(super) const PART_TIMEOUT: Duration = Duration::from_secs(600);
/// Tries inside a step, after the first.
const TRIES: usize = 3;

/// Notion, as one connection sees it. Cheap to clone.
#[derive(Clone)]
pub struct Notion {
    connection: Arc<Connection>,
    pace: Arc<Pace>,
    timeout: Duration,
    base: Url,
}

impl Notion {
    /// Notion at `base` (`…/v1`), with the connection's token. One answer takes no longer than `timeout`.
    pub fn new(base: Url, connection: Arc<Connection>, timeout: Duration) -> Notion {
        Notion { connection, pace: Arc::new(Pace::new()), timeout, base }
    }

    /// The same, keeping to the pace of another one: Notion counts the requests of both together.
    #[must_use]
    pub fn at_the_pace_of(self, other: &Notion) -> Notion {
        if self.base == other.base { Notion { pace: other.pace.clone(), ..self } } else { self }
    }

    /// Who is connected.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value, NotionError> {
        self.call(Method::GET, path, true, |request| request.query(query)).await
    }

    /// Whose a token is that isn't kept yet.
    pub(super) async fn whose(&self, token: &Secret) -> Result<Me, NotionError> {
        let request = self.connection.http.get(address(&self.base, &["users", "me"])).timeout(self.timeout);
        let request = request.header("Notion-Version", VERSION).bearer_auth(token.expose());
        let answer = self.checked(http::send(request).await.map_err(broken)?).await?;
        Ok(Me::of(&answer))
    }

    /// A question in the form of a POST: changes nothing, so it may be repeated.
    pub(super) async fn ask(&self, path: &[&str], body: &Value) -> Result<Value, NotionError> {
        self.call(Method::POST, path, true, |request| request.json(body)).await
    }

    /// Makes something new: repeated only when Notion said that it did nothing.
    pub(super) async fn post(&self, path: &[&str], body: &Value) -> Result<Value, NotionError> {
        self.call(Method::POST, path, false, |request| request.json(body)).await
    }

    /// Adds something: as [`Notion::post`].
    pub(super) async fn append(&self, path: &[&str], body: &Value) -> Result<Value, NotionError> {
        self.call(Method::PATCH, path, false, |request| request.json(body)).await
    }

    /// Sets something to a value: done twice it is the same.
    pub(super) async fn set(&self, path: &[&str], body: &Value) -> Result<Value, NotionError> {
        self.call(Method::PATCH, path, true, |request| request.json(body)).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<Value, NotionError> {
        self.call(Method::DELETE, path, true, |request| request).await
    }

    /// Sends a part of a file. Sent twice it is the same part.
    pub(super) async fn send_part(
        &self,
        uploads: &http::Client,
        path: &[&str],
        form: impl Fn() -> reqwest::multipart::Form,
    ) -> Result<Value, NotionError> {
        self.call_with(uploads, Method::POST, path, true, |request| request.multipart(form())).await
    }

    /// Every item of a paged list.
    pub(super) async fn list(&self, path: &[&str]) -> Result<Vec<Value>, NotionError> {
        let size = PAGE_SIZE.to_string();
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = vec![("page_size", size.as_str())];
            query.extend(cursor.as_deref().map(|cursor| ("start_cursor", cursor)));
            let mut page = self.get(path, &query).await?;
            if let Value::Array(results) = page["results"].take() {
                items.extend(results);
            }
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &[&str],
        repeatable: bool,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Value, NotionError> {
        let with = |request: RequestBuilder| with(request.timeout(self.timeout));
        self.call_with(&self.connection.http, method, path, repeatable, with).await
    }

    async fn call_with(
        &self,
        client: &http::Client,
        method: Method,
        path: &[&str],
        repeatable: bool,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Value, NotionError> {
        let url = address(&self.base, path);
        let once = || self.once(|| with(client.request(method.clone(), url.clone())));
        let delays = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(PATIENCE)
            .with_max_times(TRIES)
            .with_jitter();
        once.retry(delays)
            .when(|error| match error {
                NotionError::Busy { after_ms, .. } => fits_patience(*after_ms),
                NotionError::Faulty { after_ms, .. } => repeatable && fits_patience(*after_ms),
                NotionError::NoAnswer(_) => repeatable,
                NotionError::Unauthorized(_)
                | NotionError::Forbidden(_)
                | NotionError::NotFound(_)
                | NotionError::Invalid { .. }
                | NotionError::Unreachable(_)
                | NotionError::LocalOnly(_)
                | NotionError::Account(_) => false,
            })
            .await
    }

    /// One request; a token that is refused is renewed once, where it can be.
    async fn once(&self, request: impl Fn() -> RequestBuilder) -> Result<Value, NotionError> {
        let mut renewed = false;
        loop {
            self.pace.turn(PATIENCE).await.map_err(|left| NotionError::Busy {
                status: 429,
                after_ms: Some(u32::try_from(left.as_millis()).unwrap_or(u32::MAX)),
            })?;
            let token = self.connection.token().await.map_err(NotionError::Account)?;
            let request = request().header("Notion-Version", VERSION).bearer_auth(token.expose());
            let answer = http::send(request).await.map_err(broken)?;
            match self.checked(answer).await {
                Err(NotionError::Unauthorized(_)) if !renewed && self.connection.renews() => {
                    renewed = true;
                    self.connection.renew(&token).await.map_err(NotionError::Account)?;
                }
                Err(NotionError::Unauthorized(words)) => {
                    let failure = self.connection.refused().because(words);
                    return Err(NotionError::Account(failure));
                }
                other => return other,
            }
        }
    }

    async fn checked(&self, mut answer: Response) -> Result<Value, NotionError> {
        let status = answer.status();
        let after_ms = http::retry_after_ms(answer.headers(), jiff::Timestamp::now());
        let mut body = Vec::new();
        let whole = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER_BYTES => {
                    body.extend_from_slice(&chunk)
                }
                Ok(Some(_)) => break Err(NotionError::NoAnswer("the answer is far too long".to_owned())),
                Ok(None) => break Ok(()),
                Err(error) => break Err(broken(error)),
            }
        };
        if status.is_success() {
            whole?;
            return serde_json::from_slice(&body).map_err(|error| NotionError::NoAnswer(error.to_string()));
        }
        // The status alone says enough when the rest of the answer is lost.
        let error = NotionError::of(status.as_u16(), &body, after_ms);
        if let NotionError::Busy { after_ms: Some(ms), .. } = &error {
            self.pace.pause(Duration::from_millis(u64::from(*ms)));
        }
        Err(error)
    }
}

fn fits_patience(after_ms: Option<u32>) -> bool {
    after_ms.is_none_or(|ms| Duration::from_millis(u64::from(ms)) <= PATIENCE)
}

fn broken(error: reqwest::Error) -> NotionError {
    if error.is_connect() || error.is_builder() || http::is_blocked(&error) {
        return NotionError::unreached(error);
    }
    NotionError::NoAnswer(http::causes(&error.without_url()))
}

pub(super) fn address(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        // Escapes whatever an id could hold.
        segments.pop_if_empty().extend(path);
    }
    url
}
