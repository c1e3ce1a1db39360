//! Corrections of notes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::place::{shares_words, words};
use crate::notes::{ClaimKind, Notes, Point, Todo};
use crate::transcript::{Segment, Transcript};

/// What the notes say instead of what was made; each part as a whole, also when notes are made anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NotesEdits {
    /// The title.
    pub title: Option<String>,
    /// The most important points.
    pub summary: Option<Vec<Point>>,
    /// What was decided.
    pub decisions: Option<Vec<Point>>,
    /// What stayed open.
    pub questions: Option<Vec<Point>>,
    /// Who will do what.
    pub todos: Option<Vec<Todo>>,
}

/// A change of notes as a person makes it. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotesChange {
    /// The title.
    pub title: Option<String>,
    /// The most important points.
    pub summary: Option<Vec<String>>,
    /// What was decided.
    pub decisions: Option<Vec<String>>,
    /// What stayed open.
    pub questions: Option<Vec<String>>,
    /// Who will do what.
    pub todos: Option<Vec<TodoChange>>,
}

/// A to-do as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodoChange {
    /// What is to be done.
    pub text: String,
    /// Who.
    pub assignee: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// Where it was said, in milliseconds.
    pub at_ms: u32,
}

impl NotesEdits {
    /// Takes over `change`, which a person made of `shown`, the notes as they are corrected so far. `transcript` is the
    /// corrected one: what they wrote anew is placed where it was said.
    pub fn change(&mut self, shown: &Notes, transcript: &Transcript, change: NotesChange) {
        let points = |shown: &[Point], texts: Vec<String>| points(shown, texts, transcript);
        if let Some(title) = change.title {
            self.title = Some(title);
        }
        if let Some(texts) = change.summary {
            self.summary = Some(points(&shown.summary, texts));
        }
        if let Some(texts) = change.decisions {
            self.decisions = Some(points(&shown.decisions, texts));
        }
        if let Some(texts) = change.questions {
            self.questions = Some(points(&shown.questions, texts));
        }
        if let Some(todos) = change.todos {
            let todos = todos.into_iter().map(|todo| changed_todo(&shown.todos, todo, transcript));
            self.todos = Some(todos.collect());
        }
    }

    /// `made` with these corrections, everything said by whom `transcript`, the corrected one, says that it was.
    pub(super) fn laid_over(&self, made: Notes, transcript: &Transcript) -> Notes {
        let mut notes = Notes {
            title: self.title.clone().unwrap_or(made.title),
            summary: self.summary.clone().unwrap_or(made.summary),
            decisions: self.decisions.clone().unwrap_or(made.decisions),
            questions: self.questions.clone().unwrap_or(made.questions),
            todos: self.todos.clone().unwrap_or(made.todos),
            sections: made.sections,
            unverified: made.unverified,
            tags: made.tags,
            method: made.method,
        };
        // What the person vouches for is no longer in doubt.
        let (todos, decisions) = (&notes.todos, &notes.decisions);
        notes.unverified.retain(|claim| match claim.kind {
            ClaimKind::Todo => self.todos.is_none() || todos.iter().all(|todo| todo.text != claim.text),
            ClaimKind::Decision => {
                self.decisions.is_none() || decisions.iter().all(|point| point.text != claim.text)
            }
        });
        let in_sections = notes.sections.iter_mut().flat_map(|section| &mut section.points);
        let points = notes.summary.iter_mut().chain(&mut notes.decisions).chain(&mut notes.questions);
        for point in points.chain(in_sections) {
            point.speaker = who_said(transcript, point.at_ms, point.speaker);
        }
        for todo in &mut notes.todos {
            todo.speaker = who_said(transcript, todo.at_ms, todo.speaker);
            todo.assignee = todo.assignee.take().map(|name| by_name(transcript, name));
        }
        notes
    }
}

/// A label that has a name now, as that name.
fn by_name(transcript: &Transcript, assignee: String) -> String {
    let labelled = transcript.speakers.iter().find(|speaker| speaker.label == assignee);
    labelled.and_then(|speaker| speaker.name.clone()).unwrap_or(assignee)
}

/// The speaker of something that `noted` is said to have said at `at_ms`, and that may have been given to somebody else.
fn who_said(transcript: &Transcript, at_ms: u32, noted: Option<u16>) -> Option<u16> {
    let noted = noted?;
    let begins = |segment: &&Segment| segment.start_ms == at_ms;
    let goes_on = |segment: &&Segment| segment.start_ms < at_ms && at_ms < segment.end_ms;
    let some_begin = transcript.segments.iter().any(|segment| begins(&segment));
    let is_there = |segment: &&Segment| if some_begin { begins(segment) } else { goes_on(segment) };
    let there = || transcript.segments.iter().filter(is_there).filter_map(|segment| segment.speaker);
    if there().any(|speaker| speaker == noted) {
        return Some(noted);
    }
    there().next().or(Some(noted))
}

/// The points that a person's sentences stand for. One that was there, or is much like one, keeps its source.
fn points(shown: &[Point], texts: Vec<String>, transcript: &Transcript) -> Vec<Point> {
    let mut left: Vec<&Point> = shown.iter().filter(|point| !texts.contains(&point.text)).collect();
    let mut before_ms = 0;
    let mut point = |text: String| {
        let same = shown.iter().find(|point| point.text == text).cloned();
        let point = same.unwrap_or_else(|| match left.iter().position(|old| are_alike(&old.text, &text)) {
            Some(place) => Point { text, ..left.remove(place).clone() },
            None => {
                let at_ms = said_at(transcript, &text).unwrap_or(before_ms);
                Point { text, at_ms, speaker: None }
            }
        });
        before_ms = point.at_ms;
        point
    };
    texts.into_iter().map(&mut point).collect()
}

fn are_alike(one: &str, other: &str) -> bool {
    shares_words(one, other) && shares_words(other, one)
}

/// When something like `text` was said: in the segment that has most of its words, if that are more than half.
fn said_at(transcript: &Transcript, text: &str) -> Option<u32> {
    let wanted = words(text);
    let shared = |said: &str| {
        let said = words(said);
        wanted.iter().filter(|word| said.contains(word)).count()
    };
    let counted = transcript.segments.iter().map(|segment| (shared(&segment.text), segment.start_ms));
    let best = counted.max_by_key(|(count, start_ms)| (*count, std::cmp::Reverse(*start_ms)));
    best.filter(|(count, _)| *count * 2 > wanted.len()).map(|(_, start_ms)| start_ms)
}

/// A to-do whose source is kept as long as nobody else is to do it.
fn changed_todo(shown: &[Todo], todo: TodoChange, transcript: &Transcript) -> Todo {
    let named = |old: &Todo| old.assignee.clone().or_else(|| name_of(transcript, old.speaker));
    let same = |old: &&Todo| old.at_ms == todo.at_ms && named(old) == todo.assignee;
    let here = || shown.iter().filter(same);
    let old = here().find(|old| old.text == todo.text).or_else(|| here().next());
    Todo {
        assignee: old.map_or_else(|| todo.assignee.clone(), |old| old.assignee.clone()),
        speaker: old.and_then(|old| old.speaker),
        text: todo.text,
        due: todo.due,
        at_ms: todo.at_ms,
    }
}

fn name_of(transcript: &Transcript, speaker: Option<u16>) -> Option<String> {
    let speaker = transcript.speakers.get(usize::from(speaker?))?;
    Some(speaker.display().to_owned())
}
