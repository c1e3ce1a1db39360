//! Against whisper.cpp's own command: the same file, the same weights of Whisper base's shape, in one run; on an idle
//! machine, and with one core kept busy.
//!
//! `cargo bench -p debrief-bench --bench whisper`; needs flite, CMake, a C++ compiler and Linux. It builds whisper.cpp from
//! the source in the crate `whisper-rs-sys`, as a program of its own.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod ours;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use debrief_core::ports::Audio;
use debrief_yardstick::Outcome;
use debrief_yardstick::conversation::{Conversation, script};
use debrief_yardstick::process::data_folder;
use debrief_yardstick::whisper_model::{BASE, Shape};

/// Rounds of the comparison; each has every candidate once, and the median counts.
const IDLE_ROUNDS: usize = 3;
/// With a core busy only a collapse matters, and whoever collapses takes minutes.
const BUSY_ROUNDS: usize = 1;

/// Length of the recording and of the speech in it, in milliseconds.
const LENGTH_MS: u32 = 120_000;
const SPEECH_MS: u32 = 79_000;

/// How often a window draws that moves.
const FRAME: Duration = Duration::from_millis(16);

/// Set in a child that keeps one core busy.
const SPIN: &str = "DEBRIEF_BENCH_SPIN";

fn main() -> Outcome<()> {
    if std::env::var_os(SPIN).is_some() {
        loop {
            std::hint::black_box(0);
        }
    }
    if let Some(report) = ours::is_child()? {
        println!("{report}");
        return Ok(());
    }
    let data = data_folder()?;
    let command = whisper_cpp(&data)?;
    let folder = tempfile::tempdir_in(&data)?;
    let audio = recording(&folder.path().join("recording.wav"))?;
    let bench = Bench { command, model: BASE.write(folder.path())?, audio };

    let theirs = bench.run(Candidate::Greedy)?.words;
    let own = bench.run(Candidate::Debrief)?.words;
    // Silence dropped, there are fewer windows; a real model would say in them all that it says in more windows.
    let words = (f64::from(BASE.words) * theirs as f64 / own as f64).ceil() as u32;
    let dense = Shape { name: "base-dense", words, ..BASE }.write(folder.path())?;
    println!("Whisper base, generated weights; whisper.cpp's command said {theirs} words, Debrief {own}");
    println!("median of {IDLE_ROUNDS} rounds, with one core busy {BUSY_ROUNDS}; each has all four in turn");
    println!(
        "window: by how much 99 of 100 frames of a thread of usual priority, which wakes every 16 ms, are late at most"
    );
    let idle = bench.table("idle", IDLE_ROUNDS, &dense)?;
    let spinning = Spinning::start()?;
    let busy = bench.table("one core busy", BUSY_ROUNDS, &dense)?;
    drop(spinning);
    println!("busy / idle");
    for (candidate, (idle, busy)) in Candidate::ALL.iter().zip(idle.iter().zip(&busy)) {
        println!("{:38} {:>8.2}×", candidate.name(), busy / idle);
    }
    Ok(())
}

/// 120 s, of which 79 s or a little more are speech.
fn recording(file: &Path) -> Outcome<Audio> {
    let mut lines = script(3, 40, 2);
    lines.iter_mut().for_each(|line| line.pause_ms = line.pause_ms.min(3000));
    for count in 1..lines.len() {
        let mut spoken = Conversation::spoken(&lines[..count])?;
        if spoken.speech_ms() >= SPEECH_MS {
            println!(
                "recording of {} s, {:.1} s of it speech",
                LENGTH_MS / 1000,
                f64::from(spoken.speech_ms()) / 1000.0
            );
            spoken.pause(LENGTH_MS.saturating_sub(spoken.duration_ms()));
            return spoken.write(file, 1);
        }
    }
    Err("the script is too short".into())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Candidate {
    /// `whisper-cli -bs 1`
    Greedy,
    /// `whisper-cli`
    Beams,
    Debrief,
    /// With a model that says as many words in all as it says to whisper.cpp.
    DebriefAsManyWords,
}

impl Candidate {
    const ALL: [Candidate; 4] =
        [Candidate::Greedy, Candidate::Debrief, Candidate::Beams, Candidate::DebriefAsManyWords];

    fn name(self) -> &'static str {
        match self {
            Candidate::Greedy => "whisper.cpp's command, greedy",
            Candidate::Beams => "whisper.cpp's command, default (beams)",
            Candidate::Debrief => "Debrief",
            Candidate::DebriefAsManyWords => "Debrief, as many words in all",
        }
    }
}

#[derive(Clone, Copy)]
struct Run {
    wall_s: f64,
    peak_mb: f64,
    words: usize,
    /// 99 of 100 frames of a window that moved in the meantime began no later than that, in milliseconds.
    late_ms: f64,
}

struct Bench {
    command: PathBuf,
    model: PathBuf,
    audio: Audio,
}

impl Bench {
    fn run(&self, candidate: Candidate) -> Outcome<Run> {
        self.run_with(candidate, &self.model)
    }

    fn run_with(&self, candidate: Candidate, dense: &Path) -> Outcome<Run> {
        let window = Window::open();
        let run = match candidate {
            Candidate::Greedy => self.whisper_cpp("1"),
            Candidate::Beams => self.whisper_cpp("5"),
            Candidate::Debrief => debrief(&self.model, &self.audio),
            Candidate::DebriefAsManyWords => debrief(dense, &self.audio),
        };
        let late_ms = window.close()?;
        Ok(Run { late_ms, ..run? })
    }

    fn whisper_cpp(&self, beam_size: &str) -> Outcome<Run> {
        let started = Instant::now();
        let mut command = Command::new(&self.command);
        let output = command.arg(&self.model).arg(&self.audio.file).arg(beam_size).output()?;
        let wall_s = started.elapsed().as_secs_f64();
        let text = String::from_utf8(output.stdout)?;
        let numbers: Vec<usize> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [_segments, words, peak_kb] = numbers[..] else {
            return Err(format!("whisper.cpp: {}", String::from_utf8_lossy(&output.stderr)).into());
        };
        Ok(Run { wall_s, peak_mb: peak_kb as f64 / 1024.0, words, late_ms: 0.0 })
    }

    /// Prints what every candidate took; the medians of the wall time, in seconds.
    fn table(&self, state: &str, rounds: usize, dense: &Path) -> Outcome<Vec<f64>> {
        let mut runs = [const { Vec::new() }; 4];
        for _ in 0..rounds {
            for (candidate, runs) in Candidate::ALL.into_iter().zip(&mut runs) {
                runs.push(self.run_with(candidate, dense)?);
            }
        }
        let medians = runs.map(median);
        println!(
            "{state:38} {:>10} {:>10} {:>12} {:>11} {:>10}",
            "wall", "peak", "of greedy", "of beams", "window"
        );
        for (candidate, run) in Candidate::ALL.into_iter().zip(medians) {
            let of = |other: usize| run.wall_s / medians[other].wall_s;
            println!(
                "{:38} {:>8.2} s {:>7.0} MB {:>11.2}× {:>10.2}× {:>7.1} ms",
                candidate.name(),
                run.wall_s,
                run.peak_mb,
                of(0),
                of(2),
                run.late_ms
            );
        }
        Ok(medians.iter().map(|run| run.wall_s).collect())
    }
}

fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by(|a, b| a.wall_s.total_cmp(&b.wall_s));
    runs[runs.len() / 2]
}

fn debrief(model: &Path, audio: &Audio) -> Outcome<Run> {
    let (cost, wall_s) = ours::transcribe_in_child(model, audio)?;
    Ok(Run { wall_s, peak_mb: cost.peak_mb, words: cost.words, late_ms: 0.0 })
}

/// Builds whisper.cpp's command, unless it is built.
fn whisper_cpp(data: &Path) -> Outcome<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("whisper-cpp/Cargo.toml");
    let target = data.join("whisper-cpp");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest);
    build.arg("--target-dir").arg(&target);
    // The crate brings its bindings; to make them anew takes libclang.
    build.env("WHISPER_DONT_GENERATE_BINDINGS", "1").stdout(Stdio::null());
    if !build.status()?.success() {
        return Err("whisper.cpp's command was not built".into());
    }
    Ok(target.join("release/whisper-cpp-command"))
}

/// A thread that wakes for every frame, as a window does that moves.
struct Window {
    closed: Arc<AtomicBool>,
    late: JoinHandle<Vec<Duration>>,
}

impl Window {
    fn open() -> Window {
        let closed = Arc::new(AtomicBool::new(false));
        let is_closed = closed.clone();
        let late = std::thread::spawn(move || {
            let mut late = Vec::new();
            while !is_closed.load(Ordering::Relaxed) {
                let due = Instant::now() + FRAME;
                std::thread::sleep(FRAME);
                late.push(due.elapsed());
            }
            late
        });
        Window { closed, late }
    }

    /// By how much 99 of 100 frames were late at most, in milliseconds.
    fn close(self) -> Outcome<f64> {
        self.closed.store(true, Ordering::Relaxed);
        let mut late = self.late.join().map_err(|_| "the window's thread panicked")?;
        late.sort_unstable();
        Ok(late.get(late.len() * 99 / 100).map_or(0.0, |late| late.as_secs_f64() * 1000.0))
    }
}

/// A process that keeps one core busy until it is dropped.
struct Spinning(Child);

impl Spinning {
    fn start() -> Outcome<Spinning> {
        Ok(Spinning(Command::new(std::env::current_exe()?).env(SPIN, "1").spawn()?))
    }
}

impl Drop for Spinning {
    fn drop(&mut self) {
        // It has nothing to lose, and if it has ended there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
