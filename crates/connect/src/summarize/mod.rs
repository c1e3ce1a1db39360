//! The notes: written by language models, or without any, of sentences taken from the transcript as they were said.

use async_trait::async_trait;
use debrief_core::failure::Failure;
use debrief_core::minutes::due;
use debrief_core::naming::recording_date;
use debrief_core::notes::{Notes, NotesMethod, Point, Todo};
use debrief_core::ports::{Recording, Summarizer};
use debrief_core::stage::{Progress, StageCx, StepResult};
use debrief_core::transcript::Transcript;
use jiff::civil::Date;

mod acts;
mod acts_en;
mod acts_zh;
mod central;
mod clauses;
mod file_name;
mod model;
mod people;
mod phrases;
mod sentences;
pub mod template;
mod terms;
mod topics;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

pub use model::ModelNotes;
pub use template::Templates;

use acts::Act;
use people::People;
use sentences::Sentence;
use terms::Terms;

/// Most to-dos and decisions that are listed; a day-long recording must not make an endless list.
const MOST_ITEMS: usize = 60;

/// Notes made of the transcript's own sentences, for English, Chinese and both mixed.
///
/// The most central sentences become the summary, phrases of promise and request the to-dos, phrases of agreement
/// the decisions. The same transcript always gives the same notes.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExtractiveNotes;

#[async_trait]
impl Summarizer for ExtractiveNotes {
    async fn summarize(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Notes> {
        let (transcript, recording) = (transcript.clone(), recording.clone());
        let work = move || notes(&transcript, &recording, &cx);
        tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
    }
}

fn notes(transcript: &Transcript, recording: &Recording, cx: &StageCx) -> StepResult<Notes> {
    let steps = |done| cx.progress(Progress::items(done, 4));
    let sentences = sentences::split(transcript);
    let terms = Terms::of(&sentences, cx)?;
    steps(1);
    let people = People::of(transcript, &sentences);
    let acts: Vec<Option<Act>> =
        sentences.iter().map(|sentence| acts::read(&sentence.text, &people)).collect();
    cx.check_stopped()?;
    steps(2);
    let weights = central::weights(&sentences, &terms, &acts, cx)?;
    steps(3);
    let all: Vec<usize> = (0..sentences.len()).collect();
    let wanted = summary_length(transcript.duration_ms).min(sentences.len().div_ceil(3));
    let summary = central::choose(&all, &terms, &weights, wanted);
    let sections = topics::sections(&sentences, &terms, &weights, cx)?;
    let title = phrases::title(&sentences, &terms, &weights)
        .unwrap_or_else(|| file_name::as_title(&recording.name, &transcript.language));
    steps(4);

    let point = |index: &usize| sentences[*index].point();
    Ok(Notes {
        title,
        summary: summary.iter().map(point).collect(),
        decisions: decisions(&sentences, &acts),
        todos: todos(&sentences, &terms, &acts, base_date(recording)),
        sections,
        questions: Vec::new(),
        unverified: Vec::new(),
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    })
}

/// The day that "tomorrow" and "by Friday" count from.
fn base_date(recording: &Recording) -> Date {
    recording_date(&recording.name, recording.created)
}

/// Points of a summary for a recording of this length.
fn summary_length(duration_ms: u32) -> usize {
    match duration_ms / 60_000 {
        0..5 => 3,
        5..20 => 4,
        20..45 => 5,
        45..90 => 6,
        90.. => 7,
    }
}

fn decisions(sentences: &[Sentence], acts: &[Option<Act>]) -> Vec<Point> {
    let decided = sentences.iter().zip(acts).filter(|(_, act)| matches!(act, Some(Act::Decision)));
    let mut points: Vec<Point> = Vec::new();
    for (sentence, _) in decided {
        let point = sentence.point();
        if points.len() < MOST_ITEMS && points.iter().all(|earlier| earlier.text != point.text) {
            points.push(point);
        }
    }
    points
}

fn todos(sentences: &[Sentence], terms: &Terms, acts: &[Option<Act>], base: Date) -> Vec<Todo> {
    let mut todos: Vec<Todo> = Vec::new();
    for (index, (sentence, act)) in sentences.iter().zip(acts).enumerate() {
        let (assignee, speaker) = match act {
            Some(Act::Promise) => (None, sentence.speaker),
            // The page shows the speaker of a to-do as the one who does it, which a person who asks is not.
            Some(Act::Request { of }) => (of.clone(), None),
            Some(Act::Decision | Act::Question | Act::Chatter) | None => continue,
        };
        let due = due::date(&sentence.text, base);
        // "I'll ask them" tells nobody what to do.
        if terms.content(index) == 0 || (due.is_none() && acts::points_elsewhere(&sentence.text)) {
            continue;
        }
        let point = sentence.point();
        if todos.len() < MOST_ITEMS && todos.iter().all(|earlier| earlier.text != point.text) {
            todos.push(Todo { text: point.text, assignee, due, at_ms: point.at_ms, speaker });
        }
    }
    todos
}
