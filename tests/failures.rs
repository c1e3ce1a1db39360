//! What goes wrong says what to do, costs nothing that was finished, and ends well once it is mended.

use std::fs;
use std::path::{Path, PathBuf};

use debrief_app::App;
use debrief_core::job::JobId;
use debrief_core::view::{Group, JobView, StageState, StatusWord};

use crate::support::{Installation, closed, fixture, names, settled, submit, until};

/// How a job stands and what its person reads, with `HOME` for the installation's folder.
pub(crate) fn said(installation: &Installation, view: &JobView) -> String {
    let error = view.error.as_ref().unwrap_or_else(|| panic!("no error in {view:#?}"));
    let group = if view.group == Group::NeedsYou { "needs you" } else { "ended" };
    let text = format!(
        "{}, {group}: {} while {}\n{}\n{}",
        serde_json::to_value(view.status).unwrap().as_str().unwrap(),
        error.code,
        error.stage.word(),
        error.what,
        error.fix
    );
    text.replace(&installation.path().display().to_string(), "HOME")
}

pub(crate) fn speech() -> Vec<u8> {
    fs::read(fixture("speech.wav")).unwrap()
}

/// Processes a recording that can't be, beside one that can; answers what the person reads. Nothing may be lost, and a
/// retry completes the job once `mend` has put a good recording there.
async fn refused(recording: &str, make: impl FnOnce(&Path), mend: impl FnOnce(&Path)) -> String {
    let installation = Installation::new();
    let app = installation.open().await;
    let path = installation.path().join(recording);
    make(&path);
    let bystander = submit(&app, &fixture("speech.wav"));
    let id = submit(&app, &path);
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Failed, "{view:#?}");
    assert!(view.progress < 100 && view.result.is_none());
    let text = said(&installation, &view);
    assert_eq!(settled(&app, bystander).await.status, StatusWord::Completed);
    assert_eq!(installation.temporary(), [""; 0]);

    mend(&path);
    app.retry(id, None).unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert!(view.error.is_none());
    assert_eq!(installation.pages().len(), 4, "{:?}", installation.pages());
    assert_eq!(installation.temporary(), [""; 0]);
    text
}

fn write_speech(path: &Path) {
    fs::write(path, speech()).unwrap();
}

fn copy_of(name: &str) -> impl FnOnce(&Path) {
    let from = fixture(name);
    move |path| assert!(fs::copy(&from, path).is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file() {
    let text = refused("standup.wav", |_| {}, write_speech).await;
    insta::assert_snapshot!(text, @"
    failed, ended: missing_file while fetch
    There is no file at HOME/standup.wav.
    Check the path, or drop the file here again.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder() {
    let mend = |path: &Path| {
        fs::remove_dir(path).unwrap();
        write_speech(path);
    };
    let text = refused("Recordings", |path| fs::create_dir(path).unwrap(), mend).await;
    insta::assert_snapshot!(text, @"
    failed, ended: is_a_folder while fetch
    Recordings is a folder.
    Choose the recordings inside it.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file() {
    let text = refused("standup.wav", |path| fs::write(path, b"").unwrap(), write_speech).await;
    insta::assert_snapshot!(text, @"
    failed, ended: empty_file while fetch
    standup.wav is empty.
    Copy the recording again from where it was made, then try again.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_named_mp3() {
    let text = refused("minutes.mp3", copy_of("text.mp3"), copy_of("speech.mp3")).await;
    insta::assert_snapshot!(text, @"
    failed, ended: not_a_recording while decode
    minutes.mp3 is a text file, not a recording.
    Choose an audio or video file.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_m4a_without_its_index() {
    let text = refused("standup.m4a", copy_of("no-index.m4a"), copy_of("speech.m4a")).await;
    insta::assert_snapshot!(text, @"
    failed, ended: damaged_recording while decode
    standup.m4a is damaged: its index is missing, because the recording or the copying broke off.
    Copy the recording again from where it was made. If it is the only copy, a repair tool such as untrunc can bring it back.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_silence() {
    let text = refused("standup.wav", copy_of("silence.wav"), write_speech).await;
    insta::assert_snapshot!(text, @"
    failed, ended: no_speech while transcribe
    No speech was found in this recording.
    Check that the file plays and that it is the right one.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_breaks_off_becomes_a_page_with_a_warning() {
    let installation = Installation::new();
    let app = installation.open().await;
    let id = submit(&app, &fixture("half.mp3"));
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    let codes: Vec<&str> = result.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes.len(), 1, "{:?}", result.warnings);
    let page = fs::read_to_string(result.page_path.unwrap()).unwrap();
    assert!(page.contains(&result.warnings[0].text), "{page}");
}

/// An installation whose pages go to a folder that a person chose.
fn with_chosen_folder() -> (Installation, PathBuf) {
    let installation = Installation::new();
    let pages = installation.path().join("stick");
    installation.file("settings.toml", format!("[pages]\nfolder = {pages:?}\n").as_bytes());
    (installation, pages)
}

/// Every stage before the page is kept.
fn reached_the_page(view: &JobView) -> bool {
    view.stages.iter().filter(|stage| stage.state == StageState::Done).count() == 6
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_for_pages_that_has_gone_and_comes_back_by_itself() {
    let (installation, pages) = with_chosen_folder();
    let app = installation.open().await;
    let id = submit(&app, &fixture("speech.wav"));
    let view = settled(&app, id).await;
    insta::assert_snapshot!(said(&installation, &view), @"
    pending, needs you: page_folder_gone while publish
    The folder for pages, HOME/stick, has gone.
    Connect the drive or choose another folder in the settings; the transcript is safe.
    ");
    assert!(reached_the_page(&view), "{view:#?}");
    assert!(app.document(id).unwrap().text().contains("monday"), "what was reached can be read");
    assert!(!pages.exists(), "a disk that isn't there must not be mistaken for an empty folder");

    fs::create_dir(&pages).unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(names(&pages).len(), 2);
    assert_eq!(installation.temporary(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_for_pages_that_is_gone_for_good_can_be_replaced_in_the_settings() {
    let (installation, pages) = with_chosen_folder();
    let app = installation.open().await;
    let id = submit(&app, &fixture("speech.wav"));
    assert_eq!(settled(&app, id).await.group, Group::NeedsYou);
    app.shutdown().await;

    fs::remove_file(installation.home().settings_file()).unwrap();
    let app = installation.open().await;
    app.retry(id, None).unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(installation.pages().len(), 2);
    assert!(!pages.exists());
}

/// An installation with one completed job, closed.
async fn with_a_finished_job() -> (Installation, JobId) {
    let installation = Installation::new();
    let app = installation.open().await;
    let id = submit(&app, &fixture("speech.wav"));
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    closed(&installation, app).await;
    (installation, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone() {
    let (installation, id) = with_a_finished_job().await;
    let database = installation.home().database();
    let whole = fs::read(&database).unwrap();
    let mut newer = whole.clone();
    // SQLite keeps `user_version`, which counts the migrations, at byte 60 of the file.
    newer[60..64].copy_from_slice(&999_u32.to_be_bytes());
    fs::write(&database, &newer).unwrap();

    let failure = App::open(installation.home()).await.err().unwrap();
    let text = format!("{}\n{}\n{}", failure.code.word(), failure.what, failure.fix);
    insta::assert_snapshot!(text.replace(&installation.path().display().to_string(), "HOME"), @"
    store_failed
    The job database HOME/debrief.db was written by a newer version of Debrief.
    Install the newest version. Nothing was changed.
    ");
    assert!(fs::read(&database).unwrap() == newer, "the database was changed");
    let damaged = names(installation.path()).into_iter().filter(|name| name.contains("damaged")).count();
    assert_eq!(damaged, 0, "it is newer, not damaged");

    fs::write(&database, &whole).unwrap();
    assert_eq!(installation.open().await.status(id).unwrap().status, StatusWord::Completed);
}

/// Damages the database; it must be kept aside and a new one begun, and old pages must stay.
async fn begins_anew_after(damage: impl FnOnce(&mut Vec<u8>)) {
    let (installation, old) = with_a_finished_job().await;
    let database = installation.home().database();
    let mut bytes = fs::read(&database).unwrap();
    damage(&mut bytes);
    fs::write(&database, &bytes).unwrap();
    let pages = installation.pages();

    let app = installation.open().await;
    let kept = names(installation.path()).into_iter().find(|name| name.contains("damaged")).unwrap();
    assert!(fs::read(installation.path().join(&kept)).unwrap() == bytes, "the damaged file was changed");
    let notice = app.notice().unwrap().replace(&kept, "DAMAGED");
    insta::allow_duplicates! {
        insta::assert_snapshot!(notice.replace(&installation.path().display().to_string(), "HOME"),
            @"The job database was damaged. It was kept as HOME/DAMAGED, and a new one was begun; your pages are untouched.");
    }
    assert_eq!(installation.pages(), pages);
    assert!(app.status(old).is_err());
    let id = submit(&app, &fixture("speech.wav"));
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    assert_eq!(installation.pages().len(), 4, "the old page was not replaced");
    app.shutdown().await;

    let again = installation.open().await;
    assert_eq!(again.notice(), None);
    assert_eq!(again.status(id).unwrap().status, StatusWord::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_garbage_is_set_aside() {
    begins_anew_after(|bytes| *bytes = b"no database at all, but a letter of some length".repeat(100)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_a_damaged_page_inside_is_set_aside() {
    begins_anew_after(|bytes| {
        // The second page of the file and all that follow; the header stays whole.
        bytes[4_096..].fill(0x5a);
    })
    .await;
}
