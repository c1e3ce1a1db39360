//! Language models from end to end: questions to each provider's stand-in, with everything that can go wrong.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use debrief_connect::keychain::{Keep, Secrets};
use debrief_connect::llm::{Chain, Ledger, LlmSettings, ModelSettings, Provider, RemoteKey, models, test};
use debrief_core::failure::{Failure, FailureCode, Retry, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::{Answer, LanguageModel, Question};
use debrief_core::secret::Secret;
use debrief_core::spending::Expense;
use debrief_core::stage::{Progress, StageCx, StageHost, StepError, StepResult};
use debrief_sandbox::{Call, Fault, FaultKind, LlmFault, LlmProvider, Sandbox, World};
use serde_json::{Value, json};

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

/// The five stand-ins, a key for each, and a desk.
struct Stage {
    sandbox: Sandbox,
    desk: Arc<Desk>,
    keys: Vec<(LlmProvider, String)>,
}

/// Each provider, with a model of its own.
const PROVIDERS: [(LlmProvider, Provider, &str, Call); 5] = [
    (LlmProvider::OpenAi, Provider::OpenAi, "gpt-5-mini", Call::LlmOpenAi),
    (LlmProvider::Anthropic, Provider::Anthropic, "claude-sonnet-4-6", Call::LlmAnthropic),
    (LlmProvider::Gemini, Provider::Gemini, "gemini-2.5-flash", Call::LlmGemini),
    (LlmProvider::Groq, Provider::Groq, "openai/gpt-oss-120b", Call::LlmGroq),
    (LlmProvider::Local, Provider::Ollama, "qwen3:8b", Call::LlmLocal),
];

impl Stage {
    async fn new() -> Stage {
        let mut world = World::new();
        let keys = PROVIDERS.iter().filter(|(of, ..)| *of != LlmProvider::Local);
        let keys = keys.map(|(of, ..)| (*of, world.add_llm_key(*of))).collect();
        Stage { sandbox: Sandbox::start(world).await.unwrap(), desk: Arc::default(), keys }
    }

    fn model(&self, of: LlmProvider) -> ModelSettings {
        let (_, provider, model, _) = PROVIDERS.into_iter().find(|(one, ..)| *one == of).unwrap();
        let base = match of {
            LlmProvider::OpenAi => self.sandbox.openai(),
            LlmProvider::Groq => self.sandbox.groq(),
            LlmProvider::Local => self.sandbox.local_llm(),
            LlmProvider::Anthropic => self.sandbox.anthropic(),
            LlmProvider::Gemini => format!("{}/v1beta", self.sandbox.gemini()),
        };
        let given = self.keys.iter().find(|(one, _)| *one == of).map(|(_, key)| Secret::new(key));
        let kept = Secrets::new(Keep::Session, "debrief-test", "unused".into());
        ModelSettings {
            provider,
            model: model.into(),
            base: base.parse().unwrap(),
            key: RemoteKey { kept, given },
            window_tokens: None,
        }
    }

    fn key(&self, of: LlmProvider) -> String {
        self.keys.iter().find(|(one, _)| *one == of).unwrap().1.clone()
    }

    fn chain(&self, of: &[LlmProvider]) -> Chain {
        let models = of.iter().map(|of| self.model(*of)).collect();
        Chain::new(LlmSettings { models, ledger: self.desk.clone() }, "wrote the notes")
    }

    async fn ask(&self, chain: &Chain) -> StepResult<Answer> {
        let job = "00000000-0000-4000-8000-000000000000".parse::<JobId>().unwrap();
        let cx = StageCx::new(job, std::env::temp_dir(), self.desk.clone());
        chain.ask(&question(), &|_| Ok(()), &cx).await
    }

    async fn ask_one(&self, of: LlmProvider) -> StepResult<Answer> {
        self.ask(&self.chain(&[of])).await
    }

    fn plan(&self, on: Call, times: u32, what: FaultKind) {
        self.sandbox.world().plan(Fault { on, times, what });
    }

    /// How often a model was asked.
    fn asked(&self, call: Call) -> usize {
        self.sandbox.world().requests().iter().filter(|seen| seen.call == Some(call)).count()
    }

    fn warned(&self) -> Vec<String> {
        self.desk.warnings.lock().unwrap().iter().map(|warning| warning.text.clone()).collect()
    }
}

fn question() -> Question {
    let todo = json!({ "type": "object", "additionalProperties": false, "required": ["text", "segment"],
        "properties": { "text": { "type": "string" }, "segment": { "type": "integer" } } });
    Question {
        task: "notes".into(),
        instructions: "Write down what is to be done.".into(),
        material: "[1] 0:00 Ana: We ship on Thursday.\n[2] 0:05 Ben: I will call the customers before."
            .into(),
        shape: "todos",
        schema: json!({ "type": "object", "additionalProperties": false, "required": ["title", "todos"],
            "properties": { "title": { "type": "string" }, "todos": { "type": "array", "items": todo } } }),
        answer_tokens: 800,
    }
}

fn failed(result: StepResult<Answer>) -> Failure {
    match result.unwrap_err() {
        StepError::Failed(failure) => failure,
        StepError::Stopped(stopped) => panic!("{stopped}"),
    }
}

#[tokio::test]
async fn every_provider_is_held_to_the_schema_in_its_own_way() {
    let stage = Stage::new().await;
    for (of, provider, model, call) in PROVIDERS {
        let answer = stage.ask_one(of).await.unwrap_or_else(|error| panic!("{provider:?}: {error:?}"));
        assert!(
            answer.value["todos"].is_array() && answer.value["title"].is_string(),
            "{provider:?}: {answer:?}"
        );
        assert!(answer.by.starts_with(&format!("{model} at ")), "{}", answer.by);
        let world = stage.sandbox.world();
        let seen: Vec<_> = world.requests().iter().filter(|seen| seen.call == Some(call)).collect();
        let asked = seen.last().unwrap().question.as_ref().unwrap();
        assert_eq!(seen.len(), 1, "{provider:?}");
        assert_eq!(
            asked.schema.as_ref().map(|schema| schema["required"].clone()),
            Some(json!(["title", "todos"]))
        );
        assert_eq!((asked.instructions.as_str(), asked.messages), ("Write down what is to be done.", 1));
        // Groq holds to a schema only what comes as a whole.
        assert_eq!(asked.stream, of != LlmProvider::Groq, "{provider:?}");
    }
    let expenses = stage.desk.expenses.lock().unwrap();
    assert_eq!(expenses.len(), PROVIDERS.len());
    for expense in expenses.iter() {
        assert!(expense.usage.input_tokens > 20 && expense.usage.output_tokens > 5, "{expense:?}");
        assert_eq!(expense.usd == Some(0.0), expense.provider == "ollama", "{expense:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_put_right_by_every_provider() {
    let stage = Stage::new().await;
    for (of, provider, _, call) in PROVIDERS {
        for fault in [LlmFault::InvalidJson, LlmFault::OtherShape, LlmFault::Fenced, LlmFault::Empty] {
            stage.sandbox.world().forget_requests();
            stage.plan(call, 1, FaultKind::Llm(fault));
            let answer = stage.ask_one(of).await;
            let answer = answer.unwrap_or_else(|error| panic!("{provider:?}, {fault:?}: {error:?}"));
            assert!(answer.value["todos"].is_array(), "{provider:?}, {fault:?}");
            assert_eq!(stage.asked(call), 2, "{provider:?}, {fault:?}");
        }
    }
    assert_eq!(stage.warned(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_stays_useless_makes_the_job_wait() {
    let stage = Stage::new().await;
    for (of, provider, _, call) in PROVIDERS {
        stage.plan(call, 3, FaultKind::Llm(LlmFault::OtherShape));
        let failure = failed(stage.ask_one(of).await);
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::NotesUnusable, Retry::Person),
            "{provider:?}"
        );
        assert!(!stage.sandbox.world().has_planned_faults(), "{provider:?} was asked three times");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_is_asked_for_again_or_passes_by_itself() {
    let stage = Stage::new().await;
    for (of, provider, _, call) in PROVIDERS {
        if of == LlmProvider::Groq {
            continue; // It is not streamed.
        }
        stage.plan(call, 1, FaultKind::Llm(LlmFault::Unfinished));
        stage.ask_one(of).await.unwrap_or_else(|error| panic!("{provider:?}: {error:?}"));
        for fault in [LlmFault::CutOff, LlmFault::ErrorMidway] {
            stage.plan(call, 1, FaultKind::Llm(fault));
            let failure = failed(stage.ask_one(of).await);
            assert!(matches!(failure.retry, Retry::Later { .. }), "{provider:?}, {fault:?}: {failure:?}");
            assert_eq!(failure.code, FailureCode::ServiceBusy, "{provider:?}, {fault:?}: {failure:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_without_room_gets_more_of_it_once() {
    let stage = Stage::new().await;
    for (of, provider, _, call) in PROVIDERS {
        stage.plan(call, 1, FaultKind::Llm(LlmFault::CutShort { tokens: 4 }));
        stage.ask_one(of).await.unwrap_or_else(|error| panic!("{provider:?}: {error:?}"));
        stage.plan(call, 2, FaultKind::Llm(LlmFault::CutShort { tokens: 4 }));
        assert_eq!(failed(stage.ask_one(of).await).code, FailureCode::NotesUnusable, "{provider:?}");
    }
}

#[tokio::test]
async fn a_refusal_goes_to_the_next_model() {
    let stage = Stage::new().await;
    for (of, provider, _, call) in PROVIDERS {
        // Where a provider has no word for a refusal, it is an answer of no use, and said again each time.
        stage.plan(call, 3, FaultKind::Llm(LlmFault::Refusal));
        let failure = failed(stage.ask_one(of).await);
        let has_a_word = matches!(of, LlmProvider::OpenAi | LlmProvider::Anthropic | LlmProvider::Gemini);
        let code = if has_a_word { FailureCode::NotesRefused } else { FailureCode::NotesUnusable };
        assert_eq!((failure.code, failure.retry), (code, Retry::Person), "{provider:?}: {failure:?}");
        stage.sandbox.world().forget_faults();
    }
    stage.plan(Call::LlmAnthropic, 1, FaultKind::Llm(LlmFault::Refusal));
    let answer = stage.ask(&stage.chain(&[LlmProvider::Anthropic, LlmProvider::Gemini])).await.unwrap();
    assert_eq!(answer.by, "gemini-2.5-flash at Gemini");
    assert_eq!(stage.warned(), ["claude-sonnet-4-6 at Anthropic refused to answer; Gemini wrote the notes."]);
}

#[tokio::test]
async fn every_providers_troubles_with_keys_and_models_are_told_apart() {
    let stage = Stage::new().await;
    for (of, provider, model, _) in PROVIDERS {
        let mut unknown = stage.model(of);
        unknown.model = if of == LlmProvider::Gemini { "palm-2".into() } else { "no-such-model".into() };
        let settings = LlmSettings { models: vec![unknown.clone()], ledger: stage.desk.clone() };
        let failure = failed(stage.ask(&Chain::new(settings, "wrote the notes")).await);
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::NotesModelMissing, Retry::Person),
            "{provider:?}: {failure:?}"
        );
        assert!(failure.what.contains(&unknown.model) && !failure.what.contains(model));
        if of == LlmProvider::Local {
            continue;
        }
        let key = stage.key(of);
        stage.sandbox.world().use_up_credit(&key);
        let failure = failed(stage.ask_one(of).await);
        let used_up = [FailureCode::NotesCreditUsedUp, FailureCode::QuotaExceeded, FailureCode::ServiceBusy];
        assert!(used_up.contains(&failure.code), "{provider:?}: {failure:?}");
        if matches!(of, LlmProvider::OpenAi | LlmProvider::Anthropic) {
            assert_eq!((failure.code, failure.retry), (FailureCode::NotesCreditUsedUp, Retry::Person));
        }
        stage.sandbox.world().add_credit(&key);
        stage.sandbox.world().revoke_llm_key(&key);
        let failure = failed(stage.ask_one(of).await);
        assert_eq!(
            (failure.code, failure.retry),
            (FailureCode::NotesKeyRefused, Retry::Person),
            "{provider:?}"
        );
        assert!(!format!("{failure:?}").contains(&key), "{provider:?} says the key again");
    }
}

#[tokio::test]
async fn whoever_is_busy_down_or_away_is_stood_in_for_by_the_next() {
    let stage = Stage::new().await;
    let status = |status: u16| FaultKind::Status(status, "planned".into());
    for (what, why) in [
        (FaultKind::TooManyRequests { retry_after_s: Some(300) }, "OpenAI-compatible server was busy"),
        (FaultKind::TooManyRequests { retry_after_s: None }, "OpenAI-compatible server was busy"),
        (status(500), "OpenAI-compatible server had a fault of its own"),
        (status(503), "OpenAI-compatible server was busy"),
        (FaultKind::AnswerLost, "OpenAI-compatible server broke off"),
    ] {
        stage.desk.warnings.lock().unwrap().clear();
        stage.plan(Call::LlmOpenAi, 1, what.clone());
        let chain = stage.chain(&[LlmProvider::OpenAi, LlmProvider::Groq, LlmProvider::Local]);
        for _ in 0..2 {
            let answer = stage.ask(&chain).await.unwrap_or_else(|error| panic!("{what:?}: {error:?}"));
            assert_eq!(answer.by, "openai/gpt-oss-120b at Groq", "{what:?}");
        }
        assert_eq!(stage.warned(), [format!("{why}; Groq wrote the notes.")], "{what:?}");
    }
    assert_eq!(stage.asked(Call::LlmOpenAi), 5, "what fell out was asked once");
    let failure = {
        stage.plan(Call::LlmOpenAi, 1, FaultKind::TooManyRequests { retry_after_s: Some(300) });
        stage.plan(Call::LlmGroq, 1, status(500));
        failed(stage.ask(&stage.chain(&[LlmProvider::OpenAi, LlmProvider::Groq])).await)
    };
    assert_eq!(
        (failure.code, failure.retry),
        (FailureCode::ServiceBusy, Retry::Later { after_ms: Some(300_000) })
    );
    assert!(failure.detail.unwrap().contains("Groq had a fault of its own"));
}

#[tokio::test]
async fn a_model_that_says_nothing_is_left_in_time_and_a_stop_leaves_it_at_once() {
    let stage = Stage::new().await;
    stage.plan(Call::LlmAnthropic, 2, FaultKind::Stall);
    let chain = stage
        .chain(&[LlmProvider::Anthropic])
        .with_patience(Duration::from_millis(400), Duration::from_secs(9));
    assert_eq!(failed(stage.ask(&chain).await).code, FailureCode::TimedOut);
    let stop = async {
        while stage.asked(Call::LlmAnthropic) < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stage.desk.stopped.store(true, Ordering::SeqCst);
        Instant::now()
    };
    let patient = stage.chain(&[LlmProvider::Anthropic]);
    let (stopped_at, stopped) = tokio::join!(stop, stage.ask(&patient));
    assert!(matches!(stopped, Err(StepError::Stopped(_))), "{stopped:?}");
    assert!(stopped_at.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn the_settings_list_models_and_try_them() {
    let stage = Stage::new().await;
    for (of, provider, model, _) in PROVIDERS {
        let mut settings = stage.model(of);
        let listed = models(&settings).await.unwrap_or_else(|failure| panic!("{provider:?}: {failure:?}"));
        assert!(
            !listed.is_empty() && listed.iter().all(|name| !name.contains("whisper")),
            "{provider:?}: {listed:?}"
        );
        let told = test(&settings).await.unwrap_or_else(|failure| panic!("{provider:?}: {failure:?}"));
        assert!(
            told.contains(&format!("answers with {model}. Transcripts are sent to 127.0.0.1:")),
            "{told}"
        );
        settings.model.clear();
        let told = test(&settings).await.unwrap();
        assert!(told.contains(&format!("offers {} model", listed.len())) || listed.len() == 1, "{told}");
        if of != LlmProvider::Local {
            settings.key.given = Some(Secret::new("wrong"));
            assert_eq!(
                models(&settings).await.unwrap_err().code,
                FailureCode::NotesKeyRefused,
                "{provider:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_months_cap_stops_what_costs_money() {
    let stage = Stage::new().await;
    *stage.desk.left_usd.lock().unwrap() = Some(0.0);
    let failure = failed(stage.ask_one(LlmProvider::Anthropic).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::SpendingCapReached, Retry::Person));
    assert_eq!(stage.asked(Call::LlmAnthropic), 0);
    let answer = stage.ask(&stage.chain(&[LlmProvider::Anthropic, LlmProvider::Local])).await.unwrap();
    assert_eq!(answer.by, "qwen3:8b at Ollama");
}
