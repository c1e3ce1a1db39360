//! Ears through the whole of Debrief: a killed engine goes on where it was, what is missing is waited for, and the page
//! has what the engine or the transcript said.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use debrief_app::App;
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::stage::Stage;
use debrief_core::transcript::Words;
use debrief_core::view::{Group, StatusWord};
use debrief_runtime::store::JobStore;
use debrief_sandbox::{Call, Fault, FaultKind, Sandbox, SpeechService, Spoken, World, dtmf};
use debrief_yardstick::whisper_model::TINY;
use serde_json::json;

use crate::google::page_of;
use crate::support::{Installation, PATIENCE, fixture, settled, submit, until};

/// An installation beside speech services.
struct Services {
    sandbox: Sandbox,
    installation: Installation,
    key: String,
}

impl Services {
    /// Deepgram is the engine; more of the settings' `[speech]`.
    async fn new(speech: &str) -> Services {
        let mut world = World::new();
        let key = world.add_speech_key(SpeechService::Deepgram);
        let sandbox = Sandbox::start(world).await.unwrap();
        let installation = Installation::new();
        let settings = format!(
            "[speech]\nengine = \"deepgram\"\n{speech}\n[secrets]\nkeep = \"file\"\n[endpoints]\ndeepgram = \"{}\"\n",
            sandbox.deepgram()
        );
        std::fs::write(installation.home().settings_file(), settings).unwrap();
        Services { sandbox, installation, key }
    }

    /// Two people, in DTMF.
    fn dialogue(&self) -> PathBuf {
        let words = [(500, "A001"), (1_100, "A002"), (3_000, "B003"), (5_500, "A004"), (9_000, "B005")];
        self.installation.file("dialogue.wav", &wav(&dtmf::say(&words, 12_000, 16_000)))
    }
}

fn wav(samples: &[i16]) -> Vec<u8> {
    let format = hound::SampleFormat::Int;
    let spec =
        hound::WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: format };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// Six seconds of speech, so often, with silence between: windows of an engine.
fn long_talk(installation: &Installation, times: usize) -> PathBuf {
    let speech: Vec<i16> =
        hound::WavReader::open(fixture("speech.wav")).unwrap().samples().map(Result::unwrap).collect();
    let samples: Vec<i16> = [speech, vec![0; 32_000]].concat().repeat(times);
    installation.file("long.wav", &wav(&samples))
}

fn with_model(installation: &Installation, model: &Path) {
    // As it is written here a path needs no escapes.
    let settings = format!("[speech]\nengine = \"transcribe-cpp\"\nmodel = '{}'\n", model.display());
    std::fs::write(installation.home().settings_file(), settings).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_killed_in_the_middle_of_transcription_hears_only_the_rest() {
    let installation = Installation::new();
    with_model(&installation, &TINY.write(installation.path()).unwrap());
    let recording = long_talk(&installation, 24);
    let store = JobStore::open(&installation.home().database()).unwrap();
    // It would halt long after transcription.
    let mut process = Command::new(env!("CARGO_BIN_EXE_halting-debrief"))
        .arg(installation.path())
        .arg(&recording)
        .args(["publish", "before"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let id = loop {
        assert!(began.elapsed() < PATIENCE, "nothing is heard");
        let job = store.jobs(1).unwrap().first().map(|job| job.id);
        if let Some(id) = job.filter(|id| !store.parts(*id, Stage::Transcribe).unwrap().is_empty()) {
            break id;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    process.kill().unwrap();
    process.wait().unwrap();

    // What was kept is marked: where the engine heard it again, the mark is gone.
    let kept = store.parts(id, Stage::Transcribe).unwrap();
    assert!(!kept.is_empty() && store.checkpoint::<Words>(id, Stage::Transcribe).unwrap().is_none());
    for (number, mut part) in kept.clone() {
        part["heard"]["words"][0]["text"] = json!(format!("kept{number}kept"));
        store.save_part(id, Stage::Transcribe, number, &part, 0.1).unwrap();
    }
    let app = installation.open().await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let words = store.checkpoint::<Words>(id, Stage::Transcribe).unwrap().unwrap().output.words;
    let marked = words.iter().filter(|word| word.text.starts_with("kept")).count();
    assert_eq!(marked, kept.len(), "of {} words", words.len());
    assert!(words.len() > 40 * (kept.len() + 1), "the rest was heard, too: {} words", words.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_model_is_missing_goes_on_by_itself_when_the_file_is_there() {
    let installation = Installation::new();
    let model = installation.path().join("models").join("ggml-tiny.bin");
    with_model(&installation, &model);
    let app = installation.open().await;
    let id = submit(&app, &fixture("speech.wav"));
    let waiting = settled(&app, id).await;
    let error = waiting.error.clone().unwrap();
    assert_eq!((waiting.group, error.code.as_str()), (Group::NeedsYou, "model_missing"), "{waiting:#?}");

    let written = TINY.write(installation.path()).unwrap();
    std::fs::create_dir_all(model.parent().unwrap()).unwrap();
    std::fs::rename(written, &model).unwrap();
    let view = until(&app, id, |view| view.status == StatusWord::Completed).await;
    assert!(page_of(&view).contains("ggml-tiny.bin"), "the page says who heard it");
}

/// What a job waits for; it must wait.
async fn waits_for(app: &App, id: JobId) -> String {
    let view = settled(app, id).await;
    assert_eq!(view.group, Group::NeedsYou, "{view:#?}");
    view.error.unwrap().code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_waits_for_its_key_and_its_speakers_are_on_the_page() {
    let services = Services::new("").await;
    let app = services.installation.open().await;
    let id = submit(&app, &services.dialogue());
    assert_eq!(waits_for(&app, id).await, "speech_key_missing");
    let refused = app.set_speech_key("deepgram", "dg_nobody").await.unwrap_err();
    assert_eq!(refused.code.word(), "speech_key_refused");
    assert_eq!(waits_for(&app, id).await, "speech_key_missing", "a wrong key changes nothing");

    app.set_speech_key("deepgram", &services.key).await.unwrap();
    let view = until(&app, id, |view| view.status == StatusWord::Completed).await;
    let page = page_of(&view);
    let places = ["Speaker 1", "A001 A002", "Speaker 2", "B003", "Speaker 1", "A004", "Speaker 2", "B005"];
    let transcript = &page[page.find("## Transcript").unwrap()..];
    let mut from = 0;
    for place in places {
        let found = transcript[from..].find(place).unwrap_or_else(|| panic!("{place} in {transcript}"));
        from += found + place.len();
    }

    // The account is closed; the next job waits until there is another key.
    services.sandbox.world().revoke_speech_key(&services.key);
    let id = submit(&app, &services.dialogue());
    assert_eq!(waits_for(&app, id).await, "speech_key_refused");
    let key = services.sandbox.world().add_speech_key(SpeechService::Deepgram);
    app.set_speech_key("deepgram", &key).await.unwrap();
    until(&app, id, |view| view.status == StatusWord::Completed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn simplified_chinese_from_a_service_is_written_as_the_person_wants_it() {
    let services = Services::new("chinese = \"traditional\"").await;
    let said = ["我们", "发现", "他的", "头发", "白了"];
    let said = said.iter().zip(0..).map(|(text, at)| Spoken {
        text: (*text).to_owned(),
        start_ms: 500 + at * 700,
        end_ms: 1_000 + at * 700,
        speaker: Some('A'),
    });
    {
        let mut world = services.sandbox.world();
        world.will_say(SpeechService::Deepgram, said.collect());
        world.speak("zh");
    }
    let app = services.installation.open().await;
    app.set_speech_key("deepgram", &services.key).await.unwrap();
    let id = submit(&app, &fixture("speech.wav"));
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let page = page_of(&view);
    assert!(page.contains("我們發現他的頭髮白了"), "{page}");
    assert!(!page.contains("发现"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_transcript_keeps_its_turns_to_the_word_and_obeys_the_script() {
    let installation = Installation::new();
    // The engine can't start; the words are given.
    let settings =
        "[speech]\nengine = \"transcribe-cpp\"\nmodel = \"whisper-base\"\nchinese = \"traditional\"\n";
    std::fs::write(installation.home().settings_file(), settings).unwrap();
    let app = installation.open().await;
    let attach = |name: &str, text: &str| {
        let file = installation.file(name, text.as_bytes());
        app.submit(
            RecordingLink::Local { path: fixture("speech.wav") },
            vec![RecordingLink::Local { path: file }],
        )
        .unwrap()
    };
    let english = attach(
        "english.vtt",
        "WEBVTT\n\n00:00.200 --> 00:02.000\n<v Ana>we will send you\n\n00:02.050 --> 00:02.300\n<v Ben>the\n\n\
         00:02.350 --> 00:05.000\n<v Ana>new report on monday\n",
    );
    let view = settled(&app, english).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let page = page_of(&view);
    let at = |text: &str| page.rfind(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(at("we will send you") < at("the\n") && at("the\n") < at("new report on monday"), "{page}");

    let chinese = attach(
        "chinese.vtt",
        "WEBVTT\n\n00:00.200 --> 00:03.000\n<v 安娜>我们发现他的头发白了。\n\n00:03.200 --> 00:05.000\n<v 小班>后来呢？\n",
    );
    let view = settled(&app, chinese).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let page = page_of(&view);
    assert!(page.contains("我們發現他的頭髮白了") && page.contains("後來呢"), "{page}");
    assert!(!page.contains("头发"), "{page}");
}

fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push((path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn no_speech_key_is_written_or_told_anywhere() {
    let services = Services::new("").await;
    let world = || services.sandbox.world();
    let app = services.installation.open().await;
    let mut news = app.news();
    app.set_speech_key("deepgram", &services.key).await.unwrap();
    let mut told = app.test_speech_service("deepgram").await.unwrap();
    for what in [FaultKind::Status(400, "odd".into()), FaultKind::Status(401, "unauthorized".into())] {
        world().plan(Fault { on: Call::SpeechDeepgram, times: 1, what });
        let id = submit(&app, &services.dialogue());
        told += &serde_json::to_string(&settled(&app, id).await).unwrap();
    }
    assert!(told.contains("speech_refused") && told.contains("speech_key_refused"), "{told}");
    world().revoke_speech_key(&services.key);
    let refused = app.test_speech_service("deepgram").await.unwrap_err();
    told += &format!("{refused:?} {refused}");
    // It is told which key it was by the service itself, in its own words.
    let wrong = "dg_0123456789abcdef0123456789abcdef";
    told += &format!("{:?}", app.set_speech_key("deepgram", wrong).await.unwrap_err());
    let key = world().add_speech_key(SpeechService::Deepgram);
    app.set_speech_key("deepgram", &key).await.unwrap();
    let id = submit(&app, &services.dialogue());
    let view = until(&app, id, |view| view.status == StatusWord::Completed).await;
    told += &page_of(&view);
    told += &serde_json::to_string(&(app.speech().await.unwrap(), app.list().unwrap())).unwrap();
    while let Ok(heard) = news.try_recv() {
        told += &serde_json::to_string(&heard).unwrap();
    }

    let mut secrets = world().secrets();
    assert!(secrets.contains(&services.key) && secrets.contains(&key));
    secrets.push(wrong.to_owned());
    let kept = services.installation.home().secrets_file();
    let files = files_below(services.installation.path());
    assert!(files.iter().any(|(path, _)| path.extension().is_some_and(|ending| ending == "db")));
    for (path, bytes) in files.iter().filter(|(path, _)| *path != kept) {
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a key is in {}", path.display());
        }
    }
    for secret in &secrets {
        assert!(!told.contains(secret), "a key is in what the window was told");
    }
    for seen in world().requests() {
        assert!(secrets.iter().all(|secret| !seen.path.contains(secret)), "a key is in an address");
    }
    let kept = std::fs::read_to_string(kept).unwrap();
    assert!(kept.contains(&key) && !kept.contains(&services.key), "what is looked for was kept at all");
}
