//! Decoding an hour of m4a: time against `ffmpeg -ar 16000 -ac 1` in the same run, and peak memory at three lengths.
//!
//! `cargo bench -p debrief-bench --bench decode`; needs ffmpeg, and Linux for the processor time and the memory.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use debrief_connect::media::MediaDecoder;
use debrief_core::ports::{AudioDecoder, Recording};
use debrief_yardstick::Outcome;
use debrief_yardstick::process::{cpu_s, data_folder, peak_mb};
use debrief_yardstick::step::unwatched;

/// Set in a child: the file that it decodes and reports on. Peak memory is that of a whole process.
const CHILD: &str = "DEBRIEF_BENCH_DECODE";

/// Rounds of the comparison; the median counts.
const ROUNDS: usize = 3;

fn main() -> Outcome<()> {
    match std::env::var_os(CHILD) {
        Some(file) => child(Path::new(&file)),
        None => parent(),
    }
}

/// What one decoding of one file took.
#[derive(Clone, Copy)]
struct Cost {
    cpu_s: f64,
    wall_s: f64,
    peak_mb: f64,
}

fn parent() -> Outcome<()> {
    let data = data_folder()?;
    let hour = made(&data, "1h.m4a", make_hour)?;
    let ten_minutes = made(&data, "10min.m4a", |to| copy_of(&hour, &["-t", "600"], to))?;
    let four_hours = made(&data, "4h.m4a", |to| copy_of(&hour, &["-t", "14400"], to))?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(debrief(&hour)?);
        theirs.push(ffmpeg(&hour, &data)?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("one hour of AAC-LC, 48 kHz stereo, to 16 kHz mono (median of {ROUNDS})");
    println!("{:10} {:>9} {:>9} {:>10}", "", "CPU", "wall", "peak");
    for (name, cost) in [("Debrief", ours), ("ffmpeg", theirs)] {
        println!("{name:10} {:>7.2} s {:>7.2} s {:>7.1} MB", cost.cpu_s, cost.wall_s, cost.peak_mb);
    }
    println!("{:10} {:>8.2}× {:>8.2}×", "ratio", ours.cpu_s / theirs.cpu_s, ours.wall_s / theirs.wall_s);
    println!();
    println!("peak memory of a process that decodes one file");
    for (name, file) in [("10 min", &ten_minutes), ("1 h", &hour), ("4 h", &four_hours)] {
        let cost = debrief(file)?;
        println!("{name:10} {:>7.1} MB {:>7.2} s CPU", cost.peak_mb, cost.cpu_s);
    }
    Ok(())
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.cpu_s.total_cmp(&b.cpu_s));
    costs[costs.len() / 2]
}

/// The file of that name, made unless an earlier run has made it.
fn made(data: &Path, name: &str, make: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<PathBuf> {
    let file = data.join(name);
    if !file.exists() {
        let unfinished = data.join(format!("unfinished-{name}"));
        make(&unfinished)?;
        fs::rename(unfinished, &file)?;
    }
    Ok(file)
}

/// Speech, over and over, with a little noise: pure repetition would be too easy to encode.
fn make_hour(to: &Path) -> Outcome<()> {
    let speech = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/connect/tests/fixtures/speech.wav");
    let mix = "[0:a]aresample=48000[s];[s][1:a]amix=inputs=2:duration=longest[m];[m]pan=stereo|c0=c0|c1=c0";
    let mut command = quiet_ffmpeg();
    command.args(["-stream_loop", "-1", "-i"]).arg(speech);
    command.args(["-f", "lavfi", "-i", "anoisesrc=amplitude=0.02:sample_rate=48000:seed=1"]);
    command.args(["-filter_complex", mix, "-t", "3600", "-c:a", "aac", "-b:a", "96k"]).arg(to);
    run(&mut command)
}

fn copy_of(hour: &Path, length: &[&str], to: &Path) -> Outcome<()> {
    run(quiet_ffmpeg().args(["-stream_loop", "3", "-i"]).arg(hour).args(["-c", "copy"]).args(length).arg(to))
}

fn quiet_ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| format!("ffmpeg does not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("ffmpeg failed: {status}").into()) }
}

fn debrief(file: &Path) -> Outcome<Cost> {
    let output = Command::new(std::env::current_exe()?).env(CHILD, file).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [cpu_s, wall_s, peak_mb] = numbers[..] else { return Err(format!("a child failed: {text}").into()) };
    Ok(Cost { cpu_s, wall_s, peak_mb })
}

fn ffmpeg(file: &Path, data: &Path) -> Outcome<Cost> {
    let out = data.join("ffmpeg.wav");
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-y", "-benchmark", "-i"])
        .arg(file)
        .args(["-ar", "16000", "-ac", "1"])
        .arg(&out)
        .output()?;
    fs::remove_file(out)?;
    // "bench: utime=3.012s stime=0.110s rtime=2.954s", "bench: maxrss=54321kB"
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    let number = |name: &str| -> Outcome<f64> {
        let rest = report.split_once(name).ok_or_else(|| format!("no {name} in ffmpeg's report"))?.1;
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        Ok(rest[..end].parse()?)
    };
    let cpu_s = number("utime=")? + number("stime=")?;
    Ok(Cost { cpu_s, wall_s: number("rtime=")?, peak_mb: number("maxrss=")? / 1024.0 })
}

fn child(file: &Path) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let recording = Recording {
        file: file.to_owned(),
        name: file.display().to_string(),
        size_bytes: fs::metadata(file)?.len(),
        created: jiff::civil::date(2026, 1, 1),
        location: file.display().to_string(),
        attachments: Vec::new(),
        drive: None,
    };
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(MediaDecoder::without_ffmpeg().decode(&recording, unwatched(folder.path())))?;
    println!("{} {} {}", cpu_s()?, started.elapsed().as_secs_f64(), peak_mb()?);
    Ok(())
}
