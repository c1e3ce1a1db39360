//! Rows of the database and what they mean, inside one transaction.

use debrief_core::job::{Job, JobEvent, JobId, JobStatus, SubmitJob};
use debrief_core::stage::Stage;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::de::DeserializeOwned;

use super::{Result, StoreError};

/// A new job, at the end of the queue.
pub(super) fn insert_job(tx: &Transaction<'_>, id: JobId, request: &SubmitJob, now: Timestamp) -> Result<()> {
    let revision = next_revision(tx)?;
    tx.execute(
        "INSERT INTO jobs (id, request, state, status, run, attempts, percent, created_at, updated_at, revision)
         VALUES (?1, ?2, ?3, ?4, 1, 0, 0, ?5, ?5, ?6)",
        params![
            id.to_string(),
            json(request),
            JobStatus::Pending.word(),
            json(&JobStatus::Pending),
            now.as_millisecond(),
            revision
        ],
    )?;
    note(tx, id, now, "submitted")
}

/// The state machine, applied to a stored job.
pub(super) fn transition(tx: &Transaction<'_>, id: JobId, event: &JobEvent, now: Timestamp) -> Result<Job> {
    let status = read_job(tx, id)?.status.after(event)?;
    tx.execute(
        "UPDATE jobs SET state = ?2, status = ?3 WHERE id = ?1",
        params![id.to_string(), status.word(), json(&status)],
    )?;
    touch(tx, id, now)?;
    note(tx, id, now, &described(event))?;
    read_job(tx, id)
}

fn described(event: &JobEvent) -> String {
    match event {
        JobEvent::Claimed => "claimed".to_owned(),
        JobEvent::StageBegan(stage) => format!("{} began", stage.word()),
        JobEvent::FailedForNow { why, at } => format!("failed for now, again at {at}: {}", why.what),
        JobEvent::NeedsPerson(why) => format!("needs the person: {}", why.what),
        JobEvent::Failed(why) => format!("failed: {}", why.what),
        JobEvent::Completed => "completed".to_owned(),
        JobEvent::CancelRequested => "cancel requested".to_owned(),
        JobEvent::Released => "released".to_owned(),
        JobEvent::Lost => "found without its worker".to_owned(),
        JobEvent::Ready => "ready".to_owned(),
        JobEvent::RetryRequested => "retry requested".to_owned(),
    }
}

pub(super) fn touch(tx: &Transaction<'_>, id: JobId, now: Timestamp) -> Result<()> {
    let revision = next_revision(tx)?;
    tx.execute(
        "UPDATE jobs SET updated_at = ?2, revision = ?3 WHERE id = ?1",
        params![id.to_string(), now.as_millisecond(), revision],
    )?;
    Ok(())
}

pub(super) fn note(tx: &Transaction<'_>, id: JobId, now: Timestamp, what: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO history (job, at, what) VALUES (?1, ?2, ?3)")?.execute(params![
        id.to_string(),
        now.as_millisecond(),
        what
    ])?;
    Ok(())
}

pub(super) fn next_revision(tx: &Transaction<'_>) -> Result<i64> {
    let sql = "UPDATE pool SET revision = revision + 1 RETURNING revision";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Raises the percentage of this run, which never falls; says whether it grew.
pub(super) fn raise_percent(tx: &Transaction<'_>, id: JobId, percent: u8) -> Result<bool> {
    let sql = "UPDATE jobs SET percent = ?2 WHERE id = ?1 AND percent < ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![id.to_string(), percent])? > 0)
}

pub(super) fn done_stages(connection: &Connection, id: JobId) -> Result<Vec<(Stage, u32)>> {
    let mut statement =
        connection.prepare_cached("SELECT stage, took_ms FROM checkpoints WHERE job = ?1 AND stale = 0")?;
    let rows: Vec<(String, u32)> = statement
        .query_map([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().filter_map(|(word, took_ms)| Some((Stage::from_word(&word)?, took_ms))).collect())
}

pub(super) fn read_job(connection: &Connection, id: JobId) -> Result<Job> {
    connection
        .prepare_cached("SELECT * FROM jobs WHERE id = ?1")?
        .query_row([id.to_string()], job_of)
        .optional()?
        .ok_or(StoreError::UnknownJob(id))
}

pub(super) fn job_of(row: &Row<'_>) -> rusqlite::Result<Job> {
    let text = |column: &str| row.get::<_, String>(column);
    Ok(Job {
        id: parse_id(&text("id")?).map_err(|error| unreadable("id", error))?,
        request: parse(&text("request")?).map_err(|error| unreadable("request", error))?,
        status: parse(&text("status")?).map_err(|error| unreadable("status", error))?,
        run: row.get("run")?,
        attempts: row.get("attempts")?,
        created_at: timestamp(row, "created_at")?,
        updated_at: timestamp(row, "updated_at")?,
        revision: row.get("revision")?,
    })
}

pub(super) fn timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(column)?).map_err(|error| unreadable(column, error))
}

pub(super) fn parse_id(text: &str) -> rusqlite::Result<JobId> {
    text.parse().map_err(|error| unreadable("id", error))
}

pub(super) fn unreadable(
    column: &str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    tracing::error!(column, %error, "a stored value can't be read");
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text)
}

pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("the types of the domain have string keys and finite numbers")
}

/// Forgets what is kept of a stage that has not finished.
pub(super) fn forget_unfinished(tx: &Transaction<'_>, id: JobId, stage: Stage) -> Result<()> {
    let at = params![id.to_string(), stage.word()];
    tx.execute("DELETE FROM bookmarks WHERE job = ?1 AND stage = ?2", at)?;
    tx.execute("DELETE FROM parts WHERE job = ?1 AND stage = ?2", at)?;
    Ok(())
}
