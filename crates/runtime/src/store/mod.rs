//! The job store: all the SQL. One SQLite database, safe to use from several processes at once.

mod accounts;
mod edits;
mod open;
mod rows;
mod search;
mod spending;
mod stages;
mod terms;
mod voices;
mod watched;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{IllegalEvent, Job, JobEvent, JobId, SubmitJob};
use debrief_core::stage::{Stage, undone_by_retry};
use debrief_core::view::JobResult;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

pub use accounts::StoredAccount;
pub use edits::Corrections;
pub use search::{Found, PassageKind};
pub use spending::{Spent, SpentOn};
pub use stages::Stored;
pub use terms::Piece;
pub use voices::StoredVoice;
pub use watched::{GrowingFile, WatchedFile, WatchedFolder, WatchedPlace};

use open::{OpenError, connect, is_damage, is_disk_full, is_sound, move_aside, not_opened};
use rows::{
    done_stages, forget_unfinished, insert_job, job_of, json, next_revision, parse, parse_id, read_job,
    timestamp, touch, transition,
};

/// Removals that a process which looks rarely can still learn of.
const REMOVED_KEPT: i64 = 1_000;

/// All jobs, their checkpoints and their history.
pub struct JobStore {
    path: PathBuf,
    // One writer a process; SQLite's own lock keeps processes apart.
    connection: Mutex<Connection>,
    // Characters that searches take for the same.
    folds: fn(char) -> char,
}

/// Why a store call did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such job.
    #[error("there is no job {0}")]
    UnknownJob(JobId),
    /// The job cannot take that event now.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    /// A job that is not at its end cannot be deleted.
    #[error("the job has not ended")]
    NotEnded,
    /// There is nothing yet that could be corrected.
    #[error("nothing was transcribed yet")]
    NothingMade,
    /// The database refused.
    #[error("the job database didn't answer: {0}")]
    Database(#[from] rusqlite::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        match error {
            StoreError::Database(cause) if is_disk_full(&cause) => {
                Failure::disk_full("saving the job", "Debrief's data")
            }
            StoreError::Database(cause) => Failure::store(cause),
            StoreError::UnknownJob(id) => Failure::never(
                FailureCode::BadRequest,
                format!("There is no job {id}."),
                "Look at the list of jobs for the right one.",
            ),
            StoreError::Illegal(illegal) => Failure::never(
                FailureCode::BadRequest,
                format!("A job that is {} can't do that.", illegal.status.word()),
                "Look at the job again: it may have gone on in the meantime.",
            )
            .because(illegal),
            StoreError::NothingMade => Failure::never(
                FailureCode::BadRequest,
                "Nothing of this recording has been transcribed yet.",
                "Wait until the job has come further, or retry it.",
            ),
            StoreError::NotEnded => Failure::never(
                FailureCode::BadRequest,
                "This job hasn't ended yet.",
                "Cancel it first, then remove it from the list.",
            ),
        }
    }
}

/// Something that another part of the program, or another process, changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// This job is new or different.
    Job(Box<Job>),
    /// This job has gone.
    Removed(JobId),
}

type Result<T> = std::result::Result<T, StoreError>;

impl JobStore {
    /// Opens the store, and makes it if it is not there.
    ///
    /// # Errors
    /// A database of a newer version and one that cannot be read are failures that say what to do.
    pub fn open(path: &Path) -> std::result::Result<JobStore, Failure> {
        let connection = connect(path).map_err(|error| not_opened(path, &error))?;
        Ok(JobStore::over(path, connection))
    }

    /// Opens the store for the process that runs the pool. A damaged database is moved aside, never deleted, and a new
    /// one begun; the answer says where the damaged one is.
    ///
    /// # Errors
    /// As [`JobStore::open`].
    pub fn open_or_replace(
        path: &Path,
        now: Timestamp,
    ) -> std::result::Result<(JobStore, Option<PathBuf>), Failure> {
        let replace = || {
            let aside = move_aside(path, now)?;
            Ok((JobStore::open(path)?, Some(aside)))
        };
        let opened =
            connect(path).and_then(|connection| is_sound(&connection).map(|sound| (connection, sound)));
        match opened {
            Ok((connection, true)) => Ok((JobStore::over(path, connection), None)),
            Ok((connection, false)) => {
                drop(connection);
                replace()
            }
            Err(OpenError::Database(error)) if is_damage(&error) => replace(),
            Err(error) => Err(not_opened(path, &error)),
        }
    }

    fn over(path: &Path, connection: Connection) -> JobStore {
        JobStore { path: path.to_owned(), connection: Mutex::new(connection), folds: |c| c }
    }

    /// The store, whose searches take every character for what `folds` makes of it: both ways to write Chinese find each
    /// other by this. All processes give the same.
    #[must_use]
    pub fn that_folds(self, folds: fn(char) -> char) -> JobStore {
        JobStore { folds, ..self }
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held rolled its transaction back, so the connection is as good as before.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one write transaction.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// Stores a new job. It is on disk when this returns.
    ///
    /// # Errors
    /// The database refused.
    pub fn submit(&self, id: JobId, request: &SubmitJob, now: Timestamp) -> Result<Job> {
        self.write(|tx| {
            insert_job(tx, id, request, now)?;
            read_job(tx, id)
        })
    }

    /// The job as it is stored.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`].
    pub fn job(&self, id: JobId) -> Result<Job> {
        read_job(&self.lock(), id)
    }

    /// Every job that has not ended and the newest `ended` of those that have, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn jobs(&self, ended: u32) -> Result<Vec<Job>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT * FROM (
               SELECT * FROM jobs WHERE state NOT IN ('completed', 'failed', 'cancelled')
               UNION ALL
               SELECT * FROM (SELECT * FROM jobs WHERE state IN ('completed', 'failed', 'cancelled')
                              ORDER BY number DESC LIMIT ?1)
             ) ORDER BY number DESC",
        )?;
        let jobs = statement.query_map([ended], job_of)?.collect::<rusqlite::Result<_>>()?;
        Ok(jobs)
    }

    /// The jobs that wait for a time or for the person.
    ///
    /// # Errors
    /// The database refused.
    pub fn held_up(&self) -> Result<Vec<Job>> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT * FROM jobs WHERE state IN ('retrying', 'waiting') ORDER BY number")?;
        let jobs = statement.query_map([], job_of)?.collect::<rusqlite::Result<_>>()?;
        Ok(jobs)
    }

    /// Applies an event to a job's status, durably; says how the job stands now.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`] and [`StoreError::Illegal`]; nothing is changed then.
    pub fn apply(&self, id: JobId, event: &JobEvent, now: Timestamp) -> Result<Job> {
        self.write(|tx| transition(tx, id, event, now))
    }

    /// Takes the first waiting job whose revision is above `after_revision` for a worker, at its first unfinished stage.
    ///
    /// # Errors
    /// The database refused.
    pub fn claim(&self, after_revision: i64, now: Timestamp) -> Result<Option<Job>> {
        self.write(|tx| {
            let next: Option<String> = tx
                .prepare_cached(
                    "SELECT id FROM jobs WHERE state = 'pending' AND revision > ?1
                     AND (SELECT paused FROM pool) = 0 ORDER BY number LIMIT 1",
                )?
                .query_row([after_revision], |row| row.get(0))
                .optional()?;
            let Some(id) = next.map(|id| parse_id(&id)).transpose()? else { return Ok(None) };
            transition(tx, id, &JobEvent::Claimed, now)?;
            let done = done_stages(tx, id)?;
            let first = Stage::ALL.into_iter().find(|stage| !done.iter().any(|(s, _)| s == stage));
            transition(tx, id, &JobEvent::StageBegan(first.unwrap_or(Stage::Rename)), now).map(Some)
        })
    }

    /// Puts a job back into the queue: from its failed stage, or from `from` on. The outputs of the stages that run
    /// again can be read until they are replaced. `request` replaces what was asked for.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`] and [`StoreError::Illegal`]; nothing is changed then.
    pub fn retry(
        &self,
        id: JobId,
        from: Option<Stage>,
        request: Option<&SubmitJob>,
        now: Timestamp,
    ) -> Result<Job> {
        self.write(|tx| {
            // The folder of a job that has ended is gone, and the files in it.
            let had_ended = read_job(tx, id)?.status.is_final();
            transition(tx, id, &JobEvent::RetryRequested, now)?;
            let key = id.to_string();
            if let Some(request) = request {
                tx.execute("UPDATE jobs SET request = ?2 WHERE id = ?1", params![key, json(request)])?;
            }
            let done: Vec<Stage> = done_stages(tx, id)?.into_iter().map(|(stage, _)| stage).collect();
            let asked = done.iter().copied().filter(|stage| from.is_some_and(|from| *stage >= from));
            let undone = if had_ended { undone_by_retry(&done, from) } else { asked.collect() };
            for stage in undone {
                let at = params![key, stage.word()];
                tx.execute("UPDATE checkpoints SET stale = 1 WHERE job = ?1 AND stage = ?2", at)?;
            }
            // What is kept of an unfinished page says that there may be one, which whoever writes it looks for first.
            let forgotten =
                |stage: &Stage| *stage != Stage::Publish && from.is_some_and(|from| *stage >= from);
            for stage in Stage::ALL.into_iter().filter(forgotten) {
                forget_unfinished(tx, id, stage)?;
            }
            tx.execute(
                "UPDATE jobs SET run = run + 1, attempts = 0, percent = 0, result = NULL WHERE id = ?1",
                [key],
            )?;
            read_job(tx, id)
        })
    }

    /// Removes a job that has ended, with all that is stored about it. Its page stays.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`] and [`StoreError::NotEnded`].
    pub fn delete(&self, id: JobId) -> Result<()> {
        self.write(|tx| {
            if !read_job(tx, id)?.status.is_final() {
                return Err(StoreError::NotEnded);
            }
            search::forget(tx, id, self.folds)?;
            tx.execute("DELETE FROM jobs WHERE id = ?1", [id.to_string()])?;
            let revision = next_revision(tx)?;
            tx.execute("INSERT INTO removed (revision, id) VALUES (?1, ?2)", params![revision, id.to_string()])?;
            tx.execute(
                "DELETE FROM removed WHERE revision NOT IN (SELECT revision FROM removed ORDER BY revision DESC LIMIT ?1)",
                [REMOVED_KEPT],
            )?;
            Ok(())
        })
    }

    /// After a crash: jobs whose worker is gone go back into the queue, or to their end if they were being stopped.
    /// Only for the process that runs the pool.
    ///
    /// # Errors
    /// The database refused.
    pub fn recover(&self, now: Timestamp) -> Result<Vec<Job>> {
        self.write(|tx| {
            let ids: Vec<String> = tx
                .prepare("SELECT id FROM jobs WHERE state IN ('processing', 'cancelling') ORDER BY number")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            ids.iter().map(|id| transition(tx, parse_id(id)?, &JobEvent::Lost, now)).collect()
        })
    }

    /// Ends a job with its result.
    ///
    /// # Errors
    /// As [`JobStore::apply`].
    pub fn complete(&self, id: JobId, result: &JobResult, now: Timestamp) -> Result<Job> {
        self.write(|tx| {
            tx.execute("UPDATE jobs SET result = ?2 WHERE id = ?1", params![id.to_string(), json(result)])?;
            let corrections = edits::corrections(tx, id)?;
            if corrections.number > corrections.on_page {
                // Corrected while the page was written, after the result was made.
                self.follow_stored(tx, id)?;
            }
            transition(tx, id, &JobEvent::Completed, now)
        })
    }

    /// Changes the result of a job that has completed.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`]; [`StoreError::NotEnded`] for a job without a result.
    pub fn amend_result(&self, id: JobId, amend: impl FnOnce(&mut JobResult), now: Timestamp) -> Result<()> {
        self.write(|tx| {
            let key = id.to_string();
            let result: Option<String> = tx
                .prepare_cached("SELECT result FROM jobs WHERE id = ?1")?
                .query_row([&key], |row| row.get(0))
                .optional()?
                .ok_or(StoreError::UnknownJob(id))?;
            let mut result: JobResult =
                result.and_then(|text| parse(&text).ok()).ok_or(StoreError::NotEnded)?;
            amend(&mut result);
            tx.execute("UPDATE jobs SET result = ?2 WHERE id = ?1", params![key, json(&result)])?;
            touch(tx, id, now)
        })
    }

    /// As [`JobStore::apply`], for a failure after which the running stage is tried again; counts the attempts.
    ///
    /// # Errors
    /// As [`JobStore::apply`].
    pub fn hold_up(&self, id: JobId, event: &JobEvent, now: Timestamp) -> Result<Job> {
        self.write(|tx| {
            tx.execute("UPDATE jobs SET attempts = attempts + 1 WHERE id = ?1", [id.to_string()])?;
            transition(tx, id, event, now)
        })
    }

    /// What happened to a job, in order: when and what.
    ///
    /// # Errors
    /// The database refused.
    pub fn history(&self, id: JobId) -> Result<Vec<(Timestamp, String)>> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT at, what FROM history WHERE job = ?1 ORDER BY number")?;
        let lines = statement
            .query_map([id.to_string()], |row| Ok((timestamp(row, "at")?, row.get("what")?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(lines)
    }

    /// Whether the whole pool is paused.
    ///
    /// # Errors
    /// The database refused.
    pub fn is_paused(&self) -> Result<bool> {
        Ok(self.lock().prepare_cached("SELECT paused FROM pool")?.query_row([], |row| row.get(0))?)
    }

    /// Pauses the whole pool, or lets it go on.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_paused(&self, paused: bool) -> Result<()> {
        self.write(|tx| {
            next_revision(tx)?;
            tx.execute("UPDATE pool SET paused = ?1", [paused])?;
            Ok(())
        })
    }

    /// The revision of the last change.
    ///
    /// # Errors
    /// The database refused.
    pub fn revision(&self) -> Result<i64> {
        Ok(self.lock().prepare_cached("SELECT revision FROM pool")?.query_row([], |row| row.get(0))?)
    }

    /// What changed after `revision`, in order, with the revision that the answer reaches.
    ///
    /// # Errors
    /// The database refused.
    pub fn changes_after(&self, revision: i64) -> Result<(i64, Vec<Change>)> {
        let mut connection = self.lock();
        // One read transaction, so that the revision fits the rows.
        let tx = connection.transaction()?;
        let reached = tx.query_row("SELECT revision FROM pool", [], |row| row.get(0))?;
        let jobs: Vec<Job> = tx
            .prepare_cached("SELECT * FROM jobs WHERE revision > ?1 ORDER BY revision")?
            .query_map([revision], job_of)?
            .collect::<rusqlite::Result<_>>()?;
        let removed: Vec<String> = tx
            .prepare_cached("SELECT id FROM removed WHERE revision > ?1 ORDER BY revision")?
            .query_map([revision], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut changes: Vec<Change> = jobs.into_iter().map(|job| Change::Job(Box::new(job))).collect();
        for id in removed {
            changes.push(Change::Removed(parse_id(&id)?));
        }
        Ok((reached, changes))
    }

    /// A connection that only looks whether anything was committed; see [`crate::watch`].
    ///
    /// # Errors
    /// The database refused.
    pub(crate) fn commits(&self) -> Result<Commits> {
        Ok(Commits { connection: Connection::open(&self.path)?, seen: -1 })
    }
}

/// Tells whether any process has committed since it was last asked; costs one read of shared memory.
pub(crate) struct Commits {
    connection: Connection,
    seen: i64,
}

impl Commits {
    pub(crate) fn any_new(&mut self) -> Result<bool> {
        let version =
            self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        Ok(std::mem::replace(&mut self.seen, version) != version)
    }
}
