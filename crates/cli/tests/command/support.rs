//! Runs the command in an installation of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Far more than any of these short recordings takes, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) struct Installation {
    folder: TempDir,
}

/// What a command left behind.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Every line of standard output, each of which must be a JSON object.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let object = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            assert!(value.is_object(), "{line}");
            value
        };
        self.stdout.lines().map(object).collect()
    }

    pub(crate) fn last(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("nothing on standard output; {}", self.stderr))
    }
}

impl Installation {
    pub(crate) fn new() -> Installation {
        Installation { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command with these arguments, and with no settings but those of this installation.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_debrief"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DEBRIEF") {
                command.env_remove(name);
            }
        }
        command.args(arguments).env("DEBRIEF_HOME", self.path()).current_dir(self.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Running::start(&mut self.command(arguments)).end()
    }

    /// Processes the short recording; answers its completed view.
    pub(crate) fn completed(&self) -> Value {
        let ran = self.run(&["process", "--json", &fixture("speech.wav")]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran.last()
    }

    pub(crate) fn pages(&self) -> Vec<String> {
        names(&self.path().join("pages"))
    }

    pub(crate) fn temporary(&self) -> Vec<String> {
        names(&self.path().join("jobs"))
    }

    /// Standard error without the folders of this run.
    pub(crate) fn told(&self, ran: &Ran) -> String {
        ran.stderr.replace(&self.path().display().to_string(), "HOME")
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn fixture(name: &str) -> String {
    let fixtures: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connect/tests/fixtures");
    fixtures.canonicalize().unwrap().join(name).display().to_string()
}

pub(crate) fn text<'v>(view: &'v Value, key: &str) -> &'v str {
    view[key].as_str().unwrap_or_else(|| panic!("no {key} in {view:#}"))
}

pub(crate) fn id(view: &Value) -> &str {
    text(view, "id")
}

/// What a person reads of a job that could not be done.
pub(crate) fn said(installation: &Installation, view: &Value) -> String {
    let error = &view["error"];
    let text = format!(
        "{}: {} while {}\n{}\n{}",
        text(view, "status"),
        text(error, "code"),
        text(error, "stage"),
        text(error, "what"),
        text(error, "fix")
    );
    text.replace(&installation.path().display().to_string(), "HOME")
}

/// A command that runs. It is ended when the test forgets it.
pub(crate) struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    seen: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Running {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text).unwrap()
        });
        Running { child, lines, stderr: Some(stderr), seen: String::new() }
    }

    /// Reads JSON until a view satisfies `reached`; answers that view.
    pub(crate) fn until(&mut self, reached: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let length = self.lines.read_line(&mut line).unwrap();
            assert!(length > 0, "it ended before, after {}", self.seen);
            self.seen += &line;
            let view: Value = serde_json::from_str(&line).unwrap();
            if reached(&view) {
                return view;
            }
        }
    }

    /// As Ctrl+C does.
    pub(crate) fn interrupt(&self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// SIGKILL: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        let status = self.wait();
        let mut stdout = std::mem::take(&mut self.seen);
        self.lines.read_to_string(&mut stdout).unwrap();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Ran { code: status.code(), stdout, stderr }
    }

    fn wait(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it doesn't end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
