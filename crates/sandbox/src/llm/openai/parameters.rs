//! Parameters of `chat/completions` whose bounds hang on the model.

use hyper::StatusCode;
use serde_json::{Map, Value};

use super::LlmProvider;
use super::ask::{given, wrong_type};
use crate::llm::state::Model;
use crate::seen::SeenQuestion;
use crate::speech::openai::ApiError;

/// Models that think before they answer take other parameters.
pub(super) fn thinks(model: &str) -> bool {
    ["gpt-5", "gpt-6", "o1", "o3", "o4"].iter().any(|family| model.starts_with(family))
}

/// Numbers within their bounds.
pub(super) fn numbers(body: &Map<String, Value>) -> Result<(), ApiError> {
    for (name, least, most) in [
        ("temperature", 0.0, 2.0),
        ("top_p", 0.0, 1.0),
        ("frequency_penalty", -2.0, 2.0),
        ("presence_penalty", -2.0, 2.0),
    ] {
        let Some(value) = given(body, name) else { continue };
        let number = value.as_f64().ok_or_else(|| wrong_type(name, "a decimal", value))?;
        let (code, beyond) = if number > most {
            ("decimal_above_max_value", format!("above maximum value. Expected a value <= {most}"))
        } else if number < least {
            ("decimal_below_min_value", format!("below minimum value. Expected a value >= {least}"))
        } else {
            continue;
        };
        let why = format!("Invalid '{name}': decimal {beyond}, but got {number} instead.");
        return Err(ApiError::bad(name, Some(code), why));
    }
    if let Some(seed) = given(body, "seed").filter(|seed| !seed.is_i64() && !seed.is_u64()) {
        return Err(wrong_type("seed", "an integer", seed));
    }
    if given(body, "n").is_some_and(|count| *count != 1) {
        return Err(ApiError::bad("n", Some("invalid_value"), "'n' : number must be at most 1"));
    }
    match given(body, "stop") {
        Some(Value::Array(stops)) if stops.len() > 4 || !stops.iter().all(Value::is_string) => {
            let why = "Invalid 'stop': expected an array of at most 4 strings.";
            Err(ApiError::bad("stop", Some("array_above_max_length"), why))
        }
        Some(Value::String(_) | Value::Array(_)) | None => Ok(()),
        Some(other) => Err(wrong_type("stop", "a string or an array of strings", other)),
    }
}

pub(super) fn effort(of: LlmProvider, model: &str, body: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(effort) = given(body, "reasoning_effort") else { return Ok(()) };
    let known: &[&str] = match of {
        LlmProvider::OpenAi if model.starts_with("gpt-5.") || model.starts_with("gpt-6") => {
            &["none", "low", "medium", "high", "xhigh"]
        }
        LlmProvider::OpenAi if model.starts_with("gpt-5") => &["minimal", "low", "medium", "high"],
        LlmProvider::OpenAi if thinks(model) => &["low", "medium", "high"],
        LlmProvider::Groq if model.starts_with("openai/gpt-oss-") => &["low", "medium", "high"],
        LlmProvider::Groq if model.starts_with("qwen/") => &["none", "default"],
        LlmProvider::Local => &["none", "low", "medium", "high"],
        // The others do not think.
        LlmProvider::OpenAi | LlmProvider::Groq | LlmProvider::Anthropic | LlmProvider::Gemini => {
            let why = "Unrecognized request argument supplied: reasoning_effort";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, None, why));
        }
    };
    if effort.as_str().is_some_and(|effort| known.contains(&effort)) {
        return Ok(());
    }
    let why = format!(
        "Unsupported value: 'reasoning_effort' does not support {effort} with this model. Supported values are: {known:?}."
    );
    Err(ApiError::bad("reasoning_effort", Some("unsupported_value"), why))
}

/// What a model that thinks doesn't take.
pub(super) fn unthinking(model: &str, body: &Map<String, Value>) -> Result<(), ApiError> {
    // From gpt-5.1 on thinking can be switched off, and of the fives it is unless somebody asks for it.
    let effort = given(body, "reasoning_effort").and_then(Value::as_str);
    let off = match effort {
        Some(effort) => effort == "none",
        None => model.starts_with("gpt-5."),
    };
    if off {
        return Ok(());
    }
    for name in ["temperature", "top_p", "frequency_penalty", "presence_penalty"] {
        let usual = if name.ends_with("penalty") { 0.0 } else { 1.0 };
        if let Some(value) = given(body, name).and_then(Value::as_f64).filter(|value| *value != usual) {
            let why = format!(
                "Unsupported value: '{name}' does not support {value} with this model. Only the default ({usual}) value is \
                 supported."
            );
            return Err(ApiError::bad(name, Some("unsupported_value"), why));
        }
    }
    if given(body, "stop").is_some() {
        let why = "Unsupported parameter: 'stop' is not supported with this model.";
        return Err(ApiError::bad("stop", Some("unsupported_parameter"), why));
    }
    Ok(())
}

/// The field that bounds the answer, by the family of the model.
pub(super) fn token_limit(
    of: LlmProvider,
    thinks: bool,
    body: &Map<String, Value>,
    model: &Model,
    question: &mut SeenQuestion,
) -> Result<&'static str, ApiError> {
    let [old, new] = ["max_tokens", "max_completion_tokens"].map(|name| given(body, name));
    if old.is_some() && new.is_some() {
        let why = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(ApiError::bad("max_tokens", Some("invalid_parameter_combination"), why));
    }
    if old.is_some() && thinks {
        let why = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        return Err(ApiError::bad("max_tokens", Some("unsupported_parameter"), why));
    }
    let name = if old.is_some() { "max_tokens" } else { "max_completion_tokens" };
    let Some(value) = old.or(new) else { return Ok(name) };
    let tokens = value.as_i64().ok_or_else(|| wrong_type(name, "an integer", value))?;
    let Some(tokens) = u64::try_from(tokens).ok().filter(|tokens| *tokens >= 1) else {
        let why = format!(
            "Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {tokens} instead."
        );
        return Err(ApiError::bad(name, Some("integer_below_min_value"), why));
    };
    let most = model.answer_tokens;
    if tokens > most && of == LlmProvider::Groq {
        let why = format!(
            "`{name}` must be less than or equal to `{most}`, the maximum value for `{name}` is less than the \
             `context_window` for this model"
        );
        return Err(ApiError::bad(name, None, why));
    }
    if tokens > most && of == LlmProvider::OpenAi {
        let why = format!(
            "{name} is too large: {tokens}. This model supports at most {most} completion tokens, whereas you provided \
             {tokens}."
        );
        return Err(ApiError::bad(name, Some("invalid_value"), why));
    }
    question.tokens_at_most = Some(tokens);
    Ok(name)
}
