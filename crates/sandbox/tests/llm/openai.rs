use debrief_sandbox::{LlmProvider, World};
use serde_json::{Value, json};

use super::{Scene, TALK, done, events, notes, refused, says};
use crate::support::client;

async fn openai() -> Scene {
    Scene::new(LlmProvider::OpenAi).await
}

/// The usual body with a field changed.
fn with(scene: &Scene, path: &str, value: Value) -> Value {
    let mut body = scene.body(&notes());
    let (parent, name) = path.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

fn without(scene: &Scene, name: &str) -> Value {
    let mut body = scene.body(&notes());
    body.as_object_mut().unwrap().remove(name);
    body
}

#[tokio::test]
async fn an_answer_has_all_that_a_completion_has() {
    let scene = openai().await;
    let answer = done(scene.ask(&scene.body(&notes()))).await;
    assert_eq!((&answer["object"], &answer["model"]), (&json!("chat.completion"), &json!("gpt-4.1-mini")));
    let message = &answer["choices"][0]["message"];
    assert_eq!((&message["role"], &message["refusal"]), (&json!("assistant"), &Value::Null));
    let usage = &answer["usage"];
    let [prompt, completion, total] =
        ["prompt_tokens", "completion_tokens", "total_tokens"].map(|name| usage[name].as_u64().unwrap());
    assert!(prompt > (TALK.len() / 4) as u64 && completion > 10, "{usage}");
    assert_eq!(total, prompt + completion);
    let world = scene.sandbox.world();
    let seen = world.requests().last().unwrap();
    assert_eq!((seen.field("max_completion_tokens"), seen.field("messages")), (Some("1000"), None));
}

#[tokio::test]
async fn a_stream_ends_with_its_reason_its_usage_and_done() {
    let scene = openai().await;
    let mut body = with(&scene, "/stream", true.into());
    body["stream_options"] = json!({ "include_usage": true });
    let (events, whole) = events(scene.ask(&body)).await;
    assert!(whole);
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    assert!(events[0]["usage"].is_null() && events[0]["object"] == "chat.completion.chunk");
    let [last, usage, end] = events.last_chunk().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert!(usage["choices"].as_array().unwrap().is_empty() && usage["usage"]["total_tokens"].is_u64());
    assert_eq!(end, "[DONE]");
}

#[tokio::test]
async fn keys_and_credit_have_their_own_refusals() {
    let scene = openai().await;
    let body = scene.body(&notes());
    let address = format!("{}/chat/completions", scene.sandbox.openai());
    let error = refused(scene.http.post(&address).json(&body), 401).await;
    assert!(says(&error).starts_with("You didn't provide an API key"));
    let error = refused(scene.http.post(&address).bearer_auth("sk-wrong").json(&body), 401).await;
    assert_eq!(error["code"], "invalid_api_key");
    scene.sandbox.world().use_up_credit(&scene.key);
    let error = refused(scene.ask(&body), 429).await;
    assert_eq!(
        (&error["code"], &error["type"]),
        (&json!("insufficient_quota"), &json!("insufficient_quota"))
    );
    scene.sandbox.world().add_credit(&scene.key);
    done(scene.ask(&body)).await;
    scene.sandbox.world().revoke_llm_key(&scene.key);
    refused(scene.ask(&body), 401).await;
    refused(scene.models(), 401).await;
}

#[tokio::test]
async fn a_local_server_demands_a_key_only_once_it_has_one() {
    let sandbox = debrief_sandbox::Sandbox::start(World::new()).await.unwrap();
    let ask = |key: &str| {
        let body = json!({ "model": "qwen3:8b", "messages": [{ "role": "user", "content": "Hello" }] });
        client().post(format!("{}/chat/completions", sandbox.local_llm())).bearer_auth(key).json(&body)
    };
    done(ask("anything")).await;
    let key = sandbox.world().add_llm_key(LlmProvider::Local);
    let error = refused(ask("anything"), 401).await;
    assert_eq!(error, json!({ "code": 401, "message": "Invalid API Key", "type": "authentication_error" }));
    done(ask(&key)).await;
}

#[tokio::test]
async fn what_no_model_knows_is_refused() {
    let scene = openai().await;
    for (body, why) in [
        (without(&scene, "model"), "you must provide a model parameter"),
        (without(&scene, "messages"), "Missing required parameter: 'messages'."),
        (with(&scene, "/tools", json!([])), "Unrecognized request argument supplied: tools"),
        (with(&scene, "/top_k", json!(4)), "Unrecognized request argument supplied: top_k"),
        (with(&scene, "/messages", json!([])), "empty array"),
        (with(&scene, "/messages/0/role", json!("boss")), "Invalid value: \"boss\""),
        (with(&scene, "/messages/0/content", Value::Null), "but got null instead"),
        (with(&scene, "/messages/0/tone", json!("kind")), "Unknown parameter: 'messages[0].tone'."),
        (with(&scene, "/temperature", json!(3)), "Expected a value <= 2"),
        (with(&scene, "/temperature", json!("hot")), "expected a decimal"),
        (with(&scene, "/n", json!(2)), "at most 1"),
        (with(&scene, "/max_tokens", json!(5)), "at the same time"),
        (with(&scene, "/max_completion_tokens", json!(0)), "below minimum value"),
        (with(&scene, "/max_completion_tokens", json!(40_000)), "supports at most 32768 completion tokens"),
        (
            with(&scene, "/stream_options", json!({ "include_usage": true })),
            "only allowed when 'stream' is enabled",
        ),
        (
            with(&scene, "/reasoning_effort", json!("low")),
            "Unrecognized request argument supplied: reasoning_effort",
        ),
        (with(&scene, "/response_format/type", json!("xml")), "Supported values are: 'text', 'json_object'"),
        (with(&scene, "/response_format/json_schema/name", json!("my notes")), "does not match pattern"),
        (with(&scene, "/response_format/json_schema/kind", json!(1)), "Unknown parameter"),
        (with(&scene, "/response_format", json!({ "type": "json_schema" })), "'response_format.json_schema'"),
    ] {
        let error = refused(scene.ask(&body), 400).await;
        assert!(says(&error).contains(why), "{error}");
        assert_eq!(error["type"], "invalid_request_error");
    }
    let error = refused(scene.ask(&with(&scene, "/model", json!("gpt-9"))), 404).await;
    assert_eq!(error["code"], "model_not_found");
    let error = refused(scene.ask(&with(&scene, "/model", json!("whisper-1"))), 404).await;
    assert!(says(&error).starts_with("This is not a chat model"));
    let text =
        scene.http.post(format!("{}/chat/completions", scene.sandbox.openai())).bearer_auth(&scene.key);
    refused(text.header("content-type", "text/plain").body("{}"), 415).await;
    refused(scene.ask(&json!([])), 400).await;
}

#[tokio::test]
async fn models_that_think_take_other_parameters() {
    let scene = openai().await;
    let plain = |extra: Value| {
        let mut body = json!({ "model": "gpt-5-mini", "messages": [{ "role": "user", "content": "Hello" }] });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    for (extra, code) in [
        (json!({ "max_tokens": 10 }), "unsupported_parameter"),
        (json!({ "temperature": 0.2 }), "unsupported_value"),
        (json!({ "top_p": 0.5 }), "unsupported_value"),
        (json!({ "stop": "x" }), "unsupported_parameter"),
        (json!({ "reasoning_effort": "none" }), "unsupported_value"),
        (json!({ "model": "gpt-6-sol", "temperature": 0.2 }), "unsupported_value"),
        (json!({ "model": "o3", "temperature": 0.2 }), "unsupported_value"),
    ] {
        assert_eq!(refused(scene.ask(&plain(extra)), 400).await["code"], code);
    }
    for extra in [
        json!({ "max_completion_tokens": 10, "temperature": 1, "reasoning_effort": "minimal" }),
        json!({ "model": "gpt-5.4-mini", "temperature": 0.2 }),
        json!({ "model": "gpt-4.1", "temperature": 0.2, "max_tokens": 10 }),
    ] {
        done(scene.ask(&plain(extra))).await;
    }
}

#[tokio::test]
async fn a_strict_schema_says_everything() {
    let scene = openai().await;
    let changed = |path: &str, value: Value| {
        let mut schema = notes();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = schema.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => drop(parent.remove(name)),
            value => drop(parent.insert(name.to_owned(), value)),
        }
        schema
    };
    let todo = "/properties/todos/items";
    for (schema, why) in [
        (
            changed("/additionalProperties", Value::Null),
            "In context=(), 'additionalProperties' is required to be supplied and to be false.",
        ),
        (changed("/required", json!(["title"])), "Missing 'todos'"),
        (changed("/required", Value::Null), "'required' is required to be supplied"),
        (
            changed("/properties/title/minLength", json!(3)),
            "In context=('properties', 'title'), 'minLength' is not",
        ),
        (changed("/properties/title/type", Value::Null), "schema must have a 'type' key"),
        (changed("/properties/title/format", json!("klingon")), "not a supported format"),
        (changed("/properties/todos/items", Value::Null), "array schema missing items"),
        (changed("/properties/title", json!({ "$ref": "#/$defs/x" })), "leads nowhere"),
        (changed(&format!("{todo}/oneOf"), json!([])), "'oneOf' is not permitted"),
        (changed("/type", json!("array")), "schema must be a JSON Schema of 'type: \"object\"'"),
    ] {
        let error = refused(scene.ask(&scene.body(&schema)), 400).await;
        assert!(says(&error).starts_with("Invalid schema for response_format 'notes': "), "{error}");
        assert!(says(&error).contains(why), "{error}");
        assert_eq!(error["param"], "response_format");
    }
    // Without `strict` nobody minds.
    let loose = changed("/properties/title/minLength", json!(3));
    let mut body = scene.body(&loose);
    body["response_format"]["json_schema"]["strict"] = false.into();
    done(scene.ask(&body)).await;
}

#[tokio::test]
async fn json_without_a_schema_has_to_be_spoken_of() {
    for provider in [LlmProvider::OpenAi, LlmProvider::Groq] {
        let scene = Scene::new(provider).await;
        let mut body = with(&scene, "/response_format", json!({ "type": "json_object" }));
        let error = refused(scene.ask(&body), 400).await;
        assert!(says(&error).contains("must contain the word 'json'"));
        body["messages"][0]["content"] = "Answer in JSON.".into();
        let answer = scene.text(&done(scene.ask(&body)).await);
        assert!(serde_json::from_str::<Value>(&answer).unwrap().is_object());
    }
}

#[tokio::test]
async fn a_question_has_to_fit_into_the_context() {
    for (provider, why) in [
        (
            LlmProvider::OpenAi,
            "This model's maximum context length is 2000 tokens. However, your messages resulted in",
        ),
        (LlmProvider::Groq, "Please reduce the length of the messages or completion."),
        (LlmProvider::Local, "exceeds the available context size (2000 tokens)"),
    ] {
        let scene = Scene::new(provider).await;
        scene.sandbox.world().add_llm_model(provider, scene.model(), 2_000);
        done(scene.ask(&scene.body(&notes()))).await;
        let body = with(&scene, "/messages/1/content", "word ".repeat(2_000).into());
        let error = refused(scene.ask(&body), 400).await;
        assert!(says(&error).contains(why), "{error}");
        if provider == LlmProvider::Local {
            assert_eq!(
                (&error["type"], &error["n_ctx"]),
                (&json!("exceed_context_size_error"), &json!(2_000))
            );
        } else {
            assert_eq!(error["code"], "context_length_exceeded");
        }
        // What was refused is seen all the same.
        assert_eq!(scene.question().answer, None);
    }
    let scene = openai().await;
    scene.sandbox.world().add_llm_model(LlmProvider::OpenAi, "gpt-4.1-mini", 2_000);
    let body = with(&scene, "/messages/1/content", "word ".repeat(1_000).into());
    assert!(says(&refused(scene.ask(&body), 400).await).contains("in the messages, 1000 in the completion)"));
}

#[tokio::test]
async fn a_local_server_may_forget_the_beginning_of_a_question() {
    let scene = Scene::new(LlmProvider::Local).await;
    scene.sandbox.world().add_llm_model(LlmProvider::Local, scene.model(), 2_000);
    scene.sandbox.world().let_local_llm_forget(true);
    let material = format!("[1] Ana: first\n{}\n[2] Ben: last", "word ".repeat(2_000));
    let answer = done(scene.ask(&with(&scene, "/messages/1/content", material.into()))).await;
    assert_eq!(answer["usage"]["prompt_tokens"], 2_000);
    assert!(scene.text(&answer).contains("last") && !scene.text(&answer).contains("first"));
}

#[tokio::test]
async fn groq_takes_a_schema_from_some_models_and_never_in_a_stream() {
    let scene = Scene::new(LlmProvider::Groq).await;
    let error = refused(scene.ask(&with(&scene, "/model", json!("llama-3.1-8b-instant"))), 400).await;
    assert!(says(&error).starts_with("This model does not support response format `json_schema`."));
    refused(scene.stream(&notes()), 400).await;
    let error = refused(scene.ask(&with(&scene, "/store", json!(true))), 400).await;
    assert_eq!(says(&error), "property 'store' is unsupported");
    let mut body = without(&scene, "response_format");
    body["stream"] = true.into();
    let (events, _) = events(scene.ask(&body)).await;
    assert!(events[events.len() - 2]["x_groq"]["usage"]["total_tokens"].is_u64());
}
