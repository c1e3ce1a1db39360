//! Any recording → 16 kHz mono 16-bit WAV, streamed: memory does not grow with the recording's length.
//!
//! Most containers and codecs are decoded here; the rest by `ffmpeg`, if there is one on this machine.

mod codec;
mod demux;
mod failures;
mod ffmpeg;
mod pour;
mod resample;
mod sniff;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod wav;

use std::path::PathBuf;

use async_trait::async_trait;
use debrief_core::failure::Failure;
use debrief_core::ports::{Audio, AudioDecoder, Recording};
use debrief_core::stage::{StageCx, StepResult, Stopped};

use demux::OpenError;
use sniff::Guess;
use wav::WavFile;

/// Sample rate of every decoded recording, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// The longest recording that is decoded, in milliseconds: a WAV file ends at 4 GiB, which is a little over 37 hours.
pub const LONGEST_MS: u32 = 37 * 3_600_000;

/// Decodes audio and video files.
#[derive(Debug, Clone)]
pub struct MediaDecoder {
    ffmpeg: FfmpegChoice,
}

#[derive(Debug, Clone)]
enum FfmpegChoice {
    OnPath,
    At(PathBuf),
    Never,
}

impl MediaDecoder {
    /// A decoder that asks the given `ffmpeg` for help with codecs of its own lack; `None` looks on the PATH, each time
    /// anew, so that an ffmpeg installed meanwhile is found.
    pub fn new(ffmpeg: Option<PathBuf>) -> Self {
        Self { ffmpeg: ffmpeg.map_or(FfmpegChoice::OnPath, FfmpegChoice::At) }
    }

    /// A decoder that never starts another program.
    pub fn without_ffmpeg() -> Self {
        Self { ffmpeg: FfmpegChoice::Never }
    }

    /// The `ffmpeg` that would be asked, if there is one.
    pub fn ffmpeg(&self) -> Option<PathBuf> {
        match &self.ffmpeg {
            FfmpegChoice::OnPath => which::which("ffmpeg").ok(),
            FfmpegChoice::At(path) => Some(path.clone()).filter(|path| path.is_file()),
            FfmpegChoice::Never => None,
        }
    }
}

impl Default for MediaDecoder {
    fn default() -> Self {
        Self::new(None)
    }
}

#[async_trait]
impl AudioDecoder for MediaDecoder {
    async fn decode(&self, recording: &Recording, cx: StageCx) -> StepResult<Audio> {
        let (decoder, recording) = (self.clone(), recording.clone());
        let name = recording.name.clone();
        let work = move || decode(&recording, &decoder, &cx);
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            // A parser that panics on a broken file must not take the job's worker with it.
            Err(panic) if panic.is_panic() => Err(failures::damaged(&name).because(panic).into()),
            // The runtime shuts down before the work began.
            Err(_) => Err(Stopped.into()),
        }
    }
}

/// The beginning of decoded audio, in a file beside it.
///
/// # Errors
/// The disk refuses.
pub fn beginning(audio: &Audio, longest_ms: u32) -> Result<Audio, Failure> {
    let file = audio.file.with_extension("beginning.wav");
    let folder = audio.file.parent().unwrap_or(&audio.file);
    let duration_ms =
        wav::beginning(&audio.file, &file, longest_ms).map_err(|error| failures::writing(folder, &error))?;
    Ok(Audio { file, duration_ms, source_format: audio.source_format.clone() })
}

fn decode(recording: &Recording, decoder: &MediaDecoder, cx: &StageCx) -> StepResult<Audio> {
    let name = &recording.name;
    let guess = sniff::look(&recording.file).map_err(|error| failures::reading(name, &error))?;
    let source = match &guess {
        Guess::Empty => return Err(failures::empty(name).into()),
        Guess::NotMedia(what) => return Err(failures::not_a_recording(name, what).into()),
        Guess::OtherMedia(format) => Err(OpenError::Uncovered(failures::unsupported(name, format))),
        Guess::Media | Guess::Unknown => demux::open(recording, &guess, cx),
    };
    let wav = WavFile::create(cx.folder()).map_err(|error| failures::writing(cx.folder(), &error))?;
    match source {
        Ok(source) => source.decode(recording, wav, cx),
        Err(OpenError::Step(error)) => Err(error),
        Err(OpenError::Uncovered(without_help)) => match decoder.ffmpeg() {
            Some(program) => ffmpeg::decode(&program, recording, &guess, wav, cx),
            None => Err(without_help.into()),
        },
    }
}
