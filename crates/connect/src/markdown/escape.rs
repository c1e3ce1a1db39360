//! Text of a recording as text of a Markdown page: nothing in it becomes a heading, a list, a link or HTML.

use url::Url;

/// `text` on one line: white space and line ends become single spaces, control characters go.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// For the middle of a line.
pub(super) fn inline(text: &str) -> String {
    let line = one_line(text);
    let mut out = String::with_capacity(line.len() + 8);
    for (at, c) in line.char_indices() {
        let rest = &line[at + c.len_utf8()..];
        if is_special(c, &line[..at], rest) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For the beginning of a line, a list item or a quotation.
pub(super) fn line_start(text: &str) -> String {
    let inline = inline(text);
    let digits = inline.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = inline.split_at(digits);
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{number}\\{rest}");
    }
    // A list item, a quotation, the underline of a heading.
    let opens_block = digits == 0 && rest.starts_with(['-', '+', '=', '>', ':']);
    if opens_block { format!("\\{inline}") } else { inline }
}

/// Whether `c` would mean something to Markdown between `before` and `after`. Hyphens, dots and brackets inside
/// a sentence stay as they are, so that the file reads well without a viewer too.
fn is_special(c: char, before: &str, after: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '#' | '~' | '|' | '$' | '{' | '}' | '^' => true,
        '&' => after.starts_with(|c: char| c == '#' || c.is_ascii_alphanumeric()),
        // Many viewers turn bare addresses into links.
        ':' => after.starts_with("//"),
        '.' => before.to_ascii_lowercase().ends_with("www"),
        '@' => true,
        // Two of these are emphasis in some viewers.
        '=' => after.starts_with('=') || before.ends_with('='),
        _ => false, // Every other character is plain in the middle of a line.
    }
}

/// The address that a link to `target` points to: `https:` addresses as they are, an absolute path as a `file:`
/// address. `None` for anything else, which then stays text.
pub(super) fn address(target: &str) -> Option<String> {
    let url = match Url::parse(target) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(_) | Err(_) => Url::from_file_path(target).ok()?,
    };
    Some(url.as_str().replace('\\', "%5C"))
}

/// A Markdown link for any place in a line, or plain text where `target` cannot be linked to.
pub(super) fn link(text: &str, target: &str) -> String {
    match address(target) {
        // An ampersand could begin an entity; angle brackets and spaces are percent-encoded by the address.
        Some(address) => format!("[{}](<{}>)", inline(text), address.replace('&', "&amp;")),
        None => line_start(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser};

    use super::*;
    use crate::markdown::tests::small_page;
    use crate::markdown::text;
    use debrief_core::page::{Block, Page, PropertyValue};
    use debrief_core::prose::{Prose, Span};

    /// Everything that a viewer might understand beyond CommonMark. Typographic quotation marks are no harm.
    fn parse(markdown: &str) -> Parser<'_> {
        Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION)
    }

    /// What a reader sees; `Err` names what should not be there.
    fn read_back(markdown: &str) -> Result<String, String> {
        let mut seen = String::new();
        for event in parse(markdown) {
            match event {
                Event::Text(text) | Event::Code(text) => seen.push_str(&text),
                Event::Start(pulldown_cmark::Tag::Paragraph) => {}
                Event::End(pulldown_cmark::TagEnd::Paragraph) => {}
                other => return Err(format!("{other:?} in {markdown:?}")),
            }
        }
        Ok(seen)
    }

    /// Text full of what Markdown cares about, and any text at all.
    fn text() -> impl Strategy<Value = String> {
        let awkward = "([-+*_#>=~`|$^:!&.()\\[\\]{}<@\\\\ \n\t0-9ax]|&amp;|&#42;|https?://a|www\\.a|\\[x\\]\\(y\\)|<b>|語){0,24}";
        prop_oneof![awkward, any::<String>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn any_text_reads_back_as_it_was_at_the_start_of_a_line(text in text()) {
            prop_assert_eq!(read_back(&line_start(&text)), Ok(one_line(&text)));
        }

        #[test]
        fn any_text_reads_back_as_it_was_inside_a_line(text in text()) {
            let whole = format!("Ada {}", inline(&text));
            prop_assert_eq!(read_back(&whole), Ok(format!("Ada {}", one_line(&text)).trim_end().to_owned()));
        }

        #[test]
        fn no_text_changes_the_shape_of_a_page(a in text(), b in text(), c in text()) {
            let tame = filled("tame", "tame", "tame");
            let wild = filled(&a, &b, &c);
            let shape = |page: &Page| {
                let markdown = text::markdown(page);
                let shape = parse(&markdown).filter(|event| !matches!(event, Event::Text(_)));
                // Addresses and the digest differ; what they stand in does not.
                shape.map(|event| match event {
                    Event::Html(_) => "html".to_owned(),
                    Event::Start(pulldown_cmark::Tag::Link { .. }) => "link".to_owned(),
                    other => format!("{other:?}"),
                }).collect::<Vec<_>>()
            };
            prop_assert_eq!(shape(&wild), shape(&tame));
        }
    }

    /// A page of every kind of block, with these texts in all of them. A letter keeps each from being empty.
    fn filled(a: &str, b: &str, c: &str) -> Page {
        let (a, b, c) = (format!("{a}x"), format!("{b}x"), format!("{c}x"));
        let mut page = small_page();
        page.title = a.clone();
        for property in &mut page.properties {
            property.name = b.clone();
            property.value = match &property.value {
                PropertyValue::Text(_) => PropertyValue::Text(c.clone()),
                PropertyValue::Names(_) => PropertyValue::Names(vec![c.clone()]),
                PropertyValue::Link { .. } => {
                    PropertyValue::Link { text: a.clone(), target: format!("/{}", c.replace('\0', "")) }
                }
            };
        }
        let paragraph = Prose::Paragraph(vec![Span { text: "tame".into(), ..Span::default() }]);
        page.blocks.push(Block::Prose(paragraph));
        for block in &mut page.blocks {
            match block {
                Block::Heading { text, .. }
                | Block::Subheading { text, .. }
                | Block::Note(text)
                | Block::Warning(text)
                | Block::Attachment { name: text, .. } => *text = c.clone(),
                Block::Prose(block) => {
                    *block = Prose::Paragraph(vec![Span { text: c.clone(), ..Span::default() }]);
                }
                Block::Point { text, speaker, .. } => {
                    *text = b.clone();
                    *speaker = speaker.as_ref().map(|_| a.clone());
                }
                Block::Todo { text, assignee, .. } => {
                    *text = a.clone();
                    *assignee = assignee.as_ref().map(|_| b.clone());
                }
                Block::Utterance { text, speaker, .. } => {
                    *text = b.clone();
                    *speaker = c.clone();
                }
            }
        }
        page
    }

    #[test]
    fn only_web_addresses_and_absolute_paths_become_links() {
        assert_eq!(address("https://example.org/a b").as_deref(), Some("https://example.org/a%20b"));
        assert_eq!(address("javascript:alert(1)"), None);
        assert_eq!(address("file:///etc/passwd"), None);
        assert_eq!(address("notes/today.m4a"), None);
        #[cfg(unix)]
        assert_eq!(address("/a/週會 #1?.m4a").as_deref(), Some("file:///a/%E9%80%B1%E6%9C%83%20%231%3F.m4a"));
    }
}
