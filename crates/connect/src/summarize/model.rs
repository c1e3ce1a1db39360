//! Notes written by language models: part by part where the transcript is long, and believed only with evidence.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::NotesChoice;
use debrief_core::minutes::gate::Evidence;
use debrief_core::minutes::shape::{PartNotes, WholeNotes};
use debrief_core::minutes::split::{self, Part};
use debrief_core::minutes::{Brief, assemble, language, merged, prompt};
use debrief_core::naming::recording_date;
use debrief_core::notes::Notes;
use debrief_core::ports::{LanguageModel, Question, Recording, Summarizer};
use debrief_core::stage::{Progress, StageCx, StepError, StepResult, Stopped};
use debrief_core::template::Template;
use debrief_core::transcript::Transcript;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::transcribe::script::chinese_in;

/// Parts are no longer than this even for models that could read more at once: with the length of what they read,
/// models leave out more.
const LONGEST_PART_TOKENS: u32 = 24_000;
/// The least room for a part. A model with less can't take notes.
const SHORTEST_PART_TOKENS: u32 = 300;
/// The longest answer, in tokens; no more than a quarter of the window.
const ANSWER_TOKENS: u32 = 8_000;
/// The share of the window that documents may take, in percent.
const DOCUMENTS_PERCENT: u32 = 20;
/// The characters of all documents that are read at most.
const DOCUMENT_CHARS: usize = 40_000;
/// Rounds of putting together, each of which at least halves the number of parts.
const MOST_ROUNDS: u32 = 16;

/// Notes that language models write.
#[derive(Clone)]
pub struct ModelNotes {
    model: Arc<dyn LanguageModel>,
    template: Template,
    language: Option<String>,
    participants: Vec<String>,
    glossary: Vec<String>,
}

impl ModelNotes {
    /// Notes by `model`, which stands for all of `choice.models`, in the way that `choice` asks for. Where it names no
    /// template, that of a meeting is taken.
    pub fn new(model: Arc<dyn LanguageModel>, choice: &NotesChoice) -> Self {
        ModelNotes {
            model,
            template: choice.template.clone().unwrap_or_else(super::template::meeting),
            language: choice.language.clone(),
            participants: choice.participants.clone(),
            glossary: choice.glossary.clone(),
        }
    }

    /// What is told of a recording and how its notes are to be.
    fn brief<'a>(&'a self, transcript: &'a Transcript, recording: &'a Recording, own: &'a Own) -> Brief<'a> {
        Brief {
            transcript,
            template: &self.template,
            language: &own.language,
            date: recording_date(&recording.name, recording.created),
            participants: &self.participants,
            glossary: &self.glossary,
            attachments: &recording.attachments,
            mark: &own.mark,
        }
    }

    /// Room for parts, documents and answers.
    fn room(&self, brief: &Brief<'_>) -> StepResult<Room> {
        let window = self.model.window_tokens();
        let answer = ANSWER_TOKENS.min(window / 4);
        let bare = Brief { attachments: &[], ..*brief };
        let bare = prompt::part(&bare, &Part::default(), (99, 99), 0, answer);
        let texts = [&bare.instructions, &bare.material, &bare.schema.to_string()];
        let asked: u32 = texts.iter().map(|text| self.model.count(text)).sum();
        // The chat's own marks, and what a model is told of a wrong answer.
        let spare = window / 50 + 200;
        let free = window.saturating_sub(answer + asked + spare);
        let (document_chars, of_documents) = self.documents(brief, free);
        let free = free.saturating_sub(of_documents);
        if free < SHORTEST_PART_TOKENS {
            return Err(Failure::person(
                FailureCode::NotesUnusable,
                "The language model can read too little at once to take notes.",
                "Choose a model with a larger context window, or give this one a larger window in its settings.",
            )
            .because(format!("window of {window} tokens, {asked} of them for the question, {answer} for the answer"))
            .into());
        }
        Ok(Room { part: free.min(LONGEST_PART_TOKENS), together: free, document_chars, answer })
    }

    /// How many characters of documents there is room for, and how many tokens they take.
    fn documents(&self, brief: &Brief<'_>, free: u32) -> (usize, u32) {
        let most = free / 100 * DOCUMENTS_PERCENT;
        let material =
            |brief: &Brief<'_>, chars| prompt::part(brief, &Part::default(), (1, 1), chars, 0).material;
        let without = self.model.count(&material(&Brief { attachments: &[], ..*brief }, 0));
        let mut chars = DOCUMENT_CHARS;
        loop {
            let tokens = self.model.count(&material(brief, chars)).saturating_sub(without);
            if tokens <= most || chars == 0 {
                return (chars, tokens);
            }
            chars /= 2;
        }
    }
}

/// Room in the model's window, in tokens where nothing else is said.
struct Room {
    part: u32,
    together: u32,
    document_chars: usize,
    answer: u32,
}

/// What one job's brief is made with.
struct Own {
    language: String,
    mark: String,
}

/// An answer that is kept until the notes are done, with the digest of its question: what is asked again in the same words
/// has been answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    question: String,
    answer: Value,
    by: String,
}

#[async_trait]
impl Summarizer for ModelNotes {
    async fn summarize(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Notes> {
        tokio::select! {
            notes = self.notes(transcript, recording, &cx) => notes,
            () = cx.stop_requested() => Err(Stopped.into()),
        }
    }
}

impl ModelNotes {
    async fn notes(&self, transcript: &Transcript, recording: &Recording, cx: &StageCx) -> StepResult<Notes> {
        if transcript.segments.iter().all(|segment| segment.text.trim().is_empty()) {
            return Err(Failure::never(
                FailureCode::NoSpeech,
                "Nothing was said in this recording.",
                "Check that it is the right recording and that its sound can be heard.",
            )
            .into());
        }
        let own = Own { language: language::of_notes(transcript, self.language.as_deref()), mark: mark(cx) };
        let brief = self.brief(transcript, recording, &own);
        let room = self.room(&brief)?;
        let count = |line: &split::Line| self.model.count(&prompt::line(transcript, line));
        let parts = split::split(transcript, room.part, &count);
        let asking = Asking::new(self.model.as_ref(), &own.language, cx, parts.len())?;

        let whole = if let [only] = &parts[..] {
            let question = prompt::whole(&brief, only, room.document_chars, room.answer);
            asking.whole(&question, &only.segments()).await?
        } else {
            let questions = parts.iter().enumerate().map(|(index, part)| {
                let number = (index + 1, parts.len());
                (prompt::part(&brief, part, number, room.document_chars, room.answer), part.segments())
            });
            let partial = asking.parts(questions.collect()).await?;
            self.together(&brief, &room, &asking, partial).await?
        };
        cx.check_stopped()?;
        Ok(finished(&brief, whole, asking.by()))
    }

    /// Puts the parts' notes together, in rounds where they don't fit into one question.
    async fn together(
        &self,
        brief: &Brief<'_>,
        room: &Room,
        asking: &Asking<'_>,
        partial: Vec<PartNotes>,
    ) -> StepResult<WholeNotes> {
        let all = 0..brief.transcript.segments.len();
        let size = |notes: &PartNotes| self.model.count(&prompt::partial_lines(std::slice::from_ref(notes)));
        let mut level = partial.clone();
        for _ in 0..MOST_ROUNDS {
            if level.iter().map(&size).sum::<u32>() <= room.together {
                break;
            }
            let groups = groups(&level, room.together, &size);
            let (single, several): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.len() == 1);
            if several.is_empty() {
                // No two fit together: what takes most room is left out, the claims stay by `merged`.
                level.iter_mut().for_each(shorten);
                if single.len() == level.len() && level.iter().map(&size).sum::<u32>() > room.together {
                    level.iter_mut().for_each(shorten_more);
                }
                continue;
            }
            let questions = several.iter().map(|group| {
                (prompt::reduce(brief, &level[(*group).clone()], false, room.answer), all.clone())
            });
            let mut answers = asking.parts(questions.collect()).await?.into_iter();
            let next = groups.iter().map(|group| match group.len() {
                1 => level[group.start].clone(),
                _ => merged(answers.next().expect("each group has an answer"), &level[group.clone()]),
            });
            level = next.collect();
        }
        let question = prompt::reduce(brief, &level, true, room.answer);
        let (title, notes) = asking.whole(&question, &all).await?.split();
        let PartNotes { summary, decisions, todos, topics, questions, tags } = merged(notes, &partial);
        Ok(WholeNotes { title, summary, decisions, todos, topics, questions, tags })
    }
}

/// Runs of neighbours that fit together.
fn groups(level: &[PartNotes], most: u32, size: &dyn Fn(&PartNotes) -> u32) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut filled = 0;
    for (index, notes) in level.iter().enumerate() {
        let more = size(notes);
        match groups.last_mut() {
            Some(last) if filled + more <= most => {
                last.end = index + 1;
                filled += more;
            }
            Some(_) | None => {
                groups.push(index..index + 1);
                filled = more;
            }
        }
    }
    groups
}

/// The notes without what takes most room.
fn shorten(notes: &mut PartNotes) {
    for topic in &mut notes.topics {
        topic.points.clear();
        topic.body = topic.body.chars().take(300).collect();
    }
}

/// The notes with nothing but the points and the headings; to-dos and decisions come back when all is put together.
fn shorten_more(notes: &mut PartNotes) {
    notes.topics.iter_mut().for_each(|topic| topic.body.clear());
    notes.summary.truncate(3);
    notes.questions.truncate(2);
    notes.todos.clear();
    notes.decisions.clear();
}

/// Asks the model, keeps what it answers, and counts.
struct Asking<'a> {
    model: &'a dyn LanguageModel,
    language: &'a str,
    cx: &'a StageCx,
    /// By the digests of their questions.
    kept: BTreeMap<String, Kept>,
    next: AtomicUsize,
    done: AtomicUsize,
    wanted: AtomicUsize,
    by: std::sync::Mutex<BTreeSet<String>>,
}

impl<'a> Asking<'a> {
    fn new(
        model: &'a dyn LanguageModel,
        language: &'a str,
        cx: &'a StageCx,
        parts: usize,
    ) -> Result<Self, Failure> {
        let earlier: BTreeMap<u32, Kept> = cx.parts()?;
        let next = earlier.keys().max().map_or(0, |last| *last as usize + 1);
        let kept = earlier.into_values().map(|kept| (kept.question.clone(), kept)).collect();
        let wanted = if parts == 1 { 1 } else { parts + 1 };
        Ok(Asking {
            model,
            language,
            cx,
            kept,
            next: next.into(),
            done: 0.into(),
            wanted: wanted.into(),
            by: std::sync::Mutex::default(),
        })
    }

    fn by(&self) -> Vec<String> {
        self.by.lock().expect("nobody panics with it").iter().cloned().collect()
    }

    /// The last answer, with a title.
    async fn whole(&self, question: &Question, segments: &Range<usize>) -> StepResult<WholeNotes> {
        let script_told = AtomicBool::new(false);
        let check = |value: &Value| {
            let notes = WholeNotes::read(value)?;
            notes.check(segments, self.language)?;
            once(&script_told, || notes.split().1.check_script(self.language))
        };
        let value = self.ask(question, &check).await?;
        WholeNotes::read(&value).map_err(|wrong| Failure::internal(wrong).into())
    }

    /// The answers to independent questions, in their order; as many at a time as the model takes.
    async fn parts(&self, questions: Vec<(Question, Range<usize>)>) -> StepResult<Vec<PartNotes>> {
        let mut answers: Vec<Option<PartNotes>> = vec![None; questions.len()];
        let mut waiting = questions.iter().enumerate();
        let mut running = FuturesUnordered::new();
        let mut failed: Option<StepError> = None;
        loop {
            while failed.is_none() && running.len() < self.model.at_a_time().max(1) {
                let Some((index, (question, segments))) = waiting.next() else { break };
                running.push(async move { (index, self.part(question, segments).await) });
            }
            // What was asked is waited for also after a failure: it is paid for, and kept.
            match running.next().await {
                Some((index, Ok(notes))) => answers[index] = Some(notes),
                Some((_, Err(error))) => failed = failed.or(Some(error)),
                None => break,
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        Ok(answers.into_iter().map(|notes| notes.expect("every question was answered")).collect())
    }

    async fn part(&self, question: &Question, segments: &Range<usize>) -> StepResult<PartNotes> {
        let script_told = AtomicBool::new(false);
        let check = |value: &Value| {
            let notes = PartNotes::read(value)?;
            notes.check(segments, self.language)?;
            once(&script_told, || notes.check_script(self.language))
        };
        let value = self.ask(question, &check).await?;
        PartNotes::read(&value).map_err(|wrong| Failure::internal(wrong).into())
    }

    /// The answer of an earlier run, or a new one that is kept.
    async fn ask(
        &self,
        question: &Question,
        check: &(dyn Fn(&Value) -> Result<(), String> + Send + Sync),
    ) -> StepResult<Value> {
        let digest = digest(question);
        if let Some(kept) = self.kept.get(&digest) {
            self.by.lock().expect("nobody panics with it").insert(kept.by.clone());
            self.one_done();
            return Ok(kept.answer.clone());
        }
        let answer = self.model.ask(question, check, self.cx).await?;
        let number = u32::try_from(self.next.fetch_add(1, Ordering::Relaxed)).map_err(Failure::internal)?;
        let kept = Kept { question: digest, answer: answer.value.clone(), by: answer.by.clone() };
        let fraction = self.one_done();
        self.cx.save_part(number, &kept, fraction)?;
        self.by.lock().expect("nobody panics with it").insert(answer.by);
        Ok(answer.value)
    }

    fn one_done(&self) -> f64 {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // Rounds of putting together come on top when they are needed.
        let wanted = self.wanted.fetch_max(done, Ordering::Relaxed).max(done);
        let progress = Progress::items(done, wanted);
        self.cx.progress(progress);
        progress.fraction().unwrap_or(0.0)
    }
}

/// The wrong script is told once; if it stays, it is rewritten afterwards.
fn once(told: &AtomicBool, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    check().or_else(|wrong| if told.swap(true, Ordering::Relaxed) { Ok(()) } else { Err(wrong) })
}

fn digest(question: &Question) -> String {
    let mut hash = Sha256::new();
    for text in [&question.instructions, &question.material, &question.schema.to_string()] {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What tells where the material ends. Nobody who wrote or said it can know the job's random id; the same job always has the
/// same, so that its questions are the same too.
pub(super) fn mark(cx: &StageCx) -> String {
    let digest = Sha256::digest(format!("the end of the material of job {}", cx.job()));
    format!("data-{}", hex(&digest[..8]))
}

/// The notes in the right script, with what isn't borne out set apart.
fn finished(brief: &Brief<'_>, whole: WholeNotes, by: Vec<String>) -> Notes {
    let (title, mut answer) = whole.split();
    let write = |text: &str| chinese_in(text, brief.language);
    let title = write(&title);
    answer.rewrite(&write);
    // Claims are weighed in one script, whichever the transcript and the notes are in.
    let is_chinese = |language: &str| language.starts_with("zh") || language.starts_with("yue");
    if !is_chinese(brief.language) && !is_chinese(&brief.transcript.language) {
        let evidence = Evidence::of(brief.transcript, brief.participants, brief.attachments, brief.date);
        return assemble(brief, title, answer, &evidence, by);
    }
    let same = |text: &str| chinese_in(text, "zh-Hant");
    let mut transcript = brief.transcript.clone();
    transcript.segments.iter_mut().for_each(|segment| segment.text = same(&segment.text));
    for speaker in &mut transcript.speakers {
        speaker.name = speaker.name.as_deref().map(same);
    }
    let participants: Vec<String> = brief.participants.iter().map(|name| same(name)).collect();
    let mut attachments = brief.attachments.to_vec();
    attachments.iter_mut().for_each(|document| document.text = document.text.as_deref().map(same));
    let evidence = Evidence::of(&transcript, &participants, &attachments, brief.date).written_by(same);
    assemble(brief, title, answer, &evidence, by)
}
