//! Processes that a test starts, and ends by their ids.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process and all that it starts, in a group of their own; ended when dropped.
pub(crate) struct OwnProcess {
    child: Child,
}

impl OwnProcess {
    /// Starts `program`; `package` is the Debian package to install when there is none.
    pub(crate) fn start(
        program: &str,
        arguments: &[&str],
        environment: &[(String, String)],
        stderr: Stdio,
        package: &str,
    ) -> OwnProcess {
        let child = Command::new(program)
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap_or_else(|error| panic!("{program} can't be started ({error}); install {package}"));
        OwnProcess { child }
    }

    /// Waits until everything that this process started has ended, at most 15 s.
    pub(crate) async fn wait_until_childless(&self) {
        let id = self.child.id().to_string();
        let childless = async {
            while has_children(&id) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), childless)
            .await
            .expect("the app did not end within 15 s");
    }
}

impl Drop for OwnProcess {
    fn drop(&mut self) {
        // The group has the id of its first process. The app ends with the driver that started it.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// Starts a program that says on its first line where it is, and returns that line. What it complains about is of no use:
/// a session bus without rights of its own complains on every start.
pub(crate) async fn started(
    program: &str,
    arguments: &[&str],
    environment: &[(String, String)],
    package: &str,
) -> (OwnProcess, String) {
    let mut process = OwnProcess::start(program, arguments, environment, Stdio::null(), package);
    let stdout = process.child.stdout.take().expect("it was piped");
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).map(|_| line)
    });
    let line = tokio::time::timeout(Duration::from_secs(15), line).await;
    let line = line.unwrap_or_else(|_| panic!("{program} said nothing for 15 s")).unwrap().unwrap();
    assert!(!line.is_empty(), "{program} ended at once");
    (process, line.trim().to_owned())
}

fn has_children(id: &str) -> bool {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    !children.trim().is_empty()
}
