//! A page as Markdown.

use std::fmt::Write as _;

use debrief_core::page::{Block, Page, PropertyValue, timecode};

use super::escape::{inline, line_start, link};
use super::marker;
use super::prose;
use super::words::{Words, words};

/// The whole file, with the marker as its last line.
pub(super) fn markdown(page: &Page) -> String {
    let words = words(&page.language);
    let mut out = format!("# {}\n\n", inline(&page.title));
    property(&mut out, words, words.date, &page.date.to_string());
    for line in &page.properties {
        let value = match &line.value {
            PropertyValue::Text(_) | PropertyValue::Names(_) => inline(&line.value.to_text(&page.language)),
            PropertyValue::Link { text, target } => link(text, target),
        };
        property(&mut out, words, &line.name, &value);
    }
    let mut in_list = true;
    for block in &page.blocks {
        let is_item = is_list_item(block);
        // Blocks stand apart, the items of one list close together.
        if !(in_list && is_item) {
            out.push('\n');
        }
        in_list = is_item;
        out.push_str(&block_text(block, words));
        out.push('\n');
    }
    out.push('\n');
    let marker = marker::markdown_line(page.job, &out);
    out + &marker
}

fn property(out: &mut String, words: &Words, name: &str, value: &str) {
    let colon = words.colon.trim_end();
    writeln!(out, "- **{}{colon}** {value}", inline(name)).expect("writing to a string cannot fail");
}

fn is_list_item(block: &Block) -> bool {
    match block {
        Block::Point { .. } | Block::Todo { .. } | Block::Attachment { .. } => true,
        Block::Prose(block) => prose::list_of(block).is_some(),
        Block::Heading { .. }
        | Block::Subheading { .. }
        | Block::Note(_)
        | Block::Warning(_)
        | Block::Utterance { .. } => false,
    }
}

fn block_text(block: &Block, words: &Words) -> String {
    match block {
        Block::Heading { text, .. } => format!("## {}", inline(text)),
        Block::Subheading { text, at_ms } => format!("### {} `{}`", inline(text), timecode(*at_ms)),
        Block::Prose(block) => prose::markdown(block),
        Block::Note(text) => format!("> {}", line_start(text)),
        Block::Warning(text) => format!("> ⚠ {}", inline(text)),
        Block::Point { text, at_ms, speaker } => {
            let by = speaker.as_deref().map(|name| format!("{}, ", inline(name))).unwrap_or_default();
            format!("- {} ({by}`{}`)", line_start(text), timecode(*at_ms))
        }
        Block::Todo { text, assignee, due, at_ms } => {
            let who = assignee.as_deref().map(inline);
            let due = due.map(|day| format!("{} {day}", words.due));
            let when = format!("`{}`", timecode(*at_ms));
            let facts: Vec<String> = who.into_iter().chain(due).chain([when]).collect();
            format!("- [ ] {} ({})", line_start(text), facts.join(", "))
        }
        Block::Attachment { name, target, .. } => format!("- {}", link(name, target)),
        Block::Utterance { speaker, at_ms, text, .. } => {
            let name = inline(speaker);
            let name = if name.is_empty() { name } else { format!("**{name}** ") };
            format!("{name}`{}` {}", timecode(*at_ms), inline(text))
        }
    }
}
