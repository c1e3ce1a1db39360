//! What the stages of a job leave in the store: outputs, bookmarks, and the facts that views are made of.

use std::collections::BTreeMap;

use debrief_core::captions;
use debrief_core::edits::unfit_warning;
use debrief_core::failure::Warning;
use debrief_core::job::{Job, JobEvent, JobId};
use debrief_core::stage::{Checkpoint, Stage, overall_percent};
use debrief_core::view::{JobCost, JobFacts, JobResult};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::rows::{
    done_stages, forget_unfinished, json, next_revision, note, parse, raise_percent, touch, transition,
};
use super::spending::{Spent, spent_on};
use super::{JobStore, Result, StoreError};

/// A stored output of a stage.
pub struct Stored<T> {
    /// The output.
    pub output: T,
    /// Whether its stage is to run again.
    pub stale: bool,
}

impl JobStore {
    /// The stored output of a stage; `None` when there is none or its shape is of another version.
    ///
    /// # Errors
    /// The database refused.
    pub fn checkpoint<T: Checkpoint>(&self, id: JobId, stage: Stage) -> Result<Option<Stored<T>>> {
        checkpoint(&self.lock(), id, stage)
    }

    /// The output that a stage gave before it was to run again, whatever its version.
    ///
    /// # Errors
    /// The database refused.
    pub fn stale_output(&self, id: JobId, stage: Stage) -> Result<Option<serde_json::Value>> {
        let text: Option<String> = self
            .lock()
            .prepare_cached("SELECT output FROM checkpoints WHERE job = ?1 AND stage = ?2 AND stale = 1")?
            .query_row(params![id.to_string(), stage.word()], |row| row.get(0))
            .optional()?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The finished stages of a job, with how long each took in milliseconds.
    ///
    /// # Errors
    /// The database refused.
    pub fn done(&self, id: JobId) -> Result<Vec<(Stage, u32)>> {
        done_stages(&self.lock(), id)
    }

    /// Marks that a stage begins.
    ///
    /// # Errors
    /// As [`JobStore::apply`].
    pub fn begin_stage(&self, id: JobId, stage: Stage, now: Timestamp) -> Result<Job> {
        self.write(|tx| {
            raise_percent(tx, id, overall_percent(stage, 0.0))?;
            transition(tx, id, &JobEvent::StageBegan(stage), now)
        })
    }

    /// Stores a stage's output and takes note of it in the job, in one transaction.
    ///
    /// # Errors
    /// The database refused; nothing is changed then.
    pub fn finish_stage<T: Checkpoint>(
        &self,
        id: JobId,
        stage: Stage,
        output: &T,
        warnings: &[Warning],
        took_ms: u32,
        now: Timestamp,
    ) -> Result<()> {
        let output = json(output);
        self.write(|tx| {
            let key = id.to_string();
            tx.execute(
                "INSERT OR REPLACE INTO checkpoints (job, stage, version, output, warnings, took_ms, stale)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
                params![key, stage.word(), T::VERSION, output, json(&warnings), took_ms],
            )?;
            forget_unfinished(tx, id, stage)?;
            raise_percent(tx, id, overall_percent(stage, 1.0))?;
            tx.execute("UPDATE jobs SET attempts = 0 WHERE id = ?1", [&key])?;
            if matches!(stage, Stage::Diarize | Stage::Identify | Stage::Summarize) {
                self.follow_stored(tx, id)?;
            }
            touch(tx, id, now)?;
            note(tx, id, now, &format!("{} done", stage.word()))
        })
    }

    /// The bookmark of an unfinished stage.
    ///
    /// # Errors
    /// The database refused.
    pub fn bookmark(&self, id: JobId, stage: Stage) -> Result<Option<serde_json::Value>> {
        let text: Option<String> = self
            .lock()
            .prepare_cached("SELECT bookmark FROM bookmarks WHERE job = ?1 AND stage = ?2")?
            .query_row(params![id.to_string(), stage.word()], |row| row.get(0))
            .optional()?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Stores where an unfinished stage resumes; `fraction` is its done part, 0 to 1.
    ///
    /// # Errors
    /// The database refused.
    pub fn save_bookmark(
        &self,
        id: JobId,
        stage: Stage,
        bookmark: &serde_json::Value,
        fraction: f64,
    ) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO bookmarks (job, stage, bookmark) VALUES (?1, ?2, ?3)",
                params![id.to_string(), stage.word(), bookmark.to_string()],
            )?;
            show_fraction(tx, id, stage, fraction)
        })
    }

    /// Replaces the bookmark of an unfinished stage, and forgets its parts.
    ///
    /// # Errors
    /// The database refused; nothing is changed then.
    pub fn start_over(&self, id: JobId, stage: Stage, bookmark: &serde_json::Value) -> Result<()> {
        self.write(|tx| {
            forget_unfinished(tx, id, stage)?;
            let bookmark = bookmark.to_string();
            tx.execute(
                "INSERT INTO bookmarks (job, stage, bookmark) VALUES (?1, ?2, ?3)",
                params![id.to_string(), stage.word(), bookmark],
            )?;
            Ok(())
        })
    }

    /// The parts that are kept of an unfinished stage, by their numbers.
    ///
    /// # Errors
    /// The database refused.
    pub fn parts(&self, id: JobId, stage: Stage) -> Result<BTreeMap<u32, serde_json::Value>> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT number, part FROM parts WHERE job = ?1 AND stage = ?2")?;
        let rows = statement.query_map(params![id.to_string(), stage.word()], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut parts = BTreeMap::new();
        for row in rows {
            let (number, part) = row?;
            // A part that can't be read is made again.
            if let Ok(part) = serde_json::from_str(&part) {
                parts.insert(number, part);
            }
        }
        Ok(parts)
    }

    /// Keeps one part of an unfinished stage; `fraction` is the stage's done part, 0 to 1.
    ///
    /// # Errors
    /// The database refused.
    pub fn save_part(
        &self,
        id: JobId,
        stage: Stage,
        number: u32,
        part: &serde_json::Value,
        fraction: f64,
    ) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO parts (job, stage, number, part) VALUES (?1, ?2, ?3, ?4)",
                params![id.to_string(), stage.word(), number, part.to_string()],
            )?;
            show_fraction(tx, id, stage, fraction)
        })
    }

    /// What the journal knows about a job besides its status.
    ///
    /// # Errors
    /// The database refused.
    pub fn facts(&self, id: JobId) -> Result<JobFacts> {
        let connection = self.lock();
        let key = id.to_string();
        let (percent, result): (u8, Option<String>) = connection
            .prepare_cached("SELECT percent, result FROM jobs WHERE id = ?1")?
            .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or(StoreError::UnknownJob(id))?;
        let output = |stage: Stage, path: &str| -> Result<Option<rusqlite::types::Value>> {
            let value = connection
                .prepare_cached(
                    "SELECT json_extract(output, ?3) FROM checkpoints WHERE job = ?1 AND stage = ?2",
                )?
                .query_row(params![key, stage.word(), path], |row| row.get(0))
                .optional()?;
            Ok(value)
        };
        let text = |value| match value {
            Some(rusqlite::types::Value::Text(text)) => Some(text),
            _ => None, // Not there, or of a shape that another version wrote.
        };
        let (corrected, unfit, newer): (Option<String>, u32, bool) = connection
            .prepare_cached(
                "SELECT json_extract(edits, '$.notes.title'), unfit, number > on_page FROM edits WHERE job = ?1",
            )?
            .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?
            .unwrap_or_default();
        let written = text(output(Stage::Summarize, "$.title")?);
        let title = match written.map(|written| corrected.unwrap_or(written)) {
            Some(title) => Some(title),
            None => text(output(Stage::Fetch, "$.name")?),
        };
        let account = text(output(Stage::Fetch, "$.drive.email")?);
        let attachments = attachments(&connection, &key)?;
        let duration_ms = match output(Stage::Decode, "$.duration_ms")? {
            Some(rusqlite::types::Value::Integer(ms)) => u32::try_from(ms).ok(),
            _ => None, // Not there, or of a shape that another version wrote.
        };
        let engine = text(output(Stage::Transcribe, "$.engine.name")?);
        let transcript = match engine.as_deref() {
            Some(captions::ENGINE) => text(output(Stage::Transcribe, "$.engine.described")?),
            Some(_) | None => None,
        };
        let notes_by = match text(output(Stage::Summarize, "$.method.model.by")?) {
            Some(list) => parse::<Vec<String>>(&list).ok().map(|names| names.join(", ")),
            None => None,
        };
        let spent = spent_on(&connection, id)?;
        let mut statement = connection
            .prepare_cached("SELECT warnings FROM checkpoints WHERE job = ?1 AND stale = 0 ORDER BY rowid")?;
        let lists: Vec<String> =
            statement.query_map([&key], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let of_stages = lists.iter().flat_map(|list| parse::<Vec<Warning>>(list).unwrap_or_default());
        let warnings = of_stages.chain(unfit_warning(unfit)).collect();
        let result: Option<JobResult> = result.and_then(|result| parse(&result).ok());
        let undone = result.as_ref().is_some_and(|result| result.page_undone);
        let page_outdated = newer && !undone && output(Stage::Publish, "$")?.is_some();
        Ok(JobFacts {
            title,
            account,
            attachments,
            duration_ms,
            transcript,
            notes_by,
            spent: (spent.calls > 0).then(|| cost_of(&spent)),
            done: done_stages(&connection, id)?,
            warnings,
            result,
            page_outdated,
            percent,
        })
    }
}

pub(super) fn checkpoint<T: Checkpoint>(
    connection: &Connection,
    id: JobId,
    stage: Stage,
) -> Result<Option<Stored<T>>> {
    let row: Option<(String, bool)> = connection
        .prepare_cached(
            "SELECT output, stale FROM checkpoints WHERE job = ?1 AND stage = ?2 AND version = ?3",
        )?
        .query_row(params![id.to_string(), stage.word(), T::VERSION], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // What this version wrote reads back; anything else counts as not there, and the stage runs again.
    Ok(row.and_then(|(output, stale)| {
        serde_json::from_str(&output).ok().map(|output| Stored { output, stale })
    }))
}

/// Names of fetched attachments, by where they are.
fn attachments(connection: &Connection, job: &str) -> Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare_cached(
        "SELECT value ->> '$.location', value ->> '$.name' FROM checkpoints, json_each(output, '$.attachments')
         WHERE job = ?1 AND stage = ?2",
    )?;
    let named = statement
        .query_map([job, Stage::Fetch.word()], |row| {
            // Another version may have written another shape.
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(named.into_iter().filter_map(|(location, name)| location.zip(name)).collect())
}

fn cost_of(spent: &Spent) -> JobCost {
    JobCost {
        estimated_usd: None,
        spent_usd: spent.usd,
        unpriced: spent.unpriced,
        input_tokens: spent.usage.input_tokens as f64,
        output_tokens: spent.usage.output_tokens as f64,
        audio_minutes: spent.usage.audio_ms as f64 / 60_000.0,
    }
}

/// Raises the percentage that followers in other processes see: no live progress reaches them.
fn show_fraction(tx: &Transaction<'_>, id: JobId, stage: Stage, fraction: f64) -> Result<()> {
    if raise_percent(tx, id, overall_percent(stage, fraction))? {
        let revision = next_revision(tx)?;
        tx.execute("UPDATE jobs SET revision = ?2 WHERE id = ?1", params![id.to_string(), revision])?;
    }
    Ok(())
}
