//! Steps that do as they are told, over a real store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{Destination, JobId, NotesChoice, SpeakersChoice, SpeechChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::notes::{Notes, NotesMethod};
use debrief_core::page::Page;
use debrief_core::ports::{
    Audio, AudioDecoder, Diarizer, Hints, PageSink, PublishedPage, Recording, RecordingSource, Renamed,
    SpeakerIdentifier, Steps, Summarizer, Transcriber,
};
use debrief_core::stage::{Progress, Stage, StageCx, StepResult, Stopped};
use debrief_core::transcript::{EngineLabel, Speakers, Transcript, Turn, Turns, Word, Words};
use debrief_core::view::{Group, JobView, StatusWord};
use debrief_runtime::pool::{Compose, JobPool, PoolOptions};
use debrief_runtime::store::JobStore;
use tempfile::TempDir;

/// What a step does when its turn comes.
#[derive(Clone)]
pub(crate) enum Plan {
    /// Fails like this.
    Fail(Failure),
    /// Works until it is stopped, leaving a bookmark.
    UntilStopped,
    /// Takes this long.
    Take(Duration),
    /// Has a defect.
    Panic,
}

/// What the steps are told to do and what they did.
#[derive(Default)]
pub(crate) struct Script {
    plans: Mutex<BTreeMap<Stage, Vec<Plan>>>,
    runs: Mutex<Vec<(JobId, Stage)>>,
    bookmarks: Mutex<Vec<serde_json::Value>>,
    /// The names and terms that the last transcriber was told of.
    pub(crate) hints: Mutex<Vec<String>>,
    speaking: Mutex<(usize, usize)>,
    pub(crate) sink_is_ready: std::sync::atomic::AtomicBool,
    /// Whether the source never says if a recording could be fetched, and whether it was asked.
    pub(crate) source_is_silent: std::sync::atomic::AtomicBool,
    pub(crate) source_was_asked: std::sync::atomic::AtomicBool,
}

impl Script {
    /// The next run of `stage`, of whichever job, goes like this; runs without a plan just work.
    pub(crate) fn plan(&self, stage: Stage, plan: Plan) {
        self.plans.lock().unwrap().entry(stage).or_default().push(plan);
    }

    /// The stages of `job` that were run, in order.
    pub(crate) fn runs_of(&self, job: JobId) -> Vec<Stage> {
        self.runs.lock().unwrap().iter().filter(|(id, _)| *id == job).map(|(_, stage)| *stage).collect()
    }

    /// The bookmarks that steps found.
    pub(crate) fn bookmarks(&self) -> Vec<serde_json::Value> {
        self.bookmarks.lock().unwrap().clone()
    }

    /// The most speech steps that ran at once.
    pub(crate) fn most_speaking(&self) -> usize {
        self.speaking.lock().unwrap().1
    }

    async fn play(&self, stage: Stage, cx: &StageCx) -> StepResult<()> {
        self.runs.lock().unwrap().push((cx.job(), stage));
        if let Some(bookmark) = cx.bookmark() {
            self.bookmarks.lock().unwrap().push(bookmark);
        }
        std::fs::write(cx.folder().join(stage.word()), b"temporary").unwrap();
        let plan = self.plans.lock().unwrap().get_mut(&stage).filter(|p| !p.is_empty()).map(|p| p.remove(0));
        match plan {
            None => Ok(()),
            Some(Plan::Fail(failure)) => Err(failure.into()),
            Some(Plan::Panic) => panic!("a defect in a step"),
            Some(Plan::Take(time)) => {
                for step in 0..10 {
                    cx.progress(Progress::items(step, 10));
                    tokio::time::sleep(time / 10).await;
                    cx.check_stopped()?;
                }
                Ok(())
            }
            Some(Plan::UntilStopped) => {
                cx.save_bookmark(&"half-way", 0.5)?;
                cx.stop_requested().await;
                Err(Stopped.into())
            }
        }
    }
}

pub(crate) struct Scripted(pub(crate) Arc<Script>);

#[async_trait]
impl RecordingSource for Scripted {
    async fn fetch(&self, link: &RecordingLink, _: &[RecordingLink], cx: StageCx) -> StepResult<Recording> {
        self.0.play(Stage::Fetch, &cx).await?;
        Ok(Recording {
            file: cx.folder().join("fetch"),
            name: link.short_name(),
            size_bytes: 9,
            created: jiff::civil::date(2026, 11, 23),
            location: link.location(),
            attachments: Vec::new(),
            drive: None,
        })
    }

    async fn has_account(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn ready(&self, _: &RecordingLink) -> Result<(), Failure> {
        self.0.source_was_asked.store(true, std::sync::atomic::Ordering::SeqCst);
        if self.0.source_is_silent.load(std::sync::atomic::Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn rename(&self, _: &Recording, name: &str, _: &PublishedPage, cx: StageCx) -> StepResult<Renamed> {
        self.0.play(Stage::Rename, &cx).await?;
        Ok(Renamed { name: Some(name.to_owned()), ..Renamed::default() })
    }
}

#[async_trait]
impl AudioDecoder for Scripted {
    async fn decode(&self, recording: &Recording, cx: StageCx) -> StepResult<Audio> {
        assert!(recording.file.exists(), "the decoder needs what was fetched");
        self.0.play(Stage::Decode, &cx).await?;
        Ok(Audio { file: cx.folder().join("decode"), duration_ms: 60_000, source_format: "test".into() })
    }
}

#[async_trait]
impl Transcriber for Scripted {
    fn label(&self) -> String {
        "Scripted".into()
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words> {
        assert!(audio.file.exists(), "the transcriber needs what was decoded");
        self.0.hints.lock().unwrap().clone_from(&hints.vocabulary);
        {
            let mut speaking = self.0.speaking.lock().unwrap();
            speaking.0 += 1;
            speaking.1 = speaking.1.max(speaking.0);
        }
        let played = self.0.play(Stage::Transcribe, &cx).await;
        self.0.speaking.lock().unwrap().0 -= 1;
        played?;
        let word = |text: &str, start_ms| Word {
            text: text.into(),
            start_ms,
            end_ms: start_ms + 400,
            confidence: None,
        };
        Ok(Words {
            words: vec![word("hello", 0), word("world", 500)],
            language: "en".into(),
            engine: EngineLabel { name: "scripted".into(), described: "Scripted".into(), rough: false },
            turns: None,
            names: BTreeMap::new(),
        })
    }
}

#[async_trait]
impl Diarizer for Scripted {
    async fn diarize(&self, _: &Audio, cx: StageCx) -> StepResult<Turns> {
        self.0.play(Stage::Diarize, &cx).await?;
        let turns = vec![
            Turn { start_ms: 0, end_ms: 450, speaker: 0 },
            Turn { start_ms: 450, end_ms: 1000, speaker: 1 },
        ];
        Ok(Turns { turns, method: "scripted".into(), ..Turns::default() })
    }
}

#[async_trait]
impl SpeakerIdentifier for Scripted {
    async fn identify(&self, _: &Transcript, _: &Recording, cx: StageCx) -> StepResult<Speakers> {
        self.0.play(Stage::Identify, &cx).await?;
        Ok(Speakers { names: [(1, "Ana".to_owned())].into(), ..Speakers::default() })
    }
}

#[async_trait]
impl Summarizer for Scripted {
    async fn summarize(&self, transcript: &Transcript, _: &Recording, cx: StageCx) -> StepResult<Notes> {
        self.0.play(Stage::Summarize, &cx).await?;
        Ok(Notes {
            title: format!("{} segments", transcript.segments.len()),
            summary: Vec::new(),
            decisions: Vec::new(),
            todos: Vec::new(),
            sections: Vec::new(),
            questions: Vec::new(),
            unverified: Vec::new(),
            tags: Vec::new(),
            method: NotesMethod::Extractive,
        })
    }
}

#[async_trait]
impl PageSink for Scripted {
    async fn ready(&self) -> Result<(), Failure> {
        match self.0.sink_is_ready.load(std::sync::atomic::Ordering::SeqCst) {
            true => Ok(()),
            false => Err(Failure::person(FailureCode::PageFolderGone, "Gone.", "Bring it back.")),
        }
    }

    async fn publish(&self, page: &Page, cx: StageCx) -> StepResult<PublishedPage> {
        self.0.play(Stage::Publish, &cx).await?;
        let pages = cx.folder().parent().and_then(Path::parent).expect("jobs/<id>").join("pages");
        std::fs::create_dir_all(&pages).unwrap();
        let path = pages.join(format!("{}.md", page.job));
        std::fs::write(&path, &page.title).unwrap();
        Ok(PublishedPage { markdown_path: Some(path), ..PublishedPage::default() })
    }
}

struct AlwaysScripted(Arc<Script>);

impl Compose for AlwaysScripted {
    fn steps(&self, _: &SubmitJob) -> Result<Steps, Failure> {
        let step = || Arc::new(Scripted(self.0.clone()));
        Ok(Steps {
            source: step(),
            decoder: step(),
            transcriber: step(),
            diarizer: step(),
            identifier: step(),
            summarizer: step(),
            sink: step(),
        })
    }
}

/// A data folder, and pools over it.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) script: Arc<Script>,
}

impl World {
    pub(crate) fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("jobs")).unwrap();
        World { folder, script: Arc::default() }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("debrief.db")
    }

    pub(crate) fn store(&self) -> JobStore {
        JobStore::open(&self.database()).unwrap()
    }

    /// A pool as a process of its own would have it.
    pub(crate) fn pool(&self) -> JobPool {
        self.pool_with(true)
    }

    pub(crate) fn pool_with(&self, leftovers: bool) -> JobPool {
        let options = PoolOptions {
            jobs_folder: self.jobs_folder(),
            lock_file: self.folder.path().join("pool.lock"),
            in_flight: 3,
            leftovers,
        };
        let lock = JobPool::try_lock(&options.lock_file).unwrap();
        let pool =
            JobPool::new(Arc::new(self.store()), Arc::new(AlwaysScripted(self.script.clone())), options);
        pool.start(lock).unwrap();
        pool
    }

    pub(crate) fn jobs_folder(&self) -> PathBuf {
        self.folder.path().join("jobs")
    }

    /// The folders of temporary files that are left.
    pub(crate) fn leftovers(&self) -> usize {
        std::fs::read_dir(self.jobs_folder()).unwrap().count()
    }
}

pub(crate) fn request(name: &str) -> SubmitJob {
    SubmitJob {
        link: RecordingLink::Local { path: format!("/recordings/{name}").into() },
        attachments: Vec::new(),
        destination: Destination::Markdown { folder: "/pages".into() },
        speech: SpeechChoice::default(),
        speakers: SpeakersChoice::default(),
        notes: NotesChoice::default(),
        rate: None,
        layout: debrief_core::page::PageLayout::default(),
    }
}

/// The job's view once `reached` says so. Ten seconds are far more than any of this takes.
pub(crate) async fn until(pool: &JobPool, id: JobId, reached: impl Fn(&JobView) -> bool) -> JobView {
    let began = Instant::now();
    loop {
        let view = pool.status(id).unwrap();
        if reached(&view) {
            return view;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "still {view:?}\n{:?}", pool.store().history(id));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) async fn ended(pool: &JobPool, id: JobId) -> JobView {
    until(pool, id, |view| view.group == Group::Done).await
}

pub(crate) async fn in_stage(pool: &JobPool, id: JobId, stage: Stage) -> JobView {
    until(pool, id, |view| view.status == StatusWord::Processing && view.stage == Some(stage)).await
}
