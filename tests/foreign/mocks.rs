//! oauth2-mock-server signs in and google-drive-mock is the Drive.
//!
//! What they cannot show:
//! - oauth2-mock-server takes any client, secret and redirect address, any refresh token, and a code without a verifier. So
//!   it is looked at what the product sent, and emulate, beside this, refuses what is wrong.
//! - It has no file chooser and calls each scope "dummy": both are put into its answers by its own hooks.
//! - google-drive-mock knows two access tokens, which the hooks let oauth2-mock-server hand out. It tells no capabilities and
//!   knows no ranges, and an upload of any type but text has no bytes: files are uploaded as text, then given their type.

use std::process::Stdio;

use debrief_app::{App, DriveAccess};
use debrief_core::stage::Stage;
use debrief_core::view::StatusWord;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::{
    CLIENT_ID, CLIENT_SECRET, Foreign, RECORDED, Show, installation, link, open, parameter, speech,
    with_a_browser, with_another_verifier,
};
use crate::google::{browser, page_of};
use crate::support::{Installation, PATIENCE, closed, settled};

const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const DRIVE_FILE: &str = "https://www.googleapis.com/auth/drive.file";

struct Mocks {
    oauth: Foreign,
    drive: Foreign,
    installation: Installation,
}

impl Mocks {
    async fn start() -> Mocks {
        let (oauth, drive) =
            tokio::join!(Foreign::start("oauth2-mock-server"), Foreign::start("google-drive-mock"));
        let [auth, token, revoke] = ["/authorize", "/token", "/revoke"].map(|path| oauth.at(path));
        let installation = installation(auth, token, revoke, drive.at("/drive/v3"));
        Mocks { oauth, drive, installation }
    }

    /// From now on `redirect` is added to where the browser is sent, and the tokens are good for Drive.
    async fn grant(&mut self, scope: &str, redirect: Value, lifetime_s: u32) {
        let hooks = json!({
            "command": "hooks",
            "redirect": redirect,
            "authorization_code": { "scope": scope, "access_token": "valid-token", "expires_in": lifetime_s },
            "refresh_token": { "access_token": "another-valid-token" },
        });
        self.oauth.tell(hooks).await;
    }

    /// What the product has sent to the token endpoint and what it got, in order.
    async fn exchanges(&mut self) -> Vec<Value> {
        let seen = self.oauth.tell(json!({ "command": "seen" })).await;
        seen["seen"].as_array().unwrap().iter().filter(|seen| seen.get("sent").is_some()).cloned().collect()
    }

    /// Signs in to all files.
    async fn sign_in(&mut self, app: &App, lifetime_s: u32) {
        self.grant(DRIVE, json!({}), lifetime_s).await;
        let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
        with_a_browser(asks, async |url| open(&url).await).await.0.unwrap();
    }

    async fn upload(&self, name: &str) -> String {
        let uploads = self.drive.at("/upload/drive/v3/files?uploadType=media");
        let upload = browser().post(uploads).header("content-type", "text/plain").body(speech());
        let file: Value = upload.bearer_auth("valid-token").send().await.unwrap().json().await.unwrap();
        let id = file["id"].as_str().unwrap();
        let typed = browser().patch(self.drive.at(&format!("/drive/v3/files/{id}")));
        let typed = typed.json(&json!({ "name": name, "mimeType": "audio/mpeg" })).bearer_auth("valid-token");
        let file: Value = typed.send().await.unwrap().json().await.unwrap();
        assert_eq!(file["size"], json!(speech().len().to_string()), "{file}");
        id.to_owned()
    }

    async fn file(&self, id: &str) -> Value {
        let file = browser().get(self.drive.at(&format!("/drive/v3/files/{id}"))).bearer_auth("valid-token");
        file.send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth2_mock_server_takes_the_verifier_and_the_files_that_it_names_are_the_chosen_ones() {
    let mut mocks = Mocks::start().await;
    let (wanted, other) = (mocks.upload("wanted.mp3").await, mocks.upload("other.mp3").await);
    let app = mocks.installation.open().await;
    let links = [link(&wanted)];
    let choose = async |show: Show<'_>| app.choose_in_google(&links, None, show).await;

    mocks.grant(DRIVE_FILE, json!({ "picked_file_ids": other }), 3600).await;
    let (outcome, _) = with_a_browser(choose, async |url| open(&url).await).await;
    let failure = outcome.unwrap_err();
    assert_eq!(failure.code.word(), "wrong_pick");
    insta::assert_snapshot!(failure.what, @"You chose another file than the one of the link.");
    let accounts = app.google().await.unwrap().accounts;
    assert_eq!(accounts[0].email, "mock@example.com", "whose Drive it is was told by google-drive-mock");

    mocks.grant(DRIVE_FILE, json!({ "picked_file_ids": format!("{other},{wanted}") }), 3600).await;
    let (outcome, (asked, (status, page))) =
        with_a_browser(choose, async |url| (url.clone(), open(&url).await)).await;
    outcome.unwrap();
    assert!(status == 200 && page.contains("you can close this page"), "{status} {page}");
    for (name, value) in [("scope", DRIVE_FILE), ("trigger_onepick", "true"), ("file_ids", &wanted)] {
        assert_eq!(parameter(&asked, name), value);
    }

    // It does not look at these itself.
    let exchanges = mocks.exchanges().await;
    assert_eq!(exchanges.len(), 2);
    let sent = &exchanges[1]["sent"];
    assert_eq!(sent["redirect_uri"], json!(parameter(&asked, "redirect_uri")));
    assert_eq!((&sent["client_id"], &sent["client_secret"]), (&json!(CLIENT_ID), &json!(CLIENT_SECRET)));
    assert_eq!(app.look_up(&links[0]).await.name.as_deref(), Some("wanted.mp3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth2_mock_server_refuses_a_verifier_that_does_not_belong_to_the_question() {
    let mut mocks = Mocks::start().await;
    mocks.grant(DRIVE, json!({}), 3600).await;
    let app = mocks.installation.open().await;
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let (outcome, _) = with_a_browser(asks, async |url| open(&with_another_verifier(&url)).await).await;
    let failure = outcome.unwrap_err();
    assert_eq!(
        (failure.code.word(), failure.what.as_str()),
        ("sign_in_failed", "Google refused the sign-in.")
    );
    let detail = failure.detail.unwrap();
    assert!(detail.contains("code_verifier provided does not match code_challenge"), "{detail}");
    assert_eq!(app.google().await.unwrap().accounts, []);

    // The same person, asked again and left alone.
    let (outcome, _) = with_a_browser(asks, async |url| open(&url).await).await;
    outcome.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_for_another_scope_than_was_asked_for_is_no_sign_in() {
    let mocks = Mocks::start().await;
    let app = mocks.installation.open().await;
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::PickedFiles, show).await;
    // Left as it is, oauth2-mock-server grants the scope "dummy".
    let (outcome, _) = with_a_browser(asks, async |url| open(&url).await).await;
    let failure = outcome.unwrap_err();
    insta::assert_snapshot!(failure.what, @"You signed in, but didn't let Debrief see any files in Drive.");
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth2_mock_server_renews_a_token_whose_lifetime_is_over_and_its_newest_refresh_token_is_used() {
    let mut mocks = Mocks::start().await;
    let file = mocks.upload("talk.mp3").await;
    let app = mocks.installation.open().await;
    mocks.sign_in(&app, 1).await;
    assert_eq!(app.look_up(&link(&file)).await.name.as_deref(), Some("talk.mp3"));
    let exchanges = mocks.exchanges().await;
    assert_eq!(exchanges.len(), 2, "{exchanges:#?}");
    assert_eq!(exchanges[1]["sent"]["grant_type"], json!("refresh_token"));
    assert_eq!(exchanges[1]["sent"]["refresh_token"], exchanges[0]["answered"]["refresh_token"]);

    // The new one is good for an hour.
    assert_eq!(app.look_up(&link(&file)).await.name.as_deref(), Some("talk.mp3"));
    assert_eq!(mocks.exchanges().await.len(), 2);

    // This server hands out another refresh token each time, and the next process uses that.
    app.shutdown().await;
    drop(app);
    let app = mocks.installation.open().await;
    assert_eq!(app.look_up(&link(&file)).await.name.as_deref(), Some("talk.mp3"));
    let exchanges = mocks.exchanges().await;
    assert_eq!(exchanges.len(), 3);
    assert_ne!(exchanges[1]["answered"]["refresh_token"], exchanges[0]["answered"]["refresh_token"]);
    assert_eq!(exchanges[2]["sent"]["refresh_token"], exchanges[1]["answered"]["refresh_token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn google_drive_mock_keeps_the_new_name_with_its_receipt_and_gets_the_old_name_back() {
    let mut mocks = Mocks::start().await;
    let file = mocks.upload(RECORDED).await;
    let app = mocks.installation.open().await;
    mocks.sign_in(&app, 3600).await;
    let id = app.process(&link(&file), &[]).await.unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(
        view.warnings.iter().filter(|warning| warning.code.contains("rename")).count(),
        0,
        "{view:#?}"
    );
    let renamed = mocks.file(&file).await;
    let name = renamed["name"].as_str().unwrap();
    assert!(name.starts_with("[2026-11-05] ") && name.ends_with(".mp3"), "{name}");
    assert_eq!(view.result.as_ref().unwrap().drive_filename.as_deref(), Some(name));
    assert_eq!(renamed["appProperties"]["debriefJob"], json!(id.to_string()));
    assert!(
        renamed["appProperties"]["debriefPage"].as_str().is_some_and(|page| !page.is_empty()),
        "{renamed}"
    );
    assert!(page_of(&view).contains(&file));
    let look = app.look_up(&link(&file)).await;
    assert_eq!(look.processed.map(|processed| processed.job_id), Some(id.to_string()));

    app.undo_rename(id).await.unwrap();
    let undone = mocks.file(&file).await;
    assert_eq!(undone["name"], json!(RECORDED));
    assert_eq!(undone["appProperties"], renamed["appProperties"], "there still is a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn google_drive_mock_is_not_asked_again_for_a_name_that_a_killed_run_has_given() {
    let mut mocks = Mocks::start().await;
    let file = mocks.upload(RECORDED).await;
    let app = mocks.installation.open().await;
    mocks.sign_in(&app, 3600).await;
    closed(&mocks.installation, app).await;

    let mut run = Command::new(env!("CARGO_BIN_EXE_halting-debrief"))
        .arg(mocks.installation.path())
        .arg(link(&file))
        .args([Stage::Rename.word(), "after"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = BufReader::new(run.stdout.take().unwrap()).lines();
    let line =
        tokio::time::timeout(PATIENCE, said.next_line()).await.expect("it comes so far in time").unwrap();
    assert_eq!(line.as_deref(), Some("halted"));
    run.kill().await.unwrap();
    let renamed = mocks.file(&file).await;
    assert_ne!(renamed["name"], json!(RECORDED));

    let app = mocks.installation.open().await;
    let id = app.list().unwrap()[0].id.parse().unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    assert_eq!(json!(result.drive_filename), renamed["name"]);
    assert_eq!(result.renamed_from.as_deref(), Some(RECORDED));
    // It counts every change.
    assert_eq!(mocks.file(&file).await["version"], renamed["version"]);
}
