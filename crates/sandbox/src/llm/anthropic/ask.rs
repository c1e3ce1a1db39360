//! What `messages` is asked, checked.

use hyper::StatusCode;
use serde_json::{Map, Value};

use super::error::ApiError;
use crate::llm::LlmProvider;
use crate::llm::reply::prompt_tokens;
use crate::llm::schema::{self, Dialect};
use crate::llm::state::Model;
use crate::seen::SeenQuestion;
use crate::world::World;

const OF: LlmProvider = LlmProvider::Anthropic;
const FIELDS: [&str; 14] = [
    "model",
    "messages",
    "max_tokens",
    "system",
    "stream",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "metadata",
    "output_config",
    "thinking",
    "service_tier",
    "cache_control",
];

/// A question in order.
pub(super) struct Ask {
    pub(super) question: SeenQuestion,
}

impl Ask {
    pub(super) fn of(body: &Map<String, Value>, world: &World) -> Result<Ask, ApiError> {
        if let Some(name) = body.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(extra(name));
        }
        let id = required(body, "model")?;
        let id = id.as_str().ok_or_else(|| ApiError::invalid("model: Input should be a valid string"))?;
        let unknown = || ApiError::new(StatusCode::NOT_FOUND, "not_found_error", format!("model: {id}"));
        let model = world.llm.model(OF, id).ok_or_else(unknown)?;
        let stream = match body.get("stream") {
            None => false,
            Some(stream) => stream
                .as_bool()
                .ok_or_else(|| ApiError::invalid("stream: Input should be a valid boolean"))?,
        };
        let mut question = SeenQuestion {
            provider: OF,
            model: id.to_owned(),
            instructions: system(body.get("system"))?,
            material: String::new(),
            messages: 0,
            json: false,
            schema: None,
            tokens_at_most: Some(tokens_at_most(body, model)?),
            stream,
            answer: None,
        };
        sampling(body, id)?;
        thinking(body, question.tokens_at_most)?;
        output_config(body.get("output_config"), &mut question)?;
        messages(required(body, "messages")?, &mut question)?;
        Ok(Ask { question })
    }

    /// Whether question and answer fit into the model's context.
    pub(super) fn fits(&self, world: &World) -> Result<(), ApiError> {
        let Some(Model { context_tokens, .. }) = world.llm.model(OF, &self.question.model) else {
            return Ok(());
        };
        let asked = prompt_tokens(&self.question);
        let most = self.question.tokens_at_most.unwrap_or(0);
        if asked > *context_tokens {
            return Err(ApiError::invalid(format!(
                "prompt is too long: {asked} tokens > {context_tokens} maximum"
            )));
        }
        if asked + most > *context_tokens {
            return Err(ApiError::invalid(format!(
                "input length and `max_tokens` exceed context limit: {asked} + {most} > {context_tokens}, decrease input \
                 length or `max_tokens` and try again"
            )));
        }
        Ok(())
    }
}

fn required<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a Value, ApiError> {
    body.get(name).ok_or_else(|| ApiError::invalid(format!("{name}: Field required")))
}

fn extra(path: &str) -> ApiError {
    ApiError::invalid(format!("{path}: Extra inputs are not permitted"))
}

fn tokens_at_most(body: &Map<String, Value>, model: &Model) -> Result<u64, ApiError> {
    let value = required(body, "max_tokens")?;
    let tokens =
        value.as_i64().ok_or_else(|| ApiError::invalid("max_tokens: Input should be a valid integer"))?;
    let tokens = u64::try_from(tokens).ok().filter(|tokens| *tokens >= 1);
    let tokens =
        tokens.ok_or_else(|| ApiError::invalid("max_tokens: Input should be greater than or equal to 1"))?;
    let Model { id, answer_tokens, .. } = model;
    if tokens > *answer_tokens {
        return Err(ApiError::invalid(format!(
            "max_tokens: {tokens} > {answer_tokens}, which is the maximum allowed number of output tokens for {id}"
        )));
    }
    Ok(tokens)
}

/// The version in a model's name: `claude-opus-4-8`, `claude-3-haiku-20240307`.
fn version(model: &str) -> (u32, u32) {
    let mut numbers = model.split('-').filter(|part| part.len() <= 2).filter_map(|part| part.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

fn sampling(body: &Map<String, Value>, model: &str) -> Result<(), ApiError> {
    for name in ["temperature", "top_p"] {
        let Some(value) = body.get(name) else { continue };
        let number = value
            .as_f64()
            .ok_or_else(|| ApiError::invalid(format!("{name}: Input should be a valid number")))?;
        if !(0.0..=1.0).contains(&number) {
            let bound = if number > 1.0 { "less than or equal to 1" } else { "greater than or equal to 0" };
            return Err(ApiError::invalid(format!("{name}: Input should be {bound}")));
        }
        // The newest models choose for themselves.
        let chooses = version(model) >= (5, 0) || (model.contains("opus") && version(model) >= (4, 7));
        if chooses && number != 1.0 {
            return Err(ApiError::invalid(format!("`{name}` is deprecated for this model.")));
        }
    }
    if version(model) >= (4, 1) && body.contains_key("temperature") && body.contains_key("top_p") {
        let why = "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
        return Err(ApiError::invalid(why));
    }
    match body.get("stop_sequences") {
        Some(stops) if !stops.as_array().is_some_and(|stops| stops.iter().all(Value::is_string)) => {
            Err(ApiError::invalid("stop_sequences: Input should be a valid list of strings"))
        }
        Some(_) | None => Ok(()),
    }
}

fn thinking(body: &Map<String, Value>, tokens_at_most: Option<u64>) -> Result<(), ApiError> {
    let Some(thinking) = body.get("thinking") else { return Ok(()) };
    match thinking["type"].as_str() {
        Some("disabled" | "adaptive") => Ok(()),
        Some("enabled") => {
            let budget = thinking["budget_tokens"].as_u64();
            let budget =
                budget.ok_or_else(|| ApiError::invalid("thinking.enabled.budget_tokens: Field required"))?;
            if budget < 1_024 {
                let why = "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
                return Err(ApiError::invalid(why));
            }
            if tokens_at_most.is_some_and(|most| budget >= most) {
                return Err(ApiError::invalid("`max_tokens` must be greater than `thinking.budget_tokens`."));
            }
            Ok(())
        }
        Some(_) | None => {
            let why = "thinking: Input tag has to be one of 'adaptive', 'disabled', 'enabled'";
            Err(ApiError::invalid(why))
        }
    }
}

fn output_config(config: Option<&Value>, question: &mut SeenQuestion) -> Result<(), ApiError> {
    let Some(config) = config else { return Ok(()) };
    let object = |value: &Value, path: &str| {
        let why = || ApiError::invalid(format!("{path}: Input should be an object"));
        value.as_object().cloned().ok_or_else(why)
    };
    let config = object(config, "output_config")?;
    if let Some(name) = config.keys().find(|name| !["effort", "format"].contains(&name.as_str())) {
        return Err(extra(&format!("output_config.{name}")));
    }
    if let Some(effort) = config.get("effort")
        && !["low", "medium", "high", "xhigh", "max"].iter().any(|known| effort == known)
    {
        let why = "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'";
        return Err(ApiError::invalid(why));
    }
    let Some(format) = config.get("format") else { return Ok(()) };
    let format = object(format, "output_config.format")?;
    if format.get("type").and_then(Value::as_str) != Some("json_schema") {
        return Err(ApiError::invalid("output_config.format.type: Input should be 'json_schema'"));
    }
    if let Some(name) = format.keys().find(|name| !["type", "schema"].contains(&name.as_str())) {
        return Err(extra(&format!("output_config.format.{name}")));
    }
    let schema = format.get("schema");
    let schema = schema.ok_or_else(|| ApiError::invalid("output_config.format.schema: Field required"))?;
    if version(&question.model) < (4, 1) {
        let why = format!("'{}' does not support output format.", question.model);
        return Err(ApiError::invalid(why));
    }
    schema::check(schema, Dialect::Anthropic).map_err(|wrong| {
        let path: String = wrong.at.iter().map(|name| format!(".{name}")).collect();
        ApiError::invalid(format!("output_config.format.schema{path}: {}", wrong.why))
    })?;
    question.json = true;
    question.schema = Some(schema.clone());
    Ok(())
}

fn system(system: Option<&Value>) -> Result<String, ApiError> {
    match system {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(blocks)) => blocks_text(blocks, "system"),
        Some(_) => Err(ApiError::invalid("system: Input should be a valid string")),
    }
}

fn blocks_text(blocks: &[Value], path: &str) -> Result<String, ApiError> {
    let texts = blocks.iter().enumerate().map(|(at, block)| {
        let path = format!("{path}.{at}");
        if block["type"] != "text" {
            let why = format!("{path}: Input tag {} found. Here only 'text' is taken.", block["type"]);
            return Err(ApiError::invalid(why));
        }
        let object = block.as_object().into_iter().flatten();
        if let Some((name, _)) =
            object.into_iter().find(|(name, _)| !["type", "text", "cache_control"].contains(&name.as_str()))
        {
            return Err(extra(&format!("{path}.{name}")));
        }
        let text = block["text"].as_str();
        let text = text.ok_or_else(|| ApiError::invalid(format!("{path}.text: Field required")))?;
        if text.trim().is_empty() {
            return Err(ApiError::invalid(format!("{path}: text content blocks must be non-empty")));
        }
        Ok(text)
    });
    Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn messages(messages: &Value, question: &mut SeenQuestion) -> Result<(), ApiError> {
    let messages =
        messages.as_array().ok_or_else(|| ApiError::invalid("messages: Input should be a valid list"))?;
    if messages.is_empty() {
        return Err(ApiError::invalid("messages: at least one message is required"));
    }
    let mut texts = Vec::new();
    let mut before = "assistant";
    for (at, message) in messages.iter().enumerate() {
        let path = format!("messages.{at}");
        let object = message
            .as_object()
            .ok_or_else(|| ApiError::invalid(format!("{path}: Input should be an object")))?;
        if let Some(name) = object.keys().find(|name| !["role", "content"].contains(&name.as_str())) {
            return Err(extra(&format!("{path}.{name}")));
        }
        let role = match object.get("role").and_then(Value::as_str) {
            Some("system") => {
                return Err(ApiError::invalid(
                    "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \
                     \"system\" as an input message role.",
                ));
            }
            Some("user") => "user",
            Some("assistant") => "assistant",
            Some(_) => {
                return Err(ApiError::invalid(format!("{path}.role: Input should be 'user' or 'assistant'")));
            }
            None => return Err(ApiError::invalid(format!("{path}.role: Field required"))),
        };
        if role == before {
            return Err(ApiError::invalid(if at == 0 {
                "messages: first message must use the \"user\" role".to_owned()
            } else {
                format!(
                    "messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"{role}\" roles \
                     in a row"
                )
            }));
        }
        before = role;
        let text = match object.get("content") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(blocks)) => blocks_text(blocks, &format!("{path}.content"))?,
            Some(_) => {
                return Err(ApiError::invalid(format!("{path}.content: Input should be a valid string")));
            }
            None => return Err(ApiError::invalid(format!("{path}.content: Field required"))),
        };
        if text.is_empty() {
            return Err(ApiError::invalid(format!("{path}: {role} messages must have non-empty content")));
        }
        texts.push(text);
    }
    if before == "assistant" {
        if question.json || version(&question.model) >= (4, 6) {
            let why = "This model does not support assistant message prefill. The conversation must end with a user message.";
            return Err(ApiError::invalid(why));
        }
        if texts.last().is_some_and(|text| text.ends_with(char::is_whitespace)) {
            let why = "messages: final assistant content cannot end with trailing whitespace";
            return Err(ApiError::invalid(why));
        }
    }
    question.messages = texts.len();
    question.material = texts.join("\n");
    Ok(())
}
