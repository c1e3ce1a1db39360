//! Notion: its API of version 2026-03-11, file uploads, the consent of a public connection, and pages to look at.

mod api;
mod block;
mod blocks;
mod check;
mod consent;
mod content;
mod error;
mod file_types;
mod filter;
mod hand;
mod icon;
mod languages;
mod oauth;
mod objects;
mod pages;
mod person;
mod query;
mod rate;
mod rich_text;
mod schema;
mod sources;
mod state;
mod tokens;
mod upload;
mod values;
mod view;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{any, get, post};
use hyper::{Method, StatusCode};
use serde_json::Value;

pub use self::oauth::{NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT};
pub use self::person::{NotionAnswer, NotionPerson, Shares};
pub use self::rate::NotionRate;
pub(crate) use self::state::Notion;
pub use self::state::{BlockId, DataSourceId, DatabaseId, PageId, WorkspaceId};

use self::error::ApiError;
use crate::fault::Call;
use crate::world::Shared;

/// The one version of the API that is understood.
pub const NOTION_VERSION: &str = "2026-03-11";

pub(crate) const API_PATH: &str = "/notion/v1";

/// Where a browser finds the pages.
const VIEW_PATH: &str = "/notion/view";
/// Where the files of blocks are.
const FILES_PATH: &str = "/notion/files";
const AUTHORIZE_PATH: &str = "/notion/v1/oauth/authorize";
/// Where the page that asks a person sends the answer.
const CONSENT_PATH: &str = "/notion/consent";

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route(AUTHORIZE_PATH, get(oauth::ask))
        .route(CONSENT_PATH, post(consent::answered))
        .route(VIEW_PATH, get(view::index))
        .route("/notion/view/{id}", get(view::page))
        .route("/notion/files/{id}/{name}", get(upload::download))
        .route("/notion/v1/{*path}", any(api::answer))
        .layer(DefaultBodyLimit::disable())
}

/// What a request is for.
pub(crate) fn asked(method: &Method, path: &str) -> Option<Call> {
    let parts: Vec<&str> = path.strip_prefix(API_PATH)?.split('/').skip(1).collect();
    let call = match (method.as_str(), parts.as_slice()) {
        ("GET", ["users", "me"]) => Call::NotionUser,
        ("POST", ["search"]) => Call::NotionSearch,
        ("GET", ["databases", _]) => Call::NotionDatabase,
        ("GET" | "PATCH", ["data_sources", _]) => Call::NotionDataSource,
        ("POST", ["data_sources", _, "query"]) => Call::NotionQuery,
        ("POST", ["pages"]) => Call::NotionCreate,
        ("GET", ["pages", _]) => Call::NotionPage,
        ("PATCH", ["pages", _]) => Call::NotionPagePatch,
        ("PATCH", ["blocks", _, "children"]) => Call::NotionAppend,
        ("GET", ["blocks", _, "children"]) => Call::NotionChildren,
        ("GET" | "PATCH" | "DELETE", ["blocks", _]) => Call::NotionBlock,
        ("POST", ["file_uploads", _, "send"]) => Call::NotionSend,
        ("GET" | "POST", ["file_uploads", ..]) => Call::NotionUpload,
        ("POST", ["oauth", "token"]) => Call::NotionToken,
        // Notion answers it all the same.
        _ => Call::NotionAny,
    };
    Some(call)
}

/// A planned refusal, in the form of an error that the call's address has.
pub(crate) fn refusal(call: Call, status: StatusCode, code: &str) -> Response {
    if call == Call::NotionToken && oauth::CODES.contains(&code) {
        return oauth::refused(status, code, "A planned fault.");
    }
    ApiError::planned(status, code)
}

/// How many blocks a request brings: with nested ones, and without.
pub(crate) fn blocks_in(call: Call, body: &[u8]) -> (u32, u32) {
    if !matches!(call, Call::NotionCreate | Call::NotionAppend) {
        return (0, 0);
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let top = body["children"].as_array().map_or(0, Vec::len);
    (counted(&body), u32::try_from(top).unwrap_or(u32::MAX))
}

fn counted(holder: &Value) -> u32 {
    let children = holder["children"].as_array().map(Vec::as_slice).unwrap_or_default();
    let below = |block: &Value| {
        let inner = block.as_object().into_iter().flatten().map(|(_, content)| counted(content));
        inner.fold(1_u32, u32::saturating_add)
    };
    children.iter().map(below).fold(0, u32::saturating_add)
}
