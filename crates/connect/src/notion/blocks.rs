//! A page → Notion's blocks.

use debrief_core::page::{Block, Page, PageSection, Property, PropertyKind, PropertyValue, timecode};
use debrief_core::prose::{Prose, Span};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::node::Node;
use super::pack::{MAX_NODE_BLOCKS, MAX_NODE_BYTES, fitted};
use super::rich_text::{MAX_BLOCK_BYTES, Run, blocks_of};
use super::words::{Words, words};

/// The page's icon.
pub(super) const ICON: &str = "📝";
/// The first word of a to-do's key.
pub(super) const TODO: &str = "todo";
/// The first word of a file's key.
pub(super) const FILE: &str = "file";
/// A toggle of the transcript holds about this much of it.
const TOGGLE_MS: u32 = 600_000;
/// Colours of speakers, told apart in Notion's light and dark.
const COLOURS: [&str; 8] = ["blue", "brown", "purple", "pink", "green", "orange", "red", "yellow"];

/// Files that are on their way to Notion, by their place on the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Uploads {
    /// Id and kind of block of the uploaded recording.
    pub(super) recording: Option<(String, &'static str)>,
    /// Ids of the uploaded documents, by their path.
    pub(super) documents: std::collections::BTreeMap<std::path::PathBuf, String>,
}

/// The blocks of `page`. Facts in `elsewhere` stand in properties; `marker` is said on the page where no property holds the
/// job.
pub(super) fn blocks(page: &Page, elsewhere: &[Fact], marker: bool, uploads: &Uploads) -> Vec<Node> {
    let words = words(&page.language);
    let mut nodes = facts(page, words, elsewhere, marker);
    if let Some((id, kind)) = &uploads.recording {
        nodes.push(file(kind, id, ""));
    }
    let mut rest = page.blocks.as_slice();
    let mut section = "";
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            Block::Heading { section: PageSection::Summary, text } => {
                nodes.extend(texts("heading_2", &[Run::plain(text)]));
                let (points, after) =
                    run_of(rest, |block| matches!(block, Block::Note(_) | Block::Point { .. }));
                rest = after;
                nodes.push(callout(points, words));
            }
            Block::Utterance { .. } => {
                let (more, after) = run_of(rest, |block| matches!(block, Block::Utterance { .. }));
                rest = after;
                nodes.extend(toggles(std::iter::once(first).chain(more), page.duration_ms));
            }
            Block::Point { at_ms, .. } => {
                nodes.extend(keyed(format!("{section} {at_ms}"), block(first, words, uploads)));
            }
            Block::Heading { text, .. } => {
                section = text;
                nodes.extend(block(first, words, uploads));
            }
            Block::Subheading { .. }
            | Block::Prose(_)
            | Block::Note(_)
            | Block::Warning(_)
            | Block::Todo { .. }
            | Block::Attachment { .. } => nodes.extend(block(first, words, uploads)),
        }
    }
    fitted(nodes)
}

/// A fact of the page that a property of the database can hold instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Date,
    Participants,
    Duration,
    Recording,
}

/// The marker of a job on its page.
pub(super) fn marker(page: &Page) -> String {
    format!("Debrief {}", page.job)
}

fn run_of(blocks: &[Block], is_one: impl Fn(&Block) -> bool) -> (&[Block], &[Block]) {
    let end = blocks.iter().position(|block| !is_one(block)).unwrap_or(blocks.len());
    blocks.split_at(end)
}

/// What is said about the recording at the page's top.
fn facts(page: &Page, words: &Words, elsewhere: &[Fact], with_marker: bool) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut fact = |name: &str, value: Run| {
        let name = Run::grey(format!("{name}{}", words.colon));
        nodes.extend(texts("paragraph", &[name, value]));
    };
    if !elsewhere.contains(&Fact::Date) {
        fact(words.date, Run::plain(page.date.to_string()));
    }
    for Property { kind, name, value } in &page.properties {
        let elsewhere = match kind {
            PropertyKind::Participants => elsewhere.contains(&Fact::Participants),
            PropertyKind::Duration => elsewhere.contains(&Fact::Duration),
            PropertyKind::Recording => elsewhere.contains(&Fact::Recording),
            PropertyKind::Engine => true,
        };
        if elsewhere {
            continue;
        }
        match value {
            PropertyValue::Link { text, target } => fact(name, Run::link(text, target)),
            PropertyValue::Text(_) | PropertyValue::Names(_) => {
                fact(name, Run::plain(value.to_text(&page.language)));
            }
        }
    }
    let engine = page.properties.iter().find(|property| property.kind == PropertyKind::Engine);
    let engine = engine
        .map(|engine| format!("{}{}{}", engine.name, words.colon, engine.value.to_text(&page.language)));
    let small: Vec<String> = engine.into_iter().chain(with_marker.then(|| marker(page))).collect();
    if !small.is_empty() {
        nodes.extend(texts("paragraph", &[Run::grey(small.join(" · "))]));
    }
    nodes
}

/// The summary, set apart.
fn callout(points: &[Block], words: &Words) -> Node {
    let mut note = Vec::new();
    let mut inside = Vec::new();
    for point in points {
        match point {
            Block::Note(text) => note.push(Run { italic: true, ..Run::grey(text) }),
            Block::Point { at_ms, .. } => {
                inside.extend(keyed(format!("summary {at_ms}"), block(point, words, &Uploads::default())));
            }
            other => inside.extend(block(other, words, &Uploads::default())), // Nothing else is asked for.
        }
    }
    let rich_text = blocks_of(&note).swap_remove(0);
    let content = json!({ "rich_text": rich_text, "icon": { "type": "emoji", "emoji": "💡" }, "color": "gray_background" });
    Node::new("callout", content).with_inside(inside)
}

fn block(block: &Block, words: &Words, uploads: &Uploads) -> Vec<Node> {
    match block {
        Block::Heading { text, .. } => texts("heading_2", &[Run::plain(text)]),
        Block::Subheading { text, at_ms } => {
            texts("heading_3", &[Run::plain(format!("{text} ")), when(*at_ms)])
        }
        Block::Prose(block) => prose(block),
        Block::Note(text) => texts("paragraph", &[Run { italic: true, ..Run::grey(text) }]),
        Block::Warning(text) => {
            let callout = |rich_text| json!({ "rich_text": rich_text, "icon": { "type": "emoji", "emoji": "⚠️" }, "color": "yellow_background" });
            let pieces = blocks_of(&[Run::plain(text)]).into_iter();
            pieces.map(|rich_text| Node::new("callout", callout(rich_text))).collect()
        }
        Block::Point { text, at_ms, speaker } => {
            let mut runs = vec![Run::plain(format!("{text} ")), when(*at_ms)];
            runs.extend(speaker.as_ref().map(|name| Run::grey(format!(" {name}"))));
            texts("bulleted_list_item", &runs)
        }
        Block::Todo { text, assignee, due, at_ms } => {
            vec![todo(text, assignee.as_deref(), *due, *at_ms, words)]
        }
        Block::Attachment { name, target, file: path } => {
            let uploaded = path.as_ref().and_then(|path| uploads.documents.get(path));
            match uploaded {
                Some(id) => vec![file("pdf", id, name)],
                None => texts("bulleted_list_item", &[Run::link(name, target)]),
            }
        }
        Block::Utterance { speaker, speaker_index, at_ms, text } => {
            utterance(speaker, *speaker_index, *at_ms, text)
        }
    }
}

fn when(at_ms: u32) -> Run {
    Run::grey(timecode(at_ms))
}

/// A to-do keeps its place in the recording as its key: by that it is found again after somebody got a name.
fn todo(text: &str, assignee: Option<&str>, due: Option<Date>, at_ms: u32, words: &Words) -> Node {
    let mut runs = vec![Run::plain(format!("{text} "))];
    runs.extend(assignee.map(|name| Run::bold(format!("{name} "))));
    runs.extend(due.map(|_| Run::grey(words.due)));
    let mut pieces = blocks_of(&runs);
    let more = pieces.split_off(1);
    let mut rich_text = pieces.swap_remove(0);
    if let Some(due) = due {
        rich_text.push(
            json!({ "type": "mention", "mention": { "type": "date", "date": { "start": due.to_string() } } }),
        );
        rich_text.extend(blocks_of(&[Run::grey(" · ")]).swap_remove(0));
    }
    rich_text.extend(blocks_of(&[when(at_ms)]).swap_remove(0));
    let mut node = Node::new("to_do", json!({ "rich_text": rich_text }));
    node.key = Some(format!("{TODO} {at_ms}"));
    // What a person never says: a to-do of a hundred thousand letters.
    node.with_inside(more.into_iter().map(|rich_text| plain("paragraph", rich_text)).collect())
}

fn utterance(speaker: &str, index: Option<u16>, at_ms: u32, text: &str) -> Vec<Node> {
    let mut runs = vec![when(at_ms), Run::plain(" ")];
    if !speaker.is_empty() {
        let colour = index.map(|index| COLOURS[usize::from(index) % COLOURS.len()]);
        runs.push(Run { colour, ..Run::bold(speaker) });
        runs.push(Run::plain(" "));
    }
    runs.push(Run::plain(text));
    keyed(format!("said {at_ms}"), texts("paragraph", &runs))
}

/// What is said again with another name is the same block: what people did to it and beside it stays where it is.
fn keyed(key: String, mut nodes: Vec<Node>) -> Vec<Node> {
    if let Some(first) = nodes.first_mut() {
        first.key = Some(key);
    }
    nodes
}

/// The transcript, folded away in stretches of some minutes.
fn toggles<'a>(utterances: impl Iterator<Item = &'a Block>, duration_ms: u32) -> Vec<Node> {
    struct Stretch {
        from_ms: u32,
        inside: Vec<Node>,
        bytes: usize,
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    for said in utterances {
        let Block::Utterance { speaker, speaker_index, at_ms, text } = said else { continue };
        for node in utterance(speaker, *speaker_index, *at_ms, text) {
            let bytes = node.bytes() + 1;
            match stretches.last_mut() {
                // A toggle's own block and its JSON take what is left of both limits.
                Some(last)
                    if at_ms - last.from_ms.min(*at_ms) < TOGGLE_MS
                        && last.inside.len() + 1 < MAX_NODE_BLOCKS
                        && last.bytes + bytes < MAX_NODE_BYTES - 500 =>
                {
                    last.inside.push(node);
                    last.bytes += bytes;
                }
                _ => stretches.push(Stretch { from_ms: *at_ms, inside: vec![node], bytes }),
            }
        }
    }
    let starts: Vec<u32> = stretches.iter().map(|stretch| stretch.from_ms).collect();
    let toggle = |(number, stretch): (usize, Stretch)| {
        let until = starts.get(number + 1).copied().unwrap_or(duration_ms.max(stretch.from_ms));
        let title = format!("{} – {}", timecode(stretch.from_ms), timecode(until));
        let rich_text = blocks_of(&[Run::plain(title)]).swap_remove(0);
        Node::new("toggle", json!({ "rich_text": rich_text })).with_inside(stretch.inside)
    };
    stretches.into_iter().enumerate().map(toggle).collect()
}

pub(super) fn file(kind: &'static str, upload: &str, caption: &str) -> Node {
    let mut content = json!({ "type": "file_upload", "file_upload": { "id": upload } });
    if !caption.is_empty() {
        content["caption"] = blocks_of(&[Run::plain(caption)]).swap_remove(0).into();
    }
    let mut node = Node::new(kind, content);
    node.key = Some(format!("{FILE} {kind} {caption}"));
    node
}

fn plain(kind: &'static str, rich_text: Vec<Value>) -> Node {
    Node::new(kind, json!({ "rich_text": rich_text }))
}

/// A block of that kind; what doesn't fit into one goes on in paragraphs.
fn texts(kind: &'static str, runs: &[Run]) -> Vec<Node> {
    let pieces = blocks_of(runs).into_iter().enumerate();
    pieces.map(|(number, rich_text)| plain(if number == 0 { kind } else { "paragraph" }, rich_text)).collect()
}

fn runs(spans: &[Span]) -> Vec<Run> {
    spans.iter().map(Run::of_span).collect()
}

fn prose(block: &Prose) -> Vec<Node> {
    match block {
        Prose::Heading(spans) => texts("heading_4", &runs(spans)),
        Prose::Paragraph(spans) => texts("paragraph", &runs(spans)),
        Prose::Item { number, text, inside } => {
            let kind = if number.is_some() { "numbered_list_item" } else { "bulleted_list_item" };
            let mut nodes = texts(kind, &runs(text));
            let more = nodes.split_off(1);
            let item = nodes.swap_remove(0);
            vec![item.with_inside(more.into_iter().chain(inside.iter().flat_map(prose)).collect())]
        }
        Prose::Quote(inside) => quote(inside),
        Prose::Code { language, text } => {
            let language = code_language(language);
            let pieces = blocks_of(&[Run::plain(text)]).into_iter();
            let code = |rich_text| json!({ "rich_text": rich_text, "language": language });
            pieces.map(|rich_text| Node::new("code", code(rich_text))).collect()
        }
        Prose::Table(rows) => table(rows),
        Prose::Rule => vec![Node::new("divider", json!({}))],
    }
}

/// The first paragraph is the quotation's own text, the rest lies inside.
fn quote(inside: &[Prose]) -> Vec<Node> {
    let (own, inside) = match inside.split_first() {
        Some((Prose::Paragraph(spans), rest)) => (runs(spans), rest),
        Some(_) | None => (Vec::new(), inside),
    };
    let mut nodes = texts("quote", &own);
    let more = nodes.split_off(1);
    let quote = nodes.swap_remove(0);
    vec![quote.with_inside(more.into_iter().chain(inside.iter().flat_map(prose)).collect())]
}

fn table(rows: &[Vec<Vec<Span>>]) -> Vec<Node> {
    let width = rows.first().map_or(0, Vec::len);
    let row = |cells: &Vec<Vec<Span>>| -> Option<Node> {
        let cells: Option<Vec<Value>> = cells
            .iter()
            .map(|cell| {
                let mut blocks = blocks_of(&runs(cell));
                (blocks.len() == 1).then(|| Value::from(blocks.swap_remove(0)))
            })
            .collect();
        let row = Node::new("table_row", json!({ "cells": cells? }));
        (row.bytes() <= MAX_BLOCK_BYTES).then_some(row)
    };
    let nodes: Option<Vec<Node>> = rows.iter().map(row).collect();
    match nodes {
        Some(nodes) if width > 0 => {
            let content = json!({ "table_width": width, "has_column_header": true, "has_row_header": false });
            vec![Node::new("table", content).with_inside(nodes)]
        }
        // Cells too long for a table are still to be read.
        Some(_) | None => rows.iter().flatten().flat_map(|cell| texts("paragraph", &runs(cell))).collect(),
    }
}

/// Notion's word for a language of code. Those that it doesn't know are plain text to it.
fn code_language(word: &str) -> &'static str {
    match word.to_lowercase().as_str() {
        "bash" | "sh" | "zsh" => "bash",
        "c" => "c",
        "c++" | "cpp" | "cc" => "c++",
        "c#" | "cs" | "csharp" => "c#",
        "css" => "css",
        "diff" | "patch" => "diff",
        "docker" | "dockerfile" => "docker",
        "go" | "golang" => "go",
        "graphql" => "graphql",
        "html" => "html",
        "java" => "java",
        "javascript" | "js" | "jsx" => "javascript",
        "json" => "json",
        "kotlin" | "kt" => "kotlin",
        "latex" | "tex" => "latex",
        "lua" => "lua",
        "make" | "makefile" => "makefile",
        "markdown" | "md" => "markdown",
        "mermaid" => "mermaid",
        "php" => "php",
        "powershell" | "ps1" => "powershell",
        "python" | "py" => "python",
        "r" => "r",
        "ruby" | "rb" => "ruby",
        "rust" | "rs" => "rust",
        "scala" => "scala",
        "shell" => "shell",
        "sql" => "sql",
        "swift" => "swift",
        "typescript" | "ts" | "tsx" => "typescript",
        "xml" => "xml",
        "yaml" | "yml" => "yaml",
        _ => "plain text", // Whatever else people name.
    }
}
