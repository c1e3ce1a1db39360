use debrief_sandbox::{KeyRate, LlmProvider};
use serde_json::{Value, json};

use super::{ALL, Scene, TALK, done, events, notes, refused};

#[tokio::test]
async fn an_answer_of_ones_own_fits_the_schema_and_cites_real_lines() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        let answer = done(scene.ask(&scene.body(&notes()))).await;
        assert!(["stop", "end_turn", "STOP"].contains(&scene.end(&answer)), "{answer}");
        let value: Value = serde_json::from_str(&scene.text(&answer)).unwrap();
        assert_eq!(value["title"], "Good morning, this is the planning");
        let todos = value["todos"].as_array().unwrap();
        assert!((1..=3).contains(&todos.len()), "{value}");
        assert_eq!(
            todos[0],
            json!({
                "what": "I will send the report by Friday.",
                "assignee": "Ben",
                "quote": "I will send the report by Friday.",
                "segments": [7],
                "due": null,
            })
        );
        let question = scene.question();
        assert_eq!(
            (question.provider, question.model.as_str(), question.instructions.as_str(), question.messages),
            (provider, scene.model(), "Write notes.", 1)
        );
        assert_eq!((question.material.as_str(), question.schema), (TALK, Some(notes())));
        assert_eq!((question.tokens_at_most, question.stream, question.json), (Some(1000), false, true));
        assert_eq!(question.answer, Some(scene.text(&answer)));
    }
}

#[tokio::test]
async fn every_kind_of_value_is_made_up_within_its_bounds() {
    let scene = Scene::new(LlmProvider::Local).await;
    let schema = json!({
        "type": "object",
        "$defs": { "line": { "type": "integer", "minimum": 9, "maximum": 9 } },
        "properties": {
            "sourceLine": { "$ref": "#/$defs/line" },
            "kind": { "enum": ["todo", "decision"] },
            "always": { "const": 3 },
            "confidence": { "type": "number", "maximum": 0.5 },
            "done": { "type": "boolean" },
            "speakers": { "type": "array", "maxItems": 5, "items": { "type": "object", "properties": {
                "label": { "type": "string" }, "line": { "type": "integer" },
            } } },
            "short": { "type": "string", "maxLength": 4 },
            "two": { "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "string" } },
            "nothing": { "type": "null" },
            "language": { "type": "string" },
            "open_questions": { "type": "array", "items": { "type": "object", "properties": {
                "text": { "type": "string" }, "at": { "type": "integer" },
            } } },
        },
    });
    let answer = done(scene.ask(&scene.body(&schema))).await;
    let value: Value = serde_json::from_str(&scene.text(&answer)).unwrap();
    assert_eq!(value["sourceLine"], 9);
    assert_eq!(
        (&value["kind"], &value["always"], &value["confidence"]),
        (&json!("todo"), &json!(3), &json!(0.5))
    );
    assert_eq!(
        (&value["done"], &value["nothing"], &value["language"]),
        (&json!(false), &Value::Null, &json!("en"))
    );
    assert_eq!(value["speakers"], json!([{ "label": "Ana", "line": 0 }, { "label": "Ben", "line": 7 }]));
    assert_eq!(value["short"].as_str().unwrap().len(), 4);
    assert_eq!(value["two"].as_array().unwrap().len(), 2);
    assert_eq!(value["open_questions"], json!([{ "text": "Who will pay for it?", "at": 12 }]));
}

#[tokio::test]
async fn lines_may_lack_time_or_speaker_and_be_in_another_script() {
    let scene = Scene::new(LlmProvider::Local).await;
    let mut body = scene.body(&json!({ "type": "object", "properties": {
        "language": { "type": "string" },
        "items": { "type": "array", "items": { "type": "object", "properties": {
            "segment": { "type": "integer" }, "who": { "type": "string" }, "quote": { "type": "string" },
        } } },
    } }));
    body["messages"][1]["content"] =
        "[3] 王小明：我會寄報告。\n[4] 1:02 just words\nno line\n[5] (0:07) Li Na: 好。".into();
    let answer = done(scene.ask(&body)).await;
    let value: Value = serde_json::from_str(&scene.text(&answer)).unwrap();
    assert_eq!(value["language"], "zh");
    assert_eq!(
        value["items"],
        json!([
            { "segment": 3, "who": "王小明", "quote": "我會寄報告。" },
            { "segment": 4, "who": "Speaker 1", "quote": "just words" },
            { "segment": 5, "who": "Li Na", "quote": "好。" },
        ])
    );
}

#[tokio::test]
async fn a_test_puts_words_into_a_models_mouth() {
    let scene = Scene::new(LlmProvider::Anthropic).await;
    {
        let mut world = scene.sandbox.world();
        world.llm_replies(LlmProvider::Anthropic, ["first", "second"]);
        world.llm_replies(LlmProvider::OpenAi, ["of another"]);
        world.llm_replies_to(LlmProvider::Anthropic, "blue logo", json!({ "logo": "blue" }));
        world.llm_answers(LlmProvider::Anthropic, |question| {
            question.material.contains("by heart").then(|| question.model.clone())
        });
    }
    let text = async |material: &str| {
        let mut body = scene.body(&notes());
        body["messages"][0]["content"] = material.into();
        scene.text(&done(scene.ask(&body)).await)
    };
    assert_eq!(text("anything").await, "first");
    assert_eq!(text(TALK).await, r#"{"logo":"blue"}"#);
    assert_eq!(text("the blue logo by heart").await, "claude-sonnet-4-6");
    assert_eq!(text("anything").await, "second");
    assert!(serde_json::from_str::<Value>(&text("anything").await).is_ok(), "its own again");
    scene.sandbox.world().forget_llm_replies();
    assert_ne!(text(TALK).await, r#"{"logo":"blue"}"#);
}

#[tokio::test]
async fn a_stream_has_the_same_text_in_pieces() {
    for provider in ALL.into_iter().filter(|provider| *provider != LlmProvider::Groq) {
        let scene = Scene::new(provider).await;
        let said = "Grüße an 王小明 – and a text that is longer than one piece.";
        scene.sandbox.world().llm_replies(provider, [said]);
        let (events, whole) = events(scene.stream(&notes())).await;
        assert!(whole);
        let pieces = events.iter().filter_map(|event| {
            let piece = match provider {
                LlmProvider::Anthropic => &event["delta"]["text"],
                LlmProvider::Gemini => &event["candidates"][0]["content"]["parts"][0]["text"],
                LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => {
                    &event["choices"][0]["delta"]["content"]
                }
            };
            piece.as_str()
        });
        let pieces: Vec<_> = pieces.collect();
        assert!(pieces.len() > 3, "{events:?}");
        assert_eq!(pieces.concat(), said);
        assert!(scene.question().stream);
    }
}

#[tokio::test]
async fn an_answer_ends_where_its_tokens_do() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        let mut body = scene.body(&notes());
        match provider {
            LlmProvider::Anthropic => body["max_tokens"] = 5.into(),
            LlmProvider::Gemini => body["generationConfig"]["maxOutputTokens"] = 5.into(),
            LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => {
                body["max_completion_tokens"] = 5.into();
            }
        }
        let answer = done(scene.ask(&body)).await;
        assert_eq!(scene.text(&answer).len(), 20);
        assert!(["length", "max_tokens", "MAX_TOKENS"].contains(&scene.end(&answer)), "{answer}");
    }
}

#[tokio::test]
async fn models_are_listed_added_and_removed() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        let ids = async || {
            let list = done(scene.models()).await;
            let (list, name) = if provider == LlmProvider::Gemini {
                (&list["models"], "name")
            } else {
                (&list["data"], "id")
            };
            let ids = list.as_array().unwrap().iter().map(|model| model[name].as_str().unwrap().to_owned());
            ids.map(|id| id.trim_start_matches("models/").to_owned()).collect::<Vec<_>>()
        };
        assert!(ids().await.iter().any(|id| id == scene.model()));
        scene.sandbox.world().remove_llm_model(provider, scene.model());
        scene.sandbox.world().add_llm_model(provider, "my-model", 1_000);
        let ids = ids().await;
        assert!(
            ids.iter().any(|id| id == "my-model") && !ids.iter().any(|id| id == scene.model()),
            "{ids:?}"
        );
        if provider != LlmProvider::Gemini {
            refused(scene.ask(&scene.body(&notes())), 404).await;
        }
    }
}

#[tokio::test]
async fn a_key_of_one_account_is_good_for_speech_and_for_models_and_a_rate_is_for_one_of_them() {
    let scene = Scene::new(LlmProvider::Groq).await;
    let rate = KeyRate { per_s: 0.001, burst: 1 };
    scene.sandbox.world().limit_llm_rate(LlmProvider::Groq, Some(rate));
    done(scene.ask(&scene.body(&notes()))).await;
    let answer = scene.ask(&scene.body(&notes())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["Retry-After"]), (429, &"1".parse().unwrap()));
    // No file, so the request itself is what is wrong: the rate of questions is not that of sound.
    let speech = scene.http.post(format!("{}/audio/transcriptions", scene.sandbox.groq()));
    let form = reqwest::multipart::Form::new().text("model", "whisper-large-v3");
    refused(speech.bearer_auth(&scene.key).multipart(form), 400).await;
}
