//! Runs the command in an installation of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use debrief_sandbox::Sandbox;
use serde_json::Value;
use tempfile::TempDir;

/// Far more than any of these short recordings takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

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

    /// Debrief speaks to the sandbox wherever it would speak to somebody else.
    pub(crate) fn use_sandbox(&self, sandbox: &Sandbox) {
        let endpoints = [
            ("google_auth", sandbox.google_auth()),
            ("google_token", sandbox.google_token()),
            ("google_revoke", sandbox.google_revoke()),
            ("drive", sandbox.drive()),
            ("notion", sandbox.notion()),
            ("models", sandbox.models()),
            ("groq", sandbox.groq()),
            ("deepgram", sandbox.deepgram()),
            ("assemblyai", sandbox.assemblyai()),
            ("gemini", sandbox.gemini()),
        ];
        let lines: Vec<String> =
            endpoints.iter().map(|(name, address)| format!("{name} = \"{address}\"")).collect();
        let services = format!("[services]\nopenai_url = \"{}\"\n", sandbox.openai());
        let settings = format!("{services}[endpoints]\n{}\n", lines.join("\n"));
        std::fs::write(self.path().join("settings.toml"), settings).unwrap();
    }

    /// The command with these arguments, and with no settings but those of this installation.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_debrief").as_ref(), arguments)
    }

    /// As [`Installation::command`], from a copy of the program.
    pub(crate) fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
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

fn start(command: &mut Command, input: &str) -> Child {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // It may not want to hear it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child
}

/// Runs a command that sends the person to their browser, and is the browser.
pub(crate) fn with_browser(command: &mut Command, input: &str) -> Ran {
    let mut child = start(command, input);
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut stderr = String::new();
    while told.read_line(&mut stderr).unwrap() > 0 {
        let line = stderr.lines().last().unwrap_or_default();
        if line.starts_with("http://127.0.0.1") {
            let page = Command::new("curl").args(["--silent", "--show-error", "--location", line]).output();
            let page = page.expect("curl is installed by `make test`");
            assert!(page.status.success(), "{}", String::from_utf8_lossy(&page.stderr));
        }
    }
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    Ran { code: child.wait().unwrap().code(), stdout, stderr }
}

/// Asserts that none of the secrets was told or written anywhere in the installation, but for the file `allowed`.
pub(crate) fn keeps_secrets(installation: &Installation, secrets: &[String], ran: &[&Ran], allowed: &str) {
    assert!(!secrets.is_empty());
    for ran in ran {
        for secret in secrets {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "a secret was told");
        }
    }
    look_into(installation.path(), &mut |file, bytes| {
        let is_allowed = file.file_name().is_some_and(|name| name.to_string_lossy() == allowed);
        for secret in secrets.iter().filter(|_| !is_allowed) {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", file.display());
        }
    });
}

fn look_into(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { look_into(&path, look) } else { look(&path, &std::fs::read(&path).unwrap()) }
    }
}

/// A command that runs. It is ended when the test forgets it.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
    seen: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Running {
        Running::start_told(command, "")
    }

    /// With a text on its standard input.
    pub(crate) fn start_told(command: &mut Command, input: &str) -> Running {
        let mut child = start(command, input);
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                // The test may have seen enough.
                let _ = sender.send(line.unwrap() + "\n");
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text).unwrap()
        });
        Running { child, lines, stderr: Some(stderr), seen: String::new() }
    }

    /// The next line of standard output; `None` at its end.
    fn next_line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.seen += &line;
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it says nothing more after {}", self.seen),
        }
    }

    /// Reads JSON until a view satisfies `reached`; answers that view.
    pub(crate) fn until(&mut self, reached: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.next_line().unwrap_or_else(|| panic!("it ended before, after {}", self.seen));
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
        while self.next_line().is_some() {}
        let status = self.child.wait().unwrap();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Ran { code: status.code(), stdout: std::mem::take(&mut self.seen), stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
