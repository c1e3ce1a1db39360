//! What a person wants the notes to say.

use serde::Deserialize;

use super::{
    Date, Failure, LONGEST_TEXT, LONGEST_TITLE, MOST_ENTRIES, NotesChange, TodoChange, one_line, refused,
};

/// A change of notes. What is `None` stays as it is; a list replaces the whole list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct NotesEdit {
    /// The title.
    #[serde(default)]
    pub title: Option<String>,
    /// The most important points.
    #[serde(default)]
    pub summary: Option<Vec<String>>,
    /// What was decided.
    #[serde(default)]
    pub decisions: Option<Vec<String>>,
    /// What stayed open.
    #[serde(default)]
    pub questions: Option<Vec<String>>,
    /// Who will do what.
    #[serde(default)]
    pub todos: Option<Vec<TodoEdit>>,
}

/// A to-do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct TodoEdit {
    /// What is to be done.
    pub text: String,
    /// Who.
    #[serde(default)]
    pub assignee: Option<String>,
    /// Until when, as YYYY-MM-DD.
    #[serde(default)]
    pub due: Option<String>,
    /// Where it was said, in milliseconds.
    #[serde(default)]
    pub at_ms: u32,
}

impl NotesEdit {
    /// The change, with everything checked.
    pub(super) fn change(&self) -> Result<NotesChange, Failure> {
        let lines = |texts: &Option<Vec<String>>| {
            let lines = texts.as_ref().map(|texts| {
                check_count(texts.len())?;
                texts.iter().map(|text| one_line("An entry of the notes", text, LONGEST_TEXT)).collect()
            });
            lines.transpose()
        };
        let title = self.title.as_ref().map(|title| one_line("A title", title, LONGEST_TITLE));
        let todos = self.todos.as_ref().map(|todos| {
            check_count(todos.len())?;
            todos.iter().map(TodoEdit::change).collect()
        });
        Ok(NotesChange {
            title: title.transpose()?,
            summary: lines(&self.summary)?,
            decisions: lines(&self.decisions)?,
            questions: lines(&self.questions)?,
            todos: todos.transpose()?,
        })
    }
}

impl TodoEdit {
    fn change(&self) -> Result<TodoChange, Failure> {
        let given = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let assignee = given(&self.assignee).map(|name| one_line("A name", &name, LONGEST_TITLE));
        Ok(TodoChange {
            text: one_line("A to-do", &self.text, LONGEST_TEXT)?,
            assignee: assignee.transpose()?,
            due: given(&self.due).map(|due| date_of(&due)).transpose()?,
            at_ms: self.at_ms,
        })
    }
}

fn check_count(count: usize) -> Result<(), Failure> {
    if count <= MOST_ENTRIES {
        return Ok(());
    }
    Err(refused(
        format!("A list of the notes has at most {MOST_ENTRIES} entries."),
        "Leave out what matters least.",
    ))
}

fn date_of(text: &str) -> Result<Date, Failure> {
    text.parse()
        .map_err(|_| refused(format!("“{text}” is no date."), "Write it as year, month and day: 2026-12-01."))
}
