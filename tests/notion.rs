//! An installation beside a sandbox that stands in for Notion, and for Google, too.

mod connecting;
mod pages;
mod places;
mod updates;
mod uploads;

use std::collections::BTreeMap;
use std::path::PathBuf;

use debrief_app::App;
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::transcript::{EngineLabel, Speakers, Turn, Word, Words};
use debrief_core::view::JobView;
use debrief_runtime::store::JobStore;
use debrief_sandbox::{Call, DatabaseId, Seen, WorkspaceId};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::google::Google;
use crate::support::fixture;

pub(crate) struct Notion {
    pub(crate) google: Google,
    pub(crate) workspace: WorkspaceId,
    /// Ana's, who sees everything.
    pub(crate) token: String,
    pub(crate) database: DatabaseId,
    /// The one data source of the database.
    pub(crate) source: String,
}

/// A database with a property for everything that Debrief knows of a page.
pub(crate) fn every_property() -> Value {
    json!({
        "Name": { "title": {} },
        "Date": { "date": {} },
        "Participants": { "multi_select": {} },
        "Minutes": { "number": { "format": "number" } },
        "Tags": { "multi_select": {} },
        "Recording": { "url": {} },
        "Status": { "select": { "options": [{ "name": "Open" }, { "name": "Done" }] } },
        "Debrief id": { "rich_text": {} },
    })
}

impl Notion {
    /// A database with every property.
    pub(crate) async fn new() -> Notion {
        Notion::with(every_property(), 60).await
    }

    /// One that has a title alone: everything stands on the page.
    pub(crate) async fn plain() -> Notion {
        Notion::with(json!({ "Name": { "title": {} } }), 60).await
    }

    /// A database with these properties; Debrief waits for `timeout_s` seconds for an answer.
    pub(crate) async fn with(properties: Value, timeout_s: u32) -> Notion {
        let google = Google::new().await;
        let (workspace, token, database, source) = {
            let mut world = google.sandbox.world();
            let workspace = world.add_workspace("Acme");
            let token = world.personal_token(&workspace, "Ana");
            let database = world.add_database(&workspace, "Meetings", &[("Meetings", properties)]);
            let source = world.data_sources(&database)[0].to_string();
            (workspace, token, database, source)
        };
        let file = google.installation.home().settings_file();
        // The endpoints stand last there.
        let mut settings = std::fs::read_to_string(&file).unwrap();
        settings += &format!("notion = \"{}\"\n", google.sandbox.notion());
        settings += &format!("[notion]\ntimeout_s = {timeout_s}\n");
        std::fs::write(&file, settings).unwrap();
        Notion { google, workspace, token, database, source }
    }

    /// Debrief, connected, with the database as the place for pages.
    pub(crate) async fn open(&self) -> App {
        let app = self.google.installation.open().await;
        app.connect_notion(&self.token).await.unwrap();
        app.choose_notion_place(self.database.as_str()).await.unwrap();
        app
    }

    /// A recording of this day on this machine.
    pub(crate) fn recording(&self) -> PathBuf {
        let speech = std::fs::read(fixture("speech.wav")).unwrap();
        self.google.installation.file("talk 2026-11-05.wav", &speech)
    }

    /// A job on that recording, in which this was said.
    pub(crate) async fn process(&self, app: &App, words: &Words) -> JobId {
        process_as_said(app, &self.recording().display().to_string(), &[], words).await
    }

    /// The pages in the database.
    pub(crate) fn pages(&self) -> Vec<Value> {
        self.google.sandbox.world().pages_of(&self.source)
    }

    /// The one page in the database.
    pub(crate) fn page(&self) -> Value {
        let mut pages = self.pages();
        assert_eq!(pages.len(), 1, "{pages:#?}");
        pages.remove(0)
    }

    /// The blocks of the one page.
    pub(crate) fn blocks(&self) -> Vec<Value> {
        let page = self.page();
        self.google.sandbox.world().blocks_of(id_of(&page))
    }

    /// What the one page says.
    pub(crate) fn outline(&self) -> String {
        outline(&self.blocks())
    }

    /// Requests to Notion that change something.
    pub(crate) fn writes(&self) -> Vec<Seen> {
        let is_write = |seen: &&Seen| match seen.call {
            Some(Call::NotionCreate | Call::NotionPagePatch | Call::NotionAppend) => true,
            Some(Call::NotionBlock | Call::NotionDataSource) => seen.method != "GET",
            _ => false, // They only look, or are of another service.
        };
        self.google.sandbox.world().requests().iter().filter(is_write).cloned().collect()
    }

    /// Who the speakers are becomes known.
    pub(crate) fn name_speakers(&self, app: &App, id: JobId, names: &[&str]) {
        let names = names.iter().enumerate().map(|(n, name)| (n as u16, (*name).to_owned()));
        let speakers = Speakers { names: names.collect(), ..Speakers::default() };
        let store = JobStore::open(&app.home().database()).unwrap();
        store.finish_stage(id, Stage::Identify, &speakers, &[], 1, Timestamp::now()).unwrap();
    }
}

/// A job on a recording in which this was said: what a recogniser hears does not matter here, and recognising takes long.
pub(crate) async fn process_as_said(
    app: &App,
    recording: &str,
    attachments: &[String],
    words: &Words,
) -> JobId {
    let said = |store: &JobStore, id| {
        store.finish_stage(id, Stage::Transcribe, words, &[], 1, Timestamp::now()).unwrap();
    };
    process_after(app, recording, attachments, said).await
}

/// A job of which something is `done` before it begins.
pub(crate) async fn process_after(
    app: &App,
    recording: &str,
    attachments: &[String],
    done: impl Fn(&JobStore, JobId),
) -> JobId {
    app.pause().unwrap();
    let id = app.process(recording, attachments).await.unwrap();
    done(&JobStore::open(&app.home().database()).unwrap(), id);
    app.resume().unwrap();
    id
}

/// Speakers by number, and what they say one after another, five seconds for each.
pub(crate) fn talk(said: &[(u16, &str)]) -> Words {
    let mut words = Vec::new();
    let mut turns = Vec::new();
    for (n, (speaker, text)) in said.iter().enumerate() {
        let start_ms = n as u32 * 5_000;
        turns.push(Turn { start_ms, end_ms: start_ms + 4_900, speaker: *speaker });
        words.extend(text.split(' ').enumerate().map(|(n, word)| {
            let start_ms = start_ms + n as u32 * 200;
            Word { text: word.to_owned(), start_ms, end_ms: start_ms + 150, confidence: None }
        }));
    }
    let engine = EngineLabel { name: "test".to_owned(), described: "a typist".to_owned(), rough: false };
    Words { words, language: "en".to_owned(), engine, turns: Some(turns), names: BTreeMap::new() }
}

/// What two people say before a launch.
pub(crate) fn meeting() -> Words {
    talk(&[
        (0, "The launch of the new website is the only topic today."),
        (1, "We decided to move the launch of the website to Friday."),
        (0, "I will send the report to the sales team by Monday."),
        (1, "The budget of the website is twelve thousand euros this year."),
        (0, "Please update the contract with the vendor before the launch."),
        (1, "The sales team wants a demo of the new website next week."),
    ])
}

pub(crate) fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// The text of a block, a title or a property.
pub(crate) fn text_of(value: &Value) -> String {
    let kind = value["type"].as_str().unwrap_or_default();
    let texts = value[kind]["rich_text"].as_array().or(value[kind].as_array());
    texts.into_iter().flatten().filter_map(|text| text["plain_text"].as_str()).collect()
}

/// Blocks one below the other, with what they hold moved in and the ids of jobs left out.
pub(crate) fn outline(blocks: &[Value]) -> String {
    fn add(out: &mut Vec<String>, depth: usize, blocks: &[Value]) {
        for block in blocks {
            let kind = block["type"].as_str().unwrap();
            let tick = match block["to_do"]["checked"].as_bool() {
                Some(true) => " [x]",
                Some(false) => " [ ]",
                None => "",
            };
            let words = text_of(block);
            let words = words.split(' ').map(|word| if word.len() == 36 { "JOB" } else { word });
            let words = words.collect::<Vec<_>>().join(" ");
            out.push(format!("{}{kind}{tick}: {words}", "  ".repeat(depth)).trim_end().to_owned());
            add(out, depth + 1, block["children"].as_array().unwrap());
        }
    }
    let mut out = Vec::new();
    add(&mut out, 0, blocks);
    out.join("\n")
}

/// The first block of that kind, wherever it is, whose text has `words` in it.
pub(crate) fn find<'b>(blocks: &'b [Value], kind: &str, words: &str) -> Option<&'b Value> {
    blocks.iter().find_map(|block| {
        let is_it = block["type"] == kind && text_of(block).contains(words);
        if is_it { Some(block) } else { find(block["children"].as_array()?, kind, words) }
    })
}

/// A paragraph in the form of a request.
pub(crate) fn paragraph(text: &str) -> Value {
    json!({ "type": "paragraph", "paragraph": { "rich_text": [{ "type": "text", "text": { "content": text } }] } })
}

pub(crate) fn error_code(view: &JobView) -> &str {
    view.error.as_ref().map_or("", |error| error.code.as_str())
}

/// How often each stage of a job was run to its end.
pub(crate) fn runs(app: &App, id: JobId) -> Vec<(String, usize)> {
    let store = JobStore::open(&app.home().database()).unwrap();
    let history = store.history(id).unwrap();
    let count = |stage: Stage| {
        let line = format!("{} done", stage.word());
        history.iter().filter(|(_, said)| *said == line).count()
    };
    Stage::ALL.into_iter().map(|stage| (stage.word().to_owned(), count(stage))).collect()
}

/// As [`runs`], with everything done once but for publish.
pub(crate) fn only_publish_ran(app: &App, id: JobId, times: usize) {
    for (stage, count) in runs(app, id) {
        let expected = if stage == Stage::Publish.word() { times } else { 1 };
        assert_eq!(count, expected, "{stage}");
    }
}
