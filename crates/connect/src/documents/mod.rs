//! The text of documents that come with a recording. Only PDFs are read.
//!
//! A parser of PDFs meets files that make it loop, overflow its stack or eat all memory. So it runs in a process of its
//! own: this program, started once more for one document ([`serve_if_asked`]).

mod child;
mod failures;
mod judge;
mod look;
mod pdf;
#[cfg(test)]
mod tests;
mod tidy;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

pub use child::{serve_if_asked, serve_if_asked_after};
pub use failures::warning;

/// The longest text that is kept of a document, in bytes: some 400 full pages, far more than any prompt takes.
pub const MAX_TEXT_BYTES: usize = 2_000_000;

/// The largest document that is opened, in bytes: the parser holds all of it in memory, twice.
pub const MAX_FILE_BYTES: u64 = 200_000_000;

/// Pages behind this one are not read. A damaged document may claim to have millions.
pub const MAX_PAGES: usize = 5_000;

/// How long one document may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Objects in a PDF lie in each other, and the parser goes down by recursion.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentText {
    /// The pages that could be read, an empty line between two of them.
    pub text: String,
    /// Pages that the document says it has.
    pub pages: u32,
    /// Pages that could be read, the empty ones among them.
    pub pages_read: u32,
    /// The document goes on: it is longer than [`MAX_TEXT_BYTES`] or [`MAX_PAGES`], or its time was up.
    pub truncated: bool,
}

/// Why a document gave no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unreadable {
    /// Another kind of file.
    NotPdf {
        /// What it is, for example "a text file".
        what: String,
    },
    /// It opens with a password only.
    Encrypted,
    /// Pages without a text layer.
    Scanned,
    /// What came out is no language: the fonts don't say which letters they draw.
    Garbage,
    /// The file ends early or makes no sense.
    Damaged,
    /// Larger than [`MAX_FILE_BYTES`].
    TooLarge {
        /// Size of the file, in bytes.
        size_bytes: u64,
    },
    /// It took longer than its time limit.
    TookTooLong,
    /// The parser broke off: a panic, no stack or memory left.
    Crashed,
    /// The file can't be read from its disk.
    Io(IoTrouble),
}

/// What the system says about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IoTrouble {
    /// There is no such file.
    Missing,
    /// The system refuses to open it.
    Forbidden,
    /// A folder, a device or a pipe.
    NotAFile,
    /// Anything else: the disk or the network drive.
    Broken,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidFilename, IsADirectory, NotADirectory, NotFound, PermissionDenied};
        Unreadable::Io(match error.kind() {
            NotFound | NotADirectory | InvalidFilename => IoTrouble::Missing,
            PermissionDenied => IoTrouble::Forbidden,
            IsADirectory => IoTrouble::NotAFile,
            // Whatever else the system says, the remedy is the same.
            _ => IoTrouble::Broken,
        })
    }
}

/// Why [`DocumentReader::read`] came back without a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It was asked to stop.
    Stopped,
    /// The document gave none.
    Unreadable(Unreadable),
}

/// A reader that keeps what a document does to its parser away from the app.
#[derive(Debug, Clone)]
pub struct DocumentReader {
    /// What is started to read a document; none means a thread.
    program: Option<PathBuf>,
    limit: Duration,
}

impl DocumentReader {
    /// A reader whose parser runs in a process of its own if [`serve_if_asked`] was called in `main`. Otherwise it runs in
    /// a thread, which neither a stack overflow nor an abort spares the app, and which an endless loop never leaves.
    pub fn new() -> Self {
        Self { program: child::program(), limit: TIME_LIMIT }
    }

    /// The same reader with another time limit.
    pub fn with_time_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Reads the document at `file`, unless `stop` resolves first.
    pub async fn read(&self, file: &Path, stop: impl Future<Output = ()>) -> Result<DocumentText, ReadError> {
        tokio::select! {
            biased;
            () = stop => Err(ReadError::Stopped),
            read = tokio::time::timeout(self.limit, self.read_unbounded(file)) => {
                read.unwrap_or(Err(Unreadable::TookTooLong)).map_err(ReadError::Unreadable)
            }
        }
    }

    async fn read_unbounded(&self, file: &Path) -> Result<DocumentText, Unreadable> {
        let file = std::path::absolute(file)?;
        // A network drive may take its time to answer.
        let look = tokio::task::spawn_blocking({
            let file = file.clone();
            move || look::look(&file)
        });
        look.await.unwrap_or(Err(Unreadable::Crashed))?;
        // Pages that are slow but sane leave with what there is before the time is up.
        let for_pages = self.limit.mul_f64(0.8);
        if let Some(program) = &self.program {
            match child::read(program, &file, for_pages).await {
                Ok(read) => return read,
                // An update replaced the program, or there are too many processes: better read with less care.
                Err(error) => tracing::warn!(%error, "reading a document without a process of its own"),
            }
        }
        in_a_thread(file, for_pages).await
    }
}

impl Default for DocumentReader {
    fn default() -> Self {
        Self::new()
    }
}

async fn in_a_thread(file: PathBuf, for_pages: Duration) -> Result<DocumentText, Unreadable> {
    let (answer, answered) = oneshot::channel();
    let work = move || {
        let deadline = Instant::now() + for_pages;
        // Nobody waits any longer after a stop.
        let read = pdf::read(&file, &|| answer.is_closed() || Instant::now() >= deadline);
        let _ = answer.send(read);
    };
    std::thread::Builder::new().name("document".into()).stack_size(STACK_BYTES).spawn(work)?;
    // A panic ends the thread, and its end of the channel with it.
    answered.await.unwrap_or(Err(Unreadable::Crashed))
}
