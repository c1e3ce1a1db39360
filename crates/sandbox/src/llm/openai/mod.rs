//! `chat/completions` as OpenAI and Groq have it, and as local servers imitate it.
//!
//! Guesses: the messages of refusals for which no public example was at hand, which models take a temperature, and all
//! numbers of limits. Stricter than the true services: tools, pictures and several answers are refused, for nobody needs them
//! here; a local server takes no fields but those that OpenAI has or that it is known for.

mod answer;
mod ask;
mod parameters;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};

use self::ask::Ask;
use super::LlmProvider;
use super::stream;
use crate::answers;
use crate::fault::LlmFault;
use crate::keys::{KeyTrouble, Work};
use crate::serve::{Number, Spoilt};
use crate::speech::SpeechService;
use crate::speech::openai::{ApiError, no_such_address};
use crate::world::Shared;

/// The address for questions, which lies below the provider's base.
pub(crate) fn chat(of: LlmProvider) -> Router<Shared> {
    let ask = move |State(shared): State<Shared>, request: Request<Body>| async move {
        completed(of, &shared, request).await
    };
    Router::new().route("/chat/completions", post(ask))
}

/// The whole local server.
pub(super) fn local() -> Router<Shared> {
    let list = async |State(shared): State<Shared>, headers: HeaderMap| {
        let world = shared.lock();
        if let Err(trouble) = world.knows_key(Work::Llm(LlmProvider::Local), bearer(&headers)) {
            return refused(LlmProvider::Local, key_error(LlmProvider::Local, &trouble));
        }
        let models = world.llm_models(LlmProvider::Local).into_iter();
        let models = models.map(
            |id| json!({ "id": id, "object": "model", "created": 1_758_000_000, "owned_by": "library" }),
        );
        answers::json(StatusCode::OK, &json!({ "object": "list", "data": models.collect::<Vec<_>>() }))
    };
    chat(LlmProvider::Local).route("/models", get(list)).fallback(no_such_address)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Whose manners a refusal has.
fn service(of: LlmProvider) -> SpeechService {
    if of == LlmProvider::Groq { SpeechService::Groq } else { SpeechService::OpenAi }
}

fn key_error(of: LlmProvider, trouble: &KeyTrouble) -> ApiError {
    match (of, trouble) {
        (LlmProvider::Local, KeyTrouble::Missing | KeyTrouble::Wrong(_)) => {
            let mut error = ApiError::new(StatusCode::UNAUTHORIZED, None, "Invalid API Key");
            error.kind = "authentication_error";
            error
        }
        (_, trouble) => ApiError::key(service(of), trouble),
    }
}

/// What goes wrong on the way to an answer.
enum Refusal {
    Error(ApiError),
    /// A body that only one provider has.
    Own(StatusCode, Value),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Refusal {
        Refusal::Error(error)
    }
}

/// A refusal in the provider's form: llama.cpp has a number as the code, and no parameter.
fn refused(of: LlmProvider, refusal: impl Into<Refusal>) -> Response {
    match refusal.into() {
        Refusal::Own(status, body) => answers::json(status, &body),
        Refusal::Error(error) if of == LlmProvider::Local => {
            let body = json!({ "error": { "code": error.status.as_u16(), "message": error.message, "type": error.kind } });
            answers::json(error.status, &body)
        }
        Refusal::Error(error) => error.into_response(),
    }
}

/// A refusal that a test planned for a local server.
pub(super) fn planned_locally(status: StatusCode, reason: &str) -> Response {
    let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
    let body = json!({ "error": { "code": status.as_u16(), "message": format!("A planned fault: {reason}"), "type": kind } });
    answers::json(status, &body)
}

async fn completed(of: LlmProvider, shared: &Shared, request: Request<Body>) -> Response {
    let fault = request.extensions().get::<Spoilt>().map(|Spoilt(fault)| *fault);
    match answered(of, shared, request, fault).await {
        Ok((answer, true)) => answer,
        Ok((answer, false)) => stream::whole(answer, fault).await,
        Err(refusal) => refused(of, refusal),
    }
}

/// The answer, and whether it comes piece by piece.
async fn answered(
    of: LlmProvider,
    shared: &Shared,
    request: Request<Body>,
    fault: Option<LlmFault>,
) -> Result<(Response, bool), Refusal> {
    let (head, body) = request.into_parts();
    let number = head.extensions.get::<Number>().map_or(0, |number| number.0);
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body in memory can be read");
    let mut world = shared.lock();
    world.count_work(Work::Llm(of), bearer(&head.headers)).map_err(|trouble| key_error(of, &trouble))?;
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        let why = format!(
            "Unsupported content type: '{kind}'. This API method only accepts 'application/json' requests."
        );
        return Err(
            ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Some("unsupported_content_type"), why).into()
        );
    }
    let body = serde_json::from_slice(&body).ok().and_then(|body: Value| body.as_object().cloned()).ok_or_else(|| {
        let why = "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP \
                   library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)";
        ApiError::new(StatusCode::BAD_REQUEST, None, why)
    })?;
    let ask = Ask::of(of, &body, &world)?;
    let fields = ask::besides_texts(&body);
    world.note_question(number, ask.question.clone(), fields.clone());
    ask.fits(&world)?;
    if fault == Some(LlmFault::ErrorMidway) && !ask.question.stream {
        return Err(overloaded().into());
    }
    let reply = world.reply(number, ask.question.clone(), fields, fault);
    if fault == Some(LlmFault::InvalidJson) && of == LlmProvider::Groq && ask.question.json {
        return Err(Refusal::Own(StatusCode::BAD_REQUEST, answer::groq_has_no_json(&reply)));
    }
    let model = &ask.question.model;
    Ok(if ask.question.stream {
        (stream::streamed(answer::events(of, model, &reply, ask.usage), fault), true)
    } else {
        (answers::json(StatusCode::OK, &answer::whole(of, model, &reply)), false)
    })
}

fn overloaded() -> ApiError {
    let mut error = ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        Some("server_error"),
        "The server is currently overloaded with other requests. Sorry about that!",
    );
    error.kind = "server_error";
    error
}
