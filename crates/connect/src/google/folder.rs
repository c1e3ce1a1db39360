//! Folders in Drive whose new recordings are watched for.

use debrief_core::failure::{Failure, FailureCode};
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;

use super::account::{Access, Account};
use super::drive::{CallError, Drive, FIELDS, FOLDER, FileMeta, PAGE_SIZE, read};
use super::errors::DriveError;
use super::look::may_be_a_recording;

/// The most files of a folder that are listed: fifty pages.
const PAGES_LISTED: usize = 50;
pub(super) const LISTED_PAGE_SIZE: &str = "1000";

/// A folder in Drive as one account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveFolder {
    /// Opaque.
    pub id: String,
    /// The key that older shared links need besides the id.
    pub resource_key: Option<String>,
    /// Id of the account that sees it.
    pub account: String,
    /// The shared drive that it is in. Its changes are in the log of that drive, not in the account's.
    pub shared_drive: Option<String>,
}

/// A folder that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFolder {
    /// Where it is.
    pub folder: DriveFolder,
    /// Its name.
    pub name: String,
    /// Where its changes stand now.
    pub cursor: String,
}

/// A file that changed, seen from a watched folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A recording in the folder that no page was made of yet.
    Recording(NewRecording),
    /// Anything else, also what has gone.
    Other {
        /// Its id.
        id: String,
    },
}

/// A recording that may have to become a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecording {
    /// Opaque.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The key that it needs besides the id.
    pub resource_key: Option<String>,
    /// The same for as long as its content is the same.
    pub looks: String,
    /// Whether it has any bytes yet.
    pub is_empty: bool,
    /// When it last changed, as its uploader says.
    pub modified: Option<Timestamp>,
}

/// What changed after a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderChanges {
    /// The files, in the order in which they changed. Most of them lie elsewhere.
    pub files: Vec<Seen>,
    /// Where to go on from.
    pub cursor: String,
    /// Whether that is all for now.
    pub is_all: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartPageToken {
    start_page_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangesPage {
    #[serde(default)]
    changes: Vec<Change>,
    next_page_token: Option<String>,
    new_start_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// Changes of a shared drive itself have none.
    file_id: Option<String>,
    /// `None` when it has gone.
    file: Option<FileMeta>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilesPage {
    #[serde(default)]
    pub(super) files: Vec<FileMeta>,
    next_page_token: Option<String>,
}

impl Drive {
    /// The folder behind an id, as the first account sees it that sees all of its person's files.
    ///
    /// # Errors
    /// No account sees all files, or none of them this folder; or it is no folder.
    pub async fn find_folder(&self, id: &str, key: Option<&str>) -> Result<FoundFolder, Failure> {
        let mut blind: Option<Account> = None;
        for account in self.wide_accounts()? {
            match self.metadata(&account.id, id, key).await {
                Ok(meta) => return self.found_folder(account, meta, key).await,
                Err(CallError::Drive(DriveError::NotFound(_) | DriveError::NotAuthorizedToFile)) => {
                    blind.get_or_insert(account);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(blind.map_or_else(access_needed, |account| not_seen(&account.email)))
    }

    async fn found_folder(
        &self,
        account: Account,
        meta: FileMeta,
        key: Option<&str>,
    ) -> Result<FoundFolder, Failure> {
        if meta.mime_type != FOLDER {
            return Err(Failure::never(
                FailureCode::BadLink,
                format!("“{}” is not a folder.", meta.name),
                "Open the folder in Drive and copy the address from the browser.",
            ));
        }
        in_use(&meta).map_err(|failure| Failure {
            fix: "Restore it in Drive, then watch it.".to_owned(),
            ..failure
        })?;
        let mut folder = DriveFolder {
            id: meta.id,
            resource_key: key.map(str::to_owned).or(meta.resource_key),
            account: account.id,
            shared_drive: meta.drive_id,
        };
        let cursor = match self.page_token(&folder).await {
            // The account sees the folder, but is no member of the shared drive: then its own log tells the changes.
            Err(CallError::Drive(DriveError::NotFound(_) | DriveError::Forbidden(_)))
                if folder.shared_drive.take().is_some() =>
            {
                self.page_token(&folder).await?
            }
            token => token?,
        };
        Ok(FoundFolder { folder, name: meta.name, cursor })
    }

    /// Accounts that see all files and that Google still takes, as far as is known.
    fn wide_accounts(&self) -> Result<Vec<Account>, Failure> {
        let all = self.accounts().list()?;
        if all.is_empty() {
            let nobody = self.accounts().nobody();
            return Err(if nobody.code == FailureCode::GoogleClientMissing {
                nobody
            } else {
                access_needed()
            });
        }
        let wide: Vec<Account> =
            all.into_iter().filter(|account| account.access == Access::AllFiles).collect();
        match wide.first() {
            None => Err(access_needed()),
            Some(first) if wide.iter().all(|account| account.expired) => Err(expired(&first.email)),
            Some(_) => Ok(wide.into_iter().filter(|account| !account.expired).collect()),
        }
    }

    /// Whether the folder is still there, and its account still signed in with access to all files.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub async fn check_folder(&self, folder: &DriveFolder) -> Result<(), Failure> {
        let all = self.accounts().list()?;
        let account = all.into_iter().find(|account| account.id == folder.account).ok_or_else(signed_out)?;
        if account.expired {
            return Err(expired(&account.email));
        }
        if account.access != Access::AllFiles {
            return Err(access_needed());
        }
        match self.metadata(&folder.account, &folder.id, folder.resource_key.as_deref()).await {
            Ok(meta) => in_use(&meta),
            Err(CallError::Drive(DriveError::NotFound(_) | DriveError::NotAuthorizedToFile)) => {
                Err(not_seen(&account.email))
            }
            Err(CallError::Account(failure)) if failure.code == FailureCode::SignInExpired => {
                Err(expired(&account.email))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Where the changes of a folder stand now.
    ///
    /// # Errors
    /// As for every call: the sign-in, the connection, Drive.
    pub async fn folder_cursor(&self, folder: &DriveFolder) -> Result<String, Failure> {
        Ok(self.page_token(folder).await?)
    }

    async fn page_token(&self, folder: &DriveFolder) -> Result<String, CallError> {
        let mut query = vec![("supportsAllDrives", "true")];
        query.extend(folder.shared_drive.as_deref().map(|drive| ("driveId", drive)));
        let path = ["changes", "startPageToken"];
        let answer =
            self.call(&folder.account, Method::GET, &path, "", None, |request| request.query(&query));
        Ok(read::<StartPageToken>(answer.await?).await?.start_page_token)
    }

    /// What changed after `cursor`, one page of it; `None` when Drive no longer takes the cursor.
    ///
    /// # Errors
    /// As for every call: the sign-in, the connection, Drive.
    pub async fn folder_changes(
        &self,
        folder: &DriveFolder,
        cursor: &str,
    ) -> Result<Option<FolderChanges>, Failure> {
        let fields = format!("nextPageToken,newStartPageToken,changes(fileId,file({FIELDS}))");
        let mut query = vec![
            ("pageToken", cursor),
            ("fields", &fields),
            ("pageSize", PAGE_SIZE),
            ("includeItemsFromAllDrives", "true"),
            ("supportsAllDrives", "true"),
        ];
        query.extend(folder.shared_drive.as_deref().map(|drive| ("driveId", drive)));
        let answer =
            self.call(&folder.account, Method::GET, &["changes"], "", None, |request| request.query(&query));
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(CallError::Drive(DriveError::NotFound(_) | DriveError::Other { status: 400 | 410, .. })) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let page: ChangesPage = read(answer).await.map_err(Failure::from)?;
        let (cursor, is_all) = match (page.next_page_token, page.new_start_page_token) {
            (Some(next), _) => (next, false),
            (None, Some(start)) => (start, true),
            (None, None) => {
                return Err(DriveError::Garbled("changes without a next page".to_owned()).into());
            }
        };
        let seen = |change: Change| match (change.file, change.file_id) {
            (Some(meta), _) => Some(seen_from(folder, meta)),
            (None, Some(id)) => Some(Seen::Other { id }),
            (None, None) => None,
        };
        Ok(Some(FolderChanges { files: page.changes.into_iter().filter_map(seen).collect(), cursor, is_all }))
    }

    /// Every recording that is in a folder now, with or without a page.
    ///
    /// # Errors
    /// As for every call: the sign-in, the connection, Drive; also that there are far too many files.
    pub async fn folder_recordings(&self, folder: &DriveFolder) -> Result<Vec<Seen>, Failure> {
        let fields = format!("nextPageToken,files({FIELDS})");
        // Ids have no quotes in them.
        let asked = format!("'{}' in parents and trashed=false", folder.id);
        let mut files = Vec::new();
        let mut page_token: Option<String> = None;
        for _ in 0..PAGES_LISTED {
            let mut query = vec![
                ("q", asked.as_str()),
                ("fields", &fields),
                ("pageSize", LISTED_PAGE_SIZE),
                ("includeItemsFromAllDrives", "true"),
                ("supportsAllDrives", "true"),
            ];
            if let Some(drive) = &folder.shared_drive {
                query.extend([("corpora", "drive"), ("driveId", drive)]);
            }
            query.extend(page_token.as_deref().map(|token| ("pageToken", token)));
            let key = folder.resource_key.as_deref();
            let answer = self.call(&folder.account, Method::GET, &["files"], &folder.id, key, |request| {
                request.query(&query)
            });
            let page: FilesPage = read(answer.await?).await.map_err(Failure::from)?;
            files.extend(page.files.into_iter().filter(may_be_a_recording).map(|meta| Seen::of(&meta)));
            match page.next_page_token {
                Some(token) => page_token = Some(token),
                None => return Ok(files),
            }
        }
        Err(Failure::never(
            FailureCode::BadRequest,
            "This folder holds more than 50,000 files.",
            "Watch a smaller one.",
        ))
    }

    /// A file as it is now.
    ///
    /// # Errors
    /// As for every call: the sign-in, the connection, Drive. A file that has gone is none.
    pub async fn look_from_folder(
        &self,
        folder: &DriveFolder,
        id: &str,
        key: Option<&str>,
    ) -> Result<Seen, Failure> {
        match self.metadata(&folder.account, id, key).await {
            Ok(meta) => Ok(seen_from(folder, meta)),
            Err(CallError::Drive(DriveError::NotFound(_) | DriveError::NotAuthorizedToFile)) => {
                Ok(Seen::Other { id: id.to_owned() })
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn seen_from(folder: &DriveFolder, meta: FileMeta) -> Seen {
    let is_inside = meta.parents.contains(&folder.id);
    if is_inside && may_be_a_recording(&meta) { Seen::of(&meta) } else { Seen::Other { id: meta.id } }
}

impl Seen {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Seen::Recording(recording) => &recording.id,
            Seen::Other { id } => id,
        }
    }

    /// A recording in the folder.
    fn of(meta: &FileMeta) -> Seen {
        if meta.trashed || meta.receipt().is_some() {
            return Seen::Other { id: meta.id.clone() };
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Seen::Recording(NewRecording {
            id: meta.id.clone(),
            name: meta.name.clone(),
            resource_key: meta.resource_key.clone(),
            looks: format!(
                "{} {} {}",
                meta.size.unwrap_or(0),
                text(&meta.head_revision_id),
                text(&meta.md5_checksum)
            ),
            is_empty: meta.size == Some(0),
            modified: meta.modified_time,
        })
    }
}

fn in_use(folder: &FileMeta) -> Result<(), Failure> {
    if !folder.trashed {
        return Ok(());
    }
    Err(Failure::person(
        FailureCode::InTrash,
        format!("The folder “{}” is in Drive's bin.", folder.name),
        "Restore it in Drive; it is watched again by itself.",
    ))
}

fn access_needed() -> Failure {
    Failure::person(
        FailureCode::SignInNeeded,
        "To watch a folder in Drive, Debrief needs access to all of your Drive.",
        "Sign in with access to all of Drive, then watch the folder.",
    )
}

fn signed_out() -> Failure {
    Failure::person(
        FailureCode::SignInNeeded,
        "The Google account that this folder is watched with is no longer signed in.",
        "Sign in with it again, with access to all of Drive; the folder is watched again by itself.",
    )
}

fn expired(email: &str) -> Failure {
    Failure::person(
        FailureCode::SignInExpired,
        format!("The Google sign-in of {email} has expired or was revoked."),
        "Sign in again; the folder is watched again by itself.",
    )
}

fn not_seen(email: &str) -> Failure {
    Failure::person(
        FailureCode::NoAccess,
        format!("{email} can't open this Drive folder."),
        "Check the link and that the folder is shared with you, or sign in with the account that can open it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(changes: serde_json::Value) -> Seen {
        let mut meta = json!({
            "id": "1a", "name": "talk.mp3", "mimeType": "audio/mpeg", "size": "9", "md5Checksum": "c",
            "headRevisionId": "r", "parents": ["folder"],
        });
        for (key, value) in changes.as_object().unwrap() {
            meta[key] = value.clone();
        }
        let folder = DriveFolder {
            id: "folder".to_owned(),
            resource_key: None,
            account: "ana".to_owned(),
            shared_drive: None,
        };
        seen_from(&folder, serde_json::from_value(meta).unwrap())
    }

    #[test]
    fn a_recording_counts_when_it_is_in_the_folder_and_has_no_page_yet() {
        let Seen::Recording(recording) = seen(json!({})) else { panic!("a recording") };
        assert_eq!((recording.looks.as_str(), recording.is_empty), ("9 r c", false));
        assert!(matches!(seen(json!({ "size": "0" })), Seen::Recording(empty) if empty.is_empty));
        let receipt = json!({ "debriefJob": "6f1f9f4e-1111-4222-8333-444455556666", "debriefPage": "p" });
        for other in [
            json!({ "parents": ["another"] }),
            json!({ "parents": [] }),
            json!({ "trashed": true }),
            json!({ "mimeType": "application/pdf", "name": "talk.pdf" }),
            json!({ "mimeType": FOLDER }),
            json!({ "appProperties": receipt }),
        ] {
            assert_eq!(seen(other.clone()), Seen::Other { id: "1a".to_owned() }, "{other}");
        }
        assert_ne!(
            seen(json!({ "headRevisionId": "s" })),
            seen(json!({})),
            "another content looks different"
        );
    }
}
