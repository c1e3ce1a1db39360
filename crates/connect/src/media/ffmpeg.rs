//! Recordings that need `ffmpeg`: it decodes into a pipe, its report is read for format, length and errors.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use debrief_core::failure::Failure;
use debrief_core::ports::{Audio, Recording};
use debrief_core::stage::{Progress, StageCx, StepResult, Stopped};
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::pour::not_written;
use super::sniff::Guess;
use super::wav::WavFile;
use super::{SAMPLE_RATE_HZ, failures};

/// How long ffmpeg may give nothing at all; a network drive has its time to wake up.
const STALL: Duration = Duration::from_secs(5 * 60);

/// Lines of the report that are kept for the details of a failure.
const LINES_KEPT: usize = 8;

/// A length, in milliseconds, that ffmpeg has not told.
const UNKNOWN: u32 = 0;

/// The longest line of the report that is looked at, in bytes.
const LINE_BYTES: u64 = 4096;

/// Decodes the recording with `program` into `wav`. Blocks; a stop kills the program at once.
pub(super) fn decode(
    program: &Path,
    recording: &Recording,
    guess: &Guess,
    wav: WavFile,
    cx: &StageCx,
) -> StepResult<Audio> {
    // This thread may block, the runtime's own may not; waiting for a pipe and for a stop at once needs the runtime.
    tokio::runtime::Handle::current().block_on(run(program, recording, guess, wav, cx))
}

async fn run(
    program: &Path,
    recording: &Recording,
    guess: &Guess,
    mut wav: WavFile,
    cx: &StageCx,
) -> StepResult<Audio> {
    let mut child = start(program, &recording.file)
        .map_err(|error| failures::ffmpeg_broken(&recording.name).because(error))?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let total_ms = Arc::new(AtomicU32::new(UNKNOWN));
    let report = tokio::spawn(read_report(stderr, total_ms.clone()));
    tokio::select! {
        () = cx.stop_requested() => return Err(Stopped.into()),
        result = pour(stdout, recording, &mut wav, &total_ms, cx) => result?,
    }
    let status = child.wait().await.map_err(Failure::internal)?;
    let report = report.await.map_err(Failure::internal)?;
    if wav.samples() == 0 {
        return Err(report.failure(recording, guess).into());
    }
    if report.audio_tracks > 1 {
        cx.warn(failures::several_tracks(report.audio_tracks, 1));
    }
    let duration_ms = wav.duration_ms();
    if !status.success() || report.declared_ms.is_some_and(|declared| duration_ms + 1_000 < declared) {
        cx.warn(failures::ends_early(duration_ms, report.declared_ms));
    }
    let file = wav.finish().map_err(|error| failures::writing(cx.folder(), &error))?;
    Ok(Audio { file, duration_ms, source_format: report.format.unwrap_or_else(|| "unknown codec".into()) })
}

fn start(program: &Path, recording: &Path) -> std::io::Result<Child> {
    let mut input = std::ffi::OsString::from("file:");
    input.push(recording);
    Command::new(program)
        .args(["-nostdin", "-hide_banner", "-nostats", "-v", "info"])
        // A recording may not make ffmpeg fetch anything: playlists can hold web addresses.
        .args(["-protocol_whitelist", "file", "-i"])
        .arg(input)
        .args(["-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", "1", "-ar", &SAMPLE_RATE_HZ.to_string()])
        .args(["-f", "s16le", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

async fn pour(
    mut stdout: ChildStdout,
    recording: &Recording,
    wav: &mut WavFile,
    total_ms: &AtomicU32,
    cx: &StageCx,
) -> StepResult<()> {
    let mut buffer = vec![0_u8; 64 * 1024];
    let mut filled = 0;
    loop {
        cx.check_stopped()?;
        let read = tokio::time::timeout(STALL, stdout.read(&mut buffer[filled..])).await;
        let read = read.map_err(|_| failures::stalled(&recording.name, STALL.as_secs() / 60))?;
        let count = read.map_err(Failure::internal)?;
        if count == 0 {
            return Ok(());
        }
        filled += count;
        wav.write_bytes(&buffer[..filled])
            .map_err(|error| not_written(error, cx.folder(), &recording.name))?;
        // Half a sample stays for the next round.
        let whole = filled - filled % 2;
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
        cx.progress(Progress::audio(wav.duration_ms(), total_ms.load(Ordering::Relaxed)));
    }
}

/// What ffmpeg said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    format: Option<String>,
    declared_ms: Option<u32>,
    audio_tracks: usize,
    without_audio: bool,
    input_ended: bool,
    last_lines: Vec<String>,
}

async fn read_report(stderr: impl AsyncRead + Unpin, total_ms: Arc<AtomicU32>) -> Report {
    let mut report = Report::default();
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    while let Ok(1..) = read_line(&mut stderr, &mut line).await {
        report.hear(&String::from_utf8_lossy(&line));
        line.clear();
        total_ms.store(report.declared_ms.unwrap_or(UNKNOWN), Ordering::Relaxed);
    }
    report
}

/// One line, or the first [`LINE_BYTES`] of it: bounded, whatever a recording's title makes ffmpeg print.
async fn read_line(
    from: &mut (impl tokio::io::AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
) -> std::io::Result<usize> {
    tokio::io::AsyncBufReadExt::read_until(&mut from.take(LINE_BYTES), b'\n', line).await
}

impl Report {
    fn hear(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        // Behind that come the streams that ffmpeg makes.
        self.input_ended |= line.starts_with("Stream mapping:") || line.starts_with("Output #");
        if !self.input_ended
            && line.starts_with("Stream #")
            && let Some((_, words)) = line.split_once(": Audio: ")
        {
            self.audio_tracks += 1;
            self.format.get_or_insert_with(|| described(words));
        }
        if let Some(rest) = line.strip_prefix("Duration: ") {
            self.declared_ms = self.declared_ms.or_else(|| milliseconds(rest.split(',').next()?));
        }
        self.without_audio |=
            line.contains("matches no streams") || line.contains("does not contain any stream");
        if self.last_lines.len() == LINES_KEPT {
            self.last_lines.remove(0);
        }
        self.last_lines.push(line.to_owned());
    }

    fn failure(&self, recording: &Recording, guess: &Guess) -> Failure {
        let name = &recording.name;
        let failure = match guess {
            _ if self.without_audio => failures::no_sound(name),
            Guess::Unknown => failures::unrecognised_with_ffmpeg(name),
            Guess::Empty | Guess::NotMedia(_) | Guess::OtherMedia(_) | Guess::Media => {
                failures::damaged(name)
            }
        };
        failure.because(self.last_lines.join("\n"))
    }
}

/// "wmav2 (a[1][0][0] / 0x0161), 44100 Hz, 1 channels, fltp, 32 kb/s" → "WMAV2, 44100 Hz, 1 channel".
fn described(words: &str) -> String {
    let mut parts = words.split(", ");
    let codec = parts.next().and_then(|codec| codec.split_whitespace().next()).unwrap_or_default();
    let rate = parts.next().unwrap_or_default();
    let channels = match parts.next().unwrap_or_default() {
        "mono" | "1 channels" => "1 channel",
        "stereo" => "2 channels",
        // Layouts such as "5.1(side)" are best left as they are.
        other => other,
    };
    let codec = match codec {
        "ac3" => "AC-3".to_owned(),
        "eac3" => "E-AC-3".to_owned(),
        "amr_nb" => "AMR".to_owned(),
        "amr_wb" => "AMR-WB".to_owned(),
        "wmav1" | "wmav2" | "wmapro" | "wmalossless" | "wmavoice" => "WMA".to_owned(),
        // ffmpeg's own name says enough.
        other => other.to_uppercase(),
    };
    format!("{codec}, {rate}, {channels}")
}

/// "00:01:05.57" in milliseconds; `None` for "N/A".
fn milliseconds(text: &str) -> Option<u32> {
    let mut parts = text.trim().split(':');
    let hours: u32 = parts.next()?.parse().ok()?;
    let minutes: u32 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    let whole = hours.checked_mul(3_600_000)?.checked_add(minutes.checked_mul(60_000)?)?;
    // ffmpeg prints fewer than 60 seconds, so the cast cannot truncate.
    whole.checked_add((seconds * 1000.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_gives_format_length_and_reason() {
        let mut report = Report::default();
        for line in [
            "Input #0, asf, from 'file:talk.wma':",
            "  Metadata:",
            "    title           : Stream #0:0: Audio: fake",
            "  Duration: 01:02:05.57, start: 0.000000, bitrate: 37 kb/s",
            "  Stream #0:0: Audio: wmav2 (a[1][0][0] / 0x0161), 44100 Hz, 1 channels, fltp, 32 kb/s",
            "Stream mapping:",
            "  Stream #0:0 -> #0:0 (wmav2 (native) -> pcm_s16le (native))",
            "  Stream #0:0: Audio: pcm_s16le, 16000 Hz, mono, s16, 256 kb/s",
        ] {
            report.hear(line);
        }
        assert_eq!(report.format.as_deref(), Some("WMA, 44100 Hz, 1 channel"));
        assert_eq!(report.declared_ms, Some(3_725_570));
        assert_eq!(report.audio_tracks, 1);
        assert!(!report.without_audio);
    }

    #[test]
    fn a_length_that_ffmpeg_does_not_know_is_none() {
        assert_eq!(milliseconds("N/A"), None);
        assert_eq!(milliseconds("4000000:00:00.00"), None);
    }
}
