//! Answers that come piece by piece, as server-sent events.

use std::io;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use hyper::header;
use serde_json::Value;

use crate::fault::LlmFault;
use crate::wire;

/// Letters in a piece of an answer.
const PIECE: usize = 12;

/// The pieces in which a text comes.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}

/// The events of one answer.
pub(super) struct Events {
    /// What comes before and with the text.
    pub(super) said: Vec<String>,
    /// What says that the answer is complete.
    pub(super) end: Vec<String>,
    /// What the provider sends when something breaks on its side.
    pub(super) error: String,
}

/// `data: …`
pub(super) fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// `event: …` and `data: …`
pub(super) fn event(name: &str, value: &Value) -> String {
    format!("event: {name}\ndata: {value}\n\n")
}

/// Sends the events off, one by one, spoiled as planned.
pub(super) fn streamed(events: Events, fault: Option<LlmFault>) -> Response {
    let Events { mut said, end, error } = events;
    let half = said.len().div_ceil(2);
    let cut = match fault {
        Some(LlmFault::CutOff) => {
            said.truncate(half);
            true
        }
        Some(LlmFault::Unfinished) => {
            said.truncate(half);
            false
        }
        Some(LlmFault::ErrorMidway) => {
            said.truncate(half);
            said.push(error);
            false
        }
        // These are in the text already.
        Some(
            LlmFault::InvalidJson
            | LlmFault::OtherShape
            | LlmFault::OtherLanguage
            | LlmFault::Refusal
            | LlmFault::Blocked
            | LlmFault::CutShort { .. }
            | LlmFault::Fenced
            | LlmFault::Empty,
        )
        | None => {
            said.extend(end);
            false
        }
    };
    let chunks = stream::iter(said.into_iter().map(|event| io::Result::Ok(Bytes::from(event)))).boxed();
    let chunks = if cut { wire::cut_at_the_end(chunks) } else { chunks };
    Response::builder()
        .header(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-cache")
        .body(Body::from_stream(chunks))
        .expect("these headers are valid")
}

/// Spoils an answer that comes as a whole.
pub(super) async fn whole(answer: Response, fault: Option<LlmFault>) -> Response {
    let cut = match fault {
        Some(LlmFault::CutOff) => true,
        Some(LlmFault::Unfinished) => false,
        // A provider that fails before it has sent anything answers with an error, which is planned otherwise.
        Some(
            LlmFault::ErrorMidway
            | LlmFault::InvalidJson
            | LlmFault::OtherShape
            | LlmFault::OtherLanguage
            | LlmFault::Refusal
            | LlmFault::Blocked
            | LlmFault::CutShort { .. }
            | LlmFault::Fenced
            | LlmFault::Empty,
        )
        | None => return answer,
    };
    let (head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body in memory can be read");
    let half = body.slice(..body.len() / 2);
    let chunks = stream::iter([io::Result::Ok(half)]).boxed();
    let chunks = if cut { wire::cut_at_the_end(chunks) } else { chunks };
    Response::from_parts(head, Body::from_stream(chunks))
}
