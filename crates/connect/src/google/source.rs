//! Recordings and documents in Drive: fetched, and renamed.

use std::path::PathBuf;

use debrief_core::captions::{looks_like, may_be};
use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::link::RecordingLink;
use debrief_core::people;
use debrief_core::ports::{DriveFile, PublishedPage, Recording, Renamed};
use debrief_core::stage::{StageCx, StepResult};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::download::Download;
use super::drive::{CallError, Drive, FileMeta, Receipt};
use super::errors::DriveError;
use super::look::{fit_for_processing, in_trash};
use crate::captions;
use crate::local::unless_stopped;
use crate::recordings::Brought;

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
    pub(super) drive: Drive,
    zone: TimeZone,
}

impl DriveSource {
    /// Dates of files are told in the time zone of this machine.
    pub fn new(drive: Drive) -> DriveSource {
        DriveSource { drive, zone: TimeZone::system() }
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

    #[test]
    fn a_recording_that_the_disk_cannot_hold_is_refused_before_it_is_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let cx = crate::media::testing::Recorder::new().cx(folder.path());
        let meta = |size: &str| -> FileMeta {
            serde_json::from_value(
                json!({ "id": "1a", "name": "talk.mp3", "mimeType": "audio/mpeg", "size": size }),
            )
            .unwrap()
        };
        assert_eq!(room_for(&meta("9"), &cx), Ok(()));
        let failure = room_for(&meta("9000000000000000000"), &cx).unwrap_err();
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
