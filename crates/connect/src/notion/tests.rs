//! Whatever a page says, every request keeps to Notion's limits and nothing of the page is lost; and what people did to a page
//! stays through every update.

use std::collections::BTreeMap;

use debrief_core::job::JobId;
use debrief_core::page::{Block, Page, PageSection, Property, PropertyKind, PropertyValue};
use debrief_core::ports::SentBlock;
use debrief_core::prose::{self, Prose};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::blocks::{Uploads, blocks};
use super::merge::{Change, Present, plan};
use super::node::Node;
use super::pack::{children, first_request};
use super::rich_text::{clean, units};

pub(super) fn page(blocks: Vec<Block>) -> Page {
    let names = PropertyValue::Names(vec!["Ana".into(), "Ben".into()]);
    let source = PropertyValue::Link {
        text: "weekly.m4a".into(),
        target: "https://drive.google.com/file/d/1a/view".into(),
    };
    let property = |kind, name: &str, value| Property { kind, name: name.into(), value };
    Page {
        job: JobId(Uuid::from_u128(7)),
        title: "Launch date".into(),
        date: date(2026, 11, 12),
        language: "en".into(),
        properties: vec![
            property(PropertyKind::Participants, "Participants", names),
            property(PropertyKind::Duration, "Length", PropertyValue::Text("1:02:03".into())),
            property(PropertyKind::Recording, "Recording", source),
            property(PropertyKind::Engine, "Recognised by", PropertyValue::Text("Whisper".into())),
        ],
        duration_ms: 3_723_000,
        tags: Vec::new(),
        recording_file: "/weekly.m4a".into(),
        blocks,
    }
}

fn nodes_of(page: &Page) -> Vec<Node> {
    blocks(page, &[], true, &Uploads::default())
}

pub(super) fn said(at_ms: u32, text: &str) -> Block {
    Block::Utterance { speaker: "Ana".into(), speaker_index: Some(0), at_ms, text: text.into() }
}

/// The bodies of all requests that write these blocks.
fn requests(nodes: &[Node]) -> Vec<Value> {
    let mut rest = nodes;
    let mut bodies = Vec::new();
    while !rest.is_empty() {
        let count = first_request(rest, 0);
        bodies.push(json!({ "children": children(&rest[..count]) }));
        rest = &rest[count..];
    }
    bodies
}

/// Notion's limits, as its documentation has them.
fn check(body: &Value) -> Result<(), TestCaseError> {
    prop_assert!(body.to_string().len() <= 500_000, "{} bytes", body.to_string().len());
    let mut blocks = 0;
    check_level(&body["children"], 0, &mut blocks)?;
    prop_assert!(blocks <= 1_000, "{} blocks", blocks);
    Ok(())
}

fn check_level(children: &Value, level: usize, blocks: &mut usize) -> Result<(), TestCaseError> {
    let children = children.as_array().map_or(&[][..], Vec::as_slice);
    prop_assert!(children.len() <= 100);
    prop_assert!(children.is_empty() || level <= 2, "level {}", level);
    for block in children {
        *blocks += 1;
        let content = &block[block["type"].as_str().expect("a type")];
        let cells = content["cells"].as_array().into_iter().flatten();
        for texts in [&content["rich_text"], &content["caption"]].into_iter().chain(cells) {
            let texts = texts.as_array().map_or(&[][..], Vec::as_slice);
            prop_assert!(texts.len() <= 100);
            for text in texts {
                prop_assert!(units(text["text"]["content"].as_str().unwrap_or_default()) <= 2_000);
            }
        }
        if block["type"] == "table" {
            let rows = content["children"].as_array().map_or(0, Vec::len);
            prop_assert!(rows >= 1);
        }
        check_level(&content["children"], level + 1, blocks)?;
    }
    Ok(())
}

/// What a person reads, block by block, without timecodes.
fn read_back(blocks: &Value, out: &mut String) {
    for block in blocks.as_array().into_iter().flatten() {
        let content = &block[block["type"].as_str().expect("a type")];
        let cells = content["cells"].as_array().into_iter().flatten();
        for texts in std::iter::once(&content["rich_text"]).chain(cells) {
            for text in texts.as_array().into_iter().flatten() {
                if text["annotations"]["color"] != "gray" {
                    out.push_str(text["text"]["content"].as_str().unwrap_or_default());
                }
            }
        }
        read_back(&content["children"], out);
    }
}

fn any_words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => "[a-z]{1,9} ",
        4 => "[會議決定下週三發布，。]{1,40}",
        1 => Just("👩‍👩‍👧‍👦".to_owned()),
        1 => "\\PC{1,10}",
        1 => "[\"\\\\\t\n]{1,40}",
    ];
    proptest::collection::vec((word, 1usize..12), 1..30)
        .prop_map(|words| words.iter().map(|(word, times)| word.repeat(*times)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_transcript_goes_through_whole(texts in proptest::collection::vec((any_words(), 1usize..8, 0u32..90_000), 0..80)) {
        let mut at_ms = 0;
        let mut utterances = Vec::new();
        for (text, times, gap) in &texts {
            at_ms += gap;
            utterances.push(said(at_ms, &text.repeat(*times)));
        }
        let expected: String = texts.iter().map(|(text, times, _)| format!(" Ana {}", clean(text).repeat(*times))).collect();
        let mut all = vec![Block::Heading { section: PageSection::Transcript, text: "Transcript".into() }];
        all.extend(utterances);
        let nodes = nodes_of(&page(all));
        let mut read = String::new();
        let bodies = requests(&nodes);
        for body in &bodies {
            check(body)?;
        }
        // Behind the facts and the heading there are toggles, whose own line is their time.
        for toggle in nodes.iter().filter(|node| node.to_json()["type"] == "toggle") {
            read_back(&children(&toggle.inside), &mut read);
        }
        prop_assert_eq!(read, expected);
        for body in bodies.iter().rev().skip(1) {
            let (bytes, count) = (body.to_string().len(), nodes_in(body));
            let top = body["children"].as_array().map_or(0, Vec::len);
            prop_assert!(bytes >= 450_000 || count >= 900 || top == 100, "{} bytes, {} blocks", bytes, count);
        }
    }

    #[test]
    fn any_notes_go_through_whole(markdown in proptest::collection::vec(
        "[a-z]{1,9} |\n\n|\n- |\n  - |\n    - |\n      - |\n1. |\n> |\n> - |\\*\\*|`|\n\n\\| a \\| b \\|\n\\|---\\|---\\|\n\\| c \\| d \\|\n", 0..200), times in 1usize..10) {
        let markdown = markdown.concat().repeat(times);
        let parsed = prose::parse(&markdown);
        let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
        let expected = letters(&prose::plain(&parsed));
        let nodes = super::pack::fitted(parsed.iter().cloned().map(Block::Prose).flat_map(|block| nodes_of(&page(vec![block])).split_off(5)).collect());
        let mut read = String::new();
        for body in requests(&nodes) {
            check(&body)?;
            read_back(&body["children"], &mut read);
        }
        prop_assert_eq!(letters(&read), expected);
    }
}

fn nodes_in(body: &Value) -> usize {
    fn count(children: &Value) -> usize {
        let blocks = children.as_array().into_iter().flatten();
        blocks.map(|block| 1 + count(&block[block["type"].as_str().expect("a type")]["children"])).sum()
    }
    count(&body["children"])
}

#[test]
fn a_table_longer_than_notion_takes_goes_on_in_another() {
    let cell = |text: String| vec![prose::Span { text, ..prose::Span::default() }];
    let rows = (0..130).map(|row| vec![cell(format!("row {row}")), cell("x".into())]).collect();
    let nodes = nodes_of(&page(vec![Block::Prose(Prose::Table(rows))]));
    let tables: Vec<Value> = nodes.iter().map(Node::to_json).filter(|node| node["type"] == "table").collect();
    let heads: Vec<bool> = tables.iter().map(|table| table["table"]["has_column_header"] == true).collect();
    assert_eq!(heads, [true, false, false]);
    let rows: usize = tables.iter().map(|table| table["table"]["children"].as_array().unwrap().len()).sum();
    assert_eq!(rows, 130);
}

#[test]
fn a_page_as_notion_gets_it() {
    let heading = |section, text: &str| Block::Heading { section, text: text.into() };
    let point = |text: &str, at_ms| Block::Point { text: text.into(), at_ms, speaker: Some("Ben".into()) };
    let markdown = "We **agreed** on [this](https://example.com).\n\n1. first\n   - inner\n\n> so be it\n\n```rs\nlet a = 1;\n```\n\n| Who | What |\n|---|---|\n| Ana | tea |";
    let mut blocks = vec![
        Block::Warning("Expect wrong words.".into()),
        heading(PageSection::Summary, "Summary"),
        Block::Note("Taken from the transcript.".into()),
        point("The launch moves to December.", 12_400),
        heading(PageSection::Todos, "To-dos"),
        Block::Todo {
            text: "Send the report.".into(),
            assignee: Some("Ana".into()),
            due: Some(date(2026, 11, 13)),
            at_ms: 83_000,
        },
        heading(PageSection::Notes, "Notes"),
        Block::Subheading { text: "Launch".into(), at_ms: 12_000 },
    ];
    blocks.extend(prose::parse(markdown).into_iter().map(Block::Prose));
    blocks.extend([
        heading(PageSection::Attachments, "Attachments"),
        Block::Attachment { name: "agenda.pdf".into(), target: "/home/ana/agenda.pdf".into(), file: None },
        heading(PageSection::Transcript, "Transcript"),
        said(0, "Good morning."),
        said(700_000, "We are done."),
    ]);
    let lines: Vec<String> = nodes_of(&page(blocks)).iter().map(|node| node.to_json().to_string()).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

// ---- updates ----

fn block(text: &str, key: Option<&str>, inside: Vec<Node>) -> Node {
    let kind = if inside.is_empty() { "paragraph" } else { "toggle" };
    let text = json!([{ "type": "text", "text": { "content": text } }]);
    let mut node = Node::new(kind, json!({ "rich_text": text })).with_inside(inside);
    node.key = key.map(str::to_owned);
    node
}

/// Letters as blocks; a capital one is a toggle with the small letters that follow in brackets.
fn letters(text: &str) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if inside => {
                let parent = nodes.pop().expect("a toggle before its inside");
                let mut children = parent.inside.clone();
                children.push(block(&c.to_string(), None, Vec::new()));
                let name = parent.to_json()[if parent.inside.is_empty() { "paragraph" } else { "toggle" }]
                    ["rich_text"][0]["text"]["content"]
                    .as_str()
                    .expect("a text")
                    .to_owned();
                nodes.push(block(&name, None, children));
            }
            c => nodes.push(block(&c.to_string(), None, Vec::new())),
        }
    }
    nodes
}

/// A page that does what it is told.
#[derive(Debug, Clone, Default)]
struct Paper {
    blocks: Vec<Sheet>,
    made: usize,
}

#[derive(Debug, Clone)]
struct Sheet {
    id: String,
    node: Node,
    inside: Vec<Sheet>,
}

impl Paper {
    fn of(nodes: &[Node]) -> Paper {
        let mut paper = Paper::default();
        paper.blocks = nodes.iter().map(|node| paper.sheet(node)).collect();
        paper
    }

    fn sheet(&mut self, node: &Node) -> Sheet {
        self.made += 1;
        let id = format!("id{}", self.made);
        let inside = node.inside.iter().map(|node| self.sheet(node)).collect();
        Sheet { id, node: node.clone().with_inside(Vec::new()), inside }
    }

    fn present(blocks: &[Sheet]) -> Vec<Present> {
        let one = |sheet: &Sheet| Present {
            id: sheet.id.clone(),
            digest: sheet.node.sent().digest,
            inside: Paper::present(&sheet.inside),
        };
        blocks.iter().map(one).collect()
    }

    fn apply(&mut self, changes: &[Change], wanted: &[Node]) {
        let mut blocks = std::mem::take(&mut self.blocks);
        self.apply_to(&mut blocks, changes, wanted);
        self.blocks = blocks;
    }

    fn apply_to(&mut self, blocks: &mut Vec<Sheet>, changes: &[Change], wanted: &[Node]) {
        for change in changes {
            match change {
                Change::Insert { after, from, to } => {
                    let at = after.as_ref().map_or(0, |id| {
                        blocks.iter().position(|sheet| sheet.id == *id).expect("it is there") + 1
                    });
                    let new: Vec<Sheet> = wanted[*from..*to].iter().map(|node| self.sheet(node)).collect();
                    blocks.splice(at..at, new);
                }
                Change::Rewrite { id, wanted: w } => {
                    let sheet = blocks.iter_mut().find(|sheet| sheet.id == *id).expect("it is there");
                    sheet.node = wanted[*w].clone().with_inside(Vec::new());
                }
                Change::Inside { id, wanted: w, changes } => {
                    let at = blocks.iter().position(|sheet| sheet.id == *id).expect("it is there");
                    let mut inside = std::mem::take(&mut blocks[at].inside);
                    self.apply_to(&mut inside, changes, &wanted[*w].inside);
                    blocks[at].inside = inside;
                }
                Change::Delete { id } => blocks.retain(|sheet| sheet.id != *id),
            }
        }
    }

    fn says(&self) -> String {
        fn says(blocks: &[Sheet]) -> String {
            let one = |sheet: &Sheet| {
                let json = sheet.node.to_json();
                let kind = json["type"].as_str().expect("a type").to_owned();
                let text =
                    json[&kind]["rich_text"][0]["text"]["content"].as_str().expect("a text").to_owned();
                if sheet.inside.is_empty() { text } else { format!("{text}[{}]", says(&sheet.inside)) }
            };
            blocks.iter().map(one).collect()
        }
        says(&self.blocks)
    }
}

/// Blocks in any order, no two of them alike, as on a page whose lines have timecodes.
fn different() -> impl Strategy<Value = String> {
    let blocks = ["a", "b", "c", "d", "e", "f", "A[x]", "B[xy]", "A[xyz]", "B[z]", "C[v]", "C[vw]"];
    proptest::sample::subsequence(blocks.to_vec(), 0..=8).prop_shuffle().prop_map(|blocks| blocks.concat())
}

fn sent(nodes: &[Node]) -> Vec<SentBlock> {
    nodes.iter().map(Node::sent).collect()
}

/// What a page says that was sent `before`, that people made `now` of it, and that should say `wanted`.
fn updated(before: &str, now: &str, wanted: &str) -> String {
    let mut paper = Paper::of(&letters(now));
    let wanted = letters(wanted);
    let plan = plan(&sent(&letters(before)), &Paper::present(&paper.blocks), &wanted);
    paper.apply(&plan.changes, &wanted);
    paper.says()
}

#[test]
fn what_people_wrote_stays_where_it_was() {
    assert_eq!(updated("abc", "abc", "abc"), "abc");
    assert_eq!(updated("abc", "1ab2c3", "abc"), "1ab2c3");
    assert_eq!(updated("abc", "1ab2c3", "axc"), "1ax2c3");
    assert_eq!(updated("abc", "abc", "xabcy"), "xabcy");
}

#[test]
fn what_people_took_away_or_rewrote_does_not_come_back() {
    assert_eq!(updated("abc", "ac", "abc"), "ac");
    assert_eq!(updated("abc", "a9c", "abc"), "a9c");
    assert_eq!(updated("abc", "a9c", "abcd"), "a9cd");
}

#[test]
fn toggles_are_replaced_whole_unless_people_wrote_in_them() {
    assert_eq!(updated("aT[xyz]b", "aT[xyz]b", "aT[xqz]b"), "aT[xqz]b");
    assert_eq!(updated("aT[xyz]b", "aT[x1yz]b", "aT[xqz]b"), "aT[xq1z]b");
    assert_eq!(updated("aT[xyz]b", "aT[x1yz]b", "ab"), "aT[x1yz]b");
}

#[test]
fn a_todo_that_got_a_name_is_the_same_todo() {
    let (before, wanted) = ([block("old", Some("todo 5"), vec![])], [block("new", Some("todo 5"), vec![])]);
    let mut paper = Paper::of(&before);
    let plan = plan(&sent(&before), &Paper::present(&paper.blocks), &wanted);
    assert_eq!(plan.changes, [Change::Rewrite { id: "id1".into(), wanted: 0 }]);
    paper.apply(&plan.changes, &wanted);
    assert_eq!(paper.says(), "new");
    // One that a person rewrote stays theirs.
    let theirs = Paper::of(&[block("mine", None, vec![])]);
    let plan = super::merge::plan(&sent(&before), &Paper::present(&theirs.blocks), &wanted);
    assert_eq!((plan.changes, plan.kept_edits), (vec![], 1));
}

#[test]
fn a_file_that_is_on_the_page_is_never_sent_again_wherever_it_should_stand() {
    // Of such a file nobody knows the upload any more.
    let file = || super::blocks::file("pdf", "", "agenda.pdf");
    let (mut before, mut wanted) = (letters("abcd"), letters("abcd"));
    before.push(file());
    wanted.insert(0, file());
    let plan = plan(&sent(&before), &Paper::present(&Paper::of(&before).blocks), &wanted);
    assert_eq!((plan.changes, plan.kept_edits), (vec![], 0));
}

proptest! {
    #[test]
    fn an_interrupted_first_writing_goes_on_where_it_was(text in "([a-d]|[A-C]\\[[e-h]{1,4}\\]){1,12}", done in 0usize..40, torn in any::<bool>()) {
        let wanted = letters(&text);
        let done = done.min(wanted.len());
        let mut there: Vec<Node> = wanted[..done].to_vec();
        if torn && let Some(last) = there.last_mut() {
            last.inside.pop();
        }
        let mut paper = Paper::of(&there);
        let plan = plan(&[], &Paper::present(&paper.blocks), &wanted);
        paper.apply(&plan.changes, &wanted);
        prop_assert_eq!(paper.says(), text);
    }

    #[test]
    fn an_update_that_is_cut_off_anywhere_comes_to_the_same_end(
        before in different(), wanted in different(), cut in 0usize..12,
    ) {
        let (sent, wanted_nodes) = (sent(&letters(&before)), letters(&wanted));
        let mut paper = Paper::of(&letters(&before));
        let first = plan(&sent, &Paper::present(&paper.blocks), &wanted_nodes);
        paper.apply(&first.changes[..cut.min(first.changes.len())], &wanted_nodes);
        let second = plan(&sent, &Paper::present(&paper.blocks), &wanted_nodes);
        paper.apply(&second.changes, &wanted_nodes);
        prop_assert_eq!(paper.says(), wanted);
    }

    #[test]
    fn nothing_that_people_wrote_is_ever_deleted(
        before in "[a-d]{0,8}", now in "[a-d0-9]{0,10}", wanted in "[a-d]{0,8}",
    ) {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        prop_assert_eq!(digits(&updated(&before, &now, &wanted)), digits(&now));
    }
}

#[test]
fn digests_are_kept_small() {
    let nodes: BTreeMap<usize, Node> = letters("abc").into_iter().enumerate().collect();
    assert!(nodes.values().all(|node| serde_json::to_string(&node.sent()).unwrap().len() < 40));
}
