//! What a pasted link or path leads to, and what lies beside it.

use debrief_connect::{Beside, local};
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use jiff::Timestamp;
use serde::Serialize;

use crate::{App, Trouble, link_of};

/// What a pasted link or path leads to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct LinkLook {
    /// What was pasted.
    pub text: String,
    /// The file's name, once it could be seen.
    pub name: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<f64>,
    /// Its length in milliseconds, where its source knows it.
    pub duration_ms: Option<u32>,
    /// Address of the account that can see it.
    pub account: Option<String>,
    /// What an earlier job made of it.
    pub processed: Option<Processed>,
    /// Transcripts of it in the same folder, as far as it can be seen.
    pub transcripts: Vec<FileBeside>,
    /// Chats and lists of those who were there, in the same folder: attached, they tell who speaks.
    pub companions: Vec<FileBeside>,
    /// Why it can't be processed as it is.
    pub problem: Option<Trouble>,
}

/// A file that lies beside a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct FileBeside {
    /// Its name.
    pub name: String,
    /// Path or link, to attach it with.
    pub link: String,
}

/// An earlier job of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Processed {
    /// Its UUID.
    pub job_id: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// Whether the job is in the list of this installation.
    pub here: bool,
}

impl App {
    /// What a pasted link or path leads to. Whatever is wrong with it is in the answer.
    pub async fn look_up(&self, text: &str) -> LinkLook {
        let nothing = LinkLook {
            text: text.to_owned(),
            name: None,
            size_bytes: None,
            duration_ms: None,
            account: None,
            processed: None,
            transcripts: Vec::new(),
            companions: Vec::new(),
            problem: None,
        };
        let link = match link_of(text) {
            Ok(link) => link,
            Err(failure) => return LinkLook { problem: Some(failure.into()), ..nothing },
        };
        match &link {
            RecordingLink::Local { path } => {
                let path = path.clone();
                // A network drive may take its time to answer.
                let looked = tokio::task::spawn_blocking(move || {
                    let size = std::fs::metadata(&path).ok().filter(|metadata| metadata.is_file());
                    let beside = if size.is_some() { local::beside(&path) } else { Beside::default() };
                    (size, beside)
                });
                let (size, beside) = looked.await.unwrap_or_default();
                LinkLook {
                    name: Some(link.short_name()),
                    transcripts: views(beside.transcripts),
                    companions: views(beside.companions),
                    size_bytes: size.map(|metadata| metadata.len() as f64),
                    ..nothing
                }
            }
            RecordingLink::Drive { id, resource_key } => {
                match self.steps.now().drive_source().look(id, resource_key.as_deref()).await {
                    Ok(look) => LinkLook {
                        name: Some(look.name),
                        size_bytes: look.size_bytes.map(|size| size as f64),
                        duration_ms: look.duration_ms,
                        account: Some(look.email),
                        processed: look.receipt.map(|receipt| self.processed(receipt.job, look.modified)),
                        transcripts: views(look.beside.transcripts),
                        companions: views(look.beside.companions),
                        problem: look.problem.map(Trouble::from),
                        ..nothing
                    },
                    Err(failure) => LinkLook { problem: Some(failure.into()), ..nothing },
                }
            }
        }
    }

    fn processed(&self, job: JobId, modified: Option<Timestamp>) -> Processed {
        let known = self.pool.store().job(job).ok();
        let at = known.as_ref().map(|job| job.updated_at).or(modified).unwrap_or_default();
        Processed { job_id: job.to_string(), at: at.to_string(), here: known.is_some() }
    }
}

pub(crate) fn views(files: Vec<debrief_connect::FileBeside>) -> Vec<FileBeside> {
    files.into_iter().map(FileBeside::from).collect()
}

impl From<debrief_connect::FileBeside> for FileBeside {
    fn from(file: debrief_connect::FileBeside) -> Self {
        let link = match &file.link {
            RecordingLink::Drive { resource_key: Some(key), .. } => {
                format!("{}?resourcekey={key}", file.link.location())
            }
            RecordingLink::Drive { resource_key: None, .. } | RecordingLink::Local { .. } => {
                file.link.location()
            }
        };
        Self { name: file.name, link }
    }
}
