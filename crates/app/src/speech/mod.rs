//! Speech, for the window and the command line: engines, models in use, services and their keys, languages, speakers.

mod ears;
mod view;

use debrief_connect::models::{ModelState, Purpose};
use debrief_connect::transcribe::remote::{self, RemoteKey, RemoteSettings, Service};
use debrief_connect::transcribe::transcribe_cpp::gpus;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{ChineseScript, JobId, JobStatus, SubmitJob};
use debrief_core::secret::Secret;
use url::Url;

use crate::App;
use crate::document::Document;
use crate::google::Trouble;
use crate::settings::{Change, Value};

pub(crate) use ears::{Ears, TRANSCRIBE_CPP};
pub use view::{
    EngineKind, JobSpeaker, SpeakerMethod, SpeakersView, SpeechEngine, SpeechService, SpeechView,
};

/// Languages to offer: those of the people who use Debrief first, then by number of speakers.
const LANGUAGES: [&str; 24] = [
    "zh-Hant", "en", "zh-Hans", "ja", "ko", "yue", "es", "fr", "de", "pt", "it", "nl", "pl", "ru", "uk",
    "tr", "vi", "th", "id", "hi", "ar", "he", "sv", "cs",
];

/// Longest term of the vocabulary, in characters, and how many there may be.
const LONGEST_TERM: usize = 80;
const MOST_TERMS: usize = 500;

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
    /// There is no such engine, or the settings can't be changed.
    pub async fn choose_engine(&self, engine: Option<&str>, model: Option<&str>) -> Result<(), Failure> {
        let known = self.steps.now().ears().engines().await;
        if let Some(name) = engine.filter(|name| known.iter().all(|engine| engine.name != *name)) {
            let names: Vec<&str> = known.iter().map(|engine| engine.name).collect();
            return Err(refused(
                format!("There is no speech engine “{name}”."),
                format!("There are: {}.", names.join(", ")),
            ));
        }
        let of_service =
            engine.and_then(Service::from_word).map(|service| format!("{}_model", service.info().word));
        let model = model.map(Value::from);
        let changes: Vec<Change<'_>> = match &of_service {
            Some(key) => vec![("speech", "engine", engine.map(Value::from)), ("services", key, model)],
            None => vec![("speech", "engine", engine.map(Value::from)), ("speech", "model", model)],
        };
        self.change_settings(&changes).await?;
        self.wake_speech_jobs()
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
        let is_tag = |tag: &str| {
            let mut parts = tag.split('-');
            parts.next().is_some_and(|first| (2..=3).contains(&first.len()))
                && tag.len() <= 35
                && tag
                    .split('-')
                    .all(|part| !part.is_empty() && part.chars().all(|sign| sign.is_ascii_alphanumeric()))
        };
        if let Some(tag) = language.filter(|tag| !is_tag(tag)) {
            let what = format!("“{tag}” is no language tag.");
            return Err(refused(
                what,
                "Give one like en, zh-Hant or zh-Hans; or none, and the engine finds out.",
            ));
        }
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
        let mut terms: Vec<String> = Vec::new();
        for word in words.iter().map(|word| word.split_whitespace().collect::<Vec<_>>().join(" ")) {
            if word.chars().count() > LONGEST_TERM {
                return Err(refused(
                    format!("“{word}” is too long."),
                    format!("A term has up to {LONGEST_TERM} characters."),
                ));
            }
            if !word.is_empty() && !terms.contains(&word) {
                terms.push(word);
            }
        }
        if terms.len() > MOST_TERMS {
            let what = format!("{} terms are too many.", terms.len());
            return Err(refused(what, format!("Keep the {MOST_TERMS} that matter most.")));
        }
        let terms: toml_edit::Array = terms.into_iter().collect();
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

    /// The speakers of a job.
    ///
    /// # Errors
    /// There is no such job, or nothing was transcribed yet.
    pub fn job_speakers(&self, id: JobId) -> Result<Vec<JobSpeaker>, Failure> {
        let speakers = Document::read(self.pool.store(), id)?.transcript.speakers.into_iter();
        let view = |speaker: debrief_core::transcript::Speaker| JobSpeaker {
            label: speaker.label,
            name: speaker.name,
            has_voice: speaker.voice.is_some(),
        };
        Ok(speakers.map(view).collect())
    }

    /// Keeps a service's key, once the service has taken it. Jobs that waited for it go on.
    ///
    /// # Errors
    /// There is no such service, it refuses the key or can't be asked, or the key can't be kept; the old one stays then.
    pub async fn set_speech_key(&self, service: &str, key: &str) -> Result<(), Failure> {
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
        remote::test(&RemoteSettings { key: with_key, ..set_up.clone() }).await?;
        steps.secrets().set(&service.key_name(), key).await?;
        self.wake_speech_jobs()
    }

    /// Forgets a service's key.
    ///
    /// # Errors
    /// There is no such service, or the keychain refuses.
    pub async fn remove_speech_key(&self, service: &str) -> Result<(), Failure> {
        self.steps.now().secrets().delete(&named(service)?.key_name()).await
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
        let mut changes: Vec<Change<'_>> = vec![("services", &key, model.map(Value::from))];
        if service == Service::OpenAi {
            let base =
                base_url.map(str::trim).filter(|base| !base.is_empty()).map(checked_base).transpose()?;
            changes.push(("services", "openai_url", base.map(|base| Value::from(base.as_str()))));
        }
        self.change_settings(&changes).await?;
        self.wake_speech_jobs()
    }

    /// Jobs that wait for something of speech look again, with the settings of now.
    pub(crate) fn wake_speech_jobs(&self) -> Result<(), Failure> {
        for job in self.pool.store().held_up()? {
            if matches!(&job.status, JobStatus::Waiting { fix, .. } if is_of_speech(fix.code)) {
                let request = SubmitJob { speech: self.steps.now().speech_choice(), ..job.request };
                // Another process may have been faster.
                let _ = self.pool.retry(job.id, None, Some(&request));
            }
        }
        Ok(())
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

/// Whether that many speakers can be asked for.
pub(crate) fn check_count(min: Option<u16>, max: Option<u16>) -> Result<(), Failure> {
    let fits = |count: &u16| (1..=50).contains(count);
    let in_order = min.zip(max).is_none_or(|(min, max)| min <= max);
    if min.iter().chain(max.iter()).all(fits) && in_order {
        return Ok(());
    }
    Err(refused("That is no number of speakers.".to_owned(), "Give 1 to 50, and the smaller number first."))
}

fn named(service: &str) -> Result<Service, Failure> {
    let names = || Service::ALL.map(|service| service.info().word).join(", ");
    Service::from_word(service).ok_or_else(|| {
        refused(format!("There is no speech service “{service}”."), format!("There are: {}.", names()))
    })
}

fn checked_base(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.filter(|url| url.query().is_none() && url.username().is_empty()).ok_or_else(|| {
        refused(format!("“{text}” is no base address."), "Give one like http://127.0.0.1:8000/v1.")
    })
}

fn refused(what: String, fix: impl Into<String>) -> Failure {
    Failure::never(FailureCode::BadRequest, what, fix)
}

async fn service_view(set_up: &RemoteSettings) -> SpeechService {
    let info = set_up.service.info();
    let kept = set_up.key.kept.get(&set_up.service.key_name()).await;
    let is_own = set_up.service == Service::OpenAi && set_up.base != set_up.service.base();
    SpeechService {
        name: info.word.to_owned(),
        described: info.name.to_owned(),
        host: set_up.base.host_str().unwrap_or_default().to_owned(),
        base_url: is_own.then(|| set_up.base.to_string()),
        models: info.models.iter().map(|model| (*model).to_owned()).collect(),
        model: set_up.model.clone(),
        has_key: set_up.key.given.is_some() || matches!(kept, Ok(Some(_))),
        key_optional: info.key_optional,
        from_environment: set_up.key.given.is_some(),
        note: info.note.map(str::to_owned),
    }
}
