//! Searching all transcripts and notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use debrief_core::failure::Failure;
use debrief_core::naming::recording_date;
use debrief_core::ports::Recording;
use debrief_core::stage::Stage;
use debrief_runtime::store::{JobStore, PassageKind, Piece};
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::App;

/// Most hits of one search.
const MOST_HITS: u32 = 200;

/// A passage that has all words that were searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SearchHit {
    /// The job's UUID.
    pub job_id: String,
    /// The job's title.
    pub title: String,
    /// The day of the recording, as YYYY-MM-DD; empty while the recording isn't there yet.
    pub date: String,
    /// What the passage is.
    pub kind: PassageKind,
    /// Where it was said, in milliseconds.
    pub at_ms: Option<u32>,
    /// Who said it, by name or label.
    pub speaker: Option<String>,
    /// The text around the first hit, with the hits marked.
    pub pieces: Vec<Piece>,
}

impl App {
    /// At most `limit` passages that have all words of `query`, a few of each job: titles first, then notes, then transcripts, each of the newest
    /// jobs first. Words "in quotes" follow each other; the last word may be a beginning. Case, accents and, in Chinese, the
    /// script make no difference.
    ///
    /// # Errors
    /// The database refused.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<SearchHit>, Failure> {
        let store = self.pool.store();
        let limit = usize::try_from(limit.min(MOST_HITS)).map_err(Failure::internal)?;
        let mut known: BTreeMap<_, (String, String)> = BTreeMap::new();
        let mut hits = Vec::new();
        for found in store.search(query, limit)? {
            let (title, date) = match known.get(&found.job) {
                Some(known) => known.clone(),
                None => {
                    let title = store.facts(found.job)?.title.unwrap_or_default();
                    let recording = store.checkpoint::<Recording>(found.job, Stage::Fetch)?;
                    let date =
                        recording.map(|r| recording_date(&r.output.name, r.output.created).to_string());
                    known.insert(found.job, (title.clone(), date.clone().unwrap_or_default()));
                    (title, date.unwrap_or_default())
                }
            };
            hits.push(SearchHit {
                job_id: found.job.to_string(),
                title,
                date,
                kind: found.kind,
                at_ms: found.at_ms,
                speaker: found.speaker,
                pieces: found.pieces,
            });
        }
        Ok(hits)
    }

    /// Indexes the jobs of earlier versions that aren't in the index yet; the window does that in the background.
    ///
    /// # Errors
    /// The database refused.
    pub fn index_all(&self) -> Result<(), Failure> {
        while self.pool.store().index_one()? {}
        Ok(())
    }
}

/// Indexes, one job after the other, what earlier versions have left. It can end at any time and goes on at the next start.
pub(crate) fn index_in_background(store: Arc<JobStore>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let store = store.clone();
            match tokio::task::spawn_blocking(move || store.index_one()).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) | Err(_) => return,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a job can't be indexed");
                    return;
                }
            }
        }
    })
}
