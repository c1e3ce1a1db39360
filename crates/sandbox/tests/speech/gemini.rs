use std::time::Duration;

use debrief_sandbox::{KeyRate, SpeechService};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Scene, done, near, refused, sent, talk};

impl Scene {
    fn gemini(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}/{path}", self.sandbox.gemini());
        self.http.request(method, address).header("x-goog-api-key", &self.key)
    }

    fn begin(&self, size: usize) -> RequestBuilder {
        self.gemini(Method::POST, "upload/v1beta/files")
            .header("X-Goog-Upload-Protocol", "resumable")
            .header("X-Goog-Upload-Command", "start")
            .header("X-Goog-Upload-Header-Content-Length", size)
            .header("X-Goog-Upload-Header-Content-Type", "audio/ogg")
            .json(&json!({ "file": { "displayName": "talk" } }))
    }

    /// Where the bytes go.
    async fn begun(&self, size: usize) -> String {
        let answer = sent(self.begin(size)).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["X-Goog-Upload-Status"]),
            (200, &"active".parse().unwrap())
        );
        answer.headers()["X-Goog-Upload-URL"].to_str().unwrap().to_owned()
    }

    fn piece(&self, url: &str, command: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
        let ask = self.http.post(url).header("X-Goog-Upload-Command", command);
        ask.header("X-Goog-Upload-Offset", offset).body(bytes.to_vec())
    }

    /// The file that is ready.
    async fn filed(&self, bytes: &[u8]) -> Value {
        let url = self.begun(bytes.len()).await;
        let file = done(self.piece(&url, "upload, finalize", 0, bytes)).await["file"].clone();
        let path = format!("v1beta/{}", file["name"].as_str().unwrap());
        for state in ["PROCESSING", "ACTIVE"] {
            assert_eq!(done(self.gemini(Method::GET, &path)).await["state"], state);
        }
        file
    }

    fn generate(&self, model: &str, body: &Value) -> RequestBuilder {
        self.gemini(Method::POST, &format!("v1beta/models/{model}:generateContent")).json(body)
    }
}

const MODEL: &str = "gemini-2.5-flash";

async fn gemini() -> Scene {
    Scene::new(SpeechService::Gemini).await
}

/// Asserts Google's whole form of an error, and returns its word and message.
async fn error(request: RequestBuilder, status: u16) -> (String, String) {
    let body = refused(request, status).await;
    assert_eq!(body["error"]["code"], status);
    let [word, message] = ["status", "message"].map(|name| body["error"][name].as_str().unwrap().to_owned());
    (word, message)
}

fn items(properties: &Value) -> Value {
    let required: Vec<_> = properties.as_object().unwrap().keys().collect();
    json!({ "type": "array", "items": { "type": "object", "properties": properties, "required": required } })
}

fn usual() -> Value {
    items(&json!({
        "start_s": { "type": "number" },
        "end_s": { "type": "number" },
        "speaker": { "type": "string" },
        "text": { "type": "string", "description": "What is said." },
    }))
}

fn ask(file: &Value, schema: &Value) -> Value {
    json!({
        "contents": [{ "role": "user", "parts": [
            { "fileData": { "mimeType": "audio/ogg", "fileUri": file["uri"] } },
            { "text": "Write down what is said." },
        ] }],
        "generationConfig": { "temperature": 0, "responseMimeType": "application/json", "responseJsonSchema": schema },
    })
}

/// The JSON in the text of an answer that ended by itself.
fn answered(body: &Value) -> Value {
    assert_eq!(body["candidates"][0]["finishReason"], "STOP");
    let text = body["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_file_becomes_utterances_in_the_form_of_the_schema() {
    let scene = gemini().await;
    let file = scene.filed(&talk()).await;
    assert_eq!((&file["displayName"], &file["mimeType"]), (&json!("talk"), &json!("audio/ogg")));
    let said = answered(&done(scene.generate(MODEL, &ask(&file, &usual()))).await);
    let turns: Vec<_> =
        said.as_array().unwrap().iter().map(|turn| (&turn["speaker"], &turn["text"])).collect();
    let expected = [("Speaker 1", "A001 A002"), ("Speaker 2", "B003"), ("Speaker 1", "A004")];
    assert_eq!(turns.len(), 3);
    assert!(
        turns.iter().zip(expected).all(|((who, what), (speaker, text))| **who == speaker && **what == text)
    );
    near(&said[1]["start_s"], 3_000);
    let world = scene.sandbox.world();
    let seen = world.requests().last().unwrap();
    assert_eq!(seen.field("model"), Some(MODEL));
    assert!(seen.field("contents").unwrap().contains("Write down"));
    assert_eq!(seen.sound.as_ref().unwrap().words, 4);
}

#[tokio::test]
async fn an_object_may_hold_the_list_and_times_have_many_names() {
    let scene = gemini().await;
    let file = scene.filed(&talk()).await;
    let list = items(&json!({
        "startMs": { "type": "integer" },
        "end": { "type": "string" },
        "speaker": { "type": ["integer", "null"] },
        "transcript": { "type": "string" },
    }));
    let schema =
        json!({ "type": "object", "properties": { "segments": list, "language": { "type": "string" } } });
    scene.sandbox.world().speak("de");
    let said = answered(&done(scene.generate(MODEL, &ask(&file, &schema))).await);
    assert_eq!(said["language"], "de");
    let last = &said["segments"][2];
    assert!(last["startMs"].as_u64().unwrap().abs_diff(5_500) < 20, "{last}");
    assert_eq!((&last["speaker"], &last["transcript"]), (&json!(1), &json!("A004")));
    assert!(last["end"].as_str().unwrap().starts_with("00:05.8"), "{last}");
}

#[tokio::test]
async fn a_schema_that_cannot_be_filled_is_refused() {
    let scene = gemini().await;
    let file = scene.filed(&talk()).await;
    let text = json!({ "text": { "type": "string" } });
    for (schema, why) in [
        (items(&json!({ "mood": { "type": "string" } })), "mood"),
        (items(&json!({ "text": { "type": "number" } })), "text"),
        (json!({ "type": "string" }), "string"),
        (json!({ "type": "array" }), "items"),
        (json!({ "type": "array", "items": { "type": "string" } }), "objects"),
        (json!({ "type": "object", "properties": text }), "one array"),
        (json!({ "type": "array", "pattern": "x", "items": {} }), "pattern"),
        (
            json!({ "type": "array", "items": { "type": "object", "properties": text, "required": ["speaker"] } }),
            "speaker",
        ),
    ] {
        let (word, message) = error(scene.generate(MODEL, &ask(&file, &schema)), 400).await;
        assert!(word == "INVALID_ARGUMENT" && message.contains(why), "{message}");
    }
}

#[tokio::test]
async fn requests_are_checked() {
    let scene = gemini().await;
    let file = scene.filed(&talk()).await;
    let changed = |path: &str, value: Value| {
        let mut body = ask(&file, &usual());
        *body.pointer_mut(path).unwrap() = value;
        scene.generate(MODEL, &body)
    };
    for (path, value) in [
        ("/contents", json!([])),
        ("/contents/0/role", json!("boss")),
        ("/contents/0/parts/1", json!({ "text": "x", "fileData": {} })),
        ("/contents/0/parts/1", json!({ "inlineData": {} })),
        ("/contents/0/parts/0/fileData/mimeType", json!("audio/mp3")),
        ("/contents/0/parts/0/fileData/fileUri", json!("http://127.0.0.1/a.ogg")),
        ("/generationConfig/responseMimeType", json!("text/plain")),
        ("/generationConfig/temperature", json!(3)),
        ("/generationConfig", json!({ "response_mime_type": "application/json" })),
        ("/generationConfig", json!({ "responseMimeType": "application/json" })),
        ("/generationConfig", Value::Null),
    ] {
        assert_eq!(error(changed(path, value), 400).await.0, "INVALID_ARGUMENT", "{path}");
    }
    let mut more = ask(&file, &usual());
    more["stream"] = json!(true);
    assert!(error(scene.generate(MODEL, &more), 400).await.1.contains("\"stream\""));
    let without_text = json!([{ "fileData": { "mimeType": "audio/ogg", "fileUri": file["uri"] } }]);
    error(changed("/contents/0/parts", without_text), 400).await;
    for model in ["gemini", "gemini-flash", "gpt-4o", "gemini-2.5-huge"] {
        assert_eq!(error(scene.generate(model, &ask(&file, &usual())), 404).await.0, "NOT_FOUND");
    }
    for model in ["gemini-flash-latest", "gemini-3-pro-preview"] {
        done(scene.generate(model, &ask(&file, &usual()))).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_cut() {
    let scene = gemini().await;
    let file = scene.filed(&talk()).await;
    scene.sandbox.world().cut_generated(1, 10);
    let body = done(scene.generate(MODEL, &ask(&file, &usual()))).await;
    let candidate = &body["candidates"][0];
    assert_eq!(candidate["finishReason"], "MAX_TOKENS");
    assert!(
        serde_json::from_str::<Value>(candidate["content"]["parts"][0]["text"].as_str().unwrap()).is_err()
    );
    answered(&done(scene.generate(MODEL, &ask(&file, &usual()))).await);
    let mut body = ask(&file, &usual());
    body["generationConfig"]["maxOutputTokens"] = json!(10);
    assert_eq!(done(scene.generate(MODEL, &body)).await["candidates"][0]["finishReason"], "MAX_TOKENS");
}

#[tokio::test]
async fn an_upload_goes_in_pieces_and_is_resumed_where_it_stopped() {
    const PIECE: usize = 8 << 20;
    let scene = gemini().await;
    let bytes = super::sound::wav(&vec![0; PIECE / 2 + 1000], 16_000);
    let url = scene.begun(bytes.len()).await;
    error(scene.piece(&url, "upload", 0, &bytes[..1000]), 400).await;
    assert_eq!(sent(scene.piece(&url, "upload", 0, &bytes[..PIECE])).await.status(), 200);
    error(scene.piece(&url, "upload, finalize", 0, &bytes), 400).await;
    error(scene.piece(&url, "finalize", 0, b""), 400).await;
    error(scene.piece(&url, "jump", 0, b""), 400).await;
    let query = sent(scene.piece(&url, "query", 0, b"")).await;
    assert_eq!(query.headers()["X-Goog-Upload-Size-Received"], PIECE.to_string().as_str());
    let too_many = [&bytes[PIECE..], b"x"].concat();
    error(scene.piece(&url, "upload, finalize", PIECE, &too_many), 400).await;
    let answer = sent(scene.piece(&url, "upload, finalize", PIECE, &bytes[PIECE..])).await;
    assert_eq!(answer.headers()["X-Goog-Upload-Status"], "final");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["file"]["sizeBytes"], bytes.len().to_string());
    error(scene.piece(&url, "query", 0, b""), 404).await;
    let url = scene.begun(10).await;
    assert_eq!(
        sent(scene.piece(&url, "cancel", 0, b"")).await.headers()["X-Goog-Upload-Status"],
        "cancelled"
    );
    error(scene.piece(&url, "query", 0, b""), 404).await;
}

#[tokio::test]
async fn the_start_of_an_upload_is_checked() {
    let scene = gemini().await;
    let start = |name: &str, value: &str| {
        let mut headers = [
            ("X-Goog-Upload-Protocol", "resumable"),
            ("X-Goog-Upload-Command", "start"),
            ("X-Goog-Upload-Header-Content-Length", "10"),
            ("X-Goog-Upload-Header-Content-Type", "audio/ogg"),
        ];
        headers.iter_mut().filter(|(header, _)| *header == name).for_each(|(_, was)| *was = value);
        let ask = scene.gemini(Method::POST, "upload/v1beta/files");
        headers.iter().fold(ask, |ask, (name, value)| ask.header(*name, *value))
    };
    assert_eq!(sent(start("", "")).await.status(), 200);
    error(start("X-Goog-Upload-Protocol", "multipart"), 400).await;
    error(start("X-Goog-Upload-Command", "upload"), 400).await;
    error(start("X-Goog-Upload-Header-Content-Length", "0"), 400).await;
    error(start("X-Goog-Upload-Header-Content-Type", "text/plain"), 400).await;
    error(start("", "").json(&json!({ "file": { "title": "x" } })), 400).await;
    scene.sandbox.world().limit_upload(SpeechService::Gemini, 10);
    assert_eq!(sent(scene.begin(10)).await.status(), 200);
    error(scene.begin(11), 413).await;
}

#[tokio::test]
async fn a_file_is_used_when_it_is_ready_while_it_is_there_and_by_its_owner() {
    let mut scene = gemini().await;
    scene.sandbox.world().take_looks(5);
    let url = scene.begun(talk().len()).await;
    let file = done(scene.piece(&url, "upload, finalize", 0, &talk())).await["file"].clone();
    let generate = |scene: &Scene| scene.generate(MODEL, &ask(&file, &usual()));
    assert_eq!(error(generate(&scene), 400).await.0, "FAILED_PRECONDITION");
    let file = scene.filed_now(&talk()).await;
    let generate = |scene: &Scene| scene.generate(MODEL, &ask(&file, &usual()));
    done(generate(&scene)).await;
    let own = std::mem::take(&mut scene.key);
    scene.key = scene.sandbox.world().add_speech_key(SpeechService::Gemini);
    assert_eq!(error(generate(&scene), 403).await.0, "PERMISSION_DENIED");
    scene.key = own;
    let path = format!("v1beta/{}", file["name"].as_str().unwrap());
    let kept = scene.sandbox.world().kept_files();
    done(scene.gemini(Method::DELETE, &path)).await;
    assert_eq!(scene.sandbox.world().kept_files(), kept - 1);
    assert_eq!(error(generate(&scene), 403).await.0, "PERMISSION_DENIED");
    error(scene.gemini(Method::DELETE, &path), 403).await;

    let file = scene.filed_now(&talk()).await;
    scene.sandbox.world().pass_time(Duration::from_secs(48 * 3600));
    error(scene.generate(MODEL, &ask(&file, &usual())), 403).await;
}

impl Scene {
    /// A file that is ready at once.
    async fn filed_now(&self, bytes: &[u8]) -> Value {
        self.sandbox.world().take_looks(0);
        let url = self.begun(bytes.len()).await;
        let file = done(self.piece(&url, "upload, finalize", 0, bytes)).await["file"].clone();
        assert_eq!(file["state"], "ACTIVE");
        file
    }
}

#[tokio::test]
async fn a_file_that_is_no_sound_fails() {
    let scene = gemini().await;
    scene.sandbox.world().take_looks(0);
    let url = scene.begun(8).await;
    let file = done(scene.piece(&url, "upload, finalize", 0, b"no sound")).await["file"].clone();
    assert_eq!(file["state"], "FAILED");
    assert!(file["error"]["message"].is_string());
    assert_eq!(error(scene.generate(MODEL, &ask(&file, &usual())), 400).await.0, "FAILED_PRECONDITION");
}

#[tokio::test]
async fn keys_credit_and_rate_have_their_own_refusals() {
    let scene = gemini().await;
    let list = done(scene.gemini(Method::GET, "v1beta/models")).await;
    assert!(
        list["models"].as_array().unwrap().iter().any(|model| model["name"] == "models/gemini-2.5-flash")
    );
    // A key in the address is for others to read.
    let open = scene.http.get(format!("{}/v1beta/models?key={}", scene.sandbox.gemini(), scene.key));
    assert_eq!(error(open, 403).await.0, "PERMISSION_DENIED");
    assert_eq!(scene.sandbox.world().requests().last().unwrap().query("key"), Some("[redacted]"));
    let rate = KeyRate { per_s: 0.001, burst: 0 };
    scene.sandbox.world().limit_speech_rate(SpeechService::Gemini, Some(rate));
    let body = refused(scene.begin(10), 429).await;
    assert_eq!(body["error"]["details"][0]["retryDelay"], "1s");
    scene.sandbox.world().use_up_credit(&scene.key);
    let (word, message) = error(scene.begin(10), 429).await;
    assert!(word == "RESOURCE_EXHAUSTED" && message.contains("quota"), "{message}");
    scene.sandbox.world().revoke_speech_key(&scene.key);
    let body = refused(scene.gemini(Method::GET, "v1beta/models"), 400).await;
    assert_eq!(body["error"]["details"][0]["reason"], "API_KEY_INVALID");
}
