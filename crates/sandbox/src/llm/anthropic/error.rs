//! Refusals in the form that Anthropic gives them.

use axum::response::{IntoResponse, Response};
use hyper::{StatusCode, header};
use serde_json::json;
use uuid::Uuid;

use crate::answers;
use crate::keys::KeyTrouble;

/// `{"type":"error","error":{"type","message"},"request_id"}`
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    kind: String,
    message: String,
    retry_after_s: Option<u32>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> ApiError {
        ApiError { status, kind: kind.to_owned(), message: message.into(), retry_after_s: None }
    }

    pub(super) fn invalid(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    pub(super) fn overloaded() -> ApiError {
        let status = StatusCode::from_u16(529).expect("a status may be from 100 to 999");
        ApiError::new(status, "overloaded_error", "Overloaded")
    }
}

impl From<KeyTrouble> for ApiError {
    fn from(trouble: KeyTrouble) -> ApiError {
        let refused = |why| ApiError::new(StatusCode::UNAUTHORIZED, "authentication_error", why);
        match trouble {
            KeyTrouble::Missing => refused("x-api-key header is required"),
            KeyTrouble::Wrong(_) => refused("invalid x-api-key"),
            // 400, not 402.
            KeyTrouble::UsedUp => ApiError::invalid(
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or \
                 purchase credits.",
            ),
            KeyTrouble::TooMany => {
                let why =
                    "This request would exceed your organization's rate limit of 50 requests per minute.";
                let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", why);
                error.retry_after_s = Some(1);
                error
            }
        }
    }
}

/// A refusal that a test planned.
pub(in crate::llm) fn planned(status: StatusCode, reason: &str) -> Response {
    let message = if reason == "overloaded_error" { "Overloaded" } else { "A planned fault." };
    ApiError::new(status, reason, message).into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = format!("req_{}", Uuid::new_v4().simple());
        let body = json!({
            "type": "error",
            "error": { "type": self.kind, "message": self.message },
            "request_id": request_id,
        });
        let mut answer = answers::json(self.status, &body);
        if let Ok(id) = header::HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("request-id", id);
        }
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }
}
