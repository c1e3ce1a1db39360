//! A job and the one state machine that says what may happen to it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;
use crate::link::RecordingLink;
use crate::stage::Stage;

/// Identifies a job; a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub Uuid);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(JobId)
    }
}

/// What a person asks for when they click Process. Everything that decides the outcome is fixed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitJob {
    /// The recording.
    pub link: RecordingLink,
    /// Documents that belong to it.
    pub attachments: Vec<RecordingLink>,
    /// Where the page goes.
    pub destination: Destination,
    /// How speech becomes text.
    pub speech: SpeechChoice,
}

/// Where the page goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Destination {
    /// A Markdown and an HTML file in a folder on this machine.
    Markdown {
        /// The folder, absolute.
        folder: std::path::PathBuf,
    },
}

/// Engine, model and language of a job, as chosen when it was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct SpeechChoice {
    /// Name of the engine in the registry; `None` takes the best one that is ready.
    pub engine: Option<String>,
    /// Model file, for engines that need one.
    pub model: Option<std::path::PathBuf>,
    /// BCP 47 language of the recording; `None` leaves it to the engine.
    pub language: Option<String>,
}

/// A job as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its UUID.
    pub id: JobId,
    /// What was asked for.
    pub request: SubmitJob,
    /// Where it stands.
    pub status: JobStatus,
    /// How often it was begun; grows with each retry by the person.
    pub run: u32,
    /// Attempts of the current stage that failed temporarily, one after another.
    pub attempts: u32,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// Store-wide revision of the last change; larger is newer.
    pub revision: i64,
}

/// Where a job stands. Stored; the words that outsiders see are in [`crate::view`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits for its turn.
    Pending,
    /// A worker has it.
    Processing {
        /// The running stage.
        stage: Stage,
    },
    /// A temporary failure; it starts again by itself.
    Retrying {
        /// The stage that failed.
        stage: Stage,
        /// The failure.
        why: Failure,
        /// When it starts again.
        at: Timestamp,
    },
    /// The person has to do something first.
    Waiting {
        /// The stage that cannot go on.
        stage: Stage,
        /// What happened and what to do.
        fix: Failure,
    },
    /// Asked to stop; the worker still has it.
    Cancelling {
        /// The running stage.
        stage: Stage,
    },
    /// Stopped by the person. Finished stages are kept.
    Cancelled,
    /// Could not be done.
    Failed {
        /// The stage that failed.
        stage: Stage,
        /// Why.
        why: Failure,
    },
    /// The page exists.
    Completed,
}

/// What can happen to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEvent {
    /// A worker takes it.
    Claimed,
    /// The worker begins a stage.
    StageBegan(Stage),
    /// The running stage failed, but may work later.
    FailedForNow {
        /// The failure.
        why: Failure,
        /// When to try again.
        at: Timestamp,
    },
    /// The running stage needs the person.
    NeedsPerson(Failure),
    /// The running stage failed for good.
    Failed(Failure),
    /// The last stage is done.
    Completed,
    /// The person wants it stopped.
    CancelRequested,
    /// The worker has let go of it because it was asked to: cancel, pause or shutdown.
    Released,
    /// The worker is gone without a word: a crash, found at the next start.
    Lost,
    /// What it waited for has come: the time of the retry, or the person's fix.
    Ready,
    /// The person wants it done again, from its failed stage or from a chosen one.
    RetryRequested,
}

/// The event does not fit the state; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {} cannot take {event:?}", .status.word())]
pub struct IllegalEvent {
    /// Where the job stands.
    pub status: JobStatus,
    /// What was tried.
    pub event: JobEvent,
}

impl JobStatus {
    /// The state machine: where a job stands after `event`.
    ///
    /// # Errors
    /// [`IllegalEvent`] when the event cannot happen in this state. Final states are left by `RetryRequested` alone.
    pub fn after(&self, event: &JobEvent) -> Result<JobStatus, IllegalEvent> {
        use JobEvent as E;
        use JobStatus as S;
        let next = match (self, event) {
            (S::Pending, E::Claimed) => S::Processing { stage: Stage::Fetch },
            (S::Pending | S::Retrying { .. } | S::Waiting { .. }, E::CancelRequested) => S::Cancelled,
            (S::Retrying { .. } | S::Waiting { .. }, E::Ready | E::RetryRequested) => S::Pending,

            (S::Processing { .. }, E::StageBegan(stage)) => S::Processing { stage: *stage },
            (S::Processing { stage }, E::FailedForNow { why, at }) => {
                S::Retrying { stage: *stage, why: why.clone(), at: *at }
            }
            (S::Processing { stage }, E::NeedsPerson(fix)) => S::Waiting { stage: *stage, fix: fix.clone() },
            (S::Processing { stage }, E::Failed(why)) => S::Failed { stage: *stage, why: why.clone() },
            (S::Processing { stage } | S::Cancelling { stage }, E::CancelRequested) => {
                S::Cancelling { stage: *stage }
            }
            (S::Processing { .. }, E::Released | E::Lost) => S::Pending,

            // The worker may begin its next stage before it sees the request, and a failure that comes
            // after the request no longer matters. Only a finished page wins against it.
            (S::Cancelling { .. }, E::StageBegan(stage)) => S::Cancelling { stage: *stage },
            (
                S::Cancelling { .. },
                E::Released | E::Lost | E::FailedForNow { .. } | E::NeedsPerson(_) | E::Failed(_),
            ) => S::Cancelled,

            (S::Processing { .. } | S::Cancelling { .. }, E::Completed) => S::Completed,

            (S::Cancelled | S::Failed { .. } | S::Completed, E::RetryRequested) => S::Pending,

            (
                S::Pending,
                E::StageBegan(_)
                | E::FailedForNow { .. }
                | E::NeedsPerson(_)
                | E::Failed(_)
                | E::Completed
                | E::Released
                | E::Lost
                | E::Ready
                | E::RetryRequested,
            )
            | (
                S::Retrying { .. } | S::Waiting { .. },
                E::Claimed
                | E::StageBegan(_)
                | E::FailedForNow { .. }
                | E::NeedsPerson(_)
                | E::Failed(_)
                | E::Completed
                | E::Released
                | E::Lost,
            )
            | (S::Processing { .. } | S::Cancelling { .. }, E::Claimed | E::Ready | E::RetryRequested)
            | (
                S::Cancelled | S::Failed { .. } | S::Completed,
                E::Claimed
                | E::StageBegan(_)
                | E::FailedForNow { .. }
                | E::NeedsPerson(_)
                | E::Failed(_)
                | E::Completed
                | E::CancelRequested
                | E::Released
                | E::Lost
                | E::Ready,
            ) => return Err(IllegalEvent { status: self.clone(), event: event.clone() }),
        };
        Ok(next)
    }

    /// Whether only the person can bring this job back to life.
    pub fn is_final(&self) -> bool {
        match self {
            JobStatus::Cancelled | JobStatus::Failed { .. } | JobStatus::Completed => true,
            JobStatus::Pending
            | JobStatus::Processing { .. }
            | JobStatus::Retrying { .. }
            | JobStatus::Waiting { .. }
            | JobStatus::Cancelling { .. } => false,
        }
    }

    /// Whether a worker has it.
    pub fn is_running(&self) -> bool {
        matches!(self, JobStatus::Processing { .. } | JobStatus::Cancelling { .. })
    }

    /// The stable word of this state, as it is stored beside the details.
    pub fn word(&self) -> &'static str {
        match self {
            JobStatus::Pending => "pending",
            JobStatus::Processing { .. } => "processing",
            JobStatus::Retrying { .. } => "retrying",
            JobStatus::Waiting { .. } => "waiting",
            JobStatus::Cancelling { .. } => "cancelling",
            JobStatus::Cancelled => "cancelled",
            JobStatus::Failed { .. } => "failed",
            JobStatus::Completed => "completed",
        }
    }
}
