//! The API: what every request begins with, and where it goes from there.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use hyper::{Request, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::check::{At, Checked};
use super::error::ApiError;
use super::tokens::{Caller, Whose};
use super::upload::Sent;
use super::{API_PATH, oauth};
use crate::answers;
use crate::params::Params;
use crate::world::{Shared, World};

/// Of a request in JSON.
const PAYLOAD_AT_MOST_BYTES: usize = 500_000;

/// A body in JSON, read as far as that is possible without knowing whose it is.
enum Payload {
    Json(Value),
    None,
    NotJson,
    TooLarge,
    /// The bytes of a file.
    Sent(Checked<Sent>),
}

pub(super) async fn answer(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.strip_prefix(API_PATH).unwrap_or_default().split('/').skip(1).collect();
    let (head, payload) = read(request).await;
    let mut world = shared.lock();
    if let ["oauth", what] = parts.as_slice() {
        let body = match payload {
            Payload::Json(body) => body,
            Payload::None | Payload::NotJson | Payload::TooLarge | Payload::Sent(_) => Value::Null,
        };
        return oauth::answer(&mut world, head.method.as_str(), what, &head.headers, &body);
    }
    match world.notion_answer(&head, &parts, payload) {
        Ok(mut body) => {
            body["request_id"] = Uuid::new_v4().to_string().into();
            answers::json(StatusCode::OK, &body)
        }
        Err(error) => error.into_response(),
    }
}

async fn read(request: Request<Body>) -> (Parts, Payload) {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().to_owned();
    let (head, body) = request.into_parts();
    if kind == "multipart/form-data" {
        let request = Request::from_parts(head.clone(), body);
        let form = Multipart::from_request(request, &()).await;
        let sent = match form {
            Ok(form) => Sent::of(form).await,
            Err(_) => Err(ApiError::invalid("The multipart form data could not be read.")),
        };
        return (head, Payload::Sent(sent));
    }
    // The server has read it already, and within a limit.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let payload = if body.is_empty() {
        Payload::None
    } else if body.len() > PAYLOAD_AT_MOST_BYTES {
        Payload::TooLarge
    } else if kind == "application/json" {
        serde_json::from_slice(&body).map_or(Payload::NotJson, Payload::Json)
    } else {
        Payload::NotJson
    };
    (head, payload)
}

impl World {
    fn notion_answer(&mut self, head: &Parts, parts: &[&str], payload: Payload) -> Checked<Value> {
        let caller = Caller::of(self, &head.headers)?;
        let now = self.now();
        if !self.notion.rate.lets_pass(&caller.token, now) {
            return Err(ApiError::rate_limited());
        }
        let method = head.method.as_str();
        let body = match payload {
            Payload::Json(body) => body,
            Payload::None => json!({}),
            Payload::NotJson => return Err(ApiError::not_json()),
            Payload::TooLarge => {
                let why = format!("Request body is too large: it has to be ≤ {PAYLOAD_AT_MOST_BYTES} bytes.");
                return Err(ApiError::too_large(&why));
            }
            Payload::Sent(sent) => {
                return match (method, parts) {
                    ("POST", ["file_uploads", id, "send"]) => {
                        self.send_upload(&caller, &path_id(id, "file_upload_id")?, sent?)
                    }
                    _ => Err(ApiError::not_json()),
                };
            }
        };
        let query = query_of(head.uri.query().unwrap_or_default());
        let query = At::new("query", Some(&query));
        let windowed = matches!((method, parts), ("GET", ["blocks", _, "children"]));
        query.object(if windowed { &["page_size", "start_cursor"] } else { &[] })?;
        let at = At::new("body", Some(&body));
        match (method, parts) {
            ("GET", ["users", "me"]) => Ok(self.me(&caller)),
            ("POST", ["search"]) => self.search(&caller, &at),
            ("GET", ["databases", id]) => self.get_database(&caller, &path_id(id, "database_id")?),
            ("GET", ["data_sources", id]) => self.get_source(&caller, &path_id(id, "data_source_id")?),
            ("PATCH", ["data_sources", id]) => {
                self.patch_source(&caller, &path_id(id, "data_source_id")?, &at)
            }
            ("POST", ["data_sources", id, "query"]) => {
                self.query(&caller, &path_id(id, "data_source_id")?, &at)
            }
            ("POST", ["pages"]) => self.create_page(&caller, &at),
            ("GET", ["pages", id]) => self.get_page(&caller, &path_id(id, "page_id")?),
            ("PATCH", ["pages", id]) => self.patch_page(&caller, &path_id(id, "page_id")?, &at),
            ("GET", ["blocks", id]) => self.get_block(&caller, &path_id(id, "block_id")?),
            ("PATCH", ["blocks", id]) => self.patch_block(&caller, &path_id(id, "block_id")?, &at),
            ("DELETE", ["blocks", id]) => self.delete(&caller, &path_id(id, "block_id")?),
            ("GET", ["blocks", id, "children"]) => {
                self.get_children(&caller, &path_id(id, "block_id")?, &query)
            }
            ("PATCH", ["blocks", id, "children"]) => self.append(&caller, &path_id(id, "block_id")?, &at),
            ("POST", ["file_uploads"]) => self.create_upload(&caller, &at),
            ("GET", ["file_uploads", id]) => self.get_upload(&caller, &path_id(id, "file_upload_id")?),
            ("POST", ["file_uploads", id, "complete"]) => {
                self.complete_upload(&caller, &path_id(id, "file_upload_id")?, &at)
            }
            ("POST", ["file_uploads", _, "send"]) => {
                Err(ApiError::invalid("Content-Type should be multipart/form-data."))
            }
            // Not an address of Notion that the sandbox has.
            _ => Err(ApiError::not_an_address()),
        }
    }

    /// The user that a token is for.
    fn me(&self, caller: &Caller) -> Value {
        let standing = &caller.standing;
        let workspace = &self.notion.workspaces[&standing.workspace];
        json!({
            "object": "user",
            "id": standing.bot,
            "name": standing.name,
            "avatar_url": null,
            "type": "bot",
            "bot": {
                "owner": self.owner(caller),
                "workspace_id": standing.workspace.as_str(),
                "workspace_name": workspace.name,
                "workspace_limits": { "max_file_upload_size_in_bytes": workspace.upload_at_most_bytes },
            },
        })
    }

    fn owner(&self, caller: &Caller) -> Value {
        match &caller.standing.kind {
            Whose::Internal { .. } => json!({ "type": "workspace", "workspace": true }),
            Whose::Personal { user } | Whose::Public { user } => {
                self.owning(&caller.standing.workspace, user)
            }
        }
    }

    /// A person as the owner of a token.
    pub(super) fn owning(&self, workspace: &super::WorkspaceId, id: &str) -> Value {
        let human = &self.notion.workspaces[workspace].people[id];
        json!({
            "type": "user",
            "user": {
                "object": "user",
                "id": id,
                "name": human.name,
                "avatar_url": null,
                "type": "person",
                "person": { "email": human.email },
            },
        })
    }
}

/// An id in the path.
fn path_id(text: &str, name: &str) -> Checked<String> {
    let value = json!({ name: text });
    At::new("path", Some(&value)).field(name).id()
}

/// The query as an object; numbers are numbers.
fn query_of(query: &str) -> Value {
    let params = Params::of(query);
    let fields = params.names().map(|name| {
        let text = params.get(name).unwrap_or_default();
        let value = text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from);
        (name.to_owned(), value)
    });
    fields.collect::<BTreeMap<_, _>>().into_iter().collect::<serde_json::Map<_, _>>().into()
}
