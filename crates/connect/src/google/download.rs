//! A file of Drive → a file on disk: streamed, resumed where it was cut, checked at the end.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use debrief_core::failure::Failure;
use debrief_core::stage::{Progress, StageCx, StepError, StepResult, Stopped};
use md5::Md5;
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::mpsc;

use super::drive::{CallError, Drive, FileMeta};
use super::errors::{DriveError, damaged};
use crate::inflow::{CHUNKS_AHEAD, checksum, length, range, write};

/// How often a file is begun again because it was changed or came out wrong.
const MAX_RESTARTS: u32 = 3;
/// A cut connection is taken up again at once if it brought at least this much, or a hundredth of the file; otherwise the
/// job waits a little.
const WORTH_GOING_ON_BYTES: u64 = 64 << 10;
/// How many steps of a download are told to followers in other processes.
const BOOKMARKS: u64 = 20;

/// What is being fetched, so that another version is never added to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bookmark {
    id: String,
    revision: Option<String>,
    md5: Option<String>,
}

impl Bookmark {
    fn of(meta: &FileMeta) -> Bookmark {
        Bookmark {
            id: meta.id.clone(),
            revision: meta.head_revision_id.clone(),
            md5: meta.md5_checksum.clone(),
        }
    }
}

/// Where one download goes on and who is told.
pub(super) struct Download<'a> {
    pub(super) drive: &'a Drive,
    pub(super) account: &'a str,
    pub(super) key: Option<&'a str>,
    pub(super) to: PathBuf,
    /// The job's context; the recording alone reports progress and keeps a bookmark in it.
    pub(super) cx: &'a StageCx,
    pub(super) is_recording: bool,
}

impl Download<'_> {
    /// Fetches `meta`'s file; answers with what it was in the end, should it have changed on the way.
    pub(super) async fn run(&self, meta: FileMeta) -> StepResult<FileMeta> {
        let mut meta = meta;
        let kept: Option<Bookmark> = if self.is_recording { self.cx.bookmark() } else { None };
        if kept != Some(Bookmark::of(&meta)) {
            remove(&self.to)?;
            self.note(&meta, 0)?;
        }
        for _ in 0..=MAX_RESTARTS {
            match self.until_the_end(&meta).await? {
                End::Whole => return Ok(meta),
                End::Changed(newer) => meta = *newer,
                End::Wrong => meta = self.look_again(&meta).await?,
            }
            remove(&self.to)?;
            self.note(&meta, 0)?;
        }
        Err(damaged().because("it came out wrong several times").into())
    }

    /// Fetches a Google document as a file of that type. It has no size and no checksum; it is whole when its connection ended well.
    pub(super) async fn export(&self, meta: &FileMeta, mime: &str) -> StepResult<()> {
        remove(&self.to)?;
        let asked = self.drive.export(self.account, &meta.id, self.key, mime);
        let answer = tokio::select! {
            () = self.cx.stop_requested() => return Err(Stopped.into()),
            answer = asked => answer.map_err(Failure::from)?,
        };
        match self.pour(answer, &FileMeta { size: None, ..meta.clone() }, 0).await {
            Ok(()) => Ok(()),
            Err(Cut::Stopped) => Err(Stopped.into()),
            Err(Cut::Disk(failure)) => Err(failure.into()),
            Err(Cut::Wrong) => Err(damaged().into()),
            Err(Cut::Call(error)) => Err(Failure::from(error).into()),
        }
    }

    /// Reads on from what is on disk, over as many connections as it takes.
    async fn until_the_end(&self, meta: &FileMeta) -> StepResult<End> {
        let mut first = true;
        loop {
            let had = length(&self.to);
            if had > 0 && !first {
                let now = self.look_again(meta).await?;
                if Bookmark::of(&now) != Bookmark::of(meta) {
                    return Ok(End::Changed(Box::new(now)));
                }
            }
            first = false;
            if meta.size.is_some_and(|size| had > size) {
                return Ok(End::Wrong);
            }
            if meta.size == Some(had) && had > 0 {
                return self.verified(meta).await;
            }
            match self.one_connection(meta, had).await {
                // Without a size, or a byte, the end is where the connection ended well.
                Ok(()) if meta.size.is_none_or(|size| size == 0) => return self.verified(meta).await,
                Ok(()) => {}
                Err(Cut::Stopped) => return Err(Stopped.into()),
                Err(Cut::Disk(failure)) => return Err(failure.into()),
                Err(Cut::Wrong) => return Ok(End::Wrong),
                Err(Cut::Call(CallError::Drive(DriveError::OutOfRange))) => return Ok(End::Wrong),
                Err(Cut::Call(error @ CallError::Drive(DriveError::Unreachable(_)))) => {
                    let share = meta.size.unwrap_or(u64::MAX) / 100;
                    if length(&self.to) < had + share.clamp(1, WORTH_GOING_ON_BYTES) {
                        return Err(Failure::from(error).into());
                    }
                }
                Err(Cut::Call(error)) => return Err(Failure::from(error).into()),
            }
        }
    }

    async fn one_connection(&self, meta: &FileMeta, had: u64) -> Result<(), Cut> {
        let asked = self.drive.bytes(self.account, &meta.id, self.key, had);
        let answer = tokio::select! {
            () = self.cx.stop_requested() => return Err(Cut::Stopped),
            answer = asked => answer.map_err(Cut::Call)?,
        };
        let at = if answer.status() == StatusCode::PARTIAL_CONTENT {
            // A range that begins elsewhere would be put in the wrong place.
            if range(&answer).map(|(from, _)| from) != Some(had) {
                return Err(Cut::Wrong);
            }
            had
        } else {
            0
        };
        self.pour(answer, meta, at).await
    }

    /// Lets the answer flow into the file from `at` on.
    async fn pour(&self, mut answer: Response, meta: &FileMeta, at: u64) -> Result<(), Cut> {
        let (chunks, taken) = mpsc::channel::<Bytes>(CHUNKS_AHEAD);
        let to = self.to.clone();
        let writer = tokio::task::spawn_blocking(move || write(&to, at, taken, |_| {}));
        let mut done = at;
        let mut noted = at;
        let step = (meta.size.unwrap_or(0) / BOOKMARKS).max(8 << 20);
        let end = loop {
            let chunk = tokio::select! {
                () = self.cx.stop_requested() => break Err(Cut::Stopped),
                chunk = answer.chunk() => chunk,
            };
            let chunk = match chunk {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break Ok(()),
                Err(error) => break Err(Cut::Call(DriveError::broken(error).into())),
            };
            done += chunk.len() as u64;
            if meta.size.is_some_and(|size| done > size) {
                break Err(Cut::Wrong);
            }
            if chunks.send(chunk).await.is_err() {
                // The writer has ended, and says why below.
                break Ok(());
            }
            if self.is_recording {
                self.cx.progress(Progress::bytes(done, meta.size));
            }
            if done >= noted + step {
                noted = done;
                self.note(meta, done).map_err(Cut::Disk)?;
            }
        };
        drop(chunks);
        let written = writer.await.map_err(|error| Cut::Disk(Failure::internal(error)))?;
        written.map_err(|error| Cut::Disk(self.disk(&error)))?;
        end?;
        if meta.size.is_some_and(|size| done < size) {
            // Fewer bytes than the file has, and yet an end: what was sent is not the file.
            return Err(Cut::Call(DriveError::Unreachable("the answer ended early".to_owned()).into()));
        }
        Ok(())
    }

    /// Whether the whole file is what Drive says that it has.
    async fn verified(&self, meta: &FileMeta) -> StepResult<End> {
        let (to, sha256, md5) = (self.to.clone(), meta.sha256_checksum.clone(), meta.md5_checksum.clone());
        let check = tokio::task::spawn_blocking(move || match (sha256, md5) {
            (Some(sha256), _) => checksum::<Sha256>(&to).map(|sum| sum.eq_ignore_ascii_case(&sha256)),
            (None, Some(md5)) => checksum::<Md5>(&to).map(|sum| sum.eq_ignore_ascii_case(&md5)),
            (None, None) => Ok(true),
        });
        let checked = tokio::select! {
            () = self.cx.stop_requested() => return Err(Stopped.into()),
            checked = check => checked.map_err(Failure::internal)?,
        };
        let good = checked.map_err(|error| self.disk(&error))?;
        Ok(if good { End::Whole } else { End::Wrong })
    }

    async fn look_again(&self, meta: &FileMeta) -> StepResult<FileMeta> {
        tokio::select! {
            () = self.cx.stop_requested() => Err(Stopped.into()),
            now = self.drive.metadata(self.account, &meta.id, self.key) => Ok(now.map_err(Failure::from)?),
        }
    }

    fn note(&self, meta: &FileMeta, done: u64) -> Result<(), Failure> {
        if !self.is_recording {
            return Ok(());
        }
        let fraction = meta.size.filter(|size| *size > 0).map_or(0.0, |size| done as f64 / size as f64);
        self.cx.save_bookmark(&Bookmark::of(meta), fraction)
    }

    fn disk(&self, error: &io::Error) -> Failure {
        disk_failure(self.cx.folder(), error)
    }
}

enum End {
    Whole,
    Changed(Box<FileMeta>),
    Wrong,
}

enum Cut {
    Stopped,
    Wrong,
    Disk(Failure),
    Call(CallError),
}

/// What the disk says while something is fetched.
pub(super) fn disk_failure(folder: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::StorageFull {
        return Failure::disk_full("fetching the recording", &folder.display().to_string());
    }
    Failure::store(error)
}

fn remove(file: &Path) -> StepResult<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StepError::Failed(Failure::store(error)))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use axum::Router;
    use axum::extract::{Query, State};
    use axum::routing::get;
    use debrief_core::secret::Secret;
    use serde_json::json;

    use super::*;
    use crate::google::{Account, AccountBook, Accounts, DriveSource, Endpoints};
    use crate::keychain::{Keep, Secrets};
    use crate::media::testing::Recorder;

    struct NoBook;

    impl AccountBook for NoBook {
        fn accounts(&self) -> Result<Vec<Account>, Failure> {
            Ok(Vec::new())
        }
        fn put(&self, _: &Account) -> Result<(), Failure> {
            Ok(())
        }
        fn remove(&self, _: &str) -> Result<(), Failure> {
            Ok(())
        }
    }

    /// A Drive whose only file is an empty one; it counts how often the bytes are asked for.
    async fn drive_of_an_empty_file(asked: Arc<AtomicUsize>) -> Drive {
        let file = async |State(asked): State<Arc<AtomicUsize>>,
                          Query(query): Query<HashMap<String, String>>| {
            if query.contains_key("alt") {
                asked.fetch_add(1, Ordering::SeqCst);
                return Vec::new();
            }
            let meta = json!({ "id": "1a", "name": "weekly.vtt", "mimeType": "text/vtt", "size": "0" });
            meta.to_string().into_bytes()
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base: url::Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let routes = Router::new().route("/files/1a", get(file)).with_state(asked);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let endpoints =
            Endpoints { auth: base.clone(), token: base.clone(), revoke: base.clone(), drive: base };
        let secrets = Secrets::new(Keep::Session, "test", "unused".into());
        let token = Some(Secret::new("token"));
        Drive::new(Arc::new(Accounts::new("test", endpoints, None, Arc::new(NoBook), secrets, token)))
    }

    #[tokio::test]
    async fn a_file_without_a_byte_is_fetched_once() {
        let (folder, asked) = (tempfile::tempdir().unwrap(), Arc::<AtomicUsize>::default());
        let source = DriveSource::new(drive_of_an_empty_file(asked.clone()).await);
        let (cx, to) = (Recorder::new().cx(folder.path()), folder.path().join("attachment"));
        let fetched = source.document("1a", None, to.clone(), &cx);
        assert!(tokio::time::timeout(Duration::from_secs(10), fetched).await.expect("it ends").is_ok());
        assert_eq!((length(&to), to.exists(), asked.load(Ordering::SeqCst)), (0, true, 1));
    }
}
