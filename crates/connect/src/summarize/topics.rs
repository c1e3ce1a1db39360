//! Notes by topic: the transcript is cut where its words change (TextTiling).

use std::collections::BTreeMap;
use std::ops::Range;

use debrief_core::minutes::cohesion;
use debrief_core::notes::Section;
use debrief_core::stage::{StageCx, Stopped};

use super::sentences::{Sentence, capitalised};
use super::terms::Terms;
use super::{central, phrases};

/// Shorter transcripts are one topic.
const FEWEST_SENTENCES: usize = 30;
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
        for term in cohesion::bag(&terms.vectors, topic.clone()).keys() {
            *spread.entry(*term).or_insert(0) += 1;
        }
    }
    spread
}

/// Ranges of sentences that belong together.
fn topics(terms: &Terms, cx: &StageCx) -> Result<Vec<Range<usize>>, Stopped> {
    let all = terms.vectors.len();
    let depth = cohesion::depths(&terms.vectors, || cx.check_stopped())?;
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
