//! What a step's own tests give it: a job's folder and a host that remembers.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::Recording;
use debrief_core::stage::{Progress, StageCx, StageHost};

/// Remembers what a step reports; asks it to stop after a number of polls.
pub(crate) struct Recorder {
    polls: AtomicU64,
    stop_after_polls: u64,
    progress_reports: AtomicU32,
    progress: Mutex<Option<Progress>>,
    warnings: Mutex<Vec<Warning>>,
}

impl Recorder {
    /// Never asks for a stop.
    pub(crate) fn new() -> Arc<Self> {
        Self::stopping_after(u64::MAX)
    }

    /// Asks for a stop once it was polled so many times.
    pub(crate) fn stopping_after(polls: u64) -> Arc<Self> {
        Arc::new(Self {
            polls: AtomicU64::new(0),
            stop_after_polls: polls,
            progress_reports: AtomicU32::new(0),
            progress: Mutex::new(None),
            warnings: Mutex::new(Vec::new()),
        })
    }

    /// A context whose job's folder is `folder`.
    pub(crate) fn cx(self: &Arc<Self>, folder: &Path) -> StageCx {
        StageCx::new(JobId(Default::default()), folder, self.clone())
    }

    pub(crate) fn polls(&self) -> u64 {
        self.polls.load(Ordering::Relaxed)
    }

    pub(crate) fn progress_reports(&self) -> u32 {
        self.progress_reports.load(Ordering::Relaxed)
    }

    pub(crate) fn last_progress(&self) -> Option<Progress> {
        *self.progress.lock().unwrap()
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().unwrap().clone()
    }
}

#[async_trait]
impl StageHost for Recorder {
    fn progress(&self, progress: Progress) {
        self.progress_reports.fetch_add(1, Ordering::Relaxed);
        *self.progress.lock().unwrap() = Some(progress);
    }

    fn stopped(&self) -> bool {
        self.polls.fetch_add(1, Ordering::Relaxed) >= self.stop_after_polls
    }

    async fn stop_requested(&self) {
        while self.polls() <= self.stop_after_polls {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn bookmark(&self) -> Option<serde_json::Value> {
        None
    }

    fn save_bookmark(&self, _: serde_json::Value, _: f64) -> Result<(), Failure> {
        Ok(())
    }

    fn warn(&self, warning: Warning) {
        self.warnings.lock().unwrap().push(warning);
    }
}

/// One of the committed recordings.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// What the fetch stage would say about that file.
pub(crate) fn recording(file: PathBuf) -> Recording {
    Recording {
        name: file.file_name().unwrap().to_string_lossy().into_owned(),
        size_bytes: std::fs::metadata(&file).map_or(0, |metadata| metadata.len()),
        created: jiff::civil::date(2026, 3, 2),
        location: file.display().to_string(),
        attachments: Vec::new(),
        drive: None,
        file,
    }
}
