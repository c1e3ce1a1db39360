//! A job as outsiders see it: the answer of `get_job_status`, the rows of the window, the lines of `--json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Warning};
use crate::job::{Destination, Job, JobStatus};
use crate::link::RecordingLink;
use crate::notes::Notes;
use crate::spending::Rate;
use crate::stage::{PERCENT_AT_START, Progress, Stage};
use crate::transcript::Transcript;

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
    /// Address of the Google account that it uses, once known.
    pub account: Option<String>,
    /// Names of the attachments.
    pub attachments: Vec<String>,
    /// Length of the recording in milliseconds, once known.
    pub duration_ms: Option<u32>,
    /// What makes the words: an engine, or the transcript that came with the recording.
    pub engine: String,
    /// The engine was named for this job alone: what the settings say about engines doesn't touch it.
    pub own_engine: bool,
    /// Who writes, or wrote, the notes.
    pub notes_by: String,
    /// What it costs and has cost, where a service of any price is asked.
    pub cost: Option<JobCost>,
    /// Where its page goes.
    pub destination: PageDestination,
    /// Group in the list.
    pub group: Group,
    /// The running, waiting or failed stage.
    pub stage: Option<Stage>,
    /// Progress inside the running stage, when it is known.
    pub stage_progress: Option<Progress>,
    /// The running stage waits until another job's speech recognition is done.
    pub in_line: bool,
    /// RFC 3339 time of the next try, when a temporary failure is waited out.
    pub retry_at: Option<String>,
    /// Every stage with what became of it.
    pub stages: Vec<StageView>,
    /// What the person should know about the job so far.
    pub warnings: Vec<Warning>,
    /// There is a page, and something was corrected, or a speaker named, since it was written.
    pub page_outdated: bool,
    /// Grows with every stored change, across all jobs; the larger one is the newer view.
    pub revision: u32,
}

/// A kind of place for pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PageDestination {
    /// Notion.
    Notion,
    /// A folder on this machine.
    Folder,
}

impl PageDestination {
    /// The kind of a job's destination.
    pub fn of(destination: &Destination) -> PageDestination {
        match destination {
            Destination::Notion { .. } => PageDestination::Notion,
            Destination::Markdown { .. } => PageDestination::Folder,
        }
    }
}

/// What a job costs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct JobCost {
    /// By estimation, in US dollars, once the length is known; none where no price is known.
    pub estimated_usd: Option<f64>,
    /// So far, in US dollars, as far as prices are known.
    pub spent_usd: f64,
    /// Whether there were calls whose price is not known.
    pub unpriced: bool,
    /// Tokens that language models read.
    pub input_tokens: f64,
    /// Tokens that they wrote.
    pub output_tokens: f64,
    /// Minutes that speech services heard.
    pub audio_minutes: f64,
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct JobResult {
    /// The title.
    pub title: String,
    /// The summary, a sentence a line.
    pub summary: String,
    /// The to-dos.
    pub todos: Vec<String>,
    /// Label → name of the speakers that were named, or label → label.
    pub identified_speakers: BTreeMap<String, String>,
    /// The Markdown file, for pages on this machine.
    pub page_path: Option<String>,
    /// The HTML file beside it.
    pub page_html_path: Option<String>,
    /// The page in Notion, for pages there.
    #[serde(default)]
    pub notion_page_url: Option<String>,
    /// The person took the page back; it lies in Notion's trash.
    #[serde(default)]
    pub page_undone: bool,
    /// The recording's new name, where its source renames it.
    pub drive_filename: Option<String>,
    /// The name that it had before; none once that name was given back.
    pub renamed_from: Option<String>,
    /// The name that it should have had, where Debrief may not rename it.
    pub name_to_copy: Option<String>,
    /// What the person should know about the page.
    pub warnings: Vec<Warning>,
}

impl JobResult {
    /// Shows what `transcript` and `notes` say now.
    pub fn show(&mut self, transcript: &Transcript, notes: &Notes) {
        let sentences: Vec<&str> = notes.summary.iter().map(|point| point.text.as_str()).collect();
        self.title.clone_from(&notes.title);
        self.summary = sentences.join("\n");
        self.todos = notes.todos.iter().map(|todo| todo.text.clone()).collect();
        self.identified_speakers =
            transcript.heard().map(|(_, s)| (s.label.clone(), s.display().to_owned())).collect();
    }
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

/// What the journal knows about a job besides its status.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobFacts {
    /// The title of its notes, or else the name of its recording, once there is one.
    pub title: Option<String>,
    /// Address of the Google account that could read the recording, once known.
    pub account: Option<String>,
    /// Names of the attachments that were fetched, by where a person finds them.
    pub attachments: BTreeMap<String, String>,
    /// Length of the recording in milliseconds, once known.
    pub duration_ms: Option<u32>,
    /// The transcript that the words are from, where no engine made them.
    pub transcript: Option<String>,
    /// Those who wrote the notes, once they are written.
    pub notes_by: Option<String>,
    /// What was spent on it; nothing if no service was asked.
    pub spent: Option<JobCost>,
    /// The finished stages, with how long each took in milliseconds.
    pub done: Vec<(Stage, u32)>,
    /// The warnings of the finished stages.
    pub warnings: Vec<Warning>,
    /// The result, once completed.
    pub result: Option<JobResult>,
    /// There is a page, and it lacks the newest corrections.
    pub page_outdated: bool,
    /// The percentage that the job has reached in this run.
    pub percent: u8,
}

/// What is known about a running stage, but never stored.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Live {
    /// The percentage that the job has reached in this run.
    pub percent: u8,
    /// Progress inside the stage.
    pub progress: Option<Progress>,
    /// The stage has to wait until another job's speech recognition is done.
    pub in_line: bool,
}

impl JobView {
    /// The view of `job`. `live` is there only in the process that runs it.
    pub fn of(job: &Job, facts: JobFacts, live: Option<Live>) -> JobView {
        let (status, group, stage, why) = match &job.status {
            JobStatus::Pending => (StatusWord::Pending, Group::Waiting, None, None),
            JobStatus::Processing { stage } | JobStatus::Cancelling { stage } => {
                (StatusWord::Processing, Group::Working, Some(*stage), None)
            }
            JobStatus::Retrying { stage, why, .. } => {
                (StatusWord::Pending, Group::Waiting, Some(*stage), Some(why))
            }
            JobStatus::Waiting { stage, fix } => {
                (StatusWord::Pending, Group::NeedsYou, Some(*stage), Some(fix))
            }
            JobStatus::Cancelled => (StatusWord::Cancelled, Group::Done, None, None),
            JobStatus::Failed { stage, why } => (StatusWord::Failed, Group::Done, Some(*stage), Some(why)),
            JobStatus::Completed => (StatusWord::Completed, Group::Done, None, None),
        };
        let live = live.filter(|_| job.status.is_running()).unwrap_or_default();
        let request = &job.request;
        JobView {
            id: job.id.to_string(),
            status,
            progress: percent(&job.status, facts.percent, live.percent),
            message: message(&job.status, live),
            created_at: job.created_at.to_string(),
            updated_at: job.updated_at.to_string(),
            result: facts.result.filter(|_| status == StatusWord::Completed),
            error: stage.zip(why).map(|(stage, why)| JobError::new(why, stage)),
            title: facts.title.unwrap_or_else(|| request.link.short_name()),
            source: request.link.location(),
            account: facts.account,
            attachments: request.attachments.iter().map(|link| called(link, &facts.attachments)).collect(),
            duration_ms: facts.duration_ms,
            engine: facts.transcript.unwrap_or_else(|| request.speech.label.clone()),
            own_engine: request.speech.own_engine,
            cost: cost(request.rate, facts.duration_ms, facts.spent),
            notes_by: facts.notes_by.unwrap_or_else(|| request.notes.label.clone()),
            destination: PageDestination::of(&request.destination),
            group,
            stage,
            stage_progress: live.progress,
            in_line: live.in_line,
            retry_at: match &job.status {
                JobStatus::Retrying { at, .. } => Some(at.to_string()),
                _ => None, // The other states wait for no particular time.
            },
            stages: stages(&job.status, &facts.done),
            warnings: facts.warnings,
            page_outdated: facts.page_outdated,
            revision: u32::try_from(job.revision).unwrap_or(u32::MAX),
        }
    }
}

/// What an attachment is called: by its name once it was fetched.
fn called(link: &RecordingLink, names: &BTreeMap<String, String>) -> String {
    names.get(&link.location()).cloned().unwrap_or_else(|| link.short_name())
}

/// Nothing where nothing was spent, and nothing will be.
fn cost(rate: Option<Rate>, duration_ms: Option<u32>, spent: Option<JobCost>) -> Option<JobCost> {
    let estimated_usd = rate.zip(duration_ms).map(|(rate, duration_ms)| rate.usd(duration_ms));
    match spent {
        None if rate.is_none_or(Rate::is_free) => None,
        spent => Some(JobCost { estimated_usd, ..spent.unwrap_or_default() }),
    }
}

fn percent(status: &JobStatus, stored: u8, live: u8) -> u8 {
    match status {
        JobStatus::Completed => 100,
        JobStatus::Processing { .. } | JobStatus::Cancelling { .. } => {
            stored.max(live).clamp(PERCENT_AT_START, 99)
        }
        JobStatus::Pending
        | JobStatus::Retrying { .. }
        | JobStatus::Waiting { .. }
        | JobStatus::Cancelled
        | JobStatus::Failed { .. } => stored.min(99),
    }
}

/// One line about a running stage; `in_line` says that it waits for another job's speech recognition.
pub fn live_message(stage: Stage, in_line: bool) -> String {
    if in_line {
        format!("{}: waiting for another recording", stage.doing())
    } else {
        stage.doing().to_owned()
    }
}

fn message(status: &JobStatus, live: Live) -> String {
    match status {
        JobStatus::Pending => "Waiting for its turn".to_owned(),
        JobStatus::Processing { stage } => live_message(*stage, live.in_line),
        JobStatus::Retrying { why, .. } => format!("{} Trying again soon.", why.what),
        JobStatus::Waiting { fix, .. } => format!("{} {}", fix.what, fix.fix),
        JobStatus::Cancelling { .. } => "Stopping".to_owned(),
        JobStatus::Cancelled => "Cancelled".to_owned(),
        JobStatus::Failed { why, .. } => format!("{} {}", why.what, why.fix),
        JobStatus::Completed => "Done".to_owned(),
    }
}

fn stages(status: &JobStatus, done: &[(Stage, u32)]) -> Vec<StageView> {
    let view = |stage: Stage| {
        let took_ms = done.iter().find(|(s, _)| *s == stage).map(|(_, took_ms)| *took_ms);
        let here = |at: &Stage| *at == stage;
        let state = match status {
            JobStatus::Processing { stage: at } | JobStatus::Cancelling { stage: at } if here(at) => {
                StageState::Running
            }
            JobStatus::Failed { stage: at, .. }
            | JobStatus::Waiting { stage: at, .. }
            | JobStatus::Retrying { stage: at, .. }
                if here(at) =>
            {
                StageState::Stopped
            }
            _ if took_ms.is_some() => StageState::Done, // Whatever the job does now, this stage is behind it.
            _ => StageState::Ahead,
        };
        StageView { stage, state, weight: stage.weight(), took_ms }
    };
    Stage::ALL.into_iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureCode;
    use crate::job::{JobId, SpeechChoice, SubmitJob};
    use crate::link::RecordingLink;
    use jiff::Timestamp;

    fn job(status: JobStatus) -> Job {
        Job {
            id: JobId(uuid::Uuid::nil()),
            request: SubmitJob {
                link: RecordingLink::Local { path: "/rec/weekly.m4a".into() },
                attachments: vec![RecordingLink::Local { path: "/rec/agenda.pdf".into() }],
                destination: Destination::Markdown { folder: "/pages".into() },
                speakers: crate::job::SpeakersChoice::default(),
                notes: crate::job::NotesChoice::default(),
                rate: None,
                speech: SpeechChoice { engine: Some("pocketsphinx".into()), ..SpeechChoice::default() },
                layout: crate::page::PageLayout::default(),
            },
            status,
            run: 1,
            attempts: 0,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            revision: 7,
        }
    }

    #[test]
    fn progress_is_5_when_work_begins_and_100_only_when_completed() {
        let processing = job(JobStatus::Processing { stage: Stage::Fetch });
        assert_eq!(JobView::of(&processing, JobFacts::default(), None).progress, 5);
        let live = Live { percent: 100, ..Live::default() };
        assert_eq!(JobView::of(&processing, JobFacts::default(), Some(live)).progress, 99);
        assert_eq!(JobView::of(&job(JobStatus::Completed), JobFacts::default(), None).progress, 100);
        assert_eq!(JobView::of(&job(JobStatus::Pending), JobFacts::default(), None).progress, 0);
    }

    #[test]
    fn what_a_failed_job_reached_stays_readable() {
        let why = Failure::never(FailureCode::PageFolderGone, "The folder has gone.", "Choose another.");
        let facts = JobFacts {
            done: vec![(Stage::Fetch, 3), (Stage::Decode, 40)],
            percent: 90,
            ..JobFacts::default()
        };
        let view = JobView::of(&job(JobStatus::Failed { stage: Stage::Publish, why }), facts, None);
        assert_eq!(view.message, "The folder has gone. Choose another.");
        assert_eq!(view.error.map(|e| (e.code, e.stage)), Some(("page_folder_gone".into(), Stage::Publish)));
        assert_eq!((view.progress, view.status, view.title.as_str()), (90, StatusWord::Failed, "weekly.m4a"));
        let states: Vec<StageState> = view.stages.iter().map(|s| s.state).collect();
        use StageState::{Ahead, Done, Stopped};
        assert_eq!(states, [Done, Done, Ahead, Ahead, Ahead, Ahead, Stopped, Ahead]);
    }
}
