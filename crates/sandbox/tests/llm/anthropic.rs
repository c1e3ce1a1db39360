use debrief_sandbox::LlmProvider;
use serde_json::{Value, json};

use super::{Scene, done, events, notes, refused, says};

async fn anthropic() -> Scene {
    Scene::new(LlmProvider::Anthropic).await
}

/// The usual body with a field changed.
fn with(scene: &Scene, name: &str, value: Value) -> Value {
    let mut body = scene.body(&notes());
    body[name] = value;
    body
}

#[tokio::test]
async fn an_answer_has_all_that_a_message_has() {
    let scene = anthropic().await;
    let answer = done(scene.ask(&scene.body(&notes()))).await;
    assert_eq!((&answer["type"], &answer["role"]), (&json!("message"), &json!("assistant")));
    assert_eq!((&answer["stop_reason"], &answer["content"][0]["type"]), (&json!("end_turn"), &json!("text")));
    assert!(
        answer["usage"]["input_tokens"].as_u64().unwrap()
            > answer["usage"]["output_tokens"].as_u64().unwrap() / 4
    );
}

#[tokio::test]
async fn a_stream_has_its_events_in_order() {
    let scene = anthropic().await;
    let (events, whole) = events(scene.stream(&notes())).await;
    assert!(whole);
    let mut kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "message_start",
            "content_block_start",
            "ping",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
    assert!(events[0]["message"]["usage"]["input_tokens"].is_u64());
    let delta = &events[events.len() - 2];
    assert_eq!(delta["delta"]["stop_reason"], "end_turn");
    assert!(delta["usage"]["output_tokens"].is_u64());
}

#[tokio::test]
async fn headers_keys_and_credit_have_their_own_refusals() {
    let scene = anthropic().await;
    let (body, address) = (scene.body(&notes()), format!("{}/messages", scene.sandbox.anthropic()));
    let ask = || scene.http.post(&address).json(&body);
    let error = refused(ask().header("anthropic-version", "2023-06-01"), 401).await;
    assert_eq!(
        (&error["type"], says(&error)),
        (&json!("authentication_error"), "x-api-key header is required")
    );
    let error = refused(ask().bearer_auth(&scene.key).header("anthropic-version", "2023-06-01"), 401).await;
    assert_eq!(says(&error), "x-api-key header is required");
    let error = refused(ask().header("x-api-key", &scene.key), 400).await;
    assert_eq!(says(&error), "anthropic-version: header is required");
    let error =
        refused(ask().header("x-api-key", &scene.key).header("anthropic-version", "2030-01-01"), 400).await;
    assert!(says(&error).contains("is not a valid version"));
    scene.sandbox.world().use_up_credit(&scene.key);
    let error = refused(scene.ask(&body), 400).await;
    assert_eq!(error["type"], "invalid_request_error");
    assert!(says(&error).starts_with("Your credit balance is too low"));
    scene.sandbox.world().revoke_llm_key(&scene.key);
    assert_eq!(says(&refused(scene.ask(&body), 401).await), "invalid x-api-key");
    refused(scene.models(), 401).await;
}

#[tokio::test]
async fn what_no_model_knows_is_refused() {
    let scene = anthropic().await;
    let mut without = scene.body(&notes());
    without.as_object_mut().unwrap().remove("max_tokens");
    let user = |text: &str| json!({ "role": "user", "content": text });
    let assistant = |text: &str| json!({ "role": "assistant", "content": text });
    for (body, why) in [
        (without, "max_tokens: Field required"),
        (with(&scene, "max_tokens", json!(0)), "greater than or equal to 1"),
        (with(&scene, "max_tokens", json!(200_000)), "max_tokens: 200000 > 128000, which is the maximum"),
        (with(&scene, "response_format", json!({})), "response_format: Extra inputs are not permitted"),
        (with(&scene, "tools", json!([])), "tools: Extra inputs are not permitted"),
        (with(&scene, "temperature", json!(1.5)), "less than or equal to 1"),
        (with(&scene, "stream", json!("yes")), "valid boolean"),
        (with(&scene, "messages", json!([])), "at least one message is required"),
        (
            with(&scene, "messages", json!([{ "role": "system", "content": "x" }])),
            "Unexpected role \"system\"",
        ),
        (with(&scene, "messages", json!([assistant("x")])), "first message must use the \"user\" role"),
        (with(&scene, "messages", json!([user("x"), user("y")])), "roles must alternate"),
        (
            with(&scene, "messages", json!([user("x"), assistant("{")])),
            "does not support assistant message prefill",
        ),
        (with(&scene, "messages", json!([user("")])), "must have non-empty content"),
        (
            with(&scene, "output_config", json!({ "format": { "type": "json_object" } })),
            "should be 'json_schema'",
        ),
        (with(&scene, "output_config", json!({ "schema": {} })), "output_config.schema: Extra inputs"),
        (
            with(&scene, "thinking", json!({ "type": "enabled", "budget_tokens": 5 })),
            "greater than or equal to 1024",
        ),
    ] {
        let error = refused(scene.ask(&body), 400).await;
        assert!(says(&error).contains(why), "{error}");
        assert_eq!(error["type"], "invalid_request_error");
    }
    let error = refused(scene.ask(&with(&scene, "model", json!("claude-9"))), 404).await;
    assert_eq!((&error["type"], says(&error)), (&json!("not_found_error"), "model: claude-9"));
    let mut newest = with(&scene, "temperature", json!(0.2));
    done(scene.ask(&newest)).await;
    newest["model"] = "claude-opus-4-8".into();
    assert_eq!(says(&refused(scene.ask(&newest), 400).await), "`temperature` is deprecated for this model.");
    let mut oldest = scene.body(&notes());
    oldest["model"] = "claude-3-haiku-20240307".into();
    assert!(says(&refused(scene.ask(&oldest), 400).await).contains("does not support output format"));
    let talk = json!([user("x"), assistant("{\"wrong\":1}"), user("Again, please.")]);
    done(scene.ask(&with(&scene, "messages", talk))).await;
    assert_eq!(scene.question().messages, 3);
}

#[tokio::test]
async fn a_schema_is_closed_and_bounds_nothing() {
    let scene = anthropic().await;
    for (schema, why) in [
        (
            json!({ "type": "object", "properties": {} }),
            "'additionalProperties' must be explicitly set to false",
        ),
        (
            json!({ "type": "integer", "minimum": 0 }),
            "For 'integer' type, property 'minimum' is not supported",
        ),
        (json!({ "type": "string", "maxLength": 9 }), "'maxLength' is not supported"),
        (json!({ "type": "array", "items": { "type": "string" }, "minItems": 2 }), "other than 0 or 1"),
        (
            json!({ "type": "array", "items": { "type": "string" }, "maxItems": 2 }),
            "'maxItems' is not supported",
        ),
    ] {
        let schema = json!({
            "type": "object",
            "properties": { "inner": schema },
            "required": ["inner"],
            "additionalProperties": false,
        });
        let error = refused(scene.ask(&scene.body(&schema)), 400).await;
        assert!(says(&error).starts_with("output_config.format.schema.properties.inner: "), "{error}");
        assert!(says(&error).contains(why), "{error}");
    }
    // A property may be missing.
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "additionalProperties": false });
    done(scene.ask(&scene.body(&schema))).await;
}

#[tokio::test]
async fn a_question_has_to_fit_into_the_context() {
    let scene = anthropic().await;
    scene.sandbox.world().add_llm_model(LlmProvider::Anthropic, scene.model(), 2_000);
    done(scene.ask(&scene.body(&notes()))).await;
    let long = |words: usize| json!([{ "role": "user", "content": "word ".repeat(words) }]);
    let error = refused(scene.ask(&with(&scene, "messages", long(2_000))), 400).await;
    assert!(
        says(&error).starts_with("prompt is too long: ") && says(&error).ends_with(" tokens > 2000 maximum")
    );
    let error = refused(scene.ask(&with(&scene, "messages", long(1_000))), 400).await;
    assert!(says(&error).starts_with("input length and `max_tokens` exceed context limit: "), "{error}");
}

#[tokio::test]
async fn models_come_in_pages() {
    let scene = anthropic().await;
    let first = done(scene.models().query(&[("limit", "2")])).await;
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (2, &json!(true)));
    let after = first["last_id"].as_str().unwrap();
    let second = done(scene.models().query(&[("limit", "1000"), ("after_id", after)])).await;
    assert_eq!(second["has_more"], false);
    assert!(
        second["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|model| model["type"] == "model" && model["id"] != after)
    );
    refused(scene.models().query(&[("limit", "0")]), 400).await;
}
