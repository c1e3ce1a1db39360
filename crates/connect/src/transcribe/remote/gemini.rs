//! Gemini: upload, wait until the file is ready, ask for a transcript as JSON, and delete the file.

use std::path::Path;
use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::call::{Refusal, answer, call, lacks, with_file};
use super::caller::Caller;
use super::errors::SpeechError;
use super::heard::{Answer, Labels, ms};
use super::hints::terms;

const TYPE: &str = "audio/ogg";
/// Between two questions whether the file is ready.
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Enough names for the model to listen for.
const TERM_TOKENS: usize = 2_000;

const TASK: &str = "Transcribe this recording completely and verbatim, in the language that is spoken; do not translate, \
    summarise or leave anything out. Make one segment of each sentence. `start` and `end` are seconds from the start of \
    the recording, with decimals. `speaker` is the same word for the same voice everywhere: \"A\" for the first, \"B\" for \
    the next one. `language` is the recording's main language as a BCP 47 tag. If nobody speaks, return no segments.";

#[derive(Deserialize)]
struct Transcript {
    language: Option<String>,
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    start: Value,
    end: Value,
    speaker: Option<String>,
    text: String,
    language: Option<String>,
}

/// A file at Google's; it is deleted when this goes, whatever else happens.
struct Uploaded {
    caller: Caller,
    name: String,
    is_deleted: bool,
}

impl Uploaded {
    /// Deletes it now.
    async fn delete(mut self) {
        self.is_deleted = true;
        delete(&self.caller, &self.name).await;
    }
}

impl Drop for Uploaded {
    fn drop(&mut self) {
        if self.is_deleted {
            return;
        }
        // Stopped in the middle: it is deleted beside whatever comes next. Google itself deletes it after two days.
        let (caller, name) = (self.caller.clone(), std::mem::take(&mut self.name));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { delete(&caller, &name).await });
        }
    }
}

async fn delete(caller: &Caller, name: &str) {
    let request = with_key(caller, caller.http.delete(file_url(caller, name)));
    if let Err(error) = call(request, caller.short_patience(), refused).await {
        let error = caller.without_key(error);
        tracing::warn!(%error, "an uploaded file could not be deleted; Google deletes it after two days");
    }
}

/// What is said in the file. `heard` is told once there is an answer: it has its price also when it is of no use, cut short or
/// broken off.
pub(super) async fn hear(
    caller: &Caller,
    file: &Path,
    heard: &(dyn Fn() + Send + Sync),
) -> Result<Answer, SpeechError> {
    caller.turn().await;
    let uploaded = upload(caller, file).await?;
    let name = uploaded["name"].as_str().ok_or_else(|| lacks("file name"))?.to_owned();
    let guard = Uploaded { caller: caller.clone(), name, is_deleted: false };
    let said = async {
        let address = ready(caller, &guard.name, uploaded).await?;
        let said = generate(caller, &address).await?;
        heard();
        read(&said)
    }
    .await;
    guard.delete().await;
    said
}

/// The file as Google describes it.
async fn upload(caller: &Caller, file: &Path) -> Result<Value, SpeechError> {
    let size = tokio::fs::metadata(file).await.map_err(debrief_core::failure::Failure::internal)?.len();
    let begin = with_key(caller, caller.http.post(caller.url(&["upload", "v1beta", "files"])))
        .header("X-Goog-Upload-Protocol", "resumable")
        .header("X-Goog-Upload-Command", "start")
        .header("X-Goog-Upload-Header-Content-Length", size)
        .header("X-Goog-Upload-Header-Content-Type", TYPE)
        .json(&json!({ "file": { "displayName": "recording" } }));
    let (headers, _) = answer(begin, caller.short_patience(), refused).await?;
    let address = headers.get("x-goog-upload-url").and_then(|value| value.to_str().ok()?.parse::<Url>().ok());
    let address = address.ok_or_else(|| lacks("address for the upload"))?;
    // The recording goes to nobody else, whatever the answer says.
    if address.origin() != caller.base.origin() {
        return Err(SpeechError::NoAnswer(format!("the upload should go to {}", address.authority())));
    }
    let send = with_key(caller, caller.http.post(address))
        .header("X-Goog-Upload-Offset", 0)
        .header("X-Goog-Upload-Command", "upload, finalize")
        .header(CONTENT_TYPE, TYPE);
    let sent = call(with_file(send, file).await?, caller.patience, refused).await?;
    Ok(sent["file"].clone())
}

/// The file's address, once it can be heard.
async fn ready(caller: &Caller, name: &str, mut file: Value) -> Result<String, SpeechError> {
    let began = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match file["state"].as_str() {
            Some("ACTIVE") => {
                return Ok(file["uri"].as_str().ok_or_else(|| lacks("file address"))?.to_owned());
            }
            Some("FAILED") => return Err(SpeechError::Refused("the file could not be processed".into())),
            // PROCESSING, and whatever Google may think of.
            Some(_) | None => {}
        }
        if began.elapsed() > caller.patience {
            return Err(SpeechError::TimedOut(caller.patience.as_secs()));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let request = with_key(caller, caller.http.get(file_url(caller, name)));
        file = call(request, caller.short_patience(), refused).await?;
    }
}

async fn generate(caller: &Caller, address: &str) -> Result<Value, SpeechError> {
    let mut task = TASK.to_owned();
    if let Some(language) = &caller.language {
        task.push_str(&format!(" The recording's language is {language}."));
    }
    let vocabulary = terms(&caller.vocabulary, usize::MAX, TERM_TOKENS, usize::MAX);
    if !vocabulary.is_empty() {
        task.push_str(&format!(" Names and terms that may be said: {}.", vocabulary.join(", ")));
    }
    let question = json!({
        "contents": [{ "role": "user", "parts": [
            { "text": task },
            { "fileData": { "mimeType": TYPE, "fileUri": address } },
        ] }],
        "generationConfig": { "responseMimeType": "application/json", "responseJsonSchema": schema() },
    });
    let url = caller.url(&["v1beta", "models", &format!("{}:generateContent", caller.model)]);
    let request = with_key(caller, caller.http.post(url)).json(&question);
    call(request, caller.patience, refused).await
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "language": { "type": "string" },
            "segments": { "type": "array", "items": {
                "type": "object",
                "properties": {
                    "start": { "type": "number" },
                    "end": { "type": "number" },
                    "speaker": { "type": "string" },
                    "text": { "type": "string" },
                },
                "required": ["start", "end", "speaker", "text"],
            } },
        },
        "required": ["language", "segments"],
    })
}

fn read(said: &Value) -> Result<Answer, SpeechError> {
    if let Some(reason) = said.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
        return Err(SpeechError::Refused(format!("blocked: {reason}")));
    }
    let candidate = said.pointer("/candidates/0").ok_or_else(|| lacks("candidate"))?;
    match candidate["finishReason"].as_str() {
        Some("STOP") => {}
        Some("MAX_TOKENS") => {
            return Err(SpeechError::TooLarge("the answer was cut short: MAX_TOKENS".into()));
        }
        // It broke off by its own rules (SAFETY, RECITATION, …), which it would do again.
        Some(reason) => return Err(SpeechError::Refused(format!("finished with {reason}"))),
        None => return Err(lacks("finishReason")),
    }
    let parts =
        candidate.pointer("/content/parts").and_then(Value::as_array).ok_or_else(|| lacks("content"))?;
    let text: String = parts
        .iter()
        .filter(|part| part["thought"] != true)
        .filter_map(|part| part["text"].as_str())
        .collect();
    let transcript: Transcript =
        serde_json::from_str(&text).map_err(|error| SpeechError::NoAnswer(error.to_string()))?;
    let by_segment = transcript.segments.iter().find_map(|segment| segment.language.clone());
    let mut heard = Answer { language: transcript.language.or(by_segment), ..Answer::default() };
    let mut labels = Labels::default();
    for segment in &transcript.segments {
        let (Some(start), Some(end)) = (seconds(&segment.start), seconds(&segment.end)) else {
            return Err(SpeechError::NoAnswer("a segment has no times".into()));
        };
        let speaker = segment.speaker.as_ref().map(|label| labels.number(label.clone()));
        heard.push(&segment.text, (ms(start), ms(end)), speaker, None);
    }
    Ok(heard)
}

/// Seconds, also where the model wrote `1:02:03.5`.
fn seconds(time: &Value) -> Option<f64> {
    if let Some(seconds) = time.as_f64() {
        return Some(seconds);
    }
    let parts = time.as_str()?.trim_end_matches('s').split(':');
    parts.map(|part| part.trim().parse::<f64>().ok()).try_fold(0.0, |sum, part| Some(sum * 60.0 + part?))
}

/// Whether the key is good for the model.
pub(super) async fn test(caller: &Caller) -> Result<(), SpeechError> {
    let request = with_key(caller, caller.http.get(caller.url(&["v1beta", "models", &caller.model])));
    call(request, caller.short_patience(), refused).await.map(drop)
}

/// `files/abc` → its address.
fn file_url(caller: &Caller, name: &str) -> Url {
    let path: Vec<&str> = ["v1beta"].into_iter().chain(name.split('/')).collect();
    caller.url(&path)
}

fn with_key(caller: &Caller, request: RequestBuilder) -> RequestBuilder {
    let Some(key) = &caller.key else { return request };
    let Ok(mut value) = HeaderValue::from_str(key.expose()) else { return request };
    value.set_sensitive(true);
    request.header("x-goog-api-key", value)
}

/// `{"error": {"code", "message", "status", "details"}}`.
fn refused(mut refusal: Refusal) -> SpeechError {
    let details =
        refusal.body.pointer("/error/details").and_then(Value::as_array).cloned().unwrap_or_default();
    let has = |reason: &str| details.iter().any(|detail| detail["reason"] == reason);
    let per_day = details.iter().filter_map(|detail| detail["violations"].as_array()).flatten();
    let per_day =
        per_day.filter_map(|violation| violation["quotaId"].as_str()).any(|id| id.contains("PerDay"));
    let delay = details.iter().find_map(|detail| detail["retryDelay"].as_str());
    let delay = delay.and_then(|delay| delay.trim_end_matches('s').parse::<f64>().ok()).map(ms);
    refusal.after_ms = refusal.after_ms.or(delay);
    match refusal.status {
        400 if has("API_KEY_INVALID") || refusal.says("api key") => SpeechError::KeyRefused(refusal.words),
        404 if refusal.says("model") => SpeechError::UnknownModel(refusal.words),
        429 if refusal.says("credit") || refusal.says("billing account") => {
            SpeechError::CreditUsedUp(refusal.words)
        }
        429 if per_day => SpeechError::QuotaUsedUp(refusal.words),
        // Where patience helps, it says for how long.
        429 if refusal.says("current quota") && refusal.after_ms.is_none() => {
            SpeechError::CreditUsedUp(refusal.words)
        }
        _ => refusal.by_status(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saying(text: &str, reason: &str) -> Value {
        let parts = json!([{ "thought": true, "text": "hm" }, { "text": text }]);
        json!({ "candidates": [{ "content": { "parts": parts }, "finishReason": reason }] })
    }

    #[test]
    fn sentences_share_their_time_among_their_words() {
        let text = r#"{"language":"zh-Hant","segments":[
            {"start":1.5,"end":2.5,"speaker":"A","text":"我們 agree"},
            {"start":"01:02","end":"1:02.5","speaker":"B","text":"好"}]}"#;
        let answer = read(&saying(text, "STOP")).unwrap();
        let words: Vec<_> = answer
            .words
            .iter()
            .map(|said| (said.word.text.as_str(), said.word.start_ms, said.speaker))
            .collect();
        assert_eq!(
            words,
            [("我", 1500, Some(0)), ("們", 1642, Some(0)), ("agree", 1785, Some(0)), ("好", 62_000, Some(1))]
        );
        assert_eq!(answer.language.as_deref(), Some("zh-Hant"));
    }

    #[test]
    fn an_answer_that_is_none_is_told_apart_from_a_refusal() {
        assert!(matches!(read(&saying("{\"segm", "MAX_TOKENS")), Err(SpeechError::TooLarge(_))));
        assert!(matches!(read(&saying("{\"segm", "STOP")), Err(SpeechError::NoAnswer(_))));
        assert!(matches!(read(&saying("", "SAFETY")), Err(SpeechError::Refused(_))));
        let blocked = json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } });
        assert!(matches!(read(&blocked), Err(SpeechError::Refused(_))));
        assert!(matches!(read(&json!({})), Err(SpeechError::NoAnswer(_))));
    }

    #[test]
    fn refusals_are_told_apart() {
        let of = |status, words: &str, details: Value| {
            let body = json!({ "error": { "details": details } });
            refused(Refusal { status, words: words.into(), after_ms: None, body })
        };
        let bad_key = json!([{ "reason": "API_KEY_INVALID" }]);
        assert!(matches!(of(400, "API key not valid.", bad_key), SpeechError::KeyRefused(_)));
        assert!(matches!(of(404, "models/x is not found", json!([])), SpeechError::UnknownModel(_)));
        let delay = json!([{ "retryDelay": "3.5s" }]);
        assert!(matches!(of(429, "slow down", delay), SpeechError::Busy { after_ms: Some(3500), .. }));
        let daily = json!([{ "violations": [{ "quotaId": "GenerateRequestsPerDayPerProject" }] }]);
        assert!(matches!(of(429, "quota", daily), SpeechError::QuotaUsedUp(_)));
        let spent = "Your prepayment credits are depleted.";
        assert!(matches!(of(429, spent, json!([])), SpeechError::CreditUsedUp(_)));
        assert!(matches!(of(400, "invalid argument", json!([])), SpeechError::Refused(_)));
    }
}
