//! Key phrases: what a recording, or a part of it, is about in two or three words.

use std::collections::{BTreeMap, BTreeSet};

use unicode_segmentation::UnicodeSegmentation;

use super::sentences::{Sentence, capitalised, is_han};
use super::terms::{Terms, Token};

/// Longest title, in characters.
pub(super) const LONGEST_TITLE: usize = 60;
/// Longest phrase, in words.
const LONGEST_PHRASE: usize = 3;
/// With fewer telling words than this a transcript is about nothing in particular.
const FEWEST_WORDS: usize = 12;

/// A phrase as it was said, with what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    /// As it was said most often.
    pub(super) text: String,
    /// Its terms in the order that they were said.
    terms: Vec<u32>,
    score: f32,
}

/// How a phrase was said: each form with its count.
#[derive(Default)]
struct Uses {
    count: f32,
    forms: BTreeMap<String, u32>,
}

/// A title of the two phrases that say most, or of one. `None` when too little was said.
pub(super) fn title(sentences: &[Sentence], terms: &Terms, weights: &[f32]) -> Option<String> {
    let all: Vec<usize> = (0..sentences.len()).collect();
    if all.iter().map(|i| terms.content(*i)).sum::<usize>() < FEWEST_WORDS {
        return None;
    }
    let phrases = key_phrases(&all, sentences, terms, weights, |_| 1.0);
    let first = phrases.first()?;
    let second = phrases[1..].iter().find(|phrase| {
        phrase.score > first.score * 0.25 && phrase.terms.iter().all(|term| !first.terms.contains(term))
    });
    let mut parts = vec![first.text.as_str()];
    parts.extend(second.map(|phrase| phrase.text.as_str()));
    let chinese = parts.iter().any(|part| part.chars().any(is_han));
    let whole = parts.join(if chinese { "、" } else { " and " });
    let fits = whole.chars().count() <= LONGEST_TITLE;
    Some(capitalised(if fits { &whole } else { shortened(&first.text, LONGEST_TITLE) }))
}

/// The phrases of some sentences, best first. `telling` says how much a term tells these sentences from others.
pub(super) fn key_phrases(
    among: &[usize],
    sentences: &[Sentence],
    terms: &Terms,
    weights: &[f32],
    telling: impl Fn(u32) -> f32,
) -> Vec<Phrase> {
    let mut uses: BTreeMap<Vec<u32>, Uses> = BTreeMap::new();
    let mut strength: BTreeMap<u32, f32> = BTreeMap::new();
    let top = among.iter().map(|i| weights[*i]).fold(0.0, f32::max).max(f32::MIN_POSITIVE);
    for index in among {
        let sentence = &sentences[*index];
        // What central sentences say counts more; what greetings say counts little.
        let weight = 0.3 + 0.7 * weights[*index] / top;
        let mut seen = BTreeSet::new();
        for phrase in candidates(&sentence.text, &terms.tokens[*index]) {
            let key: Vec<u32> = phrase.iter().filter_map(|token| token.term).collect();
            let used = uses.entry(key.clone()).or_default();
            used.count += if seen.insert(key) { weight } else { weight / 2.0 };
            *used.forms.entry(form(sentence, phrase)).or_insert(0) += 1;
        }
        for term in terms.tokens[*index].iter().filter_map(|token| token.term) {
            *strength.entry(term).or_insert(0.0) += weight;
        }
    }
    let mut phrases: Vec<Phrase> = uses
        .into_iter()
        .map(|(key, uses)| {
            let words: f32 = key.iter().map(|term| strength[term] * telling(*term)).sum();
            let text = most_used(uses.forms);
            let score = uses.count * (words / key.len() as f32).sqrt() * fullness(&text, key.len());
            Phrase { text, terms: key, score }
        })
        .collect();
    phrases.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.text.cmp(&b.text)));
    phrases
}

/// How much a phrase of so many words says against one that is said as often. One English word alone says little.
fn fullness(text: &str, words: usize) -> f32 {
    match words {
        1 if text.is_ascii() => 0.25,
        1 => 0.8,
        2 => 1.6,
        _ => 1.9, // LONGEST_PHRASE is the only other length.
    }
}

/// Runs of one to three telling words with nothing between them.
fn candidates<'t>(text: &str, tokens: &'t [Token]) -> Vec<&'t [Token]> {
    let touch = |a: &Token, b: &Token| {
        let between = &text[a.range.end..b.range.start];
        a.term.is_some() && b.term.is_some() && (between.is_empty() || between == " " || between == "-")
    };
    let mut found = Vec::new();
    for run in tokens.chunk_by(touch).filter(|run| run[0].term.is_some()) {
        for length in 1..=LONGEST_PHRASE.min(run.len()) {
            found.extend(run.windows(length).filter(|window| can_be_named(text, window)));
        }
    }
    found
}

/// Words that are said of things and name none.
const NO_NAMES: &str = " ready new open next big small long short early late high low ing bit way set sure able whole couple half sounds looks feels percent million dollars grew rose fell went came ran met asked answered send sends sending sent ";

/// What Chinese counting words begin with: 一位, 兩個, 每次.
const COUNTS: &str = "一二三四五六七八九十兩两幾几這这那每";

/// Whether a run of words can name something: no bare number, no lone verb form.
fn can_be_named(text: &str, words: &[Token]) -> bool {
    let word = |token: &Token| text[token.range.clone()].to_lowercase();
    let named = |token: &Token| {
        let word = word(token);
        let adverb = word.len() > 4 && word.is_ascii() && word.ends_with("ly");
        let counts = word.chars().count() == 2 && word.starts_with(|c| COUNTS.contains(c));
        !adverb
            && !counts
            && !word.starts_with(|c: char| c.is_numeric())
            && !NO_NAMES.contains(&format!(" {word} "))
    };
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if words.len() == 1 && is_called(text, first) {
        return false;
    }
    let participle = word(last).is_ascii() && (word(last).ends_with("ed") || word(last).ends_with("ing"));
    named(last)
        && named(first)
        && !participle
        && words.iter().any(|token| word(token).chars().count() > 2 || !word(token).is_ascii())
}

/// Whether a word looks like the name of somebody who is spoken to or listed: capitalised, with a comma at its side.
fn is_called(text: &str, word: &Token) -> bool {
    let said = &text[word.range.clone()];
    let capital =
        said.starts_with(|c: char| c.is_ascii_uppercase()) && said[1..].chars().all(char::is_lowercase);
    capital && (text[word.range.end..].starts_with(',') || text[..word.range.start].ends_with(", "))
}

/// The words as they stand in the sentence; a capital letter that only begins the sentence is made small.
fn form(sentence: &Sentence, words: &[Token]) -> String {
    let (start, end) = (words[0].range.start, words[words.len() - 1].range.end);
    let said = &sentence.text[start..end];
    let first = &sentence.text[words[0].range.clone()];
    let begins = start == 0 && first.chars().skip(1).all(char::is_lowercase);
    if begins { said[..first.len()].to_lowercase() + &said[first.len()..] } else { said.to_owned() }
}

fn most_used(forms: BTreeMap<String, u32>) -> String {
    // Of forms used alike the last in order wins: small letters before capital ones.
    forms.into_iter().max_by_key(|(_, count)| *count).map(|(form, _)| form).unwrap_or_default()
}

/// At most `longest` characters of `text`, cut between words where it can be.
pub(super) fn shortened(text: &str, longest: usize) -> &str {
    if text.chars().count() <= longest {
        return text;
    }
    let mut end = 0;
    let mut chars = 0;
    let mut between_words = None;
    for (start, grapheme) in text.grapheme_indices(true) {
        chars += grapheme.chars().count();
        if chars > longest {
            break;
        }
        if grapheme == " " {
            between_words = Some(start);
        }
        end = start + grapheme.len();
    }
    &text[..between_words.unwrap_or(end)]
}
