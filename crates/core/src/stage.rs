//! The stages of a job, their share of the overall percentage, and what a step is given to work with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

use crate::failure::{Failure, Warning};
use crate::job::JobId;

/// One step of the pipeline, in the order of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Bring recording and attachments to this machine.
    Fetch,
    /// Turn the recording into 16 kHz mono samples.
    Decode,
    /// Turn samples into words.
    Transcribe,
    /// Find who spoke when.
    Diarize,
    /// Find the speakers' names.
    Identify,
    /// Write title, summary and to-dos.
    Summarize,
    /// Write the page.
    Publish,
    /// Give the recording its new name.
    Rename,
}

impl Stage {
    /// Every stage, in the order of the pipeline.
    pub const ALL: [Stage; 8] = [
        Stage::Fetch,
        Stage::Decode,
        Stage::Transcribe,
        Stage::Diarize,
        Stage::Identify,
        Stage::Summarize,
        Stage::Publish,
        Stage::Rename,
    ];

    /// The stable word of this stage, as in `debrief retry --from transcribe`.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Fetch => "fetch",
            Stage::Decode => "decode",
            Stage::Transcribe => "transcribe",
            Stage::Diarize => "diarize",
            Stage::Identify => "identify",
            Stage::Summarize => "summarize",
            Stage::Publish => "publish",
            Stage::Rename => "rename",
        }
    }

    /// The stage of that word.
    pub fn from_word(word: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// What is being done, for a status line.
    pub fn doing(self) -> &'static str {
        match self {
            Stage::Fetch => "Fetching the recording",
            Stage::Decode => "Reading the audio",
            Stage::Transcribe => "Transcribing",
            Stage::Diarize => "Finding who spoke",
            Stage::Identify => "Finding names",
            Stage::Summarize => "Summarising",
            Stage::Publish => "Writing the page",
            Stage::Rename => "Renaming the recording",
        }
    }

    /// This stage's expected share of a job's time, in thousandths; all shares add up to 1,000.
    /// Measured: `cargo bench --bench stages` prints them beside the measured shares.
    pub fn weight(self) -> u32 {
        match self {
            Stage::Fetch => 5,
            Stage::Decode => 10,
            Stage::Transcribe => 950,
            Stage::Diarize => 15,
            Stage::Identify => 3,
            Stage::Summarize => 8,
            Stage::Publish => 6,
            Stage::Rename => 3,
        }
    }

    /// The stages that read the files which this stage leaves on disk. Once they are all done the files are not needed.
    pub fn readers(self) -> &'static [Stage] {
        match self {
            Stage::Fetch => &[Stage::Decode],
            Stage::Decode => &[Stage::Transcribe, Stage::Diarize],
            Stage::Publish
            | Stage::Transcribe
            | Stage::Diarize
            | Stage::Identify
            | Stage::Summarize
            | Stage::Rename => &[],
        }
    }

    /// Whether a stop ends this stage. Once the page exists the job is completed, so the rename is not stopped.
    pub fn can_stop(self) -> bool {
        self != Stage::Rename
    }

    /// The stages after this one.
    pub fn later(self) -> impl Iterator<Item = Stage> {
        Stage::ALL.into_iter().filter(move |stage| *stage > self)
    }
}

/// The finished stages whose output a retry must make again: those from `from` on, and those whose files, gone with the
/// job's folder when it ended, a stage that is still to run reads.
pub fn undone_by_retry(done: &[Stage], from: Option<Stage>) -> Vec<Stage> {
    let mut to_run: Vec<Stage> = Vec::new();
    for stage in Stage::ALL.into_iter().rev() {
        let asked = from.is_some_and(|from| stage >= from);
        let needed = stage.readers().iter().any(|reader| to_run.contains(reader));
        if asked || needed || !done.contains(&stage) {
            to_run.push(stage);
        }
    }
    to_run.into_iter().filter(|stage| done.contains(stage)).collect()
}

/// Percentage shown as soon as work begins.
pub const PERCENT_AT_START: u8 = 5;

/// Overall percentage while `stage` runs and `fraction` (0 to 1) of it is done: from 5 to 99. 100 is for completed jobs.
pub fn overall_percent(stage: Stage, fraction: f64) -> u8 {
    let before: u32 = Stage::ALL.into_iter().filter(|s| *s < stage).map(Stage::weight).sum();
    let done = f64::from(before) + f64::from(stage.weight()) * fraction.clamp(0.0, 1.0);
    let span = f64::from(99 - PERCENT_AT_START);
    // The product is between 0 and 94, so the cast cannot truncate.
    PERCENT_AT_START + (span * done / 1000.0).floor() as u8
}

/// How far a step has come, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Progress {
    /// Units done.
    pub done: f64,
    /// Units in all, if known.
    pub total: Option<f64>,
    /// What is counted.
    pub unit: Unit,
}

/// What a step counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes moved.
    Bytes,
    /// Milliseconds of the recording.
    AudioMs,
    /// Blocks, parts, files.
    Items,
}

impl Progress {
    /// `done_ms` of `total_ms` milliseconds of the recording.
    pub fn audio(done_ms: u32, total_ms: u32) -> Self {
        Self { done: f64::from(done_ms), total: Some(f64::from(total_ms)), unit: Unit::AudioMs }
    }

    /// `done` of `total` things.
    pub fn items(done: usize, total: usize) -> Self {
        Self { done: done as f64, total: Some(total as f64), unit: Unit::Items }
    }

    /// `done` bytes, of `total` if known.
    pub fn bytes(done: u64, total: Option<u64>) -> Self {
        Self { done: done as f64, total: total.map(|t| t as f64), unit: Unit::Bytes }
    }

    /// The done part, 0 to 1, when the total is known.
    pub fn fraction(&self) -> Option<f64> {
        let total = self.total.filter(|t| *t > 0.0)?;
        Some((self.done / total).clamp(0.0, 1.0))
    }
}

/// The output of a stage, kept in the journal so that the stage is never run twice.
pub trait Checkpoint: Serialize + DeserializeOwned + Send {
    /// Raise this when the shape or the meaning of the output changes: older outputs are then made again.
    const VERSION: u32;

    /// The files on disk that this output stands for. When one is gone, and still needed, the stage runs again.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// What stands behind a [`StageCx`]: the journal in the product, a recorder in a step's own tests.
#[async_trait]
pub trait StageHost: Send + Sync {
    /// Takes note of progress; may be called often, most calls are dropped.
    fn progress(&self, progress: Progress);
    /// Whether the step should end as soon as it can.
    fn stopped(&self) -> bool;
    /// Resolves when the step should end.
    async fn stop_requested(&self);
    /// The bookmark that an earlier, unfinished run of this stage left.
    fn bookmark(&self) -> Option<serde_json::Value>;
    /// The output of an earlier, finished run of this stage, which this one replaces.
    fn earlier_output(&self) -> Option<serde_json::Value> {
        None
    }
    /// Stores a bookmark, durably, with the done part of the stage (0 to 1).
    fn save_bookmark(&self, bookmark: serde_json::Value, fraction: f64) -> Result<(), Failure>;
    /// Replaces the bookmark and forgets the parts of earlier runs.
    fn start_over(&self, bookmark: serde_json::Value) -> Result<(), Failure> {
        self.save_bookmark(bookmark, 0.0)
    }
    /// The parts that earlier, unfinished runs of this stage kept, by their numbers.
    fn parts(&self) -> Result<BTreeMap<u32, serde_json::Value>, Failure> {
        Ok(BTreeMap::new())
    }
    /// Stores one part of the stage's work, durably, with the done part of the stage (0 to 1).
    fn save_part(&self, number: u32, part: serde_json::Value, fraction: f64) -> Result<(), Failure> {
        let _ = (number, part, fraction); // A host that keeps nothing repeats it.
        Ok(())
    }
    /// Keeps a warning with the output of this stage.
    fn warn(&self, warning: Warning);
}

/// What a step is given besides its input: progress, stop, bookmarks and the job's own folder. Cheap to clone.
#[derive(Clone)]
pub struct StageCx {
    job: JobId,
    folder: Arc<Path>,
    host: Arc<dyn StageHost>,
}

/// The person or the pool asked the step to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped")]
pub struct Stopped;

/// Why a step ended without output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Somebody asked it to stop; not a failure.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// It could not do its work.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// What every step returns.
pub type StepResult<T> = Result<T, StepError>;

impl StageCx {
    /// A context for one run of one stage of `job`, whose temporary files live in `folder`.
    pub fn new(job: JobId, folder: impl Into<Arc<Path>>, host: Arc<dyn StageHost>) -> Self {
        Self { job, folder: folder.into(), host }
    }

    /// The job that this step works for; its marker on the page.
    pub fn job(&self) -> JobId {
        self.job
    }

    /// The job's own folder for temporary files. It exists, and goes when the job ends.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes note of progress. Cheap: call it as often as there is news.
    pub fn progress(&self, progress: Progress) {
        self.host.progress(progress);
    }

    /// `Err(Stopped)` once the step should end; poll it at least four times a second in CPU work.
    pub fn check_stopped(&self) -> Result<(), Stopped> {
        if self.host.stopped() { Err(Stopped) } else { Ok(()) }
    }

    /// Resolves when the step should end; `select!` on it in work that waits.
    pub async fn stop_requested(&self) {
        self.host.stop_requested().await;
    }

    /// The bookmark of an earlier, unfinished run. One that cannot be read counts as none.
    pub fn bookmark<B: DeserializeOwned>(&self) -> Option<B> {
        serde_json::from_value(self.host.bookmark()?).ok()
    }

    /// What an earlier, finished run of this stage gave, when it runs again. An output that cannot be read counts as none.
    pub fn earlier_output<T: Checkpoint>(&self) -> Option<T> {
        serde_json::from_value(self.host.earlier_output()?).ok()
    }

    /// Stores where the step is, durably, so that the next run resumes here. `fraction` is the done part, 0 to 1.
    pub fn save_bookmark<B: Serialize>(&self, bookmark: &B, fraction: f64) -> Result<(), Failure> {
        let value = serde_json::to_value(bookmark).map_err(Failure::internal)?;
        self.host.save_bookmark(value, fraction)
    }

    /// Replaces the bookmark and forgets all parts: the work begins anew.
    pub fn start_over<B: Serialize>(&self, bookmark: &B) -> Result<(), Failure> {
        self.host.start_over(serde_json::to_value(bookmark).map_err(Failure::internal)?)
    }

    /// The parts that earlier, unfinished runs kept, by their numbers. One that cannot be read counts as not kept.
    pub fn parts<P: DeserializeOwned>(&self) -> Result<BTreeMap<u32, P>, Failure> {
        let read = |(number, part)| Some((number, serde_json::from_value(part).ok()?));
        Ok(self.host.parts()?.into_iter().filter_map(read).collect())
    }

    /// Stores one part of the work, durably, beside the bookmark: work of many parts costs what each part costs.
    /// `fraction` is the done part of the stage, 0 to 1.
    pub fn save_part<P: Serialize>(&self, number: u32, part: &P, fraction: f64) -> Result<(), Failure> {
        self.host.save_part(number, serde_json::to_value(part).map_err(Failure::internal)?, fraction)
    }

    /// Keeps a warning for the job and the page.
    pub fn warn(&self, warning: Warning) {
        self.host.warn(warning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_add_up_to_a_thousand() {
        assert_eq!(Stage::ALL.into_iter().map(Stage::weight).sum::<u32>(), 1000);
    }

    #[test]
    fn the_percentage_starts_at_5_never_falls_and_stays_below_100() {
        let mut last = 0;
        for stage in Stage::ALL {
            for tenth in 0..=10 {
                let percent = overall_percent(stage, f64::from(tenth) / 10.0);
                assert!(percent >= last, "{stage:?} at {tenth}/10 fell from {last} to {percent}");
                last = percent;
            }
        }
        assert_eq!(overall_percent(Stage::Fetch, 0.0), 5);
        assert_eq!(last, 99);
    }

    #[test]
    fn a_retry_makes_again_only_what_it_must() {
        use Stage::{Decode, Diarize, Fetch, Identify, Summarize, Transcribe};
        let reached = [Fetch, Decode, Transcribe, Diarize, Identify, Summarize];
        assert_eq!(undone_by_retry(&reached, None), []);
        assert_eq!(undone_by_retry(&reached, Some(Summarize)), [Summarize]);
        assert_eq!(undone_by_retry(&reached[..2], None), [Decode, Fetch]);
        let from_speakers = undone_by_retry(&reached, Some(Diarize));
        assert_eq!(from_speakers, [Summarize, Identify, Diarize, Decode, Fetch]);
        assert_eq!(undone_by_retry(&Stage::ALL, Some(Fetch)).len(), Stage::ALL.len());
    }

    #[test]
    fn words_of_stages_read_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.word()), Some(stage));
        }
        assert_eq!(Stage::from_word("upload"), None);
    }
}
