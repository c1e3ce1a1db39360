//! Refusals in the form that Drive gives them.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use hyper::{StatusCode, header};
use serde_json::json;

use super::file::FileId;
use crate::answers;

/// One refusal: `{"error":{"code","message","errors":[…]}}`.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    domain: &'static str,
    reason: Cow<'static, str>,
    message: String,
    /// The type and the name of what is wrong.
    location: Option<(&'static str, &'static str)>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, domain: "global", reason: reason.into(), message: message.into(), location: None }
    }

    pub(super) fn bad(reason: &'static str, message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, reason, message)
    }

    pub(super) fn forbidden(reason: &'static str, message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, reason, message)
    }

    /// The query parameter that is wrong.
    pub(super) fn parameter(mut self, name: &'static str) -> ApiError {
        self.location = Some(("parameter", name));
        self
    }

    pub(super) fn unauthorised() -> ApiError {
        let mut error = ApiError::new(StatusCode::UNAUTHORIZED, "authError", "Invalid Credentials");
        error.location = Some(("header", "Authorization"));
        error
    }

    pub(super) fn file_not_found(id: &FileId) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "notFound", format!("File not found: {id}.")).parameter("fileId")
    }

    pub(super) fn not_an_address() -> Response {
        ApiError::new(StatusCode::NOT_FOUND, "notFound", "Not Found").into_response()
    }

    pub(super) fn not_a_method() -> Response {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        ApiError::new(status, "httpMethodNotAllowed", "Method Not Allowed").into_response()
    }

    /// A refusal that a test planned. Limits of use have a domain of their own.
    pub(super) fn planned(status: StatusCode, reason: &str) -> Response {
        let limit = reason.ends_with("LimitExceeded") || reason == "downloadQuotaExceeded";
        let message = status.canonical_reason().unwrap_or("A planned fault").to_owned();
        let domain = if limit { "usageLimits" } else { "global" };
        let reason = reason.to_owned().into();
        ApiError { status, domain, reason, message, location: None }.into_response()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut detail = json!({ "domain": self.domain, "reason": self.reason, "message": self.message });
        if let Some((kind, name)) = self.location {
            detail["locationType"] = kind.into();
            detail["location"] = name.into();
        }
        let code = self.status.as_u16();
        let body = json!({ "error": { "code": code, "message": self.message, "errors": [detail] } });
        let mut answer = answers::json(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge =
                header::HeaderValue::from_static("Bearer realm=\"sandbox\", error=\"invalid_token\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
