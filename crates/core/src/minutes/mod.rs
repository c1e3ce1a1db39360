//! Notes by language models: what they are asked, what they may answer, and which of their claims are believed.
//!
//! All of it is pure: asking is done by whoever has a [`crate::ports::LanguageModel`].

use jiff::civil::Date;

use crate::ports::Attachment;
use crate::template::Template;
use crate::transcript::Transcript;

pub mod cohesion;
pub mod due;
pub mod gate;
pub mod language;
mod numbers;
pub mod prompt;
pub mod shape;
pub mod split;
pub mod words;

#[cfg(test)]
mod testing;

pub use assemble::{assemble, merged};

mod assemble;

/// What the notes are made of and how they are to be.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    /// What was said.
    pub transcript: &'a Transcript,
    /// What the notes have in them.
    pub template: &'a Template,
    /// The notes' language, as [`language::of_notes`] gives it.
    pub language: &'a str,
    /// The day of the recording, from which "tomorrow" counts.
    pub date: Date,
    /// Who may have spoken, as the person typed it.
    pub participants: &'a [String],
    /// Names and terms with their right spelling.
    pub glossary: &'a [String],
    /// Documents that belong to the recording.
    pub attachments: &'a [Attachment],
    /// What nobody who wrote or said the material can know: it tells where the material ends. Letters and digits.
    pub mark: &'a str,
}
