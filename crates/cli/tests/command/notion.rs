//! Notion from the command line, against a sandbox: connect, process, update, undo, disconnect; headless, and after a kill.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use debrief_sandbox::{
    Call, DRIVE, DataSourceId, DatabaseId, Fault, FaultKind, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NewFile,
    NotionAnswer, Sandbox, Shares, WorkspaceId, World,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::keychain::Keychain;
use crate::support::{Installation, Ran, Running, fixture, id, keeps_secrets, said, text, with_browser};

/// A sandbox with one workspace and one database, an installation that uses it, and whatever the test adds to the
/// environment.
struct Notion {
    // The sandbox serves until the end of the test.
    _runtime: Runtime,
    sandbox: Sandbox,
    workspace: WorkspaceId,
    token: String,
    database: DatabaseId,
    source: DataSourceId,
    installation: Installation,
    environment: Vec<(String, String)>,
}

impl Notion {
    fn new() -> Notion {
        Notion::with(
            json!({ "Name": { "title": {} }, "Date": { "date": {} }, "Participants": { "multi_select": {} } }),
        )
    }

    fn with(properties: Value) -> Notion {
        let mut world = World::new();
        let workspace = world.add_workspace("Acme");
        let token = world.personal_token(&workspace, "Ana");
        let database = world.add_database(&workspace, "Meetings", &[("Meetings", properties)]);
        let source = world.data_sources(&database)[0].clone();
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(world)).unwrap();
        let installation = Installation::new();
        installation.use_sandbox(&sandbox);
        // A bus that isn't there: whoever runs the tests may have a keychain of their own.
        let environment = vec![("DBUS_SESSION_BUS_ADDRESS".into(), "unix:path=/nowhere".into())];
        Notion { _runtime: runtime, sandbox, workspace, token, database, source, installation, environment }
    }

    /// As on a server: two variables and nothing else.
    fn headless() -> Notion {
        let mut notion = Notion::new();
        let (token, database) = (notion.token.clone(), notion.database.to_string());
        notion.set("DEBRIEF_NOTION_TOKEN", &token);
        notion.set("DEBRIEF__NOTION__DATABASE_ID", &database);
        notion
    }

    /// Sets a variable for the commands from now on.
    fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.installation.command(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Running::start(&mut self.command(arguments)).end()
    }

    /// With a line on the standard input.
    fn told(&self, arguments: &[&str], line: &str) -> Ran {
        Running::start_told(&mut self.command(arguments), &format!("{line}\n")).end()
    }

    /// Processes the short recording to its end; answers its view.
    fn completed(&self) -> Value {
        let ran = self.run(&["process", "--json", &fixture("speech.wav")]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran.last()
    }

    /// The database's link, as Notion's Share menu copies it.
    fn link(&self) -> String {
        let id = self.database.to_string().replace('-', "");
        format!("https://www.notion.so/acme/{id}?v=11112222333344445555666677778888")
    }

    fn pages(&self) -> Vec<Value> {
        self.sandbox.world().pages_of(self.source.as_str())
    }

    /// The only page there is.
    fn page(&self) -> Value {
        let [page] = self.pages().try_into().unwrap_or_else(|pages| panic!("one page, not {pages:#?}"));
        page
    }

    /// Its blocks from top to bottom, nested ones after the one that holds them.
    fn blocks(&self) -> Vec<Value> {
        let mut blocks = Vec::new();
        let page = self.page();
        flatten(self.sandbox.world().blocks_of(id(&page)), &mut blocks);
        blocks
    }

    fn keeps_secrets(&self, ran: &[&Ran], allowed: &str) {
        let mut secrets = self.sandbox.world().secrets();
        secrets.push(NOTION_CLIENT_SECRET.to_owned());
        keeps_secrets(&self.installation, &secrets, ran, allowed);
    }
}

fn flatten(blocks: Vec<Value>, into: &mut Vec<Value>) {
    for mut block in blocks {
        let below = block["children"].take();
        into.push(block);
        flatten(below.as_array().cloned().unwrap_or_default(), into);
    }
}

/// The words of a block or of a property's value.
fn words(texts: &Value) -> String {
    let texts = texts.as_array().into_iter().flatten();
    texts.map(|text| text["plain_text"].as_str().unwrap()).collect()
}

fn words_of(block: &Value) -> String {
    words(&block[text(block, "type")]["rich_text"])
}

/// The blocks of a kind.
fn of_kind<'b>(blocks: &'b [Value], kind: &str) -> Vec<&'b Value> {
    blocks.iter().filter(|block| block["type"] == kind).collect()
}

fn title(page: &Value) -> String {
    words(&page["properties"]["Name"]["title"])
}

/// How long a stage took and what it was; the same where it was not done again.
fn stage<'v>(view: &'v Value, name: &str) -> &'v Value {
    let mut stages = view["stages"].as_array().unwrap().iter();
    stages.find(|stage| stage["stage"] == name).unwrap_or_else(|| panic!("no {name} in {view:#}"))
}

#[test]
fn two_variables_are_enough_for_a_page_in_notion() {
    let notion = Notion::headless();
    let ran = notion.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    let view = ran.last();
    assert_eq!(text(&view, "status"), "completed");
    let page = notion.page();
    assert_eq!(view["result"]["notion_page_url"], page["url"]);
    assert!(view["result"]["page_path"].is_null() && notion.installation.pages().is_empty());

    assert_eq!(title(&page), text(&view, "title"));
    assert_eq!(page["properties"]["Participants"]["multi_select"][0]["name"], "Speaker 1");
    assert!(page["properties"]["Date"]["date"]["start"].is_string(), "{page:#}");
    let blocks = notion.blocks();
    let todos = of_kind(&blocks, "to_do");
    assert!(todos.len() == 1 && words_of(todos[0]).contains("sales team"), "{blocks:#?}");
    assert!(of_kind(&blocks, "heading_2").len() >= 3, "{blocks:#?}");
    let spoken = |block: &&Value| words_of(block).contains("sales team");
    assert!(blocks.iter().filter(spoken).count() >= 2, "to-do and transcript: {blocks:#?}");

    let plain = notion.run(&["status", id(&view)]);
    assert!(plain.stdout.contains(&format!("  page   {}\n", text(&page, "url"))), "{}", plain.stdout);
    let listed = notion.run(&["list"]);
    assert!(listed.stdout.contains(text(&page, "url")), "{}", listed.stdout);

    let files = notion.run(&["process", "--json", "--to", "markdown", &fixture("speech.mp3")]);
    assert_eq!(files.code, Some(0), "{}{}", files.stdout, files.stderr);
    assert!(files.last()["result"]["notion_page_url"].is_null());
    assert_eq!((notion.installation.pages().len(), notion.pages().len()), (2, 1));
    notion.keeps_secrets(&[&ran, &plain, &listed, &files], "nothing");
}

#[test]
fn a_drive_link_becomes_a_notion_page_and_the_file_gets_its_name() {
    let mut notion = Notion::with(json!({ "Name": { "title": {} }, "Drive link": { "url": {} } }));
    let (token, database) = (notion.token.clone(), notion.database.to_string());
    notion.set("DEBRIEF_NOTION_TOKEN", &token);
    notion.set("DEBRIEF__NOTION__DATABASE_ID", &database);
    let speech = std::fs::read(fixture("speech.wav")).unwrap();
    let (recording, access) = {
        let mut world = notion.sandbox.world();
        let account = world.add_account("ana@example.com");
        let recording = world.add_file(&account, NewFile::new("talk 2026-11-05.wav", "audio/wav", speech));
        (recording, world.issue_tokens(&account, &[DRIVE], &[]).0)
    };
    notion.set("DEBRIEF_GOOGLE_ACCESS_TOKEN", &access);
    let name = || notion.sandbox.world().file(&recording).unwrap().name.clone();
    let link = format!("https://drive.google.com/file/d/{}/view", recording.as_str());
    let ran = notion.run(&["process", "--json", &link]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let (view, page) = (ran.last(), notion.page());
    assert_eq!(view["result"]["notion_page_url"], page["url"]);
    assert_eq!(text(&view["result"], "drive_filename"), name());
    assert_eq!(name(), format!("[2026-11-05] {}.wav", title(&page)));
    let address = text(&page["properties"]["Drive link"], "url");
    assert!(address.contains(recording.as_str()), "{address}");

    let undone = notion.run(&["undo", id(&view)]);
    assert_eq!((undone.code, name().as_str()), (Some(0), "talk 2026-11-05.wav"), "{}", undone.stderr);
    assert_eq!(notion.pages().len(), 0);
    notion.keeps_secrets(&[&ran, &undone], "nothing");
}

#[test]
fn a_token_in_the_keychain_serves_every_later_command_until_it_is_forgotten() {
    let keychain = Keychain::start();
    let mut notion = Notion::with(json!({ "Name": { "title": {} }, "Attendees": { "rich_text": {} } }));
    notion.environment = keychain.environment();
    keychain.once_it_answers(|| notion.command(&["doctor"]));
    let link = notion.link();
    let connect = ["connect", "notion", "--place", &link, "--create-properties", "--test-page"];
    let connected = notion.told(&connect, &notion.token);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    let test_page = notion.page();
    assert_eq!(title(&test_page), "Debrief test page");
    insta::assert_snapshot!(connected.stdout.replace(text(&test_page, "url"), "PAGE"), @"
    Acme: connected
    pages go to “Meetings”
      title         Name (title)
      date          Date (date)
      participants  Attendees (rich_text)
      duration      Duration (number)
      tags          Tags (multi_select)
      recording     Recording (url)
      status        –
      debrief_id    Debrief id (rich_text)
    PAGE
    ");
    notion.sandbox.world().trash_page(id(&test_page));

    let done = notion.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let page = notion.page();
    let properties = &page["properties"];
    assert_eq!(words(&properties["Attendees"]["rich_text"]), "Speaker 1");
    assert_eq!(words(&properties["Debrief id"]["rich_text"]), id(&done.last()));
    assert!(properties["Duration"]["number"].is_number(), "{page:#}");

    let out = notion.run(&["disconnect", "notion"]);
    assert_eq!((out.code, out.stdout.as_str()), (Some(0), ""), "{}", out.stderr);
    let doctor = notion.run(&["doctor"]);
    assert!(
        doctor.stdout.contains("Notion      not connected (`debrief connect notion`)"),
        "{}",
        doctor.stdout
    );
    let waiting = notion.run(&["process", "--json", &fixture("speech.mp3")]);
    assert_eq!(waiting.code, Some(3), "{}{}", waiting.stdout, waiting.stderr);
    assert_eq!(text(&waiting.last()["error"], "code"), "notion_not_connected");
    assert_eq!(notion.pages().len(), 1);

    // The place was remembered.
    let again = notion.told(&["connect", "notion"], &notion.token);
    assert!(again.stdout.starts_with("Acme: connected\npages go to “Meetings”\n"), "{}", again.stdout);
    let resumed = notion.run(&["resume", "--json"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.stdout, resumed.stderr);
    assert_eq!(notion.pages().len(), 2);
    notion.keeps_secrets(&[&connected, &done, &out, &doctor, &waiting, &again, &resumed], "nothing");
}

#[test]
fn a_token_that_notion_does_not_take_is_not_kept() {
    let notion = Notion::new();
    let wrong = format!("ntn_{}", "x".repeat(46));
    let keep = ["connect", "notion", "--keep", "file"];
    let refused = notion.told(&keep, &wrong);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(3), ""));
    insta::assert_snapshot!(refused.stderr, @"
    Notion doesn't take this token.
    Copy it again from Notion's developer page; it begins with “ntn_” and may have run out.
    (API token is invalid.)
    ");
    for line in ["", "my token"] {
        let nonsense = notion.told(&keep, line);
        assert_eq!((nonsense.code, nonsense.stdout.as_str()), (Some(3), ""));
        assert!(nonsense.stderr.starts_with("This is no Notion token.\n"), "{}", nonsense.stderr);
    }
    keeps_secrets(&notion.installation, &[wrong], &[&refused], "nothing");
    let doctor = notion.run(&["doctor"]);
    assert!(doctor.stdout.contains("Notion      not connected"), "{}", doctor.stdout);

    // Nor does it take the place of a good one.
    assert_eq!(notion.told(&keep, &notion.token).code, Some(0));
    assert_eq!(notion.told(&keep, &format!("ntn_{}", "y".repeat(46))).code, Some(3));
    let doctor = notion.run(&["doctor"]);
    assert!(doctor.stdout.contains("Notion      Acme: connected"), "{}", doctor.stdout);
}

#[test]
fn without_a_keychain_no_token_is_written_to_a_file_unasked() {
    let notion = Notion::new();
    let refused = notion.told(&["connect", "notion"], &notion.token);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(3), ""));
    assert!(refused.stderr.starts_with("The keychain of this computer can't be used"), "{}", refused.stderr);
    notion.keeps_secrets(&[&refused], "nothing");
}

#[test]
fn a_public_integration_is_signed_in_with_in_the_browser() {
    let notion = Notion::new();
    notion.sandbox.world().notion_person().answer = NotionAnswer::Allows {
        workspace: notion.workspace.clone(),
        user: "Ana".into(),
        shares: Shares::Everything,
    };
    let link = notion.link();
    let connect = |client: &str| {
        let arguments =
            ["connect", "notion", "--keep", "file", "--no-browser", "--client-id", client, "--place", &link];
        with_browser(&mut notion.command(&arguments), &format!("{NOTION_CLIENT_SECRET}\n"))
    };
    let connected = connect(NOTION_CLIENT_ID);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    assert!(
        connected.stdout.starts_with("Acme: connected\npages go to “Meetings”\n"),
        "{}",
        connected.stdout
    );
    notion.completed();
    assert_eq!(notion.pages().len(), 1);

    notion.sandbox.world().notion_person().answer = NotionAnswer::Denies;
    let denied = connect(NOTION_CLIENT_ID);
    assert_eq!((denied.code, denied.stdout.as_str()), (Some(3), ""));
    assert!(denied.stderr.contains("You didn't give Debrief access."), "{}", denied.stderr);
    let out = notion.run(&["disconnect", "notion"]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    notion.keeps_secrets(&[&connected, &denied, &out], "secrets.json");
}

#[test]
fn a_database_with_two_data_sources_needs_one_of_them_named() {
    let mut notion = Notion::headless();
    let properties = || json!({ "Name": { "title": {} } });
    let (database, sources) = {
        let mut world = notion.sandbox.world();
        let tables = [("Meetings", properties()), ("Interviews", properties())];
        let database = world.add_database(&notion.workspace, "Talks", &tables);
        let sources = world.data_sources(&database);
        (database.to_string(), sources)
    };
    notion.set("DEBRIEF__NOTION__DATABASE_ID", &database);
    let waiting = notion.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!(waiting.code, Some(3), "{}{}", waiting.stdout, waiting.stderr);
    let told = said(&notion.installation, &waiting.last());
    let told = told.replace(sources[0].as_str(), "FIRST").replace(sources[1].as_str(), "SECOND");
    insta::assert_snapshot!(told, @"
    pending: notion_place_unset while publish
    “Talks” has 2 data sources: “Meetings” (FIRST), “Interviews” (SECOND).
    Choose one of them in the settings, or by its id as data_source_id under [notion].
    ");

    notion.set("DEBRIEF__NOTION__DATA_SOURCE_ID", sources[1].as_str());
    let resumed = notion.run(&["resume", "--json"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.stdout, resumed.stderr);
    let pages = sources.iter().map(|source| notion.sandbox.world().pages_of(source.as_str()).len());
    assert_eq!(pages.collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn after_a_revoked_token_a_new_one_finishes_the_job_without_transcribing_again() {
    let notion = Notion::new();
    let link = notion.link();
    let connected = notion.told(&["connect", "notion", "--keep", "file", "--place", &link], &notion.token);
    assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    notion.sandbox.world().revoke_notion_token(&notion.token);
    let waiting = notion.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!(waiting.code, Some(3), "{}{}", waiting.stdout, waiting.stderr);
    insta::assert_snapshot!(said(&notion.installation, &waiting.last()), @"
    pending: notion_sign_in_expired while publish
    Notion no longer takes this connection: it was revoked or has expired.
    Connect Notion again; the jobs that wait for it go on by themselves.
    ");

    let newer = notion.sandbox.world().personal_token(&notion.workspace, "Ana");
    let again = notion.told(&["connect", "notion"], &newer);
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    let resumed = notion.run(&["resume", "--json"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.stdout, resumed.stderr);
    assert_eq!(text(&resumed.last(), "status"), "completed");
    assert_eq!(stage(&resumed.last(), "transcribe"), stage(&waiting.last(), "transcribe"));
    assert!(resumed.lines().iter().all(|view| view["stage"] != "transcribe"), "{}", resumed.stdout);
    assert_eq!(notion.pages().len(), 1);
    notion.keeps_secrets(&[&connected, &waiting, &again, &resumed], "secrets.json");
}

#[test]
fn a_revoked_token_of_the_environment_is_named() {
    let mut notion = Notion::headless();
    notion.sandbox.world().revoke_notion_token(&notion.token);
    let waiting = notion.run(&["process", "--json", &fixture("speech.wav")]);
    assert_eq!(waiting.code, Some(3), "{}{}", waiting.stdout, waiting.stderr);
    insta::assert_snapshot!(said(&notion.installation, &waiting.last()), @"
    pending: notion_sign_in_expired while publish
    Notion doesn't take the token in DEBRIEF_NOTION_TOKEN.
    Put a valid one into the environment and start again.
    ");

    let newer = notion.sandbox.world().personal_token(&notion.workspace, "Ana");
    notion.set("DEBRIEF_NOTION_TOKEN", &newer);
    let resumed = notion.run(&["resume", "--json"]);
    assert_eq!((resumed.code, notion.pages().len()), (Some(0), 1), "{}{}", resumed.stdout, resumed.stderr);
}

#[test]
fn an_update_keeps_what_people_did_and_an_undo_trashes_the_page() {
    let mut notion = Notion::headless();
    let view = notion.completed();
    let page = notion.page();
    let blocks = notion.blocks();
    let headings = |blocks: &[Value]| -> Vec<String> {
        of_kind(blocks, "heading_2").into_iter().map(words_of).collect()
    };
    let before = headings(&blocks);
    let todo = id(of_kind(&blocks, "to_do")[0]).to_owned();
    let note = json!({ "type": "paragraph", "paragraph": { "rich_text": [{ "text": { "content": "Call Ana back." } }] } });
    let note = {
        let mut world = notion.sandbox.world();
        world.tick(&todo);
        world.write_block(id(&page), None, note).to_string()
    };

    notion.set("DEBRIEF__PAGES__LANGUAGE", "zh-TW");
    let updated = notion.run(&["update", id(&view), "--json"]);
    assert_eq!(updated.code, Some(0), "{}{}", updated.stdout, updated.stderr);
    assert_eq!(updated.last()["result"]["notion_page_url"], page["url"]);
    let blocks = notion.blocks();
    assert_ne!(headings(&blocks), before, "it was written anew, in another language");
    let block = |wanted: &str| blocks.iter().find(|block| block["id"] == wanted);
    assert_eq!(block(&todo).map(|todo| &todo["to_do"]["checked"]), Some(&Value::Bool(true)), "{blocks:#?}");
    assert_eq!(block(&note).map(words_of).as_deref(), Some("Call Ana back."), "{blocks:#?}");
    assert_eq!(of_kind(&blocks, "to_do").len(), 1);

    let undone = notion.run(&["undo", id(&view)]);
    assert_eq!(undone.code, Some(0), "{}", undone.stderr);
    assert_eq!(notion.sandbox.world().notion_page(id(&page)).unwrap()["in_trash"], true);
    let status = notion.run(&["status", id(&view)]);
    assert!(status.stdout.contains("(in Notion's trash)"), "{}", status.stdout);
    let again = notion.run(&["undo", id(&view)]);
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    insta::assert_snapshot!(again.stderr, @r"
    This job was taken back already.
    `debrief update JOB` brings its page back.
    ");

    let unknown = notion.run(&["update", "7c5e3f0a-0000-4000-8000-000000000000"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
}

#[test]
fn a_kill_after_notion_made_the_page_and_before_it_said_so_leaves_one_page() {
    // With a property for the job and without one.
    for properties in [
        json!({ "Name": { "title": {} }, "Debrief id": { "rich_text": {} } }),
        json!({ "Name": { "title": {} } }),
    ] {
        let mut notion = Notion::with(properties);
        let (token, database) = (notion.token.clone(), notion.database.to_string());
        notion.set("DEBRIEF_NOTION_TOKEN", &token);
        notion.set("DEBRIEF__NOTION__DATABASE_ID", &database);
        let silent = Fault { on: Call::NotionCreate, times: 1, what: FaultKind::StallAfter };
        notion.sandbox.world().plan(silent);
        let running = Running::start(&mut notion.command(&["process", "--json", &fixture("speech.wav")]));
        let began = Instant::now();
        while notion.pages().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(120), "no page is made");
            std::thread::sleep(Duration::from_millis(20));
        }
        running.kill();
        notion.keeps_secrets(&[], "nothing");

        let resumed = notion.run(&["resume", "--json"]);
        assert_eq!(resumed.code, Some(0), "{}{}", resumed.stdout, resumed.stderr);
        let page = notion.page();
        assert_eq!(resumed.last()["result"]["notion_page_url"], page["url"]);
        let creates = notion
            .sandbox
            .world()
            .requests()
            .iter()
            .filter(|seen| seen.call == Some(Call::NotionCreate))
            .count();
        assert_eq!(creates, 1);
        assert_eq!(of_kind(&notion.blocks(), "to_do").len(), 1);
    }
}

#[test]
fn the_doctor_says_how_notion_stands() {
    let mut notion = Notion::headless();
    let database = notion.database.to_string();
    let doctor = |notion: &Notion| {
        let ran = notion.run(&["doctor"]);
        let is_about = |line: &&str| line.starts_with("Notion ") || line.starts_with("pages ");
        let lines = ran.stdout.lines().filter(is_about).collect::<Vec<_>>().join("\n");
        let host = notion.sandbox.address().replace("http://", "");
        (ran.code, lines.replace(&database, "DATABASE").replace(&host, "SANDBOX"))
    };
    let (code, lines) = doctor(&notion);
    assert_eq!(code, Some(0), "{lines}");
    insta::assert_snapshot!(lines, @"
    pages       “Meetings” in Notion: ready
    Notion      a sandbox stands in for it: SANDBOX
    Notion      Acme: connected
    ");

    notion.sandbox.world().remove_database(&notion.database);
    let (code, lines) = doctor(&notion);
    assert_eq!(code, Some(3), "{lines}");
    insta::assert_snapshot!(lines, @"
    pages       “DATABASE” in Notion: Notion can't find the database for pages. In Notion, open it and add Debrief under ••• → Connections; or choose another one. The transcript is safe.
    Notion      a sandbox stands in for it: SANDBOX
    Notion      Acme: connected
    ");
    notion.sandbox.world().restore_database(&notion.database);

    notion.sandbox.world().revoke_notion_token(&notion.token);
    let (code, lines) = doctor(&notion);
    assert_eq!(code, Some(3), "{lines}");
    insta::assert_snapshot!(lines, @"
    pages       “DATABASE” in Notion: Notion doesn't take the token in DEBRIEF_NOTION_TOKEN. Put a valid one into the environment and start again.
    Notion      a sandbox stands in for it: SANDBOX
    Notion      DEBRIEF_NOTION_TOKEN: Notion doesn't take the token in DEBRIEF_NOTION_TOKEN. Put a valid one into the environment and start again.
    ");

    notion.environment.retain(|(name, _)| name != "DEBRIEF_NOTION_TOKEN");
    let (code, lines) = doctor(&notion);
    assert_eq!(code, Some(3), "{lines}");
    insta::assert_snapshot!(lines, @"
    pages       “DATABASE” in Notion: Notion is not connected. Connect it in the settings; the job goes on by itself, and its transcript is safe.
    Notion      a sandbox stands in for it: SANDBOX
    Notion      not connected (`debrief connect notion`)
    ");

    let internal = notion.sandbox.world().internal_token(&notion.workspace, "Minutes");
    notion.set("DEBRIEF_NOTION_TOKEN", &internal);
    let (code, lines) = doctor(&notion);
    assert_eq!(code, Some(3), "{lines}");
    insta::assert_snapshot!(lines, @"
    pages       “DATABASE” in Notion: Notion can't find the database for pages. In Notion, open it and add Debrief under ••• → Connections; or choose another one. The transcript is safe.
    Notion      a sandbox stands in for it: SANDBOX
    Notion      Acme: connected
    ");
    notion.sandbox.world().share_notion(&internal, &database);
    assert_eq!(doctor(&notion).0, Some(0));
}

#[test]
fn what_the_sandbox_prints_is_enough_for_a_page_that_can_be_looked_at() {
    let installation = Installation::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut command = installation.command(&["sandbox", "--port", &port]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut environment: Vec<(String, String)> = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
        if let Some((name, value)) = line.trim().strip_prefix("export ").and_then(|set| set.split_once('=')) {
            environment.push((name.to_owned(), value.trim_matches('\'').to_owned()));
        }
        // The last line.
        if line.contains("DEBRIEF_NOTION_TOKEN") {
            break;
        }
    }
    let mut command = installation.command(&["process", "--json", &fixture("speech.wav")]);
    let done = Running::start(command.envs(environment)).end();
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let view = done.last();
    let look = |address: &str| {
        let page = Command::new("curl").args(["--silent", "--fail", address]).output().unwrap();
        assert!(page.status.success(), "{address}");
        String::from_utf8(page.stdout).unwrap()
    };
    assert!(look(text(&view["result"], "notion_page_url")).contains("sales team"));
    assert!(look(&format!("http://127.0.0.1:{port}/notion/view")).contains("Meetings"));
    child.kill().unwrap();
    child.wait().unwrap();
}
