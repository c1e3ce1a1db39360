//! From stretches of speech to speakers: the two that are most alike become one, until all that are left differ.

use debrief_core::stage::{StageCx, Stopped};

use super::gaussian::{Sums, penalty};
use crate::diarize::SpeakerCount;

/// Stretches that are compared with each other at once; more are clustered in groups first, and then the groups, so
/// that a day of speech costs a day's worth of groups and not its square.
const AT_ONCE: usize = 400;

/// Clusters that a group leaves at most.
const PER_GROUP: usize = 16;

/// Frames of a cluster that count (20 s). The more is heard of one voice, the surer is every small difference, of
/// topic or mood, and the criterion would part one speaker into two after some minutes.
const MOST_FRAMES: f64 = 2000.0;

/// Stretches that seem to be of one speaker.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) sums: Sums,
    /// As much of it as counts.
    heard: Sums,
    cost: f64,
}

impl Cluster {
    pub(super) fn new(sums: Sums) -> Self {
        let heard = sums.at_most(MOST_FRAMES);
        Self { cost: heard.cost(), heard, sums }
    }

    fn with(&self, other: &Cluster) -> Self {
        let mut sums = self.sums.clone();
        sums.add(&other.sums);
        Self::new(sums)
    }
}

/// Joins clusters until the rest differ, and as many are left as may be.
pub(super) fn join(
    clusters: Vec<Cluster>,
    count: SpeakerCount,
    lambda: f64,
    cx: &StageCx,
) -> Result<Vec<Cluster>, Stopped> {
    join_in_groups(clusters, AT_ONCE, count, lambda, cx)
}

/// Joins in groups of `at_once`, until one group is left.
pub(super) fn join_in_groups(
    mut clusters: Vec<Cluster>,
    at_once: usize,
    count: SpeakerCount,
    lambda: f64,
    cx: &StageCx,
) -> Result<Vec<Cluster>, Stopped> {
    while clusters.len() > at_once {
        let mut joined = Vec::new();
        for group in clusters.chunks(at_once) {
            // At most half of a group is left, so this comes to an end.
            let left = SpeakerCount { min: count.min, max: PER_GROUP.min(at_once / 2) };
            joined.extend(join_group(group.to_vec(), left, lambda, cx)?);
        }
        clusters = joined;
    }
    join_group(clusters, count, lambda, cx)
}

/// How much two clusters differ: below zero they are one speaker (the Bayesian information criterion).
fn difference(a: &Cluster, b: &Cluster, lambda: f64) -> f64 {
    let mut both = a.heard.clone();
    both.add(&b.heard);
    both.cost() - a.cost - b.cost - penalty(both.frames(), lambda)
}

fn join_group(
    mut clusters: Vec<Cluster>,
    count: SpeakerCount,
    lambda: f64,
    cx: &StageCx,
) -> Result<Vec<Cluster>, Stopped> {
    // Differences of each cluster to those before it.
    let mut table: Vec<Vec<f64>> = Vec::with_capacity(clusters.len());
    for (at, cluster) in clusters.iter().enumerate() {
        cx.check_stopped()?;
        table.push(clusters[..at].iter().map(|before| difference(before, cluster, lambda)).collect());
    }
    loop {
        cx.check_stopped()?;
        let pairs = table
            .iter()
            .enumerate()
            .flat_map(|(b, row)| row.iter().enumerate().map(move |(a, d)| (a, b, *d)));
        let Some((a, b, least)) = pairs.min_by(|x, y| x.2.total_cmp(&y.2)) else { return Ok(clusters) };
        let few = clusters.len() <= count.max;
        if few && (least >= 0.0 || clusters.len() <= count.min) {
            return Ok(clusters);
        }
        clusters[a] = clusters[a].with(&clusters[b]);
        clusters.remove(b);
        table.remove(b);
        for row in table.iter_mut().skip(b) {
            row.remove(b);
        }
        for other in 0..clusters.len() {
            if other != a {
                let (low, high) = (a.min(other), a.max(other));
                table[high][low] = difference(&clusters[low], &clusters[high], lambda);
            }
        }
    }
}
