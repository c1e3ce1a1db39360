//! What the web view may ask for about transcripts and notes: to read, to correct, to find. Each command is a call of the app.

use debrief_app::{NotesEdit, SearchHit, TranscriptView};
use tauri::State;

use crate::commands::{Answer, SharedApp, job};

/// A job's transcript and notes as they are corrected so far.
#[tauri::command]
#[specta::specta]
pub(crate) async fn job_transcript(app: State<'_, SharedApp>, job_id: String) -> Answer<TranscriptView> {
    Ok(app.job_transcript(job(&job_id)?)?)
}

/// Two speakers, by their labels, are one: `into`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn merge_speakers(
    app: State<'_, SharedApp>,
    job_id: String,
    from: String,
    into: String,
) -> Answer<TranscriptView> {
    Ok(app.merge_speakers(job(&job_id)?, &from, &into)?)
}

/// Segments were said by another speaker, by their label, or else by one who is new.
#[tauri::command]
#[specta::specta]
pub(crate) async fn move_segments(
    app: State<'_, SharedApp>,
    job_id: String,
    segments: Vec<u32>,
    to: Option<String>,
) -> Answer<TranscriptView> {
    Ok(app.move_segments(job(&job_id)?, &segments, to.as_deref())?)
}

/// A segment says something else.
#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_segment(
    app: State<'_, SharedApp>,
    job_id: String,
    segment: u32,
    text: String,
) -> Answer<TranscriptView> {
    Ok(app.edit_segment(job(&job_id)?, segment, &text)?)
}

/// The notes say something else; what isn't named stays.
#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_notes(
    app: State<'_, SharedApp>,
    job_id: String,
    edit: NotesEdit,
) -> Answer<TranscriptView> {
    Ok(app.edit_notes(job(&job_id)?, &edit)?)
}

/// Takes all corrections of a job back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn revert_edits(app: State<'_, SharedApp>, job_id: String) -> Answer<TranscriptView> {
    Ok(app.revert_edits(job(&job_id)?)?)
}

/// Passages that have all words, of all jobs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search(app: State<'_, SharedApp>, query: String, limit: u32) -> Answer<Vec<SearchHit>> {
    Ok(app.search(&query, limit)?)
}
