//! Names that a person gives to speakers, and the voices that are remembered with them.

use std::collections::BTreeMap;

use debrief_core::job::JobId;
use debrief_core::stage::{Checkpoint, Stage};
use debrief_core::transcript::{NamedSpeaker, Speakers, Turns, Voiceprint};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::edits::{corrections, keep, made};
use super::rows::{json, note, parse, read_job, timestamp, touch, unreadable};
use super::{JobStore, Result, StoreError};

/// Prints that are kept of one name for each method: the newest.
const PRINTS_PER_NAME: u32 = 10;

/// A remembered voice as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredVoice {
    /// Its number, never given twice.
    pub id: i64,
    /// Whose it is.
    pub name: String,
    /// How they sound.
    pub print: Voiceprint,
    /// The job in which they were heard; it may have been removed since.
    pub job: JobId,
    /// When it was remembered.
    pub created_at: Timestamp,
}

impl JobStore {
    /// Gives speaker number `index` of a job a name, and remembers `voice` with it, in one transaction. The names in the
    /// job's result change, too, and so does its revision.
    ///
    /// # Errors
    /// [`StoreError::UnknownJob`]; [`StoreError::NotEnded`] for a job whose names aren't there yet.
    pub fn name_speaker(
        &self,
        id: JobId,
        index: u16,
        named: &NamedSpeaker,
        voice: Option<&Voiceprint>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            read_job(tx, id)?;
            amend_speakers(tx, id, |speakers| {
                speakers.names.insert(index, named.name.clone());
                speakers.by_person.insert(index, named.clone());
            })?;
            keep(tx, id, &corrections(tx, id)?.edits, now)?;
            self.follow_stored(tx, id)?;
            if let Some(voice) = voice {
                remember(tx, &named.name, voice, id, now)?;
            }
            touch(tx, id, now)?;
            note(tx, id, now, "a speaker was named")
        })
    }

    /// Every remembered voice, by name and then the oldest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn voices(&self) -> Result<Vec<StoredVoice>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("SELECT * FROM voices ORDER BY name, id")?;
        let voices = statement.query_map([], voice_of)?.collect::<rusqlite::Result<_>>()?;
        Ok(voices)
    }

    /// Forgets one voice, and how the job keeps it in which it was heard. With the last voice of a person, all jobs forget
    /// how that person sounds; the names stay. Says whether there was one of that number.
    ///
    /// # Errors
    /// The database refused.
    pub fn forget_voice(&self, id: i64) -> Result<bool> {
        let forgotten = self.write(|tx| {
            let sql = "DELETE FROM voices WHERE id = ?1 RETURNING *";
            let Some(voice) = tx.prepare_cached(sql)?.query_row([id], voice_of).optional()? else {
                return Ok(false);
            };
            let others = tx.prepare_cached("SELECT 1 FROM voices WHERE name = ?1")?.exists([&voice.name])?;
            let sql = "SELECT job FROM checkpoints WHERE stage = ?1 AND (job = ?2 OR NOT ?3)";
            let at = params![Stage::Diarize.word(), voice.job.to_string(), others];
            let jobs = tx
                .prepare_cached(sql)?
                .query_map(at, |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            jobs.iter().try_for_each(|job| unhear(tx, job, &voice))?;
            Ok(true)
        })?;
        self.overwrite_forgotten()?;
        Ok(forgotten)
    }

    /// Forgets all voices, those that jobs keep to be remembered later, too; says how many were remembered.
    ///
    /// # Errors
    /// The database refused.
    pub fn forget_all_voices(&self) -> Result<usize> {
        let forgotten = self.write(|tx| {
            let sql = "UPDATE checkpoints SET output = json_set(output, '$.voices', json('{}'))
                       WHERE stage = ?1 AND json_type(output, '$.voices') = 'object'";
            tx.execute(sql, [Stage::Diarize.word()])?;
            // Of unfinished work the parts hold voices.
            tx.execute("DELETE FROM parts WHERE stage = ?1", [Stage::Diarize.word()])?;
            Ok(tx.execute("DELETE FROM voices", [])?)
        })?;
        self.overwrite_forgotten()?;
        Ok(forgotten)
    }

    /// What was deleted is also gone from the database's log.
    fn overwrite_forgotten(&self) -> Result<()> {
        // Another process that reads just now keeps the log a little longer; then the next checkpoint does it.
        Ok(self.lock().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

fn amend_speakers(tx: &Transaction<'_>, id: JobId, amend: impl FnOnce(&mut Speakers)) -> Result<()> {
    let at = params![id.to_string(), Stage::Identify.word(), Speakers::VERSION];
    let stored: Option<String> = tx
        .prepare_cached(
            "SELECT output FROM checkpoints WHERE job = ?1 AND stage = ?2 AND version = ?3 AND stale = 0",
        )?
        .query_row(at, |row| row.get(0))
        .optional()?;
    let mut speakers: Speakers = stored.and_then(|output| parse(&output).ok()).ok_or(StoreError::NotEnded)?;
    amend(&mut speakers);
    tx.execute(
        "UPDATE checkpoints SET output = ?3 WHERE job = ?1 AND stage = ?2",
        params![id.to_string(), Stage::Identify.word(), json(&speakers)],
    )?;
    Ok(())
}

/// Takes a voice out of what a job keeps: that of whoever bears its name there, also as one whom the person merged with
/// somebody else, and the same one under any name.
fn unhear(tx: &Transaction<'_>, job: &str, voice: &StoredVoice) -> Result<()> {
    let output = |stage: Stage| -> Result<Option<String>> {
        let mut stored = tx.prepare_cached("SELECT output FROM checkpoints WHERE job = ?1 AND stage = ?2")?;
        Ok(stored.query_row(params![job, stage.word()], |row| row.get(0)).optional()?)
    };
    let Some(mut turns) = output(Stage::Diarize)?.and_then(|output| parse::<Turns>(&output).ok()) else {
        return Ok(()); // Of another version, which kept no voices.
    };
    let speakers =
        output(Stage::Identify)?.and_then(|output| parse::<Speakers>(&output).ok()).unwrap_or_default();
    let merged = names_once_merged(tx, job)?;
    let is_theirs = |index: &u16| [speakers.names.get(index), merged.get(index)].contains(&Some(&voice.name));
    let before = turns.voices.len();
    turns.voices.retain(|index, print| !is_theirs(index) && *print != voice.print);
    if turns.voices.len() < before {
        tx.execute(
            "UPDATE checkpoints SET output = ?3 WHERE job = ?1 AND stage = ?2",
            params![job, Stage::Diarize.word(), json(&turns)],
        )?;
    }
    Ok(())
}

/// The names of a job's speakers, of those who were merged those whom they turned out to be.
fn names_once_merged(tx: &Transaction<'_>, job: &str) -> Result<BTreeMap<u16, String>> {
    let id = job.parse().map_err(|error| unreadable("job", error))?;
    let Some(made) = made(tx, id)? else { return Ok(BTreeMap::new()) };
    let edits = corrections(tx, id)?.edits;
    let who = edits.merged(&made.transcript);
    let shown = edits.corrected(made.transcript, None).transcript.speakers;
    let name = |who: u16| shown.get(usize::from(who)).and_then(|speaker| speaker.name.clone());
    Ok((0..).zip(who).filter_map(|(index, who)| Some((index, name(who)?))).collect())
}

/// One voice of a name and job, instead of an earlier one of the same; of many, the newest stay.
fn remember(tx: &Transaction<'_>, name: &str, voice: &Voiceprint, job: JobId, now: Timestamp) -> Result<()> {
    let key = job.to_string();
    tx.execute(
        "DELETE FROM voices WHERE name = ?1 AND method = ?2 AND job = ?3",
        params![name, voice.method, key],
    )?;
    tx.execute(
        "INSERT INTO voices (name, method, print, heard_ms, job, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![name, voice.method, json(&voice.values), voice.heard_ms, key, now.as_millisecond()],
    )?;
    tx.execute(
        "DELETE FROM voices WHERE name = ?1 AND method = ?2 AND id NOT IN
           (SELECT id FROM voices WHERE name = ?1 AND method = ?2 ORDER BY id DESC LIMIT ?3)",
        params![name, voice.method, PRINTS_PER_NAME],
    )?;
    Ok(())
}

fn voice_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredVoice> {
    let text = |column: &str| row.get::<_, String>(column);
    Ok(StoredVoice {
        id: row.get("id")?,
        name: text("name")?,
        print: Voiceprint {
            method: text("method")?,
            values: parse(&text("print")?).map_err(|error| unreadable("print", error))?,
            heard_ms: row.get("heard_ms")?,
        },
        job: text("job")?.parse().map_err(|error| unreadable("job", error))?,
        created_at: timestamp(row, "created_at")?,
    })
}
