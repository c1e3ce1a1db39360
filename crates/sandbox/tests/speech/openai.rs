use debrief_sandbox::{KeyRate, SpeechService, dtmf};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Scene, done, near, refused, sent, sound, spoken, talk};

const WHISPER: (&str, &str) = ("model", "whisper-1");
const DIARIZE: (&str, &str) = ("model", "gpt-4o-transcribe-diarize");
const VERBOSE: (&str, &str) = ("response_format", "verbose_json");
const DIARIZED: (&str, &str) = ("response_format", "diarized_json");

async fn openai() -> Scene {
    Scene::new(SpeechService::OpenAi).await
}

/// Asserts OpenAI's whole form of an error, and returns its parameter and code.
fn error(body: &Value) -> (Value, Value) {
    let error = &body["error"];
    assert!(error["message"].is_string() && error["type"].is_string(), "{body}");
    (error["param"].clone(), error["code"].clone())
}

async fn bad(scene: &Scene, fields: &[(&str, &str)], param: &str, code: &str) {
    let body = refused(scene.transcribe(talk(), fields), 400).await;
    assert_eq!(error(&body), (json!(param), json!(code)), "{body}");
}

#[tokio::test]
async fn whisper_gives_words_and_segments_with_times() {
    let scene = openai().await;
    let fields = [
        WHISPER,
        VERBOSE,
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("language", "de"),
        ("prompt", "Ana, Debrief"),
        ("temperature", "0"),
    ];
    let body = done(scene.transcribe(talk(), &fields)).await;
    assert_eq!((&body["task"], &body["language"]), (&json!("transcribe"), &json!("german")));
    assert_eq!(body["text"], "A001 A002 B003 A004");
    assert_eq!(body["words"][2]["word"], "B003");
    near(&body["words"][2]["start"], 3_000);
    // A second of quiet begins a new segment.
    let texts: Vec<_> = body["segments"].as_array().unwrap().iter().map(|part| &part["text"]).collect();
    assert_eq!(texts, [" A001 A002", " B003", " A004"]);
    near(&body["segments"][0]["end"], 1_100 + dtmf::WORD_MS);
    let world = scene.sandbox.world();
    let seen = world.requests().last().unwrap();
    assert_eq!((seen.field("model"), seen.field("prompt")), (Some("whisper-1"), Some("Ana, Debrief")));
    assert!(!seen.fields.iter().any(|(name, _)| name == "file"));
}

#[tokio::test]
async fn only_what_is_asked_for_comes_with_times() {
    let scene = openai().await;
    let words =
        done(scene.transcribe(talk(), &[WHISPER, VERBOSE, ("timestamp_granularities[]", "word")])).await;
    assert!(words["words"].is_array() && words["segments"].is_null());
    let usual = done(scene.transcribe(talk(), &[WHISPER, VERBOSE])).await;
    assert!(usual["words"].is_null() && usual["segments"].is_array());
    assert_eq!(usual["language"], "english");
    let plain = done(scene.transcribe(talk(), &[WHISPER])).await;
    assert_eq!(plain["text"], "A001 A002 B003 A004");
    assert!(plain["segments"].is_null() && plain["duration"].is_null());
    let text = sent(scene.transcribe(talk(), &[WHISPER, ("response_format", "text")])).await;
    assert_eq!(text.text().await.unwrap(), "A001 A002 B003 A004");
}

#[tokio::test]
async fn a_detected_language_is_that_of_the_world() {
    let scene = openai().await;
    scene.sandbox.world().speak("zh");
    assert_eq!(done(scene.transcribe(talk(), &[WHISPER, VERBOSE])).await["language"], "chinese");
}

#[tokio::test]
async fn speakers_are_lettered_anew_in_every_upload() {
    let scene = openai().await;
    let ask = [DIARIZE, DIARIZED, ("chunking_strategy", "auto")];
    let body = done(scene.transcribe(talk(), &ask)).await;
    let turns = body["segments"].as_array().unwrap().iter();
    let turns: Vec<_> = turns.map(|turn| (turn["speaker"].clone(), turn["text"].clone())).collect();
    assert_eq!(
        turns,
        [(json!("A"), json!(" A001 A002")), (json!("B"), json!(" B003")), (json!("A"), json!(" A004"))]
    );
    assert_eq!(body["segments"][0]["type"], "transcript.text.segment");
    let other = sound::wav(&dtmf::say(&[(100, "D001"), (700, "0002")], 2_000, 16_000), 16_000);
    let body = done(scene.transcribe(other, &ask)).await;
    assert_eq!(body["segments"].as_array().unwrap().len(), 1);
    assert_eq!(body["segments"][0]["speaker"], "A");
    let silence = sound::wav(&[0; 32_000], 16_000);
    let said = vec![spoken("Hello", 100, Some('X')), spoken("Hi", 900, Some('Y'))];
    scene.sandbox.world().will_say(SpeechService::OpenAi, said);
    assert_eq!(done(scene.transcribe(silence, &ask)).await["segments"][1]["speaker"], "B");
}

#[tokio::test]
async fn models_named_gpt_give_text_without_times() {
    let scene = openai().await;
    let model = ("model", "gpt-4o-transcribe");
    let body = done(scene.transcribe(talk(), &[model, ("response_format", "json")])).await;
    assert_eq!(body["text"], "A001 A002 B003 A004");
    bad(&scene, &[model, VERBOSE], "response_format", "unsupported_value").await;
    bad(&scene, &[model, DIARIZED], "response_format", "unsupported_value").await;
    bad(&scene, &[DIARIZE, VERBOSE], "response_format", "unsupported_value").await;
    bad(&scene, &[WHISPER, DIARIZED], "response_format", "unsupported_value").await;
}

#[tokio::test]
async fn what_the_api_does_not_know_is_refused() {
    let scene = openai().await;
    bad(&scene, &[], "model", "missing_required_parameter").await;
    bad(&scene, &[WHISPER, ("vad", "true")], "vad", "unknown_parameter").await;
    bad(&scene, &[WHISPER, WHISPER], "model", "duplicate_parameter").await;
    bad(&scene, &[WHISPER, ("language", "english")], "language", "invalid_language_format").await;
    bad(&scene, &[WHISPER, ("language", "")], "language", "invalid_value").await;
    bad(&scene, &[WHISPER, ("temperature", "2")], "temperature", "invalid_value").await;
    bad(&scene, &[WHISPER, ("response_format", "xml")], "response_format", "invalid_value").await;
    let granularity = "timestamp_granularities[]";
    bad(&scene, &[WHISPER, VERBOSE, (granularity, "letter")], granularity, "invalid_value").await;
    bad(&scene, &[WHISPER, (granularity, "word")], granularity, "invalid_value").await;
    let strategy = "chunking_strategy";
    bad(&scene, &[WHISPER, (strategy, "auto")], strategy, "unsupported_parameter").await;
    bad(&scene, &[DIARIZE, (strategy, "never")], strategy, "invalid_value").await;
    bad(&scene, &[DIARIZE, ("prompt", "x")], "prompt", "unsupported_parameter").await;
    let body = refused(scene.transcribe(talk(), &[("model", "whisper-9")]), 404).await;
    assert_eq!(error(&body).1, "model_not_found");
}

#[tokio::test]
async fn a_form_needs_one_file_with_a_known_ending() {
    let scene = openai().await;
    let send = |form: Form| {
        let address = format!("{}/audio/transcriptions", scene.sandbox.openai());
        scene.http.post(address).bearer_auth(&scene.key).multipart(form)
    };
    let body = refused(send(Form::new().text("model", "whisper-1")), 400).await;
    assert_eq!(error(&body).0, "file");
    refused(send(Form::new().text("file", "bytes").text("model", "whisper-1")), 400).await;
    let named = |name: &'static str| Form::new().part("file", Part::bytes(talk()).file_name(name));
    let body = refused(send(named("part.opus").text("model", "whisper-1")), 400).await;
    assert!(body["error"]["message"].as_str().unwrap().contains("Supported formats"), "{body}");
    done(send(named("part.OGG").text("model", "whisper-1"))).await;
    let address = format!("{}/audio/transcriptions", scene.sandbox.openai());
    refused(scene.http.post(address).bearer_auth(&scene.key).json(&json!({})), 400).await;
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused() {
    let scene = openai().await;
    let body = refused(scene.transcribe(vec![0; (25 << 20) + 1], &[WHISPER]), 413).await;
    assert!(body["error"]["message"].as_str().unwrap().contains("26214400"), "{body}");
    let file = talk();
    scene.sandbox.world().limit_upload(SpeechService::OpenAi, file.len() as u64);
    done(scene.transcribe(file.clone(), &[WHISPER])).await;
    scene.sandbox.world().limit_upload(SpeechService::OpenAi, file.len() as u64 - 1);
    refused(scene.transcribe(file, &[WHISPER]), 413).await;
}

#[tokio::test]
async fn sound_that_is_too_short_or_too_long_is_refused() {
    let scene = openai().await;
    let silence = |seconds: usize| sound::wav(&vec![0; seconds * 8_000], 8_000);
    let short = sound::wav(&[0; 799], 8_000);
    let body = refused(scene.transcribe(short, &[WHISPER]), 400).await;
    assert_eq!(error(&body).1, "audio_too_short");
    let body = refused(scene.transcribe(silence(31), &[DIARIZE]), 400).await;
    assert_eq!(error(&body).0, "chunking_strategy");
    done(scene.transcribe(silence(30), &[DIARIZE])).await;
    let auto = ("chunking_strategy", r#"{"type":"server_vad"}"#);
    done(scene.transcribe(silence(31), &[DIARIZE, auto])).await;
    let body = refused(scene.transcribe(silence(1_401), &[DIARIZE, auto]), 400).await;
    assert!(body["error"]["message"].as_str().unwrap().contains("maximum for this model"), "{body}");
    done(scene.transcribe(silence(1_401), &[WHISPER])).await;
}

#[tokio::test]
async fn a_key_is_needed_and_ends_when_it_is_revoked() {
    let mut scene = openai().await;
    let models = |key: &str| scene.http.get(format!("{}/models", scene.sandbox.openai())).bearer_auth(key);
    let list = done(models(&scene.key)).await;
    assert_eq!(list["data"][0]["id"], "whisper-1");
    let other = scene.sandbox.world().add_speech_key(SpeechService::Groq);
    assert_eq!(error(&refused(models(&other), 401).await).1, "invalid_api_key");
    assert!(scene.sandbox.world().secrets().contains(&scene.key));
    scene.sandbox.world().revoke_speech_key(&scene.key);
    assert_eq!(error(&refused(scene.transcribe(talk(), &[WHISPER]), 401).await).1, "invalid_api_key");
    scene.key.clear();
    assert_eq!(error(&refused(scene.transcribe(talk(), &[WHISPER]), 401).await).1, Value::Null);
}

#[tokio::test]
async fn a_key_without_credit_is_told_so() {
    let scene = openai().await;
    scene.sandbox.world().use_up_credit(&scene.key);
    let body = refused(scene.transcribe(talk(), &[WHISPER]), 429).await;
    assert_eq!(error(&body).1, "insufficient_quota");
    scene.sandbox.world().add_credit(&scene.key);
    done(scene.transcribe(talk(), &[WHISPER])).await;
}

#[tokio::test]
async fn requests_beyond_the_rate_are_told_when_to_come_back() {
    let scene = openai().await;
    let rate = KeyRate { per_s: 0.001, burst: 1 };
    scene.sandbox.world().limit_speech_rate(SpeechService::OpenAi, Some(rate));
    done(scene.transcribe(talk(), &[WHISPER])).await;
    let answer = sent(scene.transcribe(talk(), &[WHISPER])).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["Retry-After"]), (429, &"1".parse().unwrap()));
    scene.sandbox.world().limit_speech_rate(SpeechService::OpenAi, None);
    done(scene.transcribe(talk(), &[WHISPER])).await;
}

#[tokio::test]
async fn groq_has_its_own_models_keys_and_limits() {
    let scene = Scene::new(SpeechService::Groq).await;
    let model = ("model", "whisper-large-v3-turbo");
    let answer = sent(scene.transcribe(talk(), &[model, VERBOSE])).await;
    assert!(answer.headers().contains_key("x-ratelimit-remaining-requests"));
    let body: Value = answer.json().await.unwrap();
    assert_eq!((&body["language"], &body["text"]), (&json!("English"), &json!("A001 A002 B003 A004")));
    assert_eq!(error(&refused(scene.transcribe(talk(), &[WHISPER]), 404).await).1, "model_not_found");
    bad(&scene, &[model, DIARIZED], "response_format", "invalid_value").await;
    bad(&scene, &[model, ("chunking_strategy", "auto")], "chunking_strategy", "unsupported_parameter").await;
    let long = "x".repeat(897);
    refused(scene.transcribe(talk(), &[model, ("prompt", &long)]), 400).await;
    scene.sandbox.world().use_up_credit(&scene.key);
    let body = refused(scene.transcribe(talk(), &[model]), 400).await;
    assert_eq!(error(&body).1, "blocked_api_access");
}

#[tokio::test]
async fn an_address_that_is_not_there_is_not_found() {
    let scene = openai().await;
    let translations = scene.http.post(format!("{}/audio/translations", scene.sandbox.openai()));
    error(&refused(translations.bearer_auth(&scene.key), 404).await);
}
