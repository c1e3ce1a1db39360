//! Formatted text in both forms of a page.

use debrief_core::prose::{Prose, Span};
use maud::{Markup, html};

use super::escape::{address, inline, line_start};

/// The block as Markdown, without the line end behind it.
pub(super) fn markdown(block: &Prose) -> String {
    match block {
        Prose::Heading(spans) => format!("#### {}", spans_text(spans)),
        Prose::Paragraph(spans) => paragraph(spans),
        Prose::Item { number, text, inside } => {
            let mark = number.map_or("- ".to_owned(), |number| format!("{number}. "));
            let mut lines = paragraph(text);
            for block in inside {
                let apart = if matches!(block, Prose::Item { .. }) { "\n" } else { "\n\n" };
                lines = format!("{lines}{apart}{}", markdown(block));
            }
            format!("{mark}{}", indented(&lines, &" ".repeat(mark.len())))
        }
        Prose::Quote(inside) => {
            let blocks: Vec<String> = inside.iter().map(markdown).collect();
            format!("> {}", indented(&blocks.join("\n\n"), "> "))
        }
        Prose::Code { language, text } => {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(3.max(longest + 1));
            // A fence with a backtick behind it is none.
            format!("{fence}{}\n{text}\n{fence}", inline(language).replace(['\\', '`'], ""))
        }
        Prose::Table(rows) => {
            let line = |row: &Vec<Vec<Span>>| {
                let cells: Vec<String> = row.iter().map(|cell| cell_text(cell)).collect();
                format!("| {} |", cells.join(" | "))
            };
            let mut lines: Vec<String> = rows.iter().map(line).collect();
            let width = rows.first().map_or(0, Vec::len);
            lines.insert(1.min(lines.len()), format!("|{}", " --- |".repeat(width)));
            lines.join("\n")
        }
        Prose::Rule => "---".to_owned(),
    }
}

fn paragraph(spans: &[Span]) -> String {
    match spans.first() {
        Some(Span { bold: false, italic: false, strikethrough: false, code: false, link: None, text }) => {
            format!("{}{}{}", line_start(text), trailing(text), spans_text(&spans[1..]))
        }
        _ => spans_text(spans), // A style's own mark begins the line.
    }
}

fn spans_text(spans: &[Span]) -> String {
    spans.iter().map(span_text).collect()
}

/// In a table a bar ends the cell, also inside code.
fn cell_text(spans: &[Span]) -> String {
    let text = |span: &Span| {
        let text = span_text(span);
        if span.code { text.replace('|', "\\|") } else { text }
    };
    spans.iter().map(text).collect()
}

/// White space stays outside of marks: beside a blank they would mean nothing.
fn span_text(span: &Span) -> String {
    let text = inline(&span.text);
    if text.is_empty() {
        return if span.text.is_empty() { String::new() } else { " ".to_owned() };
    }
    let leading = if span.text.starts_with(char::is_whitespace) { " " } else { "" };
    let mut text = if span.code { code(&span.text) } else { text };
    for (on, mark) in [(span.italic, "*"), (span.bold, "**"), (span.strikethrough, "~~")] {
        if on {
            text = format!("{mark}{text}{mark}");
        }
    }
    if let Some(address) = span.link.as_deref().and_then(address) {
        text = format!("[{text}](<{}>)", address.replace('&', "&amp;"));
    }
    format!("{leading}{text}{}", trailing(&span.text))
}

fn trailing(text: &str) -> &'static str {
    if text.ends_with(char::is_whitespace) { " " } else { "" }
}

fn code(text: &str) -> String {
    let text = super::escape::one_line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("`{text}`") }
}

/// Every line but the first behind `prefix`; empty lines get no blanks at their end.
fn indented(text: &str, prefix: &str) -> String {
    let next = |line: &str| format!("\n{}", format!("{prefix}{line}").trim_end());
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    first + &lines.map(next).collect::<String>()
}

/// Blocks as HTML; neighbouring items share their list.
pub(super) fn html_of(blocks: &[Prose]) -> Markup {
    let groups = blocks.chunk_by(|a, b| list_of(a).is_some() && list_of(a) == list_of(b));
    html! {
        @for group in groups {
            @match group.first().and_then(list_of) {
                Some(true) => ol.prose start=[first_number(group)] { @for item in group { (one(item)) } },
                Some(false) => ul.prose { @for item in group { (one(item)) } },
                None => @for block in group { (one(block)) },
            }
        }
    }
}

/// Whether the list that an item belongs to is ordered; `None` for what is no item.
pub(super) fn list_of(block: &Prose) -> Option<bool> {
    match block {
        Prose::Item { number, .. } => Some(number.is_some()),
        Prose::Heading(_)
        | Prose::Paragraph(_)
        | Prose::Quote(_)
        | Prose::Code { .. }
        | Prose::Table(_)
        | Prose::Rule => None,
    }
}

fn first_number(group: &[Prose]) -> Option<u64> {
    match group.first() {
        Some(Prose::Item { number, .. }) => number.filter(|number| *number != 1),
        _ => None, // Only items are in lists.
    }
}

fn one(block: &Prose) -> Markup {
    match block {
        Prose::Heading(spans) => html! { h4 { (spans_html(spans)) } },
        Prose::Paragraph(spans) => html! { p.prose { (spans_html(spans)) } },
        Prose::Item { text, inside, .. } => html! { li { (spans_html(text)) (html_of(inside)) } },
        Prose::Quote(inside) => html! { blockquote.prose { (html_of(inside)) } },
        Prose::Code { text, .. } => html! { pre.prose { code { (text) } } },
        Prose::Table(rows) => html! {
            table.prose {
                @for (number, row) in rows.iter().enumerate() {
                    tr {
                        @for cell in row {
                            @if number == 0 { th scope="col" { (spans_html(cell)) } } @else { td { (spans_html(cell)) } }
                        }
                    }
                }
            }
        },
        Prose::Rule => html! { hr; },
    }
}

fn spans_html(spans: &[Span]) -> Markup {
    html! { @for span in spans { (span_html(span)) } }
}

fn span_html(span: &Span) -> Markup {
    let mut text = html! { (span.text) };
    if span.code {
        text = html! { code { (text) } };
    }
    if span.italic {
        text = html! { em { (text) } };
    }
    if span.bold {
        text = html! { strong { (text) } };
    }
    if span.strikethrough {
        text = html! { s { (text) } };
    }
    match span.link.as_deref().and_then(address) {
        Some(address) => html! { a href=(address) { (text) } },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use debrief_core::prose::parse;

    const SAMPLE: &str = "Some **bold** ***both*** and `code` to [a page](https://example.com/?a=1&b=2).\n\n\
        #### Why\n\n1. first\n   - inner\n2. second\n\n> quoted\n>\n> twice\n\n```rust\nfn a() {}\n```\n\n\
        | Who | What |\n| --- | --- |\n| Ana | ~~no~~ |\n\n---";

    #[test]
    fn formatted_text_reads_back_as_it_was() {
        let blocks = parse(SAMPLE);
        let written: Vec<String> = blocks.iter().map(markdown).collect();
        assert_eq!(parse(&written.join("\n\n")), blocks);
    }

    #[test]
    fn backticks_and_bars_inside_code_leave_it_where_it_is() {
        for text in [
            "~~~ a`b\n# no heading\n~~~",
            "| a | b |\n| --- | --- |\n| `x \\| y` | z |",
            "> ~~~ `\n> <b>\n> ~~~",
        ] {
            let blocks = parse(text);
            let written: Vec<String> = blocks.iter().map(markdown).collect();
            let plain = |blocks| debrief_core::prose::plain(blocks);
            assert_eq!(plain(&parse(&written.join("\n\n"))), plain(&blocks), "{written:?}");
        }
    }

    #[test]
    fn formatted_text_as_html() {
        insta::assert_snapshot!(html_of(&parse(SAMPLE)).into_string());
    }
}
