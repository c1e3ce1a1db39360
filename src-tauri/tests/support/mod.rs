//! The real window on a screen, a session bus and a home of its own, driven through WebKitWebDriver.
//!
//! ```ignore
//! let window = DesktopWindow::open().await;
//! window.invoke("list_jobs", json!({})).await.unwrap();
//! window.screenshot(Path::new("docs/window.png")).await;
//! window.close().await;
//! ```
//! Whatever happens, dropping it ends every process it started.

mod hand;
mod person;
mod process;
mod screen;
mod words;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use process::{OwnProcess, started};
use words::Words;

/// How long the window may take to appear; it takes about a second, more on a busy machine.
const CONNECT_S: u64 = 60;
/// How long something on the page may take to become true. A job of a few seconds' speech may have to share a small machine
/// with all other tests.
const PATIENCE_MS: u64 = 120_000;

/// An open window. Two of them share nothing, unless they were given the same [`Place`].
pub(crate) struct DesktopWindow {
    /// Speaks to the web view: find, click, type, execute.
    pub(crate) client: Client,
    /// Where it runs.
    pub(crate) place: Place,
    // Ended before the place is.
    driver: OwnProcess,
}

/// A screen, a session bus and a home, for one window after another.
pub(crate) struct Place {
    home: TempDir,
    display: String,
    bus: String,
    own: Vec<(String, String)>,
    words: Words,
    // Declared after what they need, ended in this order.
    _screen: OwnProcess,
    _bus_process: OwnProcess,
}

/// A keychain; ended by its id.
pub(crate) struct Keyring(std::process::Child);

impl Drop for Keyring {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Place {
    /// A new screen of 1280×900, a new bus and an empty home.
    pub(crate) async fn new() -> Place {
        let home = tempfile::Builder::new().prefix("debrief-window-").tempdir().unwrap();
        for folder in ["bin", "cache", "debrief", "runtime"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        allow_only_me(&home.path().join("runtime"));
        write_opener(home.path());
        let (screen, number) = started(
            "Xvfb",
            &["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            &[],
            "xvfb",
        )
        .await;
        let (bus_process, bus) = started(
            "dbus-daemon",
            &["--session", "--nofork", "--print-address=1"],
            &[("HOME".into(), home.path().display().to_string())],
            "dbus-daemon",
        )
        .await;
        Place {
            home,
            display: format!(":{number}"),
            bus,
            own: Vec::new(),
            words: Words::of("C"),
            _screen: screen,
            _bus_process: bus_process,
        }
    }

    /// A keychain on this place's bus, unlocked; ended when what is returned is dropped.
    pub(crate) async fn start_keyring(&self) -> Keyring {
        use std::io::Write;
        let mut process = std::process::Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .envs(self.environment())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("gnome-keyring is installed by `make test`");
        // Dropping its end of the pipe says that the password is complete.
        process.stdin.take().unwrap().write_all(b"test").unwrap();
        Keyring(process)
    }

    /// The folder that `DEBRIEF_HOME` names: settings, database, pages.
    pub(crate) fn debrief_home(&self) -> PathBuf {
        self.home.path().join("debrief")
    }

    /// Sets a variable of the environment for what starts here from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.own.push((name.to_owned(), value.to_owned()));
    }

    /// Gives what starts here from now on the language of `locale`, as "zh_TW", and `theme` of GTK, as "Adwaita:dark". The locale
    /// is made here: it need not be among those of this machine.
    pub(crate) fn look(&mut self, locale: &str, theme: &str) {
        let locales = self.folder("locales");
        let into = format!("{locales}/{locale}.UTF-8");
        let made =
            std::process::Command::new("localedef").args(["-i", locale, "-f", "UTF-8", &into]).status();
        assert!(made.is_ok_and(|made| made.success()), "localedef can't make {locale}; install locales");
        self.set("LOCPATH", &locales);
        self.set("LC_ALL", &format!("{locale}.UTF-8"));
        self.set("GTK_THEME", theme);
        self.words = Words::of(locale);
    }

    /// What the window says here where its message is called `name`.
    pub(crate) fn word(&self, name: &str) -> &'static str {
        self.words.get(name)
    }

    /// Makes a folder in the home and returns its path.
    pub(crate) fn folder(&self, name: &str) -> String {
        let folder = self.home.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder.display().to_string()
    }

    /// Writes a file into the home and returns its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let file = self.home.path().join(name);
        std::fs::write(&file, content).unwrap();
        file.display().to_string()
    }

    /// Clicks the close button of the window or message that is on the screen.
    pub(crate) async fn close_window(&self) {
        screen::close_window_on(&self.display).await;
    }

    /// Puts `text` on the clipboard, as another program does.
    pub(crate) fn copy(&self, text: &str) {
        hand::copy(&self.display, text);
    }

    /// The text on the clipboard, as another program gets it.
    pub(crate) async fn clipboard(&self) -> Option<String> {
        hand::clipboard(&self.display).await
    }

    /// Presses Ctrl and a letter on the keyboard.
    pub(crate) fn press_ctrl(&self, letter: char) {
        hand::press_ctrl(&self.display, letter);
    }

    /// Drags the file at `path` from another program over the window and lets go of it there.
    pub(crate) async fn drop_file(&self, path: &str) {
        hand::drop_file(&self.display, path).await;
    }

    /// The files and addresses that the app asked the system to open, oldest first. They are noted, not opened.
    pub(crate) fn opened(&self) -> Vec<String> {
        let noted = std::fs::read_to_string(self.home.path().join("opened")).unwrap_or_default();
        noted.lines().map(str::to_owned).collect()
    }

    /// The environment of the driver and of every app here.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let home = self.home.path().display();
        let path = std::env::var("PATH").unwrap_or_default();
        [
            ("PATH", format!("{home}/bin:{path}")),
            ("HOME", home.to_string()),
            ("XDG_CONFIG_HOME", format!("{home}/config")),
            ("XDG_DATA_HOME", format!("{home}/data")),
            ("XDG_CACHE_HOME", format!("{home}/cache")),
            ("XDG_STATE_HOME", format!("{home}/state")),
            ("XDG_RUNTIME_DIR", format!("{home}/runtime")),
            ("DEBRIEF_HOME", self.debrief_home().display().to_string()),
            ("DISPLAY", self.display.clone()),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus.clone()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("MESA_SHADER_CACHE_DISABLE", "true".to_owned()),
            ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(self.own.iter().cloned())
        .collect()
    }
}

impl DesktopWindow {
    /// Starts the app in a new place and waits until its page is there.
    pub(crate) async fn open() -> DesktopWindow {
        Self::open_in(Place::new().await, &[]).await
    }

    /// Starts the app in `place` with `arguments`.
    pub(crate) async fn open_in(place: Place, arguments: &[&str]) -> DesktopWindow {
        let port = free_port().to_string();
        let driver = OwnProcess::start(
            "WebKitWebDriver",
            &[&format!("--port={port}"), "--host=127.0.0.1"],
            &place.environment(),
            std::process::Stdio::inherit(),
            "webkit2gtk-driver",
        );
        let app = json!({ "binary": env!("CARGO_BIN_EXE_debrief-desktop"), "args": arguments });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), app)].into_iter().collect();
        let address = format!("http://127.0.0.1:{port}");
        let mut connection = ClientBuilder::new(HttpConnector::new());
        connection.capabilities(capabilities);
        let client = tokio::time::timeout(Duration::from_secs(CONNECT_S), async {
            // The driver needs a moment to listen, and says nothing when it does.
            while tokio::net::TcpStream::connect(address.trim_start_matches("http://")).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            connection.connect(&address).await
        })
        .await
        .expect("the window did not appear within 60 s")
        .expect("the driver could not start the app");
        let window = DesktopWindow { client, place, driver };
        window
            .until("the page is loaded", || async {
                window.js("return document.readyState").await == "complete"
            })
            .await;
        window
    }

    /// Runs `script` in the page, as a function body, and returns what it returns.
    pub(crate) async fn js(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs `script`, the body of an async function, and returns what its promise gives. `args` is in scope.
    pub(crate) async fn js_async(&self, script: &str, args: Value) -> Value {
        let wrapped = format!(
            "const [args, done] = arguments; (async () => {{ {script} }})().then(done, e => done({{ thrown: String(e) }}));"
        );
        self.client
            .execute_async(&wrapped, vec![args])
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Calls a command as the page does. `Err` is what the command, or tauri, refused with.
    pub(crate) async fn invoke(&self, command: &str, args: Value) -> Result<Value, Value> {
        let script = "return await window.__TAURI_INTERNALS__.invoke(args.command, args.args)
            .then(ok => ({ ok }), err => ({ err: err ?? null }));";
        let mut answer = self.js_async(script, json!({ "command": command, "args": args })).await;
        match answer.get_mut("err") {
            Some(error) => Err(error.take()),
            None => Ok(answer["ok"].take()),
        }
    }

    /// Width and height of the page, in pixels.
    pub(crate) async fn size(&self) -> (u64, u64) {
        let size = self.js("return [innerWidth, innerHeight]").await;
        (size[0].as_u64().unwrap(), size[1].as_u64().unwrap())
    }

    /// Waits until `is_true`, or fails the test saying `what` never became true.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, what: &str, mut is_true: impl FnMut() -> F) {
        let patience = Duration::from_millis(PATIENCE_MS);
        let becomes_true = async {
            while !is_true().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(patience, becomes_true).await.is_err() {
            let picture = std::env::temp_dir().join(format!("debrief-window-{}.png", std::process::id()));
            self.photograph(&picture).await;
            panic!("never: {what}; the window looked like {}", picture.display());
        }
    }

    /// Writes what the window shows to `file`, as PNG, once nothing moves in it but what moves for ever.
    pub(crate) async fn screenshot(&self, file: &Path) {
        // What is covered may stay in the middle of its movement, so this doesn't wait longer than any movement takes.
        let still = "const moves = () => document.fonts.status !== 'loaded' || document.getAnimations().some(
                 ({ effect }) => effect.getComputedTiming().endTime !== Infinity);
             for (let i = 0; i < 60 && moves(); i++) await new Promise(resolve => setTimeout(resolve, 50));";
        self.js_async(still, json!({})).await;
        self.photograph(file).await;
    }

    /// Writes what the window shows now to `file`, as PNG.
    async fn photograph(&self, file: &Path) {
        // What is on the screen may be a frame or two behind what is in the page.
        let drawn = "const frame = () => new Promise(requestAnimationFrame); await frame(); await frame(); await frame();";
        self.js_async(drawn, json!({})).await;
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(file, picture).unwrap();
    }

    /// Closes the window as a person does, waits until the app has ended, and gives back the place.
    pub(crate) async fn close(self) -> Place {
        let DesktopWindow { client, place, driver } = self;
        place.close_window().await;
        driver.wait_until_childless().await;
        drop(client);
        drop(driver);
        place
    }
}

/// The path of one of the small recordings that the readers of recordings are tested with.
pub(crate) fn fixture(name: &str) -> String {
    format!("{}/crates/connect/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Writes `speech.wav` `times` over, each 5.6 s long, as one recording; returns its path.
pub(crate) fn long_recording(place: &Place, name: &str, times: usize) -> String {
    // Its header has 44 bytes; two lengths in it, less 8 and less 44, grow along.
    const HEADER: usize = 44;
    let once = std::fs::read(fixture("speech.wav")).unwrap();
    let (header, samples) = once.split_at(HEADER);
    let mut wav = [header, &samples.repeat(times)].concat();
    let size = wav.len();
    for (at, length) in [(4, size - 8), (40, size - HEADER)] {
        wav[at..at + 4].copy_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
    }
    place.write(name, wav)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// In the place of the system's opener: notes what it is asked to open.
fn write_opener(home: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let opener = home.join("bin/xdg-open");
    std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >> '{}/opened'\n", home.display())).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn allow_only_me(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
}
