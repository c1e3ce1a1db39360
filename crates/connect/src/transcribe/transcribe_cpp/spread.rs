//! Words with times, from whatever times a model gives: per word, per segment, or none.

use debrief_core::spread::spread;
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
