//! The product against servers that we did not write, so that it does not only fit our own idea of Google.
//!
//! They are packages of npm, pinned in tests/foreign and run by Node, and one of PyPI that brings llama.cpp's server. Each can
//! do a part of what its service does, and each is lenient somewhere; what one cannot show is said beside its tests. The
//! sandbox remains the strict one.

mod emulate;
mod llama;
mod mocks;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use debrief_core::failure::Failure;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use url::Url;

use crate::google::browser;
use crate::support::{Installation, PATIENCE, fixture};

const CLIENT_ID: &str = "a-desktop-client";
const CLIENT_SECRET: &str = "not-confidential";
/// How a recorder names its files.
const RECORDED: &str = "REC_20261105_0900.mp3";
/// For a line of a server that has little to do.
const A_WHILE: Duration = Duration::from_secs(60);

/// A server in a process of its own. Its process ends with it.
struct Foreign {
    address: String,
    _process: Child,
    told: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Foreign {
    async fn start(name: &str) -> Foreign {
        let folder = tokio::task::spawn_blocking(installed).await.unwrap();
        let mut node = Command::new("node");
        node.arg(folder.join("serve.mjs")).arg(name);
        Foreign::run(node).await
    }

    /// Waits until a server tells its address.
    async fn run(mut server: Command) -> Foreign {
        let server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = server.spawn().expect("Node and Python start; `make test` installs them");
        let told = process.stdin.take().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Foreign { address: String::new(), _process: process, told, said };
        server.address = server.next_line().await["address"].as_str().unwrap().to_owned();
        server
    }

    /// What serve.mjs answers to one of its commands.
    async fn tell(&mut self, command: Value) -> Value {
        self.told.write_all(format!("{command}\n").as_bytes()).await.unwrap();
        self.next_line().await
    }

    async fn next_line(&mut self) -> Value {
        let line =
            tokio::time::timeout(A_WHILE, self.said.next_line()).await.expect("an answer in time").unwrap();
        serde_json::from_str(&line.expect("the server runs")).unwrap()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

/// The folder in which the servers are installed. Without Node or npm's registry these tests fail; none is left out.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign");
        let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign");
        std::fs::create_dir_all(&to).unwrap();
        // Several runs of the tests may come here at a time.
        let lock = File::create(to.join("lock")).unwrap();
        lock.lock().unwrap();
        for name in ["package.json", "package-lock.json", ".npmrc", "serve.mjs"] {
            let wanted = std::fs::read(from.join(name)).unwrap();
            if std::fs::read(to.join(name)).ok().as_ref() != Some(&wanted) {
                std::fs::write(to.join(name), wanted).unwrap();
            }
        }
        let pins = std::fs::read(to.join("package-lock.json")).unwrap();
        let done = to.join("node_modules/.installed");
        if std::fs::read(&done).ok().as_ref() != Some(&pins) {
            let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
            let installing = std::process::Command::new(npm)
                .args(["ci", "--ignore-scripts", "--fetch-timeout=60000"])
                .current_dir(&to)
                .output()
                .expect("npm starts; `make test` installs it");
            assert!(installing.status.success(), "npm ci: {}", String::from_utf8_lossy(&installing.stderr));
            std::fs::write(&done, pins).unwrap();
        }
        to
    })
}

/// An installation that takes these for Google.
fn installation(auth: String, token: String, revoke: String, drive: String) -> Installation {
    let installation = Installation::new();
    let settings = format!(
        "[google]\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\n\
         [secrets]\nkeep = \"file\"\n\
         [endpoints]\ngoogle_auth = \"{auth}\"\ngoogle_token = \"{token}\"\ngoogle_revoke = \"{revoke}\"\ndrive = \"{drive}\"\n"
    );
    std::fs::write(installation.home().settings_file(), settings).unwrap();
    installation
}

type Show<'s> = &'s dyn Fn(&Url) -> Result<(), Failure>;

/// `asks` as the product does, while `person` does something in the browser with the page that it shows.
async fn with_a_browser<T>(
    asks: impl AsyncFnOnce(Show<'_>) -> Result<(), Failure>,
    person: impl AsyncFnOnce(Url) -> T,
) -> (Result<(), Failure>, T) {
    let (show, mut shown) = mpsc::unbounded_channel();
    let show = |url: &Url| show.send(url.clone()).map_err(Failure::internal);
    // Whoever has asked shows nothing more.
    let asked = async move { asks(&show).await };
    let person = async { person(shown.recv().await.expect("the product shows a page")).await };
    let both = async { tokio::join!(asked, person) };
    tokio::time::timeout(PATIENCE, both).await.expect("the sign-in ends")
}

/// What a browser shows after it has gone where it was sent.
async fn open(url: &Url) -> (u16, String) {
    let page = browser().get(url.clone()).send().await.unwrap();
    (page.status().as_u16(), page.text().await.unwrap())
}

/// The value of a parameter in an address.
fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into_owned()
}

/// The address with other values.
fn with(url: &Url, changes: &[(&str, &str)]) -> Url {
    let kept = url.query_pairs().filter(|(key, _)| changes.iter().all(|(name, _)| key != name));
    let kept: Vec<(String, String)> =
        kept.map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(changes);
    url
}

/// A question that somebody on the way has changed: the answer belongs to another verifier than the product's.
fn with_another_verifier(url: &Url) -> Url {
    with(url, &[("code_challenge", ANOTHER_VERIFIER), ("code_challenge_method", "plain")])
}

const ANOTHER_VERIFIER: &str = "another-verifier-of-at-least-forty-three-characters";

fn speech() -> Vec<u8> {
    std::fs::read(fixture("speech.mp3")).unwrap()
}

fn link(id: &str) -> String {
    format!("https://drive.google.com/file/d/{id}/view?usp=sharing")
}
