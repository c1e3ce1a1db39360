//! Speech engines: one file per engine, and the registry.
//!
//! A new engine is a module that implements `Transcriber` and one entry in `ENGINES`.

mod hearing;
mod loops;
mod pack;
pub mod pcm;
pub mod pocketsphinx;
pub mod remote;
mod script;
pub mod transcribe_cpp;
pub mod vad;

#[cfg(test)]
pub(crate) mod testing;

use std::path::PathBuf;
use std::sync::Arc;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ChineseScript;
use debrief_core::ports::Transcriber;

use self::script::InScript;

/// What the person chose for speech: the section `[speech]` of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpeechSettings {
    /// Name of an engine; without it, the best one that can start.
    pub engine: Option<String>,
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
}

/// One engine, as `debrief doctor` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// Name for the settings.
    pub name: &'static str,
    /// For people.
    pub described: &'static str,
    /// Whether it could start now; if not, what is missing and what to do.
    pub ready: Result<(), Failure>,
}

/// An engine in the registry.
struct Entry {
    name: &'static str,
    described: &'static str,
    open: fn(&SpeechSettings) -> Result<Arc<dyn Transcriber>, Failure>,
    check: fn(&SpeechSettings) -> Result<(), Failure>,
}

const ENGINES: &[Entry] = &[
    Entry {
        name: transcribe_cpp::NAME,
        described: transcribe_cpp::DESCRIBED,
        open: |settings| Ok(Arc::new(transcribe_cpp::TranscribeCpp::new(settings)?)),
        check: |settings| transcribe_cpp::TranscribeCpp::new(settings)?.check(),
    },
    Entry {
        name: pocketsphinx::NAME,
        described: pocketsphinx::DESCRIBED,
        open: |settings| Ok(Arc::new(pocketsphinx::PocketSphinx::new(settings))),
        check: |settings| pocketsphinx::PocketSphinx::new(settings).check().map(drop),
    },
];

/// The engine that the settings name; without a name, `transcribe-cpp` when a model file is set, else PocketSphinx.
/// It may not be able to start: [`Transcriber::ready`] says so.
///
/// # Errors
/// No engine has that name, or it needs a setting that is not there.
pub fn engine(settings: &SpeechSettings) -> Result<Arc<dyn Transcriber>, Failure> {
    let name = chosen(settings);
    let entry = ENGINES.iter().find(|entry| entry.name == name).ok_or_else(|| unknown(name))?;
    let engine = (entry.open)(settings)?;
    Ok(match settings.chinese.or_else(|| settings.language.as_deref().and_then(script_of)) {
        Some(script) => Arc::new(InScript { engine, script }),
        None => engine,
    })
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

/// The name of the engine that the settings choose.
pub fn chosen(settings: &SpeechSettings) -> &str {
    let by_default = if settings.model.is_some() { "transcribe-cpp" } else { pocketsphinx::NAME };
    settings.engine.as_deref().unwrap_or(by_default)
}

/// Every engine of this build, and whether it could start now.
pub fn engines(settings: &SpeechSettings) -> Vec<EngineInfo> {
    let info = |entry: &Entry| EngineInfo {
        name: entry.name,
        described: entry.described,
        ready: (entry.check)(settings),
    };
    ENGINES.iter().map(info).collect()
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = ENGINES.iter().map(|entry| entry.name).collect();
    Failure::person(
        FailureCode::NoSpeechEngine,
        format!("There is no speech engine \"{name}\" in this build."),
        format!("Choose one of these in the settings: {}.", names.join(", ")),
    )
}

/// `zh` of `zh-Hant-TW`, in lower case.
fn primary_language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_file_chooses_transcribe_cpp_and_no_model_file_chooses_pocketsphinx() {
        let with_model = SpeechSettings { model: Some("model.bin".into()), ..Default::default() };
        assert!(engine(&with_model).unwrap().label().contains("model.bin"));
        assert!(engine(&SpeechSettings::default()).unwrap().label().contains("PocketSphinx"));
    }

    #[test]
    fn an_unknown_engine_says_which_ones_there_are() {
        let settings = SpeechSettings { engine: Some("ear-trumpet".into()), ..Default::default() };
        let failure = engine(&settings).err().unwrap();
        assert_eq!(failure.code, FailureCode::NoSpeechEngine);
        assert_eq!(failure.what, "There is no speech engine \"ear-trumpet\" in this build.");
        assert_eq!(failure.fix, "Choose one of these in the settings: transcribe-cpp, pocketsphinx.");
    }

    #[test]
    fn the_list_of_engines_says_what_each_one_lacks() {
        let listed = engines(&SpeechSettings::default());
        let cpp = listed.iter().find(|e| e.name == "transcribe-cpp").unwrap();
        assert_eq!(cpp.ready.as_ref().unwrap_err().code, FailureCode::ModelMissing);
        let sphinx = listed.iter().find(|e| e.name == "pocketsphinx").unwrap();
        assert_eq!(sphinx.ready, Ok(()), "this test needs libpocketsphinx3 and pocketsphinx-en-us");
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
