//! Words with times, from whatever times a model gives: per word, per segment, or none.

use debrief_core::transcript::Word;
use transcribe_cpp::Transcript;

/// The words of one region of `length_ms`; times are milliseconds from its start, in order, never outside of it.
pub(super) fn words(transcript: &Transcript, length_ms: u32) -> Vec<Word> {
    let inside = |ms: i64| u32::try_from(ms.max(0)).unwrap_or(u32::MAX).min(length_ms);
    let mut words = Vec::new();
    if !transcript.words.is_empty() {
        for word in &transcript.words {
            spread(&word.text, inside(word.t0_ms), inside(word.t1_ms), &mut words);
        }
    } else if !transcript.segments.is_empty() {
        for (at, segment) in transcript.segments.iter().enumerate() {
            // The last segment may have no end.
            let next = transcript.segments.get(at + 1).map_or(length_ms, |next| inside(next.t0_ms));
            let end = if segment.t1_ms > segment.t0_ms { inside(segment.t1_ms) } else { next };
            spread(&segment.text, inside(segment.t0_ms), end, &mut words);
        }
    } else {
        spread(&transcript.text, 0, length_ms, &mut words);
    }
    words.sort_by_key(|word| word.start_ms);
    words
}

/// Shares the time from `start_ms` to `end_ms` among the words of `text`, by their length in characters.
fn spread(text: &str, start_ms: u32, end_ms: u32, words: &mut Vec<Word>) {
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
fn parts(text: &str) -> Vec<String> {
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
    use transcribe_cpp::Segment;

    use super::*;

    fn segment(t0_ms: i64, t1_ms: i64, text: &str) -> Segment {
        Segment { t0_ms, t1_ms, text: text.into(), ..Segment::default() }
    }

    fn times(words: &[Word]) -> Vec<(&str, u32, u32)> {
        words.iter().map(|w| (w.text.as_str(), w.start_ms, w.end_ms)).collect()
    }

    #[test]
    fn a_segment_is_shared_out_by_length() {
        let segments = vec![segment(1000, 2000, " I agree, yes."), segment(2000, 2600, " So be it")];
        let found = words(&Transcript { segments, ..Transcript::default() }, 2500);
        let expected = [
            ("I", 1000, 1090),
            ("agree,", 1090, 1636),
            ("yes.", 1636, 2000),
            ("So", 2000, 2166),
            ("be", 2166, 2333),
            ("it", 2333, 2500),
        ];
        // The second segment claims to end after the region, which ends at 2500 ms.
        assert_eq!(times(&found), expected);
    }

    #[test]
    fn chinese_signs_have_times_of_their_own_and_keep_their_punctuation() {
        let segments = vec![segment(0, 900, "我們用 Rust3 寫，好。A了")];
        let found = words(&Transcript { segments, ..Transcript::default() }, 10_000);
        let texts: Vec<&str> = found.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["我", "們", "用", "Rust3", "寫，", "好。", "A", "了"]);
        assert!(found.is_sorted_by_key(|w| w.start_ms) && found.last().unwrap().end_ms == 900);
    }

    #[test]
    fn text_without_any_times_fills_the_region() {
        let found = words(&Transcript { text: "one two".into(), ..Transcript::default() }, 600);
        assert_eq!(times(&found), [("one", 0, 300), ("two", 300, 600)]);
    }

    #[test]
    fn impossible_times_stay_inside_the_region() {
        let segments = vec![segment(-50, 90_000, "early late"), segment(5000, 100, "end")];
        for word in words(&Transcript { segments, ..Transcript::default() }, 3000) {
            assert!(word.start_ms <= word.end_ms && word.end_ms <= 3000, "{word:?}");
        }
    }
}
