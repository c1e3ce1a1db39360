//! What the error rates may not exceed: what was measured, and a margin.

use crate::score::Lateness;

/// The largest error rates, as parts of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Of words, heard by PocketSphinx.
    pub words: f64,
    /// Of speakers, told apart by voice clustering; without a collar.
    pub speakers: f64,
}

/// For a conversation of [`crate::conversation::script`] with so many speakers.
pub fn limit(speakers: u16, noise: bool) -> Limit {
    // Measured on eight lines without noise: 4 % of the words of two and 10 % of those of four are wrong. The others, and
    // the speakers, still have the room that nobody has measured.
    let (words, speakers) = match (speakers, noise) {
        (..=2, false) => (0.10, 0.15),
        (..=2, true) => (0.20, 0.15),
        (3, false) => (0.15, 0.15),
        (3, true) => (0.25, 0.15),
        (_, false) => (0.16, 0.15),
        (_, true) => (0.25, 0.15),
    };
    Limit { words, speakers }
}

/// Of the times of words.
pub const LATENESS: Lateness = Lateness { words: 0, median_ms: 50, p99_ms: 300, largest_ms: 300 };
