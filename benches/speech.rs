//! Speech: errors of words, speakers and times on generated conversations; memory for 10 minutes and for 4 hours; and what
//! the step takes around its engine.
//!
//! `cargo bench -p debrief-bench --bench speech`; needs flite, PocketSphinx with its model, and Linux for the memory.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod ours;

use std::path::Path;

use debrief_connect::diarize::{DiarizeSettings, diarizer};
use debrief_core::ports::{Audio, Hints};
use debrief_core::transcript::{Turn, Words};
use debrief_yardstick::Outcome;
use debrief_yardstick::conversation::{Conversation, far_apart, script};
use debrief_yardstick::limits::{LATENESS, Limit, limit};
use debrief_yardstick::process::data_folder;
use debrief_yardstick::score::{Diarization, lateness, word_error_rate};
use debrief_yardstick::step::unwatched;
use debrief_yardstick::whisper_model::{BASE, TINY};

/// Lines of a conversation: some minutes.
const LINES: usize = 40;

fn main() -> Outcome<()> {
    if let Some(report) = ours::is_child()? {
        println!("{report}");
        return Ok(());
    }
    let folder = tempfile::tempdir_in(data_folder()?)?;
    let mut beyond = accuracy(folder.path())?;
    beyond |= times(folder.path())?;
    memory(folder.path())?;
    around_the_engine(folder.path())?;
    if beyond { Err("an error rate is beyond its limit".into()) } else { Ok(()) }
}

/// Errors of words and speakers; whether one is beyond its limit.
fn accuracy(folder: &Path) -> Outcome<bool> {
    println!(
        "words by PocketSphinx, speakers by voice clustering; errors in %, of speakers with 250 ms of collar and without"
    );
    println!(
        "{:10} {:>6} {:>7} {:>6} {:>7} {:>6} {:>9} {:>8} {:>8} {:>7}",
        "speakers", "noise", "length", "words", "errors", "limit", "speakers", "errors", "without", "limit"
    );
    let mut beyond = false;
    for speakers in [2, 3, 4] {
        for noise in [false, true] {
            let spoken = Conversation::spoken(&script(speakers, LINES, u32::from(speakers)))?;
            let spoken = if noise { spoken.with_noise() } else { spoken };
            let audio = spoken.write(&folder.join("conversation.wav"), 1)?;
            let Limit { words: word_limit, speakers: speaker_limit } = limit(speakers, noise);
            let words = word_error_rate(&spoken.words, &heard(&audio, folder)?.words);
            let turns = told_apart(&audio, folder)?;
            let [collar, none] =
                [250, 0].map(|collar| Diarization::of(&spoken.turns, &turns, collar).error_rate());
            let found = turns.iter().map(|turn| turn.speaker + 1).max().unwrap_or(0);
            println!(
                "{speakers:<10} {:>6} {:>5.0} s {:>6} {:>7.1} {:>6.1} {found:>9} {:>8.1} {:>8.1} {:>7.1}",
                if noise { "yes" } else { "no" },
                f64::from(spoken.duration_ms()) / 1000.0,
                spoken.words.len(),
                words * 100.0,
                word_limit * 100.0,
                collar * 100.0,
                none * 100.0,
                speaker_limit * 100.0,
            );
            beyond |= words > word_limit || none > speaker_limit;
        }
    }
    println!();
    Ok(beyond)
}

/// Errors of times; whether one is beyond its limit.
fn times(folder: &Path) -> Outcome<bool> {
    let spoken = Conversation::spoken(&far_apart(script(3, LINES, 9)))?;
    let audio = spoken.write(&folder.join("times.wav"), 1)?;
    let late = lateness(&spoken.words, &heard(&audio, folder)?.words).ok_or("no word is right")?;
    println!(
        "times of words by PocketSphinx, {:.0} s of which {:.0} s are speech, three speakers, silences of up to 45 s",
        f64::from(spoken.duration_ms()) / 1000.0,
        f64::from(spoken.speech_ms()) / 1000.0
    );
    println!(
        "{} of {} words right; error: median {} ms, 99 of 100 within {} ms, largest {} ms",
        late.words,
        spoken.words.len(),
        late.median_ms,
        late.p99_ms,
        late.largest_ms
    );
    println!();
    Ok(late.median_ms > LATENESS.median_ms || late.largest_ms > LATENESS.largest_ms)
}

fn heard(audio: &Audio, folder: &Path) -> Outcome<Words> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(ours::engine(None)?.transcribe(audio, &Hints::default(), unwatched(folder)))?)
}

fn told_apart(audio: &Audio, folder: &Path) -> Outcome<Vec<Turn>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(diarizer(&DiarizeSettings::default())?.diarize(audio, unwatched(folder)))?.turns)
}

/// A conversation of at least that length, over and over.
fn long(minutes: u32, file: &Path) -> Outcome<Audio> {
    let spoken = Conversation::spoken(&script(3, LINES, 3))?;
    spoken.write(file, (minutes * 60_000).div_ceil(spoken.duration_ms()))
}

fn memory(folder: &Path) -> Outcome<()> {
    let model = TINY.write(folder)?;
    println!("peak memory of a process that transcribes one file with transcribe.cpp and a tiny model");
    let mut peaks = Vec::new();
    for (name, minutes) in [("10 min", 10), ("4 h", 240)] {
        let audio = long(minutes, &folder.join("long.wav"))?;
        let (cost, process_s) = ours::transcribe_in_child(&model, &audio)?;
        println!("{name:10} {:>7.1} MB {process_s:>8.1} s {:>7} words", cost.peak_mb, cost.words);
        peaks.push(cost.peak_mb);
    }
    println!("{:10} {:>7.2}×", "ratio", peaks[1] / peaks[0]);
    println!();
    Ok(())
}

fn around_the_engine(folder: &Path) -> Outcome<()> {
    let model = BASE.write(folder)?;
    let audio = long(10, &folder.join("long.wav"))?;
    let (cost, _) = ours::transcribe_in_child(&model, &audio)?;
    if cost.calls == 0 {
        return Err("the step does not mark its calls of the engine".into());
    }
    let around_s = cost.step_s - cost.engine_s;
    println!("the transcribe step around its engine, Whisper base, 10 min of conversation");
    println!(
        "step {:.2} s, of which {:.2} s in {} calls of the engine: {around_s:.2} s or {:.1} % around it",
        cost.step_s,
        cost.engine_s,
        cost.calls,
        around_s / cost.step_s * 100.0
    );
    Ok(())
}
