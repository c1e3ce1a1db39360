//! Any sample rate → 16 kHz, block by block.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::SAMPLE_RATE_HZ;

/// Block length that is aimed at, in input samples. Its divisors decide the speed: blocks of 4096 at 48 kHz take three
/// times as long as blocks of 4608, because the Fourier transform of the output is then of an awkward length.
const BLOCK: usize = 4608;

/// Rates outside of this range, in Hz, are signs of a broken header.
const RATES_HZ: std::ops::RangeInclusive<u32> = 2_000..=768_000;

/// Turns one mono stream of one rate into 16 kHz without delay: what comes out begins with what went in.
pub(super) struct To16k {
    rate: u32,
    // None: the stream already has the right rate.
    fft: Option<Fft<f32>>,
    pending: Vec<f32>,
    block: Vec<f32>,
    delay_left: usize,
    taken: u64,
    given: u64,
}

impl To16k {
    /// A resampler from `rate` Hz; `None` if no recording has such a rate.
    pub(super) fn new(rate: u32) -> Option<Self> {
        if !RATES_HZ.contains(&rate) {
            return None;
        }
        let fft = (rate != SAMPLE_RATE_HZ).then(|| {
            let (rate, wanted) = (rate as usize, SAMPLE_RATE_HZ as usize);
            Fft::new_custom(
                rate,
                wanted,
                block_in(rate),
                1,
                1,
                rubato::WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            )
            .expect("both rates and the block length are above zero")
        });
        let delay_left = fft.as_ref().map_or(0, Resampler::output_delay);
        let block = vec![0.0; fft.as_ref().map_or(0, Resampler::output_frames_max)];
        Some(Self { rate, fft, pending: Vec::new(), block, delay_left, taken: 0, given: 0 })
    }

    /// Rate of the input, in Hz.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Samples taken so far, at the input's rate.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes samples and hands out what is ready.
    pub(super) fn push<E>(
        &mut self,
        samples: &[f32],
        give: &mut impl FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.taken += samples.len() as u64;
        if self.fft.is_none() {
            self.given += samples.len() as u64;
            return give(samples);
        }
        self.pending.extend_from_slice(samples);
        self.turn(u64::MAX, give)
    }

    /// Hands out the rest, up to the exact length that the input stands for.
    pub(super) fn finish<E>(mut self, give: &mut impl FnMut(&[f32]) -> Result<(), E>) -> Result<(), E> {
        let Some(fft) = &self.fft else { return Ok(()) };
        let block = fft.input_frames_next();
        let rate = u64::from(self.rate);
        let wanted = (self.taken * u64::from(SAMPLE_RATE_HZ) + rate / 2) / rate;
        while self.given < wanted {
            let length = self.pending.len();
            self.pending.resize(length - length % block + block, 0.0);
            self.turn(wanted, give)?;
        }
        Ok(())
    }

    /// Resamples all whole blocks that wait; hands out no more than `wanted` samples in all.
    fn turn<E>(&mut self, wanted: u64, give: &mut impl FnMut(&[f32]) -> Result<(), E>) -> Result<(), E> {
        let Some(fft) = &mut self.fft else { return Ok(()) };
        let mut done = 0;
        loop {
            let need = fft.input_frames_next();
            let Some(input) = self.pending.get(done..done + need) else { break };
            let room = self.block.len();
            let input = SequentialSlice::new(input, 1, need).expect("the slice was cut to this length");
            let mut output =
                SequentialSlice::new_mut(&mut self.block, 1, room).expect("the length is its own");
            let (_, made) = fft
                .process_into_buffer(&input, &mut output, None)
                .expect("both buffers have the lengths that the resampler asked for");
            done += need;
            let skipped = self.delay_left.min(made);
            self.delay_left -= skipped;
            let left = usize::try_from(wanted - self.given).unwrap_or(usize::MAX);
            let ready = &self.block[skipped..made];
            let ready = &ready[..ready.len().min(left)];
            self.given += ready.len() as u64;
            give(ready)?;
        }
        self.pending.drain(..done);
        Ok(())
    }
}

/// The block length near [`BLOCK`] that the two rates allow and whose transforms are quick: their common part times a
/// product of twos and threes. 4608 at 48 kHz, 5292 at 44.1 kHz.
fn block_in(rate: usize) -> usize {
    let common = gcd(rate, SAMPLE_RATE_HZ as usize);
    let (unit_in, unit_out) = (rate / common, SAMPLE_RATE_HZ as usize / common);
    let least = BLOCK.div_ceil(unit_in.max(unit_out));
    let smooth = (least..).find(|n| is_smooth(*n)).expect("a power of two follows every number");
    unit_in * smooth
}

fn is_smooth(mut n: usize) -> bool {
    for factor in [2, 3] {
        while n.is_multiple_of(factor) {
            n /= factor;
        }
    }
    n == 1
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn resampled(rate: u32, input: &[f32], piece: usize) -> Vec<f32> {
        let mut out = Vec::new();
        let mut give = |samples: &[f32]| {
            out.extend_from_slice(samples);
            Ok::<(), Infallible>(())
        };
        let mut resampler = To16k::new(rate).unwrap();
        for samples in input.chunks(piece) {
            resampler.push(samples, &mut give).unwrap();
        }
        resampler.finish(&mut give).unwrap();
        out
    }

    fn tone(rate: u32, hz: f32, seconds: f32) -> Vec<f32> {
        let count = (rate as f32 * seconds) as usize;
        let step = std::f64::consts::TAU * f64::from(hz) / f64::from(rate);
        (0..count).map(|n| 0.5 * (step * n as f64).sin() as f32).collect()
    }

    #[test]
    fn blocks_have_the_lengths_that_were_measured_as_quick() {
        assert_eq!(block_in(48_000), 4608);
        assert_eq!(block_in(44_100), 5292);
        assert_eq!(block_in(22_050), 5292);
        assert_eq!(block_in(96_000), 4608);
    }

    #[test]
    fn a_tone_keeps_frequency_loudness_phase_and_length_at_every_rate() {
        for rate in
            [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]
        {
            let out = resampled(rate, &tone(rate, 440.0, 2.0), 1024);
            assert_eq!(out.len(), 32_000, "{rate} Hz");
            let ideal = tone(SAMPLE_RATE_HZ, 440.0, 2.0);
            // The first and last 20 ms ring: the tone begins and ends at once.
            let worst = (320..32_000 - 320).map(|n| (out[n] - ideal[n]).abs()).fold(0.0_f32, f32::max);
            assert!(worst < 0.002, "{rate} Hz is off by {worst}");
        }
    }

    #[test]
    fn what_16_khz_cannot_hold_is_removed_and_not_folded_back() {
        let out = resampled(48_000, &tone(48_000, 11_000.0, 1.0), 960);
        let loudest = out[1600..14_400].iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!(loudest < 0.001, "{loudest}");
    }

    #[test]
    fn the_size_of_the_pieces_changes_nothing() {
        let input = tone(44_100, 300.0, 0.7);
        assert_eq!(resampled(44_100, &input, 1), resampled(44_100, &input, 30_000));
    }

    #[test]
    fn a_handful_of_samples_comes_out_as_a_handful() {
        assert_eq!(resampled(48_000, &[0.1; 30], 30).len(), 10);
        assert!(resampled(48_000, &[], 1).is_empty());
    }

    #[test]
    fn rates_that_no_recording_has_are_refused() {
        assert!(To16k::new(0).is_none());
        assert!(To16k::new(1).is_none());
        assert!(To16k::new(4_000_000_000).is_none());
    }
}
