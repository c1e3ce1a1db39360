//! Long recordings in windows, and one speaker over all of them.
//!
//! The models take a whole recording as 32-bit numbers: 230 MB an hour. Windows that overlap keep memory flat, and every
//! finished one is kept. Whoever talks in the overlap of two windows is the same in both; the others are told by their
//! voices.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::ports::Audio;
use debrief_core::stage::{Progress, StageCx, StepResult, Stopped};
use debrief_core::transcript::{Turn, Voiceprint};
use debrief_core::voices::{distance, is_alike};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::SpeakerCount;
use crate::transcribe::pcm::{PER_MS, Pcm, Region};

/// Length of a window and of what it shares with the next one, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) length_ms: u32,
    pub(super) overlap_ms: u32,
}

/// Twenty minutes: 77 MB of samples, and enough of everybody to tell them apart.
pub(super) const CUT: Cut = Cut { length_ms: 20 * 60_000, overlap_ms: 2 * 60_000 };

/// Joint talk in the overlap of two windows that makes two speakers one, in milliseconds.
const SHARED_MS: u32 = 2_000;
/// Pauses that do not end a turn, in milliseconds.
const JOIN_MS: u32 = 300;

/// A stretch of the recording, in milliseconds: what is heard, and what of that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) heard: (u32, u32),
    pub(super) counts: (u32, u32),
}

/// Windows that cover a recording; each counts up to the middle of what it shares with its neighbour.
pub(super) fn windows(duration_ms: u32, cut: Cut) -> Vec<Window> {
    let step = cut.length_ms - cut.overlap_ms;
    let mut windows = vec![Window { heard: (0, duration_ms), counts: (0, duration_ms) }];
    while let Some(last) = windows.last_mut().filter(|last| last.heard.1 - last.heard.0 > cut.length_ms) {
        let from = last.heard.0;
        last.heard.1 = from + cut.length_ms;
        let border = from + step + cut.overlap_ms / 2;
        last.counts.1 = border;
        windows.push(Window { heard: (from + step, duration_ms), counts: (border, duration_ms) });
    }
    windows
}

/// What was found in one window. Times are those of the recording, speakers those of the window.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) turns: Vec<Turn>,
    pub(super) voices: BTreeMap<u16, Voiceprint>,
}

/// A model that is open and hears one window after the other. Lives on one thread.
pub(super) trait WindowEar {
    /// Who talks in `samples`, which begin at `start_ms`.
    fn hear(&mut self, samples: &[i16], start_ms: u32) -> StepResult<Part>;
    /// Breaks off a `hear` that runs on another thread, if the model can.
    fn cancel(&self) -> Option<Box<dyn Fn() + Send>> {
        None
    }
}

/// Opens the model, on the thread on which it hears.
pub(super) type Open = Box<dyn FnOnce() -> Result<Box<dyn WindowEar>, Failure> + Send>;

/// Marks whose parts are kept: another method or model starts over.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    by: String,
    windows: u32,
}

/// The parts of all windows, in order. A foreign call may not come back for minutes: a stop does not wait for it, the
/// thread ends by itself and touches nothing but the recording, which it only reads.
///
/// # Errors
/// Stopped, or what the model says.
pub(super) async fn hear(
    audio: &Audio,
    windows: &[Window],
    by: String,
    open: Open,
    cx: &StageCx,
) -> StepResult<Vec<Part>> {
    // A recording that was replaced and decoded again is another one.
    let by = format!("{by} {}", audio.duration_ms);
    let header = Header { by, windows: u32::try_from(windows.len()).unwrap_or(u32::MAX) };
    let mut parts: BTreeMap<u32, Part> = if cx.bookmark::<Header>().as_ref() == Some(&header) {
        cx.parts()?
    } else {
        cx.start_over(&header)?;
        BTreeMap::new()
    };
    let missing: Vec<(u32, Window)> =
        (0..).zip(windows.iter().copied()).filter(|(number, _)| !parts.contains_key(number)).collect();
    if !missing.is_empty() {
        let mut thread = HearingThread::start(audio.file.clone(), missing, open)?;
        loop {
            let found = tokio::select! {
                () = cx.stop_requested() => return Err(Stopped.into()),
                found = thread.found.recv() => found,
            };
            let Some(found) = found else { break };
            let (number, part) = found?;
            let done_ms = windows[number as usize].counts.1;
            let fraction = f64::from(done_ms) / f64::from(audio.duration_ms.max(1));
            cx.save_part(number, &part, fraction)?;
            cx.progress(Progress::audio(done_ms, audio.duration_ms));
            parts.insert(number, part);
        }
    }
    if parts.len() < windows.len() {
        return Err(broke_off("its thread ended early").into());
    }
    Ok(parts.into_values().collect())
}

/// The method's own failure: the transcript goes on without speakers.
pub(super) fn broke_off(detail: impl std::fmt::Display) -> Failure {
    Failure::never(
        FailureCode::DiarizationFailed,
        "The speakers couldn't be told apart.",
        "Run that step again, or choose another method for speakers in the settings.",
    )
    .because(detail)
}

type Cancel = Arc<Mutex<Option<Box<dyn Fn() + Send>>>>;

/// Hears on a thread of its own; dropping it, for whatever reason, asks the thread to end.
struct HearingThread {
    found: mpsc::Receiver<StepResult<(u32, Part)>>,
    stop: Arc<AtomicBool>,
    cancel: Cancel,
}

impl HearingThread {
    fn start(file: PathBuf, missing: Vec<(u32, Window)>, open: Open) -> Result<Self, Failure> {
        let (sender, found) = mpsc::channel(1);
        let (stop, cancel) = (Arc::new(AtomicBool::new(false)), Cancel::default());
        let (asked, hook) = (stop.clone(), cancel.clone());
        let work = move || {
            let each = |found| sender.blocking_send(found).is_ok() && !asked.load(Ordering::SeqCst);
            if let Err(failure) = hear_all(&file, &missing, open, &hook, &asked, &each) {
                // Nobody listens any more after a stop.
                let _ = sender.blocking_send(Err(failure));
            }
        };
        std::thread::Builder::new().name("speakers".into()).spawn(work).map_err(Failure::internal)?;
        Ok(Self { found, stop, cancel })
    }
}

impl Drop for HearingThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(cancel) = self.cancel.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            cancel();
        }
    }
}

fn hear_all(
    file: &std::path::Path,
    missing: &[(u32, Window)],
    open: Open,
    cancel: &Cancel,
    stop: &AtomicBool,
    each: &dyn Fn(StepResult<(u32, Part)>) -> bool,
) -> StepResult<()> {
    let mut ear = open()?;
    *cancel.lock().unwrap_or_else(PoisonError::into_inner) = ear.cancel();
    let mut pcm = Pcm::open(file)?;
    let mut samples = Vec::new();
    for (number, window) in missing {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let end = (window.heard.1.saturating_mul(PER_MS)).min(pcm.length());
        let start = window.heard.0.saturating_mul(PER_MS).min(end);
        pcm.read(Region { start, end }, &mut samples)?;
        let mut part = ear.hear(&samples, window.heard.0)?;
        // Models fill their last frames with silence, and may hear somebody in it.
        part.turns.retain_mut(|turn| cut(turn, window.heard));
        if !each(Ok((*number, part))) {
            break;
        }
    }
    Ok(())
}

/// A speaker of the whole recording.
#[derive(Default)]
struct Known {
    voice: Option<Voiceprint>,
    talked_ms: u64,
}

/// One list of turns from those of all windows: speakers are the same over all windows, no more than `count` allows,
/// numbered as they are heard.
pub(super) fn join(windows: &[Window], parts: &[Part], count: SpeakerCount) -> Part {
    let mut known: Vec<Known> = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    for (window, part) in windows.iter().zip(parts) {
        let found = same_speakers(*window, part, &turns, &known);
        let named = number_all(part, found, &mut known);
        let counted = part.turns.iter().filter_map(|turn| {
            let speaker = named.get(&turn.speaker).copied()?;
            Some(Turn { speaker, ..*turn })
        });
        // Until the next window has been compared, all of this one is kept.
        turns.retain_mut(|turn| cut(turn, (0, window.counts.0)));
        turns.extend(
            counted.filter_map(|mut turn| cut(&mut turn, (window.counts.0, u32::MAX)).then_some(turn)),
        );
    }
    for turn in &turns {
        known[usize::from(turn.speaker)].talked_ms += u64::from(turn.end_ms - turn.start_ms);
    }
    let same_as = fewer(&mut known, count.max);
    for turn in &mut turns {
        turn.speaker = same_as[usize::from(turn.speaker)];
    }
    numbered(one_after_the_other(turns), &known)
}

/// Cuts a turn to a stretch; says whether anything is left.
fn cut(turn: &mut Turn, (from, to): (u32, u32)) -> bool {
    turn.start_ms = turn.start_ms.max(from);
    turn.end_ms = turn.end_ms.min(to);
    turn.end_ms > turn.start_ms
}

/// The speakers of a window that are known from the windows before: by what they say in the overlap, then by voice.
fn same_speakers(window: Window, part: &Part, before: &[Turn], known: &[Known]) -> BTreeMap<u16, u16> {
    let local: Vec<u16> = speakers(&part.turns);
    let mut shared: Vec<(u32, u16, u16)> = Vec::new();
    let mut apart: Vec<(f64, u16, u16)> = Vec::new();
    for speaker in &local {
        for (number, known) in (0..).zip(known) {
            let theirs = before.iter().filter(|turn| turn.speaker == number && turn.end_ms > window.heard.0);
            let together = theirs.map(|theirs| talk_together(part, *speaker, theirs)).sum::<u32>();
            if together >= SHARED_MS {
                shared.push((together, *speaker, number));
            }
            if let (Some(a), Some(b)) = (part.voices.get(speaker), &known.voice)
                && is_alike(a, b)
                && let Some(distance) = distance(a, b)
            {
                apart.push((distance, *speaker, number));
            }
        }
    }
    shared.sort_by_key(|pair| std::cmp::Reverse(pair.0));
    apart.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut found = BTreeMap::new();
    let pairs = shared.into_iter().map(|(_, a, b)| (a, b)).chain(apart.into_iter().map(|(_, a, b)| (a, b)));
    for (speaker, number) in pairs {
        if !found.contains_key(&speaker) && !found.values().any(|taken| *taken == number) {
            found.insert(speaker, number);
        }
    }
    found
}

fn talk_together(part: &Part, speaker: u16, other: &Turn) -> u32 {
    let turns = part.turns.iter().filter(|turn| turn.speaker == speaker);
    turns.map(|turn| turn.end_ms.min(other.end_ms).saturating_sub(turn.start_ms.max(other.start_ms))).sum()
}

/// Numbers for all speakers of a window; takes note of new ones and of more of the voices of old ones.
fn number_all(part: &Part, mut found: BTreeMap<u16, u16>, known: &mut Vec<Known>) -> BTreeMap<u16, u16> {
    for speaker in speakers(&part.turns) {
        let number = *found.entry(speaker).or_insert_with(|| {
            known.push(Known::default());
            u16::try_from(known.len() - 1).unwrap_or(u16::MAX)
        });
        let voice = &mut known[usize::from(number)].voice;
        *voice = together(voice.take(), part.voices.get(&speaker));
    }
    found
}

/// Speakers in the order in which they begin to talk.
fn speakers(turns: &[Turn]) -> Vec<u16> {
    let mut heard = Vec::new();
    for turn in turns {
        if !heard.contains(&turn.speaker) {
            heard.push(turn.speaker);
        }
    }
    heard
}

/// Two prints of one voice as one, each counting for as much as was heard of it.
fn together(a: Option<Voiceprint>, b: Option<&Voiceprint>) -> Option<Voiceprint> {
    let (Some(a), Some(b)) = (&a, b) else { return a.or_else(|| b.cloned()) };
    let share = b.heard_ms as f32 / (a.heard_ms as f32 + b.heard_ms as f32).max(1.0);
    let values = a.values.iter().zip(&b.values).map(|(a, b)| a + share * (b - a)).collect();
    Some(Voiceprint { method: a.method.clone(), values, heard_ms: a.heard_ms.saturating_add(b.heard_ms) })
}

/// Makes speakers one until there are no more than `most`: those whose voices are closest, or, of voices that nobody
/// knows, the one who talks least and the one who talks most. Says who each one is then.
fn fewer(known: &mut [Known], most: usize) -> Vec<u16> {
    let mut same_as: Vec<usize> = (0..known.len()).collect();
    let mut left: Vec<usize> = same_as.clone();
    while left.len() > most.max(1) {
        let pairs = left.iter().enumerate().flat_map(|(at, a)| left[at + 1..].iter().map(move |b| (*a, *b)));
        let apart = |(a, b): (usize, usize)| distance(known[a].voice.as_ref()?, known[b].voice.as_ref()?);
        let closest = pairs.filter_map(|pair| Some((apart(pair)?, pair))).min_by(|a, b| a.0.total_cmp(&b.0));
        let by_talk = |known: &[Known]| {
            let least = left.iter().copied().min_by_key(|speaker| known[*speaker].talked_ms);
            let loudest = left.iter().copied().max_by_key(|speaker| known[*speaker].talked_ms);
            loudest.zip(least)
        };
        let Some((stays, goes)) = closest.map(|(_, pair)| pair).or_else(|| by_talk(known)) else { break };
        let gone = std::mem::take(&mut known[goes]);
        known[stays].talked_ms += gone.talked_ms;
        known[stays].voice = together(known[stays].voice.take(), gone.voice.as_ref());
        left.retain(|speaker| *speaker != goes);
        for same in &mut same_as {
            if *same == goes {
                *same = stays;
            }
        }
    }
    same_as.into_iter().map(|speaker| u16::try_from(speaker).unwrap_or(u16::MAX)).collect()
}

/// Turns in order of time; those of one speaker that touch are one. Turns of different speakers may overlap.
fn one_after_the_other(mut turns: Vec<Turn>) -> Vec<Turn> {
    turns.sort_by_key(|turn| (turn.start_ms, turn.end_ms));
    let mut joined: Vec<Turn> = Vec::new();
    let mut last: BTreeMap<u16, usize> = BTreeMap::new();
    for turn in turns {
        match last.get(&turn.speaker).map(|at| &mut joined[*at]) {
            Some(before) if turn.start_ms <= before.end_ms.saturating_add(JOIN_MS) => {
                before.end_ms = before.end_ms.max(turn.end_ms);
            }
            Some(_) | None => {
                last.insert(turn.speaker, joined.len());
                joined.push(turn);
            }
        }
    }
    joined
}

/// Speakers by the order in which they are heard.
fn numbered(mut turns: Vec<Turn>, known: &[Known]) -> Part {
    let heard = speakers(&turns);
    for turn in &mut turns {
        let place = heard.iter().position(|speaker| *speaker == turn.speaker).unwrap_or_default();
        turn.speaker = u16::try_from(place).unwrap_or(u16::MAX);
    }
    let voices = (0..)
        .zip(&heard)
        .filter_map(|(number, speaker)| Some((number, known[usize::from(*speaker)].voice.clone()?)));
    Part { voices: voices.collect(), turns }
}

#[cfg(test)]
mod tests;
