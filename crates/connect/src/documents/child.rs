//! A process for one document: this program, started once more. It answers one line of JSON and ends.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::{DocumentText, MAX_TEXT_BYTES, STACK_BYTES, Unreadable, pdf};

/// The first argument of a process that is to read a document; then come the file and the milliseconds for its pages.
const ARGUMENT: &str = "--read-document";

/// JSON writes a letter in at most six bytes.
const ANSWER_BYTES: u64 = 6 * MAX_TEXT_BYTES as u64 + 10_000;

/// All the memory that the parser may ask for, in bytes: ten times the largest document.
#[cfg(target_os = "linux")]
const MEMORY_BYTES: u64 = 2_000_000_000;

/// What a program needs to find its libraries. Everything else stays behind, above all tokens.
const KEPT: [&str; 4] = ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SystemRoot", "PATH"];

/// The running program, once it has said that it can be started to read a document.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

pub(super) fn program() -> Option<PathBuf> {
    PROGRAM.get().cloned()
}

/// First thing in `main` of every program of Debrief: when this process was started to read a document, does that and
/// returns true; then `main` must end. Otherwise remembers that this program can be started so, and returns false.
pub fn serve_if_asked() -> bool {
    serve_if_asked_after(|_| ())
}

/// The same for tests: in the process that reads, and on its parser's thread, `first` is called with the document.
#[doc(hidden)]
pub fn serve_if_asked_after(first: fn(&Path)) -> bool {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|argument| argument != ARGUMENT) {
        if let Ok(program) = std::env::current_exe() {
            // A second call says the same.
            let _ = PROGRAM.set(program);
        }
        return false;
    }
    serve(arguments.next().unwrap_or_default().into(), arguments.next(), first);
    true
}

fn serve(file: PathBuf, milliseconds: Option<OsString>, first: fn(&Path)) {
    let milliseconds = milliseconds.and_then(|text| text.to_str()?.parse().ok()).unwrap_or(0);
    let deadline = Instant::now() + Duration::from_millis(milliseconds);
    limit_memory();
    end_with_the_parent();
    let parse = move || {
        first(&file);
        pdf::read(&file, &|| Instant::now() >= deadline)
    };
    let parser = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(parse);
    let read = match parser {
        Ok(parser) => parser.join().unwrap_or(Err(Unreadable::Crashed)),
        Err(error) => Err(error.into()),
    };
    if let Ok(answer) = serde_json::to_string(&read) {
        // A line of its own, whatever the parser has printed. If nobody listens any more, nobody misses it.
        let _ = writeln!(io::stdout(), "\n{answer}");
    }
}

/// A document may unfold without end. Only Linux holds a process to such a limit.
fn limit_memory() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
        // Where it is refused, a stricter one holds already.
        let _ = setrlimit(Resource::As, limit(MEMORY_BYTES));
        // A crash is expected here and needs no picture on the disk.
        let _ = setrlimit(Resource::Core, limit(0));
    }
}

/// The parent holds the other end of stdin and never writes. When the end comes, the parent has gone, however it went.
fn end_with_the_parent() {
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(1);
    });
}

/// Lets `program` read the document; `for_pages` is the time after which no further page is begun. An error is one of
/// starting it. Whoever stops waiting ends the process.
pub(super) async fn read(
    program: &Path,
    file: &Path,
    for_pages: Duration,
) -> io::Result<Result<DocumentText, Unreadable>> {
    let mut command = Command::new(program);
    command
        .arg(ARGUMENT)
        .arg(file)
        .arg(for_pages.as_millis().to_string())
        .env_clear()
        .envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // No console window for a moment: CREATE_NO_WINDOW.
    #[cfg(windows)]
    command.creation_flags(0x0800_0000);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut said = Vec::new();
    let heard = stdout.take(ANSWER_BYTES).read_to_end(&mut said).await;
    // Half an answer or none: it crashed, or the system ended it for want of memory.
    Ok(heard.ok().and_then(|_| answer(&said)).unwrap_or(Err(Unreadable::Crashed)))
}

fn answer(said: &[u8]) -> Option<Result<DocumentText, Unreadable>> {
    let line = said.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    serde_json::from_slice(line).ok()
}
