//! The job store: all the SQL. One SQLite database, safe to use from several processes at once.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::job::{IllegalEvent, Job, JobEvent, JobId, JobStatus, SubmitJob};
use debrief_core::stage::{Checkpoint, Stage, overall_percent, undone_by_retry};
use debrief_core::view::{JobFacts, JobResult};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use serde::de::DeserializeOwned;

const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);
const STEPS: &[M<'static>] = &[M::up(include_str!("migrations/01-jobs.sql"))];

/// Removals that a process which looks rarely can still learn of.
const REMOVED_KEPT: i64 = 1_000;

/// All jobs, their checkpoints and their history.
pub struct JobStore {
    path: PathBuf,
    // One writer a process; SQLite's own lock keeps processes apart.
    connection: Mutex<Connection>,
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
            StoreError::NotEnded => Failure::never(
                FailureCode::BadRequest,
                "This job hasn't ended yet.",
                "Cancel it first, then remove it from the list.",
            ),
        }
    }
}

fn is_disk_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// A stored output of a stage.
pub struct Stored<T> {
    /// The output.
    pub output: T,
    /// Whether its stage is to run again.
    pub stale: bool,
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
        Ok(JobStore { path: path.to_owned(), connection: Mutex::new(connection) })
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
        let opened =
            connect(path).and_then(|connection| is_sound(&connection).map(|sound| (connection, sound)));
        match opened {
            Ok((connection, true)) => {
                Ok((JobStore { path: path.to_owned(), connection: Mutex::new(connection) }, None))
            }
            Ok((connection, false)) => {
                drop(connection);
                replace(path, now)
            }
            Err(OpenError::Database(error)) if is_damage(&error) => replace(path, now),
            Err(error) => Err(not_opened(path, &error)),
        }
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
            let revision = next_revision(tx)?;
            let at = now.as_millisecond();
            tx.execute(
                "INSERT INTO jobs (id, request, state, status, run, attempts, percent, created_at, updated_at, revision)
                 VALUES (?1, ?2, ?3, ?4, 1, 0, 0, ?5, ?5, ?6)",
                params![
                    id.to_string(),
                    json(request),
                    JobStatus::Pending.word(),
                    json(&JobStatus::Pending),
                    at,
                    revision
                ],
            )?;
            note(tx, id, now, "submitted")?;
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
            for stage in Stage::ALL.into_iter().filter(|stage| from.is_some_and(|from| *stage >= from)) {
                tx.execute(
                    "DELETE FROM bookmarks WHERE job = ?1 AND stage = ?2",
                    params![key, stage.word()],
                )?;
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

    /// The stored output of a stage; `None` when there is none or its shape is of another version.
    ///
    /// # Errors
    /// The database refused.
    pub fn checkpoint<T: Checkpoint>(&self, id: JobId, stage: Stage) -> Result<Option<Stored<T>>> {
        let row: Option<(String, bool)> = self
            .lock()
            .prepare_cached(
                "SELECT output, stale FROM checkpoints WHERE job = ?1 AND stage = ?2 AND version = ?3",
            )?
            .query_row(params![id.to_string(), stage.word(), T::VERSION], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        // What this version wrote reads back; anything else counts as not there, and the stage runs again.
        Ok(row.and_then(|(output, stale)| {
            serde_json::from_str(&output).ok().map(|output| Stored { output, stale })
        }))
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
            tx.execute("DELETE FROM bookmarks WHERE job = ?1 AND stage = ?2", params![key, stage.word()])?;
            raise_percent(tx, id, overall_percent(stage, 1.0))?;
            tx.execute("UPDATE jobs SET attempts = 0 WHERE id = ?1", [&key])?;
            touch(tx, id, now)?;
            note(tx, id, now, &format!("{} done", stage.word()))
        })
    }

    /// Ends a job with its result.
    ///
    /// # Errors
    /// As [`JobStore::apply`].
    pub fn complete(&self, id: JobId, result: &JobResult, now: Timestamp) -> Result<Job> {
        self.write(|tx| {
            tx.execute("UPDATE jobs SET result = ?2 WHERE id = ?1", params![id.to_string(), json(result)])?;
            transition(tx, id, &JobEvent::Completed, now)
        })
    }

    /// Takes note of one more temporary failure of the running stage.
    ///
    /// # Errors
    /// As [`JobStore::apply`].
    pub fn fail_for_now(&self, id: JobId, why: Failure, at: Timestamp, now: Timestamp) -> Result<Job> {
        self.write(|tx| {
            tx.execute("UPDATE jobs SET attempts = attempts + 1 WHERE id = ?1", [id.to_string()])?;
            transition(tx, id, &JobEvent::FailedForNow { why, at }, now)
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
            // A follower in another process sees no live progress, only this.
            if raise_percent(tx, id, overall_percent(stage, fraction))? {
                let revision = next_revision(tx)?;
                tx.execute("UPDATE jobs SET revision = ?2 WHERE id = ?1", params![id.to_string(), revision])?;
            }
            Ok(())
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
        let title = match text(output(Stage::Summarize, "$.title")?) {
            Some(title) => Some(title),
            None => text(output(Stage::Fetch, "$.name")?),
        };
        let duration_ms = match output(Stage::Decode, "$.duration_ms")? {
            Some(rusqlite::types::Value::Integer(ms)) => u32::try_from(ms).ok(),
            _ => None, // Not there, or of a shape that another version wrote.
        };
        let mut statement = connection
            .prepare_cached("SELECT warnings FROM checkpoints WHERE job = ?1 AND stale = 0 ORDER BY rowid")?;
        let lists: Vec<String> =
            statement.query_map([&key], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let warnings =
            lists.iter().flat_map(|list| parse::<Vec<Warning>>(list).unwrap_or_default()).collect();
        Ok(JobFacts {
            title,
            duration_ms,
            done: done_stages(&connection, id)?,
            warnings,
            result: result.and_then(|result| parse(&result).ok()),
            percent,
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

#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error("the database is of a newer version")]
    Newer,
}

fn connect(path: &Path) -> std::result::Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A submitted job survives a power cut, not only a crash.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    match MIGRATIONS.to_latest(&mut connection) {
        Ok(()) => Ok(connection),
        Err(rusqlite_migration::Error::MigrationDefinition(_)) => Err(OpenError::Newer),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => Err(OpenError::Database(err)),
        // The other errors are about migrations that are written wrongly, which every test would show.
        Err(other) => Err(OpenError::Database(rusqlite::Error::ToSqlConversionFailure(Box::new(other)))),
    }
}

fn is_sound(connection: &Connection) -> std::result::Result<bool, OpenError> {
    match connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(answer) => Ok(answer == "ok"),
        Err(error) if is_damage(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

fn not_opened(path: &Path, error: &OpenError) -> Failure {
    let file = path.display();
    match error {
        OpenError::Newer => Failure::never(
            FailureCode::StoreFailed,
            format!("The job database {file} was written by a newer version of Debrief."),
            "Install the newest version. Nothing was changed.",
        ),
        OpenError::Database(cause) if is_disk_full(cause) => {
            Failure::disk_full("opening the job database", &file.to_string()).because(cause)
        }
        OpenError::Database(cause) if is_damage(cause) => Failure::never(
            FailureCode::StoreFailed,
            format!("The job database {file} is damaged."),
            "Close every window of Debrief and start it once more: it then sets the damaged file aside.",
        )
        .because(cause),
        OpenError::Database(cause) => Failure::never(
            FailureCode::StoreFailed,
            format!("The job database {file} can't be opened."),
            "Check that its folder exists and can be written to.",
        )
        .because(cause),
    }
}

fn replace(path: &Path, now: Timestamp) -> std::result::Result<(JobStore, Option<PathBuf>), Failure> {
    let stamp = now.strftime("%Y%m%d-%H%M%S");
    let aside = |suffix: &str| PathBuf::from(format!("{}-damaged-{stamp}{suffix}", path.display()));
    for suffix in ["-wal", "-shm", ""] {
        let file = PathBuf::from(format!("{}{suffix}", path.display()));
        if file.exists() {
            std::fs::rename(&file, aside(suffix)).map_err(Failure::store)?;
        }
    }
    Ok((JobStore::open(path)?, Some(aside(""))))
}

/// The state machine, applied to a stored job.
fn transition(tx: &Transaction<'_>, id: JobId, event: &JobEvent, now: Timestamp) -> Result<Job> {
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

fn touch(tx: &Transaction<'_>, id: JobId, now: Timestamp) -> Result<()> {
    let revision = next_revision(tx)?;
    tx.execute(
        "UPDATE jobs SET updated_at = ?2, revision = ?3 WHERE id = ?1",
        params![id.to_string(), now.as_millisecond(), revision],
    )?;
    Ok(())
}

fn note(tx: &Transaction<'_>, id: JobId, now: Timestamp, what: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO history (job, at, what) VALUES (?1, ?2, ?3)")?.execute(params![
        id.to_string(),
        now.as_millisecond(),
        what
    ])?;
    Ok(())
}

fn next_revision(tx: &Transaction<'_>) -> Result<i64> {
    let sql = "UPDATE pool SET revision = revision + 1 RETURNING revision";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Raises the percentage of this run, which never falls; says whether it grew.
fn raise_percent(tx: &Transaction<'_>, id: JobId, percent: u8) -> Result<bool> {
    let sql = "UPDATE jobs SET percent = ?2 WHERE id = ?1 AND percent < ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![id.to_string(), percent])? > 0)
}

fn done_stages(connection: &Connection, id: JobId) -> Result<Vec<(Stage, u32)>> {
    let mut statement =
        connection.prepare_cached("SELECT stage, took_ms FROM checkpoints WHERE job = ?1 AND stale = 0")?;
    let rows: Vec<(String, u32)> = statement
        .query_map([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().filter_map(|(word, took_ms)| Some((Stage::from_word(&word)?, took_ms))).collect())
}

fn read_job(connection: &Connection, id: JobId) -> Result<Job> {
    connection
        .prepare_cached("SELECT * FROM jobs WHERE id = ?1")?
        .query_row([id.to_string()], job_of)
        .optional()?
        .ok_or(StoreError::UnknownJob(id))
}

fn job_of(row: &Row<'_>) -> rusqlite::Result<Job> {
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

fn timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(column)?).map_err(|error| unreadable(column, error))
}

fn parse_id(text: &str) -> rusqlite::Result<JobId> {
    text.parse().map_err(|error| unreadable("id", error))
}

fn unreadable(column: &str, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    tracing::error!(column, %error, "a stored value can't be read");
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
}

fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("the types of the domain have string keys and finite numbers")
}
