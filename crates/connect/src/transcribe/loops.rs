//! Engines that go round in circles: the same words again and again, which nobody said.

use debrief_core::transcript::Word;

/// Most words in a phrase that is looked for.
const LONGEST_PHRASE: usize = 24;

/// How often a phrase of that many words may come right after itself: people do say "no, no, no" and 對對對.
fn most_copies(words: usize) -> usize {
    match words {
        1 => 9,
        2 | 3 => 5,
        _ => 3,
    }
}

/// The words with every loop cut down to its first round, and whether there was one.
pub(super) fn without_loops(words: Vec<Word>) -> (Vec<Word>, bool) {
    let plain: Vec<String> = words.iter().map(|word| plain(&word.text)).collect();
    let mut keep = vec![true; words.len()];
    let mut at = 0;
    while at < plain.len() {
        match loop_at(&plain[at..]) {
            Some((phrase, copies)) => {
                keep[at + phrase..at + phrase * copies].fill(false);
                at += phrase * copies;
            }
            None => at += 1,
        }
    }
    let looped = keep.contains(&false);
    let kept = words.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(word, _)| word);
    (kept.collect(), looped)
}

/// Length of the phrase with which a loop begins here, and how often it is said.
fn loop_at(words: &[String]) -> Option<(usize, usize)> {
    (1..=LONGEST_PHRASE.min(words.len() / 2)).find_map(|phrase| {
        let rounds = words.chunks_exact(phrase);
        let copies = rounds.take_while(|round| *round == &words[..phrase]).count();
        (copies > most_copies(phrase)).then_some((phrase, copies))
    })
}

/// Without punctuation and capitals.
fn plain(word: &str) -> String {
    word.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> (String, bool) {
        let word = |text: &str| Word { text: text.into(), start_ms: 0, end_ms: 1, confidence: None };
        let (words, looped) = without_loops(text.split(' ').map(word).collect());
        let texts: Vec<String> = words.into_iter().map(|word| word.text).collect();
        (texts.join(" "), looped)
    }

    #[test]
    fn what_people_repeat_stays() {
        for text in ["No, no, no, no!", "對 對 對 對 對 我 知 道", "very very very good", "ha ha ha ha ha ha"]
        {
            assert_eq!(cut(text), (text.to_owned(), false));
        }
    }

    #[test]
    fn a_loop_is_cut_down_to_one_round_and_what_follows_stays() {
        let circles = "and then we go. ".repeat(5);
        assert_eq!(
            cut(&format!("First {circles}To the bank")),
            ("First and then we go. To the bank".into(), true)
        );
        let word = "謝 ".repeat(40);
        assert_eq!(cut(word.trim()), ("謝".into(), true));
        let long = "Thank you very much for watching this video and see you soon, ".repeat(4);
        assert!(cut(long.trim()).1);
    }
}
