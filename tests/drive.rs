//! A pasted Drive link becomes a page, and the file gets its name: signed in, fetched, renamed, undone.

use std::path::{Path, PathBuf};

use debrief_app::{DriveAccess, GoogleView};
use debrief_core::failure::Failure;
use debrief_core::ports::Recording;
use debrief_core::stage::Stage;
use debrief_core::view::{Group, JobView, StageState, StatusWord};
use debrief_runtime::store::JobStore;
use debrief_sandbox::{Answer, Call, Fault, FaultKind, FileId, NewFile, Picks, Right};

use crate::google::{Google, browse, browser, eventually, link, page_of, process};
use crate::support::{settled, until};

fn error_code(view: &JobView) -> &str {
    view.error.as_ref().map_or("", |error| error.code.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_waits_for_a_sign_in_and_then_becomes_a_page_by_itself() {
    let google = Google::new().await;
    let file = google.add_speech("REC_20261105_0900.wav");
    let app = google.installation.open().await;
    let id = process(&app, &file).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "sign_in_needed"), "{view:#?}");
    assert_eq!(google.answers(Call::Any).len(), 0, "nothing is asked of Google before anybody signed in");

    // One visit to the browser signs in and chooses the file.
    app.sign_in_google(DriveAccess::PickedFiles, browse).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(google.sandbox.world().person().times_asked, 1);
    assert_eq!(view.account.as_deref(), Some("ana@example.com"));

    let name = google.name_of(&file);
    assert!(name.starts_with("[2026-11-05] ") && name.ends_with(".wav"), "{name}");
    let result = view.result.clone().unwrap();
    assert_eq!(result.drive_filename.as_deref(), Some(name.as_str()));
    assert_eq!(result.renamed_from.as_deref(), Some("REC_20261105_0900.wav"));
    let properties = google.sandbox.world().file(&file).unwrap().app_properties.clone();
    let receipt = properties.values().next().expect("a receipt");
    assert_eq!(receipt.get("debriefJob"), Some(&id.to_string()));
    let page = page_of(&view);
    assert!(page.contains(&format!("https://drive.google.com/file/d/{}/view", file.as_str())), "{page}");
    assert_eq!(google.installation.temporary(), [""; 0]);

    // The next one needs no browser.
    let again = app.look_up(&link(&file)).await;
    assert_eq!(
        again.processed.map(|processed| (processed.job_id, processed.here)),
        Some((id.to_string(), true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_gives_the_old_name_back_once() {
    let google = Google::new().await;
    let file = google.add_speech("talk.wav");
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let id = process(&app, &file).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    assert_ne!(google.name_of(&file), "talk.wav");

    app.undo_rename(id).await.unwrap();
    assert_eq!(google.name_of(&file), "talk.wav");
    let result = app.status(id).unwrap().result.unwrap();
    assert_eq!((result.renamed_from, result.drive_filename), (None, None));
    assert!(result.name_to_copy.is_some());
    assert!(app.undo_rename(id).await.is_err(), "there is nothing more to undo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_else_renamed_keeps_that_name() {
    let google = Google::new().await;
    let file = google.add_speech("talk.wav");
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let id = process(&app, &file).await;
    until(&app, id, |view| {
        view.stages.iter().any(|s| s.stage.word() == "fetch" && s.state == StageState::Done)
    })
    .await;
    google.sandbox.world().file_mut(&file).unwrap().name = "Board meeting.wav".to_owned();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(google.name_of(&file), "Board meeting.wav");
    assert_eq!(view.warnings[0].code, "renamed_meanwhile");
    insta::assert_snapshot!(view.warnings[0].text, @"Somebody renamed the recording to “Board meeting.wav” in the meantime, so it kept that name.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_not_be_renamed_is_a_warning_with_the_name_to_copy() {
    let google = Google::new().await;
    let file = google.add_speech("talk 2026-01-05.wav");
    google.sandbox.world().file_mut(&file).unwrap().can_rename = false;
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let id = process(&app, &file).await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    let name = result.name_to_copy.unwrap();
    assert!(name.starts_with("[2026-01-05] "), "{name}");
    assert_eq!(
        (view.warnings[0].code.as_str(), google.name_of(&file).as_str()),
        ("rename_not_allowed", "talk 2026-01-05.wav")
    );
    assert!(view.warnings[0].text.contains(&name), "{}", view.warnings[0].text);
}

#[tokio::test(flavor = "multi_thread")]
async fn shortcuts_shared_drives_and_resource_keys_lead_to_the_file() {
    let google = Google::new().await;
    let speech = std::fs::read(crate::support::fixture("speech.wav")).unwrap();
    let new = |name: &str| NewFile::new(name, "audio/wav", speech.clone());
    let target = google.add(new("target.wav"));
    let shortcut = google.add(NewFile::shortcut("pointer", &target));
    let shared = google.add(new("shared.wav").in_shared_drive("0ADrive"));
    let keyed = google.add(new("keyed.wav").with_resource_key("0-key"));
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let links = [link(&shortcut), link(&shared), format!("{}&resourcekey=0-key", link(&keyed))];
    for (text, file) in links.iter().zip([&target, &shared, &keyed]) {
        let id = app.process(text, &[]).await.unwrap();
        let view = settled(&app, id).await;
        assert_eq!(view.status, StatusWord::Completed, "{text}: {view:#?}");
        assert!(google.name_of(file).starts_with('['), "{}", google.name_of(file));
    }
    assert_eq!(google.name_of(&shortcut), "pointer", "the file is renamed, not what points to it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_processed_fails_before_anything_is_downloaded() {
    let google = Google::new().await;
    let pdf = google.add(NewFile::new("talk.pdf", "application/pdf", b"%PDF-1.7".to_vec()));
    let folder = google.add(NewFile::folder("Meetings"));
    let trashed = google.add_speech("old.wav");
    google.sandbox.world().file_mut(&trashed).unwrap().trashed = true;
    let locked = google.add_speech("locked.wav");
    google.sandbox.world().file_mut(&locked).unwrap().can_download = false;
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let mut told = Vec::new();
    for file in [&pdf, &folder, &trashed, &locked] {
        let id = process(&app, file).await;
        let view = settled(&app, id).await;
        let error = view.error.unwrap();
        told.push(format!("{}: {} {}", error.code, error.what, error.fix));
        let look = app.look_up(&link(file)).await;
        assert_eq!(look.problem.map(|problem| problem.code), Some(error.code), "it is known before, too");
    }
    assert_eq!(google.answers(Call::Download), []);
    insta::assert_snapshot!(told.join("\n"), @"
    not_a_recording: “talk.pdf” is neither audio nor video but application/pdf. Choose the recording itself; documents can be attached to it.
    is_a_folder: “Meetings” is a folder. Open it and copy the links of the recordings inside.
    in_trash: “old.wav” is in Drive's bin. Restore it in Drive; the job goes on by itself.
    download_forbidden: The owner of “locked.wav” has disabled downloads. Ask them for a copy or to allow downloads, or drop the file here.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_not_chosen_is_asked_for_and_another_choice_is_told() {
    let google = Google::new().await;
    let (wanted, other) = (google.add_speech("wanted.wav"), google.add_speech("other.wav"));
    let app = google.installation.open().await;
    app.sign_in_google(DriveAccess::PickedFiles, browse).await.unwrap();
    let id = process(&app, &wanted).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "pick_needed"), "{view:#?}");

    let picks = |picks| Answer::Allows { account: google.account.clone(), picks };
    google.sandbox.world().person().answer = picks(Picks::These(vec![other]));
    let failure = app.choose_in_google(&[], Some(id), browse).await.unwrap_err();
    assert_eq!(failure.code.word(), "wrong_pick");
    insta::assert_snapshot!(failure.what, @"You chose another file than the one of the link.");
    google.sandbox.world().person().answer = picks(Picks::Nothing);
    let failure = app.choose_in_google(&[], Some(id), browse).await.unwrap_err();
    insta::assert_snapshot!(failure.what, @"ana@example.com is signed in, but no file was chosen.");
    let bob = google.sandbox.world().add_account("bob@example.com");
    let mine = google.sandbox.world().add_file(&bob, NewFile::new("mine.wav", "audio/wav", b"x".to_vec()));
    google.sandbox.world().person().answer = Answer::Allows { account: bob, picks: Picks::These(vec![mine]) };
    let failure = app.choose_in_google(&[], Some(id), browse).await.unwrap_err();
    insta::assert_snapshot!(failure.what, @"You chose with another account, bob@example.com, and not the file of the link.");

    google.sandbox.world().person().answer = picks(Picks::Requested);
    app.choose_in_google(&[], Some(id), browse).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_accounts_the_one_that_can_see_a_file_is_used_and_remembered() {
    let google = Google::new().await;
    let bob = google.sandbox.world().add_account("bob@example.com");
    let speech = std::fs::read(crate::support::fixture("speech.wav")).unwrap();
    let file = google.sandbox.world().add_file(&bob, NewFile::new("bobs.wav", "audio/wav", speech));
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let id = process(&app, &file).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "no_access"), "{view:#?}");

    google.sandbox.world().person().answer = Answer::Allows { account: bob, picks: Picks::Requested };
    google.sign_in(&app).await;
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!((view.status, view.account.as_deref()), (StatusWord::Completed, Some("bob@example.com")));
    let emails: Vec<String> = app.google().await.unwrap().accounts.into_iter().map(|a| a.email).collect();
    assert_eq!(emails, ["ana@example.com", "bob@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_sign_in_makes_jobs_wait_until_somebody_signs_in_again() {
    let google = Google::new().await;
    let (one, two) = (google.add_speech("one.wav"), google.add_speech("two.wav"));
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    google.sandbox.world().expire_access_tokens();
    google.sandbox.world().revoke(&google.account);
    let jobs = [process(&app, &one).await, process(&app, &two).await];
    for id in jobs {
        let view = settled(&app, id).await;
        assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "sign_in_expired"), "{view:#?}");
    }
    let google_view: GoogleView = app.google().await.unwrap();
    assert_eq!((google_view.accounts[0].signed_in, google_view.accounts[0].waiting_jobs), (false, 2));
    let refreshes = google.answers(Call::Token).len();
    google.sign_in(&app).await;
    for id in jobs {
        let view = until(&app, id, |view| view.group == Group::Done).await;
        assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    }
    assert!(
        google.answers(Call::Token).len() <= refreshes + 2,
        "a dead sign-in is not tried again and again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_once_for_all_who_need_it_and_a_new_refresh_token_is_kept() {
    let google = Google::new().await;
    let files: Vec<FileId> = (0..3).map(|n| google.add_speech(&format!("{n}.wav"))).collect();
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    google.sandbox.world().rotate_refresh_tokens(true);
    google.sandbox.world().expire_access_tokens();
    let before = google.answers(Call::Token).len();
    let looks = files.iter().map(link).collect::<Vec<_>>();
    let [one, two, three] = [0, 1, 2].map(|n| app.look_up(&looks[n]));
    let (one, two, three) = tokio::join!(one, two, three);
    assert!(one.name.is_some() && two.name.is_some() && three.name.is_some(), "{one:?} {two:?} {three:?}");
    assert_eq!(google.answers(Call::Token).len(), before + 1);
    app.shutdown().await;
    drop(app);

    // Another process has only what was kept.
    let app = google.installation.open().await;
    assert_eq!(app.look_up(&looks[0]).await.name.as_deref(), Some("0.wav"));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_grant_and_forgets_it() {
    let google = Google::new().await;
    let file = google.add_speech("talk.wav");
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    app.sign_out_google("ana@example.com").await.unwrap();
    assert_eq!(google.answers(Call::Revoke), [Some(200)]);
    assert_eq!(app.google().await.unwrap().accounts, []);
    let kept = std::fs::read_to_string(google.installation.home().secrets_file()).unwrap();
    assert!(!kept.contains("1//"), "the refresh token is gone");
    let id = process(&app, &file).await;
    assert_eq!(error_code(&settled(&app, id).await), "sign_in_needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_click_shows_the_same_sign_in_again_and_a_cancel_ends_it() {
    let google = Google::new().await;
    google.sandbox.world().person().answer = Answer::Silent;
    let app = std::sync::Arc::new(google.installation.open().await);
    let shown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let click = || {
        let (app, shown) = (app.clone(), shown.clone());
        tokio::spawn(async move {
            let browse = |url: &url::Url| -> Result<(), Failure> {
                shown.lock().unwrap().push(url.clone());
                Ok(())
            };
            app.sign_in_google(DriveAccess::PickedFiles, browse).await
        })
    };
    let first = click();
    eventually("the browser", || shown.lock().unwrap().len() == 1).await;
    let second = click();
    eventually("the browser again", || shown.lock().unwrap().len() == 2).await;
    {
        let shown = shown.lock().unwrap();
        assert_eq!(shown[0], shown[1]);
    }
    assert!(app.google().await.unwrap().signing_in);
    app.cancel_sign_in();
    for clicked in [first, second] {
        let failure = clicked.await.unwrap().unwrap_err();
        assert_eq!(failure.what, "The sign-in was cancelled.");
    }
    assert!(!app.google().await.unwrap().signing_in);
    let redirect =
        shown.lock().unwrap()[0].query_pairs().find(|(k, _)| k == "redirect_uri").unwrap().1.into_owned();
    eventually("the end of the listener", || {
        std::net::TcpStream::connect(redirect.trim_start_matches("http://")).is_err()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_in_the_browser_is_told_and_a_forged_answer_is_not_taken() {
    let google = Google::new().await;
    let app = google.installation.open().await;
    for (answer, what) in [
        (Answer::Denies, "You didn't give Debrief access."),
        (
            Answer::Error("admin_policy_enforced".into()),
            "The administrator of your Google Workspace doesn't allow Debrief's access.",
        ),
    ] {
        google.sandbox.world().person().answer = answer;
        let failure = app.sign_in_google(DriveAccess::PickedFiles, browse).await.unwrap_err();
        assert_eq!((failure.code.word(), failure.what.as_str()), ("sign_in_failed", what));
    }
    google.sandbox.world().person().answer = Answer::WrongState;
    let forged = |url: &url::Url| -> Result<(), Failure> {
        let url = url.clone();
        tokio::spawn(async move {
            let page = browser().get(url).send().await.unwrap();
            assert_eq!(page.status().as_u16(), 400);
        });
        Ok(())
    };
    let waiting = app.sign_in_google(DriveAccess::PickedFiles, forged);
    let outcome = tokio::time::timeout(std::time::Duration::from_secs(3), waiting).await;
    assert!(outcome.is_err(), "a forged answer ends nothing: {outcome:?}");
    assert_eq!(app.google().await.unwrap().accounts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_in_drive_and_on_this_machine_give_their_text_and_bad_ones_a_warning() {
    let google = Google::new().await;
    let pdf = std::fs::read(crate::support::document("english.pdf")).unwrap();
    let recording = google.add_speech("talk.wav");
    let agenda = google.add(NewFile::new("Agenda.pdf", "application/pdf", pdf.clone()));
    let slides = google.add(NewFile::document("Slides", pdf));
    let photo = google.add(NewFile::new("photo.jpg", "image/jpeg", b"x".to_vec()));
    let hidden = {
        let mut world = google.sandbox.world();
        let bob = world.add_account("bob@example.com");
        world.add_file(&bob, NewFile::new("Secret.pdf", "application/pdf", b"%PDF-1.7".to_vec()))
    };
    let local = crate::support::document("english.pdf").display().to_string();
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let mut attachments: Vec<String> = [&agenda, &slides, &photo, &hidden].map(link).to_vec();
    attachments.push(local);
    let id = app.process(&link(&recording), &attachments).await.unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let page = page_of(&view);
    for name in ["Agenda.pdf", "Slides", "english.pdf"] {
        assert!(page.contains(name), "no {name} in {page}");
    }
    let codes: Vec<&str> = view.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["attachment_unavailable"; 2], "{:#?}", view.warnings);
    let store = JobStore::open(&google.installation.home().database()).unwrap();
    let recording = store.checkpoint::<Recording>(id, Stage::Fetch).unwrap().unwrap().output;
    let texts: Vec<Option<String>> =
        recording.attachments.into_iter().map(|attachment| attachment.text).collect();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| text.as_deref().is_some_and(|text| text.len() > 20)), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_a_file_may_process_it_but_not_rename_it() {
    let google = Google::new().await;
    let speech = std::fs::read(crate::support::fixture("speech.wav")).unwrap();
    let file = {
        let mut world = google.sandbox.world();
        let bob = world.add_account("bob@example.com");
        let file = world.add_file(&bob, NewFile::new("bobs.wav", "audio/wav", speech));
        world.share(&file, &google.account, Right::Reader);
        file
    };
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let id = process(&app, &file).await;
    let view = settled(&app, id).await;
    assert_eq!((view.status, view.warnings[0].code.as_str()), (StatusWord::Completed, "rename_not_allowed"));
    assert_eq!(google.name_of(&file), "bobs.wav");
}

/// Every file below a folder, with its bytes.
fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push((path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    files
}

/// Asserts that no token and no code is in anything that Debrief has written, but for the file that keeps sign-ins.
fn no_secret_in(google: &Google, more: &str) {
    let secrets = google.sandbox.world().secrets();
    assert!(secrets.len() >= 3, "a code, an access token and a refresh token at least");
    let files = files_below(google.installation.path());
    assert!(files.len() > 4, "{files:?}");
    let kept = google.installation.home().secrets_file();
    for (path, bytes) in files.iter().filter(|(path, _)| *path != kept) {
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", path.display());
        }
    }
    assert!(secrets.iter().all(|secret| !more.contains(secret)), "a secret is in what the window was told");
    assert!(files.iter().any(|(path, _)| *path == kept), "what is looked for was kept at all");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_or_told_anywhere() {
    let google = Google::new().await;
    let file = google.add_speech("talk.wav");
    let app = google.installation.open().await;
    let mut news = app.news();
    google.sign_in(&app).await;
    google.sandbox.world().rotate_refresh_tokens(true);
    google.sandbox.world().expire_access_tokens();
    for fault in [FaultKind::Status(500, "internalError".into()), FaultKind::DropAfter { bytes: 9_000 }] {
        google.sandbox.world().plan(Fault { on: Call::Download, times: 1, what: fault });
    }
    google.sandbox.world().plan(Fault {
        on: Call::Token,
        times: 1,
        what: FaultKind::Status(500, "internal_failure".into()),
    });
    let id = process(&app, &file).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    let mut told = serde_json::to_string(&app.google().await.unwrap()).unwrap();
    told += &serde_json::to_string(&app.look_up(&link(&file)).await).unwrap();
    while let Ok(heard) = news.try_recv() {
        told += &serde_json::to_string(&heard).unwrap();
    }
    assert!(told.contains("ServiceBusy") || told.contains("service_busy"), "the faults were told");
    no_secret_in(&google, &told);
}
