//! A page as one self-contained HTML file: no scripts, nothing loaded from outside.

use debrief_core::page::{Block, Page, PropertyValue, timecode};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::escape::address;
use super::marker;
use super::prose;
use super::words::{Words, words};

const STYLE: &str = include_str!("page.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Number of colours for speakers in the style sheet.
const SPEAKER_COLOURS: u16 = 6;
/// Where the marker's line goes once the rest of the file is known.
const HEAD_END: &str = "</head>";

/// The whole file, with the marker in its head.
pub(super) fn html(page: &Page) -> String {
    let body = Sheet { page, words: words(&page.language), anchors: anchors(page) }.document().into_string();
    // All text is escaped, so the first end of the head is the real one.
    let at = body.find(HEAD_END).expect("the document has a head");
    let (head, rest) = body.split_at(at);
    let body = format!("{head}\n{rest}");
    let marker = marker::html_line(page.job, &body);
    format!("{head}\n{marker}{rest}")
}

/// Starts of the utterances that carry an anchor, in order: where timecodes can point to.
fn anchors(page: &Page) -> Vec<u32> {
    let start = |block: &Block| match block {
        Block::Utterance { at_ms, .. } => Some(*at_ms),
        Block::Heading { .. }
        | Block::Subheading { .. }
        | Block::Prose(_)
        | Block::Note(_)
        | Block::Warning(_)
        | Block::Point { .. }
        | Block::Todo { .. }
        | Block::Attachment { .. } => None,
    };
    let mut anchors: Vec<u32> = page.blocks.iter().filter_map(start).collect();
    anchors.sort_unstable();
    anchors.dedup();
    anchors
}

/// A heading with the blocks under it.
struct Part<'a> {
    heading: Option<&'a str>,
    blocks: &'a [Block],
}

fn parts(blocks: &[Block]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = blocks;
    while let Some(first) = rest.first() {
        let (heading, body) = match first {
            Block::Heading { text, .. } => (Some(text.as_str()), &rest[1..]),
            Block::Subheading { .. }
            | Block::Prose(_)
            | Block::Note(_)
            | Block::Warning(_)
            | Block::Point { .. }
            | Block::Todo { .. }
            | Block::Attachment { .. }
            | Block::Utterance { .. } => (None, rest),
        };
        let end = body.iter().position(|block| matches!(block, Block::Heading { .. })).unwrap_or(body.len());
        parts.push(Part { heading, blocks: &body[..end] });
        rest = &body[end..];
    }
    parts
}

/// Blocks that share one parent element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Alone,
    Points,
    Todos,
    Links,
    Prose,
    Talk,
}

fn kind(block: &Block) -> Kind {
    match block {
        Block::Heading { .. } | Block::Subheading { .. } | Block::Note(_) | Block::Warning(_) => Kind::Alone,
        Block::Prose(_) => Kind::Prose,
        Block::Point { .. } => Kind::Points,
        Block::Todo { .. } => Kind::Todos,
        Block::Attachment { .. } => Kind::Links,
        Block::Utterance { .. } => Kind::Talk,
    }
}

struct Sheet<'a> {
    page: &'a Page,
    words: &'static Words,
    anchors: Vec<u32>,
}

impl Sheet<'_> {
    fn document(&self) -> Markup {
        let parts = parts(&self.page.blocks);
        html! {
            (DOCTYPE)
            html lang=(self.page.language) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    meta name="generator" content="Debrief";
                    title { (self.page.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    div.sheet {
                        (self.masthead())
                        (self.contents(&parts))
                        main {
                            @for (number, part) in parts.iter().enumerate() { (self.part(number, part)) }
                        }
                    }
                }
            }
        }
    }

    fn masthead(&self) -> Markup {
        html! {
            header.masthead {
                h1 { (self.page.title) }
                dl {
                    div { dt { (self.words.date) } dd { time datetime=(self.page.date) { (self.page.date) } } }
                    @for property in &self.page.properties {
                        div {
                            dt { (property.name) }
                            dd {
                                @match &property.value {
                                    PropertyValue::Text(_) | PropertyValue::Names(_) => (property.value.to_text(&self.page.language)),
                                    PropertyValue::Link { text, target } => (link(text, target)),
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn contents(&self, parts: &[Part<'_>]) -> Markup {
        let headed = parts.iter().enumerate().filter_map(|(number, part)| Some((number, part.heading?)));
        html! {
            nav aria-label=(self.words.contents) {
                ul { @for (number, heading) in headed { li { a href={ "#s-" (number) } { (heading) } } } }
            }
        }
    }

    fn part(&self, number: usize, part: &Part<'_>) -> Markup {
        let body = html! {
            @for group in part.blocks.chunk_by(|a, b| kind(a) == kind(b) && kind(a) != Kind::Alone) {
                (self.group(group))
            }
        };
        html! {
            @if let Some(heading) = part.heading {
                section id={ "s-" (number) } aria-labelledby={ "h-" (number) } {
                    h2 id={ "h-" (number) } { (heading) }
                    (body)
                }
            } @else {
                div.remarks { (body) }
            }
        }
    }

    fn group(&self, group: &[Block]) -> Markup {
        let items = html! { @for block in group { (self.block(block)) } };
        match group.first().map(kind) {
            Some(Kind::Points) => html! { ul.points { (items) } },
            Some(Kind::Todos) => html! { ul.todos { (items) } },
            Some(Kind::Links) => html! { ul.links { (items) } },
            Some(Kind::Prose) => {
                prose::html_of(&group.iter().filter_map(prose_of).cloned().collect::<Vec<_>>())
            }
            Some(Kind::Talk) => self.talk(group),
            Some(Kind::Alone) | None => items,
        }
    }

    fn block(&self, block: &Block) -> Markup {
        match block {
            Block::Heading { text, .. } => html! { h2 { (text) } },
            Block::Subheading { text, at_ms } => html! { h3 { (self.when(*at_ms)) span { (text) } } },
            Block::Prose(block) => prose::html_of(std::slice::from_ref(block)),
            Block::Note(text) => html! { p.note { (text) } },
            Block::Warning(text) => html! { p.warning role="note" { (text) } },
            Block::Point { text, at_ms, speaker } => html! {
                li {
                    (self.when(*at_ms))
                    p { (text) @if let Some(name) = speaker { " " span.by { (name) } } }
                }
            },
            Block::Todo { text, assignee, due, at_ms } => html! {
                li {
                    (self.when(*at_ms))
                    label { input type="checkbox" disabled; span { (text) } }
                    @if assignee.is_some() || due.is_some() {
                        p.facts {
                            @if let Some(name) = assignee { span.who { (name) } }
                            @if let Some(day) = due {
                                span.due { (self.words.due) " " time datetime=(day) { (day) } }
                            }
                        }
                    }
                }
            },
            Block::Attachment { name, target, .. } => html! { li { (link(name, target)) } },
            Block::Utterance { .. } => self.talk(std::slice::from_ref(block)),
        }
    }

    /// The transcript. A speaker's name stands where the speaker changes.
    fn talk(&self, group: &[Block]) -> Markup {
        let mut last_speaker = None;
        let mut last_anchor = None;
        html! {
            ol.talk {
                @for block in group {
                    @if let Block::Utterance { speaker, speaker_index, at_ms, text } = block {
                        // Two utterances may begin at the same time; an id must be the only one of its kind.
                        @let anchor = (last_anchor.replace(*at_ms) != Some(*at_ms)).then(|| format!("t-{at_ms}"));
                        @let changed = last_speaker.replace((speaker, speaker_index)) != Some((speaker, speaker_index));
                        li id=[anchor] class=[colour(*speaker_index)] {
                            a.when href={ "#t-" (at_ms) } { time datetime=(duration(*at_ms)) { (timecode(*at_ms)) } }
                            @if changed && !speaker.is_empty() { p.name { (speaker) } }
                            p { (text) }
                        }
                    }
                }
            }
        }
    }

    /// A timecode in the margin that leads to its place in the transcript.
    fn when(&self, at_ms: u32) -> Markup {
        let time = html! { time datetime=(duration(at_ms)) { (timecode(at_ms)) } };
        match self.anchors.partition_point(|start| *start <= at_ms).checked_sub(1) {
            Some(index) => html! { a.when href={ "#t-" (self.anchors[index]) } { (time) } },
            None => html! { span.when { (time) } },
        }
    }
}

fn prose_of(block: &Block) -> Option<&debrief_core::prose::Prose> {
    match block {
        Block::Prose(block) => Some(block),
        Block::Heading { .. }
        | Block::Subheading { .. }
        | Block::Note(_)
        | Block::Warning(_)
        | Block::Point { .. }
        | Block::Todo { .. }
        | Block::Attachment { .. }
        | Block::Utterance { .. } => None,
    }
}

fn colour(speaker_index: Option<u16>) -> Option<String> {
    speaker_index.map(|index| format!("sp{}", index % SPEAKER_COLOURS))
}

/// An HTML duration in whole seconds.
fn duration(ms: u32) -> String {
    format!("PT{}S", ms / 1000)
}

fn link(text: &str, target: &str) -> Markup {
    match address(target) {
        Some(address) => html! { a href=(address) { (text) } },
        None => html! { (text) },
    }
}
