//! The product against servers that we did not write, so that it does not only fit our own idea of Google.
//!
//! They are packages of npm, pinned in tests/foreign and run by Node. Each can do a part of what Google does, and each is
//! lenient somewhere; what one cannot show is said beside its tests. The sandbox remains the strict one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use debrief_app::{App, DriveAccess};
use debrief_core::failure::Failure;
use debrief_core::stage::Stage;
use debrief_core::view::{Group, StatusWord};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use url::Url;

use crate::google::{browser, page_of};
use crate::support::{Installation, PATIENCE, closed, fixture, settled, until};

const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const DRIVE_FILE: &str = "https://www.googleapis.com/auth/drive.file";
const CLIENT_ID: &str = "a-desktop-client";
const CLIENT_SECRET: &str = "not-confidential";
/// How a recorder names its files.
const RECORDED: &str = "REC_20261105_0900.mp3";
/// For a line of a server that has little to do.
const A_WHILE: Duration = Duration::from_secs(60);

/// A server in a process of its own. Its process ends with it.
struct Foreign {
    address: String,
    _process: Child,
    told: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Foreign {
    async fn start(name: &str) -> Foreign {
        let folder = tokio::task::spawn_blocking(installed).await.unwrap();
        let mut process = Command::new("node")
            .arg(folder.join("serve.mjs"))
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let told = process.stdin.take().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Foreign { address: String::new(), _process: process, told, said };
        server.address = server.next_line().await["address"].as_str().unwrap().to_owned();
        server
    }

    /// What serve.mjs answers to one of its commands.
    async fn tell(&mut self, command: Value) -> Value {
        self.told.write_all(format!("{command}\n").as_bytes()).await.unwrap();
        self.next_line().await
    }

    async fn next_line(&mut self) -> Value {
        let line =
            tokio::time::timeout(A_WHILE, self.said.next_line()).await.expect("an answer in time").unwrap();
        serde_json::from_str(&line.expect("the server runs")).unwrap()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

/// The folder in which the servers are installed. Without Node or npm's registry these tests fail; none is left out.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign");
        let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign");
        std::fs::create_dir_all(&to).unwrap();
        // Several runs of the tests may come here at a time.
        let lock = File::create(to.join("lock")).unwrap();
        lock.lock().unwrap();
        for name in ["package.json", "package-lock.json", ".npmrc", "serve.mjs"] {
            let wanted = std::fs::read(from.join(name)).unwrap();
            if std::fs::read(to.join(name)).ok().as_ref() != Some(&wanted) {
                std::fs::write(to.join(name), wanted).unwrap();
            }
        }
        let pins = std::fs::read(to.join("package-lock.json")).unwrap();
        let done = to.join("node_modules/.installed");
        if std::fs::read(&done).ok().as_ref() != Some(&pins) {
            let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
            let installing = std::process::Command::new(npm)
                .args(["ci", "--ignore-scripts", "--fetch-timeout=60000"])
                .current_dir(&to)
                .output()
                .expect("npm starts; `make test` installs it");
            assert!(installing.status.success(), "npm ci: {}", String::from_utf8_lossy(&installing.stderr));
            std::fs::write(&done, pins).unwrap();
        }
        to
    })
}

/// An installation that takes these for Google.
fn installation(auth: String, token: String, revoke: String, drive: String) -> Installation {
    let installation = Installation::new();
    let settings = format!(
        "[google]\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\n\
         [secrets]\nkeep = \"file\"\n\
         [endpoints]\ngoogle_auth = \"{auth}\"\ngoogle_token = \"{token}\"\ngoogle_revoke = \"{revoke}\"\ndrive = \"{drive}\"\n"
    );
    std::fs::write(installation.home().settings_file(), settings).unwrap();
    installation
}

type Show<'s> = &'s dyn Fn(&Url) -> Result<(), Failure>;

/// `asks` as the product does, while `person` does something in the browser with the page that it shows.
async fn with_a_browser<T>(
    asks: impl AsyncFnOnce(Show<'_>) -> Result<(), Failure>,
    person: impl AsyncFnOnce(Url) -> T,
) -> (Result<(), Failure>, T) {
    let (show, mut shown) = mpsc::unbounded_channel();
    let show = |url: &Url| show.send(url.clone()).map_err(Failure::internal);
    // Whoever has asked shows nothing more.
    let asked = async move { asks(&show).await };
    let person = async { person(shown.recv().await.expect("the product shows a page")).await };
    let both = async { tokio::join!(asked, person) };
    tokio::time::timeout(PATIENCE, both).await.expect("the sign-in ends")
}

/// What a browser shows after it has gone where it was sent.
async fn open(url: &Url) -> (u16, String) {
    let page = browser().get(url.clone()).send().await.unwrap();
    (page.status().as_u16(), page.text().await.unwrap())
}

/// The value of a parameter in an address.
fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into_owned()
}

/// The address with other values.
fn with(url: &Url, changes: &[(&str, &str)]) -> Url {
    let kept = url.query_pairs().filter(|(key, _)| changes.iter().all(|(name, _)| key != name));
    let kept: Vec<(String, String)> =
        kept.map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(changes);
    url
}

/// A question that somebody on the way has changed: the answer belongs to another verifier than the product's.
fn with_another_verifier(url: &Url) -> Url {
    with(url, &[("code_challenge", ANOTHER_VERIFIER), ("code_challenge_method", "plain")])
}

const ANOTHER_VERIFIER: &str = "another-verifier-of-at-least-forty-three-characters";

fn speech() -> Vec<u8> {
    std::fs::read(fixture("speech.mp3")).unwrap()
}

fn link(id: &str) -> String {
    format!("https://drive.google.com/file/d/{id}/view?usp=sharing")
}

// oauth2-mock-server signs in, google-drive-mock is the Drive. What they cannot show:
// - oauth2-mock-server takes any client, secret and redirect address, any refresh token, and a code without a verifier. So
//   it is looked at what the product sent, and `emulate` below refuses what is wrong.
// - It has no file chooser and calls each scope "dummy": both are put into its answers by its own hooks.
// - google-drive-mock knows two access tokens, which the hooks let oauth2-mock-server hand out. It tells no capabilities and
//   knows no ranges, and an upload of any type but text has no bytes: files are uploaded as text, then given their type.
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

// emulate is both: a strict OAuth and a Drive. What it cannot show:
// - It has no `about` (serve.mjs answers it from emulate's own userinfo) and no file chooser: all files are signed in to.
// - Any access token is as good as one of its own, and a token is good for every file whatever its scope: nothing is a 401.
// - Its tokens last an hour whatever is asked, so the product is started anew where it has to renew one.
// - Its Drive has neither ranges nor checksums nor `fields`, and of a rename it keeps the name alone, not the receipt.
struct Emulate {
    server: Foreign,
    installation: Installation,
}

impl Emulate {
    async fn start() -> Emulate {
        let server = Foreign::start("emulate").await;
        let [auth, token, revoke, drive] =
            ["/o/oauth2/v2/auth", "/oauth2/token", "/oauth2/revoke", "/drive/v3"].map(|path| server.at(path));
        Emulate { installation: installation(auth, token, revoke, drive), server }
    }

    /// The client may come back to where this question wants to.
    async fn register(&mut self, url: &Url) {
        let redirect_uri = parameter(url, "redirect_uri");
        self.server.tell(json!({ "command": "register", "redirect_uri": redirect_uri })).await;
    }

    /// All codes and tokens that it has handed out, and all files that were uploaded, are gone.
    async fn forget(&mut self) {
        self.server.tell(json!({ "command": "forget" })).await;
    }

    async fn sign_in(&mut self, app: &App) {
        let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
        let (outcome, (status, page)) = with_a_browser(asks, async |url| {
            self.register(&url).await;
            open(&self.choose_ana(&url).await).await
        })
        .await;
        outcome.unwrap();
        assert!(status == 200 && page.contains("you can close this page"), "{status} {page}");
    }

    /// The page at `url` offers accounts; where it sends whoever chooses Ana's.
    async fn choose_ana(&self, url: &Url) -> Url {
        let (status, page) = open(url).await;
        assert_eq!(status, 200, "{page}");
        let forms: Vec<&str> =
            page.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap()).collect();
        let form = forms.into_iter().find(|form| form.contains(r#"value="ana@example.com""#)).unwrap();
        let fields: Vec<(String, String)> = form
            .split("<input ")
            .skip(1)
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect();
        let action = url.join(&attribute(form, "action")).unwrap();
        // Only to look at where it leads; whether to go there is the test's business.
        let here = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = here.post(action).form(&fields).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 302);
        answer.headers()["location"].to_str().unwrap().parse().unwrap()
    }

    /// A request of our own to the token endpoint.
    async fn exchange(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let form: Vec<_> = fields.iter().chain(&client).collect();
        let answer = browser().post(self.server.at("/oauth2/token")).form(&form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn upload(&self, name: &str) -> String {
        let metadata = json!({ "name": name, "mimeType": "audio/mpeg" });
        let head = format!(
            "--part\r\nContent-Type: application/json\r\n\r\n{metadata}\r\n--part\r\nContent-Type: audio/mpeg\r\n\r\n"
        );
        let body = [head.into_bytes(), speech(), b"\r\n--part--\r\n".to_vec()].concat();
        let uploads = browser().post(self.server.at("/upload/drive/v3/files?uploadType=multipart"));
        let upload = uploads.header("content-type", "multipart/related; boundary=part").body(body);
        let file: Value = upload.bearer_auth("any").send().await.unwrap().json().await.unwrap();
        assert_eq!(file["size"], json!(speech().len().to_string()), "{file}");
        file["id"].as_str().unwrap().to_owned()
    }

    async fn name_of(&self, id: &str) -> Value {
        let file = browser().get(self.server.at(&format!("/drive/v3/files/{id}"))).bearer_auth("any");
        file.send().await.unwrap().json::<Value>().await.unwrap()["name"].clone()
    }

    /// The one refresh token that is kept.
    fn refresh_token(&self) -> String {
        let kept = std::fs::read(self.installation.home().secrets_file()).unwrap();
        let kept: Value = serde_json::from_slice(&kept).unwrap();
        kept.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }
}

/// The value of an attribute, as a browser reads it.
fn attribute(tag: &str, name: &str) -> String {
    let value =
        tag.split_once(&format!(" {name}=\"")).or_else(|| tag.split_once(&format!("{name}=\""))).unwrap().1;
    let value = value.split('"').next().unwrap();
    let value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    value.replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn emulate_refuses_an_address_that_is_not_registered_and_the_sign_in_can_be_given_up_and_begun_again() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let (outcome, _) = with_a_browser(asks, async |url| {
        let (status, page) = open(&url).await;
        assert!(status == 400 && page.contains("Redirect URI mismatch"), "{status} {page}");
        // The browser stays there: nothing comes back, and the person has to say so.
        assert!(app.google().await.unwrap().signing_in);
        app.cancel_sign_in();
    })
    .await;
    assert_eq!(outcome.unwrap_err().what, "The sign-in was cancelled.");
    emulate.sign_in(&app).await;
    let accounts = app.google().await.unwrap().accounts;
    assert_eq!((accounts[0].email.as_str(), accounts[0].signed_in), ("ana@example.com", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn emulate_refuses_a_client_with_another_secret() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    app.set_google_client(CLIENT_ID, "another-secret").await.unwrap();
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let (outcome, _) = with_a_browser(asks, async |url| {
        emulate.register(&url).await;
        open(&emulate.choose_ana(&url).await).await
    })
    .await;
    let failure = outcome.unwrap_err();
    assert_eq!(failure.code.word(), "google_client_missing");
    insta::assert_snapshot!(failure.what, @"Google doesn't accept the client id that Debrief signs in with.");
    assert_eq!(app.google().await.unwrap().accounts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn emulate_refuses_a_wrong_verifier_and_a_code_that_was_used_already() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let mut told = Vec::new();
    for thief_is_first in [false, true] {
        let (outcome, _) = with_a_browser(asks, async |url| {
            emulate.register(&url).await;
            let back = emulate.choose_ana(&with_another_verifier(&url)).await;
            if thief_is_first {
                let code = parameter(&back, "code");
                let grant = [
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("code_verifier", ANOTHER_VERIFIER),
                ];
                assert_eq!(emulate.exchange(&grant).await.0, 200);
            }
            assert_eq!(open(&back).await.0, 200, "the browser itself came back well");
        })
        .await;
        let failure = outcome.unwrap_err();
        assert_eq!(failure.code.word(), "sign_in_failed");
        told.push(format!("{}\n  {}", failure.what, failure.detail.unwrap()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    Google didn't accept the answer that the browser brought.
      PKCE verification failed.
    Google didn't accept the answer that the browser brought.
      The code is incorrect or expired.
    ");
    assert_eq!(app.google().await.unwrap().accounts, []);

    // And a code that the product itself has used is of no use to anybody else.
    let (outcome, back) = with_a_browser(asks, async |url| {
        emulate.register(&url).await;
        let back = emulate.choose_ana(&url).await;
        open(&back).await;
        back
    })
    .await;
    outcome.unwrap();
    let code = parameter(&back, "code");
    let (status, answer) = emulate.exchange(&[("grant_type", "authorization_code"), ("code", &code)]).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_emulate_no_longer_knows_lets_jobs_wait_until_somebody_signs_in_again() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    emulate.sign_in(&app).await;
    app.shutdown().await;
    drop(app);
    emulate.forget().await;
    let file = emulate.upload(RECORDED).await;

    let app = emulate.installation.open().await;
    let id = app.process(&link(&file), &[]).await.unwrap();
    let view = settled(&app, id).await;
    let error = view.error.unwrap();
    assert_eq!((view.group, error.code.as_str()), (Group::NeedsYou, "sign_in_expired"));
    assert_eq!(error.detail.as_deref(), Some("The refresh token is invalid."), "these are emulate's words");
    let accounts = app.google().await.unwrap().accounts;
    assert_eq!((accounts[0].signed_in, accounts[0].waiting_jobs), (false, 1));

    emulate.sign_in(&app).await;
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(view.account.as_deref(), Some("ana@example.com"));
    let name = emulate.name_of(&file).await;
    assert!(
        name.as_str().is_some_and(|name| name.starts_with("[2026-11-05] ") && name.ends_with(".mp3")),
        "{name}"
    );
    app.undo_rename(id).await.unwrap();
    assert_eq!(emulate.name_of(&file).await, json!(RECORDED));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_makes_emulate_refuse_the_refresh_token() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    emulate.sign_in(&app).await;
    let kept = emulate.refresh_token();
    let grant = [("grant_type", "refresh_token"), ("refresh_token", kept.as_str())];
    assert_eq!(emulate.exchange(&grant).await.0, 200);
    app.sign_out_google("ana@example.com").await.unwrap();
    let (status, answer) = emulate.exchange(&grant).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
    assert_eq!(app.google().await.unwrap().accounts, []);
}
