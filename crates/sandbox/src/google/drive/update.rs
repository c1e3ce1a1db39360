//! `PATCH files/{id}`: a new name, and the app's own properties.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use hyper::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Map, Value};

use super::{Request, fields, get};
use crate::answers;
use crate::google::error::ApiError;
use crate::google::file::{DriveFile, FileId};
use crate::world::Shared;

/// Counting key and value, in UTF-8.
const PROPERTY_AT_MOST_BYTES: usize = 124;
/// For one app.
const PROPERTIES_AT_MOST: usize = 30;

pub(super) async fn update(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let id = FileId::from(id.as_str());
    let mut world = shared.lock();
    let request = Request::of(&world, &uri, &headers)?;
    let selection = request.selection(&fields::OF_FILE, get::USUAL)?;
    let patch = Patch::of(&headers, &body)?;
    let file = world.found_to_write(&request, &id)?;
    let writes = file.is_written_by(&request.caller.account);
    if !writes || (patch.name.is_some() && !file.can_rename) || (patch.properties.is_some() && !file.can_edit)
    {
        let why = "The user does not have sufficient permissions for this file.";
        return Err(ApiError::forbidden("insufficientFilePermissions", why));
    }
    let properties = patch.merged(file, &request.caller.client)?;
    let now = world.now();
    let file = world.file_mut(&id).expect("it was found a moment ago, under the same lock");
    if let Some(name) = patch.name {
        file.name = name;
    }
    file.app_properties.insert(request.caller.client.clone(), properties);
    file.modified_time = now;
    let body = world.resource(&request.caller, world.found(&request, &id)?, &selection);
    Ok(answers::json(StatusCode::OK, &body))
}

/// What a request changes.
struct Patch {
    name: Option<String>,
    /// A property without a value is cleared.
    properties: Option<BTreeMap<String, Option<String>>>,
}

impl Patch {
    fn of(headers: &HeaderMap, body: &[u8]) -> Result<Patch, ApiError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().map(str::trim) != Some("application/json") {
            return Err(ApiError::bad("badContent", format!("Unsupported content with type: {kind}")));
        }
        let object: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| ApiError::bad("parseError", "Parse Error"))?;
        let mut patch = Patch { name: None, properties: None };
        for (field, value) in object {
            match (field.as_str(), value) {
                ("name", Value::String(name)) => patch.name = Some(name),
                ("appProperties", Value::Object(map)) => patch.properties = Some(properties(map)?),
                ("name" | "appProperties", _) => {
                    return Err(ApiError::bad("invalid", format!("Invalid value for: {field}")));
                }
                _ => {
                    let why = "The resource body includes fields which are not directly writable.";
                    return Err(ApiError::forbidden("fieldNotWritable", why));
                }
            }
        }
        Ok(patch)
    }

    /// The client's properties afterwards: those not named stay as they are.
    fn merged(&self, file: &DriveFile, client: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let mut merged = file.app_properties.get(client).cloned().unwrap_or_default();
        for (key, value) in self.properties.iter().flatten() {
            match value {
                Some(value) => merged.insert(key.clone(), value.clone()),
                None => merged.remove(key),
            };
        }
        if merged.len() > PROPERTIES_AT_MOST {
            let why = format!("An app can have at most {PROPERTIES_AT_MOST} private properties on a file.");
            return Err(ApiError::forbidden("propertyCountLimitExceeded", why));
        }
        Ok(merged)
    }
}

fn properties(map: Map<String, Value>) -> Result<BTreeMap<String, Option<String>>, ApiError> {
    let mut properties = BTreeMap::new();
    for (key, value) in map {
        let value = match value {
            Value::Null => None,
            Value::String(value) => Some(value),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(ApiError::bad("invalid", format!("Invalid value for: appProperties.{key}")));
            }
        };
        if key.len() + value.as_ref().map_or(0, String::len) > PROPERTY_AT_MOST_BYTES {
            let why = format!(
                "Properties and app properties are limited to {PROPERTY_AT_MOST_BYTES} bytes in UTF-8 encoding, \
                counting both the key and the value."
            );
            return Err(ApiError::forbidden("propertyLengthLimitExceeded", why));
        }
        properties.insert(key, value);
    }
    Ok(properties)
}
