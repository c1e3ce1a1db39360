use debrief_sandbox::LlmProvider;
use serde_json::{Value, json};

use super::{Scene, done, events, notes, refused, says};

async fn gemini() -> Scene {
    Scene::new(LlmProvider::Gemini).await
}

/// The usual body with a field of its configuration changed.
fn with(scene: &Scene, name: &str, value: Value) -> Value {
    let mut body = scene.body(&notes());
    body["generationConfig"][name] = value;
    body
}

#[tokio::test]
async fn an_answer_has_all_that_a_generation_has() {
    let scene = gemini().await;
    let answer = done(scene.ask(&scene.body(&notes()))).await;
    assert_eq!((&answer["modelVersion"], scene.end(&answer)), (&json!("gemini-2.5-flash"), "STOP"));
    let usage = &answer["usageMetadata"];
    assert_eq!(usage["promptTokensDetails"][0]["modality"], "TEXT");
    let [prompt, answered, total] = ["promptTokenCount", "candidatesTokenCount", "totalTokenCount"]
        .map(|name| usage[name].as_u64().unwrap());
    assert_eq!(total, prompt + answered);
}

#[tokio::test]
async fn only_the_last_piece_of_a_stream_has_a_reason() {
    let scene = gemini().await;
    let (events, whole) = events(scene.stream(&notes())).await;
    assert!(whole);
    let (last, before) = events.split_last().unwrap();
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    assert!(before.iter().all(|event| event["candidates"][0]["finishReason"].is_null()));
    let address = format!("{}/v1beta/models/gemini-2.5-flash:streamGenerateContent", scene.sandbox.gemini());
    refused(scene.authorised(scene.http.post(address)).json(&scene.body(&notes())), 400).await;
}

#[tokio::test]
async fn requests_are_checked() {
    let scene = gemini().await;
    let mut tools = scene.body(&notes());
    tools["tools"] = json!([]);
    let mut role = scene.body(&notes());
    role["contents"][0]["role"] = "system".into();
    for (body, why) in [
        (tools, "Unknown name \"tools\""),
        (role, "valid role: user, model"),
        (with(&scene, "topK2", json!(1)), "Unknown name \"topK2\""),
        (with(&scene, "temperature", json!(3)), "generationConfig.temperature"),
        (with(&scene, "maxOutputTokens", json!(100_000)), "maxOutputTokens"),
        (
            with(&scene, "responseMimeType", json!("text/plain")),
            "needs a response mime type of 'application/json'",
        ),
        (with(&scene, "responseMimeType", json!("text/xml")), "Unsupported response mime type"),
        (with(&scene, "responseSchema", json!({ "type": "STRING" })), "Only one of"),
        (with(&scene, "thinkingConfig", json!({ "budget": 0 })), "Unknown name \"budget\""),
        (
            with(&scene, "responseJsonSchema", json!({ "type": "object", "patternProperties": {} })),
            "patternProperties",
        ),
    ] {
        let error = refused(scene.ask(&body), 400).await;
        assert!(says(&error).contains(why), "{error}");
        assert_eq!((&error["status"], &error["code"]), (&json!("INVALID_ARGUMENT"), &json!(400)));
    }
    let address = format!("{}/v1beta/models/gemini-huge:generateContent", scene.sandbox.gemini());
    let error = refused(scene.authorised(scene.http.post(address)).json(&scene.body(&notes())), 404).await;
    assert_eq!(error["status"], "NOT_FOUND");
}

#[tokio::test]
async fn a_schema_may_be_one_of_open_api_too() {
    let scene = gemini().await;
    let of = |schema: Value| {
        let mut body = with(&scene, "responseSchema", schema);
        body["generationConfig"].as_object_mut().unwrap().remove("responseJsonSchema");
        body
    };
    let schema =
        json!({ "type": "OBJECT", "properties": { "quote": { "type": "STRING", "nullable": true } } });
    let answer = done(scene.ask(&of(schema))).await;
    let value: Value = serde_json::from_str(&scene.text(&answer)).unwrap();
    assert_eq!(value["quote"], "Good morning, this is the planning of the launch.");
    let error = refused(scene.ask(&of(notes())), 400).await;
    assert!(says(&error).contains("Unknown name \"additionalProperties\": Cannot find field."), "{error}");
}

#[tokio::test]
async fn keys_and_credit_have_their_own_refusals_and_questions_their_limit() {
    let scene = gemini().await;
    let mut long = scene.body(&notes());
    long["contents"][0]["parts"][0]["text"] = "word ".repeat(2_000).into();
    scene.sandbox.world().add_llm_model(LlmProvider::Gemini, "gemini-2.5-flash", 2_000);
    let error = refused(scene.ask(&long), 400).await;
    assert!(says(&error).ends_with("exceeds the maximum number of tokens allowed (2000)."), "{error}");
    scene.sandbox.world().use_up_credit(&scene.key);
    assert_eq!(refused(scene.ask(&long), 429).await["status"], "RESOURCE_EXHAUSTED");
    scene.sandbox.world().revoke_llm_key(&scene.key);
    assert!(says(&refused(scene.ask(&long), 400).await).starts_with("API key not valid."));
}
