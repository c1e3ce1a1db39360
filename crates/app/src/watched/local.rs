//! Watched folders on this computer: looked at when the system says that something changed, and from time to time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use debrief_connect::FileBeside;
use debrief_connect::local::{FolderEye, LocalRecording, beside};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::link::RecordingLink;
use debrief_runtime::store::{WatchedFolder, WatchedPlace};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Watch, Whole};

/// A disk or a network drive that takes longer must not keep the other folders waiting.
const LOOK_LIMIT: Duration = Duration::from_secs(10);

/// Watches for as long as this process lives.
pub(super) async fn watch(watch: Arc<Watch>) {
    let mut known: BTreeMap<Uuid, Looked> = BTreeMap::new();
    loop {
        watch.turn().await;
        let folders: Vec<(WatchedFolder, PathBuf)> = watch.folders().into_iter().filter_map(place).collect();
        known.retain(|id, _| folders.iter().any(|(folder, _)| folder.id == *id));
        for (folder, path) in folders {
            let looked = known.entry(folder.id).or_default();
            let outcome = looked.again(&watch, &folder, path).await;
            watch.note(&folder, outcome);
        }
        // However much is written, there is one look in that time.
        tokio::time::sleep(watch.pace.local_rest).await;
        if known.values().all(|looked| looked.growing.is_empty()) {
            tokio::select! {
                () = tokio::time::sleep(watch.pace.local) => {}
                () = watch.local_stirred.notified() => {}
            }
        }
    }
}

fn place(folder: WatchedFolder) -> Option<(WatchedFolder, PathBuf)> {
    match folder.place.clone() {
        WatchedPlace::Local { path } => Some((folder, path)),
        WatchedPlace::Drive { .. } => None,
    }
}

/// Chats and lists of those who were there, beside a recording, if they are wanted. The disk has just answered; should it do
/// so no more, the recording goes on without.
async fn companions(folder: &WatchedFolder, recording: &Path) -> Vec<FileBeside> {
    if !folder.companions {
        return Vec::new();
    }
    let recording = recording.to_owned();
    let looking = tokio::task::spawn_blocking(move || beside(&recording).companions);
    tokio::time::timeout(LOOK_LIMIT, looking).await.ok().and_then(Result::ok).unwrap_or_default()
}

type Look = (FolderEye, Result<Vec<LocalRecording>, Failure>);

/// What is known of a folder from the looks before. A new look finds every file again, so none of it is stored.
#[derive(Default)]
struct Looked {
    eye: Option<FolderEye>,
    /// A look that has not come back yet.
    looking: Option<JoinHandle<Look>>,
    /// New files by name: how they look, and since when.
    growing: BTreeMap<String, (String, Instant)>,
}

impl Looked {
    async fn again(&mut self, watch: &Watch, folder: &WatchedFolder, path: PathBuf) -> Result<(), Failure> {
        let found = self.look(watch, path).await?;
        let finished = watch.store.finished_files(folder.id)?;
        let now = Instant::now();
        let mut growing = BTreeMap::new();
        for recording in found.into_iter().filter(|recording| !finished.contains(&recording.name)) {
            let same = self.growing.get(&recording.name).filter(|(looks, _)| *looks == recording.looks);
            let since = same.map_or(now, |(_, since)| *since);
            if now - since >= watch.pace.local_rest && !recording.is_held() {
                let companions = companions(folder, &recording.path).await;
                let link = RecordingLink::Local { path: recording.path };
                let (file, name) = (recording.name, link.short_name());
                watch.take(folder.id, Whole { file, name, link, companions })?;
            } else {
                growing.insert(recording.name, (recording.looks, since));
            }
        }
        self.growing = growing;
        Ok(())
    }

    async fn look(&mut self, watch: &Watch, path: PathBuf) -> Result<Vec<LocalRecording>, Failure> {
        let shown = path.display().to_string();
        let mut looking = match self.looking.take() {
            Some(looking) => looking,
            None => {
                let stirred = watch.local_stirred.clone();
                let new = move || FolderEye::new(path, move || stirred.notify_one());
                let eye = self.eye.take();
                tokio::task::spawn_blocking(move || {
                    let mut eye = eye.unwrap_or_else(new);
                    let found = eye.look();
                    (eye, found)
                })
            }
        };
        match tokio::time::timeout(LOOK_LIMIT, &mut looking).await {
            Ok(Ok((eye, found))) => {
                self.eye = Some(eye);
                found
            }
            Ok(Err(panic)) => Err(Failure::internal(panic)),
            Err(_) => {
                // One look at a time, however long it takes.
                self.looking = Some(looking);
                Err(Failure::later(
                    FailureCode::TimedOut,
                    format!("The disk or network drive of the folder {shown} doesn't answer."),
                    "Check that it is connected; it is watched again by itself.",
                ))
            }
        }
    }
}
