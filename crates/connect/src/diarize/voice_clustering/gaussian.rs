//! Voices as Gaussians: sums over frames that can be added up, compared, and asked how well they explain other frames.

use super::features::{COEFFICIENTS as D, Frame};

/// Entries of a symmetric matrix.
const PAIRS: usize = D * (D + 1) / 2;

/// Added to every variance, so that few frames do not make a matrix that cannot be inverted.
const FLOOR: f64 = 1e-3;

/// How much pitch counts beside the spectrum. Neighbouring frames share their pitch, so a tenth of them is news.
const PITCH_WEIGHT: f64 = 0.3;

/// Sums over the frames of a stretch of speech.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    frames: f64,
    first: [f32; D],
    second: [f32; PAIRS],
    voiced: f64,
    pitch: f64,
    pitch_squared: f64,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            frames: 0.0,
            first: [0.0; D],
            second: [0.0; PAIRS],
            voiced: 0.0,
            pitch: 0.0,
            pitch_squared: 0.0,
        }
    }
}

impl Sums {
    pub(super) fn frames(&self) -> f64 {
        self.frames
    }

    pub(super) fn take(&mut self, frame: &Frame) {
        self.frames += 1.0;
        let mut pair = 0;
        for (i, x) in frame.cepstrum.iter().enumerate() {
            self.first[i] += x;
            for y in &frame.cepstrum[..=i] {
                self.second[pair] += x * y;
                pair += 1;
            }
        }
        if let Some(pitch) = frame.pitch.map(f64::from) {
            self.voiced += 1.0;
            self.pitch += pitch;
            self.pitch_squared += pitch * pitch;
        }
    }

    pub(super) fn add(&mut self, other: &Sums) {
        self.frames += other.frames;
        self.voiced += other.voiced;
        self.pitch += other.pitch;
        self.pitch_squared += other.pitch_squared;
        for (mine, its) in self.first.iter_mut().zip(&other.first) {
            *mine += its;
        }
        for (mine, its) in self.second.iter_mut().zip(&other.second) {
            *mine += its;
        }
    }

    /// The same voice as if only `most` frames of it had been heard.
    pub(super) fn at_most(&self, most: f64) -> Self {
        let share = most / self.frames.max(most);
        let mut less = self.clone();
        for number in [&mut less.frames, &mut less.voiced, &mut less.pitch, &mut less.pitch_squared] {
            *number *= share;
        }
        for number in less.first.iter_mut().chain(&mut less.second) {
            *number *= share as f32;
        }
        less
    }

    /// Half the number of frames times the logarithm of the spread: what a Gaussian of its own costs these frames.
    pub(super) fn cost(&self) -> f64 {
        let spectrum = Voice::of(self).map_or(0.0, |voice| self.frames * voice.log_determinant);
        let pitch = if self.voiced > 1.0 { self.voiced * self.pitch_variance().ln() } else { 0.0 };
        0.5 * (spectrum + PITCH_WEIGHT * pitch)
    }

    /// Mean and covariance of the spectrum, the latter's lower triangle row by row, then mean and variance of the pitch:
    /// what [`debrief_core::voices`] compares. None without frames or without any pitch.
    pub(super) fn print(&self) -> Option<Vec<f32>> {
        if self.frames < 1.0 || self.voiced < 1.0 {
            return None;
        }
        let mean: [f64; D] = std::array::from_fn(|i| f64::from(self.first[i]) / self.frames);
        let pairs = (0..D).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let covariance =
            pairs.zip(&self.second).map(|((i, j), sum)| f64::from(*sum) / self.frames - mean[i] * mean[j]);
        let pitch = [self.pitch / self.voiced, self.pitch_variance()];
        Some(mean.into_iter().chain(covariance).chain(pitch).map(|value| value as f32).collect())
    }

    fn pitch_variance(&self) -> f64 {
        let mean = self.pitch / self.voiced;
        (self.pitch_squared / self.voiced - mean * mean).max(0.0) + FLOOR
    }
}

/// What separate Gaussians may save over a common one before two stretches count as two speakers, in the unit of
/// [`Sums::cost`]: the penalty of the Bayesian information criterion, `lambda` times.
pub(super) fn penalty(frames: f64, lambda: f64) -> f64 {
    let parameters = (D + PAIRS) as f64 + PITCH_WEIGHT * 2.0;
    lambda * 0.5 * parameters * frames.max(2.0).ln()
}

/// A Gaussian that is ready to be asked.
pub(super) struct Voice {
    mean: [f64; D],
    /// Lower triangle of the Cholesky factor.
    factor: [[f64; D]; D],
    log_determinant: f64,
    pitch: Option<(f64, f64)>,
}

impl Voice {
    /// `None` without frames.
    pub(super) fn of(sums: &Sums) -> Option<Self> {
        if sums.frames < 1.0 {
            return None;
        }
        let mean: [f64; D] = std::array::from_fn(|i| f64::from(sums.first[i]) / sums.frames);
        let mut covariance = [[0.0; D]; D];
        let mut pair = 0;
        for i in 0..D {
            for j in 0..=i {
                let floor = if i == j { FLOOR } else { 0.0 };
                covariance[i][j] = f64::from(sums.second[pair]) / sums.frames - mean[i] * mean[j] + floor;
                pair += 1;
            }
        }
        let (factor, log_determinant) = cholesky(&covariance);
        let pitch = (sums.voiced > 1.0).then(|| (sums.pitch / sums.voiced, sums.pitch_variance()));
        Some(Self { mean, factor, log_determinant, pitch })
    }

    /// How well this voice explains frames that are only known by their sums: the logarithm of the likelihood, up to
    /// a constant that is the same for all voices.
    pub(super) fn explains(&self, sums: &Sums) -> f64 {
        let Some(other) = Voice::of(sums) else { return 0.0 };
        // The mean squared distance of the frames is that of their mean, plus their own spread as seen from here.
        let offset: [f64; D] = std::array::from_fn(|i| other.mean[i] - self.mean[i]);
        let mut distance = squared(&self.solve(&offset));
        for column in 0..D {
            let spread: [f64; D] = std::array::from_fn(|row| other.factor[row][column]);
            distance += squared(&self.solve(&spread));
        }
        let mut logarithm = -0.5 * sums.frames * (self.log_determinant + distance);
        if let Some((mean, variance)) = self.pitch.filter(|_| sums.voiced > 0.0) {
            let squares = sums.pitch_squared - 2.0 * mean * sums.pitch + sums.voiced * mean * mean;
            logarithm -= 0.5 * PITCH_WEIGHT * (sums.voiced * variance.ln() + squares / variance);
        }
        logarithm
    }

    /// Solves `factor * x = right`.
    fn solve(&self, right: &[f64; D]) -> [f64; D] {
        let mut x = [0.0; D];
        for i in 0..D {
            let known: f64 = (0..i).map(|j| self.factor[i][j] * x[j]).sum();
            x[i] = (right[i] - known) / self.factor[i][i];
        }
        x
    }
}

fn squared(vector: &[f64; D]) -> f64 {
    vector.iter().map(|x| x * x).sum()
}

/// The lower triangle `l` with `l * lᵀ = matrix`, and the logarithm of the determinant of `matrix`.
fn cholesky(matrix: &[[f64; D]; D]) -> ([[f64; D]; D], f64) {
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

    fn frames(centre: f32, count: u32) -> Sums {
        let mut sums = Sums::default();
        let mut seed = 3u32;
        for _ in 0..count {
            let cepstrum = std::array::from_fn(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                centre + (seed >> 16) as f32 / 32_768.0 - 1.0
            });
            sums.take(&Frame { cepstrum, pitch: Some(4.7 + centre / 10.0), loudness_db: 60.0 });
        }
        sums
    }

    #[test]
    fn a_voice_explains_its_own_frames_best() {
        let (a, b) = (frames(0.0, 200), frames(0.5, 200));
        let (voice_a, voice_b) = (Voice::of(&a).unwrap(), Voice::of(&b).unwrap());
        assert!(voice_a.explains(&a) > voice_b.explains(&a));
        assert!(voice_b.explains(&b) > voice_a.explains(&b));
    }

    #[test]
    fn the_likelihood_of_its_own_frames_is_the_cost_and_half_a_unit_per_number() {
        let sums = frames(0.0, 500);
        let found = Voice::of(&sums).unwrap().explains(&sums);
        // All pitches are the same here, so only the floor of their variance is left, which costs nothing itself.
        let expected = -sums.cost() - 0.5 * 500.0 * D as f64;
        assert!((found - expected).abs() < 1e-3 * expected.abs(), "{found} {expected}");
    }

    #[test]
    fn parting_the_frames_of_one_voice_saves_less_than_parting_two() {
        let saved = |a: &Sums, b: &Sums| {
            let mut both = a.clone();
            both.add(b);
            both.cost() - a.cost() - b.cost()
        };
        let (one, same, other) = (frames(0.0, 300), frames(0.01, 300), frames(0.5, 300));
        assert!(saved(&one, &same) < penalty(600.0, 1.0));
        assert!(saved(&one, &other) > penalty(600.0, 1.0));
    }
}
