//! Formatted text: the Markdown that notes are written in, as a tree that any destination can write.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

/// Text of one style.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The characters.
    pub text: String,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strikethrough: bool,
    /// In the typeface of code.
    pub code: bool,
    /// `https:` address that it leads to.
    pub link: Option<String>,
}

/// One block of formatted text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prose {
    /// A heading below that of a topic.
    Heading(Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// An item of a list.
    Item {
        /// Its number in an ordered list.
        number: Option<u64>,
        /// Its first paragraph.
        text: Vec<Span>,
        /// What is indented below it.
        inside: Vec<Prose>,
    },
    /// A quotation.
    Quote(Vec<Prose>),
    /// Code, or anything else that is written as it is.
    Code {
        /// As named in the text; empty when it isn't.
        language: String,
        /// The lines.
        text: String,
    },
    /// A table; the first row is its head. Every row has as many cells as the first.
    Table(Vec<Vec<Vec<Span>>>),
    /// A line between two parts.
    Rule,
}

/// Lists and quotations that lie deeper than this inside others come out at this depth.
const MAX_DEPTH: usize = 16;

/// Beyond CommonMark.
const UNDERSTOOD: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// Markdown → formatted text. Whatever is not understood (HTML, footnotes) stays as text: nothing is left out.
pub fn parse(markdown: &str) -> Vec<Prose> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, UNDERSTOOD) {
        reader.take(event);
    }
    reader.finish()
}

/// Where links and pictures stand in Markdown, and in each the words that are shown for it; of those inside each other the
/// outer one.
pub(crate) fn links(markdown: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut links: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (event, range) in Parser::new_ext(markdown, UNDERSTOOD).into_offset_iter() {
        let within = links.last_mut().filter(|(link, _)| range.start < link.end);
        match (event, within) {
            (Event::Start(Tag::Link { .. } | Tag::Image { .. }), None) => {
                links.push((range.clone(), range.start..range.start));
            }
            (Event::End(_), _) | (_, None) => {}
            (_, Some((_, words))) if words.start == words.end => *words = range,
            (_, Some((_, words))) => words.end = words.end.max(range.end),
        }
    }
    links
}

/// The characters of formatted text alone, a block a line.
pub fn plain(blocks: &[Prose]) -> String {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Prose::Heading(spans) | Prose::Paragraph(spans) => lines.push(text_of(spans)),
            Prose::Item { text, inside, .. } => {
                lines.push(text_of(text));
                lines.extend((!inside.is_empty()).then(|| plain(inside)));
            }
            Prose::Quote(inside) => lines.push(plain(inside)),
            Prose::Code { text, .. } => lines.push(text.clone()),
            Prose::Table(rows) => {
                let line = |row: &Vec<Vec<Span>>| {
                    row.iter().map(|cell| text_of(cell)).collect::<Vec<_>>().join("\t")
                };
                lines.extend(rows.iter().map(line));
            }
            Prose::Rule => {}
        }
    }
    lines.join("\n")
}

/// The characters of spans alone.
pub fn text_of(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

/// A block that is open while its events come in.
enum Open {
    Item { number: Option<u64>, text: Option<Vec<Span>>, inside: Vec<Prose> },
    Quote(Vec<Prose>),
}

/// Builds blocks from the parser's events.
#[derive(Default)]
struct Reader {
    done: Vec<Prose>,
    open: Vec<Open>,
    spans: Vec<Span>,
    style: Style,
    /// Next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    code: Option<(String, String)>,
    table: Option<Vec<Vec<Vec<Span>>>>,
}

#[derive(Default)]
struct Style {
    bold: u32,
    italic: u32,
    strikethrough: u32,
    links: Vec<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.push(&text, false),
            },
            Event::Code(text) => self.push(&text, true),
            Event::SoftBreak => self.push(" ", false),
            Event::HardBreak => self.push("\n", false),
            Event::Rule => self.add(Prose::Rule),
            Event::Html(text) | Event::InlineHtml(text) => self.push(&text, false),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.push(&text, true),
            Event::FootnoteReference(name) => self.push(&format!("[^{name}]"), false),
            Event::TaskListMarker(done) => self.push(if done { "☑ " } else { "☐ " }, false),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.close_text();
                self.lists.push(first);
            }
            Tag::Item => {
                self.close_text();
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = number.map(|number| number.saturating_add(1));
                    number
                });
                self.open(Open::Item { number, text: None, inside: Vec::new() });
            }
            Tag::BlockQuote(_) => {
                self.close_text();
                self.open(Open::Quote(Vec::new()));
            }
            Tag::CodeBlock(kind) => {
                self.close_text();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',']).next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::Table(_) => {
                self.close_text();
                self.table = Some(Vec::new());
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(rows) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            Tag::Emphasis => self.style.italic += 1,
            Tag::Strong => self.style.bold += 1,
            Tag::Strikethrough => self.style.strikethrough += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.style.links.push(dest_url.into_string());
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.close_text(),
            // Not asked for from the parser, or without a form of their own.
            Tag::TableCell
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.close_text();
                self.lists.pop();
            }
            TagEnd::Item | TagEnd::BlockQuote(_) => {
                self.close_text();
                self.close();
            }
            TagEnd::CodeBlock => {
                if let Some((language, mut text)) = self.code.take() {
                    if text.ends_with('\n') {
                        text.pop();
                    }
                    self.add(Prose::Code { language, text });
                }
            }
            TagEnd::Table => {
                if let Some(rows) = self.table.take() {
                    self.add(Prose::Table(even(rows)));
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(row) = self.table.as_mut().and_then(|rows| rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Heading(_) => {
                let spans = std::mem::take(&mut self.spans);
                if !spans.is_empty() {
                    self.add(Prose::Heading(spans));
                }
            }
            TagEnd::Emphasis => self.style.italic = self.style.italic.saturating_sub(1),
            TagEnd::Strong => self.style.bold = self.style.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.style.strikethrough = self.style.strikethrough.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => drop(self.style.links.pop()),
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.close_text(),
            TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn push(&mut self, text: &str, code: bool) {
        let target = self.style.links.last().filter(|target| is_web(target)).cloned();
        let span = Span {
            text: text.to_owned(),
            bold: self.style.bold > 0,
            italic: self.style.italic > 0,
            strikethrough: self.style.strikethrough > 0,
            code,
            link: target,
        };
        match self.spans.last_mut() {
            Some(last) if same_style(last, &span) => last.text.push_str(text),
            _ => self.spans.push(span),
        }
    }

    /// Text that is not in a block yet becomes a paragraph, or the first line of its list item.
    fn close_text(&mut self) {
        let mut spans = std::mem::take(&mut self.spans);
        if let Some(last) = spans.last_mut() {
            let length = last.text.trim_end_matches('\n').len();
            last.text.truncate(length);
        }
        spans.retain(|span| !span.text.is_empty());
        if spans.is_empty() {
            return;
        }
        match self.open.last_mut() {
            Some(Open::Item { text: text @ None, inside, .. }) if inside.is_empty() => *text = Some(spans),
            _ => self.add(Prose::Paragraph(spans)),
        }
    }

    fn open(&mut self, block: Open) {
        if self.open.len() >= MAX_DEPTH {
            self.close();
        }
        self.open.push(block);
    }

    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Item { number, text, inside }) => {
                self.add(Prose::Item { number, text: text.unwrap_or_default(), inside });
            }
            Some(Open::Quote(inside)) => self.add(Prose::Quote(inside)),
            // It was closed already when another one opened below the greatest depth.
            None => {}
        }
    }

    fn add(&mut self, block: Prose) {
        match self.open.last_mut() {
            Some(Open::Item { inside, .. } | Open::Quote(inside)) => inside.push(block),
            None => self.done.push(block),
        }
    }

    fn finish(mut self) -> Vec<Prose> {
        self.close_text();
        while !self.open.is_empty() {
            self.close();
        }
        self.done
    }
}

fn is_web(target: &str) -> bool {
    url::Url::parse(target).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn same_style(a: &Span, b: &Span) -> bool {
    (a.bold, a.italic, a.strikethrough, a.code, &a.link)
        == (b.bold, b.italic, b.strikethrough, b.code, &b.link)
}

/// Rows of one length.
fn even(mut rows: Vec<Vec<Vec<Span>>>) -> Vec<Vec<Vec<Span>>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    for row in &mut rows {
        row.resize(width, Vec::new());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(text: &str) -> Span {
        Span { text: text.to_owned(), ..Span::default() }
    }

    #[test]
    fn every_kind_of_block_is_read() {
        let markdown = "Some **bold *both*** and `code` to [a page](https://example.com).\n\n\
            ### Why\n\n1. first\n   - inner\n2. second\n\n> quoted\n\n```rust\nfn a() {}\n```\n\n\
            | Who | What |\n|---|---|\n| Ana | ~~no~~ |\n\n---\n";
        let blocks = parse(markdown);
        let item =
            |number, text: &str, inside| Prose::Item { number: Some(number), text: vec![span(text)], inside };
        let expected = vec![
            Prose::Paragraph(vec![
                span("Some "),
                Span { bold: true, ..span("bold ") },
                Span { bold: true, italic: true, ..span("both") },
                span(" and "),
                Span { code: true, ..span("code") },
                span(" to "),
                Span { link: Some("https://example.com".into()), ..span("a page") },
                span("."),
            ]),
            Prose::Heading(vec![span("Why")]),
            item(1, "first", vec![Prose::Item { number: None, text: vec![span("inner")], inside: vec![] }]),
            item(2, "second", vec![]),
            Prose::Quote(vec![Prose::Paragraph(vec![span("quoted")])]),
            Prose::Code { language: "rust".into(), text: "fn a() {}".into() },
            Prose::Table(vec![
                vec![vec![span("Who")], vec![span("What")]],
                vec![vec![span("Ana")], vec![Span { strikethrough: true, ..span("no") }]],
            ]),
            Prose::Rule,
        ];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn only_web_addresses_are_links_and_html_stays_text() {
        let blocks = parse("[x](javascript:alert(1)) <b>hi</b>");
        assert_eq!(blocks, [Prose::Paragraph(vec![span("x <b>hi</b>")])]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_whatever_the_text(words in proptest::collection::vec("[a-z]{1,6}|[#>*`|_~-]{1,3}|\n{1,2}|    |[0-9]\\.", 0..60)) {
            let markdown = words.join(" ");
            let text = plain(&parse(&markdown));
            let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
            // The language of a fenced block is not its text.
            prop_assume!(!markdown.contains("```") && !markdown.contains("~~~"));
            prop_assert_eq!(letters(&text), letters(&markdown));
        }
    }
}
