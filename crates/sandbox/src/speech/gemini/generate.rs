//! `generateContent`: what is said in one file of sound, in the form of a schema.

use axum::response::Response;
use hyper::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::named_values;
use super::upload::uri;
use super::{ApiError, OF, is_model, key, no_model, schema};
use crate::answers;
use crate::world::{Shared, World};

/// Of one answer.
pub(crate) const TOKENS_AT_MOST: u64 = 65_536;
/// A rough measure that holds for digits and JSON.
const BYTES_PER_TOKEN: u64 = 3;
const TOKENS_PER_S: u64 = 32;
/// 9.5 hours.
const SOUND_AT_MOST_MS: u64 = 34_200_000;
const CONFIG: [&str; 13] = [
    "temperature",
    "topP",
    "topK",
    "candidateCount",
    "seed",
    "stopSequences",
    "maxOutputTokens",
    "responseMimeType",
    "responseJsonSchema",
    "responseSchema",
    "thinkingConfig",
    "mediaResolution",
    "audioTimestamp",
];

pub(super) fn generate(
    shared: &Shared,
    number: u64,
    model: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, ApiError> {
    let mut world = shared.lock();
    world.speech_work(OF, key(headers))?;
    if !is_model(model) {
        return Err(no_model(model));
    }
    let body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| ApiError::invalid("Invalid JSON payload received. Unexpected token."))?;
    let mut fields = named_values(&body);
    fields.push(("model".to_owned(), model.to_owned()));
    world.note_fields(number, fields);
    let (mime_type, file_uri) = sound_in(&said(&body)?)?;
    let config = Config::of(body.get("generationConfig"))?;
    let owner = key(headers).unwrap_or_default().to_owned();
    world.generated(number, model, &owner, (mime_type, file_uri), &config)
}

impl World {
    fn generated(
        &mut self,
        number: u64,
        model: &str,
        owner: &str,
        (mime_type, file_uri): (&str, &str),
        config: &Config<'_>,
    ) -> Result<Response, ApiError> {
        let name = file_uri.rsplit('/').next().unwrap_or_default();
        if uri(&self.address, name) != file_uri {
            return Err(ApiError::invalid("Invalid or unsupported file uri."));
        }
        let file = self.file_of(name, owner)?;
        let (state, same_type) = (file.state(), file.mime_type == mime_type);
        let sound = match &file.sound {
            Ok(sound) if state == "ACTIVE" => sound.clone(),
            Ok(_) | Err(_) => {
                let why = format!("The File {name} is not in an ACTIVE state and usage is not allowed.");
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "FAILED_PRECONDITION", why));
            }
        };
        if !same_type {
            return Err(ApiError::invalid(format!("mimeType {mime_type} is not that of the file.")));
        }
        if sound.duration_ms > SOUND_AT_MOST_MS {
            return Err(ApiError::invalid("The sound is longer than the maximum of 9.5 hours."));
        }
        let heard = self.understand(OF, number, &sound);
        let filled = schema::filled(config.schema, &heard, self.speech.language());
        let mut text =
            filled.map_err(|why| ApiError::invalid(format!("Invalid schema: {why}.")))?.to_string();
        let mut at_most = config.tokens_at_most;
        let (times, at_tokens) = &mut self.speech.gemini.cut;
        if *times > 0 {
            *times -= 1;
            at_most = at_most.min(*at_tokens);
        }
        let fits = usize::try_from(at_most * BYTES_PER_TOKEN).unwrap_or(usize::MAX);
        let reason = if text.len() > fits { "MAX_TOKENS" } else { "STOP" };
        text.truncate(text.floor_char_boundary(fits));
        let (prompt, answer) = (sound.duration_ms * TOKENS_PER_S / 1000, text.len() as u64 / BYTES_PER_TOKEN);
        let body = json!({
            "candidates": [{
                "content": { "parts": [{ "text": text }], "role": "model" },
                "finishReason": reason,
                "index": 0,
            }],
            "usageMetadata": {
                "promptTokenCount": prompt,
                "candidatesTokenCount": answer,
                "totalTokenCount": prompt + answer,
                "promptTokensDetails": [{ "modality": "AUDIO", "tokenCount": prompt }],
            },
            "modelVersion": model,
            "responseId": Uuid::new_v4().simple().to_string(),
        });
        Ok(answers::json(StatusCode::OK, &body))
    }
}

pub(crate) fn known(object: &Map<String, Value>, names: &[&str]) -> Result<(), ApiError> {
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(ApiError::unknown(name)),
        None => Ok(()),
    }
}

pub(crate) fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, ApiError> {
    value.as_object().ok_or_else(|| ApiError::invalid(format!("Invalid value at '{name}'.")))
}

/// What a request says, and the files that it names.
#[derive(Debug, Default)]
pub(crate) struct Said<'a> {
    /// Texts of the system.
    pub(crate) instructions: Vec<&'a str>,
    /// Texts of the user and of the model.
    pub(crate) texts: Vec<&'a str>,
    /// How many messages that is, without the system's.
    pub(crate) messages: usize,
    files: Vec<&'a Map<String, Value>>,
}

/// Reads a request to generate.
pub(crate) fn said(body: &Map<String, Value>) -> Result<Said<'_>, ApiError> {
    known(body, &["contents", "systemInstruction", "generationConfig", "safetySettings"])?;
    let contents = body.get("contents").and_then(Value::as_array).filter(|contents| !contents.is_empty());
    let contents = contents.ok_or_else(|| ApiError::invalid("contents is not specified"))?;
    let mut said = Said { messages: contents.len(), ..Said::default() };
    let system = body.get("systemInstruction");
    let contents = contents.iter().map(|content| (false, content));
    for (is_system, content) in contents.chain(system.map(|system| (true, system))) {
        let content = object(content, "contents")?;
        known(content, &["role", "parts"])?;
        let role = content.get("role").map(|role| role.as_str().unwrap_or_default());
        let known_role = |role| ["user", "model"].contains(&role) || (is_system && role == "system");
        if role.is_some_and(|role| !known_role(role)) {
            return Err(ApiError::invalid("Please use a valid role: user, model."));
        }
        let parts = content.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
        for part in parts.ok_or_else(|| ApiError::invalid("contents.parts must not be empty."))? {
            let part = object(part, "parts")?;
            known(part, &["text", "fileData"])?;
            match (part.get("text"), part.get("fileData")) {
                (Some(Value::String(text)), None) if is_system => said.instructions.push(text),
                (Some(Value::String(text)), None) => said.texts.push(text),
                (None, Some(file)) => said.files.push(object(file, "fileData")?),
                (_, _) => return Err(ApiError::invalid("A part needs either text or fileData.")),
            }
        }
    }
    Ok(said)
}

/// The type and the address of the one file that the request names. It also has to say what to do with it.
fn sound_in<'a>(said: &Said<'a>) -> Result<(&'a str, &'a str), ApiError> {
    let [file] = said.files.as_slice() else { return Err(ApiError::invalid("One file is needed.")) };
    if said.texts.is_empty() && said.instructions.is_empty() {
        return Err(ApiError::invalid("Without text nobody knows what to do with the file."));
    }
    known(file, &["mimeType", "fileUri"])?;
    let [kind, uri] = ["mimeType", "fileUri"].map(|name| file.get(name).and_then(Value::as_str));
    kind.zip(uri).ok_or_else(|| ApiError::invalid("fileData needs mimeType and fileUri."))
}

/// Checks what every answer may be bounded by, and returns how many tokens it may have.
pub(crate) fn bounds(config: &Map<String, Value>) -> Result<u64, ApiError> {
    known(config, &CONFIG)?;
    let within = |name: &str, most: f64| {
        let value = config.get(name);
        value.is_none_or(|value| value.as_f64().is_some_and(|value| (0.0..=most).contains(&value)))
    };
    if let Some((name, _)) =
        [("temperature", 2.0), ("topP", 1.0)].iter().find(|(name, most)| !within(name, *most))
    {
        return Err(ApiError::invalid(format!("Invalid value at 'generationConfig.{name}'.")));
    }
    if config.get("candidateCount").is_some_and(|count| *count != 1) {
        return Err(ApiError::invalid("Multiple candidates is not enabled for this model"));
    }
    let tokens = config.get("maxOutputTokens").map_or(Some(TOKENS_AT_MOST), Value::as_u64);
    let tokens = tokens.filter(|tokens| (1..=TOKENS_AT_MOST).contains(tokens));
    tokens.ok_or_else(|| ApiError::invalid("Invalid value at 'generationConfig.maxOutputTokens'."))
}

/// How to answer, checked.
struct Config<'a> {
    schema: &'a Value,
    tokens_at_most: u64,
}

impl Config<'_> {
    fn of(config: Option<&Value>) -> Result<Config<'_>, ApiError> {
        let config = config.ok_or_else(|| ApiError::invalid("generationConfig is needed here."))?;
        let config = object(config, "generationConfig")?;
        let tokens_at_most = bounds(config)?;
        if config.get("responseMimeType").and_then(Value::as_str) != Some("application/json") {
            return Err(ApiError::invalid(
                "responseJsonSchema needs a responseMimeType of application/json.",
            ));
        }
        let schema = config.get("responseJsonSchema");
        let schema = schema.ok_or_else(|| ApiError::invalid("A responseJsonSchema is needed here."))?;
        Ok(Config { schema, tokens_at_most })
    }
}
