//! Models for the window and the command line: what is offered, what is here, and how fast it is.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use debrief_connect::media::{self, MediaDecoder};
use debrief_connect::models::{
    Checked, ListedModel, Machine, ModelNews, ModelState, Purpose, Rank, Run, recommend,
};
use debrief_connect::transcribe::transcribe_cpp::gpus;
use debrief_connect::transcribe::{self, SpeechSettings};
use debrief_core::failure::{Failure, FailureCode, Warning};
use debrief_core::job::JobId;
use debrief_core::ports::{AudioDecoder, Hints, Recording};
use debrief_core::stage::{Progress, StageCx, StageHost, StepError};
use serde::Serialize;
use tokio::sync::broadcast;

use crate::App;
use crate::google::Trouble;
use crate::sample;
use crate::settings;
use crate::speech::TRANSCRIBE_CPP;

/// What the window shows about models.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ModelsView {
    /// Those on offer, then the files that were added.
    pub models: Vec<ModelView>,
    /// Where they are kept.
    pub folder: String,
    /// Free space there, in bytes; zero if the system doesn't say.
    pub free_bytes: f64,
    /// This machine's memory, in bytes.
    pub memory_bytes: f64,
    /// Its processors.
    pub cores: u32,
    /// Graphics processors that an engine of this build can use.
    pub gpus: Vec<String>,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ModelView {
    /// For settings; `file:NAME` for a file that was added.
    pub id: String,
    /// For people.
    pub name: String,
    /// `transcribe` or `speakers`.
    pub purpose: String,
    /// BCP 47, or `many` alone; empty if unknown.
    pub languages: Vec<String>,
    /// Size on disk, or of the download.
    pub size_bytes: f64,
    /// An estimate of what it needs while it runs; zero if unknown.
    pub memory_bytes: f64,
    /// Short name of its licence; empty if unknown.
    pub licence: String,
    /// What the licence wants to be shown.
    pub attribution: String,
    /// The web page that it comes from; empty for a file that was added.
    pub source: String,
    /// How it stands.
    pub state: ModelStateView,
    /// `verified`, `pinned` or `unchecked` once it is ready.
    pub checked: Option<String>,
    /// Measured here, in times real time.
    pub speed: Option<f64>,
    /// `best` or `fast`.
    pub recommended: Option<String>,
    /// Whether the next job gets it.
    pub chosen: bool,
    /// Nobody who makes Debrief ever ran these weights.
    pub never_run: bool,
}

/// How a model stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModelStateView {
    /// Nothing of it is here.
    Absent,
    /// On its way.
    Downloading {
        /// Bytes that have arrived.
        bytes: f64,
        /// Bytes that it has.
        total: f64,
        /// Bytes a second.
        rate_bytes_per_s: Option<f64>,
        /// Seconds that are left.
        eta_s: Option<f64>,
        /// It had to begin anew.
        started_again: bool,
    },
    /// Part of it is here.
    Paused {
        /// Bytes that have arrived.
        bytes: f64,
        /// Bytes that it has.
        total: f64,
    },
    /// Its bytes are being checked.
    Verifying,
    /// It can be used.
    Ready,
    /// The last download failed.
    Failed {
        /// Why, and what to do.
        problem: Trouble,
    },
}

/// One model has changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ModelChange {
    /// Its id.
    pub id: String,
    /// How it stands now.
    pub state: ModelStateView,
}

impl App {
    /// Every model, and what this machine has for them.
    pub fn models(&self) -> ModelsView {
        let machine = Machine::here(gpus());
        let language = self.settings().speech.language;
        let steps = self.steps.now();
        let models = steps.ears().models();
        let next = steps.speech_choice().model;
        let recommended = recommend(&machine, language.as_deref(), models.catalogue());
        let views = models.list().into_iter().map(|listed| {
            let rank = recommended.iter().find(|found| found.model.id == listed.id).map(|found| found.rank);
            ModelView {
                recommended: rank.map(|rank| rank_word(rank).to_owned()),
                chosen: next.as_deref() == Some(listed.id.as_str()),
                ..view(listed)
            }
        });
        ModelsView {
            models: views.collect(),
            folder: models.folder().display().to_string(),
            free_bytes: models.free_bytes().unwrap_or(0) as f64,
            memory_bytes: machine.memory_bytes as f64,
            cores: machine.cores,
            gpus: machine.gpus,
        }
    }

    /// Begins to download a model, or goes on where it stopped.
    ///
    /// # Errors
    /// It is not on offer, another process downloads it, or its folder can't be made.
    pub fn get_model(&self, id: &str) -> Result<ModelsView, Failure> {
        self.steps.now().ears().models().get(id)?;
        Ok(self.models())
    }

    /// Stops a download; what has arrived is kept.
    pub async fn pause_model(&self, id: &str) -> ModelsView {
        self.steps.now().ears().models().pause(id).await;
        self.models()
    }

    /// Stops a download and removes what has arrived of it.
    ///
    /// # Errors
    /// Another process downloads it, or the disk refuses.
    pub async fn cancel_model(&self, id: &str) -> Result<ModelsView, Failure> {
        self.steps.now().ears().models().cancel(id).await?;
        Ok(self.models())
    }

    /// Removes a model; answers the name of the one that is best now for the same purpose, too.
    ///
    /// # Errors
    /// There is none of that id, another process downloads it, or the disk refuses.
    pub async fn remove_model(&self, id: &str) -> Result<(ModelsView, Option<String>), Failure> {
        let replacement = self.steps.now().ears().models().remove(id).await?.replacement;
        Ok((self.models(), replacement))
    }

    /// Adds a model file that is on this machine; answers its id, too. With `move_it` it goes from where it was.
    ///
    /// # Errors
    /// The file can't be read, is no model or a damaged one, or the disk has no room.
    pub async fn add_model_file(&self, path: &Path, move_it: bool) -> Result<(ModelsView, String), Failure> {
        let (models, path) = (self.steps.now().ears().models().clone(), path.to_owned());
        let adding = tokio::task::spawn_blocking(move || models.add_file(&path, move_it));
        let id = adding.await.map_err(Failure::internal)??;
        Ok((self.models(), id))
    }

    /// Moves all models to another folder, which the settings name from then on.
    ///
    /// # Errors
    /// A download is under way, or the folder can't be used or has no room.
    pub async fn move_models(&self, folder: &Path) -> Result<ModelsView, Failure> {
        let (models, folder) = (self.steps.now().ears().models().clone(), folder.to_owned());
        let settings = self.home.settings_file();
        let moving = tokio::task::spawn_blocking(move || {
            models.move_to(&folder, |folder| {
                let folder = folder.display().to_string();
                settings::change(&settings, &[("models", "folder", Some(folder.into()))])
            })
        });
        moving.await.map_err(Failure::internal)??;
        self.change_settings(&[]).await?;
        Ok(self.models())
    }

    /// Waits until this process downloads the model no more; answers how it stands then.
    pub async fn model_settled(&self, id: &str) -> ModelStateView {
        self.steps.now().ears().models().settled(id).await.into()
    }

    /// Changes from now on: progress at most ten times a second for each model.
    pub fn models_news(&self) -> broadcast::Receiver<ModelNews> {
        self.steps.now().ears().models().news()
    }

    /// Lets a model transcribe the bundled sample, or its first seconds, and keeps its speed: times real time.
    ///
    /// # Errors
    /// It is not here, is not for transcribing, or can't be run.
    pub async fn bench_model(&self, id: &str, seconds: Option<u32>) -> Result<f64, Failure> {
        let models = self.steps.now().ears().models().clone();
        if models.catalogue().model(id).is_ok_and(|model| model.purpose == Purpose::Speakers) {
            return Err(Failure::never(
                FailureCode::BadRequest,
                "The speed of models for speakers can't be measured yet.",
                "Measure a model that transcribes; `debrief models list` shows them.",
            ));
        }
        let settings = SpeechSettings {
            engine: TRANSCRIBE_CPP.to_owned(),
            model: Some(self.steps.now().ears().models().path(id)?),
            ..SpeechSettings::default()
        };
        let engine = transcribe::engine(&settings)?;
        let desk = tempfile::tempdir().map_err(Failure::store)?;
        let cx = StageCx::new(JobId(uuid::Uuid::new_v4()), desk.path(), Arc::new(Unwatched));
        let file = sample::unpack(&self.home.sample_file())?;
        let recording = Recording {
            name: "sample.opus".to_owned(),
            size_bytes: sample::SAMPLE.len() as u64,
            created: jiff::civil::Date::constant(2026, 1, 1),
            location: file.display().to_string(),
            attachments: Vec::new(),
            drive: None,
            file,
        };
        let whole = MediaDecoder::without_ffmpeg().decode(&recording, cx.clone()).await.map_err(failure)?;
        let audio = match seconds {
            Some(seconds) => media::beginning(&whole, seconds.saturating_mul(1000))?,
            None => whole,
        };
        let began = Instant::now();
        engine.transcribe(&audio, &Hints::default(), cx).await.map_err(failure)?;
        let speed = f64::from(audio.duration_ms) / 1000.0 / began.elapsed().as_secs_f64().max(1e-3);
        self.steps.now().ears().models().measured(id, speed)?;
        Ok(speed)
    }
}

/// Nobody follows a measurement, and it keeps nothing.
struct Unwatched;

#[async_trait]
impl StageHost for Unwatched {
    fn progress(&self, _: Progress) {}

    fn stopped(&self) -> bool {
        false
    }

    async fn stop_requested(&self) {
        std::future::pending().await
    }

    fn bookmark(&self) -> Option<serde_json::Value> {
        None
    }

    fn save_bookmark(&self, _: serde_json::Value, _: f64) -> Result<(), Failure> {
        Ok(())
    }

    fn warn(&self, _: Warning) {}
}

fn failure(error: StepError) -> Failure {
    match error {
        StepError::Failed(failure) => failure,
        StepError::Stopped(stopped) => Failure::internal(stopped),
    }
}

fn rank_word(rank: Rank) -> &'static str {
    match rank {
        Rank::Best => "best",
        Rank::Fast => "fast",
    }
}

fn view(listed: ListedModel) -> ModelView {
    let ListedModel { id, offered, state, size_bytes, speed } = listed;
    let checked = match &state {
        ModelState::Ready { checked } => Some(match checked {
            Checked::Verified => "verified",
            Checked::Pinned => "pinned",
            Checked::Unchecked => "unchecked",
        }),
        ModelState::NotDownloaded
        | ModelState::Downloading { .. }
        | ModelState::Paused { .. }
        | ModelState::Verifying
        | ModelState::Failed { .. } => None,
    };
    let purpose = match offered.as_ref().map(|model| model.purpose) {
        Some(Purpose::Speakers) => "speakers",
        Some(Purpose::Transcribe) | None => "transcribe",
    };
    ModelView {
        name: match &offered {
            Some(model) => model.name.clone(),
            None => id.strip_prefix("file:").unwrap_or(&id).to_owned(),
        },
        purpose: purpose.to_owned(),
        size_bytes: size_bytes as f64,
        memory_bytes: offered.as_ref().map_or(0.0, |model| model.memory_bytes as f64),
        source: offered
            .as_ref()
            .map_or_else(String::new, |model| format!("https://huggingface.co/{}", model.repository)),
        never_run: offered.as_ref().is_none_or(|model| model.run == Run::Never),
        checked: checked.map(str::to_owned),
        state: state.into(),
        speed,
        recommended: None,
        chosen: false,
        languages: offered.as_ref().map(|model| model.languages.clone()).unwrap_or_default(),
        licence: offered.as_ref().map(|model| model.licence.clone()).unwrap_or_default(),
        attribution: offered.map(|model| model.attribution).unwrap_or_default(),
        id,
    }
}

impl From<ModelState> for ModelStateView {
    fn from(state: ModelState) -> Self {
        match state {
            ModelState::NotDownloaded => ModelStateView::Absent,
            ModelState::Downloading { bytes, total, rate_bytes_per_s, eta_s, started_again } => {
                let (bytes, total) = (bytes as f64, total as f64);
                ModelStateView::Downloading { bytes, total, rate_bytes_per_s, eta_s, started_again }
            }
            ModelState::Paused { bytes, total } => {
                ModelStateView::Paused { bytes: bytes as f64, total: total as f64 }
            }
            ModelState::Verifying => ModelStateView::Verifying,
            ModelState::Ready { .. } => ModelStateView::Ready,
            ModelState::Failed { failure } => ModelStateView::Failed { problem: failure.into() },
        }
    }
}

impl From<ModelNews> for ModelChange {
    fn from(news: ModelNews) -> Self {
        ModelChange { id: news.id, state: news.state.into() }
    }
}
