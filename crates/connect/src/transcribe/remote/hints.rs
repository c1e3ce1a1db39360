//! Names and terms for a service, within what it takes.

/// Tokens that a text takes at most, roughly: three bytes of a Latin word, or one sign of Chinese, make one.
fn tokens(text: &str) -> usize {
    text.len().div_ceil(3) + 1
}

/// The first terms of the vocabulary, as many as fit: `most` of them, `most_tokens` together, none with more than
/// `most_words` words. What is empty is left out.
pub(super) fn terms(vocabulary: &[String], most: usize, most_tokens: usize, most_words: usize) -> Vec<&str> {
    let mut left = most_tokens;
    let good = vocabulary.iter().map(|term| term.trim());
    let good = good.filter(|term| !term.is_empty() && term.split_whitespace().count() <= most_words);
    let fits = |term: &&str| {
        let fits = tokens(term) <= left;
        left = left.saturating_sub(tokens(term));
        fits
    };
    good.take_while(fits).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_terms_are_sent_within_the_bounds() {
        let vocabulary =
            ["Ada Lovelace", " ", "one two three four", "Żółć", "會議", "last"].map(String::from);
        assert_eq!(terms(&vocabulary, 3, 100, 3), ["Ada Lovelace", "Żółć", "會議"]);
        assert_eq!(terms(&vocabulary, 9, 9, 3), ["Ada Lovelace", "Żółć"]);
        assert_eq!(terms(&vocabulary, 9, 0, 3), Vec::<&str>::new());
    }
}
