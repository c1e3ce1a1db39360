//! What is worth keeping of a meeting: title, summary, decisions, to-dos, each with its evidence.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::stage::Checkpoint;

/// Output of the summarize stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// Short, without a date; never empty.
    pub title: String,
    /// The most important points, in order of time.
    pub summary: Vec<Point>,
    /// What was decided.
    pub decisions: Vec<Point>,
    /// Who will do what.
    pub todos: Vec<Todo>,
    /// Notes by topic.
    pub sections: Vec<Section>,
    /// What stayed open.
    #[serde(default)]
    pub questions: Vec<Point>,
    /// To-dos and decisions that a language model named and that the transcript doesn't bear out.
    #[serde(default)]
    pub unverified: Vec<Unverified>,
    /// What it is about, in a few words each.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How the notes were made; the page says so.
    pub method: NotesMethod,
}

impl Checkpoint for Notes {
    const VERSION: u32 = 1;
}

/// A sentence with the place it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The sentence.
    pub text: String,
    /// Where it was said, in milliseconds from the start.
    pub at_ms: u32,
    /// Who said it; index into the transcript's speakers.
    pub speaker: Option<u16>,
}

/// Something that somebody will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// What is to be done, as it was said.
    pub text: String,
    /// Who, when it was said.
    pub assignee: Option<String>,
    /// Until when, when it was said and is certain.
    pub due: Option<Date>,
    /// Where it was said, in milliseconds from the start.
    pub at_ms: u32,
    /// Who said it; index into the transcript's speakers.
    pub speaker: Option<u16>,
}

/// A to-do or a decision without evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unverified {
    /// What it was said to be.
    pub kind: ClaimKind,
    /// What is claimed.
    pub text: String,
    /// Who is said to do it.
    pub assignee: Option<String>,
    /// Until when, as claimed.
    pub due: Option<Date>,
    /// Where it is said to have been said, in milliseconds, if there is such a place.
    pub at_ms: Option<u32>,
    /// What is wrong with it.
    pub doubt: Doubt,
}

/// What can be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// A to-do.
    Todo,
    /// A decision.
    Decision,
}

/// Why a claim isn't believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It names no place, or one that the transcript doesn't have.
    NoSuchPlace,
    /// What it quotes wasn't said there.
    QuoteNotFound,
    /// It names somebody whom nobody mentioned and who didn't speak.
    NameNotSaid,
    /// It has a number or date that nobody said.
    NumberNotSaid,
    /// What was said there is about something else.
    NotAboutThis,
}

/// Notes on one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The topic's words.
    pub heading: String,
    /// Where the topic begins, in milliseconds.
    pub at_ms: u32,
    /// What was said about it, as Markdown; empty where the points say it all.
    #[serde(default)]
    pub body: String,
    /// Its central sentences, in order of time.
    pub points: Vec<Point>,
}

/// How notes were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotesMethod {
    /// Sentences taken from the transcript, no language model.
    Extractive,
    /// Written by language models.
    Model {
        /// For people, for example "claude-sonnet-4-6 at Anthropic"; several where one took over from another.
        by: Vec<String>,
    },
}
