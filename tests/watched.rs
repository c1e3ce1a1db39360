//! Watched folders: new recordings become jobs by themselves, each of them once, and none is lost.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use debrief_app::{App, DriveAccess, Runs, WatchPace, WatchedKind};
use debrief_core::link::RecordingLink;
use debrief_core::view::StatusWord;
use debrief_runtime::store::JobStore;
use debrief_sandbox::{CLIENT_ID, Call, Fault, FaultKind, FileId, Growing, NewFile};

use crate::google::{Google, browse, eventually, link};
use crate::support::{Installation, fixture, names, settled};

const PACE: WatchPace = WatchPace {
    drive: Duration::from_millis(300),
    drive_rest: Duration::from_millis(200),
    local: Duration::from_millis(300),
    local_rest: Duration::from_millis(300),
};

async fn open(installation: &Installation, pace: WatchPace) -> App {
    App::open_at_pace(installation.home(), Runs::Everything, Some(pace)).await.unwrap()
}

fn address(folder: &FileId) -> String {
    format!("https://drive.google.com/drive/u/0/folders/{}?usp=sharing", folder.as_str())
}

/// Somebody who is signed in with access to all of Drive, and a folder of theirs that is watched.
struct Scene {
    google: Google,
    folder: FileId,
    app: App,
}

impl Scene {
    /// Its jobs wait, so that a test of what is taken needs no speech.
    async fn paused() -> Scene {
        let scene = Scene::new().await;
        scene.app.pause().unwrap();
        scene
    }

    async fn new() -> Scene {
        let google = Google::new().await;
        let folder = google.add(NewFile::folder("Meet Recordings"));
        let app = open(&google.installation, PACE).await;
        google.sign_in(&app).await;
        app.watch_folder(&address(&folder)).await.unwrap();
        Scene { google, folder, app }
    }

    fn speech(&self, name: &str) -> NewFile {
        speech(name).in_folder(&self.folder)
    }

    fn store(&self) -> JobStore {
        JobStore::open(&self.google.installation.home().database()).unwrap()
    }

    fn jobs(&self) -> usize {
        self.app.list().unwrap().len()
    }

    /// Waits until Drive has been asked a few more times.
    async fn some_polls(&self) {
        let asked = || self.google.answers(Call::Changes).len();
        let before = asked();
        eventually("asking Drive again", || asked() >= before + 4).await;
    }

    fn problem(&self) -> Option<String> {
        problem(&self.app)
    }
}

fn problem(app: &App) -> Option<String> {
    app.watched_folders().unwrap()[0].problem.clone().map(|problem| problem.code)
}

fn speech(name: &str) -> NewFile {
    NewFile::new(name, "audio/wav", std::fs::read(fixture("speech.wav")).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_recording_in_drive_becomes_a_page_and_its_new_name_no_second_job() {
    let google = Google::new().await;
    let folder = google.add(NewFile::folder("Meet Recordings"));
    let old = google.add(speech("old.wav").in_folder(&folder));
    let app = open(&google.installation, PACE).await;
    google.sign_in(&app).await;
    let folders = app.watch_folder(&address(&folder)).await.unwrap();
    let shown: Vec<_> =
        folders.iter().map(|f| (f.name.as_str(), f.place.as_str(), f.kind, &f.problem)).collect();
    let place = format!("https://drive.google.com/drive/folders/{}", folder.as_str());
    assert_eq!(shown, [("Meet Recordings", place.as_str(), WatchedKind::Drive, &None)]);
    assert_eq!(app.watch_folder(&address(&folder)).await.unwrap(), folders, "it is watched once");
    let scene = Scene { google, folder, app };

    let new = scene.google.add(scene.speech("REC_20261105_0900.wav"));
    eventually("a job", || scene.jobs() == 1).await;
    let id = scene.app.list().unwrap()[0].id.parse().unwrap();
    let view = settled(&scene.app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert!(scene.google.name_of(&new).starts_with("[2026-11-05] "), "{}", scene.google.name_of(&new));

    // Its rename and receipt are changes, too; so is whatever happens to what was there before.
    scene.google.sandbox.world().file_mut(&new).unwrap().app_properties.clear();
    scene.google.sandbox.world().file_mut(&old).unwrap().name = "older.wav".to_owned();
    scene.some_polls().await;
    assert_eq!(scene.jobs(), 1);
    assert_eq!(scene.problem(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_grows_is_taken_once_when_it_is_whole() {
    let scene = Scene::paused().await;
    let file = {
        let mut world = scene.google.sandbox.world();
        let file = world.add_file(&scene.google.account, scene.speech("growing.wav"));
        let step_bytes = world.file(&file).unwrap().size_bytes() / 4;
        world.file_mut(&file).unwrap().growing = Some(Growing { shown_bytes: 1_000, step_bytes });
        file
    };
    let is_growing = || scene.google.sandbox.world().file(&file).unwrap().growing.is_some();
    eventually("a job", || {
        // Looked at in this order: what is not whole now was not whole when the jobs are counted.
        let (jobs, is_growing) = (scene.jobs(), is_growing());
        assert!(jobs == 0 || !is_growing, "taken while it grew");
        jobs == 1
    })
    .await;
    scene.some_polls().await;
    assert_eq!(scene.jobs(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_new_recording_of_the_folder_is_not_taken() {
    let scene = Scene::paused().await;
    let google = &scene.google;
    let elsewhere = google.add(NewFile::folder("Elsewhere"));
    google.add(NewFile::new("agenda.pdf", "application/pdf", b"%PDF-1.7".to_vec()).in_folder(&scene.folder));
    google.add(NewFile::folder("Folder.wav").in_folder(&scene.folder));
    google.add(speech("elsewhere.wav").in_folder(&elsewhere));
    google.add(speech("at the top.wav"));
    google.add(NewFile::new("empty.wav", "audio/wav", b"".to_vec()).in_folder(&scene.folder));
    {
        let mut world = google.sandbox.world();
        let done = world.add_file(&google.account, scene.speech("has a page.wav"));
        let receipt = [("debriefJob", "6f1f9f4e-1111-4222-8333-444455556666"), ("debriefPage", "p")];
        let receipt = receipt.map(|(key, value)| (key.to_owned(), value.to_owned()));
        world.file_mut(&done).unwrap().app_properties.insert(CLIENT_ID.to_owned(), receipt.into());
        let binned = world.add_file(&google.account, scene.speech("binned.wav"));
        world.file_mut(&binned).unwrap().trashed = true;
        let gone = world.add_file(&google.account, scene.speech("gone.wav"));
        world.remove_file(&gone);
    }
    let good = google.add(scene.speech("good.wav"));
    eventually("a job", || scene.jobs() > 0).await;
    scene.some_polls().await;
    let links: Vec<RecordingLink> =
        scene.store().jobs(9).unwrap().into_iter().map(|job| job.request.link).collect();
    assert_eq!(links, [RecordingLink::Drive { id: good.as_str().to_owned(), resource_key: None }]);

    // Whoever moves it into the folder later wants it there.
    google.sandbox.world().file_mut(&good).unwrap().name = "better.wav".to_owned();
    let moved = google.add(speech("moved.wav").in_folder(&elsewhere));
    google.sandbox.world().file_mut(&moved).unwrap().parents = vec![scene.folder.clone()];
    eventually("a second job", || scene.jobs() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_over_a_restart() {
    let slow = WatchPace { drive: Duration::from_secs(2), ..PACE };
    let scene = Scene::paused().await;
    scene.app.shutdown().await;
    let Scene { google, folder, .. } = scene;
    let store = JobStore::open(&google.installation.home().database()).unwrap();
    let before = store.watched_folders().unwrap().remove(0);
    let closed = google.add(speech("while closed.wav").in_folder(&folder));

    // It is seen, and the process ends before it has rested.
    let app = open(&google.installation, slow).await;
    eventually("a first look", || {
        let cursor = store.watched_folders().unwrap().remove(0).cursor;
        cursor != before.cursor && store.growing_files(before.id, 9).unwrap().len() == 1
    })
    .await;
    app.shutdown().await;
    drop(app);
    assert_eq!(store.jobs(9).unwrap(), []);
    let now = store.watched_folders().unwrap().remove(0);
    assert_ne!(now.cursor, before.cursor, "Drive tells of it no more");

    let app = open(&google.installation, slow).await;
    eventually("a job", || store.jobs(9).unwrap().len() == 1).await;
    let expected = RecordingLink::Drive { id: closed.as_str().to_owned(), resource_key: None };
    assert_eq!(store.jobs(9).unwrap()[0].request.link, expected);
    app.shutdown().await;
    drop(app);

    let app = open(&google.installation, PACE).await;
    let asked = google.answers(Call::Changes).len();
    eventually("asking Drive again", || google.answers(Call::Changes).len() >= asked + 4).await;
    assert_eq!(app.list().unwrap().len(), 1, "it is taken once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_drive_is_told_and_nothing_is_lost() {
    let scene = Scene::paused().await;
    for (on, fault, code) in [
        (Call::Changes, FaultKind::Status(500, "internalError".to_owned()), "service_busy"),
        (Call::Changes, FaultKind::GarbageJson, "service_busy"),
        (Call::Changes, FaultKind::AnswerLost, "offline"),
        (Call::Metadata, FaultKind::Status(503, "backendError".to_owned()), "service_busy"),
    ] {
        let jobs = scene.jobs();
        scene.google.sandbox.world().plan(Fault { on, times: 1_000, what: fault.clone() });
        eventually(code, || scene.problem().as_deref() == Some(code)).await;
        scene.google.add(scene.speech("meanwhile.wav"));
        scene.google.sandbox.world().forget_faults();
        eventually("a job", || scene.jobs() == jobs + 1).await;
        eventually("no problem", || scene.problem().is_none()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_that_drive_no_longer_takes_loses_nothing() {
    let google = Google::new().await;
    let folder = google.add(NewFile::folder("Meet Recordings"));
    google.add(speech("old.wav").in_folder(&folder));
    let app = open(&google.installation, PACE).await;
    google.sign_in(&app).await;
    app.pause().unwrap();
    app.watch_folder(&address(&folder)).await.unwrap();
    let scene = Scene { google, folder, app };
    for (jobs, status) in [(1, 400), (2, 404), (3, 410)] {
        {
            let mut world = scene.google.sandbox.world();
            let what = FaultKind::Status(status, "invalid".to_owned());
            world.plan(Fault { on: Call::Changes, times: 1, what });
            // It is told by no page token that begins after it.
            world.add_file(&scene.google.account, scene.speech("meanwhile.wav"));
        }
        eventually("a job", || scene.jobs() == jobs).await;
    }
    scene.some_polls().await;
    assert_eq!((scene.jobs(), scene.problem()), (3, None));
    let listed = scene.google.answers(Call::List).len();
    let beside = 3; // Once for each recording, when it is taken.
    assert_eq!(listed - beside, 1 + 3, "listed when it was added, and once for each lost token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_a_shared_drive_is_watched_by_the_log_of_that_drive() {
    let scene = Scene::paused().await;
    let team = scene.google.add(NewFile::folder("Team").in_shared_drive("0ATeam"));
    scene.app.watch_folder(team.as_str()).await.unwrap();
    scene.google.add(speech("team.wav").in_folder(&team).in_shared_drive("0ATeam"));
    eventually("a job", || scene.jobs() == 1).await;
    let world = scene.google.sandbox.world();
    let asked = world.requests().iter().filter(|seen| seen.call == Some(Call::Changes));
    assert!(
        asked.clone().any(|seen| format!("{seen:?}").contains("driveId")),
        "{:?}",
        asked.collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_watched_says_why() {
    let google = Google::new().await;
    let folder = google.add(NewFile::folder("Meet Recordings"));
    let file = google.add_speech("talk.wav");
    let app = open(&google.installation, PACE).await;
    let mut told = Vec::new();
    let mut tell = async |app: &App, place: &str| {
        let failure = app.watch_folder(place).await.unwrap_err();
        told.push(format!("{}: {} {}", failure.code.word(), failure.what, failure.fix));
    };
    tell(&app, &address(&folder)).await;
    app.sign_in_google(DriveAccess::PickedFiles, browse).await.unwrap();
    tell(&app, &address(&folder)).await;
    google.sign_in(&app).await;
    tell(&app, &link(&file)).await;
    tell(&app, file.as_str()).await;
    tell(&app, &address(&FileId::from("1nobodyhasthisfolder12345678"))).await;
    google.sandbox.world().file_mut(&folder).unwrap().trashed = true;
    tell(&app, &address(&folder)).await;
    tell(&app, "talks").await;
    tell(&app, "/nowhere/talks").await;
    assert_eq!(app.watched_folders().unwrap(), []);
    assert_eq!(app.unwatch_folder("talks").unwrap_err().what, "There is no watched folder talks.");
    insta::assert_snapshot!(told.join("\n"), @"
    sign_in_needed: To watch a folder in Drive, Debrief needs access to all of your Drive. Sign in with access to all of Drive, then watch the folder.
    sign_in_needed: To watch a folder in Drive, Debrief needs access to all of your Drive. Sign in with access to all of Drive, then watch the folder.
    bad_link: This isn't the link of a folder in Google Drive. Open the folder in Drive and copy the address from the browser.
    bad_link: “talk.wav” is not a folder. Open the folder in Drive and copy the address from the browser.
    no_access: ana@example.com can't open this Drive folder. Check the link and that the folder is shared with you, or sign in with the account that can open it.
    in_trash: The folder “Meet Recordings” is in Drive's bin. Restore it in Drive, then watch it.
    bad_link: “talks” is neither a folder in Google Drive nor one on this computer. Paste the address of the folder in Drive, or choose a folder.
    missing_file: The folder /nowhere/talks isn't there. Check the path, and that the disk it is on is connected.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_ran_out_is_the_folder_s_problem_until_somebody_signs_in() {
    let scene = Scene::paused().await;
    scene.google.sandbox.world().expire_access_tokens();
    scene.google.sandbox.world().revoke(&scene.google.account);
    eventually("the problem", || scene.problem().as_deref() == Some("sign_in_expired")).await;
    let refreshes = scene.google.answers(Call::Token).len();
    scene.google.add(scene.speech("meanwhile.wav"));
    tokio::time::sleep(PACE.drive * 4).await;
    assert_eq!(scene.google.answers(Call::Token).len(), refreshes, "a dead sign-in is not tried again");
    scene.google.sign_in(&scene.app).await;
    eventually("a job", || scene.jobs() == 1).await;
    scene.app.sign_out_google("ana@example.com").await.unwrap();
    eventually("the problem", || scene.problem().as_deref() == Some("sign_in_needed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_watched_by_the_process_that_runs_the_jobs() {
    let installation = Installation::new();
    let talks = folder(&installation);
    let first = App::open_and_run(installation.home(), Runs::WhatIsNew).await.unwrap();
    first.pause().unwrap();
    eventually("the lock", || first.runs_jobs()).await;
    let second = open(&installation, PACE).await;
    second.watch_folder(talks.to_str().unwrap()).await.unwrap();
    put(&talks, "talk.wav");
    tokio::time::sleep(PACE.local * 6).await;
    assert_eq!(second.list().unwrap(), []);
    first.shutdown().await;
    eventually("a job", || second.list().unwrap().len() == 1).await;

    // Nothing is taken any more once it has ended.
    second.shutdown().await;
    put(&talks, "later.wav");
    tokio::time::sleep(PACE.local * 6).await;
    assert_eq!(second.list().unwrap().len(), 1);
}

fn folder(installation: &Installation) -> PathBuf {
    let talks = installation.path().join("talks");
    std::fs::create_dir(&talks).unwrap();
    talks
}

fn put(folder: &Path, name: &str) {
    std::fs::copy(fixture("speech.wav"), folder.join(name)).unwrap();
}

fn recordings(app: &App) -> Vec<String> {
    let mut names: Vec<String> = app.list().unwrap().into_iter().map(|job| job.source).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_copied_slowly_into_a_folder_becomes_one_page_and_keeps_its_name() {
    let installation = Installation::new();
    let talks = folder(&installation);
    put(&talks, "old.wav");
    let rest = Duration::from_secs(2);
    let pace = WatchPace { local: Duration::from_secs(60), local_rest: rest, ..PACE };
    let app = open(&installation, pace).await;
    let folders = app.watch_folder(&format!("{}/", talks.display())).await.unwrap();
    let shown: Vec<_> =
        folders.iter().map(|f| (f.name.as_str(), f.place.as_str(), f.kind, &f.problem)).collect();
    assert_eq!(shown, [("talks", talks.to_str().unwrap(), WatchedKind::Local, &None)]);

    let whole = AtomicBool::new(false);
    let copy = async {
        let bytes = std::fs::read(fixture("speech.wav")).unwrap();
        let mut file = std::fs::File::create(talks.join("talk.wav")).unwrap();
        for piece in bytes.chunks(bytes.len() / 30 + 1) {
            std::io::Write::write_all(&mut file, piece).unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        whole.store(true, Ordering::SeqCst);
    };
    let taken = eventually("a job", || {
        let jobs = app.list().unwrap().len();
        assert!(jobs == 0 || whole.load(Ordering::SeqCst), "taken before it was whole");
        jobs == 1
    });
    tokio::join!(copy, taken);
    let id = app.list().unwrap()[0].id.parse().unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    tokio::time::sleep(rest * 2).await;
    assert_eq!(
        (app.list().unwrap().len(), names(&talks)),
        (1, vec!["old.wav".to_owned(), "talk.wav".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_came_while_debrief_was_closed_are_taken_whatever_their_time() {
    let installation = Installation::new();
    let talks = folder(&installation);
    put(&talks, "old.wav");
    let app = open(&installation, PACE).await;
    app.pause().unwrap();
    app.watch_folder(talks.to_str().unwrap()).await.unwrap();
    app.shutdown().await;
    drop(app);
    put(&talks, "new.wav");
    let recorder = std::fs::File::options().write(true).open(talks.join("new.wav")).unwrap();
    recorder.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    for name in ["agenda.pdf", ".hidden.wav", "half.wav.part", "half.mp4.crdownload", "~$talk.wav"] {
        put(&talks, name);
    }
    std::fs::create_dir(talks.join("inner")).unwrap();
    put(&talks.join("inner"), "inner.wav");

    let app = open(&installation, PACE).await;
    let new = [talks.join("new.wav").display().to_string()];
    eventually("a job", || recordings(&app) == new).await;
    app.shutdown().await;
    drop(app);

    let app = open(&installation, PACE).await;
    tokio::time::sleep(PACE.local * 6).await;
    assert_eq!(recordings(&app), new, "it is taken once");
    let id = app.watched_folders().unwrap()[0].id.clone();
    assert_eq!(app.unwatch_folder(&id).unwrap(), []);
    put(&talks, "newer.wav");
    tokio::time::sleep(PACE.local * 6).await;
    assert_eq!(recordings(&app), new, "it is watched no longer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_away_is_told_and_watched_again_when_it_is_back() {
    let installation = Installation::new();
    let talks = folder(&installation);
    put(&talks, "old.wav");
    let app = open(&installation, PACE).await;
    app.pause().unwrap();
    app.watch_folder(talks.to_str().unwrap()).await.unwrap();
    put(&talks, "first.wav");
    let first = talks.join("first.wav").display().to_string();
    eventually("a job", || recordings(&app) == [first.clone()]).await;

    let away = installation.path().join("away");
    std::fs::rename(&talks, &away).unwrap();
    eventually("the problem", || problem(&app).as_deref() == Some("missing_file")).await;
    put(&away, "second.wav");
    std::fs::rename(&away, &talks).unwrap();
    let second = talks.join("second.wav").display().to_string();
    eventually("a second job", || recordings(&app) == [first.clone(), second.clone()]).await;
    eventually("no problem", || problem(&app).is_none()).await;
}
