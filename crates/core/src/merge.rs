//! Words and turns → who said what.

use std::collections::BTreeMap;

use crate::transcript::{Segment, Speaker, Transcript, Turn, Turns, Word, Words};

/// A pause of this length between two words starts a new segment.
const PAUSE_MS: u32 = 1_500;
/// A segment longer than this ends at the next sentence's end, …
const LONG_CHARS: usize = 300;
/// … and one longer than this ends at the next word.
const TOO_LONG_CHARS: usize = 600;

/// Words that may go back to the neighbour whose sentence they belong to: so many at a border of turns, …
const STRAY_WORDS: usize = 2;
/// … and so long together.
const STRAY_MS: u32 = 400;
/// How far such a word may lie from a turn of that neighbour: what diarizers place their borders wrongly by.
const NEAR_MS: i64 = 400;
/// A gap of this length ends a sentence, whatever the punctuation says; …
const SENTENCE_GAP_MS: u32 = 400;
/// … and one of this length sets a whole interjection apart: people take a breath before they answer.
const ANSWER_GAP_MS: u32 = 150;

/// Words and turns → who said what.
///
/// Each word goes to the turn that it overlaps most, or else to the nearest one; where turns were found in the sound, a
/// word or two that are cut off from their sentence at a border of turns go back to it. Consecutive words of one speaker become a segment, until a pause
/// or the length ends it. Without turns every segment has no speaker. Speakers are numbered in the order in which they
/// are heard. `duration_ms` is the length of the recording.
pub fn merge(words: &Words, turns: &Turns, duration_ms: u32) -> Transcript {
    let mut order: Vec<u16> = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let owners = owners(&words.words, &turns.turns);
    let owners = match words.turns {
        // Whoever gave the words knew whose they are.
        Some(_) => owners,
        None => smoothed(&words.words, owners, &turns.turns),
    };
    let overlaps = overlapping(&words.words, &turns.turns);
    for ((word, turn_speaker), overlaps) in words.words.iter().zip(owners).zip(overlaps) {
        let speaker = turn_speaker.map(|speaker| number_of(speaker, &mut order));
        match pieces.last_mut() {
            Some(piece) if piece.segment.speaker == speaker && !ends_before(&piece.segment, word) => {
                push_word(&mut piece.segment.text, &word.text);
                piece.segment.end_ms = piece.segment.end_ms.max(word.end_ms);
                piece.take(overlaps);
            }
            _ => pieces.push(Piece::new(speaker, word, overlaps)),
        }
    }
    let speakers = order.iter().enumerate().map(|(place, turn_speaker)| Speaker {
        label: format!("Speaker {}", place + 1),
        name: words.names.get(turn_speaker).cloned(),
        voice: turns.voices.get(turn_speaker).cloned(),
    });
    Transcript {
        speakers: speakers.collect(),
        segments: pieces.into_iter().map(Piece::finish).collect(),
        language: words.language.clone(),
        duration_ms,
        engine: words.engine.clone(),
        diarizer: turns.method.clone(),
    }
}

/// A segment that grows.
struct Piece {
    segment: Segment,
    words: usize,
    overlapping: usize,
}

impl Piece {
    fn new(speaker: Option<u16>, word: &Word, overlaps: bool) -> Self {
        let (start_ms, end_ms, text) = (word.start_ms, word.end_ms, word.text.clone());
        let segment = Segment { speaker, start_ms, end_ms, text, overlap: false };
        Piece { segment, words: 1, overlapping: usize::from(overlaps) }
    }

    fn take(&mut self, overlaps: bool) {
        self.words += 1;
        self.overlapping += usize::from(overlaps);
    }

    fn finish(self) -> Segment {
        Segment { overlap: self.overlapping * 2 > self.words, ..self.segment }
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

/// Gives words back to the sentence that a border of turns cuts them off from. Diarizers place borders some hundred
/// milliseconds wrongly, and a sentence seldom changes its speaker one word before its end.
fn smoothed(words: &[Word], mut owners: Vec<Option<u16>>, turns: &[Turn]) -> Vec<Option<u16>> {
    let mut at = 1;
    while at < words.len() {
        if owners[at - 1] != owners[at] && !ends_sentence(words, at - 1) {
            let strays =
                [interjected(words, &owners, at), behind(words, &owners, at), before(words, &owners, at)];
            let near = |stray: &Stray| is_near(&words[stray.from..stray.to], stray.owner, turns);
            let shortest =
                strays.into_iter().flatten().filter(near).min_by_key(|stray| stray.length_ms(words));
            if let Some(stray) = shortest {
                owners[stray.from..stray.to].fill(stray.owner);
                at = at.max(stray.to);
            }
        }
        at += 1;
    }
    owners
}

/// Words that belong to a neighbour's sentence.
struct Stray {
    from: usize,
    to: usize,
    owner: Option<u16>,
}

impl Stray {
    fn length_ms(&self, words: &[Word]) -> u32 {
        words[self.to - 1].end_ms.saturating_sub(words[self.from].start_ms)
    }

    fn is_short(&self, words: &[Word]) -> bool {
        self.to - self.from <= STRAY_WORDS && self.length_ms(words) <= STRAY_MS
    }
}

/// All that another speaker says from `at` on, when it lies inside one sentence of one speaker. An answer has
/// punctuation of its own or is set apart by gaps, and stays.
fn interjected(words: &[Word], owners: &[Option<u16>], at: usize) -> Option<Stray> {
    let length = owners[at..].iter().take_while(|owner| **owner == owners[at]).take(STRAY_WORDS + 1).count();
    let stray = Stray { from: at, to: at + length, owner: owners[at - 1] };
    let runs_on = |last: usize| gap_ms(words, last) <= ANSWER_GAP_MS && !ends_with_punctuation(&words[last]);
    let same_after = owners.get(stray.to).is_some_and(|owner| *owner == stray.owner);
    let inside = same_after && gap_ms(words, at - 1) <= ANSWER_GAP_MS && runs_on(stray.to - 1);
    (inside && stray.is_short(words)).then_some(stray)
}

/// The end of the sentence before the change at `at`, when its new speaker then goes on with a sentence of their own.
fn behind(words: &[Word], owners: &[Option<u16>], at: usize) -> Option<Stray> {
    let last = (at..words.len().min(at + STRAY_WORDS)).find(|last| ends_sentence(words, *last))?;
    let stray = Stray { from: at, to: last + 1, owner: owners[at - 1] };
    // A whole run is an answer, not the end of somebody else's sentence.
    let goes_on = owners.get(at..last + 2).is_some_and(|run| run.iter().all(|owner| *owner == owners[at]));
    (goes_on && stray.is_short(words)).then_some(stray)
}

/// The start of the sentence that goes on after the change at `at`, when its old speaker ended one before it.
fn before(words: &[Word], owners: &[Option<u16>], at: usize) -> Option<Stray> {
    let from = (at.saturating_sub(STRAY_WORDS)..at)
        .rev()
        .find(|from| *from > 0 && ends_sentence(words, from - 1))?;
    let stray = Stray { from, to: at, owner: owners[at] };
    let came_from = owners[from - 1..at].iter().all(|owner| *owner == owners[at - 1]);
    (came_from && stray.is_short(words)).then_some(stray)
}

/// Whether every one of the words lies at a turn of `owner`.
fn is_near(words: &[Word], owner: Option<u16>, turns: &[Turn]) -> bool {
    let theirs = |turn: &&Turn| Some(turn.speaker) == owner;
    words.iter().all(|word| turns.iter().filter(theirs).any(|turn| closeness(word, turn).0 >= -NEAR_MS))
}

/// Whether a sentence ends after word number `at`.
fn ends_sentence(words: &[Word], at: usize) -> bool {
    ends_with_sentence_sign(&words[at].text) || gap_ms(words, at) >= SENTENCE_GAP_MS
}

/// Milliseconds between word number `at` and the next one; none after the last.
fn gap_ms(words: &[Word], at: usize) -> u32 {
    words.get(at + 1).map_or(u32::MAX, |next| next.start_ms.saturating_sub(words[at].end_ms))
}

fn ends_with_sentence_sign(text: &str) -> bool {
    text.ends_with(['.', '?', '!', '。', '？', '！'])
}

fn ends_with_punctuation(word: &Word) -> bool {
    word.text.chars().next_back().is_some_and(closes)
}

/// For each word whether two or more speakers talk during most of it.
fn overlapping(words: &[Word], turns: &[Turn]) -> Vec<bool> {
    let spans = shared_spans(turns);
    let mut first = 0;
    words
        .iter()
        .map(|word| {
            while spans.get(first).is_some_and(|(_, end_ms)| *end_ms <= word.start_ms) {
                first += 1;
            }
            let reach = spans[first..].iter().take_while(|(start_ms, _)| *start_ms < word.end_ms);
            let shared: u32 = reach
                .map(|(start, end)| end.min(&word.end_ms).saturating_sub(*start.max(&word.start_ms)))
                .sum();
            shared * 2 > word.end_ms.saturating_sub(word.start_ms)
        })
        .collect()
}

/// The stretches in which two or more speakers talk, in order of time, apart from each other.
fn shared_spans(turns: &[Turn]) -> Vec<(u32, u32)> {
    let lasting = turns.iter().filter(|turn| turn.end_ms > turn.start_ms);
    let edges = lasting.flat_map(|t| [(t.end_ms, false, t.speaker), (t.start_ms, true, t.speaker)]);
    let mut edges: Vec<(u32, bool, u16)> = edges.collect();
    edges.sort_unstable();
    // A speaker's own turns may overlap, too.
    let mut talking: BTreeMap<u16, u32> = BTreeMap::new();
    let mut spans = Vec::new();
    let mut since = None;
    for (at_ms, begins, speaker) in edges {
        let open = talking.entry(speaker).or_default();
        *open = if begins { *open + 1 } else { open.saturating_sub(1) };
        let shared = talking.values().filter(|open| **open > 0).count() > 1;
        match since {
            None if shared => since = Some(at_ms),
            Some(start_ms) if !shared => {
                since = None;
                spans.push((start_ms, at_ms));
            }
            None | Some(_) => {}
        }
    }
    spans
}

/// Whether `segment` is complete before `word`.
fn ends_before(segment: &Segment, word: &Word) -> bool {
    let length = segment.text.chars().count();
    word.start_ms.saturating_sub(segment.end_ms) >= PAUSE_MS
        || length >= TOO_LONG_CHARS
        || (length >= LONG_CHARS && ends_with_sentence_sign(&segment.text))
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

#[cfg(test)]
mod tests;
