use std::time::Duration;

use debrief_sandbox::{Call, Fault, FaultKind, LlmFault, LlmProvider};
use serde_json::{Value, json};

use super::{ALL, Scene, done, events, notes, refused, says};

fn call(provider: LlmProvider) -> Call {
    match provider {
        LlmProvider::OpenAi => Call::LlmOpenAi,
        LlmProvider::Groq => Call::LlmGroq,
        LlmProvider::Local => Call::LlmLocal,
        LlmProvider::Anthropic => Call::LlmAnthropic,
        LlmProvider::Gemini => Call::LlmGemini,
    }
}

fn plan(scene: &Scene, what: FaultKind) {
    scene.sandbox.world().plan(Fault { on: call(scene.provider), times: 1, what });
}

fn spoil(scene: &Scene, fault: LlmFault) {
    plan(scene, FaultKind::Llm(fault));
}

#[tokio::test]
async fn a_planned_refusal_has_the_form_of_the_provider() {
    for (provider, status, reason) in [
        (LlmProvider::OpenAi, 500, "server_error"),
        (LlmProvider::Groq, 503, "server_error"),
        (LlmProvider::Local, 500, "server_error"),
        (LlmProvider::Anthropic, 529, "overloaded_error"),
        (LlmProvider::Gemini, 503, "UNAVAILABLE"),
    ] {
        let scene = Scene::new(provider).await;
        plan(&scene, FaultKind::Status(status, reason.to_owned()));
        let error = refused(scene.ask(&scene.body(&notes())), status).await;
        let word = if provider == LlmProvider::Gemini { &error["status"] } else { &error["type"] };
        assert_eq!(word, reason, "{error}");
        plan(&scene, FaultKind::TooManyRequests { retry_after_s: Some(7) });
        let answer = scene.ask(&scene.body(&notes())).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["Retry-After"]),
            (429, &"7".parse().unwrap())
        );
        done(scene.ask(&scene.body(&notes()))).await;
    }
}

#[tokio::test]
async fn a_fault_spoils_only_questions_to_whom_it_is_for() {
    let scene = Scene::new(LlmProvider::Gemini).await;
    for on in [Call::LlmOpenAi, Call::SpeechGeminiGenerate, Call::SpeechAny] {
        scene.sandbox.world().plan(Fault { on, times: 1, what: FaultKind::Llm(LlmFault::Empty) });
    }
    done(scene.models()).await;
    done(scene.ask(&scene.body(&notes()))).await;
    scene.sandbox.world().forget_faults();
    scene.sandbox.world().plan(Fault { on: Call::LlmAny, times: 1, what: FaultKind::Llm(LlmFault::Empty) });
    done(scene.models()).await;
    assert!(scene.sandbox.world().has_planned_faults(), "a list is no question");
    assert_eq!(scene.text(&done(scene.ask(&scene.body(&notes()))).await), "");
}

#[tokio::test]
async fn answers_have_the_wrong_content() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        let ask = async |fault| {
            spoil(&scene, fault);
            let answer = done(scene.ask(&scene.body(&notes()))).await;
            assert!(["stop", "end_turn", "STOP"].contains(&scene.end(&answer)), "{answer}");
            if provider == LlmProvider::Anthropic && fault == LlmFault::Empty {
                assert_eq!(answer["content"], json!([]));
                return String::new();
            }
            scene.text(&answer)
        };
        if provider != LlmProvider::Groq {
            let invalid = ask(LlmFault::InvalidJson).await;
            assert!(
                invalid.starts_with('{') && serde_json::from_str::<Value>(&invalid).is_err(),
                "{invalid}"
            );
        }
        let other: Value = serde_json::from_str(&ask(LlmFault::OtherShape).await).unwrap();
        assert!(other.get("title").is_none(), "{other}");
        let russian: Value = serde_json::from_str(&ask(LlmFault::OtherLanguage).await).unwrap();
        assert!(russian["title"].as_str().unwrap().starts_with("Это"), "{russian}");
        assert_eq!(russian["todos"][0]["assignee"], "Ben");
        let fenced = ask(LlmFault::Fenced).await;
        assert!(fenced.contains("```json\n{"), "{fenced}");
        assert_eq!(ask(LlmFault::Empty).await, "");
    }
    let groq = Scene::new(LlmProvider::Groq).await;
    spoil(&groq, LlmFault::InvalidJson);
    let error = refused(groq.ask(&groq.body(&notes())), 400).await;
    assert_eq!(error["code"], "json_validate_failed");
    assert!(error["failed_generation"].as_str().unwrap().starts_with('{'));
}

#[tokio::test]
async fn a_model_refuses_in_the_way_of_its_provider() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        spoil(&scene, LlmFault::Refusal);
        let answer = done(scene.ask(&scene.body(&notes()))).await;
        match provider {
            LlmProvider::OpenAi => {
                let message = &answer["choices"][0]["message"];
                assert!(
                    message["content"].is_null()
                        && message["refusal"].as_str().unwrap().starts_with("I'm sorry")
                );
            }
            LlmProvider::Groq | LlmProvider::Local => assert!(scene.text(&answer).starts_with("I'm sorry")),
            LlmProvider::Anthropic => {
                assert_eq!((scene.end(&answer), &answer["content"]), ("refusal", &json!([])));
            }
            LlmProvider::Gemini => {
                assert_eq!(scene.end(&answer), "SAFETY");
                assert!(answer["candidates"][0]["content"].is_null());
            }
        }
    }
    for (provider, place, word) in [
        (LlmProvider::OpenAi, "/choices/0/finish_reason", "content_filter"),
        (LlmProvider::Anthropic, "/stop_reason", "refusal"),
        (LlmProvider::Gemini, "/promptFeedback/blockReason", "PROHIBITED_CONTENT"),
    ] {
        let scene = Scene::new(provider).await;
        spoil(&scene, LlmFault::Blocked);
        let answer = done(scene.ask(&scene.body(&notes()))).await;
        assert_eq!(answer.pointer(place).unwrap(), word);
    }
    let scene = Scene::new(LlmProvider::OpenAi).await;
    spoil(&scene, LlmFault::Refusal);
    let (events, _) = events(scene.stream(&notes())).await;
    let refusal: String =
        events.iter().filter_map(|event| event["choices"][0]["delta"]["refusal"].as_str()).collect();
    assert!(refusal.starts_with("I'm sorry"));
}

#[tokio::test]
async fn an_answer_is_cut_short_by_its_tokens() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        spoil(&scene, LlmFault::CutShort { tokens: 4 });
        let answer = done(scene.ask(&scene.body(&notes()))).await;
        assert!(["length", "max_tokens", "MAX_TOKENS"].contains(&scene.end(&answer)), "{answer}");
        assert_eq!(scene.text(&answer).len(), 16);
    }
}

/// Whether the events say that the answer is complete.
fn complete(events: &[Value]) -> bool {
    events.iter().any(|event| {
        event == "[DONE]"
            || event["choices"][0]["finish_reason"].is_string()
            || event["delta"]["stop_reason"].is_string()
            || event["candidates"][0]["finishReason"].is_string()
    })
}

#[tokio::test]
async fn a_stream_is_cut_off_unfinished_or_ends_in_an_error() {
    for provider in ALL.into_iter().filter(|provider| *provider != LlmProvider::Groq) {
        let scene = Scene::new(provider).await;
        let (all, _) = events(scene.stream(&notes())).await;
        assert!(complete(&all));
        spoil(&scene, LlmFault::CutOff);
        let (half, whole) = events(scene.stream(&notes())).await;
        assert!(!whole && !complete(&half) && half.len() > 1 && half.len() < all.len());
        spoil(&scene, LlmFault::Unfinished);
        let (half, whole) = events(scene.stream(&notes())).await;
        assert!(whole && !complete(&half) && half.len() > 1 && half.len() < all.len());
        spoil(&scene, LlmFault::ErrorMidway);
        let (half, whole) = events(scene.stream(&notes())).await;
        assert!(whole && !complete(&half));
        assert!(half.last().unwrap()["error"]["message"].is_string(), "{half:?}");
        plan(&scene, FaultKind::DropAfter { bytes: 10 });
        let (begun, whole) = events(scene.stream(&notes())).await;
        assert!(!whole && begun.len() <= 1);
    }
}

#[tokio::test]
async fn a_whole_answer_is_cut_off_unfinished_or_an_error() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        let ask = || scene.ask(&scene.body(&notes())).send();
        spoil(&scene, LlmFault::CutOff);
        assert!(ask().await.unwrap().text().await.is_err());
        spoil(&scene, LlmFault::Unfinished);
        let half = ask().await.unwrap().text().await.unwrap();
        assert!(half.starts_with('{') && serde_json::from_str::<Value>(&half).is_err());
        spoil(&scene, LlmFault::ErrorMidway);
        let status = if provider == LlmProvider::Anthropic { 529 } else { 503 };
        let error = refused(scene.ask(&scene.body(&notes())), status).await;
        assert!(says(&error).to_lowercase().contains("overloaded"), "{error}");
    }
}

#[tokio::test]
async fn a_question_stalls_with_and_without_its_answer() {
    for provider in ALL {
        let scene = Scene::new(provider).await;
        for (stall, answered) in [(FaultKind::Stall, false), (FaultKind::StallAfter, true)] {
            plan(&scene, stall);
            let asked = scene.ask(&scene.body(&notes())).timeout(Duration::from_millis(300)).send().await;
            assert!(asked.unwrap_err().is_timeout());
            let world = scene.sandbox.world();
            let question = world.requests().last().unwrap().question.as_ref();
            assert_eq!(question.is_some_and(|question| question.answer.is_some()), answered);
        }
    }
}
