//! Drive v3.

mod about;
mod access;
mod changes;
mod fields;
mod get;
mod list;
mod media;
mod query;
mod resource;
mod update;

use axum::Router;
use axum::routing::get;
use hyper::{HeaderMap, Uri};

use self::access::Caller;
use self::fields::Selection;
use super::error::ApiError;
use crate::params::Params;
use crate::world::{Shared, World};

/// Page sizes that Drive accepts.
const PAGE_AT_MOST: usize = 1000;
const PAGE_USUAL: usize = 100;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/about", get(about::about))
        .route("/files", get(list::list))
        .route("/files/{id}", get(get::get).patch(update::update))
        .route("/files/{id}/export", get(media::export))
        .route("/changes", get(changes::changes))
        .route("/changes/startPageToken", get(changes::start))
}

/// What every call begins with.
struct Request {
    params: Params,
    caller: Caller,
    resource_keys: String,
}

impl Request {
    fn of(world: &World, uri: &Uri, headers: &HeaderMap) -> Result<Request, ApiError> {
        let params = Params::of(uri.query().unwrap_or_default());
        let caller = Caller::of(world, headers)?;
        if let Some(alt) = params.get("alt").filter(|alt| !["json", "media"].contains(alt)) {
            return Err(ApiError::bad("invalidParameter", format!("Invalid value '{alt}'.")).parameter("alt"));
        }
        let keys = headers.get("X-Goog-Drive-Resource-Keys").and_then(|keys| keys.to_str().ok());
        Ok(Request { params, caller, resource_keys: keys.unwrap_or_default().to_owned() })
    }

    /// The fields asked for, or else the usual ones; all of them must exist.
    fn selection(&self, known: &Selection, usual: &str) -> Result<Selection, ApiError> {
        let wrong = |field| {
            ApiError::bad("invalidParameter", format!("Invalid field selection {field}")).parameter("fields")
        };
        let selection = Selection::parse(self.params.get("fields").unwrap_or(usual)).map_err(wrong)?;
        selection.within(known).map_err(wrong)?;
        Ok(selection)
    }

    fn page_size(&self) -> Result<usize, ApiError> {
        let Some(text) = self.params.get("pageSize") else { return Ok(PAGE_USUAL) };
        let size = text.parse().ok().filter(|size| (1..=PAGE_AT_MOST).contains(size));
        size.ok_or_else(|| {
            let why = format!("Invalid value '{text}'. Values must be within the range: [1, {PAGE_AT_MOST}]");
            ApiError::bad("invalidParameter", why).parameter("pageSize")
        })
    }
}
