//! Votes for names → names: each to one speaker, and none where others would do as well.

use std::collections::BTreeMap;

use debrief_core::transcript::NameSource;
use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// Votes that a name needs, …
const LEAST: f64 = 2.0;
/// … and how much worse everything would fit without it.
const MARGIN: f64 = 1.0;
/// Speaking of somebody counts against being them, no more than this.
const MOST_AGAINST: f64 = 3.0;
/// Weights are whole numbers of this part while they are matched.
const GRAIN: f64 = 100.0;

/// Something said for (or, with a negative weight, against) a speaker's bearing a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vote {
    pub(super) speaker: u16,
    /// Number in the roster.
    pub(super) person: usize,
    pub(super) weight: f64,
    /// Number of the segment that says so.
    pub(super) segment: usize,
    pub(super) quote: String,
    pub(super) kind: NameSource,
}

/// A name that a speaker has won.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Elected {
    pub(super) person: usize,
    /// In percent.
    pub(super) confidence: u8,
    /// What says so most clearly.
    pub(super) vote: Vote,
}

/// Who bears which of `people` names: the assignment, one to one, that has the most votes, without those names that do not
/// stand out.
pub(super) fn elect(votes: &[Vote], speakers: usize, people: usize) -> BTreeMap<u16, Elected> {
    if speakers == 0 || people == 0 {
        return BTreeMap::new();
    }
    // Speakers without a name take one of the columns behind the names, which weigh nothing.
    let mut weights = Matrix::new(speakers, people + speakers, 0_i64);
    for speaker in 0..speakers {
        for person in 0..people {
            let of =
                || votes.iter().filter(|vote| usize::from(vote.speaker) == speaker && vote.person == person);
            let pro: f64 = of().map(|vote| vote.weight.max(0.0)).sum();
            let against: f64 = of().map(|vote| (-vote.weight).max(0.0)).sum();
            // Both are small sums, so the cast cannot truncate.
            weights[(speaker, person)] = ((pro - against.min(MOST_AGAINST)).max(0.0) * GRAIN).round() as i64;
        }
    }
    let (best, matched) = kuhn_munkres(&weights);
    let mut elected = BTreeMap::new();
    for (speaker, person) in (0_u16..).zip(matched) {
        let place = (usize::from(speaker), person);
        if person >= people || weights[place] == 0 {
            continue;
        }
        let mut without = weights.clone();
        without[place] = 0;
        let margin = (best - kuhn_munkres(&without).0) as f64 / GRAIN;
        let has = weights[place] as f64 / GRAIN;
        let strongest = votes
            .iter()
            .filter(|vote| vote.speaker == speaker && vote.person == person)
            .max_by(|a, b| a.weight.total_cmp(&b.weight).then(b.segment.cmp(&a.segment)));
        let Some(vote) = strongest.filter(|_| has >= LEAST && margin >= MARGIN) else { continue };
        elected
            .insert(speaker, Elected { person, confidence: confidence(has.min(margin)), vote: vote.clone() });
    }
    elected
}

/// Two votes are 84 percent, three 90, four 94.
fn confidence(votes: f64) -> u8 {
    // Between 55 and 97.
    (100.0 - 45.0 * 0.6_f64.powf(votes)).clamp(0.0, 97.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vote(speaker: u16, person: usize, weight: f64) -> Vote {
        Vote { speaker, person, weight, segment: 0, quote: "words".into(), kind: NameSource::Introduction }
    }

    fn names(votes: &[Vote]) -> Vec<(u16, usize, u8)> {
        elect(votes, 4, 4).into_iter().map(|(speaker, e)| (speaker, e.person, e.confidence)).collect()
    }

    #[test]
    fn enough_votes_give_a_name_and_too_few_none() {
        assert_eq!(names(&[vote(1, 2, 3.0)]), [(1, 2, 90)]);
        assert_eq!(names(&[vote(1, 2, 1.25)]), []);
        assert_eq!(names(&[vote(1, 2, 1.25), vote(1, 2, 1.25)]), [(1, 2, 87)]);
        assert_eq!(names(&[vote(1, 2, 3.0), vote(1, 2, -1.5)]), [], "who calls for Ana is not Ana");
    }

    #[test]
    fn a_name_belongs_to_one_speaker_and_a_speaker_has_one_name() {
        assert_eq!(names(&[vote(0, 0, 3.0), vote(1, 0, 3.0)]), [], "both say that they are the same one");
        assert_eq!(names(&[vote(0, 0, 3.0), vote(0, 1, 3.0)]), [], "one says to be two");
        assert_eq!(names(&[vote(0, 0, 5.0), vote(0, 1, 1.25), vote(1, 1, 2.5)]), [(0, 0, 97), (1, 1, 87)]);
    }

    proptest! {
        #[test]
        fn whatever_the_votes_nobody_shares_a_name(
            votes in proptest::collection::vec((0u16..4, 0usize..4, -2.0f64..4.0), 0..20),
        ) {
            let votes: Vec<Vote> = votes.into_iter().map(|(s, p, w)| vote(s, p, w)).collect();
            let found = elect(&votes, 4, 4);
            let mut given: Vec<usize> = found.values().map(|elected| elected.person).collect();
            given.sort_unstable();
            given.dedup();
            prop_assert_eq!(given.len(), found.len());
        }
    }
}
