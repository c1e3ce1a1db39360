//! What counts as a word of a text, and what a person who searches means: pure, and the same on both sides.
//!
//! Case, accents and width make no difference. Han and kana are written without spaces, so of a run of them every two
//! neighbours are a word (`會議室` → `會議` `議室` `室`), which makes a search for any stretch of it a search for words that
//! follow each other; every one of them is a word, too.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

/// Longest query that is looked at, in characters, …
const LONGEST_QUERY: usize = 200;
/// … and in terms.
const MOST_TERMS: usize = 12;
/// The last word of a query also finds longer words from this length on; ASCII has too many words of a shorter beginning.
const SHORTEST_BEGINNING: usize = 3;
/// Longest piece of a text that is shown, in characters, …
const SHOWN_CHARS: usize = 180;
/// … and how much of it stands before the first hit.
const BEFORE_HIT_CHARS: usize = 40;

/// A part of a found text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Piece {
    /// As it stands there.
    pub text: String,
    /// Whether this is what was searched for.
    pub hit: bool,
}

/// A word, or a character of a script without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unit {
    folded: String,
    spaceless: bool,
    /// It follows the unit before without anything but white space between.
    joined: bool,
    /// Bytes of the text.
    start: usize,
    end: usize,
}

/// What somebody searches for: all of the terms in one text.
#[derive(Debug, Clone)]
pub(super) struct Query {
    terms: Vec<Term>,
    folds: fn(char) -> char,
}

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    units: Vec<Unit>,
    /// The last of them may go on.
    open: bool,
}

/// The words of `text`, with spaces between them, as the index has them.
pub(super) fn indexed(text: &str, folds: fn(char) -> char) -> String {
    let units = units(text, folds);
    let mut out = String::with_capacity(text.len() * 2);
    for (at, unit) in units.iter().enumerate() {
        push(&mut out, unit, units.get(at + 1), true);
    }
    let mut singles: Vec<&str> =
        units.iter().filter(|unit| unit.spaceless).map(|unit| unit.folded.as_str()).collect();
    singles.sort_unstable();
    singles.dedup();
    for single in singles {
        out.push_str(single);
        out.push(' ');
    }
    out
}

/// Writes the word that begins with `unit`; `alone` says whether a character that ends its run is one.
fn push(out: &mut String, unit: &Unit, next: Option<&Unit>, alone: bool) {
    match next.filter(|next| unit.spaceless && next.spaceless && next.joined) {
        Some(next) => out.extend([unit.folded.as_str(), next.folded.as_str(), " "]),
        None if alone || !unit.spaceless => out.extend([unit.folded.as_str(), " "]),
        None => {}
    }
}

impl Query {
    /// What `text` asks for: words in any order, "in quotes" as they follow each other, the last word also as a
    /// beginning. Nothing else in it means anything. `None` when there is no word in it.
    pub(super) fn parse(text: &str, folds: fn(char) -> char) -> Option<Query> {
        let text: String = text.chars().take(LONGEST_QUERY).collect();
        let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '「' | '」');
        let parts: Vec<&str> = text.split(is_quote).collect();
        let mut terms = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            // What is opened and not closed is quoted, too: the person still types.
            if number % 2 == 1 {
                terms.push(Term { units: units(part, folds), open: false });
                continue;
            }
            terms.extend(part.split_whitespace().map(|word| Term { units: units(word, folds), open: false }));
        }
        let ends_in_word = parts.len() % 2 == 1 && text.ends_with(|c: char| c.is_alphanumeric());
        if let Some(last) = terms.last_mut().filter(|_| ends_in_word) {
            last.open = last.units.last().is_some_and(may_go_on);
        }
        terms.retain(|term| !term.units.is_empty());
        terms.truncate(MOST_TERMS);
        (!terms.is_empty()).then_some(Query { terms, folds })
    }

    /// In the language of the index. Words have no character that means anything there, and are quoted.
    pub(super) fn expression(&self) -> String {
        let terms: Vec<String> = self.terms.iter().map(Term::expression).collect();
        terms.join(" AND ")
    }

    /// The part of `text` that shows why it was found.
    pub(super) fn pieces(&self, text: &str) -> Vec<Piece> {
        let units = units(text, self.folds);
        let mut hits: Vec<(usize, usize)> = Vec::new();
        for term in &self.terms {
            for at in (0..units.len()).filter(|at| term.is_at(&units[*at..])) {
                hits.push((units[at].start, units[at + term.units.len() - 1].end));
            }
        }
        hits.sort_unstable();
        marked(text, &hits)
    }
}

impl Term {
    fn expression(&self) -> String {
        let mut words = String::new();
        // Of a run that goes on in the text, its last character begins a word of its own, which is not asked for.
        let ends_a_run = self.units.last().is_some_and(|last| last.spaceless && last.joined)
            && self.units.iter().rev().nth(1).is_some_and(|before| before.spaceless);
        for (at, unit) in self.units.iter().enumerate() {
            let next = self.units.get(at + 1);
            push(&mut words, unit, next, next.is_some() || !ends_a_run);
        }
        let begins_a_run = self.units.len() > 1 && self.units.last().is_some_and(|last| last.spaceless);
        let open = self.open || (begins_a_run && !ends_a_run);
        format!("\"{}\"{}", words.trim_end(), if open { " *" } else { "" })
    }

    fn is_at(&self, units: &[Unit]) -> bool {
        let last = self.units.len() - 1;
        let fits = |(at, (wanted, there)): (usize, (&Unit, &Unit))| {
            let word = match self.open && at == last {
                true => there.folded.starts_with(&wanted.folded),
                false => there.folded == wanted.folded,
            };
            word && (at == 0 || !wanted.spaceless || wanted.joined == there.joined)
        };
        units.len() > last && self.units.iter().zip(units).enumerate().all(fits)
    }
}

/// Whether more letters of a word may follow.
fn may_go_on(unit: &Unit) -> bool {
    let shortest = if unit.folded.is_ascii() { SHORTEST_BEGINNING } else { 2 };
    !unit.spaceless && unit.folded.chars().count() >= shortest
}

/// Words and characters of `text`, in order.
fn units(text: &str, folds: fn(char) -> char) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let (mut in_word, mut joined) = (false, false);
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if is_mark(c) {
            // An accent of its own goes on with its letter.
            if let Some(unit) = units.last_mut().filter(|unit| unit.end == start) {
                unit.end = end;
            }
            continue;
        }
        if !c.is_alphanumeric() {
            in_word = false;
            joined &= c.is_whitespace();
            continue;
        }
        let folded = folded(c, folds);
        let spaceless = folded.starts_with(is_spaceless);
        match units.last_mut().filter(|_| in_word && !spaceless) {
            Some(word) => {
                word.folded.push_str(&folded);
                word.end = end;
            }
            None => units.push(Unit { folded, spaceless, joined, start, end }),
        }
        (in_word, joined) = (!spaceless, true);
    }
    units
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

/// Without case, accents and width.
fn folded(c: char, folds: fn(char) -> char) -> String {
    if c.is_ascii() {
        return c.to_ascii_lowercase().to_string();
    }
    let plain = std::iter::once(c).nfkd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
    plain.nfc().flat_map(char::to_lowercase).map(folds).filter(|c| c.is_alphanumeric()).collect()
}

/// Scripts that are written without spaces: Han and kana.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// `text` around the first hit; hits are in order and may overlap.
fn marked(text: &str, hits: &[(usize, usize)]) -> Vec<Piece> {
    let first = hits.first().map_or(0, |(start, _)| *start);
    let from = text[..first].char_indices().rev().take(BEFORE_HIT_CHARS).last().map_or(first, |(at, _)| at);
    let from = if text[..from].chars().count() < BEFORE_HIT_CHARS / 4 { 0 } else { word_start(text, from) };
    let to = text[from..].char_indices().nth(SHOWN_CHARS).map_or(text.len(), |(at, _)| from + at);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = from;
    if from > 0 {
        pieces.push(Piece { text: "…".into(), hit: false });
    }
    for (start, end) in hits.iter().filter(|(start, _)| *start < to) {
        let (start, end) = ((*start).max(at), (*end).min(to));
        if start > at {
            join(&mut pieces, &text[at..start], false);
        }
        if end > start {
            join(&mut pieces, &text[start..end], true);
            at = end;
        }
    }
    if at < to {
        join(&mut pieces, &text[at..to], false);
    }
    if to < text.len() {
        join(&mut pieces, "…", false);
    }
    pieces
}

/// `from`, or else the start of the next word before long, so that none is cut.
fn word_start(text: &str, from: usize) -> usize {
    let ahead = text[from..].char_indices().take(BEFORE_HIT_CHARS / 2);
    let space = ahead.filter(|(_, c)| c.is_whitespace()).map(|(at, c)| from + at + c.len_utf8());
    space.take(1).next().unwrap_or(from)
}

fn join(pieces: &mut Vec<Piece>, text: &str, hit: bool) {
    match pieces.last_mut().filter(|last| last.hit == hit) {
        Some(last) => last.text.push_str(text),
        None => pieces.push(Piece { text: text.to_owned(), hit }),
    }
}

#[cfg(test)]
mod tests;
