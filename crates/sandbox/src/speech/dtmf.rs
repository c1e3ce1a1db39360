//! Speech that needs no model: words of four DTMF digits, made and heard exactly.
//!
//! A word is up to four tones of [`TONE_MS`] with [`GAP_MS`] of quiet between them; at least [`PAUSE_MS`] of quiet lie between
//! words. A word that begins with A, B, C or D was spoken by that speaker.

use std::f64::consts::TAU;

/// Length of one tone.
pub const TONE_MS: u64 = 60;
/// Quiet between the tones of a word.
pub const GAP_MS: u64 = 40;
/// Quiet between words, at least.
pub const PAUSE_MS: u64 = 200;
/// Tones in a whole word.
pub const DIGITS: usize = 4;
/// Length of a whole word.
pub const WORD_MS: u64 = DIGITS as u64 * TONE_MS + (DIGITS as u64 - 1) * GAP_MS;

const LOW_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH_HZ: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const KEYS: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// A word that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its digits: fewer than four of a word that was cut.
    pub text: String,
    /// Where its first tone begins.
    pub start_ms: u64,
    /// Where its last tone ends.
    pub end_ms: u64,
}

/// `total_ms` of mono sound in which each word begins at its millisecond.
///
/// # Panics
/// When a word has a letter that is no DTMF digit or more than four of them, begins within [`PAUSE_MS`] of the one before
/// it, or ends after the end.
#[must_use]
pub fn say(words: &[(u64, &str)], total_ms: u64, sample_rate: u32) -> Vec<i16> {
    let at = |ms: u64| usize::try_from(ms * u64::from(sample_rate) / 1000).expect("a sound in memory fits");
    let mut sound = vec![0; at(total_ms)];
    let mut free_from_ms = 0;
    for (start_ms, word) in words {
        assert!(*start_ms >= free_from_ms, "{word} at {start_ms} ms begins too early");
        assert!((1..=DIGITS).contains(&word.len()), "{word} has not one to four digits");
        for (place, digit) in (0..).zip(word.chars()) {
            let from_ms = start_ms + place * (TONE_MS + GAP_MS);
            tone(digit, &mut sound[at(from_ms)..at(from_ms + TONE_MS)], f64::from(sample_rate));
            free_from_ms = from_ms + TONE_MS + PAUSE_MS;
        }
    }
    sound
}

fn tone(digit: char, sound: &mut [i16], rate: f64) {
    const LOUDNESS: f64 = 0.35;
    /// So that no click spoils the neighbours.
    const RAMP_S: f64 = 0.004;
    let row =
        KEYS.iter().position(|row| row.contains(&digit)).unwrap_or_else(|| panic!("{digit} is no digit"));
    let column = KEYS[row].iter().position(|key| *key == digit).expect("the row has it");
    let length_s = sound.len() as f64 / rate;
    for (at, sample) in sound.iter_mut().enumerate() {
        let time_s = at as f64 / rate;
        let ramp = (time_s.min(length_s - time_s) / RAMP_S).clamp(0.0, 1.0);
        let wave = (TAU * LOW_HZ[row] * time_s).sin() + (TAU * HIGH_HZ[column] * time_s).sin();
        *sample = (wave * ramp * LOUDNESS * f64::from(i16::MAX)) as i16;
    }
}

/// The words in mono sound.
#[must_use]
pub fn hear(sound: &[i16], sample_rate: u32) -> Vec<Heard> {
    let mut ear = Ear::new(sample_rate);
    let sound: Vec<f32> = sound.iter().map(|sample| f32::from(*sample) / -f32::from(i16::MIN)).collect();
    ear.take(&sound, 1);
    ear.words()
}

/// Listens piece by piece, so that memory is flat in the length of the sound.
#[derive(Debug)]
pub(super) struct Ear {
    /// One sample in so many is heard: enough for the highest tone, and hours of sound take seconds.
    every: usize,
    rate: f64,
    /// Samples to pass before the next that is heard.
    ahead: usize,
    block: Vec<f32>,
    block_length: usize,
    blocks: u64,
    /// What the loudest recent block had, fading.
    peak: f32,
    burst: Option<Burst>,
    tones: Vec<Tone>,
}

/// Loud blocks in a row.
#[derive(Debug)]
struct Burst {
    first_block: u64,
    samples: Vec<f32>,
    quiet: u64,
}

#[derive(Debug)]
struct Tone {
    digit: char,
    start_ms: u64,
    end_ms: u64,
}

impl Ear {
    const LOWEST_RATE: u32 = 8000;
    const BLOCKS_PER_S: f64 = 200.0;
    /// Below this nothing is a tone.
    const QUIET: f32 = 0.02;
    /// A block this much quieter than the loudest recent one is a gap: codecs smear tones.
    const GAP: f32 = 0.3;
    /// In each block, so that half a second after a loud word a quiet one is heard.
    const FADING: f32 = 0.96;
    /// Blocks that end a burst.
    const ENDS: u64 = 3;
    const TONE_AT_LEAST_MS: u64 = 20;
    const TONE_AT_MOST_MS: u64 = 120;
    const GAP_AT_MOST_MS: u64 = 120;

    pub(super) fn new(sample_rate: u32) -> Ear {
        let every = (sample_rate / Ear::LOWEST_RATE).max(1);
        let rate = f64::from(sample_rate) / f64::from(every);
        let block_length = (rate / Ear::BLOCKS_PER_S).round().max(1.0) as usize;
        Ear {
            every: every as usize,
            rate,
            ahead: 0,
            block: Vec::with_capacity(block_length),
            block_length,
            blocks: 0,
            peak: 0.0,
            burst: None,
            tones: Vec::new(),
        }
    }

    /// Hears frames of interleaved channels.
    pub(super) fn take(&mut self, interleaved: &[f32], channels: usize) {
        let frames = interleaved.len() / channels;
        let mut at = self.ahead;
        while at < frames {
            let frame = &interleaved[at * channels..][..channels];
            self.block.push(frame.iter().sum::<f32>() / channels as f32);
            if self.block.len() == self.block_length {
                self.end_block();
            }
            at += self.every;
        }
        self.ahead = at - frames;
    }

    fn end_block(&mut self) {
        let loudness =
            (self.block.iter().map(|sample| sample * sample).sum::<f32>() / self.block.len() as f32).sqrt();
        self.peak = loudness.max(self.peak * Ear::FADING);
        let loud = loudness > Ear::QUIET.max(self.peak * Ear::GAP);
        if loud || self.burst.is_some() {
            let first_block = self.blocks;
            let burst =
                self.burst.get_or_insert_with(|| Burst { first_block, samples: Vec::new(), quiet: 0 });
            burst.quiet = if loud { 0 } else { burst.quiet + 1 };
            // What is longer than a tone needs no memory.
            if burst.samples.len() < 20 * self.block_length * Ear::ENDS as usize {
                burst.samples.extend_from_slice(&self.block);
            }
            if burst.quiet == Ear::ENDS {
                self.blocks += 1;
                self.end_burst();
                self.blocks -= 1;
            }
        }
        self.blocks += 1;
        self.block.clear();
    }

    fn end_burst(&mut self) {
        let Some(burst) = self.burst.take() else { return };
        let end_block = self.blocks - burst.quiet;
        let ms = |block: u64| (block as f64 * self.block_length as f64 * 1000.0 / self.rate).round() as u64;
        let (start_ms, end_ms) = (ms(burst.first_block), ms(end_block));
        let length = usize::try_from(end_block - burst.first_block).expect("a length in memory");
        if !(Ear::TONE_AT_LEAST_MS..=Ear::TONE_AT_MOST_MS).contains(&(end_ms - start_ms)) {
            return;
        }
        // The edges are where the ramps and the codec's echoes are.
        let edge = if length > 6 { self.block_length } else { 0 };
        let samples = &burst.samples[edge..length * self.block_length - edge];
        if let Some(digit) = digit(samples, self.rate) {
            self.tones.push(Tone { digit, start_ms, end_ms });
        }
    }

    /// Everything that was heard.
    pub(super) fn words(mut self) -> Vec<Heard> {
        self.end_burst();
        let mut words: Vec<Heard> = Vec::new();
        for tone in self.tones {
            match words.last_mut() {
                Some(word)
                    if word.text.len() < DIGITS && tone.start_ms - word.end_ms <= Ear::GAP_AT_MOST_MS =>
                {
                    word.text.push(tone.digit);
                    word.end_ms = tone.end_ms;
                }
                _ => words.push(Heard {
                    text: tone.digit.to_string(),
                    start_ms: tone.start_ms,
                    end_ms: tone.end_ms,
                }),
            }
        }
        words
    }
}

/// The digit whose two tones make up most of a sound.
fn digit(samples: &[f32], rate: f64) -> Option<char> {
    /// Of all energy.
    const SHARE: f64 = 0.6;
    /// Against the second strongest tone of the same group.
    const AHEAD: f64 = 3.0;
    let (row, low) = strongest(LOW_HZ.map(|hertz| goertzel(samples, hertz / rate)), AHEAD)?;
    let (column, high) = strongest(HIGH_HZ.map(|hertz| goertzel(samples, hertz / rate)), AHEAD)?;
    let all: f64 = samples.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum();
    // A pure tone of length n and energy e has a power of n · e / 2.
    let share = (low + high) * 2.0 / (samples.len() as f64 * all);
    let balanced = low < high * 16.0 && high < low * 16.0;
    (share > SHARE && balanced).then_some(KEYS[row][column])
}

fn strongest(powers: [f64; 4], ahead: f64) -> Option<(usize, f64)> {
    let (place, power) = powers.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = powers.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, power)| *power);
    (power > others.fold(0.0, f64::max) * ahead).then_some((place, power))
}

/// The power of one frequency, in cycles per sample.
fn goertzel(samples: &[f32], frequency: f64) -> f64 {
    let coefficient = 2.0 * (TAU * frequency).cos();
    let (last, before) = samples
        .iter()
        .fold((0.0, 0.0), |(last, before), sample| (f64::from(*sample) + coefficient * last - before, last));
    last * last + before * before - coefficient * last * before
}
