//! Models that were loaded and are kept for the next job, until nothing has wanted them for a while or memory is short.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use debrief_core::failure::Failure;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};
use transcribe_cpp::{DeviceType, Model};

/// How long a model is kept that nobody uses.
const KEPT: Duration = Duration::from_secs(300);

/// How often is looked whether one is to go.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// With less memory than this free, none is kept.
const SPARE_BYTES: u64 = 2 << 30;

/// Every model of this process that nobody uses just now; the last one put back is at the end.
static SHELF: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// By which a file is told from another one that took its place: length and time of change.
type Mark = Option<(u64, SystemTime)>;

struct Kept {
    path: PathBuf,
    mark: Mark,
    gpu: bool,
    model: Model,
    since: Instant,
}

/// A model in use. Dropping it puts it back.
pub(super) struct Loaded {
    path: PathBuf,
    mark: Mark,
    gpu: bool,
    model: Option<Model>,
}

impl Loaded {
    pub(super) fn get(&self) -> &Model {
        self.model.as_ref().expect("it is there until it is dropped")
    }

    pub(super) fn is_on_gpu(&self) -> bool {
        let device = self.get().device();
        device.is_ok_and(|device| matches!(device.device_type, DeviceType::Gpu | DeviceType::Igpu))
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let Some(model) = self.model.take() else { return };
        if free_memory_bytes() < SPARE_BYTES {
            return;
        }
        let path = std::mem::take(&mut self.path);
        let kept = Kept { path, mark: self.mark, gpu: self.gpu, model, since: Instant::now() };
        let mut shelf = lock();
        // Another model than the last one is not wanted any more.
        shelf.retain(|other| other.path == kept.path && other.gpu == kept.gpu);
        let was_empty = shelf.is_empty();
        shelf.push(kept);
        if was_empty {
            // Without the thread the model would stay; so it is not kept.
            let tidies = std::thread::Builder::new().name("models".into()).spawn(tidy);
            if tidies.is_err() {
                shelf.clear();
            }
        }
    }
}

/// A model for somebody who may not need it, because another was opened before.
pub(super) struct First(Mutex<Option<Loaded>>);

impl First {
    pub(super) fn new(model: Loaded) -> First {
        First(Mutex::new(Some(model)))
    }

    pub(super) fn take(&self) -> Option<Loaded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The model of that file: from the shelf, or else loaded.
pub(super) fn take(path: &Path, gpu: bool) -> Result<Loaded, Failure> {
    // Looked at before it is loaded: if it is replaced meanwhile, it is loaded once too often rather than never.
    let mark = mark(path);
    let kept = {
        let mut shelf = lock();
        // A file that was replaced is another model.
        shelf.retain(|kept| kept.path != path || kept.mark == mark);
        let at = shelf.iter().position(|kept| kept.path == path && kept.gpu == gpu);
        at.map(|at| shelf.remove(at).model)
    };
    let model = kept.map_or_else(|| super::load(path, gpu), Ok)?;
    Ok(Loaded { path: path.to_owned(), mark, gpu, model: Some(model) })
}

/// Whether that file's model is kept.
pub(super) fn holds(path: &Path, gpu: bool) -> bool {
    let mark = mark(path);
    lock().iter().any(|kept| kept.path == path && kept.mark == mark && kept.gpu == gpu)
}

fn mark(path: &Path) -> Mark {
    let file = std::fs::metadata(path).ok()?;
    Some((file.len(), file.modified().ok()?))
}

/// Memory that is free for a model, in bytes; all of it where the system doesn't say.
pub(super) fn free_memory_bytes() -> u64 {
    let only_memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let bytes = System::new_with_specifics(only_memory).map_or(0, |system| system.available_memory());
    if bytes == 0 { u64::MAX } else { bytes }
}

/// Lets models go, until there are none.
fn tidy() {
    loop {
        std::thread::sleep(LOOK_EVERY);
        let is_short = free_memory_bytes() < SPARE_BYTES;
        let mut shelf = lock();
        shelf.retain(|kept| !is_short && kept.since.elapsed() < KEPT);
        if shelf.is_empty() {
            return;
        }
    }
}

fn lock() -> std::sync::MutexGuard<'static, Vec<Kept>> {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}
