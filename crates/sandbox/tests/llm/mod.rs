//! The stand-ins for language models.

mod answers;
mod anthropic;
mod faults;
mod gemini;
mod openai;

use debrief_sandbox::{LlmProvider, Sandbox, SeenQuestion, World};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::support::client;

/// One provider with one key.
struct Scene {
    sandbox: Sandbox,
    provider: LlmProvider,
    key: String,
    http: Client,
}

const ALL: [LlmProvider; 5] =
    [LlmProvider::OpenAi, LlmProvider::Groq, LlmProvider::Local, LlmProvider::Anthropic, LlmProvider::Gemini];

/// Material of the kind that is asked about.
const TALK: &str = "Speaker 1 and others:\n\
    [0] 0:00 Ana: Good morning, this is the planning of the launch.\n\
    [7] 0:12 Ben: I will send the report by Friday.\n\
    [9] 0:42 Ana: Let's go with the blue logo.\n\
    [12] 1:02:03 Ben: Who will pay for it?\n";

/// A schema that every provider takes.
fn notes() -> Value {
    let object = |properties: Value| {
        let required: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    };
    let todo = object(json!({
        "what": { "type": "string" },
        "assignee": { "type": "string" },
        "quote": { "type": "string" },
        "segments": { "type": "array", "items": { "type": "integer" } },
        "due": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
    }));
    object(json!({
        "title": { "type": "string", "description": "A few words." },
        "todos": { "type": "array", "items": todo },
    }))
}

impl Scene {
    async fn new(provider: LlmProvider) -> Scene {
        let mut world = World::new();
        let key = world.add_llm_key(provider);
        Scene { sandbox: Sandbox::start(world).await.unwrap(), provider, key, http: client() }
    }

    /// A model that takes a schema.
    fn model(&self) -> &'static str {
        match self.provider {
            LlmProvider::OpenAi => "gpt-4.1-mini",
            LlmProvider::Groq => "openai/gpt-oss-120b",
            LlmProvider::Local => "qwen3:8b",
            LlmProvider::Anthropic => "claude-sonnet-4-6",
            LlmProvider::Gemini => "gemini-2.5-flash",
        }
    }

    /// A request in order for JSON of the schema, as the provider has it.
    fn body(&self, schema: &Value) -> Value {
        let (system, user) = ("Write notes.", TALK);
        match self.provider {
            LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => json!({
                "model": self.model(),
                "messages": [{ "role": "system", "content": system }, { "role": "user", "content": user }],
                "max_completion_tokens": 1000,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": { "name": "notes", "strict": true, "schema": schema },
                },
            }),
            LlmProvider::Anthropic => json!({
                "model": self.model(),
                "max_tokens": 1000,
                "system": system,
                "messages": [{ "role": "user", "content": user }],
                "output_config": { "format": { "type": "json_schema", "schema": schema } },
            }),
            LlmProvider::Gemini => json!({
                "systemInstruction": { "parts": [{ "text": system }] },
                "contents": [{ "role": "user", "parts": [{ "text": user }] }],
                "generationConfig": {
                    "maxOutputTokens": 1000,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": schema,
                },
            }),
        }
    }

    /// Asks with a body.
    fn ask(&self, body: &Value) -> RequestBuilder {
        let (sandbox, http) = (&self.sandbox, &self.http);
        let post = match self.provider {
            LlmProvider::OpenAi => http.post(format!("{}/chat/completions", sandbox.openai())),
            LlmProvider::Groq => http.post(format!("{}/chat/completions", sandbox.groq())),
            LlmProvider::Local => http.post(format!("{}/chat/completions", sandbox.local_llm())),
            LlmProvider::Anthropic => http.post(format!("{}/messages", sandbox.anthropic())),
            LlmProvider::Gemini => {
                http.post(format!("{}/v1beta/models/{}:generateContent", sandbox.gemini(), self.model()))
            }
        };
        self.authorised(post).json(body)
    }

    /// Asks for an answer piece by piece.
    fn stream(&self, schema: &Value) -> RequestBuilder {
        let mut body = self.body(schema);
        if self.provider == LlmProvider::Gemini {
            let path = format!("v1beta/models/{}:streamGenerateContent?alt=sse", self.model());
            return self.authorised(self.http.post(format!("{}/{path}", self.sandbox.gemini()))).json(&body);
        }
        body["stream"] = true.into();
        self.ask(&body)
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match self.provider {
            LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => request.bearer_auth(&self.key),
            LlmProvider::Anthropic => {
                request.header("x-api-key", &self.key).header("anthropic-version", "2023-06-01")
            }
            LlmProvider::Gemini => request.header("x-goog-api-key", &self.key),
        }
    }

    fn models(&self) -> RequestBuilder {
        let base = match self.provider {
            LlmProvider::OpenAi => self.sandbox.openai(),
            LlmProvider::Groq => self.sandbox.groq(),
            LlmProvider::Local => self.sandbox.local_llm(),
            LlmProvider::Anthropic => self.sandbox.anthropic(),
            LlmProvider::Gemini => format!("{}/v1beta", self.sandbox.gemini()),
        };
        self.authorised(self.http.get(format!("{base}/models")))
    }

    /// The text of an answer in the provider's form.
    fn text(&self, answer: &Value) -> String {
        let text = match self.provider {
            LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => {
                &answer["choices"][0]["message"]["content"]
            }
            LlmProvider::Anthropic => &answer["content"][0]["text"],
            LlmProvider::Gemini => &answer["candidates"][0]["content"]["parts"][0]["text"],
        };
        text.as_str().unwrap_or_else(|| panic!("no text in {answer}")).to_owned()
    }

    /// Why there is no more of an answer.
    fn end<'a>(&self, answer: &'a Value) -> &'a str {
        let end = match self.provider {
            LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Local => {
                &answer["choices"][0]["finish_reason"]
            }
            LlmProvider::Anthropic => &answer["stop_reason"],
            LlmProvider::Gemini => &answer["candidates"][0]["finishReason"],
        };
        end.as_str().unwrap_or_else(|| panic!("no end in {answer}"))
    }

    /// The last question, as it was understood.
    fn question(&self) -> SeenQuestion {
        self.sandbox.world().requests().last().unwrap().question.clone().unwrap()
    }
}

/// The data of the events in a stream, and whether it came to its end.
async fn events(request: RequestBuilder) -> (Vec<Value>, bool) {
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let mut text = String::new();
    let whole = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let data = data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| data.into()));
    (data.collect(), whole)
}

async fn done(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body = answer.text().await.unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Asserts a refusal with this status, and returns the error in it.
async fn refused(request: RequestBuilder, status: u16) -> Value {
    let answer = request.send().await.unwrap();
    let was = answer.status();
    let body = answer.text().await.unwrap();
    assert_eq!(was, status, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["error"].clone()
}

/// The message of an error.
fn says(error: &Value) -> &str {
    error["message"].as_str().unwrap_or_else(|| panic!("no message in {error}"))
}
