//! Speech, for the window and the command line: engines, models in use, services and their keys, languages, speakers.

mod checks;
mod ears;
mod view;

#[cfg(test)]
mod tests;

use debrief_connect::models::{ModelState, Purpose};
use debrief_connect::transcribe::remote::{self, RemoteKey, RemoteSettings, Service};
use debrief_connect::transcribe::transcribe_cpp::gpus;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{ChineseScript, JobId, SpeechChoice, SubmitJob};
use debrief_core::secret::Secret;
use debrief_core::stage::Stage;

use crate::App;
use crate::google::Trouble;
use crate::settings::{Change, Value};
use crate::wishes::Wishes;
use crate::writing::rate;

use checks::check_engine;
pub(crate) use checks::{check_count, check_language, checked_base, checked_terms, refused};
pub(crate) use ears::{Ears, TRANSCRIBE_CPP};
pub use view::{EngineKind, SpeakerMethod, SpeakersView, SpeechEngine, SpeechService, SpeechView};

/// Languages to offer: those of the people who use Debrief first, then by number of speakers.
pub(crate) const LANGUAGES: [&str; 24] = [
    "zh-Hant", "en", "zh-Hans", "ja", "ko", "yue", "es", "fr", "de", "pt", "it", "nl", "pl", "ru", "uk",
    "tr", "vi", "th", "id", "hi", "ar", "he", "sv", "cs",
];

impl App {
    /// How speech becomes text, and what is ready for it.
    ///
    /// # Errors
    /// The database refused.
    pub async fn speech(&self) -> Result<SpeechView, Failure> {
        let settings = self.settings();
        let steps = self.steps.now();
        let ears = steps.ears();
        let (next_job, ready) = steps.next_engine().await;
        let models = self.ready_models();
        let engines = ears.engines().await.into_iter().map(|engine| SpeechEngine {
            models: if engine.name == TRANSCRIBE_CPP { models.clone() } else { Vec::new() },
            name: engine.name.to_owned(),
            described: engine.described.to_owned(),
            kind: if engine.is_local { EngineKind::Local } else { EngineKind::Service },
            ready: engine.ready.is_ok(),
            problem: engine.ready.err().map(Trouble::from),
            rough: engine.rough,
        });
        let mut services = Vec::new();
        for service in Service::ALL {
            services.push(service_view(ears.service(service)).await);
        }
        let methods = ears.diarizers().into_iter().map(|method| SpeakerMethod {
            name: method.name.to_owned(),
            described: method.described.to_owned(),
            ready: method.ready.is_ok(),
            problem: method.ready.err().map(Trouble::from),
        });
        Ok(SpeechView {
            engines: engines.collect(),
            engine: settings.speech.engine.clone(),
            model: ears.chosen_model().map(str::to_owned),
            next_job,
            problem: ready.err().map(Trouble::from),
            language: settings.speech.language.clone(),
            languages: LANGUAGES.map(str::to_owned).to_vec(),
            chinese: settings.speech.chinese,
            vocabulary: settings.speech.vocabulary.clone(),
            gpu: settings.speech.gpu.unwrap_or(true),
            gpus: gpus(),
            services,
            speakers: SpeakersView {
                method: settings.speakers.method.clone(),
                methods: methods.collect(),
                min: settings.speakers.min,
                max: settings.speakers.max,
                remember: settings.speakers.voices,
                voices: self.voices()?,
            },
            waiting_jobs: u32::try_from(self.waiting_for(is_of_speech)?.len()).unwrap_or(u32::MAX),
        })
    }

    /// Ids of the models for speech that are here.
    fn ready_models(&self) -> Vec<String> {
        let is_ready = |state: &ModelState| matches!(state, ModelState::Ready { .. });
        let listed = self.steps.now().ears().models().list().into_iter();
        let ready = listed.filter(|listed| {
            let purpose = listed.offered.as_ref().map_or(Purpose::Transcribe, |model| model.purpose);
            purpose == Purpose::Transcribe && is_ready(&listed.state)
        });
        ready.map(|listed| listed.id).collect()
    }

    /// The next jobs get that engine; none stands for the best one that is ready. For this machine's own engine `model` is one of the
    /// catalogue or a path; for a service, its name for the model.
    ///
    /// # Errors
    /// There is no such engine or model, or the settings can't be changed.
    pub async fn choose_engine(&self, engine: Option<&str>, model: Option<&str>) -> Result<(), Failure> {
        engine.map(check_engine).transpose()?;
        if let Some(model) = model {
            self.steps.now().ears().check_model_of(engine.unwrap_or(TRANSCRIBE_CPP), model)?;
        }
        let of_service =
            engine.and_then(Service::from_word).map(|service| format!("{}_model", service.info().word));
        let model = model.map(Value::from);
        let changes: Vec<Change<'_>> = match &of_service {
            Some(key) => vec![("speech", "engine", engine.map(Value::from)), ("services", key, model)],
            None => vec![("speech", "engine", engine.map(Value::from)), ("speech", "model", model)],
        };
        self.change_settings(&changes).await?;
        self.wake_jobs(is_of_speech)
    }

    /// The language of the next recordings, as BCP 47, and how Chinese is written; none leaves it to the engine.
    ///
    /// # Errors
    /// That is no language tag, or the settings can't be changed.
    pub async fn set_speech_language(
        &self,
        language: Option<&str>,
        chinese: Option<ChineseScript>,
    ) -> Result<(), Failure> {
        language.map(check_language).transpose()?;
        let chinese = chinese.map(|script| match script {
            ChineseScript::Traditional => Value::from("traditional"),
            ChineseScript::Simplified => Value::from("simplified"),
        });
        self.change_settings(&[
            ("speech", "language", language.map(Value::from)),
            ("speech", "chinese", chinese),
        ])
        .await
    }

    /// Names and terms that may be said in the next recordings. White space around them and repetitions are left out.
    ///
    /// # Errors
    /// There are too many, one is too long, or the settings can't be changed.
    pub async fn set_vocabulary(&self, words: &[String]) -> Result<(), Failure> {
        let terms: toml_edit::Array = checked_terms(words)?.into_iter().collect();
        let terms = (!terms.is_empty()).then(|| Value::from(terms));
        self.change_settings(&[("speech", "vocabulary", terms)]).await
    }

    /// Whether a graphics card is used where there is one.
    ///
    /// # Errors
    /// The settings can't be changed.
    pub async fn set_gpu(&self, on: bool) -> Result<(), Failure> {
        self.change_settings(&[("speech", "gpu", (!on).then(|| Value::from(false)))]).await
    }

    /// How the speakers of the next recordings are told apart, and how many there are, if that is known.
    ///
    /// # Errors
    /// There is no such method, the numbers don't fit each other, or the settings can't be changed.
    pub async fn set_speakers(
        &self,
        method: Option<&str>,
        min: Option<u16>,
        max: Option<u16>,
    ) -> Result<(), Failure> {
        let known = self.steps.now().ears().diarizers();
        if let Some(name) = method.filter(|name| known.iter().all(|method| method.name != *name)) {
            let names: Vec<&str> = known.iter().map(|method| method.name).collect();
            return Err(refused(
                format!("There is no method “{name}”."),
                format!("There are: {}.", names.join(", ")),
            ));
        }
        check_count(min, max)?;
        let number = |count: Option<u16>| count.map(|count| Value::from(i64::from(count)));
        self.change_settings(&[
            ("speakers", "method", method.map(Value::from)),
            ("speakers", "min", number(min)),
            ("speakers", "max", number(max)),
        ])
        .await
    }

    /// Whether it is kept with the next jobs how speakers sound, and remembered voices are known again.
    ///
    /// # Errors
    /// The settings can't be changed.
    pub async fn remember_voices(&self, on: bool) -> Result<(), Failure> {
        self.change_settings(&[("speakers", "voices", on.then(|| Value::from(true)))]).await
    }

    /// Keeps a service's key, once the service has taken it: a sentence for the person. Jobs that waited for it go on.
    ///
    /// # Errors
    /// There is no such service, it refuses the key or can't be asked, or the key can't be kept; the old one stays then.
    pub async fn set_speech_key(&self, service: &str, key: &str) -> Result<String, Failure> {
        let service = named(service)?;
        let key = Secret::new(key.trim());
        if key.expose().is_empty() {
            return Err(refused(
                "There is no key to keep.".into(),
                "Paste the key that the service gave you.",
            ));
        }
        let steps = self.steps.now();
        let set_up = steps.ears().service(service);
        let with_key = RemoteKey { given: Some(key.clone()), ..set_up.key.clone() };
        let taken = remote::test(&RemoteSettings { key: with_key, ..set_up.clone() }).await?;
        steps.secrets().set(&set_up.key_name(), key).await?;
        self.wake_jobs(is_of_speech)?;
        Ok(taken)
    }

    /// Forgets a service's key.
    ///
    /// # Errors
    /// There is no such service, or the keychain refuses.
    pub async fn remove_speech_key(&self, service: &str) -> Result<(), Failure> {
        let steps = self.steps.now();
        steps.secrets().delete(&steps.ears().service(named(service)?).key_name()).await
    }

    /// Asks a service whether it takes the key: a sentence for the person. Costs nothing.
    ///
    /// # Errors
    /// Why a job would fail there.
    pub async fn test_speech_service(&self, service: &str) -> Result<String, Failure> {
        remote::test(self.steps.now().ears().service(named(service)?)).await
    }

    /// Where an OpenAI-compatible service is, and which model is used; none stands for the usual.
    ///
    /// # Errors
    /// There is no such service, that is no address, or the settings can't be changed.
    pub async fn set_speech_service(
        &self,
        service: &str,
        base_url: Option<&str>,
        model: Option<&str>,
    ) -> Result<(), Failure> {
        let service = named(service)?;
        let key = format!("{}_model", service.info().word);
        // The usual one stays unset, so that a newer usual one is taken once there is one.
        let model = model.filter(|model| *model != service.info().model);
        let mut changes: Vec<Change<'_>> = vec![("services", &key, model.map(Value::from))];
        if service == Service::OpenAi {
            let base = base_url
                .map(str::trim)
                .filter(|base| !base.is_empty())
                .map(checks::checked_base)
                .transpose()?;
            changes.push(("services", "openai_url", base.map(|base| Value::from(base.as_str()))));
        }
        self.change_settings(&changes).await?;
        self.wake_jobs(is_of_speech)
    }

    /// Runs a job again with another engine or model, whatever it was submitted with; without either, with those of the
    /// settings. What came before its words is kept.
    ///
    /// # Errors
    /// There is no such job, engine or model, or the job is not at its end.
    pub fn retry_with_engine(
        &self,
        id: JobId,
        engine: Option<&str>,
        model: Option<&str>,
    ) -> Result<(), Failure> {
        let job = self.pool.store().job(id)?;
        let steps = self.steps.now();
        let wishes = Wishes {
            engine: engine.map(str::to_owned),
            model: model.map(str::to_owned),
            ..Wishes::default()
        };
        let SpeechChoice { engine, model, own_engine, .. } = steps.ears().wished(&wishes)?;
        let speech = steps.ears().labelled(SpeechChoice { engine, model, own_engine, ..job.request.speech });
        let rate = rate(&speech, job.request.notes.models.first());
        let request = SubmitJob { speech, rate, ..job.request };
        Ok(self.pool.retry(id, Some(Stage::Transcribe), Some(&request))?)
    }
}

/// Whether somebody who changes how speech is heard may have mended that.
pub(crate) fn is_of_speech(code: FailureCode) -> bool {
    use FailureCode as C;
    matches!(
        code,
        C::NoSpeechEngine
            | C::ModelMissing
            | C::ModelUnusable
            | C::ModelDamaged
            | C::NotEnoughMemory
            | C::SpeechKeyMissing
            | C::SpeechKeyRefused
            | C::SpeechCreditUsedUp
    )
}

fn named(service: &str) -> Result<Service, Failure> {
    let names = || Service::ALL.map(|service| service.info().word).join(", ");
    Service::from_word(service).ok_or_else(|| {
        refused(format!("There is no speech service “{service}”."), format!("There are: {}.", names()))
    })
}

async fn service_view(set_up: &RemoteSettings) -> SpeechService {
    let info = set_up.service.info();
    let kept = set_up.key.kept.get(&set_up.key_name()).await;
    SpeechService {
        name: info.word.to_owned(),
        described: info.name.to_owned(),
        host: set_up.base.host_str().unwrap_or_default().to_owned(),
        base_url: (set_up.service == Service::OpenAi).then(|| set_up.base.to_string()),
        models: info.models.iter().map(|model| (*model).to_owned()).collect(),
        model: set_up.model.clone(),
        has_key: set_up.key.given.is_some() || matches!(kept, Ok(Some(_))),
        key_optional: info.key_optional,
        from_environment: set_up.key.given.is_some(),
        note: info.note.map(str::to_owned),
    }
}
