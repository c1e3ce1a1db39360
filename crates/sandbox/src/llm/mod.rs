//! Language models: OpenAI, Groq, a local server of OpenAI's shape, Anthropic and Gemini.
//!
//! They answer what a test wants, and else something of the shape that was asked for, made of the lines of the question.

mod anthropic;
mod gemini;
mod invent;
mod openai;
mod reply;
mod schema;
mod state;
mod stream;
mod tokens;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use bytes::Bytes;
use hyper::{Method, StatusCode};

pub(crate) use self::gemini::{context_tokens, generate, streamed};
pub(crate) use self::openai::chat;
pub(crate) use self::state::Llm;
pub use self::state::{LlmProvider, LlmReply};

use crate::fault::Call;
use crate::speech::{GEMINI_PATH, GROQ_PATH, OPENAI_PATH, gemini as speech_gemini, openai as speech_openai};
use crate::world::Shared;

pub(crate) const ANTHROPIC_PATH: &str = "/anthropic/v1";
pub(crate) const LOCAL_PATH: &str = "/local/v1";

/// The providers that share no address with a speech service.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .nest(ANTHROPIC_PATH, anthropic::router())
        .nest(LOCAL_PATH, openai::local())
        .layer(DefaultBodyLimit::disable())
}

/// Whether only the body of a request tells speech from text.
pub(crate) fn is_either(method: &Method, path: &str) -> bool {
    method == Method::POST && path.starts_with(GEMINI_PATH) && path.ends_with(":generateContent")
}

/// What a request is for.
pub(crate) fn asked(method: &Method, path: &str, body: Option<&Bytes>) -> Option<Call> {
    let below = |base: &str| path.strip_prefix(base).and_then(|rest| rest.strip_prefix('/'));
    let method = method.as_str();
    match (method, below(OPENAI_PATH), below(GROQ_PATH)) {
        ("POST", Some("chat/completions"), _) => return Some(Call::LlmOpenAi),
        ("POST", _, Some("chat/completions")) => return Some(Call::LlmGroq),
        (_, _, _) => {} // Speech, or not an address that they have.
    }
    match (method, below(LOCAL_PATH), below(ANTHROPIC_PATH)) {
        ("POST", Some("chat/completions"), _) => return Some(Call::LlmLocal),
        ("GET", Some("models"), _) => return Some(Call::LlmLocalModels),
        ("POST", _, Some("messages")) => return Some(Call::LlmAnthropic),
        ("GET", _, Some("models")) => return Some(Call::LlmAnthropicModels),
        (_, _, _) => {} // Not an address that they have.
    }
    let generate =
        below(GEMINI_PATH).filter(|path| method == "POST" && path.starts_with("v1beta/models/"))?;
    let is_text =
        generate.ends_with(":generateContent") && body.is_some_and(|body| !speech_gemini::names_a_file(body));
    (is_text || generate.ends_with(":streamGenerateContent")).then_some(Call::LlmGemini)
}

/// A planned refusal, in the form of the provider's errors.
pub(crate) fn refusal(provider: LlmProvider, status: StatusCode, reason: &str) -> Response {
    match provider {
        LlmProvider::OpenAi | LlmProvider::Groq => speech_openai::planned(status, reason),
        LlmProvider::Local => openai::planned_locally(status, reason),
        LlmProvider::Anthropic => anthropic::planned(status, reason),
        LlmProvider::Gemini => speech_gemini::planned(status, reason),
    }
}

/// The reason that a provider gives for a 429.
pub(crate) fn too_many(provider: LlmProvider) -> &'static str {
    match provider {
        LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => "rate_limit_exceeded",
        LlmProvider::Anthropic => "rate_limit_error",
        LlmProvider::Gemini => "RESOURCE_EXHAUSTED",
    }
}
