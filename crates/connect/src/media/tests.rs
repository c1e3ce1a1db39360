//! Real recordings, whole and broken, through the decoder.

use std::fs;
use std::path::Path;

use debrief_core::failure::{Failure, Warning};
use debrief_core::ports::{Audio, AudioDecoder};
use debrief_core::stage::{Progress, StepError, StepResult, Unit};
use insta::assert_snapshot;

use super::testing::{Recorder, fixture, recording};
use super::{MediaDecoder, SAMPLE_RATE_HZ};

/// The fixtures' speech lasts 5.565 seconds.
const SPEECH_MS: u32 = 5_565;

struct Decoded {
    result: StepResult<Audio>,
    warnings: Vec<Warning>,
    last_progress: Option<Progress>,
    folder: tempfile::TempDir,
}

async fn decode_with(decoder: MediaDecoder, file: &Path) -> Decoded {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::new();
    let result = decoder.decode(&recording(file.to_owned()), recorder.cx(folder.path())).await;
    Decoded { result, warnings: recorder.warnings(), last_progress: recorder.last_progress(), folder }
}

async fn decode(file: &Path) -> Decoded {
    decode_with(MediaDecoder::without_ffmpeg(), file).await
}

impl Decoded {
    fn audio(&self) -> &Audio {
        self.result.as_ref().unwrap()
    }

    fn samples(&self) -> Vec<i16> {
        let mut wav = hound::WavReader::open(&self.audio().file).unwrap();
        let spec = wav.spec();
        assert_eq!((spec.sample_rate, spec.channels, spec.bits_per_sample), (SAMPLE_RATE_HZ, 1, 16));
        wav.samples().map(Result::unwrap).collect()
    }

    fn failure(&self) -> &Failure {
        match &self.result {
            Err(StepError::Failed(failure)) => {
                assert!(self.left_behind().is_empty(), "left behind: {:?}", self.left_behind());
                failure
            }
            other => panic!("{other:?}"),
        }
    }

    fn left_behind(&self) -> Vec<fs::DirEntry> {
        fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap).collect()
    }

    fn told(&self) -> String {
        told(self.failure())
    }

    fn warned(&self) -> String {
        self.warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.text)).collect()
    }
}

fn told(failure: &Failure) -> String {
    format!("{} ({:?})\n{}\n{}", failure.code.word(), failure.retry, failure.what, failure.fix)
}

/// A copy of a fixture with its bytes changed.
fn changed(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    let mut bytes = fs::read(fixture(name)).unwrap();
    change(&mut bytes);
    fs::write(&file, bytes).unwrap();
    (folder, file)
}

fn original() -> Vec<i16> {
    hound::WavReader::open(fixture("speech.wav")).unwrap().samples().map(Result::unwrap).collect()
}

fn loudness(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

fn envelope(samples: &[i16]) -> Vec<f64> {
    samples.chunks(SAMPLE_RATE_HZ as usize / 50).map(loudness).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let count = a.len().min(b.len());
    let (a, b) = (&a[..count], &b[..count]);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
    };
    product(a, mean_a, b, mean_b) / (product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b)).sqrt()
}

/// How well the loudness over time fits the original's, shifted by up to 60 ms either way: codecs add a lead-in, or take
/// too much of it away.
fn likeness(samples: &[i16]) -> f64 {
    let original = original();
    let step = SAMPLE_RATE_HZ as usize / 100;
    let later = (0..=6).map(|shift| correlation(&envelope(&original), &envelope(&samples[shift * step..])));
    let sooner = (1..=6).map(|shift| correlation(&envelope(&original[shift * step..]), &envelope(samples)));
    later.chain(sooner).fold(f64::MIN, f64::max)
}

fn assert_is_the_speech(decoded: &Decoded, what: &str) {
    let audio = decoded.audio();
    let samples = decoded.samples();
    assert_eq!(audio.duration_ms, (samples.len() / 16) as u32, "{what}");
    assert!(audio.duration_ms.abs_diff(SPEECH_MS) <= 100, "{what}: {} ms", audio.duration_ms);
    let likeness = likeness(&samples);
    assert!(likeness > 0.95, "{what}: {likeness}");
    let ratio = loudness(&samples) / loudness(&original());
    assert!((0.85..1.15).contains(&ratio), "{what}: {ratio} times as loud");
    assert_eq!(decoded.left_behind().len(), 1, "{what}");
}

#[tokio::test]
async fn every_common_format_becomes_the_same_speech() {
    let formats = [
        ("speech.wav", "PCM, 16000 Hz, 1 channel"),
        ("speech.mp3", "MP3, 44100 Hz, 1 channel"),
        ("speech.m4a", "AAC-LC, 48000 Hz, 2 channels"),
        ("speech.flac", "FLAC, 16000 Hz, 1 channel"),
        ("speech.ogg", "Vorbis, 22050 Hz, 2 channels"),
        ("speech.opus", "Opus, 48000 Hz, 1 channel"),
        ("speech.webm", "Opus, 16000 Hz, 1 channel"),
        ("live.webm", "Opus, 16000 Hz, 1 channel"),
        ("speech.mkv", "AAC-LC, 44100 Hz, 1 channel"),
        ("speech.mp4", "AAC-LC, 48000 Hz, 2 channels"),
    ];
    for (name, format) in formats {
        let decoded = decode(&fixture(name)).await;
        assert_is_the_speech(&decoded, name);
        assert_eq!(decoded.audio().source_format, format, "{name}");
        assert_eq!(decoded.warned(), "", "{name}");
    }
}

#[tokio::test]
async fn the_name_of_a_file_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("speech.wav");
    fs::copy(fixture("speech.m4a"), &file).unwrap();
    assert_is_the_speech(&decode(&file).await, "an m4a named .wav");
}

#[tokio::test]
async fn silence_is_decoded_like_anything_else() {
    let decoded = decode(&fixture("silence.wav")).await;
    assert_eq!(decoded.audio().duration_ms, 3_000);
    assert!(decoded.samples().iter().all(|sample| *sample == 0));
}

#[tokio::test]
async fn progress_ends_at_the_length_of_the_recording() {
    let of_file = decode(&fixture("speech.m4a")).await.last_progress.unwrap();
    assert_eq!(of_file.unit, Unit::AudioMs);
    assert!(of_file.fraction().unwrap() > 0.98, "{of_file:?}");
    let of_stream = decode(&fixture("live.webm")).await.last_progress.unwrap();
    assert_eq!(of_stream.unit, Unit::Bytes);
    assert!(of_stream.fraction().unwrap() > 0.98, "{of_stream:?}");
}

#[tokio::test]
async fn of_several_tracks_one_is_used_and_the_person_is_told() {
    let decoded = decode(&fixture("two-tracks.mka")).await;
    assert_is_the_speech(&decoded, "two tracks");
    assert_snapshot!(decoded.warned(), @r"several_audio_tracks: The file has 2 audio tracks; only track 1 was used. If somebody is missing, save the tracks as separate files and process each of them.");
}

#[tokio::test]
async fn streams_strung_together_in_one_file_are_all_decoded() {
    let (_folder, file) = changed("speech.opus", |bytes| {
        bytes.extend(fs::read(fixture("speech.ogg")).unwrap());
    });
    let decoded = decode(&file).await;
    assert!(decoded.audio().duration_ms.abs_diff(2 * SPEECH_MS) <= 200, "{} ms", decoded.audio().duration_ms);
    let samples = decoded.samples();
    let (first, second) = samples.split_at(samples.len() / 2);
    assert!(likeness(first) > 0.95 && likeness(second) > 0.95, "{} {}", likeness(first), likeness(second));
    assert_eq!(decoded.warned(), "");
}

#[tokio::test]
async fn stereo_becomes_the_mean_of_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stereo.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: SAMPLE_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&file, spec).unwrap();
    for _ in 0..1600 {
        wav.write_sample(8_000_i16).unwrap();
        wav.write_sample(-2_000_i16).unwrap();
    }
    wav.finalize().unwrap();
    assert_eq!(decode(&file).await.samples(), vec![3_000; 1600]);
}

#[tokio::test]
async fn an_earlier_run_that_was_interrupted_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("audio.wav.part"), vec![1; 1_000_000]).unwrap();
    let cx = Recorder::new().cx(folder.path());
    let audio = MediaDecoder::without_ffmpeg().decode(&recording(fixture("speech.mp3")), cx).await.unwrap();
    assert!(fs::metadata(&audio.file).unwrap().len() < 200_000);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_stop_is_seen_at_once_and_leaves_nothing() {
    for name in ["speech.m4a", "speech.mp3", "speech.webm", "speech.flac"] {
        for polls in [0, 1, 5, 20] {
            let folder = tempfile::tempdir().unwrap();
            let recorder = Recorder::stopping_after(polls);
            let cx = recorder.cx(folder.path());
            let result = MediaDecoder::without_ffmpeg().decode(&recording(fixture(name)), cx).await;
            assert!(matches!(result, Err(StepError::Stopped(_))), "{name} after {polls} polls: {result:?}");
            // Reading ends at the first refusal, a second poll tells why.
            assert!(recorder.polls() <= polls + 4, "{name}: {} polls", recorder.polls());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");
        }
    }
}

#[tokio::test]
async fn a_stop_is_polled_for_many_times_a_second_of_sound() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::new();
    let speech = recording(fixture("speech.m4a"));
    MediaDecoder::without_ffmpeg().decode(&speech, recorder.cx(folder.path())).await.unwrap();
    assert!(recorder.polls() > 200, "{} polls", recorder.polls());
    assert!(recorder.progress_reports() > 50, "{} reports", recorder.progress_reports());
}

mod broken;
mod with_ffmpeg;
