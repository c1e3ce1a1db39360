//! Our side of the measurements of speech: the product's own transcribe step, in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use debrief_connect::transcribe::{self, SpeechSettings};
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_yardstick::Outcome;
use debrief_yardstick::process::peak_mb;
use debrief_yardstick::step::unwatched;
use serde::{Deserialize, Serialize};

/// Set in a child: the task, as JSON. Peak memory is that of a whole process.
const CHILD: &str = "DEBRIEF_BENCH_SPEECH";

/// One transcribe step.
#[derive(Serialize, Deserialize)]
struct Task {
    model: PathBuf,
    audio: Audio,
}

/// What it took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Of the step, in seconds.
    pub(crate) step_s: f64,
    /// In which at least one engine was working, in seconds.
    pub(crate) engine_s: f64,
    /// Calls of the engine.
    pub(crate) calls: u64,
    /// Words heard.
    pub(crate) words: usize,
    /// Peak resident memory in MB.
    pub(crate) peak_mb: f64,
}

/// The engine of a model file, or the one that needs none.
pub(crate) fn engine(model: Option<&Path>) -> Outcome<Arc<dyn Transcriber>> {
    let language = Some("en".to_owned());
    let engine = if model.is_some() { "transcribe-cpp" } else { "pocketsphinx" }.to_owned();
    let settings =
        SpeechSettings { engine, model: model.map(Path::to_owned), language, ..Default::default() };
    Ok(transcribe::engine(&settings).map_err(|failure| failure.what)?)
}

/// Runs the transcribe step with that model in a child: what the step took, and the whole process in seconds.
pub(crate) fn transcribe_in_child(model: &Path, audio: &Audio) -> Outcome<(Cost, f64)> {
    let task = Task { model: model.to_owned(), audio: audio.clone() };
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?).env(CHILD, serde_json::to_string(&task)?).output()?;
    let process_s = started.elapsed().as_secs_f64();
    let cost = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("a child failed: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok((cost, process_s))
}

/// In a child, does its task and says so.
pub(crate) fn is_child() -> Outcome<Option<String>> {
    let Ok(task) = std::env::var(CHILD) else { return Ok(None) };
    let task: Task = serde_json::from_str(&task)?;
    tracing::subscriber::set_global_default(Calls)?;
    let folder = tempfile::tempdir()?;
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (engine, hints) = (engine(Some(&task.model))?, Hints::default());
    let words = runtime.block_on(engine.transcribe(&task.audio, &hints, unwatched(folder.path())))?;
    let step_s = started.elapsed().as_secs_f64();
    let (engine_s, calls) = Calls::so_far();
    let cost = Cost { step_s, engine_s, calls, words: words.words.len(), peak_mb: peak_mb()? };
    Ok(Some(serde_json::to_string(&cost)?))
}

static IN_ENGINE: Mutex<InEngine> =
    Mutex::new(InEngine { calls: 0, running: 0, since: None, took: Duration::ZERO });

struct InEngine {
    calls: u64,
    running: u32,
    since: Option<Instant>,
    took: Duration,
}

/// Measures how long at least one of the spans `recognise` is entered, each of which is one call of the engine.
struct Calls;

impl Calls {
    fn state() -> MutexGuard<'static, InEngine> {
        IN_ENGINE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time in the engine, in seconds, and its calls.
    fn so_far() -> (f64, u64) {
        let state = Self::state();
        (state.took.as_secs_f64(), state.calls)
    }
}

impl tracing::Subscriber for Calls {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "recognise"
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut state = Self::state();
        state.calls += 1;
        tracing::span::Id::from_u64(state.calls)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}
    fn enter(&self, _: &tracing::span::Id) {
        let mut state = Self::state();
        state.running += 1;
        state.since.get_or_insert_with(Instant::now);
    }
    fn exit(&self, _: &tracing::span::Id) {
        let mut state = Self::state();
        state.running -= 1;
        if state.running == 0 {
            let took = state.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            state.took += took;
        }
    }
}
