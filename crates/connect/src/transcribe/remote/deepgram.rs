//! Deepgram: `POST /v1/listen` with the audio as the body; the answer comes when all has been heard.

use std::path::Path;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;

use super::call::{Refusal, call, with_file};
use super::caller::Caller;
use super::errors::SpeechError;
use super::heard::{Answer, ms};
use super::hints::terms;

/// Terms that a request takes, and their tokens together.
const MOST_TERMS: usize = 100;
const TERM_TOKENS: usize = 450;

#[derive(Deserialize)]
struct Listened {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    channels: Vec<Channel>,
    #[serde(default)]
    utterances: Vec<Utterance>,
}

#[derive(Deserialize)]
struct Channel {
    detected_language: Option<String>,
    #[serde(default)]
    alternatives: Vec<Alternative>,
}

#[derive(Deserialize)]
struct Alternative {
    #[serde(default)]
    words: Vec<Timed>,
}

#[derive(Deserialize)]
struct Utterance {
    transcript: String,
    start: f64,
    end: f64,
    speaker: Option<u16>,
    #[serde(default)]
    words: Vec<Timed>,
}

#[derive(Deserialize)]
struct Timed {
    word: String,
    punctuated_word: Option<String>,
    start: f64,
    end: f64,
    confidence: Option<f32>,
    speaker: Option<u16>,
}

/// What is said in the file.
pub(super) async fn hear(caller: &Caller, file: &Path) -> Result<Answer, SpeechError> {
    let mut query = vec![
        ("model", caller.model.as_str()),
        ("diarize_model", "latest"),
        ("utterances", "true"),
        ("smart_format", "true"),
    ];
    match &caller.language {
        Some(language) => query.push(("language", language)),
        None => query.push(("detect_language", "true")),
    }
    // Older models take no terms, and refuse the request.
    if caller.model.starts_with("nova-3") {
        query.extend(
            terms(&caller.vocabulary, MOST_TERMS, TERM_TOKENS, 8).into_iter().map(|term| ("keyterm", term)),
        );
    }
    caller.turn().await;
    let request = with_key(caller, caller.http.post(caller.url(&["v1", "listen"]))).query(&query);
    let request = with_file(request.header(CONTENT_TYPE, "audio/ogg"), file).await?;
    let said = call(request, caller.patience, refused).await?;
    let said: Listened =
        serde_json::from_value(said).map_err(|error| SpeechError::NoAnswer(error.to_string()))?;
    Ok(read(said.results))
}

/// Whether the key is good.
pub(super) async fn test(caller: &Caller) -> Result<(), SpeechError> {
    let request = with_key(caller, caller.http.get(caller.url(&["v1", "projects"])));
    call(request, caller.short_patience(), refused).await.map(drop)
}

fn with_key(caller: &Caller, request: RequestBuilder) -> RequestBuilder {
    let Some(key) = &caller.key else { return request };
    let Ok(mut value) = HeaderValue::from_str(&format!("Token {}", key.expose())) else { return request };
    value.set_sensitive(true);
    request.header(AUTHORIZATION, value)
}

/// `{"err_code", "err_msg", "request_id"}`.
fn refused(refusal: Refusal) -> SpeechError {
    match refusal.status {
        // "No such model/language/tier combination found."; 403: the project may not use it.
        400 if refusal.says("no such model") => SpeechError::UnknownModel(refusal.words),
        403 if refusal.says("requested model") => SpeechError::UnknownModel(refusal.words),
        _ => refusal.by_status(),
    }
}

fn read(results: Results) -> Answer {
    let first = results.channels.into_iter().next();
    let (language, words) = first.map_or((None, Vec::new()), |channel| {
        let words = channel.alternatives.into_iter().next().map(|best| best.words);
        (channel.detected_language, words.unwrap_or_default())
    });
    let mut answer = Answer { language, ..Answer::default() };
    if results.utterances.is_empty() {
        words.into_iter().for_each(|word| push(&mut answer, word, None));
    }
    for utterance in results.utterances {
        if utterance.words.is_empty() {
            let times = (ms(utterance.start), ms(utterance.end));
            answer.push(&utterance.transcript, times, utterance.speaker, None);
        }
        utterance.words.into_iter().for_each(|word| push(&mut answer, word, utterance.speaker));
    }
    answer
}

fn push(answer: &mut Answer, word: Timed, speaker: Option<u16>) {
    let text = word.punctuated_word.unwrap_or(word.word);
    answer.push(&text, (ms(word.start), ms(word.end)), word.speaker.or(speaker), word.confidence);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn words_keep_their_punctuation_their_times_and_their_speakers() {
        let said = json!({ "results": {
            "channels": [{ "detected_language": "de", "alternatives": [{ "transcript": "Ja. Gut.", "words": [] }] }],
            "utterances": [
                { "start": 0.5, "end": 0.9, "speaker": 1, "transcript": "Ja.", "words": [
                    { "word": "ja", "punctuated_word": "Ja.", "start": 0.5, "end": 0.9, "confidence": 0.5, "speaker": 1 }] },
                { "start": 1.0, "end": 1.4, "speaker": 0, "transcript": "Gut." },
            ],
        } });
        let answer = read(serde_json::from_value::<Listened>(said).unwrap().results);
        let words: Vec<_> = answer
            .words
            .iter()
            .map(|said| (said.word.text.as_str(), said.word.start_ms, said.word.end_ms, said.speaker))
            .collect();
        assert_eq!(words, [("Ja.", 500, 900, Some(1)), ("Gut.", 1000, 1400, Some(0))]);
        assert_eq!((answer.language.as_deref(), answer.words[0].word.confidence), (Some("de"), Some(0.5)));
    }

    #[test]
    fn refusals_are_told_apart() {
        let of = |status, words: &str| {
            refused(Refusal { status, words: words.into(), after_ms: None, body: Value::Null })
        };
        let unknown = "Bad Request: No such model/language/tier combination found.";
        assert!(matches!(of(400, unknown), SpeechError::UnknownModel(_)));
        assert!(matches!(
            of(403, "Project does not have access to the requested model."),
            SpeechError::UnknownModel(_)
        ));
        assert!(matches!(of(403, "INSUFFICIENT_PERMISSIONS"), SpeechError::KeyRefused(_)));
        assert!(matches!(of(402, "not enough credits"), SpeechError::CreditUsedUp(_)));
        assert!(matches!(of(429, "Too many requests."), SpeechError::Busy { .. }));
        assert!(matches!(of(504, ""), SpeechError::Faulty { .. }));
        assert!(matches!(of(400, "corrupt or unsupported data"), SpeechError::Refused(_)));
    }
}
