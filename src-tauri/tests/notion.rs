//! Notion in the real window, against a sandbox: connect, choose a place, process, update, take back, connect again.

use std::path::Path;

use debrief_sandbox::{DataSourceId, NewFile, WorkspaceId, World};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::google::{Google, client};
use crate::jobs::{note_what_is_seen, seen};
use crate::support::{DesktopWindow, Place, fixture};

const TRASHED: &str = "The page lies in Notion’s trash. You took it back.";

/// A workspace with two databases, beside a recording in Drive.
pub(crate) struct Notion {
    pub(crate) google: Google,
    workspace: WorkspaceId,
    pub(crate) meetings: DataSourceId,
}

impl Notion {
    pub(crate) async fn new() -> Notion {
        let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/sample/two-speakers.opus")).unwrap();
        let google = Google::with(NewFile::new("talk 2026-11-05.opus", "audio/ogg", sample)).await;
        let (workspace, meetings) = {
            let mut world = google.sandbox.world();
            let workspace = world.add_workspace("Formosa Audio");
            let properties = json!({ "Name": { "title": {} }, "Date": { "date": {} } });
            let meetings = world.add_database(&workspace, "Meetings", &[("Meetings", properties.clone())]);
            world.add_database(&workspace, "Meeting rooms", &[("Meeting rooms", properties)]);
            world.add_notion_page(&workspace, "Team wiki");
            (workspace, world.data_sources(&meetings).remove(0))
        };
        Notion { google, workspace, meetings }
    }

    pub(crate) fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.google.sandbox.world()
    }

    /// A new token of a person.
    pub(crate) fn token(&self) -> String {
        self.world().personal_token(&self.workspace, "Kim Lin")
    }

    /// The pages among the meetings that are not in the trash.
    pub(crate) fn pages(&self) -> Vec<Value> {
        self.world().pages_of(self.meetings.as_str())
    }

    /// The to-dos of a page.
    fn todos(&self, page: &str) -> Vec<Value> {
        fn among(blocks: Vec<Value>) -> Vec<Value> {
            let each = blocks.into_iter().flat_map(|mut block| {
                let within = block["children"].take().as_array().cloned().unwrap_or_default();
                std::iter::once(block).chain(among(within))
            });
            each.filter(|block| block["type"] == "to_do").collect()
        }
        among(self.world().blocks_of(page))
    }

    /// Asserts that the page holds no token, and keeps none.
    async fn window_has_no_secret(&self, window: &DesktopWindow, token: &str) {
        assert!(self.world().secrets().iter().any(|secret| secret == token));
        self.google.page_has_no_secret(window).await;
        let fields =
            window.js("return [...document.querySelectorAll('input')].map(input => input.value)").await;
        assert!(!fields.to_string().contains(token));
    }
}

/// Fills a field in and presses Enter.
async fn enter(window: &DesktopWindow, field: &str, text: &str) {
    let field = window.field(field).await;
    field.send_keys(text).await.unwrap();
    field.send_keys(&Key::Enter).await.unwrap();
}

/// The names of the places that are offered; the one that Enter takes has a star.
async fn offered(window: &DesktopWindow) -> Vec<String> {
    let names = window
        .js("return [...document.querySelectorAll('[role=option]')].map(option =>
                 (option.ariaSelected === 'true' ? '* ' : '') + option.querySelector('.name')?.textContent)")
        .await;
    serde_json::from_value(names).unwrap()
}

async fn view(window: &DesktopWindow) -> Value {
    window.invoke("notion_status", json!({})).await.unwrap()
}

/// The settings of a window that is connected to a database, and the page that it makes of the sample there, as pictures in
/// `folder`.
pub(crate) async fn take_pictures(folder: &Path) {
    let notion = Notion::new().await;
    let place = Place::new().await;
    notion.google.settings(&place, "[secrets]\nkeep = \"session\"\n");
    let window = DesktopWindow::open_in(place, &[]).await;
    show_settings(&window, &notion).await;
    window.screenshot(&folder.join("notion-settings.png")).await;

    window.press("Close settings").await;
    window.press("Try the sample").await;
    let id = window.new_row(&[]).await;
    window.ended(&id).await;
    let [page] = notion.pages().try_into().unwrap();
    photograph(page["url"].as_str().unwrap(), &folder.join("notion-page.png")).await;
}

/// Connects, chooses the meetings, makes what they lack, and scrolls the settings to that.
pub(crate) async fn show_settings(window: &DesktopWindow, notion: &Notion) {
    let done = window.invoke("connect_notion", json!({ "token": notion.token() })).await;
    done.unwrap();
    window.invoke("choose_notion_place", json!({ "place": notion.meetings.as_str() })).await.unwrap();
    window.invoke("create_notion_properties", json!({})).await.unwrap();
    window.place.press_ctrl(',');
    let there = "return document.querySelector('.notion table') !== null";
    window.until("the mapping is there", || async { window.js(there).await == true }).await;
    let scroll = "const heading = document.querySelector('#settings-notion');
         heading.scrollIntoView();
         return heading.getBoundingClientRect().top < 80;";
    window.until("the settings show Notion", || async { window.js(scroll).await == true }).await;
}

/// Takes a picture of a page of the sandbox, its transcript unfolded.
async fn photograph(address: &str, file: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let page = run("curl", &["--silent", "--fail", address]).await;
    let page = String::from_utf8(page).unwrap();
    let base = format!("<head><base href=\"{address}\">");
    let page = page.replacen("<head>", &base, 1).replace("<details", "<details open");
    assert!(page.contains(&base) && page.contains("<details open"), "{page}");
    let unfolded = folder.path().join("page.html");
    std::fs::write(&unfolded, page).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let picture = format!("--screenshot={}", file.display());
    let page = format!("file://{}", unfolded.display());
    let look = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1120,1400"];
    run("chromium", &[&look[..], &[&profile, &picture, &page]].concat()).await;
}

/// What a program of `make pictures` says.
async fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = tokio::process::Command::new(program).args(arguments).kill_on_drop(true).output().await;
    let output = output.unwrap_or_else(|error| panic!("{program} is installed by `make pictures`: {error}"));
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[tokio::test]
async fn a_link_becomes_a_page_in_a_chosen_database_that_can_be_updated_and_taken_back() {
    let notion = Notion::new().await;
    let token = notion.token();
    let place = Place::new().await;
    notion.google.settings(&place, &client());
    let window = DesktopWindow::open_in(place, &[]).await;

    connect(&window, &notion, &token).await;
    choose_place(&window).await;
    create_properties(&window).await;
    try_test_page(&window, &notion).await;
    window.press("Close settings").await;

    note_what_is_seen(&window).await;
    let id = window.process(&notion.google.link()).await;
    window.until("it needs the person", || async { window.says(&id, "group").await == "Needs you" }).await;
    let before = window.place.opened().len();
    window.press(&format!("Sign in: {}", window.says(&id, "title").await)).await;
    notion.google.browse(&window, before).await;
    let status = window.ended(&id).await;
    assert!(status.starts_with("Done: "), "{status}");
    let seen = seen(&window).await;
    assert!(seen.contains(&"Working / Working: Transcribing".to_owned()), "{seen:#?}");

    let page = notion.pages().pop().unwrap();
    window.press(&format!("Open in Notion: {}", window.says(&id, "title").await)).await;
    let address = page["url"].as_str().unwrap();
    window
        .until("the page is opened", || async {
            window.place.opened().last().is_some_and(|opened| opened == address)
        })
        .await;
    window.press("Copy as Markdown").await;
    let title = window.says(&id, "title").await;
    window
        .until("the page is on the clipboard", || async {
            window.place.clipboard().await.is_some_and(|page| page.contains(&format!("# {title}")))
        })
        .await;

    let page = page["id"].as_str().unwrap();
    update_after_a_tick(&window, &notion, &id, page).await;
    notion.window_has_no_secret(&window, &token).await;

    assert!(notion.google.name().starts_with("[2026-11-05] "), "{}", notion.google.name());
    window.press("Undo").await;
    window.until("it is told that the page lies in the trash", || window.shows(TRASHED)).await;
    assert_eq!(notion.world().notion_page(page).unwrap()["in_trash"], true);
    assert_eq!(notion.google.name(), "talk 2026-11-05.opus");
    assert!(!window.shows("Open in Notion").await);
}

/// Opens the settings and pastes a token, which no keychain keeps.
async fn connect(window: &DesktopWindow, notion: &Notion, token: &str) {
    window.press("Settings").await;
    window.press("Open Notion").await;
    window
        .until("Notion's page of tokens is opened", || async {
            window.place.opened() == ["https://www.notion.so/profile/integrations"]
        })
        .await;
    enter(window, "Token", token).await;
    let unkept = "The keychain of this computer can't be used";
    window.until("there is no keychain", || window.shows(unkept)).await;
    window.press("Keep sign-ins until Debrief is closed").await;
    let trouble = "return document.querySelector('.notion .trouble')";
    window.until("it is no trouble any more", || async { window.js(trouble).await.is_null() }).await;
    enter(window, "Token", token).await;
    window.until("the workspace is told", || window.shows("Formosa Audio")).await;
    assert!(window.shows("Personal access token · Kim Lin").await);
    notion.window_has_no_secret(window, token).await;
}

/// Chooses the database with the keyboard.
async fn choose_place(window: &DesktopWindow) {
    window.press("Choose…").await;
    window.until("everything is offered", || async { offered(window).await.len() == 3 }).await;
    let field = window.client.find(Locator::Css("[role=combobox]")).await.unwrap();
    field.send_keys("https://example.com/no-page").await.unwrap();
    field.send_keys(&Key::Enter).await.unwrap();
    window
        .until("another link is refused", || window.shows("This is no link to a Notion database or page."))
        .await;
    field.clear().await.unwrap();
    field.send_keys("meet").await.unwrap();
    window.until("two are left", || async { offered(window).await == ["* Meeting rooms", "Meetings"] }).await;
    field.send_keys(&Key::Down).await.unwrap();
    assert_eq!(offered(window).await, ["Meeting rooms", "* Meetings"]);
    field.send_keys(&Key::Enter).await.unwrap();
    window.until("the place is told", || window.shows("Pages go to “Meetings”.")).await;
}

async fn create_properties(window: &DesktopWindow) {
    let properties = view(window).await["properties"].take();
    let missing =
        properties.as_array().unwrap().iter().filter(|property| property["missing"] == true).count();
    assert!(window.shows("From the recording").await && missing > 1, "{properties}");
    window.press(&format!("Create {missing} missing properties")).await;
    let told = format!("{missing} properties are created.");
    window.until("they are told", || window.shows(&told)).await;
    let properties = view(window).await["properties"].take();
    for property in properties.as_array().unwrap() {
        // Debrief makes no status: a database may do without.
        let is_used = property["chosen"].is_string() || property["role"] == "status";
        assert!(is_used && property["problem"].is_null(), "{property}");
    }
}

/// Writes a test page, opens it, and removes it from a window that has been loaded anew.
async fn try_test_page(window: &DesktopWindow, notion: &Notion) {
    window.press("Write a test page").await;
    window.until("it is told", || window.shows("The test page is written.")).await;
    let [page] = notion.pages().try_into().unwrap();
    window.press("Open the test page").await;
    let address = page["url"].as_str().unwrap();
    window
        .until("it is opened", || async {
            window.place.opened().last().is_some_and(|opened| opened == address)
        })
        .await;
    window.client.refresh().await.unwrap();
    window.press("Settings").await;
    window.press("Remove the test page").await;
    window.until("it lies in the trash", || async { notion.pages().is_empty() }).await;
    window.until("another one can be written", || window.shows("Write a test page")).await;
}

/// Ticks a to-do in Notion and lets the window write the page again.
async fn update_after_a_tick(window: &DesktopWindow, notion: &Notion, id: &str, page: &str) {
    let todo = notion.todos(page).remove(0);
    assert_eq!(todo["to_do"]["checked"], false);
    let todo = todo["id"].as_str().unwrap().to_owned();
    notion.world().tick(&todo);
    let job = || async { window.invoke("get_job_status", json!({ "jobId": id })).await.unwrap() };
    let before = job().await;
    window.press("Run again from here: Write to Notion").await;
    window
        .until("the page is written again", || async {
            let job = job().await;
            job["status"] == "completed" && job["updated_at"] != before["updated_at"]
        })
        .await;
    window.ended(id).await;
    assert_eq!(notion.pages().len(), 1);
    let ticked = notion.todos(page).into_iter().find(|block| block["id"] == todo.as_str()).unwrap();
    assert_eq!(ticked["to_do"]["checked"], true);
}

#[tokio::test]
async fn a_job_whose_token_was_revoked_goes_on_by_itself_with_a_new_one() {
    let notion = Notion::new().await;
    let place = Place::new().await;
    notion.google.settings(&place, "[secrets]\nkeep = \"file\"\n");
    let window = DesktopWindow::open_in(place, &[]).await;
    let revoked = notion.token();
    window.invoke("connect_notion", json!({ "token": revoked })).await.unwrap();
    window.invoke("choose_notion_place", json!({ "place": notion.meetings.as_str() })).await.unwrap();
    notion.world().revoke_notion_token(&revoked);

    let id = window.process(&fixture("speech.wav")).await;
    window.until("it needs the person", || async { window.says(&id, "group").await == "Needs you" }).await;
    assert_eq!(notion.pages(), [Value::Null; 0]);
    window.press(&format!("Connect Notion: {}", window.says(&id, "title").await)).await;
    window.until("it is told how many wait", || window.shows("1 job waits for Notion")).await;
    let token = notion.token();
    enter(&window, "Token", &token).await;
    let status = window.ended(&id).await;
    assert!(status.starts_with("Done: "), "{status}");
    assert_eq!(notion.pages().len(), 1);
    window.until("the connection is good", || async { view(&window).await["problem"].is_null() }).await;
    assert!(!window.shows("waits for Notion").await);
    notion.window_has_no_secret(&window, &token).await;
}
