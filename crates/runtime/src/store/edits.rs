//! What a person corrected, and what was made, read together.

use debrief_core::edits::{Corrected, Edits, Made};
use debrief_core::job::JobId;
use debrief_core::notes::Notes;
use debrief_core::ports::Audio;
use debrief_core::stage::Stage;
use debrief_core::transcript::{Speakers, Transcript, Turns, Words, merge};
use debrief_core::view::JobResult;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::rows::{json, note, parse, read_job, touch};
use super::stages::checkpoint;
use super::{JobStore, Result, StoreError, search};

/// The corrections of a job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Corrections {
    /// What was corrected.
    pub edits: Edits,
    /// Grows with every correction, names of speakers among them; 0 while there is none.
    pub number: u32,
    /// The number that the page was written with.
    pub on_page: u32,
}

impl JobStore {
    /// What a person corrected in a job.
    ///
    /// # Errors
    /// The database refused.
    pub fn corrections(&self, id: JobId) -> Result<Corrections> {
        corrections(&self.lock(), id)
    }

    /// What the stages made of a job's recording; none before there are words.
    ///
    /// # Errors
    /// The database refused.
    pub fn made(&self, id: JobId) -> Result<Option<Made>> {
        made(&self.lock(), id)
    }

    /// Changes the corrections of a job. Its result, the index for searches and its revision follow, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`]; [`StoreError::NothingMade`] for a job without words; what `change` answers. Nothing is
    /// changed then.
    pub fn correct<E: From<StoreError>>(
        &self,
        id: JobId,
        now: Timestamp,
        change: impl FnOnce(&Made, &mut Edits) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut connection = self.lock();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let tx = tx.map_err(StoreError::from)?;
        read_job(&tx, id)?;
        let made = made(&tx, id)?.ok_or(StoreError::NothingMade)?;
        let mut edits = corrections(&tx, id)?.edits;
        change(&made, &mut edits)?;
        keep(&tx, id, &edits, now)?;
        let corrected = edits.corrected(made.transcript, made.notes);
        self.follow(&tx, id, &corrected)?;
        touch(&tx, id, now)?;
        note(&tx, id, now, "corrected")?;
        Ok(tx.commit().map_err(StoreError::from)?)
    }

    /// `transcript`, which was just made, and `notes` as the person has them, with the number of the corrections that
    /// are in them. How many don't fit is kept.
    ///
    /// # Errors
    /// The database refused.
    pub fn corrected(
        &self,
        id: JobId,
        transcript: Transcript,
        notes: Option<Notes>,
    ) -> Result<(Corrected, u32)> {
        self.write(|tx| {
            // A name may have been given since the stage had its answer.
            let speakers = checkpoint::<Speakers>(tx, id, Stage::Identify)?.map(|stored| stored.output);
            let kept = corrections(tx, id)?;
            let corrected = kept.edits.corrected(transcript.named(&speakers.unwrap_or_default()), notes);
            let sql = "UPDATE edits SET unfit = ?2 WHERE job = ?1 AND unfit <> ?2";
            tx.execute(sql, params![id.to_string(), corrected.unfit])?;
            Ok((corrected, kept.number))
        })
    }

    /// The page that is written from now on has correction `number`.
    ///
    /// # Errors
    /// The database refused.
    pub fn page_has(&self, id: JobId, number: u32) -> Result<()> {
        self.write(|tx| {
            tx.execute("UPDATE edits SET on_page = ?2 WHERE job = ?1", params![id.to_string(), number])?;
            Ok(())
        })
    }

    /// What shows a job's transcript and notes, after they changed.
    pub(super) fn follow(&self, tx: &Transaction<'_>, id: JobId, corrected: &Corrected) -> Result<()> {
        let key = id.to_string();
        tx.execute("UPDATE edits SET unfit = ?2 WHERE job = ?1", params![key, corrected.unfit])?;
        if let Some(notes) = &corrected.notes {
            let result: Option<String> = tx
                .prepare_cached("SELECT result FROM jobs WHERE id = ?1")?
                .query_row([&key], |row| row.get(0))?;
            if let Some(mut result) = result.and_then(|text| parse::<JobResult>(&text).ok()) {
                result.show(&corrected.transcript, notes);
                tx.execute("UPDATE jobs SET result = ?2 WHERE id = ?1", params![key, json(&result)])?;
            }
        }
        search::index(tx, id, corrected, self.folds)
    }

    /// As [`JobStore::follow`], with what is stored.
    pub(super) fn follow_stored(&self, tx: &Transaction<'_>, id: JobId) -> Result<()> {
        let Some(made) = made(tx, id)? else { return Ok(()) };
        let corrected = corrections(tx, id)?.edits.corrected(made.transcript, made.notes);
        self.follow(tx, id, &corrected)
    }
}

/// Stores corrections, or that a name was given.
pub(super) fn keep(tx: &Transaction<'_>, id: JobId, edits: &Edits, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO edits (job, edits, number, on_page, unfit, changed_at) VALUES (?1, ?2, 1, 0, 0, ?3)
         ON CONFLICT (job) DO UPDATE SET edits = ?2, number = number + 1, changed_at = ?3",
        params![id.to_string(), json(edits), now.as_millisecond()],
    )?;
    Ok(())
}

pub(super) fn corrections(connection: &Connection, id: JobId) -> Result<Corrections> {
    let row: Option<(String, u32, u32)> = connection
        .prepare_cached("SELECT edits, number, on_page FROM edits WHERE job = ?1")?
        .query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((edits, number, on_page)) = row else { return Ok(Corrections::default()) };
    let edits = parse(&edits).map_err(|error| super::rows::unreadable("edits", error))?;
    Ok(Corrections { edits, number, on_page })
}

pub(super) fn made(connection: &Connection, id: JobId) -> Result<Option<Made>> {
    let words = checkpoint::<Words>(connection, id, Stage::Transcribe)?;
    let audio = checkpoint::<Audio>(connection, id, Stage::Decode)?;
    let (Some(words), Some(audio)) = (words, audio) else { return Ok(None) };
    let turns = checkpoint::<Turns>(connection, id, Stage::Diarize)?;
    let turns = turns.map(|stored| stored.output).unwrap_or_default();
    let speakers = checkpoint::<Speakers>(connection, id, Stage::Identify)?;
    let speakers = speakers.map(|stored| stored.output).unwrap_or_default();
    let notes = checkpoint::<Notes>(connection, id, Stage::Summarize)?.map(|stored| stored.output);
    let transcript = merge(&words.output, &turns, audio.output.duration_ms).named(&speakers);
    Ok(Some(Made { transcript, speakers, notes }))
}
