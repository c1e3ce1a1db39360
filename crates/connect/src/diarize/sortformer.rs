//! Sortformer through transcribe.cpp: fast, up to four speakers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::ports::{Audio, Diarizer};
use debrief_core::stage::{StageCx, StepError, StepResult, Stopped};
use debrief_core::transcript::{Turn, Turns};
use transcribe_cpp::{
    Backend, CancelToken, DiarizeExtension, DiarizeOptions, DiarizeSession, DiarizeSessionOptions, Error,
    Model, ModelOptions, Role, SortformerDiarizeOptions, SortformerPreset, SpeakerSegment,
};

use super::voice_clustering::voices_of;
use super::windows::{CUT, Cut, Open, Part, WindowEar, broke_off, hear, join, windows};
use super::{DiarizeSettings, SpeakerCount};

/// Name in the registry.
pub(super) const NAME: &str = "sortformer";

/// For people.
pub(super) const DESCRIBED: &str = "Sortformer (NVIDIA), fast, up to four speakers";

/// For the page.
const METHOD: &str = "Sortformer (NVIDIA), up to four speakers";

/// Most speakers that it tells apart.
pub(super) const MOST_SPEAKERS: usize = 4;

/// The method.
pub(super) struct Sortformer {
    model: PathBuf,
    count: SpeakerCount,
    voices: bool,
    cut: Cut,
}

impl Sortformer {
    /// With the settings' model file, which is not opened yet.
    ///
    /// # Errors
    /// No file is set.
    pub(super) fn new(settings: &DiarizeSettings) -> Result<Self, Failure> {
        let model = settings.sortformer_model.clone().ok_or_else(|| {
            Failure::person(
                FailureCode::ModelMissing,
                "The model Sortformer isn't on this computer.",
                "Get it among the models, or choose another method for speakers.",
            )
        })?;
        let count = settings.count();
        let count = SpeakerCount { max: count.max.min(MOST_SPEAKERS), ..count };
        Ok(Self { model, count, voices: settings.voices, cut: CUT })
    }

    /// Whether the file is there and looks like a model. Quick: it is not loaded.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or is something else.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let mut magic = [0; 4];
        let opened = std::fs::File::open(&self.model);
        match opened.and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic)) {
            Ok(()) if &magic == b"GGUF" => Ok(()),
            Ok(()) => Err(unusable(&self.model, "no GGUF file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(missing(&self.model)),
            Err(error) => Err(unusable(&self.model, error)),
        }
    }
}

fn missing(model: &Path) -> Failure {
    Failure::person(
        FailureCode::ModelMissing,
        format!("The model for speakers {} is not there.", model.display()),
        "Get it again, or choose another method for speakers in the settings.",
    )
}

fn unusable(model: &Path, detail: impl std::fmt::Display) -> Failure {
    Failure::person(
        FailureCode::ModelUnusable,
        format!("{} can't be used to tell speakers apart.", model.display()),
        "Set a GGUF file of Sortformer made for transcribe.cpp, or choose another method for speakers.",
    )
    .because(detail)
}

#[async_trait]
impl Diarizer for Sortformer {
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns> {
        self.check()?;
        let windows = windows(audio.duration_ms, self.cut);
        // Windows are joined by voices, too.
        let listens = self.voices || windows.len() > 1 || self.count.max < MOST_SPEAKERS;
        let by = format!("{NAME} {} {listens}", self.model.display());
        let (model, file, own) = (self.model.clone(), audio.file.clone(), cx.clone());
        let open: Open = Box::new(move || {
            let (session, cancel) = open(&model)?;
            Ok(Box::new(Ear { session, cancel, voices_from: listens.then_some((file, own)) }))
        });
        let parts = hear(audio, &windows, by, open, &cx).await?;
        let joined = join(&windows, &parts, self.count);
        let voices = if self.voices { joined.voices } else { BTreeMap::new() };
        Ok(Turns { turns: joined.turns, method: METHOD.into(), voices })
    }
}

fn open(path: &Path) -> Result<(DiarizeSession, CancelToken), Failure> {
    transcribe_cpp::disable_logging();
    let options = ModelOptions { backend: Backend::Cpu, ..ModelOptions::default() };
    let model = Model::load_with(path, &options).map_err(|error| unusable(path, error))?;
    if !model.roles().contains(Role::Diarize) {
        return Err(unusable(path, "it is a model for something else"));
    }
    // More threads are slower as soon as other work wants the cores: ggml's barriers spin.
    let one_thread = DiarizeSessionOptions { n_threads: 1 };
    let mut session = model.diarize_session_with(&one_thread).map_err(|error| unusable(path, error))?;
    let cancel = CancelToken::new();
    session.set_cancel_token(&cancel);
    Ok((session, cancel))
}

struct Ear {
    session: DiarizeSession,
    cancel: CancelToken,
    /// The recording, when it is to be heard how speakers sound: the model itself keeps nothing of it.
    voices_from: Option<(PathBuf, StageCx)>,
}

impl WindowEar for Ear {
    fn hear(&mut self, samples: &[i16], start_ms: u32) -> StepResult<Part> {
        if samples.is_empty() {
            return Ok(Part::default());
        }
        let samples: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let preset = Some(SortformerPreset::VeryHighLatency);
        let options = DiarizeOptions {
            family: Some(DiarizeExtension::Sortformer(SortformerDiarizeOptions { preset })),
        };
        let turns = match self.session.run(&samples, &options) {
            Ok(segments) => turns(&segments, start_ms),
            Err(Error::Aborted { .. }) => return Err(StepError::Stopped(Stopped)),
            // Too short to hear anything in it.
            Err(Error::InputTooShort(_)) => Vec::new(),
            // The library may add kinds of errors: whatever else it says, the model has failed.
            Err(error) => return Err(broke_off(error).into()),
        };
        let voices = match &self.voices_from {
            Some((file, cx)) => voices_of(file, &turns, cx)?,
            None => BTreeMap::new(),
        };
        Ok(Part { turns, voices })
    }

    fn cancel(&self) -> Option<Box<dyn Fn() + Send>> {
        let cancel = self.cancel.clone();
        Some(Box::new(move || cancel.cancel()))
    }
}

/// In order of time, overlaps and all.
fn turns(segments: &[SpeakerSegment], start_ms: u32) -> Vec<Turn> {
    let at = |ms: i64| start_ms.saturating_add(u32::try_from(ms.max(0)).unwrap_or(u32::MAX));
    let turns = segments.iter().filter(|segment| segment.t1_ms > segment.t0_ms).filter_map(|segment| {
        let speaker = u16::try_from(segment.speaker_id).ok()?.checked_sub(1)?;
        Some(Turn { start_ms: at(segment.t0_ms), end_ms: at(segment.t1_ms), speaker })
    });
    let mut turns: Vec<Turn> = turns.collect();
    turns.sort_by_key(|turn| turn.start_ms);
    turns
}

#[cfg(test)]
mod tests;
