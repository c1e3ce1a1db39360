//! Text without times of its own, as words that share the time in which it was said.

use debrief_core::transcript::Word;

/// Shares the time from `start_ms` to `end_ms` among the words of `text`, by their length in characters.
pub(super) fn spread(text: &str, start_ms: u32, end_ms: u32, words: &mut Vec<Word>) {
    let parts = parts(text);
    let total: usize = parts.iter().map(|part| part.chars().count()).sum();
    let length_ms = u64::from(end_ms.saturating_sub(start_ms));
    let at = |characters: usize| start_ms + (length_ms * characters as u64 / total.max(1) as u64) as u32;
    let mut before = 0;
    for part in parts {
        let after = before + part.chars().count();
        words.push(Word { text: part, start_ms: at(before), end_ms: at(after), confidence: None });
        before = after;
    }
}

/// Words between white space; Chinese, Japanese and Korean signs each for themselves, as only so each gets its own
/// time. Punctuation stays with what it follows.
pub(super) fn parts(text: &str) -> Vec<String> {
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
pub(super) fn is_cjk(sign: char) -> bool {
    matches!(sign, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}
