//! An installation in a folder of its own, and recordings to feed it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use debrief_app::{App, Home};
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::view::{Group, JobView};
use tempfile::TempDir;

/// Far more than any of these short recordings takes, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) struct Installation {
    folder: PathBuf,
    _removed_at_the_end: Option<TempDir>,
}

impl Installation {
    pub(crate) fn new() -> Installation {
        let folder = tempfile::tempdir().unwrap();
        Installation { folder: folder.path().to_owned(), _removed_at_the_end: Some(folder) }
    }

    /// In a folder that is there and that somebody else removes.
    pub(crate) fn on(folder: &Path) -> Installation {
        Installation { folder: folder.to_owned(), _removed_at_the_end: None }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn home(&self) -> Home {
        Home::in_folder(self.path())
    }

    pub(crate) async fn open(&self) -> App {
        App::open(self.home()).await.unwrap()
    }

    pub(crate) fn pages_folder(&self) -> PathBuf {
        self.home().default_pages_folder().to_owned()
    }

    /// The names of the pages, in order.
    pub(crate) fn pages(&self) -> Vec<String> {
        names(&self.pages_folder())
    }

    /// The folders of temporary files that are left.
    pub(crate) fn temporary(&self) -> Vec<String> {
        names(&self.home().jobs_folder())
    }

    /// A file in the installation's folder with these bytes.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A committed recording.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/connect/tests/fixtures").join(name)
}

/// A committed document.
pub(crate) fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/connect/src/documents/testdata").join(name)
}

/// A committed transcript.
pub(crate) fn transcript(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core/src/captions/testdata").join(name)
}

pub(crate) fn submit(app: &App, recording: &Path) -> JobId {
    app.submit(RecordingLink::Local { path: recording.to_owned() }, Vec::new()).unwrap()
}

/// The job's view once `reached` says so.
pub(crate) async fn until(app: &App, id: JobId, reached: impl Fn(&JobView) -> bool) -> JobView {
    let began = Instant::now();
    loop {
        let view = app.status(id).unwrap();
        if reached(&view) {
            return view;
        }
        assert!(began.elapsed() < PATIENCE, "still {view:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The job's view once it has ended or needs the person.
pub(crate) async fn settled(app: &App, id: JobId) -> JobView {
    until(app, id, |view| matches!(view.group, Group::Done | Group::NeedsYou)).await
}

/// Shuts the app down until its database is one whole file.
pub(crate) async fn closed(installation: &Installation, app: App) {
    app.shutdown().await;
    drop(app);
    // The last connection to close brings what is in SQLite's log into the database and removes the log.
    let log = installation.path().join("debrief.db-wal");
    let began = Instant::now();
    while log.exists() {
        assert!(began.elapsed() < PATIENCE, "the database is still open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}
