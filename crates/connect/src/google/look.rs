//! What a link leads to in Drive, told before anything is fetched.

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::stage::{StageCx, StepResult, Stopped};

use super::account::{Access, Account, ENVIRONMENT};
use super::accounts::expired;
use super::drive::{CallError, FOLDER, FileMeta, Receipt, SHORTCUT};
use super::errors::{DriveError, pick_needed};
use super::source::DriveSource;
use crate::beside::Beside;
use crate::recordings::has_media_ending;

/// A file and the account that can see it.
pub(super) struct Found {
    pub(super) account: Account,
    pub(super) key: Option<String>,
    pub(super) meta: FileMeta,
}

/// What a link leads to, told before anything is fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The file's name.
    pub name: String,
    /// In bytes.
    pub size_bytes: Option<u64>,
    /// In milliseconds; Drive knows it of videos alone.
    pub duration_ms: Option<u32>,
    /// The account that can see it.
    pub email: String,
    /// When it was renamed by an earlier job, by which one.
    pub receipt: Option<Receipt>,
    /// When it last changed.
    pub modified: Option<jiff::Timestamp>,
    /// What belongs to it in the same folder, where the account sees that.
    pub beside: Beside,
    /// Why it could not be processed as it is.
    pub problem: Option<Failure>,
}

impl DriveSource {
    /// What a link leads to.
    ///
    /// # Errors
    /// Nobody is signed in, or none of the accounts can see it.
    pub async fn look(&self, id: &str, key: Option<&str>) -> Result<Look, Failure> {
        let Found { account, meta, .. } = self.find(id, key).await?;
        let problem = fit_for_processing(&meta).err();
        let beside = match problem {
            None => self.drive.beside(&account, &meta).await,
            Some(_) => Beside::default(),
        };
        Ok(Look {
            beside,
            problem,
            receipt: meta.receipt(),
            duration_ms: meta.duration_ms(),
            size_bytes: meta.size,
            modified: meta.modified_time,
            name: meta.name,
            email: account.email,
        })
    }

    /// Whether anybody is signed in whom Google still takes, as far as is known here.
    ///
    /// # Errors
    /// What to do about it.
    pub(crate) fn has_account(&self) -> Result<(), Failure> {
        let all = self.drive.accounts().list()?;
        match all.first() {
            None => Err(self.drive.accounts().nobody()),
            Some(_) if all.iter().any(|account| !account.expired) => Ok(()),
            Some(first) => Err(expired(&first.email)),
        }
    }

    /// Whether a recording could be fetched now.
    ///
    /// # Errors
    /// What is missing and what to do.
    pub async fn ready(&self, id: &str, key: Option<&str>) -> Result<(), Failure> {
        fit_for_processing(&self.find(id, key).await?.meta)
    }

    /// The file behind an id, as the first account that can see it sees it; a shortcut's target in its place.
    async fn find(&self, id: &str, key: Option<&str>) -> Result<Found, Failure> {
        let accounts = self.drive.accounts();
        let all = accounts.list()?;
        if all.is_empty() {
            return Err(accounts.nobody());
        }
        let mut gone: Option<Failure> = None;
        let mut unseen: Option<Account> = None;
        for account in all {
            if account.expired {
                gone.get_or_insert_with(|| expired(&account.email));
                continue;
            }
            match self.seen_by(&account, id, key).await {
                Ok(found) => return Ok(found),
                Err(CallError::Drive(DriveError::NotFound(_) | DriveError::NotAuthorizedToFile)) => {
                    if unseen.as_ref().is_none_or(|unseen| unseen.access == Access::AllFiles) {
                        unseen = Some(account);
                    }
                }
                Err(CallError::Account(failure)) if failure.code == FailureCode::SignInExpired => {
                    gone = Some(failure);
                }
                Err(error) => return Err(error.into()),
            }
        }
        // An account that has run out may be the one that can see it.
        Err(match (gone, unseen) {
            (Some(gone), _) => gone,
            (None, Some(unseen)) => not_seen(&unseen),
            (None, None) => accounts.nobody(),
        })
    }

    pub(super) async fn find_unless_stopped(
        &self,
        id: &str,
        key: Option<&str>,
        cx: &StageCx,
    ) -> StepResult<Found> {
        tokio::select! {
            () = cx.stop_requested() => Err(Stopped.into()),
            found = self.find(id, key) => Ok(found?),
        }
    }

    async fn seen_by(&self, account: &Account, id: &str, key: Option<&str>) -> Result<Found, CallError> {
        let mut meta = self.drive.metadata(&account.id, id, key).await?;
        let mut key = key.map(str::to_owned).or_else(|| meta.resource_key.clone());
        // A shortcut never points to another shortcut.
        if meta.mime_type == SHORTCUT
            && let Some(target) = meta.shortcut_details.take()
        {
            key = target.target_resource_key;
            meta = self.drive.metadata(&account.id, &target.target_id, key.as_deref()).await?;
        }
        Ok(Found { account: account.clone(), key, meta })
    }
}

/// Everything that can be known to be wrong before a byte is fetched.
pub(super) fn fit_for_processing(meta: &FileMeta) -> Result<(), Failure> {
    let name = &meta.name;
    if meta.trashed {
        return Err(in_trash(name));
    }
    if meta.mime_type == FOLDER {
        return Err(Failure::never(
            FailureCode::IsAFolder,
            format!("“{name}” is a folder."),
            "Open it and copy the links of the recordings inside.",
        ));
    }
    if !may_be_a_recording(meta) {
        return Err(Failure::never(
            FailureCode::NotARecording,
            format!("“{name}” is neither audio nor video but {}.", meta.mime_type),
            "Choose the recording itself; documents can be attached to it.",
        ));
    }
    if meta.size == Some(0) {
        return Err(Failure::never(
            FailureCode::EmptyFile,
            format!("“{name}” is empty."),
            "Wait until its upload is complete, or upload it again, then try again.",
        ));
    }
    if !meta.capabilities.can_download {
        return Err(Failure::person(
            FailureCode::DownloadForbidden,
            format!("The owner of “{name}” has disabled downloads."),
            "Ask them for a copy or to allow downloads, or drop the file here.",
        ));
    }
    Ok(())
}

/// Uploads from some programs have no type of their own; then the name decides.
pub(super) fn may_be_a_recording(meta: &FileMeta) -> bool {
    let mime = meta.mime_type.as_str();
    mime.starts_with("audio/")
        || mime.starts_with("video/")
        || matches!(mime, "application/ogg" | "application/mp4" | "application/mxf")
        || (mime == "application/octet-stream" && has_media_ending(&meta.name))
}

pub(super) fn in_trash(name: &str) -> Failure {
    Failure::person(
        FailureCode::InTrash,
        format!("“{name}” is in Drive's bin."),
        "Restore it in Drive; the job goes on by itself.",
    )
}

fn not_seen(account: &Account) -> Failure {
    match account.access {
        Access::PickedFiles => pick_needed(),
        Access::AllFiles if account.id == ENVIRONMENT => Failure::person(
            FailureCode::NoAccess,
            "The token in DEBRIEF_GOOGLE_ACCESS_TOKEN can't open this Drive file.",
            "Check the link, share the file with the token's account, or use a token with wider access.",
        ),
        Access::AllFiles => Failure::person(
            FailureCode::NoAccess,
            format!("{} can't open this Drive file.", account.email),
            "Ask its owner to share it with you, or sign in with the account that can open it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn meta(changes: serde_json::Value) -> FileMeta {
        let mut meta = json!({ "id": "1a", "name": "talk.mp3", "mimeType": "audio/mpeg", "size": "9" });
        for (key, value) in changes.as_object().unwrap() {
            meta[key] = value.clone();
        }
        serde_json::from_value(meta).unwrap()
    }

    #[test]
    fn what_cannot_be_processed_says_so_before_it_is_fetched() {
        let told = [
            json!({}),
            json!({ "mimeType": "application/octet-stream" }),
            json!({ "trashed": true }),
            json!({ "mimeType": FOLDER, "name": "Meetings" }),
            json!({ "mimeType": "application/pdf", "name": "talk.pdf" }),
            json!({ "mimeType": "application/octet-stream", "name": "talk.exe" }),
            json!({ "size": "0" }),
            json!({ "capabilities": { "canDownload": false } }),
        ]
        .map(|changes| match fit_for_processing(&meta(changes.clone())) {
            Ok(()) => format!("{changes}: fits"),
            Err(failure) => {
                format!("{changes}: {}\n  {}\n  {}", failure.code.word(), failure.what, failure.fix)
            }
        });
        insta::assert_snapshot!(told.join("\n"));
    }
}
