//! Opening the database: its shape, its soundness, and what happens to a damaged one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};
use rusqlite_migration::{M, Migrations};

const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);
const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/01-jobs.sql")),
    M::up(include_str!("../migrations/02-accounts.sql")),
    M::up(include_str!("../migrations/03-watched.sql")),
    M::up(include_str!("../migrations/04-parts.sql")),
    M::up(include_str!("../migrations/05-voices.sql")),
    M::up(include_str!("../migrations/06-edits.sql")),
    M::up(include_str!("../migrations/07-search.sql")),
    M::up(include_str!("../migrations/08-spending.sql")),
    M::up(include_str!("../migrations/09-companions.sql")),
];

/// SQLite's log needs this much for its index and a few pages.
const LEAST_ROOM_BYTES: u64 = 128 << 10;
/// How often a database is opened that other processes are making at the same time, and how long it is waited between.
const OPEN_TRIES: u32 = 20;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error("the database is of a newer version")]
    Newer,
}

/// Of processes that start at once on an empty folder one makes the tables. SQLite lets the others neither wait for its
/// log, nor for the tables that were not there when they looked; so they look again.
pub(super) fn connect(path: &Path) -> Result<Connection, OpenError> {
    for _ in 1..OPEN_TRIES {
        match connect_once(path) {
            Err(OpenError::Database(error)) if is_made_by_another(&error) => std::thread::sleep(OPEN_PAUSE),
            done => return done,
        }
    }
    connect_once(path)
}

/// Whether this may be because another process makes the database just now.
fn is_made_by_another(error: &rusqlite::Error) -> bool {
    use ErrorCode::{DatabaseBusy, DatabaseLocked, SchemaChanged, Unknown};
    // "Table already exists" has no code of its own.
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked | SchemaChanged | Unknown))
}

fn connect_once(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A submitted job survives a power cut, not only a crash.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What a person has Debrief forget is not left in free pages of the file.
    connection.pragma_update(None, "secure_delete", true)?;
    match MIGRATIONS.to_latest(&mut connection) {
        Ok(()) => Ok(connection),
        Err(rusqlite_migration::Error::MigrationDefinition(_)) => Err(OpenError::Newer),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => Err(OpenError::Database(err)),
        // The other errors are about migrations that are written wrongly, which every test would show.
        Err(other) => Err(OpenError::Database(rusqlite::Error::ToSqlConversionFailure(Box::new(other)))),
    }
}

pub(super) fn is_sound(connection: &Connection) -> Result<bool, OpenError> {
    match connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(answer) => Ok(answer == "ok"),
        Err(error) if is_damage(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

pub(super) fn not_opened(path: &Path, error: &OpenError) -> Failure {
    let file = path.display();
    match error {
        OpenError::Newer => Failure::never(
            FailureCode::StoreFailed,
            format!("The job database {file} was written by a newer version of Debrief."),
            "Install the newest version. Nothing was changed.",
        ),
        OpenError::Database(cause) if is_disk_full(cause) || has_no_room(path, cause) => {
            let fix =
                format!("Free some space on the disk that holds {file}, then try again. Nothing was lost.");
            Failure { fix, ..Failure::disk_full("opening the job database", "") }.because(cause)
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

/// Moves the damaged files aside; says where the database is now.
pub(super) fn move_aside(path: &Path, now: Timestamp) -> Result<PathBuf, Failure> {
    let stamp = now.strftime("%Y%m%d-%H%M%S");
    let aside = |suffix: &str| PathBuf::from(format!("{}-damaged-{stamp}{suffix}", path.display()));
    for suffix in ["-wal", "-shm", ""] {
        let file = PathBuf::from(format!("{}{suffix}", path.display()));
        if file.exists() {
            std::fs::rename(&file, aside(suffix)).map_err(Failure::store)?;
        }
    }
    Ok(aside(""))
}

/// Whether an input/output error comes from a disk on which not even the index of SQLite's log has room.
fn has_no_room(database: &Path, error: &rusqlite::Error) -> bool {
    let failed = error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
    let room = database.parent().and_then(|folder| fs4::available_space(folder).ok());
    failed && room.is_some_and(|bytes| bytes < LEAST_ROOM_BYTES)
}

pub(super) fn is_disk_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}
