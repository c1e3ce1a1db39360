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
    // Measured on four lines for each: wrong are 9.5 % of the words of two and 9.0 % of those of four without noise, 10.1 %
    // of those of three with it; these may get worse by four in a hundred. The others have room that nobody has measured.
    let words = match (speakers, noise) {
        (..=2, false) => 0.13,
        (..=2, true) => 0.20,
        (3, false) => 0.15,
        (3, true) => 0.14,
        (_, false) => 0.13,
        (_, true) => 0.25,
    };
    // Measured on 4 to 20 lines for each of two, three and four speakers, with noise and without: 4.7 to 7.3 %, nearly all
    // of it what is kept around the voice, and nobody confused. One voice taken for another is 12 % and more.
    Limit { words, speakers: 0.10 }
}

/// Of the times of words.
pub const LATENESS: Lateness = Lateness { words: 0, median_ms: 50, p99_ms: 300, largest_ms: 300 };
