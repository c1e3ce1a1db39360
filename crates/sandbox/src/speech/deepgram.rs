//! Deepgram: `v1/listen` with the bytes of a file, and `v1/projects`.
//!
//! Guesses: which parameters exclude each other, the messages of most refusals, the versions that `diarize_model` knows, and
//! that a request for anything but bytes is refused (the true service also takes the address of a file).

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::SpeechService;
use super::decode::{self, NotSound, Sound};
use super::heard::{Heard, Word, seconds, span_ms, text};
use crate::answers;
use crate::keys::KeyTrouble;
use crate::params::Params;
use crate::serve::Number;
use crate::world::{Shared, World};

const OF: SpeechService = SpeechService::Deepgram;
const MODELS: [&str; 8] = [
    "nova-3",
    "nova-3-general",
    "nova-3-medical",
    "nova-2",
    "nova-2-general",
    "nova-2-meeting",
    "enhanced",
    "base",
];
const DIARIZERS: [&str; 3] = ["latest", "v1", "v2"];
/// Parameters that are `true` or `false`.
const FLAGS: [&str; 10] = [
    "diarize",
    "utterances",
    "smart_format",
    "punctuate",
    "paragraphs",
    "detect_language",
    "filler_words",
    "numerals",
    "profanity_filter",
    "mip_opt_out",
];
/// Parameters that may come more than once.
const REPEATABLE: [&str; 3] = ["keyterm", "keywords", "tag"];
const OTHERS: [&str; 5] = ["model", "diarize_model", "language", "utt_split", "version"];
const UTTERANCE_PAUSE_S: f64 = 0.8;
const KEYTERMS_AT_MOST: usize = 100;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/v1/listen", post(listen))
        .route("/v1/projects", get(projects))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found.").into_response())
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Token ")
}

async fn projects(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    shared.lock().speech_key(OF, token(&headers))?;
    let project = json!({ "project_id": Uuid::nil().to_string(), "name": "Sandbox" });
    Ok(answers::json(StatusCode::OK, &json!({ "projects": [project] })))
}

async fn listen(
    State(shared): State<Shared>,
    Extension(Number(number)): Extension<Number>,
    uri: Uri,
    headers: HeaderMap,
    upload: Bytes,
) -> Result<Response, ApiError> {
    let limit = {
        let mut world = shared.lock();
        world.speech_work(OF, token(&headers))?;
        world.speech.upload_at_most_bytes(OF)
    };
    let ask = Ask::of(&Params::of(uri.query().unwrap_or_default()))?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let of_sound = ["audio/", "video/", "application/octet-stream", "application/ogg"];
    if !of_sound.iter().any(|known| kind.starts_with(known)) {
        return Err(ApiError::bad("Bad Request: the content type has to be one of audio or video."));
    }
    if upload.len() as u64 > limit {
        let why = "Payload Too Large: the file exceeds the maximum size.";
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", why));
    }
    let digest: String = Sha256::digest(&upload).iter().map(|byte| format!("{byte:02x}")).collect();
    let sound = decode::listen(upload).await?;
    let mut world = shared.lock();
    let heard = world.understand(OF, number, &sound);
    Ok(ask.answer(&world, &digest, &sound, &heard))
}

/// What is wanted, checked.
#[derive(Debug)]
struct Ask {
    model: String,
    language: Option<String>,
    detects: bool,
    diarizes: bool,
    punctuates: bool,
    utterances: bool,
    pause_ms: u64,
}

impl Ask {
    fn of(params: &Params) -> Result<Ask, ApiError> {
        for name in params.names() {
            let repeatable = REPEATABLE.contains(&name);
            if !repeatable && !FLAGS.contains(&name) && !OTHERS.contains(&name) {
                return Err(ApiError::bad(&format!("Bad Request: unknown query parameter '{name}'.")));
            }
            let count = params.all(name).count();
            if count == 0 || (count > 1 && !repeatable) {
                return Err(ApiError::bad(&format!("Bad Request: '{name}' needs one value.")));
            }
            if FLAGS.contains(&name) && !["true", "false"].contains(&params.get(name).unwrap_or_default()) {
                return Err(ApiError::bad(&format!("Bad Request: '{name}' has to be true or false.")));
            }
        }
        let model = params.get("model").unwrap_or("base").to_owned();
        if !MODELS.contains(&model.as_str()) {
            let why = "Bad Request: No such model/language/tier combination found.";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "INVALID_QUERY_PARAMETER", why));
        }
        let diarizer = params.get("diarize_model");
        if diarizer.is_some_and(|version| !DIARIZERS.contains(&version)) {
            return Err(ApiError::bad("Bad Request: unknown version in 'diarize_model'."));
        }
        if diarizer.is_some() && params.get("diarize").is_some() {
            return Err(ApiError::bad("Bad Request: 'diarize' and 'diarize_model' exclude each other."));
        }
        let language = params.get("language").map(str::to_owned);
        let detects = params.is_true("detect_language");
        if language.is_some() && detects {
            return Err(ApiError::bad("Bad Request: 'language' and 'detect_language' exclude each other."));
        }
        if language.as_ref().is_some_and(|language| !is_tag(language)) {
            let why = "Bad Request: No such model/language/tier combination found.";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "INVALID_QUERY_PARAMETER", why));
        }
        let nova_3 = model.starts_with("nova-3");
        let keyterms = params.all("keyterm").count();
        if keyterms > 0 && !nova_3 {
            return Err(ApiError::bad("Bad Request: Keyterm Prompting is only available with Nova-3."));
        }
        if keyterms > KEYTERMS_AT_MOST {
            return Err(ApiError::bad("Bad Request: Keyterm limit exceeded."));
        }
        if params.all("keywords").next().is_some() && nova_3 {
            return Err(ApiError::bad("Bad Request: Keywords are not supported with Nova-3. Use keyterm."));
        }
        let split = params.get("utt_split").map_or(Some(UTTERANCE_PAUSE_S), |text| text.parse().ok());
        let Some(split) = split.filter(|split| (0.0..=60.0).contains(split)) else {
            return Err(ApiError::bad("Bad Request: 'utt_split' has to be a number of seconds."));
        };
        Ok(Ask {
            model,
            language,
            detects,
            diarizes: diarizer.is_some() || params.is_true("diarize"),
            punctuates: params.is_true("smart_format") || params.is_true("punctuate"),
            utterances: params.is_true("utterances"),
            pause_ms: (split * 1000.0) as u64,
        })
    }

    fn answer(&self, world: &World, digest: &str, sound: &Sound, heard: &Heard) -> Response {
        let model = Uuid::new_v4().to_string();
        let words: Vec<Value> = heard.words.iter().map(|word| self.word(word)).collect();
        let mut channel = json!({
            "alternatives": [{ "transcript": heard.text(), "confidence": confidence(heard), "words": words }],
        });
        let language = self.language.as_deref().filter(|language| *language != "multi");
        if self.detects {
            channel["detected_language"] = world.speech.language().into();
            channel["language_confidence"] = json!(0.99);
        } else if self.language.as_deref() == Some("multi") {
            channel["alternatives"][0]["languages"] = json!([language.unwrap_or(world.speech.language())]);
        }
        let mut results = json!({ "channels": [channel] });
        if self.utterances {
            let utterances = heard.words.chunk_by(|word, next| {
                let pause_ms = next.start_ms.saturating_sub(word.end_ms);
                pause_ms <= self.pause_ms && (!self.diarizes || word.speaker == next.speaker)
            });
            results["utterances"] = utterances.map(|words| self.utterance(words)).collect();
        }
        let info = json!({ "name": self.model, "version": "2026-01-01.0", "arch": self.model });
        let body = json!({
            "metadata": {
                "transaction_key": "deprecated",
                "request_id": Uuid::new_v4().to_string(),
                "sha256": digest,
                "created": world.now().to_string(),
                "duration": seconds(sound.duration_ms),
                "channels": 1,
                "models": [model],
                "model_info": { model: info },
            },
            "results": results,
        });
        answers::json(StatusCode::OK, &body)
    }

    fn word(&self, word: &Word) -> Value {
        let mut value = json!({
            "word": word.text.to_lowercase(),
            "start": seconds(word.start_ms),
            "end": seconds(word.end_ms),
            "confidence": 0.99,
        });
        if self.punctuates {
            value["punctuated_word"] = word.text.as_str().into();
        }
        if self.diarizes {
            value["speaker"] = word.speaker.into();
            value["speaker_confidence"] = json!(0.9);
        }
        value
    }

    fn utterance(&self, words: &[Word]) -> Value {
        let (start_ms, end_ms) = span_ms(words);
        let mut value = json!({
            "start": seconds(start_ms),
            "end": seconds(end_ms),
            "confidence": 0.99,
            "channel": 0,
            "transcript": text(words),
            "words": words.iter().map(|word| self.word(word)).collect::<Vec<_>>(),
            "id": Uuid::new_v4().to_string(),
        });
        if self.diarizes {
            value["speaker"] = words.first().map(|word| word.speaker).into();
        }
        value
    }
}

/// Nobody is sure of a sound in which nothing is said.
fn confidence(heard: &Heard) -> f64 {
    if heard.words.is_empty() { 0.0 } else { 0.99 }
}

/// `en`, `en-GB`, `zh-Hans`, `multi`
fn is_tag(language: &str) -> bool {
    let mut parts = language.split('-');
    let first = parts.next().unwrap_or_default();
    let known = first == "multi" || super::languages::name(first).is_some();
    known
        && parts.all(|part| (2..=4).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// `{"err_code","err_msg","request_id"}`
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: String,
    message: String,
}

impl ApiError {
    fn new(status: StatusCode, code: &str, message: &str) -> ApiError {
        ApiError { status, code: code.to_owned(), message: message.to_owned() }
    }

    fn bad(message: &str) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "Bad Request", message)
    }
}

impl From<KeyTrouble> for ApiError {
    fn from(trouble: KeyTrouble) -> ApiError {
        match trouble {
            KeyTrouble::Missing | KeyTrouble::Wrong(_) => {
                ApiError::new(StatusCode::UNAUTHORIZED, "INVALID_AUTH", "Invalid credentials.")
            }
            KeyTrouble::UsedUp => ApiError::new(
                StatusCode::PAYMENT_REQUIRED,
                "ASR_PAYMENT_REQUIRED",
                "Project does not have enough credits for an ASR request and does not have an overage agreement.",
            ),
            KeyTrouble::TooMany => ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TOO_MANY_REQUESTS",
                "Too many requests. Please try again later.",
            ),
        }
    }
}

impl From<NotSound> for ApiError {
    fn from(NotSound(_): NotSound) -> ApiError {
        ApiError::bad("Bad Request: failed to process audio: corrupt or unsupported data")
    }
}

/// A refusal that a test planned.
pub(super) fn planned(status: StatusCode, reason: &str) -> Response {
    ApiError::new(status, reason, "A planned fault.").into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = Uuid::new_v4().to_string();
        let body = json!({ "err_code": self.code, "err_msg": self.message, "request_id": request_id });
        let mut answer = answers::json(self.status, &body);
        let id = header::HeaderValue::from_str(&request_id).expect("an id is written in ASCII");
        answer.headers_mut().insert("dg-request-id", id);
        answer
    }
}
