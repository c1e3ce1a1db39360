//! The process that runs the jobs: takes them from the store, runs them, stores how they ended, and tidies up.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode, MAX_ATTEMPTS, Retry, backoff_ms};
use debrief_core::job::{Job, JobEvent, JobId, JobStatus};
use debrief_core::stage::StepError;
use debrief_core::view::{JobFacts, JobResult, JobView, Live};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Inner, JobNews, JobPool, lock_of};
use crate::journal::Journal;
use crate::pipeline;
use crate::store::{Change, StoreError};

/// How often the pool looks for retries that are due, fixes that are done, and a lock that has become free.
const TICK: Duration = Duration::from_millis(500);
/// How often it tries whether what a waiting job needs is there.
const PROBE_EVERY_TICKS: u32 = 10;
/// How often a service on the network is asked the same.
const ASK_SERVICES_EVERY_TICKS: u32 = 120;
/// Free space that a job stopped by a full disk needs before it goes on.
const ROOM_TO_GO_ON_BYTES: u64 = 32 << 20;
impl Inner {
    /// Wakes whoever waits for a change.
    pub(super) fn stir(&self) {
        self.changed.notify_one();
        self.wake.notify_one();
    }

    pub(super) fn view(&self, job: &Job) -> Result<JobView, StoreError> {
        let live = lock_of(&self.live).get(&job.id).copied();
        Ok(self.view_with(job, self.store.facts(job.id)?, live))
    }

    /// The view of a job as it is stored, unless its end waits to be stored.
    fn view_with(&self, job: &Job, facts: JobFacts, live: Option<Live>) -> JobView {
        let JobStatus::Processing { stage } = job.status else { return JobView::of(job, facts, live) };
        let Some(fix) = lock_of(&self.unstored).get(&job.id).cloned() else {
            return JobView::of(job, facts, live);
        };
        JobView::of(&Job { status: JobStatus::Waiting { stage, fix }, ..job.clone() }, facts, live)
    }

    /// Tells listeners, and stops what another process wants stopped.
    pub(super) fn on_changes(&self, changes: Vec<Change>) {
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
                        let view = self.view_with(&job, facts, live.get(&job.id).copied());
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

    pub(super) fn stop_all(&self) {
        for stop in lock_of(&self.running).values() {
            stop.cancel();
        }
    }

    /// Runs jobs for as long as this process lives, once it has the lock.
    pub(super) async fn drive(self: Arc<Self>, lock: Option<File>, after_revision: i64) {
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
        let mut probing: Option<JoinHandle<()>> = None;
        while !self.closing.is_cancelled() {
            self.claim_jobs(after_revision);
            tokio::select! {
                () = self.wake.notified() => {}
                _ = ticks.tick() => {
                    self.wake_up_due();
                    // A service may take its time to answer, or never do: meanwhile jobs are begun all the same.
                    let is_free = probing.as_ref().is_none_or(JoinHandle::is_finished);
                    if is_free && tick.is_multiple_of(PROBE_EVERY_TICKS) {
                        probing = Some(self.probe(tick.is_multiple_of(ASK_SERVICES_EVERY_TICKS)));
                    }
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
        // A child, so that a shutdown also stops a job that was claimed while it began.
        let stop = Arc::new(self.closing.child_token());
        lock_of(&self.running).insert(job.id, stop.clone());
        // A stop or a pause between the claim and this line found no worker to tell.
        let stopping =
            self.store.job(job.id).is_ok_and(|job| matches!(job.status, JobStatus::Cancelling { .. }));
        if stopping || self.store.is_paused().unwrap_or(false) {
            stop.cancel();
        }
        self.changed.notify_one();
        let inner = self.clone();
        self.workers.spawn(async move {
            let id = job.id;
            inner.work(job, (*stop).clone()).await;
            // Once its end is stored a job may be begun again, before this line.
            let is_own = |running: &Arc<CancellationToken>| Arc::ptr_eq(running, &stop);
            let mut running = lock_of(&inner.running);
            if running.get(&id).is_some_and(is_own) {
                running.remove(&id);
            }
            drop(running);
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
        let id = job.id;
        let percent = self.store.facts(id).map_or(0, |facts| facts.percent);
        lock_of(&self.live).insert(id, Live { percent, ..Live::default() });
        let compose = self.compose.clone();
        // A task of its own, so that a panic in a step fails one job and nothing else.
        let run = tokio::spawn(async move {
            let steps = compose.steps(&job.request)?;
            pipeline::run(&job, &steps, &journal).await
        });
        let outcome = run.await.unwrap_or_else(|panic| Err(Failure::internal(panic).into()));
        self.settle_once_there_is_room(id, outcome).await;
        lock_of(&self.live).remove(&id);
    }

    /// Stores how a run ended, as soon as the database takes it. Until then a full disk is told from memory. When this
    /// process ends before that, the job is found without its worker at the next start.
    async fn settle_once_there_is_room(&self, id: JobId, outcome: Result<JobResult, StepError>) {
        while let Err(error) = self.settle(id, outcome.clone()) {
            tracing::error!(job = %id, %error, "a job's end can't be stored");
            if !matches!(error, StoreError::Database(_)) {
                break;
            }
            let why = Failure::from(error);
            if why.code == FailureCode::DiskFull && lock_of(&self.unstored).insert(id, why).is_none() {
                self.tell_again(id);
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = self.closing.cancelled() => break,
            }
        }
        lock_of(&self.unstored).remove(&id);
    }

    /// Tells how a job stands although nothing was stored.
    fn tell_again(&self, id: JobId) {
        if let Ok(job) = self.store.job(id)
            && let Ok(view) = self.view(&job)
        {
            self.tell(JobNews::Changed { job: Box::new(view) });
        }
    }

    /// Stores how a run ended. Temporary files go first, so that whoever sees a job ended sees none of them.
    fn settle(&self, id: JobId, outcome: Result<JobResult, StepError>) -> Result<(), StoreError> {
        let now = Timestamp::now();
        // As they are stored: a stage that was done in this run has ended the row of failures.
        let Job { status, attempts, .. } = self.store.job(id)?;
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
                Retry::Later { .. } => JobEvent::Failed(why.given_up()),
                Retry::Never => JobEvent::Failed(why),
            },
        };
        let after = status.after(&event)?;
        if after.is_final() {
            self.remove_folder(id);
        }
        match &event {
            JobEvent::FailedForNow { .. } | JobEvent::NeedsPerson(_) => {
                self.store.hold_up(id, &event, now)?
            }
            _ => self.store.apply(id, &event, now)?, // Released or failed for good: nothing is counted.
        };
        Ok(())
    }

    /// Puts jobs back into the queue whose retry is due.
    fn wake_up_due(&self) {
        let Ok(jobs) = self.store.held_up() else { return };
        let now = Timestamp::now();
        for job in jobs {
            if matches!(&job.status, JobStatus::Retrying { at, .. } if *at <= now) {
                self.wake_up(job.id);
            }
        }
    }

    /// Puts jobs back into the queue whose fix is done; services on the network are asked only `rarely`.
    fn probe(self: &Arc<Self>, rarely: bool) -> JoinHandle<()> {
        let inner = self.clone();
        let looking = async move {
            let Ok(jobs) = inner.store.held_up() else { return };
            for job in jobs {
                let JobStatus::Waiting { fix, .. } = &job.status else { continue };
                if may_probe(&job, Timestamp::now()) && inner.is_fixed(&job, fix.code, rarely).await {
                    inner.wake_up(job.id);
                }
            }
        };
        let inner = self.clone();
        self.workers.spawn(async move {
            tokio::select! {
                () = looking => {}
                () = inner.closing.cancelled() => {}
            }
        })
    }

    fn wake_up(&self, id: JobId) {
        if self.store.apply(id, &JobEvent::Ready, Timestamp::now()).is_ok() {
            self.changed.notify_one();
        }
    }

    /// Whether what a waiting job needs is there now. What cannot be asked waits for the person's retry.
    async fn is_fixed(&self, job: &Job, code: FailureCode, rarely: bool) -> bool {
        use FailureCode as C;
        let Ok(steps) = self.compose.steps(&job.request) else { return false };
        match code {
            // Without a connection it is known on this machine that there is none.
            C::PageFolderGone
            | C::PageFolderReadOnly
            | C::NotionNotConnected
            | C::NotionSignInExpired
            | C::NotionPlaceUnset => steps.sink.ready().await.is_ok(),
            C::NotionNoAccess | C::NotionPropertyUnfit if rarely => steps.sink.ready().await.is_ok(),
            C::NoSpeechEngine | C::ModelMissing | C::SpeechKeyMissing => {
                steps.transcriber.ready().await.is_ok()
            }
            C::NotesKeyMissing | C::SpendingCapReached => steps.summarizer.ready().await.is_ok(),
            C::DiskFull => {
                let room = fs4::available_space(&self.options.jobs_folder).unwrap_or(0);
                room >= ROOM_TO_GO_ON_BYTES && steps.sink.ready().await.is_ok()
            }
            // Known on this machine: whether somebody has signed in meanwhile.
            C::SignInNeeded | C::SignInExpired | C::GoogleClientMissing | C::NoKeychain => {
                steps.source.has_account().await.is_ok()
            }
            // Known to the service alone, which is asked rarely.
            C::PickNeeded | C::NoAccess | C::InTrash | C::DownloadForbidden if rarely => {
                steps.source.ready(&job.request.link).await.is_ok()
            }
            C::PickNeeded
            | C::NoAccess
            | C::InTrash
            | C::DownloadForbidden
            | C::MissingFile
            | C::IsAFolder
            | C::EmptyFile
            | C::PermissionDenied
            | C::NotARecording
            | C::UnsupportedCodec
            | C::DamagedRecording
            | C::NoSpeech
            | C::ModelUnusable
            | C::EngineFailed
            | C::NotEnoughMemory
            | C::ModelDamaged
            | C::SpeechKeyRefused
            | C::SpeechCreditUsedUp
            | C::SpeechRefused
            | C::NotesKeyRefused
            | C::NotesCreditUsedUp
            | C::NotesModelMissing
            | C::NotesRefused
            | C::NotesUnusable
            | C::LocalOnly
            | C::TranscriptUnreadable
            | C::DiarizationFailed
            | C::NotionNoAccess
            | C::NotionPropertyUnfit
            | C::NotionRefused
            | C::SignInFailed
            | C::WrongPick
            | C::FlaggedAsAbusive
            | C::QuotaExceeded
            | C::DownloadDamaged
            | C::Offline
            | C::ServiceBusy
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

    pub(super) fn remove_folder(&self, id: JobId) {
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

/// What seems to be mended may break the job again: then it is tried ever less often.
fn may_probe(job: &Job, now: Timestamp) -> bool {
    let delay_ms = backoff_ms(job.attempts.saturating_sub(1), None, 0.0);
    job.updated_at + SignedDuration::from_millis(i64::from(delay_ms)) <= now
}

/// 0 to 1, different for each call.
fn jitter() -> f64 {
    f64::from(Uuid::new_v4().as_bytes()[0]) / 255.0
}
