//! Answers in the form of a message, or of its events.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::llm::reply::{End, Reply};
use crate::llm::stream::{Events, event, pieces};

fn stop_reason(reply: &Reply) -> &'static str {
    match reply.end {
        End::Done => "end_turn",
        End::Cut => "max_tokens",
        End::Refused | End::Blocked => "refusal",
    }
}

/// A refusal has no text: the stop reason says all.
fn text(reply: &Reply) -> &str {
    match reply.end {
        End::Done | End::Cut => &reply.text,
        End::Refused | End::Blocked => "",
    }
}

fn message(model: &str, content: Value, stop_reason: Option<&str>, usage: Value) -> Value {
    json!({
        "id": format!("msg_{}", Uuid::new_v4().simple()),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": usage,
    })
}

fn usage(reply: &Reply, output_tokens: u64) -> Value {
    json!({
        "input_tokens": reply.prompt_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
        "service_tier": "standard",
    })
}

/// The answer as a whole.
pub(super) fn whole(model: &str, reply: &Reply) -> Value {
    let text = text(reply);
    let content = if text.is_empty() { json!([]) } else { json!([{ "type": "text", "text": text }]) };
    message(model, content, Some(stop_reason(reply)), usage(reply, reply.answer_tokens))
}

/// The answer piece by piece.
pub(super) fn events(model: &str, reply: &Reply) -> Events {
    let of = |name: &str, mut value: Value| {
        value["type"] = name.into();
        event(name, &value)
    };
    let mut said =
        vec![of("message_start", json!({ "message": message(model, json!([]), None, usage(reply, 1)) }))];
    let text = text(reply);
    let mut end = Vec::new();
    if !text.is_empty() {
        let block = json!({ "index": 0, "content_block": { "type": "text", "text": "" } });
        said.push(of("content_block_start", block));
        said.push(of("ping", json!({})));
        said.extend(pieces(text).into_iter().map(|piece| {
            of("content_block_delta", json!({ "index": 0, "delta": { "type": "text_delta", "text": piece } }))
        }));
        end.push(of("content_block_stop", json!({ "index": 0 })));
    }
    let delta = json!({ "stop_reason": stop_reason(reply), "stop_sequence": null });
    end.push(of(
        "message_delta",
        json!({ "delta": delta, "usage": { "output_tokens": reply.answer_tokens } }),
    ));
    end.push(of("message_stop", json!({})));
    let error = json!({ "error": { "type": "overloaded_error", "message": "Overloaded" } });
    Events { said, end, error: of("error", error) }
}
