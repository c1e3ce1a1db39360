//! Uploads of files: in one piece or in parts, and the way back to their bytes.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Multipart, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use hyper::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::check::{At, Checked};
use super::error::ApiError;
use super::file_types::{essence, file_name, named};
use super::state::{Notion, moment};
use super::tokens::Caller;
use crate::params::Params;
use crate::world::{Shared, World};

const SINGLE_AT_MOST_BYTES: usize = 20 << 20;
const PART_AT_LEAST_BYTES: usize = 5 << 20;
const PARTS_AT_MOST: u64 = 10_000;
/// Until it is attached to something.
const UPLOAD_LIVES: Duration = Duration::from_secs(3600);
/// Of an address of a file.
const ADDRESS_LIVES: Duration = Duration::from_secs(3600);

/// A file on its way, or here.
#[derive(Debug)]
pub(super) struct Upload {
    /// The connection that began it: nobody else can use it.
    pub(super) bot: String,
    /// Name and type; where nobody told them, they come with the bytes.
    pub(super) named: Option<(String, String)>,
    /// `None` for a file in one piece.
    parts: Option<u64>,
    sent: BTreeMap<u64, Bytes>,
    /// Everything, once it is here.
    pub(super) content: Option<Bytes>,
    attached: bool,
    made: Timestamp,
    edited: Timestamp,
    number: u64,
}

/// The form that carries a file or a part of one.
#[derive(Debug)]
pub(super) struct Sent {
    bytes: Bytes,
    filename: Option<String>,
    content_type: Option<String>,
    part: Option<u64>,
}

impl Sent {
    pub(super) async fn of(mut form: Multipart) -> Checked<Sent> {
        let broken = |_| ApiError::invalid("The multipart form data could not be read.");
        let (mut file, mut part) = (None, None);
        while let Some(field) = form.next_field().await.map_err(broken)? {
            match field.name() {
                Some("file") if file.is_none() => {
                    let content_type = field.content_type().map(str::to_owned);
                    let filename = field.file_name().map(str::to_owned);
                    file = Some((field.bytes().await.map_err(broken)?, filename, content_type));
                }
                Some("part_number") if part.is_none() => {
                    let text = field.text().await.map_err(broken)?;
                    let value = Value::from(text.clone());
                    let at = At::new("body.part_number", Some(&value));
                    let number = text.parse().ok().filter(|number| (1..=PARTS_AT_MOST).contains(number));
                    part = Some(number.ok_or_else(|| at.wrong("a number from 1 to 10000"))?);
                }
                name => {
                    let path = format!("body.{}", name.unwrap_or_default());
                    return Err(ApiError::failed(&path, "not present", None));
                }
            }
        }
        let Some((bytes, filename, content_type)) = file else {
            return Err(At::new("body.file", None).wrong("defined"));
        };
        Ok(Sent { bytes, filename, content_type, part })
    }
}

impl Upload {
    fn status(&self, now: Timestamp) -> &'static str {
        if !self.attached && now > self.made + UPLOAD_LIVES {
            "expired"
        } else if self.content.is_some() {
            "uploaded"
        } else {
            "pending"
        }
    }

    pub(super) fn filename(&self) -> &str {
        self.named.as_ref().map_or("", |(name, _)| name)
    }

    fn content_type(&self) -> &str {
        self.named.as_ref().map_or("", |(_, kind)| kind)
    }

    fn size(&self) -> usize {
        self.content.as_ref().map_or_else(|| self.sent.values().map(Bytes::len).sum(), Bytes::len)
    }
}

impl Notion {
    /// Whether an upload can be attached where one of some families of types belongs: the beginnings of their names.
    pub(super) fn attachable(&self, caller: &Caller, id: &str, families: &[&str]) -> Checked<()> {
        let upload = self.uploads.get(id).filter(|upload| upload.bot == caller.standing.bot);
        let upload =
            upload.ok_or_else(|| ApiError::invalid(format!("Could not find file_upload with ID: {id}.")))?;
        let status = upload.status(caller.at);
        if status != "uploaded" {
            return Err(ApiError::invalid(format!(
                "File upload {id} has a status of `{status}`; it has to be `uploaded` before it can be attached."
            )));
        }
        let kind = upload.content_type();
        if !families.is_empty() && !families.iter().any(|family| kind.starts_with(family)) {
            return Err(ApiError::invalid(format!(
                "File upload {id} has a content type of `{kind}`, which is not supported for this type of block."
            )));
        }
        Ok(())
    }

    /// Uploads that something holds on to do not expire.
    pub(super) fn attach(&mut self, holder: &Value) {
        match holder {
            Value::Array(items) => items.iter().for_each(|item| self.attach(item)),
            Value::Object(fields) => {
                let id = fields.get("file_upload").and_then(|upload| upload["id"].as_str());
                if let Some(upload) = id.and_then(|id| self.uploads.get_mut(id)) {
                    upload.attached = true;
                }
                fields.values().for_each(|value| self.attach(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

impl World {
    /// `POST file_uploads`
    pub(super) fn create_upload(&mut self, caller: &Caller, body: &At<'_>) -> Checked<Value> {
        body.object(&["mode", "filename", "content_type", "number_of_parts"])?;
        caller.may_write()?;
        let mode =
            body.field("mode").given().map(|mode| mode.word(&["single_part", "multi_part"])).transpose()?;
        let parts = body.field("number_of_parts");
        let parts = match mode {
            Some("multi_part") => Some(parts.whole(1, PARTS_AT_MOST)?),
            _ if parts.value().is_some() => return Err(parts.wrong("not present")),
            _ => None,
        };
        let name = body.field("filename");
        if parts.is_some() && name.value().is_none() {
            return Err(name.wrong("defined"));
        }
        let kind = body.field("content_type").given().map(|kind| kind.string()).transpose()?;
        let name = name.given().map(|name| file_name(&name)).transpose()?;
        let told = name.is_some() || kind.is_some();
        let named = told.then(|| named(name, kind)).transpose()?;
        let id = Uuid::new_v4().to_string();
        let now = self.now();
        self.notion.made += 1;
        let upload = Upload {
            bot: caller.standing.bot.clone(),
            named,
            parts,
            sent: BTreeMap::new(),
            content: None,
            attached: false,
            made: now,
            edited: now,
            number: self.notion.made,
        };
        let object = self.upload_object(&id, &upload);
        self.notion.uploads.insert(id, upload);
        Ok(object)
    }

    pub(super) fn get_upload(&self, caller: &Caller, id: &str) -> Checked<Value> {
        Ok(self.upload_object(id, self.own_upload(caller, id)?))
    }

    /// `POST file_uploads/{id}/send`
    pub(super) fn send_upload(&mut self, caller: &Caller, id: &str, sent: Sent) -> Checked<Value> {
        caller.may_write()?;
        let upload = self.pending_upload(caller, id)?;
        let limit = self.notion.workspaces[&caller.standing.workspace].upload_at_most_bytes;
        let size = sent.bytes.len();
        if size > SINGLE_AT_MOST_BYTES {
            return Err(too_large(size as u64, SINGLE_AT_MOST_BYTES as u64));
        }
        let named = match &upload.named {
            Some(told) => {
                fits(told, upload.parts.is_some(), sent.content_type.as_deref())?;
                told.clone()
            }
            None => named(sent.filename, sent.content_type.as_deref())?,
        };
        let number = match (upload.parts, sent.part) {
            (None, None) => 1,
            (None, Some(_)) => return Err(ApiError::failed("body.part_number", "not present", None)),
            (Some(_), None) => return Err(At::new("body.part_number", None).wrong("defined")),
            (Some(parts), Some(number)) => {
                if number > parts {
                    let should = format!("≤ `{parts}`");
                    return Err(ApiError::failed("body.part_number", &should, Some(&number.into())));
                }
                if number < parts && size < PART_AT_LEAST_BYTES {
                    return Err(ApiError::invalid(format!(
                        "Part {number} of {size} bytes is too small: each part but the last has to have at least \
                        {PART_AT_LEAST_BYTES} bytes."
                    )));
                }
                number
            }
        };
        let others = upload.sent.iter().filter(|(other, _)| **other != number);
        let total = size + others.map(|(_, bytes)| bytes.len()).sum::<usize>();
        if total as u64 > limit {
            return Err(too_large(total as u64, limit));
        }
        if size == 0 {
            return Err(ApiError::invalid("The file is empty."));
        }
        let now = self.now();
        if let Some(upload) = self.notion.uploads.get_mut(id) {
            upload.named = Some(named);
            if upload.parts.is_none() {
                upload.content = Some(sent.bytes);
            } else {
                upload.sent.insert(number, sent.bytes);
            }
            upload.edited = now;
        }
        self.get_upload(caller, id)
    }

    /// `POST file_uploads/{id}/complete`
    pub(super) fn complete_upload(&mut self, caller: &Caller, id: &str, body: &At<'_>) -> Checked<Value> {
        body.object(&[])?;
        caller.may_write()?;
        let upload = self.pending_upload(caller, id)?;
        let Some(parts) = upload.parts else {
            return Err(ApiError::invalid(
                "Only a file upload with a mode of `multi_part` can be completed.",
            ));
        };
        if let Some(missing) = (1..=parts).find(|number| !upload.sent.contains_key(number)) {
            return Err(ApiError::invalid(format!("Part {missing} of {parts} has not been sent yet.")));
        }
        let now = self.now();
        if let Some(upload) = self.notion.uploads.get_mut(id) {
            let mut content = BytesMut::with_capacity(upload.size());
            for part in std::mem::take(&mut upload.sent).into_values() {
                content.extend_from_slice(&part);
            }
            upload.content = Some(content.freeze());
            upload.edited = now;
        }
        self.get_upload(caller, id)
    }

    fn own_upload(&self, caller: &Caller, id: &str) -> Checked<&Upload> {
        let upload = self.notion.uploads.get(id).filter(|upload| upload.bot == caller.standing.bot);
        upload.ok_or_else(|| ApiError::not_found("file_upload", id, &caller.standing.name))
    }

    fn pending_upload(&self, caller: &Caller, id: &str) -> Checked<&Upload> {
        let upload = self.own_upload(caller, id)?;
        match upload.status(self.now()) {
            "pending" => Ok(upload),
            status => Err(ApiError::invalid(format!(
                "File upload {id} has a status of `{status}`; it has to be `pending`."
            ))),
        }
    }

    fn upload_object(&self, id: &str, upload: &Upload) -> Value {
        let status = upload.status(self.now());
        let mut object = json!({
            "object": "file_upload",
            "id": id,
            "created_time": super::state::minute(upload.made),
            "created_by": { "id": upload.bot, "type": "bot" },
            "last_edited_time": super::state::minute(upload.edited),
            "in_trash": false,
            "archived": false,
            "expiry_time": (!upload.attached).then(|| moment(upload.made + UPLOAD_LIVES)),
            "status": status,
            "filename": upload.named.as_ref().map(|(name, _)| name),
            "content_type": upload.named.as_ref().map(|(_, kind)| kind),
            "content_length": upload.content.as_ref().map(Bytes::len),
        });
        let base = format!("{}{}/file_uploads/{id}", self.address, super::API_PATH);
        if status == "pending" {
            object["upload_url"] = format!("{base}/send").into();
        }
        if let Some(total) = upload.parts {
            if status == "pending" {
                object["complete_url"] = format!("{base}/complete").into();
            }
            let sent = if upload.content.is_some() { total } else { upload.sent.len() as u64 };
            object["number_of_parts"] = json!({ "total": total, "sent": sent });
        }
        object
    }

    /// An upload as a file that can be fetched.
    pub(super) fn signed_file(&self, id: &str) -> Option<Value> {
        let upload = self.notion.uploads.get(id)?;
        let name: String = url::form_urlencoded::byte_serialize(upload.filename().as_bytes()).collect();
        // A space is no `+` in a path.
        let name = name.replace('+', "%20");
        let expires = self.now() + ADDRESS_LIVES;
        let url =
            format!("{}{}/{id}/{name}?expires={}", self.address, super::FILES_PATH, expires.as_second());
        Some(json!({ "url": url, "expiry_time": moment(expires) }))
    }

    /// The bytes of a complete upload.
    #[must_use]
    pub fn uploaded(&self, file_upload_id: &str) -> Option<Bytes> {
        self.notion.uploads.get(file_upload_id)?.content.clone()
    }

    /// All uploads as Notion tells of them, oldest first.
    #[must_use]
    pub fn uploads(&self) -> Vec<Value> {
        let mut uploads: Vec<_> = self.notion.uploads.iter().collect();
        uploads.sort_by_key(|(_, upload)| upload.number);
        uploads.into_iter().map(|(id, upload)| self.upload_object(id, upload)).collect()
    }
}

/// What is sent has to be of the type that was told. A part of a file may have none.
fn fits((_, told): &(String, String), is_part: bool, kind: Option<&str>) -> Checked<()> {
    match kind.map(essence) {
        Some("application/octet-stream") if is_part => Ok(()),
        Some(kind) if kind != told => Err(ApiError::invalid(format!(
            "Current file content type of {kind} does not match the content type of the file upload of {told}."
        ))),
        Some(_) | None => Ok(()),
    }
}

fn too_large(size: u64, limit: u64) -> ApiError {
    let why = format!("The file of {size} bytes exceeds the limit of {limit} bytes.");
    ApiError::invalid(why)
}

/// The bytes of a file; players ask for parts of them.
pub(super) async fn download(
    State(shared): State<Shared>,
    Path((id, _name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let world = shared.lock();
    let query = Params::of(&query.unwrap_or_default());
    let expires = query.get("expires").and_then(|expires| expires.parse().ok());
    if expires.is_none_or(|expires: i64| expires < world.now().as_second()) {
        return ApiError::restricted("Request has expired.").into_response();
    }
    let upload = world.notion.uploads.get(&id);
    let Some((upload, content)) = upload.and_then(|upload| Some((upload, upload.content.clone()?))) else {
        return ApiError::not_an_address().into_response();
    };
    let size = content.len();
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let part = range.and_then(|(from, to)| {
        let from: usize = from.parse().ok()?;
        let to = if to.is_empty() { size - 1 } else { to.parse::<usize>().ok()?.min(size - 1) };
        (from <= to).then_some((from, to))
    });
    let answer = Response::builder()
        .header(header::CONTENT_TYPE, upload.content_type())
        .header(header::ACCEPT_RANGES, "bytes");
    let answer = match part {
        Some((from, to)) => answer
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, format!("bytes {from}-{to}/{size}"))
            .body(Body::from(content.slice(from..=to))),
        None => answer.body(Body::from(content)),
    };
    answer.expect("these headers are valid")
}
