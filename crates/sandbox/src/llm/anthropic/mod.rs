//! `messages` and `models` as Anthropic has them.
//!
//! Guesses: some messages of refusals, all numbers of limits, and which models take no temperature. Stricter than the true
//! service, which joins messages of one role: roles have to alternate. Tools, pictures and documents are refused, for nobody
//! needs them here.

mod answer;
mod ask;
mod error;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};

pub(super) use self::error::planned;

use self::ask::Ask;
use self::error::ApiError;
use super::LlmProvider;
use super::stream;
use crate::answers;
use crate::fault::LlmFault;
use crate::keys::Work;
use crate::serve::{Number, Spoilt};
use crate::speech::named_values;
use crate::world::Shared;

const WORK: Work = Work::Llm(LlmProvider::Anthropic);
const VERSIONS: [&str; 2] = ["2023-01-01", "2023-06-01"];
const REQUEST_AT_MOST_BYTES: usize = 32 << 20;

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/messages", post(messages)).route("/models", get(models)).fallback(async || {
        ApiError::new(StatusCode::NOT_FOUND, "not_found_error", "Not found").into_response()
    })
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn version(headers: &HeaderMap) -> Result<(), ApiError> {
    match header(headers, "anthropic-version") {
        None => Err(ApiError::invalid("anthropic-version: header is required")),
        Some(version) if VERSIONS.contains(&version) => Ok(()),
        Some(version) => {
            Err(ApiError::invalid(format!("anthropic-version: \"{version}\" is not a valid version")))
        }
    }
}

async fn models(
    State(shared): State<Shared>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let world = shared.lock();
    world.knows_key(WORK, header(&headers, "x-api-key"))?;
    version(&headers)?;
    if let Some(name) = query.keys().find(|name| !["limit", "after_id", "before_id"].contains(&name.as_str()))
    {
        return Err(ApiError::invalid(format!("{name}: Extra inputs are not permitted")));
    }
    let limit = query.get("limit").map_or(Some(20), |limit| limit.parse::<usize>().ok());
    let limit = limit.filter(|limit| (1..=1000).contains(limit));
    let limit = limit.ok_or_else(|| ApiError::invalid("limit: Input should be from 1 to 1000"))?;
    let all = world.llm_models(LlmProvider::Anthropic);
    let position = |name| query.get(name).and_then(|id| all.iter().position(|model| model == id));
    let begin = position("after_id").map_or(0, |at| at + 1);
    let rest = &all[begin..position("before_id").unwrap_or(all.len()).max(begin)];
    let page = &rest[..limit.min(rest.len())];
    let data: Vec<_> = page
        .iter()
        .map(|id| json!({ "type": "model", "id": id, "display_name": id, "created_at": "2026-02-19T00:00:00Z" }))
        .collect();
    let body = json!({ "data": data, "has_more": page.len() < rest.len(), "first_id": page.first(), "last_id": page.last() });
    Ok(answers::json(StatusCode::OK, &body))
}

async fn messages(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let fault = request.extensions().get::<Spoilt>().map(|Spoilt(fault)| *fault);
    match answered(&shared, request, fault).await {
        Ok((answer, true)) => answer,
        Ok((answer, false)) => stream::whole(answer, fault).await,
        Err(error) => error.into_response(),
    }
}

/// The answer, and whether it comes piece by piece.
async fn answered(
    shared: &Shared,
    request: Request<Body>,
    fault: Option<LlmFault>,
) -> Result<(Response, bool), ApiError> {
    let (head, body) = request.into_parts();
    let number = head.extensions.get::<Number>().map_or(0, |number| number.0);
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body in memory can be read");
    let mut world = shared.lock();
    world.count_work(WORK, header(&head.headers, "x-api-key"))?;
    version(&head.headers)?;
    if !header(&head.headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/json"))
    {
        return Err(ApiError::invalid("The Content-Type has to be application/json."));
    }
    if body.len() > REQUEST_AT_MOST_BYTES {
        let why = "Request exceeds the maximum size";
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", why));
    }
    let body: Value = serde_json::from_slice(&body)
        .map_err(|error| ApiError::invalid(format!("The request body is not valid JSON: {error}")))?;
    let body = body.as_object().ok_or_else(|| ApiError::invalid("The request body is not a JSON object"))?;
    let ask = Ask::of(body, &world)?;
    let mut fields = named_values(body);
    fields.retain(|(name, _)| name != "messages" && name != "system");
    world.note_question(number, ask.question.clone(), fields.clone());
    ask.fits(&world)?;
    if fault == Some(LlmFault::ErrorMidway) && !ask.question.stream {
        return Err(ApiError::overloaded());
    }
    let reply = world.reply(number, ask.question.clone(), fields, fault);
    let model = &ask.question.model;
    Ok(if ask.question.stream {
        (stream::streamed(answer::events(model, &reply), fault), true)
    } else {
        (answers::json(StatusCode::OK, &answer::whole(model, &reply)), false)
    })
}
