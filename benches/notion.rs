//! How many requests and bytes a page of Notion takes, against the least that Notion's limits allow.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and a panic is its failure"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use debrief_connect::keychain::{Keep, Secrets};
use debrief_connect::notion::{Choices, Connected, Connection, ConnectionBook, Notion, NotionSink};
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::{JobId, NotionPlace};
use debrief_core::notes::{Notes, NotesMethod, Point, Section, Todo};
use debrief_core::page::{Page, PageLayout, compose};
use debrief_core::ports::{PageSink, Recording};
use debrief_core::secret::Secret;
use debrief_core::stage::{Progress, StageCx, StageHost};
use debrief_core::transcript::{EngineLabel, Turn, Turns, Word, Words, merge};
use debrief_sandbox::{Call, Sandbox, World};
use jiff::civil::date;
use serde_json::json;
use uuid::Uuid;

/// Notion's limits for one request.
const MAX_BLOCKS: usize = 1_000;
const MAX_BYTES: usize = 500_000;
const MAX_CHILDREN: usize = 100;

/// Words of a meeting, in the rhythm of one: 150 a minute, a turn of about twenty seconds.
const ENGLISH: &str = "so I think we should look at the numbers for the new product first and then decide whether \
    the launch can move to the beginning of December because the team in Taipei needs two more weeks for testing.";
const CHINESE: &str =
    "我覺得我們應該先看一下新產品的數字然後再決定發布會不會移到十二月初因為台北的團隊還需要兩個星期測試。";

struct Nobody;

impl ConnectionBook for Nobody {
    fn connected(&self) -> Result<Option<Connected>, Failure> {
        Ok(None)
    }

    fn put(&self, _: Option<&Connected>) -> Result<(), Failure> {
        Ok(())
    }
}

struct Quiet;

#[async_trait]
impl StageHost for Quiet {
    fn progress(&self, _: Progress) {}
    fn stopped(&self) -> bool {
        false
    }
    async fn stop_requested(&self) {
        std::future::pending().await
    }
    fn bookmark(&self) -> Option<serde_json::Value> {
        None
    }
    fn save_bookmark(&self, _: serde_json::Value, _: f64) -> Result<(), Failure> {
        Ok(())
    }
    fn warn(&self, _: Warning) {}
}

/// A meeting of that length.
fn page(minutes: u32, chinese: bool) -> Page {
    let texts: Vec<String> = match chinese {
        true => CHINESE.chars().map(String::from).collect(),
        false => ENGLISH.split(' ').map(str::to_owned).collect(),
    };
    // 150 English words a minute, or 240 Chinese characters.
    let each_ms = if chinese { 250 } else { 400 };
    let count = minutes * 60_000 / each_ms;
    let words = texts.iter().cycle().zip(0..count).map(|(text, n)| Word {
        text: text.clone(),
        start_ms: n * each_ms,
        end_ms: (n + 1) * each_ms,
        confidence: None,
    });
    let turn = |n: u32| Turn { start_ms: n * 20_000, end_ms: (n + 1) * 20_000, speaker: (n % 4) as u16 };
    let engine = EngineLabel { name: "bench".into(), described: "Whisper large-v3".into(), rough: false };
    let language = if chinese { "zh-Hant" } else { "en" };
    let words = Words {
        words: words.collect(),
        language: language.into(),
        engine,
        turns: None,
        names: BTreeMap::new(),
    };
    let turns =
        Turns { turns: (0..minutes * 3).map(turn).collect(), method: "bench".into(), ..Turns::default() };
    let transcript = merge(&words, &turns, minutes * 60_000);
    let sentence = if chinese { CHINESE } else { ENGLISH };
    let point =
        |n: u32| Point { text: sentence.to_owned(), at_ms: n * 45_000, speaker: Some((n % 4) as u16) };
    let todo = |n: u32| Todo {
        text: sentence.to_owned(),
        assignee: None,
        due: Some(date(2026, 12, 1)),
        at_ms: n * 60_000,
        speaker: Some((n % 4) as u16),
    };
    let section = |n: u32| Section {
        heading: format!("Topic {n}"),
        at_ms: n * 300_000,
        body: String::new(),
        points: (0..4).map(point).collect(),
    };
    let notes = Notes {
        title: "Launch planning".into(),
        summary: (0..5).map(point).collect(),
        decisions: (0..4).map(point).collect(),
        todos: (0..12).map(todo).collect(),
        sections: (0..(minutes / 5).clamp(2, 12)).map(section).collect(),
        questions: Vec::new(),
        unverified: Vec::new(),
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    };
    let recording = Recording {
        file: "/recording".into(),
        name: "Launch planning.m4a".into(),
        size_bytes: 1,
        created: date(2026, 11, 24),
        location: "https://drive.google.com/file/d/1a2b3c4d5e6f7g8h9i0j/view".into(),
        attachments: Vec::new(),
        drive: None,
    };
    let job = JobId(Uuid::from_u128(u128::from(minutes) + 1));
    compose(job, date(2026, 11, 24), &transcript, &notes, &recording, &[], &PageLayout::default())
}

async fn row(minutes: u32, chinese: bool) {
    let mut world = World::new();
    let workspace = world.add_workspace("Acme");
    let token = world.personal_token(&workspace, "Ana");
    let schema = json!({ "Name": { "title": {} }, "Debrief id": { "rich_text": {} } });
    let database = world.add_database(&workspace, "Meetings", &[("Meetings", schema)]);
    let source = world.data_sources(&database)[0].to_string();
    let sandbox = Sandbox::start(world).await.unwrap();
    let base: url::Url = sandbox.notion().parse().unwrap();
    let secrets = Secrets::new(Keep::Session, "bench", "unused".into());
    let token = Some(Secret::new(token));
    let connection = Connection::new("notion", base.clone(), None, Arc::new(Nobody), secrets, token);
    let notion = Notion::new(base, Arc::new(connection), Duration::from_secs(60));
    let sink = NotionSink::new(notion, Some(NotionPlace::DataSource(source)), Choices::new());
    let page = page(minutes, chinese);
    sink.publish(&page, StageCx::new(page.job, Path::new("unused"), Arc::new(Quiet))).await.unwrap();

    let world = sandbox.world();
    let writes = |call: &Option<Call>| matches!(call, Some(Call::NotionCreate | Call::NotionAppend));
    let sent: Vec<_> = world.requests().iter().filter(|seen| writes(&seen.call)).collect();
    let blocks: usize = sent.iter().map(|seen| seen.blocks as usize).sum();
    let top: usize = sent.iter().map(|seen| seen.top_blocks as usize).sum();
    let bytes: usize = sent.iter().map(|seen| seen.request_bytes as usize).sum();
    let least = blocks.div_ceil(MAX_BLOCKS).max(bytes.div_ceil(MAX_BYTES)).max(top.div_ceil(MAX_CHILDREN));
    // How full each request but the last is, by the limit that it comes nearest to.
    let full = |seen: &&debrief_sandbox::Seen| {
        let parts = [
            seen.blocks as usize * 100 / MAX_BLOCKS,
            seen.request_bytes as usize * 100 / MAX_BYTES,
            seen.top_blocks as usize * 100 / MAX_CHILDREN,
        ];
        parts.into_iter().max().unwrap_or(0)
    };
    let emptiest = sent.split_last().and_then(|(_, rest)| rest.iter().map(full).min());
    let emptiest = emptiest.map_or("–".to_owned(), |percent| format!("{percent} %"));
    let language = if chinese { "Chinese" } else { "English" };
    let length = if minutes < 60 { format!("{minutes} min") } else { format!("{} h", minutes / 60) };
    let others = world.requests().len() - sent.len();
    println!(
        "| {length}, {language} | {blocks} | {} kB | {} | {least} | {emptiest} | {others} |",
        bytes / 1000,
        sent.len()
    );
}

#[tokio::main]
async fn main() {
    println!(
        "| recording | blocks | sent | writing requests | least possible | emptiest full request | other requests |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for chinese in [false, true] {
        for minutes in [10, 60, 600] {
            row(minutes, chinese).await;
        }
    }
}
