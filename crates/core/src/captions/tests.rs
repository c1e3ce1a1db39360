//! Transcripts in every form that is read, and what becomes of them.

use proptest::prelude::*;

use super::{clock, hole_warning, parse};
use crate::export;
use crate::failure::FailureCode;
use crate::transcript::{Transcript, Turns, Words, merge};

const TEAMS: &str = include_str!("testdata/teams.vtt");
const ZOOM: &str = include_str!("testdata/zoom.vtt");
const CHINESE: &str = include_str!("testdata/zh-Hant.srt");
const MEET: &str = include_str!("testdata/meet.txt");
const ZOOM_SAVED: &str = include_str!("testdata/zoom_saved.txt");
const ROLLING: &str = include_str!("testdata/rolling.vtt");

fn words(name: &str, text: &str, duration_ms: u32) -> Words {
    parse(name, text).unwrap().words(duration_ms).unwrap()
}

/// The transcript as the page gets it.
fn transcript(words: &Words, duration_ms: u32) -> Transcript {
    let turns = Turns { turns: words.turns.clone().unwrap_or_default(), ..Turns::default() };
    merge(words, &turns, duration_ms)
}

fn lines(words: &Words) -> Vec<String> {
    export::text(&transcript(words, 6_000)).lines().map(str::to_owned).collect()
}

#[test]
fn teams_names_voices_in_tags() {
    let words = words("weekly.vtt", TEAMS, 6_000);
    assert_eq!(
        lines(&words),
        [
            "[0:00] Ana López: Please send the report to the sales team on Monday.",
            "[0:02] Ben & Kim: I'll do that, R&D <3 it.",
            "[0:03] Ana López: We will meet again next Thursday at ten.",
        ]
    );
    assert_eq!((words.words[0].start_ms, words.words.last().unwrap().end_ms), (200, 5_800));
    assert_eq!((words.language.as_str(), words.engine.name.as_str()), ("en", "transcript"));
    assert_eq!(words.engine.described, "the transcript weekly.vtt");
}

#[test]
fn zoom_writes_names_before_what_is_said() {
    assert_eq!(
        lines(&words("audio_transcript.vtt", ZOOM, 6_000)),
        [
            "[0:00] Ana Lopez: Please send the report to the sales team on Monday.",
            "[0:02] Ben: Note: I will do that.",
            "[0:03] Ana Lopez: We will meet again next Thursday at 10:30.",
        ]
    );
}

#[test]
fn subrip_may_be_chinese_and_untidy() {
    let words = words("週會.srt", CHINESE, 6_000);
    assert_eq!(
        lines(&words),
        ["[0:00] 安娜: 請在星期一把報告寄給業務組。好，我會寄。", "[0:03] 小班: 我們下個星期四再開會。"]
    );
    assert_eq!(words.language, "zh-Hant");
    // Every sign has its own time.
    assert!(words.words.iter().all(|word| word.end_ms - word.start_ms < 500), "{:?}", words.words);
}

#[test]
fn meet_tells_when_some_minutes_began() {
    let words = words("Weekly plan - Transcript", MEET, 6_000);
    assert_eq!(
        lines(&words),
        [
            "[0:00] Ana Lopez: Please send the report to the sales team on Monday.",
            "[0:02] Ben Kim: I will do that.",
            "[0:03] Ana Lopez: We will meet again next Thursday at ten.",
            "[0:05] Ben Kim: All right.",
        ]
    );
    let alone = MEET.replace("Ana Lopez: ", "Ana Lopez\n").replace("Ben Kim: ", "Ben Kim\n");
    assert_eq!(self::words("meet.txt", &alone, 6_000).words, words.words);
    let markdown = MEET.replace("00:00:0", "### 00:00:0").replace("Ana Lopez:", "**Ana Lopez:**");
    assert_eq!(self::words("meet.txt", &markdown, 6_000).words, words.words);
}

#[test]
fn older_transcripts_of_meet_begin_without_a_time_and_notes_may_stand_before() {
    let text = "Notes\nDetails: Ana spoke (00:00:10).\n\n📖 Transcript\nAna: hello there\nBen: hello\n00:05:00\nAna: bye\n";
    let words = words("Notes by Gemini", text, 400_000);
    assert_eq!(lines(&words), ["[0:00] Ana: hello there", "[0:01] Ben: hello", "[5:00] Ana: bye"]);
}

#[test]
fn captions_that_zoom_saved_have_the_time_of_the_day() {
    let words = words("meeting_saved_closed_caption.txt", ZOOM_SAVED, 9_000);
    assert_eq!(
        lines(&words),
        [
            "[0:00] Ana Lopez: Please send the report to the sales team on Monday.",
            "[0:03] Ben Kim: I will do that. We will meet again next Thursday.",
        ]
    );
    let noon = "[Ana] 11:59:59 AM\none\n[Ben] 12:00:01 PM\ntwo\n";
    assert_eq!(self::words("closed_caption.txt", noon, 9_000).words[1].start_ms, 2_000);
}

#[test]
fn rolling_captions_are_read_once() {
    let words = words("talk.en.vtt", ROLLING, 6_000);
    assert_eq!(lines(&words), ["[0:00] please send the report to sales on monday"]);
    assert_eq!((words.turns, words.language.as_str()), (None, "en"));
}

#[test]
fn what_is_really_said_twice_stays() {
    let cue = |at: u32, text: &str| format!("00:00:0{at}.000 --> 00:00:0{}.000\n{text}\n\n", at + 1);
    let texts = ["yes", "yes", "we go on", "on we go", "no no", "that is all"];
    let file: String = (0..).zip(texts).map(|(at, text)| cue(at, text)).collect();
    let expected = texts.join(" ");
    assert_eq!(lines(&words("a.srt", &file, 7_000)), [format!("[0:00] {expected}")]);
}

#[test]
fn labels_are_no_names_and_whoever_has_none_is_somebody_else() {
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Speaker 1>one\n\n00:02.000 --> 00:03.000\n<v Ana>two\n\n\
                00:03.000 --> 00:04.000\nthree\n";
    let words = words("a.vtt", text, 6_000);
    assert_eq!(lines(&words), ["[0:01] Speaker 1: one", "[0:02] Ana: two", "[0:03] Speaker 3: three"]);
    assert_eq!(words.names, [(1, "Ana".to_owned())].into());
}

#[test]
fn people_who_speak_at_once_stay_whole() {
    let text = "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Ana>one two\n\n00:01.000 --> 00:02.000\n<v Ben>three four\n\n\
                00:01.500 --> 00:03.000\n<v Ana>five six\n";
    let words = words("a.vtt", text, 6_000);
    assert_eq!(lines(&words), ["[0:01] Ana: one two", "[0:01] Ben: three four", "[0:01] Ana: five six"]);
}

#[test]
fn one_colon_makes_no_name() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nhello all\n\n2\n00:00:02,000 --> 00:00:03,000\n\
                Remember: ten o'clock\n\n3\n00:00:03,000 --> 00:00:04,000\nbye\n";
    let words = words("a.srt", text, 6_000);
    assert_eq!(
        (lines(&words), words.turns),
        (vec!["[0:01] hello all Remember: ten o'clock bye".to_owned()], None)
    );
}

#[test]
fn the_transcript_of_another_recording_says_so() {
    let captions = parse("weekly.vtt", "WEBVTT\n\n1:02:00.000 --> 1:02:05.000\nbye\n").unwrap();
    let failure = captions.words(6_000).unwrap_err();
    assert_eq!(failure.code, FailureCode::TranscriptUnreadable);
    assert_eq!(
        format!("{} {}", failure.what, failure.fix),
        "The transcript weekly.vtt is of another recording: it goes on at 1:02:00, and this one ends at 0:06. The recording \
         is recognised instead. To use a transcript, process it again with its own."
    );
}

#[test]
fn what_is_no_transcript_is_refused() {
    let agenda = "Agenda\n09:00:00\nSpeaker: Ana\n10:00:00\nSpeaker: Ben\n";
    for (name, text) in [
        ("a.vtt", ""),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n"),
        ("a.vtt", "%PDF-1.7 and so on"),
        ("a.srt", "1\nxx --> yy\nhello\n"),
        ("notes.txt", "Ana: hello\nBen: hello\n"),
        ("agenda.pdf", agenda),
    ] {
        let failure = parse(name, text).unwrap_err();
        assert_eq!(failure.code, FailureCode::TranscriptUnreadable, "{name}: {text}");
        assert!(
            failure.what.starts_with(&format!("The transcript {name} could not be read: it has no times "))
        );
    }
}

#[test]
fn clocks_have_two_or_three_parts() {
    assert_eq!(clock("1:02:03.5"), Some(3_723_500));
    assert_eq!(clock("02:03,4567"), Some(123_456));
    assert_eq!(clock("75:00"), Some(4_500_000));
    for wrong in
        ["", "3", "1:2:3:4", "1:60:00", "00:60", "9999:00:00", "-1:00", "a:b", "١:٠٠", "4294967296:00"]
    {
        assert_eq!(clock(wrong), None, "{wrong}");
    }
}

/// A transcript with words that mean nothing in any of the forms.
fn any_transcript() -> impl Strategy<Value = Words> {
    let word =
        prop::sample::select(vec!["alpha", "beta,", "gamma.", "我們", "開會。", "x<y", "a&b", "42", "l'été"]);
    let turn = (prop::collection::vec(word, 1..30), 0_usize..3, 0_u32..3_000);
    prop::collection::vec(turn, 1..12).prop_map(|turns| {
        let mut file = String::from("WEBVTT\n\n");
        let mut at = 0_u32;
        for (words, speaker, pause) in turns {
            let (start, end) = (at + pause, at + pause + 250 * words.len() as u32);
            at = end;
            let time = |ms: u32| format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000);
            let said = words.join(" ").replace('&', "&amp;").replace('<', "&lt;");
            let name = ["Ana", "Ben Kim", "小班"][speaker];
            file += &format!("{} --> {}\n<v {name}>{said}\n\n", time(start), time(end));
        }
        parse("made.vtt", &file).unwrap().words(at).unwrap()
    })
}

/// Who says what, without white space and times.
fn said(transcript: &Transcript) -> Vec<(String, String)> {
    let mut said: Vec<(String, String)> = Vec::new();
    for segment in &transcript.segments {
        let name = transcript.speaker_of(segment).unwrap_or_default().to_owned();
        let text: String = segment.text.split_whitespace().collect();
        match said.last_mut().filter(|(last, _)| *last == name) {
            Some((_, before)) => before.push_str(&text),
            None => said.push((name, text)),
        }
    }
    said
}

proptest! {
    #[test]
    fn what_is_exported_as_subtitles_reads_back(words in any_transcript()) {
        let duration_ms = words.words.last().unwrap().end_ms;
        let first = transcript(&words, duration_ms);
        for (name, file) in [("own.vtt", export::vtt(&first)), ("own.srt", export::srt(&first))] {
            let again = self::words(name, &file, duration_ms);
            prop_assert_eq!(said(&transcript(&again, duration_ms)), said(&first), "{}", file);
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(WEBVTT\n\n)?([0-9:.,\\->< \n\r&;{}/\\[\\]#*v:a-z]|[0-9]{2}:[0-9]{2}:[0-9]{2}[.,][0-9]{3} --> 00:00:0[0-9].0\n|\\PC){0,60}", duration_ms: u32) {
        for name in ["a.vtt", "a transcript.txt"] {
            if let Ok(captions) = parse(name, &text)
                && let Ok(words) = captions.words(duration_ms)
            {
                prop_assert!(words.words.is_sorted_by_key(|word| word.start_ms));
                prop_assert!(words.words.iter().all(|w| w.start_ms <= w.end_ms && w.end_ms <= duration_ms));
                for turn in words.turns.iter().flatten() {
                    prop_assert!(turn.start_ms <= turn.end_ms);
                }
            }
        }
    }
}

#[test]
fn a_transcript_of_a_part_of_the_recording_says_where_it_is_silent() {
    let two =
        "WEBVTT\n\n00:00:10.000 --> 00:05:00.000\nWe begin.\n\n00:07:00.000 --> 00:10:00.000\nWe end.\n";
    let told =
        |duration_ms| hole_warning(&words("weekly.vtt", two, duration_ms), duration_ms).map(|told| told.text);
    assert_eq!(
        told(600_000).as_deref(),
        Some(
            "From 5:00 to 7:00 nobody says anything in the transcript weekly.vtt. If somebody does in the recording, process \
             it again without the transcript, or with a whole one."
        )
    );
    assert!(told(900_000).is_some_and(|text| text.starts_with("From 10:00 to 15:00 ")));
    // Who records for two hours is silent for longer without anything being wrong.
    let late = "WEBVTT\n\n00:11:00.000 --> 02:00:00.000\nWe begin.\n";
    assert_eq!(hole_warning(&words("weekly.vtt", late, 7_200_000), 7_200_000), None);
    let later = late.replace("00:11", "00:13");
    assert!(hole_warning(&words("weekly.vtt", &later, 7_200_000), 7_200_000).is_some());
}
