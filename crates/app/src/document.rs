//! What is kept of a job, to be read in any form.

use debrief_core::export;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobId;
use debrief_core::naming::recording_date;
use debrief_core::notes::{Notes, NotesMethod};
use debrief_core::page::{Page, compose};
use debrief_core::ports::{Audio, Recording};
use debrief_core::stage::{Checkpoint, Stage};
use debrief_core::transcript::{Speakers, Transcript, Turns, Words, merge};
use debrief_runtime::store::JobStore;
use serde::Serialize;

/// A job's transcript and, if it got that far, its notes.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The page in the form that every destination writes.
    #[serde(skip)]
    page: Page,
    /// Who said what, when.
    pub transcript: Transcript,
    /// Title, summary, to-dos.
    pub notes: Option<Notes>,
}

impl Document {
    /// Reads what the journal holds.
    ///
    /// # Errors
    /// There is no such job, or nothing was transcribed yet.
    pub fn read(store: &JobStore, id: JobId) -> Result<Document, Failure> {
        let facts = store.facts(id)?;
        let layout = store.job(id)?.request.layout;
        let nothing_yet = || {
            let what = "Nothing of this recording has been transcribed yet.";
            Failure::never(FailureCode::BadRequest, what, "Wait until the job has come further, or retry it.")
        };
        let recording: Recording = output(store, id, Stage::Fetch)?.ok_or_else(nothing_yet)?;
        let audio: Audio = output(store, id, Stage::Decode)?.ok_or_else(nothing_yet)?;
        let words: Words = output(store, id, Stage::Transcribe)?.ok_or_else(nothing_yet)?;
        let no_turns = Turns::default;
        let turns: Turns = output(store, id, Stage::Diarize)?.unwrap_or_else(no_turns);
        let speakers: Speakers = output(store, id, Stage::Identify)?.unwrap_or_default();
        let notes: Option<Notes> = output(store, id, Stage::Summarize)?;

        let transcript = merge(&words, &turns, audio.duration_ms).named(&speakers);
        let date = recording_date(&recording.name, recording.created);
        let untitled = Notes {
            title: recording.name.clone(),
            summary: Vec::new(),
            decisions: Vec::new(),
            todos: Vec::new(),
            sections: Vec::new(),
            questions: Vec::new(),
            unverified: Vec::new(),
            tags: Vec::new(),
            method: NotesMethod::Extractive,
        };
        let written = notes.as_ref().unwrap_or(&untitled);
        let page = compose(id, date, &transcript, written, &recording, &facts.warnings, &layout);
        Ok(Document { page, transcript, notes })
    }

    /// The page as Markdown.
    pub fn markdown(&self) -> String {
        debrief_connect::markdown::to_markdown(&self.page)
    }

    /// One line a segment.
    pub fn text(&self) -> String {
        export::text(&self.transcript)
    }

    /// SubRip subtitles.
    pub fn srt(&self) -> String {
        export::srt(&self.transcript)
    }

    /// WebVTT subtitles.
    pub fn vtt(&self) -> String {
        export::vtt(&self.transcript)
    }
}

/// A stage's output, also one that is about to be replaced.
fn output<T: Checkpoint>(store: &JobStore, id: JobId, stage: Stage) -> Result<Option<T>, Failure> {
    Ok(store.checkpoint(id, stage)?.map(|stored| stored.output))
}
