//! The composition root: one `App` for the window, the command line and the tests.
#![forbid(unsafe_code)]

mod book;
mod compose;
mod document;
mod google;
mod home;
mod in_force;
mod logging;
mod look;
mod models;
mod notion;
mod record;
mod sample;
mod search;
mod settings;
mod sign_in;
mod speech;
mod voices;
mod watched;
mod wishes;
mod writing;

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use debrief_connect::transcribe::simplified;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{Destination, JobId, JobStatus};
use debrief_core::link::RecordingLink;
use debrief_core::stage::Stage;
use debrief_core::view::{JobView, PageDestination};
use debrief_runtime::pool::{JobPool, PoolOptions};
use debrief_runtime::store::JobStore;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::broadcast;

pub use crate::compose::ComposedSteps;
use crate::compose::LiveSteps;
pub use crate::document::Document;
pub use crate::google::{AccountView, ClientSource, DriveAccess, GoogleView, SecretsKept, Trouble};
pub use crate::home::Home;
use crate::in_force::InForce;
pub use crate::logging::log_to_file;
pub use crate::look::{FileBeside, LinkLook, Processed};
pub use crate::models::{ModelChange, ModelStateView, ModelView, ModelsView};
pub use crate::notion::{
    NotionChoice, NotionConnection, NotionPlace, NotionPlaceKind, NotionPlaces, NotionProperty, NotionRole,
    NotionTokenKind, NotionView, PageOptions, PageToOpen,
};
pub use crate::record::{
    EvidenceView, NotesEdit, NotesEditView, PointView, SectionView, SegmentView, SpeakerView, TodoEdit,
    TodoView, TranscriptView, UnverifiedView,
};
pub use crate::sample::SAMPLE;
pub use crate::search::SearchHit;
pub use crate::settings::Settings;
pub use crate::speech::{EngineKind, SpeakerMethod, SpeakersView, SpeechEngine, SpeechService, SpeechView};
pub use crate::voices::VoiceView;
pub use crate::watched::{Taken, WatchPace, WatchedFolder, WatchedKind};
pub use crate::wishes::Wishes;
pub use crate::writing::{CostEstimate, NotesProvider, NotesView, SpendingLine, SpendingView, TemplateView};
pub use debrief_connect::documents::serve_if_asked;
pub use debrief_runtime::pool::JobNews;
pub use debrief_runtime::store::{PassageKind, Piece};

/// Ended jobs that a list shows; older ones stay in the store.
const ENDED_LISTED: u32 = 500;

/// Debrief without a face.
pub struct App {
    home: Home,
    in_force: Arc<InForce>,
    steps: Arc<LiveSteps>,
    pool: JobPool,
    sign_in: sign_in::OpenSignIn<google::Wanted>,
    notion_sign_in: sign_in::OpenSignIn<String>,
    test_page: notion::TestPage,
    /// Id and name of the place in Notion, once it was looked at.
    place_name: std::sync::Mutex<Option<(String, String)>>,
    watching: watched::Watching,
    /// Brings what earlier versions left into the index for searches.
    indexing: Option<tokio::task::JoinHandle<()>>,
    damaged_database: Option<PathBuf>,
}

/// Which jobs this process runs once it is the one that runs jobs. Folders are watched by one that runs everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// All of them: what a crash or a closed laptop left, too.
    Everything,
    /// Those that are submitted or retried from now on.
    WhatIsNew,
    /// None: it looks and asks, and another process runs the jobs.
    Nothing,
}

/// What the window shows about this installation.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct About {
    /// The version of Debrief.
    pub version: String,
    /// Where pages go that go to this machine.
    pub pages_folder: String,
    /// Where the next job's page goes.
    pub destination: PageDestination,
    /// The folder, database or page that it goes to, for people; none while nothing in Notion was chosen.
    pub notion_place: Option<String>,
    /// The folder that holds all data.
    pub data_folder: String,
    /// The engine that the next job gets.
    pub engine: String,
    /// Whether that engine could start now.
    pub engine_ready: bool,
    /// What to do when it couldn't.
    pub engine_hint: Option<String>,
    /// Whether the whole pool is paused.
    pub paused: bool,
    /// Something that happened at the start and that the person should know.
    pub notice: Option<String>,
}

impl App {
    /// Opens the database and the settings, and starts to follow and run jobs.
    ///
    /// # Errors
    /// Bad settings, or a database that cannot be opened; each says what to do.
    pub async fn open(home: Home) -> Result<App, Failure> {
        App::open_and_run(home, Runs::Everything).await
    }

    /// As [`App::open`], running only some jobs.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_and_run(home: Home, runs: Runs) -> Result<App, Failure> {
        App::open_at_pace(home, runs, None).await
    }

    /// As [`App::open_and_run`], looking at watched folders more or less often than the settings say.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_at_pace(home: Home, runs: Runs, pace: Option<WatchPace>) -> Result<App, Failure> {
        let settings = Settings::load(&home.settings_file(), std::env::vars())?;
        home.create()?;
        let lock = JobPool::try_lock(&home.lock_file())?;
        let (store, damaged_database) = open_store(&home, lock.as_ref())?;
        let store = Arc::new(store);
        let options = PoolOptions {
            jobs_folder: home.jobs_folder(),
            lock_file: home.lock_file(),
            in_flight: settings.pool.jobs.0,
            leftovers: runs == Runs::Everything,
        };
        let pace = pace.unwrap_or_else(|| WatchPace::of(&settings));
        let in_force = Arc::new(InForce::new(home.clone(), store.clone(), settings));
        let steps = in_force.steps().clone();
        let indexing = (runs == Runs::Everything).then(|| search::index_in_background(store.clone()));
        let pool = JobPool::new(store, steps.clone(), options);
        tokio::spawn(in_force::follow(Arc::downgrade(&in_force), pool.clone()));
        match runs {
            Runs::Everything | Runs::WhatIsNew => pool.start(lock)?,
            Runs::Nothing => drop(lock),
        }
        let watching = watched::Watching::new(steps.clone(), pool.clone(), pace);
        if runs == Runs::Everything {
            watching.start();
        }
        Ok(App {
            home,
            in_force,
            steps,
            pool,
            sign_in: sign_in::OpenSignIn::default(),
            notion_sign_in: sign_in::OpenSignIn::default(),
            test_page: notion::TestPage::default(),
            place_name: std::sync::Mutex::default(),
            watching,
            indexing,
            damaged_database,
        })
    }

    /// Submits what a person pasted: a Drive link, a Drive id or the path of a file. Returns at once; the job is on disk.
    ///
    /// # Errors
    /// The text is neither; nothing was submitted.
    pub async fn process(&self, text: &str, attachments: &[String]) -> Result<JobId, Failure> {
        let link = link_of(text)?;
        let attachments = attachments.iter().map(|text| link_of(text)).collect::<Result<Vec<_>, _>>()?;
        self.submit(link, attachments)
    }

    /// As [`App::process`], in another way than the settings say.
    ///
    /// # Errors
    /// As [`App::process`] and [`App::submit_with`]; nothing was submitted.
    pub async fn process_with(
        &self,
        wishes: &Wishes,
        text: &str,
        attachments: &[String],
    ) -> Result<JobId, Failure> {
        let attachments = attachments.iter().map(|text| link_of(text)).collect::<Result<Vec<_>, _>>()?;
        self.submit_with(wishes, link_of(text)?, attachments)
    }

    /// Submits a recording.
    ///
    /// # Errors
    /// The database refused.
    pub fn submit(&self, link: RecordingLink, attachments: Vec<RecordingLink>) -> Result<JobId, Failure> {
        self.pool.submit(&self.steps.request(link, attachments))
    }

    /// Submits the bundled sample recording.
    ///
    /// # Errors
    /// The disk refused.
    pub async fn process_sample(&self) -> Result<JobId, Failure> {
        let path = sample::unpack(&self.home.sample_file())?;
        self.submit(RecordingLink::Local { path }, Vec::new())
    }

    fn destination(&self) -> Destination {
        self.steps.now().destination()
    }

    /// The answer of `get_job_status`.
    ///
    /// # Errors
    /// There is no such job.
    pub fn status(&self, id: JobId) -> Result<JobView, Failure> {
        Ok(self.pool.status(id)?)
    }

    /// All jobs that have not ended and the newest of those that have, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn list(&self) -> Result<Vec<JobView>, Failure> {
        Ok(self.pool.list(ENDED_LISTED)?)
    }

    /// Every job, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn list_all(&self) -> Result<Vec<JobView>, Failure> {
        Ok(self.pool.list(u32::MAX)?)
    }

    /// Stops one job; its finished stages are kept.
    ///
    /// # Errors
    /// There is no such job, or it has ended.
    pub fn cancel(&self, id: JobId) -> Result<(), Failure> {
        Ok(self.pool.cancel(id)?)
    }

    /// Runs a job again: from its failed stage, or from `from` on. What it lacked (the folder for pages, a speech
    /// engine) is taken from the settings anew, and so is how speakers are told apart when that is done again.
    ///
    /// # Errors
    /// There is no such job, or it is not at its end.
    pub fn retry(&self, id: JobId, from: Option<Stage>) -> Result<(), Failure> {
        let job = self.pool.store().job(id)?;
        let lacked = match &job.status {
            JobStatus::Waiting { fix, .. } => Some(fix.code),
            JobStatus::Failed { why, .. } => Some(why.code),
            JobStatus::Pending
            | JobStatus::Processing { .. }
            | JobStatus::Retrying { .. }
            | JobStatus::Cancelling { .. }
            | JobStatus::Cancelled
            | JobStatus::Completed => None,
        };
        let (steps, mut request) = (self.steps.now(), job.request);
        use FailureCode as C;
        match lacked {
            Some(C::PageFolderGone | C::PageFolderReadOnly) => request.destination = steps.destination(),
            Some(C::NotionPlaceUnset | C::NotionNoAccess) => {
                request.destination = steps.destination_of(PageDestination::of(&request.destination));
            }
            Some(code)
                if speech::is_of_speech(code)
                    || matches!(code, C::EngineFailed | C::NoSpeech | C::SpeechRefused) =>
            {
                request.speech = steps.ears().anew(&request.speech);
            }
            Some(code) if writing::is_of_notes(code) => {
                request.notes = steps.writers().anew(&request.notes);
            }
            _ => {} // Nothing that the settings could mend.
        }
        if from.is_some_and(|from| from <= Stage::Diarize) {
            request.speakers = steps.ears().speakers_choice();
        }
        Ok(self.pool.retry(id, from, Some(&request))?)
    }

    /// Removes a job that has ended from the list. Its page stays.
    ///
    /// # Errors
    /// There is no such job, or it has not ended.
    pub fn delete(&self, id: JobId) -> Result<(), Failure> {
        Ok(self.pool.delete(id)?)
    }

    /// Pauses all jobs.
    ///
    /// # Errors
    /// The database refused.
    pub fn pause(&self) -> Result<(), Failure> {
        Ok(self.pool.pause()?)
    }

    /// Lets paused jobs go on.
    ///
    /// # Errors
    /// The database refused.
    pub fn resume(&self) -> Result<(), Failure> {
        Ok(self.pool.resume()?)
    }

    /// Where a job's page is.
    ///
    /// # Errors
    /// There is no page yet, or it has been moved away.
    pub fn page_to_open(&self, id: JobId) -> Result<PageToOpen, Failure> {
        let no_page =
            || Failure::never(FailureCode::BadRequest, "This job has no page yet.", "Wait until it is done.");
        let result = self.status(id)?.result.ok_or_else(no_page)?;
        if let Some(url) = result.notion_page_url {
            return url::Url::parse(&url).map(PageToOpen::Notion).map_err(Failure::internal);
        }
        let page = result.page_html_path.map(PathBuf::from).ok_or_else(no_page)?;
        if page.exists() {
            return Ok(PageToOpen::File(page));
        }
        Err(Failure::never(
            FailureCode::MissingFile,
            format!("The page {} has gone.", page.display()),
            "Retry the job: the page is written again, nothing else is repeated.",
        ))
    }

    /// What is kept of a job: transcript and notes, also of one that failed later on.
    ///
    /// # Errors
    /// There is no such job, or nothing was transcribed yet.
    pub fn document(&self, id: JobId) -> Result<Document, Failure> {
        Document::read(self.pool.store(), id)
    }

    /// What the window shows about this installation.
    pub async fn about(&self) -> About {
        let (engine, engine_ready) = self.steps.now().next_engine().await;
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pages_folder: self.steps.now().pages_folder().display().to_string(),
            destination: PageDestination::of(&self.destination()),
            notion_place: self.notion_place_name(),
            data_folder: self.home.data_folder().display().to_string(),
            engine,
            engine_ready: engine_ready.is_ok(),
            engine_hint: engine_ready.err().map(|failure| format!("{} {}", failure.what, failure.fix)),
            paused: self.is_paused(),
            notice: self.notice(),
        }
    }

    /// Whether pages could be written now.
    ///
    /// # Errors
    /// What is missing and what to do.
    pub async fn pages_ready(&self) -> Result<(), Failure> {
        self.steps.now().pages_ready().await
    }

    /// Where in Notion the next page goes, by the id that is set: the name is Notion's to say.
    fn notion_place_name(&self) -> Option<String> {
        let known = self.place_name.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = self.steps.now().place()?;
        let (debrief_core::job::NotionPlace::DataSource(id)
        | debrief_core::job::NotionPlace::Database(id)
        | debrief_core::job::NotionPlace::Page(id)) = place;
        known.filter(|(known, _)| *known == id).map(|(_, name)| name).or(Some(id))
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.in_force.settings()
    }

    /// The folders of this installation.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Free space for data, in bytes.
    ///
    /// # Errors
    /// The system does not say.
    pub fn free_bytes(&self) -> std::io::Result<u64> {
        fs4::available_space(self.home.data_folder())
    }

    /// What happened at the start that the person should know.
    pub fn notice(&self) -> Option<String> {
        let file = self.damaged_database.as_ref()?.display();
        Some(format!(
            "The job database was damaged. It was kept as {file}, and a new one was begun; your pages are untouched."
        ))
    }

    /// Whether all jobs are paused.
    pub fn is_paused(&self) -> bool {
        self.pool.is_paused().unwrap_or(false)
    }

    /// Whether this process runs the jobs.
    pub fn runs_jobs(&self) -> bool {
        self.pool.runs_jobs()
    }

    /// News from now on. Listen first, then list: then nothing is missed.
    pub fn news(&self) -> broadcast::Receiver<JobNews> {
        self.pool.news()
    }

    /// Lets running jobs stop at their last bookmark.
    pub async fn shutdown(&self) {
        if let Some(indexing) = &self.indexing {
            indexing.abort();
        }
        self.watching.end().await;
        self.pool.shutdown().await;
    }
}

/// Opens the store. A process that holds the lock also mends what a crash left.
fn open_store(home: &Home, lock: Option<&File>) -> Result<(JobStore, Option<PathBuf>), Failure> {
    let now = Timestamp::now();
    if lock.is_none() {
        return Ok((JobStore::open(&home.database())?.that_folds(simplified), None));
    }
    let (store, damaged) = JobStore::open_or_replace(&home.database(), now)?;
    let store = store.that_folds(simplified);
    store.recover(now)?;
    Ok((store, damaged))
}

fn link_of(text: &str) -> Result<RecordingLink, Failure> {
    let refused = |what: String, fix: &str| Failure::never(FailureCode::BadLink, what, fix);
    let link = RecordingLink::parse(text).map_err(|error| refused(error.what().to_owned(), error.fix()))?;
    match &link {
        // The window has no current folder, so a path without one names no file.
        RecordingLink::Local { path } if path.is_relative() => Err(refused(
            format!("“{}” is neither a Google Drive link nor a file.", shortened(text.trim())),
            "Paste a Drive link, or drop the recording here.",
        )),
        RecordingLink::Local { .. } | RecordingLink::Drive { .. } => Ok(link),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
