//! Engines on threads of their own, each of which hears one pack after the other.
//!
//! A foreign call may not come back for seconds. So a stop does not wait for the engine: the step ends at once, the
//! thread ends by itself when its call returns, and touches nothing but the recording, which it only reads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use debrief_core::failure::Failure;
use debrief_core::stage::StepResult;
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Heard, Hearing, Open, Sound, broke_off};
use crate::transcribe::pack::Pack;
use crate::transcribe::pcm::Pcm;

/// What an engine on a thread needs to know of the step, and tells it.
pub(in crate::transcribe) struct Ear {
    stop: AtomicBool,
    heard_ms: AtomicU32,
    on_stop: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

impl Ear {
    fn new() -> Self {
        Self { stop: AtomicBool::new(false), heard_ms: AtomicU32::new(0), on_stop: Mutex::default() }
    }

    /// Whether to end as soon as possible.
    pub(in crate::transcribe) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// How much of the pack has been heard, in milliseconds.
    pub(in crate::transcribe) fn heard(&self, ms: u32) {
        self.heard_ms.store(ms, Ordering::Relaxed);
    }

    /// Calls `cancel` when a stop is asked for, from another thread.
    pub(in crate::transcribe) fn on_stop(&self, cancel: impl Fn() + Send + 'static) {
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

/// A pack to be heard.
pub(super) struct Task {
    pub(super) number: usize,
    pub(super) pack: Pack,
    /// The language, if it is known.
    pub(super) language: Option<String>,
}

/// What was heard of the pack of that number; times are milliseconds from its start.
pub(super) type Report = (usize, StepResult<Heard>);

/// The threads. Dropping them, for whatever reason, asks them to end.
pub(super) struct Crew {
    ears: Vec<Arc<Ear>>,
    tasks: mpsc::Sender<Task>,
    reports: UnboundedReceiver<Report>,
}

impl Crew {
    /// Threads that wait for tasks; a thread opens its engine with its first one.
    pub(super) fn new(recording: &Path, hearing: &Hearing) -> Result<Crew, Failure> {
        let (tasks, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let (report, reports) = unbounded_channel();
        let mut crew = Crew { ears: Vec::new(), tasks, reports };
        for _ in 0..hearing.threads.max(1) {
            let ear = Arc::new(Ear::new());
            crew.ears.push(ear.clone());
            let listener = Listener {
                recording: recording.to_owned(),
                queue: queue.clone(),
                open: hearing.open.clone(),
                ear,
                report: report.clone(),
            };
            let thread = std::thread::Builder::new().name("speech".into()).spawn(move || listener.listen());
            thread.map_err(|error| broke_off().because(error))?;
        }
        Ok(crew)
    }

    /// To whichever thread is free first. Where every one has ended, a report that is waiting says why.
    pub(super) fn give(&self, task: Task) {
        let _ = self.tasks.send(task);
    }

    /// The next pack that was heard; none once every thread has ended.
    pub(super) async fn report(&mut self) -> Option<Report> {
        self.reports.recv().await
    }

    /// What has been heard of the packs that are being heard, in milliseconds.
    pub(super) fn inside_ms(&self) -> u64 {
        self.ears.iter().map(|ear| u64::from(ear.heard_ms.load(Ordering::Relaxed))).sum()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for ear in &self.ears {
            ear.ask_to_stop();
        }
    }
}

/// What a thread hears with.
struct Listener {
    recording: PathBuf,
    queue: Arc<Mutex<mpsc::Receiver<Task>>>,
    open: Open,
    ear: Arc<Ear>,
    report: UnboundedSender<Report>,
}

impl Listener {
    /// Hears pack after pack until nobody gives any more.
    fn listen(&self) {
        give_way();
        let mut engine = None;
        let mut samples = Vec::new();
        loop {
            let task = self.queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(task) = task else { return };
            if self.ear.stopped() {
                return;
            }
            let heard = catch_unwind(AssertUnwindSafe(|| {
                let engine = match &mut engine {
                    Some(engine) => engine,
                    empty => empty.insert((self.open)()?),
                };
                task.pack.read(&mut Pcm::open(&self.recording)?, &mut samples)?;
                let sound = Sound { samples: &samples, middle: task.pack.middle() };
                // Benches measure by this what the engine takes of the step.
                let span = tracing::debug_span!("recognise");
                span.in_scope(|| engine.recognise(&sound, task.language.as_deref(), &self.ear))
            }));
            self.ear.heard(0);
            let heard = heard.unwrap_or_else(|_| Err(broke_off().because("the engine panicked").into()));
            let failed = heard.is_err();
            // Nobody listens any more once the step has ended.
            if self.report.send((task.number, heard)).is_err() || failed {
                return;
            }
        }
    }
}

/// Whatever else wants this core, the window first of all, comes before.
fn give_way() {
    // Somewhat below the middle: on Linux a niceness of 5, which leaves a quarter of a core that another program wants whole.
    let below = ThreadPriorityValue::try_from(37).expect("it is under 100");
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(below)) {
        tracing::warn!(?error, "the threads that hear speech keep the usual priority");
    }
}
