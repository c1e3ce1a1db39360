//! Files of every kind on a real disk.

use std::time::{Duration, SystemTime};

use debrief_core::stage::StepError;
use insta::assert_snapshot;
use jiff::civil::date;

use super::*;
use crate::media::testing::{Recorder, fixture};

async fn fetched(path: impl AsRef<Path>) -> StepResult<Recording> {
    let folder = tempfile::tempdir().unwrap();
    LocalFiles::new().recording(path.as_ref(), &Recorder::new().cx(folder.path())).await
}

async fn told(path: impl AsRef<Path>, root: &Path) -> String {
    match fetched(path).await {
        Err(StepError::Failed(failure)) => told_of(&failure).replace(&root.display().to_string(), "[root]"),
        other => panic!("{other:?}"),
    }
}

fn told_of(failure: &Failure) -> String {
    format!("{} ({:?})\n{}\n{}", failure.code.word(), failure.retry, failure.what, failure.fix)
}

#[tokio::test]
async fn a_recording_is_used_where_it_is() {
    let recording = fetched(fixture("speech.mp3")).await.unwrap();
    assert_eq!(recording.file, fixture("speech.mp3"));
    assert_eq!(recording.name, "speech.mp3");
    assert_eq!(recording.size_bytes, std::fs::metadata(fixture("speech.mp3")).unwrap().len());
    assert_eq!(recording.location, fixture("speech.mp3").display().to_string());
    assert!(recording.created.year() >= 2026);
}

#[tokio::test]
async fn a_relative_path_becomes_absolute() {
    let recording = fetched("Cargo.toml").await.unwrap();
    assert!(recording.file.is_absolute());
    assert!(Path::new(&recording.location).is_absolute());
}

#[tokio::test]
async fn a_missing_file_says_so() {
    let root = tempfile::tempdir().unwrap();
    assert_snapshot!(told(root.path().join("gone.mp3"), root.path()).await, @r"
    missing_file (Never)
    There is no file at [root]/gone.mp3.
    Check the path, or drop the file here again.
    ");
    std::fs::write(root.path().join("file"), "x").unwrap();
    let inside_a_file = told(root.path().join("file/talk.mp3"), root.path()).await;
    assert!(inside_a_file.starts_with("missing_file"), "{inside_a_file}");
}

#[tokio::test]
async fn a_folder_says_so() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("2026")).unwrap();
    assert_snapshot!(told(root.path().join("2026"), root.path()).await, @r"
    is_a_folder (Never)
    2026 is a folder.
    Choose the recordings inside it.
    ");
}

#[tokio::test]
async fn an_empty_file_says_so() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("talk.mp3"), "").unwrap();
    assert_snapshot!(told(root.path().join("talk.mp3"), root.path()).await, @r"
    empty_file (Never)
    talk.mp3 is empty.
    Copy the recording again from where it was made, then try again.
    ");
}

#[cfg(unix)]
#[tokio::test]
async fn a_device_or_pipe_says_so_at_once() {
    assert_snapshot!(told("/dev/null", Path::new("/nowhere")).await, @r"
    not_a_recording (Never)
    /dev/null is a device or a pipe, not a file.
    Choose an audio or video file.
    ");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_read_says_so() {
    // Root may read every file, so the wording is asked for directly first.
    let denied = Trouble::Io(io::ErrorKind::PermissionDenied.into());
    assert_snapshot!(told_of(&failures::recording(Path::new("/home/me/talk.mp3"), &denied)), @r"
    permission_denied (Never)
    This computer does not let Debrief read talk.mp3.
    Give yourself permission to read the file, or copy it to a folder of your own, then try again.
    ");
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("talk.mp3");
    std::fs::write(&file, "sound").unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    if File::open(&file).is_err() {
        assert!(told(file, root.path()).await.starts_with("permission_denied"));
    }
}

#[test]
fn a_disk_that_has_gone_says_so() {
    let gone = Trouble::Io(io::ErrorKind::HostUnreachable.into());
    assert_snapshot!(told_of(&failures::recording(Path::new("/mnt/talks/talk.mp3"), &gone)), @r"
    missing_file (Never)
    talk.mp3 could not be read from its disk.
    Check that the disk or network drive it is on is connected, then try again.
    ");
}

#[tokio::test]
async fn documents_that_are_there_are_taken_and_others_are_warned_about() {
    let root = tempfile::tempdir().unwrap();
    let (agenda, folder) = (root.path().join("會議議程.pdf"), root.path().join("slides"));
    std::fs::write(&agenda, "%PDF-1.7").unwrap();
    std::fs::create_dir(&folder).unwrap();
    let cx = Recorder::new().cx(root.path());
    let source = LocalFiles::new();
    let brought = source.document(&agenda, &cx).await.unwrap().unwrap();
    assert_eq!((brought.name.as_str(), brought.location), ("會議議程.pdf", agenda.display().to_string()));
    assert_eq!(brought.file, agenda);
    let mut texts = Vec::new();
    for path in [&root.path().join("gone.pdf"), &folder] {
        texts.push(source.document(path, &cx).await.unwrap().err().unwrap().text);
    }
    assert_snapshot!(texts.join("\n"), @r"
    The attachment gone.pdf was left out: there is no such file. To use it, process the recording again with a file that can be read.
    The attachment slides was left out: it is a folder. To use it, process the recording again with a file that can be read.
    ");
}

#[tokio::test]
async fn a_stop_before_the_start_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let cx = Recorder::stopping_after(0).cx(folder.path());
    let result = LocalFiles::new().recording(&fixture("speech.mp3"), &cx).await;
    assert!(matches!(result, Err(StepError::Stopped(_))), "{result:?}");
}

#[test]
fn the_earlier_of_birth_and_last_change_is_the_day() {
    let at = |text: &str| -> SystemTime { text.parse::<Timestamp>().unwrap().try_into().unwrap() };
    let taipei = TimeZone::fixed(jiff::tz::offset(8));
    let (recorded, copied) = (at("2026-03-02T17:30:00Z"), at("2026-05-01T09:00:00Z"));
    assert_eq!(day([copied, recorded].into_iter(), &TimeZone::UTC), date(2026, 3, 2));
    // It is past midnight in Taipei.
    assert_eq!(day([copied, recorded].into_iter(), &taipei), date(2026, 3, 3));
}

#[test]
fn a_time_that_an_archive_made_up_is_not_believed() {
    let unpacked = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_000_000);
    let made_up = [unpacked, SystemTime::UNIX_EPOCH];
    assert_eq!(day(made_up.into_iter(), &TimeZone::UTC), date(2026, 2, 25));
    assert_eq!(day([SystemTime::UNIX_EPOCH].into_iter(), &TimeZone::UTC), date(1970, 1, 1));
}

#[test]
fn the_last_change_of_a_copied_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.mp3");
    std::fs::write(&file, "sound").unwrap();
    let recorded = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    File::options().write(true).open(&file).unwrap().set_modified(recorded).unwrap();
    assert_eq!(created(&std::fs::metadata(&file).unwrap(), &TimeZone::UTC), date(2020, 9, 13));
}
