//! Which sentences stand for the others: TextRank over shared words, then one sentence for each thing said.

use std::collections::HashMap;

use debrief_core::stage::{StageCx, Stopped};

use super::acts::Act;
use super::sentences::Sentence;
use super::terms::Terms;

/// A word links a sentence to this many of the next ones with the same word. It bounds the work: links grow with the
/// length of the recording and not with its square.
const NEXT_OCCURRENCES: usize = 48;
/// Weaker links than this are noise.
const WEAKEST_LINK: f32 = 0.05;
/// Share of a sentence's weight that comes from the sentences that it shares words with.
const DAMPING: f32 = 0.85;
const ROUNDS: usize = 40;
/// Sentences with fewer telling words say too little alone.
const FEWEST_WORDS: usize = 3;
/// Length of a good sentence in telling words; longer ones gain nothing.
const GOOD_WORDS: f32 = 5.0;
/// How much being like a chosen sentence counts against being central.
const REDUNDANCY: f32 = 0.6;
/// Sentences this alike are the same.
const SAME: f32 = 0.75;

/// The weight of every sentence: how central it is, and how fit to stand alone. None is negative.
pub(super) fn weights(
    sentences: &[Sentence],
    terms: &Terms,
    acts: &[Option<Act>],
    cx: &StageCx,
) -> Result<Vec<f32>, Stopped> {
    let links = links(terms, cx)?;
    let fitness: Vec<f32> =
        (0..sentences.len()).map(|i| fitness(terms.content(i), acts[i].as_ref())).collect();
    let rank = rank(&links, &fitness, cx)?;
    Ok(rank.iter().zip(&fitness).map(|(rank, fitness)| rank * fitness).collect())
}

/// How fit a sentence is to stand alone, whatever it is about.
fn fitness(content: usize, act: Option<&Act>) -> f32 {
    if content < FEWEST_WORDS {
        return 0.0;
    }
    let length = (content as f32 / GOOD_WORDS).min(1.0);
    let kind = match act {
        Some(Act::Decision) => 1.4,
        // Both have a list of their own.
        Some(Act::Promise | Act::Request { .. }) => 0.7,
        Some(Act::Question) => 0.4,
        Some(Act::Chatter) => 0.1,
        None => 1.0,
    };
    length * kind
}

/// By sentence: the sentences that it shares words with, and how much.
type Links = Vec<Vec<(usize, f32)>>;

fn links(terms: &Terms, cx: &StageCx) -> Result<Links, Stopped> {
    let mut sentences_of: Vec<Vec<usize>> = vec![Vec::new(); terms.spread.len()];
    for (sentence, vector) in terms.vectors.iter().enumerate() {
        for (term, _) in vector {
            sentences_of[*term as usize].push(sentence);
        }
    }
    let mut links: Links = vec![Vec::new(); terms.vectors.len()];
    let mut shared: HashMap<usize, ()> = HashMap::new();
    for (sentence, vector) in terms.vectors.iter().enumerate() {
        if sentence % 64 == 0 {
            cx.check_stopped()?;
        }
        shared.clear();
        for (term, _) in vector {
            let others = &sentences_of[*term as usize];
            let from = others.partition_point(|other| *other <= sentence);
            shared.extend(others[from..].iter().take(NEXT_OCCURRENCES).map(|other| (*other, ())));
        }
        let mut others: Vec<usize> = shared.keys().copied().collect();
        // Sums of fractions depend on their order; the same transcript must give the same notes.
        others.sort_unstable();
        for other in others {
            let similarity = terms.similarity(sentence, other);
            if similarity >= WEAKEST_LINK {
                links[sentence].push((other, similarity));
                links[other].push((sentence, similarity));
            }
        }
    }
    Ok(links)
}

/// PageRank over the links; what does not come from links comes by fitness.
fn rank(links: &Links, fitness: &[f32], cx: &StageCx) -> Result<Vec<f32>, Stopped> {
    let sum = fitness.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    let start: Vec<f32> = fitness.iter().map(|f| f / sum).collect();
    let strength: Vec<f32> = links.iter().map(|l| l.iter().map(|(_, s)| s).sum()).collect();
    let mut rank = start.clone();
    for _ in 0..ROUNDS {
        cx.check_stopped()?;
        let mut next: Vec<f32> = start.iter().map(|s| (1.0 - DAMPING) * s).collect();
        for (sentence, links) in links.iter().enumerate() {
            for (other, similarity) in links {
                next[*other] += DAMPING * rank[sentence] * similarity / strength[sentence];
            }
        }
        rank = next;
    }
    Ok(rank)
}

/// The `wanted` sentences among `candidates` that say most together, in order of time. Each next one is chosen for
/// its weight and for saying something new (maximal marginal relevance).
pub(super) fn choose(candidates: &[usize], terms: &Terms, weights: &[f32], wanted: usize) -> Vec<usize> {
    let top = candidates.iter().map(|i| weights[*i]).fold(0.0, f32::max).max(f32::MIN_POSITIVE);
    let mut by_weight: Vec<usize> = candidates.iter().copied().filter(|i| weights[*i] > 0.0).collect();
    by_weight.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
    // Only the heaviest can win; this bounds the comparisons.
    by_weight.truncate(wanted * 20);

    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < wanted {
        let likeness = |i: usize| chosen.iter().map(|c| terms.similarity(i, *c)).fold(0.0, f32::max);
        let scored = by_weight.iter().filter(|i| !chosen.contains(i)).map(|i| (*i, likeness(*i)));
        let fresh = scored.filter(|(_, likeness)| *likeness < SAME);
        let score = |(i, likeness): &(usize, f32)| weights[*i] / top * (1.0 - REDUNDANCY * likeness);
        let best = fresh.max_by(|a, b| score(a).total_cmp(&score(b)).then(b.0.cmp(&a.0)));
        let Some((best, _)) = best else { break };
        chosen.push(best);
    }
    chosen.sort_unstable();
    chosen
}
