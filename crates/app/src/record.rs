//! A job's transcript and notes, to be read and corrected.

use debrief_core::edits::{Edits, Made, NotesChange, NotesEdits, TodoChange};
use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::notes::Notes;
use debrief_core::stage::Stage;
use debrief_core::transcript::{Transcript, Turns, Words};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::App;
use crate::document::Document;
use crate::voices::{no_speaker, refused};

mod view;

pub use view::{
    EvidenceView, NotesEditView, PointView, SectionView, SegmentView, SpeakerView, TodoView, TranscriptView,
    UnverifiedView,
};
pub use wanted::{NotesEdit, TodoEdit};

mod wanted;

/// Longest words of a segment or of an entry of notes, in characters, …
const LONGEST_TEXT: usize = 5_000;
/// … and of a title.
const LONGEST_TITLE: usize = 200;
/// Most entries of one list of notes.
const MOST_ENTRIES: usize = 200;

impl App {
    /// A job's transcript and notes as they are corrected so far.
    ///
    /// # Errors
    /// There is no such job, or nothing was transcribed yet.
    pub fn job_transcript(&self, id: JobId) -> Result<TranscriptView, Failure> {
        let store = self.pool.store();
        let document = Document::read(store, id)?;
        let page_outdated = store.facts(id)?.page_outdated;
        let can_edit = self.check_editable(id).is_ok();
        Ok(view::transcript(&document, page_outdated, can_edit))
    }

    /// Two speakers, by their labels, are one: `into`.
    ///
    /// # Errors
    /// There is no such job or speaker, or the transcript is being made; nothing is changed then.
    pub fn merge_speakers(&self, id: JobId, from: &str, into: &str) -> Result<TranscriptView, Failure> {
        self.correct(id, |made, shown, edits| {
            let (from, into) = (labelled(shown, from)?, labelled(shown, into)?);
            if from == into {
                return Err(refused(
                    "That is one speaker already.".to_owned(),
                    "Name two different speakers.",
                ));
            }
            edits.merge(&made.transcript, from, into);
            Ok(())
        })
    }

    /// Segments, by their numbers, were said by another speaker, by their label, or else by one who is new.
    ///
    /// # Errors
    /// There is no such job, segment or speaker, or the transcript is being made; nothing is changed then.
    pub fn move_segments(
        &self,
        id: JobId,
        segments: &[u32],
        to: Option<&str>,
    ) -> Result<TranscriptView, Failure> {
        self.correct(id, |made, shown, edits| {
            let to = to.map(|label| labelled(shown, label)).transpose()?;
            let segments = segments.iter().map(|number| numbered(shown, *number));
            let segments = segments.collect::<Result<Vec<usize>, Failure>>()?;
            if segments.is_empty() {
                return Err(refused("No segment was named.".to_owned(), "Choose at least one."));
            }
            edits.give(&made.transcript, &segments, to);
            Ok(())
        })
    }

    /// A segment, by its number, says `text`.
    ///
    /// # Errors
    /// There is no such job or segment, no text or far too much, or the transcript is being made; nothing is changed then.
    pub fn edit_segment(&self, id: JobId, segment: u32, text: &str) -> Result<TranscriptView, Failure> {
        let text = one_line("A segment", text, LONGEST_TEXT)?;
        self.correct(id, |made, shown, edits| {
            edits.reword(&made.transcript, numbered(shown, segment)?, &text);
            Ok(())
        })
    }

    /// The notes say something else; what `edit` doesn't name stays.
    ///
    /// # Errors
    /// There is no such job, it has no notes yet, or an entry is empty, far too long or has no real date; nothing is changed then.
    pub fn edit_notes(&self, id: JobId, edit: &NotesEdit) -> Result<TranscriptView, Failure> {
        let change = edit.change()?;
        self.correct(id, |made, shown, edits| {
            let notes = made.notes.clone().ok_or_else(|| {
                refused("This job has no notes yet.".to_owned(), "Wait until they are written.")
            })?;
            let shown_notes = edits.corrected(made.transcript.clone(), Some(notes.clone())).notes;
            edits.notes.change(&shown_notes.unwrap_or(notes), shown, change);
            Ok(())
        })
    }

    /// Takes all corrections back. Names of speakers who were told apart stay.
    ///
    /// # Errors
    /// There is no such job, or nothing was transcribed yet.
    pub fn revert_edits(&self, id: JobId) -> Result<TranscriptView, Failure> {
        self.correct(id, |_, _, edits| {
            *edits = Edits::default();
            Ok(())
        })
    }

    /// Changes the corrections of a job; `change` gets what was made and what is shown of it.
    pub(crate) fn correct(
        &self,
        id: JobId,
        change: impl FnOnce(&Made, &Transcript, &mut Edits) -> Result<(), Failure>,
    ) -> Result<TranscriptView, Failure> {
        self.check_editable(id)?;
        self.pool.store().correct(id, Timestamp::now(), |made, edits| {
            let shown = edits.corrected(made.transcript.clone(), None).transcript;
            change(made, &shown, edits)
        })?;
        self.pool.stir();
        self.job_transcript(id)
    }

    /// Whether what is shown is what the job will go on with.
    fn check_editable(&self, id: JobId) -> Result<(), Failure> {
        let store = self.pool.store();
        store.facts(id)?;
        let words = store.checkpoint::<Words>(id, Stage::Transcribe)?.map(|stored| stored.stale);
        let turns = store.checkpoint::<Turns>(id, Stage::Diarize)?.map(|stored| stored.stale);
        match (words, turns) {
            (Some(false), Some(false)) => Ok(()),
            _ => Err(refused(
                "The transcript of this job isn't finished.".to_owned(),
                "Wait until its speakers are told apart, then correct it.",
            )),
        }
    }
}

fn labelled(shown: &Transcript, label: &str) -> Result<u16, Failure> {
    let found = shown.heard().find(|(_, speaker)| speaker.label == label.trim());
    let known = || shown.heard().map(|(_, speaker)| speaker.label.as_str());
    found.map(|(index, _)| index).ok_or_else(|| no_speaker(label, known()))
}

/// The index of segment number `number`; they are counted from 1.
fn numbered(shown: &Transcript, number: u32) -> Result<usize, Failure> {
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    index.filter(|index| *index < shown.segments.len()).ok_or_else(|| {
        refused(
            format!("There is no segment {number}."),
            &format!("This transcript has the segments 1 to {}.", shown.segments.len()),
        )
    })
}

/// `text` on one line. `what` says for people what it is.
fn one_line(what: &str, text: &str, longest: usize) -> Result<String, Failure> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > longest {
        return Err(refused(format!("{what} has 1 to {longest} characters."), "Write something else there."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
