//! The services that turn speech into text over the network, and what each of them is like.

use serde::{Deserialize, Serialize};
use url::Url;

/// A speech service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// OpenAI, and every server that speaks its interface: vLLM, speaches, LocalAI.
    OpenAi,
    /// Groq.
    Groq,
    /// Deepgram.
    Deepgram,
    /// AssemblyAI.
    AssemblyAi,
    /// Google's Gemini.
    Gemini,
}

/// What a service is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceInfo {
    /// Its name in the settings, and of its key: `speech.{word}`.
    pub word: &'static str,
    /// For people.
    pub name: &'static str,
    /// Where it is, unless the settings say otherwise.
    pub base: &'static str,
    /// The model, unless the settings say otherwise.
    pub model: &'static str,
    /// Models to offer; any other may be named.
    pub models: &'static [&'static str],
    /// Whether it tells speakers apart with the model above.
    pub finds_speakers: bool,
    /// The largest upload, in bytes.
    pub limit_bytes: u64,
    /// The longest piece of a recording that it is sent, in milliseconds.
    ///
    /// It is this, and not `limit_bytes`, that cuts a recording: as Opus at 24 kbit/s, 25 MB are more than 115 minutes.
    /// OpenAI's newer models refuse what is longer than 1,400 s; and a piece is what is sent, waited for and paid for again
    /// when something fails, and what others are heard side by side with.
    pub longest_ms: u32,
    /// Whether a server of one's own in its place may need no key.
    pub key_optional: bool,
    /// Uploads a minute.
    pub per_minute: u32,
    /// What whoever chooses it should know.
    pub note: Option<&'static str>,
}

const MINUTE: u32 = 60_000;

const OPENAI: ServiceInfo = ServiceInfo {
    word: "openai",
    name: "OpenAI",
    base: "https://api.openai.com/v1",
    model: "whisper-1",
    models: &["whisper-1", "gpt-4o-transcribe-diarize", "gpt-transcribe"],
    finds_speakers: false,
    limit_bytes: 25_000_000,
    longest_ms: 22 * MINUTE,
    key_optional: true,
    per_minute: 50,
    note: Some(
        "OpenAI switches whisper-1 and the gpt-4o transcription models off on 2027-02-26, and gpt-transcribe gives no \
         times: use another service, or a server of your own, if you need exact times.",
    ),
};

const GROQ: ServiceInfo = ServiceInfo {
    word: "groq",
    name: "Groq",
    base: "https://api.groq.com/openai/v1",
    model: "whisper-large-v3-turbo",
    models: &["whisper-large-v3-turbo", "whisper-large-v3"],
    finds_speakers: false,
    limit_bytes: 25_000_000,
    longest_ms: 30 * MINUTE,
    key_optional: false,
    per_minute: 20,
    note: None,
};

const DEEPGRAM: ServiceInfo = ServiceInfo {
    word: "deepgram",
    name: "Deepgram",
    base: "https://api.deepgram.com",
    model: "nova-3",
    models: &["nova-3", "nova-2"],
    finds_speakers: true,
    limit_bytes: 2_000_000_000,
    longest_ms: 240 * MINUTE,
    key_optional: false,
    per_minute: 60,
    note: None,
};

const ASSEMBLYAI: ServiceInfo = ServiceInfo {
    word: "assemblyai",
    name: "AssemblyAI",
    base: "https://api.assemblyai.com",
    model: "universal-3-5-pro",
    models: &["universal-3-5-pro", "universal-2"],
    finds_speakers: true,
    limit_bytes: 2_200_000_000,
    longest_ms: 540 * MINUTE,
    key_optional: false,
    per_minute: 60,
    note: None,
};

const GEMINI: ServiceInfo = ServiceInfo {
    word: "gemini",
    name: "Gemini",
    base: "https://generativelanguage.googleapis.com",
    model: "gemini-3.6-flash",
    models: &["gemini-3.6-flash", "gemini-3.5-flash-lite"],
    finds_speakers: true,
    limit_bytes: 2_000_000_000,
    longest_ms: 40 * MINUTE,
    key_optional: false,
    per_minute: 10,
    note: Some("Gemini gives times of sentences only, so those of words are estimates."),
};

impl Service {
    /// Every service, in the order in which they are offered.
    pub const ALL: [Service; 5] =
        [Service::OpenAi, Service::Groq, Service::Deepgram, Service::AssemblyAi, Service::Gemini];

    /// What it is like.
    pub fn info(self) -> &'static ServiceInfo {
        match self {
            Service::OpenAi => &OPENAI,
            Service::Groq => &GROQ,
            Service::Deepgram => &DEEPGRAM,
            Service::AssemblyAi => &ASSEMBLYAI,
            Service::Gemini => &GEMINI,
        }
    }

    /// The service of that name in the settings.
    pub fn from_word(word: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.info().word == word)
    }

    /// Where it is, unless the settings say otherwise.
    pub fn base(self) -> Url {
        self.info().base.parse().expect("the table's addresses are tested")
    }

    /// The name under which its key for that address is kept: the key of one server is never sent to another.
    pub fn key_name(self, base: &Url) -> String {
        let word = self.info().word;
        if is_its_own(self, base) {
            format!("speech.{word}")
        } else {
            format!("speech.{word} at {}", base.origin().ascii_serialization())
        }
    }
}

/// For people: OpenAI's interface at another address is not OpenAI.
pub(super) fn name_at(service: Service, base: &Url) -> &'static str {
    match service {
        Service::OpenAi if !is_its_own(service, base) => "OpenAI-compatible server",
        Service::OpenAi | Service::Groq | Service::Deepgram | Service::AssemblyAi | Service::Gemini => {
            service.info().name
        }
    }
}

/// Whether that is the service itself, and not a server in its place.
pub(super) fn is_its_own(service: Service, base: &Url) -> bool {
    service.base().origin() == base.origin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_an_address_a_word_and_its_own_model_among_those_offered() {
        for service in Service::ALL {
            let info = service.info();
            assert!(is_its_own(service, &service.base()), "{}", info.base);
            assert_eq!(service.base().scheme(), "https");
            assert_eq!(Service::from_word(info.word), Some(service));
            assert_eq!(serde_json::to_value(service).unwrap(), info.word);
            assert!(info.models.contains(&info.model));
        }
        assert_eq!(Service::from_word("ear-trumpet"), None);
    }
}
