//! A file as an answer shows it: every field that the sandbox knows, before `fields` picks.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::access::Caller;
use super::fields::Selection;
use crate::google::accounts::AccountId;
use crate::google::file::{DriveFile, FOLDER};
use crate::world::World;

/// RFC 3339 in milliseconds, as Drive writes it.
pub(super) fn written(time: Timestamp) -> String {
    format!("{time:.3}")
}

impl World {
    /// A file as a caller sees it.
    pub(super) fn resource(&self, caller: &Caller, file: &DriveFile, selection: &Selection) -> Value {
        let owned = file.drive_id.is_none() && file.owner == caller.account;
        let writes = file.is_written_by(&caller.account);
        let mut fields = json!({
            "kind": "drive#file",
            "id": file.id.as_str(),
            "name": file.name,
            "mimeType": file.mime_type,
            "starred": false,
            "trashed": file.trashed,
            "explicitlyTrashed": file.trashed,
            "spaces": ["drive"],
            // 64-bit numbers are strings in Google's JSON.
            "version": file.version.to_string(),
            "createdTime": written(file.created_time),
            "modifiedTime": written(file.modified_time),
            "shared": !file.shares.is_empty(),
            "isAppAuthorized": self.is_authorised(caller, file),
            "capabilities": {
                "canCopy": file.can_download,
                "canDelete": owned,
                "canDownload": file.can_download && file.mime_type != FOLDER,
                "canEdit": file.can_edit && writes,
                "canModifyContent": file.can_edit && writes,
                "canRename": file.can_rename && writes,
                "canTrash": owned,
            },
        });
        let mut set = |name: &str, value: Value| fields[name] = value;
        match &file.drive_id {
            Some(drive) => set("driveId", drive.as_str().into()),
            None => {
                set("ownedByMe", owned.into());
                set("owners", json!([self.user(&file.owner, caller)]));
            }
        }
        // Where a file lies is not told to those with whom it is shared.
        if owned || file.drive_id.is_some() {
            set("parents", file.parents.iter().map(|folder| Value::from(folder.as_str())).collect());
        }
        if let Some(key) = &file.resource_key {
            set("resourceKey", key.as_str().into());
        }
        if let Some(of_client) = file.app_properties.get(&caller.client).filter(|map| !map.is_empty()) {
            set("appProperties", json!(of_client));
        }
        if let Some(duration_ms) = file.duration_ms {
            set("videoMediaMetadata", json!({ "durationMillis": duration_ms.to_string() }));
        }
        if let Some(target) = &file.shortcut_target {
            let mut details = json!({ "targetId": target.as_str() });
            if let Some(target) = self.file(target) {
                details["targetMimeType"] = target.mime_type.as_str().into();
                if let Some(key) = &target.resource_key {
                    details["targetResourceKey"] = key.as_str().into();
                }
            }
            set("shortcutDetails", details);
        }
        if file.is_binary() {
            set("size", file.size_bytes().to_string().into());
            set("quotaBytesUsed", file.size_bytes().to_string().into());
            set("headRevisionId", file.head_revision_id.as_str().into());
            set("originalFilename", file.original_name.as_str().into());
            let extension = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
            set("fileExtension", extension.into());
            set("fullFileExtension", extension.into());
            if wants_checksums(selection) {
                let sums = file.checksums();
                set("md5Checksum", sums.md5.as_str().into());
                set("sha256Checksum", sums.sha256.as_str().into());
            }
        }
        selection.apply(&fields)
    }

    /// An account as others see it.
    pub(super) fn user(&self, account: &AccountId, caller: &Caller) -> Value {
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), "drive#user".into());
        fields.insert("me".to_owned(), (*account == caller.account).into());
        fields.insert("permissionId".to_owned(), account.as_str().into());
        if let Some(account) = self.google.accounts.get(account) {
            fields.insert("displayName".to_owned(), account.display_name.as_str().into());
            fields.insert("emailAddress".to_owned(), account.email.as_str().into());
        }
        Value::Object(fields)
    }
}

/// Whether a selection of a file's fields needs its checksums, which take long for a large file.
pub(super) fn wants_checksums(selection: &Selection) -> bool {
    selection.names("md5Checksum") || selection.names("sha256Checksum")
}
