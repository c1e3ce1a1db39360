//! Times for words, where only the times of longer stretches are known.

use crate::transcript::Word;

/// Shares the time from `start_ms` to `end_ms` among the words of `text`, by their length in characters.
pub fn spread(text: &str, start_ms: u32, end_ms: u32, words: &mut Vec<Word>) {
    spread_parts(&parts(text), start_ms, end_ms, words);
}

/// As [`spread`], for a text that is in its words already.
pub fn spread_parts(parts: &[String], start_ms: u32, end_ms: u32, words: &mut Vec<Word>) {
    let total: usize = parts.iter().map(|part| part.chars().count()).sum();
    let length_ms = u64::from(end_ms.saturating_sub(start_ms));
    let at = |characters: usize| {
        let offset = length_ms * characters as u64 / total.max(1) as u64;
        start_ms + u32::try_from(offset).expect("no more than the length")
    };
    let mut before = 0;
    for part in parts {
        let after = before + part.chars().count();
        words.push(Word { text: part.clone(), start_ms: at(before), end_ms: at(after), confidence: None });
        before = after;
    }
}

/// Words between white space; Chinese, Japanese and Korean signs each for themselves, as only so each gets its own
/// time. Punctuation stays with what it follows.
pub fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for run in text.split_whitespace() {
        let mut joins = false;
        for sign in run.chars() {
            let alone = is_cjk(sign);
            let follows = joins && !alone;
            match parts.last_mut() {
                Some(last) if follows => last.push(sign),
                Some(_) | None => parts.push(sign.to_string()),
            }
            // A Latin letter after a Chinese sign begins a word; a comma after it does not.
            joins = true;
            if let Some(last) = parts.last_mut()
                && follows
                && sign.is_alphanumeric()
                && last.chars().next().is_some_and(is_cjk)
            {
                last.pop();
                parts.push(sign.to_string());
            }
        }
    }
    parts
}

/// Scripts without spaces between words: Han, kana, and their neighbours. Hangul has spaces.
fn is_cjk(sign: char) -> bool {
    matches!(sign, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_signs_stand_alone_and_keep_their_punctuation() {
        assert_eq!(parts("我們用 Rust3 寫，好。A了"), ["我", "們", "用", "Rust3", "寫，", "好。", "A", "了"]);
    }

    proptest! {
        #[test]
        fn no_character_is_lost_and_times_stay_inside(
            text in "[a-z我們。 ]{0,40}", start_ms in 0u32..1_000_000, length_ms in 0u32..100_000,
        ) {
            let mut words = Vec::new();
            spread(&text, start_ms, start_ms + length_ms, &mut words);
            let kept: String = words.iter().map(|word| word.text.as_str()).collect();
            prop_assert_eq!(kept, text.split_whitespace().collect::<String>());
            prop_assert!(words.iter().all(|w| w.start_ms <= w.end_ms && w.end_ms <= start_ms + length_ms));
            prop_assert!(words.is_sorted_by_key(|word| word.start_ms));
        }
    }
}
