//! Containers and codecs that are read here: choose the audio track, decode packet by packet.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use debrief_core::failure::Failure;
use debrief_core::ports::{Audio, Recording};
use debrief_core::stage::{Progress, StageCx, StepError, StepResult, Stopped};
use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackFlags, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::TimeBase;

use super::pour::{Clock, Pour};
use super::sniff::{self, Guess, Mp4Layout};
use super::wav::WavFile;
use super::{codec, failures};

/// How much, in milliseconds, a recording may fall short of its declared length before it counts as cut off.
const SHORTFALL_MS: u32 = 1_000;

/// Damage that is too little to mention, in milliseconds: encoders leave such a first packet when a stream is cut.
const SCRATCH_MS: u64 = 100;

/// A recording that can be decoded here.
pub(super) struct Source {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: Option<TimeBase>,
    declared_ms: Option<u32>,
    /// Whether nothing can be left out in a file of this kind, so that a gap is damage that the demuxer jumped over.
    gapless: bool,
    description: String,
    bytes: Bytes,
}

/// How far the file has been read.
struct Bytes {
    read: Arc<AtomicU64>,
    total: u64,
}

/// Why a recording cannot be decoded here.
pub(super) enum OpenError {
    /// Its container or codec is not covered, but ffmpeg may know it. The failure is for when there is no ffmpeg.
    Uncovered(Failure),
    /// It can't be decoded at all.
    Step(StepError),
}

impl From<Failure> for OpenError {
    fn from(failure: Failure) -> Self {
        OpenError::Step(failure.into())
    }
}

impl From<Stopped> for OpenError {
    fn from(stopped: Stopped) -> Self {
        OpenError::Step(stopped.into())
    }
}

/// Finds container, track and decoder.
pub(super) fn open(recording: &Recording, guess: &Guess, cx: &StageCx) -> Result<Source, OpenError> {
    let layout = sniff::mp4_layout(&recording.file);
    // The demuxers lose their way in a file that is cut off, unless they read it from front to back.
    let ways: &[Reading] = match layout.map_err(|error| failures::reading(&recording.name, &error))? {
        Some(Mp4Layout::NoIndex) => return Err(failures::no_index(&recording.name).into()),
        Some(Mp4Layout::CutOff) => &[Reading::InOrder],
        Some(Mp4Layout::Whole) | None => &[Reading::AnyOrder, Reading::InOrder],
    };
    let mut error = String::new();
    for way in ways {
        match probe(recording, *way, cx)? {
            Ok((format, bytes)) => return choose_track(format, recording, bytes, cx),
            Err(refused) => error = refused.to_string(),
        }
    }
    let why = match guess {
        Guess::Media => failures::damaged(&recording.name),
        Guess::Unknown | Guess::Empty | Guess::NotMedia(_) | Guess::OtherMedia(_) => {
            failures::unrecognised(&recording.name)
        }
    };
    Err(OpenError::Uncovered(why.because(error)))
}

type Probed = Result<(Box<dyn FormatReader>, Bytes), Error>;

/// Finds the container. The outer error is a stop or the disk's, the inner one the content's.
fn probe(recording: &Recording, reading: Reading, cx: &StageCx) -> Result<Probed, OpenError> {
    let unreadable = |error: io::Error| failures::reading(&recording.name, &error);
    let file = File::open(&recording.file).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let bytes = Bytes { read: Arc::default(), total: length };
    let stoppable = Stoppable { file, length, reading, cx: cx.clone(), read: bytes.read.clone() };
    let stream = MediaSourceStream::new(Box::new(stoppable), Default::default());
    // Without the extension as a hint: it is wrong too often, and the bytes decide anyway.
    let (hint, format, meta) = (Hint::new(), FormatOptions::default(), MetadataOptions::default());
    let probed = symphonia::default::get_probe().probe(&hint, stream, format, meta);
    cx.check_stopped()?;
    match probed {
        Ok(format) => Ok(Ok((format, bytes))),
        Err(error) => match disk_trouble(&recording.name, &error) {
            Some(failure) => Err(failure.into()),
            None => Ok(Err(error)),
        },
    }
}

/// The audio track with the container's preference among those that can be decoded.
fn choose_track(
    format: Box<dyn FormatReader>,
    recording: &Recording,
    bytes: Bytes,
    cx: &StageCx,
) -> Result<Source, OpenError> {
    let mut audio: Vec<&Track> =
        format.tracks().iter().filter(|track| track.track_type() == Some(TrackType::Audio)).collect();
    let tracks_in_file: Vec<u32> = audio.iter().map(|track| track.id).collect();
    // A stable sort: among equals the container's order decides.
    audio.sort_by_key(|track| !track.flags.contains(TrackFlags::DEFAULT));
    let mut uncovered = None;
    for track in &audio {
        let Some(params) = track.codec_params.as_ref().and_then(|params| params.audio()) else { continue };
        let decoder = match codec::decoder_for(params) {
            Ok(decoder) => decoder,
            Err(error) => {
                let words = codec::name(params).map(|_| codec::describe(params));
                uncovered.get_or_insert((words, error.to_string()));
                continue;
            }
        };
        if tracks_in_file.len() > 1 {
            let place = tracks_in_file.iter().position(|id| *id == track.id).map_or(1, |index| index + 1);
            cx.warn(failures::several_tracks(tracks_in_file.len(), place));
        }
        let (id, time_base, description) = (track.id, track.time_base, codec::describe(params));
        let declared_ms = declared_ms(format.as_ref(), track, recording)?;
        let gapless = format.format_info().short_name == "flac";
        return Ok(Source {
            format,
            decoder,
            track: id,
            time_base,
            declared_ms,
            gapless,
            description,
            bytes,
        });
    }
    // Tracks of an unknown kind, and Ogg streams of an unknown codec, may be sound.
    let known = |track: &Track| track.track_type().is_some();
    if uncovered.is_none() && !format.tracks().is_empty() && format.tracks().iter().all(known) {
        return Err(failures::no_sound(&recording.name).into());
    }
    let (codec, error) = uncovered.unwrap_or((None, "no track of a known codec".into()));
    let codec = codec.or_else(|| sniff::announced_codec(&recording.file).ok().flatten());
    let codec = codec.as_deref().unwrap_or("an unknown codec");
    Err(OpenError::Uncovered(failures::unsupported(&recording.name, codec).because(error)))
}

/// The length that the file itself states; estimates do not count.
fn declared_ms(
    format: &dyn FormatReader,
    track: &Track,
    recording: &Recording,
) -> Result<Option<u32>, Failure> {
    let estimated = match format.format_info().short_name {
        "mp1" | "mp2" | "mp3" => {
            let says = sniff::has_mp3_length(&recording.file);
            !says.map_err(|error| failures::reading(&recording.name, &error))?
        }
        "adts" | "aac" => true,
        // Every other container states the length or leaves it out.
        _ => false,
    };
    if estimated {
        return Ok(None);
    }
    let of_track = track.time_base.zip(track.duration);
    let media = format.media_info();
    // Matroska knows the length of the whole file alone; with a picture beside it the sound may well be shorter.
    let of_file = media.time_base.zip(media.duration).filter(|_| format.tracks().len() == 1);
    let length = of_track.or(of_file).map(|(base, length)| base.calc_duration_saturating(length).as_millis());
    Ok(length.and_then(|ms| u32::try_from(ms).ok()).filter(|ms| *ms > 0))
}

impl Source {
    /// Decodes everything into `wav`.
    pub(super) fn decode(mut self, recording: &Recording, wav: WavFile, cx: &StageCx) -> StepResult<Audio> {
        let mut pour = Pour::new(wav, cx.folder(), &recording.name);
        let mut clock = Clock::new(self.time_base);
        let mut damage = Damage::default();
        loop {
            cx.check_stopped()?;
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => break,
                Err(Error::ResetRequired) => {
                    // Ogg files may be strung together: a new stream begins.
                    if !self.begin_next_stream() {
                        break;
                    }
                    clock = Clock::new(self.time_base);
                    pour.begin_stream()?;
                    continue;
                }
                Err(error) => {
                    cx.check_stopped()?;
                    if let Some(failure) = disk_trouble(&recording.name, &error) {
                        return Err(failure.into());
                    }
                    // Streams that a browser records, and files cut off, simply end inside a packet.
                    damage.broke_off = !is_end(&error);
                    damage.detail = Some(error.to_string());
                    break;
                }
            };
            let missing_ms = clock.missing_ms(packet.pts.get(), pour.stream_ms(), self.declared_ms);
            if self.gapless {
                damage.gaps_ms += missing_ms;
            }
            match self.decoder.decode(&packet) {
                Ok(sound) => pour.sound(missing_ms, &sound)?,
                Err(Error::ResetRequired) => self.decoder.reset(),
                // Broken packets may look like anything, so a feature that is not supported is no reason to end either.
                Err(error) => damage.skipped(clock.milliseconds(packet.dur.get()), &error),
            }
            self.report(pour.duration_ms(), cx);
        }
        self.conclude(recording, pour.into_wav()?, damage, cx)
    }

    fn begin_next_stream(&mut self) -> bool {
        let next = self.format.tracks().iter().find_map(|track| {
            let params = track.codec_params.as_ref()?.audio()?;
            Some((track.id, track.time_base, codec::decoder_for(params).ok()?))
        });
        let Some((track, time_base, decoder)) = next else { return false };
        (self.track, self.time_base, self.decoder) = (track, time_base, decoder);
        // The stated length was that of the first stream.
        self.declared_ms = None;
        true
    }

    fn report(&self, done_ms: u32, cx: &StageCx) {
        cx.progress(match self.declared_ms {
            Some(total_ms) => Progress::audio(done_ms, total_ms),
            None => Progress::bytes(self.bytes.read.load(Ordering::Relaxed), Some(self.bytes.total)),
        });
    }

    fn conclude(
        self,
        recording: &Recording,
        wav: WavFile,
        damage: Damage,
        cx: &StageCx,
    ) -> StepResult<Audio> {
        let duration_ms = wav.duration_ms();
        if wav.samples() == 0 {
            let broken = damage.broke_off || damage.skipped_ms > 0;
            let what = if broken { failures::damaged } else { failures::no_samples };
            return Err(Failure { detail: damage.detail, ..what(&recording.name) }.into());
        }
        let short =
            self.declared_ms.is_some_and(|declared| duration_ms.saturating_add(SHORTFALL_MS) < declared);
        if short || damage.broke_off {
            cx.warn(failures::ends_early(duration_ms, self.declared_ms.filter(|_| short)));
        }
        // A packet that could not be decoded leaves a gap, too.
        let lost_ms = damage.skipped_ms.max(damage.gaps_ms);
        if lost_ms >= SCRATCH_MS {
            cx.warn(failures::scratches(u32::try_from(lost_ms).unwrap_or(u32::MAX)));
        }
        let file = wav.finish().map_err(|error| failures::writing(cx.folder(), &error))?;
        Ok(Audio { file, duration_ms, source_format: self.description })
    }
}

/// What went wrong on the way without ending it.
#[derive(Default)]
struct Damage {
    broke_off: bool,
    skipped_ms: u64,
    gaps_ms: u64,
    detail: Option<String>,
}

impl Damage {
    fn skipped(&mut self, ms: u64, error: &Error) {
        // A packet without stated length still counts as something.
        self.skipped_ms += ms.max(1);
        self.detail.get_or_insert_with(|| error.to_string());
    }
}

fn is_end(error: &Error) -> bool {
    matches!(error, Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof)
}

/// The failure behind an error of the disk itself; the parser's own errors carry no code of the system.
fn disk_trouble(name: &str, error: &Error) -> Option<Failure> {
    match error {
        Error::IoError(error) if error.raw_os_error().is_some() => Some(failures::reading(name, error)),
        // Everything else says something about the content.
        _ => None,
    }
}

/// The recording's bytes; reading them ends when the step should end, and tells how far it has come.
struct Stoppable {
    file: File,
    length: u64,
    reading: Reading,
    cx: StageCx,
    read: Arc<AtomicU64>,
}

/// Whether a demuxer may jump about in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    AnyOrder,
    InOrder,
}

impl Read for Stoppable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.cx.check_stopped().map_err(io::Error::other)?;
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Stoppable {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        self.read.store(at, Ordering::Relaxed);
        Ok(at)
    }
}

impl MediaSource for Stoppable {
    fn is_seekable(&self) -> bool {
        self.reading == Reading::AnyOrder
    }

    fn byte_len(&self) -> Option<u64> {
        // Without it the demuxers do not ask whether everything announced fits into the file.
        (self.reading == Reading::AnyOrder).then_some(self.length)
    }
}
