//! Chains against servers of OpenAI's shape that say what a test wants. Those that check what they are asked are the
//! sandbox's, in `tests/llm.rs` of the workspace.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use debrief_core::failure::{Failure, FailureCode, Retry, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::{Answer, LanguageModel, Question};
use debrief_core::secret::Secret;
use debrief_core::spending::{Expense, Usage};
use debrief_core::stage::{Progress, StageCx, StageHost, StepError, StepResult};
use serde_json::{Value, json};
use url::Url;

use super::{Chain, Ledger, LlmSettings, ModelSettings, Provider, RemoteKey, models, test};
use crate::keychain::{Keep, Secrets};

/// A step's surroundings that record, and an account that does.
#[derive(Default)]
struct Desk {
    stopped: AtomicBool,
    warnings: Mutex<Vec<Warning>>,
    left_usd: Mutex<Option<f64>>,
    expenses: Mutex<Vec<Expense>>,
}

#[async_trait]
impl StageHost for Desk {
    fn progress(&self, _: Progress) {}

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    async fn stop_requested(&self) {
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn bookmark(&self) -> Option<Value> {
        None
    }

    fn save_bookmark(&self, _: Value, _: f64) -> Result<(), Failure> {
        Ok(())
    }

    fn warn(&self, warning: Warning) {
        self.warnings.lock().unwrap().push(warning);
    }
}

impl Ledger for Desk {
    fn left_usd(&self) -> Result<Option<f64>, Failure> {
        Ok(*self.left_usd.lock().unwrap())
    }

    fn record(&self, _: JobId, expense: Expense) -> Result<(), Failure> {
        self.expenses.lock().unwrap().push(expense);
        Ok(())
    }
}

impl Desk {
    fn warned(&self) -> Vec<String> {
        self.warnings.lock().unwrap().iter().map(|warning| warning.text.clone()).collect()
    }

    fn usage(&self) -> Vec<Usage> {
        self.expenses.lock().unwrap().iter().map(|expense| expense.usage).collect()
    }
}

fn cx(desk: &Arc<Desk>) -> StageCx {
    StageCx::new(JobId(uuid::Uuid::new_v4()), std::env::temp_dir(), desk.clone())
}

/// A question, and the `Authorization` header that it came with.
type Asked = (Value, Option<String>);

/// A server that says these things, one after the other, and what it was asked.
#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

enum Reply {
    Status(u16, Value, Option<&'static str>),
    /// Server-sent events, then the end of the body.
    Events(Vec<String>),
    Silence,
}

/// A whole answer in two pieces.
fn says(text: &str) -> Reply {
    said(text, Some("stop"), Some((900, 30)))
}

fn said(text: &str, finish: Option<&str>, usage: Option<(u64, u64)>) -> Reply {
    let piece = |delta: Value, finish: Option<&str>| {
        json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] }).to_string()
    };
    let (one, two) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let mut events = vec![piece(json!({ "role": "assistant", "content": "" }), None)];
    events.extend([one, two].map(|text| piece(json!({ "content": text }), None)));
    if let Some(finish) = finish {
        events.push(piece(json!({}), Some(finish)));
        if let Some((read, wrote)) = usage {
            events.push(
                json!({ "choices": [], "usage": { "prompt_tokens": read, "completion_tokens": wrote } })
                    .to_string(),
            );
        }
        events.push("[DONE]".to_owned());
    }
    Reply::Events(events)
}

/// The same as one answer.
fn whole(events: &[String]) -> Value {
    let events: Vec<Value> = events.iter().filter_map(|event| serde_json::from_str(event).ok()).collect();
    let text: String =
        events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect();
    let finish = events.iter().find_map(|event| event["choices"][0]["finish_reason"].as_str());
    let usage = events.iter().find_map(|event| event.get("usage")).cloned();
    json!({ "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": finish }], "usage": usage })
}

fn refuses(status: u16, message: &str) -> Reply {
    Reply::Status(status, json!({ "error": { "message": message } }), None)
}

impl Script {
    fn of(replies: impl IntoIterator<Item = Reply>) -> Script {
        Script { replies: Arc::new(Mutex::new(replies.into_iter().collect())), asked: Arc::default() }
    }

    fn times(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn question(&self, number: usize) -> Value {
        self.asked.lock().unwrap()[number].0.clone()
    }

    async fn serve(&self) -> Url {
        let script = self.clone();
        let answer = async move |request: Request| -> Response {
            let key = request.headers().get("authorization").map(|key| key.to_str().unwrap().to_owned());
            let body = axum::body::to_bytes(request.into_body(), 1 << 24).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let at_once = body["stream"] == false;
            script.asked.lock().unwrap().push((body, key));
            let reply = script.replies.lock().unwrap().pop_front();
            match reply.unwrap_or_else(|| refuses(500, "the script is at its end")) {
                Reply::Status(status, body, wait) => {
                    let mut answer =
                        (axum::http::StatusCode::from_u16(status).unwrap(), body.to_string()).into_response();
                    if let Some(wait) = wait {
                        answer.headers_mut().insert("retry-after", wait.parse().unwrap());
                    }
                    answer
                }
                Reply::Events(events) if at_once => {
                    ([("content-type", "application/json")], whole(&events).to_string()).into_response()
                }
                Reply::Events(events) => {
                    let events: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
                    ([("content-type", "text/event-stream")], events).into_response()
                }
                Reply::Silence => std::future::pending().await,
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        base.parse().unwrap()
    }

    async fn model(&self, provider: Provider, model: &str) -> ModelSettings {
        let kept = Secrets::new(Keep::Session, "debrief-test", "unused".into());
        let key = RemoteKey { kept, given: Some(Secret::new("k-123")) };
        ModelSettings { provider, model: model.into(), base: self.serve().await, key, window_tokens: None }
    }
}

fn question() -> Question {
    Question {
        task: "notes".into(),
        instructions: "Write notes.".into(),
        material: "[1] We ship on Thursday.".into(),
        shape: "notes",
        schema: json!({ "type": "object", "properties": { "title": { "type": "string" } }, "required": ["title"],
            "additionalProperties": false }),
        answer_tokens: 500,
    }
}

const TITLE: &str = r#"{"title": "Launch on Thursday"}"#;

fn chain(models: Vec<ModelSettings>, desk: &Arc<Desk>) -> Chain {
    Chain::new(LlmSettings { models, ledger: desk.clone() }, "wrote the notes")
}

async fn ask(chain: &Chain, desk: &Arc<Desk>) -> StepResult<Answer> {
    chain.ask(&question(), &|_| Ok(()), &cx(desk)).await
}

fn failed(result: StepResult<Answer>) -> Failure {
    match result.unwrap_err() {
        StepError::Failed(failure) => failure,
        StepError::Stopped(stopped) => panic!("{stopped}"),
    }
}

#[tokio::test]
async fn an_answer_of_the_right_shape_is_taken_and_what_it_used_is_written_down() {
    let (script, desk) = (Script::of([says(TITLE)]), Arc::new(Desk::default()));
    let chain = chain(vec![script.model(Provider::OpenAi, "gpt-5.4-mini").await], &desk);
    let answer = ask(&chain, &desk).await.unwrap();
    assert_eq!(answer.value, json!({ "title": "Launch on Thursday" }));
    assert_eq!(answer.by, "gpt-5.4-mini at OpenAI-compatible server");
    let sent = script.question(0);
    assert_eq!(sent["response_format"]["json_schema"]["name"], "notes");
    assert_eq!(sent["messages"][0], json!({ "role": "system", "content": "Write notes." }));
    assert_eq!(sent["messages"][1], json!({ "role": "user", "content": "[1] We ship on Thursday." }));
    assert_eq!(desk.usage(), [Usage { input_tokens: 900, output_tokens: 30, audio_ms: 0 }]);
    let expenses = desk.expenses.lock().unwrap();
    assert_eq!((expenses[0].provider.as_str(), expenses[0].model.as_str()), ("openai", "gpt-5.4-mini"));
    assert!(expenses[0].usd.unwrap() > 0.0);
}

#[tokio::test]
async fn a_model_is_told_once_what_is_wrong_and_asked_once_more_from_the_beginning() {
    let wrong = r#"{"name": "Launch"}"#;
    let script = Script::of([says(wrong), says("Sure, here it is."), says(TITLE)]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Ollama, "qwen3:8b").await], &desk);
    assert_eq!(ask(&chain, &desk).await.unwrap().value["title"], "Launch on Thursday");
    let repair = script.question(1)["messages"].clone();
    assert_eq!(repair.as_array().unwrap().len(), 4);
    assert_eq!(repair[2], json!({ "role": "assistant", "content": wrong }));
    assert!(repair[3]["content"].as_str().unwrap().contains("\"title\" is a required property"), "{repair}");
    assert_eq!(script.question(2)["messages"], script.question(0)["messages"]);
    assert_eq!(desk.usage().len(), 3, "also what was of no use is paid for");
    let free: Vec<_> = desk.expenses.lock().unwrap().iter().map(|expense| expense.usd).collect();
    assert_eq!(free, [Some(0.0); 3]);
}

#[tokio::test]
async fn an_answer_that_stays_unusable_is_a_job_that_waits_and_never_a_page() {
    let script = Script::of([says("{}"), says("{}"), says("{\"title\": 1}")]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Compatible, "some").await], &desk);
    let failure = failed(ask(&chain, &desk).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::NotesUnusable, Retry::Person));
    assert_eq!(script.times(), 3);
    assert!(failure.detail.unwrap().contains("/title"));
}

#[tokio::test]
async fn the_check_of_the_question_has_its_say_too() {
    let script = Script::of([says(TITLE), says(r#"{"title": "Launch"}"#)]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Compatible, "some").await], &desk);
    let short = |value: &Value| match value["title"].as_str().unwrap_or_default().len() {
        0..10 => Ok(()),
        _ => Err("The title is longer than ten letters.".to_owned()),
    };
    let answer = chain.ask(&question(), &short, &cx(&desk)).await.unwrap();
    assert_eq!(answer.value["title"], "Launch");
    assert!(script.question(1).to_string().contains("longer than ten letters"));
}

#[tokio::test]
async fn a_server_that_knows_no_schema_is_asked_in_a_looser_form_and_not_again_in_the_strict_one() {
    let refused = || refuses(400, "response_format json_schema is not supported");
    let script = Script::of([refused(), refuses(422, "unknown field"), says(TITLE), says(TITLE)]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::LlamaCpp, "some").await], &desk);
    ask(&chain, &desk).await.unwrap();
    ask(&chain, &desk).await.unwrap();
    let forms: Vec<Value> =
        (0..4).map(|number| script.question(number)["response_format"]["type"].clone()).collect();
    assert_eq!(forms, [json!("json_schema"), json!("json_object"), Value::Null, Value::Null]);
    let system =
        |number: usize| script.question(number)["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(
        !system(0).contains("JSON schema") && system(1).contains("\"required\":[\"title\"]"),
        "{}",
        system(1)
    );
    assert_eq!(system(3), system(2));
    assert_eq!(desk.usage().len(), 2);
}

#[tokio::test]
async fn the_next_model_stands_in_and_the_person_is_told_once() {
    let busy = Reply::Status(429, json!({ "error": { "message": "slow down" } }), Some("120"));
    let (first, second) = (Script::of([busy]), Script::of([says(TITLE), says(TITLE)]));
    let desk = Arc::new(Desk::default());
    let models = vec![
        first.model(Provider::Anthropic, "claude-sonnet-4-6").await,
        second.model(Provider::Groq, "some").await,
    ];
    let chain = chain(models, &desk);
    assert_eq!(ask(&chain, &desk).await.unwrap().by, "some at Groq");
    assert_eq!(ask(&chain, &desk).await.unwrap().by, "some at Groq");
    assert_eq!(desk.warned(), ["Anthropic was busy; Groq wrote the notes."]);
    assert_eq!((first.times(), second.times()), (1, 2), "a model that fell out stays out");
}

#[tokio::test]
async fn when_all_are_out_the_first_says_why_and_all_are_asked_again_the_next_time() {
    let busy = Reply::Status(429, json!({ "error": { "message": "slow down" } }), Some("120"));
    let (first, second) = (Script::of([busy, says(TITLE)]), Script::of([refuses(401, "bad key k-123")]));
    let desk = Arc::new(Desk::default());
    let models = vec![first.model(Provider::Groq, "one").await, second.model(Provider::OpenAi, "two").await];
    let chain = chain(models, &desk);
    let failure = failed(ask(&chain, &desk).await);
    assert_eq!(
        (failure.code, failure.retry),
        (FailureCode::ServiceBusy, Retry::Later { after_ms: Some(120_000) })
    );
    let detail = failure.detail.unwrap();
    assert!(
        detail.contains("slow down") && detail.contains("refused the key (status 401: bad key …)"),
        "{detail}"
    );
    assert_eq!(ask(&chain, &desk).await.unwrap().by, "one at Groq");
    assert_eq!(desk.warned(), Vec::<String>::new());
}

#[tokio::test]
async fn a_short_wait_is_waited_for_on_the_spot() {
    let busy = || Reply::Status(429, json!({ "error": { "message": "slow down" } }), Some("1"));
    let script = Script::of([busy(), says(TITLE), busy(), busy()]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Groq, "some").await], &desk);
    let began = Instant::now();
    ask(&chain, &desk).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(failed(ask(&chain, &desk).await).retry, Retry::Later { after_ms: Some(1000) });
}

#[tokio::test]
async fn a_stream_without_an_end_is_asked_for_again_and_one_without_its_mark_is_taken() {
    let half = said(r#"{"title": "La"#, None, None);
    let Reply::Events(mut unmarked) = says(TITLE) else { unreachable!() };
    unmarked.pop();
    let script = Script::of([half, Reply::Events(unmarked), said("{", None, None), said("{", None, None)]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Compatible, "some").await], &desk);
    assert_eq!(ask(&chain, &desk).await.unwrap().value["title"], "Launch on Thursday");
    assert!(desk.usage()[0].input_tokens > 0 && desk.usage()[0].output_tokens > 0, "it is reckoned");
    let failure = failed(ask(&chain, &desk).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::ServiceBusy, Retry::Later { after_ms: None }));
}

#[tokio::test]
async fn an_answer_that_is_cut_gets_more_room_once() {
    let cut = || said(r#"{"title": "La"#, Some("length"), Some((10, 500)));
    let script = Script::of([cut(), says(TITLE), cut(), cut()]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Compatible, "some").await], &desk);
    ask(&chain, &desk).await.unwrap();
    assert_eq!(
        (script.question(0)["max_tokens"].clone(), script.question(1)["max_tokens"].clone()),
        (500.into(), 1000.into())
    );
    assert_eq!(failed(ask(&chain, &desk).await).code, FailureCode::NotesUnusable);
}

#[tokio::test]
async fn a_refusal_is_about_one_question_and_the_next_model_answers_it() {
    let piece = |delta: Value, finish: Value| {
        json!({ "choices": [{ "delta": delta, "finish_reason": finish }] }).to_string()
    };
    let refusal = Reply::Events(vec![
        piece(json!({ "refusal": "I can't " }), Value::Null),
        piece(json!({ "refusal": "help." }), Value::Null),
        piece(json!({}), json!("stop")),
        "[DONE]".to_owned(),
    ]);
    let filtered = said("", Some("content_filter"), None);
    let (first, second) = (
        Script::of([refusal, says(TITLE), filtered]),
        Script::of([says(TITLE), refuses(404, "model not found")]),
    );
    let desk = Arc::new(Desk::default());
    let models =
        vec![first.model(Provider::Compatible, "one").await, second.model(Provider::Groq, "two").await];
    let chain = chain(models, &desk);
    assert_eq!(ask(&chain, &desk).await.unwrap().by, "two at Groq");
    assert_eq!(desk.warned(), ["one at OpenAI-compatible server refused to answer; Groq wrote the notes."]);
    assert!(ask(&chain, &desk).await.unwrap().by.starts_with("one at 127.0.0.1:"));
    let failure = failed(ask(&chain, &desk).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::NotesRefused, Retry::Person));
    assert!(failure.detail.unwrap().contains("two") || second.times() == 2);
}

#[tokio::test]
async fn silence_ends_in_time_and_a_stop_ends_it_at_once() {
    let script = Script::of([Reply::Silence, Reply::Silence]);
    let desk = Arc::new(Desk::default());
    let model = script.model(Provider::Compatible, "some").await;
    let impatient =
        chain(vec![model.clone()], &desk).with_patience(Duration::from_millis(300), Duration::from_secs(1));
    let failure = failed(ask(&impatient, &desk).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::TimedOut, Retry::Later { after_ms: None }));

    let (patient, asked, stopper) = (chain(vec![model], &desk), script.clone(), desk.clone());
    tokio::spawn(async move {
        while asked.times() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stopper.stopped.store(true, Ordering::SeqCst);
    });
    let began = Instant::now();
    assert!(matches!(ask(&patient, &desk).await, Err(StepError::Stopped(_))));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_question_that_a_server_cut_off_is_not_answered() {
    let script = Script::of([said(TITLE, Some("stop"), Some((400, 30)))]);
    let desk = Arc::new(Desk::default());
    let chain = chain(vec![script.model(Provider::Ollama, "qwen3:8b").await], &desk);
    let long = Question { material: "[1] We ship on Thursday. ".repeat(400), ..question() };
    let failure = failed(chain.ask(&long, &|_| Ok(()), &cx(&desk)).await);
    assert_eq!(failure.code, FailureCode::NotesUnusable);
    assert!(failure.fix.contains("context length") && failure.detail.unwrap().contains("read 400 tokens"));
}

#[tokio::test]
async fn the_months_cap_is_kept_to_and_what_costs_nothing_is_still_asked() {
    let (paid, free) = (Script::of([says(TITLE)]), Script::of([says(TITLE)]));
    let desk = Arc::new(Desk::default());
    *desk.left_usd.lock().unwrap() = Some(0.0001);
    let dear = paid.model(Provider::Anthropic, "claude-sonnet-4-6").await;
    let failure = failed(ask(&chain(vec![dear.clone()], &desk), &desk).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::SpendingCapReached, Retry::Person));
    let both = chain(vec![dear, free.model(Provider::Ollama, "qwen3:8b").await], &desk);
    assert_eq!(ask(&both, &desk).await.unwrap().by, "qwen3:8b at Ollama");
    assert_eq!(
        desk.warned(),
        ["Anthropic would have gone over the month's cap on spending; Ollama wrote the notes."]
    );
    assert_eq!(paid.times(), 0);
    // A model without a known price is asked as long as anything is left.
    let unknown = Script::of([says(TITLE)]);
    let unknown_model = unknown.model(Provider::Groq, "unheard-of").await;
    ask(&chain(vec![unknown_model.clone()], &desk), &desk).await.unwrap();
    *desk.left_usd.lock().unwrap() = Some(0.0);
    assert_eq!(
        failed(ask(&chain(vec![unknown_model], &desk), &desk).await).code,
        FailureCode::SpendingCapReached
    );
}

#[tokio::test]
async fn a_server_of_ones_own_needs_no_key_and_a_name_is_sent_as_it_is() {
    let script = Script::of([says(TITLE), says(TITLE)]);
    let desk = Arc::new(Desk::default());
    let mut model = script.model(Provider::LmStudio, "qwen-max").await;
    ask(&chain(vec![model.clone()], &desk), &desk).await.unwrap();
    model.key.given = None;
    model.model = "team::qwen-high".into();
    ask(&chain(vec![model.clone()], &desk), &desk).await.unwrap();
    assert_eq!(script.question(0)["model"], "qwen-max");
    assert_eq!(script.question(0)["reasoning_effort"], Value::Null);
    assert_eq!(script.question(1)["model"], "team::qwen-high");
    let keys: Vec<Option<String>> = script.asked.lock().unwrap().iter().map(|(_, key)| key.clone()).collect();
    assert_eq!(keys, [Some("Bearer k-123".to_owned()), None]);
    let moved = ModelSettings { base: "https://other.test/v1".parse().unwrap(), ..model.clone() };
    assert_ne!(moved.key_name(), model.key_name(), "the key of one server is not for another");

    model.provider = Provider::Anthropic;
    let chain = chain(vec![model], &desk);
    assert_eq!(chain.ready().await.unwrap_err().code, FailureCode::NotesKeyMissing);
    assert_eq!(failed(ask(&chain, &desk).await).retry, Retry::Person);
    assert_eq!(script.times(), 2);
}

#[tokio::test]
async fn where_keys_cannot_be_read_a_server_that_needs_none_is_asked_all_the_same() {
    let script = Script::of([says(TITLE)]);
    let desk = Arc::new(Desk::default());
    let folder = tempfile::tempdir().unwrap();
    let mut model = script.model(Provider::Ollama, "qwen3:8b").await;
    // A folder is no file to read keys from.
    let kept = Secrets::new(Keep::File, "debrief-test", folder.path().to_owned());
    model.key = RemoteKey { kept, given: None };
    ask(&chain(vec![model.clone()], &desk), &desk).await.unwrap();
    assert_eq!(script.times(), 1);

    model.provider = Provider::Anthropic;
    assert_eq!(chain(vec![model], &desk).ready().await.unwrap_err().code, FailureCode::NoKeychain);
}

#[tokio::test]
async fn the_settings_list_models_and_try_one() {
    let list = json!({ "data": [{ "id": "qwen3:8b" }, { "id": "nomic-embed-text" }] });
    let script = Script::of([
        Reply::Status(200, list.clone(), None),
        Reply::Status(200, list, None),
        refuses(400, "json_schema?"),
        says("```json\n{\"ready\": true}\n```"),
        refuses(404, "model \"qwen3:8b\" not found, try pulling it first"),
    ]);
    let mut model = script.model(Provider::Ollama, "").await;
    assert_eq!(models(&model).await.unwrap(), ["qwen3:8b"]);
    let at = format!("127.0.0.1:{} (this machine)", model.base.port().unwrap());
    assert_eq!(
        test(&model).await.unwrap(),
        format!("Ollama offers one model. Transcripts are sent to {at}.")
    );
    model.model = "qwen3:8b".into();
    assert_eq!(
        test(&model).await.unwrap(),
        format!("Ollama answers with qwen3:8b. Transcripts are sent to {at}.")
    );
    let failure = test(&model).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NotesModelMissing);
    assert_eq!(failure.what, "Ollama has no model \"qwen3:8b\".");
}

#[tokio::test]
async fn nobody_there_is_offline_and_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/v1", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let desk = Arc::new(Desk::default());
    let mut model = Script::default().model(Provider::Ollama, "qwen3:8b").await;
    model.base = base;
    let failure = failed(ask(&chain(vec![model], &desk), &desk).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::Offline, Retry::Later { after_ms: None }));
    assert_eq!(failure.what, "Ollama can't be reached.");
    assert_eq!(desk.usage(), []);
}

#[tokio::test]
async fn the_least_window_counts_and_the_most_tokens_do() {
    let desk = Arc::new(Desk::default());
    let openai = Script::default().model(Provider::OpenAi, "gpt-5.4-mini").await;
    let mut own = Script::default().model(Provider::Ollama, "qwen3:8b").await;
    let alone = chain(vec![openai.clone()], &desk);
    assert_eq!((alone.window_tokens(), alone.count("hello world"), alone.at_a_time()), (272_000, 2, 4));
    own.window_tokens = Some(16_384);
    let both = chain(vec![openai, own], &desk);
    assert_eq!((both.window_tokens(), both.count("hello world")), (16_384, 3));
}
