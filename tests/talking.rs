//! Debrief with a recogniser that hears an hour of talk in any recording, so that a test can kill it while it publishes.
//!
//! `talking-debrief HOME [RECORDING]`: submits the recording, or goes on with what is there; ends once the job has come to
//! rest, and prints its status word.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the test reads the status")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use debrief_app::{ComposedSteps, Home, Settings};
use debrief_core::failure::Failure;
use debrief_core::job::{Destination, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::page::PageLayout;
use debrief_core::ports::{Audio, Hints, Steps, Transcriber};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{EngineLabel, Turn, Word, Words};
use debrief_core::view::{Group, StatusWord};
use debrief_runtime::pool::{Compose, JobPool, PoolOptions};
use debrief_runtime::store::JobStore;

/// What is said, each by another one than the one before.
const UTTERANCES: u32 = 1_180;
const UTTERANCE_MS: u32 = 3_000;

struct Talking(ComposedSteps);

struct HearsALot;

#[async_trait]
impl Transcriber for HearsALot {
    fn label(&self) -> String {
        "a lot of talk".to_owned()
    }

    fn is_local(&self) -> bool {
        false
    }

    async fn ready(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn transcribe(&self, _: &Audio, _: &Hints, _: StageCx) -> StepResult<Words> {
        let word = |number: u32| Word {
            text: format!("said{number}"),
            start_ms: number * UTTERANCE_MS,
            end_ms: number * UTTERANCE_MS + UTTERANCE_MS / 2,
            confidence: None,
        };
        let turn = |number: u32| Turn {
            start_ms: number * UTTERANCE_MS,
            end_ms: (number + 1) * UTTERANCE_MS,
            speaker: u16::from(number % 2 == 1),
        };
        let engine = EngineLabel { name: "test".into(), described: "a lot of talk".into(), rough: false };
        Ok(Words {
            words: (0..UTTERANCES).map(word).collect(),
            language: "en".to_owned(),
            engine,
            turns: Some((0..UTTERANCES).map(turn).collect()),
            names: BTreeMap::new(),
        })
    }
}

impl Compose for Talking {
    fn steps(&self, request: &SubmitJob) -> Result<Steps, Failure> {
        Ok(Steps { transcriber: Arc::new(HearsALot), ..self.0.steps(request)? })
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let home = Home::in_folder(Path::new(&arguments[0]));
    home.create()?;
    let store = Arc::new(JobStore::open(&home.database())?);
    let settings = Settings::load(&home.settings_file(), std::env::vars())?;
    let real = ComposedSteps::new(&settings, &home, store.clone());
    let speech = real.speech_choice();
    let options = PoolOptions {
        jobs_folder: home.jobs_folder(),
        lock_file: home.lock_file(),
        in_flight: 1,
        leftovers: true,
    };
    let lock = JobPool::try_lock(&options.lock_file)?;
    let pool = JobPool::new(store, Arc::new(Talking(real)), options);
    if let Some(recording) = arguments.get(1) {
        pool.submit(&SubmitJob {
            link: RecordingLink::parse(recording).map_err(Failure::internal)?,
            attachments: Vec::new(),
            // The settings of each start say where.
            destination: Destination::Notion {
                place: None,
                upload_recording: false,
                upload_attachments: false,
            },
            speech,
            speakers: debrief_core::job::SpeakersChoice::default(),
            notes: debrief_core::job::NotesChoice::default(),
            rate: None,
            layout: PageLayout::default(),
        })?;
    }
    pool.start(lock)?;
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let jobs = pool.list(u32::MAX)?;
        let rests = |group| matches!(group, Group::Done | Group::NeedsYou);
        if let Some(job) = jobs.iter().find(|job| rests(job.group)) {
            let completed = job.status == StatusWord::Completed;
            println!("{}", if completed { "completed".to_owned() } else { format!("{:?}", job.error) });
            return Ok(());
        }
    }
}
