//! Remembered voices: who a speaker is, by how they sound.
//!
//! A wrong name on a page is worse than none. So a voice must be close to a remembered one, clearly closer than to anybody
//! else's, and nobody is heard twice in one recording.

use std::collections::BTreeMap;

use crate::transcript::{NameEvidence, NameSource, Speaker, Speakers, Voiceprint};

/// Method of the prints that voice clustering makes: mean (12) and covariance (lower triangle, row by row, 78) of the
/// mel cepstrum, then mean and variance of the logarithm of the pitch.
pub const VOICE_CLUSTERING: &str = "voice-clustering/1";
/// Method of the prints that speakrs makes: the mean of a speaker's embeddings, 256 numbers.
pub const SPEAKRS: &str = "speakrs/wespeaker-voxceleb-resnet34";

/// Speech that a voice must be known from before it is compared, in milliseconds.
pub const LEAST_HEARD_MS: u32 = 8_000;

/// A voice that the person gave a name and had remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct RememberedVoice {
    /// Its number in the store.
    pub id: i64,
    /// Whose it is. One person may have several prints.
    pub name: String,
    /// How they sound.
    pub print: Voiceprint,
}

/// When two prints of one method are of one person.
struct Rule {
    /// They are at most so far apart, …
    nearest: f64,
    /// … and anybody else is farther by this.
    margin: f64,
    distance: fn(&[f32], &[f32]) -> Option<f64>,
}

/// The rule of a method; prints of unknown methods are never compared.
fn rule(method: &str) -> Option<Rule> {
    match method {
        VOICE_CLUSTERING => Some(Rule { nearest: NEAREST, margin: MARGIN, distance: between_gaussians }),
        // Not measured here, for want of the weights: verification on VoxCeleb works between 0.4 and 0.5 of cosine
        // similarity for this kind of embedding; the strict side, and a margin, as a wrong name is worse than none.
        SPEAKRS => Some(Rule { nearest: 0.5, margin: 0.15, distance: between_directions }),
        _ => None, // Made by another version, and not comparable.
    }
}

/// Measured on Flite's voices by `a_remembered_voice_is_found_again_and_nobody_is_taken_for_another` in the tests of voice
/// clustering, five voices remembered from other texts: the same voice is 0.05 to 0.16 apart when both are clean and 0.18 to
/// 1.04 when one is noisy, others 1.44 and more. With this bound nobody is taken for another; every clean voice is found
/// again, of the noisy ones 4 of 10. People are more alike than synthetic voices, so the bound is the low one.
const NEAREST: f64 = 0.5;
const MARGIN: f64 = 0.1;

/// How far two voices are apart, from 0 up; `None` when they cannot be compared.
pub fn distance(a: &Voiceprint, b: &Voiceprint) -> Option<f64> {
    let rule = rule(&a.method).filter(|_| a.method == b.method)?;
    (rule.distance)(&a.values, &b.values).filter(|distance| distance.is_finite())
}

/// Whether two voices are close enough to be one, if it is certain that nobody else is closer.
pub fn is_alike(a: &Voiceprint, b: &Voiceprint) -> bool {
    rule(&a.method).zip(distance(a, b)).is_some_and(|(rule, distance)| distance <= rule.nearest)
}

/// The names of those speakers whose voices are remembered, by speaker index. Speakers that have a name keep it, and it
/// is given to nobody else.
pub fn match_voices(speakers: &[Speaker], remembered: &[RememberedVoice]) -> Speakers {
    let taken: Vec<&str> = speakers.iter().filter_map(|speaker| speaker.name.as_deref()).collect();
    // By name: who could bear it, and how far they are from it.
    let mut claims: BTreeMap<&str, Vec<(u16, f64)>> = BTreeMap::new();
    for (index, speaker) in (0..).zip(speakers) {
        if speaker.name.is_none()
            && let Some((name, distance)) = clearest(speaker, remembered)
            && !taken.contains(&name)
        {
            claims.entry(name).or_default().push((index, distance));
        }
    }
    let mut found = Speakers::default();
    for (name, claimants) in claims {
        // Two speakers that sound like the same person: perhaps one person, perhaps neither. Nobody knows.
        if let [(index, apart)] = claimants[..] {
            found.names.insert(index, name.to_owned());
            found.evidence.insert(index, evidence(apart));
        }
    }
    found
}

/// How sure a voice is that lies so far from the remembered one, as a part of the farthest that counts: 70 to 100 percent.
fn evidence(apart: f64) -> NameEvidence {
    let confidence = 100.0 - 30.0 * apart.clamp(0.0, 1.0);
    // Between 70 and 100.
    NameEvidence { source: NameSource::Voice, at_ms: None, quote: None, confidence: confidence.round() as u8 }
}

/// The one person that a speaker sounds like, and how far they are apart, as a part of the farthest that counts.
fn clearest<'a>(speaker: &Speaker, remembered: &'a [RememberedVoice]) -> Option<(&'a str, f64)> {
    let voice = speaker.voice.as_ref().filter(|voice| voice.heard_ms >= LEAST_HEARD_MS)?;
    let rule = rule(&voice.method)?;
    let mut nearest: BTreeMap<&str, f64> = BTreeMap::new();
    for known in remembered.iter().filter(|known| known.print.heard_ms >= LEAST_HEARD_MS) {
        if let Some(apart) = distance(voice, &known.print) {
            let best = nearest.entry(&known.name).or_insert(f64::INFINITY);
            *best = best.min(apart);
        }
    }
    let mut nearest: Vec<(&str, f64)> = nearest.into_iter().collect();
    nearest.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (name, apart) = *nearest.first()?;
    let clear = nearest.get(1).is_none_or(|second| second.1 - apart >= rule.margin);
    (apart <= rule.nearest && clear).then_some((name, apart / rule.nearest))
}

/// One minus the cosine of the angle between two embeddings: 0 to 2.
fn between_directions(a: &[f32], b: &[f32]) -> Option<f64> {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum() };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    (a.len() == b.len() && lengths > 0.0).then(|| 1.0 - dot(a, b) / lengths)
}

/// Dimensions of the cepstrum, and numbers of a print.
const D: usize = 12;
const NUMBERS: usize = D + D * (D + 1) / 2 + 2;
/// Added to variances, so that no print makes a matrix that cannot be inverted.
const FLOOR: f64 = 1e-3;

/// The Bhattacharyya distance between two voices as Gaussians, of the spectrum and of the pitch.
fn between_gaussians(a: &[f32], b: &[f32]) -> Option<f64> {
    let (a, b) = (Gaussian::of(a)?, Gaussian::of(b)?);
    let middle: Matrix =
        std::array::from_fn(|i| std::array::from_fn(|j| (a.covariance[i][j] + b.covariance[i][j]) / 2.0));
    let (factor, log_determinant) = cholesky(&middle);
    let between = squared(&solve(&factor, &std::array::from_fn(|i| a.mean[i] - b.mean[i]))) / 8.0;
    let spread = (log_determinant - (cholesky(&a.covariance).1 + cholesky(&b.covariance).1) / 2.0) / 2.0;
    let variance = (a.pitch.1 + b.pitch.1) / 2.0;
    let pitch = (a.pitch.0 - b.pitch.0).powi(2) / variance / 8.0
        + (variance / (a.pitch.1 * b.pitch.1).sqrt()).ln() / 2.0;
    Some(between + spread + pitch)
}

type Matrix = [[f64; D]; D];

struct Gaussian {
    mean: [f64; D],
    covariance: Matrix,
    /// Mean and variance.
    pitch: (f64, f64),
}

impl Gaussian {
    /// `None` for a print of another length.
    fn of(values: &[f32]) -> Option<Self> {
        let values: [f32; NUMBERS] = values.try_into().ok()?;
        let at = |place: usize| f64::from(values[place]);
        // The print holds the lower triangle, row by row.
        let covariance = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let (row, column) = (i.max(j), i.min(j));
                let floor = if i == j { FLOOR } else { 0.0 };
                at(D + row * (row + 1) / 2 + column) + floor
            })
        });
        let pitch = (at(NUMBERS - 2), at(NUMBERS - 1).max(FLOOR));
        Some(Gaussian { mean: std::array::from_fn(at), covariance, pitch })
    }
}

fn squared(vector: &[f64; D]) -> f64 {
    vector.iter().map(|x| x * x).sum()
}

/// Solves `factor * x = right` for a lower triangle.
fn solve(factor: &Matrix, right: &[f64; D]) -> [f64; D] {
    let mut x = [0.0; D];
    for i in 0..D {
        let known: f64 = (0..i).map(|j| factor[i][j] * x[j]).sum();
        x[i] = (right[i] - known) / factor[i][i];
    }
    x
}

/// The lower triangle `l` with `l * lᵀ = matrix`, and the logarithm of the determinant of `matrix`.
fn cholesky(matrix: &Matrix) -> (Matrix, f64) {
    let mut l = [[0.0; D]; D];
    let mut log_determinant = 0.0;
    for i in 0..D {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            if i == j {
                // Rounding can make the rest of a variance negative.
                l[i][i] = (matrix[i][i] - known).max(FLOOR * 1e-3).sqrt();
                log_determinant += 2.0 * f64::ln(l[i][i]);
            } else {
                l[i][j] = (matrix[i][j] - known) / l[j][j];
            }
        }
    }
    (l, log_determinant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn towards(angle: f32) -> Voiceprint {
        Voiceprint { method: SPEAKRS.into(), values: vec![angle.cos(), angle.sin()], heard_ms: 60_000 }
    }

    fn speaker(voice: Voiceprint) -> Speaker {
        Speaker { label: "Speaker".into(), name: None, voice: Some(voice) }
    }

    fn known(name: &str, print: Voiceprint) -> RememberedVoice {
        RememberedVoice { id: 1, name: name.into(), print }
    }

    fn names(speakers: &[Speaker], remembered: &[RememberedVoice]) -> Vec<(u16, String)> {
        match_voices(speakers, remembered).names.into_iter().collect()
    }

    #[test]
    fn a_close_voice_gets_the_name_and_a_far_one_keeps_its_label() {
        let remembered = [known("Ana", towards(0.0)), known("Ben", towards(2.0))];
        let heard = [speaker(towards(2.1)), speaker(towards(-1.5)), speaker(towards(0.2))];
        assert_eq!(names(&heard, &remembered), [(0, "Ben".into()), (2, "Ana".into())]);
    }

    #[test]
    fn a_voice_between_two_people_gets_no_name() {
        let remembered = [known("Ana", towards(0.0)), known("Ben", towards(0.6))];
        assert_eq!(names(&[speaker(towards(0.3))], &remembered), []);
        let same = [known("Ana", towards(0.0)), known("Ana", towards(0.6))];
        assert_eq!(names(&[speaker(towards(0.3))], &same), [(0, "Ana".into())], "two prints of one person");
    }

    #[test]
    fn nobody_is_heard_twice_in_one_recording() {
        let remembered = [known("Ana", towards(0.0))];
        let twice = [speaker(towards(0.1)), speaker(towards(-0.1))];
        assert_eq!(names(&twice, &remembered), []);
        let named = Speaker { name: Some("Ana".into()), ..speaker(towards(1.0)) };
        assert_eq!(names(&[named, speaker(towards(0.1))], &remembered), [], "the name is taken");
    }

    #[test]
    fn only_prints_of_one_method_and_of_enough_speech_are_compared() {
        let other = Voiceprint { method: "speakrs/older".into(), ..towards(0.0) };
        assert_eq!(distance(&other, &towards(0.0)), None);
        assert_eq!(distance(&other, &other), None, "nobody knows how");
        let short = Voiceprint { heard_ms: LEAST_HEARD_MS - 1, ..towards(0.0) };
        assert_eq!(names(&[speaker(short.clone())], &[known("Ana", towards(0.0))]), []);
        assert_eq!(names(&[speaker(towards(0.0))], &[known("Ana", short)]), []);
        let cut = Voiceprint { method: VOICE_CLUSTERING.into(), ..towards(0.0) };
        assert_eq!(distance(&cut, &cut), None, "a print of the wrong length");
    }

    proptest! {
        #[test]
        fn every_name_is_given_once_at_most_and_only_to_the_nameless(
            heard in proptest::collection::vec((0f32..6.3, any::<bool>()), 0..8),
            remembered in proptest::collection::vec((0usize..4, 0f32..6.3), 0..10),
        ) {
            let heard: Vec<Speaker> = heard.into_iter().map(|(angle, named)| {
                Speaker { name: named.then(|| "0".to_owned()), ..speaker(towards(angle)) }
            }).collect();
            let remembered: Vec<_> = remembered.into_iter().map(|(n, angle)| known(&n.to_string(), towards(angle))).collect();
            let found = match_voices(&heard, &remembered);
            prop_assert!(found.names.keys().eq(found.evidence.keys()), "every name has its reason");
            let mut given: Vec<&String> = found.names.values().collect();
            given.sort();
            given.dedup();
            prop_assert_eq!(given.len(), found.names.len());
            for index in found.names.keys() {
                prop_assert!(heard[usize::from(*index)].name.is_none());
            }
        }
    }
}
