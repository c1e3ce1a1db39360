//! `files/{id}`: a file's metadata, or with `alt=media` its bytes.

use axum::extract::{Path, State};
use axum::response::Response;
use hyper::{HeaderMap, StatusCode, Uri};

use super::resource::wants_checksums;
use super::{Request, fields, media};
use crate::answers;
use crate::google::error::ApiError;
use crate::google::file::{DriveFile, FileId};
use crate::world::Shared;

/// What `files.get` and `files.list` tell of a file when nothing is asked for.
pub(super) const USUAL: &str = "kind,id,name,mimeType";

pub(super) async fn get(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = FileId::from(id.as_str());
    let request = Request::of(&shared.lock(), &uri, &headers)?;
    if request.params.get("alt") == Some("media") {
        return media::download(&shared, &request, &id, &headers).await;
    }
    let selection = request.selection(&fields::OF_FILE, USUAL)?;
    let file = shared.lock().found(&request, &id)?.clone();
    if wants_checksums(&selection) && file.is_binary() {
        summed(vec![file]).await;
    }
    let mut world = shared.lock();
    let body = world.resource(&request.caller, world.found(&request, &id)?, &selection);
    world.grow(&id);
    Ok(answers::json(StatusCode::OK, &body))
}

/// Computes checksums while the world is free for others; the copies share them with the files.
pub(super) async fn summed(files: Vec<DriveFile>) {
    let all = move || {
        for file in &files {
            file.checksums();
        }
    };
    // A file that cannot be read panics again, and says why, when the answer is made.
    drop(tokio::task::spawn_blocking(all).await);
}
