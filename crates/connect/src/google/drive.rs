//! Drive's API, version 3: metadata, bytes, names.

use std::collections::BTreeMap;
use std::sync::Arc;

use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::secret::Secret;
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use url::Url;

use super::accounts::Accounts;
use super::errors::DriveError;
use crate::http;

/// What is asked about a file, always the same.
pub(super) const FIELDS: &str = "id,name,mimeType,size,md5Checksum,sha256Checksum,trashed,headRevisionId,modifiedTime,createdTime,\
                      parents,driveId,shortcutDetails,resourceKey,appProperties,videoMediaMetadata(durationMillis),\
                      capabilities(canDownload,canRename)";
/// No answer about a file, and no page of a list, is longer.
const MAX_ANSWER_BYTES: usize = 8 << 20;
/// Changes in one answer.
pub(super) const PAGE_SIZE: &str = "200";

/// A folder of Drive.
pub(super) const FOLDER: &str = "application/vnd.google-apps.folder";
/// A pointer to another file.
pub(super) const SHORTCUT: &str = "application/vnd.google-apps.shortcut";

/// What Drive knows of a file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileMeta {
    /// Opaque.
    pub id: String,
    /// With its extension, if it has one.
    pub name: String,
    /// As Drive or its uploader named it.
    pub mime_type: String,
    /// In bytes; Google's own documents have none.
    #[serde(default, deserialize_with = "int64")]
    pub size: Option<u64>,
    pub(super) md5_checksum: Option<String>,
    pub(super) sha256_checksum: Option<String>,
    #[serde(default)]
    pub(super) trashed: bool,
    pub(super) head_revision_id: Option<String>,
    /// When its content last changed.
    pub modified_time: Option<Timestamp>,
    pub(super) created_time: Option<Timestamp>,
    /// Ids of its folders, where the account sees those.
    #[serde(default)]
    pub(super) parents: Vec<String>,
    /// The shared drive that it is in.
    pub(super) drive_id: Option<String>,
    pub(super) shortcut_details: Option<Shortcut>,
    pub(super) resource_key: Option<String>,
    #[serde(default)]
    pub(super) app_properties: BTreeMap<String, String>,
    pub(super) video_media_metadata: Option<Video>,
    #[serde(default)]
    pub(super) capabilities: Capabilities,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shortcut {
    pub(super) target_id: String,
    pub(super) target_resource_key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Video {
    #[serde(default, deserialize_with = "int64")]
    pub(super) duration_millis: Option<u64>,
}

/// What the account may do; what Drive does not name is allowed, and refused later if it isn't.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Capabilities {
    pub(super) can_download: bool,
    pub(super) can_rename: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Capabilities { can_download: true, can_rename: true }
    }
}

/// Drive writes 64-bit numbers as strings.
fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text: Option<String> = Deserialize::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// What Debrief writes into a file that it has made a page of. Only Debrief's own client id can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The job that made the page.
    pub job: JobId,
    /// The page's id at its destination.
    pub page: String,
}

const RECEIPT_JOB: &str = "debriefJob";
const RECEIPT_PAGE: &str = "debriefPage";
/// Drive's limit for key and value together, in bytes.
const PROPERTY_BYTES: usize = 124;

impl FileMeta {
    /// The receipt of an earlier job.
    pub fn receipt(&self) -> Option<Receipt> {
        let job = self.app_properties.get(RECEIPT_JOB)?.parse().ok()?;
        Some(Receipt { job, page: self.app_properties.get(RECEIPT_PAGE).cloned().unwrap_or_default() })
    }

    /// Length of a video, in milliseconds; Drive knows none of audio files.
    pub fn duration_ms(&self) -> Option<u32> {
        u32::try_from(self.video_media_metadata.as_ref()?.duration_millis?).ok()
    }
}

impl Receipt {
    fn properties(&self) -> Value {
        let room = PROPERTY_BYTES - RECEIPT_PAGE.len();
        let end =
            (0..=room.min(self.page.len())).rev().find(|end| self.page.is_char_boundary(*end)).unwrap_or(0);
        json!({ RECEIPT_JOB: self.job.to_string(), RECEIPT_PAGE: &self.page[..end] })
    }
}

/// Whose account it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) permission_id: String,
    #[serde(default)]
    pub(super) email_address: String,
}

#[derive(Deserialize)]
struct About {
    user: User,
}

/// Whose token this is.
pub(super) async fn about(http: &http::Client, drive: &Url, token: &Secret) -> Result<User, Failure> {
    let url = address(drive, &["about"]);
    let request = http.get(url).query(&[("fields", "user(permissionId,emailAddress)")]);
    let answer = http::send(request.bearer_auth(token.expose())).await.map_err(DriveError::broken)?;
    Ok(read::<About>(checked(answer).await?).await?.user)
}

/// Drive as seen by any signed-in account.
#[derive(Clone)]
pub struct Drive {
    accounts: Arc<Accounts>,
}

/// Why a call as some account came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum CallError {
    /// Drive's answer.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// There was no token to ask with.
    #[error("{0}")]
    Account(Failure),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Failure {
        match error {
            CallError::Drive(error) => error.into(),
            CallError::Account(failure) => failure,
        }
    }
}

impl Drive {
    /// Drive for those accounts.
    pub fn new(accounts: Arc<Accounts>) -> Drive {
        Drive { accounts }
    }

    /// Whose Drive it is.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    pub(super) async fn metadata(
        &self,
        account: &str,
        id: &str,
        key: Option<&str>,
    ) -> Result<FileMeta, CallError> {
        let fields = [("fields", FIELDS), ("supportsAllDrives", "true")];
        let path = ["files", id];
        let answer = self.call(account, Method::GET, &path, id, key, |request| request.query(&fields));
        Ok(read(answer.await?).await?)
    }

    /// The bytes from `from` on. 206 says that they begin there, 200 that they begin at the start.
    pub(super) async fn bytes(
        &self,
        account: &str,
        id: &str,
        key: Option<&str>,
        from: u64,
    ) -> Result<Response, CallError> {
        self.call(account, Method::GET, &["files", id], id, key, |request| {
            let request = request.query(&[("alt", "media"), ("supportsAllDrives", "true")]);
            if from == 0 { request } else { request.header(reqwest::header::RANGE, format!("bytes={from}-")) }
        })
        .await
    }

    /// A Google document as a file of the type `mime`.
    pub(super) async fn export(
        &self,
        account: &str,
        id: &str,
        key: Option<&str>,
        mime: &str,
    ) -> Result<Response, CallError> {
        self.call(account, Method::GET, &["files", id, "export"], id, key, |request| {
            request.query(&[("mimeType", mime)])
        })
        .await
    }

    /// Gives a file a name and, with a receipt, says which job did so.
    pub(super) async fn rename(
        &self,
        account: &str,
        id: &str,
        key: Option<&str>,
        name: &str,
        receipt: Option<&Receipt>,
    ) -> Result<FileMeta, CallError> {
        let mut body = json!({ "name": name });
        if let Some(receipt) = receipt {
            body["appProperties"] = receipt.properties();
        }
        let fields = [("fields", FIELDS), ("supportsAllDrives", "true")];
        let path = ["files", id];
        let with = |request: RequestBuilder| request.query(&fields).json(&body);
        let answer = self.call(account, Method::PATCH, &path, id, key, with);
        Ok(read(answer.await?).await?)
    }

    /// Asks as an account. A token that is refused is renewed once.
    pub(super) async fn call(
        &self,
        account: &str,
        method: Method,
        path: &[&str],
        id: &str,
        key: Option<&str>,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, CallError> {
        let accounts = &self.accounts;
        let url = address(&accounts.endpoints.drive, path);
        let mut renewed = false;
        loop {
            let token = accounts.access_token(account).await.map_err(CallError::Account)?;
            let mut request = with(accounts.http.request(method.clone(), url.clone()));
            if let Some(key) = key {
                request = request.header("X-Goog-Drive-Resource-Keys", format!("{id}/{key}"));
            }
            let answer = http::send(request.bearer_auth(token.expose())).await.map_err(DriveError::broken)?;
            match checked(answer).await {
                Err(DriveError::Unauthorized(_)) if !renewed => {
                    renewed = true;
                    accounts.rejected(account, &token).await;
                }
                Err(DriveError::Unauthorized(reason)) => {
                    let failure = accounts.refused_for_good(account);
                    return Err(CallError::Account(failure.because(reason)));
                }
                other => return Ok(other?),
            }
        }
    }
}

fn address(drive: &Url, path: &[&str]) -> Url {
    let mut url = drive.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        // Escapes whatever an id could hold.
        segments.pop_if_empty().extend(path);
    }
    url
}

async fn checked(answer: Response) -> Result<Response, DriveError> {
    let status = answer.status();
    if status == StatusCode::OK || status == StatusCode::PARTIAL_CONTENT {
        return Ok(answer);
    }
    let after_ms = http::retry_after_ms(answer.headers(), Timestamp::now());
    // The status alone says enough when the rest of the answer is lost.
    let body = whole(answer).await.unwrap_or_default();
    Err(DriveError::of(status.as_u16(), &body, after_ms))
}

async fn whole(mut answer: Response) -> Result<Vec<u8>, DriveError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(DriveError::broken)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            return Err(DriveError::Garbled("the answer is far too long".to_owned()));
        }
    }
    Ok(body)
}

pub(super) async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, DriveError> {
    let body = whole(answer).await?;
    serde_json::from_slice(&body).map_err(|error| DriveError::Garbled(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_as_drive_writes_it() {
        let meta: FileMeta = serde_json::from_value(json!({
            "kind": "drive#file", "id": "1a", "name": "Weekly.mp4", "mimeType": "video/mp4", "size": "5368709120",
            "createdTime": "2026-11-05T09:00:00.000Z", "videoMediaMetadata": { "durationMillis": "3600000" },
            "capabilities": { "canDownload": false, "canRename": true },
            "appProperties": { "debriefJob": "6f1f9f4e-1111-4222-8333-444455556666", "debriefPage": "p" },
        }))
        .unwrap();
        assert_eq!((meta.size, meta.duration_ms()), (Some(5_368_709_120), Some(3_600_000)));
        assert!(!meta.capabilities.can_download);
        assert_eq!(meta.receipt().map(|receipt| receipt.page), Some("p".to_owned()));
    }

    #[test]
    fn a_receipt_fits_into_what_drive_keeps() {
        let job = JobId("6f1f9f4e-1111-4222-8333-444455556666".parse().unwrap());
        let properties = Receipt { job, page: "會".repeat(100) }.properties();
        for (key, value) in properties.as_object().unwrap() {
            assert!(key.len() + value.as_str().unwrap().len() <= PROPERTY_BYTES, "{key}");
        }
    }

    #[test]
    fn ids_stay_inside_their_place_in_the_address() {
        let drive = Url::parse("https://www.googleapis.com/drive/v3").unwrap();
        assert_eq!(
            address(&drive, &["files", "a/../b?c"]).as_str(),
            "https://www.googleapis.com/drive/v3/files/a%2F..%2Fb%3Fc"
        );
    }
}
