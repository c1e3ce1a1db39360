//! What a conversation itself says about names: who introduces themselves, and who is addressed before or after they talk.
//!
//! Whoever is only talked about is nobody here.

use std::collections::BTreeMap;

use debrief_core::transcript::{NameSource, Segment, Transcript};

use super::chinese;
use super::english::English;
use super::roster::{Found, Roster};
use super::votes::Vote;

/// An answer after a longer silence, in milliseconds, need not be one.
const ANSWERS_WITHIN_MS: u32 = 20_000;
/// Words that are quoted as evidence, in characters.
const QUOTE_CHARS: usize = 160;
/// A name that is only similar to a known one counts so much.
const SIMILAR: f64 = 0.8;
/// Speaking of somebody, and calling somebody, are signs of being another one.
const MENTIONED: f64 = -0.5;
const CALLED: f64 = -1.5;

/// The least that calls somebody by name, and what it counts besides when both do.
const CALLS: f64 = 0.8;
const MUTUALLY: f64 = 1.0;

/// Whom a name in a sentence is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// Whoever speaks.
    Myself,
    /// Whoever spoke before.
    Previous,
    /// Whoever is to speak.
    Next,
    /// Somebody in the room; where two talk, the other one.
    Somebody,
    /// Anybody else.
    Other,
}

/// A name in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    /// As it is spoken.
    pub(super) name: String,
    pub(super) of: Of,
    pub(super) weight: f64,
}

/// A sentence, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sentence<'a> {
    pub(super) text: &'a str,
    /// What was said before it in the same segment.
    pub(super) before: &'a str,
    /// Whether it is among the first two of a turn.
    pub(super) opens: bool,
    /// Whether it is among the last two of a turn.
    pub(super) closes: bool,
    /// Whether it is all that is said in a turn.
    pub(super) alone: bool,
}

/// Votes of the whole conversation. People who introduce themselves join the roster.
pub(super) fn votes(transcript: &Transcript, roster: &mut Roster) -> Vec<Vote> {
    let english = English::of(transcript);
    let turns = turns(&transcript.segments);
    introduce(transcript, english, roster);
    let mut votes = Vec::new();
    let pair = transcript.speakers.len() == 2;
    for (turn, at) in turns.iter().zip(0..) {
        let first_of_turn = votes.len();
        for segment in turn.clone() {
            let said = &transcript.segments[segment];
            let Some(speaker) = said.speaker else { continue };
            let (first, last) = (segment == turn.start, segment + 1 == turn.end);
            for sentence in sentences(said, first, last) {
                for (person, (of, weight)) in named(english, &sentence, roster) {
                    let mut vote = |speaker: u16, weight: f64, kind| {
                        let quote = shortened(sentence.text);
                        votes.push(Vote { speaker, person, weight, segment, quote, kind });
                    };
                    if of == Of::Myself {
                        vote(speaker, weight, NameSource::Introduction);
                        continue;
                    }
                    vote(speaker, if of == Of::Other { MENTIONED } else { CALLED }, NameSource::Addressed);
                    let neighbour = match of {
                        Of::Previous => neighbour(transcript, &turns, at, false),
                        Of::Next => neighbour(transcript, &turns, at, true),
                        Of::Somebody | Of::Other | Of::Myself => None,
                    };
                    let other = || (0..2).find(|other| *other != speaker).filter(|_| pair && of != Of::Other);
                    if let Some(target) = other().or(neighbour) {
                        vote(target, weight, NameSource::Addressed);
                    }
                }
            }
        }
        // "Ana, are you there? Ana?" calls once.
        let mut of_turn: BTreeMap<(u16, usize, bool), Vote> = BTreeMap::new();
        for vote in votes.drain(first_of_turn..) {
            let place = (vote.speaker, vote.person, vote.weight < 0.0);
            match of_turn.get(&place) {
                Some(kept) if kept.weight.abs() >= vote.weight.abs() => {}
                _ => drop(of_turn.insert(place, vote)),
            }
        }
        votes.extend(of_turn.into_values());
    }
    let mutual = mutual(transcript, &votes);
    votes.extend(mutual);
    votes
}

/// Adds those who introduce themselves to the roster: who does so late was perhaps addressed early.
fn introduce(transcript: &Transcript, english: &English, roster: &mut Roster) {
    let mut introduced: Vec<(Option<u16>, String, bool)> = Vec::new();
    let mut called: Vec<(Option<u16>, String)> = Vec::new();
    for segment in &transcript.segments {
        for sentence in sentences(segment, false, false) {
            let chinese = chinese::introduced(&sentence).into_iter().map(|name| (name, true));
            let names = english.introduced(&sentence).into_iter().chain(chinese);
            introduced.extend(names.map(|(name, is_clear)| (segment.speaker, name, is_clear)));
            called.extend(english.called(&sentence).into_iter().map(|name| (segment.speaker, name)));
        }
    }
    for (speaker, name, is_clear) in &introduced {
        // "I'm Amara" alone may be anything with a capital; somebody else calls a person so.
        let is_called = || called.iter().any(|(by, other)| by != speaker && other == name);
        let is_new = resolve(roster, name).is_none() && matches!(roster.find(name), Found::Nobody);
        if is_new && (*is_clear || is_called()) {
            roster.add(name);
        }
    }
}

/// Two who call each other by name bear out each other's: one vote more for both.
fn mutual(transcript: &Transcript, votes: &[Vote]) -> Vec<Vote> {
    let by = |vote: &Vote| transcript.segments.get(vote.segment).and_then(|segment| segment.speaker);
    // Who calls whom what; a greeting alone is too little.
    let mut called: BTreeMap<(u16, u16), &Vote> = BTreeMap::new();
    for vote in votes.iter().filter(|vote| vote.kind == NameSource::Addressed && vote.weight >= CALLS) {
        if let Some(caller) = by(vote).filter(|caller| *caller != vote.speaker) {
            called.entry((caller, vote.speaker)).or_insert(vote);
        }
    }
    let answered = |((caller, addressed), vote): (&(u16, u16), &&Vote)| {
        let back = called.get(&(*addressed, *caller))?;
        (back.person != vote.person).then(|| Vote { weight: MUTUALLY, ..(*vote).clone() })
    };
    called.iter().filter_map(answered).collect()
}

/// Who is named in a sentence: each person once, as it says most.
fn named(english: &English, sentence: &Sentence<'_>, roster: &Roster) -> BTreeMap<usize, (Of, f64)> {
    let mut found: BTreeMap<usize, (Of, f64)> = BTreeMap::new();
    let all = english.named(sentence).into_iter().chain(chinese::named(sentence, roster));
    for Named { name, of, weight } in all {
        let Some((person, exact)) = resolve(roster, &name) else { continue };
        // A mention must be of that very name.
        if of == Of::Other && !exact {
            continue;
        }
        let weight = if exact { weight } else { weight * SIMILAR };
        let entry = found.entry(person).or_insert((of, weight));
        if weight > entry.1 {
            *entry = (of, weight);
        }
    }
    found
}

/// The person of a spoken name, or of its first word.
fn resolve(roster: &Roster, name: &str) -> Option<(usize, bool)> {
    let first = name.split_whitespace().next()?;
    match (roster.find(name), name == first) {
        (Found::One { person, exact }, _) => Some((person, exact)),
        (Found::Nobody, false) => match roster.find(first) {
            Found::One { person, exact } => Some((person, exact)),
            Found::Several | Found::Nobody => None,
        },
        (Found::Several, _) | (Found::Nobody, true) => None,
    }
}

/// Runs of segments of one speaker.
fn turns(segments: &[Segment]) -> Vec<std::ops::Range<usize>> {
    let mut turns: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        match turns.last_mut() {
            Some(turn) if segments[turn.start].speaker == segment.speaker => turn.end = at + 1,
            _ => turns.push(at..at + 1),
        }
    }
    turns
}

/// Who speaks in the turn before or after, if it follows at once.
fn neighbour(
    transcript: &Transcript,
    turns: &[std::ops::Range<usize>],
    at: usize,
    after: bool,
) -> Option<u16> {
    let (earlier, later) = if after { (at, at + 1) } else { (at.checked_sub(1)?, at) };
    let (earlier, later) = (turns.get(earlier)?, turns.get(later)?);
    let ended_ms = transcript.segments[earlier.clone()].iter().map(|segment| segment.end_ms).max()?;
    let soon = transcript.segments[later.start].start_ms <= ended_ms.saturating_add(ANSWERS_WITHIN_MS);
    transcript.segments[if after { later.start } else { earlier.start }].speaker.filter(|_| soon)
}

/// The sentences of a segment that is the first or last of its turn, or both.
fn sentences(segment: &Segment, first: bool, last: bool) -> Vec<Sentence<'_>> {
    let text = segment.text.as_str();
    let mut ends: Vec<usize> = text
        .char_indices()
        .filter(|(at, sign)| match sign {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => {
                let end = at + sign.len_utf8();
                let titled =
                    ["Mr", "Ms", "Mrs", "Dr", "Prof"].iter().any(|title| text[..*at].ends_with(title));
                !titled
                    && text[end..]
                        .chars()
                        .next()
                        .is_none_or(|next| next.is_whitespace() || "\"”’」』".contains(next))
            }
            _ => false, // Every other sign goes on.
        })
        .map(|(at, sign)| at + sign.len_utf8())
        .collect();
    if ends.last() != Some(&text.len()) {
        ends.push(text.len());
    }
    let mut from = 0;
    let mut found: Vec<(usize, &str)> = Vec::new();
    for end in ends {
        let sentence = text[from..end].trim();
        if sentence.contains(char::is_alphanumeric) {
            found.push((from, sentence));
        }
        from = end;
    }
    let count = found.len();
    let sentence = |(number, (from, text)): (usize, (usize, &'_ str))| (number, from, text.len());
    let places: Vec<(usize, usize, usize)> = found.into_iter().enumerate().map(sentence).collect();
    places
        .into_iter()
        .map(|(number, from, length)| {
            let start = from + (text[from..].len() - text[from..].trim_start().len());
            Sentence {
                text: &text[start..start + length],
                before: &text[..start],
                opens: first && number < 2,
                closes: last && number + 2 >= count,
                alone: first && last && count == 1,
            }
        })
        .collect()
}

/// Whether what follows `before` is inside quotation marks.
pub(super) fn is_quoted(before: &str) -> bool {
    let count = |signs: &[char]| before.chars().filter(|sign| signs.contains(sign)).count();
    count(&['“', '「', '『']) > count(&['”', '」', '』']) || count(&['"']) % 2 == 1
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
