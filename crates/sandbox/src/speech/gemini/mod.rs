//! Gemini: resumable uploads, files, and `generateContent` for files of sound; text alone is for its language models.
//!
//! Guesses: the messages of most refusals, and which names of models there are. Stricter than the true service: fields are
//! known in camelCase alone, a key in the address is not seen, and a type has to be that of the upload.

mod generate;
mod schema;
mod upload;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};

pub(crate) use self::generate::{TOKENS_AT_MOST, bounds, known, object, said};
use self::upload::{File, Session};
use super::SpeechService;
use crate::answers;
use crate::keys::KeyTrouble;
use crate::llm::{self, LlmProvider};
use crate::serve::Number;
use crate::world::{Shared, World};

const OF: SpeechService = SpeechService::Gemini;
/// What Gemini keeps.
#[derive(Debug)]
pub(super) struct Gemini {
    sessions: BTreeMap<String, Session>,
    files: BTreeMap<String, File>,
    /// How many looks at a new file find it in the making.
    looks: u32,
    /// How many answers are still to be cut, and after how many tokens.
    cut: (u32, u64),
}

impl Default for Gemini {
    fn default() -> Gemini {
        Gemini { sessions: BTreeMap::new(), files: BTreeMap::new(), looks: 1, cut: (0, 0) }
    }
}

impl World {
    /// How many looks at a new file of Gemini's find it `PROCESSING`; 1 at first.
    pub fn take_looks(&mut self, looks: u32) {
        self.speech.gemini.looks = looks;
    }

    /// Cuts Gemini's next `times` answers after so many tokens: `finishReason` is `MAX_TOKENS`, and the text no JSON.
    pub fn cut_generated(&mut self, times: u32, at_tokens: u64) {
        self.speech.gemini.cut = (times, at_tokens);
    }

    /// How many files Gemini still keeps.
    #[must_use]
    pub fn kept_files(&self) -> usize {
        self.speech.gemini.files.len()
    }
}

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/upload/v1beta/files", post(upload::upload).put(upload::upload))
        .route("/v1beta/files/{name}", get(upload::look).delete(upload::delete))
        .route("/v1beta/models", get(models))
        .route("/v1beta/models/{model}", post(asked).get(model))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found.").into_response())
}

pub(crate) fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-goog-api-key")?.to_str().ok()
}

async fn models(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    let world = shared.lock();
    world.speech_key(OF, key(&headers))?;
    let models: Vec<_> =
        world.llm_models(LlmProvider::Gemini).iter().map(|name| described(&world, name)).collect();
    Ok(answers::json(StatusCode::OK, &json!({ "models": models })))
}

async fn model(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let world = shared.lock();
    world.speech_key(OF, key(&headers))?;
    if is_model(&name) || world.llm_models(LlmProvider::Gemini).contains(&name) {
        Ok(answers::json(StatusCode::OK, &described(&world, &name)))
    } else {
        Err(no_model(&name))
    }
}

/// `models/{model}:{method}`: a file is heard, and text alone is read.
async fn asked(State(shared): State<Shared>, Path(path): Path<String>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body in memory can be read");
    let number = head.extensions.get::<Number>().map_or(0, |number| number.0);
    match path.split_once(':') {
        Some((model, "generateContent")) if names_a_file(&body) => {
            let answer = generate::generate(&shared, number, model, &head.headers, &body);
            answer.unwrap_or_else(ApiError::into_response)
        }
        Some((model, "generateContent")) => llm::generate(&shared, model, &head, &body).await,
        Some((model, "streamGenerateContent")) => llm::streamed(&shared, model, &head, &body),
        Some(_) | None => match shared.lock().speech_key(OF, key(&head.headers)) {
            Ok(()) => ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found.").into_response(),
            Err(trouble) => ApiError::from(trouble).into_response(),
        },
    }
}

/// Whether a request to generate is about a file.
pub(crate) fn names_a_file(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let contents = body["contents"].as_array().into_iter().flatten();
    contents
        .filter_map(|content| content["parts"].as_array())
        .flatten()
        .any(|part| part.get("fileData").is_some())
}

fn described(world: &World, name: &str) -> Value {
    let (context_tokens, answer_tokens) = llm::context_tokens(world, name);
    json!({
        "name": format!("models/{name}"),
        "displayName": name,
        "inputTokenLimit": context_tokens,
        "outputTokenLimit": answer_tokens,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    })
}

/// `gemini-2.5-flash`, `gemini-3-pro-preview`, `gemini-flash-latest`
pub(crate) fn is_model(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("gemini-") else { return false };
    let rest = rest.strip_suffix("-preview").unwrap_or(rest);
    let sizes = ["pro", "flash", "flash-lite"];
    if let Some(size) = rest.strip_suffix("-latest") {
        return sizes.contains(&size);
    }
    let numbered = |version: &str| {
        version.starts_with(|letter: char| letter.is_ascii_digit()) && version.parse::<f64>().is_ok()
    };
    rest.split_once('-').is_some_and(|(version, size)| numbered(version) && sizes.contains(&size))
}

pub(crate) fn no_model(name: &str) -> ApiError {
    let why = format!(
        "models/{name} is not found for API version v1beta, or is not supported for generateContent. Call ModelService.\
        ListModels to see the list of available models and their supported methods."
    );
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", why)
}

/// `{"error":{"code","message","status","details"}}`
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    word: String,
    message: String,
    details: Option<Box<Value>>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, word: &str, message: impl Into<String>) -> ApiError {
        ApiError { status, word: word.to_owned(), message: message.into(), details: None }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message)
    }

    pub(crate) fn unknown(name: &str) -> ApiError {
        ApiError::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
        ))
    }

    fn details(mut self, kind: &str, mut details: Value) -> ApiError {
        details["@type"] = format!("type.googleapis.com/google.rpc.{kind}").into();
        self.details = Some(Box::new(json!([details])));
        self
    }
}

impl From<KeyTrouble> for ApiError {
    fn from(trouble: KeyTrouble) -> ApiError {
        let too_many = |why| ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", why);
        match trouble {
            KeyTrouble::Missing => {
                let why = "Method doesn't allow unregistered callers (callers without established identity). Please use \
                    API Key or other form of API consumer identity to call this API.";
                ApiError::new(StatusCode::FORBIDDEN, "PERMISSION_DENIED", why)
            }
            // 400, not 401.
            KeyTrouble::Wrong(_) => ApiError::invalid("API key not valid. Please pass a valid API key.")
                .details(
                    "ErrorInfo",
                    json!({
                        "reason": "API_KEY_INVALID",
                        "domain": "googleapis.com",
                        "metadata": { "service": "generativelanguage.googleapis.com" },
                    }),
                ),
            KeyTrouble::UsedUp => {
                let why = "You exceeded your current quota, please check your plan and billing details.";
                too_many(why).details("QuotaFailure", json!({ "violations": [] }))
            }
            KeyTrouble::TooMany => too_many("Resource has been exhausted (e.g. check quota).")
                .details("RetryInfo", json!({ "retryDelay": "1s" })),
        }
    }
}

/// A refusal that a test planned.
pub(crate) fn planned(status: StatusCode, reason: &str) -> Response {
    ApiError::new(status, reason, "A planned fault.").into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.status.as_u16(), "message": self.message, "status": self.word });
        if let Some(details) = self.details {
            error["details"] = *details;
        }
        answers::json(self.status, &json!({ "error": error }))
    }
}
