//! Recordings and documents in Drive: found, checked before anything is fetched, fetched, renamed.

use std::path::PathBuf;

use debrief_core::captions::{looks_like, may_be};
use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::link::RecordingLink;
use debrief_core::people;
use debrief_core::ports::{DriveFile, PublishedPage, Recording, Renamed};
use debrief_core::stage::{StageCx, StepResult, Stopped};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::account::{Access, Account, ENVIRONMENT};
use super::accounts::expired;
use super::beside::TranscriptInDrive;
use super::download::Download;
use super::drive::{CallError, Drive, FOLDER, FileMeta, Receipt, SHORTCUT};
use super::errors::{DriveError, pick_needed};
use crate::captions;
use crate::local::unless_stopped;
use crate::recordings::{Brought, has_media_ending};

/// Room left on the disk beside a recording, for what is made of it.
const SPARE_ROOM_BYTES: u64 = 64 << 20;
/// The largest document that is fetched to be read.
const MAX_DOCUMENT_BYTES: u64 = 200 << 20;
/// Google's own documents; those of this kind can be had as a PDF.
const GOOGLE_DOCUMENT: &str = "application/vnd.google-apps.";
const EXPORTABLE: [&str; 4] = ["document", "presentation", "spreadsheet", "drawing"];
const PDF: &str = "application/pdf";
const TEXT: &str = "text/plain";
const CSV: &str = "text/csv";

/// Drive as a source of recordings and documents.
#[derive(Clone)]
pub struct DriveSource {
    drive: Drive,
    zone: TimeZone,
}

/// A file and the account that can see it.
struct Found {
    account: Account,
    key: Option<String>,
    meta: FileMeta,
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
    /// Transcripts in the same folder, where the account sees it.
    pub transcripts: Vec<TranscriptInDrive>,
    /// Chats and lists of those who were there, in the same folder: attached, they tell who speaks.
    pub companions: Vec<TranscriptInDrive>,
    /// Why it could not be processed as it is.
    pub problem: Option<Failure>,
}

impl DriveSource {
    /// Dates of files are told in the time zone of this machine.
    pub fn new(drive: Drive) -> DriveSource {
        DriveSource { drive, zone: TimeZone::system() }
    }

    /// What a link leads to.
    ///
    /// # Errors
    /// Nobody is signed in, or none of the accounts can see it.
    pub async fn look(&self, id: &str, key: Option<&str>) -> Result<Look, Failure> {
        let Found { account, meta, .. } = self.find(id, key).await?;
        let problem = fit_for_processing(&meta).err();
        let (transcripts, companions) = match problem {
            None => self.drive.beside(&account, &meta).await,
            Some(_) => (Vec::new(), Vec::new()),
        };
        Ok(Look {
            transcripts,
            companions,
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

    /// Fetches a recording into the job's folder. The answer has no attachments yet.
    pub(crate) async fn recording(&self, id: &str, key: Option<&str>, cx: &StageCx) -> StepResult<Recording> {
        let found = self.find_unless_stopped(id, key, cx).await?;
        fit_for_processing(&found.meta)?;
        room_for(&found.meta, cx)?;
        let file = cx.folder().join("recording");
        let download = Download {
            drive: &self.drive,
            account: &found.account.id,
            key: found.key.as_deref(),
            to: file.clone(),
            cx,
            is_recording: true,
        };
        let meta = download.run(found.meta.clone()).await?;
        // It may have grown, or been replaced by something else, while it was fetched.
        fit_for_processing(&meta)?;
        Ok(Recording {
            file,
            size_bytes: meta.size.unwrap_or(0),
            created: self.created(&meta),
            location: location(&meta.id),
            attachments: Vec::new(),
            drive: Some(DriveFile {
                id: meta.id,
                resource_key: found.key,
                account: found.account.id,
                email: found.account.email,
                can_rename: meta.capabilities.can_rename,
            }),
            name: meta.name,
        })
    }

    /// Fetches a document into the job's folder: a transcript as text, anything else as a PDF.
    pub(crate) async fn document(
        &self,
        id: &str,
        key: Option<&str>,
        to: PathBuf,
        cx: &StageCx,
    ) -> StepResult<Brought> {
        let found = self.find_unless_stopped(id, key, cx).await?;
        let meta = found.meta;
        if meta.trashed {
            return Err(in_trash(&meta.name).into());
        }
        let download = Download {
            drive: &self.drive,
            account: &found.account.id,
            key: found.key.as_deref(),
            to: to.clone(),
            cx,
            is_recording: false,
        };
        let mime = Some(meta.mime_type.clone());
        let brought = Brought { name: meta.name.clone(), location: location(&meta.id), file: to, mime };
        let is_companion = people::companion(&meta.name, Some(&meta.mime_type)).is_some();
        let is_pdf = meta.mime_type == PDF || meta.name.to_lowercase().ends_with(".pdf");
        match meta.mime_type.strip_prefix(GOOGLE_DOCUMENT) {
            Some("spreadsheet") if is_companion => {
                download.export(&meta, CSV).await?;
                return Ok(brought);
            }
            Some(kind) if EXPORTABLE.contains(&kind) => {
                let named_so = looks_like(&meta.name, Some(&meta.mime_type));
                let is_transcript = named_so && {
                    download.export(&meta, TEXT).await?;
                    let (file, name) = (brought.file.clone(), meta.name.clone());
                    let text = unless_stopped(cx, move || captions::text_of(&file, &name, None)).await?;
                    matches!(text, Ok(Some(_)))
                };
                if !is_transcript {
                    download.export(&meta, PDF).await?;
                }
                // Its type says nothing about what it was exported as.
                return Ok(Brought { mime: None, ..brought });
            }
            Some(_) => return Err(no_document(&meta).into()),
            None if !is_pdf && !is_companion && !may_be(&meta.name, Some(&meta.mime_type)) => {
                return Err(no_document(&meta).into());
            }
            None if meta.size.is_some_and(|size| size > MAX_DOCUMENT_BYTES) => {
                return Err(document_too_large(&meta).into());
            }
            None => {
                room_for(&meta, cx)?;
                download.run(meta).await?;
            }
        }
        Ok(brought)
    }

    /// Gives a recording its new name, if it still has the name with which it was fetched.
    pub(crate) async fn rename(
        &self,
        file: &DriveFile,
        seen: &str,
        name: &str,
        page: &PublishedPage,
        cx: &StageCx,
    ) -> StepResult<Renamed> {
        let key = file.resource_key.as_deref();
        let now = match self.drive.metadata(&file.account, &file.id, key).await {
            Ok(now) => now,
            Err(CallError::Drive(DriveError::NotFound(_) | DriveError::NotAuthorizedToFile)) => {
                cx.warn(Warning::new(
                    "rename_not_allowed",
                    format!(
                        "“{seen}” kept its name: it is no longer in Drive, or no longer shared with {}.",
                        file.email
                    ),
                ));
                return Ok(Renamed::default());
            }
            Err(error) => return Err(Failure::from(error).into()),
        };
        let receipt = Receipt { job: cx.job(), page: page.receipt().to_owned() };
        if now.name == name && now.receipt().is_some_and(|kept| kept.job == cx.job()) {
            // Done before the answer was lost, or by a run before this one.
            let before = (seen != name).then(|| seen.to_owned());
            return Ok(Renamed { name: Some(name.to_owned()), before, to_copy: None });
        }
        if now.name != seen && now.name != name {
            cx.warn(Warning::new(
                "renamed_meanwhile",
                format!(
                    "Somebody renamed the recording to “{}” in the meantime, so it kept that name.",
                    now.name
                ),
            ));
            return Ok(Renamed { to_copy: Some(name.to_owned()), ..Renamed::default() });
        }
        if !now.capabilities.can_rename {
            return Ok(not_allowed(seen, name, &file.email, cx));
        }
        match self.drive.rename(&file.account, &file.id, key, name, Some(&receipt)).await {
            Ok(_) => Ok(Renamed {
                name: Some(name.to_owned()),
                before: (now.name != name).then_some(now.name),
                to_copy: None,
            }),
            Err(CallError::Drive(DriveError::Forbidden(_) | DriveError::ScopeTooSmall(_))) => {
                Ok(not_allowed(seen, name, &file.email, cx))
            }
            Err(error) => Err(Failure::from(error).into()),
        }
    }

    /// Gives a renamed recording its old name back, if it still has the new one.
    ///
    /// # Errors
    /// Somebody else has renamed it since, or Drive refused.
    pub async fn undo_rename(&self, file: &DriveFile, name: &str, before: &str) -> Result<(), Failure> {
        let key = file.resource_key.as_deref();
        let now = self.drive.metadata(&file.account, &file.id, key).await?;
        if now.name == before {
            return Ok(());
        }
        if now.name != name {
            return Err(Failure::never(
                FailureCode::BadRequest,
                format!("The recording is now called “{}”; somebody else renamed it.", now.name),
                "Rename it in Drive if you want its old name back.",
            ));
        }
        // The receipt stays: there still is a page.
        self.drive.rename(&file.account, &file.id, key, before, None).await?;
        Ok(())
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

    async fn find_unless_stopped(&self, id: &str, key: Option<&str>, cx: &StageCx) -> StepResult<Found> {
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

    fn created(&self, meta: &FileMeta) -> Date {
        // An upload is created when it is uploaded but may keep the time of its recording.
        let earliest = [meta.created_time, meta.modified_time].into_iter().flatten().min();
        self.zone.to_datetime(earliest.unwrap_or_default()).date()
    }
}

/// The link of a file that its person can follow.
fn location(id: &str) -> String {
    RecordingLink::Drive { id: id.to_owned(), resource_key: None }.location()
}

/// Everything that can be known to be wrong before a byte is fetched.
fn fit_for_processing(meta: &FileMeta) -> Result<(), Failure> {
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

fn in_trash(name: &str) -> Failure {
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

fn not_allowed(seen: &str, name: &str, email: &str, cx: &StageCx) -> Renamed {
    cx.warn(Warning::new(
        "rename_not_allowed",
        format!("“{seen}” kept its name: {email} may not rename it. Its owner can call it “{name}”."),
    ));
    Renamed { to_copy: Some(name.to_owned()), ..Renamed::default() }
}

fn no_document(meta: &FileMeta) -> Failure {
    Failure::never(
        FailureCode::NotARecording,
        format!(
            "“{}” is {}; only PDFs, transcripts and Google's own documents can be read.",
            meta.name, meta.mime_type
        ),
        "Save it as a PDF and attach that.",
    )
}

fn document_too_large(meta: &FileMeta) -> Failure {
    Failure::never(
        FailureCode::DownloadForbidden,
        format!("“{}” is larger than {}.", meta.name, size(MAX_DOCUMENT_BYTES)),
        "Attach the pages that matter.",
    )
}

fn room_for(meta: &FileMeta, cx: &StageCx) -> Result<(), Failure> {
    let Some(needed) = meta.size else { return Ok(()) };
    // What was fetched before counts as room.
    let there = std::fs::metadata(cx.folder().join("recording")).map_or(0, |metadata| metadata.len());
    let Ok(free) = fs4::available_space(cx.folder()) else { return Ok(()) };
    let needed = needed.saturating_add(SPARE_ROOM_BYTES);
    if free.saturating_add(there) >= needed {
        return Ok(());
    }
    Err(Failure::person(
        FailureCode::DiskFull,
        format!(
            "Not enough room on the disk: “{}” needs {}, {} are free.",
            meta.name,
            size(needed),
            size(free)
        ),
        format!(
            "Free some space on the disk that holds {}. The job goes on by itself.",
            cx.folder().display()
        ),
    ))
}

/// Bytes as people read them: "3.1 GB".
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["MB", "GB", "TB", "PB"];
    let mut amount = bytes as f64 / 1e6;
    let mut unit = 0;
    while amount >= 1000.0 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
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

    #[test]
    fn a_recording_that_the_disk_cannot_hold_is_refused_before_it_is_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let cx = crate::media::testing::Recorder::new().cx(folder.path());
        assert_eq!(room_for(&meta(json!({})), &cx), Ok(()));
        let failure = room_for(&meta(json!({ "size": "9000000000000000000" })), &cx).unwrap_err();
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::DiskFull, debrief_core::failure::Retry::Person)
        );
        let what = "Not enough room on the disk: “talk.mp3” needs 9000.0 PB, ";
        assert!(failure.what.starts_with(what) && failure.what.ends_with(" are free."), "{}", failure.what);
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!([size(0), size(1_234_567), size(3_100_000_000)], ["0.0 MB", "1.2 MB", "3.1 GB"]);
    }
}
