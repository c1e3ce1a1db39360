//! The pool: takes jobs from the store and runs them, a few at a time.
//!
//! The store is the queue. Every process may submit, cancel and retry; the one that holds the lock file runs the jobs.

mod drive;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{JobEvent, JobId, SubmitJob};
use debrief_core::ports::Steps;
use debrief_core::stage::{Progress, Stage};
use debrief_core::view::JobView;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::journal::LiveJobs;
use crate::store::{JobStore, StoreError};
use crate::watch::watch;

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
        /// It waits until another job's speech recognition is done.
        in_line: bool,
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
    running: Mutex<BTreeMap<JobId, Arc<CancellationToken>>>,
    // Jobs whose end doesn't fit on the disk, and what their person can do.
    unstored: Mutex<BTreeMap<JobId, Failure>>,
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
            unstored: Mutex::default(),
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
        self.inner.store.submit(id, request, Timestamp::now()).map_err(not_submitted)?;
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

    /// Looks at once for what was changed in the store.
    pub fn stir(&self) {
        self.inner.stir();
    }

    /// The store behind the pool, to be kept.
    pub fn store_handle(&self) -> Arc<JobStore> {
        self.inner.store.clone()
    }

    /// The store behind the pool.
    pub fn store(&self) -> &JobStore {
        &self.inner.store
    }

    /// Lets every running job stop at its last bookmark, and gives up the lock.
    pub async fn shutdown(&self) {
        let inner = &self.inner;
        inner.closing.cancel();
        // First whoever claims jobs, so that none is claimed behind the back of the wait below.
        let tasks: Vec<JoinHandle<()>> = lock_of(&inner.tasks).drain(..).collect();
        for task in tasks {
            task.abort();
            // It was aborted or has ended; either is what is wanted.
            let _ = task.await;
        }
        inner.workers.close();
        inner.workers.wait().await;
        *lock_of(&inner.lock) = None;
    }
}

fn not_submitted(error: StoreError) -> Failure {
    let failure = Failure::from(error);
    if failure.code != FailureCode::DiskFull {
        return failure;
    }
    // There is no job yet that could go on by itself.
    let fix = "Free some space on the disk that holds Debrief's data, then process the recording again.";
    Failure { fix: fix.to_owned(), ..failure }
}

fn lock_of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these mutexes hold is whole between any two statements, so a panic elsewhere doesn't spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
