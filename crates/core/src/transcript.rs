//! Words, speaker turns, and the transcript that they make together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stage::Checkpoint;

/// One recognised word. Times are milliseconds from the start of the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word with its punctuation, without surrounding white space. For languages without spaces, one character or more.
    pub text: String,
    /// Start.
    pub start_ms: u32,
    /// End, never before the start.
    pub end_ms: u32,
    /// 0 to 1, when the engine says so.
    pub confidence: Option<f32>,
}

/// What made the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineLabel {
    /// Name in the registry, for example `pocketsphinx`.
    pub name: String,
    /// For the page, for example "PocketSphinx, rough offline recogniser, English only".
    pub described: String,
    /// Whether the page must say that the text is rough.
    pub rough: bool,
}

/// Output of the transcribe stage: words in order of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// In order of `start_ms`.
    pub words: Vec<Word>,
    /// BCP 47, for example `en` or `zh-Hant`.
    pub language: String,
    /// What made them.
    pub engine: EngineLabel,
    /// Speaker turns, when the engine already found them.
    pub turns: Option<Vec<Turn>>,
    /// Names of the speakers of those turns, as far as whoever made them knew any.
    #[serde(default)]
    pub names: BTreeMap<u16, String>,
}

impl Checkpoint for Words {
    const VERSION: u32 = 1;
}

/// A stretch of time in which one speaker talks. Turns may overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Start in milliseconds.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
    /// 0 for the first speaker heard, 1 for the next one, …
    pub speaker: u16,
}

/// Output of the diarize stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Turns {
    /// In order of `start_ms`; empty when speakers were not found.
    pub turns: Vec<Turn>,
    /// What found them, for the page; for example "voice clustering (rough)".
    pub method: String,
    /// How each speaker sounds, when voices are to be remembered.
    #[serde(default)]
    pub voices: BTreeMap<u16, Voiceprint>,
}

/// How somebody sounds: only comparable with others that the same method made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voiceprint {
    /// What made it, with its version.
    pub method: String,
    /// The numbers; what they mean is the method's business.
    pub values: Vec<f32>,
    /// How much speech it was made from, in milliseconds.
    pub heard_ms: u32,
}

impl Checkpoint for Turns {
    const VERSION: u32 = 1;
}

/// Output of the identify stage: names for speakers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Speakers {
    /// Speaker index → name, only for those that are known.
    pub names: BTreeMap<u16, String>,
}

impl Checkpoint for Speakers {
    const VERSION: u32 = 1;
}

/// Consecutive words of one speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Index into [`Transcript::speakers`]; `None` when speakers were not found.
    pub speaker: Option<u16>,
    /// Start in milliseconds.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
    /// The words, joined as the language does.
    pub text: String,
}

/// A speaker as the page shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    /// "Speaker 1", stable through renames.
    pub label: String,
    /// The name, once it is known.
    pub name: Option<String>,
    /// How they sound, when voices are to be remembered; for this machine alone.
    #[serde(skip)]
    pub voice: Option<Voiceprint>,
}

impl Speaker {
    /// The name, or else the label.
    pub fn display(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }
}

/// Who said what, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// In order of time.
    pub segments: Vec<Segment>,
    /// By speaker index.
    pub speakers: Vec<Speaker>,
    /// BCP 47.
    pub language: String,
    /// Length of the recording in milliseconds.
    pub duration_ms: u32,
    /// What made the words.
    pub engine: EngineLabel,
    /// What found the speakers.
    pub diarizer: String,
}

/// A pause of this length between two words starts a new segment.
const PAUSE_MS: u32 = 1_500;
/// A segment longer than this ends at the next sentence's end, …
const LONG_CHARS: usize = 300;
/// … and one longer than this ends at the next word.
const TOO_LONG_CHARS: usize = 600;

/// Words and turns → who said what.
///
/// Each word goes to the turn that it overlaps most, or else to the nearest one. Consecutive words of one speaker become
/// a segment, until a pause or the length ends it. Without turns every segment has no speaker. Speakers are numbered in
/// the order in which they are heard. `duration_ms` is the length of the recording.
pub fn merge(words: &Words, turns: &Turns, duration_ms: u32) -> Transcript {
    let mut order: Vec<u16> = Vec::new();
    let mut segments: Vec<Segment> = Vec::new();
    let owners = owners(&words.words, &turns.turns);
    for (word, turn_speaker) in words.words.iter().zip(owners) {
        let speaker = turn_speaker.map(|speaker| number_of(speaker, &mut order));
        match segments.last_mut() {
            Some(segment) if segment.speaker == speaker && !ends_before(segment, word) => {
                push_word(&mut segment.text, &word.text);
                segment.end_ms = segment.end_ms.max(word.end_ms);
            }
            _ => segments.push(Segment {
                speaker,
                start_ms: word.start_ms,
                end_ms: word.end_ms,
                text: word.text.clone(),
            }),
        }
    }
    let speakers = order.iter().enumerate().map(|(place, turn_speaker)| Speaker {
        label: format!("Speaker {}", place + 1),
        name: words.names.get(turn_speaker).cloned(),
        voice: turns.voices.get(turn_speaker).cloned(),
    });
    let speakers = speakers.collect();
    Transcript {
        segments,
        speakers,
        language: words.language.clone(),
        duration_ms,
        engine: words.engine.clone(),
        diarizer: turns.method.clone(),
    }
}

/// The place of `speaker` in the order of being heard.
fn number_of(speaker: u16, order: &mut Vec<u16>) -> u16 {
    let place = order.iter().position(|s| *s == speaker).unwrap_or_else(|| {
        order.push(speaker);
        order.len() - 1
    });
    u16::try_from(place).expect("there are no more places than speaker indices")
}

/// The speaker of each word. Words and turns are in order of time, so one pass over both is enough.
fn owners(words: &[Word], turns: &[Turn]) -> Vec<Option<u16>> {
    let mut first = 0;
    // Of the turns passed so far, the one that ended last: the only one that can still be the nearest.
    let mut ended: Option<&Turn> = None;
    words
        .iter()
        .map(|word| {
            while let Some(turn) = turns.get(first).filter(|turn| turn.end_ms < word.start_ms) {
                ended = ended.filter(|e| e.end_ms >= turn.end_ms).or(Some(turn));
                first += 1;
            }
            let ahead = &turns[first..];
            let reach = ahead.iter().take_while(|turn| turn.start_ms <= word.end_ms).count() + 1;
            let candidates = ended.into_iter().chain(ahead.iter().take(reach));
            candidates.max_by_key(|turn| closeness(word, turn)).map(|turn| turn.speaker)
        })
        .collect()
}

/// Milliseconds of overlap, or minus the gap between word and turn; then earlier turns before later ones.
fn closeness(word: &Word, turn: &Turn) -> (i64, std::cmp::Reverse<u32>) {
    let overlap = i64::from(word.end_ms.min(turn.end_ms)) - i64::from(word.start_ms.max(turn.start_ms));
    (overlap, std::cmp::Reverse(turn.start_ms))
}

/// Whether `segment` is complete before `word`.
fn ends_before(segment: &Segment, word: &Word) -> bool {
    let length = segment.text.chars().count();
    word.start_ms.saturating_sub(segment.end_ms) >= PAUSE_MS
        || length >= TOO_LONG_CHARS
        || (length >= LONG_CHARS && segment.text.ends_with(['.', '?', '!', '。', '？', '！']))
}

/// Appends a word, with a space where the script has spaces.
fn push_word(text: &mut String, word: &str) {
    let joined = match (text.chars().next_back(), word.chars().next()) {
        (Some(before), Some(after)) => is_spaceless(before) && is_spaceless(after) || closes(after),
        _ => true,
    };
    if !joined {
        text.push(' ');
    }
    text.push_str(word);
}

/// Scripts that are written without spaces: Han, kana, and their punctuation.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{2ffff}')
}

/// Punctuation that stands at the word before it.
fn closes(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | '?' | '!' | ';' | ':' | '%' | ')' | '。' | '，' | '？' | '！' | '；' | '：' | '、'
    )
}

impl Transcript {
    /// The transcript with the names of those speakers that are known.
    #[must_use]
    pub fn named(mut self, speakers: &Speakers) -> Self {
        for (index, name) in &speakers.names {
            if let Some(speaker) = self.speakers.get_mut(usize::from(*index)) {
                speaker.name = Some(name.clone());
            }
        }
        self
    }

    /// The name or label of a segment's speaker; `None` when speakers were not found.
    pub fn speaker_of(&self, segment: &Segment) -> Option<&str> {
        let speaker = self.speakers.get(usize::from(segment.speaker?))?;
        Some(speaker.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str, start_ms: u32, end_ms: u32) -> Word {
        Word { text: text.to_owned(), start_ms, end_ms, confidence: None }
    }

    fn words(words: Vec<Word>) -> Words {
        let engine = EngineLabel { name: "test".into(), described: "Test".into(), rough: false };
        Words { words, language: "en".into(), engine, turns: None, names: BTreeMap::new() }
    }

    fn turns(turns: &[(u32, u32, u16)]) -> Turns {
        let turns =
            turns.iter().map(|&(start_ms, end_ms, speaker)| Turn { start_ms, end_ms, speaker }).collect();
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
        let names = Speakers { names: [(0, "Ana".to_owned()), (9, "Nobody".to_owned())].into() };
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
}
