//! `debrief transcript`, `debrief edit` and `debrief search`: reading, correcting and finding what was said.

use std::path::PathBuf;

use clap::Subcommand;
use debrief_app::{App, NotesEdit, SearchHit, TranscriptView};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobId;
use debrief_core::page::timecode;

use crate::{Outcome, print};

#[derive(Subcommand)]
pub(crate) enum Edit {
    /// Two speakers are one.
    Merge {
        /// The one that there is no more, for example "Speaker 3".
        from: String,
        /// The one that they are.
        into: String,
    },
    /// Segments were said by somebody else.
    Move {
        /// Their numbers, as `debrief transcript` shows them.
        #[arg(required = true)]
        segments: Vec<u32>,
        /// The speaker, for example "Speaker 2"; unless said, a new one.
        #[arg(long, value_name = "SPEAKER")]
        to: Option<String>,
    },
    /// Put the words of a segment right.
    Text {
        /// Its number, as `debrief transcript` shows it.
        segment: u32,
        /// What was said.
        text: String,
    },
    /// Change the title.
    Title {
        /// The new one.
        title: String,
    },
    /// Change the notes: title, summary, decisions, questions, todos.
    Notes {
        /// A JSON file with those of them that change: texts, and for `todos` objects of text, assignee, due and at_ms.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Take all corrections back; names of speakers stay.
    Revert,
}

pub(crate) fn edit(app: &App, job: JobId, edit: Edit) -> Result<Outcome, Failure> {
    let view = match edit {
        Edit::Merge { from, into } => app.merge_speakers(job, &from, &into)?,
        Edit::Move { segments, to } => app.move_segments(job, &segments, to.as_deref())?,
        Edit::Text { segment, text } => app.edit_segment(job, segment, &text)?,
        Edit::Title { title } => {
            app.edit_notes(job, &NotesEdit { title: Some(title), ..NotesEdit::default() })?
        }
        Edit::Notes { from } => app.edit_notes(job, &notes_in(&from)?)?,
        Edit::Revert => app.revert_edits(job)?,
    };
    match view.page_outdated {
        true => out!("Corrected. `debrief update {job}` writes the page again."),
        false => out!("Corrected."),
    }
    Ok(Outcome::Done)
}

fn notes_in(file: &PathBuf) -> Result<NotesEdit, Failure> {
    let refused = |what: String, cause: &dyn std::fmt::Display| {
        let fix = "Write a JSON object like {\"title\": \"…\", \"summary\": [\"…\"], \"todos\": [{\"text\": \"…\"}]}.";
        Failure::never(FailureCode::BadRequest, what, fix).because(cause)
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| refused(format!("{} can't be read.", file.display()), &error))?;
    serde_json::from_str(&text)
        .map_err(|error| refused(format!("{} isn't what notes are changed by.", file.display()), &error))
}

pub(crate) fn transcript(app: &App, job: JobId, json: bool) -> Result<Outcome, Failure> {
    let view = app.job_transcript(job)?;
    if json {
        print::json(&view)
    } else {
        lines(&view)
    }
    Ok(Outcome::Done)
}

fn lines(view: &TranscriptView) {
    for segment in &view.segments {
        let speaker = view.speakers.iter().find(|speaker| Some(speaker.index) == segment.speaker);
        let named = speaker.map(|speaker| match &speaker.name {
            Some(name) => format!("{name} ({}): ", speaker.label),
            None => format!("{}: ", speaker.label),
        });
        let mark = if segment.edited { "*" } else { " " };
        let (number, at) = (segment.number, timecode(segment.start_ms));
        out!("{number:>5}{mark} [{at}] {}{}", named.unwrap_or_default(), segment.text);
    }
}

pub(crate) fn search(app: &App, words: &[String], limit: u32, json: bool) -> Result<Outcome, Failure> {
    app.index_all()?;
    // What the shell was given in quotes is meant in quotes.
    let quoted = |word: &String| match word.contains(char::is_whitespace) && !word.contains('"') {
        true => format!("\"{word}\""),
        false => word.clone(),
    };
    let query: Vec<String> = words.iter().map(quoted).collect();
    let hits = app.search(&query.join(" "), limit)?;
    for hit in &hits {
        if json { print::json(hit) } else { line(hit) }
    }
    if hits.is_empty() && !json {
        out!("Nothing was found.");
    }
    Ok(Outcome::Done)
}

fn line(hit: &SearchHit) {
    let at = hit.at_ms.map(|at_ms| format!(" [{}]", timecode(at_ms))).unwrap_or_default();
    let speaker = hit.speaker.as_ref().map(|speaker| format!("{speaker}: ")).unwrap_or_default();
    let text: String = hit.pieces.iter().map(|piece| piece.text.as_str()).collect();
    out!("{}  {}  {}{at}  {speaker}{text}", hit.job_id, hit.date, hit.title);
}
