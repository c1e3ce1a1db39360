//! What outsiders see of speech: engines, services, languages, speakers.

use debrief_core::job::ChineseScript;
use serde::Serialize;

use crate::google::Trouble;
use crate::voices::VoiceView;

/// What the window shows about speech.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpeechView {
    /// Every engine, in the order to be shown.
    pub engines: Vec<SpeechEngine>,
    /// The one that the person chose; none stands for the best one that is ready.
    pub engine: Option<String>,
    /// The model that the person chose for this machine's own engine: an id, or a path.
    pub model: Option<String>,
    /// Engine and model of the next job, for people.
    pub next_job: String,
    /// Why that one could not start now.
    pub problem: Option<Trouble>,
    /// BCP 47; none leaves it to the engine.
    pub language: Option<String>,
    /// Languages to offer, the likeliest first.
    pub languages: Vec<String>,
    /// How Chinese is written; none leaves it to the engine.
    pub chinese: Option<ChineseScript>,
    /// Names and terms that may be said.
    pub vocabulary: Vec<String>,
    /// Whether a graphics card is used where there is one.
    pub gpu: bool,
    /// The graphics cards that this build could use.
    pub gpus: Vec<String>,
    /// Services on the network.
    pub services: Vec<SpeechService>,
    /// How speakers are told apart.
    pub speakers: SpeakersView,
    /// Jobs that wait for an engine, a model or a key.
    pub waiting_jobs: u32,
}

/// A speech engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpeechEngine {
    /// Name for the settings.
    pub name: String,
    /// For people.
    pub described: String,
    /// Where it works.
    pub kind: EngineKind,
    /// Whether it could start now.
    pub ready: bool,
    /// Why not.
    pub problem: Option<Trouble>,
    /// Whether its text is rough.
    pub rough: bool,
    /// Models to choose from: ids of those that are here; none for engines without a choice.
    pub models: Vec<String>,
}

/// Where an engine works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// On this machine.
    Local,
    /// On the network: the audio is sent there.
    Service,
}

/// A speech service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpeechService {
    /// Name for the settings.
    pub name: String,
    /// For people.
    pub described: String,
    /// The host that audio is sent to.
    pub host: String,
    /// Its base address, where the person may set it.
    pub base_url: Option<String>,
    /// Models to offer; any other may be named.
    pub models: Vec<String>,
    /// The model that is used.
    pub model: String,
    /// Whether there is a key.
    pub has_key: bool,
    /// Whether a server of one's own in its place may need none.
    pub key_optional: bool,
    /// Whether the key is from the environment.
    pub from_environment: bool,
    /// What whoever chooses it should know.
    pub note: Option<String>,
}

/// How speakers are told apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpeakersView {
    /// The method that the person chose; none stands for the best one that is ready.
    pub method: Option<String>,
    /// Every method, the best one first.
    pub methods: Vec<SpeakerMethod>,
    /// At least so many speakers.
    pub min: Option<u16>,
    /// At most so many speakers.
    pub max: Option<u16>,
    /// Whether voices are kept with jobs and remembered ones known again.
    pub remember: bool,
    /// The remembered voices, by name.
    pub voices: Vec<VoiceView>,
}

/// A method that tells speakers apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpeakerMethod {
    /// Name for the settings.
    pub name: String,
    /// For people.
    pub described: String,
    /// Whether it could start now.
    pub ready: bool,
    /// Why not.
    pub problem: Option<Trouble>,
}
