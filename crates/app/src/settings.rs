//! The settings: one TOML file, every value of which the environment can override.

mod endpoints;
mod file;

use std::path::PathBuf;

use debrief_connect::keychain::Keep;
use debrief_connect::llm::Provider;
use debrief_core::job::ChineseScript;
use debrief_core::page::PageSection;
use debrief_core::view::PageDestination;
use serde::Deserialize;
use url::Url;

use crate::notion::settings::Notion;

pub(crate) use endpoints::Endpoints;
pub(crate) use file::{Change, Value, change};

/// Everything that can be set. What is missing has its default.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where pages go.
    pub pages: Pages,
    /// How speech becomes text.
    pub speech: Speech,
    /// Services that turn speech into text.
    pub services: Services,
    /// How speakers are told apart.
    pub speakers: Speakers,
    /// Who finds names and writes notes.
    pub notes: Notes,
    /// Providers of language models.
    pub providers: Providers,
    /// What services may cost.
    pub spending: Spending,
    /// What may leave this machine.
    pub privacy: Privacy,
    /// Where models are kept.
    pub models: ModelsSettings,
    /// How recordings are read.
    pub media: Media,
    /// How much is done at once.
    pub pool: Pool,
    /// How watched folders are looked at.
    pub watch: Watch,
    /// How Debrief signs in to Google.
    pub google: Google,
    /// Where in Notion pages go, and how.
    pub notion: Notion,
    /// Where sign-ins are kept.
    pub secrets: SecretsSettings,
    /// Base addresses of outside services.
    pub endpoints: Endpoints,
}

/// `[pages]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// Folder for pages; `None` takes the default folder.
    pub folder: Option<PathBuf>,
    /// `notion` or `folder`; unless set, Notion once a database or page was chosen there.
    pub to: Option<PageDestination>,
    /// The sections that a page shows, in their order.
    pub sections: Option<Vec<PageSection>>,
    /// BCP 47 language of the page's own words: `en` or `zh-TW`; unless set, that of the recording.
    pub language: Option<String>,
}

/// `[speech]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speech {
    /// Name of an engine; `None` takes the best one that is ready.
    pub engine: Option<String>,
    /// A model of the catalogue by its id, or the path of a file (Whisper `.bin` or GGUF).
    pub model: Option<String>,
    /// BCP 47 language of the recordings; `None` leaves it to the engine.
    pub language: Option<String>,
    /// How Chinese is written; unless set, as `language` says, or else as the engine does.
    pub chinese: Option<ChineseScript>,
    /// Names and terms that may be said, for engines that take hints.
    pub vocabulary: Vec<String>,
    /// Whether a graphics card is used where there is one; yes, unless set.
    pub gpu: Option<bool>,
    /// Folder of a PocketSphinx model, where it is not in a usual place.
    pub pocketsphinx_model: Option<PathBuf>,
}

/// `[services]`: speech services. Their keys are kept with the sign-ins, never here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Services {
    /// The base address of an OpenAI-compatible server, also on this machine.
    pub openai_url: Option<Url>,
    /// Its model.
    pub openai_model: Option<String>,
    /// Groq's model.
    pub groq_model: Option<String>,
    /// Deepgram's model.
    pub deepgram_model: Option<String>,
    /// AssemblyAI's model.
    pub assemblyai_model: Option<String>,
    /// Gemini's model.
    pub gemini_model: Option<String>,
}

/// `[speakers]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speakers {
    /// Name of a method; `None` takes the best one that is ready.
    pub method: Option<String>,
    /// At least so many speakers.
    pub min: Option<u16>,
    /// At most so many speakers.
    pub max: Option<u16>,
    /// Whether it is kept with jobs how speakers sound, so that voices can be remembered, and remembered ones are known again.
    pub voices: bool,
}

/// `[notes]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notes {
    /// Language models in the order in which they are asked, each as `provider/model`; none: sentences are taken from the
    /// transcript.
    pub models: Vec<Model>,
    /// BCP 47 language of notes; unless set, the transcript's.
    pub language: Option<String>,
    /// Id of a template; `meeting` unless set.
    pub template: Option<String>,
    /// Names and terms with their right spelling.
    pub glossary: Vec<String>,
}

/// A language model, as `anthropic/claude-sonnet-4-6`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Model {
    /// Whose it is.
    pub provider: Provider,
    /// The provider's name for it.
    pub model: String,
}

impl TryFrom<String> for Model {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = || Provider::ALL.map(|provider| provider.info().word).join(", ");
        let (provider, model) = text
            .split_once('/')
            .filter(|(_, model)| !model.trim().is_empty())
            .ok_or_else(|| format!("“{text}” is no language model; write PROVIDER/MODEL"))?;
        let provider = Provider::from_word(provider)
            .ok_or_else(|| format!("There is no provider “{provider}”; there are {}", known()))?;
        Ok(Model { provider, model: model.trim().to_owned() })
    }
}

/// `[providers]`: where servers of one's own are, and how much they read at once. Keys are kept with the sign-ins, never
/// here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Providers {
    /// The base address of any server that speaks OpenAI's interface.
    pub compatible_url: Option<Url>,
    /// Tokens that a question and its answer may have together there.
    pub compatible_window: Option<u32>,
    /// Ollama's base address.
    pub ollama_url: Option<Url>,
    /// The context length that Ollama was started with, in tokens.
    pub ollama_window: Option<u32>,
    /// LM Studio's base address.
    pub lm_studio_url: Option<Url>,
    /// The context length that LM Studio loads models with, in tokens.
    pub lm_studio_window: Option<u32>,
    /// The base address of llama.cpp's server.
    pub llama_cpp_url: Option<Url>,
    /// The context length that llama.cpp's server was started with, in tokens.
    pub llama_cpp_window: Option<u32>,
}

/// `[spending]`
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spending {
    /// What services may cost in a month, in US dollars; no limit, unless set.
    #[serde(deserialize_with = "amount")]
    pub monthly_cap_usd: Option<f64>,
}

fn amount<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let usd = f64::deserialize(from)?;
    match usd.is_finite() && usd >= 0.0 {
        true => Ok(Some(usd)),
        // No sum is larger than `nan`.
        false => Err(serde::de::Error::custom(format!("{usd} is no amount of money"))),
    }
}

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Whether nothing at all leaves this machine.
    pub local_only: bool,
}

/// `[models]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelsSettings {
    /// Where models are kept; `None` takes the folder `models` with the data.
    pub folder: Option<PathBuf>,
}

/// `[media]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// The ffmpeg command, where it is not on the PATH.
    pub ffmpeg: Option<PathBuf>,
}

/// `[pool]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pool {
    /// Jobs at a time, 1 to 16.
    pub jobs: JobsAtATime,
}

impl Default for Pool {
    fn default() -> Self {
        Pool { jobs: JobsAtATime(3) }
    }
}

/// `[watch]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// How often Drive is asked for what is new, in seconds, 10 to 3600; 60 unless set.
    pub every_s: WatchEvery,
}

/// A number of seconds from 10 to 3600.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct WatchEvery(pub u32);

impl Default for WatchEvery {
    fn default() -> Self {
        WatchEvery(60)
    }
}

impl TryFrom<i64> for WatchEvery {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let seconds = u32::try_from(number).ok().filter(|seconds| (10..=3600).contains(seconds));
        seconds.map(WatchEvery).ok_or_else(|| format!("{number} is not a number of seconds from 10 to 3600"))
    }
}

/// `[google]`: the OAuth client of the kind "Desktop app" that Debrief signs in with. Google wants its secret, though it is
/// none: every copy of a program has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Google {
    /// Ends in `.apps.googleusercontent.com`.
    pub client_id: Option<String>,
    /// What belongs to it.
    pub client_secret: Option<String>,
}

/// `[secrets]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsSettings {
    /// `keychain` unless set; `session` keeps sign-ins until Debrief is closed, `file` in a file that only its owner can read.
    pub keep: Keep,
}

/// A number of jobs from 1 to 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct JobsAtATime(pub usize);

impl TryFrom<i64> for JobsAtATime {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let jobs = usize::try_from(number).ok().filter(|jobs| (1..=16).contains(jobs));
        jobs.map(JobsAtATime).ok_or_else(|| format!("{number} is not a number of jobs from 1 to 16"))
    }
}

#[cfg(test)]
mod tests;
