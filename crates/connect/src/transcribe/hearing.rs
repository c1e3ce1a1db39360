//! From a recording to words: speech is found and packed, engines hear the packs while more is found, and what was heard of
//! each is kept.

mod crew;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::page::timecode;
use debrief_core::ports::Audio;
use debrief_core::stage::{Progress, StageCx, StepResult, Stopped};
use debrief_core::transcript::Word;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use self::crew::{Crew, Task};
use super::pack::{Pack, Packing};
use super::vad::{Cutting, find_voice};

pub(super) use self::crew::Ear;

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

/// What the next run needs to go on, beside the parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Bookmark {
    /// The engine, model, language and hints that hear it: another one starts over.
    by: String,
    /// All of them, once they are found.
    packs: Option<Vec<Pack>>,
}

/// What was heard of one pack, on the recording's time line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Part {
    pack: Pack,
    heard: Heard,
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
    let known = match cx.bookmark::<Bookmark>().filter(|mark| mark.by == by) {
        // What was silent is searched again: it may be another recording of the same length.
        Some(mark) => mark.packs.filter(|packs| !packs.is_empty()),
        None => {
            cx.start_over(&Bookmark { by: by.clone(), packs: None })?;
            None
        }
    };
    let is_known = known.is_some();
    let mut search = match known {
        Some(packs) => Search::ended(packs),
        None => Search::start(audio, &hearing, cx),
    };
    let mut crew = Crew::new(&audio.file, &hearing)?;
    let mut work = Work::new(audio, cx)?;
    while work.searched_ms.is_some() {
        let found = work.hear_until_found(&mut crew, &mut search).await?;
        work.take_up(found, &crew);
    }
    if !is_known {
        let fraction = work.fraction(0);
        cx.save_bookmark(&Bookmark { by, packs: Some(work.packs.clone()) }, fraction)?;
    }
    work.hear_all(&mut crew).await?;
    // What a pack alone was taken for is judged by the whole recording; so it is the same whatever the order, and after a crash.
    for (number, language) in strays(&work.parts) {
        work.hear_again(number, language, &crew);
    }
    work.hear_all(&mut crew).await?;

    let parts = work.parts;
    warn_of_gaps(cx, &parts);
    let language = languages(&parts).into_iter().next().map(|(language, _)| language);
    let words: Vec<Word> = parts.into_values().flat_map(|part| part.heard.words).collect();
    if words.is_empty() {
        return Err(no_speech().into());
    }
    Ok(Heard { words, language, broken: false })
}

/// Packs that were found, and how far the search is.
struct Found {
    packs: Vec<Pack>,
    /// Position in the recording, in milliseconds; none at its end.
    position_ms: Option<u32>,
}

/// The search for speech, which goes on while engines hear what was found.
struct Search(UnboundedReceiver<StepResult<Found>>);

impl Search {
    /// One that is over.
    fn ended(packs: Vec<Pack>) -> Search {
        let (tell, found) = unbounded_channel();
        // The receiver is here.
        let _ = tell.send(Ok(Found { packs, position_ms: None }));
        Search(found)
    }

    fn start(audio: &Audio, hearing: &Hearing, cx: &StageCx) -> Search {
        let (tell, found) = unbounded_channel();
        let (file, cutting, cx) = (audio.file.clone(), hearing.cutting, cx.clone());
        let mut packing = Packing::new(hearing.pack_ms);
        tokio::task::spawn_blocking(move || {
            let searched = find_voice(&file, cutting, &cx, &mut |regions, position_ms| {
                let packs = regions.into_iter().filter_map(|region| packing.push(region)).collect();
                match tell.send(Ok(Found { packs, position_ms: Some(position_ms) })) {
                    Ok(()) => ControlFlow::Continue(()),
                    // The step has ended.
                    Err(_) => ControlFlow::Break(()),
                }
            });
            let last = Vec::from_iter(packing.finish());
            let _ = tell.send(searched.map(|()| Found { packs: last, position_ms: None }));
        });
        Search(found)
    }
}

/// What is heard and what is not, in the middle of a recording.
struct Work<'a> {
    audio: &'a Audio,
    cx: &'a StageCx,
    /// All that were found so far.
    packs: Vec<Pack>,
    /// Parts of an earlier run whose packs were not found yet.
    kept: BTreeMap<u32, Part>,
    parts: BTreeMap<u32, Part>,
    /// Packs that are waiting or being heard.
    left: usize,
    /// Speech that was heard, in milliseconds.
    heard_ms: u64,
    /// How much of the recording was searched, in milliseconds; none once all of it was.
    searched_ms: Option<u32>,
    /// The done part that was told last, 0 to 1.
    told: f64,
}

impl<'a> Work<'a> {
    fn new(audio: &'a Audio, cx: &'a StageCx) -> Result<Self, Failure> {
        Ok(Self {
            audio,
            cx,
            packs: Vec::new(),
            kept: cx.parts()?,
            parts: BTreeMap::new(),
            left: 0,
            heard_ms: 0,
            searched_ms: Some(0),
            told: 0.0,
        })
    }

    /// Gives the packs to the engines, but for those that an earlier run has heard.
    fn take_up(&mut self, found: Found, crew: &Crew) {
        self.searched_ms = found.position_ms;
        for pack in found.packs {
            let number = self.packs.len();
            self.packs.push(pack.clone());
            match self.kept.remove(&key(number)).filter(|part| part.pack == pack) {
                Some(part) => {
                    self.heard_ms += u64::from(pack.length_ms());
                    self.parts.insert(key(number), part);
                }
                None => {
                    self.left += 1;
                    crew.give(Task { number, pack, language: None });
                }
            }
        }
    }

    fn hear_again(&mut self, number: u32, language: String, crew: &Crew) {
        let Some(part) = self.parts.get(&number) else { return };
        self.left += 1;
        self.heard_ms -= u64::from(part.pack.length_ms());
        crew.give(Task { number: number as usize, pack: part.pack.clone(), language: Some(language) });
    }

    /// Keeps what is heard until the search tells something.
    async fn hear_until_found(&mut self, crew: &mut Crew, search: &mut Search) -> StepResult<Found> {
        loop {
            tokio::select! {
                biased;
                () = self.cx.stop_requested() => return Err(Stopped.into()),
                found = search.0.recv() => return found.unwrap_or_else(|| Err(broke_off().into())),
                report = crew.report() => self.keep(report, crew)?,
                () = tick() => self.show(crew),
            }
        }
    }

    /// Keeps what is heard until nothing is left.
    async fn hear_all(&mut self, crew: &mut Crew) -> StepResult<()> {
        while self.left > 0 {
            tokio::select! {
                biased;
                () = self.cx.stop_requested() => return Err(Stopped.into()),
                report = crew.report() => self.keep(report, crew)?,
                () = tick() => self.show(crew),
            }
        }
        Ok(())
    }

    fn keep(&mut self, report: Option<crew::Report>, crew: &Crew) -> StepResult<()> {
        let Some((number, heard)) = report else { return Err(broke_off().into()) };
        let pack = self.packs[number].clone();
        let heard = placed(heard?, &pack);
        self.left -= 1;
        self.heard_ms += u64::from(pack.length_ms());
        let part = Part { pack, heard };
        let fraction = self.fraction(0);
        self.cx.save_part(key(number), &part, fraction)?;
        self.parts.insert(key(number), part);
        self.show(crew);
        Ok(())
    }

    /// The part of the speech that was heard, 0 to 1, with that much of the packs that are being heard. Never less than before.
    fn fraction(&mut self, inside_ms: u64) -> f64 {
        let found_ms: u64 = self.packs.iter().map(|pack| u64::from(pack.length_ms())).sum();
        // What is still to be searched is taken to have as much speech as what was.
        let searched = self.searched_ms.map_or(1.0, |position_ms| {
            (f64::from(position_ms) / f64::from(self.audio.duration_ms.max(1))).min(1.0)
        });
        let heard = (self.heard_ms + inside_ms) as f64 * searched / found_ms.max(1) as f64;
        self.told = self.told.max(heard.min(1.0));
        self.told
    }

    fn show(&mut self, crew: &Crew) {
        // Only speech takes time, but people think in positions of the recording.
        let shown_ms = f64::from(self.audio.duration_ms) * self.fraction(crew.inside_ms());
        self.cx.progress(Progress::audio(shown_ms as u32, self.audio.duration_ms));
    }
}

async fn tick() {
    tokio::time::sleep(Duration::from_millis(TICK_MS)).await;
}

fn key(number: usize) -> u32 {
    u32::try_from(number).expect("a recording of u32 milliseconds has fewer packs")
}

/// The languages that were heard and for how long, in milliseconds; the longest first.
fn languages(parts: &BTreeMap<u32, Part>) -> Vec<(String, u32)> {
    let mut heard: BTreeMap<&str, u32> = BTreeMap::new();
    for part in parts.values() {
        if let Some(language) = part.heard.language.as_deref().filter(|_| !part.heard.words.is_empty()) {
            *heard.entry(language).or_default() += part.pack.length_ms();
        }
    }
    let mut heard: Vec<(String, u32)> =
        heard.into_iter().map(|(language, ms)| (language.to_owned(), ms)).collect();
    heard.sort_by_key(|(_, ms)| std::cmp::Reverse(*ms));
    heard
}

/// Packs that were taken for a language which hardly anything else was taken for, by their numbers: to be heard again in the
/// language of the recording.
fn strays(parts: &BTreeMap<u32, Part>) -> Vec<(u32, String)> {
    let heard = languages(parts);
    let total_ms: u32 = heard.iter().map(|(_, ms)| ms).sum();
    let Some((first, _)) = heard.first() else { return Vec::new() };
    let rare = |language: &str| {
        let ms = heard.iter().find(|(other, _)| other == language).map_or(0, |(_, ms)| *ms);
        language != first && ms <= STRAY_MS && f64::from(ms) < f64::from(total_ms) * STRAY_SHARE
    };
    let strays = parts.iter().filter(|(_, part)| part.heard.language.as_deref().is_some_and(rare));
    strays.map(|(number, _)| (*number, first.clone())).collect()
}

/// Says where the engine went round in circles, and once.
fn warn_of_gaps(cx: &StageCx, parts: &BTreeMap<u32, Part>) {
    let broken = parts.values().filter(|part| part.heard.broken);
    let places: Vec<String> = broken.map(|part| timecode(part.pack.span_ms().0)).collect();
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

/// The same on the recording's own time line.
fn placed(heard: Heard, pack: &Pack) -> Heard {
    let words = heard.words.into_iter().map(|word| pack.place(word)).collect();
    Heard { words, ..heard }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcribe::pcm::Region;

    /// Packs of those lengths, and what each was taken for.
    fn parts(packs: &[(u32, Option<&str>)]) -> BTreeMap<u32, Part> {
        let word = Word { text: "word".into(), start_ms: 0, end_ms: 1, confidence: None };
        let part = |(length_s, language): &(u32, Option<&str>)| {
            let mut packing = Packing::new(0);
            packing.push(Region { start: 0, end: length_s * 16_000 });
            let language = language.map(str::to_owned);
            Part {
                pack: packing.finish().unwrap(),
                heard: Heard { words: vec![word.clone()], language, broken: false },
            }
        };
        (0..).zip(packs.iter().map(part)).collect()
    }

    #[test]
    fn a_language_of_one_pack_among_many_is_a_mistake_and_a_second_language_is_not() {
        let (zh, en, cy) = (Some("zh"), Some("en"), Some("cy"));
        let heard = [(30, zh), (30, zh), (30, zh), (30, en), (30, zh), (4, cy), (30, zh), (30, zh)];
        let parts = parts(&heard);
        assert_eq!(languages(&parts)[0], ("zh".to_owned(), 180_000));
        assert_eq!(strays(&parts), [(5, "zh".to_owned())]);
    }

    #[tokio::test]
    async fn an_engine_that_cannot_be_opened_says_why_however_much_there_is_to_hear() {
        use crate::transcribe::testing::{Desk, silence, write_wav};
        let desk = Desk::new();
        let audio = write_wav(desk.folder(), &silence(1000));
        let packs: Vec<Pack> = parts(&[(1, None); 5000]).into_values().map(|part| part.pack).collect();
        let mark = Bookmark { by: format!("test {}", audio.duration_ms), packs: Some(packs) };
        desk.cx().start_over(&mark).unwrap();
        let why = Failure::person(FailureCode::ModelMissing, "It is gone.", "Put it back.");
        let told = why.clone();
        let hearing = Hearing {
            by: "test".into(),
            cutting: Cutting { pad_ms: 100, join_ms: 300, longest_ms: 30_000 },
            pack_ms: 0,
            threads: 1,
            open: Arc::new(move || Err(told.clone())),
        };
        let heard = transcribe(&audio, &desk.cx(), hearing).await;
        assert_eq!(heard, Err(why.into()));
    }

    #[test]
    fn an_engine_that_names_no_language_is_not_doubted() {
        assert!(strays(&parts(&[(3, None), (4, None)])).is_empty());
    }
}
