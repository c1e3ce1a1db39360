//! Watched folders: new recordings in them become jobs by themselves, in the process that runs the jobs.

mod drive;
mod local;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_connect::google::{DriveFolder, FoundFolder, Seen};
use debrief_connect::local::FolderEye;
use debrief_core::failure::{Failure, FailureCode, Retry};
use debrief_core::job::JobId;
use debrief_core::link::{FolderLink, RecordingLink};
use debrief_runtime::pool::JobPool;
use debrief_runtime::store::{JobStore, WatchedFolder as Stored, WatchedPlace};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::compose::LiveSteps;
use crate::look::{FileBeside, views};
use crate::settings::Settings;
use crate::{App, Trouble, shortened};

/// The most folders that are watched.
const FOLDERS_AT_MOST: usize = 50;
/// How soon it is noticed that this process runs the jobs.
const LOCK_TICK: Duration = Duration::from_millis(500);
/// A folder that takes longer to look at must not keep the others waiting.
const TURN_LIMIT: Duration = Duration::from_secs(5 * 60);
/// Recordings that were taken and that nobody has heard of yet; older ones are forgotten.
const TAKEN_KEPT: usize = 64;

/// A folder whose new recordings become jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct WatchedFolder {
    /// Its UUID.
    pub id: String,
    /// Link or path.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    #[cfg_attr(feature = "bindings", specta(inline))]
    pub kind: WatchedKind,
    /// Whether chats and lists of those who were there are attached to the recordings that they lie beside.
    pub companions: bool,
    /// Why it can't be watched now.
    pub problem: Option<Trouble>,
}

/// A recording in a watched folder that became a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The recording's name.
    pub name: String,
    /// What lay beside it and was attached, to tell who speaks.
    pub companions: Vec<FileBeside>,
}

/// A recording in a watched folder that is whole, and what lies beside it.
struct Whole {
    /// Its id or absolute path.
    file: String,
    name: String,
    link: RecordingLink,
    companions: Vec<debrief_connect::FileBeside>,
}

/// Where a watched folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum WatchedKind {
    /// In Google Drive.
    Drive,
    /// On this computer.
    Local,
}

/// How often watched folders are looked at, and how long a file has to rest before it is taken for whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchPace {
    /// Between two questions to Drive. A file there has to look the same for that long.
    pub drive: Duration,
    /// A file in Drive that changed within this time may change again.
    pub drive_rest: Duration,
    /// Between two looks at a folder on this computer of whose changes the system says nothing.
    pub local: Duration,
    /// How long a file on this computer has to look the same.
    pub local_rest: Duration,
}

impl WatchPace {
    /// As the settings say.
    pub fn of(settings: &Settings) -> WatchPace {
        WatchPace {
            drive: Duration::from_secs(settings.watch.every_s.0.into()),
            drive_rest: Duration::from_secs(30),
            local: Duration::from_secs(30),
            local_rest: Duration::from_secs(5),
        }
    }
}

/// What watching needs.
pub(crate) struct Watch {
    store: Arc<JobStore>,
    steps: Arc<LiveSteps>,
    pool: JobPool,
    pace: WatchPace,
    drive_stirred: Notify,
    local_stirred: Arc<Notify>,
    taken: broadcast::Sender<Taken>,
}

/// The tasks that watch. They end with it.
pub(crate) struct Watching {
    watch: Arc<Watch>,
    tasks: Mutex<JoinSet<()>>,
}

impl Watching {
    /// Watches nothing yet.
    pub(crate) fn new(steps: Arc<LiveSteps>, pool: JobPool, pace: WatchPace) -> Watching {
        let store = pool.store_handle();
        let (drive_stirred, local_stirred) = (Notify::new(), Arc::default());
        let (taken, _) = broadcast::channel(TAKEN_KEPT);
        let watch = Watch { store, steps, pool, pace, drive_stirred, local_stirred, taken };
        Watching { watch: Arc::new(watch), tasks: Mutex::default() }
    }

    /// Watches as soon as this process runs the jobs.
    pub(crate) fn start(&self) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(drive::watch(self.watch.clone()));
        tasks.spawn(local::watch(self.watch.clone()));
    }

    /// Looks at once.
    fn stir(&self) {
        self.watch.drive_stirred.notify_one();
        self.watch.local_stirred.notify_one();
    }

    /// Takes nothing any more.
    pub(crate) async fn end(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}

impl Watch {
    /// Waits until this process runs the jobs.
    async fn turn(&self) {
        while !self.pool.runs_jobs() {
            tokio::time::sleep(LOCK_TICK).await;
        }
    }

    fn folders(&self) -> Vec<Stored> {
        self.store.watched_folders().unwrap_or_else(|error| {
            tracing::warn!(%error, "the watched folders can't be read");
            Vec::new()
        })
    }

    /// Makes a job of a file that is whole, unless one was made already.
    fn take(&self, folder: Uuid, whole: Whole) -> Result<(), Failure> {
        let Whole { file, name, link, companions } = whole;
        let id = JobId(Uuid::new_v4());
        let attachments = companions.iter().map(|companion| companion.link.clone()).collect();
        let request = self.steps.request(link, attachments);
        if self.store.take(folder, &file, id, &request, Timestamp::now())? {
            tracing::info!(job = %id, companions = companions.len(), "a recording in a watched folder became a job");
            // Whether anybody listens is no matter of the job's.
            let _ = self.taken.send(Taken { name, companions: views(companions) });
            self.pool.stir();
        }
        Ok(())
    }

    /// Stores how a look at a folder went, if that is news.
    fn note(&self, folder: &Stored, outcome: Result<(), Failure>) {
        let problem = outcome.err();
        let told = |failure: &Option<Failure>| {
            failure.as_ref().map(|failure| (failure.code, failure.what.clone(), failure.fix.clone()))
        };
        if told(&problem) == told(&folder.problem) {
            return;
        }
        if let Some(failure) = &problem {
            tracing::warn!(what = failure.what, detail = failure.detail, "a folder can't be watched now");
        }
        if let Err(error) = self.store.set_watch_problem(folder.id, problem.as_ref()) {
            tracing::warn!(%error, "how a watched folder is can't be stored");
        }
    }
}

/// A task of its own for each look, so that a defect or a wait without end spoils that look and nothing else.
async fn alone(look: impl Future<Output = Result<(), Failure>> + Send + 'static) -> Result<(), Failure> {
    let mut one = JoinSet::new();
    one.spawn(look);
    match tokio::time::timeout(TURN_LIMIT, one.join_next()).await {
        Ok(Some(Ok(outcome))) => outcome,
        Ok(Some(Err(panic))) => Err(Failure::internal(panic)),
        Ok(None) => Ok(()),
        Err(_) => Err(Failure::later(
            FailureCode::TimedOut,
            "Looking for what is new took too long.",
            "It is tried again by itself.",
        )),
    }
}

impl App {
    /// The folders whose new recordings become jobs.
    ///
    /// # Errors
    /// The database refused.
    pub fn watched_folders(&self) -> Result<Vec<WatchedFolder>, Failure> {
        Ok(self.pool.store().watched_folders()?.into_iter().map(WatchedFolder::from).collect())
    }

    /// Watches one more folder: a link to one in Drive, its id, or an absolute path. What is in it already is left alone.
    ///
    /// # Errors
    /// It is no folder, or can't be watched; nothing was changed then.
    pub async fn watch_folder(&self, place: &str) -> Result<Vec<WatchedFolder>, Failure> {
        self.watch_folder_with(place, true).await
    }

    /// As [`App::watch_folder`]; `companions` says whether chats and lists of those who were there are attached to the
    /// recordings that they lie beside. For a folder that is watched already only that is changed.
    ///
    /// # Errors
    /// As [`App::watch_folder`].
    pub async fn watch_folder_with(
        &self,
        place: &str,
        companions: bool,
    ) -> Result<Vec<WatchedFolder>, Failure> {
        if self.pool.store().watched_folders()?.len() >= FOLDERS_AT_MOST {
            return Err(Failure::never(
                FailureCode::BadRequest,
                format!("{FOLDERS_AT_MOST} folders are watched already; that is as many as Debrief can."),
                "Stop watching one of them first.",
            ));
        }
        let link = FolderLink::parse(place)
            .map_err(|error| Failure::never(FailureCode::BadLink, error.what(), error.fix()))?;
        let (folder, before) = match link {
            FolderLink::Local { path } if path.is_relative() => return Err(no_folder(place)),
            // Its parts again, without a slash at its end.
            FolderLink::Local { path } => here(path.components().collect()).await?,
            FolderLink::Drive { id, resource_key } => self.in_drive(&id, resource_key.as_deref()).await?,
        };
        self.pool.store().watch(&Stored { companions, ..folder }, &before)?;
        self.watching.stir();
        self.watched_folders()
    }

    async fn in_drive(&self, id: &str, key: Option<&str>) -> Result<(Stored, Vec<String>), Failure> {
        let steps = self.steps.now();
        // First where the changes stand, then what is there: nothing comes between the two unseen.
        let FoundFolder { folder, name, cursor } = steps.drive().find_folder(id, key).await?;
        let before = steps.drive().folder_recordings(&folder).await?;
        let before = before.iter().map(|seen: &Seen| seen.id().to_owned()).collect();
        let DriveFolder { id, resource_key, account, shared_drive } = folder;
        let place = WatchedPlace::Drive { id, resource_key, account, shared_drive };
        Ok((new_folder(place, name, Some(cursor)), before))
    }

    /// What becomes a job of the folders that this process watches, from now on.
    pub fn taken(&self) -> broadcast::Receiver<Taken> {
        self.watching.watch.taken.subscribe()
    }

    /// Watches a folder no longer. Its jobs stay.
    ///
    /// # Errors
    /// It isn't watched.
    pub fn unwatch_folder(&self, id: &str) -> Result<Vec<WatchedFolder>, Failure> {
        let known = match id.trim().parse() {
            Ok(id) => self.pool.store().unwatch(id)?,
            Err(_) => false,
        };
        self.changed(id, known)
    }

    /// Whether chats and lists of those who were there are attached to the new recordings of a watched folder that they lie
    /// beside.
    ///
    /// # Errors
    /// It isn't watched.
    pub fn set_watch_companions(&self, id: &str, companions: bool) -> Result<Vec<WatchedFolder>, Failure> {
        let known = match id.trim().parse() {
            Ok(id) => self.pool.store().set_watch_companions(id, companions)?,
            Err(_) => false,
        };
        self.changed(id, known)
    }

    /// The folders after a change of one, if there is one with that id.
    fn changed(&self, id: &str, known: bool) -> Result<Vec<WatchedFolder>, Failure> {
        if known {
            return self.watched_folders();
        }
        let what = format!("There is no watched folder {}.", shortened(id.trim()));
        Err(Failure::never(
            FailureCode::BadRequest,
            what,
            "Look at the list of watched folders for the right one.",
        ))
    }
}

async fn here(path: PathBuf) -> Result<(Stored, Vec<String>), Failure> {
    if path.to_str().is_none() {
        return Err(Failure::never(
            FailureCode::BadRequest,
            format!("The name of the folder {} is no Unicode.", path.display()),
            "Rename it, then watch it.",
        ));
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let place = WatchedPlace::Local { path: path.clone() };
    // A network drive may take its time to answer.
    let looked = tokio::task::spawn_blocking(move || FolderEye::new(path, || {}).look());
    let found = looked.await.map_err(Failure::internal)?.map_err(|failure| {
        let fix = "Check the path, and that the disk it is on is connected.".to_owned();
        Failure { fix, retry: Retry::Never, ..failure }
    })?;
    let before = found.into_iter().map(|recording| recording.name).collect();
    Ok((new_folder(place, name, None), before))
}

fn new_folder(place: WatchedPlace, name: String, cursor: Option<String>) -> Stored {
    Stored { id: Uuid::new_v4(), place, name, cursor, companions: true, problem: None }
}

fn no_folder(text: &str) -> Failure {
    Failure::never(
        FailureCode::BadLink,
        format!("“{}” is neither a folder in Google Drive nor one on this computer.", shortened(text.trim())),
        "Paste the address of the folder in Drive, or choose a folder.",
    )
}

impl From<Stored> for WatchedFolder {
    fn from(folder: Stored) -> Self {
        let (kind, place) = match folder.place {
            WatchedPlace::Local { path } => (WatchedKind::Local, FolderLink::Local { path }),
            WatchedPlace::Drive { id, resource_key, .. } => {
                (WatchedKind::Drive, FolderLink::Drive { id, resource_key })
            }
        };
        Self {
            id: folder.id.to_string(),
            place: place.location(),
            name: folder.name,
            kind,
            companions: folder.companions,
            problem: folder.problem.map(Trouble::from),
        }
    }
}
