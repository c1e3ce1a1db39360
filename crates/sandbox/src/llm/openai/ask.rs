//! What `chat/completions` is asked, checked.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::parameters::{effort, numbers, thinks, token_limit, unthinking};
use super::{LlmProvider, Refusal, service};
use crate::llm::reply::prompt_tokens;
use crate::llm::schema::{self, Dialect};
use crate::llm::state::Model;
use crate::seen::SeenQuestion;
use crate::speech::named_values;
use crate::speech::openai::{ApiError, known_models};
use crate::world::World;

/// Fields that all know.
const FIELDS: [&str; 16] = [
    "model",
    "messages",
    "stream",
    "stream_options",
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "n",
    "stop",
    "seed",
    "user",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
];
const OPENAI_FIELDS: [&str; 11] = [
    "store",
    "metadata",
    "service_tier",
    "verbosity",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "modalities",
];
const GROQ_FIELDS: [&str; 3] = ["service_tier", "reasoning_format", "include_reasoning"];
/// Of llama.cpp, Ollama and LM Studio.
const LOCAL_FIELDS: [&str; 7] =
    ["top_k", "min_p", "repeat_penalty", "cache_prompt", "chat_template_kwargs", "keep_alive", "ttl"];
/// The models of Groq that take a schema.
const GROQ_WITH_SCHEMA: [&str; 3] = ["openai/gpt-oss-", "meta-llama/llama-4-", "moonshotai/kimi-k2-"];

/// A question in order.
pub(super) struct Ask {
    of: LlmProvider,
    pub(super) question: SeenQuestion,
    /// Whether a streamed answer ends with its usage.
    pub(super) usage: bool,
    /// The name of the field that bounds the answer.
    limit: &'static str,
}

/// The fields of a request without its texts, which are noted otherwise.
pub(super) fn besides_texts(body: &Map<String, Value>) -> Vec<(String, String)> {
    let mut fields = named_values(body);
    fields.retain(|(name, _)| name != "messages");
    fields
}

impl Ask {
    pub(super) fn of(of: LlmProvider, body: &Map<String, Value>, world: &World) -> Result<Ask, ApiError> {
        let model = known_model(of, body, world)?;
        let thinks = of == LlmProvider::OpenAi && thinks(&model.id);
        unknown_fields(of, body)?;
        let mut question = SeenQuestion {
            provider: of,
            model: model.id.clone(),
            instructions: String::new(),
            material: String::new(),
            messages: 0,
            json: false,
            schema: None,
            tokens_at_most: None,
            stream: flag(body, "stream")?,
            answer: None,
        };
        messages(of, body, &mut question)?;
        let usage = stream_options(body, question.stream)?;
        numbers(body)?;
        effort(of, &model.id, body)?;
        if thinks {
            unthinking(&model.id, body)?;
        }
        let limit = token_limit(of, thinks, body, model, &mut question)?;
        response_format(of, body, &mut question)?;
        if of == LlmProvider::Groq && question.stream && question.schema.is_some() {
            let why = "response_format `json_schema` does not support streaming";
            return Err(ApiError::bad("stream", None, why));
        }
        Ok(Ask { of, question, usage, limit })
    }

    /// Whether question and answer fit into the model's context.
    pub(super) fn fits(&self, world: &World) -> Result<(), Refusal> {
        let SeenQuestion { model, tokens_at_most, .. } = &self.question;
        let Some(Model { context_tokens, answer_tokens, .. }) = world.llm.model(self.of, model) else {
            return Ok(());
        };
        let asked = prompt_tokens(&self.question);
        let whole = asked + tokens_at_most.unwrap_or(0);
        let too_long =
            |why: String| Err(ApiError::bad("messages", Some("context_length_exceeded"), why).into());
        match self.of {
            // What is reserved for the answer is no room for the question.
            LlmProvider::OpenAi if thinks(model) && asked > context_tokens - answer_tokens => {
                too_long(format!(
                    "Input tokens exceed the configured limit of {} tokens. Your messages resulted in {asked} tokens. Please \
                 reduce the length of the messages.",
                    context_tokens - answer_tokens
                ))
            }
            LlmProvider::OpenAi if asked > *context_tokens => too_long(format!(
                "This model's maximum context length is {context_tokens} tokens. However, your messages resulted in {asked} \
                 tokens. Please reduce the length of the messages."
            )),
            LlmProvider::OpenAi if whole > *context_tokens => too_long(format!(
                "This model's maximum context length is {context_tokens} tokens. However, you requested {whole} tokens \
                 ({asked} in the messages, {} in the completion). Please reduce the length of the messages or completion.",
                whole - asked
            )),
            LlmProvider::Groq if whole > *context_tokens => {
                let why = format!("Please reduce the length of the messages or completion. ({})", self.limit);
                too_long(why)
            }
            // As llama.cpp has it.
            LlmProvider::Local if asked >= *context_tokens && world.llm.forgets(&self.question).is_none() => {
                let body = json!({ "error": {
                    "code": 400,
                    "message": format!(
                        "request ({asked} tokens) exceeds the available context size ({context_tokens} tokens), try increasing it"
                    ),
                    "type": "exceed_context_size_error",
                    "n_prompt_tokens": asked,
                    "n_ctx": context_tokens,
                } });
                Err(Refusal::Own(StatusCode::BAD_REQUEST, body))
            }
            _ => Ok(()), // It fits.
        }
    }
}

fn known_model<'w>(
    of: LlmProvider,
    body: &Map<String, Value>,
    world: &'w World,
) -> Result<&'w Model, ApiError> {
    let id = match body.get("model") {
        Some(Value::String(id)) if !id.is_empty() => id,
        Some(Value::Null) | None => {
            return Err(ApiError::new(StatusCode::BAD_REQUEST, None, "you must provide a model parameter"));
        }
        Some(other) => return Err(wrong_type("model", "a string", other)),
    };
    if let Some(model) = world.llm.model(of, id) {
        return Ok(model);
    }
    if of == LlmProvider::Local {
        let mut error = ApiError::new(StatusCode::NOT_FOUND, None, format!("model '{id}' not found"));
        error.kind = "not_found_error";
        return Err(error);
    }
    if known_models(service(of)).contains(&id.as_str()) {
        let why = "This is not a chat model and thus not supported in the v1/chat/completions endpoint.";
        return Err(ApiError::new(StatusCode::NOT_FOUND, None, why));
    }
    Err(ApiError::no_model(id))
}

fn unknown_fields(of: LlmProvider, body: &Map<String, Value>) -> Result<(), ApiError> {
    let own: &[&str] = match of {
        LlmProvider::OpenAi => &OPENAI_FIELDS,
        LlmProvider::Groq => &GROQ_FIELDS,
        LlmProvider::Local => &LOCAL_FIELDS,
        LlmProvider::Anthropic | LlmProvider::Gemini => &[],
    };
    let unknown = body.keys().find(|name| !FIELDS.contains(&name.as_str()) && !own.contains(&name.as_str()));
    match unknown {
        Some(name) if of == LlmProvider::Groq => {
            Err(ApiError::bad(name, None, format!("property '{name}' is unsupported")))
        }
        Some(name) => {
            let why = format!("Unrecognized request argument supplied: {name}");
            Err(ApiError::new(StatusCode::BAD_REQUEST, None, why))
        }
        None => Ok(()),
    }
}

pub(super) fn wrong_type(param: &str, wanted: &str, was: &Value) -> ApiError {
    let was = match was {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    let why = format!("Invalid type for '{param}': expected {wanted}, but got {was} instead.");
    ApiError::bad(param, Some("invalid_type"), why)
}

pub(super) fn given<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

fn flag(body: &Map<String, Value>, name: &str) -> Result<bool, ApiError> {
    let value = given(body, name);
    value.map_or(Ok(false), |value| value.as_bool().ok_or_else(|| wrong_type(name, "a boolean", value)))
}

fn messages(of: LlmProvider, body: &Map<String, Value>, question: &mut SeenQuestion) -> Result<(), ApiError> {
    let messages = body.get("messages").ok_or_else(|| ApiError::missing("messages"))?;
    let messages =
        messages.as_array().ok_or_else(|| wrong_type("messages", "an array of objects", messages))?;
    if messages.is_empty() {
        let why = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
        return Err(ApiError::bad("messages", Some("empty_array"), why));
    }
    let (mut instructions, mut material) = (Vec::new(), Vec::new());
    for (at, message) in messages.iter().enumerate() {
        let path = format!("messages[{at}]");
        let object = message.as_object().ok_or_else(|| wrong_type(&path, "an object", message))?;
        if let Some(name) = object.keys().find(|name| !["role", "content", "name"].contains(&name.as_str())) {
            let why = format!("Unknown parameter: '{path}.{name}'.");
            return Err(ApiError::bad(&format!("{path}.{name}"), Some("unknown_parameter"), why));
        }
        let role_path = format!("{path}.role");
        let role = object.get("role").ok_or_else(|| ApiError::missing(&role_path))?;
        let text = text_of(&path, object)?;
        match (role.as_str(), of) {
            (Some("system"), _) | (Some("developer"), LlmProvider::OpenAi) => instructions.push(text),
            (Some("user" | "assistant"), _) => material.push(text),
            (_, _) => {
                let why = format!(
                    "Invalid value: {role}. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and \
                     'developer'."
                );
                return Err(ApiError::bad(&role_path, Some("invalid_value"), why));
            }
        }
    }
    question.messages = material.len();
    question.instructions = instructions.join("\n");
    question.material = material.join("\n");
    Ok(())
}

fn text_of(path: &str, message: &Map<String, Value>) -> Result<String, ApiError> {
    let path = format!("{path}.content");
    match message.get("content") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) if !parts.is_empty() => {
            let texts = parts.iter().enumerate().map(|(at, part)| {
                let path = format!("{path}[{at}]");
                if part["type"] != "text" {
                    let why = format!("Invalid value: {}. Here only 'text' is taken.", part["type"]);
                    return Err(ApiError::bad(&format!("{path}.type"), Some("invalid_value"), why));
                }
                part["text"].as_str().ok_or_else(|| ApiError::missing(&format!("{path}.text")))
            });
            Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n"))
        }
        None => Err(ApiError::missing(&path)),
        Some(other) => Err(wrong_type(&path, "a string or an array of objects", other)),
    }
}

/// Whether the usage is wanted.
fn stream_options(body: &Map<String, Value>, stream: bool) -> Result<bool, ApiError> {
    let Some(options) = given(body, "stream_options") else { return Ok(false) };
    if !stream {
        let why = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(ApiError::bad("stream_options", None, why));
    }
    let object = options.as_object().ok_or_else(|| wrong_type("stream_options", "an object", options))?;
    if let Some(name) =
        object.keys().find(|name| !["include_usage", "include_obfuscation"].contains(&name.as_str()))
    {
        let why = format!("Unknown parameter: 'stream_options.{name}'.");
        return Err(ApiError::bad(&format!("stream_options.{name}"), Some("unknown_parameter"), why));
    }
    flag(object, "include_usage")
}

fn response_format(
    of: LlmProvider,
    body: &Map<String, Value>,
    question: &mut SeenQuestion,
) -> Result<(), ApiError> {
    let Some(format) = given(body, "response_format") else { return Ok(()) };
    let format = format.as_object().ok_or_else(|| wrong_type("response_format", "an object", format))?;
    let known: &[&str] = match format.get("type").and_then(Value::as_str) {
        Some("text") => &["type"],
        Some("json_object") => {
            let says = question.instructions.to_lowercase().contains("json")
                || question.material.to_lowercase().contains("json");
            // A local server believes it without.
            if !says && of != LlmProvider::Local {
                let why = "'messages' must contain the word 'json' in some form, to use 'response_format' of type \
                           'json_object'.";
                return Err(ApiError::bad("messages", None, why));
            }
            question.json = true;
            &["type"]
        }
        Some("json_schema") => {
            json_schema(of, format, question)?;
            &["type", "json_schema"]
        }
        Some(other) => {
            let why = format!(
                "Invalid value: '{other}'. Supported values are: 'text', 'json_object', and 'json_schema'."
            );
            return Err(ApiError::bad("response_format.type", Some("invalid_value"), why));
        }
        None => return Err(ApiError::missing("response_format.type")),
    };
    unknown_in("response_format", format, known)
}

fn unknown_in(path: &str, object: &Map<String, Value>, known: &[&str]) -> Result<(), ApiError> {
    let Some(name) = object.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let path = format!("{path}.{name}");
    Err(ApiError::bad(&path, Some("unknown_parameter"), format!("Unknown parameter: '{path}'.")))
}

fn json_schema(
    of: LlmProvider,
    format: &Map<String, Value>,
    question: &mut SeenQuestion,
) -> Result<(), ApiError> {
    const PATH: &str = "response_format.json_schema";
    if of == LlmProvider::Groq && !GROQ_WITH_SCHEMA.iter().any(|family| question.model.starts_with(family)) {
        let why = "This model does not support response format `json_schema`. See supported models at \
                   https://console.groq.com/docs/structured-outputs#supported-models";
        return Err(ApiError::bad("response_format", None, why));
    }
    let spec = format.get("json_schema").and_then(Value::as_object).ok_or_else(|| ApiError::missing(PATH))?;
    unknown_in(PATH, spec, &["name", "description", "schema", "strict"])?;
    let name_path = format!("{PATH}.name");
    let name = spec.get("name").and_then(Value::as_str).ok_or_else(|| ApiError::missing(&name_path))?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        let why = format!(
            "Invalid '{name_path}': string does not match pattern. Expected a string that matches the pattern \
             '^[a-zA-Z0-9_-]+$'."
        );
        return Err(ApiError::bad(&name_path, Some("invalid_value"), why));
    }
    let schema_path = format!("{PATH}.schema");
    let schema = spec.get("schema").ok_or_else(|| ApiError::missing(&schema_path))?;
    let strict = flag(spec, "strict")?;
    let is_strict_groq = of == LlmProvider::Groq && question.model.starts_with("openai/gpt-oss-");
    let dialect = if strict && (of == LlmProvider::OpenAi || is_strict_groq) {
        Dialect::Strict
    } else {
        Dialect::Loose
    };
    schema::check(schema, dialect).map_err(|wrong| {
        let (context, why) = (wrong.context(), wrong.why);
        let why = format!("Invalid schema for response_format '{name}': In context={context}, {why}.");
        ApiError::bad("response_format", None, why)
    })?;
    question.json = true;
    question.schema = Some(schema.clone());
    Ok(())
}
