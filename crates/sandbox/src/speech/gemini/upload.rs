//! Uploads that can be resumed, and the files that they become.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use hyper::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::decode::{self, Sound};
use super::super::{GEMINI_PATH, named_values};
use super::{ApiError, OF, key};
use crate::answers;
use crate::ids;
use crate::params::Params;
use crate::serve::Number;
use crate::world::{Shared, World};

/// Pieces but the last have to be multiples of this.
const GRANULARITY_BYTES: u64 = 8 << 20;
const LIVES: Duration = Duration::from_secs(48 * 3600);

/// An upload on its way.
#[derive(Debug)]
pub(super) struct Session {
    key: String,
    name: String,
    display_name: String,
    mime_type: String,
    size_bytes: u64,
    received: BytesMut,
}

/// A file that is here.
#[derive(Debug)]
pub(super) struct File {
    pub(super) key: String,
    pub(super) mime_type: String,
    pub(super) sound: Result<Arc<Sound>, String>,
    display_name: String,
    size_bytes: u64,
    sha256: String,
    looks: u32,
    made: Timestamp,
}

impl File {
    pub(super) fn state(&self) -> &'static str {
        match &self.sound {
            _ if self.looks > 0 => "PROCESSING",
            Ok(_) => "ACTIVE",
            Err(_) => "FAILED",
        }
    }

    fn told(&self, name: &str, address: &str) -> Value {
        let mut file = json!({
            "name": format!("files/{name}"),
            "displayName": self.display_name,
            "mimeType": self.mime_type,
            // 64 bits are text in Google's JSON.
            "sizeBytes": self.size_bytes.to_string(),
            "createTime": self.made.to_string(),
            "updateTime": self.made.to_string(),
            "expirationTime": (self.made + LIVES).to_string(),
            "sha256Hash": self.sha256,
            "uri": uri(address, name),
            "state": self.state(),
            "source": "UPLOADED",
        });
        if let (Err(why), "FAILED") = (&self.sound, self.state()) {
            file["error"] = json!({ "code": 3, "message": why });
        }
        file
    }
}

/// The address by which requests name a file.
pub(super) fn uri(address: &str, name: &str) -> String {
    format!("{address}{GEMINI_PATH}/v1beta/files/{name}")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// `POST upload/v1beta/files`: begins an upload, takes a piece of it, or says how far it is.
pub(super) async fn upload(
    State(shared): State<Shared>,
    Extension(Number(number)): Extension<Number>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let params = Params::of(&query.unwrap_or_default());
    match params.get("upload_id") {
        None => shared.lock().begin_upload(number, &headers, &body),
        Some(id) => match piece(&shared, id, &headers, &body)? {
            Step::Answer(answer) => Ok(answer),
            Step::Whole(session) => finish(&shared, number, session).await,
        },
    }
}

/// What a piece of an upload leads to.
enum Step {
    Answer(Response),
    Whole(Session),
}

impl World {
    fn begin_upload(&mut self, number: u64, headers: &HeaderMap, body: &[u8]) -> Result<Response, ApiError> {
        self.speech_work(OF, key(headers))?;
        if text(headers, "x-goog-upload-protocol") != Some("resumable") {
            return Err(ApiError::invalid("X-Goog-Upload-Protocol has to be resumable."));
        }
        if text(headers, "x-goog-upload-command") != Some("start") {
            return Err(ApiError::invalid("X-Goog-Upload-Command has to be start."));
        }
        let size = text(headers, "x-goog-upload-header-content-length").and_then(|size| size.parse().ok());
        let size_bytes: u64 = size
            .filter(|size| *size > 0)
            .ok_or_else(|| ApiError::invalid("X-Goog-Upload-Header-Content-Length has to be a size."))?;
        let kind = text(headers, "x-goog-upload-header-content-type");
        let kind = kind.filter(|kind| kind.starts_with("audio/") || kind.starts_with("video/"));
        let mime_type = kind.ok_or_else(|| {
            ApiError::invalid("X-Goog-Upload-Header-Content-Type has to be a type of sound.")
        })?;
        let limit = self.speech.upload_at_most_bytes(OF);
        if size_bytes > limit {
            let why = format!("File size {size_bytes} exceeds the maximum of {limit} bytes.");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "INVALID_ARGUMENT", why));
        }
        let display_name = self.display_name(number, body)?;
        let session = Session {
            key: key(headers).unwrap_or_default().to_owned(),
            name: Uuid::new_v4().simple().to_string()[..12].to_owned(),
            display_name,
            mime_type: mime_type.to_owned(),
            size_bytes,
            received: BytesMut::new(),
        };
        // Whoever has this address needs no key.
        let id = ids::secret("upload_");
        let url = format!(
            "{}{GEMINI_PATH}/upload/v1beta/files?upload_id={id}&upload_protocol=resumable",
            self.address
        );
        self.speech.gemini.sessions.insert(id, session);
        let answer = Response::builder()
            .header("X-Goog-Upload-Status", "active")
            .header("X-Goog-Upload-URL", &url)
            .header("X-Goog-Upload-Control-URL", url)
            .header("X-Goog-Upload-Chunk-Granularity", GRANULARITY_BYTES);
        Ok(answer.body(Body::empty()).expect("these headers are valid"))
    }

    /// `{"file":{"displayName"}}`, which may be left out.
    fn display_name(&mut self, number: u64, body: &[u8]) -> Result<String, ApiError> {
        if body.is_empty() {
            return Ok(String::new());
        }
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| ApiError::invalid("Invalid JSON payload received. Unexpected token."))?;
        let file = body.as_object().filter(|body| body.keys().all(|name| name == "file"));
        let file = file.ok_or_else(|| ApiError::unknown("file"))?.get("file").and_then(Value::as_object);
        let Some(file) = file else { return Ok(String::new()) };
        if let Some(name) = file.keys().find(|name| *name != "displayName") {
            return Err(ApiError::unknown(name));
        }
        self.note_fields(number, named_values(file));
        let name = file.get("displayName").map(|name| name.as_str().map(str::to_owned));
        name.unwrap_or_default().ok_or_else(|| ApiError::invalid("displayName has to be text."))
    }

    fn own_file(&mut self, name: &str, headers: &HeaderMap) -> Result<&mut File, ApiError> {
        self.speech_key(OF, key(headers))?;
        self.file_of(name, key(headers).unwrap_or_default())
    }

    /// A file that a key may use.
    pub(super) fn file_of(&mut self, name: &str, key: &str) -> Result<&mut File, ApiError> {
        let now = self.now();
        let file = self.speech.gemini.files.get_mut(name);
        file.filter(|file| file.key == key && now < file.made + LIVES).ok_or_else(|| {
            let why = format!("You do not have permission to access the File {name} or it may not exist.");
            ApiError::new(StatusCode::FORBIDDEN, "PERMISSION_DENIED", why)
        })
    }
}

fn piece(shared: &Shared, id: &str, headers: &HeaderMap, body: &[u8]) -> Result<Step, ApiError> {
    let mut world = shared.lock();
    let sessions = &mut world.speech.gemini.sessions;
    let session = sessions.get_mut(id).ok_or_else(|| {
        ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Upload has already been terminated or is unknown.")
    })?;
    let commands = text(headers, "x-goog-upload-command").unwrap_or_default();
    let (uploads, finalizes) = match commands.split(',').map(str::trim).collect::<Vec<_>>().as_slice() {
        ["query"] => return Ok(Step::Answer(active(session))),
        ["cancel"] => {
            sessions.remove(id);
            let answer = Response::builder().header("X-Goog-Upload-Status", "cancelled");
            return Ok(Step::Answer(answer.body(Body::empty()).expect("these headers are valid")));
        }
        ["upload"] => (true, false),
        ["upload", "finalize"] => (true, true),
        ["finalize"] => (false, true),
        _ => return Err(ApiError::invalid("Unknown X-Goog-Upload-Command.")), // Nothing else exists.
    };
    if uploads {
        let offset = text(headers, "x-goog-upload-offset").and_then(|offset| offset.parse::<u64>().ok());
        let received = session.received.len() as u64;
        if offset != Some(received) {
            return Err(ApiError::invalid(format!("X-Goog-Upload-Offset has to be {received}.")));
        }
        if !finalizes && (body.is_empty() || !(body.len() as u64).is_multiple_of(GRANULARITY_BYTES)) {
            return Err(ApiError::invalid(format!(
                "A piece has to be a multiple of {GRANULARITY_BYTES} bytes."
            )));
        }
        if received + body.len() as u64 > session.size_bytes {
            return Err(ApiError::invalid("More bytes than were announced."));
        }
        session.received.extend_from_slice(body);
    }
    if !finalizes {
        return Ok(Step::Answer(active(session)));
    }
    if session.received.len() as u64 != session.size_bytes {
        return Err(ApiError::invalid("Fewer bytes than were announced."));
    }
    Ok(sessions.remove(id).map(Step::Whole).expect("it was found above"))
}

fn active(session: &Session) -> Response {
    let answer = Response::builder()
        .header("X-Goog-Upload-Status", "active")
        .header("X-Goog-Upload-Size-Received", session.received.len());
    answer.body(Body::empty()).expect("these headers are valid")
}

async fn finish(shared: &Shared, number: u64, session: Session) -> Result<Response, ApiError> {
    let bytes = session.received.freeze();
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let sound = decode::listen(bytes).await.map(Arc::new);
    let sound = sound.map_err(|why| format!("The file failed to be processed. {}", why.0));
    let mut world = shared.lock();
    if let Ok(sound) = &sound {
        world.note_sound(number, sound, sound.words.len());
    }
    let file = File {
        key: session.key,
        mime_type: session.mime_type,
        sound,
        display_name: session.display_name,
        size_bytes: session.size_bytes,
        sha256,
        looks: world.speech.gemini.looks,
        made: world.now(),
    };
    let body = json!({ "file": file.told(&session.name, &world.address) });
    world.speech.gemini.files.insert(session.name, file);
    let mut answer = answers::json(StatusCode::OK, &body);
    answer.headers_mut().insert("X-Goog-Upload-Status", hyper::header::HeaderValue::from_static("final"));
    Ok(answer)
}

/// `GET v1beta/files/{name}`
pub(super) async fn look(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut world = shared.lock();
    let address = world.address.clone();
    let file = world.own_file(&name, &headers)?;
    let told = file.told(&name, &address);
    file.looks = file.looks.saturating_sub(1);
    Ok(answers::json(StatusCode::OK, &told))
}

/// `DELETE v1beta/files/{name}`
pub(super) async fn delete(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut world = shared.lock();
    world.own_file(&name, &headers)?;
    world.speech.gemini.files.remove(&name);
    Ok(answers::json(StatusCode::OK, &json!({})).into_response())
}
