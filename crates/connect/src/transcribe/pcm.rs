//! Reading the decoded recording: 16 kHz mono 16-bit samples, a stretch at a time.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use debrief_core::failure::Failure;
use serde::{Deserialize, Serialize};

/// Samples per second of every decoded recording.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples per millisecond.
pub(crate) const PER_MS: u32 = SAMPLE_RATE / 1000;

/// A stretch of a recording, in samples from its start; `end` is the first sample after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// First sample.
    pub start: u32,
    /// First sample after the stretch.
    pub end: u32,
}

impl Region {
    /// Start in milliseconds.
    pub fn start_ms(self) -> u32 {
        self.start / PER_MS
    }

    /// End in milliseconds.
    pub fn end_ms(self) -> u32 {
        self.end / PER_MS
    }

    /// Length in milliseconds.
    pub fn length_ms(self) -> u32 {
        (self.end - self.start) / PER_MS
    }
}

/// An open recording.
pub(crate) struct Pcm {
    reader: hound::WavReader<BufReader<File>>,
}

impl Pcm {
    /// Opens what the decode stage wrote.
    ///
    /// # Errors
    /// A defect, as the journal has seen the file: it is gone, damaged, or not 16 kHz mono 16-bit.
    pub(crate) fn open(file: &Path) -> Result<Self, Failure> {
        let reader = hound::WavReader::open(file).map_err(unreadable)?;
        let spec = reader.spec();
        if (spec.sample_rate, spec.channels, spec.bits_per_sample) != (SAMPLE_RATE, 1, 16) {
            return Err(Failure::internal(format!("the decoded recording is {spec:?}")));
        }
        Ok(Self { reader })
    }

    /// Length in samples.
    pub(crate) fn length(&self) -> u32 {
        self.reader.duration()
    }

    /// Reads on into `samples`, up to `count` of them; fewer only at the end.
    pub(crate) fn read_on(&mut self, samples: &mut Vec<i16>, count: usize) -> Result<(), Failure> {
        samples.clear();
        for sample in self.reader.samples::<i16>().take(count) {
            samples.push(sample.map_err(unreadable)?);
        }
        Ok(())
    }

    /// Reads one stretch into `samples`.
    pub(crate) fn read(&mut self, region: Region, samples: &mut Vec<i16>) -> Result<(), Failure> {
        self.reader.seek(region.start).map_err(|e| unreadable(e.into()))?;
        self.read_on(samples, (region.end - region.start) as usize)
    }
}

fn unreadable(error: hound::Error) -> Failure {
    Failure::internal(format!("the decoded recording cannot be read: {error}"))
}
