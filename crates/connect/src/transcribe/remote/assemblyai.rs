//! AssemblyAI: upload, order a transcript, ask for it until it is done, and have it deleted once its words are kept.
//!
//! A transcript is paid for when it is ordered. So the address of the sound is kept before the order and the transcript's id
//! after it: a run that was broken off goes on asking for the same one, and where the order's answer was lost, it looks for
//! the sound among the account's transcripts before it orders again.

use std::path::Path;
use std::time::Duration;

use debrief_core::failure::Failure;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::call::{Refusal, call, lacks, with_file};
use super::caller::Caller;
use super::errors::SpeechError;
use super::heard::{Answer, Labels};
use super::hints::terms;

/// Terms that a transcript takes; each has at most six words.
const MOST_TERMS: usize = 200;
const TERM_WORDS: usize = 6;
/// The first pause between two questions, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Transcripts on one page of the list, and pages that are looked through: an order whose answer was lost is among the newest.
const PAGE_SIZE: usize = 200;
const MOST_PAGES: usize = 10;
/// What takes over the languages that the newest model doesn't know.
const MANY_LANGUAGES: &str = "universal-2";
/// The models that leave languages to it.
const FEW_LANGUAGES: &str = "universal-3";

#[derive(Deserialize)]
struct Transcript {
    status: Status,
    error: Option<String>,
    language_code: Option<String>,
    text: Option<String>,
    words: Option<Vec<Timed>>,
    utterances: Option<Vec<Utterance>>,
}

/// An entry in the list of an account's transcripts.
#[derive(Deserialize)]
struct Listed {
    id: String,
    audio_url: Option<String>,
    status: Status,
}

/// How far an order is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// The sound is at this address, and a transcript of it may have been ordered.
    Uploaded(String),
    /// The transcript of this id has been ordered, and is paid for.
    Ordered(String),
    /// What was ordered came to nothing.
    Nothing,
}

/// Keeps how far an order is.
pub(super) type Keep<'a> = dyn Fn(&Order) -> Result<(), Failure> + Send + Sync + 'a;

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Queued,
    Processing,
    Completed,
    Error,
}

#[derive(Deserialize)]
struct Timed {
    text: String,
    start: u32,
    end: u32,
    confidence: Option<f32>,
    speaker: Option<String>,
}

#[derive(Deserialize)]
struct Utterance {
    text: String,
    start: u32,
    end: u32,
    speaker: Option<String>,
    words: Option<Vec<Timed>>,
}

/// What is said in the file.
pub(super) async fn hear(caller: &Caller, file: &Path, keep: &Keep<'_>) -> Result<Answer, SpeechError> {
    caller.turn().await;
    let request = caller.http.post(caller.url(&["v2", "upload"]));
    let request = with_key(caller, request).header(CONTENT_TYPE, "application/octet-stream");
    let uploaded = call(with_file(request, file).await?, caller.patience, refused).await?;
    let address = uploaded["upload_url"].as_str().ok_or_else(|| lacks("upload_url"))?;
    keep(&Order::Uploaded(address.to_owned()))?;
    let id = order(caller, address, keep).await?;
    wait(caller, &id, keep).await
}

/// Orders a transcript of the sound at an address, and answers with its id.
pub(super) async fn order(caller: &Caller, address: &str, keep: &Keep<'_>) -> Result<String, SpeechError> {
    let mut order =
        json!({ "audio_url": address, "speaker_labels": true, "speech_models": models(&caller.model) });
    match &caller.language {
        // It writes `en_us`, and `zh` for Chinese of either kind.
        Some(language) => order["language_code"] = crate::transcribe::primary_language(language).into(),
        None => order["language_detection"] = true.into(),
    }
    let vocabulary = terms(&caller.vocabulary, MOST_TERMS, usize::MAX, TERM_WORDS);
    if !vocabulary.is_empty() {
        order["keyterms_prompt"] = vocabulary.into();
    }
    let request = with_key(caller, caller.http.post(caller.url(&["v2", "transcript"]))).json(&order);
    let ordered = call(request, caller.short_patience(), refused).await?;
    let id = ordered["id"].as_str().ok_or_else(|| lacks("id"))?;
    keep(&Order::Ordered(id.to_owned()))?;
    Ok(id.to_owned())
}

/// The transcript of the sound at an address that the account has ordered, if it has. One that failed cost nothing, and is
/// none.
pub(super) async fn find(caller: &Caller, address: &str) -> Result<Option<String>, SpeechError> {
    let mut before: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let request = with_key(caller, caller.http.get(caller.url(&["v2", "transcript"])));
        let mut request = request.query(&[("limit", PAGE_SIZE)]);
        if let Some(id) = &before {
            request = request.query(&[("before_id", id)]);
        }
        let page = call(request, caller.short_patience(), refused).await?;
        let listed = page.get("transcripts").cloned().ok_or_else(|| lacks("transcripts"))?;
        let listed: Vec<Listed> =
            serde_json::from_value(listed).map_err(|error| SpeechError::NoAnswer(error.to_string()))?;
        let is_it = |one: &&Listed| one.audio_url.as_deref() == Some(address) && one.status != Status::Error;
        if let Some(found) = listed.iter().find(is_it) {
            return Ok(Some(found.id.clone()));
        }
        // The list goes from the newest to the oldest, and says where the older ones are.
        let is_last = page["page_details"]["prev_url"].is_null();
        before = listed.into_iter().next_back().map(|oldest| oldest.id).filter(|_| !is_last);
        if before.is_none() {
            break;
        }
    }
    Ok(None)
}

/// Waits for an ordered transcript. `keep` is told when it came to nothing.
///
/// # Errors
/// [`SpeechError::NotThere`] when AssemblyAI doesn't know it any more.
pub(super) async fn wait(caller: &Caller, id: &str, keep: &Keep<'_>) -> Result<Answer, SpeechError> {
    let began = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let request = with_key(caller, caller.http.get(caller.url(&["v2", "transcript", id])));
        let transcript = call(request, caller.short_patience(), refused).await?;
        let transcript: Transcript =
            serde_json::from_value(transcript).map_err(|error| SpeechError::NoAnswer(error.to_string()))?;
        match transcript.status {
            Status::Completed => return Ok(Answer { left: Some(id.to_owned()), ..read(transcript) }),
            Status::Error => {
                keep(&Order::Nothing)?;
                return failed(&transcript.error.unwrap_or_default());
            }
            Status::Queued | Status::Processing => {}
        }
        if began.elapsed() > caller.patience {
            return Err(SpeechError::TimedOut(caller.patience.as_secs()));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Has a transcript, and the audio with it, deleted.
pub(super) async fn delete(caller: &Caller, id: &str) -> Result<(), SpeechError> {
    let request = with_key(caller, caller.http.delete(caller.url(&["v2", "transcript", id])));
    match call(request, caller.short_patience(), refused).await {
        // Gone already.
        Ok(_) | Err(SpeechError::NotThere(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether the key is good.
pub(super) async fn test(caller: &Caller) -> Result<(), SpeechError> {
    let request = with_key(caller, caller.http.get(caller.url(&["v2", "transcript"])));
    call(request.query(&[("limit", "1")]), caller.short_patience(), refused).await.map(drop)
}

fn models(model: &str) -> Vec<&str> {
    if model.starts_with(FEW_LANGUAGES) { vec![model, MANY_LANGUAGES] } else { vec![model] }
}

fn with_key(caller: &Caller, request: RequestBuilder) -> RequestBuilder {
    let Some(key) = &caller.key else { return request };
    let Ok(mut value) = HeaderValue::from_str(key.expose()) else { return request };
    value.set_sensitive(true);
    request.header(AUTHORIZATION, value)
}

/// `{"error": "…"}`.
fn refused(refusal: Refusal) -> SpeechError {
    let unpaid = ["balance", "top up", "insufficient funds"].iter().any(|words| refusal.says(words));
    match refusal.status {
        400 | 403 if unpaid => SpeechError::CreditUsedUp(refusal.words),
        400 if refusal.says("speech_model") => SpeechError::UnknownModel(refusal.words),
        _ => refusal.by_status(),
    }
}

/// What a transcript that failed means.
fn failed(why: &str) -> Result<Answer, SpeechError> {
    let says = |part: &str| why.to_lowercase().contains(part);
    if says("no spoken audio") || says("does not contain speech") {
        return Ok(Answer::default());
    }
    // What AssemblyAI couldn't read it won't read the next time; anything else is its own fault, and costs nothing.
    if says("transcoding") || says("does not appear to contain audio") || says("too short") {
        return Err(SpeechError::Refused(why.to_owned()));
    }
    Err(SpeechError::Faulty { words: why.to_owned(), after_ms: None })
}

fn read(transcript: Transcript) -> Answer {
    let language = transcript.language_code.map(|code| code.split('_').next().unwrap_or(&code).to_owned());
    let mut answer = Answer { language, ..Answer::default() };
    let mut labels = Labels::default();
    let words = transcript.words.unwrap_or_default();
    if words.is_empty() && transcript.utterances.is_none() {
        answer.untimed = transcript.text.filter(|text| !text.is_empty());
    }
    // The words carry their speakers; utterances are the same once more.
    let utterances = transcript.utterances.unwrap_or_default();
    let with_speakers = words.iter().any(|word| word.speaker.is_some()) || utterances.is_empty();
    if with_speakers {
        for word in words {
            let speaker = word.speaker.map(|label| labels.number(label));
            answer.push(&word.text, (word.start, word.end), speaker, word.confidence);
        }
        return answer;
    }
    for utterance in utterances {
        let speaker = utterance.speaker.map(|label| labels.number(label));
        let words = utterance.words.unwrap_or_default();
        if words.is_empty() {
            answer.push(&utterance.text, (utterance.start, utterance.end), speaker, None);
        }
        for word in words {
            answer.push(&word.text, (word.start, word.end), speaker, word.confidence);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn words_carry_their_speakers() {
        let transcript = json!({ "status": "completed", "language_code": "en_us", "words": [
            { "text": "Yes,", "start": 250, "end": 600, "confidence": 0.9, "speaker": "B" },
            { "text": "no.", "start": 700, "end": 900, "confidence": 0.8, "speaker": "A" },
        ], "utterances": [] });
        let answer = read(serde_json::from_value(transcript).unwrap());
        let words: Vec<_> = answer
            .words
            .iter()
            .map(|said| (said.word.text.as_str(), said.word.start_ms, said.speaker))
            .collect();
        assert_eq!(words, [("Yes,", 250, Some(0)), ("no.", 700, Some(1))]);
        assert_eq!(answer.language.as_deref(), Some("en"));
    }

    #[test]
    fn sentences_are_read_where_the_words_have_no_speakers() {
        let transcript = json!({ "status": "completed", "words": [{ "text": "Yes", "start": 0, "end": 9 }],
            "utterances": [{ "speaker": "A", "start": 0, "end": 900, "text": "Yes indeed" }] });
        let answer = read(serde_json::from_value(transcript).unwrap());
        assert_eq!(answer.words.len(), 2);
        assert_eq!(answer.words[1].speaker, Some(0));
    }

    #[test]
    fn refusals_are_told_apart() {
        let of = |status, words: &str| {
            refused(Refusal { status, words: words.into(), after_ms: None, body: Value::Null })
        };
        assert!(matches!(
            of(400, "Your current account balance is negative. Please top up to continue using the API."),
            SpeechError::CreditUsedUp(_)
        ));
        assert!(matches!(of(400, "speech_models is invalid"), SpeechError::UnknownModel(_)));
        assert!(matches!(of(401, "Authentication error"), SpeechError::KeyRefused(_)));
        assert!(matches!(of(404, "Transcript lookup error"), SpeechError::NotThere(_)));
        assert!(matches!(of(400, "audio_url is missing"), SpeechError::Refused(_)));
    }

    #[test]
    fn a_failed_transcript_is_silence_a_refusal_or_a_fault() {
        let silent = "language_detection cannot be performed on files with no spoken audio.";
        assert_eq!(failed(silent), Ok(Answer::default()));
        assert!(matches!(failed("Transcoding failed. File type is text/html"), Err(SpeechError::Refused(_))));
        assert!(matches!(failed("Internal server error"), Err(SpeechError::Faulty { .. })));
    }
}
