//! Transcripts, chats and lists of people that lie in the same folder of Drive as a recording.

use debrief_core::captions::lies_beside;
use debrief_core::link::RecordingLink;
use debrief_core::people;
use reqwest::Method;

use super::account::{Access, Account};
use super::drive::{CallError, Drive, FIELDS, FileMeta, read};
use super::folder::{FilesPage, LISTED_PAGE_SIZE};

/// A transcript, a chat or a list of people that lies beside a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptInDrive {
    /// Its name.
    pub name: String,
    /// Its link.
    pub link: RecordingLink,
}

impl Drive {
    /// The transcripts of a recording in its folder, and its chats and lists of people. An account that sees only chosen files sees none, and whatever else
    /// goes wrong is no reason not to process the recording.
    pub(super) async fn beside(
        &self,
        account: &Account,
        recording: &FileMeta,
    ) -> (Vec<TranscriptInDrive>, Vec<TranscriptInDrive>) {
        let Some(folder) = recording.parents.first().filter(|_| account.access == Access::AllFiles) else {
            return (Vec::new(), Vec::new());
        };
        let listed = self.named_like(&account.id, folder, &recording.name).await;
        let mut files = listed.unwrap_or_else(|error| {
            tracing::debug!(%error, "no transcripts can be looked for beside a recording");
            Vec::new()
        });
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let link = |file: FileMeta| TranscriptInDrive {
            name: file.name,
            link: RecordingLink::Drive { id: file.id, resource_key: file.resource_key },
        };
        let mut found = (Vec::new(), Vec::new());
        for file in files {
            let mime = Some(file.mime_type.as_str());
            if lies_beside(&recording.name, &file.name, mime) {
                found.0.push(link(file));
            } else if people::lies_beside(&recording.name, &file.name, mime).is_some() {
                found.1.push(link(file));
            }
        }
        found
    }

    /// The files of a folder whose names begin with the same word as `name`, the newest thousand of them.
    async fn named_like(&self, account: &str, folder: &str, name: &str) -> Result<Vec<FileMeta>, CallError> {
        let word =
            name.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
        // Ids and words have no quotes in them.
        let asked = format!("'{folder}' in parents and trashed=false and name contains '{word}'");
        let fields = format!("files({FIELDS})");
        let query = [
            ("q", asked.as_str()),
            ("fields", &fields),
            ("pageSize", LISTED_PAGE_SIZE),
            ("orderBy", "modifiedTime desc"),
            ("includeItemsFromAllDrives", "true"),
            ("supportsAllDrives", "true"),
        ];
        let answer = self
            .call(account, Method::GET, &["files"], folder, None, |request| request.query(&query))
            .await?;
        Ok(read::<FilesPage>(answer).await?.files)
    }
}
