use debrief_sandbox::{KeyRate, SpeechService, dtmf};
use serde_json::{Value, json};

use super::{Scene, done, near, refused, sound, talk};

const NOVA: (&str, &str) = ("model", "nova-3");

async fn deepgram() -> Scene {
    Scene::new(SpeechService::Deepgram).await
}

/// Asserts Deepgram's whole form of an error, and returns its code.
fn code(body: &Value) -> String {
    assert!(body["err_msg"].is_string() && body["request_id"].is_string(), "{body}");
    body["err_code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn words_come_with_speakers_and_utterances() {
    let scene = deepgram().await;
    let query = [
        NOVA,
        ("diarize_model", "latest"),
        ("utterances", "true"),
        ("smart_format", "true"),
        ("detect_language", "true"),
        ("keyterm", "Debrief"),
        ("keyterm", "Ana Maria"),
    ];
    let body = done(scene.listen(talk(), &query)).await;
    near(&body["metadata"]["duration"], 7_000);
    let channel = &body["results"]["channels"][0];
    assert_eq!(channel["detected_language"], "en");
    let words = channel["alternatives"][0]["words"].as_array().unwrap();
    let speakers: Vec<_> = words.iter().map(|word| word["speaker"].as_u64().unwrap()).collect();
    assert_eq!(speakers, [0, 0, 1, 0]);
    assert_eq!((&words[0]["word"], &words[0]["punctuated_word"]), (&json!("a001"), &json!("A001")));
    near(&words[3]["end"], 5_500 + dtmf::WORD_MS);
    let utterances = body["results"]["utterances"].as_array().unwrap();
    let texts: Vec<_> = utterances.iter().map(|utterance| &utterance["transcript"]).collect();
    assert_eq!(texts, ["A001 A002", "B003", "A004"]);
    assert_eq!((&utterances[1]["speaker"], utterances[0]["words"].as_array().unwrap().len()), (&json!(1), 2));
    let world = scene.sandbox.world();
    let seen = world.requests().last().unwrap();
    let keyterms: Vec<_> = seen.query.iter().filter(|(name, _)| name == "keyterm").collect();
    assert_eq!((keyterms.len(), seen.query("model")), (2, Some("nova-3")));
    assert_eq!(seen.sound.as_ref().unwrap().words, 4);
}

#[tokio::test]
async fn what_nobody_asked_for_does_not_come() {
    let scene = deepgram().await;
    let body = done(scene.listen(talk(), &[NOVA])).await;
    assert!(body["results"]["utterances"].is_null());
    let channel = &body["results"]["channels"][0];
    assert!(channel["detected_language"].is_null());
    let word = &channel["alternatives"][0]["words"][0];
    assert!(word["speaker"].is_null() && word["punctuated_word"].is_null(), "{word}");
    // Without speakers an utterance ends at a pause alone.
    let near = sound::wav(&dtmf::say(&[(0, "A001"), (600, "B002")], 2_000, 16_000), 16_000);
    let body = done(scene.listen(near.clone(), &[NOVA, ("utterances", "true")])).await;
    assert_eq!(body["results"]["utterances"].as_array().unwrap().len(), 1);
    let body = done(scene.listen(near, &[NOVA, ("utterances", "true"), ("utt_split", "0.1")])).await;
    assert_eq!(body["results"]["utterances"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn silence_has_no_words_and_no_confidence() {
    let scene = deepgram().await;
    let silence = sound::wav(&[0; 16_000], 16_000);
    let body = done(scene.listen(silence, &[NOVA, ("utterances", "true")])).await;
    let alternative = &body["results"]["channels"][0]["alternatives"][0];
    assert_eq!((&alternative["transcript"], &alternative["confidence"]), (&json!(""), &json!(0.0)));
    assert_eq!(body["results"]["utterances"], json!([]));
}

#[tokio::test]
async fn parameters_are_checked() {
    let scene = deepgram().await;
    for query in [
        [NOVA, ("speakers", "2")],
        [NOVA, ("utterances", "yes")],
        [NOVA, ("utterances", "")],
        [NOVA, NOVA],
        [NOVA, ("diarize_model", "newest")],
        [NOVA, ("language", "klingon")],
        [NOVA, ("utt_split", "soon")],
        [NOVA, ("keywords", "x")],
        [("model", "nova-2"), ("keyterm", "x")],
        [("model", "nova-9"), ("utterances", "true")],
    ] {
        code(&refused(scene.listen(talk(), &query), 400).await);
    }
    let both = [NOVA, ("diarize", "true"), ("diarize_model", "latest")];
    code(&refused(scene.listen(talk(), &both), 400).await);
    let both = [NOVA, ("language", "en"), ("detect_language", "true")];
    code(&refused(scene.listen(talk(), &both), 400).await);
    let many = vec![("keyterm", "x"); 101];
    code(&refused(scene.listen(talk(), &[vec![NOVA], many].concat()), 400).await);
    for language in ["en", "en-GB", "multi", "zh-Hant"] {
        done(scene.listen(talk(), &[NOVA, ("language", language)])).await;
    }
    done(scene.listen(talk(), &[("model", "nova-2"), ("diarize", "true")])).await;
}

#[tokio::test]
async fn an_upload_has_to_be_sound_of_a_bearable_size() {
    let scene = deepgram().await;
    let body = refused(scene.listen(b"no sound".to_vec(), &[NOVA]), 400).await;
    assert!(body["err_msg"].as_str().unwrap().contains("corrupt or unsupported data"));
    let address = format!("{}/v1/listen?model=nova-3", scene.sandbox.deepgram());
    let json = scene.http.post(address).header("Authorization", format!("Token {}", scene.key));
    code(&refused(json.json(&json!({ "url": "http://127.0.0.1/a.wav" })), 400).await);
    let file = talk();
    scene.sandbox.world().limit_upload(SpeechService::Deepgram, file.len() as u64 - 1);
    code(&refused(scene.listen(file, &[NOVA]), 413).await);
}

#[tokio::test]
async fn keys_credit_and_rate_have_their_own_refusals() {
    let scene = deepgram().await;
    let projects = |word: &str| {
        let ask = scene.http.get(format!("{}/v1/projects", scene.sandbox.deepgram()));
        ask.header("Authorization", format!("{word} {}", scene.key))
    };
    assert!(done(projects("Token")).await["projects"].is_array());
    assert_eq!(code(&refused(projects("Bearer"), 401).await), "INVALID_AUTH");
    let rate = KeyRate { per_s: 0.001, burst: 1 };
    scene.sandbox.world().limit_speech_rate(SpeechService::Deepgram, Some(rate));
    done(scene.listen(talk(), &[NOVA])).await;
    assert_eq!(code(&refused(scene.listen(talk(), &[NOVA]), 429).await), "TOO_MANY_REQUESTS");
    scene.sandbox.world().use_up_credit(&scene.key);
    assert_eq!(code(&refused(scene.listen(talk(), &[NOVA]), 402).await), "ASR_PAYMENT_REQUIRED");
    scene.sandbox.world().revoke_speech_key(&scene.key);
    assert_eq!(code(&refused(scene.listen(talk(), &[NOVA]), 401).await), "INVALID_AUTH");
}
