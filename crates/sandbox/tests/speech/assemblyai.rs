use debrief_sandbox::{Call, KeyRate, SpeechService, dtmf};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Scene, done, refused, sent, talk};

impl Scene {
    fn assembly(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}/v2/{path}", self.sandbox.assemblyai());
        self.http.request(method, address).header("Authorization", &self.key)
    }

    async fn uploaded(&self, file: Vec<u8>) -> String {
        let body = done(self.assembly(Method::POST, "upload").body(file)).await;
        body["upload_url"].as_str().unwrap().to_owned()
    }

    fn create(&self, body: &Value) -> RequestBuilder {
        self.assembly(Method::POST, "transcript").json(body)
    }

    async fn poll(&self, id: &str) -> Value {
        done(self.assembly(Method::GET, &format!("transcript/{id}"))).await
    }

    /// The transcript at its end, with what was said on the way.
    async fn ended(&self, body: &Value) -> (Vec<Value>, Value) {
        let made = done(self.create(body)).await;
        let mut said = vec![made["status"].clone()];
        loop {
            let now = self.poll(made["id"].as_str().unwrap()).await;
            said.push(now["status"].clone());
            assert!(said.len() < 10);
            if now["status"] == "completed" || now["status"] == "error" {
                return (said, now);
            }
            assert_eq!(now["words"], Value::Null);
        }
    }
}

async fn assembly() -> Scene {
    Scene::new(SpeechService::AssemblyAi).await
}

async fn error(request: RequestBuilder, status: u16) -> String {
    refused(request, status).await["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_becomes_words_and_utterances_after_some_polls() {
    let scene = assembly().await;
    let url = scene.uploaded(talk()).await;
    let ask = json!({
        "audio_url": url,
        "speaker_labels": true,
        "speakers_expected": 2,
        "language_detection": true,
        "keyterms_prompt": ["Debrief", "Ana Maria"],
    });
    let (said, body) = scene.ended(&ask).await;
    assert_eq!(said, ["queued", "queued", "processing", "completed"]);
    assert_eq!((&body["text"], &body["audio_duration"]), (&json!("A001 A002 B003 A004"), &json!(7)));
    assert_eq!(body["language_code"], "en");
    let utterances = body["utterances"].as_array().unwrap().iter();
    let utterances: Vec<_> = utterances.map(|turn| (turn["speaker"].clone(), turn["text"].clone())).collect();
    assert_eq!(
        utterances,
        [(json!("A"), json!("A001 A002")), (json!("B"), json!("B003")), (json!("A"), json!("A004"))]
    );
    let end = body["words"][3]["end"].as_u64().unwrap();
    assert!(end.abs_diff(5_500 + dtmf::WORD_MS) < 20, "{end}");
    assert_eq!(body["words"][2]["speaker"], "B");
    let world = scene.sandbox.world();
    let seen =
        world.requests().iter().find(|seen| seen.call == Some(Call::SpeechAssemblyTranscript)).unwrap();
    assert_eq!(seen.field("keyterms_prompt"), Some(r#"["Debrief","Ana Maria"]"#));
    assert_eq!(seen.sound.as_ref().unwrap().words, 4);
}

#[tokio::test]
async fn speakers_come_only_when_they_are_asked_for_and_polls_are_set() {
    let scene = assembly().await;
    scene.sandbox.world().take_polls(0);
    let url = scene.uploaded(talk()).await;
    let (said, body) = scene.ended(&json!({ "audio_url": url, "language_code": "de" })).await;
    assert_eq!(said, ["queued", "completed"]);
    assert_eq!((&body["utterances"], &body["words"][0]["speaker"]), (&Value::Null, &Value::Null));
    assert_eq!(body["language_code"], "de");
}

#[tokio::test]
async fn what_cannot_be_decoded_or_fetched_ends_as_an_error() {
    let scene = assembly().await;
    let url = scene.uploaded(b"no sound".to_vec()).await;
    let (_, body) = scene.ended(&json!({ "audio_url": url })).await;
    assert_eq!(body["status"], "error");
    assert!(body["error"].as_str().unwrap().starts_with("Transcoding failed"), "{body}");
    let (_, body) = scene.ended(&json!({ "audio_url": "http://127.0.0.1/a.wav" })).await;
    assert!(body["error"].as_str().unwrap().starts_with("Download error"), "{body}");
}

#[tokio::test]
async fn fields_are_checked() {
    let scene = assembly().await;
    let url = scene.uploaded(talk()).await;
    for wrong in [
        json!({ "speaker_labels": true }),
        json!({ "audio_url": url, "diarize": true }),
        json!({ "audio_url": url, "speaker_labels": "yes" }),
        json!({ "audio_url": url, "speaker_labels": true, "speakers_expected": 0 }),
        json!({ "audio_url": url, "speakers_expected": 2 }),
        json!({ "audio_url": url, "language_code": "xx" }),
        json!({ "audio_url": url, "language_code": "en", "language_detection": true }),
        json!({ "audio_url": url, "keyterms_prompt": ["one two three four five six seven"] }),
        json!({ "audio_url": url, "keyterms_prompt": vec!["x"; 1001] }),
        json!({ "audio_url": url, "keyterms_prompt": ["x"], "word_boost": ["x"] }),
        json!({ "audio_url": url, "speaker_labels": true, "speaker_options": { "min_speakers_expected": 3, "max_speakers_expected": 2 } }),
        json!(["x"]),
    ] {
        error(scene.create(&wrong), 400).await;
    }
    let fine = json!({ "audio_url": url, "speaker_labels": true, "speaker_options": { "min_speakers_expected": 1, "max_speakers_expected": 2 }, "speech_models": ["universal"] });
    done(scene.create(&fine)).await;
}

#[tokio::test]
async fn a_transcript_can_be_deleted_once_it_is_done() {
    let scene = assembly().await;
    let url = scene.uploaded(talk()).await;
    let made = done(scene.create(&json!({ "audio_url": url }))).await;
    let path = format!("transcript/{}", made["id"].as_str().unwrap());
    error(scene.assembly(Method::DELETE, &path), 400).await;
    for _ in 0..3 {
        scene.poll(made["id"].as_str().unwrap()).await;
    }
    assert_eq!(scene.sandbox.world().kept_transcripts(), 1);
    assert_eq!(done(scene.assembly(Method::GET, "transcript")).await["transcripts"][0]["id"], made["id"]);
    assert_eq!(done(scene.assembly(Method::DELETE, &path)).await["text"], "Deleted by user.");
    assert_eq!(scene.sandbox.world().kept_transcripts(), 0);
    let list = done(scene.assembly(Method::GET, "transcript")).await;
    assert_eq!(list["transcripts"][0]["audio_url"], "http://deleted_by_user");
    assert_eq!(scene.poll(made["id"].as_str().unwrap()).await["words"], Value::Null);
    error(scene.assembly(Method::DELETE, "transcript/unknown"), 404).await;
}

#[tokio::test]
async fn transcripts_are_listed_from_the_newest_on_a_page_at_a_time() {
    let scene = assembly().await;
    let url = scene.uploaded(talk()).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(0, done(scene.create(&json!({ "audio_url": url }))).await["id"].clone());
    }
    let list = |query: &str| scene.assembly(Method::GET, &format!("transcript{query}"));
    let ids_of = |page: &Value| {
        let listed = page["transcripts"].as_array().unwrap().iter();
        listed.map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    let page = done(list("?limit=2")).await;
    assert_eq!(ids_of(&page), ids[..2]);
    let one = &page["transcripts"][0];
    assert_eq!((&one["audio_url"], &one["status"]), (&json!(url), &json!("queued")));
    assert!(one["resource_url"].as_str().unwrap().ends_with(ids[0].as_str().unwrap()), "{one}");
    assert!(one["completed"].is_null() && one["error"].is_null() && one["created"].is_string(), "{one}");
    let details = &page["page_details"];
    assert_eq!((&details["limit"], &details["result_count"]), (&json!(2), &json!(2)));
    assert!(details["next_url"].is_null(), "{details}");
    let (_, older) = details["prev_url"].as_str().unwrap().split_once("transcript").unwrap();
    let page = done(list(older)).await;
    assert_eq!((ids_of(&page).as_slice(), &page["page_details"]["prev_url"]), (&ids[2..], &Value::Null));
    let (_, newer) = page["page_details"]["next_url"].as_str().unwrap().split_once("transcript").unwrap();
    assert_eq!(ids_of(&done(list(newer)).await), ids[..2]);

    for _ in 0..3 {
        scene.poll(ids[1].as_str().unwrap()).await;
    }
    assert_eq!(ids_of(&done(list("?status=completed")).await), ids[1..2]);
    assert_eq!(scene.sandbox.world().ordered_transcripts(), 3);
    for wrong in ["?limit=0", "?limit=201", "?limit=x", "?status=done", "?before_id=unknown", "?page=2"] {
        error(list(wrong), 400).await;
    }
}

#[tokio::test]
async fn uploads_have_a_limit_and_an_owner() {
    let mut scene = assembly().await;
    let file = talk();
    error(scene.assembly(Method::POST, "upload"), 400).await;
    scene.sandbox.world().limit_upload(SpeechService::AssemblyAi, file.len() as u64 - 1);
    error(scene.assembly(Method::POST, "upload").body(file.clone()), 413).await;
    scene.sandbox.world().limit_upload(SpeechService::AssemblyAi, file.len() as u64);
    let url = scene.uploaded(file).await;
    let made = done(scene.create(&json!({ "audio_url": url }))).await;
    scene.key = scene.sandbox.world().add_speech_key(SpeechService::AssemblyAi);
    error(scene.create(&json!({ "audio_url": url })), 403).await;
    error(scene.assembly(Method::GET, &format!("transcript/{}", made["id"].as_str().unwrap())), 404).await;
}

#[tokio::test]
async fn keys_credit_and_rate_have_their_own_refusals() {
    let scene = assembly().await;
    let upload = || scene.assembly(Method::POST, "upload").body(talk());
    let bearer = scene.http.post(format!("{}/v2/upload", scene.sandbox.assemblyai())).bearer_auth(&scene.key);
    assert!(error(bearer, 401).await.contains("Authentication error"));
    let rate = KeyRate { per_s: 0.001, burst: 0 };
    scene.sandbox.world().limit_speech_rate(SpeechService::AssemblyAi, Some(rate));
    let answer = sent(upload()).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["Retry-After"]), (429, &"1".parse().unwrap()));
    scene.sandbox.world().use_up_credit(&scene.key);
    assert!(error(upload(), 400).await.contains("balance is negative"));
    scene.sandbox.world().revoke_speech_key(&scene.key);
    error(upload(), 401).await;
}
