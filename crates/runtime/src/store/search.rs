//! Finding words in all transcripts and notes.
//!
//! Passages are numbered so that the order of numbers is the order of answers: titles, then notes, then transcripts, each of
//! the newest job first. So a search ends as soon as there are enough, however many there would be.

use std::collections::{BTreeMap, BTreeSet};

use debrief_core::edits::Corrected;
use debrief_core::job::JobId;
use debrief_core::notes::{Notes, Point};
use debrief_core::stage::Stage;
use debrief_core::transcript::Transcript;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::rows::parse_id;
use super::terms::{Piece, Query, indexed};
use super::{JobStore, Result};

/// Of the shape of the index and the words in it. What another version indexed is indexed again.
const VERSION: u32 = 1;
/// Bits of a passage's number for its place in the job, …
const PLACE_BITS: u32 = 20;
/// … and for the job's number.
const JOB_BITS: u32 = 36;
/// A place in a transcript stands for so many milliseconds.
const PLACE_MS: u32 = 100;
/// Passages of one job and kind that an answer has; the others are found in the transcript itself.
const MOST_OF_A_JOB: usize = 3;

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PassageKind {
    /// A segment of a transcript.
    Transcript,
    /// A sentence of notes.
    Notes,
    /// A title.
    Title,
}

impl PassageKind {
    const ALL: [PassageKind; 3] = [PassageKind::Transcript, PassageKind::Notes, PassageKind::Title];

    fn word(self) -> &'static str {
        match self {
            PassageKind::Transcript => "transcript",
            PassageKind::Notes => "notes",
            PassageKind::Title => "title",
        }
    }

    fn of(number: i64) -> PassageKind {
        let rank = usize::try_from(number >> (PLACE_BITS + JOB_BITS)).unwrap_or_default();
        PassageKind::ALL.get(rank).copied().unwrap_or(PassageKind::Transcript)
    }
}

/// A passage that has all words of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whose passage.
    pub job: JobId,
    /// What it is.
    pub kind: PassageKind,
    /// Where it was said, in milliseconds.
    pub at_ms: Option<u32>,
    /// Who said it, by name or label.
    pub speaker: Option<String>,
    /// The text around the first hit.
    pub pieces: Vec<Piece>,
}

/// A passage as it is to be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Passage {
    kind: PassageKind,
    at_ms: Option<u32>,
    text: String,
}

impl JobStore {
    /// At most `limit` passages that have all the words, a few of each job: titles first, then notes, then transcripts, each of the newest
    /// jobs first. Words "in quotes" follow each other; the last word may be a beginning.
    ///
    /// # Errors
    /// The database refused.
    pub fn search(&self, query: &str, limit: usize) -> Result<Vec<Found>> {
        let Some(query) = Query::parse(query, self.folds) else { return Ok(Vec::new()) };
        let connection = self.lock();
        let mut numbers = Vec::new();
        let mut statement = connection.prepare_cached(
            "SELECT rowid FROM passages_index WHERE passages_index MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC",
        )?;
        let (expression, mut below) = (query.expression(), i64::MAX);
        while numbers.len() < limit {
            let mut rows = statement.query(params![expression, below])?;
            let Some(first) = rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()? else { break };
            let of_job = first >> PLACE_BITS;
            let mut found = vec![first];
            while found.len() < MOST_OF_A_JOB.min(limit - numbers.len()) {
                match rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()? {
                    Some(next) if next >> PLACE_BITS == of_job => found.push(next),
                    Some(_) | None => break,
                }
            }
            numbers.append(&mut found);
            // The rest of this job is jumped over.
            below = of_job << PLACE_BITS;
        }
        let mut passage =
            connection.prepare_cached("SELECT job, at_ms, speaker, text FROM passages WHERE number = ?1")?;
        let mut answer = Vec::new();
        for number in numbers {
            let row = passage.query_row([number], |row| {
                let text: String = row.get(3)?;
                Ok(Found {
                    job: parse_id(&row.get::<_, String>(0)?)?,
                    kind: PassageKind::of(number),
                    at_ms: row.get(1)?,
                    speaker: row.get(2)?,
                    pieces: query.pieces(&text),
                })
            });
            answer.extend(row.optional()?);
        }
        Ok(answer)
    }

    /// Indexes one job that is not in the index yet; says whether there may be more.
    ///
    /// # Errors
    /// The database refused.
    pub fn index_one(&self) -> Result<bool> {
        let lacking = "SELECT jobs.id FROM jobs LEFT JOIN indexed ON indexed.job = jobs.id
                       WHERE indexed.version IS NOT ?1 ORDER BY jobs.number DESC LIMIT 1";
        // Most of the time there is none, and then nobody is kept waiting.
        let any: Option<String> =
            self.lock().prepare_cached(lacking)?.query_row([VERSION], |row| row.get(0)).optional()?;
        if any.is_none() {
            return Ok(false);
        }
        self.write(|tx| {
            let id: Option<String> =
                tx.prepare_cached(lacking)?.query_row([VERSION], |row| row.get(0)).optional()?;
            let Some(id) = id else { return Ok(false) };
            let job = parse_id(&id)?;
            forget(tx, job, self.folds)?;
            self.follow_stored(tx, job)?;
            // A job without a transcript is indexed once it has one.
            is_indexed(tx, job)?;
            Ok(true)
        })
    }
}

/// Brings the index in step with what a job says now; what stayed the same is not touched.
pub(super) fn index(
    tx: &Transaction<'_>,
    id: JobId,
    corrected: &Corrected,
    folds: fn(char) -> char,
) -> Result<()> {
    let key = id.to_string();
    let (job, name): (i64, Option<String>) = tx
        .prepare_cached(
            "SELECT number, (SELECT json_extract(output, '$.name') FROM checkpoints WHERE job = ?1 AND stage = ?2)
             FROM jobs WHERE id = ?1",
        )?
        .query_row(params![key, Stage::Fetch.word()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut old: BTreeMap<Passage, Vec<(i64, Option<String>)>> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let mut statement =
        tx.prepare_cached("SELECT number, at_ms, speaker, text FROM passages WHERE job = ?1")?;
    let mut rows = statement.query([&key])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let passage = Passage { kind: PassageKind::of(number), at_ms: row.get(1)?, text: row.get(3)? };
        old.entry(passage).or_default().push((number, row.get(2)?));
        taken.insert(number);
    }

    let mut new = Vec::new();
    for (place, passage, speaker) in passages(corrected, name) {
        let kept = old.get_mut(&passage).and_then(Vec::pop);
        match kept {
            Some((_, before)) if before == speaker => {}
            Some((number, _)) => {
                tx.prepare_cached("UPDATE passages SET speaker = ?2 WHERE number = ?1")?
                    .execute(params![number, speaker])?;
            }
            None => new.push((place, passage, speaker)),
        }
    }
    for (passage, left) in old {
        for (number, _) in left {
            remove(tx, number, &passage.text, folds)?;
            taken.remove(&number);
        }
    }
    for (place, passage, speaker) in new {
        let mut number = number_of(job, passage.kind, place);
        while !taken.insert(number) {
            number -= 1;
        }
        tx.prepare_cached(
            "INSERT INTO passages (number, job, kind, at_ms, speaker, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![number, key, passage.kind.word(), passage.at_ms, speaker, passage.text])?;
        tx.prepare_cached("INSERT INTO passages_index (rowid, words) VALUES (?1, ?2)")?
            .execute(params![number, indexed(&passage.text, folds)])?;
    }
    is_indexed(tx, id)
}

fn is_indexed(tx: &Transaction<'_>, id: JobId) -> Result<()> {
    tx.prepare_cached("INSERT OR REPLACE INTO indexed (job, version) VALUES (?1, ?2)")?
        .execute(params![id.to_string(), VERSION])?;
    Ok(())
}

/// Takes a job out of the index.
pub(super) fn forget(tx: &Transaction<'_>, id: JobId, folds: fn(char) -> char) -> Result<()> {
    let passages: Vec<(i64, String)> = tx
        .prepare_cached("SELECT number, text FROM passages WHERE job = ?1")?
        .query_map([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    passages.iter().try_for_each(|(number, text)| remove(tx, *number, text, folds))
}

fn remove(tx: &Transaction<'_>, number: i64, text: &str, folds: fn(char) -> char) -> Result<()> {
    // The index holds no text, and so has to be told what it holds of this one.
    tx.prepare_cached("INSERT INTO passages_index (passages_index, rowid, words) VALUES ('delete', ?1, ?2)")?
        .execute(params![number, indexed(text, folds)])?;
    tx.prepare_cached("DELETE FROM passages WHERE number = ?1")?.execute([number])?;
    Ok(())
}

/// Later places have smaller numbers: answers come from the largest number down.
fn number_of(job: i64, kind: PassageKind, place: u32) -> i64 {
    let last = (1_i64 << PLACE_BITS) - 1;
    let of_kind = (kind as i64) << (PLACE_BITS + JOB_BITS);
    of_kind | (job << PLACE_BITS) | (last - i64::from(place).min(last / 2))
}

/// All that can be found of a job, with the place in it and the speaker. `name` is that of the recording.
fn passages(corrected: &Corrected, name: Option<String>) -> Vec<(u32, Passage, Option<String>)> {
    let (transcript, notes) = (&corrected.transcript, corrected.notes.as_ref());
    let title = notes.map(|notes| notes.title.clone()).or(name);
    let titled = title.map(|text| (0, Passage { kind: PassageKind::Title, at_ms: None, text }, None));
    let noted = notes.map(|notes| of_notes(transcript, notes)).unwrap_or_default();
    let noted = (0..).zip(noted).map(|(place, (text, at_ms, speaker))| {
        (place, Passage { kind: PassageKind::Notes, at_ms, text }, speaker)
    });
    let said = transcript.segments.iter().map(|segment| {
        let (kind, at_ms) = (PassageKind::Transcript, Some(segment.start_ms));
        let speaker = transcript.speaker_of(segment).map(str::to_owned);
        (segment.start_ms / PLACE_MS, Passage { kind, at_ms, text: segment.text.clone() }, speaker)
    });
    titled.into_iter().chain(noted).chain(said).filter(|(_, passage, _)| !passage.text.is_empty()).collect()
}

/// The sentences of notes: text, where it was said, by whom.
fn of_notes(transcript: &Transcript, notes: &Notes) -> Vec<(String, Option<u32>, Option<String>)> {
    let name = |speaker: Option<u16>| {
        let speaker = transcript.speakers.get(usize::from(speaker?))?;
        Some(speaker.display().to_owned())
    };
    let point = |point: &Point| (point.text.clone(), Some(point.at_ms), name(point.speaker));
    let todos = notes.todos.iter().map(|todo| {
        let assignee = todo.assignee.clone().or_else(|| name(todo.speaker));
        (todo.text.clone(), Some(todo.at_ms), assignee)
    });
    let mut said: Vec<_> = notes.summary.iter().map(point).chain(todos).collect();
    said.extend(notes.decisions.iter().chain(&notes.questions).map(point));
    for section in &notes.sections {
        said.push((section.heading.clone(), Some(section.at_ms), None));
        said.extend(section.body.lines().map(|line| (line.to_owned(), Some(section.at_ms), None)));
        said.extend(section.points.iter().map(point));
    }
    said
}
