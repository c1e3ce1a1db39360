//! What the tests of speech and speakers share: a step's surroundings that record, and recordings spoken by Flite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::Audio;
use debrief_core::stage::{Progress, StageCx, StageHost};
use tempfile::TempDir;

use super::pcm::{PER_MS, SAMPLE_RATE};

/// A job's folder and a host that records what a step says.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) host: Arc<Recorder>,
}

/// Everything a step told its host.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) progress: Mutex<Vec<Progress>>,
    pub(crate) bookmark: Mutex<Option<serde_json::Value>>,
    parts: Mutex<BTreeMap<u32, serde_json::Value>>,
    pub(crate) earlier: Mutex<Option<serde_json::Value>>,
    pub(crate) warnings: Mutex<Vec<Warning>>,
    pub(crate) stopped: AtomicBool,
    /// How often a part was kept.
    pub(crate) kept_parts: AtomicUsize,
    /// Ask for a stop as soon as parts were kept that often.
    pub(crate) stop_after_parts: Mutex<Option<usize>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), host: Arc::default() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn cx(&self) -> StageCx {
        StageCx::new(
            "00000000-0000-4000-8000-000000000000".parse::<JobId>().unwrap(),
            self.folder(),
            self.host.clone(),
        )
    }

    pub(crate) fn stop(&self) {
        self.host.stopped.store(true, Ordering::SeqCst);
    }

    /// As after a crash or a restart: not stopped, with the last bookmark.
    pub(crate) fn restart(&self) {
        self.host.stopped.store(false, Ordering::SeqCst);
        *self.host.stop_after_parts.lock().unwrap() = None;
    }
}

#[async_trait]
impl StageHost for Recorder {
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    async fn stop_requested(&self) {
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn bookmark(&self) -> Option<serde_json::Value> {
        self.bookmark.lock().unwrap().clone()
    }

    fn save_bookmark(&self, bookmark: serde_json::Value, _fraction: f64) -> Result<(), Failure> {
        *self.bookmark.lock().unwrap() = Some(bookmark);
        Ok(())
    }

    fn earlier_output(&self) -> Option<serde_json::Value> {
        self.earlier.lock().unwrap().clone()
    }

    fn start_over(&self, bookmark: serde_json::Value) -> Result<(), Failure> {
        self.parts.lock().unwrap().clear();
        self.save_bookmark(bookmark, 0.0)
    }

    fn parts(&self) -> Result<BTreeMap<u32, serde_json::Value>, Failure> {
        Ok(self.parts.lock().unwrap().clone())
    }

    fn save_part(&self, number: u32, part: serde_json::Value, fraction: f64) -> Result<(), Failure> {
        assert!((0.0..=1.0).contains(&fraction), "{fraction}");
        self.parts.lock().unwrap().insert(number, part);
        let kept = self.kept_parts.fetch_add(1, Ordering::SeqCst) + 1;
        if *self.stop_after_parts.lock().unwrap() == Some(kept) {
            self.stopped.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn warn(&self, warning: Warning) {
        self.warnings.lock().unwrap().push(warning);
    }
}

/// Writes a decoded recording.
pub(crate) fn write_wav(folder: &Path, samples: &[i16]) -> Audio {
    let file = folder.join("audio.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&file, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
    let duration_ms = samples.len() as u32 / PER_MS;
    Audio { file, duration_ms, source_format: "test".into() }
}

/// That much silence.
pub(crate) fn silence(ms: u32) -> Vec<i16> {
    vec![0; (ms * PER_MS) as usize]
}

/// `text` spoken by one of Flite's voices; the same on every run.
pub(crate) fn flite(voice: &str, text: &str) -> Vec<i16> {
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("line.wav");
    let mut command = Command::new("flite");
    command.args(["-voice", voice, "-t", text, "-o"]).arg(&wav);
    run(command, "flite");
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let rate = reader.spec().sample_rate;
    let samples: Vec<i16> = reader.samples::<i16>().map(Result::unwrap).collect();
    match rate {
        SAMPLE_RATE => samples,
        8000 => samples.iter().flat_map(|s| [*s, *s]).collect(),
        other => panic!("voice {voice} speaks at {other} Hz"),
    }
}

/// The bundled sample as the decode stage would leave it, and what is said in it.
pub(crate) fn sample(folder: &Path) -> (Audio, String) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sample");
    let raw = folder.join("sample.raw");
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-i"]).arg(root.join("two-speakers.opus"));
    command.args(["-ar", "16000", "-ac", "1", "-f", "s16le"]).arg(&raw);
    run(command, "ffmpeg");
    let bytes = std::fs::read(&raw).unwrap();
    let samples: Vec<i16> = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
    (write_wav(folder, &samples), std::fs::read_to_string(root.join("two-speakers.txt")).unwrap())
}

fn run(mut command: Command, package: &str) {
    let status = command.status();
    let status =
        status.unwrap_or_else(|e| panic!("this test needs {package} (Debian: apt install {package}): {e}"));
    assert!(status.success(), "{package} ended with {status}");
}
