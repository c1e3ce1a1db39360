//! What Drive answers when it can't, and what that means for a person.

use debrief_core::failure::{Failure, FailureCode};
use serde::Deserialize;

use crate::http;

/// Why Drive did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum DriveError {
    /// The access token is not taken.
    #[error("401 {0}")]
    Unauthorized(String),
    /// There is no such file, or this account, or this client, may not know of it.
    #[error("404 {0}")]
    NotFound(String),
    /// The person has not chosen the file for Debrief.
    #[error("403 appNotAuthorizedToFile")]
    NotAuthorizedToFile,
    /// The account's rights in the file are not enough.
    #[error("403 {0}")]
    Forbidden(String),
    /// The sign-in covers less than was asked.
    #[error("403 {0}")]
    ScopeTooSmall(String),
    /// Its owner or an administrator allows no downloads.
    #[error("403 {0}")]
    CannotDownload(String),
    /// Google takes the file for malware or spam.
    #[error("403 cannotDownloadAbusiveFile")]
    Abusive,
    /// A Google document larger than an export may be.
    #[error("403 exportSizeLimitExceeded")]
    ExportTooLarge,
    /// A limit of the day is used up.
    #[error("403 {0}")]
    QuotaExceeded(String),
    /// Google asks for patience, or has a fault of its own.
    #[error("status {status} {reason}")]
    Busy {
        /// HTTP status.
        status: u16,
        /// Google's word for it.
        reason: String,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// The range that was asked for is not in the file.
    #[error("416")]
    OutOfRange,
    /// No answer, or a connection that broke.
    #[error("{0}")]
    Unreachable(String),
    /// "Local only" kept the request from leaving for this host.
    #[error("local only is on: {0}")]
    LocalOnly(String),
    /// An answer that is none of Drive's.
    #[error("{0}")]
    Garbled(String),
    /// A refusal that is not in Drive's documentation.
    #[error("status {status} {reason}: {message}")]
    Other {
        /// HTTP status.
        status: u16,
        /// Google's word for it.
        reason: String,
        /// Google's sentence.
        message: String,
    },
}

#[derive(Deserialize)]
struct Body {
    error: Details,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    reason: String,
}

impl DriveError {
    /// Reads an answer that is no success.
    pub(super) fn of(status: u16, body: &[u8], after_ms: Option<u32>) -> DriveError {
        let details = serde_json::from_slice::<Body>(body).ok().map(|body| body.error);
        let message = details.as_ref().map(|d| d.message.clone()).unwrap_or_default();
        let reason = details
            .and_then(|details| details.errors.into_iter().next())
            .map(|item| item.reason)
            .unwrap_or_default();
        match (status, reason.as_str()) {
            (401, _) => DriveError::Unauthorized(reason),
            (404, _) => DriveError::NotFound(reason),
            (416, _) => DriveError::OutOfRange,
            (403, "rateLimitExceeded" | "userRateLimitExceeded" | "sharingRateLimitExceeded")
            | (408 | 429 | 500..=599, _) => DriveError::Busy { status, reason, after_ms },
            (403, "appNotAuthorizedToFile") => DriveError::NotAuthorizedToFile,
            (403, "insufficientPermissions" | "insufficientScopes" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT") => {
                DriveError::ScopeTooSmall(reason)
            }
            (403, "cannotDownloadFile" | "fileNotDownloadable" | "domainPolicy") => {
                DriveError::CannotDownload(reason)
            }
            (403, "cannotDownloadAbusiveFile") => DriveError::Abusive,
            (403, "exportSizeLimitExceeded") => DriveError::ExportTooLarge,
            (403, "dailyLimitExceeded" | "downloadQuotaExceeded") => DriveError::QuotaExceeded(reason),
            (403, _) => DriveError::Forbidden(reason),
            (300..=399, _) => DriveError::Garbled(format!("status {status}: an answer from somewhere else")),
            _ => DriveError::Other { status, reason, message }, // What Google adds one day.
        }
    }

    /// A request that got no answer, or half of one.
    pub(super) fn broken(error: reqwest::Error) -> DriveError {
        if let Some(host) = http::blocked_host(&error) {
            return DriveError::LocalOnly(host);
        }
        // The address of a request names the file; the rest of the details don't need it.
        DriveError::Unreachable(http::causes(&error.without_url()))
    }
}

/// One wording for each kind of error. Where the file, its name or the account matter, [`super::source`] says more.
impl From<DriveError> for Failure {
    fn from(error: DriveError) -> Failure {
        match &error {
            DriveError::Unauthorized(_) => Failure::person(
                FailureCode::SignInExpired,
                "Google's sign-in has expired or was revoked.",
                "Sign in again; the jobs that wait for it go on by themselves.",
            ),
            DriveError::NotFound(_) => Failure::person(
                FailureCode::NoAccess,
                "Debrief can't open this Drive file.",
                "Ask its owner to share it with you, or sign in with the account that can open it.",
            ),
            DriveError::NotAuthorizedToFile => pick_needed(),
            DriveError::Forbidden(_) => Failure::person(
                FailureCode::NoAccess,
                "Your account's rights in this Drive file are not enough.",
                "Ask its owner for more rights, or sign in with another account.",
            ),
            DriveError::ScopeTooSmall(_) => Failure::person(
                FailureCode::SignInNeeded,
                "Your sign-in doesn't let Debrief do that in Drive.",
                "Sign in again and allow what Debrief asks for.",
            ),
            DriveError::CannotDownload(_) => Failure::person(
                FailureCode::DownloadForbidden,
                "The owner of this Drive file has disabled downloads.",
                "Ask them for a copy or to allow downloads, or drop the file here.",
            ),
            DriveError::Abusive => Failure::never(
                FailureCode::FlaggedAsAbusive,
                "Google takes this file for malware or spam and gives it to its owner alone.",
                "If you trust it, download it in the browser as its owner and drop it here.",
            ),
            DriveError::ExportTooLarge => Failure::never(
                FailureCode::DownloadForbidden,
                "This Google document is too large to be exported.",
                "Save it as a PDF in the browser and attach that.",
            ),
            DriveError::QuotaExceeded(_) => Failure::later(
                FailureCode::QuotaExceeded,
                "Google's limit for today is used up for this file or for Debrief.",
                "It is tried again by itself; until then a copy that you drop here works at once.",
            )
            // Such limits are lifted within hours, not seconds.
            .after(Some(30 * 60 * 1000)),
            DriveError::Busy { after_ms, .. } => busy().after(*after_ms),
            DriveError::OutOfRange => damaged(),
            DriveError::Unreachable(_) => offline(),
            DriveError::LocalOnly(host) => local_only(host),
            DriveError::Garbled(_) => Failure::later(
                FailureCode::ServiceBusy,
                "What answered in Google's place is not Drive.",
                "Check whether a network sign-in page or a proxy stands between; it is tried again by itself.",
            ),
            DriveError::Other { .. } => Failure::never(
                FailureCode::NoAccess,
                "Drive refused without a reason that Debrief knows.",
                "Try again; if it is refused again, the details say what Drive answered.",
            ),
        }
        .because(error)
    }
}

pub(super) fn busy() -> Failure {
    Failure::later(
        FailureCode::ServiceBusy,
        "Google is busy.",
        "Nothing is lost; it is tried again by itself.",
    )
}

pub(super) fn offline() -> Failure {
    Failure::later(
        FailureCode::Offline,
        "Google can't be reached.",
        "Check the connection to the internet. What was fetched is kept, and it goes on by itself.",
    )
}

pub(super) fn local_only(host: &str) -> Failure {
    http::blocked(host, "give Debrief the file itself")
}

pub(super) fn damaged() -> Failure {
    Failure::later(
        FailureCode::DownloadDamaged,
        "What came from Drive is not what Drive has.",
        "It is fetched again by itself; if this goes on, look whether the file is being changed.",
    )
}

pub(super) fn pick_needed() -> Failure {
    Failure::person(
        FailureCode::PickNeeded,
        "Debrief may not see this Drive file yet.",
        "Choose it in Google's file chooser, or sign in with access to all of Drive.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(reason: &str) -> Vec<u8> {
        format!(r#"{{"error":{{"code":403,"message":"no","errors":[{{"domain":"global","reason":"{reason}","message":"no"}}]}}}}"#)
            .into_bytes()
    }

    #[test]
    fn every_answer_of_drive_says_what_to_do() {
        let answers: &[(u16, &str)] = &[
            (401, "authError"),
            (404, "notFound"),
            (403, "appNotAuthorizedToFile"),
            (403, "insufficientFilePermissions"),
            (403, "insufficientPermissions"),
            (403, "cannotDownloadFile"),
            (403, "domainPolicy"),
            (403, "cannotDownloadAbusiveFile"),
            (403, "exportSizeLimitExceeded"),
            (403, "dailyLimitExceeded"),
            (403, "downloadQuotaExceeded"),
            (403, "rateLimitExceeded"),
            (429, "rateLimitExceeded"),
            (500, "internalError"),
            (503, ""),
            (416, "requestedRangeNotSatisfiable"),
            (302, ""),
            (400, "badRequest"),
        ];
        let told = answers.iter().map(|(status, reason)| {
            let failure = Failure::from(DriveError::of(*status, &body(reason), Some(7_000)));
            format!(
                "{status} {reason} → {} {:?}\n  {}\n  {}",
                failure.code.word(),
                failure.retry,
                failure.what,
                failure.fix
            )
        });
        let rest = [
            DriveError::Unreachable("reset".into()),
            DriveError::Garbled("no JSON".into()),
            DriveError::LocalOnly("www.googleapis.com".into()),
        ]
        .map(|error| {
            let failure = Failure::from(error.clone());
            format!(
                "{error} → {} {:?}\n  {}\n  {}",
                failure.code.word(),
                failure.retry,
                failure.what,
                failure.fix
            )
        });
        insta::assert_snapshot!(told.chain(rest).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn an_answer_that_is_no_json_is_still_understood_by_its_status() {
        assert!(matches!(DriveError::of(503, b"<html>", None), DriveError::Busy { status: 503, .. }));
        assert!(matches!(DriveError::of(404, b"", None), DriveError::NotFound(_)));
    }
}
