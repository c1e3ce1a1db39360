//! Kinds of recordings: what their notes have in them, and in what tone.

use serde::{Deserialize, Serialize};

/// What notes are made of, and how. A file that a person can copy and change; the copy that a job was submitted with is its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The file's name without its ending, for example `stand-up`.
    #[serde(default)]
    pub id: String,
    /// For people.
    pub name: String,
    /// For people who read Traditional Chinese; `name` where it is missing.
    #[serde(default)]
    pub name_zh: Option<String>,
    /// When to choose it, in one sentence.
    #[serde(default)]
    pub description: String,
    /// The same in Traditional Chinese.
    #[serde(default)]
    pub description_zh: Option<String>,
    /// What the notes have in them; anything else is left out.
    pub parts: Vec<NotesPart>,
    /// How they sound, in a few words for the language model.
    #[serde(default)]
    pub tone: String,
    /// What matters in such a recording, for the language model.
    #[serde(default)]
    pub guidance: String,
    /// Names and terms with their right spelling, besides those of the settings.
    #[serde(default)]
    pub glossary: Vec<String>,
}

/// A part of the notes that a template can have. Title and summary are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotesPart {
    /// What was decided.
    Decisions,
    /// Who will do what.
    Todos,
    /// What stayed open.
    Questions,
    /// Notes by topic.
    Topics,
}
