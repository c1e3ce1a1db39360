//! Watched folders, and what is known of the files in them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use debrief_core::failure::Failure;
use debrief_core::job::{JobId, SubmitJob};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{insert_job, json, parse, timestamp, unreadable};
use super::{JobStore, Result};

/// A folder whose new recordings become jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedFolder {
    /// Names it.
    pub id: Uuid,
    /// Where it is.
    pub place: WatchedPlace,
    /// What people call it.
    pub name: String,
    /// Where its changes stand: every one up to here was handled. Folders on this machine have none.
    pub cursor: Option<String>,
    /// Whether chats and lists of those who were there are attached to the recordings that they lie beside.
    pub companions: bool,
    /// Why it could not be watched the last time.
    pub problem: Option<Failure>,
}

/// Where a watched folder is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WatchedPlace {
    /// On this machine.
    Local {
        /// The folder, absolute.
        path: PathBuf,
    },
    /// In Google Drive.
    Drive {
        /// Its opaque id.
        id: String,
        /// The key that older shared links need besides the id.
        resource_key: Option<String>,
        /// Id of the account that sees it and that its cursor belongs to.
        account: String,
        /// The shared drive that it is in; such a drive has changes of its own.
        shared_drive: Option<String>,
    },
}

impl WatchedPlace {
    /// Whether it is the same folder, however it is reached.
    pub fn is_same(&self, other: &WatchedPlace) -> bool {
        match (self, other) {
            (WatchedPlace::Local { path }, WatchedPlace::Local { path: other }) => path == other,
            (WatchedPlace::Drive { id, .. }, WatchedPlace::Drive { id: other, .. }) => id == other,
            (WatchedPlace::Local { .. }, WatchedPlace::Drive { .. })
            | (WatchedPlace::Drive { .. }, WatchedPlace::Local { .. }) => false,
        }
    }
}

/// What is known of a file in a watched folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchedFile {
    /// It was there before the folder was watched.
    Before,
    /// It is new, and may not be whole yet.
    Growing {
        /// How it looked the last time.
        looks: String,
        /// Since when it looks like that.
        since: Timestamp,
    },
    /// It became a job, from this folder or from another one.
    Taken,
}

/// A file that may not be whole yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowingFile {
    /// Its id or absolute path.
    pub file: String,
    /// What its service wants to hear besides the id.
    pub key: Option<String>,
}

const BEFORE: &str = "before";
const GROWING: &str = "growing";
const TAKEN: &str = "taken";

impl JobStore {
    /// The watched folders, the first added first.
    ///
    /// # Errors
    /// The database refused.
    pub fn watched_folders(&self) -> Result<Vec<WatchedFolder>> {
        folders(&self.lock())
    }

    /// Watches a folder from now on; the files `before` are never taken. Of a folder that is watched already only the choice
    /// about companions changes.
    ///
    /// # Errors
    /// The database refused.
    pub fn watch(&self, folder: &WatchedFolder, before: &[String]) -> Result<()> {
        self.write(|tx| {
            if let Some(known) = folders(tx)?.iter().find(|known| known.place.is_same(&folder.place)) {
                set_companions(tx, known.id, folder.companions)?;
                return Ok(());
            }
            let id = folder.id.to_string();
            tx.execute(
                "INSERT INTO watched_folders (id, place, name, cursor, companions, problem)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    id,
                    json(&folder.place),
                    folder.name,
                    folder.cursor,
                    folder.companions,
                    folder.problem.as_ref().map(json)
                ],
            )?;
            let mut insert = tx.prepare_cached(
                "INSERT OR IGNORE INTO watched_files (folder, file, state) VALUES (?1, ?2, ?3)",
            )?;
            for file in before {
                insert.execute(params![id, file, BEFORE])?;
            }
            Ok(())
        })
    }

    /// Watches a folder no longer; says whether it was watched. Its jobs stay.
    ///
    /// # Errors
    /// The database refused.
    pub fn unwatch(&self, folder: Uuid) -> Result<bool> {
        let gone = |tx: &rusqlite::Transaction<'_>| {
            Ok(tx.execute("DELETE FROM watched_folders WHERE id = ?1", [folder.to_string()])? > 0)
        };
        self.write(gone)
    }

    /// Whether companions are attached to a folder's new recordings; says whether it is watched.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_watch_companions(&self, folder: Uuid, companions: bool) -> Result<bool> {
        self.write(|tx| set_companions(tx, folder, companions))
    }

    /// Every change of a folder up to `cursor` was handled.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_watch_cursor(&self, folder: Uuid, cursor: &str) -> Result<()> {
        self.write(|tx| {
            let sql = "UPDATE watched_folders SET cursor = ?2 WHERE id = ?1";
            tx.execute(sql, params![folder.to_string(), cursor])?;
            Ok(())
        })
    }

    /// Why a folder can't be watched now; `None` when it can.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_watch_problem(&self, folder: Uuid, problem: Option<&Failure>) -> Result<()> {
        self.write(|tx| {
            let sql = "UPDATE watched_folders SET problem = ?2 WHERE id = ?1";
            tx.execute(sql, params![folder.to_string(), problem.map(json)])?;
            Ok(())
        })
    }

    /// What is known of a file; `None` when it is new.
    ///
    /// # Errors
    /// The database refused.
    pub fn watched_file(&self, folder: Uuid, file: &str) -> Result<Option<WatchedFile>> {
        known(&self.lock(), folder, file)
    }

    /// The files of a folder of which nothing more is to be done.
    ///
    /// # Errors
    /// The database refused.
    pub fn finished_files(&self, folder: Uuid) -> Result<BTreeSet<String>> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT file FROM watched_files WHERE folder = ?1 AND state <> ?2")?;
        let files = statement
            .query_map(params![folder.to_string(), GROWING], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(files)
    }

    /// The files of a folder that may not be whole yet, at most `limit`, those that have rested longest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn growing_files(&self, folder: Uuid, limit: u32) -> Result<Vec<GrowingFile>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT file, key FROM watched_files WHERE folder = ?1 AND state = ?2 ORDER BY since, file LIMIT ?3",
        )?;
        let files = statement
            .query_map(params![folder.to_string(), GROWING, limit], |row| {
                Ok(GrowingFile { file: row.get(0)?, key: row.get(1)? })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(files)
    }

    /// A new file, or a growing one that looks different now.
    ///
    /// # Errors
    /// The database refused.
    pub fn note_growing(
        &self,
        folder: Uuid,
        file: &GrowingFile,
        looks: &str,
        since: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            // A folder that somebody stopped watching in the meantime takes no files.
            tx.execute(
                "INSERT INTO watched_files (folder, file, state, key, looks, since)
                 SELECT id, ?2, ?3, ?4, ?5, ?6 FROM watched_folders WHERE id = ?1
                 ON CONFLICT (folder, file) DO UPDATE SET key = ?4, looks = ?5, since = ?6 WHERE state = ?3",
                params![folder.to_string(), file.file, GROWING, file.key, looks, since.as_millisecond()],
            )?;
            Ok(())
        })
    }

    /// A growing file has gone, or is none to be taken any more.
    ///
    /// # Errors
    /// The database refused.
    pub fn forget_growing(&self, folder: Uuid, file: &str) -> Result<()> {
        self.write(|tx| {
            let sql = "DELETE FROM watched_files WHERE folder = ?1 AND file = ?2 AND state = ?3";
            tx.execute(sql, params![folder.to_string(), file, GROWING])?;
            Ok(())
        })
    }

    /// Makes a job of a file, in one transaction with the note that it was taken; says whether it did. A file that was
    /// taken before, from whichever folder and by whichever process, or whose folder is watched no longer, is not taken.
    ///
    /// # Errors
    /// The database refused; the file is not taken then.
    pub fn take(
        &self,
        folder: Uuid,
        file: &str,
        id: JobId,
        request: &SubmitJob,
        now: Timestamp,
    ) -> Result<bool> {
        self.write(|tx| {
            let key = folder.to_string();
            let sql = "SELECT EXISTS (SELECT 1 FROM watched_folders WHERE id = ?1)";
            let is_watched: bool = tx.query_row(sql, [&key], |row| row.get(0))?;
            match known(tx, folder, file)? {
                None | Some(WatchedFile::Growing { .. }) if is_watched => {}
                None | Some(WatchedFile::Before | WatchedFile::Growing { .. } | WatchedFile::Taken) => {
                    return Ok(false);
                }
            }
            insert_job(tx, id, request, now)?;
            tx.execute(
                "INSERT OR REPLACE INTO watched_files (folder, file, state, job) VALUES (?1, ?2, ?3, ?4)",
                params![key, file, TAKEN, id.to_string()],
            )?;
            Ok(true)
        })
    }
}

fn set_companions(connection: &Connection, folder: Uuid, companions: bool) -> Result<bool> {
    let sql = "UPDATE watched_folders SET companions = ?2 WHERE id = ?1";
    Ok(connection.execute(sql, params![folder.to_string(), companions])? > 0)
}

fn folders(connection: &Connection) -> Result<Vec<WatchedFolder>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, place, name, cursor, companions, problem FROM watched_folders ORDER BY number",
    )?;
    let folders = statement.query_map([], folder_of)?.collect::<rusqlite::Result<_>>()?;
    Ok(folders)
}

fn folder_of(row: &Row<'_>) -> rusqlite::Result<WatchedFolder> {
    let text = |column: &str| row.get::<_, String>(column);
    let problem: Option<String> = row.get("problem")?;
    Ok(WatchedFolder {
        id: text("id")?.parse().map_err(|error| unreadable("id", error))?,
        place: parse(&text("place")?).map_err(|error| unreadable("place", error))?,
        name: text("name")?,
        cursor: row.get("cursor")?,
        companions: row.get("companions")?,
        // The next look tells it anew.
        problem: problem.and_then(|text| parse(&text).ok()),
    })
}

fn known(connection: &Connection, folder: Uuid, file: &str) -> Result<Option<WatchedFile>> {
    let mut statement = connection.prepare_cached(
        "SELECT state, looks, since FROM watched_files
         WHERE file = ?2 AND (folder = ?1 OR state = ?3) ORDER BY state = ?3 DESC LIMIT 1",
    )?;
    let file = statement
        .query_row(params![folder.to_string(), file, TAKEN], |row| {
            Ok(match row.get::<_, String>("state")?.as_str() {
                GROWING => WatchedFile::Growing { looks: row.get("looks")?, since: timestamp(row, "since")? },
                TAKEN => WatchedFile::Taken,
                _ => WatchedFile::Before, // The third of three.
            })
        })
        .optional()?;
    Ok(file)
}
