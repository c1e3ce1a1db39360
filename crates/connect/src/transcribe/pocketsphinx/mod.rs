//! PocketSphinx: the only recogniser whose model comes with a package. Rough, English only.

mod library;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::stage::{StageCx, StepResult, Stopped};
use debrief_core::transcript::{EngineLabel, Word, Words};

use self::library::{Decoder, RawWord, Sphinx};
use super::hearing::{Ear, Heard, Hearing, Recogniser, Sound, transcribe};
use super::pcm::PER_MS;
use super::vad::Cutting;
use super::{SpeechSettings, primary_language};

/// Name in the registry.
pub(super) const NAME: &str = "pocketsphinx";

/// For the page.
pub(super) const DESCRIBED: &str = "PocketSphinx, rough offline recogniser, English only";

/// Whole stretches of talk up to a minute: cut short, its language model has too little to go by.
const CUTTING: Cutting = Cutting { pad_ms: 250, join_ms: 1500, longest_ms: 60_000 };

/// Samples given at once, a quarter of a second: a stop is seen between two gifts.
const GIFT: usize = 4000;

/// Where packages put the model.
const MODEL_FOLDERS: [&str; 4] = [
    "/usr/share/pocketsphinx/model/en-us",
    "/usr/local/share/pocketsphinx/model/en-us",
    "/opt/homebrew/share/pocketsphinx/model/en-us",
    "/opt/local/share/pocketsphinx/model/en-us",
];

/// Files of the model that the decoder opens. It ends the whole process when one is missing.
const MODEL_FILES: [&str; 6] = [
    "en-us.lm.bin",
    "cmudict-en-us.dict",
    "en-us/mdef",
    "en-us/means",
    "en-us/variances",
    "en-us/transition_matrices",
];

/// The engine.
pub struct PocketSphinx {
    model: Option<PathBuf>,
    language: Option<String>,
}

impl PocketSphinx {
    /// With the settings' own model folder, if any, or else the one that a package has put in its usual place.
    pub fn new(settings: &SpeechSettings) -> Self {
        Self { model: settings.pocketsphinx_model.clone(), language: settings.language.clone() }
    }

    /// Whether it could start now, and with which model.
    ///
    /// # Errors
    /// Library or model are not installed, or another language than English is asked for.
    pub fn check(&self) -> Result<PathBuf, Failure> {
        if let Some(language) = self.language.as_deref().filter(|l| primary_language(l) != "en") {
            return Err(english_only(language));
        }
        let folder = self.model_folder()?;
        Sphinx::load().map_err(|e| not_installed().because(e))?;
        Ok(folder)
    }

    fn model_folder(&self) -> Result<PathBuf, Failure> {
        let complete = |folder: &Path| MODEL_FILES.iter().all(|file| folder.join(file).is_file());
        match &self.model {
            Some(folder) if complete(folder) => Ok(folder.clone()),
            Some(folder) => Err(Failure::person(
                FailureCode::ModelMissing,
                format!("There is no PocketSphinx model in {}.", folder.display()),
                "Correct the folder in the settings, or leave it out to use the installed model.",
            )),
            None => MODEL_FOLDERS
                .iter()
                .map(PathBuf::from)
                .find(|folder| complete(folder))
                .ok_or_else(|| not_installed().because("no model in the usual folders")),
        }
    }
}

#[async_trait]
impl Transcriber for PocketSphinx {
    fn label(&self) -> String {
        "PocketSphinx (rough, English only)".into()
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.check().map(drop)
    }

    async fn transcribe(&self, audio: &Audio, _: &Hints, cx: StageCx) -> StepResult<Words> {
        let folder = self.check()?;
        let open = Arc::new(move || open(&folder));
        let hearing = Hearing { by: NAME.into(), cutting: CUTTING, pack_ms: 0, threads: 1, open };
        let heard = transcribe(audio, &cx, hearing).await?;
        Ok(Words {
            words: heard.words,
            language: "en".into(),
            engine: EngineLabel { name: NAME.into(), described: DESCRIBED.into(), rough: true },
            turns: None,
            names: BTreeMap::new(),
        })
    }
}

fn open(folder: &Path) -> Result<Box<dyn Recogniser>, Failure> {
    let sphinx = Sphinx::load().map_err(|e| not_installed().because(e))?;
    let decoder = sphinx.decoder(folder).ok_or_else(|| {
        Failure::person(
            FailureCode::ModelUnusable,
            format!("PocketSphinx cannot load the model in {}.", folder.display()),
            "Install the package pocketsphinx-en-us again, or set a Whisper model file in the settings.",
        )
    })?;
    Ok(Box::new(decoder))
}

impl Recogniser for Decoder {
    fn recognise(&mut self, sound: &Sound<'_>, _: Option<&str>, ear: &Ear) -> StepResult<Heard> {
        let refused = |doing: &str| {
            Failure::never(
                FailureCode::EngineFailed,
                "PocketSphinx broke off.",
                "Try again. If it happens again, set a Whisper model file in the settings.",
            )
            .because(format!("while {doing}"))
        };
        if !self.start() {
            return Err(refused("starting").into());
        }
        for (number, gift) in sound.samples.chunks(GIFT).enumerate() {
            if ear.stopped() {
                return Err(Stopped.into());
            }
            if !self.hear(gift) {
                return Err(refused("hearing").into());
            }
            ear.heard((number * GIFT) as u32 / PER_MS);
        }
        let words = self.end().ok_or_else(|| refused("ending"))?;
        Ok(Heard { words: words.into_iter().filter_map(spoken).collect(), ..Heard::default() })
    }
}

/// A word as it is written; `None` for silence, breath and noise.
fn spoken(raw: RawWord) -> Option<Word> {
    if raw.name.starts_with(['<', '[', '+']) {
        return None;
    }
    // `record(2)` is the second pronunciation of "record".
    let name = raw.name.split_once('(').map_or(raw.name.as_str(), |(name, _)| name);
    let text = match name {
        "i" => "I".to_owned(),
        _ if name.starts_with("i'") => format!("I{}", &name[1..]),
        _ if is_profane(name) => masked(name),
        _ => name.to_owned(),
    };
    Some(Word { text, start_ms: raw.start_ms, end_ms: raw.end_ms, confidence: Some(raw.confidence) })
}

/// It hears such words where nobody said them, so none of them gets onto a page.
fn is_profane(word: &str) -> bool {
    const STEMS: [&str; 6] = ["fuck", "motherfuck", "shit", "bullshit", "nigger", "faggot"];
    const WHOLE: [&str; 16] = [
        "ass", "asshole", "assholes", "bastard", "bastards", "bitch", "bitches", "cock", "cunt", "cunts",
        "dick", "piss", "pussy", "slut", "whore", "whores",
    ];
    STEMS.iter().any(|stem| word.starts_with(stem)) || WHOLE.contains(&word)
}

/// First letter and stars.
fn masked(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().chain(letters.map(|_| '*')).collect()
}

fn not_installed() -> Failure {
    let fix = if cfg!(target_os = "linux") {
        "Install the packages libpocketsphinx3 and pocketsphinx-en-us, or set a Whisper model file in the settings."
    } else {
        "Set a Whisper model file in the settings."
    };
    Failure::person(FailureCode::NoSpeechEngine, "The speech recogniser PocketSphinx is not installed.", fix)
}

fn english_only(language: &str) -> Failure {
    Failure::person(
        FailureCode::NoSpeechEngine,
        format!("PocketSphinx understands English only, not \"{language}\"."),
        "Set a Whisper model file in the settings; Whisper models understand about a hundred languages.",
    )
}

#[cfg(test)]
mod tests;
