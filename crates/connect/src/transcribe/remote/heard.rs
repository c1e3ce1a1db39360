//! What a service says it heard in an upload, before it lies on the recording's time line.

use debrief_core::transcript::Word;

use super::stitch::Said;
use debrief_core::spread::spread;

/// What was heard in one upload; times are milliseconds from its start.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answer {
    /// In the order of the answer.
    pub(super) words: Vec<Said>,
    /// All that was said, when the answer has no times at all.
    pub(super) untimed: Option<String>,
    /// BCP 47.
    pub(super) language: Option<String>,
    /// What the service still keeps of it, to be deleted once the words are stored.
    pub(super) left: Option<String>,
}

/// Turns a service's labels for speakers, of whatever kind, into numbers.
#[derive(Default)]
pub(super) struct Labels(Vec<String>);

impl Labels {
    /// The number of a label.
    pub(super) fn number(&mut self, label: String) -> u16 {
        let place = self.0.iter().position(|known| *known == label).unwrap_or_else(|| {
            self.0.push(label);
            self.0.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }
}

impl Answer {
    /// Adds a word, or a whole sentence whose words share its time.
    pub(super) fn push(
        &mut self,
        text: &str,
        times_ms: (u32, u32),
        speaker: Option<u16>,
        confidence: Option<f32>,
    ) {
        let mut words = Vec::new();
        spread(text, times_ms.0, times_ms.1.max(times_ms.0), &mut words);
        self.words.extend(words.into_iter().map(|word| Said { word: Word { confidence, ..word }, speaker }));
    }
}

/// Seconds, as most services count, in milliseconds.
pub(super) fn ms(seconds: f64) -> u32 {
    // Saturates; not a number is 0.
    (seconds * 1000.0).round() as u32
}

/// `text` shared out over the stretches of voice, by length. Milliseconds.
pub(super) fn over_voice(text: &str, voice: &[(u32, u32)]) -> Vec<Word> {
    let total: u32 = voice.iter().map(|(start, end)| end - start).sum();
    let mut words = Vec::new();
    spread(text, 0, total, &mut words);
    let at = |mut ms: u32, is_end: bool| {
        for (start, end) in voice {
            let length = end - start;
            // A word that ends with a stretch doesn't end where the next one starts.
            if ms < length || (is_end && ms == length) {
                return start + ms;
            }
            ms -= length;
        }
        voice.last().map_or(0, |(_, end)| *end)
    };
    for word in &mut words {
        (word.start_ms, word.end_ms) = (at(word.start_ms, false), at(word.end_ms, true));
        word.end_ms = word.end_ms.max(word.start_ms);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_times_lies_where_there_is_voice() {
        let words = over_voice("aa bb cc dd", &[(1000, 1400), (5000, 5400)]);
        let times: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.start_ms, w.end_ms)).collect();
        assert_eq!(times, [("aa", 1000, 1200), ("bb", 1200, 1400), ("cc", 5000, 5200), ("dd", 5200, 5400)]);
    }

    #[test]
    fn labels_of_any_kind_become_numbers_in_the_order_in_which_they_are_heard() {
        let mut labels = Labels::default();
        let numbers = ["B", "A", "B"].map(|label| labels.number(label.into()));
        assert_eq!(numbers, [0, 1, 0]);
    }
}
