//! Bytes: downloads with ranges, and exports of Google's own documents.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use hyper::{HeaderMap, StatusCode, Uri, header};

use super::Request;
use crate::google::error::ApiError;
use crate::google::file::{DriveFile, FileId};
use crate::range::Range;
use crate::wire;
use crate::world::Shared;

/// Drive exports no more than this.
const EXPORT_AT_MOST_BYTES: usize = 10 * 1024 * 1024;

pub(super) async fn download(
    shared: &Shared,
    request: &Request,
    id: &FileId,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let file = shared.lock().found(request, id)?.clone();
    may_download(&file, request)?;
    let size = file.size_bytes();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let answer = Response::builder()
        .header(header::CONTENT_TYPE, file.mime_type.as_str())
        .header(header::CACHE_CONTROL, "private, max-age=0, must-revalidate");
    let (answer, from, length) = match asked.map_or(Range::Whole, |text| Range::of(text, size)) {
        Range::Whole => (answer.status(StatusCode::OK), 0, size),
        Range::Part { from, to } => {
            let range = format!("bytes {from}-{to}/{size}");
            let answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
            (answer, from, to - from + 1)
        }
        Range::PastTheEnd => return Ok(past_the_end(size)),
    };
    let chunks = wire::part_of(file.content(), from, length).await;
    let chunks = chunks.unwrap_or_else(|error| panic!("the content of {id} cannot be read: {error}"));
    let answer = answer.header(header::CONTENT_LENGTH, length).body(Body::from_stream(chunks));
    Ok(answer.expect("a test gives types that a header can hold"))
}

fn may_download(file: &DriveFile, request: &Request) -> Result<(), ApiError> {
    if !file.is_binary() {
        let why = "Only files with binary content can be downloaded. Use Export with Docs Editors files.";
        return Err(ApiError::forbidden("fileNotDownloadable", why).parameter("alt"));
    }
    if !file.can_download {
        let why = "This file cannot be downloaded by the user.";
        return Err(ApiError::forbidden("cannotDownloadFile", why));
    }
    let owner = file.owner == request.caller.account;
    if file.abusive && !(owner && request.params.is_true("acknowledgeAbuse")) {
        let why = "This file has been identified as malware or spam and cannot be downloaded.";
        return Err(ApiError::forbidden("cannotDownloadAbusiveFile", why));
    }
    Ok(())
}

fn past_the_end(size: u64) -> Response {
    use axum::response::IntoResponse as _;
    let why = "Request range not satisfiable";
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let mut answer = ApiError::new(status, "requestedRangeNotSatisfiable", why).into_response();
    let range = format!("bytes */{size}").parse().expect("digits are valid in a header");
    answer.headers_mut().insert(header::CONTENT_RANGE, range);
    answer
}

pub(super) async fn export(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let world = shared.lock();
    let request = Request::of(&world, &uri, &headers)?;
    let Some(mime_type) = request.params.get("mimeType") else {
        return Err(ApiError::bad("required", "Required parameter: mimeType").parameter("mimeType"));
    };
    let bytes = exported(world.found(&request, &FileId::from(id.as_str()))?, mime_type)?;
    let answer = Response::builder().header(header::CONTENT_TYPE, mime_type).body(Body::from(bytes));
    Ok(answer.expect("a type that a test named is valid in a header"))
}

fn exported(file: &DriveFile, mime_type: &str) -> Result<Bytes, ApiError> {
    if !file.is_exportable() {
        let why = "Export only supports Docs Editors files.";
        return Err(ApiError::forbidden("fileNotExportable", why));
    }
    if !file.can_download {
        return Err(ApiError::forbidden("cannotExportFile", "This file cannot be exported by the user."));
    }
    let bytes = file.exports.get(mime_type).cloned().ok_or_else(|| {
        ApiError::bad("badRequest", "The requested conversion is not supported.").parameter("convertTo")
    })?;
    if bytes.len() > EXPORT_AT_MOST_BYTES {
        let why = "This file is too large to be exported.";
        return Err(ApiError::forbidden("exportSizeLimitExceeded", why));
    }
    Ok(bytes)
}
