//! A keychain of the test's own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::Running;

/// A session bus with GNOME's keyring on it, unlocked; both are ended by their ids.
pub(crate) struct Keychain {
    bus: Child,
    keyring: Child,
    address: String,
    home: TempDir,
}

impl Keychain {
    pub(crate) fn start() -> Keychain {
        let home = tempfile::tempdir().unwrap();
        let arguments = ["--session", "--nofork", "--print-address=1"];
        let mut bus = Command::new("dbus-daemon")
            .args(arguments)
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed by `make test`");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_RUNTIME_DIR", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring is installed by `make test`");
        // Dropping its end of the pipe says that the password is complete.
        keyring.stdin.take().unwrap().write_all(b"test").unwrap();
        Keychain { bus, keyring, address, home }
    }

    /// For the commands of this test.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        vec![
            ("DBUS_SESSION_BUS_ADDRESS".into(), self.address.clone()),
            ("XDG_RUNTIME_DIR".into(), self.home.path().display().to_string()),
        ]
    }

    /// The keyring needs a moment until it answers on its bus: `doctor` says when it does.
    pub(crate) fn once_it_answers(&self, doctor: impl Fn() -> Command) {
        let began = Instant::now();
        loop {
            let said = Running::start(&mut doctor()).end().stdout;
            if !said.contains("keychain ") {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{said}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        for child in [&mut self.keyring, &mut self.bus] {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
