//! What is to be done so that a page says what it should: a three-way merge of what was sent, what is there and what is wanted.
//! People's own blocks, ticks, edits and deletions win.

use debrief_core::ports::SentBlock;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::blocks::{FILE, TODO};
use super::node::Node;

/// A block that is on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) id: String,
    pub(super) digest: String,
    pub(super) inside: Vec<Present>,
}

/// One change, in the order in which they are to be made: what is new comes before what it replaces goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Wanted blocks from `from` to before `to` go behind `after`, or to the beginning.
    Insert { after: Option<String>, from: usize, to: usize },
    /// A block gets the content of a wanted one.
    Rewrite { id: String, wanted: usize },
    /// The same one level below: inside the block `id`, as the wanted one has it inside.
    Inside { id: String, wanted: usize, changes: Vec<Change> },
    /// A block of Debrief's goes.
    Delete { id: String },
}

/// What came of comparing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    /// Blocks of Debrief's that people changed and that it would have changed, too: left as they are.
    pub(super) kept_edits: usize,
}

/// The whole of a block in one word.
fn deep(digest: &str, inside: impl Iterator<Item = String>) -> String {
    let inside: Vec<String> = inside.collect();
    if inside.is_empty() { digest.to_owned() } else { format!("{digest}({})", inside.join(" ")) }
}

fn deep_sent(block: &SentBlock) -> String {
    deep(&block.digest, block.inside.iter().map(deep_sent))
}

fn deep_present(block: &Present) -> String {
    deep(&block.digest, block.inside.iter().map(deep_present))
}

/// Pairs of equal items in order, as many as can be.
fn aligned(a: &[(usize, String)], b: &[(usize, String)]) -> Vec<(usize, usize)> {
    let words = |list: &[(usize, String)]| list.iter().map(|(_, word)| word.clone()).collect::<Vec<_>>();
    let mut pairs = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &words(a), &words(b)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            pairs.extend((0..len).map(|n| (a[old_index + n].0, b[new_index + n].0)));
        }
    }
    pairs
}

/// Items that have no partner yet, each with its word.
fn left<T>(items: &[T], partner: &[Option<usize>], word: impl Fn(&T) -> String) -> Vec<(usize, String)> {
    let items = items.iter().enumerate().filter(|(at, _)| partner[*at].is_none());
    items.map(|(at, item)| (at, word(item))).collect()
}

/// How a page that says `present`, and was sent `sent`, comes to say `wanted`. With nothing sent yet, what is missing of
/// `wanted` is added: so an interrupted first writing goes on.
pub(super) fn plan(sent: &[SentBlock], present: &[Present], wanted: &[Node]) -> Plan {
    let wanted: Vec<SentBlock> = wanted.iter().map(Node::sent).collect();
    plan_of(sent, present, &wanted)
}

fn plan_of(sent: &[SentBlock], present: &[Present], wanted: &[SentBlock]) -> Plan {
    // Which sent block a wanted one is, perhaps with another text.
    let successor = successors(sent, wanted);

    // What is there: first the wanted ones, then those sent earlier that nobody touched, then those touched inside.
    let mut there_wanted = vec![None; wanted.len()];
    let mut there_sent = vec![None; sent.len()];
    let mut touched = vec![false; sent.len()];
    let mut taken: Vec<Option<usize>> = vec![None; present.len()];
    let all = |list: &[SentBlock]| list.iter().map(deep_sent).enumerate().collect::<Vec<_>>();
    for (p, w) in aligned(&left(present, &taken, deep_present), &all(wanted)) {
        (taken[p], there_wanted[w]) = (Some(w), Some(p));
    }
    for (p, s) in aligned(&left(present, &taken, deep_present), &all(sent)) {
        (taken[p], there_sent[s]) = (Some(s), Some(p));
    }
    let own = |block: &Present| block.digest.clone();
    let sent_left = left(sent, &there_sent, |block| block.digest.clone());
    for (p, s) in aligned(&left(present, &taken, own), &sent_left) {
        (taken[p], there_sent[s], touched[s]) = (Some(s), Some(p), true);
    }
    // Blocks that a request was cut off in: there, but not all that should be inside.
    let mut begun = vec![false; wanted.len()];
    let wanted_left = left(wanted, &there_wanted, |block| block.digest.clone());
    for (p, w) in aligned(&left(present, &taken, own), &wanted_left) {
        (taken[p], there_wanted[w], begun[w]) = (Some(w), Some(p), true);
    }

    let mut plan = Plan::default();
    let mut deletions = Vec::new();
    // Where each wanted block is, or that it is to be inserted, or that it is to be left out.
    let mut places: Vec<Place> = there_wanted.iter().map(|p| p.map_or(Place::New, Place::There)).collect();
    for (w, p) in there_wanted.iter().enumerate().filter(|(w, _)| begun[*w]) {
        let Some(p) = p else { continue };
        inside(&mut plan, &present[*p], &[], wanted, w);
    }
    for (s, block) in sent.iter().enumerate() {
        let p = there_sent[s];
        match (successor[s], p) {
            // The person took it away, or made it their own: then it doesn't come back.
            (Some(w), None) => {
                if there_wanted[w].is_none() {
                    places[w] = Place::Never;
                    plan.kept_edits += usize::from(deep_sent(block) != deep_sent(&wanted[w]));
                }
            }
            (None, None) => {}
            (Some(w), Some(p)) if touched[s] => {
                places[w] = Place::There(p);
                rewrite(&mut plan, &present[p], block, wanted, w);
                inside(&mut plan, &present[p], &block.inside, wanted, w);
            }
            (Some(w), Some(p)) if there_wanted[w].is_some() => {
                // It has been replaced already, by a run that was cut off.
                deletions.push(Change::Delete { id: present[p].id.clone() });
            }
            // A to-do stays where it is, whatever the order of the rest: it may have been ticked. A file that is on the page
            // can't be sent once more.
            (Some(w), Some(p))
                if block.inside == wanted[w].inside
                    && (stays(block) || stands_right(w, p, &there_wanted)) =>
            {
                places[w] = Place::There(p);
                rewrite(&mut plan, &present[p], block, wanted, w);
            }
            // All of it is Debrief's: cheaper replaced as a whole than line by line, or moved.
            (Some(_), Some(p)) => deletions.push(Change::Delete { id: present[p].id.clone() }),
            (None, Some(_)) if touched[s] => plan.kept_edits += 1,
            (None, Some(p)) => deletions.push(Change::Delete { id: present[p].id.clone() }),
        }
    }
    insertions(&mut plan, present, &places);
    plan.changes.extend(deletions);
    plan
}

fn stays(block: &SentBlock) -> bool {
    block.key.as_ref().is_some_and(|key| matches!(key.split(' ').next(), Some(TODO | FILE)))
}

/// Whether what is at `p` has those before it that it should have before it.
fn stands_right(w: usize, p: usize, there_wanted: &[Option<usize>]) -> bool {
    let before = there_wanted[..w].iter().rev().flatten().next();
    let after = there_wanted[w + 1..].iter().flatten().next();
    before.is_none_or(|before| *before < p) && after.is_none_or(|after| *after > p)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    There(usize),
    New,
    Never,
}

/// Runs of new blocks, each behind the block that it follows.
fn insertions(plan: &mut Plan, present: &[Present], places: &[Place]) {
    let mut after = None;
    let mut at = 0;
    while at < places.len() {
        match places[at] {
            Place::There(p) => after = Some(present[p].id.clone()),
            Place::Never => {}
            Place::New => {
                let from = at;
                while places.get(at + 1) == Some(&Place::New) {
                    at += 1;
                }
                plan.changes.push(Change::Insert { after: after.clone(), from, to: at + 1 });
            }
        }
        at += 1;
    }
}

fn rewrite(plan: &mut Plan, there: &Present, sent: &SentBlock, wanted: &[SentBlock], w: usize) {
    if there.digest != wanted[w].digest {
        debug_assert_eq!(there.digest, sent.digest, "only untouched texts are rewritten");
        plan.changes.push(Change::Rewrite { id: there.id.clone(), wanted: w });
    }
}

fn inside(plan: &mut Plan, there: &Present, sent: &[SentBlock], wanted: &[SentBlock], w: usize) {
    let below = plan_of(sent, &there.inside, &wanted[w].inside);
    plan.kept_edits += below.kept_edits;
    if !below.changes.is_empty() {
        plan.changes.push(Change::Inside { id: there.id.clone(), wanted: w, changes: below.changes });
    }
}

/// For each sent block the wanted one that takes its place: the same one, the same with other blocks inside, or the one of
/// the same key.
fn successors(sent: &[SentBlock], wanted: &[SentBlock]) -> Vec<Option<usize>> {
    let mut successor = vec![None; sent.len()];
    let mut predecessor: Vec<Option<usize>> = vec![None; wanted.len()];
    for (s, w) in aligned(&left(sent, &successor, deep_sent), &left(wanted, &predecessor, deep_sent)) {
        (successor[s], predecessor[w]) = (Some(w), Some(s));
    }
    // The same block with other ones inside stands between the same neighbours.
    let own = |block: &SentBlock| block.digest.clone();
    let (sent_left, wanted_left) = (left(sent, &successor, own), left(wanted, &predecessor, own));
    let fixed = successor.clone();
    for (s, w) in aligned(&sent_left, &wanted_left) {
        let before = fixed[..s].iter().rev().flatten().next();
        let after = fixed[s..].iter().flatten().next();
        if before.is_none_or(|before| *before < w) && after.is_none_or(|after| *after > w) {
            (successor[s], predecessor[w]) = (Some(w), Some(s));
        }
    }
    for s in 0..sent.len() {
        if successor[s].is_some() || sent[s].key.is_none() {
            continue;
        }
        let same = (0..wanted.len()).find(|w| predecessor[*w].is_none() && wanted[*w].key == sent[s].key);
        if let Some(w) = same {
            (successor[s], predecessor[w]) = (Some(w), Some(s));
        }
    }
    successor
}
