//! The providers of language models, and what each of them is like.

use genai::adapter::AdapterKind;
use serde::{Deserialize, Serialize};
use url::Url;

/// A provider of language models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// OpenAI.
    #[serde(rename = "openai")]
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Google's Gemini.
    Gemini,
    /// Groq.
    Groq,
    /// Any server that speaks OpenAI's interface: vLLM, OpenRouter, Mistral, a company's own.
    Compatible,
    /// Ollama, through its OpenAI-compatible interface: its own takes no JSON schema from the library in use.
    Ollama,
    /// LM Studio's server.
    LmStudio,
    /// llama.cpp's server.
    LlamaCpp,
}

/// What a provider is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderInfo {
    /// Its name in the settings, and of its key: `llm.{word}`.
    pub word: &'static str,
    /// For people.
    pub name: &'static str,
    /// Where it is, unless the settings say otherwise.
    pub base: &'static str,
    /// A model to offer, where there is a usual one; any other may be named.
    pub model: Option<&'static str>,
    /// Whether it may need no key.
    pub key_optional: bool,
    /// Whether it usually runs on the person's own machine: it is slow to begin, takes one question at a time and costs
    /// nothing.
    pub on_this_machine: bool,
    /// Questions a minute.
    pub per_minute: u32,
    /// Questions at a time.
    pub at_a_time: usize,
    /// What whoever chooses it should know.
    pub note: Option<&'static str>,
}

/// What providers on the network have in common.
const REMOTE: ProviderInfo = ProviderInfo {
    word: "",
    name: "",
    base: "",
    model: None,
    key_optional: false,
    on_this_machine: false,
    per_minute: 60,
    at_a_time: 4,
    note: None,
};

/// What servers on the person's own machine have in common.
const OWN: ProviderInfo =
    ProviderInfo { key_optional: true, on_this_machine: true, per_minute: 600, at_a_time: 1, ..REMOTE };

const OPENAI: ProviderInfo = ProviderInfo {
    word: "openai",
    name: "OpenAI",
    base: "https://api.openai.com/v1",
    model: Some("gpt-5.4-mini"),
    ..REMOTE
};

const ANTHROPIC: ProviderInfo = ProviderInfo {
    word: "anthropic",
    name: "Anthropic",
    base: "https://api.anthropic.com/v1",
    model: Some("claude-sonnet-4-6"),
    per_minute: 50,
    ..REMOTE
};

const GEMINI: ProviderInfo = ProviderInfo {
    word: "gemini",
    name: "Gemini",
    base: "https://generativelanguage.googleapis.com/v1beta",
    model: Some("gemini-3.6-flash"),
    note: Some("With a free key, Google may use what it is sent to improve its products."),
    ..REMOTE
};

const GROQ: ProviderInfo = ProviderInfo {
    word: "groq",
    name: "Groq",
    base: "https://api.groq.com/openai/v1",
    model: Some("openai/gpt-oss-120b"),
    per_minute: 30,
    note: Some("Free keys take few tokens a minute, so long recordings take long."),
    ..REMOTE
};

const COMPATIBLE: ProviderInfo = ProviderInfo {
    word: "compatible",
    name: "OpenAI-compatible server",
    base: "http://localhost:8000/v1",
    key_optional: true,
    note: Some(
        "Any server that speaks OpenAI's interface: vLLM, OpenRouter, Mistral. Its address often ends in /v1.",
    ),
    ..REMOTE
};

const OLLAMA: ProviderInfo = ProviderInfo {
    word: "ollama",
    name: "Ollama",
    base: "http://localhost:11434/v1",
    model: Some("qwen3:8b"),
    note: Some(
        "Ollama cuts off what doesn't fit into the context length that it was started with, often 4096 tokens. Start it \
         with OLLAMA_CONTEXT_LENGTH=16384 or more, and name the same number here.",
    ),
    ..OWN
};

const LM_STUDIO: ProviderInfo = ProviderInfo {
    word: "lm_studio",
    name: "LM Studio",
    base: "http://localhost:1234/v1",
    note: Some("Load the model with a context length of 16384 or more, and name the same number here."),
    ..OWN
};

const LLAMA_CPP: ProviderInfo = ProviderInfo {
    word: "llama_cpp",
    name: "llama.cpp",
    base: "http://localhost:8080/v1",
    note: Some("Start llama-server with -c 16384 or more, and name the same number here."),
    ..OWN
};

impl Provider {
    /// Every provider, in the order in which they are offered.
    pub const ALL: [Provider; 8] = [
        Provider::OpenAi,
        Provider::Anthropic,
        Provider::Gemini,
        Provider::Groq,
        Provider::Compatible,
        Provider::Ollama,
        Provider::LmStudio,
        Provider::LlamaCpp,
    ];

    /// What it is like.
    pub fn info(self) -> &'static ProviderInfo {
        match self {
            Provider::OpenAi => &OPENAI,
            Provider::Anthropic => &ANTHROPIC,
            Provider::Gemini => &GEMINI,
            Provider::Groq => &GROQ,
            Provider::Compatible => &COMPATIBLE,
            Provider::Ollama => &OLLAMA,
            Provider::LmStudio => &LM_STUDIO,
            Provider::LlamaCpp => &LLAMA_CPP,
        }
    }

    /// The provider of that name in the settings.
    pub fn from_word(word: &str) -> Option<Provider> {
        Provider::ALL.into_iter().find(|provider| provider.info().word == word)
    }

    /// Where it is, unless the settings say otherwise.
    pub fn base(self) -> Url {
        self.info().base.parse().expect("the table's addresses are tested")
    }

    /// The name under which its key for that address is kept: the key of one server is never sent to another.
    pub fn key_name(self, base: &Url) -> String {
        let word = self.info().word;
        if is_its_own(self, base) {
            format!("llm.{word}")
        } else {
            format!("llm.{word} at {}", base.origin().ascii_serialization())
        }
    }

    /// Whose interface it speaks.
    pub(super) fn speaks(self) -> Speaks {
        match self {
            Provider::Anthropic => Speaks::Anthropic,
            Provider::Gemini => Speaks::Gemini,
            Provider::OpenAi
            | Provider::Groq
            | Provider::Compatible
            | Provider::Ollama
            | Provider::LmStudio
            | Provider::LlamaCpp => Speaks::OpenAi,
        }
    }

    pub(super) fn adapter(self) -> AdapterKind {
        match self {
            Provider::Anthropic => AdapterKind::Anthropic,
            Provider::Gemini => AdapterKind::Gemini,
            // It tells elsewhere what was used.
            Provider::Groq => AdapterKind::Groq,
            Provider::OpenAi
            | Provider::Compatible
            | Provider::Ollama
            | Provider::LmStudio
            | Provider::LlamaCpp => AdapterKind::OpenAI,
        }
    }
}

/// The three interfaces that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    OpenAi,
    Anthropic,
    Gemini,
}

/// Whether that is the provider itself, and not a server in its place.
pub(super) fn is_its_own(provider: Provider, base: &Url) -> bool {
    provider.base().origin() == base.origin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::is_here;

    #[test]
    fn every_provider_has_an_address_and_a_word() {
        for provider in Provider::ALL {
            let info = provider.info();
            assert!(is_its_own(provider, &provider.base()), "{}", info.base);
            assert_eq!(Provider::from_word(info.word), Some(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), info.word);
            assert!(info.at_a_time > 0 && info.per_minute > 0 && !info.name.is_empty());
            let own = is_here(&provider.base()) && info.key_optional;
            assert!(own || !info.on_this_machine, "{}", info.word);
            assert!(is_here(&provider.base()) || provider.base().scheme() == "https", "{}", info.base);
        }
        assert_eq!(Provider::from_word("oracle"), None);
    }
}
