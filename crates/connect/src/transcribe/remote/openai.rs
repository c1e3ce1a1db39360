//! OpenAI's interface: OpenAI itself, Groq, and servers of one's own (vLLM, speaches).
//!
//! `POST {base}/audio/transcriptions`, a form. What can be asked for depends on the model: Whisper gives times of words,
//! models that tell speakers apart give times of sentences, and OpenAI's other models give text alone.

use std::path::Path;

use debrief_core::transcript::Word;
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::call::{Refusal, body, call, lacks};
use super::caller::Caller;
use super::errors::SpeechError;
use super::heard::{Answer, Labels, ms};
use super::hints::terms;
use super::languages;
use crate::transcribe::primary_language;
use debrief_core::spread::parts;

/// Whisper hears the last 224 tokens of a prompt; some are kept for the text before.
const PROMPT_TOKENS: usize = 200;

/// What a model answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Times of words and sentences.
    Words,
    /// Sentences with their speakers.
    Speakers,
    /// Text alone.
    Text,
}

impl Shape {
    fn of(model: &str) -> Shape {
        let model = model.to_ascii_lowercase();
        if model.contains("diarize") {
            Shape::Speakers
        } else if model.starts_with("gpt-") {
            Shape::Text
        } else {
            Shape::Words
        }
    }

    fn format(self) -> &'static str {
        match self {
            Shape::Words => "verbose_json",
            Shape::Speakers => "diarized_json",
            Shape::Text => "json",
        }
    }
}

#[derive(Deserialize)]
struct Transcription {
    text: Option<String>,
    language: Option<String>,
    // Some servers say `null` where they have none.
    words: Option<Vec<Timed>>,
    segments: Option<Vec<Segment>>,
}

#[derive(Deserialize)]
struct Timed {
    word: String,
    start: f64,
    end: f64,
    #[serde(alias = "probability")]
    confidence: Option<f32>,
}

#[derive(Deserialize)]
struct Segment {
    text: String,
    start: f64,
    end: f64,
    speaker: Option<String>,
}

/// What is said in the file.
pub(super) async fn hear(caller: &Caller, file: &Path) -> Result<Answer, SpeechError> {
    let shape = Shape::of(&caller.model);
    let (audio, length) = body(file).await?;
    let audio = Part::stream_with_length(audio, length).file_name("audio.ogg");
    let audio = audio.mime_str("audio/ogg").expect("a constant that is one");
    let mut form = Form::new().text("model", caller.model.clone()).text("response_format", shape.format());
    match shape {
        Shape::Words => {
            form =
                form.text("timestamp_granularities[]", "word").text("timestamp_granularities[]", "segment");
        }
        // Without it nothing longer than 30 s is taken.
        Shape::Speakers => form = form.text("chunking_strategy", "auto"),
        Shape::Text => {}
    }
    if let Some(language) = &caller.language {
        form = form.text("language", primary_language(language));
    }
    let vocabulary = terms(&caller.vocabulary, usize::MAX, PROMPT_TOKENS, 8);
    // Models that tell speakers apart refuse a prompt.
    if !vocabulary.is_empty() && shape != Shape::Speakers {
        form = form.text("prompt", vocabulary.join(", "));
    }
    // Last, so that a server has read what is wanted before the long part comes.
    let form = form.part("file", audio);
    caller.turn().await;
    let request =
        with_key(caller, caller.http.post(caller.url(&["audio", "transcriptions"]))).multipart(form);
    let said = call(request, caller.patience, refused).await?;
    let said = serde_json::from_value(said).map_err(|error| SpeechError::NoAnswer(error.to_string()))?;
    Ok(read(said))
}

/// Whether the key is good for the model.
pub(super) async fn test(caller: &Caller) -> Result<(), SpeechError> {
    let request = with_key(caller, caller.http.get(caller.url(&["models"])));
    let listed = call(request, caller.short_patience(), refused).await?;
    let listed = listed["data"].as_array().ok_or_else(|| lacks("list of models"))?;
    let known = listed.iter().any(|model| model["id"] == caller.model.as_str());
    // A server of one's own may know models by more names than it lists, and load them when they are asked for.
    if known || !caller.is_its_own {
        Ok(())
    } else {
        Err(SpeechError::UnknownModel("not in the list".into()))
    }
}

fn with_key(caller: &Caller, request: RequestBuilder) -> RequestBuilder {
    match &caller.key {
        Some(key) => request.bearer_auth(key.expose()),
        None => request,
    }
}

/// `{"error": {"message", "type", "code", "param"}}`; vLLM leaves out the `error`, speaches says `{"detail"}`.
fn refused(refusal: Refusal) -> SpeechError {
    let word = |place| refusal.body.pointer(place).and_then(Value::as_str).unwrap_or_default();
    let code = [word("/error/code"), word("/error/type"), word("/code"), word("/type")];
    let is = |wanted: &[&str]| code.iter().any(|code| wanted.contains(code));
    if is(&["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "blocked_api_access"]) {
        return SpeechError::CreditUsedUp(refusal.words);
    }
    let about_model = word("/error/param") == "model" || refusal.says("model");
    match refusal.status {
        400 | 403 | 404 if is(&["model_not_found", "model_decommissioned", "model_terms_required"]) => {
            SpeechError::UnknownModel(refusal.words)
        }
        404 if about_model => SpeechError::UnknownModel(refusal.words),
        // Larger than the server takes, longer than the model does.
        400 if refusal.says("content size limit")
            || refusal.says("longer than")
            || refusal.says("too large") =>
        {
            SpeechError::TooLarge(refusal.words)
        }
        _ => refusal.by_status(),
    }
}

fn read(said: Transcription) -> Answer {
    let mut answer =
        Answer { language: said.language.as_deref().and_then(languages::tag), ..Answer::default() };
    let segments = said.segments.unwrap_or_default();
    let words = said.words.unwrap_or_default();
    if !words.is_empty() {
        let text =
            said.text.unwrap_or_else(|| segments.iter().map(|segment| segment.text.as_str()).collect());
        for word in words {
            answer.push(&word.word, (ms(word.start), ms(word.end)), None, word.confidence);
        }
        punctuate(&mut answer, &text);
    } else if !segments.is_empty() {
        let mut labels = Labels::default();
        for segment in segments {
            let speaker = segment.speaker.map(|label| labels.number(label));
            answer.push(&segment.text, (ms(segment.start), ms(segment.end)), speaker, None);
        }
    } else {
        answer.untimed = said.text;
    }
    answer
}

/// Whisper's words come without the punctuation that its text has: each gets it back from its place in the text.
fn punctuate(answer: &mut Answer, text: &str) {
    let plain = |word: &str| -> String {
        word.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let whole = parts(text);
    let written: Vec<String> = whole.iter().map(|part| plain(part)).collect();
    let heard: Vec<String> = answer.words.iter().map(|said| plain(&said.word.text)).collect();
    for op in capture_diff_slices(Algorithm::Myers, &heard, &written) {
        // Where they differ, what has a time counts.
        let DiffOp::Equal { old_index, new_index, len } = op else { continue };
        for at in 0..len {
            let word: &mut Word = &mut answer.words[old_index + at].word;
            word.text.clone_from(&whole[new_index + at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(answer: &Answer) -> Vec<&str> {
        answer.words.iter().map(|said| said.word.text.as_str()).collect()
    }

    fn reading(said: Value) -> Answer {
        read(serde_json::from_value(said).unwrap())
    }

    #[test]
    fn words_get_back_the_punctuation_of_the_text() {
        let answer = reading(json!({
            "language": "english",
            "text": " Well, Ms. Ng: it's 5 o'clock.",
            "words": [
                { "word": "Well", "start": 0.0, "end": 0.4 }, { "word": "Ms", "start": 0.5, "end": 0.7 },
                { "word": "Ng", "start": 0.7, "end": 0.9 }, { "word": "it's", "start": 1.0, "end": 1.2 },
                { "word": "five", "start": 1.2, "end": 1.5 }, { "word": "o'clock", "start": 1.5, "end": 1.9 },
            ],
        }));
        assert_eq!(texts(&answer), ["Well,", "Ms.", "Ng:", "it's", "five", "o'clock."]);
        assert_eq!(answer.language.as_deref(), Some("en"));
        assert_eq!((answer.words[5].word.start_ms, answer.words[5].word.end_ms), (1500, 1900));
    }

    #[test]
    fn chinese_words_become_signs_with_times_of_their_own() {
        let answer = reading(json!({
            "language": "chinese",
            "text": "我們開會。",
            "words": [{ "word": "我們", "start": 0.0, "end": 0.4 }, { "word": "開會", "start": 0.4, "end": 1.0 }],
        }));
        assert_eq!(texts(&answer), ["我", "們", "開", "會。"]);
        assert_eq!((answer.words[1].word.start_ms, answer.words[2].word.end_ms), (200, 700));
    }

    #[test]
    fn sentences_share_their_time_and_speaker_among_their_words() {
        let answer = reading(json!({
            "text": "",
            "segments": [
                { "text": " So it is.", "start": 1.0, "end": 2.0, "speaker": "B" },
                { "text": "Yes.", "start": 2.0, "end": 2.5, "speaker": "A" },
            ],
        }));
        let speakers: Vec<_> = answer.words.iter().map(|said| said.speaker).collect();
        assert_eq!(speakers, [Some(0), Some(0), Some(0), Some(1)]);
        assert_eq!(texts(&answer), ["So", "it", "is.", "Yes."]);
    }

    #[test]
    fn text_alone_is_kept_for_the_voice_to_time() {
        let answer = reading(json!({ "text": "All of it.", "words": null, "segments": null }));
        assert_eq!((answer.untimed.as_deref(), answer.words.len()), (Some("All of it."), 0));
    }

    #[test]
    fn models_are_asked_for_what_they_can_give() {
        assert_eq!(Shape::of("whisper-1"), Shape::Words);
        assert_eq!(Shape::of("Systran/faster-whisper-large-v3"), Shape::Words);
        assert_eq!(Shape::of("gpt-4o-transcribe-diarize"), Shape::Speakers);
        assert_eq!(Shape::of("gpt-transcribe"), Shape::Text);
    }

    #[test]
    fn refusals_are_told_apart() {
        let of = |status, body: Value| {
            let words = body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default().to_owned();
            refused(Refusal { status, words, after_ms: Some(7), body })
        };
        let quota = json!({ "error": { "message": "You exceeded …", "type": "insufficient_quota" } });
        assert_eq!(of(429, quota), SpeechError::CreditUsedUp("You exceeded …".into()));
        let busy = json!({ "error": { "message": "slow down", "code": "rate_limit_exceeded" } });
        assert_eq!(of(429, busy), SpeechError::Busy { words: "slow down".into(), after_ms: Some(7) });
        let model = json!({ "error": { "message": "no access", "code": "model_not_found" } });
        assert_eq!(of(403, model.clone()), SpeechError::UnknownModel("no access".into()));
        assert_eq!(of(404, model), SpeechError::UnknownModel("no access".into()));
        assert_eq!(of(404, Value::Null), SpeechError::NotThere(String::new()));
        let large = json!({ "error": { "message": "Maximum content size limit (26214400) exceeded" } });
        assert!(matches!(of(400, large), SpeechError::TooLarge(_)));
        assert!(matches!(of(413, Value::Null), SpeechError::TooLarge(_)));
        assert!(matches!(of(400, json!({ "error": { "message": "bad" } })), SpeechError::Refused(_)));
        assert!(matches!(of(401, Value::Null), SpeechError::KeyRefused(_)));
        assert!(matches!(of(302, Value::Null), SpeechError::NoAnswer(_)));
        assert!(matches!(of(503, Value::Null), SpeechError::Faulty { .. }));
    }
}
