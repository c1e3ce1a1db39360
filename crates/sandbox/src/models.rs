//! The host of model files: bytes at a path, in parts if asked for, and perhaps behind a redirect as Hugging Face has it.
//!
//! A guess: no host says why it refuses, so a refusal is plain text.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use hyper::{HeaderMap, Method, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::fault::Call;
use crate::google::Content;
use crate::range::Range;
use crate::wire;
use crate::world::{Shared, World};

pub(crate) const MODELS_PATH: &str = "/models";
/// Where redirects lead.
const CDN_PATH: &str = "/models-cdn";

/// How a file is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelHost {
    /// Whether parts can be asked for; without it every answer is the whole file.
    pub ranges: bool,
    /// Whether an `ETag` tells one content from the next.
    pub etag: bool,
    /// Where the address leads.
    pub leads: Leads,
}

/// Where the address of a model file leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To the bytes.
    Here,
    /// 302 to another path on the same host.
    Elsewhere,
    /// 302 to another host: `localhost` instead of `127.0.0.1`.
    OtherHost,
}

impl Default for ModelHost {
    /// Ranges, an `ETag`, no redirect.
    fn default() -> ModelHost {
        ModelHost { ranges: true, etag: true, leads: Leads::Here }
    }
}

#[derive(Debug)]
struct ModelFile {
    bytes: Bytes,
    sha256: String,
    host: ModelHost,
}

/// The files by their paths.
#[derive(Debug, Default)]
pub(crate) struct Models(BTreeMap<String, ModelFile>);

impl World {
    /// Puts a file at `path`, which has no slash in front: `owner/model/resolve/main/model.bin`.
    pub fn add_model_file(&mut self, path: &str, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        let sha256 = hex(&bytes);
        self.models.0.insert(path.to_owned(), ModelFile { bytes, sha256, host: ModelHost::default() });
    }

    /// Gives a file another content, and so another `ETag`.
    ///
    /// # Panics
    /// When there is no file at `path`.
    pub fn replace_model_file(&mut self, path: &str, bytes: impl Into<Bytes>) {
        let file = self.models.0.get_mut(path).expect("the file is of this world");
        file.bytes = bytes.into();
        file.sha256 = hex(&file.bytes);
    }

    /// Serves a file in another way from now on.
    ///
    /// # Panics
    /// When there is no file at `path`.
    pub fn host_model_file(&mut self, path: &str, host: ModelHost) {
        self.models.0.get_mut(path).expect("the file is of this world").host = host;
    }

    /// Takes a file away.
    pub fn remove_model_file(&mut self, path: &str) {
        self.models.0.remove(path);
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn router() -> Router<Shared> {
    Router::new().route("/models/{*path}", get(known)).route("/models-cdn/{*path}", get(from_cdn))
}

/// What a request is for.
pub(crate) fn asked(method: &Method, path: &str) -> Option<Call> {
    let below = |base| path.strip_prefix(base).is_some_and(|rest: &str| rest.starts_with('/'));
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    if below(MODELS_PATH) {
        return Some(Call::ModelFile);
    }
    below(CDN_PATH).then_some(Call::ModelCdn)
}

/// A planned refusal.
pub(crate) fn refusal(status: StatusCode, reason: &str) -> Response {
    (status, reason.to_owned()).into_response()
}

async fn known(State(shared): State<Shared>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let to = {
        let world = shared.lock();
        let Some(file) = world.models.0.get(&path) else { return not_found() };
        let to = match file.host.leads {
            Leads::Here => None,
            Leads::Elsewhere => Some(world.address.clone()),
            Leads::OtherHost => Some(world.address.replacen("127.0.0.1", "localhost", 1)),
        };
        to.map(|host| (format!("{host}{CDN_PATH}/{path}"), file.sha256.clone(), file.bytes.len()))
    };
    match to {
        None => bytes_of(&shared, &path, &headers).await,
        Some((to, sha256, size)) => {
            let answer = Response::builder()
                .status(StatusCode::FOUND)
                .header(header::LOCATION, to)
                .header("X-Linked-Size", size)
                .header("X-Linked-ETag", format!("\"{sha256}\""));
            answer.body(Body::empty()).expect("a test gives paths that a header can hold")
        }
    }
}

async fn from_cdn(State(shared): State<Shared>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    bytes_of(&shared, &path, &headers).await
}

async fn bytes_of(shared: &Shared, path: &str, headers: &HeaderMap) -> Response {
    let found = shared.lock().models.0.get(path).map(|file| {
        let etag = file.host.etag.then(|| format!("\"{}\"", file.sha256));
        (file.bytes.clone(), etag, file.host.ranges)
    });
    let Some((bytes, etag, ranges)) = found else { return not_found() };
    let size = bytes.len() as u64;
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // RFC 9110: a range counts only while the condition holds, and a condition that cannot be compared does not.
    let unchanged = header(header::IF_RANGE).is_none_or(|known| etag.as_deref() == Some(known));
    let range = header(header::RANGE).filter(|_| ranges && unchanged);
    let mut answer = Response::builder().header(header::CONTENT_TYPE, "application/octet-stream");
    if ranges {
        answer = answer.header(header::ACCEPT_RANGES, "bytes");
    }
    if let Some(etag) = etag {
        answer = answer.header(header::ETAG, etag);
    }
    let (answer, from, length) = match range.map_or(Range::Whole, |text| Range::of(text, size)) {
        Range::Whole => (answer, 0, size),
        Range::Part { from, to } => {
            let range = format!("bytes {from}-{to}/{size}");
            let answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
            (answer, from, to - from + 1)
        }
        Range::PastTheEnd => {
            let answer = answer.status(StatusCode::RANGE_NOT_SATISFIABLE);
            let answer = answer.header(header::CONTENT_RANGE, format!("bytes */{size}"));
            return answer.body(Body::empty()).expect("digits are valid in a header");
        }
    };
    let chunks = wire::part_of(&Content::Bytes(bytes), from, length).await;
    let body = Body::from_stream(chunks.expect("bytes in memory can be read"));
    answer.header(header::CONTENT_LENGTH, length).body(body).expect("these headers are valid")
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "Entry not found").into_response()
}
