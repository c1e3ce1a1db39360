//! Choices over a real store and a real settings file: what the next job gets, and what a job keeps.

use debrief_connect::llm::Provider;
use debrief_core::link::RecordingLink;

use super::*;
use crate::{Home, Runs, SecretsKept, Wishes};

async fn app(folder: &tempfile::TempDir, settings: &str) -> App {
    std::fs::write(folder.path().join("settings.toml"), settings).unwrap();
    App::open_and_run(Home::in_folder(folder.path()), Runs::Nothing).await.unwrap()
}

fn submitted(app: &App, wishes: &Wishes) -> Result<SubmitJob, Failure> {
    let id = app.submit_with(wishes, RecordingLink::Local { path: "/a.m4a".into() }, Vec::new())?;
    Ok(app.pool.store().job(id)?.request)
}

fn engine(name: &str) -> Wishes {
    Wishes { engine: Some(name.into()), ..Wishes::default() }
}

fn model(name: &str) -> Wishes {
    Wishes { model: Some(name.into()), ..Wishes::default() }
}

#[tokio::test]
async fn a_job_gets_what_is_wished_of_it_and_the_rest_from_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[speech]\nlanguage = \"zh\"\nchinese = \"traditional\"\nvocabulary = [\"Acme\"]\n[speakers]\nmin = 2\n";
    let app = app(&folder, settings).await;
    let plain = submitted(&app, &Wishes::default()).unwrap();
    assert_eq!(
        (plain.speech.own_engine, plain.speech.own_language, plain.speakers.min),
        (false, false, Some(2))
    );
    let wishes = Wishes {
        vocabulary: vec![" Foo  Bar ".into(), "Acme".into()],
        speakers: Some((None, Some(4))),
        ..engine("deepgram")
    };
    let SubmitJob { speech, speakers, .. } = submitted(&app, &wishes).unwrap();
    assert_eq!((speech.engine.as_deref(), speech.model.as_deref()), (Some("deepgram"), Some("nova-3")));
    assert!(speech.label.contains("api.deepgram.com"), "{}", speech.label);
    assert_eq!((speech.language.as_deref(), speech.chinese), (Some("zh"), Some(ChineseScript::Traditional)));
    assert_eq!(speech.vocabulary, ["Acme", "Foo Bar"]);
    assert_eq!((speakers.min, speakers.max), (None, Some(4)));

    // The tag itself says how Chinese is written.
    let hans = Wishes { language: Some("zh-Hans".into()), ..Wishes::default() };
    assert_eq!(submitted(&app, &hans).unwrap().speech.chinese, None);
}

#[tokio::test]
async fn what_there_is_not_is_refused_before_anything_is_submitted() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "").await;
    let few = |min, max| Wishes { speakers: Some((min, max)), ..Wishes::default() };
    let told = [
        engine("ear-trumpet"),
        model("wisper-tiny"),
        model("/no/such/ggml-tiny.bin"),
        model("speakrs-community-1"),
        Wishes { model: Some("whisper-tiny".into()), ..engine("pocketsphinx") },
        Wishes { language: Some("Chinese".into()), ..Wishes::default() },
        Wishes { vocabulary: vec!["very ".repeat(16) + "long"], ..Wishes::default() },
        few(Some(0), Some(0)),
        few(Some(4), Some(2)),
    ]
    .map(|wishes| {
        let refused = submitted(&app, &wishes).unwrap_err();
        assert_eq!(refused.code, FailureCode::BadRequest);
        format!("{} {}", refused.what, refused.fix)
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    There is no speech engine “ear-trumpet”. There are: transcribe-cpp, pocketsphinx, openai, groq, deepgram, assemblyai, gemini.
    There is no model "wisper-tiny". `debrief models list` shows the ids of all models.
    There is no model file at /no/such/ggml-tiny.bin. Check the path, or give a model's id.
    Community-1 (speakrs) tells speakers apart; it can't transcribe. Choose another model; `debrief models list` shows them.
    pocketsphinx has only one model. Leave the model out, or choose the engine transcribe-cpp.
    “Chinese” is no language tag. Give one like en, zh-Hant or zh-Hans; or none, and the engine finds out.
    “very very very very very very very very very very very very very very very very long” is too long. A term has up to 80 characters.
    That is no number of speakers. Give 1 to 50, and the smaller number first.
    That is no number of speakers. Give 1 to 50, and the smaller number first.
    "#);
    assert_eq!(app.list().unwrap(), []);
}

#[tokio::test]
async fn a_model_alone_says_which_engine_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "[speech]\nengine = \"groq\"\n").await;
    let of = |wishes: &Wishes| {
        let speech = submitted(&app, wishes).unwrap().speech;
        (speech.engine.unwrap(), speech.model.unwrap())
    };
    let own = ("transcribe-cpp".to_owned(), "whisper-tiny".to_owned());
    assert_eq!(of(&model("whisper-tiny")), own);
    assert_eq!(of(&model("whisper-large-v3")), ("groq".into(), "whisper-large-v3".into()));
}

#[tokio::test]
async fn a_job_that_waits_for_its_own_engine_never_gets_another() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "").await;
    let own = Wishes {
        model: Some("whisper-tiny".into()),
        language: Some("de".into()),
        ignore_transcripts: true,
        ..Wishes::default()
    };
    let (own, other) =
        (submitted(&app, &own).unwrap().speech, submitted(&app, &Wishes::default()).unwrap().speech);
    app.choose_engine(Some("deepgram"), None).await.unwrap();
    app.set_speech_language(Some("fr"), None).await.unwrap();
    let ears = app.steps.now();
    let anew = ears.ears().anew(&own);
    assert_eq!((anew.engine, anew.model, anew.language), (own.engine, own.model, Some("de".into())));
    assert!(anew.ignore_transcripts);
    let anew = ears.ears().anew(&other);
    assert_eq!((anew.engine.as_deref(), anew.language.as_deref()), (Some("deepgram"), Some("fr")));
}

#[tokio::test]
async fn a_job_with_its_own_engine_gets_another_when_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "[speech]\nengine = \"deepgram\"\n").await;
    let own = Wishes { model: Some("whisper-tiny".into()), language: Some("de".into()), ..Wishes::default() };
    let id = app.submit_with(&own, RecordingLink::Local { path: "/a.m4a".into() }, Vec::new()).unwrap();
    let again = |engine, model| {
        app.cancel(id).unwrap();
        app.retry_with_engine(id, engine, model)?;
        let job = app.pool.store().job(id)?.request;
        let (engine, model) = (job.speech.engine.unwrap(), job.speech.model);
        assert_eq!(job.speech.language.as_deref(), Some("de"));
        assert_eq!(job.rate.is_some_and(debrief_core::spending::Rate::is_free), engine == "pocketsphinx");
        Ok::<_, Failure>((engine, model, job.speech.own_engine))
    };
    assert_eq!(again(Some("pocketsphinx"), None).unwrap(), ("pocketsphinx".into(), None, true));
    assert_eq!(again(None, None).unwrap(), ("deepgram".into(), Some("nova-3".into()), false));
    assert_eq!(again(Some("ear-trumpet"), None).unwrap_err().code, FailureCode::BadRequest);
}

#[tokio::test]
async fn speakers_that_are_told_apart_again_are_told_apart_as_the_settings_say_now() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "").await;
    let id = app.submit(RecordingLink::Local { path: "/a.m4a".into() }, Vec::new()).unwrap();
    let speakers = || app.pool.store().job(id).unwrap().request.speakers;
    app.remember_voices(true).await.unwrap();
    app.set_speakers(None, Some(2), Some(2)).await.unwrap();
    let again = |from| {
        app.cancel(id).unwrap();
        app.retry(id, from).unwrap();
        let now = speakers();
        (now.voices, now.min)
    };
    assert_eq!(again(None), (false, None));
    assert_eq!(again(Some(Stage::Identify)), (false, None));
    assert_eq!(again(Some(Stage::Diarize)), (true, Some(2)));
    app.remember_voices(false).await.unwrap();
    assert_eq!(again(Some(Stage::Fetch)), (false, Some(2)));
}

#[tokio::test]
async fn keys_of_services_move_with_the_sign_ins() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "[secrets]\nkeep = \"session\"\n").await;
    let before = app.steps.now();
    let of_services = Service::ALL.map(|service| service.key_name(&service.base()));
    let of_providers = Provider::ALL.map(|provider| provider.key_name(&provider.base()));
    let names: Vec<&String> = of_services.iter().chain(&of_providers).collect();
    for name in &names {
        before.secrets().set(name, Secret::new(name.as_str())).await.unwrap();
    }
    // They move although another server stands in for some of them.
    app.use_sandbox(Some("http://127.0.0.1:4010")).await.unwrap();
    app.keep_secrets(SecretsKept::File).await.unwrap();
    app.use_sandbox(None).await.unwrap();
    let after = app.steps.now();
    for name in names {
        let moved = after.secrets().get(name).await.unwrap();
        assert_eq!(moved.unwrap().expose(), name);
        assert!(before.secrets().get(name).await.unwrap().is_none());
    }
    let has_key = app.speech().await.unwrap().services.into_iter().map(|service| service.has_key);
    assert_eq!(has_key.collect::<Vec<_>>(), [true; Service::ALL.len()]);
}

#[tokio::test]
async fn a_sandbox_stands_in_for_every_service_and_goes_again() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "").await;
    let hosts = || {
        let settings = app.settings();
        let services = Service::ALL.map(|service| settings.base_of(service).to_string());
        (services, settings.endpoints.models.to_string())
    };
    let usual = hosts();
    app.use_sandbox(Some("http://127.0.0.1:4010")).await.unwrap();
    let paths = ["openai/v1", "groq/openai/v1", "deepgram", "assemblyai", "gemini"];
    let at = |path| format!("http://127.0.0.1:4010/{path}");
    assert_eq!(hosts(), (paths.map(at), at("models")));
    app.use_sandbox(None).await.unwrap();
    assert_eq!(hosts(), usual);

    app.set_speech_service("openai", Some("http://127.0.0.1:8000/v1"), None).await.unwrap();
    app.use_sandbox(Some("http://127.0.0.1:4010")).await.unwrap();
    app.use_sandbox(None).await.unwrap();
    assert_eq!(hosts().0[0], "http://127.0.0.1:8000/v1", "a server of one's own stays");
}

#[test]
fn an_address_holds_no_password() {
    for text in ["http://ana:secret@127.0.0.1:8000/v1", "http://:secret@127.0.0.1:8000/v1"] {
        let refused = checked_base(text).map(|url| url.to_string()).unwrap_err();
        assert_eq!(refused.code, FailureCode::BadRequest);
    }
}
