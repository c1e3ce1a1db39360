//! The pool: takes jobs from the store and runs them, a few at a time.
//!
//! The store is the queue. Every process may submit, cancel and retry; the one that holds the lock file runs the jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode, MAX_ATTEMPTS, Retry, backoff_ms};
use debrief_core::job::{Job, JobEvent, JobId, JobStatus, SubmitJob};
use debrief_core::ports::Steps;
use debrief_core::stage::{Progress, Stage, StepError};
use debrief_core::view::{JobResult, JobView, Live};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::journal::{Journal, LiveJobs};
use crate::pipeline;
use crate::store::{Change, JobStore, StoreError};
use crate::watch::watch;

/// How often the pool looks for retries that are due, fixes that are done, and a lock that has become free.
const TICK: Duration = Duration::from_millis(500);
/// How often it tries whether what a waiting job needs is there.
const PROBE_EVERY_TICKS: u32 = 10;
/// Free space that a job stopped by a full disk needs before it goes on.
const ROOM_TO_GO_ON_BYTES: u64 = 32 << 20;
/// News that a slow listener may miss before it is told to list again.
const NEWS_KEPT: usize = 1_024;

/// Small messages about jobs, for windows and followers.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobNews {
    /// A job is new or different.
    Changed {
        /// The job.
        job: Box<JobView>,
    },
    /// A running job has come further. Lossy, at most ten a second for each job.
    Progress {
        /// Its UUID.
        id: String,
        /// Overall percentage.
        progress: u8,
        /// Progress inside the stage.
        stage_progress: Option<Progress>,
        /// One line for a person.
        message: String,
    },
    /// A job has gone.
    Removed {
        /// Its UUID.
        id: String,
    },
    /// The whole pool was paused, or goes on.
    Paused {
        /// Which of the two.
        paused: bool,
    },
    /// Messages were missed; list the jobs again.
    Relist,
}

/// settings → steps: which source, engine and destination a job gets.
pub trait Compose: Send + Sync {
    /// The steps for what was asked for.
    ///
    /// # Errors
    /// What is missing and what to do.
    fn steps(&self, request: &SubmitJob) -> Result<Steps, Failure>;
}

/// Where the pool keeps its things, and how much it does at once.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// The folder that holds one folder for each running job.
    pub jobs_folder: PathBuf,
    /// The lock file; whoever holds it runs the jobs.
    pub lock_file: PathBuf,
    /// Jobs at a time.
    pub in_flight: usize,
    /// Whether jobs that were already waiting when this process began are run too.
    pub leftovers: bool,
}

/// Runs jobs and answers for them. Cheap to clone.
#[derive(Clone)]
pub struct JobPool {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<JobStore>,
    compose: Arc<dyn Compose>,
    options: PoolOptions,
    speech: Arc<Semaphore>,
    live: LiveJobs,
    running: Mutex<BTreeMap<JobId, CancellationToken>>,
    news: broadcast::Sender<JobNews>,
    changed: Arc<Notify>,
    wake: Notify,
    lock: Mutex<Option<File>>,
    closing: CancellationToken,
    workers: TaskTracker,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl JobPool {
    /// A pool over `store` that runs nothing yet.
    pub fn new(store: Arc<JobStore>, compose: Arc<dyn Compose>, options: PoolOptions) -> JobPool {
        let inner = Inner {
            store,
            compose,
            options,
            speech: Arc::new(Semaphore::new(1)),
            live: LiveJobs::default(),
            running: Mutex::default(),
            news: broadcast::channel(NEWS_KEPT).0,
            changed: Arc::default(),
            wake: Notify::new(),
            lock: Mutex::default(),
            closing: CancellationToken::new(),
            workers: TaskTracker::new(),
            tasks: Mutex::default(),
        };
        JobPool { inner: Arc::new(inner) }
    }

    /// Tries to become the process that runs the jobs. The lock goes with the process, however it ends.
    ///
    /// # Errors
    /// The lock file cannot be made.
    pub fn try_lock(lock_file: &Path) -> Result<Option<File>, Failure> {
        let open = File::options().create(true).truncate(false).write(true).open(lock_file);
        let file = open.map_err(Failure::store)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Failure::store(error)),
        }
    }

    /// Starts to follow the store, and to run jobs as soon as this process holds the lock. `lock` is the lock if it was
    /// already taken; otherwise the pool takes it when the process that holds it is gone.
    ///
    /// # Errors
    /// The database refused.
    pub fn start(&self, lock: Option<File>) -> Result<(), Failure> {
        let inner = self.inner.clone();
        let revision = inner.store.revision()?;
        let (store, changed, follower) = (inner.store.clone(), inner.changed.clone(), inner.clone());
        let watcher =
            tokio::spawn(watch(store, revision, changed, move |changes| follower.on_changes(changes)));
        // Taken now: what the caller submits next is new.
        let after_revision = if inner.options.leftovers { 0 } else { revision };
        let driver = tokio::spawn(inner.drive(lock, after_revision));
        lock_of(&self.inner.tasks).extend([watcher, driver]);
        Ok(())
    }

    /// Whether this process runs the jobs.
    pub fn runs_jobs(&self) -> bool {
        lock_of(&self.inner.lock).is_some()
    }

    /// Stores a new job and returns at once; it is on disk then.
    ///
    /// # Errors
    /// The database refused.
    pub fn submit(&self, request: &SubmitJob) -> Result<JobId, Failure> {
        let id = JobId(Uuid::new_v4());
        self.inner.store.submit(id, request, Timestamp::now())?;
        self.inner.stir();
        Ok(id)
    }

    /// The answer of `get_job_status`.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`].
    pub fn status(&self, id: JobId) -> Result<JobView, StoreError> {
        let job = self.inner.store.job(id)?;
        self.inner.view(&job)
    }

    /// Every job that has not ended and the newest `ended` of those that have, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn list(&self, ended: u32) -> Result<Vec<JobView>, StoreError> {
        self.inner.store.jobs(ended)?.iter().map(|job| self.inner.view(job)).collect()
    }

    /// Stops one job; its finished stages are kept. A stop of a job that is being stopped changes nothing.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`]; [`StoreError::Illegal`] for a job that has ended.
    pub fn cancel(&self, id: JobId) -> Result<(), StoreError> {
        let job = self.inner.store.apply(id, &JobEvent::CancelRequested, Timestamp::now())?;
        if job.status.is_final() {
            // It had no worker that would tidy up.
            self.inner.remove_folder(id);
        }
        self.inner.stir();
        Ok(())
    }

    /// Runs a job again: from its failed stage, or from `from` on. `request` replaces what was asked for.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`]; [`StoreError::Illegal`] for a job that runs or has its turn coming.
    pub fn retry(
        &self,
        id: JobId,
        from: Option<Stage>,
        request: Option<&SubmitJob>,
    ) -> Result<(), StoreError> {
        self.inner.store.retry(id, from, request, Timestamp::now())?;
        lock_of(&self.inner.live).remove(&id);
        self.inner.stir();
        Ok(())
    }

    /// Removes a job that has ended from the list. Its page stays.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`]; [`StoreError::NotEnded`].
    pub fn delete(&self, id: JobId) -> Result<(), StoreError> {
        self.inner.store.delete(id)?;
        self.inner.stir();
        Ok(())
    }

    /// Pauses the whole pool: running jobs stop at their last bookmark and wait.
    ///
    /// # Errors
    /// The database refused.
    pub fn pause(&self) -> Result<(), StoreError> {
        self.set_paused(true)
    }

    /// Lets a paused pool go on.
    ///
    /// # Errors
    /// The database refused.
    pub fn resume(&self) -> Result<(), StoreError> {
        self.set_paused(false)
    }

    fn set_paused(&self, paused: bool) -> Result<(), StoreError> {
        self.inner.store.set_paused(paused)?;
        self.inner.stir();
        Ok(())
    }

    /// Whether the whole pool is paused.
    ///
    /// # Errors
    /// The database refused.
    pub fn is_paused(&self) -> Result<bool, StoreError> {
        self.inner.store.is_paused()
    }

    /// News from now on. Listen first, then list: then nothing is missed.
    pub fn news(&self) -> broadcast::Receiver<JobNews> {
        self.inner.news.subscribe()
    }

    /// The store behind the pool.
    pub fn store(&self) -> &JobStore {
        &self.inner.store
    }

    /// Lets every running job stop at its last bookmark, and gives up the lock.
    pub async fn shutdown(&self) {
        let inner = &self.inner;
        inner.closing.cancel();
        inner.stop_all();
        inner.workers.close();
        inner.workers.wait().await;
        for task in lock_of(&inner.tasks).drain(..) {
            task.abort();
        }
        *lock_of(&inner.lock) = None;
    }
}

impl Inner {
    /// Wakes whoever waits for a change.
    fn stir(&self) {
        self.changed.notify_one();
        self.wake.notify_one();
    }

    fn view(&self, job: &Job) -> Result<JobView, StoreError> {
        let live = lock_of(&self.live).get(&job.id).copied();
        Ok(JobView::of(job, self.store.facts(job.id)?, live))
    }

    /// Tells listeners, and stops what another process wants stopped.
    fn on_changes(&self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Job(job) => {
                    if matches!(job.status, JobStatus::Cancelling { .. })
                        && let Some(stop) = lock_of(&self.running).get(&job.id)
                    {
                        stop.cancel();
                    }
                    // While the lock is held no progress is told, so that listeners never see it fall.
                    let live = lock_of(&self.live);
                    // The job may have been deleted since; then the next round says so.
                    if let Ok(facts) = self.store.facts(job.id) {
                        let view = JobView::of(&job, facts, live.get(&job.id).copied());
                        self.tell(JobNews::Changed { job: Box::new(view) });
                    }
                }
                Change::Removed(id) => self.tell(JobNews::Removed { id: id.to_string() }),
            }
        }
        if let Ok(paused) = self.store.is_paused() {
            if paused {
                self.stop_all();
            }
            self.tell(JobNews::Paused { paused });
        }
        self.wake.notify_one();
    }

    fn tell(&self, news: JobNews) {
        // Nobody may be listening.
        let _ = self.news.send(news);
    }

    fn stop_all(&self) {
        for stop in lock_of(&self.running).values() {
            stop.cancel();
        }
    }

    /// Runs jobs for as long as this process lives, once it has the lock.
    async fn drive(self: Arc<Self>, lock: Option<File>, after_revision: i64) {
        let Some(lock) = self.wait_for_lock(lock).await else { return };
        *lock_of(&self.lock) = Some(lock);
        match self.store.recover(Timestamp::now()) {
            Ok(lost) if lost.is_empty() => {}
            Ok(lost) => tracing::info!(jobs = lost.len(), "jobs were cut off and go on"),
            Err(error) => tracing::error!(%error, "cut-off jobs can't be found"),
        }
        self.sweep_folders();
        let mut ticks = tokio::time::interval(TICK);
        let mut tick: u32 = 0;
        while !self.closing.is_cancelled() {
            self.claim_jobs(after_revision);
            tokio::select! {
                () = self.wake.notified() => {}
                _ = ticks.tick() => {
                    self.wake_up_due(tick.is_multiple_of(PROBE_EVERY_TICKS)).await;
                    tick = tick.wrapping_add(1);
                }
                () = self.closing.cancelled() => {}
            }
        }
    }

    async fn wait_for_lock(&self, lock: Option<File>) -> Option<File> {
        let mut lock = lock;
        while lock.is_none() {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = self.closing.cancelled() => return None,
            }
            lock = JobPool::try_lock(&self.options.lock_file).unwrap_or_default();
        }
        lock
    }

    fn claim_jobs(self: &Arc<Self>, after_revision: i64) {
        while lock_of(&self.running).len() < self.options.in_flight && !self.closing.is_cancelled() {
            match self.store.claim(after_revision, Timestamp::now()) {
                Ok(Some(job)) => self.begin(job),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "no job can be taken");
                    break;
                }
            }
        }
    }

    fn begin(self: &Arc<Self>, job: Job) {
        let stop = CancellationToken::new();
        lock_of(&self.running).insert(job.id, stop.clone());
        self.changed.notify_one();
        let inner = self.clone();
        self.workers.spawn(async move {
            let id = job.id;
            inner.work(job, stop).await;
            lock_of(&inner.running).remove(&id);
            inner.stir();
        });
    }

    /// One run of one job, and what came of it.
    async fn work(self: &Arc<Self>, job: Job, stop: CancellationToken) {
        let folder = self.folder(job.id);
        let journal = Journal::new(
            self.store.clone(),
            &job,
            folder,
            stop,
            self.speech.clone(),
            self.live.clone(),
            self.news.clone(),
        );
        let (id, attempts) = (job.id, job.attempts);
        let percent = self.store.facts(id).map_or(0, |facts| facts.percent);
        lock_of(&self.live).insert(id, Live { percent, ..Live::default() });
        let compose = self.compose.clone();
        // A task of its own, so that a panic in a step fails one job and nothing else.
        let run = tokio::spawn(async move {
            let steps = compose.steps(&job.request)?;
            pipeline::run(&job, &steps, &journal).await
        });
        let outcome = run.await.unwrap_or_else(|panic| Err(Failure::internal(panic).into()));
        if let Err(error) = self.settle(id, attempts, outcome) {
            // The job stays as it is, and is found without its worker at the next start.
            tracing::error!(job = %id, %error, "a job's end can't be stored");
        }
        lock_of(&self.live).remove(&id);
    }

    /// Stores how a run ended. Temporary files go first, so that whoever sees a job ended sees none of them.
    fn settle(
        &self,
        id: JobId,
        attempts: u32,
        outcome: Result<JobResult, StepError>,
    ) -> Result<(), StoreError> {
        let now = Timestamp::now();
        let event = match outcome {
            Ok(result) => {
                self.remove_folder(id);
                self.store.complete(id, &result, now)?;
                return Ok(());
            }
            Err(StepError::Stopped(_)) => JobEvent::Released,
            Err(StepError::Failed(why)) => match why.retry {
                Retry::Later { after_ms } if attempts < MAX_ATTEMPTS => {
                    let delay_ms = backoff_ms(attempts, after_ms, jitter());
                    let at = now + SignedDuration::from_millis(i64::from(delay_ms));
                    JobEvent::FailedForNow { why, at }
                }
                Retry::Person => JobEvent::NeedsPerson(why),
                Retry::Later { .. } | Retry::Never => JobEvent::Failed(why),
            },
        };
        let after = self.store.job(id)?.status.after(&event)?;
        if after.is_final() {
            self.remove_folder(id);
        }
        match event {
            JobEvent::FailedForNow { why, at } => self.store.fail_for_now(id, why, at, now)?,
            other => self.store.apply(id, &other, now)?,
        };
        Ok(())
    }

    /// Puts jobs back into the queue whose retry is due, or whose fix is done.
    async fn wake_up_due(&self, probe: bool) {
        let Ok(jobs) = self.store.held_up() else { return };
        let now = Timestamp::now();
        for job in jobs {
            let ready = match &job.status {
                JobStatus::Retrying { at, .. } => *at <= now,
                JobStatus::Waiting { fix, .. } => probe && self.is_fixed(&job, fix.code).await,
                JobStatus::Pending
                | JobStatus::Processing { .. }
                | JobStatus::Cancelling { .. }
                | JobStatus::Cancelled
                | JobStatus::Failed { .. }
                | JobStatus::Completed => false,
            };
            if ready && self.store.apply(job.id, &JobEvent::Ready, now).is_ok() {
                self.changed.notify_one();
            }
        }
    }

    /// Whether what a waiting job needs is there now. What cannot be asked waits for the person's retry.
    async fn is_fixed(&self, job: &Job, code: FailureCode) -> bool {
        use FailureCode as C;
        let Ok(steps) = self.compose.steps(&job.request) else { return false };
        match code {
            C::PageFolderGone | C::PageFolderReadOnly => steps.sink.ready().await.is_ok(),
            C::NoSpeechEngine | C::ModelMissing => steps.transcriber.ready().await.is_ok(),
            C::DiskFull => {
                let room = fs4::available_space(&self.options.jobs_folder).unwrap_or(0);
                room >= ROOM_TO_GO_ON_BYTES && steps.sink.ready().await.is_ok()
            }
            C::MissingFile
            | C::IsAFolder
            | C::EmptyFile
            | C::PermissionDenied
            | C::NotARecording
            | C::UnsupportedCodec
            | C::DamagedRecording
            | C::NoSpeech
            | C::ModelUnusable
            | C::EngineFailed
            | C::DiarizationFailed
            | C::NotConnected
            | C::TimedOut
            | C::BadLink
            | C::BadSettings
            | C::BadRequest
            | C::StoreFailed
            | C::Internal => false,
        }
    }

    fn folder(&self, id: JobId) -> PathBuf {
        self.options.jobs_folder.join(id.to_string())
    }

    fn remove_folder(&self, id: JobId) {
        let folder = self.folder(id);
        if let Err(error) = std::fs::remove_dir_all(&folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            // It is swept at the next start.
            tracing::warn!(%error, folder = %folder.display(), "temporary files can't be removed");
        }
    }

    /// Removes the folders that no unfinished job owns.
    fn sweep_folders(&self) {
        let Ok(unfinished) = self.store.jobs(0) else { return };
        let kept: BTreeSet<String> = unfinished.iter().map(|job| job.id.to_string()).collect();
        let Ok(folders) = std::fs::read_dir(&self.options.jobs_folder) else { return };
        for folder in folders.flatten() {
            let name = folder.file_name().to_string_lossy().into_owned();
            // Only what carries a job's id was made by a pool.
            if let Ok(id) = name.parse::<JobId>()
                && !kept.contains(&name)
            {
                self.remove_folder(id);
            }
        }
    }
}

/// 0 to 1, different for each call.
fn jitter() -> f64 {
    f64::from(Uuid::new_v4().as_bytes()[0]) / 255.0
}

fn lock_of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these mutexes hold is whole between any two statements, so a panic elsewhere doesn't spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
