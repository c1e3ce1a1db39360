//! What a document may do to the process that reads it, and that it does nothing else: this program starts itself.
//!
//! The faults are played by [`misbehave`] in the child, where the parser would have them.

#![expect(clippy::unwrap_used, reason = "these are tests, though not of the built-in harness")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use debrief_connect::documents::{DocumentReader, DocumentText, ReadError, Unreadable, serve_if_asked_after};
use libtest_mimic::{Arguments, Failed, Trial};

/// Names the document that this process is to read and not to survive.
const DOOMED: &str = "DEBRIEF_TEST_DOOMED";

fn main() {
    if serve_if_asked_after(misbehave) {
        return;
    }
    if let Some(file) = std::env::var_os(DOOMED) {
        die_while_reading(Path::new(&file));
    }
    let tests = vec![
        test("documents::a_child_gives_the_text", a_child_gives_the_text),
        test("documents::a_child_says_why_there_is_no_text", a_child_says_why_there_is_no_text),
        test("documents::an_endless_loop_ends_at_the_limit", an_endless_loop_ends_at_the_limit),
        test("documents::a_stop_ends_the_child_at_once", a_stop_ends_the_child_at_once),
        test("documents::a_crash_costs_the_document_alone", a_crash_costs_the_document_alone),
        test("documents::a_child_inherits_no_secret", a_child_inherits_no_secret),
        test("documents::what_a_parser_prints_is_no_answer", what_a_parser_prints_is_no_answer),
        #[cfg(target_os = "linux")]
        test("documents::a_hoarder_meets_its_limit", a_hoarder_meets_its_limit),
        test("documents::a_child_ends_with_its_parent", a_child_ends_with_its_parent),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

fn test(name: &str, body: impl Fn() + Send + 'static) -> Trial {
    // A panic is a failure, as everywhere.
    Trial::test(name, move || -> Result<(), Failed> {
        body();
        Ok(())
    })
}

/// In the child: does what the document is called after.
#[expect(clippy::print_stdout, reason = "the parser may print as well")]
fn misbehave(file: &Path) {
    let beside =
        |extension: &str, text: String| std::fs::write(file.with_extension(extension), text).unwrap();
    beside("pid", std::process::id().to_string());
    match file.file_stem().unwrap().to_str().unwrap() {
        "loops" => loop {
            std::hint::spin_loop();
        },
        "aborts" => std::process::abort(),
        "panics" => panic!("as the parser might"),
        "overflows" => drop(deeper(0)),
        "hoards" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            // If nothing stops it at two gigabytes, it stops by itself before the machine suffers.
            while hoard.len() < 48 {
                hoard.push(vec![1; 64 << 20]);
                beside("bytes", (hoard.len() << 26).to_string());
            }
        }
        "tells" => beside("env", std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect()),
        "prints" => println!("{{\"Ok\": 1}}"),
        // Any other document is simply read.
        _ => (),
    }
}

fn deeper(depth: u64) -> u64 {
    let on_the_stack = std::hint::black_box([depth; 512]);
    // No stack is deep enough for that many.
    if depth == u64::MAX { 0 } else { deeper(depth + 1) + on_the_stack[3] }
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn document(&self, fixture: &str, name: &str) -> PathBuf {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/documents/testdata");
        let file = self.folder.path().join(name).with_extension("pdf");
        std::fs::copy(testdata.join(fixture), &file).unwrap();
        file
    }

    fn beside(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(file)).ok().filter(|text| !text.is_empty())
    }

    /// A child that has begun with the document called `name`.
    fn child(&self, name: &str) -> u32 {
        let file = format!("{name}.pid");
        eventually(|| self.beside(&file).is_some());
        self.beside(&file).unwrap().parse().unwrap()
    }
}

fn read(file: &Path, limit: Duration, stop: impl Future<Output = ()>) -> Result<DocumentText, ReadError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(DocumentReader::new().with_time_limit(limit).read(file, stop))
}

fn read_called(name: &str) -> Result<DocumentText, ReadError> {
    let desk = Desk::new();
    let file = desk.document("english.pdf", name);
    let read = read(&file, Duration::from_secs(60), std::future::pending());
    assert_ne!(desk.child(name), std::process::id());
    read
}

fn a_child_gives_the_text() {
    let read = read_called("agenda").unwrap();
    assert!(read.text.starts_with("Agenda of the planning meeting\n"), "{}", read.text);
    assert_eq!((read.pages, read.pages_read, read.truncated), (2, 2, false));
}

fn a_child_says_why_there_is_no_text() {
    for (fixture, why) in [
        ("password.pdf", Unreadable::Encrypted),
        ("scan.pdf", Unreadable::Scanned),
        ("garbage.pdf", Unreadable::Garbage),
        ("truncated.pdf", Unreadable::Damaged),
    ] {
        let desk = Desk::new();
        let read = read(&desk.document(fixture, "agenda"), Duration::from_secs(60), std::future::pending());
        assert_eq!(read, Err(ReadError::Unreadable(why)));
    }
}

fn an_endless_loop_ends_at_the_limit() {
    let desk = Desk::new();
    let file = desk.document("english.pdf", "loops");
    let read = read(&file, Duration::from_secs(3), std::future::pending());
    assert_eq!(read, Err(ReadError::Unreadable(Unreadable::TookTooLong)));
    let child = desk.child("loops");
    eventually(|| !runs(child));
}

fn a_stop_ends_the_child_at_once() {
    let desk = Desk::new();
    let file = desk.document("english.pdf", "loops");
    let begun = async {
        while desk.beside("loops.pid").is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert_eq!(read(&file, Duration::from_secs(600), begun), Err(ReadError::Stopped));
    let child = desk.child("loops");
    eventually(|| !runs(child));
}

fn a_crash_costs_the_document_alone() {
    for fault in ["aborts", "panics", "overflows"] {
        assert_eq!(read_called(fault), Err(ReadError::Unreadable(Unreadable::Crashed)), "{fault}");
    }
}

#[cfg(target_os = "linux")]
fn a_hoarder_meets_its_limit() {
    let desk = Desk::new();
    let file = desk.document("english.pdf", "hoards");
    let read = read(&file, Duration::from_secs(120), std::future::pending());
    assert_eq!(read, Err(ReadError::Unreadable(Unreadable::Crashed)));
    let hoarded: u64 = desk.beside("hoards.bytes").unwrap().parse().unwrap();
    assert!((500_000_000..2_000_000_000).contains(&hoarded), "{hoarded}");
}

fn a_child_inherits_no_secret() {
    let desk = Desk::new();
    let file = desk.document("english.pdf", "tells");
    // The environment of this process can't be changed while threads run: a process between has the secret.
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .env(DOOMED, &file)
        .env("DEBRIEF_GOOGLE_ACCESS_TOKEN", "a secret")
        .status();
    assert!(!status.unwrap().success());
    // The child has told something at all.
    let told = desk.beside("tells.env").unwrap();
    assert!(told.contains("PATH="), "{told}");
    assert!(!told.contains("DEBRIEF"), "{told}");
    assert!(!told.contains("HOME="), "{told}");
}

fn what_a_parser_prints_is_no_answer() {
    assert!(read_called("prints").unwrap().text.starts_with("Agenda"));
}

fn a_child_ends_with_its_parent() {
    let desk = Desk::new();
    let file = desk.document("english.pdf", "loops");
    let status = std::process::Command::new(std::env::current_exe().unwrap()).env(DOOMED, &file).status();
    assert!(!status.unwrap().success());
    let child = desk.child("loops");
    eventually(|| !runs(child));
}

/// A program that goes down without a farewell: once its child loops, or once the document is read.
fn die_while_reading(file: &Path) -> ! {
    let looping = async {
        while !(file.ends_with("loops.pdf") && file.with_extension("pid").exists()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        std::process::abort()
    };
    let _ = read(file, Duration::from_secs(600), looping);
    std::process::abort()
}

/// A process that has ended but was not yet asked for its status runs no more.
fn runs(process: u32) -> bool {
    let state = if cfg!(target_os = "linux") {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // "1234 (name) R …": the name may hold anything.
        stat.rsplit_once(") ").map(|(_, state)| state.to_owned()).unwrap_or_default()
    } else {
        let told =
            std::process::Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output();
        String::from_utf8(told.unwrap().stdout).unwrap().trim().to_owned()
    };
    !state.is_empty() && !state.starts_with('Z')
}

fn eventually(mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < patience, "it never came to pass");
        std::thread::sleep(Duration::from_millis(20));
    }
}
