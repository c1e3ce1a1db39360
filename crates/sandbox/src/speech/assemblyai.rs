//! AssemblyAI: `v2/upload`, `v2/transcript`, polling for the words, and deleting them.
//!
//! Guesses: which fields exclude each other, what a deleted transcript still says, that one which is not finished cannot be
//! deleted, the status of a request without credit, and what a list says to a question that it doesn't know. Files anywhere but in uploads cannot be fetched.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::decode::{self, NotSound};
use super::heard::{Heard, Word, letter, span_ms, text};
use super::{ASSEMBLYAI_PATH, SpeechService, languages, named_values};
use crate::answers;
use crate::keys::KeyTrouble;
use crate::params::Params;
use crate::serve::Number;
use crate::world::{Shared, World};

const OF: SpeechService = SpeechService::AssemblyAi;
const SPEAKERS_AT_MOST: u64 = 10;
const TERMS_AT_MOST: usize = 1000;
/// In one of the terms that are to be heard.
const WORDS_IN_TERM_AT_MOST: usize = 6;
const DELETED: &str = "Deleted by user.";
/// Transcripts on a page of the list, unless another number is asked for, and at most.
const LISTED: usize = 10;
const LISTED_AT_MOST: usize = 200;
const STATUSES: [&str; 4] = ["queued", "processing", "completed", "error"];

/// What AssemblyAI keeps.
#[derive(Debug)]
pub(super) struct Assembly {
    /// Whose they are, and their bytes.
    uploads: BTreeMap<String, (String, Bytes)>,
    transcripts: BTreeMap<String, Transcript>,
    /// How many were ordered.
    ordered: u64,
    polls: u32,
}

impl Default for Assembly {
    fn default() -> Assembly {
        Assembly { uploads: BTreeMap::new(), transcripts: BTreeMap::new(), ordered: 0, polls: 2 }
    }
}

#[derive(Debug)]
struct Transcript {
    key: String,
    /// Later ones have higher numbers.
    number: u64,
    created: Timestamp,
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

    /// How many transcripts were ordered from AssemblyAI, and are to be paid for.
    #[must_use]
    pub fn ordered_transcripts(&self) -> u64 {
        self.speech.assembly.ordered
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
    let assembly = &mut world.speech.assembly;
    assembly.ordered += 1;
    let (number, created, polls) = (assembly.ordered, Timestamp::now(), assembly.polls);
    let transcript =
        Transcript { key: owner, number, created, ask, outcome, language, polled: 0, polls, deleted: false };
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
    Ok(answers::json(StatusCode::OK, &transcript.told(&id, transcript.status())))
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

/// The newest first. "Previous" leads to older ones, "next" to newer ones.
async fn list(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let world = shared.lock();
    let owner = key(&headers);
    world.speech_key(OF, owner)?;
    let query = Params::of(query.as_deref().unwrap_or_default());
    let own = world.speech.assembly.transcripts.iter();
    let mut own: Vec<(&String, &Transcript)> =
        own.filter(|(_, transcript)| Some(transcript.key.as_str()) == owner).collect();
    own.sort_by_key(|(_, transcript)| Reverse(transcript.number));
    let wanted = Listing::of(&query, &own)?;
    let address = format!("{}{ASSEMBLYAI_PATH}", world.address);
    let page = |name: &str, id: &str| format!("{address}/v2/transcript?limit={}&{name}={id}", wanted.limit);
    let (newer, page_of, older) = wanted.page(&own);
    let id = |of: Option<&(&String, &Transcript)>| of.map(|(id, _)| (*id).clone()).unwrap_or_default();
    let details = json!({
        "limit": wanted.limit,
        "result_count": page_of.len(),
        "current_url": format!("{address}/v2/transcript?limit={}", wanted.limit),
        "prev_url": older.then(|| page("before_id", &id(page_of.last()))),
        "next_url": newer.then(|| page("after_id", &id(page_of.first()))),
    });
    let listed: Vec<Value> = page_of.iter().map(|(id, transcript)| transcript.listed(id, &address)).collect();
    Ok(answers::json(StatusCode::OK, &json!({ "page_details": details, "transcripts": listed })))
}

/// Which transcripts are asked for.
struct Listing {
    limit: usize,
    status: Option<String>,
    /// Older than the one of this number.
    before: Option<u64>,
    /// Newer than the one of this number.
    after: Option<u64>,
}

impl Listing {
    fn of(query: &Params, own: &[(&String, &Transcript)]) -> Result<Listing, ApiError> {
        let known = ["limit", "status", "before_id", "after_id"];
        if query.names().any(|name| !known.contains(&name)) || query.repeated().is_some() {
            return Err(ApiError::schema());
        }
        let limit = query.get("limit").map_or(Ok(LISTED), str::parse);
        let limit = limit.ok().filter(|limit| (1..=LISTED_AT_MOST).contains(limit));
        let status = query.get("status").map(str::to_owned);
        if status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
            return Err(ApiError::schema());
        }
        let number = |name: &str| match query.get(name) {
            None => Ok(None),
            Some(wanted) => match own.iter().find(|(id, _)| *id == wanted) {
                Some((_, transcript)) => Ok(Some(transcript.number)),
                None => Err(ApiError::bad("Transcript lookup error, transcript id not found")),
            },
        };
        let (before, after) = (number("before_id")?, number("after_id")?);
        Ok(Listing { limit: limit.ok_or_else(ApiError::schema)?, status, before, after })
    }

    /// Whether there are newer ones, the page, and whether there are older ones.
    fn page<'a>(
        &self,
        own: &[(&'a String, &'a Transcript)],
    ) -> (bool, Vec<(&'a String, &'a Transcript)>, bool) {
        let fits = |transcript: &Transcript| {
            self.status.as_deref().is_none_or(|status| transcript.status() == status)
                && self.before.is_none_or(|number| transcript.number < number)
                && self.after.is_none_or(|number| transcript.number > number)
        };
        let fitting: Vec<_> = own.iter().filter(|(_, transcript)| fits(transcript)).copied().collect();
        // After one of them come those that are newer by the least.
        let skipped = if self.after.is_some() { fitting.len().saturating_sub(self.limit) } else { 0 };
        let page: Vec<_> = fitting.into_iter().skip(skipped).take(self.limit).collect();
        let edge = |of: Option<&(&String, &Transcript)>| of.map(|(_, transcript)| transcript.number);
        let (first, last) = (edge(page.first()), edge(page.last()));
        let newer = first.is_some_and(|first| own.iter().any(|(_, other)| other.number > first));
        let older = last.is_some_and(|last| own.iter().any(|(_, other)| other.number < last));
        (newer, page, older)
    }
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
    fn status(&self) -> &'static str {
        match self.polled {
            polled if polled > self.polls => self.end(),
            0 | 1 => "queued",
            _ => "processing",
        }
    }

    fn audio_url(&self) -> &str {
        if self.deleted { "http://deleted_by_user" } else { &self.ask.audio_url }
    }

    /// As the list has it.
    fn listed(&self, id: &str, address: &str) -> Value {
        let (status, ends) = (self.status(), matches!(self.status(), "completed" | "error"));
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string();
        json!({
            "id": id,
            "resource_url": format!("{address}/v2/transcript/{id}"),
            "status": status,
            "created": time(self.created),
            "completed": ends.then(|| time(self.created)),
            "audio_url": self.audio_url(),
            "error": self.outcome.as_ref().err().filter(|_| status == "error"),
        })
    }

    fn end(&self) -> &'static str {
        if self.outcome.is_ok() { "completed" } else { "error" }
    }

    fn told(&self, id: &str, status: &str) -> Value {
        let mut body = json!({
            "id": id,
            "status": status,
            "audio_url": self.audio_url(),
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
