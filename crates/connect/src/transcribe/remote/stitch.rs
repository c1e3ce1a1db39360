//! Pieces of a recording that were heard apart, as one: words at the cuts neither lost nor doubled.
//!
//! Neighbours share a stretch. What both heard there is found by text and time; the words before the match nearest to the
//! stretch's middle come from the earlier piece, the words after it from the later one. So a word that an edge cut in half
//! is always taken from the piece that heard it whole.
//!
//! A service numbers the speakers of each piece anew. A speaker of the later piece is the one of the earlier pieces that
//! talks at the same time in the shared stretch; whoever says nothing there gets a new number.

use std::collections::BTreeMap;

use debrief_core::transcript::{Turn, Word};
use serde::{Deserialize, Serialize};

/// How far apart two pieces may place the same word, in milliseconds: the second when the first finds nothing.
const APART_MS: [u32; 2] = [500, 2_500];
/// Words at either side of a cut that are compared when there are no times to go by.
const UNTIMED_WORDS: usize = 60;
/// Words in a row that are enough for a match without times; fewer recur by chance.
const UNTIMED_RUN: usize = 3;
/// A word that comes this near to an edge may be half a word, in milliseconds.
const EDGE_MS: u32 = 200;
/// Silence within a turn, in milliseconds.
const TURN_PAUSE_MS: u32 = 1_500;

/// A word and who said it, by the piece's own numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Said {
    /// On the recording's time line.
    pub(super) word: Word,
    /// When the service tells speakers apart.
    pub(super) speaker: Option<u16>,
}

impl Said {
    fn middle(&self) -> u32 {
        self.word.start_ms.midpoint(self.word.end_ms)
    }
}

/// What was heard in one piece of the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// Start in milliseconds.
    pub(super) start_ms: u32,
    /// End in milliseconds.
    pub(super) end_ms: u32,
    /// In order of time.
    pub(super) words: Vec<Said>,
    /// Whether the times of the words are the service's own.
    pub(super) timed: bool,
    /// The language that the service found, BCP 47.
    pub(super) language: Option<String>,
}

/// All pieces, in order of time, as one. `None` when there are none.
pub(super) fn stitch(pieces: Vec<Piece>) -> Option<Piece> {
    pieces.into_iter().reduce(join)
}

/// The turns that the words make: `None` when nobody told speakers apart. The first speaker heard is 0.
pub(super) fn turns(words: &[Said]) -> Option<Vec<Turn>> {
    let mut order = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    for said in words {
        let Some(speaker) = said.speaker else { continue };
        let place = order.iter().position(|known| *known == speaker).unwrap_or_else(|| {
            order.push(speaker);
            order.len() - 1
        });
        let speaker = u16::try_from(place).unwrap_or(u16::MAX);
        let (start_ms, end_ms) = (said.word.start_ms, said.word.end_ms);
        match turns.last_mut() {
            Some(turn) if turn.speaker == speaker && start_ms <= turn.end_ms + TURN_PAUSE_MS => {
                turn.end_ms = turn.end_ms.max(end_ms);
            }
            Some(_) | None => turns.push(Turn { start_ms, end_ms, speaker }),
        }
    }
    (!turns.is_empty()).then_some(turns)
}

fn join(mut earlier: Piece, mut later: Piece) -> Piece {
    let Seam { upto, from, is_met } = seam(&earlier, &later);
    let names = same_speakers(&earlier, &later);
    for said in &mut later.words {
        said.speaker = said.speaker.map(|speaker| names[&speaker]);
    }
    earlier.words.truncate(upto);
    later.words.drain(..from);
    if is_met {
        // The pieces may place the same word seconds apart, above all where times are estimates. What is said after the seam
        // was said later, whatever its times say.
        let from_ms = earlier.words.last().map_or(0, |last| last.word.start_ms);
        for Said { word, .. } in &mut later.words {
            word.start_ms = word.start_ms.max(from_ms);
            word.end_ms = word.end_ms.max(word.start_ms);
        }
    }
    earlier.words.append(&mut later.words);
    // Where each piece heard something else, it lies in between.
    earlier.words.sort_by_key(|said| said.word.start_ms);
    Piece {
        start_ms: earlier.start_ms,
        end_ms: later.end_ms.max(earlier.end_ms),
        words: earlier.words,
        timed: earlier.timed && later.timed,
        language: earlier.language.or(later.language),
    }
}

/// Where two pieces are put together.
struct Seam {
    /// How many words of the earlier piece stay.
    upto: usize,
    /// The first word of the later piece that stays.
    from: usize,
    /// Whether both heard the same there: then what stays of the later piece goes on where the earlier one ends.
    is_met: bool,
}

/// The place in the stretch in common that both pieces heard best.
fn seam(earlier: &Piece, later: &Piece) -> Seam {
    let met = |(upto, from)| Seam { upto, from, is_met: true };
    let unmet = |upto, from| Seam { upto, from, is_met: false };
    let middle = later.start_ms.midpoint(earlier.end_ms);
    if later.start_ms >= earlier.end_ms {
        return unmet(earlier.words.len(), 0);
    }
    if !(earlier.timed && later.timed) {
        let by_time = |piece: &Piece| piece.words.partition_point(|said| said.middle() <= middle);
        return untimed_seam(earlier, later).map_or_else(|| unmet(by_time(earlier), by_time(later)), met);
    }
    let by_text = APART_MS.iter().find_map(|apart| {
        nearest(earlier, later, middle, *apart, |a, b| {
            let gap = a.middle().abs_diff(b.middle());
            (plain(&a.word.text) == plain(&b.word.text)).then_some(1.0 - f64::from(gap) / f64::from(*apart))
        })
    });
    // The same place, heard differently.
    let by_place = || nearest(earlier, later, middle, APART_MS[0], shared_time);
    let Some((a, b)) = by_text.or_else(by_place) else {
        // Nothing was heard by both: all of it counts, but for what an edge may have cut.
        let upto = earlier.words.partition_point(|said| said.word.end_ms + EDGE_MS < earlier.end_ms);
        let from = later.words.partition_point(|said| said.word.start_ms <= later.start_ms + EDGE_MS);
        return unmet(upto, from);
    };
    // The word itself comes from the piece whose edge is farther away.
    met(if earlier.words[a].middle() <= middle { (a + 1, b + 1) } else { (a, b) })
}

/// The part of the shorter word that both have in common, when it is more than half of it.
fn shared_time(a: &Said, b: &Said) -> Option<f64> {
    let start = a.word.start_ms.max(b.word.start_ms);
    let end = a.word.end_ms.min(b.word.end_ms);
    let shortest = (a.word.end_ms - a.word.start_ms).min(b.word.end_ms - b.word.start_ms).max(1);
    let share = f64::from(end.saturating_sub(start)) / f64::from(shortest);
    (share > 0.5).then_some(share)
}

/// The pair of words that are the same, nearest to the middle, in the best alignment of the shared stretch.
fn nearest(
    earlier: &Piece,
    later: &Piece,
    middle: u32,
    apart: u32,
    likeness: impl Fn(&Said, &Said) -> Option<f64>,
) -> Option<(usize, usize)> {
    let first = earlier.words.partition_point(|said| said.middle() + apart < later.start_ms);
    let last = later.words.partition_point(|said| said.middle() <= earlier.end_ms + apart);
    let pairs = align(&earlier.words[first..], &later.words[..last], likeness);
    let pairs = pairs.into_iter().map(|(a, b)| (a + first, b));
    pairs.min_by_key(|(a, b)| {
        earlier.words[*a].middle().abs_diff(middle) + later.words[*b].middle().abs_diff(middle)
    })
}

/// The pairs of the most likely alignment, in order: the greatest sum of likenesses, each word at most once.
fn align(a: &[Said], b: &[Said], likeness: impl Fn(&Said, &Said) -> Option<f64>) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut best = vec![0.0_f64; (a.len() + 1) * width];
    let like = |i: usize, j: usize| likeness(&a[i], &b[j]).filter(|like| *like > 0.0);
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let without = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let with = like(i, j).map_or(0.0, |like| like + best[(i + 1) * width + j + 1]);
            best[i * width + j] = without.max(with);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < a.len() && j < b.len() {
        let here = best[i * width + j];
        if here <= 0.0 {
            break;
        }
        if here == best[(i + 1) * width + j] {
            i += 1;
        } else if here == best[i * width + j + 1] {
            j += 1;
        } else {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        }
    }
    pairs
}

/// Without times: in the middle of the run of words that the end of one and the start of the other have in common, the longest
/// and the nearest to the edges.
fn untimed_seam(earlier: &Piece, later: &Piece) -> Option<(usize, usize)> {
    let first = earlier.words.len().saturating_sub(UNTIMED_WORDS);
    let text = |said: &Said| plain(&said.word.text);
    let a: Vec<String> = earlier.words[first..].iter().map(text).collect();
    let b: Vec<String> = later.words.iter().take(UNTIMED_WORDS).map(text).collect();
    let mut runs = vec![0_usize; b.len() + 1];
    let mut best: Option<(usize, usize, usize)> = None;
    for (i, left) in a.iter().enumerate() {
        for j in (0..b.len()).rev() {
            runs[j + 1] = if *left == b[j] { runs[j] + 1 } else { 0 };
            let run = runs[j + 1];
            let beside = (a.len() - (i + 1)) + (j + 1 - run);
            // Both pieces have heard what lies between a match and the edges. Where that is much more than the match, of a few
            // words that people say again and again, the match is one by chance, and all of it would be lost.
            let Some(worth) = (run * run).checked_sub(beside) else { continue };
            if run >= UNTIMED_RUN && best.is_none_or(|(most, ..)| worth > most) {
                best = Some((worth, first + i + 1 - run / 2, j + 1 - run / 2));
            }
        }
    }
    best.map(|(_, upto, from)| (upto, from))
}

/// A word without case and punctuation. A word of nothing else stays as it is.
fn plain(text: &str) -> String {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if letters.is_empty() { text.to_owned() } else { letters }
}

/// The number, among the speakers of the earlier pieces, of each speaker of the later one.
fn same_speakers(earlier: &Piece, later: &Piece) -> BTreeMap<u16, u16> {
    let mut together: BTreeMap<(u16, u16), u32> = BTreeMap::new();
    let start = earlier.words.partition_point(|said| said.word.end_ms <= later.start_ms);
    for a in &earlier.words[start..] {
        for b in later.words.iter().take_while(|b| b.word.start_ms < earlier.end_ms) {
            let (Some(one), Some(other)) = (a.speaker, b.speaker) else { continue };
            let from = a.word.start_ms.max(b.word.start_ms);
            let shared = a.word.end_ms.min(b.word.end_ms).saturating_sub(from);
            if shared > 0 {
                *together.entry((other, one)).or_default() += shared;
            }
        }
    }
    let mut likely: Vec<((u16, u16), u32)> = together.into_iter().collect();
    likely.sort_by_key(|(_, shared)| std::cmp::Reverse(*shared));
    let mut names = BTreeMap::new();
    for ((other, one), _) in likely {
        if !names.contains_key(&other) && !names.values().any(|taken| *taken == one) {
            names.insert(other, one);
        }
    }
    let next = earlier.words.iter().filter_map(|said| said.speaker).max();
    let mut next = next.map_or(0, |last| last.saturating_add(1));
    for speaker in later.words.iter().filter_map(|said| said.speaker) {
        names.entry(speaker).or_insert_with(|| {
            let number = next;
            next = next.saturating_add(1);
            number
        });
    }
    names
}

#[cfg(test)]
#[path = "stitch_tests.rs"]
mod tests;
