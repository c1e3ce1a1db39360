//! What a voice sounds like, frame by frame: the shape of its spectrum (MFCC) and its pitch.

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::transcribe::pcm::SAMPLE_RATE;

/// Coefficients per frame, the loudness (the zeroth) left out.
pub(super) const COEFFICIENTS: usize = 12;

/// Samples between two frames: 10 ms.
pub(super) const HOP: usize = 160;

/// Samples of a frame: 40 ms, two periods of the lowest voice.
const WINDOW: usize = 640;

/// Samples by which a frame reaches beyond the start of the next one.
pub(super) const OVERLAP: usize = WINDOW - HOP;

/// Long enough for the window and the longest lag, so that the autocorrelation does not wrap around.
const FFT: usize = 1024;

const BANDS: usize = 26;

/// Lags in samples of the highest (400 Hz) and the lowest (60 Hz) voice.
const LAGS: std::ops::RangeInclusive<usize> = 40..=266;

/// How much a frame must resemble itself one period later, 0 to 1, to count as voiced.
const VOICED: f32 = 0.6;

/// One frame of a voice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Mel-frequency cepstrum, from the first coefficient.
    pub(super) cepstrum: [f32; COEFFICIENTS],
    /// Natural logarithm of the pitch in hertz, if there is one.
    pub(super) pitch: Option<f32>,
    /// Loudness in decibels, from an arbitrary zero.
    pub(super) loudness_db: f32,
}

/// Computes frames; holds tables and buffers.
pub(super) struct Analyser {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    /// For each band: the first bin, and the weights from there on.
    bands: Vec<(usize, Vec<f32>)>,
    /// How strongly the window resembles itself at each lag; measured resemblance is divided by it.
    window_correlation: Vec<f32>,
    time: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
}

impl Analyser {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(FFT), planner.plan_fft_inverse(FFT));
        let angle = |i: usize| 2.0 * PI * i as f32 / (WINDOW - 1) as f32;
        let window: Vec<f32> = (0..WINDOW).map(|i| 0.54 - 0.46 * angle(i).cos()).collect();
        let overlap = |lag: usize| window.iter().zip(&window[lag..]).map(|(a, b)| a * b).sum::<f32>();
        let window_correlation = (0..=*LAGS.end()).map(|lag| overlap(lag) / overlap(0)).collect();
        Self {
            time: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            forward,
            inverse,
            window,
            bands: bands(),
            window_correlation,
        }
    }

    /// The frames of a stretch of samples; none if it is shorter than a frame.
    pub(super) fn frames(&mut self, samples: &[i16]) -> Vec<Frame> {
        samples.windows(WINDOW).step_by(HOP).map(|window| self.frame(window)).collect()
    }

    fn frame(&mut self, samples: &[i16]) -> Frame {
        self.time.fill(0.0);
        for ((slot, sample), weight) in self.time.iter_mut().zip(samples).zip(&self.window) {
            *slot = f32::from(*sample) * weight;
        }
        let energy: f32 = self.time.iter().map(|s| s * s).sum();
        self.forward
            .process(&mut self.time, &mut self.spectrum)
            .expect("the buffers were made by the same plan");
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        let cepstrum = self.cepstrum();
        self.inverse
            .process(&mut self.spectrum, &mut self.time)
            .expect("a power spectrum is real at both ends");
        Frame { cepstrum, pitch: self.pitch(), loudness_db: 10.0 * (energy + 1.0).log10() }
    }

    /// From the power spectrum.
    fn cepstrum(&self) -> [f32; COEFFICIENTS] {
        let energy = |(first, weights): &(usize, Vec<f32>)| {
            let bins = self.spectrum[*first..].iter().zip(weights);
            // High bands are weak in speech; a floor keeps digital silence from dominating.
            (bins.map(|(bin, weight)| bin.re * weight).sum::<f32>() + 1e4).ln()
        };
        let bands: Vec<f32> = self.bands.iter().map(energy).collect();
        std::array::from_fn(|k| {
            let order = (k + 1) as f32 * PI / BANDS as f32;
            bands.iter().enumerate().map(|(b, e)| e * (order * (b as f32 + 0.5)).cos()).sum::<f32>()
                / BANDS as f32
        })
    }

    /// From the autocorrelation.
    fn pitch(&self) -> Option<f32> {
        let whole = self.time[0];
        if whole <= 0.0 {
            return None;
        }
        let likeness = |lag: usize| self.time[lag] / whole / self.window_correlation[lag];
        let best = LAGS.map(likeness).fold(0.0, f32::max);
        if best < VOICED {
            return None;
        }
        // Two periods resemble each other as much as one: the first good peak is the pitch.
        let lag = LAGS.skip(1).find(|lag| {
            let here = likeness(*lag);
            here > 0.9 * best && here >= likeness(lag - 1) && here >= likeness((lag + 1).min(*LAGS.end()))
        })?;
        Some((SAMPLE_RATE as f32 / lag as f32).ln())
    }
}

/// Triangles of equal width on the mel scale, from 100 Hz to 7 kHz.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f32| 1127.0 * (1.0 + hz / 700.0).ln();
    let (low, high) = (mel(100.0), mel(7000.0));
    let step = (high - low) / (BANDS + 1) as f32;
    let mel_of_bin = |bin: usize| mel(bin as f32 * SAMPLE_RATE as f32 / FFT as f32);
    let weight = |bin: usize, centre: f32| (1.0 - (mel_of_bin(bin) - centre).abs() / step).max(0.0);
    let band = |number: usize| {
        let centre = low + step * (number + 1) as f32;
        let inside: Vec<usize> = (0..FFT / 2).filter(|bin| weight(*bin, centre) > 0.0).collect();
        let first = inside.first().copied().unwrap_or(0);
        (first, inside.iter().map(|bin| weight(*bin, centre)).collect())
    };
    (0..BANDS).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, overtones: u32) -> Vec<i16> {
        let sample = |i: u32| {
            let t = i as f32 / SAMPLE_RATE as f32;
            let waves = (1..=overtones).map(|k| (2.0 * PI * hz * k as f32 * t).sin() / k as f32);
            (waves.sum::<f32>() * 5000.0) as i16
        };
        (0..8000).map(sample).collect()
    }

    #[test]
    fn the_pitch_of_a_voice_like_tone_is_found_without_octave_errors() {
        for hz in [80.0, 110.0, 170.0, 220.0, 330.0] {
            for frame in Analyser::new().frames(&tone(hz, 8)) {
                let found = frame.pitch.unwrap().exp();
                assert!((found / hz - 1.0).abs() < 0.03, "{found} Hz instead of {hz} Hz");
            }
        }
    }

    #[test]
    fn noise_and_silence_have_no_pitch() {
        let mut seed = 1u32;
        let noise: Vec<i16> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 18) as i16 - 8192
        })
        .take(8000)
        .collect();
        assert!(Analyser::new().frames(&noise).iter().all(|frame| frame.pitch.is_none()));
        assert!(Analyser::new().frames(&[0; 8000]).iter().all(|frame| frame.pitch.is_none()));
    }

    #[test]
    fn the_cepstrum_does_not_depend_on_loudness() {
        let loud = tone(120.0, 60);
        let soft: Vec<i16> = loud.iter().map(|s| s / 2).collect();
        let first = |samples: &[i16]| Analyser::new().frames(samples)[3].cepstrum;
        for (a, b) in first(&loud).iter().zip(first(&soft)) {
            assert!((a - b).abs() < 0.05, "{a} {b}");
        }
    }
}
