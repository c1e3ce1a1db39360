//! Styled text in the pieces that Notion takes: at most 2,000 characters each, at most 100 of them in one block.

use debrief_core::prose::Span;
use serde_json::{Map, Value, json};
use unicode_segmentation::UnicodeSegmentation;

/// Characters in one rich text. Notion counts as JavaScript does: in UTF-16 units.
const MAX_UNITS: usize = 2_000;
/// Rich texts in one block.
const MAX_TEXTS: usize = 100;
/// Bytes of rich texts in one block: small enough that requests can be filled to the brim with such blocks.
pub(super) const MAX_BLOCK_BYTES: usize = 40_000;
/// Longest address of a link.
const MAX_ADDRESS: usize = 2_000;

/// Text of one style, as long as it may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) strikethrough: bool,
    pub(super) code: bool,
    /// Notion's word for a colour.
    pub(super) colour: Option<&'static str>,
    pub(super) link: Option<String>,
}

impl Run {
    pub(super) fn plain(text: impl Into<String>) -> Run {
        Run { text: text.into(), ..Run::default() }
    }

    pub(super) fn bold(text: impl Into<String>) -> Run {
        Run { bold: true, ..Run::plain(text) }
    }

    /// For what stands beside the text: timecodes, names of facts.
    pub(super) fn grey(text: impl Into<String>) -> Run {
        Run { colour: Some("gray"), ..Run::plain(text) }
    }

    /// A link if Notion takes the address, else the text alone.
    pub(super) fn link(text: impl Into<String>, target: &str) -> Run {
        Run { link: address(target), ..Run::plain(text) }
    }

    pub(super) fn of_span(span: &Span) -> Run {
        Run {
            text: span.text.clone(),
            bold: span.bold,
            italic: span.italic,
            strikethrough: span.strikethrough,
            code: span.code,
            colour: None,
            link: span.link.as_deref().and_then(address),
        }
    }

    fn rich_text(&self, text: &str) -> Value {
        let mut content = json!({ "content": text });
        if let Some(link) = &self.link {
            content["link"] = json!({ "url": link });
        }
        let mut annotations = Map::new();
        let flags = [
            ("bold", self.bold),
            ("italic", self.italic),
            ("strikethrough", self.strikethrough),
            ("code", self.code),
        ];
        for (name, on) in flags {
            if on {
                annotations.insert(name.to_owned(), Value::Bool(true));
            }
        }
        if let Some(colour) = self.colour {
            annotations.insert("color".to_owned(), colour.into());
        }
        let mut rich_text = json!({ "type": "text", "text": content });
        if !annotations.is_empty() {
            rich_text["annotations"] = Value::Object(annotations);
        }
        rich_text
    }
}

/// The address in the form that Notion takes; `None` for what is no web address.
pub(super) fn address(target: &str) -> Option<String> {
    let url = url::Url::parse(target).ok()?;
    let fits = matches!(url.scheme(), "http" | "https") && units(url.as_str()) <= MAX_ADDRESS;
    fits.then(|| url.into())
}

/// Rich texts for one block, and then for as many more as the text needs. Never empty.
pub(super) fn blocks_of(runs: &[Run]) -> Vec<Vec<Value>> {
    let mut blocks = vec![Vec::new()];
    let mut bytes = 0;
    for run in runs {
        for piece in pieces(&clean(&run.text)) {
            let rich_text = run.rich_text(piece);
            let length = rich_text.to_string().len() + 1;
            let block = blocks.last_mut().expect("there is always one");
            if block.len() == MAX_TEXTS || (!block.is_empty() && bytes + length > MAX_BLOCK_BYTES) {
                blocks.push(vec![rich_text]);
                bytes = length;
            } else {
                block.push(rich_text);
                bytes += length;
            }
        }
    }
    blocks
}

/// Rich texts where there is place for one block's alone, such as a property; what is longer ends with an ellipsis.
pub(super) fn one_block(text: &str) -> Vec<Value> {
    let mut blocks = blocks_of(&[Run::plain(text)]);
    let cut = blocks.len() > 1;
    let mut first = blocks.swap_remove(0);
    if cut && let Some(last) = first.last_mut() {
        *last = Run::plain("…").rich_text("…");
    }
    first
}

/// At most `limit` UTF-16 units of `text`, never ending inside what a person sees as one character.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        if units(&out) + units(grapheme) + 1 > limit {
            break;
        }
        out.push_str(grapheme);
    }
    out + "…"
}

/// Without characters that no page can hold.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// `text` in pieces that fit a rich text each: cut between words or CJK characters, else between graphemes. Only a single
/// grapheme longer than a whole rich text is cut inside.
fn pieces(text: &str) -> Vec<&str> {
    if units(text) <= MAX_UNITS {
        return if text.is_empty() { Vec::new() } else { vec![text] };
    }
    let mut words = text.split_word_bound_indices().map(|(at, _)| at).peekable();
    let mut pieces = Vec::new();
    let (mut start, mut length) = (0, 0);
    // Where the piece could end: the last beginning of a word that is also one of a grapheme.
    let mut word_end = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        while words.next_if(|word| *word < at).is_some() {}
        if words.peek() == Some(&at) && at > start {
            word_end = Some((at, length));
        }
        let size = units(grapheme);
        if length + size > MAX_UNITS && at > start {
            let (end, kept) = word_end.take().unwrap_or((at, length));
            pieces.push(&text[start..end]);
            (start, length) = (end, length - kept);
        }
        length += size;
        if length > MAX_UNITS {
            // What is left is at most one grapheme and the word before it, together too long only if it is the grapheme.
            let rest = &text[start..at + grapheme.len()];
            let mut cut = cut_hard(rest);
            let last = cut.pop().unwrap_or_default();
            pieces.extend(cut);
            (start, length, word_end) = (at + grapheme.len() - last.len(), units(last), None);
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

fn cut_hard(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (at, c) in text.char_indices() {
        if length + c.len_utf16() > MAX_UNITS {
            pieces.push(&text[start..at]);
            (start, length) = (at, 0);
        }
        length += c.len_utf16();
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            6 => "[a-zA-Z]{1,12} ",
            4 => "[會議決定下週三發布新版本，。]{1,30}",
            1 => Just("👩‍👩‍👧‍👦".to_owned()),
            1 => Just("e\u{301}\u{302}".to_owned()),
            1 => "[a-z]{2500}",
            1 => "\\PC{1,20}",
            1 => Just(format!("a{}", "\u{301}".repeat(2_300))),
        ];
        proptest::collection::vec(word, 0..100).prop_map(|words| words.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_fit_and_are_the_text(text in any_text()) {
            let pieces = pieces(&text);
            prop_assert_eq!(pieces.concat(), text.clone());
            let graphemes: std::collections::BTreeSet<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
            let longest = text.graphemes(true).map(units).max().unwrap_or(0);
            let mut at = 0;
            for piece in &pieces {
                prop_assert!(units(piece) <= MAX_UNITS && !piece.is_empty());
                prop_assert!(graphemes.contains(&at) || longest > MAX_UNITS, "cut inside a grapheme at {}", at);
                at += piece.len();
            }
        }
    }

    #[test]
    fn words_stay_whole() {
        let text = "word ".repeat(1_000);
        for piece in pieces(&text) {
            assert!(piece.starts_with("word"), "{piece:.20}");
        }
        let text = "abcdefghij".repeat(500);
        assert_eq!(pieces(&text).len(), 3);
    }

    #[test]
    fn a_shortened_text_ends_with_an_ellipsis() {
        assert_eq!(shortened("會議紀錄", 4), "會議紀錄");
        assert_eq!(shortened("會議紀錄", 3), "會議…");
    }
}
