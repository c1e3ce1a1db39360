//! Who spoke when: one module per method, and the registry.
//!
//! A new method is a module that implements `Diarizer` and one entry in `METHODS`.

mod sortformer;
mod speakrs;
mod voice_clustering;
mod windows;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::ports::{Audio, Diarizer};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::Turns;

#[cfg(test)]
pub(crate) use self::speakrs::random_models;
use self::voice_clustering::VoiceClustering;

/// What the person chose for telling speakers apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiarizeSettings {
    /// Name of a method; without it, the best one that can start.
    pub method: Option<String>,
    /// At least so many speakers.
    pub min: Option<u16>,
    /// At most so many speakers.
    pub max: Option<u16>,
    /// Whether it is also kept how the speakers sound.
    pub voices: bool,
    /// The folder with the models of `speakrs`.
    pub speakrs_model: Option<PathBuf>,
    /// The model file of `sortformer`.
    pub sortformer_model: Option<PathBuf>,
}

impl DiarizeSettings {
    fn count(&self) -> SpeakerCount {
        let min = usize::from(self.min.unwrap_or(1).max(1));
        let max = self.max.map_or(MOST_SPEAKERS, usize::from).clamp(1, MOST_SPEAKERS);
        SpeakerCount { min: min.min(max), max }
    }
}

/// Most speakers that any method tells apart.
const MOST_SPEAKERS: usize = 50;

/// How many speakers there are: at least `min`, at most `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SpeakerCount {
    min: usize,
    max: usize,
}

impl Default for SpeakerCount {
    fn default() -> Self {
        SpeakerCount { min: 1, max: MOST_SPEAKERS }
    }
}

/// One method, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiarizerInfo {
    /// Name for the settings.
    pub name: &'static str,
    /// For people, with the attribution that its model asks for.
    pub described: &'static str,
    /// Whether it could start now; if not, what is missing and what to do.
    pub ready: Result<(), Failure>,
}

/// A method in the registry, the best one first.
struct Entry {
    name: &'static str,
    described: &'static str,
    open: fn(&DiarizeSettings) -> Result<Arc<dyn Diarizer>, Failure>,
    check: fn(&DiarizeSettings) -> Result<(), Failure>,
    /// Most speakers that it tells apart.
    most: usize,
}

const METHODS: &[Entry] = &[
    Entry {
        name: speakrs::NAME,
        described: speakrs::DESCRIBED,
        open: |settings| Ok(Arc::new(speakrs::Speakrs::new(settings)?)),
        check: |settings| speakrs::Speakrs::new(settings)?.check(),
        most: MOST_SPEAKERS,
    },
    Entry {
        name: sortformer::NAME,
        described: sortformer::DESCRIBED,
        open: |settings| Ok(Arc::new(sortformer::Sortformer::new(settings)?)),
        check: |settings| sortformer::Sortformer::new(settings)?.check(),
        most: sortformer::MOST_SPEAKERS,
    },
    Entry {
        name: voice_clustering::NAME,
        described: voice_clustering::DESCRIBED,
        open: |settings| Ok(Arc::new(VoiceClustering { count: settings.count(), voices: settings.voices })),
        check: |_| Ok(()),
        most: voice_clustering::MOST_SPEAKERS,
    },
];

/// The method that the settings name. Without a name, the first one that is ready and tells as many speakers apart as
/// there may be: a method for up to four is only taken when the person says that there are no more.
///
/// # Errors
/// No method has that name, its model is not there, or it can't tell as many speakers apart as there are at least.
pub fn diarizer(settings: &DiarizeSettings) -> Result<Arc<dyn Diarizer>, Failure> {
    let entry = match &settings.method {
        Some(name) => METHODS.iter().find(|entry| entry.name == name).ok_or_else(|| unknown(name))?,
        None => by_default(settings),
    };
    let least = settings.count().min;
    if least > entry.most {
        return Err(too_many(entry));
    }
    Ok(Arc::new(Counted { method: (entry.open)(settings)?, least }))
}

/// A method that says so when it found fewer speakers than there are: some say little, and some methods can't be told.
struct Counted {
    method: Arc<dyn Diarizer>,
    least: usize,
}

#[async_trait]
impl Diarizer for Counted {
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns> {
        let turns = self.method.diarize(audio, cx.clone()).await?;
        let found = turns.turns.iter().map(|turn| turn.speaker).collect::<BTreeSet<u16>>().len();
        if found < self.least && self.least > 1 {
            cx.warn(Warning::new("fewer_speakers", fewer(found, self.least)));
        }
        Ok(turns)
    }
}

fn fewer(found: usize, least: usize) -> String {
    let found = match found {
        0 => "No speaker was told apart".to_owned(),
        1 => "One speaker was told apart".to_owned(),
        found => format!("{found} speakers were told apart"),
    };
    format!(
        "{found}, although there are at least {least}. Choose another method for speakers in the settings and run that step \
         again, or give the sentences to a new speaker by hand."
    )
}

fn by_default(settings: &DiarizeSettings) -> &'static Entry {
    let fits = |entry: &&Entry| settings.count().max <= entry.most && (entry.check)(settings).is_ok();
    METHODS.iter().find(fits).unwrap_or(&METHODS[METHODS.len() - 1])
}

/// Every method of this build, the best one first, and whether it could start now.
pub fn diarizers(settings: &DiarizeSettings) -> Vec<DiarizerInfo> {
    let info = |entry: &Entry| DiarizerInfo {
        name: entry.name,
        described: entry.described,
        ready: (entry.check)(settings),
    };
    METHODS.iter().map(info).collect()
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = METHODS.iter().map(|entry| entry.name).collect();
    Failure::person(
        FailureCode::BadSettings,
        format!("There is no method \"{name}\" to tell speakers apart in this build."),
        format!("Choose one of these in the settings: {}.", names.join(", ")),
    )
}

fn too_many(entry: &Entry) -> Failure {
    Failure::person(
        FailureCode::BadSettings,
        format!("The method \"{}\" tells no more than {} speakers apart.", entry.name, entry.most),
        "Choose another method for speakers in the settings, or a smaller least number of them.",
    )
}

#[cfg(test)]
mod tests;
