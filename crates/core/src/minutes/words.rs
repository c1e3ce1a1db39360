//! The words of a text as they are compared: without case, forms, full width and small words.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use super::language::is_han;

static STOP_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lists = [include_str!("words/stop_en.txt"), include_str!("words/stop_zh.txt")];
    lists.iter().flat_map(|list| list.split_whitespace()).collect()
});

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Whether a word says nothing by itself.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(word)
        // A segmenter may leave small words glued together: 我們就, 的時候.
        || (word.chars().all(is_han) && word.chars().all(|c| STOP_WORDS.contains(c.encode_utf8(&mut [0; 4]) as &str)))
}

/// Small letters, full-width characters as narrow ones, one kind of apostrophe.
pub(super) fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("the full-width characters lie beside ASCII")
        }
        '\u{3000}' => ' ',
        '\u{2018}' | '\u{2019}' => '\'',
        c => c,
    };
    text.chars().map(fold).flat_map(char::to_lowercase).collect()
}

/// What people say while they think; a quotation may leave it out, or a recogniser put it in.
const FILLERS: &str = " um uh er erm ah oh hmm mm mhm like well so okay ok yeah yes you know i mean 嗯 呃 啊 喔 哦 欸 那 就 個 个 吧 呢 啦 嘛 的 了 是 ";

/// The words of a text in order, [`folded`]: each Chinese character one of its own, no punctuation, no fillers.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let folded = folded(text);
    let mut tokens = Vec::new();
    for word in folded.unicode_words() {
        // Chinese comes a character at a time already, except where it stands next to other letters.
        let mut other = String::new();
        for c in word.chars() {
            if is_han(c) {
                tokens.extend((!other.is_empty()).then(|| std::mem::take(&mut other)));
                tokens.push(c.to_string());
            } else {
                other.push(c);
            }
        }
        tokens.extend((!other.is_empty()).then_some(other));
    }
    tokens.retain(|token| !FILLERS.contains(&format!(" {token} ")));
    tokens
}

/// Characters that are hardly ever part of a telling word.
const GRAMMAR: &str = "的了是在我你妳您他她它們们這这那就也不都會会要與与及或而但被把從从到對对為为以於于很又還还沒没嗎吗呢吧啊喔哦嗯呃欸啦呀嘛讓让跟給给著着誰谁哪麼么並并將将把和由";

/// What a text is about: the stems of its telling words, Chinese as pairs of neighbouring characters.
pub(super) fn content(text: &str) -> BTreeSet<String> {
    let mut content = BTreeSet::new();
    let folded = folded(text);
    for word in folded.unicode_words() {
        let plain = word.strip_suffix("'s").unwrap_or(word);
        let telling = plain.chars().count() > 1 && !plain.chars().any(is_han) && !is_stop_word(plain);
        if telling && !plain.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',')) {
            content.insert(if plain.is_ascii() {
                STEMMER.stem(plain).into_owned()
            } else {
                plain.to_owned()
            });
        }
    }
    // Runs of Chinese between anything else; a pair with a grammatical character in it says little.
    for run in folded.split(|c: char| !is_han(c)) {
        let chars: Vec<char> = run.chars().collect();
        for pair in chars.windows(2) {
            let pair: String = pair.iter().collect();
            let small = pair.chars().any(|c| GRAMMAR.contains(c));
            if !small && !is_stop_word(&pair) {
                content.insert(pair);
            }
        }
    }
    content
}

/// A text's telling Chinese characters. Numbers, and what stands beside them, are compared elsewhere.
fn signs(text: &str) -> BTreeSet<char> {
    const AMOUNTS: &str = "零〇一二兩两三四五六七八九十百千萬万億亿共元塊块個个位名次約约";
    text.chars().filter(|c| is_han(*c) && !GRAMMAR.contains(*c) && !AMOUNTS.contains(*c)).collect()
}

/// The part of a text's telling Chinese characters that stand anywhere in another, 0 to 1; 0 where it has none.
pub(super) fn common_signs(text: &str, other: &str) -> f32 {
    let (wanted, said) = (signs(text), signs(other));
    if wanted.is_empty() { 0.0 } else { wanted.intersection(&said).count() as f32 / wanted.len() as f32 }
}

/// How much of what a text tells, in words and Chinese characters, another one has, 0 to 1. Nothing where it tells too
/// little: a word or two are found everywhere.
pub(super) fn restated(text: &str, other: &str) -> Option<f32> {
    const FEWEST: usize = 3;
    let all = |text: &str| -> BTreeSet<String> {
        let words = content(text).into_iter().filter(|word| !word.contains(is_han));
        words.chain(signs(text).into_iter().map(String::from)).collect()
    };
    let (wanted, said) = (all(text), all(other));
    (wanted.len() >= FEWEST).then(|| wanted.intersection(&said).count() as f32 / wanted.len() as f32)
}

/// How much two texts share: 0 to 1 (twice the common words by all words).
pub(super) fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let all = a.len() + b.len();
    if all == 0 { 0.0 } else { 2.0 * a.intersection(b).count() as f32 / all as f32 }
}

/// The fewest changes of single things that make a part of `text` what `wanted` is: things put in, left out or changed.
pub(super) fn nearest<T: PartialEq>(wanted: &[T], text: &[T]) -> usize {
    // Row after row; a match may begin and end anywhere in the text.
    let mut above: Vec<usize> = vec![0; text.len() + 1];
    for (i, one) in wanted.iter().enumerate() {
        let mut row = vec![i + 1; text.len() + 1];
        for (j, other) in text.iter().enumerate() {
            row[j + 1] = (above[j] + usize::from(one != other)).min(above[j + 1] + 1).min(row[j] + 1);
        }
        above = row;
    }
    above.into_iter().min().unwrap_or(wanted.len())
}

/// The parts of `text` that are `wanted` but for at most `allowed` changes, as [`nearest`] counts them: of those that end in
/// one place the nearest, and of equals the longest.
pub(super) fn windows<T: PartialEq>(
    wanted: &[T],
    text: &[T],
    allowed: usize,
) -> impl Iterator<Item = Range<usize>> {
    // Of each end: changes, and where the part begins; the least of both counts.
    let mut above: Vec<(usize, usize)> = (0..=text.len()).map(|start| (0, start)).collect();
    for (i, one) in wanted.iter().enumerate() {
        let mut row = vec![(i + 1, 0); text.len() + 1];
        for (j, other) in text.iter().enumerate() {
            let (kept, left_out, put_in) = (above[j], above[j + 1], row[j]);
            let changed = (kept.0 + usize::from(one != other), kept.1);
            row[j + 1] = changed.min((left_out.0 + 1, left_out.1)).min((put_in.0 + 1, put_in.1));
        }
        above = row;
    }
    above
        .into_iter()
        .enumerate()
        .filter_map(move |(end, (changes, start))| (changes <= allowed && start < end).then_some(start..end))
}

/// Whether two words are one, allowing for a slip of the recogniser in a long one.
pub(super) fn near(a: &str, b: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let allowed = match left.len().min(right.len()) {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    a == b || (left.len().abs_diff(right.len()) <= allowed && distance(&left, &right) <= allowed)
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, one) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, other) in b.iter().enumerate() {
            row[j + 1] = (above[j] + usize::from(one != other)).min(above[j + 1] + 1).min(row[j] + 1);
        }
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_know_no_case_width_punctuation_or_fillers() {
        assert_eq!(tokens("Um, I\u{2019}ll send ＡＢＣ, okay?"), ["i'll", "send", "abc"]);
        assert_eq!(tokens("嗯，我會寄 report 給你"), ["我", "會", "寄", "report", "給", "你"]);
    }

    #[test]
    fn content_is_stems_and_pairs_of_characters() {
        let content = content("I'll update the contracts. 更新合約");
        assert!(
            ["updat", "contract", "更新", "合約"].iter().all(|word| content.contains(*word)),
            "{content:?}"
        );
        assert!(!words_of_grammar(&content));
    }

    fn words_of_grammar(content: &BTreeSet<String>) -> bool {
        content.iter().any(|word| word.chars().any(|c| GRAMMAR.contains(c)))
    }

    #[test]
    fn the_nearest_part_may_lie_anywhere() {
        assert_eq!(nearest(&["a", "b"], &["x", "a", "b", "y"]), 0);
        assert_eq!(nearest(&["a", "c", "b"], &["x", "a", "b"]), 1);
        assert_eq!(nearest::<&str>(&["a", "b"], &[]), 2);
        let only = |wanted: &[&str], text: &[&str], allowed| {
            let mut found = windows(wanted, text, allowed);
            (found.next(), found.next())
        };
        assert_eq!(only(&["a", "b"], &["x", "a", "b", "y"], 0), (Some(1..3), None));
        let not = ["x", "not", "a", "b"];
        assert_eq!(only(&["so", "a", "b"], &not, 1), (Some(1..4), None), "what stands for a word is in it");
        assert!(near("marcus", "markus") && !near("ana", "ann") && near("kubernetes", "kubernets"));
    }
}
