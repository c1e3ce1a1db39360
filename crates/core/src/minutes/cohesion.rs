//! Where a text turns to something else: its words change there (TextTiling).

use std::collections::BTreeMap;
use std::ops::Range;

/// Words of a sentence with their weights, in order of word.
pub type WordVector = Vec<(u32, f32)>;

/// Sentences compared on either side of a possible border.
const WINDOW: usize = 8;

/// By gap (number of the sentence behind it): how far the cohesion falls there from the hills on either side. The ends
/// are 0. `alive` is asked now and then and ends the work.
///
/// # Errors
/// Those of `alive`.
pub fn depths<E>(sentences: &[WordVector], mut alive: impl FnMut() -> Result<(), E>) -> Result<Vec<f32>, E> {
    let all = sentences.len();
    let mut cohesion = vec![1.0; all];
    for (gap, cohesion) in cohesion.iter_mut().enumerate().take(all.saturating_sub(1)).skip(1) {
        if gap % 64 == 0 {
            alive()?;
        }
        *cohesion = likeness(sentences, gap.saturating_sub(WINDOW)..gap, gap..(gap + WINDOW).min(all));
    }
    Ok((0..all).map(|gap| depth(&cohesion, gap)).collect())
}

/// The words of a range of sentences with their weights.
pub fn bag(sentences: &[WordVector], range: Range<usize>) -> BTreeMap<u32, f32> {
    let mut bag = BTreeMap::new();
    for (term, weight) in sentences[range].iter().flatten() {
        *bag.entry(*term).or_insert(0.0) += weight;
    }
    bag
}

/// Product of two vectors in order of word.
pub fn dot(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some((left, x)), Some((right, y))) = (a.get(i), b.get(j)) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += x * y;
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    sum
}

/// How alike the words of two ranges are: 0 to 1.
fn likeness(sentences: &[WordVector], left: Range<usize>, right: Range<usize>) -> f32 {
    let vector = |range| bag(sentences, range).into_iter().collect::<WordVector>();
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
