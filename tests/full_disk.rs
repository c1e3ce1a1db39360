//! A disk that is really full, and has room again.
#![cfg(target_os = "linux")]

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use debrief_app::App;
use debrief_core::link::RecordingLink;
use debrief_core::view::{Group, StatusWord};

use crate::failures::{said, speech};
use crate::support::{Installation, closed, fixture, settled, submit, until};

const FULL_DISK: &str = "DEBRIEF_TEST_FULL_DISK";
/// Ways to run a program with a small disk mounted at `$0`: seen by it alone, as root and as anybody; and seen by all,
/// for roots that can't be set apart, such as that of a chroot.
const SMALL_DISKS: [&[&str]; 3] = [
    &["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64m small \"$0\" && exec \"$@\""],
    &["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=64m small \"$0\" && exec \"$@\""],
    &[
        "sh",
        "-c",
        "mount -t tmpfs -o size=64m small \"$0\" && { \"$@\"; code=$?; umount \"$0\"; exit $code; }",
    ],
];

/// Runs a test of this file once more where a small disk is mounted at a folder of its own. Where no way of mounting is
/// allowed, as in some containers, the test says so and is passed over.
fn on_a_small_disk<Work: Future<Output = ()>>(test: &str, work: impl FnOnce(PathBuf) -> Work) {
    if let Some(folder) = env::var_os(FULL_DISK) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(work(folder.into()));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut attempts = Vec::new();
    for way in SMALL_DISKS {
        let output = Command::new(way[0])
            .args(&way[1..])
            .arg(folder.path())
            .arg(env::current_exe().unwrap())
            .args(["--exact", &format!("full_disk::{test}"), "--nocapture"])
            .env(FULL_DISK, folder.path())
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() && said.contains("1 passed") {
            return;
        }
        // Where the test never began, mounting was forbidden and the next way is tried.
        assert!(!said.contains("running 1 test"), "{said}");
        attempts.push(said);
    }
    // Not by a macro: its words would be kept back.
    let mut stderr = std::io::stderr();
    writeln!(stderr, "passed over: {test}: no small disk can be mounted here: {attempts:?}").unwrap();
}

#[test]
fn a_full_disk_waits_for_room_and_goes_on_by_itself() {
    on_a_small_disk("a_full_disk_waits_for_room_and_goes_on_by_itself", async |disk| {
        // Room for the database, but not for the three megabytes of the decoded recording.
        let said = fills_up(&disk, 2 << 20).await;
        insta::assert_snapshot!(said, @"
        pending, needs you: disk_full while decode
        The disk is full; reading the audio stopped.
        Free some space on the disk that holds HOME/jobs/JOB. The job goes on by itself.
        ");
    });
}

#[test]
fn a_disk_too_full_for_the_database_says_so_and_goes_on_by_itself() {
    on_a_small_disk("a_disk_too_full_for_the_database_says_so_and_goes_on_by_itself", async |disk| {
        let said = fills_up(&disk, 100 << 10).await;
        // Which stage it is depends on what the database needs for each.
        let (status, words) = said.split_once(" while ").unwrap();
        assert_eq!(status, "pending, needs you: disk_full");
        insta::assert_snapshot!(words.split_once('\n').unwrap().1, @"
        The disk is full; saving the job stopped.
        Free some space on the disk that holds Debrief's data. The job goes on by itself.
        ");
    });
}

#[test]
fn a_disk_without_any_room_refuses_and_loses_nothing() {
    on_a_small_disk("a_disk_without_any_room_refuses_and_loses_nothing", async |disk| {
        let installation = Installation::on(&disk);
        let app = installation.open().await;
        let id = submit(&app, &fixture("speech.wav"));
        assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
        let filler = installation.path().join("filler");
        fill_up(&filler, 0);

        let link = RecordingLink::Local { path: fixture("speech.mp3") };
        let failure = app.submit(link, Vec::new()).unwrap_err();
        insta::assert_snapshot!(format!("{}\n{}", failure.what, failure.fix), @"
        The disk is full; saving the job stopped.
        Free some space on the disk that holds Debrief's data, then process the recording again.
        ");
        assert_eq!(app.status(id).unwrap().status, StatusWord::Completed);
        assert_eq!(app.list().unwrap().len(), 1, "what was refused is no job");

        fs::remove_file(&filler).unwrap();
        closed(&installation, app).await;
        fill_up(&filler, 0);
        let failure = App::open(installation.home()).await.err().unwrap();
        let text = format!("{}\n{}\n{}", failure.code.word(), failure.what, failure.fix);
        insta::assert_snapshot!(text.replace(&installation.path().display().to_string(), "HOME"), @"
        disk_full
        The disk is full; opening the job database stopped.
        Free some space on the disk that holds HOME/debrief.db, then try again. Nothing was lost.
        ");

        fs::remove_file(&filler).unwrap();
        let app = installation.open().await;
        assert_eq!(app.status(id).unwrap().status, StatusWord::Completed);
        let id = submit(&app, &fixture("speech.mp3"));
        assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    });
}

/// Processes a recording on a disk with this little room; answers what the person reads then. Once there is room the job
/// must go on by itself.
async fn fills_up(disk: &Path, left_bytes: u64) -> String {
    let installation = Installation::on(disk);
    let recordings = tempfile::tempdir().unwrap();
    let long = recordings.path().join("standup.wav");
    fs::write(&long, with_silence_after(speech(), 90)).unwrap();
    let app = installation.open().await;
    let filler = installation.path().join("filler");
    fill_up(&filler, left_bytes);

    let id = submit(&app, &long);
    let view = settled(&app, id).await;
    let text = said(&installation, &view).replace(&id.to_string(), "JOB");

    fs::remove_file(&filler).unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(installation.pages().len(), 2);
    assert_eq!(installation.temporary(), [""; 0]);
    text
}

/// Fills the disk with a file until only this much is left.
fn fill_up(file: &Path, left_bytes: u64) {
    let disk_bytes = 64 << 20;
    let mut filler = fs::File::create(file).unwrap();
    let full = filler.write_all(&vec![1; disk_bytes]).unwrap_err();
    assert_eq!(full.kind(), ErrorKind::StorageFull);
    let filled_bytes = filler.metadata().unwrap().len();
    filler.set_len(filled_bytes - left_bytes).unwrap();
}

/// The WAV file with this many seconds of silence after its sound.
fn with_silence_after(mut wav: Vec<u8>, seconds: usize) -> Vec<u8> {
    let rate = u32::from_le_bytes(wav[24..28].try_into().unwrap()) as usize;
    wav.resize(wav.len() + seconds * rate * 2, 0);
    let riff = u32::try_from(wav.len() - 8).unwrap();
    wav[4..8].copy_from_slice(&riff.to_le_bytes());
    let data = wav.windows(4).position(|bytes| bytes == b"data").unwrap();
    let sound = u32::try_from(wav.len() - data - 8).unwrap();
    wav[data + 4..data + 8].copy_from_slice(&sound.to_le_bytes());
    wav
}
