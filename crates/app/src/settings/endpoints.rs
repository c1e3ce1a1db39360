//! Where outside services are.

use debrief_connect::google;
use debrief_connect::llm::Provider;
use debrief_connect::transcribe::remote::Service;
use serde::Deserialize;
use url::Url;

use super::Settings;

/// `[endpoints]`: the base address of every outside service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Endpoints {
    /// Google's sign-in page.
    pub google_auth: Url,
    /// Google's token endpoint.
    pub google_token: Url,
    /// Google's revocation endpoint.
    pub google_revoke: Url,
    /// Drive's API.
    pub drive: Url,
    /// Notion's API.
    pub notion: Url,
    /// Where models are downloaded from.
    pub models: Url,
    /// Groq's API.
    pub groq: Url,
    /// Deepgram's API.
    pub deepgram: Url,
    /// AssemblyAI's API.
    pub assemblyai: Url,
    /// Gemini's API.
    pub gemini: Url,
    /// OpenAI's API, for language models.
    pub openai: Url,
    /// Anthropic's API.
    pub anthropic: Url,
}

impl Settings {
    /// Where a speech service is.
    pub(crate) fn base_of(&self, service: Service) -> Url {
        match service {
            Service::OpenAi => self.services.openai_url.clone().unwrap_or_else(|| service.base()),
            Service::Groq => self.endpoints.groq.clone(),
            Service::Deepgram => self.endpoints.deepgram.clone(),
            Service::AssemblyAi => self.endpoints.assemblyai.clone(),
            Service::Gemini => self.endpoints.gemini.clone(),
        }
    }

    /// The model of a speech service that the person chose.
    pub(crate) fn model_of(&self, service: Service) -> String {
        let chosen = match service {
            Service::OpenAi => &self.services.openai_model,
            Service::Groq => &self.services.groq_model,
            Service::Deepgram => &self.services.deepgram_model,
            Service::AssemblyAi => &self.services.assemblyai_model,
            Service::Gemini => &self.services.gemini_model,
        };
        chosen.clone().unwrap_or_else(|| service.info().model.to_owned())
    }
}

impl Settings {
    /// Where a provider of language models is.
    pub(crate) fn base_of_provider(&self, provider: Provider) -> Url {
        let own = |url: &Option<Url>| url.clone().unwrap_or_else(|| provider.base());
        match provider {
            Provider::OpenAi => self.endpoints.openai.clone(),
            Provider::Anthropic => self.endpoints.anthropic.clone(),
            Provider::Groq => self.endpoints.groq.clone(),
            Provider::Gemini => below(&self.endpoints.gemini, "v1beta"),
            Provider::Compatible => own(&self.providers.compatible_url),
            Provider::Ollama => own(&self.providers.ollama_url),
            Provider::LmStudio => own(&self.providers.lm_studio_url),
            Provider::LlamaCpp => own(&self.providers.llama_cpp_url),
        }
    }

    /// How much a provider's models read at once, where the person says so.
    pub(crate) fn window_of(&self, provider: Provider) -> Option<u32> {
        match provider {
            Provider::Compatible => self.providers.compatible_window,
            Provider::Ollama => self.providers.ollama_window,
            Provider::LmStudio => self.providers.lm_studio_window,
            Provider::LlamaCpp => self.providers.llama_cpp_window,
            Provider::OpenAi | Provider::Anthropic | Provider::Groq | Provider::Gemini => None,
        }
    }
}

/// The speech service and the language models of Gemini have one address.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(path);
    }
    url
}

impl Endpoints {
    /// Those of Google.
    pub fn google(&self) -> google::Endpoints {
        google::Endpoints {
            auth: self.google_auth.clone(),
            token: self.google_token.clone(),
            revoke: self.google_revoke.clone(),
            drive: self.drive.clone(),
        }
    }

    /// What stands in for Notion: host and port, if the address is not Notion's own.
    pub fn notion_sandbox(&self) -> Option<String> {
        let other = (self.notion != Endpoints::default().notion).then_some(&self.notion)?;
        Some(other[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
    }

    /// What stands in for Google: host and port of the first address that is not Google's own.
    pub fn sandbox(&self) -> Option<String> {
        let usual = Endpoints::default().google();
        let now = self.google();
        let pairs = [
            (now.token, usual.token),
            (now.auth, usual.auth),
            (now.revoke, usual.revoke),
            (now.drive, usual.drive),
        ];
        let other = pairs.into_iter().find(|(now, usual)| now != usual)?.0;
        Some(other[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
    }
}

impl Default for Endpoints {
    fn default() -> Self {
        let url = |text| Url::parse(text).expect("a constant address");
        Endpoints {
            google_auth: url("https://accounts.google.com/o/oauth2/v2/auth"),
            google_token: url("https://oauth2.googleapis.com/token"),
            google_revoke: url("https://oauth2.googleapis.com/revoke"),
            drive: url("https://www.googleapis.com/drive/v3"),
            notion: url("https://api.notion.com/v1"),
            models: url("https://huggingface.co"),
            groq: Service::Groq.base(),
            deepgram: Service::Deepgram.base(),
            assemblyai: Service::AssemblyAi.base(),
            gemini: Service::Gemini.base(),
            openai: Provider::OpenAi.base(),
            anthropic: Provider::Anthropic.base(),
        }
    }
}
