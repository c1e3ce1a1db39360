//! `files`: searching and listing.

use std::cmp::Ordering;

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::{HeaderMap, StatusCode, Uri};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::query::Query;
use super::resource::wants_checksums;
use super::{Request, fields, get};
use crate::answers;
use crate::google::error::ApiError;
use crate::google::file::DriveFile;
use crate::world::{Shared, World};

const USUAL: &str = "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)";

pub(super) async fn list(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let request = Request::of(&shared.lock(), &uri, &headers)?;
    let selection = request.selection(&fields::OF_LIST, USUAL)?;
    let of_file = selection.inside("files");
    let page = Page::of(&shared.lock(), &request)?;
    if wants_checksums(&of_file) {
        get::summed(page.files.iter().filter(|file| file.is_binary()).cloned().collect()).await;
    }
    let world = shared.lock();
    let files: Vec<_> =
        page.files.iter().map(|file| world.resource(&request.caller, file, &of_file)).collect();
    let mut body = json!({ "kind": "drive#fileList", "incompleteSearch": false, "files": files });
    if let Some(token) = page.next {
        body["nextPageToken"] = token.into();
    }
    Ok(answers::json(StatusCode::OK, &selection.apply(&body)))
}

/// One page of a listing.
struct Page {
    files: Vec<DriveFile>,
    next: Option<String>,
}

impl Page {
    fn of(world: &World, request: &Request) -> Result<Page, ApiError> {
        let params = &request.params;
        let query = Query::parse(params.get("q").unwrap_or_default())
            .ok_or_else(|| ApiError::bad("invalid", "Invalid Value").parameter("q"))?;
        let order = Order::parse(params.get("orderBy").unwrap_or("modifiedTime desc"))?;
        let size = request.page_size()?;
        let asked = format!("{:?} {:?}", params.get("q"), params.get("orderBy"));
        let start = match params.get("pageToken") {
            None => 0,
            Some(token) => read_token(token, &asked)
                .ok_or_else(|| ApiError::bad("invalid", "Invalid Value").parameter("pageToken"))?,
        };
        let caller = &request.caller;
        let drives = params.is_true("supportsAllDrives") && params.is_true("includeItemsFromAllDrives");
        let mut files: Vec<&DriveFile> = world
            .google
            .files
            .values()
            .filter(|file| !file.removed && (drives || file.drive_id.is_none()))
            .filter(|file| world.is_visible(caller, file))
            .filter(|file| query.fits(world, &caller.account, &caller.client, file))
            .collect();
        files.sort_by(|a, b| order.compare(a, b));
        let end = start + size;
        let next = (files.len() > end).then(|| token(end, &asked));
        Ok(Page { files: files.into_iter().skip(start).take(size).cloned().collect(), next })
    }
}

/// A token belongs to its query: with another one it is refused.
fn token(start: usize, asked: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{start}:{}", URL_SAFE_NO_PAD.encode(&Sha256::digest(asked)[..9])))
}

fn read_token(text: &str, asked: &str) -> Option<usize> {
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let start = decoded.split(':').next()?.parse().ok()?;
    (token(start, asked) == text).then_some(start)
}

/// What `orderBy` says: keys, and whether each descends.
struct Order(Vec<(Key, bool)>);

enum Key {
    Name,
    Created,
    Modified,
}

impl Order {
    fn parse(text: &str) -> Result<Order, ApiError> {
        let keys = text.split(',').map(|key| {
            let (name, descends) = match key.trim().split_once(' ') {
                Some((name, "desc")) => (name, true),
                Some(_) => return None,
                None => (key.trim(), false),
            };
            let key = match name {
                "name" => Key::Name,
                "createdTime" => Key::Created,
                "modifiedTime" => Key::Modified,
                // Drive has more; nobody has needed them here.
                _ => return None,
            };
            Some((key, descends))
        });
        let keys = keys.collect::<Option<Vec<_>>>();
        keys.map(Order).ok_or_else(|| ApiError::bad("invalid", "Invalid Value").parameter("orderBy"))
    }

    fn compare(&self, a: &DriveFile, b: &DriveFile) -> Ordering {
        let by_keys = self.0.iter().fold(Ordering::Equal, |so_far, (key, descends)| {
            let order = match key {
                Key::Name => a.name.cmp(&b.name),
                Key::Created => a.created_time.cmp(&b.created_time),
                Key::Modified => a.modified_time.cmp(&b.modified_time),
            };
            so_far.then(if *descends { order.reverse() } else { order })
        });
        by_keys.then_with(|| a.id.cmp(&b.id))
    }
}
