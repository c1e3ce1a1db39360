//! What the sandbox was asked.

use serde_json::Value;

use crate::fault::Call;
use crate::llm::LlmProvider;

/// Values that must not reach a log or a failing assertion.
const SECRET: [&str; 9] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "key",
    "refresh_token",
    "state",
    "token",
    "upload_id",
];

/// So that a sandbox that runs for days stays small.
const AT_MOST: usize = 50_000;

/// Questions to language models are long, so that only the last ones are kept.
const QUESTIONS_AT_MOST: usize = 1_000;

/// One request, as it was asked and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// What it was for; `None` for anything that a fault cannot be planned for.
    pub call: Option<Call>,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The decoded query, with the values of secrets replaced by `[redacted]`.
    pub query: Vec<(String, String)>,
    /// The `Range` header.
    pub range: Option<String>,
    /// The status that was answered; `None` while there is no answer, and for ever where a fault swallowed it.
    pub status: Option<u16>,
    /// Bytes of the answer's body handed to the connection so far.
    pub body_bytes: u64,
    /// Length of the request's body; 0 until it has arrived.
    pub request_bytes: u64,
    /// Blocks in a request to Notion, nested ones counted.
    pub blocks: u32,
    /// Blocks in a request to Notion that are not nested.
    pub top_blocks: u32,
    /// What a request to a speech service says besides its sound, and one to a language model besides its texts: the fields
    /// of a form or of JSON, in their order, and values that are no text as JSON.
    pub fields: Vec<(String, String)>,
    /// The sound that a speech service decoded for this request.
    pub sound: Option<SeenSound>,
    /// The question that a language model was found to be asked; `None` of older ones.
    pub question: Option<SeenQuestion>,
    number: u64,
}

/// A question to a language model, whichever provider's form it had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeenQuestion {
    /// Who is asked.
    pub provider: LlmProvider,
    /// The model's name.
    pub model: String,
    /// What the system says, texts joined by a line.
    pub instructions: String,
    /// What the user says, and the assistant where it speaks: texts joined by a line.
    pub material: String,
    /// How many messages that is, without the system's.
    pub messages: usize,
    /// Whether the answer has to be JSON.
    pub json: bool,
    /// The JSON schema that the answer has to fit.
    pub schema: Option<Value>,
    /// Tokens that the answer may have.
    pub tokens_at_most: Option<u64>,
    /// Whether the answer comes piece by piece.
    pub stream: bool,
    /// The text that was answered; `None` of a question that was refused.
    pub answer: Option<String>,
}

/// Sound that a speech service decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeenSound {
    /// Length of the file.
    pub size_bytes: u64,
    /// Length of the sound.
    pub duration_ms: u64,
    /// Words that were heard in it.
    pub words: u32,
}

impl Seen {
    pub(crate) fn new(
        call: Option<Call>,
        method: &str,
        path: &str,
        query: &str,
        range: Option<String>,
    ) -> Seen {
        let query = url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
            let value =
                if SECRET.contains(&name.as_ref()) { "[redacted]".to_owned() } else { value.into_owned() };
            (name.into_owned(), value)
        });
        Seen {
            call,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.collect(),
            range,
            status: None,
            body_bytes: 0,
            request_bytes: 0,
            blocks: 0,
            top_blocks: 0,
            fields: Vec::new(),
            sound: None,
            question: None,
            number: 0,
        }
    }

    /// The value of a field of the request's body.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    seen: Vec<Seen>,
    noted: u64,
}

impl Requests {
    /// Notes a request and returns its number.
    pub(crate) fn note(&mut self, mut seen: Seen) -> u64 {
        if self.seen.len() == AT_MOST {
            self.seen.drain(..AT_MOST / 2);
        }
        seen.number = self.noted;
        self.noted += 1;
        self.seen.push(seen);
        self.noted - 1
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Seen> {
        self.seen.iter_mut().rev().find(|seen| seen.number == number)
    }

    /// Notes what a language model is asked.
    pub(crate) fn note_question(
        &mut self,
        number: u64,
        question: SeenQuestion,
        fields: Vec<(String, String)>,
    ) {
        if let Some(seen) = self.get_mut(number) {
            seen.question = Some(question);
            seen.fields = fields;
        }
        let mut asked = self.seen.iter_mut().rev().filter(|seen| seen.question.is_some());
        if let Some(old) = asked.nth(QUESTIONS_AT_MOST) {
            old.question = None;
        }
    }

    pub(crate) fn all(&self) -> &[Seen] {
        &self.seen
    }

    pub(crate) fn clear(&mut self) {
        self.seen.clear();
    }
}
