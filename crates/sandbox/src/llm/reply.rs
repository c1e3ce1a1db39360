//! What is said to a question: what a test wants, or what the stand-in makes up itself, spoiled as planned.

use serde_json::{Value, json};

use super::invent;
use super::state::LlmReply;
use super::tokens;
use crate::fault::LlmFault;
use crate::seen::SeenQuestion;
use crate::world::World;

const REFUSAL: &str = "I'm sorry, but I can't help with that.";

/// An answer, as far as providers agree on what one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) end: End,
    pub(super) prompt_tokens: u64,
    pub(super) answer_tokens: u64,
}

/// Why there is no more of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    /// It has as many tokens as it may have.
    Cut,
    /// The text says so.
    Refused,
    /// The provider has let nothing of it through.
    Blocked,
}

/// Tokens of a question.
pub(super) fn prompt_tokens(question: &SeenQuestion) -> u64 {
    let schema = question.schema.as_ref().map_or(0, |schema| tokens::count(&schema.to_string()));
    tokens::count(&question.instructions) + tokens::count(&question.material) + schema + 8
}

impl World {
    /// Answers a question that was found to be in order, and notes it for request `number`.
    pub(super) fn reply(
        &mut self,
        number: u64,
        mut question: SeenQuestion,
        fields: Vec<(String, String)>,
        fault: Option<LlmFault>,
    ) -> Reply {
        if let Some(room) = self.llm.forgets(&question) {
            question.material = tokens::last(&question.material, room).to_owned();
        }
        let scripted = self.llm.scripted(&question);
        let LlmReply(text) = scripted.unwrap_or_else(|| LlmReply(invent::answer(&question)));
        let model = self.llm.model(question.provider, &question.model);
        let model_at_most = model.map_or(u64::MAX, |model| model.answer_tokens);
        let mut at_most = question.tokens_at_most.unwrap_or(u64::MAX).min(model_at_most);
        if let Some(LlmFault::CutShort { tokens }) = fault {
            at_most = at_most.min(tokens);
        }
        let text = spoiled(text, fault);
        let cut = tokens::cut(&text, at_most).to_owned();
        let end = match fault {
            Some(LlmFault::Refusal) => End::Refused,
            Some(LlmFault::Blocked) => End::Blocked,
            _ if cut.len() < text.len() => End::Cut, // Whatever else happens to it.
            _ => End::Done,
        };
        let read = match self.llm.forgets(&question) {
            Some(room) => room.min(prompt_tokens(&question)),
            None => prompt_tokens(&question),
        };
        let reply = Reply { end, prompt_tokens: read, answer_tokens: tokens::count(&cut), text: cut };
        question.answer = Some(reply.text.clone());
        self.note_question(number, question, fields);
        reply
    }
}

fn spoiled(text: String, fault: Option<LlmFault>) -> String {
    match fault {
        Some(LlmFault::InvalidJson) => {
            let two_thirds = text.floor_char_boundary(text.len() * 2 / 3);
            format!("{} \"…", &text[..two_thirds])
        }
        Some(LlmFault::OtherShape) => json!({ "answer": ["yes", 42], "ok": true }).to_string(),
        Some(LlmFault::OtherLanguage) => match serde_json::from_str::<Value>(&text) {
            Ok(value) => invent::in_another_language(value).to_string(),
            Err(_) => invent::OTHER_LANGUAGE.to_owned(),
        },
        Some(LlmFault::Fenced) => format!("Here is the JSON:\n\n```json\n{text}\n```\n"),
        Some(LlmFault::Empty | LlmFault::Blocked) => String::new(),
        Some(LlmFault::Refusal) => REFUSAL.to_owned(),
        // These spoil how it is sent, or its length.
        Some(LlmFault::CutShort { .. } | LlmFault::CutOff | LlmFault::Unfinished | LlmFault::ErrorMidway)
        | None => text,
    }
}
