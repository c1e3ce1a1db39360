//! Captions → words with times, turns and names.

use std::collections::BTreeMap;

use super::{Captions, Cue, ENGINE, language, names, parse};
use crate::failure::{Failure, FailureCode, Warning};
use crate::page::timecode;
use crate::ports::Attachment;
use crate::spread::{parts, spread_parts};
use crate::transcript::{EngineLabel, Turn, Word, Words};

/// Transcripts may end this much after their recording, in milliseconds: its end is often cut.
const SLACK_MS: u32 = 10_000;
/// Where no end is known, nobody takes longer for a word (or a sign of Chinese) than this, in milliseconds.
const SLOWEST_WORD_MS: u64 = 600;
/// Cues this near to each other, in milliseconds, may show the same words twice.
const TOUCHING_MS: u32 = 300;
/// No more words are compared to find out whether two cues show the same ones.
const SHOWN_AGAIN: usize = 200;
/// A silence in a transcript is told from this length on, in milliseconds, …
const HOLE_MS: u32 = 60_000;
/// … and from this share of the recording on: one part in so many.
const HOLE_SHARE: u32 = 10;

/// What one speaker says in a cue, as words.
struct Spoken {
    speaker: Option<u16>,
    parts: Vec<String>,
}

/// A cue that begins behind the start of the one before it, and ends before the next one begins.
struct Stretch {
    start_ms: u32,
    end_ms: u32,
    spoken: Vec<Spoken>,
}

impl Captions {
    /// Words, turns and names for a recording of that length, in the place of what an engine would give. The words of
    /// a cue share its time by their length. Without any name there are no turns: then voices tell the speakers.
    ///
    /// # Errors
    /// It is the transcript of another recording: it begins or goes on where this one has ended.
    pub fn words(&self, duration_ms: u32) -> Result<Words, Failure> {
        let last_ms = self.cues.iter().map(|cue| cue.start_ms).max().unwrap_or(0);
        if last_ms >= duration_ms.saturating_add(SLACK_MS) {
            return Err(unfit(&self.name, last_ms, duration_ms));
        }
        let mut people = People::default();
        let mut stretches = self.stretches(duration_ms, &mut people);
        show_once(&mut stretches);
        let (mut words, mut turns): (Vec<Word>, Vec<Turn>) = (Vec::new(), Vec::new());
        for stretch in &stretches {
            let all: Vec<String> = stretch.spoken.iter().flat_map(|spoken| spoken.parts.clone()).collect();
            let mut first = words.len();
            spread_parts(&all, stretch.start_ms, stretch.end_ms, &mut words);
            for spoken in &stretch.spoken {
                let own = &words[first..first + spoken.parts.len()];
                first += own.len();
                if let (Some(from), Some(to)) = (own.first(), own.last()) {
                    push_turn(&mut turns, from.start_ms, to.end_ms, people.index(spoken.speaker));
                }
            }
        }
        let language = self.language.clone();
        let texts = self.cues.iter().flat_map(|cue| cue.said.iter().map(|said| said.text.as_str()));
        Ok(Words {
            words,
            language: language.unwrap_or_else(|| language::of(texts)),
            engine: EngineLabel {
                name: ENGINE.to_owned(),
                described: format!("the transcript {}", self.name),
                rough: false,
            },
            turns: (!people.names.is_empty()).then_some(turns),
            names: people.named(),
        })
    }

    /// The cues one after another. People who begin at the same time share it.
    fn stretches(&self, duration_ms: u32, people: &mut People) -> Vec<Stretch> {
        let mut cues: Vec<&Cue> = self.cues.iter().collect();
        cues.sort_by_key(|cue| cue.start_ms);
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut ends: Vec<Option<u32>> = Vec::new();
        for cue in cues {
            let start_ms = cue.start_ms.min(duration_ms);
            let spoken = cue.said.iter().map(|said| Spoken {
                speaker: said.speaker.as_deref().and_then(|name| people.number(name)),
                parts: parts(&said.text),
            });
            match stretches.last_mut().filter(|last| last.start_ms == start_ms) {
                Some(same) => {
                    same.spoken.extend(spoken);
                    if let Some(end) = ends.last_mut() {
                        *end = (*end).max(cue.end_ms);
                    }
                }
                None => {
                    stretches.push(Stretch { start_ms, end_ms: start_ms, spoken: spoken.collect() });
                    ends.push(cue.end_ms);
                }
            }
        }
        let next: Vec<u32> = stretches.iter().skip(1).map(|s| s.start_ms).chain([duration_ms]).collect();
        for ((stretch, end), next) in stretches.iter_mut().zip(ends).zip(next) {
            let count = stretch.spoken.iter().map(|spoken| spoken.parts.len() as u64).sum::<u64>();
            let slowest = u64::from(stretch.start_ms) + count * SLOWEST_WORD_MS;
            let slowest = u32::try_from(slowest).unwrap_or(u32::MAX);
            stretch.end_ms = end.unwrap_or(slowest).min(next).max(stretch.start_ms);
        }
        stretches
    }
}

/// The words of the first transcript among a recording's attachments that fits it; `None` when there is no transcript.
///
/// # Errors
/// There are transcripts, and none of them fits: why the first one doesn't.
pub fn among(attachments: &[Attachment], duration_ms: u32) -> Result<Option<Words>, Failure> {
    let mut unfit = None;
    // What was written in a chat was not said.
    for attachment in attachments.iter().filter(|attachment| attachment.companion().is_none()) {
        let captions = attachment.text.as_deref().and_then(|text| parse(&attachment.name, text).ok());
        match captions.map(|captions| captions.words(duration_ms)) {
            Some(Ok(words)) => return Ok(Some(words)),
            Some(Err(failure)) => unfit = unfit.or(Some(failure)),
            None => {}
        }
    }
    unfit.map_or(Ok(None), Err)
}

/// What to tell of a transcript that was used instead of recognition and says nothing for a long time, at the beginning,
/// at the end or in between: it may be of a part of the recording only.
pub fn hole_warning(words: &Words, duration_ms: u32) -> Option<Warning> {
    let (from_ms, to_ms) = longest_hole(&words.words, duration_ms);
    if to_ms - from_ms < HOLE_MS.max(duration_ms / HOLE_SHARE) {
        return None;
    }
    let (from, to) = (timecode(from_ms), timecode(to_ms));
    let text = format!(
        "From {from} to {to} nobody says anything in {}. If somebody does in the recording, process it again without the transcript, or with a whole one.",
        words.engine.described
    );
    Some(Warning::new("transcript_partial", text))
}

/// The longest time without a word, in milliseconds of the recording.
fn longest_hole(words: &[Word], duration_ms: u32) -> (u32, u32) {
    let (mut longest, mut silent_from) = ((0, 0), 0);
    let starts = words.iter().map(|word| (word.start_ms, word.end_ms));
    for (start_ms, end_ms) in starts.chain([(duration_ms, duration_ms)]) {
        if start_ms.saturating_sub(silent_from) > longest.1 - longest.0 {
            longest = (silent_from, start_ms);
        }
        silent_from = silent_from.max(end_ms);
    }
    longest
}

fn unfit(name: &str, last_ms: u32, duration_ms: u32) -> Failure {
    let (last, end) = (timecode(last_ms), timecode(duration_ms));
    Failure::never(
        FailureCode::TranscriptUnreadable,
        format!(
            "The transcript {name} is of another recording: it goes on at {last}, and this one ends at {end}."
        ),
        "The recording is recognised instead. To use a transcript, process it again with its own.",
    )
}

/// Whoever is named in a transcript, in the order of their first word.
#[derive(Default)]
struct People {
    names: Vec<String>,
}

impl People {
    /// `None` behind the last number that there is.
    fn number(&mut self, name: &str) -> Option<u16> {
        let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        if name.is_empty() {
            return None;
        }
        let place = self.names.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        // The one behind the last stands for everybody without a name.
        u16::try_from(place).ok().filter(|place| *place < u16::MAX)
    }

    /// The speaker's index; one of their own for all without a name.
    fn index(&self, speaker: Option<u16>) -> u16 {
        speaker.unwrap_or_else(|| u16::try_from(self.names.len()).unwrap_or(u16::MAX))
    }

    /// "Speaker 1" is no name.
    fn named(&self) -> BTreeMap<u16, String> {
        let known = (0_u16..).zip(&self.names).filter(|(_, name)| !names::is_label(name));
        known.map(|(place, name)| (place, name.clone())).collect()
    }
}

fn push_turn(turns: &mut Vec<Turn>, start_ms: u32, end_ms: u32, speaker: u16) {
    match turns.last_mut().filter(|last| last.speaker == speaker) {
        Some(last) => last.end_ms = last.end_ms.max(end_ms),
        None => turns.push(Turn { start_ms, end_ms, speaker }),
    }
}

/// Rolling captions show the line before again above the new one, and live ones a sentence again with every word. If
/// that is how the file was made, every word is kept where it first shows.
fn show_once(stretches: &mut Vec<Stretch>) {
    let again: Vec<usize> = stretches.windows(2).map(|pair| shown_again(&pair[0], &pair[1])).collect();
    let rolling = again.iter().filter(|count| **count > 0).count();
    if rolling < 3 || rolling * 3 < again.len() {
        return;
    }
    for (stretch, again) in stretches.iter_mut().skip(1).zip(again) {
        if let Some(spoken) = stretch.spoken.first_mut() {
            spoken.parts.drain(..again);
        }
    }
    stretches.retain(|stretch| stretch.spoken.iter().any(|spoken| !spoken.parts.is_empty()));
}

/// How many words at the end of one cue are those at the beginning of the next.
fn shown_again(before: &Stretch, after: &Stretch) -> usize {
    let ([shown], [now]) = (before.spoken.as_slice(), after.spoken.as_slice()) else { return 0 };
    if after.start_ms > before.end_ms.saturating_add(TOUCHING_MS) || shown.speaker != now.speaker {
        return 0;
    }
    let most = shown.parts.len().min(now.parts.len()).min(SHOWN_AGAIN);
    let same = |count: &usize| shown.parts[shown.parts.len() - count..] == now.parts[..*count];
    // One word may well be said twice.
    (1..=most).rev().find(same).filter(|count| *count > 1 || *count == shown.parts.len()).unwrap_or(0)
}
