//! What Notion refuses with, in words for the person.

use debrief_core::failure::{Failure, FailureCode};
use serde::Deserialize;

use crate::http;

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotionError {
    /// The token is refused.
    #[error("unauthorized: {0}")]
    Unauthorized(String),
    /// The connection may not do this.
    #[error("restricted_resource: {0}")]
    Forbidden(String),
    /// It is not there, or not shared with the connection; Notion doesn't tell which.
    #[error("object_not_found: {0}")]
    NotFound(String),
    /// The request makes no sense to Notion as things stand.
    #[error("{code}: {message}")]
    Invalid {
        /// Notion's word.
        code: String,
        /// Notion's sentence.
        message: String,
    },
    /// Notion asks for patience; it has done nothing.
    #[error("status {status}")]
    Busy {
        /// HTTP status: 409, 429 or 529.
        status: u16,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// Notion has a fault of its own, and may have done what it was asked for.
    #[error("status {status}")]
    Faulty {
        /// HTTP status, 5xx.
        status: u16,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// No connection: nothing was asked.
    #[error("{0}")]
    Unreachable(String),
    /// "Local only" kept the request from leaving for this host.
    #[error("local only is on: {0}")]
    LocalOnly(String),
    /// Asked, and no whole answer: it may have been done.
    #[error("{0}")]
    NoAnswer(String),
    /// Nobody is connected, or the connection is of no use; already in words for the person.
    #[error("{0}")]
    Account(Failure),
}

#[derive(Deserialize)]
struct Body {
    code: String,
    #[serde(default)]
    message: String,
}

impl NotionError {
    /// A request that did not leave, or whose answer is of no use.
    pub(super) fn unreached(error: reqwest::Error) -> NotionError {
        match http::blocked_host(&error) {
            Some(host) => NotionError::LocalOnly(host),
            None => NotionError::Unreachable(http::causes(&error.without_url())),
        }
    }

    /// The refusal that an answer is.
    pub(super) fn of(status: u16, body: &[u8], after_ms: Option<u32>) -> NotionError {
        let body: Body = serde_json::from_slice(body)
            .unwrap_or_else(|_| Body { code: format!("status {status}"), message: String::new() });
        match status {
            401 => NotionError::Unauthorized(body.message),
            403 => NotionError::Forbidden(body.message),
            404 => NotionError::NotFound(body.message),
            409 | 429 | 529 => NotionError::Busy { status, after_ms },
            500.. => NotionError::Faulty { status, after_ms },
            // A network's sign-in page or a proxy stands between: this is no answer of Notion's.
            300..=399 => NotionError::NoAnswer(format!("status {status}")),
            _ => NotionError::Invalid { code: body.code, message: body.message },
        }
    }
}

impl From<NotionError> for Failure {
    fn from(error: NotionError) -> Failure {
        match error {
            NotionError::Unauthorized(_) => expired(),
            NotionError::Forbidden(_) => Failure::person(
                FailureCode::NotionNoAccess,
                "The Notion connection may not write there.",
                "Give it the capabilities to read, insert and update content at Notion's developer page, then retry.",
            ),
            NotionError::NotFound(_) => no_access("the database or page for pages"),
            NotionError::Invalid { .. } => Failure::never(
                FailureCode::NotionRefused,
                "Notion refused what Debrief sent.",
                "Retry; if it is refused again, copy the details into a bug report. Everything before it is kept.",
            ),
            NotionError::Busy { after_ms, .. } | NotionError::Faulty { after_ms, .. } => Failure::later(
                FailureCode::ServiceBusy,
                "Notion is busy.",
                "Nothing is lost; it is tried again by itself.",
            )
            .after(after_ms),
            NotionError::Unreachable(_) | NotionError::NoAnswer(_) => Failure::later(
                FailureCode::Offline,
                "Notion can't be reached.",
                "Check the connection to the internet. What was done is kept, and it goes on by itself.",
            ),
            NotionError::LocalOnly(ref host) => {
                http::blocked(host, "have pages written to a folder on this computer")
            }
            NotionError::Account(failure) => return failure,
        }
        .because(error)
    }
}

/// The token is refused.
pub(super) fn expired() -> Failure {
    Failure::person(
        FailureCode::NotionSignInExpired,
        "Notion no longer takes this connection: it was revoked or has expired.",
        "Connect Notion again; the jobs that wait for it go on by themselves.",
    )
}

/// Nobody is connected.
pub(super) fn not_connected() -> Failure {
    Failure::person(
        FailureCode::NotionNotConnected,
        "Notion is not connected.",
        "Connect it in the settings; the job goes on by itself, and its transcript is safe.",
    )
}

/// `what` is gone or not shared.
pub(super) fn no_access(what: &str) -> Failure {
    Failure::person(
        FailureCode::NotionNoAccess,
        format!("Notion can't find {what}."),
        "In Notion, open it and add Debrief under ••• → Connections; or choose another one. The transcript is safe.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_notion_says_what_to_do() {
        let body =
            |code: &str| format!(r#"{{"object":"error","code":"{code}","message":"no"}}"#).into_bytes();
        let answers = [
            (400, "validation_error"),
            (401, "unauthorized"),
            (403, "restricted_resource"),
            (404, "object_not_found"),
            (409, "conflict_error"),
            (429, "rate_limited"),
            (500, "internal_server_error"),
            (503, "service_unavailable"),
            (529, "service_overload"),
        ];
        let answers = answers.map(|(status, code)| NotionError::of(status, &body(code), Some(7_000)));
        let rest = [
            NotionError::Unreachable("refused".into()),
            NotionError::NoAnswer("reset".into()),
            NotionError::LocalOnly("api.notion.com".into()),
            NotionError::Account(not_connected()),
        ];
        let told = answers.into_iter().chain(rest).map(|error| {
            let failure = Failure::from(error.clone());
            let code = failure.code.word();
            format!("{error} → {code} {:?}\n  {}\n  {}", failure.retry, failure.what, failure.fix)
        });
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
    }
}
