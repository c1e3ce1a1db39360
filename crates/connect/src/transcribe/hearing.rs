//! From a recording to words: engines hear packs of speech, on threads of their own, and what was heard of each is kept.
//!
//! A foreign call may not come back for seconds. So a stop does not wait for the engine: the step ends at once, the
//! thread ends by itself when its call returns, and touches nothing but the recording, which it only reads.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::page::timecode;
use debrief_core::ports::Audio;
use debrief_core::stage::{Progress, StageCx, StepError, StepResult, Stopped};
use debrief_core::transcript::Word;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::pack::{Pack, packed};
use super::pcm::{Pcm, Region};
use super::vad::{Cutting, voice_regions};

/// How often progress inside a pack is reported, in milliseconds.
const TICK_MS: u64 = 200;

/// A language that was heard for less time, and for a smaller share of all that was said, than this is taken for a mistake.
const STRAY_MS: u32 = 15_000;
const STRAY_SHARE: f64 = 0.05;

/// An engine that is open and hears one pack after the other. Lives on one thread.
pub(super) trait Recogniser {
    /// The words of one pack; times are milliseconds from its start. In `language`, if one is named, or else in the one that the
    /// engine takes it for. Asks `ear.stopped()` often.
    fn recognise(&mut self, sound: &Sound<'_>, language: Option<&str>, ear: &Ear) -> StepResult<Heard>;
}

/// What is to be heard.
pub(super) struct Sound<'a> {
    /// 16 kHz mono.
    pub(super) samples: &'a [i16],
    /// Where it may be parted in two, in samples.
    pub(super) middle: usize,
}

/// What was heard in one pack.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Heard {
    /// In order of time.
    pub(super) words: Vec<Word>,
    /// The language that the engine found by itself, as ISO 639-1.
    pub(super) language: Option<String>,
    /// Whether the engine went round in circles, and something may be missing.
    pub(super) broken: bool,
}

/// Opens the engine.
pub(super) type Open = Arc<dyn Fn() -> Result<Box<dyn Recogniser>, Failure> + Send + Sync>;

/// What an engine on a thread needs to know of the step, and tells it.
pub(super) struct Ear {
    stop: AtomicBool,
    heard_ms: AtomicU32,
    on_stop: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

impl Ear {
    fn new() -> Self {
        Self { stop: AtomicBool::new(false), heard_ms: AtomicU32::new(0), on_stop: Mutex::default() }
    }

    /// Whether to end as soon as possible.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// How much of the region has been heard, in milliseconds.
    pub(super) fn heard(&self, ms: u32) {
        self.heard_ms.store(ms, Ordering::Relaxed);
    }

    /// Calls `cancel` when a stop is asked for, from another thread.
    pub(super) fn on_stop(&self, cancel: impl Fn() + Send + 'static) {
        if self.stopped() {
            cancel();
        }
        self.on_stop.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(cancel));
    }

    fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        for cancel in self.on_stop.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            cancel();
        }
    }
}

/// The threads' ears; dropping them, for whatever reason, ends the threads.
struct Ears(Vec<Arc<Ear>>);

impl Drop for Ears {
    fn drop(&mut self) {
        for ear in &self.0 {
            ear.ask_to_stop();
        }
    }
}

/// What the next run needs to go on; what was heard of each pack is a part of its own, on the recording's time line.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Bookmark {
    /// The engine, model, language and hints that hear it: another one starts over.
    by: String,
    packs: Vec<Pack>,
}

/// How an engine wants to hear a recording.
pub(super) struct Hearing {
    /// Engine, model, language and hints, so that a bookmark is only taken up by the same.
    pub(super) by: String,
    /// The regions it likes.
    pub(super) cutting: Cutting,
    /// How much of them it hears at once, in milliseconds. Zero: each by itself.
    pub(super) pack_ms: u32,
    /// How many engines work side by side, each on a thread of its own.
    pub(super) threads: usize,
    /// Opens one engine; called once on each thread.
    pub(super) open: Open,
}

/// Every word of a recording, and the language if the engine named one.
///
/// # Errors
/// Stopped; `no_speech` when nothing was said; or what the engine says.
pub(super) async fn transcribe(audio: &Audio, cx: &StageCx, hearing: Hearing) -> StepResult<Heard> {
    // A recording that was replaced and decoded again is another one.
    let by = format!("{} {}", hearing.by, audio.duration_ms);
    let packs = match cx.bookmark::<Bookmark>().filter(|mark| mark.by == by && !mark.packs.is_empty()) {
        Some(mark) => mark.packs,
        None => {
            let regions = find_regions(audio, hearing.cutting, cx).await?;
            let packs = packed(&regions, hearing.pack_ms);
            cx.start_over(&Bookmark { by, packs: packs.clone() })?;
            packs
        }
    };
    let packs: Arc<[Pack]> = packs.into();
    let mut parts = cx.parts::<Heard>()?;
    let missing = (0..packs.len()).filter(|number| !parts.contains_key(&key(*number)));
    let missing = missing.map(|number| Task { number, language: None }).collect();
    hear(audio, cx, &hearing, &packs, missing, &mut parts).await?;
    // What a pack alone was taken for is judged by the whole recording; so it is the same whatever the order, and after a crash.
    let again = strays(&packs, &parts);
    hear(audio, cx, &hearing, &packs, again, &mut parts).await?;

    warn_of_gaps(cx, &packs, &parts);
    let language = languages(&packs, &parts).into_iter().next().map(|(language, _)| language);
    let words: Vec<Word> = parts.into_values().flat_map(|part| part.words).collect();
    if words.is_empty() {
        return Err(no_speech().into());
    }
    Ok(Heard { words, language, broken: false })
}

fn key(number: usize) -> u32 {
    u32::try_from(number).expect("a recording of u32 milliseconds has fewer packs")
}

async fn find_regions(audio: &Audio, cutting: Cutting, cx: &StageCx) -> StepResult<Vec<Region>> {
    let (file, cx) = (audio.file.clone(), cx.clone());
    let found = tokio::task::spawn_blocking(move || voice_regions(&file, cutting, &cx)).await;
    found.map_err(|e| StepError::Failed(Failure::internal(e)))?
}

/// The languages that were heard and for how long, in milliseconds; the longest first.
fn languages(packs: &[Pack], parts: &BTreeMap<u32, Heard>) -> Vec<(String, u32)> {
    let mut heard: BTreeMap<&str, u32> = BTreeMap::new();
    for (pack, part) in packs.iter().zip(parts.values()) {
        if let Some(language) = part.language.as_deref().filter(|_| !part.words.is_empty()) {
            *heard.entry(language).or_default() += pack.length_ms();
        }
    }
    let mut heard: Vec<(String, u32)> =
        heard.into_iter().map(|(language, ms)| (language.to_owned(), ms)).collect();
    heard.sort_by_key(|(_, ms)| std::cmp::Reverse(*ms));
    heard
}

/// Packs that were taken for a language which hardly anything else was taken for: heard again in the language of the recording.
fn strays(packs: &[Pack], parts: &BTreeMap<u32, Heard>) -> Vec<Task> {
    let heard = languages(packs, parts);
    let total_ms: u32 = heard.iter().map(|(_, ms)| ms).sum();
    let Some((first, _)) = heard.first() else { return Vec::new() };
    let rare = |language: &str| {
        let ms = heard.iter().find(|(other, _)| other == language).map_or(0, |(_, ms)| *ms);
        language != first && ms <= STRAY_MS && f64::from(ms) < f64::from(total_ms) * STRAY_SHARE
    };
    let stray = |part: &Heard| part.language.as_deref().is_some_and(rare);
    let strays = parts.iter().filter(|(_, part)| stray(part));
    strays.map(|(number, _)| Task { number: *number as usize, language: Some(first.clone()) }).collect()
}

/// Says where the engine went round in circles, and once.
fn warn_of_gaps(cx: &StageCx, packs: &[Pack], parts: &BTreeMap<u32, Heard>) {
    let broken = packs.iter().zip(parts.values()).filter(|(_, part)| part.broken);
    let places: Vec<String> = broken.map(|(pack, _)| timecode(pack.span_ms().0)).collect();
    if let Some(first) = places.first() {
        let text = match places.len() {
            1 => format!("The speech engine repeated itself near {first}; a part may be missing there."),
            count => format!(
                "The speech engine repeated itself in {count} places, the first near {first}; parts may be missing there."
            ),
        };
        cx.warn(Warning::new("engine_repeated", text));
    }
}

/// Nothing was said, or nothing that the engine takes for words.
pub(super) fn no_speech() -> Failure {
    Failure::never(
        FailureCode::NoSpeech,
        "No speech was found in this recording.",
        "Check that the file plays and that it is the right one.",
    )
}

fn broke_off() -> Failure {
    Failure::never(
        FailureCode::EngineFailed,
        "The speech engine broke off.",
        "Try again. If it happens again, choose another speech engine or model in the settings.",
    )
}

/// A pack to be heard.
struct Task {
    number: usize,
    /// The language, if it is known.
    language: Option<String>,
}

/// Hears packs on threads of their own, and keeps what was heard of each.
async fn hear(
    audio: &Audio,
    cx: &StageCx,
    hearing: &Hearing,
    packs: &Arc<[Pack]>,
    tasks: Vec<Task>,
    parts: &mut BTreeMap<u32, Heard>,
) -> StepResult<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let length_ms = |number: usize| u64::from(packs[number].length_ms());
    let total_ms: u64 = (0..packs.len()).map(length_ms).sum();
    let left_ms: u64 = tasks.iter().map(|task| length_ms(task.number)).sum();
    let mut finished_ms = total_ms - left_ms;
    let mut left = tasks.len();

    let ears = Ears((0..hearing.threads.clamp(1, left)).map(|_| Arc::new(Ear::new())).collect());
    let tasks = Arc::new(Mutex::new(tasks.into_iter()));
    let (report, mut reports) = mpsc::unbounded_channel();
    for ear in &ears.0 {
        let listener = Listener {
            file: audio.file.clone(),
            packs: packs.clone(),
            tasks: tasks.clone(),
            open: hearing.open.clone(),
            ear: ear.clone(),
            report: report.clone(),
        };
        let thread = std::thread::Builder::new().name("speech".into()).spawn(move || listener.listen());
        thread.map_err(|e| broke_off().because(e))?;
    }
    drop(report);

    let mut shown_ms = 0;
    while left > 0 {
        tokio::select! {
            biased;
            () = cx.stop_requested() => return Err(Stopped.into()),
            got = reports.recv() => {
                let Some((number, heard)) = got else { return Err(broke_off().into()) };
                let heard = placed(heard?, &packs[number]);
                finished_ms += length_ms(number);
                left -= 1;
                cx.save_part(key(number), &heard, finished_ms as f64 / total_ms.max(1) as f64)?;
                parts.insert(key(number), heard);
            }
            () = tokio::time::sleep(Duration::from_millis(TICK_MS)) => {}
        }
        let inside: u64 = ears.0.iter().map(|ear| u64::from(ear.heard_ms.load(Ordering::Relaxed))).sum();
        // Only speech takes time, but people think in positions of the recording.
        let fraction = (finished_ms + inside).min(total_ms) as f64 / total_ms.max(1) as f64;
        // A pack counts as unheard for the moment between its end and its report; that must not show.
        shown_ms = shown_ms.max((f64::from(audio.duration_ms) * fraction) as u32);
        cx.progress(Progress::audio(shown_ms, audio.duration_ms));
    }
    Ok(())
}

/// The same on the recording's own time line.
fn placed(heard: Heard, pack: &Pack) -> Heard {
    let words = heard.words.into_iter().map(|word| pack.place(word)).collect();
    Heard { words, ..heard }
}

type Report = (usize, StepResult<Heard>);

/// What a thread hears with.
struct Listener {
    file: PathBuf,
    packs: Arc<[Pack]>,
    tasks: Arc<Mutex<std::vec::IntoIter<Task>>>,
    open: Open,
    ear: Arc<Ear>,
    report: mpsc::UnboundedSender<Report>,
}

impl Listener {
    /// Opens the engine and hears pack after pack until there are none left.
    fn listen(&self) {
        let mut engine = None;
        let mut samples = Vec::new();
        while !self.ear.stopped() {
            let task = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(task) = task else { return };
            let pack = &self.packs[task.number];
            let heard = catch_unwind(AssertUnwindSafe(|| {
                let engine = match &mut engine {
                    Some(engine) => engine,
                    empty => empty.insert((self.open)()?),
                };
                pack.read(&mut Pcm::open(&self.file)?, &mut samples)?;
                let sound = Sound { samples: &samples, middle: pack.middle() };
                // Benches measure by this what the engine takes of the step.
                let span = tracing::debug_span!("recognise");
                span.in_scope(|| engine.recognise(&sound, task.language.as_deref(), &self.ear))
            }));
            self.ear.heard(0);
            let heard = heard.unwrap_or_else(|_| Err(broke_off().because("the engine panicked").into()));
            let failed = heard.is_err();
            // Nobody listens any more once the step has ended.
            if self.report.send((task.number, heard)).is_err() || failed {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packs(lengths_s: &[u32]) -> Vec<Pack> {
        let mut start = 0;
        let regions: Vec<Region> = lengths_s
            .iter()
            .map(|length| {
                let region = Region { start, end: start + length * 16_000 };
                start = region.end + 16_000;
                region
            })
            .collect();
        packed(&regions, 0)
    }

    fn heard(languages: &[Option<&str>]) -> BTreeMap<u32, Heard> {
        let word = Word { text: "word".into(), start_ms: 0, end_ms: 1, confidence: None };
        let part = |language: &Option<&str>| Heard {
            words: vec![word.clone()],
            language: language.map(str::to_owned),
            broken: false,
        };
        (0..).zip(languages.iter().map(part)).collect()
    }

    #[test]
    fn a_language_of_one_pack_among_many_is_a_mistake_and_a_second_language_is_not() {
        let packs = packs(&[30, 30, 30, 30, 30, 4, 30, 30]);
        let (zh, en, cy) = (Some("zh"), Some("en"), Some("cy"));
        let parts = heard(&[zh, zh, zh, en, zh, cy, zh, zh]);
        assert_eq!(languages(&packs, &parts)[0], ("zh".to_owned(), 180_000));
        let again = strays(&packs, &parts);
        let again: Vec<_> = again.iter().map(|task| (task.number, task.language.as_deref())).collect();
        assert_eq!(again, [(5, Some("zh"))]);
    }

    #[test]
    fn an_engine_that_names_no_language_is_not_doubted() {
        assert!(strays(&packs(&[3, 4]), &heard(&[None, None])).is_empty());
    }
}
