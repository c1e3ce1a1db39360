//! Who finds names and writes the notes of a job: as the settings and the job choose them.

use std::sync::Arc;

use async_trait::async_trait;
use debrief_connect::identify::{SpeakerNames, VoiceBook};
use debrief_connect::keychain::Secrets;
use debrief_connect::llm::{Chain, LlmSettings, ModelSettings, Provider, RemoteKey};
use debrief_connect::summarize::{ExtractiveNotes, ModelNotes, Templates, template};
use debrief_core::failure::Failure;
use debrief_core::job::{ModelChoice, NotesChoice};
use debrief_core::notes::Notes;
use debrief_core::ports::{LanguageModel, Recording, SpeakerIdentifier, Summarizer};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::Transcript;

use super::has_own_address;
use super::spending::StoredLedger;
use crate::compose::key_in_environment;
use crate::home::Home;
use crate::settings::{self, Settings};
use crate::speech::{check_language, checked_terms};
use crate::wishes::Wishes;

/// The template where none is chosen.
const MEETING: &str = "meeting";

/// What stands in the place of a model where there is none.
const NOBODY: &str = "Nobody: sentences taken from the transcript";

/// Everybody who writes.
pub(crate) struct Writers {
    notes: settings::Notes,
    providers: Vec<ModelSettings>,
    templates: Templates,
    ledger: Arc<StoredLedger>,
}

impl Writers {
    pub(crate) fn new(
        settings: &Settings,
        home: &Home,
        ledger: Arc<StoredLedger>,
        secrets: &Secrets,
    ) -> Writers {
        let provider = |provider: Provider| {
            let base = settings.base_of_provider(provider);
            let own = if has_own_address(provider) { base.clone() } else { provider.base() };
            let given = key_in_environment(provider.info().word, &own, &base);
            ModelSettings {
                provider,
                model: provider.info().model.unwrap_or_default().to_owned(),
                base,
                key: RemoteKey { kept: secrets.clone(), given },
                window_tokens: settings.window_of(provider),
            }
        };
        Writers {
            notes: settings.notes.clone(),
            providers: Provider::ALL.into_iter().map(provider).collect(),
            templates: Templates::in_folder(home.data_folder().join("templates")),
            ledger,
        }
    }

    /// A provider, as the person has set it up.
    pub(crate) fn provider(&self, provider: Provider) -> &ModelSettings {
        let found = self.providers.iter().find(|set_up| set_up.provider == provider);
        found.expect("there is one for every provider")
    }

    /// A model of it.
    pub(crate) fn model(&self, provider: Provider, model: &str) -> ModelSettings {
        ModelSettings { model: model.to_owned(), ..self.provider(provider).clone() }
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    pub(crate) fn ledger(&self) -> &Arc<StoredLedger> {
        &self.ledger
    }

    /// The models of the settings, in their order.
    pub(crate) fn chosen(&self) -> Vec<ModelChoice> {
        let choice = |chosen: &settings::Model| ModelChoice {
            provider: chosen.provider.info().word.to_owned(),
            model: chosen.model.clone(),
        };
        self.notes.models.iter().map(choice).collect()
    }

    /// Id of the template of the settings.
    pub(crate) fn template(&self) -> &str {
        self.notes.template.as_deref().unwrap_or(MEETING)
    }

    /// How the next job's notes are written. A template that can't be read now gives way to that of a meeting.
    pub(crate) fn choice(&self) -> NotesChoice {
        let template = self.templates.get(self.template()).ok();
        self.labelled(NotesChoice {
            models: self.chosen(),
            template: Some(template.unwrap_or_else(template::meeting)),
            language: self.notes.language.clone(),
            glossary: self.notes.glossary.clone(),
            ..NotesChoice::default()
        })
    }

    /// The same, but for what is wished of one job alone.
    pub(crate) fn wished(&self, wishes: &Wishes) -> Result<NotesChoice, Failure> {
        let set = self.choice();
        wishes.notes_language.as_deref().map(check_language).transpose()?;
        let template = wishes.template.as_deref().map(|id| self.templates.get(id)).transpose()?;
        let models = match &wishes.models {
            Some(models) => models.iter().map(|model| named(model)).collect::<Result<_, _>>()?,
            None => set.models,
        };
        Ok(self.labelled(NotesChoice {
            models,
            template: template.or(set.template),
            language: wishes.notes_language.clone().or(set.language),
            participants: checked_terms(&wishes.participants)?,
            own_models: wishes.models.is_some(),
            ..set
        }))
    }

    /// The choice of a job that couldn't be done, with the models of now; what was chosen for it alone stays.
    pub(crate) fn anew(&self, job: &NotesChoice) -> NotesChoice {
        let models = if job.own_models { job.models.clone() } else { self.chosen() };
        self.labelled(NotesChoice { models, ..job.clone() })
    }

    fn labelled(&self, choice: NotesChoice) -> NotesChoice {
        let label =
            self.settings(&choice).first().map_or_else(|| NOBODY.to_owned(), ModelSettings::described);
        NotesChoice { label, ..choice }
    }

    /// The models of a job. A provider that this version doesn't know is passed over.
    fn settings(&self, choice: &NotesChoice) -> Vec<ModelSettings> {
        let known =
            |choice: &ModelChoice| Some(self.model(Provider::from_word(&choice.provider)?, &choice.model));
        choice.models.iter().filter_map(known).collect()
    }

    /// One chain serves one stage; `did` is what it does, for the person.
    fn chain(&self, choice: &NotesChoice, did: &'static str) -> Option<Arc<Chain>> {
        let models = self.settings(choice);
        let settings = LlmSettings { models, ledger: self.ledger.clone() };
        (!settings.models.is_empty()).then(|| Arc::new(Chain::new(settings, did)))
    }

    /// Who finds the speakers' names.
    pub(crate) fn identifier(
        &self,
        choice: &NotesChoice,
        voices: Option<Arc<dyn VoiceBook>>,
    ) -> Arc<dyn SpeakerIdentifier> {
        let model = self.chain(choice, "looked for the names").map(|chain| chain as Arc<dyn LanguageModel>);
        Arc::new(SpeakerNames::new(voices, choice.participants.clone(), model))
    }

    /// Who writes the notes.
    pub(crate) fn summarizer(&self, choice: &NotesChoice) -> Arc<dyn Summarizer> {
        match self.chain(choice, "wrote the notes") {
            Some(chain) => {
                let notes = ModelNotes::new(chain.clone(), choice);
                Arc::new(Writer { chain, notes })
            }
            None => Arc::new(ExtractiveNotes),
        }
    }
}

/// Language models that can be asked whether they could be asked.
struct Writer {
    chain: Arc<Chain>,
    notes: ModelNotes,
}

#[async_trait]
impl Summarizer for Writer {
    async fn ready(&self) -> Result<(), Failure> {
        self.chain.ready().await
    }

    async fn summarize(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Notes> {
        self.notes.summarize(transcript, recording, cx).await
    }
}

/// A model by `provider/model`.
pub(crate) fn named(text: &str) -> Result<ModelChoice, Failure> {
    let model = settings::Model::try_from(text.to_owned());
    let model = model.map_err(|problem| {
        crate::speech::refused(format!("{problem}."), "Name one as in anthropic/claude-sonnet-4-6.")
    })?;
    Ok(ModelChoice { provider: model.provider.info().word.to_owned(), model: model.model })
}
