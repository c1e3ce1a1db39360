//! What a sentence is about: its words without the small ones, weighed by how rare they are.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use debrief_core::minutes::cohesion::dot;
pub(super) use debrief_core::minutes::words::is_stop_word;
use debrief_core::stage::{StageCx, Stopped};
use rust_stemmers::{Algorithm, Stemmer};

use super::clauses;
use super::sentences::Sentence;

/// A word of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands in the sentence, in bytes.
    pub(super) range: Range<usize>,
    /// Number of its stem; `None` for words that say nothing by themselves.
    pub(super) term: Option<u32>,
}

/// The words of all sentences.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// By sentence.
    pub(super) tokens: Vec<Vec<Token>>,
    /// By sentence: its terms with their tf-idf weights, in order of term, of length 1 as a vector.
    pub(super) vectors: Vec<Vec<(u32, f32)>>,
    /// By term: in how many sentences it occurs.
    pub(super) spread: Vec<u32>,
}

impl Terms {
    /// Reads the words of all sentences.
    pub(super) fn of(sentences: &[Sentence], cx: &StageCx) -> Result<Self, Stopped> {
        let stemmer = Stemmer::create(Algorithm::English);
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut terms = Terms::default();
        for (index, sentence) in sentences.iter().enumerate() {
            if index % 64 == 0 {
                cx.check_stopped()?;
            }
            let mut tokens = Vec::new();
            for range in clauses::words(&sentence.text) {
                let stem = stem(&sentence.text[range.clone()], &stemmer);
                let next = u32::try_from(numbers.len()).expect("fewer words than 2^32");
                let term = stem.map(|stem| *numbers.entry(stem).or_insert(next));
                tokens.push(Token { range, term });
            }
            terms.tokens.push(tokens);
        }
        terms.spread = vec![0; numbers.len()];
        let counts: Vec<BTreeMap<u32, u32>> = terms.tokens.iter().map(|tokens| count(tokens)).collect();
        for term in counts.iter().flat_map(BTreeMap::keys) {
            terms.spread[*term as usize] += 1;
        }
        terms.vectors = counts.iter().map(|counts| terms.vector(counts)).collect();
        Ok(terms)
    }

    /// How much a term tells sentences apart.
    pub(super) fn rarity(&self, term: u32) -> f32 {
        let all = self.tokens.len() as f32;
        (1.0 + all / (1.0 + self.spread[term as usize] as f32)).ln()
    }

    /// Number of telling words in a sentence.
    pub(super) fn content(&self, sentence: usize) -> usize {
        self.tokens[sentence].iter().filter(|token| token.term.is_some()).count()
    }

    /// How much two sentences say the same: 0 to 1.
    pub(super) fn similarity(&self, a: usize, b: usize) -> f32 {
        dot(&self.vectors[a], &self.vectors[b])
    }

    fn vector(&self, counts: &BTreeMap<u32, u32>) -> Vec<(u32, f32)> {
        let weigh = |(term, count): (&u32, &u32)| (*term, (1.0 + (*count as f32).ln()) * self.rarity(*term));
        let mut vector: Vec<(u32, f32)> = counts.iter().map(weigh).collect();
        let length =
            vector.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        vector.iter_mut().for_each(|(_, weight)| *weight /= length);
        vector
    }
}

fn count(tokens: &[Token]) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    for term in tokens.iter().filter_map(|token| token.term) {
        *counts.entry(term).or_insert(0) += 1;
    }
    counts
}

/// The stem of a telling word.
fn stem(word: &str, stemmer: &Stemmer) -> Option<String> {
    let word = word.to_lowercase().replace('\u{2019}', "'");
    let word = word.strip_suffix("'s").unwrap_or(&word);
    // One Chinese character alone is mostly grammar, one letter or digit mostly noise.
    if is_stop_word(word) || word.chars().count() < 2 {
        return None;
    }
    Some(if word.is_ascii() { stemmer.stem(word).into_owned() } else { word.to_owned() })
}
