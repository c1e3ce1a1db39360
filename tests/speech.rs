//! Speech services from end to end: a recording of DTMF words through each of them, with everything that can go wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use debrief_connect::keychain::{Keep, Secrets};
use debrief_connect::transcribe::remote::{Remote, RemoteKey, RemoteSettings, Service, test};
use debrief_core::failure::{Failure, FailureCode, Retry, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::secret::Secret;
use debrief_core::stage::{Progress, StageCx, StageHost, StepError, StepResult};
use debrief_core::transcript::Words;
use debrief_sandbox::{Call, Fault, FaultKind, Sandbox, SpeechService, World, dtmf};
use serde_json::Value;
use tempfile::TempDir;

/// A job at its transcribe stage, with a journal that survives its runs.
struct Desk {
    folder: TempDir,
    journal: Arc<Journal>,
}

#[derive(Default)]
struct Journal {
    stopped: AtomicBool,
    /// Ask for a stop once so many parts are kept.
    stop_after: AtomicUsize,
    bookmark: Mutex<Option<Value>>,
    parts: Mutex<BTreeMap<u32, Value>>,
}

#[async_trait]
impl StageHost for Journal {
    fn progress(&self, _: Progress) {}

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    async fn stop_requested(&self) {
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn bookmark(&self) -> Option<Value> {
        self.bookmark.lock().unwrap().clone()
    }

    fn save_bookmark(&self, bookmark: Value, _: f64) -> Result<(), Failure> {
        *self.bookmark.lock().unwrap() = Some(bookmark);
        Ok(())
    }

    fn start_over(&self, bookmark: Value) -> Result<(), Failure> {
        self.parts.lock().unwrap().clear();
        self.save_bookmark(bookmark, 0.0)
    }

    fn parts(&self) -> Result<BTreeMap<u32, Value>, Failure> {
        Ok(self.parts.lock().unwrap().clone())
    }

    fn save_part(&self, number: u32, part: Value, _: f64) -> Result<(), Failure> {
        let mut parts = self.parts.lock().unwrap();
        parts.insert(number, part);
        if parts.len() == self.stop_after.load(Ordering::SeqCst) {
            self.stopped.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn warn(&self, warning: Warning) {
        panic!("{warning:?}");
    }
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap(), journal: Arc::default() }
    }

    async fn transcribe(&self, engine: &Remote, audio: &Audio) -> StepResult<Words> {
        let job = "00000000-0000-4000-8000-000000000000".parse::<JobId>().unwrap();
        let cx = StageCx::new(job, self.folder.path(), self.journal.clone());
        let vocabulary = vec!["Ada Lovelace".into(), "Debrief".into()];
        engine.transcribe(audio, &Hints { vocabulary }, cx).await
    }

    /// The files besides the recording.
    fn files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count() - 1
    }
}

/// A word and where it begins.
type Talk = Vec<(u64, String)>;

/// Writes a decoded recording, a minute at a time. No word may cross a minute.
fn record(folder: &Path, talk: &Talk, minutes: u64) -> Audio {
    let file = folder.join("audio.wav");
    let format = hound::SampleFormat::Int;
    let spec =
        hound::WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: format };
    let mut writer = hound::WavWriter::create(&file, spec).unwrap();
    for minute in 0..minutes {
        let from = minute * 60_000;
        let words = talk.iter().filter(|(at, _)| (from..from + 60_000).contains(at));
        let words: Vec<(u64, &str)> = words.map(|(at, word)| (at - from, word.as_str())).collect();
        let sound = dtmf::say(&words, 60_000, 16_000);
        let mut samples = writer.get_i16_writer(sound.len() as u32);
        sound.into_iter().for_each(|sample| samples.write_sample(sample));
        samples.flush().unwrap();
    }
    writer.finalize().unwrap();
    Audio { file, duration_ms: minutes as u32 * 60_000, source_format: "DTMF".into() }
}

/// Words without a speaker, about every two seconds, no two alike.
fn numbers(minutes: u64) -> Talk {
    let in_minute = |minute: u64| {
        (0..28).map(move |place| {
            let number = minute * 28 + place;
            (minute * 60_000 + 300 + place * 2_100 + number * 37 % 700, format!("{number:04}"))
        })
    };
    (0..minutes).flat_map(in_minute).collect()
}

/// Two people, in one minute.
fn dialogue() -> Talk {
    let words =
        [(500, "A001"), (1_100, "A002"), (3_000, "B003"), (5_500, "A004"), (9_000, "B005"), (9_700, "B006")];
    words.map(|(at, word)| (at, word.to_owned())).into()
}

/// A service and its job.
struct Scene {
    sandbox: Sandbox,
    service: Service,
    key: String,
    desk: Desk,
    audio: Audio,
    talk: Talk,
    model: String,
}

impl Scene {
    async fn new(service: Service, talk: Talk, minutes: u64) -> Scene {
        let mut world = World::new();
        let key = world.add_speech_key(stand_in(service));
        let desk = Desk::new();
        let audio = record(desk.folder.path(), &talk, minutes);
        let model = service.info().model.to_owned();
        Scene { sandbox: Sandbox::start(world).await.unwrap(), service, key, desk, audio, talk, model }
    }

    fn settings(&self) -> RemoteSettings {
        let base = match self.service {
            Service::OpenAi => self.sandbox.openai(),
            Service::Groq => self.sandbox.groq(),
            Service::Deepgram => self.sandbox.deepgram(),
            Service::AssemblyAi => self.sandbox.assemblyai(),
            Service::Gemini => self.sandbox.gemini(),
        };
        let kept = Secrets::new(Keep::Session, "debrief-test", "unused".into());
        let key = RemoteKey { kept, given: Some(Secret::new(self.key.clone())) };
        let model = self.model.clone();
        RemoteSettings {
            service: self.service,
            base: base.parse().unwrap(),
            model,
            language: None,
            key,
            ledger: None,
        }
    }

    async fn run(&self) -> StepResult<Words> {
        self.desk.transcribe(&Remote::new(self.settings()), &self.audio).await
    }

    /// The run's failure, waiting only that long for answers.
    async fn fails(&self, patience: Duration) -> Failure {
        let engine = Remote::new(self.settings()).with_patience(patience);
        match self.desk.transcribe(&engine, &self.audio).await {
            Err(StepError::Failed(failure)) => failure,
            other => panic!("{:?}: {other:?}", self.service),
        }
    }

    /// Every word is there once, in its place.
    fn check(&self, words: &Words, off_ms: u32) {
        let found: Vec<&str> = words.words.iter().map(|word| word.text.as_str()).collect();
        let expected: Vec<&str> = self.talk.iter().map(|(_, word)| word.as_str()).collect();
        assert_eq!(found, expected, "{:?}", self.service);
        for (word, (at, _)) in words.words.iter().zip(&self.talk) {
            let off = word.start_ms.abs_diff(*at as u32);
            assert!(off <= off_ms, "{:?}: {word:?} is {off} ms off", self.service);
        }
    }

    /// How many pieces were heard.
    fn heard(&self) -> usize {
        let is_work = |call: &Option<Call>| *call == Some(work(self.service));
        let world = self.sandbox.world();
        world.requests().iter().filter(|seen| seen.sound.is_some() && is_work(&seen.call)).count()
    }
}

fn stand_in(service: Service) -> SpeechService {
    match service {
        Service::OpenAi => SpeechService::OpenAi,
        Service::Groq => SpeechService::Groq,
        Service::Deepgram => SpeechService::Deepgram,
        Service::AssemblyAi => SpeechService::AssemblyAi,
        Service::Gemini => SpeechService::Gemini,
    }
}

/// The call that does the work.
fn work(service: Service) -> Call {
    match service {
        Service::OpenAi => Call::SpeechOpenAi,
        Service::Groq => Call::SpeechGroq,
        Service::Deepgram => Call::SpeechDeepgram,
        Service::AssemblyAi => Call::SpeechAssemblyTranscript,
        Service::Gemini => Call::SpeechGeminiGenerate,
    }
}

const MINUTES: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn every_service_hears_every_word_in_its_place_and_says_whose_it_is() {
    for service in Service::ALL {
        let scene = Scene::new(service, dialogue(), 1).await;
        assert!(test(&scene.settings()).await.unwrap().contains("takes the key"));
        let words = scene.run().await.unwrap();
        // Gemini gives the times of sentences.
        scene.check(&words, if service == Service::Gemini { 700 } else { 100 });
        assert_eq!(words.language, "en", "{service:?}");
        let speakers: Option<Vec<u16>> =
            words.turns.as_ref().map(|turns| turns.iter().map(|turn| turn.speaker).collect());
        let speakers = speakers.map(|mut speakers| {
            speakers.dedup();
            speakers
        });
        let expected = service.info().finds_speakers.then(|| vec![0, 1, 0, 1]);
        assert_eq!(speakers, expected, "{service:?}");
        assert_eq!(scene.heard(), 1);
        assert_eq!(scene.desk.files(), 0, "{service:?} left files");
        let world = scene.sandbox.world();
        assert_eq!((world.kept_transcripts(), world.kept_files()), (0, 0), "{service:?} still has something");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openais_other_models_are_asked_for_what_they_can_give() {
    let mut scene = Scene::new(Service::OpenAi, dialogue(), 1).await;
    scene.model = "gpt-4o-transcribe-diarize".into();
    let words = scene.run().await.unwrap();
    scene.check(&words, 700);
    let speakers: Vec<u16> = words.turns.unwrap().iter().map(|turn| turn.speaker).collect();
    assert!(speakers.starts_with(&[0]) && speakers.contains(&1), "{speakers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_every_service_is_told_and_the_job_goes_on_after_it() {
    let status = |status: u16, reason: &str| FaultKind::Status(status, reason.into());
    for service in Service::ALL {
        let faults = [
            (status(401, "unauthorized"), FailureCode::SpeechKeyRefused, Retry::Person),
            (status(402, "payment_required"), FailureCode::SpeechCreditUsedUp, Retry::Person),
            (
                FaultKind::TooManyRequests { retry_after_s: Some(7) },
                FailureCode::ServiceBusy,
                Retry::Later { after_ms: Some(7_000) },
            ),
            (status(500, "internal"), FailureCode::ServiceBusy, Retry::Later { after_ms: None }),
            (status(503, "unavailable"), FailureCode::ServiceBusy, Retry::Later { after_ms: None }),
            (status(400, "odd"), FailureCode::SpeechRefused, Retry::Never),
            (FaultKind::GarbageJson, FailureCode::ServiceBusy, Retry::Later { after_ms: None }),
            (FaultKind::AnswerLost, FailureCode::ServiceBusy, Retry::Later { after_ms: None }),
            (FaultKind::DropAfter { bytes: 20 }, FailureCode::ServiceBusy, Retry::Later { after_ms: None }),
        ];
        let scene = Scene::new(service, dialogue(), 1).await;
        for (kind, code, retry) in faults {
            scene.sandbox.world().plan(Fault { on: work(service), times: 1, what: kind.clone() });
            let failure = scene.fails(MINUTES).await;
            assert_eq!((failure.code, failure.retry), (code, retry), "{service:?} {kind:?} {failure:?}");
            assert!(!format!("{failure:?}").contains(&scene.key), "{failure:?}");
            assert_eq!(scene.sandbox.world().kept_files(), 0, "{kind:?}");
            // Each fault is met by a job that has begun nothing.
            scene.desk.journal.parts.lock().unwrap().clear();
        }
        scene.sandbox.world().plan(Fault { on: work(service), times: 1, what: FaultKind::Stall });
        let failure = scene.fails(Duration::from_secs(6)).await;
        assert_eq!(failure.code, FailureCode::TimedOut, "{service:?}");
        scene.check(&scene.run().await.unwrap(), 700);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_credit_and_models_are_told_apart() {
    for service in Service::ALL {
        let mut scene = Scene::new(service, dialogue(), 1).await;
        scene.sandbox.world().use_up_credit(&scene.key);
        let failure = scene.fails(MINUTES).await;
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::SpeechCreditUsedUp, Retry::Person),
            "{service:?}"
        );
        scene.sandbox.world().add_credit(&scene.key);
        // The stand-in for AssemblyAI takes any name of a model.
        if service != Service::AssemblyAi {
            scene.model = "gpt-5-ears".into();
            let failure = scene.fails(MINUTES).await;
            assert_eq!(
                (failure.code, failure.retry),
                (FailureCode::ModelUnusable, Retry::Person),
                "{failure:?}"
            );
            assert!(failure.what.contains("gpt-5-ears"), "{failure:?}");
            scene.model = service.info().model.into();
        }
        scene.sandbox.world().revoke_speech_key(&scene.key);
        let failure = scene.fails(MINUTES).await;
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::SpeechKeyRefused, Retry::Person),
            "{service:?}"
        );
        assert_eq!(
            test(&scene.settings()).await.unwrap_err().code,
            FailureCode::SpeechKeyRefused,
            "{service:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_is_lost_is_found_again_and_paid_for_once() {
    for lost in [FaultKind::AnswerLost, FaultKind::StallAfter, FaultKind::GarbageJson] {
        let scene = Scene::new(Service::AssemblyAi, dialogue(), 1).await;
        let fault = Fault { on: Call::SpeechAssemblyTranscript, times: 1, what: lost.clone() };
        scene.sandbox.world().plan(fault);
        let failure = scene.fails(Duration::from_secs(6)).await;
        assert!(matches!(failure.retry, Retry::Later { .. }), "{lost:?}: {failure:?}");
        assert_eq!(scene.sandbox.world().ordered_transcripts(), 1, "{lost:?}");
        scene.check(&scene.run().await.unwrap(), 700);
        let world = scene.sandbox.world();
        assert_eq!((world.ordered_transcripts(), world.kept_transcripts()), (1, 0), "{lost:?}");
        let uploads = world.requests().iter().filter(|seen| seen.call == Some(Call::SpeechAssemblyUpload));
        assert_eq!(uploads.count(), 1, "{lost:?}: what was uploaded is not sent again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_never_taken_is_made_again_without_a_second_upload() {
    let scene = Scene::new(Service::AssemblyAi, dialogue(), 1).await;
    let busy = FaultKind::Status(503, "unavailable".into());
    scene.sandbox.world().plan(Fault { on: Call::SpeechAssemblyTranscript, times: 1, what: busy });
    scene.fails(MINUTES).await;
    scene.check(&scene.run().await.unwrap(), 700);
    let world = scene.sandbox.world();
    assert_eq!(world.ordered_transcripts(), 1);
    let uploads = world.requests().iter().filter(|seen| seen.call == Some(Call::SpeechAssemblyUpload));
    assert_eq!(uploads.count(), 1);
}

/// Length and size of each piece that the service heard.
fn pieces(scene: &Scene) -> Vec<(u64, u64)> {
    let world = scene.sandbox.world();
    let sounds = world.requests().iter().filter_map(|seen| seen.sound.as_ref());
    sounds.map(|sound| (sound.duration_ms, sound.size_bytes)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hours_through_openais_own_limits_come_back_whole_in_nine_pieces() {
    const MINUTE_MS: u64 = 60_000;
    const OVERLAP_MS: u64 = 8_000;
    let scene = Scene::new(Service::OpenAi, numbers(180), 180).await;
    // The stand-in refuses what is larger than 25 MB, as OpenAI does.
    scene.check(&scene.run().await.unwrap(), 100);
    let pieces = pieces(&scene);
    let refused = scene.sandbox.world().requests().iter().filter(|seen| seen.status != Some(200)).count();
    assert_eq!(refused, 0);
    // Eight pieces of 22 minutes, the longest that is sent, don't reach.
    assert_eq!(pieces.len(), 9, "{pieces:?}");
    let heard_ms: u64 = pieces.iter().map(|(ms, _)| ms).sum();
    assert!(heard_ms.abs_diff(180 * MINUTE_MS + 8 * OVERLAP_MS) < 9 * 100, "{pieces:?}");
    for (ms, bytes) in &pieces {
        assert!((18 * MINUTE_MS..=22 * MINUTE_MS).contains(ms), "{pieces:?}");
        // 25 MB would hold five times as long a piece: it is the length that cuts.
        assert!((1_000_000..5_000_000).contains(bytes), "{pieces:?}");
    }
    assert_eq!(scene.desk.files(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hours_through_a_small_limit_come_back_whole_in_many_pieces() {
    const LIMIT_BYTES: u64 = 500_000;
    let scene = Scene::new(Service::OpenAi, numbers(180), 180).await;
    scene.sandbox.world().limit_upload(SpeechService::OpenAi, LIMIT_BYTES);
    scene.check(&scene.run().await.unwrap(), 100);
    let pieces = pieces(&scene);
    assert!(pieces.len() > 27, "each of the nine was cut again: {pieces:?}");
    assert!(pieces.iter().all(|(_, bytes)| *bytes <= LIMIT_BYTES), "{pieces:?}");
    let refused = scene.sandbox.world().requests().iter().filter(|seen| seen.status == Some(413)).count();
    assert!((1..=12).contains(&refused), "{refused} uploads were too large");
    assert_eq!(scene.desk.files(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_repeats_no_finished_piece() {
    let scene = Scene::new(Service::OpenAi, numbers(100), 100).await;
    scene.desk.journal.stop_after.store(2, Ordering::SeqCst);
    assert!(matches!(scene.run().await, Err(StepError::Stopped(_))));
    let kept = scene.desk.journal.parts.lock().unwrap().len();
    assert!((2..5).contains(&kept), "{kept}");
    scene.sandbox.world().forget_requests();
    scene.desk.journal.stop_after.store(0, Ordering::SeqCst);
    scene.desk.journal.stopped.store(false, Ordering::SeqCst);
    scene.check(&scene.run().await.unwrap(), 100);
    let pieces = scene.desk.journal.parts.lock().unwrap().len();
    assert_eq!(scene.heard(), pieces - kept, "{kept} of {pieces} were kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_geminis_that_is_cut_short_is_asked_for_in_shorter_pieces() {
    let scene = Scene::new(Service::Gemini, numbers(3), 3).await;
    scene.sandbox.world().cut_generated(1, 20);
    let words = scene.run().await.unwrap();
    let found: Vec<&str> = words.words.iter().map(|word| word.text.as_str()).collect();
    let expected: Vec<&str> = scene.talk.iter().map(|(_, word)| word.as_str()).collect();
    assert_eq!(found, expected);
    assert!(scene.heard() >= 3);
    assert_eq!(scene.sandbox.world().kept_files(), 0);
}
