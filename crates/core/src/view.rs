//! A job as outsiders see it: the answer of `get_job_status`, the rows of the window, the lines of `--json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Warning};
use crate::stage::{Progress, Stage};

/// The status words of the asynchronous API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StatusWord {
    /// Not begun, or waiting for a retry.
    Pending,
    /// Begun.
    Processing,
    /// The page exists.
    Completed,
    /// Could not be done; `error` says why.
    Failed,
    /// Stopped by the person.
    Cancelled,
}

/// The group of the window's list that a job belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Cannot go on without the person.
    NeedsYou,
    /// A worker has it.
    Working,
    /// Has its turn later.
    Waiting,
    /// Ended, one way or another.
    Done,
}

/// The answer of `get_job_status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct JobView {
    /// The job's UUID.
    pub id: String,
    /// Where it stands.
    pub status: StatusWord,
    /// Overall percentage: 5 as soon as work begins, 100 only when completed.
    pub progress: u8,
    /// One line for a person.
    pub message: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
    /// When completed.
    pub result: Option<JobResult>,
    /// When failed, or waiting for the person.
    pub error: Option<JobError>,

    /// The title once there is one, until then the file's name.
    pub title: String,
    /// Path or web address of the recording.
    pub source: String,
    /// Names of the attachments.
    pub attachments: Vec<String>,
    /// Length of the recording in milliseconds, once known.
    pub duration_ms: Option<u32>,
    /// Engine that makes the words.
    pub engine: String,
    /// Group in the list.
    pub group: Group,
    /// The running, waiting or failed stage.
    pub stage: Option<Stage>,
    /// Progress inside the running stage, when it is known.
    pub stage_progress: Option<Progress>,
    /// RFC 3339 time of the next try, when a temporary failure is waited out.
    pub retry_at: Option<String>,
    /// Every stage with what became of it.
    pub stages: Vec<StageView>,
    /// What the person should know about the job so far.
    pub warnings: Vec<Warning>,
    /// Grows with every stored change, across all jobs; the larger one is the newer view.
    pub revision: u32,
}

/// One line of the stage timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct StageView {
    /// Which stage.
    pub stage: Stage,
    /// What became of it.
    pub state: StageState,
    /// Its expected share of the job, in thousandths.
    pub weight: u32,
    /// How long it took, once done, in milliseconds.
    pub took_ms: Option<u32>,
}

/// What became of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// Its output is kept.
    Done,
    /// Runs now.
    Running,
    /// Failed, or waits for the person or for its next try.
    Stopped,
    /// Comes later.
    Ahead,
}

/// What a completed job gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct JobResult {
    /// The title.
    pub title: String,
    /// The summary, one paragraph.
    pub summary: String,
    /// The to-dos.
    pub todos: Vec<String>,
    /// Label → name of the speakers that were named, or label → label.
    pub identified_speakers: BTreeMap<String, String>,
    /// The Markdown file, for pages on this machine.
    pub page_path: Option<String>,
    /// The HTML file beside it.
    pub page_html_path: Option<String>,
    /// What the person should know about the page.
    pub warnings: Vec<Warning>,
}

/// Why a job failed or what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct JobError {
    /// Stable word of the kind of failure.
    pub code: String,
    /// What happened.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// The stage that could not go on.
    pub stage: Stage,
    /// The technical cause, to copy.
    pub detail: Option<String>,
}

impl JobError {
    /// The outside form of `failure` in `stage`.
    pub fn new(failure: &Failure, stage: Stage) -> Self {
        Self {
            code: failure.code.word().to_owned(),
            what: failure.what.clone(),
            fix: failure.fix.clone(),
            stage,
            detail: failure.detail.clone(),
        }
    }
}
