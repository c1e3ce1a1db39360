//! One question, sent and heard to its end, with every wait bounded.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::spending::Usage;
use futures_util::StreamExt;
use genai::chat::{
    ChatMessage, ChatOptions, ChatRequest, ChatStreamEvent, JsonSpec, RawFrameRef, ReasoningEffort,
    StopReason,
};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::caller::Caller;
use super::errors::LlmError;
use super::provider::{Provider, Speaks};
use super::refusals;
use super::tokens;

/// The longest answer that is heard: far more than any model's room for one.
const MAX_ANSWER_BYTES: usize = 4 << 20;
/// A server that says it read less than this share of a question has cut the rest off; per hundred.
const LEAST_READ: u64 = 50;
/// Counts of so few tokens say nothing.
const WORTH_COMPARING: u64 = 1000;

/// How a model is made to answer in JSON, the strictest way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The provider holds the model to the schema.
    Schema,
    /// The provider holds the model to JSON; the schema stands in the instructions.
    Json,
    /// The instructions alone say it.
    Plain,
}

impl Form {
    /// The next one to try where the provider refuses this one.
    pub(super) fn looser(self, speaks: Speaks) -> Option<Form> {
        match (self, speaks) {
            (Form::Schema, Speaks::OpenAi) => Some(Form::Json),
            (Form::Schema, Speaks::Anthropic | Speaks::Gemini) | (Form::Json, _) => Some(Form::Plain),
            (Form::Plain, _) => None,
        }
    }
}

/// A question as it is sent.
pub(super) struct Ask<'a> {
    pub(super) instructions: &'a str,
    /// The material, and what was said since.
    pub(super) said: Vec<ChatMessage>,
    pub(super) shape: &'static str,
    pub(super) schema: &'a Value,
    pub(super) form: Form,
    /// Tokens that the answer may have, with what the model thinks before it.
    pub(super) room: u32,
}

/// What a model said, to the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// A whole answer.
    All(String),
    /// There was no room for the rest.
    OutOfRoom,
    /// The connection ended before the answer did.
    Truncated,
}

/// What one call used, also when it came to nothing or was left.
#[derive(Debug, Default)]
pub(super) struct Meter {
    counted: Option<Usage>,
    /// What to reckon with while the provider has said nothing: the question once it is being answered.
    question_tokens: u64,
    begun: bool,
    heard: String,
}

impl Meter {
    /// What the provider says was used, else what was sent and heard.
    pub(super) fn usage(&self) -> Usage {
        let reckoned = || match self.begun {
            true => Usage {
                input_tokens: self.question_tokens,
                output_tokens: u64::from(tokens::exact(&self.heard)),
                audio_ms: 0,
            },
            false => Usage::default(),
        };
        self.counted.unwrap_or_else(reckoned)
    }
}

/// What the frames say that the library doesn't pass on.
#[derive(Default)]
struct Frames {
    count: u64,
    refusal: Option<String>,
    finished: Option<String>,
}

impl Frames {
    fn note(&mut self, frame: RawFrameRef<'_>) {
        self.count += 1;
        // Most frames are pieces of the answer, and needn't be read twice.
        let tells = ["refusal", "blockReason", "finish_reason"].iter().any(|word| frame.data.contains(word));
        let Some(json) = tells.then(|| frame.json()).flatten() else { return };
        let text = |place: &str| json.pointer(place).and_then(Value::as_str);
        if let Some(piece) = text("/choices/0/delta/refusal").filter(|piece| !piece.is_empty()) {
            self.refusal.get_or_insert_default().push_str(piece);
        }
        if let Some(reason) = text("/promptFeedback/blockReason") {
            self.refusal = Some(format!("the question is blocked: {reason}"));
        }
        if let Some(reason) = text("/choices/0/finish_reason") {
            self.finished = Some(reason.to_owned());
        }
    }
}

/// Asks, and hears the answer to its end. Dropping the future ends the call; `meter` then says what was used.
pub(super) async fn call(caller: &Caller, ask: Ask<'_>, meter: &mut Meter) -> Result<Said, LlmError> {
    let patience = caller.patience.whole;
    let late = |_| LlmError::TimedOut(patience.as_secs());
    caller
        .while_allowed(timeout(patience, heard(caller, ask, meter)))
        .await?
        .map_err(late)?
        .map_err(|error| caller.without_key(error))
}

#[expect(clippy::disallowed_methods, reason = "`call` allows it")]
async fn heard(caller: &Caller, ask: Ask<'_>, meter: &mut Meter) -> Result<Said, LlmError> {
    let frames: Arc<Mutex<Frames>> = Arc::default();
    let note = frames.clone();
    let options = options(caller, &ask).with_raw_frame_fn(move |_, frame| {
        note.lock().unwrap_or_else(PoisonError::into_inner).note(frame);
    });
    meter.question_tokens = question_tokens(&ask);
    let at_once = at_once(caller, ask.form);
    let request = ChatRequest::new(ask.said).with_system(ask.instructions);
    if at_once {
        return all_at_once(caller, request, &options, meter).await;
    }
    let answer = caller.client.exec_chat_stream(caller.target(), request, Some(&options)).await;
    let mut stream = answer.map_err(refusals::of)?.stream;
    let mut end = None;
    loop {
        let event = match next(&mut stream, &frames, caller.patience.first, caller.patience.between).await? {
            Some(event) => event.map_err(|error| refused(&frames).unwrap_or_else(|| refusals::of(error)))?,
            None => break,
        };
        match event {
            // Said before anything is sent.
            ChatStreamEvent::Start => continue,
            ChatStreamEvent::Chunk(piece) => meter.heard.push_str(&piece.content),
            ChatStreamEvent::ReasoningChunk(_)
            | ChatStreamEvent::ThoughtSignatureChunk(_)
            | ChatStreamEvent::ToolCallChunk(_)
            | ChatStreamEvent::Heartbeat => {}
            ChatStreamEvent::End(ended) => {
                end = Some(ended);
                break;
            }
        }
        meter.begun = true;
        if meter.heard.len() > MAX_ANSWER_BYTES {
            return Err(LlmError::NoAnswer("the answer is far too long".into()));
        }
    }
    meter.begun |= count(&frames) > 0;
    let usage = end.as_ref().and_then(|end| end.captured_usage.as_ref());
    meter.counted = usage.and_then(counted);
    if let Some(refused) = refused(&frames) {
        return Err(refused);
    }
    let finished = frames.lock().unwrap_or_else(PoisonError::into_inner).finished.take();
    // Some servers end without the mark that the library waits for.
    let reason = end.and_then(|end| end.captured_stop_reason).or(finished.map(StopReason::from));
    judged(reason, meter)
}

/// Groq holds no answer that comes piece by piece to a form.
fn at_once(caller: &Caller, form: Form) -> bool {
    caller.provider == Provider::Groq && form != Form::Plain
}

#[expect(clippy::disallowed_methods, reason = "`call` allows it")]
async fn all_at_once(
    caller: &Caller,
    request: ChatRequest,
    options: &ChatOptions,
    meter: &mut Meter,
) -> Result<Said, LlmError> {
    let patience = caller.patience.first;
    let answer = timeout(patience, caller.client.exec_chat(caller.target(), request, Some(options))).await;
    let answer = answer.map_err(|_| LlmError::TimedOut(patience.as_secs()))?.map_err(refusals::of)?;
    meter.begun = true;
    meter.counted = counted(&answer.usage);
    meter.heard = answer.content.joined_texts().unwrap_or_default();
    judged(answer.stop_reason, meter)
}

/// What an answer that ended so is worth.
fn judged(reason: Option<StopReason>, meter: &mut Meter) -> Result<Said, LlmError> {
    match reason {
        None => return Ok(Said::Truncated),
        Some(StopReason::MaxTokens(_)) => return Ok(Said::OutOfRoom),
        Some(StopReason::ContentFilter(why)) => return Err(LlmError::Refused(why)),
        Some(StopReason::ToolCall(why) | StopReason::Other(why)) => {
            return Err(LlmError::NoAnswer(format!("it ended with {why}")));
        }
        Some(StopReason::Completed(_) | StopReason::StopSequence(_)) => {}
    }
    if let Some(read) = meter.counted.map(|usage| usage.input_tokens)
        && was_cut(read, meter.question_tokens)
    {
        let sent = meter.question_tokens;
        return Err(LlmError::TooLong(format!(
            "the server read {read} tokens of a question of about {sent}"
        )));
    }
    Ok(Said::All(std::mem::take(&mut meter.heard)))
}

/// The next event. Silence is counted from the last frame: not every frame is an event.
async fn next<S: futures_util::Stream + Unpin>(
    stream: &mut S,
    frames: &Mutex<Frames>,
    first: Duration,
    between: Duration,
) -> Result<Option<S::Item>, LlmError> {
    loop {
        let before = count(frames);
        let patience = if before == 0 { first } else { between };
        let since = Instant::now();
        match timeout(patience, stream.next()).await {
            Ok(event) => return Ok(event),
            Err(_) if count(frames) > before => {}
            Err(_) => return Err(LlmError::TimedOut(since.elapsed().as_secs())),
        }
    }
}

fn count(frames: &Mutex<Frames>) -> u64 {
    frames.lock().unwrap_or_else(PoisonError::into_inner).count
}

fn refused(frames: &Mutex<Frames>) -> Option<LlmError> {
    let refusal = &frames.lock().unwrap_or_else(PoisonError::into_inner).refusal;
    refusal.clone().map(LlmError::Refused)
}

fn options(caller: &Caller, ask: &Ask<'_>) -> ChatOptions {
    let options =
        ChatOptions::default().with_max_tokens(ask.room).with_capture_usage(true).with_capture_content(false);
    let options = match caller.provider.speaks() {
        // Says nothing about how much to think. Without it the library takes the end of a name like `qwen-max` for that, and
        // leaves it out of the name.
        Speaks::OpenAi => options.with_reasoning_effort(ReasoningEffort::Budget(0)),
        Speaks::Anthropic | Speaks::Gemini => options,
    };
    match ask.form {
        Form::Schema => options.with_response_format(JsonSpec::new(ask.shape, ask.schema.clone())),
        Form::Json => options.with_response_format(genai::chat::ChatResponseFormat::JsonMode),
        Form::Plain => options,
    }
}

fn question_tokens(ask: &Ask<'_>) -> u64 {
    let said = ask.said.iter().filter_map(|message| message.content.joined_texts());
    said.map(|text| u64::from(tokens::exact(&text))).sum::<u64>() + u64::from(tokens::exact(ask.instructions))
}

fn counted(usage: &genai::chat::Usage) -> Option<Usage> {
    let tokens = |count: Option<i32>| u64::try_from(count.unwrap_or(0)).unwrap_or(0);
    let (input_tokens, output_tokens) = (tokens(usage.prompt_tokens), tokens(usage.completion_tokens));
    (input_tokens + output_tokens > 0).then_some(Usage { input_tokens, output_tokens, audio_ms: 0 })
}

/// Whether a server read so much less than it was sent that it must have cut the question. Ollama does so without a word.
fn was_cut(read: u64, sent: u64) -> bool {
    read > 0 && sent >= WORTH_COMPARING && read * 100 < sent * LEAST_READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_was_cut_is_told_from_one_that_was_counted_otherwise() {
        assert!(was_cut(4096, 20_000));
        assert!(!was_cut(15_000, 20_000));
        assert!(!was_cut(30_000, 20_000));
        assert!(!was_cut(0, 20_000), "some servers don't count");
        assert!(!was_cut(10, 400));
    }

    #[test]
    fn a_form_that_is_refused_gives_way_to_a_looser_one() {
        let ladder = |speaks| {
            let mut forms = vec![Form::Schema];
            while let Some(form) = forms.last().and_then(|form| form.looser(speaks)) {
                forms.push(form);
            }
            forms
        };
        assert_eq!(ladder(Speaks::OpenAi), [Form::Schema, Form::Json, Form::Plain]);
        assert_eq!(ladder(Speaks::Anthropic), [Form::Schema, Form::Plain]);
        assert_eq!(ladder(Speaks::Gemini), [Form::Schema, Form::Plain]);
    }

    #[test]
    fn what_was_used_is_reckoned_where_the_provider_says_nothing() {
        let mut meter = Meter { question_tokens: 700, ..Meter::default() };
        assert_eq!(meter.usage(), Usage::default(), "nothing was answered, so nothing is paid");
        meter.begun = true;
        meter.heard.push_str("hello world");
        assert_eq!(meter.usage(), Usage { input_tokens: 700, output_tokens: 2, audio_ms: 0 });
        meter.counted = Some(Usage { input_tokens: 9, output_tokens: 1, audio_ms: 0 });
        assert_eq!(meter.usage().input_tokens, 9);
    }
}
