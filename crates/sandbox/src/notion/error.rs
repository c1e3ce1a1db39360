//! Refusals in the form that Notion gives them.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use hyper::StatusCode;
use hyper::header::{self, HeaderValue};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answers;

/// One refusal: `{"object":"error","status","code","message","request_id"}`.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    message: String,
    retry_after_s: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code: code.into(), message: message.into(), retry_after_s: None }
    }

    /// 400 `validation_error`.
    pub(super) fn invalid(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "validation_error", message)
    }

    /// What is wrong with a value of the request: `body.children[0].type should be …, instead was …`.
    pub(super) fn failed(path: &str, should: &str, was: Option<&Value>) -> ApiError {
        let part = path.split(['.', '[']).next().unwrap_or_default();
        let was = was.map_or("undefined".to_owned(), shortened);
        ApiError::invalid(format!(
            "{part} failed validation: {path} should be {should}, instead was `{was}`."
        ))
    }

    pub(super) fn unauthorised() -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", "API token is invalid.")
    }

    pub(super) fn missing_version() -> ApiError {
        let why = "Notion-Version header failed validation: Notion-Version header should be defined, \
            instead was `undefined`.";
        ApiError::new(StatusCode::BAD_REQUEST, "missing_version", why)
    }

    pub(super) fn unknown_version(expected: &str, was: &str) -> ApiError {
        ApiError::invalid(format!(
            "Notion-Version header failed validation: Notion-Version header should be `\"{expected}\"`, \
            instead was `\"{was}\"`."
        ))
    }

    pub(super) fn restricted(message: &str) -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "restricted_resource", message)
    }

    /// `what` is `page`, `database`, `data source`, `block` or `file_upload`.
    pub(super) fn not_found(what: &str, id: &str, connection: &str) -> ApiError {
        let why = format!(
            "Could not find {what} with ID: {id}. Make sure the relevant pages and databases are shared with your \
            integration \"{connection}\"."
        );
        ApiError::new(StatusCode::NOT_FOUND, "object_not_found", why)
    }

    pub(super) fn not_an_address() -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_request_url", "Invalid request URL.")
    }

    pub(super) fn not_json() -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_json", "Error parsing JSON body.")
    }

    pub(super) fn too_large(why: &str) -> ApiError {
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "validation_error", why)
    }

    pub(super) fn rate_limited() -> ApiError {
        let why = "You have been rate limited. Please try again in a few minutes.";
        let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", why);
        error.retry_after_s = Some(1);
        error
    }

    /// A refusal that a test planned.
    pub(super) fn planned(status: StatusCode, code: &str) -> Response {
        let message = match code {
            "rate_limited" => "You have been rate limited. Please try again in a few minutes.",
            "conflict_error" => "Conflict occurred while saving. Please try again.",
            "internal_server_error" => "Unexpected error occurred.",
            "service_unavailable" => "Notion is unavailable, please try again later.",
            "gateway_timeout" => "Notion took too long to answer, please try again later.",
            "service_overload" => "Notion is overloaded, please try again later.",
            "unauthorized" => "API token is invalid.",
            "restricted_resource" => "Insufficient permissions for this endpoint.",
            // Whatever else a test thinks of.
            _ => "A planned fault.",
        };
        let code = code.to_owned().into();
        ApiError { status, code, message: message.to_owned(), retry_after_s: None }.into_response()
    }
}

/// Notion does not repeat a long value in full.
fn shortened(value: &Value) -> String {
    const AT_MOST: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(AT_MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "object": "error",
            "status": self.status.as_u16(),
            "code": self.code,
            "message": self.message,
            "request_id": Uuid::new_v4().to_string(),
        });
        if self.code == "rate_limited" {
            body["additional_data"] = json!({ "rate_limit_reason": "public_api_request_rate_limit" });
        }
        let mut answer = answers::json(self.status, &body);
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
