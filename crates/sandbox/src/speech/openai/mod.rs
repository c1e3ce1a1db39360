//! `audio/transcriptions` and `models` as OpenAI and Groq have them.
//!
//! Guesses: the messages and codes of refused combinations, that `chunking_strategy` is refused for models that do not take
//! it, that a field may not be empty, and the answer to a Groq account whose limit of spending is reached.

mod error;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use hyper::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};

pub(crate) use self::error::{ApiError, planned};

use super::SpeechService;
use super::decode;
use super::form::Form;
use super::heard::{Heard, Word, letter, seconds, span_ms, text};
use super::languages;
use crate::answers;
use crate::llm::{self, LlmProvider};
use crate::serve::Number;
use crate::world::{Shared, World};

const OPENAI_MODELS: [&str; 5] = [
    "whisper-1",
    "gpt-transcribe",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-transcribe-diarize",
];
const GROQ_MODELS: [&str; 2] = ["whisper-large-v3", "whisper-large-v3-turbo"];
const FIELDS: [&str; 7] = [
    "model",
    "language",
    "prompt",
    "response_format",
    "temperature",
    "timestamp_granularities[]",
    "chunking_strategy",
];
/// The endings of the names of files that are taken.
const FORMATS: [&str; 10] = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"];
/// Models named gpt-4o take no more.
const GPT_AT_MOST_MS: u64 = 1_400_000;
/// From here on the model that knows speakers wants to be told how to cut.
const UNCUT_AT_MOST_MS: u64 = 30_000;
const SHORTEST_MS: u64 = 100;
/// Whisper begins a new segment after such a pause.
const SEGMENT_PAUSE_MS: u64 = 1_000;
/// Groq reads no more of a prompt, and refuses it.
const GROQ_PROMPT_AT_MOST: usize = 896;

pub(super) fn router(of: SpeechService) -> Router<Shared> {
    let ask = move |State(shared): State<Shared>, request: Request<Body>| async move {
        let answer = transcribed(of, &shared, request).await;
        let mut answer = answer.unwrap_or_else(ApiError::into_response);
        if of == SpeechService::Groq {
            limits(answer.headers_mut());
        }
        answer
    };
    let list = move |State(shared): State<Shared>, headers: HeaderMap| async move {
        let world = shared.lock();
        match world.speech_key(of, bearer(&headers)) {
            Ok(()) => answers::json(StatusCode::OK, &models(&world, of)),
            Err(trouble) => ApiError::key(of, &trouble).into_response(),
        }
    };
    Router::new()
        .route("/audio/transcriptions", post(ask))
        .route("/models", get(list))
        .merge(llm::chat(provider(of)))
        .fallback(no_such_address)
}

/// What is not there.
pub(crate) async fn no_such_address(request: Request<Body>) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let why = format!("Invalid URL ({method} {path})");
    ApiError::new(StatusCode::NOT_FOUND, None, why).into_response()
}

/// Whose language models are at the same address.
fn provider(of: SpeechService) -> LlmProvider {
    if of == SpeechService::Groq { LlmProvider::Groq } else { LlmProvider::OpenAi }
}

fn models(world: &World, of: SpeechService) -> Value {
    let owner = if of == SpeechService::Groq { "OpenAI" } else { "openai-internal" };
    let of_speech = known_models(of).iter().map(|id| (*id).to_owned());
    let models = of_speech.chain(world.llm_models(provider(of)));
    let models =
        models.map(|id| json!({ "id": id, "object": "model", "created": 1_677_532_384, "owned_by": owner }));
    json!({ "object": "list", "data": models.collect::<Vec<_>>() })
}

/// Those that hear.
pub(crate) fn known_models(of: SpeechService) -> &'static [&'static str] {
    if of == SpeechService::Groq { &GROQ_MODELS } else { &OPENAI_MODELS }
}

/// Groq tells of its limits in every answer. The numbers are of its free plan; nothing is counted down.
fn limits(headers: &mut HeaderMap) {
    for (name, value) in [
        ("x-ratelimit-limit-requests", "2000"),
        ("x-ratelimit-limit-audio-seconds", "7200"),
        ("x-ratelimit-remaining-requests", "1999"),
        ("x-ratelimit-reset-requests", "43.2s"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

async fn transcribed(
    of: SpeechService,
    shared: &Shared,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let key = bearer(request.headers()).map(str::to_owned);
    let number = request.extensions().get::<Number>().map_or(0, |number| number.0);
    shared.lock().speech_work(of, key.as_deref()).map_err(|trouble| ApiError::key(of, &trouble))?;
    let form = Form::of(request).await?;
    let limit = {
        let mut world = shared.lock();
        world.note_fields(number, form.fields.clone());
        world.speech.upload_at_most_bytes(of)
    };
    let ask = Ask::of(of, &form)?;
    let Some((name, file)) = &form.file else { return Err(ApiError::missing("file")) };
    takes(name, file, limit)?;
    let sound = decode::listen(file.clone()).await?;
    let mut world = shared.lock();
    ask.fits(sound.duration_ms)?;
    let heard = world.understand(of, number, &sound);
    Ok(ask.answer(&world, &heard))
}

/// Whether a file is of a format that is taken, and not too large.
fn takes(name: &str, file: &Bytes, limit: u64) -> Result<(), ApiError> {
    let size = file.len() as u64;
    if size > limit {
        let why = format!("Maximum content size limit ({limit}) exceeded ({size} bytes read)");
        let mut error = ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, None, why);
        error.kind = "server_error";
        return Err(error);
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    if !FORMATS.contains(&ending.as_str()) {
        let why = format!("Unrecognized file format. Supported formats: {FORMATS:?}");
        return Err(ApiError::bad("file", None, why));
    }
    Ok(())
}

/// What is wanted, checked.
#[derive(Debug)]
struct Ask {
    of: SpeechService,
    model: String,
    language: Option<String>,
    format: Format,
    words: bool,
    segments: bool,
    cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Text,
    Verbose,
    Diarized,
}

impl Ask {
    fn of(of: SpeechService, form: &Form) -> Result<Ask, ApiError> {
        for (name, value) in &form.fields {
            if !FIELDS.contains(&name.as_str()) {
                let why = format!("Unrecognized request argument supplied: {name}");
                return Err(ApiError::bad(name, Some("unknown_parameter"), why));
            }
            if value.is_empty() {
                return Err(ApiError::bad(
                    name,
                    Some("invalid_value"),
                    format!("Invalid '{name}': it is empty."),
                ));
            }
            if name != "timestamp_granularities[]" && form.all(name).count() > 1 {
                let why = format!("Duplicate form field: '{name}'.");
                return Err(ApiError::bad(name, Some("duplicate_parameter"), why));
            }
        }
        let model = form.get("model").ok_or_else(|| ApiError::missing("model"))?.to_owned();
        if !known_models(of).contains(&model.as_str()) {
            return Err(ApiError::no_model(&model));
        }
        let language = form.get("language").map(str::to_owned);
        if let Some(language) = &language
            && languages::name(language).is_none()
        {
            let why = format!(
                "Invalid language '{language}'. Language parameter must be specified in ISO-639-1 format."
            );
            return Err(ApiError::bad("language", Some("invalid_language_format"), why));
        }
        let temperature = form.get("temperature").map(str::parse::<f64>);
        if temperature.is_some_and(|value| !value.is_ok_and(|value| (0.0..=1.0).contains(&value))) {
            let why = "Invalid 'temperature': it has to be a number from 0 to 1.";
            return Err(ApiError::bad("temperature", Some("invalid_value"), why));
        }
        let format = format(of, &model, form.get("response_format").unwrap_or("json"))?;
        let (words, segments) = granularities(form, format)?;
        let diarizes = model.contains("diarize");
        if let Some(prompt) = form.get("prompt") {
            if diarizes {
                let why = "Prompt is not supported for diarization models.";
                return Err(ApiError::bad("prompt", Some("unsupported_parameter"), why));
            }
            if of == SpeechService::Groq && prompt.chars().count() > GROQ_PROMPT_AT_MOST {
                let why = format!("prompt must be at most {GROQ_PROMPT_AT_MOST} characters long");
                return Err(ApiError::bad("prompt", None, why));
            }
        }
        let cut = form.get("chunking_strategy");
        if cut.is_some() && !model.starts_with("gpt-") {
            let why = format!("chunking_strategy is not supported for model '{model}'.");
            return Err(ApiError::bad("chunking_strategy", Some("unsupported_parameter"), why));
        }
        if cut.is_some_and(|cut| cut != "auto" && !is_vad(cut)) {
            let why = "Invalid 'chunking_strategy': it has to be 'auto' or a server_vad object.";
            return Err(ApiError::bad("chunking_strategy", Some("invalid_value"), why));
        }
        Ok(Ask { of, model, language, format, words, segments, cut: cut.is_some() })
    }

    /// Whether the model takes a sound of this length.
    fn fits(&self, duration_ms: u64) -> Result<(), ApiError> {
        if duration_ms < SHORTEST_MS {
            let why = "Audio file is too short. Minimum audio length is 0.1 seconds.";
            return Err(ApiError::bad("file", Some("audio_too_short"), why));
        }
        if self.model.starts_with("gpt-4o") && duration_ms > GPT_AT_MOST_MS {
            let why = format!(
                "audio duration {} seconds is longer than {} seconds which is the maximum for this model",
                seconds(duration_ms),
                GPT_AT_MOST_MS / 1000
            );
            return Err(ApiError::bad("file", Some("invalid_value"), why));
        }
        if self.model.contains("diarize") && duration_ms > UNCUT_AT_MOST_MS && !self.cut {
            let why = "chunking_strategy is required for diarization models";
            return Err(ApiError::bad("chunking_strategy", Some("missing_required_parameter"), why));
        }
        Ok(())
    }

    fn answer(&self, world: &World, heard: &Heard) -> Response {
        let duration = seconds(heard.duration_ms);
        let usage = json!({ "type": "duration", "seconds": heard.duration_ms.div_ceil(1000) });
        let body = match self.format {
            Format::Text => return heard.text().into_response(),
            Format::Json => json!({ "text": heard.text(), "usage": usage }),
            Format::Diarized => json!({
                "task": "transcribe",
                "duration": duration,
                "text": heard.text(),
                "segments": heard.turns().enumerate().map(turn).collect::<Vec<_>>(),
                "usage": usage,
            }),
            Format::Verbose => {
                let code = self.language.as_deref().unwrap_or(world.speech.language());
                let language = languages::name(code).unwrap_or(code);
                let language =
                    if self.of == SpeechService::Groq { capitalised(language) } else { language.to_owned() };
                let mut body = json!({
                    "task": "transcribe",
                    "language": language,
                    "duration": duration,
                    "text": heard.text(),
                });
                if self.words {
                    body["words"] = heard.words.iter().map(word).collect();
                }
                if self.segments {
                    body["segments"] = heard.segments(SEGMENT_PAUSE_MS).enumerate().map(segment).collect();
                }
                body
            }
        };
        answers::json(StatusCode::OK, &body)
    }
}

fn format(of: SpeechService, model: &str, asked: &str) -> Result<Format, ApiError> {
    let known = match asked {
        "json" => Some(Format::Json),
        "text" => Some(Format::Text),
        "verbose_json" => Some(Format::Verbose),
        "diarized_json" if of == SpeechService::OpenAi => Some(Format::Diarized),
        _ => None, // `srt` and `vtt` exist, but nobody needs them here.
    };
    let Some(format) = known else {
        let why = format!("Invalid value: '{asked}'.");
        return Err(ApiError::bad("response_format", Some("invalid_value"), why));
    };
    let fits = match format {
        Format::Json | Format::Text => true,
        Format::Verbose => !model.starts_with("gpt-"),
        Format::Diarized => model.contains("diarize"),
    };
    if !fits {
        let why = format!(
            "response_format '{asked}' is not compatible with model '{model}'. Use 'json' or 'text' instead."
        );
        return Err(ApiError::bad("response_format", Some("unsupported_value"), why));
    }
    Ok(format)
}

/// Whether words and segments are wanted; segments where nobody says anything.
fn granularities(form: &Form, format: Format) -> Result<(bool, bool), ApiError> {
    const NAME: &str = "timestamp_granularities[]";
    let (mut words, mut segments) = (false, false);
    for value in form.all(NAME) {
        match value {
            "word" => words = true,
            "segment" => segments = true,
            _ => {
                return Err(ApiError::bad(NAME, Some("invalid_value"), format!("Invalid value: '{value}'.")));
            }
        }
    }
    if (words || segments) && format != Format::Verbose {
        let why = "The timestamp_granularities are only supported with response_format 'verbose_json'.";
        return Err(ApiError::bad(NAME, Some("invalid_value"), why));
    }
    Ok((words, segments || !words))
}

fn is_vad(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| value["type"] == "server_vad")
}

fn word(word: &Word) -> Value {
    json!({ "word": word.text, "start": seconds(word.start_ms), "end": seconds(word.end_ms) })
}

fn segment((id, words): (usize, &[Word])) -> Value {
    let (start_ms, end_ms) = span_ms(words);
    json!({
        "id": id,
        "seek": start_ms / 10,
        "start": seconds(start_ms),
        "end": seconds(end_ms),
        "text": format!(" {}", text(words)),
        "tokens": [50364],
        "temperature": 0.0,
        "avg_logprob": -0.2,
        "compression_ratio": 1.2,
        "no_speech_prob": 0.01,
    })
}

fn turn((at, words): (usize, &[Word])) -> Value {
    let (start_ms, end_ms) = span_ms(words);
    json!({
        "type": "transcript.text.segment",
        "id": format!("seg_{at}"),
        "start": seconds(start_ms),
        "end": seconds(end_ms),
        "speaker": words.first().map(|word| letter(word.speaker)),
        "text": format!(" {}", text(words)),
    })
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
