//! Recordings and their documents, wherever each of them is: on this machine or in Drive.

use std::path::PathBuf;

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode, Retry, Warning};
use debrief_core::link::RecordingLink;
use debrief_core::people;
use debrief_core::ports::{Attachment, PublishedPage, Recording, RecordingSource, Renamed};
use debrief_core::stage::{StageCx, StepError, StepResult};
use futures_util::stream::{self, StreamExt};

use crate::captions;
use crate::documents::{self, DocumentReader, ReadError};
use crate::google::DriveSource;
use crate::local::{LocalFiles, unless_stopped};

/// Documents that are fetched and read at a time, beside the recording.
const DOCUMENTS_AT_A_TIME: usize = 3;

/// Every place that recordings come from.
pub struct Recordings {
    local: LocalFiles,
    drive: DriveSource,
    reader: DocumentReader,
}

impl Recordings {
    /// Files on this machine, and those that `drive` can see.
    pub fn new(drive: DriveSource) -> Recordings {
        Recordings { local: LocalFiles::new(), drive, reader: DocumentReader::new() }
    }

    /// `None` when it had to be left out, which is a warning.
    async fn attachment(
        &self,
        link: &RecordingLink,
        number: usize,
        cx: &StageCx,
    ) -> Option<StepResult<Attachment>> {
        let brought = match link {
            RecordingLink::Local { path } => match self.local.document(path, cx).await {
                Ok(Ok(brought)) => brought,
                Err(ended) => return Some(Err(ended)),
                Ok(Err(warning)) => {
                    cx.warn(warning);
                    return None;
                }
            },
            RecordingLink::Drive { id, resource_key } => {
                let to = cx.folder().join(format!("attachment-{number}.pdf"));
                match self.drive.document(id, resource_key.as_deref(), to, cx).await {
                    Ok(brought) => brought,
                    Err(StepError::Failed(failure)) if waits_for_the_recording_too(&failure) => {
                        return Some(Err(failure.into()));
                    }
                    Err(StepError::Failed(failure)) => {
                        cx.warn(left_out(link, &failure));
                        return None;
                    }
                    Err(StepError::Stopped(stopped)) => return Some(Err(stopped.into())),
                }
            }
        };
        Some(self.read(brought, cx).await)
    }

    /// A document that gives no text is listed all the same.
    async fn read(&self, brought: Brought, cx: &StageCx) -> StepResult<Attachment> {
        let Brought { name, location, file, mime } = brought;
        let companion = people::companion(&name, mime.as_deref());
        if companion.is_some() {
            let text = unless_stopped(cx, move || captions::plain_text_of(&file)).await?;
            if text.is_none() {
                let what = format!(
                    "{name} could not be read as text, so nobody is known by it. Save it as text or CSV and process the recording again with it."
                );
                cx.warn(Warning::new("attachment_unreadable", what));
            }
            // As with transcripts: what it says is not for the page.
            return Ok(Attachment { name, location, text, file: None, companion });
        }
        let transcript = {
            let (file, name) = (file.clone(), name.clone());
            unless_stopped(cx, move || captions::text_of(&file, &name, mime.as_deref())).await?
        };
        match transcript {
            Ok(None) => {}
            // Pages link to transcripts: what they say is on the page.
            Ok(text) => return Ok(Attachment { name, location, text, file: None, companion }),
            Err(failure) => {
                cx.warn(Warning::new(failure.code.word(), format!("{} {}", failure.what, failure.fix)));
                return Ok(Attachment { name, location, text: None, file: None, companion });
            }
        }
        let text = match self.reader.read(&file, cx.stop_requested()).await {
            Ok(document) => Some(document.text),
            Err(ReadError::Unreadable(why)) => {
                cx.warn(documents::warning(&name, &why));
                None
            }
            Err(ReadError::Stopped) => return Err(debrief_core::stage::Stopped.into()),
        };
        Ok(Attachment { name, location, text, file: Some(file), companion })
    }
}

/// Whether a file's name is that of a recording, going by its ending.
pub fn has_media_ending(name: &str) -> bool {
    const ENDINGS: [&str; 25] = [
        "aac", "ac3", "aif", "aiff", "amr", "avi", "caf", "flac", "m4a", "m4b", "m4v", "mka", "mkv", "mov",
        "mp3", "mp4", "mpeg", "mpg", "oga", "ogg", "opus", "wav", "webm", "wma", "wmv",
    ];
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending.to_lowercase().as_str()))
}

/// A document on this machine, on its way to be read.
pub(crate) struct Brought {
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) file: PathBuf,
    /// The type that its source gives the file.
    pub(crate) mime: Option<String>,
}

#[async_trait]
impl RecordingSource for Recordings {
    async fn fetch(
        &self,
        link: &RecordingLink,
        attachments: &[RecordingLink],
        cx: StageCx,
    ) -> StepResult<Recording> {
        let cx = &cx;
        let recording = async {
            match link {
                RecordingLink::Local { path } => self.local.recording(path, cx).await,
                RecordingLink::Drive { id, resource_key } => {
                    self.drive.recording(id, resource_key.as_deref(), cx).await
                }
            }
        };
        let documents: Vec<_> =
            attachments.iter().enumerate().map(|(number, link)| self.attachment(link, number, cx)).collect();
        let documents = stream::iter(documents).buffered(DOCUMENTS_AT_A_TIME).collect::<Vec<_>>();
        // Whatever is wrong with the recording is told without waiting for its documents.
        let documents = async { Ok(documents.await) };
        let (recording, documents) = tokio::try_join!(recording, documents)?;
        let attachments = documents.into_iter().flatten().collect::<StepResult<Vec<_>>>()?;
        Ok(Recording { attachments, ..recording })
    }

    async fn has_account(&self) -> Result<(), Failure> {
        self.drive.has_account()
    }

    async fn ready(&self, link: &RecordingLink) -> Result<(), Failure> {
        match link {
            // A file that was missing may be another one now; the person says when to look again.
            RecordingLink::Local { .. } => Err(Failure::internal("nothing says when a file is mended")),
            RecordingLink::Drive { id, resource_key } => self.drive.ready(id, resource_key.as_deref()).await,
        }
    }

    async fn rename(
        &self,
        recording: &Recording,
        name: &str,
        page: &PublishedPage,
        cx: StageCx,
    ) -> StepResult<Renamed> {
        match &recording.drive {
            Some(file) => self.drive.rename(file, &recording.name, name, page, &cx).await,
            // Files on this machine keep the names that their owner gave them.
            None => Ok(Renamed::default()),
        }
    }
}

/// Without network, or without room, the recording does not come either: then all of it is tried again together.
fn waits_for_the_recording_too(failure: &Failure) -> bool {
    matches!(failure.retry, Retry::Later { .. }) || failure.code == FailureCode::DiskFull
}

fn left_out(link: &RecordingLink, failure: &Failure) -> Warning {
    let (location, what) = (link.location(), &failure.what);
    Warning::new(
        "attachment_unavailable",
        format!(
            "The attachment {location} was left out. {what} To use it, process the recording again with a file that can be read."
        ),
    )
}
