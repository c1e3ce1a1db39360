//! The server: notes each request, applies the planned faults, and lets the services answer.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use futures_util::TryStreamExt;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::fault::{Call, FaultKind, LlmFault, Service as Of};
use crate::google::{self, FileId};
use crate::llm;
use crate::models;
use crate::notion;
use crate::seen::Seen;
use crate::speech;
use crate::wire;
use crate::world::Shared;

const ACCEPT_AGAIN: Duration = Duration::from_millis(10);

/// Requests are held in memory, so no more is taken than many hours of speech need, although some services take 2 GB.
const REQUEST_AT_MOST_BYTES: usize = 512 << 20;

/// The number of a request, for the service that has more to note of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) u64);

/// What a language model is to do wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spoilt(pub(crate) LlmFault);

/// Cuts the connection instead of answering.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a planned cut")
    }
}

impl std::error::Error for Cut {}

/// One request, as far as faults need to know it.
struct Asked {
    number: u64,
    call: Option<Call>,
    file: Option<FileId>,
    bearer: Option<String>,
}

pub(crate) async fn serve(listener: TcpListener, world: Shared) {
    let services = google::router()
        .merge(notion::router())
        .merge(speech::router())
        .merge(llm::router())
        .merge(models::router());
    let router = TowerToHyperService::new(services.with_state(world.clone()));
    // Dropping the set ends the connections.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // The client went away, or there are too many open files: the next one may do better.
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                    continue;
                };
                let (world, router) = (world.clone(), router.clone());
                let service = service_fn(move |request| answer(world.clone(), router.clone(), request));
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                // Connections end badly whenever a fault or a client cuts them.
                connections.spawn(async move { drop(connection.await) });
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn answer<R>(world: Shared, router: R, request: Request<Incoming>) -> Result<Response, Cut>
where
    R: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    let (head, body) = request.into_parts();
    // A client that leaves in the middle of its own request gets no answer.
    let arrived =
        async |body| axum::body::to_bytes(Body::new(body), REQUEST_AT_MOST_BYTES).await.map_err(|_| Cut);
    // Only its body tells what such a request is for.
    let (asked, fault, body) = if llm::is_either(&head.method, head.uri.path()) {
        let body = arrived(body).await?;
        let (asked, fault) = note(&world, &head, Some(&body));
        (asked, fault, Ok(body))
    } else {
        let (asked, fault) = note(&world, &head, None);
        (asked, fault, Err(body))
    };
    if matches!(fault, Some(FaultKind::Stall)) {
        return std::future::pending().await;
    }
    let body = match body {
        Ok(body) => body,
        Err(body) => arrived(body).await?,
    };
    if let Some(seen) = world.lock().requests.get_mut(asked.number) {
        seen.request_bytes = body.len() as u64;
        (seen.blocks, seen.top_blocks) = asked.call.map_or((0, 0), |call| notion::blocks_in(call, &body));
    }
    let mut request = Request::from_parts(head, Body::from(body));
    request.extensions_mut().insert(Number(asked.number));
    if let Some(FaultKind::Llm(fault)) = &fault {
        request.extensions_mut().insert(Spoilt(*fault));
    }
    let call = asked.call.unwrap_or(Call::Any);
    let early = match &fault {
        Some(FaultKind::Status(status, reason)) => {
            let status = StatusCode::from_u16(*status).expect("a test plans a status from 100 to 999");
            Some(refusal(call, status, reason))
        }
        Some(FaultKind::TooManyRequests { retry_after_s }) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let reason = match call.service() {
                Of::Google => "rateLimitExceeded",
                Of::Notion => "rate_limited",
                Of::Speech(service) => speech::too_many(service),
                Of::Llm(provider) => llm::too_many(provider),
                Of::Models => "Too Many Requests",
            };
            let mut answer = refusal(call, status, reason);
            if let Some(seconds) = *retry_after_s {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Some(answer)
        }
        Some(FaultKind::Redirect { to }) => {
            let to = HeaderValue::from_str(to).expect("a test plans a redirect to an address in ASCII");
            let answer = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, to);
            Some(answer.body(Body::empty()).expect("these headers are valid"))
        }
        // These need the true answer; a stall never comes this far.
        Some(
            FaultKind::Stall
            | FaultKind::StallAfter
            | FaultKind::DropAfter { .. }
            | FaultKind::SlowDrip { .. }
            | FaultKind::WrongLength { .. }
            | FaultKind::GarbageJson
            | FaultKind::ExpireTokenAfter { .. }
            | FaultKind::ReviseAfter { .. }
            | FaultKind::AnswerLost
            | FaultKind::FlipByte { .. }
            | FaultKind::Llm(_),
        )
        | None => None,
    };
    let answer = match early {
        Some(answer) => answer,
        None => match router.call(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        },
    };
    match fault {
        Some(FaultKind::AnswerLost) => Err(Cut),
        Some(FaultKind::StallAfter) => std::future::pending().await,
        fault => Ok(send(&world, asked, fault, answer)),
    }
}

/// A planned refusal, in the form that the service gives its own.
fn refusal(call: Call, status: StatusCode, reason: &str) -> Response {
    match call.service() {
        Of::Google => google::refusal(call, status, reason),
        Of::Notion => notion::refusal(call, status, reason),
        Of::Speech(service) => speech::refusal(service, status, reason),
        Of::Llm(provider) => llm::refusal(provider, status, reason),
        Of::Models => models::refusal(status, reason),
    }
}

/// Notes a request and takes the fault that is planned for it.
fn note(world: &Shared, head: &Parts, body: Option<&Bytes>) -> (Asked, Option<FaultKind>) {
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (call, file) = google::asked(&head.method, path, query).unzip();
    let call = call.or_else(|| notion::asked(&head.method, path));
    let call = call.or_else(|| llm::asked(&head.method, path, body));
    let call = call.or_else(|| speech::asked(&head.method, path));
    let call = call.or_else(|| models::asked(&head.method, path));
    let range = header(header::RANGE).map(str::to_owned);
    let seen = Seen::new(call, head.method.as_str(), path, query, range);
    let bearer = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let mut world = world.lock();
    let number = world.requests.note(seen);
    let fault = call.and_then(|call| world.plan.take(call));
    (Asked { number, call, file: file.flatten(), bearer: bearer.map(str::to_owned) }, fault)
}

/// Sends the answer off, spoiled as planned, and counts what is sent.
fn send(world: &Shared, asked: Asked, fault: Option<FaultKind>, answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    // A body that a fault can cut has no length of its own any more, so it is said here.
    if let Some(length) = body.size_hint().exact() {
        head.headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    let mut chunks = wire::chunks(body);
    match fault {
        Some(FaultKind::DropAfter { bytes }) => chunks = wire::cut_after(chunks, bytes, || ()),
        Some(FaultKind::SlowDrip { bytes_per_s }) => chunks = wire::slowly(chunks, bytes_per_s),
        Some(FaultKind::FlipByte { at }) => chunks = wire::flip_byte(chunks, at),
        Some(FaultKind::WrongLength { claimed }) => {
            head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(claimed));
            chunks = wire::cut_at_the_end(chunks);
        }
        Some(FaultKind::GarbageJson) => {
            let garbage = "{\"kind\": \"drive#file\", \"id\": ]]\u{fffd}";
            head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(garbage.len()));
            chunks = wire::chunks(Body::from(garbage));
        }
        Some(FaultKind::ExpireTokenAfter { bytes }) => {
            let world = world.clone();
            let expire = move || {
                if let Some(token) = &asked.bearer {
                    let mut world = world.lock();
                    world.expire_access_token(token);
                    world.expire_notion_token(token);
                }
            };
            chunks = wire::cut_after(chunks, bytes, expire);
        }
        Some(FaultKind::ReviseAfter { bytes, content }) => {
            let world = world.clone();
            let revise = move || {
                if let Some(file) = &asked.file {
                    world.lock().replace_content(file, content);
                }
            };
            chunks = wire::cut_after(chunks, bytes, revise);
        }
        // These have taken effect already.
        Some(
            FaultKind::Status(..)
            | FaultKind::TooManyRequests { .. }
            | FaultKind::Redirect { .. }
            | FaultKind::Stall
            | FaultKind::StallAfter
            | FaultKind::AnswerLost
            | FaultKind::Llm(_),
        )
        | None => {}
    }
    if let Some(seen) = world.lock().requests.get_mut(asked.number) {
        seen.status = Some(head.status.as_u16());
    }
    let (world, number) = (world.clone(), asked.number);
    let counted = chunks.inspect_ok(move |chunk| {
        if let Some(seen) = world.lock().requests.get_mut(number) {
            seen.body_bytes += chunk.len() as u64;
        }
    });
    Response::from_parts(head, Body::from_stream(counted))
}
