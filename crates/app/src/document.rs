//! What is kept of a job, to be read in any form.

use std::collections::BTreeSet;

use debrief_core::export;
use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::naming::recording_date;
use debrief_core::notes::{Notes, NotesMethod};
use debrief_core::page::{Page, compose};
use debrief_core::ports::Recording;
use debrief_core::stage::Stage;
use debrief_core::transcript::{Speakers, Transcript};
use debrief_runtime::store::{Corrections, JobStore, StoreError};
use serde::Serialize;

/// A job's transcript and, if it got that far, its notes.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The page in the form that every destination writes.
    #[serde(skip)]
    page: Page,
    /// The title of the notes, or else the recording's name.
    #[serde(skip)]
    pub(crate) title: String,
    /// Names that are known, and why.
    #[serde(skip)]
    pub(crate) speakers: Speakers,
    /// How many speakers were told apart; those behind them a person split off.
    #[serde(skip)]
    pub(crate) told_apart: usize,
    /// Indices of the segments that a person corrected.
    #[serde(skip)]
    pub(crate) touched: BTreeSet<usize>,
    /// What a person corrected.
    #[serde(skip)]
    pub(crate) corrections: Corrections,
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
        let made = store.made(id)?.ok_or(StoreError::NothingMade)?;
        let recording = store.checkpoint::<Recording>(id, Stage::Fetch)?.map(|stored| stored.output);
        let recording = recording.ok_or(StoreError::NothingMade)?;
        let corrections = store.corrections(id)?;
        let told_apart = made.transcript.speakers.len();
        let corrected = corrections.edits.corrected(made.transcript, made.notes);
        let (transcript, notes) = (corrected.transcript, corrected.notes);

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
        Ok(Document {
            title: page.title.clone(),
            page,
            transcript,
            notes,
            speakers: made.speakers,
            told_apart,
            touched: corrected.touched,
            corrections,
        })
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
