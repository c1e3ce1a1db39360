//! `changes`: what happened since a page token.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use hyper::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::access::Caller;
use super::fields::Selection;
use super::resource::{wants_checksums, written};
use super::{Request, fields, get};
use crate::answers;
use crate::google::error::ApiError;
use crate::google::file::DriveFile;
use crate::google::files::Change;
use crate::world::{Shared, World};

const USUAL: &str = "kind,nextPageToken,newStartPageToken,\
    changes(kind,type,changeType,time,removed,fileId,file(kind,id,name,mimeType))";

/// The first page token; they count the log's lines from here.
const FIRST: usize = 1;

pub(super) async fn start(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let world = shared.lock();
    let request = Request::of(&world, &uri, &headers)?;
    let selection = request.selection(&fields::OF_START, "kind,startPageToken")?;
    let token = (world.google.changes.len() + FIRST).to_string();
    let body = json!({ "kind": "drive#startPageToken", "startPageToken": token });
    Ok(answers::json(StatusCode::OK, &selection.apply(&body)))
}

pub(super) async fn changes(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let request = Request::of(&shared.lock(), &uri, &headers)?;
    let selection = request.selection(&fields::OF_CHANGES, USUAL)?;
    let of_file = selection.inside("changes").inside("file");
    if wants_checksums(&of_file) {
        let files = shared.lock().google.files.values().filter(|file| file.is_binary()).cloned().collect();
        get::summed(files).await;
    }
    let body = shared.lock().changes_since(&request, &of_file)?;
    Ok(answers::json(StatusCode::OK, &selection.apply(&body)))
}

impl World {
    fn changes_since(&self, request: &Request, of_file: &Selection) -> Result<Value, ApiError> {
        let log = &self.google.changes;
        let Some(text) = request.params.get("pageToken") else {
            return Err(ApiError::bad("required", "Required parameter: pageToken").parameter("pageToken"));
        };
        let start = text.parse::<usize>().ok().and_then(|token| token.checked_sub(FIRST));
        let start = start
            .filter(|&start| start <= log.len())
            .ok_or_else(|| ApiError::bad("invalid", "Invalid Value").parameter("pageToken"))?;
        let end = log.len().min(start.saturating_add(request.page_size()?));
        // Drive tells the latest change of each file only.
        let mut told = BTreeSet::new();
        let latest = log[start..end].iter().rev().filter(|change| told.insert(&change.file));
        let mut changes: Vec<Value> =
            latest.filter_map(|change| self.change(request, change, of_file)).collect();
        changes.reverse();
        let mut body = json!({ "kind": "drive#changeList", "changes": changes });
        let next = if end == log.len() { "newStartPageToken" } else { "nextPageToken" };
        body[next] = (end + FIRST).to_string().into();
        Ok(body)
    }

    /// A change as a caller hears of it; `None` where the file is none of the caller's business.
    fn change(&self, request: &Request, change: &Change, of_file: &Selection) -> Option<Value> {
        let params = &request.params;
        let file = self.google.files.get(&change.file)?;
        let drives = params.is_true("supportsAllDrives") && params.is_true("includeItemsFromAllDrives");
        if file.drive_id.is_some() && !drives {
            return None;
        }
        let removed = file.removed || !file.is_seen_by(&request.caller.account);
        if removed
            && (params.get("includeRemoved") == Some("false") || !self.concerned(&request.caller, file))
        {
            return None;
        }
        if !removed && !self.is_visible(&request.caller, file) {
            return None;
        }
        let mut entry = json!({
            "kind": "drive#change",
            "type": "file",
            "changeType": "file",
            "time": written(change.time),
            "fileId": change.file.as_str(),
            "removed": removed,
        });
        if !removed {
            entry["file"] = self.resource(&request.caller, file, of_file);
        }
        Some(entry)
    }

    /// Whether a caller once knew a file that it no longer sees.
    fn concerned(&self, caller: &Caller, file: &DriveFile) -> bool {
        let of_account = file.is_seen_by(&caller.account) || file.once_seen_by.contains(&caller.account);
        of_account && (caller.sees_all() || self.is_authorised(caller, file))
    }
}
