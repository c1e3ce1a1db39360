//! The decoded audio on disk: written under a temporary name, made durable, then given its name.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::{LONGEST_MS, SAMPLE_RATE_HZ};

const NAME: &str = "audio.wav";
const NAME_UNFINISHED: &str = "audio.wav.part";

/// A 16 kHz mono 16-bit WAV file in the making; what is not finished is removed.
pub(super) struct WavFile {
    folder: PathBuf,
    file: File,
    writer: Option<hound::WavWriter<BufWriter<File>>>,
    samples: u64,
}

/// Why samples could not be taken.
pub(super) enum WriteError {
    Io(io::Error),
    TooLong,
}

impl WavFile {
    /// Begins the file in `folder`, over whatever an interrupted run has left there.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let file = File::create(folder.join(NAME_UNFINISHED))?;
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let buffered = BufWriter::with_capacity(256 * 1024, file.try_clone()?);
        let writer = hound::WavWriter::new(buffered, spec).map_err(io_error)?;
        Ok(Self { folder: folder.to_owned(), file, writer: Some(writer), samples: 0 })
    }

    /// Appends samples of -1 to 1.
    pub(super) fn write(&mut self, samples: &[f32]) -> Result<(), WriteError> {
        // The cast saturates, and turns NaN into silence.
        self.write_with(samples.len(), samples.iter().map(|sample| (sample * 32_768.0).round() as i16))
    }

    /// Appends samples as they come out of a pipe: 16 bit, little-endian; a last odd byte is ignored.
    pub(super) fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let (samples, _rest) = bytes.as_chunks::<2>();
        self.write_with(samples.len(), samples.iter().map(|pair| i16::from_le_bytes(*pair)))
    }

    fn write_with(&mut self, count: usize, samples: impl Iterator<Item = i16>) -> Result<(), WriteError> {
        if self.samples + count as u64 > longest_samples() {
            return Err(WriteError::TooLong);
        }
        let writer = self.writer.as_mut().expect("only `finish` takes the writer, and it consumes the file");
        let count_u32 = u32::try_from(count).map_err(|_| WriteError::TooLong)?;
        let mut block = writer.get_i16_writer(count_u32);
        samples.for_each(|sample| block.write_sample(sample));
        block.flush().map_err(|error| WriteError::Io(io_error(error)))?;
        self.samples += count as u64;
        Ok(())
    }

    /// Length so far, in samples.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Length so far, in milliseconds.
    pub(super) fn duration_ms(&self) -> u32 {
        let ms = self.samples * 1000 / u64::from(SAMPLE_RATE_HZ);
        u32::try_from(ms).expect("37 hours of milliseconds fit into 32 bits")
    }

    /// Completes the header, makes the file durable and gives it its name.
    pub(super) fn finish(mut self) -> io::Result<PathBuf> {
        if let Some(writer) = self.writer.take() {
            writer.finalize().map_err(io_error)?;
        }
        self.file.sync_all()?;
        let finished = self.folder.join(NAME);
        fs::rename(self.folder.join(NAME_UNFINISHED), &finished)?;
        // The new name is durable once the folder is; Windows offers no such call, and needs none.
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(finished)
    }
}

impl Drop for WavFile {
    fn drop(&mut self) {
        // Closes the file, which Windows wants before removing it. After `finish` there is nothing of that name.
        self.writer = None;
        let _ = fs::remove_file(self.folder.join(NAME_UNFINISHED));
    }
}

const fn longest_samples() -> u64 {
    LONGEST_MS as u64 * (SAMPLE_RATE_HZ / 1000) as u64
}

fn io_error(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        hound::Error::FormatError(_)
        | hound::Error::TooWide
        | hound::Error::UnfinishedSample
        | hound::Error::Unsupported
        | hound::Error::InvalidSampleFormat => io::Error::other(error),
    }
}

// The lengths in the header have 32 bits.
const _: () =
    assert!(longest_samples() * 2 + 44 < u32::MAX as u64, "the longest recording fits into a WAV file");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_37_hours_and_no_sample_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut wav = WavFile::create(folder.path()).unwrap();
        // As if all but ten samples of 37 hours had been written.
        wav.samples = longest_samples() - 10;
        assert!(wav.write(&[0.0; 10]).is_ok());
        assert_eq!(wav.duration_ms(), LONGEST_MS);
        assert!(matches!(wav.write(&[0.0]), Err(WriteError::TooLong)));
        assert!(matches!(wav.write_bytes(&[0, 0]), Err(WriteError::TooLong)));
    }

    #[test]
    fn loud_samples_are_clipped_and_do_not_wrap() {
        let folder = tempfile::tempdir().unwrap();
        let mut wav = WavFile::create(folder.path()).unwrap();
        assert!(wav.write(&[1.5, -1.5, 0.5, f32::NAN]).is_ok());
        let file = wav.finish().unwrap();
        let samples: Vec<i16> = hound::WavReader::open(file).unwrap().samples().map(Result::unwrap).collect();
        assert_eq!(samples, [i16::MAX, i16::MIN, 16_384, 0]);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(WavFile::create(folder.path()).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// Writes the beginning of a decoded recording to a file of its own; answers how long it is, in milliseconds.
pub(super) fn beginning(of: &Path, to: &Path, longest_ms: u32) -> io::Result<u32> {
    let mut reader = hound::WavReader::open(of).map_err(io_error)?;
    let mut writer = hound::WavWriter::create(to, reader.spec()).map_err(io_error)?;
    let longest = u64::from(longest_ms) * u64::from(SAMPLE_RATE_HZ) / 1000;
    for sample in reader.samples::<i16>().take(usize::try_from(longest).unwrap_or(usize::MAX)) {
        writer.write_sample(sample.map_err(io_error)?).map_err(io_error)?;
    }
    let written = u64::from(writer.duration());
    writer.finalize().map_err(io_error)?;
    Ok(u32::try_from(written * 1000 / u64::from(SAMPLE_RATE_HZ)).unwrap_or(longest_ms))
}
