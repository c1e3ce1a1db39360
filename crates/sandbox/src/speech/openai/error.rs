//! Refusals in the form that OpenAI and Groq give them.

use axum::response::{IntoResponse, Response};
use hyper::{StatusCode, header};
use serde_json::json;

use crate::answers;
use crate::keys::KeyTrouble;
use crate::speech::SpeechService;
use crate::speech::decode::NotSound;
use crate::speech::form::Broken;

/// `{"error":{"message","type","param","code"}}`
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    param: Option<String>,
    code: Option<String>,
    pub(crate) message: String,
    retry_after_s: Option<u32>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: Option<&str>, message: impl Into<String>) -> ApiError {
        let (code, message) = (code.map(str::to_owned), message.into());
        ApiError { status, kind: "invalid_request_error", param: None, code, message, retry_after_s: None }
    }

    pub(crate) fn bad(param: &str, code: Option<&str>, message: impl Into<String>) -> ApiError {
        let mut error = ApiError::new(StatusCode::BAD_REQUEST, code, message);
        error.param = Some(param.to_owned());
        error
    }

    pub(crate) fn missing(param: &str) -> ApiError {
        let why = format!("Missing required parameter: '{param}'.");
        ApiError::bad(param, Some("missing_required_parameter"), why)
    }

    pub(crate) fn no_model(model: &str) -> ApiError {
        let why = format!("The model `{model}` does not exist or you do not have access to it.");
        ApiError::new(StatusCode::NOT_FOUND, Some("model_not_found"), why)
    }

    pub(crate) fn key(of: SpeechService, trouble: &KeyTrouble) -> ApiError {
        let refused = |code, why: String| ApiError::new(StatusCode::UNAUTHORIZED, code, why);
        match trouble {
            KeyTrouble::Missing => {
                refused(None, "You didn't provide an API key in an Authorization header.".to_owned())
            }
            KeyTrouble::Wrong(_) if of == SpeechService::Groq => {
                refused(Some("invalid_api_key"), "Invalid API Key".to_owned())
            }
            KeyTrouble::Wrong(key) => {
                // The true service repeats its ends, so a product must not log the message unseen.
                let start: String = key.chars().take(8).collect();
                refused(Some("invalid_api_key"), format!("Incorrect API key provided: {start}***."))
            }
            KeyTrouble::UsedUp if of == SpeechService::Groq => {
                let why = "API access is blocked: the organization has reached its spend limit.";
                ApiError::new(StatusCode::BAD_REQUEST, Some("blocked_api_access"), why)
            }
            KeyTrouble::UsedUp => {
                let why = "You exceeded your current quota, please check your plan and billing details.";
                let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, Some("insufficient_quota"), why);
                error.kind = "insufficient_quota";
                error
            }
            KeyTrouble::TooMany => {
                let mut error = ApiError::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    Some("rate_limit_exceeded"),
                    "Rate limit reached for requests. Please try again in 1s.",
                );
                error.kind = "requests";
                error.retry_after_s = Some(1);
                error
            }
        }
    }
}

impl From<NotSound> for ApiError {
    fn from(NotSound(_): NotSound) -> ApiError {
        let why = "The audio file could not be decoded or its format is not supported.";
        ApiError::bad("file", Some("invalid_value"), why)
    }
}

impl From<Broken> for ApiError {
    fn from(Broken: Broken) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, None, "Could not parse multipart form")
    }
}

/// A refusal that a test planned.
pub(crate) fn planned(status: StatusCode, reason: &str) -> Response {
    let mut error = ApiError::new(status, Some(reason), "A planned fault.");
    error.kind = match (status.as_u16(), reason) {
        (_, "insufficient_quota") => "insufficient_quota",
        (429, _) => "requests",
        (500.., _) => "server_error",
        _ => "invalid_request_error", // What OpenAI says of any other.
    };
    error.into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (kind, param, code) = (self.kind, self.param, self.code);
        let body =
            json!({ "error": { "message": self.message, "type": kind, "param": param, "code": code } });
        let mut answer = answers::json(self.status, &body);
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }
}
