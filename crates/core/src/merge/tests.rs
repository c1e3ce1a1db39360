//! Words that find their speakers.

use super::*;
use crate::transcript::{EngineLabel, Speakers};
use proptest::prelude::*;

fn word(text: &str, start_ms: u32, end_ms: u32) -> Word {
    Word { text: text.to_owned(), start_ms, end_ms, confidence: None }
}

fn words(words: Vec<Word>) -> Words {
    let engine = EngineLabel { name: "test".into(), described: "Test".into(), rough: false };
    Words { words, language: "en".into(), engine, turns: None, names: BTreeMap::new() }
}

fn turns(turns: &[(u32, u32, u16)]) -> Turns {
    let turns = turns.iter().map(|&(start_ms, end_ms, speaker)| Turn { start_ms, end_ms, speaker }).collect();
    Turns { turns, method: "test".into(), ..Turns::default() }
}

fn lines(transcript: &Transcript) -> Vec<(Option<u16>, &str)> {
    transcript.segments.iter().map(|s| (s.speaker, s.text.as_str())).collect()
}

#[test]
fn a_word_goes_to_the_turn_it_overlaps_most() {
    let said = words(vec![word("hello", 0, 400), word("there", 450, 900), word("hi", 950, 1200)]);
    let transcript = merge(&said, &turns(&[(0, 500, 7), (500, 1300, 3)]), 1300);
    assert_eq!(lines(&transcript), [(Some(0), "hello"), (Some(1), "there hi")]);
    assert_eq!(transcript.speakers[1].display(), "Speaker 2");
}

#[test]
fn a_word_between_turns_goes_to_the_nearest() {
    let said = words(vec![word("a", 1000, 1100), word("b", 1750, 1800)]);
    let transcript = merge(&said, &turns(&[(0, 900, 0), (1900, 3000, 1)]), 3000);
    assert_eq!(lines(&transcript), [(Some(0), "a"), (Some(1), "b")]);
}

#[test]
fn without_turns_the_text_is_still_there() {
    let transcript = merge(&words(vec![word("hello", 0, 400)]), &turns(&[]), 500);
    assert_eq!(lines(&transcript), [(None, "hello")]);
    assert!(transcript.speakers.is_empty());
}

#[test]
fn a_pause_and_the_length_end_a_segment() {
    let said = words(vec![word("one", 0, 300), word("two", 400, 700), word("three", 2300, 2500)]);
    assert_eq!(lines(&merge(&said, &turns(&[]), 3000)), [(None, "one two"), (None, "three")]);

    let long = (0..400).map(|n| word("word", n * 300, n * 300 + 250)).collect();
    let transcript = merge(&words(long), &turns(&[]), 120_000);
    assert!(transcript.segments.len() > 1);
    assert!(transcript.segments.iter().all(|s| s.text.chars().count() <= TOO_LONG_CHARS + 5));
}

#[test]
fn chinese_is_written_without_spaces_and_mixed_text_with_them() {
    let said = words(
        ["我們", "用", "Notion", "開會", "。", "好", "，", "ok"]
            .iter()
            .enumerate()
            .map(|(n, text)| {
                let at = u32::try_from(n).expect("few") * 100;
                word(text, at, at + 90)
            })
            .collect(),
    );
    assert_eq!(lines(&merge(&said, &turns(&[]), 1000)), [(None, "我們用 Notion 開會。好， ok")]);
}

#[test]
fn names_replace_labels() {
    let said = words(vec![word("hello", 0, 400)]);
    let names =
        Speakers { names: [(0, "Ana".to_owned()), (9, "Nobody".to_owned())].into(), ..Speakers::default() };
    let transcript = merge(&said, &turns(&[(0, 500, 0)]), 500).named(&names);
    assert_eq!(transcript.speaker_of(&transcript.segments[0]), Some("Ana"));
}

proptest! {
    #[test]
    fn no_word_is_lost_or_doubled_whatever_the_turns(
        gaps in proptest::collection::vec((0u32..3000, 1u32..900), 0..80),
        spans in proptest::collection::vec((0u32..60_000, 1u32..9000, 0u16..6), 0..30),
    ) {
        let mut at = 0;
        let said: Vec<Word> = gaps.iter().enumerate().map(|(n, (gap, length))| {
            let start = at + gap;
            at = start + length;
            word(&format!("w{n}"), start, at)
        }).collect();
        let mut spans = spans;
        spans.sort_unstable();
        let found: Vec<_> = spans.iter().map(|(start, length, s)| (*start, start + length, *s)).collect();
        let expected: Vec<String> = said.iter().map(|w| w.text.clone()).collect();
        let transcript = merge(&words(said), &turns(&found), at);
        let text: Vec<String> = transcript.segments.iter()
            .flat_map(|s| s.text.split(' ').map(str::to_owned)).collect();
        prop_assert_eq!(text, expected);
        for segment in &transcript.segments {
            prop_assert_eq!(segment.speaker.is_some(), !found.is_empty());
            if let Some(speaker) = segment.speaker {
                prop_assert!(usize::from(speaker) < transcript.speakers.len());
            }
        }
        for pair in transcript.segments.windows(2) {
            prop_assert!(pair[0].start_ms <= pair[1].start_ms);
        }
    }

    #[test]
    fn each_word_gets_the_best_of_all_turns(
        start in 0u32..20_000, length in 1u32..900,
        spans in proptest::collection::vec((0u32..20_000, 1u32..9000), 1..20),
    ) {
        let mut spans = spans;
        spans.sort_unstable();
        let found: Vec<Turn> = spans.iter().zip(0u16..)
            .map(|((from, length), speaker)| Turn { start_ms: *from, end_ms: from + length, speaker }).collect();
        // A word before it moves the pass forward, as in a long recording.
        let said = [word("first", start / 2, start / 2 + 1), word("second", start, start + length)];
        let best = found.iter().max_by_key(|turn| closeness(&said[1], turn)).map(|turn| closeness(&said[1], turn));
        let owner = owners(&said, &found)[1].expect("there are turns");
        prop_assert_eq!(Some(closeness(&said[1], &found[usize::from(owner)])).map(|c| c.0), best.map(|c| c.0));
    }
}

/// Words one after the other, `gap_ms` apart, 50 ms a letter; a number in between is a pause of so many milliseconds.
fn spoken(line: &str, gap_ms: u32) -> Vec<Word> {
    let mut at = 0;
    let mut said = Vec::new();
    for part in line.split(' ') {
        if let Ok(pause) = part.parse::<u32>() {
            at += pause;
            continue;
        }
        let end = at + 50 * u32::try_from(part.chars().count()).expect("short");
        said.push(word(part, at, end));
        at = end + gap_ms;
    }
    said
}

#[test]
fn the_last_word_of_a_sentence_comes_back_across_a_border_that_is_too_early() {
    let said = spoken("We ship it on Friday. I agree with that.", 40);
    // The border lies before "Friday.", 400 ms too early.
    let transcript = merge(&words(said), &turns(&[(0, 640, 0), (650, 3000, 1)]), 3000);
    assert_eq!(lines(&transcript), [(Some(0), "We ship it on Friday."), (Some(1), "I agree with that.")]);
}

#[test]
fn the_first_word_of_a_sentence_comes_forward_across_a_border_that_is_too_late() {
    let said = spoken("We ship it on Friday. So I agree with that.", 40);
    // The border lies after "So".
    let transcript = merge(&words(said), &turns(&[(0, 1170, 0), (1180, 3000, 1)]), 3000);
    assert_eq!(lines(&transcript), [(Some(0), "We ship it on Friday."), (Some(1), "So I agree with that.")]);
}

#[test]
fn a_word_that_flips_inside_a_sentence_goes_back() {
    let said = spoken("we will ship it on friday morning", 40);
    let transcript = merge(&words(said), &turns(&[(0, 370, 0), (370, 590, 1), (590, 3000, 0)]), 3000);
    assert_eq!(lines(&transcript), [(Some(0), "we will ship it on friday morning")]);
}

#[test]
fn short_answers_between_two_turns_of_another_stay() {
    for (line, answer) in [
        ("We ship it on Friday, right? Yes. Then we are done.", "Yes."),
        ("We ship it on Friday, yes, and then we are done.", "yes,"),
        ("we ship it on friday 200 yes 200 then we are done", "yes"),
        ("我們 週五 出貨 對。 然後 就 完成 了", "對。"),
    ] {
        let said = spoken(line, 40);
        let answered = said.iter().find(|word| word.text == answer).expect("it is there").clone();
        let (from, to) = (answered.start_ms - 10, answered.end_ms + 10);
        let found = turns(&[(0, from, 0), (from, to, 1), (to, 9000, 0)]);
        let transcript = merge(&words(said), &found, 9000);
        let answers: Vec<&str> =
            transcript.segments.iter().filter(|s| s.speaker == Some(1)).map(|s| s.text.as_str()).collect();
        assert_eq!(answers, [answer], "{line}");
    }
}

#[test]
fn more_than_a_word_or_two_stay_where_the_turns_have_them() {
    let said = spoken("We ship it on Friday. I agree.", 40);
    let transcript = merge(&words(said), &turns(&[(0, 200, 0), (600, 3000, 1)]), 3000);
    assert_eq!(transcript.segments[1].text, "it on Friday. I agree.");
}

#[test]
fn turns_that_came_with_the_words_are_kept_to_the_word() {
    let said = || {
        words(vec![
            word("we", 0, 300),
            word("send", 320, 600),
            word("the", 620, 800),
            word("report", 820, 1200),
        ])
    };
    let found = turns(&[(0, 610, 0), (610, 810, 1), (810, 1200, 0)]);
    assert_eq!(lines(&merge(&said(), &found, 1200)), [(Some(0), "we send the report")], "a border is wrong");
    let given = Words { turns: Some(found.turns.clone()), ..said() };
    let kept = [(Some(0), "we send"), (Some(1), "the"), (Some(0), "report")];
    assert_eq!(lines(&merge(&given, &found, 1200)), kept, "whoever gave them knew");
}

#[test]
fn a_segment_in_which_others_talk_most_of_the_time_is_marked() {
    let said = words(vec![word("one", 0, 400), word("two", 450, 900), word("three", 3000, 3400)]);
    let found = turns(&[(0, 1000, 0), (400, 900, 1), (2900, 3500, 1), (3300, 3500, 0)]);
    let marked: Vec<bool> = merge(&said, &found, 4000).segments.iter().map(|s| s.overlap).collect();
    assert_eq!(marked, [false, false], "half of the words are not most of them");
    let found = turns(&[(0, 1000, 0), (0, 900, 1), (2900, 3500, 1), (2900, 3500, 1)]);
    let marked: Vec<bool> = merge(&said, &found, 4000).segments.iter().map(|s| s.overlap).collect();
    assert_eq!(marked, [true, false], "one speaker alone overlaps with nobody");
}

/// Of the words of a conversation whose borders the diarizer places up to `off_ms` wrongly, how many go to the wrong
/// speaker: without smoothing, and with it.
fn wrong_words(punctuated: bool, off_ms: i64) -> (usize, usize, usize) {
    let lines = [
        "Good morning and thank you for coming. How many people use it?",
        "We have three hundred customers. They want a faster search, so that is first.",
        "Yes.",
        "Who is going to pay for all of this work?",
        "I will send the report to the sales team by Friday. That should do.",
        "No. The office is closed on Monday.",
    ];
    let mut seed = 7u32;
    let mut random = |most: i64| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i64::from(seed >> 8) % (2 * most + 1) - most
    };
    let (mut said, mut truth, mut found) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 500;
    for (number, line) in lines.iter().cycle().take(120).enumerate() {
        let speaker = u16::try_from(number % 3 % 2).expect("two of them");
        let plain = line.to_lowercase().replace(['.', '?', ','], "");
        let spoken = spoken(if punctuated { line } else { &plain }, 30);
        let from = at;
        for word in spoken {
            at = from + word.end_ms;
            said.push(Word { start_ms: from + word.start_ms, end_ms: at, ..word });
            truth.push(Some(speaker));
        }
        let moved = |ms: u32, by: i64| u32::try_from(i64::from(ms) + by).expect("after the start");
        found.push(Turn {
            start_ms: moved(from, random(off_ms)),
            end_ms: moved(at, random(off_ms)),
            speaker,
        });
        at += 120;
    }
    found.sort_by_key(|turn| turn.start_ms);
    let wrong = |owners: &[Option<u16>]| owners.iter().zip(&truth).filter(|(a, b)| a != b).count();
    let before = owners(&said, &found);
    let after = smoothed(&said, before.clone(), &found);
    (said.len(), wrong(&before), wrong(&after))
}

#[test]
fn smoothing_takes_away_wrong_words_and_never_adds_any() {
    let measured = [(true, 250), (true, 400), (true, 600), (false, 250), (false, 400), (false, 600)]
        .map(|(punctuated, off_ms)| wrong_words(punctuated, off_ms));
    // Words, wrong without smoothing, wrong with it: borders up to 250, 400 and 600 ms wrong, with punctuation and without.
    let with_signs = [(1160, 14, 3), (1160, 46, 12), (1160, 76, 22)];
    let without = [(1160, 20, 20), (1160, 50, 50), (1160, 81, 81)];
    assert_eq!(measured[..3], with_signs, "a sentence's end says whose word it is");
    assert_eq!(measured[3..], without, "nothing to go by, nothing made worse");
}

proptest! {
    #[test]
    fn smoothing_moves_only_short_runs_to_a_neighbour(
        gaps in proptest::collection::vec((0u32..600, 1u32..500, any::<bool>(), 0u16..3), 2..60),
    ) {
        let mut at = 0;
        let mut said = Vec::new();
        for (n, (gap, length, ends, _)) in gaps.iter().enumerate() {
            let start = at + gap;
            at = start + length;
            said.push(word(&format!("w{n}{}", if *ends { "." } else { "" }), start, at));
        }
        let found: Vec<Turn> = said.iter().zip(&gaps)
            .map(|(word, (.., speaker))| Turn { start_ms: word.start_ms, end_ms: word.end_ms, speaker: *speaker }).collect();
        let before = owners(&said, &found);
        let after = smoothed(&said, before.clone(), &found);
        prop_assert_eq!(before.len(), after.len());
        for (n, (was, is)) in before.iter().zip(&after).enumerate() {
            if was != is {
                let neighbours = [n.checked_sub(1).map(|n| after[n]), after.get(n + 1).copied()];
                prop_assert!(neighbours.contains(&Some(*is)), "word {n} went to nobody beside it");
                prop_assert!(said[n].end_ms - said[n].start_ms <= STRAY_MS);
            }
        }
        for (n, word) in said.iter().enumerate().skip(1) {
            let alone = ends_sentence(&said, n - 1) && ends_sentence(&said, n);
            prop_assert!(!alone || before[n] == after[n], "a sentence of one word stays: {}", word.text);
        }
    }
}
