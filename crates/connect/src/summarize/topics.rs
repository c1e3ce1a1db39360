//! Notes by topic: the transcript is cut where its words change (TextTiling).

use std::collections::BTreeMap;
use std::ops::Range;

use debrief_core::notes::Section;
use debrief_core::stage::{StageCx, Stopped};

use super::sentences::{Sentence, capitalised};
use super::terms::{Terms, dot};
use super::{central, phrases};

/// Shorter transcripts are one topic.
const FEWEST_SENTENCES: usize = 30;
/// Sentences compared on either side of a possible border.
const WINDOW: usize = 8;
/// Shortest topic, in sentences.
const SHORTEST: usize = 8;
/// Most topics; a reader takes in no more.
const MOST_TOPICS: usize = 12;

/// Sections in order of time; none for a short recording.
pub(super) fn sections(
    sentences: &[Sentence],
    terms: &Terms,
    weights: &[f32],
    cx: &StageCx,
) -> Result<Vec<Section>, Stopped> {
    if sentences.len() <= FEWEST_SENTENCES {
        return Ok(Vec::new());
    }
    let topics = topics(terms, cx)?;
    if topics.len() < 2 {
        return Ok(Vec::new());
    }
    let spread = spread(&topics, terms);
    let mut headings: Vec<String> = Vec::new();
    let mut sections = Vec::new();
    for topic in &topics {
        cx.check_stopped()?;
        let among: Vec<usize> = topic.clone().collect();
        let wanted = (topic.len() / 8).clamp(2, 4);
        let points = central::choose(&among, terms, weights, wanted);
        // A word that every topic has names none of them.
        let telling = |term: u32| (1.0 + topics.len() as f32 / spread[&term] as f32).ln();
        let phrases = phrases::key_phrases(&among, sentences, terms, weights, telling);
        let heading =
            phrases.iter().map(|phrase| capitalised(&phrase.text)).find(|text| !headings.contains(text));
        if let Some(heading) = heading.filter(|_| !points.is_empty()) {
            headings.push(heading.clone());
            let points = points.iter().map(|i| sentences[*i].point()).collect();
            sections.push(Section {
                heading,
                at_ms: sentences[topic.start].at_ms,
                body: String::new(),
                points,
            });
        }
    }
    Ok(sections)
}

/// By term: in how many topics it occurs.
fn spread(topics: &[Range<usize>], terms: &Terms) -> BTreeMap<u32, u32> {
    let mut spread = BTreeMap::new();
    for topic in topics {
        for term in bag(terms, topic.clone()).keys() {
            *spread.entry(*term).or_insert(0) += 1;
        }
    }
    spread
}

fn bag(terms: &Terms, range: Range<usize>) -> BTreeMap<u32, f32> {
    let mut bag = BTreeMap::new();
    for (term, weight) in terms.vectors[range].iter().flatten() {
        *bag.entry(*term).or_insert(0.0) += weight;
    }
    bag
}

/// Ranges of sentences that belong together.
fn topics(terms: &Terms, cx: &StageCx) -> Result<Vec<Range<usize>>, Stopped> {
    let all = terms.vectors.len();
    let mut cohesion = vec![1.0; all];
    for (gap, cohesion) in cohesion.iter_mut().enumerate().take(all - 1).skip(1) {
        if gap % 64 == 0 {
            cx.check_stopped()?;
        }
        *cohesion = likeness(terms, gap.saturating_sub(WINDOW)..gap, gap..(gap + WINDOW).min(all));
    }
    let depth: Vec<f32> = (0..all).map(|gap| depth(&cohesion, gap)).collect();
    let inner = &depth[1..all - 1];
    let mean = inner.iter().sum::<f32>() / inner.len() as f32;
    let deviation = (inner.iter().map(|d| (d - mean).powi(2)).sum::<f32>() / inner.len() as f32).sqrt();

    let mut deepest: Vec<usize> = (1..all - 1).filter(|gap| depth[*gap] > mean + deviation / 2.0).collect();
    deepest.sort_by(|a, b| depth[*b].total_cmp(&depth[*a]).then(a.cmp(b)));
    let mut borders = vec![0, all];
    for gap in deepest {
        if borders.len() <= MOST_TOPICS.min(all / SHORTEST)
            && borders.iter().all(|b| b.abs_diff(gap) >= SHORTEST)
        {
            borders.push(gap);
        }
    }
    borders.sort_unstable();
    Ok(borders.windows(2).map(|pair| pair[0]..pair[1]).collect())
}

/// How alike the words of two ranges are: 0 to 1.
fn likeness(terms: &Terms, left: Range<usize>, right: Range<usize>) -> f32 {
    let vector = |range| bag(terms, range).into_iter().collect::<Vec<(u32, f32)>>();
    let (left, right) = (vector(left), vector(right));
    let length = (dot(&left, &left) * dot(&right, &right)).sqrt();
    if length > 0.0 { dot(&left, &right) / length } else { 0.0 }
}

/// How far the cohesion falls at `gap` from the hills on either side.
fn depth(cohesion: &[f32], gap: usize) -> f32 {
    let here = cohesion[gap];
    // The ends of the transcript are no hills.
    let climb = |gaps: &mut dyn Iterator<Item = usize>| {
        let mut top = here;
        for gap in gaps {
            if cohesion[gap] < top {
                break;
            }
            top = cohesion[gap];
        }
        top - here
    };
    climb(&mut (1..gap).rev()) + climb(&mut (gap + 1..cohesion.len().saturating_sub(1)))
}
