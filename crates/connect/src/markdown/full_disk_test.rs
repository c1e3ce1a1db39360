//! A page on a disk that is really full: a small file system of its own, or a limit on the size of files.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use debrief_core::failure::FailureCode;
use debrief_core::page::{Block, Page};
use debrief_core::ports::PageSink;
use debrief_core::stage::{StageCx, StepError};

use super::MarkdownFolder;
use super::tests::{Journal, small_page};

const FULL_FOLDER: &str = "DEBRIEF_TEST_FULL_FOLDER";
const THIS_TEST: &str = "markdown::full_disk_test::a_full_disk_says_so_and_leaves_nothing_half_written";

/// Ways to run a program where `$0` cannot take a page: a small file system in a private mount namespace, as root
/// and as anybody, and where mounting is forbidden a limit of one block for every file that is written.
const FULL_DISKS: [(&str, &[&str]); 3] = [
    ("unshare", &["--mount", "sh", "-c", "mount -t tmpfs -o size=64k full \"$0\" && exec \"$@\""]),
    (
        "unshare",
        &[
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o size=64k full \"$0\" && exec \"$@\"",
        ],
    ),
    ("sh", &["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\""]),
];

#[test]
fn a_full_disk_says_so_and_leaves_nothing_half_written() {
    if let Some(folder) = env::var_os(FULL_FOLDER) {
        return on_a_full_disk(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut attempts = Vec::new();
    for (program, arguments) in FULL_DISKS {
        let run = Command::new(program)
            .args(arguments)
            .arg(folder.path())
            .arg(env::current_exe().unwrap())
            .args(["--exact", THIS_TEST, "--nocapture"])
            .env(FULL_FOLDER, folder.path())
            .output();
        let Ok(output) = run else { continue };
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() && said.contains("1 passed") {
            return;
        }
        // Where the program never began, mounting was forbidden and the next way is tried.
        assert!(!said.contains("running 1 test"), "{said}");
        attempts.push(said);
    }
    panic!("no way to fill a disk here: {attempts:#?}");
}

fn on_a_full_disk(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let sink = MarkdownFolder::new(folder);
    let mut page = small_page();
    let text = "all work and no play ".repeat(20_000);
    page.blocks.push(Block::Note(text));
    let publish = |page: &Page| {
        let cx = StageCx::new(page.job, folder, Arc::new(Journal::default()));
        runtime.block_on(sink.publish(page, cx))
    };
    let Err(StepError::Failed(failure)) = publish(&page) else { panic!("published") };
    assert_eq!(failure.code, FailureCode::DiskFull);
    assert_eq!(failure.what, "The disk is full; writing the page stopped.");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);

    // Once there is room the same job goes on.
    page.blocks.pop();
    assert!(publish(&page).is_ok());
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
}
