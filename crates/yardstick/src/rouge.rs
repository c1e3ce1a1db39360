//! How much of a summary by hand another one has: ROUGE-1, -2 and -L, each as F1. Chinese is compared by characters.

use std::collections::HashMap;

/// The three measures, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rouge {
    /// Of words.
    pub one: f64,
    /// Of pairs of words.
    pub two: f64,
    /// Of the longest common sequence of words.
    pub l: f64,
}

impl Rouge {
    /// How much `found` has of `reference`.
    pub fn of(reference: &str, found: &str) -> Rouge {
        let (wanted, found) = (words(reference), words(found));
        Rouge { one: grams(&wanted, &found, 1), two: grams(&wanted, &found, 2), l: longest(&wanted, &found) }
    }

    /// The mean of several.
    pub fn mean(all: &[Rouge]) -> Rouge {
        let mean = |of: fn(&Rouge) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
        Rouge { one: mean(|r| r.one), two: mean(|r| r.two), l: mean(|r| r.l) }
    }
}

/// Small letters without punctuation; each Chinese character a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.to_lowercase().chars() {
        let alone = matches!(c, '\u{3400}'..='\u{9fff}');
        if alone || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.push(c);
        }
        if alone {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn f1(common: usize, wanted: usize, found: usize) -> f64 {
    if common == 0 { 0.0 } else { 2.0 * common as f64 / (wanted + found) as f64 }
}

fn grams(wanted: &[String], found: &[String], n: usize) -> f64 {
    let count = |words: &[String]| {
        let mut counts: HashMap<Vec<String>, usize> = HashMap::new();
        words.windows(n).for_each(|gram| *counts.entry(gram.to_vec()).or_default() += 1);
        counts
    };
    let (left, right) = (count(wanted), count(found));
    let common = left.iter().map(|(gram, n)| n.min(right.get(gram).unwrap_or(&0))).sum();
    f1(common, left.values().sum(), right.values().sum())
}

fn longest(wanted: &[String], found: &[String]) -> f64 {
    let mut above = vec![0; found.len() + 1];
    for word in wanted {
        let mut row = vec![0; found.len() + 1];
        for (j, other) in found.iter().enumerate() {
            row[j + 1] = if word == other { above[j] + 1 } else { above[j + 1].max(row[j]) };
        }
        above = row;
    }
    f1(above[found.len()], wanted.len(), found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_1_and_something_else_is_0() {
        let same = Rouge::of("The launch moves. 上市延後", "the LAUNCH moves, 上市延後。");
        assert_eq!(same, Rouge { one: 1.0, two: 1.0, l: 1.0 });
        assert_eq!(Rouge::of("a b c", "x y"), Rouge::default());
        assert_eq!(Rouge::of("", ""), Rouge::default());
    }

    #[test]
    fn the_measures_are_those_of_the_paper() {
        // "police killed the gunman" and "police kill the gunman": 3 of 4 words, 1 of 3 pairs, a sequence of 3.
        let close = Rouge::of("police killed the gunman", "police kill the gunman");
        assert!(
            (close.one - 0.75).abs() < 1e-9
                && (close.two - 1.0 / 3.0).abs() < 1e-9
                && (close.l - 0.75).abs() < 1e-9
        );
        let turned = Rouge::of("police killed the gunman", "the gunman police killed");
        assert!((turned.l - 0.5).abs() < 1e-9 && (turned.one - 1.0).abs() < 1e-9);
    }
}
