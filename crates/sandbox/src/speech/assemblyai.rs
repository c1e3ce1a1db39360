//! AssemblyAI: `v2/upload`, `v2/transcript`, polling for the words, and deleting them.
//!
//! Guesses: which fields exclude each other, what a deleted transcript still says, that one which is not finished cannot be
//! deleted, and the status of a request without credit. Files anywhere but in uploads cannot be fetched.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::decode::{self, NotSound};
use super::heard::{Heard, Word, letter, span_ms, text};
use super::{ASSEMBLYAI_PATH, SpeechService, languages, named_values};
use crate::answers;
use crate::keys::KeyTrouble;
use crate::serve::Number;
use crate::world::{Shared, World};

const OF: SpeechService = SpeechService::AssemblyAi;
const SPEAKERS_AT_MOST: u64 = 10;
const TERMS_AT_MOST: usize = 1000;
/// In one of the terms that are to be heard.
const WORDS_IN_TERM_AT_MOST: usize = 6;
const DELETED: &str = "Deleted by user.";

/// What AssemblyAI keeps.
#[derive(Debug)]
pub(super) struct Assembly {
    /// Whose they are, and their bytes.
    uploads: BTreeMap<String, (String, Bytes)>,
    transcripts: BTreeMap<String, Transcript>,
    polls: u32,
}

impl Default for Assembly {
    fn default() -> Assembly {
        Assembly { uploads: BTreeMap::new(), transcripts: BTreeMap::new(), polls: 2 }
    }
}

#[derive(Debug)]
struct Transcript {
    key: String,
    ask: Ask,
    /// Everything that is said once it is done.
    outcome: Result<Heard, String>,
    language: String,
    polled: u32,
    polls: u32,
    deleted: bool,
}

impl World {
    /// How many polls of a new transcript find it `queued` or `processing`; 2 at first.
    pub fn take_polls(&mut self, polls: u32) {
        self.speech.assembly.polls = polls;
    }

    /// How many transcripts AssemblyAI still keeps.
    #[must_use]
    pub fn kept_transcripts(&self) -> usize {
        self.speech.assembly.transcripts.values().filter(|transcript| !transcript.deleted).count()
    }
}

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/v2/upload", post(upload))
        .route("/v2/transcript", post(create).get(list))
        .route("/v2/transcript/{id}", get(poll).delete(delete))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "Not found").into_response())
}

/// The key stands in the header as it is.
fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

async fn upload(
    State(shared): State<Shared>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let mut world = shared.lock();
    world.speech_work(OF, key(&headers))?;
    let limit = world.speech.upload_at_most_bytes(OF);
    if bytes.len() as u64 > limit {
        let why = format!("Upload failed: the file is larger than {limit} bytes.");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    if bytes.is_empty() {
        return Err(ApiError::bad("Upload failed: the body is empty."));
    }
    let id = Uuid::new_v4().to_string();
    let url = format!("{}{ASSEMBLYAI_PATH}/upload/{id}", world.address);
    let owner = key(&headers).unwrap_or_default().to_owned();
    world.speech.assembly.uploads.insert(url.clone(), (owner, bytes));
    Ok(answers::json(StatusCode::OK, &json!({ "upload_url": url })))
}

async fn create(
    State(shared): State<Shared>,
    Extension(Number(number)): Extension<Number>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (ask, file, owner) = {
        let mut world = shared.lock();
        world.speech_work(OF, key(&headers))?;
        let body: Map<String, Value> = serde_json::from_slice(&body).map_err(|_| ApiError::schema())?;
        world.note_fields(number, named_values(&body));
        let ask = Ask::of(&body)?;
        let owner = key(&headers).unwrap_or_default().to_owned();
        let file = world.speech.assembly.uploads.get(&ask.audio_url);
        if file.is_some_and(|(of, _)| *of != owner) {
            return Err(ApiError::new(StatusCode::FORBIDDEN, "Cannot access uploaded file"));
        }
        let file = file.map(|(_, bytes)| bytes.clone());
        (ask, file, owner)
    };
    let sound = match file {
        Some(bytes) => decode::listen(bytes).await.map_err(|NotSound(why)| {
            format!("Transcoding failed. File does not appear to contain audio. {why}")
        }),
        None => Err(format!(
            "Download error, unable to download {}. Please make sure the file exists and is accessible.",
            ask.audio_url
        )),
    };
    let mut world = shared.lock();
    let outcome = sound.map(|sound| world.understand(OF, number, &sound));
    let language = ask.language.clone().unwrap_or_else(|| {
        let detected = if ask.detects { world.speech.language() } else { "en_us" };
        detected.to_owned()
    });
    let polls = world.speech.assembly.polls;
    let transcript = Transcript { key: owner, ask, outcome, language, polled: 0, polls, deleted: false };
    let id = Uuid::new_v4().to_string();
    let body = transcript.told(&id, "queued");
    world.speech.assembly.transcripts.insert(id, transcript);
    Ok(answers::json(StatusCode::OK, &body))
}

async fn poll(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut world = shared.lock();
    let transcript = world.own_transcript(&id, &headers)?;
    transcript.polled = transcript.polled.saturating_add(1);
    let status = match (transcript.polled, &transcript.outcome) {
        (polled, _) if polled > transcript.polls => transcript.end(),
        (1, _) => "queued",
        (_, _) => "processing",
    };
    Ok(answers::json(StatusCode::OK, &transcript.told(&id, status)))
}

async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut world = shared.lock();
    let transcript = world.own_transcript(&id, &headers)?;
    if transcript.polled <= transcript.polls {
        return Err(ApiError::bad("A transcript that is not completed cannot be deleted."));
    }
    transcript.deleted = true;
    let body = transcript.told(&id, transcript.end());
    let url = transcript.ask.audio_url.clone();
    world.speech.assembly.uploads.remove(&url);
    Ok(answers::json(StatusCode::OK, &body))
}

async fn list(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    let world = shared.lock();
    let owner = key(&headers);
    world.speech_key(OF, owner)?;
    let own = world.speech.assembly.transcripts.iter();
    let own = own.filter(|(_, transcript)| Some(transcript.key.as_str()) == owner && !transcript.deleted);
    let own: Vec<Value> = own.map(|(id, _)| json!({ "id": id })).collect();
    let pages = json!({ "limit": 10, "result_count": own.len(), "current_url": "", "prev_url": null });
    Ok(answers::json(StatusCode::OK, &json!({ "page_details": pages, "transcripts": own })))
}

impl World {
    fn own_transcript(&mut self, id: &str, headers: &HeaderMap) -> Result<&mut Transcript, ApiError> {
        let owner = key(headers);
        self.speech_key(OF, owner)?;
        let transcript = self.speech.assembly.transcripts.get_mut(id);
        let own = transcript.filter(|transcript| Some(transcript.key.as_str()) == owner);
        own.ok_or_else(|| {
            ApiError::new(StatusCode::NOT_FOUND, "Transcript lookup error, transcript id not found")
        })
    }
}

impl Transcript {
    fn end(&self) -> &'static str {
        if self.outcome.is_ok() { "completed" } else { "error" }
    }

    fn told(&self, id: &str, status: &str) -> Value {
        let mut body = json!({
            "id": id,
            "status": status,
            "audio_url": if self.deleted { "http://deleted_by_user" } else { &self.ask.audio_url },
            "language_code": self.language,
            "language_detection": self.ask.detects,
            "speaker_labels": self.ask.speakers,
            "text": null,
            "words": null,
            "utterances": null,
            "confidence": null,
            "audio_duration": null,
        });
        match &self.outcome {
            Err(why) if status == "error" => body["error"] = why.as_str().into(),
            Ok(_) if self.deleted => body["text"] = DELETED.into(),
            Ok(heard) if status == "completed" => {
                body["text"] = heard.text().into();
                body["confidence"] = json!(0.97);
                body["audio_duration"] = heard.duration_ms.div_ceil(1000).into();
                body["words"] = heard.words.iter().map(|word| self.word(word)).collect();
                if self.ask.speakers {
                    body["utterances"] = heard.turns().map(|words| self.utterance(words)).collect();
                }
            }
            Ok(_) | Err(_) => {}
        }
        body
    }

    fn word(&self, word: &Word) -> Value {
        let speaker = self.ask.speakers.then(|| letter(word.speaker));
        let (start, end) = (word.start_ms, word.end_ms);
        json!({ "text": word.text, "start": start, "end": end, "confidence": 0.97, "speaker": speaker })
    }

    fn utterance(&self, words: &[Word]) -> Value {
        let (start, end) = span_ms(words);
        json!({
            "speaker": words.first().map(|word| letter(word.speaker)),
            "text": text(words),
            "start": start,
            "end": end,
            "confidence": 0.97,
            "words": words.iter().map(|word| self.word(word)).collect::<Vec<_>>(),
        })
    }
}

/// What is wanted, checked.
#[derive(Debug)]
struct Ask {
    audio_url: String,
    speakers: bool,
    detects: bool,
    language: Option<String>,
}

impl Ask {
    fn of(body: &Map<String, Value>) -> Result<Ask, ApiError> {
        for (name, value) in body {
            let fits = match name.as_str() {
                "audio_url" => value.is_string(),
                "speaker_labels" | "language_detection" | "punctuate" | "format_text" | "disfluencies" => {
                    value.is_boolean()
                }
                "language_code" => value.as_str().is_some_and(is_language),
                "word_boost" | "keyterms_prompt" => are_terms(value),
                "speech_models" => value.as_array().is_some_and(|models| models.iter().all(Value::is_string)),
                "speech_model" => value.is_string(),
                "speakers_expected" => {
                    value.as_u64().is_some_and(|count| (1..=SPEAKERS_AT_MOST).contains(&count))
                }
                "speaker_options" => are_options(value),
                _ => false, // Not a field that it has.
            };
            if !fits {
                return Err(ApiError::schema());
            }
        }
        let is = |name: &str| body.get(name) == Some(&Value::Bool(true));
        let has = |name: &str| body.contains_key(name);
        let url = body.get("audio_url").and_then(Value::as_str);
        let audio_url = url.ok_or_else(|| ApiError::bad("\"audio_url\" should not be empty"))?.to_owned();
        let (speakers, detects) = (is("speaker_labels"), is("language_detection"));
        if detects && has("language_code") {
            return Err(ApiError::bad(
                "language_detection is not available when language_code is specified.",
            ));
        }
        if has("word_boost") && has("keyterms_prompt") {
            return Err(ApiError::bad("word_boost and keyterms_prompt cannot be used together."));
        }
        if (has("speakers_expected") || has("speaker_options")) && !speakers {
            return Err(ApiError::bad("speakers_expected needs speaker_labels."));
        }
        if has("speakers_expected") && has("speaker_options") {
            return Err(ApiError::bad("speakers_expected and speaker_options cannot be used together."));
        }
        let language = body.get("language_code").and_then(Value::as_str).map(str::to_owned);
        Ok(Ask { audio_url, speakers, detects, language })
    }
}

/// `en`, `en_us`, `de`
fn is_language(code: &str) -> bool {
    let (language, country) =
        code.split_once('_').map_or((code, None), |(language, rest)| (language, Some(rest)));
    languages::name(language).is_some() && country.is_none_or(|country| ["us", "uk", "au"].contains(&country))
}

fn are_terms(value: &Value) -> bool {
    let term = |term: &Value| {
        let words = term.as_str().map_or(0, |term| term.split_whitespace().count());
        (1..=WORDS_IN_TERM_AT_MOST).contains(&words)
    };
    value.as_array().is_some_and(|terms| terms.len() <= TERMS_AT_MOST && terms.iter().all(term))
}

/// At least and at most so many speakers.
fn are_options(value: &Value) -> bool {
    const NAMES: [&str; 2] = ["min_speakers_expected", "max_speakers_expected"];
    let Some(options) = value.as_object() else { return false };
    let [least, most] = NAMES.map(|name| options.get(name).map(|count| count.as_u64().unwrap_or(0)));
    options.keys().all(|name| NAMES.contains(&name.as_str()))
        && least != Some(0)
        && most.is_none_or(|most| most >= least.unwrap_or(1))
}

/// `{"error"}`
#[derive(Debug)]
struct ApiError {
    status: StatusCode,
    message: String,
    retry_after_s: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> ApiError {
        ApiError { status, message: message.into(), retry_after_s: None }
    }

    fn bad(message: &str) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, message)
    }

    fn schema() -> ApiError {
        ApiError::bad("Invalid endpoint schema, please refer to documentation for examples.")
    }
}

impl From<KeyTrouble> for ApiError {
    fn from(trouble: KeyTrouble) -> ApiError {
        match trouble {
            KeyTrouble::Missing | KeyTrouble::Wrong(_) => {
                let why = "Authentication error, API token missing/invalid";
                ApiError::new(StatusCode::UNAUTHORIZED, why)
            }
            KeyTrouble::UsedUp => ApiError::bad(
                "Your current account balance is negative. Please top up to continue using the API.",
            ),
            KeyTrouble::TooMany => {
                let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
                ApiError { retry_after_s: Some(1), ..error }
            }
        }
    }
}

/// A refusal that a test planned.
pub(super) fn planned(status: StatusCode, reason: &str) -> Response {
    ApiError::new(status, reason).into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut answer = answers::json(self.status, &json!({ "error": self.message }));
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }
}
