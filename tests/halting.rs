//! Debrief with steps that stop dead at a chosen place, so that a test can kill it exactly there.
//!
//! `halting-debrief HOME RECORDING STAGE before|after`: submits the recording; at the stage, before or after its work but
//! always before its output is stored, prints `halted` and hangs until it is killed.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the test waits for a line")]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use debrief_app::{ComposedSteps, Home, Settings};
use debrief_core::failure::Failure;
use debrief_core::job::{Destination, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::notes::Notes;
use debrief_core::page::Page;
use debrief_core::ports::{
    Audio, AudioDecoder, Diarizer, Hints, PageSink, PublishedPage, Recording, RecordingSource, Renamed,
    SpeakerIdentifier, Steps, Summarizer, Transcriber,
};
use debrief_core::stage::{Stage, StageCx, StepResult};
use debrief_core::transcript::{Speakers, Transcript, Turns, Words};
use debrief_runtime::pool::{Compose, JobPool, PoolOptions};
use debrief_runtime::store::JobStore;

/// The real steps, one of which halts.
struct Halting {
    real: Steps,
    stage: Stage,
    after: bool,
}

impl Halting {
    async fn at<T>(&self, stage: Stage, work: impl Future<Output = StepResult<T>>) -> StepResult<T> {
        if stage != self.stage {
            return work.await;
        }
        let output = if self.after { Some(work.await?) } else { None };
        println!("halted");
        // The output is held back: the journal must never learn of it.
        let _held = output;
        std::future::pending().await
    }
}

#[async_trait]
impl RecordingSource for Halting {
    async fn fetch(
        &self,
        link: &RecordingLink,
        with: &[RecordingLink],
        cx: StageCx,
    ) -> StepResult<Recording> {
        self.at(Stage::Fetch, self.real.source.fetch(link, with, cx)).await
    }

    async fn has_account(&self) -> Result<(), Failure> {
        self.real.source.has_account().await
    }

    async fn ready(&self, link: &RecordingLink) -> Result<(), Failure> {
        self.real.source.ready(link).await
    }

    async fn rename(
        &self,
        of: &Recording,
        name: &str,
        page: &PublishedPage,
        cx: StageCx,
    ) -> StepResult<Renamed> {
        self.at(Stage::Rename, self.real.source.rename(of, name, page, cx)).await
    }
}

#[async_trait]
impl AudioDecoder for Halting {
    async fn decode(&self, recording: &Recording, cx: StageCx) -> StepResult<Audio> {
        self.at(Stage::Decode, self.real.decoder.decode(recording, cx)).await
    }
}

#[async_trait]
impl Transcriber for Halting {
    fn label(&self) -> String {
        self.real.transcriber.label()
    }

    fn is_local(&self) -> bool {
        self.real.transcriber.is_local()
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.real.transcriber.ready().await
    }

    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words> {
        self.at(Stage::Transcribe, self.real.transcriber.transcribe(audio, hints, cx)).await
    }
}

#[async_trait]
impl Diarizer for Halting {
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns> {
        self.at(Stage::Diarize, self.real.diarizer.diarize(audio, cx)).await
    }
}

#[async_trait]
impl SpeakerIdentifier for Halting {
    async fn identify(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Speakers> {
        self.at(Stage::Identify, self.real.identifier.identify(transcript, recording, cx)).await
    }
}

#[async_trait]
impl Summarizer for Halting {
    async fn summarize(&self, transcript: &Transcript, of: &Recording, cx: StageCx) -> StepResult<Notes> {
        self.at(Stage::Summarize, self.real.summarizer.summarize(transcript, of, cx)).await
    }
}

#[async_trait]
impl PageSink for Halting {
    async fn ready(&self) -> Result<(), Failure> {
        self.real.sink.ready().await
    }

    async fn publish(&self, page: &Page, cx: StageCx) -> StepResult<PublishedPage> {
        self.at(Stage::Publish, self.real.sink.publish(page, cx)).await
    }
}

struct ComposeHalting {
    real: ComposedSteps,
    stage: Stage,
    after: bool,
}

impl Compose for ComposeHalting {
    fn steps(&self, request: &SubmitJob) -> Result<Steps, Failure> {
        let (stage, after) = (self.stage, self.after);
        let halting =
            || Ok::<_, Failure>(Arc::new(Halting { real: self.real.steps(request)?, stage, after }));
        Ok(Steps {
            source: halting()?,
            decoder: halting()?,
            transcriber: halting()?,
            diarizer: halting()?,
            identifier: halting()?,
            summarizer: halting()?,
            sink: halting()?,
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, home, recording, stage, moment] = arguments.as_slice() else {
        return Err(Failure::internal("HOME RECORDING STAGE before|after"));
    };
    let home = Home::in_folder(Path::new(home));
    home.create()?;
    let stage = Stage::from_word(stage).ok_or_else(|| Failure::internal("no such stage"))?;
    let store = Arc::new(JobStore::open(&home.database())?);
    let settings = Settings::load(&home.settings_file(), std::env::vars())?;
    let real = ComposedSteps::new(&settings, &home, store.clone());
    let request = SubmitJob {
        link: RecordingLink::parse(recording).map_err(Failure::internal)?,
        attachments: Vec::new(),
        destination: Destination::Markdown { folder: real.pages_folder().to_owned() },
        speech: real.speech_choice(),
        speakers: debrief_core::job::SpeakersChoice::default(),
        notes: debrief_core::job::NotesChoice::default(),
        rate: None,
        layout: debrief_core::page::PageLayout::default(),
    };
    let options = PoolOptions {
        jobs_folder: home.jobs_folder(),
        lock_file: home.lock_file(),
        in_flight: 1,
        leftovers: true,
    };
    let lock = JobPool::try_lock(&options.lock_file)?;
    let pool =
        JobPool::new(store, Arc::new(ComposeHalting { real, stage, after: moment == "after" }), options);
    pool.start(lock)?;
    pool.submit(&request)?;
    std::future::pending().await
}
