//! What a provider offers, and whether a model answers: for the settings, before any job.

use std::time::Duration;

use debrief_core::failure::Failure;
use genai::chat::ChatMessage;
use serde_json::{Value, json};
use tokio::time::timeout;
use url::Url;

use super::ModelSettings;
use super::call::{Ask, Form, Meter, Said, call};
use super::caller::{Caller, Patience};
use super::errors::LlmError;
use super::parse;
use super::provider::{Provider, Speaks};
use super::refusals;
use crate::http::{self, destination};

const LIST_TIMEOUT: Duration = Duration::from_secs(30);
/// OpenRouter's list, with all that it says of its models, has less than a megabyte.
const MAX_LIST_BYTES: usize = 16 << 20;
const MAX_PAGES: usize = 20;
/// Room for a yes, and for what some models think before it.
const TEST_ROOM: u32 = 4096;
/// Parts of the names of OpenAI's models that write no text, or not in a chat.
const NO_CHAT: [&str; 16] = [
    "embedding",
    "whisper",
    "tts",
    "dall-e",
    "image",
    "moderation",
    "realtime",
    "audio",
    "transcribe",
    "sora",
    "davinci",
    "babbage",
    "computer-use",
    "turbo-instruct",
    "deep-research",
    "live",
];

/// The models that a provider offers to this key, in its own order, without those that it says are for something else.
///
/// # Errors
/// As a job would have them: no key, refused, not to be reached.
pub async fn models(settings: &ModelSettings) -> Result<Vec<String>, Failure> {
    listed(settings).await.map_err(|error| settings.whose().failure(error))
}

/// Whether the model answers, or, when none is named, whether the provider takes the key: a sentence for the person. A
/// question of a few words is asked, which costs next to nothing.
///
/// # Errors
/// As a job would have them: no key, refused, no such model, not to be reached, no answer of use.
pub async fn test(settings: &ModelSettings) -> Result<String, Failure> {
    let whose = settings.whose();
    let told = if settings.model.trim().is_empty() {
        listed(settings).await.map(|models| match models.len() {
            1 => "offers one model".to_owned(),
            count => format!("offers {count} models"),
        })
    } else {
        answers(settings).await.map(|()| format!("answers with {}", settings.model))
    };
    let told = told.map_err(|error| whose.failure(error))?;
    Ok(format!("{} {told}. Transcripts are sent to {}.", whose.name, destination(&settings.base)))
}

async fn answers(settings: &ModelSettings) -> Result<(), LlmError> {
    let caller = Caller::new(settings, Patience::of(settings)).await?;
    let schema = json!({ "type": "object", "properties": { "ready": { "type": "boolean" } },
        "required": ["ready"], "additionalProperties": false });
    let mut form = Form::Schema;
    loop {
        let ask = Ask {
            instructions: "Answer with the JSON object {\"ready\": true} and nothing else.",
            said: vec![ChatMessage::user("Are you ready?")],
            shape: "ready",
            schema: &schema,
            form,
            room: TEST_ROOM,
        };
        let _place = caller.turn().await;
        match call(&caller, ask, &mut Meter::default()).await {
            Ok(Said::All(words)) => {
                let ready = parse::object(&words).map_err(LlmError::Unusable)?;
                let fault = || LlmError::Unusable(format!("it answered {ready}"));
                return ready["ready"].is_boolean().then_some(()).ok_or_else(fault);
            }
            Ok(Said::OutOfRoom) => return Err(LlmError::OutOfRoom(TEST_ROOM)),
            Ok(Said::Truncated) => return Err(LlmError::NoAnswer("it ended early".into())),
            Err(LlmError::Unfit(words)) => match form.looser(settings.provider.speaks()) {
                Some(looser) => form = looser,
                None => return Err(LlmError::Unfit(words)),
            },
            Err(error) => return Err(error),
        }
    }
}

async fn listed(settings: &ModelSettings) -> Result<Vec<String>, LlmError> {
    let caller = Caller::new(settings, Patience::of(settings)).await?;
    let late = |_| LlmError::TimedOut(LIST_TIMEOUT.as_secs());
    let listed = timeout(LIST_TIMEOUT, pages(&caller)).await.map_err(late)?;
    listed.map_err(|error| caller.without_key(error))
}

async fn pages(caller: &Caller) -> Result<Vec<String>, LlmError> {
    let mut names = Vec::new();
    let mut page: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let answer = get(caller, page_url(caller, page.as_deref())).await?;
        let models = match caller.provider.speaks() {
            Speaks::Gemini => &answer["models"],
            Speaks::OpenAi | Speaks::Anthropic => &answer["data"],
        };
        let Some(models) = models.as_array() else {
            return Err(LlmError::NoAnswer("the answer has no list of models".into()));
        };
        names.extend(models.iter().filter_map(|model| chat_model(caller.provider, model)));
        page = match caller.provider.speaks() {
            Speaks::OpenAi => None,
            Speaks::Anthropic => {
                answer["last_id"].as_str().filter(|_| answer["has_more"] == true).map(str::to_owned)
            }
            Speaks::Gemini => {
                answer["nextPageToken"].as_str().filter(|token| !token.is_empty()).map(str::to_owned)
            }
        };
        if page.is_none() {
            break;
        }
    }
    Ok(names)
}

fn page_url(caller: &Caller, page: Option<&str>) -> Url {
    let mut url = caller.url(&["models"]);
    let (size, next) = match caller.provider.speaks() {
        Speaks::OpenAi => return url,
        Speaks::Anthropic => ("limit", "after_id"),
        Speaks::Gemini => ("pageSize", "pageToken"),
    };
    url.query_pairs_mut().append_pair(size, "1000");
    if let Some(page) = page {
        url.query_pairs_mut().append_pair(next, page);
    }
    url
}

async fn get(caller: &Caller, url: Url) -> Result<Value, LlmError> {
    let mut answer = http::send(caller.get(url)).await.map_err(refusals::unheard)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(refusals::unheard)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_LIST_BYTES {
            return Err(LlmError::NoAnswer("the list is far too long".into()));
        }
    }
    if !status.is_success() {
        return Err(refusals::refusal(status.as_u16(), &headers, &String::from_utf8_lossy(&body)));
    }
    serde_json::from_slice(&body).map_err(|error| LlmError::NoAnswer(format!("not JSON: {error}")))
}

/// The name of a model that can write notes, as far as the provider tells.
fn chat_model(provider: Provider, model: &Value) -> Option<String> {
    let has =
        |list: &Value, what: &str| list.as_array().is_none_or(|list| list.iter().any(|one| one == what));
    match provider {
        Provider::Gemini => {
            let name = model["name"].as_str()?;
            let name = name.strip_prefix("models/").unwrap_or(name);
            let spoken = ["embedding", "tts", "image", "live"].iter().any(|part| name.contains(part));
            let chats = has(&model["supportedGenerationMethods"], "generateContent") && !spoken;
            chats.then(|| name.to_owned())
        }
        Provider::OpenAi | Provider::Groq => {
            let name = model["id"].as_str()?;
            let chats = model["active"] != false && !NO_CHAT.iter().any(|part| name.contains(part));
            chats.then(|| name.to_owned())
        }
        Provider::Anthropic => model["id"].as_str().map(str::to_owned),
        Provider::Compatible | Provider::Ollama | Provider::LmStudio | Provider::LlamaCpp => {
            let name = model["id"].as_str()?;
            // OpenRouter says what comes out of a model, LM Studio's names say what goes in.
            let chats = has(&model["architecture"]["output_modalities"], "text") && !name.contains("embed");
            chats.then(|| name.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_for_something_else_are_not_offered() {
        let offered = |provider, model: Value| chat_model(provider, &model).is_some();
        assert!(offered(Provider::OpenAi, json!({ "id": "gpt-5.4-mini" })));
        for name in [
            "whisper-1",
            "text-embedding-3-small",
            "gpt-realtime",
            "gpt-image-1",
            "tts-1",
            "omni-moderation-latest",
        ] {
            assert!(!offered(Provider::OpenAi, json!({ "id": name })), "{name}");
        }
        assert!(!offered(Provider::Groq, json!({ "id": "whisper-large-v3" })));
        assert!(!offered(Provider::Groq, json!({ "id": "llama", "active": false })));
        let gemini =
            json!({ "name": "models/gemini-3.6-flash", "supportedGenerationMethods": ["generateContent"] });
        assert_eq!(chat_model(Provider::Gemini, &gemini).as_deref(), Some("gemini-3.6-flash"));
        let embeds =
            json!({ "name": "models/gemini-embedding", "supportedGenerationMethods": ["embedContent"] });
        assert!(!offered(Provider::Gemini, embeds));
        let draws = json!({ "id": "x/draw", "architecture": { "output_modalities": ["image"] } });
        assert!(!offered(Provider::Compatible, draws));
        assert!(offered(Provider::LmStudio, json!({ "id": "qwen3-8b" })));
    }
}
