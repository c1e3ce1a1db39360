//! From regions to words: engines hear one region at a time, on threads of their own, and every finished region is
//! bookmarked.
//!
//! A foreign call may not come back for seconds. So a stop does not wait for the engine: the step ends at once, the
//! thread ends by itself when its call returns, and touches nothing but the recording, which it only reads.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::ports::Audio;
use debrief_core::stage::{Progress, StageCx, StepError, StepResult, Stopped};
use debrief_core::transcript::Word;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::pcm::{Pcm, Region};
use super::vad::{Cutting, voice_regions};

/// How often progress inside a region is reported, in milliseconds.
const TICK_MS: u64 = 200;

/// An engine that is open and hears one region after the other. Lives on one thread.
pub(super) trait Recogniser {
    /// The words of one region; times are milliseconds from the region's start. Asks `ear.stopped()` often.
    fn recognise(&mut self, samples: &[i16], ear: &Ear) -> StepResult<Heard>;
}

/// What was heard in one region.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Heard {
    /// In order of time.
    pub(super) words: Vec<Word>,
    /// The language that the engine found by itself.
    pub(super) language: Option<String>,
}

/// Opens the engine.
pub(super) type Open = Arc<dyn Fn() -> Result<Box<dyn Recogniser>, Failure> + Send + Sync>;

/// What an engine on a thread needs to know of the step, and tells it.
pub(super) struct Ear {
    stop: AtomicBool,
    heard_ms: AtomicU32,
    on_stop: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

impl Ear {
    fn new() -> Self {
        Self { stop: AtomicBool::new(false), heard_ms: AtomicU32::new(0), on_stop: Mutex::default() }
    }

    /// Whether to end as soon as possible.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// How much of the region has been heard, in milliseconds.
    pub(super) fn heard(&self, ms: u32) {
        self.heard_ms.store(ms, Ordering::Relaxed);
    }

    /// Calls `cancel` when a stop is asked for, from another thread.
    pub(super) fn on_stop(&self, cancel: impl Fn() + Send + 'static) {
        if self.stopped() {
            cancel();
        }
        self.on_stop.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(cancel));
    }

    fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        for cancel in self.on_stop.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            cancel();
        }
    }
}

/// The threads' ears; dropping them, for whatever reason, ends the threads.
struct Ears(Vec<Arc<Ear>>);

impl Drop for Ears {
    fn drop(&mut self) {
        for ear in &self.0 {
            ear.ask_to_stop();
        }
    }
}

/// What the next run needs to go on: the first `done` regions have been heard.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Bookmark {
    /// The engine, model and language that heard them: another one starts over.
    by: String,
    regions: Vec<Region>,
    done: usize,
    words: Vec<Word>,
    language: Option<String>,
}

/// How an engine wants to hear a recording.
pub(super) struct Hearing {
    /// Engine, model and language, so that a bookmark is only taken up by the same.
    pub(super) by: String,
    /// The regions it likes.
    pub(super) cutting: Cutting,
    /// How many engines work side by side, each on a thread of its own.
    pub(super) threads: usize,
    /// Opens one engine; called once on each thread.
    pub(super) open: Open,
}

/// Every word of a recording, and the language if the engine named one.
///
/// # Errors
/// Stopped; `no_speech` when nothing was said; or what the engine says.
pub(super) async fn transcribe(audio: &Audio, cx: &StageCx, hearing: Hearing) -> StepResult<Heard> {
    let mut mark = match cx.bookmark::<Bookmark>().filter(|mark| mark.by == hearing.by) {
        Some(mark) => mark,
        None => {
            let regions = find_regions(audio, hearing.cutting, cx).await?;
            Bookmark { by: hearing.by.clone(), regions, done: 0, words: Vec::new(), language: None }
        }
    };
    if mark.done < mark.regions.len() {
        hear(audio, cx, &hearing, &mut mark).await?;
    }
    if mark.words.is_empty() {
        return Err(no_speech().into());
    }
    Ok(Heard { words: mark.words, language: mark.language })
}

async fn find_regions(audio: &Audio, cutting: Cutting, cx: &StageCx) -> StepResult<Vec<Region>> {
    let (file, cx) = (audio.file.clone(), cx.clone());
    let found = tokio::task::spawn_blocking(move || voice_regions(&file, cutting, &cx)).await;
    found.map_err(|e| StepError::Failed(Failure::internal(e)))?
}

/// Nothing was said, or nothing that the engine takes for words.
pub(super) fn no_speech() -> Failure {
    Failure::never(
        FailureCode::NoSpeech,
        "No speech was found in this recording.",
        "Check that the file plays and that it is the right one.",
    )
}

fn broke_off() -> Failure {
    Failure::never(
        FailureCode::EngineFailed,
        "The speech engine broke off.",
        "Try again. If it happens again, choose another speech engine or model in the settings.",
    )
}

/// Hears the regions that `mark` has not got yet.
async fn hear(audio: &Audio, cx: &StageCx, hearing: &Hearing, mark: &mut Bookmark) -> StepResult<()> {
    let threads = hearing.threads.clamp(1, mark.regions.len() - mark.done);
    let ears = Ears((0..threads).map(|_| Arc::new(Ear::new())).collect());
    let next = Arc::new(AtomicUsize::new(mark.done));
    let regions: Arc<[Region]> = mark.regions.clone().into();
    let (report, mut reports) = mpsc::unbounded_channel();
    for ear in &ears.0 {
        let (ear, next, regions, report) = (ear.clone(), next.clone(), regions.clone(), report.clone());
        let (open, file) = (hearing.open.clone(), audio.file.clone());
        let body = move || listen(&file, &regions, &next, &ear, &open, &report);
        let thread = std::thread::Builder::new().name("speech".into()).spawn(body);
        thread.map_err(|e| broke_off().because(e))?;
    }
    drop(report);

    let total_ms: u64 = regions.iter().map(|r| u64::from(r.length_ms())).sum();
    let mut early = BTreeMap::new();
    let mut shown_ms = 0;
    let mut finished_ms: u64 = regions[..mark.done].iter().map(|r| u64::from(r.length_ms())).sum();
    while mark.done < regions.len() {
        tokio::select! {
            biased;
            () = cx.stop_requested() => return Err(Stopped.into()),
            got = reports.recv() => {
                let Some((at, heard)) = got else { return Err(broke_off().into()) };
                finished_ms += u64::from(regions[at].length_ms());
                early.insert(at, heard?);
                let before = mark.done;
                while let Some(heard) = early.remove(&mark.done) {
                    keep(mark, heard);
                }
                if mark.done > before {
                    cx.save_bookmark(mark, mark.done as f64 / regions.len() as f64)?;
                }
            }
            () = tokio::time::sleep(Duration::from_millis(TICK_MS)) => {}
        }
        let inside: u64 = ears.0.iter().map(|ear| u64::from(ear.heard_ms.load(Ordering::Relaxed))).sum();
        // Only speech takes time, but people think in positions of the recording.
        let fraction = (finished_ms + inside).min(total_ms) as f64 / total_ms.max(1) as f64;
        // A region counts as unheard for the moment between its end and its report; that must not show.
        shown_ms = shown_ms.max((f64::from(audio.duration_ms) * fraction) as u32);
        cx.progress(Progress::audio(shown_ms, audio.duration_ms));
    }
    Ok(())
}

/// Moves the words of the next region into the bookmark, on the recording's own time line.
fn keep(mark: &mut Bookmark, heard: Heard) {
    let region = mark.regions[mark.done];
    let (start_ms, end_ms) = (region.start_ms(), region.end_ms());
    mark.words.extend(heard.words.into_iter().map(|word| Word {
        start_ms: (start_ms + word.start_ms).min(end_ms),
        end_ms: (start_ms + word.end_ms.max(word.start_ms)).min(end_ms),
        ..word
    }));
    mark.language = mark.language.take().or(heard.language);
    mark.done += 1;
}

type Report = (usize, StepResult<Heard>);

/// One thread: opens the engine and hears region after region until there are none left.
fn listen(
    file: &Path,
    regions: &[Region],
    next: &AtomicUsize,
    ear: &Ear,
    open: &Open,
    report: &mpsc::UnboundedSender<Report>,
) {
    let mut engine = None;
    let mut samples = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::SeqCst);
        if at >= regions.len() || ear.stopped() {
            return;
        }
        let heard = catch_unwind(AssertUnwindSafe(|| {
            let engine = match &mut engine {
                Some(engine) => engine,
                empty => empty.insert(open()?),
            };
            Pcm::open(file)?.read(regions[at], &mut samples)?;
            // Benches measure by this what the engine takes of the step.
            tracing::debug_span!("recognise").in_scope(|| engine.recognise(&samples, ear))
        }));
        ear.heard(0);
        let heard = heard.unwrap_or_else(|_| Err(broke_off().because("the engine panicked").into()));
        let failed = heard.is_err();
        // Nobody listens any more once the step has ended.
        if report.send((at, heard)).is_err() || failed {
            return;
        }
    }
}
