//! Error rates: of words, of speakers, of times.

use std::collections::BTreeMap;

use debrief_core::transcript::{Turn, Word};

/// Lower-case words without punctuation.
pub fn plain(text: &str) -> Vec<String> {
    let only = |word: &str| word.chars().filter(|c| c.is_alphanumeric() || *c == '\'').collect::<String>();
    text.to_lowercase().split_whitespace().map(only).filter(|word| !word.is_empty()).collect()
}

/// The words' texts, [`plain`], one for each word.
pub fn texts(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| plain(&word.text).concat()).collect()
}

/// How what was heard lies beside what was said.
#[derive(Debug, PartialEq, Eq)]
pub struct Alignment {
    /// Words to put in, to leave out or to change until what was heard is what was said: the fewest.
    pub errors: usize,
    /// Places of equal words, said and heard.
    pub equal: Vec<(usize, usize)>,
}

impl Alignment {
    /// The best of all.
    pub fn of(said: &[String], heard: &[String]) -> Alignment {
        let width = heard.len() + 1;
        // Row after row: the errors between the first words said and the first words heard.
        let mut errors: Vec<usize> = (0..width).collect();
        for (i, word) in said.iter().enumerate() {
            errors.push(i + 1);
            for (j, other) in heard.iter().enumerate() {
                let (above, left) = (errors[i * width + j + 1], errors[(i + 1) * width + j]);
                let changed = errors[i * width + j] + usize::from(word != other);
                errors.push(changed.min(above + 1).min(left + 1));
            }
        }
        let (mut i, mut j) = (said.len(), heard.len());
        let mut equal = Vec::new();
        while i > 0 && j > 0 {
            let here = errors[i * width + j];
            let same = said[i - 1] == heard[j - 1];
            if here == errors[(i - 1) * width + j - 1] + usize::from(!same) {
                (i, j) = (i - 1, j - 1);
                if same {
                    equal.push((i, j));
                }
            } else if here == errors[(i - 1) * width + j] + 1 {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        equal.reverse();
        Alignment { errors: errors[said.len() * width + heard.len()], equal }
    }
}

/// The fewest changes of words from `heard` to `said`, per word said.
pub fn word_error_rate(said: &[Word], heard: &[Word]) -> f64 {
    Alignment::of(&texts(said), &texts(heard)).errors as f64 / said.len() as f64
}

/// How far the words that were heard right lie from their places, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    /// Words heard right; starts and ends both count.
    pub words: usize,
    /// In the middle of all.
    pub median_ms: u32,
    /// Of 100, the 99th.
    pub p99_ms: u32,
    /// The farthest.
    pub largest_ms: u32,
}

/// The errors of the times of equal words; `None` when no word is right.
pub fn lateness(said: &[Word], heard: &[Word]) -> Option<Lateness> {
    let equal = Alignment::of(&texts(said), &texts(heard)).equal;
    let mut errors: Vec<u32> = equal
        .iter()
        .flat_map(|(i, j)| {
            let (said, heard) = (&said[*i], &heard[*j]);
            [said.start_ms.abs_diff(heard.start_ms), said.end_ms.abs_diff(heard.end_ms)]
        })
        .collect();
    errors.sort_unstable();
    let largest_ms = *errors.last()?;
    let (median_ms, p99_ms) = (errors[errors.len() / 2], errors[errors.len() * 99 / 100]);
    Some(Lateness { words: equal.len(), median_ms, p99_ms, largest_ms })
}

/// Time of the turns in which something is wrong, in frames of 10 ms. Overlapping turns count once each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Diarization {
    /// Speech.
    pub speech: usize,
    /// Speech that was not found.
    pub missed: usize,
    /// Found where nobody spoke.
    pub false_alarm: usize,
    /// Given to another speaker.
    pub confused: usize,
}

impl Diarization {
    /// The diarization error rate: everything wrong per speech.
    pub fn error_rate(&self) -> f64 {
        (self.missed + self.false_alarm + self.confused) as f64 / self.speech as f64
    }

    /// Compares with the mapping of speakers that is best for `found`; nothing counts within `collar_ms` of where a
    /// true turn begins or ends.
    pub fn of(truth: &[Turn], found: &[Turn], collar_ms: u32) -> Diarization {
        let length = truth.iter().chain(found).map(|turn| turn.end_ms).max().unwrap_or(0) / FRAME_MS + 1;
        let mut scored = vec![true; length as usize];
        for edge_ms in truth.iter().flat_map(|turn| [turn.start_ms, turn.end_ms]) {
            let last = length.min((edge_ms + collar_ms) / FRAME_MS);
            let first = last.min(edge_ms.saturating_sub(collar_ms) / FRAME_MS);
            scored[first as usize..last as usize].fill(false);
        }
        let (truth, found) = (grid(truth, length), grid(found, length));
        let frames: Vec<_> = truth
            .into_iter()
            .zip(found)
            .zip(scored)
            .filter_map(|(pair, scored)| scored.then_some(pair))
            .collect();
        let mut together: BTreeMap<(u16, u16), usize> = BTreeMap::new();
        let mut result = Diarization::default();
        for (truth, found) in &frames {
            result.speech += truth.len();
            result.missed += truth.len().saturating_sub(found.len());
            result.false_alarm += found.len().saturating_sub(truth.len());
            result.confused += truth.len().min(found.len());
            for pair in truth.iter().flat_map(|t| found.iter().map(move |f| (*t, *f))) {
                *together.entry(pair).or_default() += 1;
            }
        }
        result.confused -= most_together(&together, &mut Vec::new(), None);
        result
    }
}

const FRAME_MS: u32 = 10;

/// Who speaks in each frame.
fn grid(turns: &[Turn], length: u32) -> Vec<Vec<u16>> {
    let mut grid = vec![Vec::new(); length as usize];
    for turn in turns {
        for frame in &mut grid[(turn.start_ms / FRAME_MS) as usize..(turn.end_ms / FRAME_MS) as usize] {
            if !frame.contains(&turn.speaker) {
                frame.push(turn.speaker);
            }
        }
    }
    grid
}

/// Frames that agree under the best mapping of the true speakers after `last` to found ones that are not `taken`.
fn most_together(together: &BTreeMap<(u16, u16), usize>, taken: &mut Vec<u16>, last: Option<u16>) -> usize {
    let after = |(truth, _): &(u16, u16)| last.is_none_or(|last| *truth > last);
    let Some(truth) = together.keys().filter(|pair| after(pair)).map(|(truth, _)| *truth).min() else {
        return 0;
    };
    let mut best = most_together(together, taken, Some(truth));
    let own = together.range((truth, 0)..=(truth, u16::MAX));
    for ((_, found), frames) in own.filter(|((_, found), _)| !taken.contains(found)).collect::<Vec<_>>() {
        taken.push(*found);
        best = best.max(frames + most_together(together, taken, Some(truth)));
        taken.pop();
    }
    best
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]
    use super::*;

    fn errors(said: &str, heard: &str) -> usize {
        Alignment::of(&plain(said), &plain(heard)).errors
    }

    #[test]
    fn word_errors_are_the_fewest_changes() {
        assert_eq!(errors("a b c", "A, b c."), 0);
        assert_eq!(errors("a b c", "a x c"), 1);
        assert_eq!(errors("a b c", "a c"), 1);
        assert_eq!(errors("a b", "x a b"), 1);
        assert_eq!(errors("a b c", ""), 3);
        assert_eq!(errors("we will call the bank", "we will all call a bank"), 2);
    }

    #[test]
    fn equal_words_lie_beside_each_other() {
        let alignment = Alignment::of(&plain("we will call the bank"), &plain("we will all call a bank"));
        assert_eq!(alignment.equal, [(0, 0), (1, 1), (2, 3), (4, 5)]);
    }

    fn word(text: &str, start_ms: u32, end_ms: u32) -> Word {
        Word { text: text.into(), start_ms, end_ms, confidence: None }
    }

    #[test]
    fn only_words_that_are_right_have_a_lateness() {
        let said = [word("call", 100, 300), word("the", 300, 400), word("bank", 400, 700)];
        let heard = [word("call", 110, 320), word("a", 900, 950), word("Bank.", 450, 700)];
        let late = lateness(&said, &heard).unwrap();
        assert_eq!(late, Lateness { words: 2, median_ms: 20, p99_ms: 50, largest_ms: 50 });
        assert_eq!(lateness(&said, &[]), None);
    }

    fn turn(start_ms: u32, end_ms: u32, speaker: u16) -> Turn {
        Turn { start_ms, end_ms, speaker }
    }

    #[test]
    fn missed_false_and_confused_speech_count() {
        let truth = [turn(0, 1000, 0), turn(1000, 2000, 1)];
        let rate = |found: &[Turn]| Diarization::of(&truth, found, 0).error_rate();
        assert_eq!(rate(&[turn(0, 1000, 7), turn(1000, 2000, 0)]), 0.0, "numbers do not matter");
        assert_eq!(rate(&[turn(0, 2000, 0)]), 0.5, "one of two confused");
        assert_eq!(rate(&[turn(0, 1000, 0)]), 0.5, "one of two missed");
        assert_eq!(rate(&[turn(0, 1000, 0), turn(1000, 3000, 1)]), 0.5, "a second of two false");
        let split = Diarization::of(&truth, &[turn(0, 1000, 0), turn(1000, 1300, 0), turn(1300, 2000, 2)], 0);
        assert_eq!(split, Diarization { speech: 200, confused: 30, ..Diarization::default() });
    }

    #[test]
    fn speech_of_two_at_once_counts_twice() {
        let truth = [turn(0, 1000, 0), turn(500, 1000, 1)];
        let found = Diarization::of(&truth, &[turn(0, 1000, 0)], 0);
        assert_eq!(found, Diarization { speech: 150, missed: 50, ..Diarization::default() });
    }

    #[test]
    fn the_edges_of_turns_do_not_count_within_the_collar() {
        let truth = [turn(1000, 3000, 0)];
        let late = [turn(1200, 3200, 0)];
        assert_eq!(Diarization::of(&truth, &late, 250).error_rate(), 0.0);
        assert_eq!(Diarization::of(&truth, &late, 100).error_rate(), 20.0 / 180.0);
    }
}
