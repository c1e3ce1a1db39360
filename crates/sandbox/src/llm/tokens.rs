//! A rough measure of tokens, which every provider has its own of: four letters of ASCII, or one of any other script.

/// Quarters of a token.
fn quarters(letter: char) -> u64 {
    if letter.is_ascii() { 1 } else { 4 }
}

pub(super) fn count(text: &str) -> u64 {
    text.chars().map(quarters).sum::<u64>().div_ceil(4)
}

/// As much of a text as fits into so many tokens.
pub(super) fn cut(text: &str, tokens: u64) -> &str {
    let mut left = tokens.saturating_mul(4);
    for (at, letter) in text.char_indices() {
        let wants = quarters(letter);
        if wants > left {
            return &text[..at];
        }
        left -= wants;
    }
    text
}

/// As much of a text's end as fits into so many tokens.
pub(super) fn last(text: &str, tokens: u64) -> &str {
    let mut left = tokens.saturating_mul(4);
    let letters = text.char_indices().rev();
    let fitting = letters.take_while(|(_, letter)| {
        let wants = quarters(*letter);
        let fits = wants <= left;
        left = left.saturating_sub(wants);
        fits
    });
    &text[fitting.last().map_or(text.len(), |(at, _)| at)..]
}
