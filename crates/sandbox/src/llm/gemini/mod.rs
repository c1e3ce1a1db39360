//! `generateContent` and `streamGenerateContent` of text alone. What every request to Gemini has is checked by its speech.
//!
//! Guesses: the messages of refused schemas. Stricter than the true service: a stream has to be one of server-sent events, and
//! fields are known in camelCase alone.

use axum::response::{IntoResponse, Response};
use hyper::StatusCode;
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::LlmProvider;
use super::reply::{End, Reply, prompt_tokens};
use super::schema::{self, Dialect};
use super::stream::{self, Events, data, pieces};
use crate::answers;
use crate::fault::LlmFault;
use crate::keys::Work;
use crate::params::Params;
use crate::seen::SeenQuestion;
use crate::serve::{Number, Spoilt};
use crate::speech::gemini::{ApiError, TOKENS_AT_MOST, bounds, is_model, key, known, no_model, object, said};
use crate::speech::named_values;
use crate::world::{Shared, World};

const OF: LlmProvider = LlmProvider::Gemini;
/// Of the models that nobody lists.
const CONTEXT_TOKENS: u64 = 1_048_576;

/// The context and the longest answer of a model, in tokens.
pub(crate) fn context_tokens(world: &World, name: &str) -> (u64, u64) {
    let model = world.llm.model(OF, name);
    model.map_or((CONTEXT_TOKENS, TOKENS_AT_MOST), |model| (model.context_tokens, model.answer_tokens))
}

/// An answer as a whole.
pub(crate) async fn generate(shared: &Shared, model: &str, head: &Parts, body: &[u8]) -> Response {
    let fault = head.extensions.get::<Spoilt>().map(|Spoilt(fault)| *fault);
    if fault == Some(LlmFault::ErrorMidway) {
        return overloaded().into_response();
    }
    match answered(shared, model, head, body, false) {
        Ok(reply) => {
            let whole = chunk(model, &reply, &shown(&reply), true);
            stream::whole(answers::json(StatusCode::OK, &whole), fault).await
        }
        Err(error) => error.into_response(),
    }
}

/// An answer piece by piece.
pub(crate) fn streamed(shared: &Shared, model: &str, head: &Parts, body: &[u8]) -> Response {
    let fault = head.extensions.get::<Spoilt>().map(|Spoilt(fault)| *fault);
    let query = Params::of(head.uri.query().unwrap_or_default());
    let answer = answered(shared, model, head, body, true).and_then(|reply| {
        let is_sse = query.get("alt") == Some("sse");
        is_sse.then_some(reply).ok_or_else(|| ApiError::invalid("Here a stream needs alt=sse."))
    });
    match answer {
        Ok(reply) => {
            let mut said: Vec<_> = pieces(&shown(&reply));
            let last = said.pop().unwrap_or_default();
            let said = said.iter().map(|piece| data(&chunk(model, &reply, piece, false))).collect();
            let end = vec![data(&chunk(model, &reply, &last, true))];
            let error = json!({ "error": { "code": 503, "message": OVERLOADED, "status": "UNAVAILABLE" } });
            stream::streamed(Events { said, end, error: data(&error) }, fault)
        }
        Err(error) => error.into_response(),
    }
}

const OVERLOADED: &str = "The model is overloaded. Please try again later.";

fn overloaded() -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", OVERLOADED)
}

fn answered(
    shared: &Shared,
    model: &str,
    head: &Parts,
    body: &[u8],
    stream: bool,
) -> Result<Reply, ApiError> {
    let number = head.extensions.get::<Number>().map_or(0, |number| number.0);
    let fault = head.extensions.get::<Spoilt>().map(|Spoilt(fault)| *fault);
    let mut world = shared.lock();
    world.count_work(Work::Llm(OF), key(&head.headers))?;
    if !is_model(model) && world.llm.model(OF, model).is_none() {
        return Err(no_model(model));
    }
    let body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| ApiError::invalid("Invalid JSON payload received. Unexpected token."))?;
    let said = said(&body)?;
    let mut question = SeenQuestion {
        provider: OF,
        model: model.to_owned(),
        instructions: said.instructions.join("\n"),
        material: said.texts.join("\n"),
        messages: said.messages,
        json: false,
        schema: None,
        tokens_at_most: None,
        stream,
        answer: None,
    };
    if let Some(config) = body.get("generationConfig") {
        configured(object(config, "generationConfig")?, &mut question)?;
    }
    let mut fields = named_values(&body);
    fields.retain(|(name, _)| name != "contents" && name != "systemInstruction");
    world.note_question(number, question.clone(), fields.clone());
    let (most, asked) = (context_tokens(&world, model).0, prompt_tokens(&question));
    if asked > most {
        let why =
            format!("The input token count ({asked}) exceeds the maximum number of tokens allowed ({most}).");
        return Err(ApiError::invalid(why));
    }
    Ok(world.reply(number, question, fields, fault))
}

fn configured(config: &Map<String, Value>, question: &mut SeenQuestion) -> Result<(), ApiError> {
    let tokens_at_most = bounds(config)?;
    question.tokens_at_most = config.contains_key("maxOutputTokens").then_some(tokens_at_most);
    if let Some(thinking) = config.get("thinkingConfig") {
        let thinking = object(thinking, "generationConfig.thinkingConfig")?;
        known(thinking, &["includeThoughts", "thinkingBudget", "thinkingLevel"])?;
        if thinking.contains_key("thinkingBudget") && thinking.contains_key("thinkingLevel") {
            return Err(ApiError::invalid(
                "You can only set only one of thinking budget and thinking level.",
            ));
        }
    }
    match config.get("responseMimeType").map(|kind| kind.as_str().unwrap_or_default()) {
        Some("application/json") => question.json = true,
        Some("text/plain") | None => {}
        Some(other) => {
            return Err(ApiError::invalid(format!(
                "Unsupported response mime type: {other}. Here application/json and text/plain are taken."
            )));
        }
    }
    let (name, dialect, schema) = match (config.get("responseJsonSchema"), config.get("responseSchema")) {
        (Some(_), Some(_)) => {
            let why = "Only one of responseSchema and responseJsonSchema can be set.";
            return Err(ApiError::invalid(why));
        }
        (Some(schema), None) => ("response_json_schema", Dialect::Gemini, schema),
        (None, Some(schema)) => ("response_schema", Dialect::GeminiOpenApi, schema),
        (None, None) => return Ok(()),
    };
    if !question.json {
        let why =
            "Function calling config or a response schema needs a response mime type of 'application/json'";
        return Err(ApiError::invalid(why));
    }
    schema::check(schema, dialect).map_err(|wrong| {
        let path: String = wrong.at.iter().map(|name| format!(".{name}")).collect();
        ApiError::invalid(format!("Invalid value at 'generation_config.{name}{path}': {}", wrong.why))
    })?;
    question.schema = Some(schema.clone());
    Ok(())
}

/// What is refused for safety has no text.
fn shown(reply: &Reply) -> String {
    match reply.end {
        End::Done | End::Cut => reply.text.clone(),
        End::Refused | End::Blocked => String::new(),
    }
}

/// A piece of an answer, or all of it.
fn chunk(model: &str, reply: &Reply, text: &str, is_last: bool) -> Value {
    let mut candidate = json!({ "index": 0 });
    if reply.end == End::Refused {
        candidate["safetyRatings"] = json!([{ "category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": true }]);
    } else {
        candidate["content"] = json!({ "parts": [{ "text": text }], "role": "model" });
    }
    if is_last {
        candidate["finishReason"] = match reply.end {
            End::Done => "STOP",
            End::Cut => "MAX_TOKENS",
            End::Refused | End::Blocked => "SAFETY",
        }
        .into();
    }
    let mut chunk = json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": reply.prompt_tokens,
            "candidatesTokenCount": reply.answer_tokens,
            "totalTokenCount": reply.prompt_tokens + reply.answer_tokens,
            "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": reply.prompt_tokens }],
        },
        "modelVersion": model,
        "responseId": Uuid::new_v4().simple().to_string(),
    });
    if reply.end == End::Blocked
        && let Some(chunk) = chunk.as_object_mut()
    {
        chunk.remove("candidates");
        chunk.insert("promptFeedback".to_owned(), json!({ "blockReason": "PROHIBITED_CONTENT" }));
    }
    chunk
}
