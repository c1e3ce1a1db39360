//! What lies in the same folder of Drive as a recording.

use debrief_core::failure::Failure;
use debrief_core::link::RecordingLink;
use reqwest::Method;

use super::account::{Access, Account};
use super::drive::{CallError, Drive, FIELDS, FileMeta, read};
use super::folder::{DriveFolder, FilesPage, LISTED_PAGE_SIZE, NewRecording};
use crate::beside::{Beside, FileBeside};

impl Drive {
    /// What belongs to a recording in its folder. An account that sees only chosen files sees nothing, and whatever else
    /// goes wrong is no reason not to process the recording.
    pub(super) async fn beside(&self, account: &Account, recording: &FileMeta) -> Beside {
        let Some(id) = recording.parents.first().filter(|_| account.access == Access::AllFiles) else {
            return Beside::default();
        };
        // Whoever sees a file of a shared drive need not be a member of the drive.
        let (id, account) = (id.clone(), account.id.clone());
        let folder = DriveFolder { id, resource_key: None, account, shared_drive: None };
        let found = self.named_after(&folder, &recording.name).await;
        found.unwrap_or_else(|error| {
            tracing::debug!(%error, "nothing can be looked for beside a recording");
            Beside::default()
        })
    }

    /// What belongs to a new recording in a watched folder.
    ///
    /// # Errors
    /// As for every call: the sign-in, the connection, Drive.
    pub async fn beside_in_folder(
        &self,
        folder: &DriveFolder,
        recording: &NewRecording,
    ) -> Result<Beside, Failure> {
        Ok(self.named_after(folder, &recording.name).await?)
    }

    async fn named_after(&self, folder: &DriveFolder, recording: &str) -> Result<Beside, CallError> {
        let files = self.named_like(folder, recording).await?;
        let files = files.iter().map(|file| {
            let link = RecordingLink::Drive { id: file.id.clone(), resource_key: file.resource_key.clone() };
            (FileBeside { name: file.name.clone(), link }, Some(file.mime_type.as_str()))
        });
        Ok(Beside::among(recording, files))
    }

    /// The files of a folder whose names begin with the same word as `name`, the newest thousand of them.
    async fn named_like(&self, folder: &DriveFolder, name: &str) -> Result<Vec<FileMeta>, CallError> {
        let word =
            name.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
        // Ids and words have no quotes in them.
        let asked = format!("'{}' in parents and trashed=false and name contains '{word}'", folder.id);
        let fields = format!("files({FIELDS})");
        let mut query = vec![
            ("q", asked.as_str()),
            ("fields", &fields),
            ("pageSize", LISTED_PAGE_SIZE),
            ("orderBy", "modifiedTime desc"),
            ("includeItemsFromAllDrives", "true"),
            ("supportsAllDrives", "true"),
        ];
        if let Some(drive) = &folder.shared_drive {
            query.extend([("corpora", "drive"), ("driveId", drive)]);
        }
        let key = folder.resource_key.as_deref();
        let answer = self
            .call(&folder.account, Method::GET, &["files"], &folder.id, key, |request| request.query(&query))
            .await?;
        Ok(read::<FilesPage>(answer).await?.files)
    }
}
