//! `once`: a stage runs until its output is stored, and then never again.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use debrief_core::edits::Corrected;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::{Job, JobId};
use debrief_core::notes::Notes;
use debrief_core::stage::{
    Checkpoint, Progress, Stage, StageCx, StageHost, StepResult, Stopped, overall_percent,
};
use debrief_core::transcript::Transcript;
use debrief_core::view::{Live, live_message};
use jiff::Timestamp;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use crate::pool::JobNews;
use crate::store::JobStore;

/// Progress is sent at most this often.
const PROGRESS_EVERY_MS: u128 = 100;

/// Where jobs stand that run in this process; read by `status`, never stored.
pub(crate) type LiveJobs = Arc<Mutex<BTreeMap<JobId, Live>>>;

/// Runs the stages of one job, each of them once.
pub struct Journal {
    store: Arc<JobStore>,
    job: JobId,
    folder: PathBuf,
    stop: CancellationToken,
    speech: Arc<Semaphore>,
    live: LiveJobs,
    news: broadcast::Sender<JobNews>,
}

impl Journal {
    pub(crate) fn new(
        store: Arc<JobStore>,
        job: &Job,
        folder: PathBuf,
        stop: CancellationToken,
        speech: Arc<Semaphore>,
        live: LiveJobs,
        news: broadcast::Sender<JobNews>,
    ) -> Journal {
        Journal { store, job: job.id, folder, stop, speech, live, news }
    }

    /// The output of `stage`: the stored one if it is still good, or else what `work` gives, stored before this returns.
    ///
    /// # Errors
    /// `Stopped` when the job is to be let go, or the failure of the step.
    pub async fn once<T, F, Work>(&self, stage: Stage, work: F) -> StepResult<T>
    where
        T: Checkpoint + Sync + 'static,
        F: FnOnce(StageCx) -> Work,
        Work: Future<Output = StepResult<T>>,
    {
        if let Some(output) = self.stored(stage).await? {
            return Ok(output);
        }
        if stage.can_stop() && self.stop.is_cancelled() {
            return Err(Stopped.into());
        }
        self.blocking(move |store, job| store.begin_stage(job, stage, Timestamp::now())).await?;
        self.set_live(stage, None, false);
        std::fs::create_dir_all(&self.folder).map_err(|error| folder_failure(&self.folder, &error))?;

        let host = Arc::new(Host::new(self, stage).await?);
        let began = Instant::now();
        let output = work(StageCx::new(self.job, self.folder.as_path(), host.clone())).await?;
        let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);

        let warnings = host.take_warnings();
        self.blocking(move |store, job| {
            store.finish_stage(job, stage, &output, &warnings, took_ms, Timestamp::now()).map(|()| output)
        })
        .await
    }

    /// As [`Journal::once`], for work that loads the processors: such work is done for one job at a time.
    ///
    /// # Errors
    /// As [`Journal::once`].
    pub async fn once_in_line<T, F, Work>(&self, stage: Stage, in_line: bool, work: F) -> StepResult<T>
    where
        T: Checkpoint + Sync + 'static,
        F: FnOnce(StageCx) -> Work,
        Work: Future<Output = StepResult<T>>,
    {
        self.once(stage, async |cx: StageCx| {
            let _turn = match in_line {
                true => Some(self.my_turn(stage).await?),
                false => None,
            };
            work(cx).await
        })
        .await
    }

    async fn my_turn(&self, stage: Stage) -> StepResult<tokio::sync::SemaphorePermit<'_>> {
        if let Ok(turn) = self.speech.try_acquire() {
            return Ok(turn);
        }
        self.set_live(stage, None, true);
        let turn = tokio::select! {
            turn = self.speech.acquire() => turn.expect("the semaphore is never closed"),
            () = self.stop.cancelled() => return Err(Stopped.into()),
        };
        self.set_live(stage, None, false);
        Ok(turn)
    }

    /// `transcript`, which was just made, and `notes`, with what a person corrected until now. The answer has the number
    /// that [`Journal::page_has`] takes.
    ///
    /// # Errors
    /// The store refused.
    pub async fn corrected(
        &self,
        transcript: &Transcript,
        notes: Option<&Notes>,
    ) -> StepResult<(Corrected, u32)> {
        let (transcript, notes) = (transcript.clone(), notes.cloned());
        self.blocking(move |store, job| store.corrected(job, transcript, notes)).await
    }

    /// The page that is written from now on has the corrections up to `number`.
    ///
    /// # Errors
    /// The store refused.
    pub async fn page_has(&self, number: u32) -> StepResult<()> {
        self.blocking(move |store, job| store.page_has(job, number)).await
    }

    /// The warnings of all finished stages, and of corrections that don't fit.
    ///
    /// # Errors
    /// The store refused.
    pub async fn warnings(&self) -> StepResult<Vec<Warning>> {
        self.blocking(|store, job| store.facts(job).map(|facts| facts.warnings)).await
    }

    async fn stored<T: Checkpoint + 'static>(&self, stage: Stage) -> StepResult<Option<T>> {
        self.blocking(move |store, job| {
            let Some(stored) = store.checkpoint::<T>(job, stage)?.filter(|stored| !stored.stale) else {
                return Ok(None);
            };
            let done = store.done(job)?;
            let is_done = |reader: &Stage| done.iter().any(|(stage, _)| stage == reader);
            // A page has no reader but the person: when they deleted it, a job that runs again writes it again.
            let still_needed = stage == Stage::Publish || !stage.readers().iter().all(is_done);
            let good = !still_needed || stored.output.files().iter().all(|file| file.exists());
            Ok(good.then_some(stored.output))
        })
        .await
    }

    fn set_live(&self, stage: Stage, progress: Option<Progress>, in_line: bool) {
        set_live(&self.live, &self.news, self.job, stage, progress, in_line);
    }

    /// The store waits for the disk, so its calls stay off the threads that drive the jobs.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&JobStore, JobId) -> Result<T, crate::store::StoreError> + Send + 'static,
    ) -> StepResult<T> {
        let (store, job) = (self.store.clone(), self.job);
        let done = tokio::task::spawn_blocking(move || work(&store, job)).await;
        let done = done.map_err(Failure::internal)?;
        Ok(done.map_err(Failure::from)?)
    }
}

fn folder_failure(folder: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Failure::disk_full("making the job's folder", &folder.display().to_string());
    }
    Failure::store(error)
}

fn set_live(
    live: &LiveJobs,
    news: &broadcast::Sender<JobNews>,
    job: JobId,
    stage: Stage,
    progress: Option<Progress>,
    in_line: bool,
) {
    let fraction = progress.and_then(|p| p.fraction()).unwrap_or(0.0);
    let mut jobs = live.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = jobs.entry(job).or_default();
    // What resumes in the middle of a stage first reports less than it had.
    let percent = entry.percent.max(overall_percent(stage, fraction));
    *entry = Live { percent, progress, in_line };
    let message = live_message(stage, in_line);
    // Nobody may be listening; progress is not kept for them.
    let _ = news.send(JobNews::Progress {
        id: job.to_string(),
        progress: percent,
        stage_progress: progress,
        in_line,
        message,
    });
}

/// What stands behind a step's context.
struct Host {
    store: Arc<JobStore>,
    job: JobId,
    stage: Stage,
    stop: Option<CancellationToken>,
    live: LiveJobs,
    news: broadcast::Sender<JobNews>,
    bookmark: Mutex<Option<serde_json::Value>>,
    earlier_output: Option<serde_json::Value>,
    warnings: Mutex<Vec<Warning>>,
    last_sent: Mutex<Option<Instant>>,
}

impl Host {
    async fn new(journal: &Journal, stage: Stage) -> StepResult<Host> {
        let left =
            move |store: &JobStore, job| Ok((store.bookmark(job, stage)?, store.stale_output(job, stage)?));
        let (bookmark, earlier_output) = journal.blocking(left).await?;
        Ok(Host {
            store: journal.store.clone(),
            job: journal.job,
            stage,
            stop: stage.can_stop().then(|| journal.stop.clone()),
            live: journal.live.clone(),
            news: journal.news.clone(),
            bookmark: Mutex::new(bookmark),
            earlier_output,
            warnings: Mutex::default(),
            last_sent: Mutex::default(),
        })
    }

    fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl StageHost for Host {
    fn progress(&self, progress: Progress) {
        let mut last = self.last_sent.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|sent| sent.elapsed().as_millis() < PROGRESS_EVERY_MS) {
            return;
        }
        *last = Some(Instant::now());
        set_live(&self.live, &self.news, self.job, self.stage, Some(progress), false);
    }

    fn stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(CancellationToken::is_cancelled)
    }

    async fn stop_requested(&self) {
        match &self.stop {
            Some(stop) => stop.cancelled().await,
            None => std::future::pending().await,
        }
    }

    fn bookmark(&self) -> Option<serde_json::Value> {
        self.bookmark.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn earlier_output(&self) -> Option<serde_json::Value> {
        self.earlier_output.clone()
    }

    fn save_bookmark(&self, bookmark: serde_json::Value, fraction: f64) -> Result<(), Failure> {
        self.store.save_bookmark(self.job, self.stage, &bookmark, fraction)?;
        *self.bookmark.lock().unwrap_or_else(PoisonError::into_inner) = Some(bookmark);
        Ok(())
    }

    fn start_over(&self, bookmark: serde_json::Value) -> Result<(), Failure> {
        self.store.start_over(self.job, self.stage, &bookmark)?;
        *self.bookmark.lock().unwrap_or_else(PoisonError::into_inner) = Some(bookmark);
        Ok(())
    }

    fn parts(&self) -> Result<BTreeMap<u32, serde_json::Value>, Failure> {
        Ok(self.store.parts(self.job, self.stage)?)
    }

    fn save_part(&self, number: u32, part: serde_json::Value, fraction: f64) -> Result<(), Failure> {
        Ok(self.store.save_part(self.job, self.stage, number, &part, fraction)?)
    }

    fn warn(&self, warning: Warning) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
    }
}
