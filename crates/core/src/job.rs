//! A job and the one state machine that says what may happen to it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;
use crate::link::RecordingLink;
use crate::page::PageLayout;
use crate::spending::Rate;
use crate::stage::Stage;
use crate::template::Template;

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
    /// How speakers are told apart.
    #[serde(default)]
    pub speakers: SpeakersChoice,
    /// Who finds names and writes the notes, and how.
    #[serde(default)]
    pub notes: NotesChoice,
    /// What it costs by estimation, at the prices of when it was submitted; `None` where no price is known.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// What the page shows.
    #[serde(default)]
    pub layout: PageLayout,
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
    /// A page in Notion.
    Notion {
        /// Where in Notion; `None` while nothing has been chosen.
        place: Option<NotionPlace>,
        /// Whether the recording itself is put on the page.
        upload_recording: bool,
        /// Whether its documents are.
        upload_attachments: bool,
    },
}

/// Where in Notion pages go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum NotionPlace {
    /// A data source, by its id: pages are its rows.
    DataSource(String),
    /// A database by its id, with one data source.
    Database(String),
    /// A page, by its id: pages lie inside it.
    Page(String),
}

/// Engine, model and language of a job, as chosen when it was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct SpeechChoice {
    /// Name of the engine in the registry; `None` takes the best one that is ready.
    pub engine: Option<String>,
    /// Engine and model for people, for example "PocketSphinx (rough, English only)".
    pub label: String,
    /// For engines that need one: the catalogue's id, the path of a file, or a service's name for it.
    pub model: Option<String>,
    /// BCP 47 language of the recording; `None` leaves it to the engine.
    pub language: Option<String>,
    /// How Chinese is written, whatever the engine writes.
    #[serde(default)]
    pub chinese: Option<ChineseScript>,
    /// Names and terms that may be said.
    #[serde(default)]
    pub vocabulary: Vec<String>,
    /// Whether the recording is heard even where a transcript of it is attached.
    #[serde(default)]
    pub ignore_transcripts: bool,
    /// Whether engine or model were chosen for this job alone: then it never gets others.
    #[serde(default)]
    pub own_engine: bool,
    /// Whether language or script were.
    #[serde(default)]
    pub own_language: bool,
}

/// The two ways to write Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ChineseScript {
    /// As in Taiwan.
    Traditional,
    /// As in mainland China and Singapore.
    Simplified,
}

/// How speakers are told apart, as chosen when the job was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct SpeakersChoice {
    /// Name of the method in the registry; `None` takes the best one that is ready.
    pub method: Option<String>,
    /// At least so many speakers.
    pub min: Option<u16>,
    /// At most so many speakers.
    pub max: Option<u16>,
    /// Whether their voices are compared with remembered ones, and kept to be remembered.
    #[serde(default)]
    pub voices: bool,
}

/// Who finds names and writes the notes of a job, as chosen when it was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct NotesChoice {
    /// Language models in the order in which they are asked: the next one when one is busy, out of credit or out of reach.
    /// None at all: sentences are taken from the transcript, and speakers keep their labels.
    pub models: Vec<ModelChoice>,
    /// What kind of recording it is, as the template was at that time; `None` takes that of a meeting.
    pub template: Option<Template>,
    /// BCP 47 language of the notes; `None` takes the transcript's.
    pub language: Option<String>,
    /// Who may have spoken, as the person typed it.
    pub participants: Vec<String>,
    /// Names and terms with their right spelling.
    pub glossary: Vec<String>,
    /// Whether the models were chosen for this job alone: then it never gets others.
    pub own_models: bool,
    /// Who writes the notes, for people, for example "claude-sonnet-4-6 at Anthropic".
    #[serde(default)]
    pub label: String,
}

impl NotesChoice {
    /// Names and terms that may be heard: who may have spoken, and the glossaries.
    pub fn terms(&self) -> impl Iterator<Item = &String> {
        let of_template = self.template.iter().flat_map(|template| &template.glossary);
        self.participants.iter().chain(&self.glossary).chain(of_template)
    }
}

/// A language model of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ModelChoice {
    /// The provider's name in the settings, for example `anthropic`.
    pub provider: String,
    /// The provider's name for the model.
    pub model: String,
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
    pub status: Box<JobStatus>,
    /// What was tried.
    pub event: Box<JobEvent>,
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
            ) => return Err(IllegalEvent { status: Box::new(self.clone()), event: Box::new(event.clone()) }),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureCode;
    use proptest::prelude::*;

    fn failure() -> Failure {
        Failure::never(FailureCode::Internal, "It broke.", "Mend it.")
    }

    fn any_event() -> impl Strategy<Value = JobEvent> {
        let stage = prop::sample::select(Stage::ALL.to_vec());
        prop_oneof![
            4 => Just(JobEvent::Claimed),
            4 => stage.prop_map(JobEvent::StageBegan),
            1 => Just(JobEvent::FailedForNow { why: failure(), at: Timestamp::UNIX_EPOCH }),
            1 => Just(JobEvent::NeedsPerson(failure())),
            1 => Just(JobEvent::Failed(failure())),
            1 => Just(JobEvent::Completed),
            1 => Just(JobEvent::CancelRequested),
            1 => Just(JobEvent::Released),
            1 => Just(JobEvent::Lost),
            1 => Just(JobEvent::Ready),
            1 => Just(JobEvent::RetryRequested),
        ]
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_leaves_a_final_state_but_by_a_retry(
            events in proptest::collection::vec(any_event(), 0..60),
        ) {
            let mut status = JobStatus::Pending;
            for event in events {
                let before = status.clone();
                match before.after(&event) {
                    Err(illegal) => prop_assert_eq!(*illegal.status, before),
                    Ok(next) => {
                        if before.is_final() {
                            prop_assert_eq!(&event, &JobEvent::RetryRequested);
                            prop_assert_eq!(&next, &JobStatus::Pending);
                        }
                        // Work only ever starts from the queue.
                        if next.is_running() && !before.is_running() {
                            prop_assert_eq!(&before, &JobStatus::Pending);
                            prop_assert_eq!(&event, &JobEvent::Claimed);
                        }
                        // Only a worker completes or fails a job.
                        if matches!(next, JobStatus::Completed | JobStatus::Failed { .. }) {
                            prop_assert!(before.is_running());
                        }
                        // Once stopping, it never works on: it ends, or the page won the race.
                        if matches!(before, JobStatus::Cancelling { .. }) {
                            let ended = next.is_final() && !matches!(next, JobStatus::Failed { .. });
                            prop_assert!(ended || next.word() == "cancelling");
                        }
                        status = next;
                    }
                }
            }
        }

        #[test]
        fn every_unfinished_job_can_be_cancelled_and_every_final_one_retried(
            events in proptest::collection::vec(any_event(), 0..30),
        ) {
            let mut status = JobStatus::Pending;
            for event in events {
                if let Ok(next) = status.after(&event) {
                    status = next;
                }
            }
            prop_assert_eq!(status.after(&JobEvent::CancelRequested).is_ok(), !status.is_final());
            if status.is_final() {
                prop_assert_eq!(status.after(&JobEvent::RetryRequested), Ok(JobStatus::Pending));
            }
        }
    }

    #[test]
    fn a_finished_job_cannot_be_turned_into_a_cancelled_one() {
        let error = JobStatus::Completed.after(&JobEvent::CancelRequested).unwrap_err();
        assert_eq!(error.to_string(), "a job that is completed cannot take CancelRequested");
    }

    #[test]
    fn a_page_that_wins_the_race_against_a_stop_completes_the_job() {
        let stopping = JobStatus::Cancelling { stage: Stage::Publish };
        assert_eq!(stopping.after(&JobEvent::Completed), Ok(JobStatus::Completed));
        assert_eq!(stopping.after(&JobEvent::Failed(failure())), Ok(JobStatus::Cancelled));
    }

    #[test]
    fn a_crash_puts_running_jobs_back_and_honours_a_requested_stop() {
        assert_eq!(
            JobStatus::Processing { stage: Stage::Decode }.after(&JobEvent::Lost),
            Ok(JobStatus::Pending)
        );
        assert_eq!(
            JobStatus::Cancelling { stage: Stage::Decode }.after(&JobEvent::Lost),
            Ok(JobStatus::Cancelled)
        );
    }

    #[test]
    fn states_read_back_from_the_store() {
        for status in [
            JobStatus::Pending,
            JobStatus::Processing { stage: Stage::Decode },
            JobStatus::Retrying { stage: Stage::Publish, why: failure(), at: Timestamp::UNIX_EPOCH },
            JobStatus::Waiting { stage: Stage::Publish, fix: failure() },
            JobStatus::Cancelling { stage: Stage::Fetch },
            JobStatus::Cancelled,
            JobStatus::Failed { stage: Stage::Transcribe, why: failure() },
            JobStatus::Completed,
        ] {
            let stored = serde_json::to_string(&status).expect("plain data");
            assert_eq!(serde_json::from_str::<JobStatus>(&stored).expect("what was stored"), status);
        }
    }
}
