//! Where a long stretch of speech can be cut: a rough recogniser gives no punctuation at all.

use std::ops::Range;
use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use regex::Regex;

use super::sentences::is_han;
use super::terms;

/// Its dictionary knows Traditional and Simplified Chinese words.
static WORDS: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// Byte ranges of the words of `text`, Chinese ones included, without punctuation.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = 0;
    for (end, kind) in WORDS.segment_str(text).iter_with_word_type() {
        if kind.is_word_like() && end > start {
            words.push(start..end);
        }
        start = end;
    }
    words
}

/// Words that open a clause of their own. The first word of each that follows "and", "but" or "so" takes it along.
static OPENERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix) ^ (?:
        (?:(?:and|but|so)\s+)? (?:i\s+will|i['’]ll|i['’]m\s+going\s+to|we\s+decided|we\s+agreed|we\s+need\s+to|we\s+should
            |we\s+will|we['’]ll|we\s+have\s+to|let['’]?s|can\s+you|could\s+you|would\s+you|please|you\s+should|make\s+sure
            |what\s+about|how\s+about|the\s+next|first|finally|thank\s+you|thanks)
        |and\s+then|but|so|okay|ok|now|next|anyway|also|then|well|alright
        )\b
        | ^(?:然後|然后|所以|但是|不過|不过|另外|接下來|接下来|那我們|那我们|我們決定|我们决定|我會|我会|請你|请你|麻煩|麻烦|記得|记得|最後|最后|首先)",
    )
});
/// Words after which none of the openers opens a clause: "if i will", "so that", "what we need to".
static BINDERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(?:^|\s)(?:if|that|what|when|because|where|who|how|why|and|but|so|or|whether|think|said|which|as|do|does|did|not|to|can|will|i|we|you|they|the|a|for|of|with)\s*$",
    )
});
/// "so" and "now" that open nothing.
static NO_OPENERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:so\s+(?:that|much|many|far|long|good)|now\s+that|next\s+(?:week|month|year|monday|tuesday|wednesday|thursday|friday)|first\s+(?:of|quarter|week)|well\s+(?:as|done)|then\s+(?:again))\b",
    )
});
/// Weaker places to cut, for what is long all the same.
static JOINTS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:and|because|which|when|if|while|although|or)\b|^(?:而且|因為|因为|如果|還有|还有|以及|並且|并且|可是|只是)",
    )
});
/// What people say before they begin.
static HESITATION: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)^(?:
        (?:(?:um+|uh+|er+|erm|ah|oh|okay|ok|alright|all\s+right|well|yeah|yes|yep|sure|right|got\s+it|perfect|agreed|great|so|and\s+then|and\s+so|and|but|anyway|you\s+know|i\s+mean)\b
            [\s,，、.。…—-]*)
        |(?:嗯+|呃+|啊+|喔+|哦+|欸+|那個|那个|然後呢?|然后呢?|好的?(?:[，,、。\s])|沒問題(?:[，,、。])|没问题(?:[，,、。])|對(?:[，,、。])|对(?:[，,、。])|那(?:[，,、])|所以(?:說)?(?:[，,、]))[\s,，、。…]*
        )+",
    )
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is tested")
}

/// Shortest clause that stands alone, in words.
const SHORTEST: usize = 5;
/// Shortest clause before a breath, in words.
const SHORTEST_BREATH: usize = 3;
/// From this length on a weaker place is good enough.
const LONG: usize = 22;
/// No clause is longer, in words.
const LONGEST: usize = 40;
/// A sentence with punctuation is left whole up to this length, in words.
const LONGEST_SENTENCE: usize = 45;

/// Cuts `text[range]` into clauses. A sentence that ends where its punctuation says is cut only when it is very long.
pub(super) fn split(text: &str, range: Range<usize>, punctuated: bool) -> Vec<Range<usize>> {
    let words: Vec<Range<usize>> =
        words(&text[range.clone()]).into_iter().map(|w| w.start + range.start..w.end + range.start).collect();
    if words.len() < if punctuated { LONGEST_SENTENCE } else { 2 * SHORTEST } {
        return vec![range];
    }
    let mut cuts = vec![range.start];
    let mut since = 0;
    for (index, word) in words.iter().enumerate() {
        let left = words.len() - index;
        let length = index - since;
        if length >= LONGEST || (left >= SHORTEST - 1 && can_cut(text, range.start, word.start, length)) {
            cuts.push(word.start);
            since = index;
        }
    }
    let ends = cuts.iter().skip(1).copied().chain([range.end]);
    cuts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// Whether a clause of `length` words may end before the word at `at`.
fn can_cut(text: &str, from: usize, at: usize, length: usize) -> bool {
    let (before, after) = (&text[from..at], &text[at..]);
    let bound = BINDERS.is_match(before);
    let comma = before.trim_end().ends_with([',', '，', '、', ';', '；', ':', '：']);
    // Chinese recognisers put a space where the speaker breathes.
    let breath = before.ends_with(' ') && before.trim_end().ends_with(is_han) && after.starts_with(is_han);
    if (breath && length >= SHORTEST_BREATH) || (length >= LONG && comma) {
        return true;
    }
    let opens = OPENERS.is_match(after) && !NO_OPENERS.is_match(after);
    // "Got it" and "nothing from my side" end before whatever begins.
    let long_enough = length >= SHORTEST || (length > 0 && says_nothing(before));
    long_enough && !bound && (opens || (length >= LONG && JOINTS.is_match(after)))
}

/// Whether every word of `text` is one that says nothing by itself.
fn says_nothing(text: &str) -> bool {
    words(text)
        .into_iter()
        .all(|word| terms::is_stop_word(&text[word].to_lowercase().replace('\u{2019}', "'")))
}

/// `text` without the hesitation in front; the whole of it where nothing else was said.
pub(super) fn without_hesitation(text: &str) -> &str {
    let said = HESITATION.find(text).map_or(text, |found| &text[found.end()..]);
    if said.chars().any(char::is_alphanumeric) { said } else { text }
}
