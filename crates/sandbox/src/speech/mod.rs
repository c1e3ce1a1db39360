//! Speech services: an OpenAI-compatible one, Groq, Deepgram, AssemblyAI and Gemini, which hear DTMF tones.

mod assemblyai;
mod decode;
mod deepgram;
pub mod dtmf;
mod form;
pub(crate) mod gemini;
mod heard;
mod languages;
pub(crate) mod openai;
mod state;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use hyper::{Method, StatusCode};

pub(crate) use self::state::Speech;
pub use self::state::{SpeechService, Spoken};

use crate::fault::Call;
use crate::world::Shared;

pub(crate) const OPENAI_PATH: &str = "/openai/v1";
pub(crate) const GROQ_PATH: &str = "/groq/openai/v1";
pub(crate) const DEEPGRAM_PATH: &str = "/deepgram";
pub(crate) const ASSEMBLYAI_PATH: &str = "/assemblyai";
pub(crate) const GEMINI_PATH: &str = "/gemini";

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .nest(OPENAI_PATH, openai::router(SpeechService::OpenAi))
        .nest(GROQ_PATH, openai::router(SpeechService::Groq))
        .nest(DEEPGRAM_PATH, deepgram::router())
        .nest(ASSEMBLYAI_PATH, assemblyai::router())
        .nest(GEMINI_PATH, gemini::router())
        .layer(DefaultBodyLimit::disable())
}

/// What a request is for.
pub(crate) fn asked(method: &Method, path: &str) -> Option<Call> {
    let below = |base: &str| path.strip_prefix(base).map(|rest| rest.split('/').skip(1).collect::<Vec<_>>());
    let method = method.as_str();
    if let Some(parts) = below(OPENAI_PATH) {
        return match (method, parts.as_slice()) {
            ("POST", ["audio", "transcriptions"]) => Some(Call::SpeechOpenAi),
            ("GET", ["models", ..]) => Some(Call::SpeechOpenAiModels),
            _ => None, // Not an address that it has.
        };
    }
    if let Some(parts) = below(GROQ_PATH) {
        return match (method, parts.as_slice()) {
            ("POST", ["audio", "transcriptions"]) => Some(Call::SpeechGroq),
            ("GET", ["models", ..]) => Some(Call::SpeechGroqModels),
            _ => None, // Not an address that it has.
        };
    }
    if let Some(parts) = below(DEEPGRAM_PATH) {
        return match (method, parts.as_slice()) {
            ("POST", ["v1", "listen"]) => Some(Call::SpeechDeepgram),
            ("GET", ["v1", "projects"]) => Some(Call::SpeechDeepgramProjects),
            _ => None, // Not an address that it has.
        };
    }
    if let Some(parts) = below(ASSEMBLYAI_PATH) {
        return match (method, parts.as_slice()) {
            ("POST", ["v2", "upload"]) => Some(Call::SpeechAssemblyUpload),
            ("POST", ["v2", "transcript"]) => Some(Call::SpeechAssemblyTranscript),
            ("GET", ["v2", "transcript"]) => Some(Call::SpeechAssemblyList),
            ("GET", ["v2", "transcript", _]) => Some(Call::SpeechAssemblyPoll),
            ("DELETE", ["v2", "transcript", _]) => Some(Call::SpeechAssemblyDelete),
            _ => None, // Not an address that it has.
        };
    }
    match (method, below(GEMINI_PATH)?.as_slice()) {
        ("POST" | "PUT", ["upload", "v1beta", "files"]) => Some(Call::SpeechGeminiUpload),
        ("GET", ["v1beta", "files", _]) => Some(Call::SpeechGeminiFile),
        ("DELETE", ["v1beta", "files", _]) => Some(Call::SpeechGeminiDelete),
        ("GET", ["v1beta", "models", ..]) => Some(Call::SpeechGeminiModels),
        ("POST", ["v1beta", "models", _]) => Some(Call::SpeechGeminiGenerate),
        _ => None, // Not an address that it has.
    }
}

/// A planned refusal, in the form of the service's errors.
pub(crate) fn refusal(service: SpeechService, status: StatusCode, reason: &str) -> Response {
    match service {
        SpeechService::OpenAi | SpeechService::Groq => openai::planned(status, reason),
        SpeechService::Deepgram => deepgram::planned(status, reason),
        SpeechService::AssemblyAi => assemblyai::planned(status, reason),
        SpeechService::Gemini => gemini::planned(status, reason),
    }
}

/// The reason that a service gives for a 429.
pub(crate) fn too_many(service: SpeechService) -> &'static str {
    match service {
        SpeechService::OpenAi | SpeechService::Groq => "rate_limit_exceeded",
        SpeechService::Deepgram => "TOO_MANY_REQUESTS",
        SpeechService::AssemblyAi => "Too many requests",
        SpeechService::Gemini => "RESOURCE_EXHAUSTED",
    }
}

/// The fields of a JSON object; values that are no text stay JSON.
pub(crate) fn named_values(object: &serde_json::Map<String, serde_json::Value>) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    object.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}
