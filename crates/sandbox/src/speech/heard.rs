//! What a service makes of a sound: words with speakers, and utterances.

use super::SpeechService;
use super::decode::Sound;
use super::state::Spoken;
use crate::seen::SeenSound;
use crate::world::World;

/// A word with the number of its speaker in this upload.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    /// From 0, in the order in which they are heard first: an upload knows nothing of the one before it.
    pub(super) speaker: usize,
}

/// A sound, understood.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) duration_ms: u64,
    pub(super) words: Vec<Word>,
}

impl World {
    /// The words in a sound: those that are heard, or else the ones that a test set. Notes them for request `number`.
    pub(super) fn understand(&mut self, service: SpeechService, number: u64, sound: &Sound) -> Heard {
        let mut spoken: Vec<Spoken> = sound.words.iter().map(Spoken::from).collect();
        if spoken.is_empty() {
            spoken = self.speech.next_words(service);
        }
        self.note_sound(number, sound, spoken.len());
        Heard { duration_ms: sound.duration_ms, words: numbered(spoken) }
    }

    pub(super) fn note_sound(&mut self, number: u64, sound: &Sound, words: usize) {
        if let Some(seen) = self.requests.get_mut(number) {
            let words = u32::try_from(words).unwrap_or(u32::MAX);
            let (size_bytes, duration_ms) = (sound.size_bytes, sound.duration_ms);
            seen.sound = Some(SeenSound { size_bytes, duration_ms, words });
        }
    }

    /// Notes what a request says besides its sound.
    pub(super) fn note_fields(&mut self, number: u64, fields: Vec<(String, String)>) {
        if let Some(seen) = self.requests.get_mut(number) {
            seen.fields = fields;
        }
    }
}

impl Heard {
    pub(super) fn text(&self) -> String {
        text(&self.words)
    }

    /// Consecutive words of one speaker.
    pub(super) fn turns(&self) -> impl Iterator<Item = &[Word]> {
        self.words.chunk_by(|word, next| word.speaker == next.speaker)
    }

    /// Consecutive words without a pause longer than `pause_ms`.
    pub(super) fn segments(&self, pause_ms: u64) -> impl Iterator<Item = &[Word]> {
        self.words.chunk_by(move |word, next| next.start_ms.saturating_sub(word.end_ms) <= pause_ms)
    }
}

/// A word whose speaker nobody knows is of the one before it.
fn numbered(spoken: Vec<Spoken>) -> Vec<Word> {
    let mut speakers = Vec::new();
    let mut speaker = 0;
    let words = spoken.into_iter().map(|word| {
        if let Some(name) = word.speaker {
            speaker = speakers.iter().position(|known| *known == name).unwrap_or_else(|| {
                speakers.push(name);
                speakers.len() - 1
            });
        }
        Word { text: word.text, start_ms: word.start_ms, end_ms: word.end_ms, speaker }
    });
    words.collect()
}

pub(super) fn text(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Where some words begin and end.
pub(super) fn span_ms(words: &[Word]) -> (u64, u64) {
    let ends = words.first().zip(words.last());
    ends.map_or((0, 0), |(first, last)| (first.start_ms, last.end_ms))
}

pub(super) fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// A, B, C, … as OpenAI and AssemblyAI name speakers.
pub(super) fn letter(speaker: usize) -> String {
    char::from_u32('A' as u32 + u32::try_from(speaker % 26).unwrap_or(0)).unwrap_or('A').to_string()
}
