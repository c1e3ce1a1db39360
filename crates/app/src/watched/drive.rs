//! Watched folders in Drive: asked from time to time for what changed since the last time.

use std::sync::Arc;
use std::time::Duration;

use debrief_connect::FileBeside;
use debrief_connect::google::{Drive, DriveFolder, NewRecording, Seen};
use debrief_core::failure::{Failure, Retry};
use debrief_core::link::RecordingLink;
use debrief_runtime::store::{GrowingFile, WatchedFile, WatchedFolder, WatchedPlace};
use jiff::Timestamp;

use super::{Watch, WatchPace, Whole, alone};

/// Pages of changes that are read at a time; the rest comes the next time.
const PAGES_AT_A_TIME: usize = 50;
/// Growing files that are looked at at a time, those that have rested longest first.
const LOOKS_AT_A_TIME: u32 = 100;

/// Watches for as long as this process lives.
pub(super) async fn watch(watch: Arc<Watch>) {
    loop {
        watch.turn().await;
        for folder in watch.folders() {
            if let Some(at) = place(&folder) {
                let outcome = alone(ask(watch.clone(), folder.clone(), at)).await;
                watch.note(&folder, outcome);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(watch.pace.drive) => {}
            () = watch.drive_stirred.notified() => {}
        }
    }
}

fn place(folder: &WatchedFolder) -> Option<DriveFolder> {
    match folder.place.clone() {
        WatchedPlace::Drive { id, resource_key, account, shared_drive } => {
            Some(DriveFolder { id, resource_key, account, shared_drive })
        }
        WatchedPlace::Local { .. } => None,
    }
}

/// One look at a folder.
struct Round<'a> {
    watch: &'a Watch,
    folder: &'a WatchedFolder,
    at: &'a DriveFolder,
    drive: &'a Drive,
    now: Timestamp,
}

/// Handles what changed in a folder, then looks at the files that were not whole before.
async fn ask(watch: Arc<Watch>, folder: WatchedFolder, at: DriveFolder) -> Result<(), Failure> {
    let steps = watch.steps.now();
    let drive = steps.drive();
    drive.check_folder(&at).await?;
    let round = Round { watch: &watch, folder: &folder, at: &at, drive, now: Timestamp::now() };
    let mut cursor = folder.cursor.clone();
    for _ in 0..PAGES_AT_A_TIME {
        let changes = match &cursor {
            Some(cursor) => drive.folder_changes(&at, cursor).await?,
            None => None,
        };
        let Some(changes) = changes else {
            round.begin_anew().await?;
            break;
        };
        for seen in changes.files {
            round.consider(seen).await?;
        }
        // Only now: whatever is not handled is told again.
        watch.store.set_watch_cursor(folder.id, &changes.cursor)?;
        if changes.is_all {
            break;
        }
        cursor = Some(changes.cursor);
    }
    for file in watch.store.growing_files(folder.id, LOOKS_AT_A_TIME)? {
        let seen = drive.look_from_folder(&at, &file.file, file.key.as_deref()).await?;
        round.consider(seen).await?;
    }
    Ok(())
}

impl Round<'_> {
    /// Drive has forgotten what changed since the last time, so whatever is in the folder is looked at.
    async fn begin_anew(&self) -> Result<(), Failure> {
        let cursor = self.drive.folder_cursor(self.at).await?;
        for seen in self.drive.folder_recordings(self.at).await? {
            self.consider(seen).await?;
        }
        Ok(self.watch.store.set_watch_cursor(self.folder.id, &cursor)?)
    }

    async fn consider(&self, seen: Seen) -> Result<(), Failure> {
        let (store, folder, now) = (&self.watch.store, self.folder.id, self.now);
        let known = store.watched_file(folder, seen.id())?;
        let looks_like = match known {
            Some(WatchedFile::Before | WatchedFile::Taken) => return Ok(()),
            Some(WatchedFile::Growing { looks, since }) => Some((looks, since)),
            None => None,
        };
        match seen {
            Seen::Other { id } if looks_like.is_some() => store.forget_growing(folder, &id)?,
            Seen::Other { .. } => {}
            Seen::Recording(recording) => match rested(&recording, looks_like, now) {
                None => {
                    let file = GrowingFile { file: recording.id, key: recording.resource_key };
                    store.note_growing(folder, &file, &recording.looks, now)?;
                }
                Some(time) if is_whole(&recording, time, now, self.watch.pace) => {
                    let companions = self.companions(&recording).await?;
                    let NewRecording { id, name, resource_key, .. } = recording;
                    let link = RecordingLink::Drive { id: id.clone(), resource_key };
                    self.watch.take(folder, Whole { file: id, name, link, companions })?;
                }
                Some(_) => {}
            },
        }
        Ok(())
    }

    /// Chats and lists of those who were there, beside a recording, if they are wanted.
    async fn companions(&self, recording: &NewRecording) -> Result<Vec<FileBeside>, Failure> {
        if !self.folder.companions {
            return Ok(Vec::new());
        }
        match self.drive.beside_in_folder(self.at, recording).await {
            Ok(beside) => Ok(beside.companions),
            // Now the recording could not be fetched either. It is taken the next time, with all that belongs to it.
            Err(failure) if matches!(failure.retry, Retry::Later { .. }) => Err(failure),
            Err(failure) => {
                tracing::debug!(what = failure.what, "nothing can be looked for beside a recording");
                Ok(Vec::new())
            }
        }
    }
}

/// How long a recording has looked the same; `None` when it looks different, or when the clock was put back.
fn rested(recording: &NewRecording, before: Option<(String, Timestamp)>, now: Timestamp) -> Option<Duration> {
    let (_, since) = before.filter(|(looks, _)| *looks == recording.looks)?;
    Duration::try_from(now.duration_since(since)).ok()
}

fn is_whole(recording: &NewRecording, rested: Duration, now: Timestamp, pace: WatchPace) -> bool {
    // Either side of now: the clocks of this computer and of Google may differ.
    let age = recording.modified.map(|modified| now.duration_since(modified).unsigned_abs());
    !recording.is_empty && rested >= pace.drive && age.is_none_or(|age| age >= pace.drive_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn recording(modified: Option<i64>) -> NewRecording {
        NewRecording {
            id: "1a".to_owned(),
            name: "talk.mp3".to_owned(),
            resource_key: None,
            looks: "9 r c".to_owned(),
            is_empty: false,
            modified: modified.map(at),
        }
    }

    #[test]
    fn only_what_looks_the_same_has_rested() {
        let before = |looks: &str, second| Some((looks.to_owned(), at(second)));
        assert_eq!(rested(&recording(None), before("9 r c", 0), at(60)), Some(S(60)));
        assert_eq!(rested(&recording(None), before("8 q b", 0), at(60)), None);
        assert_eq!(rested(&recording(None), None, at(60)), None);
        assert_eq!(rested(&recording(None), before("9 r c", 61), at(60)), None, "the clock was put back");
    }

    #[test]
    fn a_recording_is_whole_when_it_has_rested_long_enough() {
        let pace = WatchPace { drive: S(60), drive_rest: S(30), local: S(30), local_rest: S(5) };
        let whole = |modified, rested| is_whole(&recording(modified), S(rested), at(100), pace);
        assert!(whole(Some(0), 60) && whole(None, 60) && whole(Some(70), 61));
        assert!(!whole(Some(0), 59), "too early");
        assert!(!whole(Some(71), 60), "changed just now");
        assert!(whole(Some(1_000), 60), "a clock that is wrong must not hold it up");
        assert!(!is_whole(&NewRecording { is_empty: true, ..recording(None) }, S(60), at(100), pace));
    }
}
