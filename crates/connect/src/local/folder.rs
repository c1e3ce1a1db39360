//! Folders on this machine whose new recordings are watched for: the system says when to look, a look says what is there.

use std::fs::{DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use debrief_core::failure::{Failure, FailureCode};
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::recordings::has_media_ending;

/// The most files of a folder that are looked at.
const FILES_AT_MOST: usize = 50_000;
/// Windows' number for a file that another program has for itself.
const SHARING_VIOLATION: i32 = 32;

/// Looks at a folder. Every call blocks, for as long as the disk or the network drive takes.
pub struct FolderEye {
    path: PathBuf,
    stir: Arc<dyn Fn() + Send + Sync>,
    watcher: Option<RecommendedWatcher>,
}

/// A recording in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalRecording {
    /// The file, absolute if its folder is.
    pub path: PathBuf,
    /// The path as text, by which the file is known.
    pub name: String,
    /// The same for as long as nothing is written to it.
    pub looks: String,
}

impl FolderEye {
    /// `stir` is called, by a thread of its own, whenever something may have changed since a look.
    pub fn new(path: PathBuf, stir: impl Fn() + Send + Sync + 'static) -> FolderEye {
        FolderEye { path, stir: Arc::new(stir), watcher: None }
    }

    /// The recordings in the folder that have any bytes; hidden and partial files are none.
    ///
    /// # Errors
    /// The folder has gone or can't be read; a later look finds out whether it is back.
    pub fn look(&mut self) -> Result<Vec<LocalRecording>, Failure> {
        if self.watcher.is_none() {
            // Before the look, so that nothing is missed between the two.
            self.watcher = self.watch();
        }
        let found = recordings(&self.path);
        if found.is_err() {
            // When the folder is back it may be another one.
            self.watcher = None;
        }
        found
    }

    /// `None` where the system can't tell of changes; then whoever looks has to look more often.
    fn watch(&self) -> Option<RecommendedWatcher> {
        let stir = self.stir.clone();
        let on_event = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if is_only_read(event.kind) => {}
            Ok(_) | Err(_) => stir(),
        };
        let watcher = notify::recommended_watcher(on_event).and_then(|mut watcher| {
            watcher.watch(&self.path, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            tracing::debug!(%error, "no news of a watched folder; it is looked at from time to time");
        }
        watcher.ok()
    }
}

/// Looking at a folder and reading a recording are events, too.
fn is_only_read(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => false,
    }
}

impl LocalRecording {
    /// Whether another program keeps it for itself, as Windows lets one that still copies. Elsewhere nothing tells.
    pub fn is_held(&self) -> bool {
        cfg!(windows)
            && File::open(&self.path).is_err_and(|error| error.raw_os_error() == Some(SHARING_VIOLATION))
    }
}

fn recordings(folder: &Path) -> Result<Vec<LocalRecording>, Failure> {
    let failed = |error: io::Error| not_readable(folder, &error);
    let mut found = Vec::new();
    for (number, entry) in std::fs::read_dir(folder).map_err(failed)?.enumerate() {
        if number == FILES_AT_MOST {
            return Err(Failure::never(
                FailureCode::BadRequest,
                format!("The folder {} holds more than 50,000 files.", folder.display()),
                "Watch a smaller one.",
            ));
        }
        found.extend(recording(&entry.map_err(failed)?));
    }
    Ok(found)
}

/// `None` for whatever is no recording, and for a file that has gone since it was listed.
fn recording(entry: &DirEntry) -> Option<LocalRecording> {
    let file_name = entry.file_name();
    // A name that is no Unicode can't be kept with a job.
    let file_name = file_name.to_str()?;
    if is_hidden(file_name) || !has_media_ending(file_name) {
        return None;
    }
    let path = entry.path();
    let metadata =
        std::fs::metadata(&path).ok().filter(|metadata| metadata.is_file() && metadata.len() > 0)?;
    let modified = metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
    let looks = format!("{} {}", metadata.len(), modified.unwrap_or_default().as_nanosecond());
    Some(LocalRecording { name: path.to_str()?.to_owned(), path, looks })
}

/// Partial files have endings of their own (`.part`, `.crdownload`, `.tmp`), which are no recording's.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("~$")
}

fn not_readable(folder: &Path, error: &io::Error) -> Failure {
    let path = folder.display();
    match error.kind() {
        io::ErrorKind::NotFound => Failure::person(
            FailureCode::MissingFile,
            format!("The folder {path} isn't there."),
            "Connect the disk that it is on, or make it again; it is watched again by itself.",
        ),
        io::ErrorKind::NotADirectory => Failure::person(
            FailureCode::MissingFile,
            format!("{path} is not a folder."),
            "Choose the folder that the recordings are in.",
        ),
        io::ErrorKind::PermissionDenied => Failure::person(
            FailureCode::PermissionDenied,
            format!("This computer does not let Debrief look into {path}."),
            "Give yourself permission to read the folder; it is watched again by itself.",
        ),
        // Whatever else the system says, the remedy is the same: the disk or the network drive.
        _ => Failure::person(
            FailureCode::MissingFile,
            format!("The folder {path} could not be read from its disk."),
            "Check that the disk or network drive it is on is connected; it is watched again by itself.",
        ),
    }
    .because(error)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = recordings(folder)
            .unwrap()
            .into_iter()
            .map(|recording| recording.path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn recordings_are_told_from_everything_else_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "talk.mp3",
            "MOVIE.MP4",
            "會議.m4a",
            "agenda.pdf",
            ".hidden.mp3",
            "~$talk.mp3",
            "talk.mp3.part",
            "talk.mp4.crdownload",
            "talk.tmp",
            "noending",
        ] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        std::fs::write(folder.path().join("empty.mp3"), b"").unwrap();
        std::fs::create_dir(folder.path().join("folder.mp3")).unwrap();
        assert_eq!(names(folder.path()), ["MOVIE.MP4", "talk.mp3", "會議.m4a"]);
    }

    #[test]
    fn what_is_written_to_looks_different() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("talk.mp3");
        std::fs::write(&file, b"x").unwrap();
        let looks = || recordings(folder.path()).unwrap().remove(0).looks;
        let before = looks();
        assert_eq!(looks(), before);
        std::fs::write(&file, b"xy").unwrap();
        assert_ne!(looks(), before);
    }

    #[test]
    fn a_folder_that_has_gone_is_told_and_found_again() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("disk");
        let mut eye = FolderEye::new(path.clone(), || {});
        let told = |failure: Failure| {
            let text = format!("{}: {} {}", failure.code.word(), failure.what, failure.fix);
            text.replace(&path.display().to_string(), "FOLDER")
        };
        insta::assert_snapshot!(told(eye.look().unwrap_err()), @"missing_file: The folder FOLDER isn't there. Connect the disk that it is on, or make it again; it is watched again by itself.");
        std::fs::write(&path, b"a file").unwrap();
        insta::assert_snapshot!(told(eye.look().unwrap_err()), @"missing_file: FOLDER is not a folder. Choose the folder that the recordings are in.");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("talk.mp3"), b"x").unwrap();
        assert_eq!(eye.look().unwrap().len(), 1);
    }

    #[test]
    fn a_new_file_stirs_and_a_look_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let stirred = Arc::new(AtomicUsize::new(0));
        let counter = stirred.clone();
        let mut eye = FolderEye::new(folder.path().to_owned(), move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        for _ in 0..3 {
            eye.look().unwrap();
        }
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(stirred.load(Ordering::SeqCst), 0);
        std::fs::write(folder.path().join("talk.mp3"), b"x").unwrap();
        let began = Instant::now();
        while stirred.load(Ordering::SeqCst) == 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "nothing stirred");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
