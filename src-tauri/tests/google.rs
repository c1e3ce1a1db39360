//! Google Drive in the real window, against a sandbox: set up, sign in, choose, process, undo, sign out.

use debrief_sandbox::{AccountId, Answer, CLIENT_ID, CLIENT_SECRET, FileId, NewFile, Picks, Sandbox, World};
use serde_json::json;

use crate::support::{DesktopWindow, Place, fixture};

/// A sandbox with one account and one recording, and a place whose app uses it.
pub(crate) struct Google {
    pub(crate) sandbox: Sandbox,
    account: AccountId,
    recording: FileId,
}

impl Google {
    async fn new() -> Google {
        let speech = std::fs::read(fixture("speech.wav")).unwrap();
        Google::with(NewFile::new("talk 2026-11-05.wav", "audio/wav", speech)).await
    }

    pub(crate) async fn with(recording: NewFile) -> Google {
        let mut world = World::new();
        let account = world.add_account("ana@example.com");
        world.person().answer = Answer::Allows { account: account.clone(), picks: Picks::Requested };
        let recording = world.add_file(&account, recording);
        Google { sandbox: Sandbox::start(world).await.unwrap(), account, recording }
    }

    /// Writes `more` and where the sandbox is into the settings.
    pub(crate) fn settings(&self, place: &Place, more: &str) {
        let sandbox = &self.sandbox;
        let settings = format!(
            "{more}[endpoints]\ngoogle_auth = \"{}\"\ngoogle_token = \"{}\"\ngoogle_revoke = \"{}\"\ndrive = \"{}\"\nnotion = \"{}\"\n",
            sandbox.google_auth(),
            sandbox.google_token(),
            sandbox.google_revoke(),
            sandbox.drive(),
            sandbox.notion(),
        );
        place.write("debrief/settings.toml", settings);
    }

    pub(crate) fn link(&self) -> String {
        format!("https://drive.google.com/file/d/{}/view", self.recording.as_str())
    }

    pub(crate) fn name(&self) -> String {
        self.sandbox.world().file(&self.recording).unwrap().name.clone()
    }

    /// Goes where the app sent the browser last, as a person does.
    pub(crate) async fn browse(&self, window: &DesktopWindow, before: usize) {
        window.until("the browser is opened", || async { window.place.opened().len() > before }).await;
        let address = window.place.opened().pop().unwrap();
        assert!(address.starts_with(&self.sandbox.google_auth()), "{address}");
        let mut curl = tokio::process::Command::new("curl");
        let page = curl.args(["--silent", "--fail", "--location", &address]).output().await;
        let page = page.expect("curl is installed by `make test`");
        assert!(String::from_utf8_lossy(&page.stdout).contains("Debrief"), "{page:?}");
    }

    /// Asserts that the page holds no token and no code, and keeps none.
    pub(crate) async fn page_has_no_secret(&self, window: &DesktopWindow) {
        let held = window
            .js("return document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
            .await;
        let held = held.as_str().unwrap();
        let secrets = self.sandbox.world().secrets();
        assert!(!secrets.is_empty() && secrets.iter().all(|secret| !held.contains(secret)));
    }
}

pub(crate) fn client() -> String {
    format!("[google]\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\n")
}

/// The settings of a window that is signed in and has processed a recording, as a picture.
pub(crate) async fn take_picture_of_the_settings(file: &std::path::Path) {
    let google = Google::new().await;
    let place = Place::new().await;
    google.settings(&place, &format!("{}[secrets]\nkeep = \"session\"\n", client()));
    let window = DesktopWindow::open_in(place, &[]).await;
    let id = window.process(&google.link()).await;
    window.until("it needs the person", || async { window.says(&id, "group").await == "Needs you" }).await;
    let title = window.says(&id, "title").await;
    window.press(&format!("Sign in: {title}")).await;
    google.browse(&window, 0).await;
    window.ended(&id).await;
    window.press("Settings").await;
    window.until("the account is told", || window.shows("ana@example.com")).await;
    window.screenshot(file).await;
}

#[tokio::test]
async fn a_pasted_link_signs_in_and_becomes_a_page_and_the_file_gets_its_name() {
    let google = Google::new().await;
    let place = Place::new().await;
    let keyring = place.start_keyring().await;
    google.settings(&place, &client());
    let window = DesktopWindow::open_in(place, &[]).await;
    window.until("a sandbox is marked", || window.shows("not Google")).await;

    let id = window.process(&google.link()).await;
    window.until("it needs the person", || async { window.says(&id, "group").await == "Needs you" }).await;
    let before = window.place.opened().len();
    let title = window.says(&id, "title").await;
    window.press(&format!("Sign in: {title}")).await;
    google.browse(&window, before).await;
    let status = window.ended(&id).await;
    assert!(status.starts_with("Done: "), "{status}");
    let name = google.name();
    assert!(name.starts_with("[2026-11-05] ") && name.ends_with(".wav"), "{name}");
    let page = window.open_page(&id).await;
    assert!(page.contains(&google.link()), "{page}");
    google.page_has_no_secret(&window).await;

    window.until("the old name is told", || window.shows("Renamed from “talk 2026-11-05.wav”")).await;
    window.press("Undo rename").await;
    window.until("the file has its old name", || async { google.name() == "talk 2026-11-05.wav" }).await;

    // The keychain remembers; the next window asks nobody.
    let place = window.close().await;
    let window = DesktopWindow::open_in(place, &[]).await;
    let view = window.invoke("google_status", json!({})).await.unwrap();
    assert_eq!(view["accounts"][0]["signed_in"], json!(true), "{view}");
    let look = window.invoke("look_up", json!({ "text": google.link() })).await.unwrap();
    assert_eq!(look["processed"]["job_id"], json!(id), "{look}");
    drop(window);
    drop(keyring);
}

#[tokio::test]
async fn google_is_set_up_in_the_settings_without_a_keychain() {
    let google = Google::new().await;
    let place = Place::new().await;
    google.settings(&place, "");
    let client = json!({ "installed": { "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET } });
    let client = place.write("client_secret_1.json", client.to_string());
    let window = DesktopWindow::open_in(place, &[]).await;
    window.until("the first look is there", || window.shows("Turn a recording into a page")).await;
    window.place.drop_file(&client).await;
    window.press("Settings").await;
    window.press("Sign in with Google").await;
    window
        .until("there is no keychain", || window.shows("The keychain of this computer can't be used"))
        .await;
    window.press("Keep sign-ins until Debrief is closed").await;
    window.until("the choice is told", || window.shows("Sign-ins are kept until Debrief is closed.")).await;

    assert_eq!(window.place.opened(), [""; 0], "nobody is sent through Google's pages for nothing");
    window.press("Sign in with Google").await;
    google.browse(&window, 0).await;
    window.until("the account is told", || window.shows("ana@example.com")).await;
    let view = window.invoke("google_status", json!({})).await.unwrap();
    assert_eq!(
        (&view["secrets"], &view["accounts"][0]["access"]),
        (&json!("session"), &json!("picked_files"))
    );
    google.page_has_no_secret(&window).await;

    window.press("Sign out: ana@example.com").await;
    window.until("it is asked once", || window.shows("Sign out ana@example.com?")).await;
    window.press("Sign out").await;
    window
        .until("nobody is signed in", || async {
            let view = window.invoke("google_status", json!({})).await.unwrap();
            view["accounts"] == json!([])
        })
        .await;
    assert!(google.sandbox.world().picked(&google.account).is_empty());
}

#[tokio::test]
async fn a_missing_right_to_rename_offers_the_name_to_copy() {
    let google = Google::new().await;
    google.sandbox.world().file_mut(&google.recording).unwrap().can_rename = false;
    let place = Place::new().await;
    google.settings(&place, &format!("{}[secrets]\nkeep = \"session\"\n", client()));
    let window = DesktopWindow::open_in(place, &[]).await;
    let id = window.process(&google.link()).await;
    window.until("it needs the person", || async { window.says(&id, "group").await == "Needs you" }).await;
    let before = window.place.opened().len();
    let title = window.says(&id, "title").await;
    window.press(&format!("Sign in: {title}")).await;
    google.browse(&window, before).await;
    window.ended(&id).await;
    window.press("Copy name").await;
    window
        .until("the name is on the clipboard", || async {
            window.place.clipboard().await.is_some_and(|name| name.starts_with("[2026-11-05] "))
        })
        .await;
    assert_eq!(google.name(), "talk 2026-11-05.wav");
}
