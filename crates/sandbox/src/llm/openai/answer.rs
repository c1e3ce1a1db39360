//! Answers in the form of `chat.completion` and `chat.completion.chunk`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::LlmProvider;
use crate::llm::reply::{End, Reply};
use crate::llm::stream::{Events, data, pieces};

/// Groq and local servers have no field for a refusal: it is the text.
fn has_refusals(of: LlmProvider) -> bool {
    of == LlmProvider::OpenAi
}

fn finish_reason(reply: &Reply) -> &'static str {
    match reply.end {
        End::Done | End::Refused => "stop",
        End::Cut => "length",
        End::Blocked => "content_filter",
    }
}

fn usage(of: LlmProvider, reply: &Reply) -> Value {
    let mut usage = json!({
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.answer_tokens,
        "total_tokens": reply.prompt_tokens + reply.answer_tokens,
    });
    match of {
        LlmProvider::OpenAi => {
            usage["prompt_tokens_details"] = json!({ "cached_tokens": 0, "audio_tokens": 0 });
            usage["completion_tokens_details"] = json!({
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            });
        }
        LlmProvider::Groq => {
            usage["queue_time"] = json!(0.01);
            usage["prompt_time"] = json!(0.02);
            usage["completion_time"] = json!(0.05);
            usage["total_time"] = json!(0.07);
        }
        LlmProvider::Local | LlmProvider::Anthropic | LlmProvider::Gemini => {}
    }
    usage
}

fn head(of: LlmProvider, model: &str, kind: &str) -> Value {
    let created = jiff::Timestamp::now().as_second();
    let id = format!("chatcmpl-{}", Uuid::new_v4().simple());
    let mut head = json!({ "id": id, "object": kind, "created": created, "model": model });
    if of == LlmProvider::OpenAi {
        head["service_tier"] = "default".into();
    }
    head["system_fingerprint"] = "fp_5a4dbe0c01".into();
    head
}

/// The answer as a whole.
pub(super) fn whole(of: LlmProvider, model: &str, reply: &Reply) -> Value {
    let mut message = json!({ "role": "assistant", "content": reply.text });
    if has_refusals(of) {
        message["refusal"] = Value::Null;
        message["annotations"] = json!([]);
        if reply.end == End::Refused {
            message["content"] = Value::Null;
            message["refusal"] = reply.text.clone().into();
        }
    }
    let mut answer = head(of, model, "chat.completion");
    answer["choices"] =
        json!([{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(reply) }]);
    answer["usage"] = usage(of, reply);
    answer
}

/// The answer piece by piece; `with_usage` counts its tokens in a piece of its own.
pub(super) fn events(of: LlmProvider, model: &str, reply: &Reply, with_usage: bool) -> Events {
    let head = head(of, model, "chat.completion.chunk");
    let chunk = |delta: Value, finish_reason: Option<&str>| {
        let mut chunk = head.clone();
        chunk["choices"] =
            json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason }]);
        if with_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    };
    let name = if has_refusals(of) && reply.end == End::Refused { "refusal" } else { "content" };
    let first = match (has_refusals(of), name) {
        (true, "content") => json!({ "role": "assistant", "content": "", "refusal": null }),
        (true, _) => json!({ "role": "assistant", "content": null, "refusal": "" }),
        // As llama.cpp begins.
        (false, _) if of == LlmProvider::Local => json!({ "role": "assistant", "content": null }),
        (false, _) => json!({ "role": "assistant", "content": "" }),
    };
    let mut said = vec![data(&chunk(first, None))];
    said.extend(pieces(&reply.text).into_iter().map(|piece| data(&chunk(json!({ name: piece }), None))));
    let mut last = chunk(json!({}), Some(finish_reason(reply)));
    if of == LlmProvider::Groq {
        last["x_groq"] = json!({ "id": "req_01", "usage": usage(of, reply) });
    }
    let mut end = vec![data(&last)];
    if with_usage {
        let mut counted = head.clone();
        counted["choices"] = json!([]);
        counted["usage"] = usage(of, reply);
        end.push(data(&counted));
    }
    end.push("data: [DONE]\n\n".to_owned());
    let error = json!({ "error": {
        "message": "The server had an error while processing your request. Sorry about that!",
        "type": "server_error",
        "param": null,
        "code": "server_error",
    } });
    Events { said, end, error: data(&error) }
}

/// What Groq says when the answer is not the JSON that was asked for.
pub(super) fn groq_has_no_json(reply: &Reply) -> Value {
    json!({ "error": {
        "message": "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
        "type": "invalid_request_error",
        "code": "json_validate_failed",
        "failed_generation": reply.text,
    } })
}
