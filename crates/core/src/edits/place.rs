//! Anchors: what a correction is about, found again in another transcript of the same recording.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::transcript::{Segment, Transcript};

/// Stretches by which a speaker is known again: their longest ones.
const SPANS_KEPT: usize = 12;
/// Two stretches that share this much, in percent of what they cover together, are the same.
const SAME_SHARE: u64 = 80;

/// A stretch of the recording, both ends included, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Start.
    pub start_ms: u32,
    /// End, never before the start.
    pub end_ms: u32,
}

impl Span {
    fn of(segment: &Segment) -> Span {
        Span { start_ms: segment.start_ms, end_ms: segment.end_ms }
    }

    fn length(self) -> u64 {
        (u64::from(self.end_ms) + 1).saturating_sub(u64::from(self.start_ms))
    }

    fn shared(self, other: Span) -> u64 {
        let (start, end) = (self.start_ms.max(other.start_ms), self.end_ms.min(other.end_ms));
        Span { start_ms: start, end_ms: end }.length()
    }

    /// What both share, in percent of what they cover together.
    fn likeness(self, other: Span) -> u64 {
        let shared = self.shared(other);
        shared * 100 / (self.length() + other.length()).saturating_sub(shared).max(1)
    }
}

/// A speaker, known by what they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardSpeaker {
    /// The label that they had.
    pub label: String,
    /// When they talk: their longest stretches, in order of time.
    pub spans: Vec<Span>,
}

impl HeardSpeaker {
    /// Speaker number `index` of `made`.
    pub(super) fn of(made: &Transcript, index: u16) -> HeardSpeaker {
        let theirs = made.segments.iter().filter(|segment| segment.speaker == Some(index));
        let mut spans: Vec<Span> = theirs.map(Span::of).collect();
        spans.sort_by_key(|span| (Reverse(span.length()), *span));
        spans.truncate(SPANS_KEPT);
        spans.sort();
        let label = made.speakers.get(usize::from(index)).map(|speaker| speaker.label.clone());
        HeardSpeaker { label: label.unwrap_or_default(), spans }
    }

    /// Whoever talks during more than half of these stretches; of several who do, the one who talks most.
    pub(super) fn find(&self, made: &Transcript) -> Option<u16> {
        let mut talks: Vec<u64> = vec![0; made.speakers.len()];
        for segment in &made.segments {
            let talk = segment.speaker.and_then(|speaker| talks.get_mut(usize::from(speaker)));
            if let Some(talk) = talk {
                *talk += self.spans.iter().map(|span| span.shared(Span::of(segment))).sum::<u64>();
            }
        }
        let whole: u64 = self.spans.iter().map(|span| span.length()).sum();
        let labelled = |index: usize| made.speakers[index].label == self.label;
        let enough = talks.iter().enumerate().filter(|(_, talk)| **talk * 2 > whole);
        let most = enough.max_by_key(|(index, talk)| (**talk, labelled(*index), Reverse(*index)));
        most.and_then(|(index, _)| u16::try_from(index).ok())
    }
}

/// A segment as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Start in milliseconds.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
    /// The words that were made of it.
    pub text: String,
}

impl Place {
    /// Where `segment` is.
    pub(super) fn of(segment: &Segment) -> Place {
        Place { start_ms: segment.start_ms, end_ms: segment.end_ms, text: segment.text.clone() }
    }

    fn span(&self) -> Span {
        Span { start_ms: self.start_ms, end_ms: self.end_ms }
    }

    fn is(&self, segment: &Segment) -> bool {
        *self == Place::of(segment)
    }

    /// The segments that say what was said here: the very one, or else those that lie in here for the most part and have
    /// words of it.
    pub(super) fn all_in(&self, made: &Transcript) -> Vec<usize> {
        let numbered = || made.segments.iter().enumerate();
        if let Some((number, _)) = numbered().find(|(_, segment)| self.is(segment)) {
            return vec![number];
        }
        let inside = |segment: &Segment| {
            let span = Span::of(segment);
            self.span().shared(span) * 2 > span.length() && shares_words(&self.text, &segment.text)
        };
        numbered().filter(|(_, segment)| inside(segment)).map(|(number, _)| number).collect()
    }

    /// The segment with these words, none of those `taken`.
    pub(super) fn with_its_words(&self, made: &Transcript, taken: &BTreeSet<usize>) -> Option<usize> {
        let free = || free(made, taken);
        let very = free().find(|(_, segment)| self.is(segment));
        let said = without_spaces(&self.text);
        let same = || free().filter(|(_, s)| self.is_during(s) && without_spaces(&s.text) == said);
        very.or_else(|| same().max_by_key(|one| self.likeness(one))).map(|(number, _)| number)
    }

    /// The segment at this time, whatever was made of it; none of those `taken`.
    pub(super) fn at_its_time(&self, made: &Transcript, taken: &BTreeSet<usize>) -> Option<usize> {
        let same = free(made, taken).filter(|one| self.likeness(one).0 >= SAME_SHARE);
        same.max_by_key(|one| self.likeness(one)).map(|(number, _)| number)
    }

    /// The longer segment that has these words among its own; none of those `taken`.
    pub(super) fn inside_one_of(&self, made: &Transcript, taken: &BTreeSet<usize>) -> Option<usize> {
        let holds = |segment: &Segment| self.is_during(segment) && segment.text.contains(&self.text);
        let found = free(made, taken).find(|(_, segment)| holds(segment)).filter(|_| !self.text.is_empty());
        found.map(|(number, _)| number)
    }

    fn is_during(&self, segment: &Segment) -> bool {
        self.span().shared(Span::of(segment)) > 0
    }

    /// Of several that are as like, the first one is meant.
    fn likeness(&self, (number, segment): &(usize, &Segment)) -> (u64, Reverse<usize>) {
        (self.span().likeness(Span::of(segment)), Reverse(*number))
    }
}

fn free<'t>(made: &'t Transcript, taken: &BTreeSet<usize>) -> impl Iterator<Item = (usize, &'t Segment)> {
    made.segments.iter().enumerate().filter(|(number, _)| !taken.contains(number))
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Whether at least half of the words of `text` are among those of `whole`.
pub(super) fn shares_words(whole: &str, text: &str) -> bool {
    let (known, said) = (words(whole), words(text));
    let shared = said.iter().filter(|word| known.contains(word)).count();
    shared * 2 >= said.len()
}

/// Words in lower case, and of scripts without spaces every character.
pub(super) fn words(text: &str) -> Vec<String> {
    use unicode_segmentation::UnicodeSegmentation as _;
    text.unicode_words().map(str::to_lowercase).collect()
}
