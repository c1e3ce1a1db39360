//! Which engine hears a job, and what tells its speakers apart: as the settings and the job choose them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use debrief_connect::diarize::{self, DiarizeSettings, DiarizerInfo};
use debrief_connect::keychain::Secrets;
use debrief_connect::llm::Ledger;
use debrief_connect::models::{CatalogueModel, ModelState, Models, Purpose};
use debrief_connect::transcribe::remote::{RemoteKey, RemoteSettings, Service};
use debrief_connect::transcribe::{self, EngineInfo, SpeechSettings};
use debrief_core::failure::Failure;
use debrief_core::job::{SpeakersChoice, SpeechChoice};
use debrief_core::ports::{Audio, Diarizer, Hints, Transcriber};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{Turns, Words};

use crate::compose::key_in_environment;
use crate::settings::{self, Settings};
use crate::wishes::Wishes;

use super::checks::{check_engine, check_language, checked_terms, refused};

/// Engines with the names that are looked for here.
pub(crate) const TRANSCRIBE_CPP: &str = "transcribe-cpp";
const POCKETSPHINX: &str = "pocketsphinx";

/// Models for speakers, by their ids in the catalogue.
const SPEAKRS_MODEL: &str = "speakrs-community-1";
const SORTFORMER_MODEL: &str = "sortformer-4spk-v2.1";

/// Everything that hears.
pub(crate) struct Ears {
    speech: settings::Speech,
    speakers: settings::Speakers,
    services: Vec<RemoteSettings>,
    models: Models,
}

impl Ears {
    pub(crate) fn new(
        settings: &Settings,
        models: Models,
        secrets: &Secrets,
        ledger: Arc<dyn Ledger>,
    ) -> Ears {
        let service = |service: Service| RemoteSettings {
            service,
            base: settings.base_of(service),
            model: settings.model_of(service),
            language: None,
            key: RemoteKey {
                kept: secrets.clone(),
                given: key_in_environment(service.info().word, &service.base(), &settings.base_of(service)),
            },
            ledger: Some(ledger.clone()),
        };
        Ears {
            speech: settings.speech.clone(),
            speakers: settings.speakers.clone(),
            services: Service::ALL.into_iter().map(service).collect(),
            models,
        }
    }

    /// The models on this machine.
    pub(crate) fn models(&self) -> &Models {
        &self.models
    }

    /// A service, as the person has set it up.
    pub(crate) fn service(&self, service: Service) -> &RemoteSettings {
        let found = self.services.iter().find(|set_up| set_up.service == service);
        found.expect("there is one for every service")
    }

    /// The engine, model and language that the next job gets.
    pub(crate) fn speech_choice(&self) -> SpeechChoice {
        self.labelled(self.set())
    }

    /// What the settings say, as far as they do.
    fn set(&self) -> SpeechChoice {
        let speech = &self.speech;
        SpeechChoice {
            engine: speech.engine.clone(),
            model: self.chosen_model().map(str::to_owned),
            language: speech.language.clone(),
            chinese: speech.chinese,
            vocabulary: speech.vocabulary.clone(),
            ..SpeechChoice::default()
        }
    }

    /// The choice of the next job, but for what is wished of that one alone.
    pub(crate) fn wished(&self, wishes: &Wishes) -> Result<SpeechChoice, Failure> {
        let set = self.set();
        wishes.engine.as_deref().map(check_engine).transpose()?;
        wishes.language.as_deref().map(check_language).transpose()?;
        let own_engine = wishes.engine.is_some() || wishes.model.is_some();
        let (engine, model) = match (&wishes.engine, &wishes.model) {
            (None, None) => (set.engine, set.model),
            (Some(engine), None) if engine == TRANSCRIBE_CPP => {
                (Some(engine.clone()), self.speech.model.clone())
            }
            (Some(engine), None) => (Some(engine.clone()), None),
            // A model of this machine's own engine names that one, too; any other belongs to the service of the settings.
            (engine, Some(model)) => {
                let of_service = engine.as_deref().or(set.engine.as_deref()).and_then(Service::from_word);
                let own = || self.check_model(model).is_ok().then(|| TRANSCRIBE_CPP.to_owned());
                let service = || of_service.map(|service| service.info().word.to_owned());
                let engine = engine.clone().or_else(own).or_else(service);
                let engine = engine.unwrap_or_else(|| TRANSCRIBE_CPP.to_owned());
                self.check_model_of(&engine, model)?;
                (Some(engine), Some(model.clone()))
            }
        };
        let own_language = wishes.language.is_some() || wishes.chinese.is_some();
        // A tag like zh-Hans says how Chinese is written.
        let says_script = wishes.language.as_deref().is_some_and(|tag| tag.contains('-'));
        Ok(self.labelled(SpeechChoice {
            engine,
            model,
            language: wishes.language.clone().or(set.language),
            chinese: wishes.chinese.or(set.chinese.filter(|_| !says_script)),
            vocabulary: checked_terms(&[set.vocabulary, wishes.vocabulary.clone()].concat())?,
            ignore_transcripts: wishes.ignore_transcripts,
            own_engine,
            own_language,
            ..SpeechChoice::default()
        }))
    }

    /// Whether an engine could have that model. What services have they know themselves.
    pub(crate) fn check_model_of(&self, engine: &str, model: &str) -> Result<(), Failure> {
        match engine {
            TRANSCRIBE_CPP => self.check_model(model),
            POCKETSPHINX => Err(refused(
                format!("{POCKETSPHINX} has only one model."),
                format!("Leave the model out, or choose the engine {TRANSCRIBE_CPP}."),
            )),
            _ => Ok(()), // A service.
        }
    }

    /// Whether that names a model for speech, which may still have to be downloaded.
    fn check_model(&self, model: &str) -> Result<(), Failure> {
        if is_path(model) {
            let missing = || {
                refused(
                    format!("There is no model file at {model}."),
                    "Check the path, or give a model's id.",
                )
            };
            return Path::new(model).is_file().then_some(()).ok_or_else(missing);
        }
        match self.models.catalogue().model(model) {
            Ok(offered) if offered.purpose == Purpose::Transcribe => Ok(()),
            Ok(offered) => Err(refused(
                format!("{} tells speakers apart; it can't transcribe.", offered.name),
                "Choose another model; `debrief models list` shows them.",
            )),
            Err(unknown) => self.models.path(model).map(drop).map_err(|_| unknown), // One that was added.
        }
    }

    /// The choice of a job that couldn't be done, from the settings of now; what was chosen for it alone stays.
    pub(crate) fn anew(&self, job: &SpeechChoice) -> SpeechChoice {
        let set = self.set();
        let (engine, model) = match job.own_engine {
            true => (job.engine.clone(), job.model.clone()),
            false => (set.engine, set.model),
        };
        let (language, chinese) = match job.own_language {
            true => (job.language.clone(), job.chinese),
            false => (set.language, set.chinese),
        };
        let mut vocabulary = set.vocabulary;
        vocabulary
            .extend(job.vocabulary.iter().filter(|term| !self.speech.vocabulary.contains(term)).cloned());
        self.labelled(SpeechChoice { engine, model, language, chinese, vocabulary, ..job.clone() })
    }

    /// The model that the person chose for this machine's own engine. A service has its own.
    pub(crate) fn chosen_model(&self) -> Option<&str> {
        let is_service = self.speech.engine.as_deref().and_then(Service::from_word).is_some();
        self.speech.model.as_deref().filter(|_| !is_service)
    }

    /// A choice with engine and model fixed and named: where none is chosen, the best model that is here, or else what needs none.
    pub(crate) fn labelled(&self, choice: SpeechChoice) -> SpeechChoice {
        let best = || self.best_model(choice.language.as_deref());
        let engine =
            choice.engine.clone().unwrap_or_else(|| match choice.model.is_some() || best().is_some() {
                true => TRANSCRIBE_CPP.to_owned(),
                false => POCKETSPHINX.to_owned(),
            });
        let model = match Service::from_word(&engine) {
            Some(service) => choice.model.clone().or_else(|| Some(self.service(service).model.clone())),
            None if engine == TRANSCRIBE_CPP => choice.model.clone().or_else(best),
            // Another engine's model would only confuse the job's row.
            None => None,
        };
        let choice = SpeechChoice { engine: Some(engine), model, ..choice };
        SpeechChoice { label: self.transcriber(&choice).label(), ..choice }
    }

    /// The best model that is ready and understands the language; many languages, if none is chosen.
    fn best_model(&self, language: Option<&str>) -> Option<String> {
        let catalogue = self.models.catalogue();
        let understands = |model: &&CatalogueModel| {
            model.purpose == Purpose::Transcribe
                && language.map_or(model.understands_many(), |language| model.understands(language))
        };
        let is_ready = |id: &str| matches!(self.models.state(id), ModelState::Ready { .. });
        let mut fitting = catalogue.models.iter().filter(understands);
        fitting.find(|model| is_ready(&model.id)).map(|model| model.id.clone())
    }

    /// Every speech engine, and whether it could start now.
    pub(crate) async fn engines(&self) -> Vec<EngineInfo> {
        let model = self.chosen_model().map(str::to_owned);
        let model = model.or_else(|| self.best_model(self.speech.language.as_deref()));
        let file = model.and_then(|model| self.model_file(&model).ok());
        transcribe::engines(&SpeechSettings { model: file, ..self.settings(&self.speech_choice()) }).await
    }

    fn settings(&self, choice: &SpeechChoice) -> SpeechSettings {
        let with_model = |set_up: &RemoteSettings| match &choice.model {
            Some(model) if choice.engine.as_deref() == Some(set_up.service.info().word) => {
                RemoteSettings { model: model.clone(), ..set_up.clone() }
            }
            Some(_) | None => set_up.clone(),
        };
        SpeechSettings {
            engine: choice.engine.clone().unwrap_or_else(|| POCKETSPHINX.to_owned()),
            model: None,
            language: choice.language.clone(),
            chinese: choice.chinese,
            gpu: self.speech.gpu.unwrap_or(true),
            pocketsphinx_model: self.speech.pocketsphinx_model.clone(),
            services: self.services.iter().map(with_model).collect(),
        }
    }

    /// The engine of a job.
    pub(crate) fn transcriber(&self, choice: &SpeechChoice) -> Arc<dyn Transcriber> {
        let mut settings = self.settings(choice);
        let opened = match choice.model.as_deref().filter(|_| settings.engine == TRANSCRIBE_CPP) {
            Some(model) => self.model_file(model).map(|file| settings.model = Some(file)),
            None => Ok(()),
        };
        let opened = opened.and_then(|()| transcribe::engine(&settings));
        let engine = opened.unwrap_or_else(|failure| {
            let label = choice.model.clone().unwrap_or_else(|| settings.engine.clone());
            // A transcript that comes with the recording needs no engine, but is written as the person wants it.
            transcribe::in_script(Arc::new(NoEngine { label, failure }), &settings)
        });
        match choice.model.clone().filter(|model| settings.model.is_some() && !is_path(model)) {
            Some(model) => Arc::new(Timed { engine, model, models: self.models.clone() }),
            None => engine,
        }
    }

    /// A model's file: of the catalogue or added, or wherever the person has it.
    fn model_file(&self, model: &str) -> Result<PathBuf, Failure> {
        if is_path(model) { Ok(PathBuf::from(model)) } else { self.models.path(model) }
    }

    /// How the next job tells speakers apart.
    pub(crate) fn speakers_choice(&self) -> SpeakersChoice {
        SpeakersChoice {
            method: self.speakers.method.clone(),
            min: self.speakers.min,
            max: self.speakers.max,
            voices: self.speakers.voices,
        }
    }

    /// Every method that tells speakers apart, and whether it could start now.
    pub(crate) fn diarizers(&self) -> Vec<DiarizerInfo> {
        diarize::diarizers(&self.diarize_settings(&self.speakers_choice()))
    }

    /// What tells the speakers of a job apart.
    pub(crate) fn diarizer(&self, choice: &SpeakersChoice) -> Arc<dyn Diarizer> {
        let found = diarize::diarizer(&self.diarize_settings(choice));
        found.unwrap_or_else(|failure| Arc::new(NoDiarizer(failure)))
    }

    fn diarize_settings(&self, choice: &SpeakersChoice) -> DiarizeSettings {
        DiarizeSettings {
            method: choice.method.clone(),
            min: choice.min,
            max: choice.max,
            voices: choice.voices,
            speakrs_model: self.models.path(SPEAKRS_MODEL).ok(),
            sortformer_model: self.models.path(SORTFORMER_MODEL).ok(),
        }
    }
}

/// Whether a model is named by where its file is.
fn is_path(model: &str) -> bool {
    let by_ending = Path::new(model).extension().is_some_and(|ending| ending == "bin" || ending == "gguf");
    model.contains(['/', '\\']) || (by_ending && !model.starts_with("file:"))
}

/// Stands where an engine should be that can't be had now: the job comes as far as it can, then says why.
struct NoEngine {
    label: String,
    failure: Failure,
}

#[async_trait]
impl Transcriber for NoEngine {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), Failure> {
        Err(self.failure.clone())
    }

    async fn transcribe(&self, _: &Audio, _: &Hints, _: StageCx) -> StepResult<Words> {
        Err(self.failure.clone().into())
    }
}

/// An engine whose speed with a model of the catalogue is taken note of.
struct Timed {
    engine: Arc<dyn Transcriber>,
    model: String,
    models: Models,
}

#[async_trait]
impl Transcriber for Timed {
    fn label(&self) -> String {
        self.engine.label()
    }

    fn is_local(&self) -> bool {
        self.engine.is_local()
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.engine.ready().await
    }

    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words> {
        // What goes on in the middle says nothing of the whole.
        let is_whole = cx.parts::<serde_json::Value>()?.is_empty();
        let began = Instant::now();
        let words = self.engine.transcribe(audio, hints, cx).await?;
        let took_s = began.elapsed().as_secs_f64();
        if is_whole && took_s > 0.0 {
            let speed = f64::from(audio.duration_ms) / 1000.0 / took_s;
            if let Err(failure) = self.models.measured(&self.model, speed) {
                tracing::warn!(what = failure.what, "the speed of a model can't be kept");
            }
        }
        Ok(words)
    }

    async fn written(&self, given: Words) -> StepResult<Words> {
        self.engine.written(given).await
    }
}

/// Stands where a method for speakers should be that can't be had: the transcript goes on without speakers, and says why.
struct NoDiarizer(Failure);

#[async_trait]
impl Diarizer for NoDiarizer {
    async fn diarize(&self, _: &Audio, _: StageCx) -> StepResult<Turns> {
        Err(self.0.clone().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_named_by_its_id_or_by_where_its_file_is() {
        for path in ["/models/ggml-base.bin", "ggml-base.bin", "C:\\models\\a.gguf", "models/a"] {
            assert!(is_path(path), "{path}");
        }
        for id in ["whisper-base", "parakeet-tdt-0.6b-v3", "file:ggml-base.bin"] {
            assert!(!is_path(id), "{id}");
        }
    }
}
