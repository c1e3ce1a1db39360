//! Speech engines: one file per engine, and the registry.
//!
//! A new engine is a module that implements `Transcriber` and one entry in `ENGINES`.

mod hearing;
mod loops;
mod pack;
pub mod pcm;
pub mod pocketsphinx;
pub mod remote;
pub(crate) mod script;
pub mod transcribe_cpp;
pub mod vad;

#[cfg(test)]
pub(crate) mod testing;

use std::path::PathBuf;
use std::sync::Arc;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ChineseScript;
use debrief_core::ports::Transcriber;

use self::remote::{Remote, RemoteSettings, Service};
use self::script::InScript;
pub use self::script::simplified;

/// What a job or the settings choose for speech.
#[derive(Clone, Default)]
pub struct SpeechSettings {
    /// Name of an engine.
    pub engine: String,
    /// A model file for `transcribe-cpp`.
    pub model: Option<PathBuf>,
    /// BCP 47, for example `en` or `zh-Hant`; without it, the engine finds out if it can.
    pub language: Option<String>,
    /// How Chinese is written.
    pub chinese: Option<ChineseScript>,
    /// Whether a graphics card is used where there is one.
    pub gpu: bool,
    /// The folder with PocketSphinx's English model, if it is not in its usual place.
    pub pocketsphinx_model: Option<PathBuf>,
    /// The services, as the person has set them up.
    pub services: Vec<RemoteSettings>,
}

/// One engine, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// Name for the settings.
    pub name: &'static str,
    /// For people.
    pub described: &'static str,
    /// Whether it works on this machine's processors.
    pub is_local: bool,
    /// Whether pages must say that its text is rough.
    pub rough: bool,
    /// Whether it could start now; if not, what is missing and what to do.
    pub ready: Result<(), Failure>,
}

/// An engine in the registry.
struct Entry {
    name: &'static str,
    described: &'static str,
    rough: bool,
    open: fn(&SpeechSettings) -> Result<Arc<dyn Transcriber>, Failure>,
}

/// Engines of this machine; [`Service::ALL`] are the others.
const ENGINES: &[Entry] = &[
    Entry {
        name: transcribe_cpp::NAME,
        described: transcribe_cpp::DESCRIBED,
        rough: false,
        open: |settings| Ok(Arc::new(transcribe_cpp::TranscribeCpp::new(settings)?)),
    },
    Entry {
        name: pocketsphinx::NAME,
        described: pocketsphinx::DESCRIBED,
        rough: true,
        open: |settings| Ok(Arc::new(pocketsphinx::PocketSphinx::new(settings))),
    },
];

/// The engine that the settings name. It may not be able to start: [`Transcriber::ready`] says so.
///
/// # Errors
/// No engine has that name, or it needs a setting that is not there.
pub fn engine(settings: &SpeechSettings) -> Result<Arc<dyn Transcriber>, Failure> {
    let settings = SpeechSettings { chinese: script(settings), ..settings.clone() };
    let engine = match ENGINES.iter().find(|entry| entry.name == settings.engine) {
        Some(entry) => (entry.open)(&settings)?,
        None => service(&settings)?,
    };
    Ok(in_script(engine, &settings))
}

/// The engine, whose Chinese is written as the settings say.
pub fn in_script(engine: Arc<dyn Transcriber>, settings: &SpeechSettings) -> Arc<dyn Transcriber> {
    match script(settings) {
        Some(script) => Arc::new(InScript { engine, script }),
        None => engine,
    }
}

fn service(settings: &SpeechSettings) -> Result<Arc<dyn Transcriber>, Failure> {
    let service = Service::from_word(&settings.engine);
    let set_up = settings.services.iter().find(|set_up| Some(set_up.service) == service);
    let set_up = set_up.ok_or_else(|| unknown(&settings.engine))?;
    Ok(Arc::new(Remote::new(RemoteSettings { language: settings.language.clone(), ..set_up.clone() })))
}

/// Every engine of this build, and whether it could start now.
pub async fn engines(settings: &SpeechSettings) -> Vec<EngineInfo> {
    let local = ENGINES.iter().map(|entry| (entry.name, entry.described, true, entry.rough));
    let services = Service::ALL.into_iter().map(Service::info);
    let services = services.map(|info| (info.word, info.name, false, false));
    let mut engines = Vec::new();
    for (name, described, is_local, rough) in local.chain(services) {
        let ready = match engine(&SpeechSettings { engine: name.to_owned(), ..settings.clone() }) {
            Ok(engine) => engine.ready().await,
            Err(failure) => Err(failure),
        };
        engines.push(EngineInfo { name, described, is_local, rough, ready });
    }
    engines
}

/// The names of all engines, those of this machine first.
pub fn names() -> Vec<&'static str> {
    let services = Service::ALL.into_iter().map(|service| service.info().word);
    ENGINES.iter().map(|entry| entry.name).chain(services).collect()
}

fn unknown(name: &str) -> Failure {
    Failure::person(
        FailureCode::NoSpeechEngine,
        format!("There is no speech engine \"{name}\" in this build."),
        format!("Choose one of these in the settings: {}.", names().join(", ")),
    )
}

/// `zh` of `zh-Hant-TW`, in lower case.
fn primary_language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase()
}

/// How Chinese is to be written, if anybody has said so.
fn script(settings: &SpeechSettings) -> Option<ChineseScript> {
    settings.chinese.or_else(|| settings.language.as_deref().and_then(script_of))
}

/// The script that a language tag asks for: `zh-TW` is written in Traditional characters.
fn script_of(tag: &str) -> Option<ChineseScript> {
    let tag = tag.to_ascii_lowercase();
    let is = |tags: [&str; 4]| tags.iter().any(|other| tag.starts_with(other));
    if is(["zh-hant", "zh-tw", "zh-hk", "zh-mo"]) {
        Some(ChineseScript::Traditional)
    } else if is(["zh-hans", "zh-cn", "zh-sg", "zh-my"]) {
        Some(ChineseScript::Simplified)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(engine: &str) -> SpeechSettings {
        SpeechSettings { engine: engine.to_owned(), ..SpeechSettings::default() }
    }

    #[test]
    fn an_unknown_engine_says_which_ones_there_are() {
        let failure = engine(&named("ear-trumpet")).err().unwrap();
        assert_eq!(failure.code, FailureCode::NoSpeechEngine);
        assert_eq!(failure.what, "There is no speech engine \"ear-trumpet\" in this build.");
        assert_eq!(
            failure.fix,
            "Choose one of these in the settings: transcribe-cpp, pocketsphinx, openai, groq, deepgram, assemblyai, gemini."
        );
    }

    #[tokio::test]
    async fn the_list_of_engines_says_what_each_one_lacks() {
        let listed = engines(&SpeechSettings::default()).await;
        let cpp = listed.iter().find(|e| e.name == "transcribe-cpp").unwrap();
        assert_eq!(cpp.ready.as_ref().unwrap_err().code, FailureCode::ModelMissing);
        let sphinx = listed.iter().find(|e| e.name == "pocketsphinx").unwrap();
        assert_eq!(sphinx.ready, Ok(()), "this test needs libpocketsphinx3 and pocketsphinx-en-us");
        assert_eq!(listed.iter().filter(|e| !e.is_local).count(), Service::ALL.len());
    }

    #[test]
    fn a_language_tag_may_say_how_chinese_is_written() {
        assert_eq!(script_of("zh-Hant-TW"), Some(ChineseScript::Traditional));
        assert_eq!(script_of("zh-CN"), Some(ChineseScript::Simplified));
        assert_eq!((script_of("zh"), script_of("en")), (None, None));
    }

    #[test]
    fn the_primary_language_is_the_first_part_of_a_tag() {
        assert_eq!(primary_language("zh-Hant-TW"), "zh");
        assert_eq!(primary_language("EN"), "en");
    }
}
