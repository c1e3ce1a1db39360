//! Recordings on this machine: nothing is copied, nothing is renamed.

mod beside;
mod failures;
mod folder;
#[cfg(test)]
mod tests;

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use debrief_core::failure::{Failure, Warning};
use debrief_core::ports::Recording;
use debrief_core::stage::{Progress, StageCx, StepResult, Stopped};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::recordings::Brought;
pub use beside::beside;
pub use folder::{FolderEye, LocalRecording};

/// Files on this machine as the source of recordings.
#[derive(Debug, Clone)]
pub struct LocalFiles {
    zone: TimeZone,
}

impl LocalFiles {
    /// Dates of files are told in the time zone of this machine.
    pub fn new() -> Self {
        Self::in_zone(TimeZone::system())
    }

    /// Dates of files are told in this time zone.
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone }
    }
}

impl Default for LocalFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl LocalFiles {
    /// A recording where it lies. The answer has no attachments yet.
    pub(crate) async fn recording(&self, path: &Path, cx: &StageCx) -> StepResult<Recording> {
        cx.check_stopped()?;
        let (path, zone) = (path.to_owned(), self.zone.clone());
        let recording = unless_stopped(cx, move || fetch(&path, &zone)).await??;
        cx.progress(Progress::bytes(recording.size_bytes, Some(recording.size_bytes)));
        Ok(recording)
    }

    /// A document where it lies.
    pub(crate) async fn document(&self, path: &Path, cx: &StageCx) -> StepResult<Result<Brought, Warning>> {
        let path = path.to_owned();
        unless_stopped(cx, move || document(&path)).await
    }
}

/// A network drive may take its time to answer; a stop does not wait for it.
pub(crate) async fn unless_stopped<T: Send + 'static>(
    cx: &StageCx,
    work: impl FnOnce() -> T + Send + 'static,
) -> StepResult<T> {
    let work = tokio::task::spawn_blocking(work);
    tokio::select! {
        () = cx.stop_requested() => Err(Stopped.into()),
        done = work => Ok(done.map_err(Failure::internal)?),
    }
}

fn fetch(file: &Path, zone: &TimeZone) -> Result<Recording, Failure> {
    let file = std::path::absolute(file).map_err(|error| failures::recording(file, &error.into()))?;
    let metadata = readable(&file).map_err(|trouble| failures::recording(&file, &trouble))?;
    let size_bytes = metadata.len();
    if size_bytes == 0 {
        return Err(failures::empty(&file));
    }
    Ok(Recording {
        name: name_of(&file),
        size_bytes,
        created: created(&metadata, zone),
        location: file.display().to_string(),
        attachments: Vec::new(),
        drive: None,
        file,
    })
}

fn document(path: &Path) -> Result<Brought, Warning> {
    let absolute: io::Result<PathBuf> = std::path::absolute(path);
    let file = absolute.map_err(|error| failures::attachment(path, &error.into()))?;
    readable(&file).map_err(|trouble| failures::attachment(&file, &trouble))?;
    Ok(Brought { name: name_of(&file), location: file.display().to_string(), file, mime: None })
}

/// Why a path is of no use.
#[derive(Debug)]
enum Trouble {
    IsAFolder,
    IsNoFile,
    Io(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Io(error)
    }
}

/// Makes sure that there is a file and that it may be read.
fn readable(file: &Path) -> Result<Metadata, Trouble> {
    let metadata = std::fs::metadata(file)?;
    if metadata.is_dir() {
        return Err(Trouble::IsAFolder);
    }
    // Opening a pipe would wait for somebody to write into it.
    if !metadata.is_file() {
        return Err(Trouble::IsNoFile);
    }
    File::open(file)?.take(1).read_to_end(&mut Vec::new())?;
    Ok(metadata)
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// The day on which the file was made. A copy is born when it is copied but keeps the time of its last change, so the
/// earlier of the two is nearer to the truth.
fn created(metadata: &Metadata, zone: &TimeZone) -> Date {
    let times = [metadata.created().ok(), metadata.modified().ok()];
    day(times.into_iter().flatten(), zone)
}

fn day(times: impl Iterator<Item = SystemTime>, zone: &TimeZone) -> Date {
    let times: Vec<Timestamp> = times.filter_map(|time| Timestamp::try_from(time).ok()).collect();
    // Archives without times unpack to 1970 or 1980: no recorder wrote files then.
    let made_up = |time: &Timestamp| TimeZone::UTC.to_datetime(*time).year() <= 1980;
    let believable = times.iter().filter(|time| !made_up(time)).min();
    zone.to_datetime(believable.or(times.first()).copied().unwrap_or_default()).date()
}
