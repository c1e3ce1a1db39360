//! llama.cpp's own server, from PyPI's `xllamacpp`, with a tiny model of random weights.
//!
//! What it cannot show:
//! - The model understands nothing: held to a schema's grammar it fills it with nonsense, and what it says without one is none.
//! - It takes any model's name, fields that nobody knows and no messages at all, and it demands no key.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use debrief_connect::keychain::{Keep, Secrets};
use debrief_connect::llm::{self, Chain, Ledger, LlmSettings, ModelSettings, Provider, RemoteKey};
use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::ports::{LanguageModel, Question};
use debrief_core::spending::Expense;
use debrief_core::stage::StepError;
use debrief_yardstick::llama_model::{self, CONTEXT};
use debrief_yardstick::step::unwatched;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::process::Command;

use super::Foreign;
use crate::google::browser;

/// A running server.
pub(crate) struct Llama {
    server: Foreign,
    _model: tempfile::TempDir,
}

impl Llama {
    pub(crate) async fn start() -> Llama {
        let python = tokio::task::spawn_blocking(installed).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let model = llama_model::llama(folder.path()).unwrap();
        let mut server = Command::new(python);
        server
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/llama.py"))
            .arg(model)
            .arg(CONTEXT.to_string());
        Llama { server: Foreign::run(server).await, _model: folder }
    }

    /// What clients of OpenAI's interface take for its address.
    pub(crate) fn base(&self) -> String {
        self.server.at("/v1")
    }
}

/// The Python that has it. Without Python or PyPI's registry these tests fail; none is left out.
fn installed() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/requirements.txt");
        let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign-llama");
        std::fs::create_dir_all(&to).unwrap();
        // Several runs of the tests may come here at a time.
        let lock = File::create(to.join("lock")).unwrap();
        lock.lock().unwrap();
        let venv = to.join("venv");
        let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let pins = std::fs::read(&wanted).unwrap();
        let done = to.join("installed.txt");
        if std::fs::read(&done).ok().as_ref() != Some(&pins) {
            let run = |command: &Path, arguments: &[&str]| {
                let command = std::process::Command::new(command).args(arguments).output();
                let output = command.expect("Python starts; `make test` installs it");
                assert!(
                    output.status.success(),
                    "{arguments:?}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
            };
            let name = if cfg!(windows) { "python" } else { "python3" };
            run(Path::new(name), &["-m", "venv", "--clear", venv.to_str().unwrap()]);
            let pip =
                ["-m", "pip", "install", "--disable-pip-version-check", "--only-binary=:all:", "--no-deps"];
            let pinned = ["--require-hashes", "--timeout=60", "-r", wanted.to_str().unwrap()];
            run(&python, &[&pip[..], &pinned].concat());
            std::fs::write(&done, pins).unwrap();
        }
        python
    })
}

fn question(material: &str) -> Value {
    let todo = json!({
        "type": "object",
        "properties": {
            "what": { "type": "string" },
            "segments": { "type": "array", "items": { "type": "integer" } },
            "due": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
        },
        "required": ["what", "segments", "due"],
        "additionalProperties": false,
    });
    let schema = json!({
        "type": "object",
        "properties": { "title": { "type": "string" }, "todos": { "type": "array", "items": todo } },
        "required": ["title", "todos"],
        "additionalProperties": false,
    });
    json!({
        "model": "tiny-llama",
        "messages": [{ "role": "system", "content": "Write notes." }, { "role": "user", "content": material }],
        "max_tokens": 1500,
        "temperature": 0.8,
        "seed": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": { "name": "notes", "strict": true, "schema": schema },
        },
    })
}

async fn asked(http: &Client, llama: &Llama, body: &Value) -> (u16, Value) {
    let answer = http.post(format!("{}/chat/completions", llama.base())).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn llama_cpp_answers_in_the_shape_of_a_schema() {
    let (llama, http) = (Llama::start().await, browser());
    let models: Value =
        http.get(format!("{}/models", llama.base())).send().await.unwrap().json().await.unwrap();
    assert_eq!(models["data"][0]["meta"]["n_ctx"], json!(CONTEXT), "{models}");
    let body = question("[7] 0:12 Ben: I will send the report by Friday.");
    let (status, answer) = asked(&http, &llama, &body).await;
    assert_eq!((status, &answer["choices"][0]["finish_reason"]), (200, &json!("stop")), "{answer}");
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    let notes: Value = serde_json::from_str(text).unwrap();
    assert!(notes["title"].is_string() && notes.as_object().unwrap().len() == 2, "{notes}");
    for todo in notes["todos"].as_array().unwrap() {
        assert!(todo["what"].is_string() && todo["segments"].is_array(), "{notes}");
    }
    assert!(answer["usage"]["prompt_tokens"].as_u64().unwrap() > 60, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn llama_cpp_cuts_streams_and_refuses_as_the_sandbox_does() {
    let (llama, http) = (Llama::start().await, browser());
    let mut body = question("Hello");
    body["max_tokens"] = 5.into();
    let (_, answer) = asked(&http, &llama, &body).await;
    assert_eq!(answer["choices"][0]["finish_reason"], "length");

    let body = question(&"word ".repeat(1_000));
    let (status, answer) = asked(&http, &llama, &body).await;
    let error = &answer["error"];
    assert_eq!((status, &error["type"]), (400, &json!("exceed_context_size_error")), "{answer}");
    assert_eq!((&error["code"], &error["n_ctx"]), (&json!(400), &json!(CONTEXT)));
    assert!(
        error["message"].as_str().unwrap().contains("exceeds the available context size (2048 tokens)"),
        "{error}"
    );

    let mut body = question("Hello");
    body["stream"] = true.into();
    body["stream_options"] = json!({ "include_usage": true });
    let answer = http.post(format!("{}/chat/completions", llama.base())).json(&body).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let text = answer.text().await.unwrap();
    let data: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let (end, chunks) = data.split_last().unwrap();
    let chunks: Vec<Value> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    let said: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert!(serde_json::from_str::<Value>(&said).unwrap()["todos"].is_array(), "{said}");
    assert_eq!((*end, &chunks[0]["choices"][0]["delta"]["role"]), ("[DONE]", &json!("assistant")));
    let [.., last, usage] = chunks.as_slice() else { panic!("{chunks:?}") };
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert!(
        usage["choices"].as_array().unwrap().is_empty() && usage["usage"]["total_tokens"].is_u64(),
        "{usage}"
    );
}

/// Costs nothing.
struct Free;

impl Ledger for Free {
    fn left_usd(&self) -> Result<Option<f64>, Failure> {
        Ok(None)
    }

    fn record(&self, _: JobId, _: Expense) -> Result<(), Failure> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_questions_are_answered_by_llama_cpp() {
    let (llama, folder) = (Llama::start().await, tempfile::tempdir().unwrap());
    let server = ModelSettings {
        provider: Provider::LlamaCpp,
        model: "tiny-llama".into(),
        base: llama.base().parse().unwrap(),
        key: RemoteKey {
            kept: Secrets::new(Keep::Session, "debrief-test", folder.path().join("secrets.json")),
            given: None,
        },
        window_tokens: Some(u32::try_from(CONTEXT).unwrap()),
    };
    assert_eq!(llm::models(&server).await.unwrap().len(), 1);
    let said = llm::test(&server).await.unwrap();
    assert!(said.starts_with("llama.cpp answers with tiny-llama") && said.contains("this machine"), "{said}");

    let chain = Chain::new(LlmSettings { models: vec![server], ledger: Arc::new(Free) }, "wrote the notes");
    let cx = unwatched(folder.path());
    let schema = json!({
        "type": "object",
        "properties": { "title": { "type": "string" }, "segments": { "type": "array", "items": { "type": "integer" } } },
        "required": ["title", "segments"],
        "additionalProperties": false,
    });
    let question = Question {
        task: "a test".into(),
        instructions: "Give the conversation a title, and cite its lines.".into(),
        material: "[1] 0:12 Ben: I will send the report by Friday.".into(),
        shape: "title",
        schema,
        answer_tokens: 600,
    };
    let answer = chain.ask(&question, &|_| Ok(()), &cx).await.unwrap();
    assert!(answer.value["title"].is_string() && answer.value["segments"].is_array(), "{answer:?}");
    assert_eq!(answer.by, "tiny-llama at llama.cpp");

    let long = Question { material: "word ".repeat(4_000), ..question };
    let StepError::Failed(failure) = chain.ask(&long, &|_| Ok(()), &cx).await.unwrap_err() else { panic!() };
    assert!(failure.what.contains("llama.cpp"), "{failure:?}");
}
