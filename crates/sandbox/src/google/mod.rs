//! Google: sign-in, the desktop Picker's redirect, and Drive v3.

mod accounts;
mod authorize;
mod consent;
mod drive;
mod error;
mod file;
mod files;
mod person;
mod token;

use std::collections::BTreeMap;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use hyper::{Method, StatusCode};

pub use self::accounts::{AccountId, CLIENT_ID, CLIENT_SECRET, DRIVE, DRIVE_FILE, DRIVE_READONLY};
pub use self::file::{Content, DriveFile, FOLDER, FileId, Growing, NewFile, Right, SHORTCUT};
pub use self::person::{Answer, Person, Picks};

use self::accounts::{Access, Account, Client, Code, Grant, Refresh};
use self::error::ApiError;
use self::files::Change;
use crate::fault::Call;
use crate::params::Params;
use crate::world::Shared;

pub(crate) const AUTH_PATH: &str = "/google/o/oauth2/v2/auth";
pub(crate) const TOKEN_PATH: &str = "/google/token";
pub(crate) const REVOKE_PATH: &str = "/google/revoke";
pub(crate) const DRIVE_PATH: &str = "/drive/v3";

/// Where the page that asks a person sends the answer.
const CONSENT_PATH: &str = "/google/consent";

/// What Google knows.
#[derive(Debug, Default)]
pub(crate) struct Google {
    clients: BTreeMap<String, Client>,
    accounts: BTreeMap<AccountId, Account>,
    grants: BTreeMap<(String, AccountId), Grant>,
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    families: u64,
    files: BTreeMap<FileId, DriveFile>,
    changes: Vec<Change>,
    person: Person,
    rotates: bool,
    names_unpicked: bool,
}

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route(AUTH_PATH, get(authorize::ask))
        .route(CONSENT_PATH, post(consent::answered))
        .route(TOKEN_PATH, post(token::token))
        .route(REVOKE_PATH, post(token::revoke))
        .nest(DRIVE_PATH, drive::router())
        .fallback(async || ApiError::not_an_address())
        .method_not_allowed_fallback(async || ApiError::not_a_method())
}

/// What a request is for, and the file that it names.
pub(crate) fn asked(method: &Method, path: &str, query: &str) -> Option<(Call, Option<FileId>)> {
    match (method.as_str(), path) {
        ("GET", AUTH_PATH) => return Some((Call::Auth, None)),
        ("POST", TOKEN_PATH) => return Some((Call::Token, None)),
        ("POST", REVOKE_PATH) => return Some((Call::Revoke, None)),
        // Everything else is Drive's or nobody's.
        _ => {}
    }
    let parts: Vec<&str> = path.strip_prefix(DRIVE_PATH)?.split('/').skip(1).collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["about"]) => Some((Call::About, None)),
        ("GET", ["files"]) => Some((Call::List, None)),
        ("GET", ["files", id, "export"]) => Some((Call::Export, Some(FileId::from(*id)))),
        ("GET", ["files", id]) => {
            let media = Params::of(query).get("alt") == Some("media");
            let call = if media { Call::Download } else { Call::Metadata };
            Some((call, Some(FileId::from(*id))))
        }
        ("PATCH", ["files", id]) => Some((Call::Rename, Some(FileId::from(*id)))),
        ("GET", ["changes", ..]) => Some((Call::Changes, None)),
        // Not an address of Drive that the sandbox has.
        _ => None,
    }
}

/// A planned refusal, in the form of an error that the call's address has.
pub(crate) fn refusal(call: Call, status: StatusCode, reason: &str) -> Response {
    match call {
        Call::Auth => consent::refused(status, reason, "A planned fault."),
        Call::Token | Call::Revoke => token::refused(status, reason, "A planned fault."),
        // Everything else of Google's is Drive.
        _ => ApiError::planned(status, reason),
    }
}
