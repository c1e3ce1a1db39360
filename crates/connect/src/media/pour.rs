//! From decoded packets to samples in the file: gaps become silence, channels their mean, any rate 16 kHz.

use std::path::Path;

use debrief_core::failure::Failure;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::units::TimeBase;

use super::failures;
use super::resample::To16k;
use super::wav::{WavFile, WriteError};

/// A gap in the timestamps, in milliseconds, that becomes silence, so that timecodes keep fitting the recording. Smaller
/// ones are rounding.
const GAP_MS: u64 = 250;

/// A gap, in milliseconds, that is no pause but a jump of a recorder's clock, unless the stated length has room for it.
const JUMP_MS: u64 = 10 * 60_000;

/// Compares timestamps with what was decoded.
pub(super) struct Clock {
    base: Option<TimeBase>,
    first: Option<i64>,
}

impl Clock {
    /// A clock for a stream whose timestamps have this unit.
    pub(super) fn new(base: Option<TimeBase>) -> Self {
        Self { base, first: None }
    }

    /// Milliseconds of silence to put before the packet of timestamp `pts`, when `done_ms` of its stream are decoded:
    /// what a recorder left out or what could not be decoded.
    pub(super) fn missing_ms(&mut self, pts: i64, done_ms: u64, declared_ms: Option<u32>) -> u64 {
        let first = *self.first.get_or_insert(pts);
        let since_first = u64::try_from(pts.saturating_sub(first)).unwrap_or(0);
        let missing = self.milliseconds(since_first).saturating_sub(done_ms);
        let room = declared_ms.map_or(JUMP_MS, |declared| u64::from(declared).saturating_sub(done_ms));
        if (GAP_MS..=room).contains(&missing) { missing } else { 0 }
    }

    /// A number of the stream's ticks in milliseconds; 0 if their unit is not known.
    pub(super) fn milliseconds(&self, ticks: u64) -> u64 {
        let Some(base) = self.base else { return 0 };
        let length = base.calc_duration_saturating(symphonia::core::units::Duration::from(ticks));
        u64::try_from(length.as_millis()).unwrap_or(0)
    }
}

/// From decoded packets to samples in the file.
pub(super) struct Pour<'a> {
    wav: WavFile,
    resampler: Option<To16k>,
    // Milliseconds of the current stream that earlier resamplers took: the rate may change on the way.
    stream_ms_before: u64,
    mono: Vec<f32>,
    folder: &'a Path,
    name: &'a str,
}

impl<'a> Pour<'a> {
    pub(super) fn new(wav: WavFile, folder: &'a Path, name: &'a str) -> Self {
        Self { wav, resampler: None, stream_ms_before: 0, mono: Vec::new(), folder, name }
    }

    /// Milliseconds written so far, of all streams.
    pub(super) fn duration_ms(&self) -> u32 {
        self.wav.duration_ms()
    }

    /// What follows is another stream, whose time begins anew.
    pub(super) fn begin_stream(&mut self) -> Result<(), Failure> {
        self.finish_stream()?;
        self.stream_ms_before = 0;
        Ok(())
    }

    /// The file with everything that was poured.
    pub(super) fn into_wav(mut self) -> Result<WavFile, Failure> {
        self.finish_stream()?;
        Ok(self.wav)
    }

    /// Milliseconds of the current stream that were taken.
    pub(super) fn stream_ms(&self) -> u64 {
        let taken = |resampler: &To16k| resampler.taken() * 1000 / u64::from(resampler.rate());
        self.stream_ms_before + self.resampler.as_ref().map_or(0, taken)
    }

    /// Takes silence, then a decoded packet.
    pub(super) fn sound(
        &mut self,
        silence_ms: u64,
        sound: &GenericAudioBufferRef<'_>,
    ) -> Result<(), Failure> {
        let (rate, channels) = (sound.spec().rate(), sound.num_planes());
        if channels == 0 || sound.is_empty() {
            return Ok(());
        }
        if self.resampler.as_ref().is_some_and(|resampler| resampler.rate() != rate) {
            self.finish_stream()?;
        }
        if self.resampler.is_none() {
            let resampler = To16k::new(rate)
                .ok_or_else(|| failures::damaged(self.name).because(format!("a sample rate of {rate} Hz")))?;
            self.resampler = Some(resampler);
        }
        self.silence(silence_ms)?;
        let mut interleaved = std::mem::take(&mut self.mono);
        sound.copy_to_vec_interleaved(&mut interleaved);
        mix_down(&mut interleaved, channels);
        let result = self.push(&interleaved);
        self.mono = interleaved;
        result
    }

    fn silence(&mut self, ms: u64) -> Result<(), Failure> {
        let Some(rate) = self.resampler.as_ref().map(To16k::rate) else { return Ok(()) };
        let mut left = ms * u64::from(rate) / 1000;
        let zeros = [0.0; 4096];
        while left > 0 {
            let count = left.min(zeros.len() as u64);
            self.push(&zeros[..count as usize])?;
            left -= count;
        }
        Ok(())
    }

    fn push(&mut self, mono: &[f32]) -> Result<(), Failure> {
        let Some(resampler) = &mut self.resampler else { return Ok(()) };
        let wav = &mut self.wav;
        resampler
            .push(mono, &mut |samples| wav.write(samples))
            .map_err(|error| not_written(error, self.folder, self.name))
    }

    /// Hands on what the resampler still holds.
    fn finish_stream(&mut self) -> Result<(), Failure> {
        self.stream_ms_before = self.stream_ms();
        let Some(resampler) = self.resampler.take() else { return Ok(()) };
        let wav = &mut self.wav;
        resampler
            .finish(&mut |samples| wav.write(samples))
            .map_err(|error| not_written(error, self.folder, self.name))
    }
}

/// The failure behind samples that were not taken.
pub(super) fn not_written(error: WriteError, folder: &Path, name: &str) -> Failure {
    match error {
        WriteError::Io(error) => failures::writing(folder, &error),
        WriteError::TooLong => failures::too_long(name),
    }
}

/// Interleaved channels → their mean, in place.
fn mix_down(samples: &mut Vec<f32>, channels: usize) {
    let frames = samples.len() / channels;
    let share = 1.0 / channels as f32;
    for frame in 0..frames {
        let sum: f32 = samples[frame * channels..][..channels].iter().sum();
        // One broken float would silence a whole block of the resampler.
        samples[frame] = if sum.is_finite() { sum * share } else { 0.0 };
    }
    samples.truncate(frames);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock in milliseconds that has seen a first packet at 5,000.
    fn clock() -> Clock {
        let mut clock = Clock::new(TimeBase::try_new(1, 1000));
        assert_eq!(clock.missing_ms(5_000, 0, None), 0);
        clock
    }

    #[test]
    fn a_pause_of_the_recorder_becomes_silence() {
        assert_eq!(clock().missing_ms(8_000, 1_000, None), 2_000);
        assert_eq!(clock().missing_ms(8_000, 1_000, Some(60_000)), 2_000);
    }

    #[test]
    fn rounding_and_overlap_become_nothing() {
        assert_eq!(clock().missing_ms(6_200, 1_000, None), 0);
        assert_eq!(clock().missing_ms(5_500, 1_000, None), 0);
        assert_eq!(clock().missing_ms(0, 1_000, None), 0);
    }

    #[test]
    fn a_jump_beyond_the_length_of_the_recording_is_not_believed() {
        assert_eq!(clock().missing_ms(500_000, 1_000, Some(60_000)), 0);
        assert_eq!(clock().missing_ms(90_000_000, 1_000, None), 0);
    }

    #[test]
    fn channels_become_their_mean_and_broken_floats_silence() {
        let mut samples = vec![0.5, 0.3, -1.0, 1.0, f32::NAN, 0.2, f32::INFINITY, 0.0];
        mix_down(&mut samples, 2);
        assert_eq!(samples, [0.4, 0.0, 0.0, 0.0]);
    }
}
