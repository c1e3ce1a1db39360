//! The transcript as sentences, each with its time and its speaker.

use std::ops::Range;

use debrief_core::notes::Point;
use debrief_core::transcript::{Segment, Transcript};
use unicode_segmentation::UnicodeSegmentation;

use super::clauses;

/// A recogniser that knows punctuation ends a sentence at least this often, in words.
const WORDS_PER_SENTENCE_END: usize = 60;
/// Segments of one speaker that follow within this time may be parts of one sentence.
const LONGEST_PAUSE_MS: u32 = 2_000;
/// A sentence is never put together from more than this.
const LONGEST_RUN_BYTES: usize = 4_000;

/// What one speaker said in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// A part of the transcript as it stands there.
    pub(super) text: String,
    /// When it begins, in milliseconds.
    pub(super) at_ms: u32,
    /// Who said it.
    pub(super) speaker: Option<u16>,
    /// Whether the whole transcript is without capital letters, so that they are added where it is shown.
    pub(super) caseless: bool,
}

impl Sentence {
    /// As it is shown: without the hesitation in front, beginning with a capital letter.
    pub(super) fn point(&self) -> Point {
        let text = clauses::without_hesitation(&self.text);
        let mut shown = capitalised(text);
        if self.caseless {
            shown = with_capital_i(&shown);
        }
        Point { text: shown, at_ms: self.at_ms, speaker: self.speaker }
    }
}

/// `text` with a capital first letter, where there is one capital letter for it ("ß" has none).
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let upper: Vec<char> = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    if let [first] = upper[..] { format!("{first}{}", chars.as_str()) } else { text.to_owned() }
}

/// English "i" on its own and in "i'll" as a capital letter.
fn with_capital_i(text: &str) -> String {
    let upper = |word: &str| match word.strip_prefix('i') {
        Some(rest) if rest.is_empty() || rest.starts_with(['\'', '\u{2019}', ',', '.', '?']) => {
            format!("I{rest}")
        }
        Some(_) | None => word.to_owned(),
    };
    text.split(' ').map(upper).collect::<Vec<_>>().join(" ")
}

/// The sentences of the transcript in order of time.
pub(super) fn split(transcript: &Transcript) -> Vec<Sentence> {
    let punctuated = is_punctuated(&transcript.segments);
    let caseless = is_caseless(&transcript.segments);
    let mut sentences = Vec::new();
    for run in runs(&transcript.segments, punctuated) {
        let whole = 0..run.text.len();
        let ranges = if punctuated { sentence_ranges(&run.text) } else { Vec::from([whole]) };
        for range in ranges.into_iter().flat_map(|range| clauses::split(&run.text, range, punctuated)) {
            let text = run.text[range.clone()].trim();
            if text.is_empty() {
                continue;
            }
            sentences.push(Sentence {
                text: text.to_owned(),
                at_ms: run.time_at(range.start),
                speaker: run.speaker,
                caseless,
            });
        }
    }
    sentences
}

fn is_punctuated(segments: &[Segment]) -> bool {
    let ends = |s: &Segment| {
        let end = |c: char| matches!(c, '.' | '?' | '!' | '。' | '？' | '！' | '…');
        s.text.chars().filter(|c| end(*c)).count()
    };
    let words = |s: &Segment| {
        let han = s.text.chars().filter(|c| is_han(*c)).count();
        s.text.split_whitespace().count() + han / 2
    };
    let ends: usize = segments.iter().map(ends).sum();
    let words: usize = segments.iter().map(words).sum();
    ends * WORDS_PER_SENTENCE_END >= words
}

fn is_caseless(segments: &[Segment]) -> bool {
    !segments.iter().any(|s| s.text.chars().any(char::is_uppercase))
}

/// Whether `c` is a Chinese character.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Segments of one speaker put together, so that a pause for breath does not cut a sentence in two.
struct Run {
    text: String,
    speaker: Option<u16>,
    /// Where each segment's text lies in `text`, with its start and end in milliseconds.
    spans: Vec<(Range<usize>, u32, u32)>,
}

impl Run {
    fn of(segment: &Segment) -> Self {
        let text = segment.text.trim().to_owned();
        let span = (0..text.len(), segment.start_ms, segment.end_ms);
        Self { text, speaker: segment.speaker, spans: vec![span] }
    }

    fn takes(&self, next: &Segment) -> bool {
        let open = !self.text.ends_with(['.', '?', '!', '。', '？', '！', '…', '"', '”', '」']);
        let ended = self.spans.last().map_or(0, |(_, _, end)| *end);
        open && next.speaker == self.speaker
            && next.start_ms.saturating_sub(ended) <= LONGEST_PAUSE_MS
            && self.text.len() + next.text.len() <= LONGEST_RUN_BYTES
    }

    fn push(&mut self, segment: &Segment) {
        let next = segment.text.trim();
        // Chinese is written without spaces; between Chinese and anything else one is harmless.
        let joined = self.text.ends_with(is_not_spaced) && next.starts_with(is_not_spaced);
        if !joined && !self.text.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(next);
        self.spans.push((start..self.text.len(), segment.start_ms, segment.end_ms));
    }

    /// When the byte at `offset` was said, by its share of its segment's characters.
    fn time_at(&self, offset: usize) -> u32 {
        let span = self.spans.iter().rev().find(|(bytes, ..)| bytes.start <= offset).or(self.spans.first());
        let Some((bytes, start_ms, end_ms)) = span else { return 0 };
        let chars = |range: Range<usize>| self.text[range].chars().count() as u64;
        let (before, all) =
            (chars(bytes.start..offset.clamp(bytes.start, bytes.end)), chars(bytes.clone()).max(1));
        let length = u64::from(end_ms.saturating_sub(*start_ms));
        start_ms
            + u32::try_from(length * before / all).expect("a part of a segment is no longer than the segment")
    }
}

fn is_not_spaced(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

fn runs(segments: &[Segment], punctuated: bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for segment in segments {
        match runs.last_mut() {
            // Without punctuation a pause is the best sign of an end.
            Some(run) if punctuated && run.takes(segment) => run.push(segment),
            Some(_) | None => runs.push(Run::of(segment)),
        }
    }
    runs
}

/// Words that end with a dot inside a sentence.
const ABBREVIATIONS: [&str; 16] = [
    "mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "vs.", "no.", "e.g.", "i.e.", "etc.", "approx.", "inc.",
    "ltd.", "jr.", "sr.",
];

fn sentence_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (start, piece) in text.split_sentence_bound_indices() {
        let end = start + piece.len();
        match ranges.last_mut() {
            Some(last) if open => last.end = end,
            Some(_) | None => ranges.push(start..end),
        }
        let last_word = piece.split_whitespace().last().unwrap_or_default().to_lowercase();
        open = ABBREVIATIONS.contains(&last_word.as_str());
    }
    ranges
}
