use proptest::prelude::*;

use super::*;

/// What the sandbox's recordings are made of, and what people say most: the same few words again and again.
const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

fn said(text: &str, start_ms: u32, end_ms: u32, speaker: Option<u16>) -> Said {
    Said { word: Word { text: text.into(), start_ms, end_ms, confidence: None }, speaker }
}

fn piece(start_ms: u32, end_ms: u32, words: Vec<Said>) -> Piece {
    Piece { start_ms, end_ms, words, timed: true, language: None }
}

fn texts(words: &[Said]) -> Vec<&str> {
    words.iter().map(|said| said.word.text.as_str()).collect()
}

/// A talk: words of 220 to 500 ms with pauses between them.
fn talk() -> impl Strategy<Value = Vec<Said>> {
    let word = (0..WORDS.len(), 220u32..500, prop_oneof![4 => 20u32..200, 1 => 200u32..2_500], 0u16..3);
    prop::collection::vec(word, 0..160).prop_map(|words| {
        let mut at = 0;
        let word = |(text, length, pause, speaker): (usize, u32, u32, u16)| {
            let start = at + pause;
            at = start + length;
            said(WORDS[text], start, at, Some(speaker))
        };
        words.into_iter().map(word).collect()
    })
}

/// What a recogniser makes of the stretch from `start` to `end`: times a little off, and nonsense where an edge cuts a
/// word, or nothing at all.
fn heard(talk: &[Said], start: u32, end: u32, noise: &mut impl FnMut(u32) -> u32) -> Vec<Said> {
    let mut words = Vec::new();
    for Said { word, speaker } in talk {
        if word.end_ms <= start || word.start_ms >= end {
            continue;
        }
        let whole = word.start_ms >= start && word.end_ms <= end;
        let text = match (whole, noise(3)) {
            (true, _) => word.text.to_uppercase() + ",",
            (false, 0) => continue,
            (false, 1) => word.text[..2].to_owned(),
            (false, _) => "uh".to_owned(),
        };
        let shift = |ms: u32, by: u32| (ms + by).saturating_sub(100);
        let from = shift(word.start_ms, noise(201)).clamp(start, end);
        let to = shift(word.end_ms, noise(201)).clamp(from, end);
        words.push(said(&text, from, to, *speaker));
    }
    words.sort_by_key(|said| said.word.start_ms);
    words
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn words_at_the_cuts_are_neither_lost_nor_doubled(
        talk in talk(),
        cuts in prop::collection::vec(6_000u32..40_000, 0..5),
        seed in any::<u32>(),
    ) {
        let mut seed = seed;
        let mut noise = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let length = talk.last().map_or(1000, |said| said.word.end_ms + 100);
        let mut start = 0;
        let mut pieces = Vec::new();
        let mut cut = 0;
        for distance in cuts {
            cut += distance;
            if cut + 4_000 >= length {
                break;
            }
            pieces.push(piece(start, cut + 4_000, heard(&talk, start, cut + 4_000, &mut noise)));
            start = cut - 4_000;
        }
        pieces.push(piece(start, length, heard(&talk, start, length, &mut noise)));
        let whole = stitch(pieces).unwrap();
        let found: Vec<String> = whole.words.iter().map(|said| plain(&said.word.text)).collect();
        let expected = texts(&talk);
        prop_assert_eq!(found, expected);
        for (found, truth) in whole.words.iter().zip(&talk) {
            prop_assert!(found.word.start_ms.abs_diff(truth.word.start_ms) <= 100);
        }
    }
}

#[test]
fn a_word_that_an_edge_cuts_comes_from_the_piece_that_heard_it_whole() {
    let earlier = piece(0, 10_000, vec![said("good", 1000, 1300, None), said("mor", 9900, 10_000, None)]);
    let later =
        piece(8_000, 20_000, vec![said("morning", 9890, 10_300, None), said("all", 10_400, 10_700, None)]);
    assert_eq!(texts(&stitch(vec![earlier, later]).unwrap().words), ["good", "morning", "all"]);
}

#[test]
fn a_word_that_was_heard_differently_is_there_once() {
    let earlier = piece(0, 10_000, vec![said("their", 8700, 8950, None)]);
    let later = piece(8_000, 20_000, vec![said("there", 8720, 9000, None), said("now", 9300, 9500, None)]);
    assert_eq!(texts(&stitch(vec![earlier, later]).unwrap().words), ["their", "now"]);
}

#[test]
fn what_only_one_piece_heard_is_kept() {
    let earlier = piece(0, 10_000, vec![said("a", 1000, 1300, None), said("late", 9_300, 9_600, None)]);
    let later =
        piece(8_000, 20_000, vec![said("early", 8_400, 8_700, None), said("b", 12_000, 12_300, None)]);
    assert_eq!(texts(&stitch(vec![earlier, later]).unwrap().words), ["a", "early", "late", "b"]);
}

#[test]
fn pieces_without_times_meet_in_the_words_that_they_share() {
    let untimed = |start, end, text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        let at = |n: usize| start + (end - start) * n as u32 / words.len() as u32;
        let words = words.iter().enumerate().map(|(n, word)| said(word, at(n), at(n + 1), None)).collect();
        Piece { timed: false, ..piece(start, end, words) }
    };
    let earlier = untimed(0, 60_000, "we begin here and then we go on to the second par");
    let later = untimed(52_000, 90_000, "en we go on to the second part of the talk");
    let whole = stitch(vec![earlier, later]).unwrap();
    assert_eq!(
        texts(&whole.words).join(" "),
        "we begin here and then we go on to the second part of the talk"
    );
    assert!(!whole.timed);
}

#[test]
fn words_stay_in_their_order_where_two_pieces_place_them_far_apart() {
    let talk: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
    // One and a half seconds late in the earlier piece, as where times are estimates.
    let at = |range: std::ops::Range<usize>, late: u32| {
        range.map(|n| said(&talk[n], n as u32 * 500 + late, n as u32 * 500 + late + 400, None)).collect()
    };
    for timed in [true, false] {
        let earlier = Piece { timed, ..piece(0, 16_000, at(0..29, 1_500)) };
        let later = Piece { timed, ..piece(8_000, 20_000, at(16..40, 0)) };
        let whole = stitch(vec![earlier, later]).unwrap();
        assert_eq!(texts(&whole.words), talk, "{timed}");
        assert!(whole.words.is_sorted_by_key(|said| said.word.start_ms));
        assert!(whole.words.iter().all(|said| said.word.start_ms <= said.word.end_ms));
    }
}

#[test]
fn a_speaker_of_the_highest_number_leaves_room_for_another() {
    let earlier = piece(0, 10_000, vec![said("a", 0, 500, Some(u16::MAX))]);
    let later = piece(8_000, 20_000, vec![said("b", 12_000, 12_500, Some(0))]);
    let whole = stitch(vec![earlier, later]).unwrap();
    assert_eq!(turns(&whole.words).unwrap().len(), 2);
}

#[test]
fn pieces_without_times_lose_nothing_for_a_few_words_that_are_said_twice_by_chance() {
    // Nobody speaks in the stretch from 52 to 60 s that both have heard.
    let spoken = |text: &str, from_ms: u32| -> Vec<Said> {
        let words = text.split(' ').zip(0u32..);
        words.map(|(word, n)| said(word, from_ms + n * 400, from_ms + n * 400 + 300, None)).collect()
    };
    let (one, other) = (
        "i think that we should call the bank before monday and ask them for another month to pay it",
        "good then what about the room well i think that we can rent the small one again for june",
    );
    let earlier = Piece { timed: false, ..piece(0, 60_000, spoken(one, 40_000)) };
    let later = Piece { timed: false, ..piece(52_000, 120_000, spoken(other, 61_000)) };
    assert_eq!(texts(&stitch(vec![earlier, later]).unwrap().words).join(" "), format!("{one} {other}"));
}

#[test]
fn a_speaker_keeps_their_number_in_the_next_piece_and_a_new_one_gets_a_new_one() {
    let earlier = piece(
        0,
        10_000,
        vec![said("a", 0, 500, Some(0)), said("b", 1000, 1500, Some(1)), said("c", 8500, 9000, Some(1))],
    );
    let later = piece(
        8_000,
        20_000,
        vec![
            said("c", 8520, 9010, Some(0)),
            said("d", 12_000, 12_500, Some(1)),
            said("e", 13_000, 13_500, Some(0)),
        ],
    );
    let whole = stitch(vec![earlier, later]).unwrap();
    let speakers: Vec<_> = whole.words.iter().map(|said| said.speaker.unwrap()).collect();
    assert_eq!(speakers, [0, 1, 1, 2, 1]);
}

#[test]
fn turns_are_numbered_as_they_are_heard_and_end_with_the_speaker_or_a_pause() {
    let words = [
        said("a", 0, 500, Some(4)),
        said("b", 600, 900, Some(4)),
        said("c", 900, 1200, Some(2)),
        said("d", 5000, 5100, Some(2)),
    ];
    let turn = |start_ms, end_ms, speaker| Turn { start_ms, end_ms, speaker };
    assert_eq!(turns(&words), Some(vec![turn(0, 900, 0), turn(900, 1200, 1), turn(5000, 5100, 1)]));
    assert_eq!(turns(&[said("a", 0, 1, None)]), None);
}
