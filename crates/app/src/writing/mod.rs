//! Names and notes, for the window and the command line: language models and their keys, templates, what it costs, and
//! whether anything leaves this machine at all.

mod spending;
mod view;
mod writers;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use debrief_connect::http;
use debrief_connect::llm::{self, ModelSettings, Provider, RemoteKey};
use debrief_connect::summarize::template::preview;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ModelChoice;
use debrief_core::secret::Secret;

use crate::App;
use crate::google::Trouble;
use crate::settings::{Change, Value};
use crate::speech::{LANGUAGES, check_language, checked_base, checked_terms, refused};

pub(crate) use spending::{StoredLedger, rate};
pub use view::{CostEstimate, NotesProvider, NotesView, SpendingLine, SpendingView, TemplateView};
pub(crate) use writers::Writers;

/// Most models that stand in for each other.
const MOST_MODELS: usize = 10;
/// The smallest and the largest number of tokens that a model may be said to read at once.
const WINDOWS: std::ops::RangeInclusive<u32> = 4_096..=4_000_000;
/// An estimate is for an hour where the length isn't known.
const AN_HOUR_MS: u32 = 3_600_000;

impl App {
    /// Who writes notes, with which template, and what it costs.
    ///
    /// # Errors
    /// The database refused.
    pub async fn notes(&self) -> Result<NotesView, Failure> {
        let settings = self.settings();
        let steps = self.steps.now();
        let writers = steps.writers();
        let choice = writers.choice();
        let ready = writers.summarizer(&choice).ready().await;
        let mut providers = Vec::new();
        for provider in Provider::ALL {
            providers.push(provider_view(writers.provider(provider)).await);
        }
        Ok(NotesView {
            providers,
            models: writers.chosen(),
            next_job: choice.label,
            problem: ready.err().map(Trouble::from),
            language: settings.notes.language.clone(),
            languages: LANGUAGES.map(str::to_owned).to_vec(),
            templates: template_views(writers),
            template: writers.template().to_owned(),
            templates_folder: writers.templates().folder().display().to_string(),
            glossary: settings.notes.glossary.clone(),
            spending: writers.ledger().view()?,
            local_only: settings.privacy.local_only,
            waiting_jobs: u32::try_from(self.waiting_for(is_of_notes)?.len()).unwrap_or(u32::MAX),
        })
    }

    /// The next jobs ask these language models, in this order; none at all: sentences are taken from the transcript.
    ///
    /// # Errors
    /// There is no such provider, one is named twice, or the settings can't be changed.
    pub async fn set_notes_models(&self, models: &[ModelChoice]) -> Result<(), Failure> {
        if models.len() > MOST_MODELS {
            let what = format!("{} language models are too many.", models.len());
            return Err(refused(what, format!("Choose up to {MOST_MODELS}.")));
        }
        let mut names: Vec<String> = Vec::new();
        for ModelChoice { provider, model } in models {
            let name = format!("{provider}/{}", model.trim());
            writers::named(&name)?;
            if names.contains(&name) {
                return Err(refused(format!("{name} is there twice."), "Name every model once."));
            }
            names.push(name);
        }
        let names: toml_edit::Array = names.into_iter().collect();
        let names = (!names.is_empty()).then(|| Value::from(names));
        self.change_settings(&[("notes", "models", names)]).await?;
        self.wake_jobs(is_of_notes)
    }

    /// Keeps a provider's key, once the provider has taken it: a sentence for the person. Jobs that waited for it go on.
    ///
    /// # Errors
    /// There is no such provider, it refuses the key or can't be asked, or the key can't be kept; the old one stays then.
    pub async fn set_notes_key(&self, provider: &str, key: &str) -> Result<String, Failure> {
        let provider = provider_named(provider)?;
        let key = Secret::new(key.trim());
        if key.expose().is_empty() {
            return Err(refused(
                "There is no key to keep.".into(),
                "Paste the key that the provider gave you.",
            ));
        }
        let steps = self.steps.now();
        let set_up = steps.writers().model(provider, "");
        let with_key = RemoteKey { given: Some(key.clone()), ..set_up.key.clone() };
        let name = set_up.key_name();
        let taken = llm::test(&ModelSettings { key: with_key, ..set_up }).await?;
        steps.secrets().set(&name, key).await?;
        self.wake_jobs(is_of_notes)?;
        Ok(taken)
    }

    /// Forgets a provider's key.
    ///
    /// # Errors
    /// There is no such provider, or the keychain refuses.
    pub async fn remove_notes_key(&self, provider: &str) -> Result<(), Failure> {
        let steps = self.steps.now();
        let name = steps.writers().model(provider_named(provider)?, "").key_name();
        steps.secrets().delete(&name).await
    }

    /// Asks a provider whether it takes the key, or a model whether it answers: a sentence for the person.
    ///
    /// # Errors
    /// Why a job would fail there.
    pub async fn test_notes_provider(&self, provider: &str, model: Option<&str>) -> Result<String, Failure> {
        let set_up = self.steps.now().writers().model(provider_named(provider)?, model.unwrap_or_default());
        llm::test(&set_up).await
    }

    /// The models that a provider offers to the person's key.
    ///
    /// # Errors
    /// As a job would have them: no key, refused, not to be reached.
    pub async fn list_notes_models(&self, provider: &str) -> Result<Vec<String>, Failure> {
        llm::models(self.steps.now().writers().provider(provider_named(provider)?)).await
    }

    /// Where a server of one's own is, and how many tokens its models read at once; none stands for the usual.
    ///
    /// # Errors
    /// There is no such provider, it has only its own address, that is no address or no number of tokens, or the settings
    /// can't be changed.
    pub async fn set_notes_server(
        &self,
        provider: &str,
        base_url: Option<&str>,
        window_tokens: Option<u32>,
    ) -> Result<(), Failure> {
        let provider = provider_named(provider)?;
        let word = provider.info().word;
        if !has_own_address(provider) {
            return Err(refused(
                format!("{} is always at its own address.", provider.info().name),
                "For a server of your own, set the address of `compatible`.",
            ));
        }
        if let Some(tokens) = window_tokens.filter(|tokens| !WINDOWS.contains(tokens)) {
            return Err(refused(
                format!("No model reads {tokens} tokens at once."),
                format!("Give a number from {} to {}.", WINDOWS.start(), WINDOWS.end()),
            ));
        }
        let base = base_url.map(str::trim).filter(|base| !base.is_empty()).map(checked_base).transpose()?;
        // The usual one stays unset, so that a newer usual one is taken once there is one.
        let base = base.filter(|base| *base != provider.base());
        let (url, window) = (format!("{word}_url"), format!("{word}_window"));
        let changes: Vec<Change<'_>> = vec![
            ("providers", &url, base.map(|base| Value::from(base.as_str()))),
            ("providers", &window, window_tokens.map(|tokens| Value::from(i64::from(tokens)))),
        ];
        self.change_settings(&changes).await?;
        self.wake_jobs(is_of_notes)
    }

    /// The language of the next notes, as BCP 47; none takes the transcript's.
    ///
    /// # Errors
    /// That is no language tag, or the settings can't be changed.
    pub async fn set_notes_language(&self, language: Option<&str>) -> Result<(), Failure> {
        language.map(check_language).transpose()?;
        self.change_settings(&[("notes", "language", language.map(Value::from))]).await
    }

    /// The template of the next jobs.
    ///
    /// # Errors
    /// There is none of that id, it can't be read, or the settings can't be changed.
    pub async fn choose_template(&self, id: &str) -> Result<(), Failure> {
        self.steps.now().writers().templates().get(id)?;
        self.change_settings(&[("notes", "template", Some(Value::from(id)))]).await
    }

    /// Copies a template to a file that the person can change; says where it is.
    ///
    /// # Errors
    /// There is none of that id, or the file can't be written.
    pub fn copy_template(&self, id: &str) -> Result<PathBuf, Failure> {
        self.steps.now().writers().templates().copy(id)
    }

    /// The person's own file of a template.
    ///
    /// # Errors
    /// There is none.
    pub fn template_file(&self, id: &str) -> Result<PathBuf, Failure> {
        let views = template_views(self.steps.now().writers());
        let path = views.into_iter().find(|view| view.id == id).and_then(|view| view.path);
        path.map(PathBuf::from).ok_or_else(|| {
            refused(
                format!("There is no file of a template “{id}”."),
                "Copy the template, and change the copy.",
            )
        })
    }

    /// Removes the person's own file of a template; a built-in one that it replaced is there again.
    ///
    /// # Errors
    /// There is none, or it can't be removed.
    pub async fn remove_template(&self, id: &str) -> Result<(), Failure> {
        let steps = self.steps.now();
        steps.writers().templates().remove(id)?;
        if steps.writers().template() == id && steps.writers().templates().get(id).is_err() {
            self.change_settings(&[("notes", "template", None)]).await?;
        }
        Ok(())
    }

    /// What a page by a template looks like, and what the language model is told, as Markdown.
    ///
    /// # Errors
    /// There is none of that id, or it can't be read.
    pub fn preview_template(&self, id: &str) -> Result<String, Failure> {
        let template = self.steps.now().writers().templates().get(id)?;
        let language = self.settings().notes.language.unwrap_or_else(|| "en".to_owned());
        Ok(preview(&template, &language))
    }

    /// Names and terms with their right spelling, for notes. White space around them and repetitions are left out.
    ///
    /// # Errors
    /// There are too many, one is too long, or the settings can't be changed.
    pub async fn set_glossary(&self, words: &[String]) -> Result<(), Failure> {
        let terms: toml_edit::Array = checked_terms(words)?.into_iter().collect();
        let terms = (!terms.is_empty()).then(|| Value::from(terms));
        self.change_settings(&[("notes", "glossary", terms)]).await
    }

    /// What services may cost in a month, in US dollars; none is no limit. Jobs that waited for a higher one go on.
    ///
    /// # Errors
    /// That is no sum of money, or the settings can't be changed.
    pub async fn set_spending_cap(&self, usd: Option<f64>) -> Result<(), Failure> {
        if usd.is_some_and(|usd| !(0.0..=1_000_000.0).contains(&usd)) {
            return Err(refused("That is no sum of money.".into(), "Give US dollars, as 5 or 7.50."));
        }
        self.change_settings(&[("spending", "monthly_cap_usd", usd.map(Value::from))]).await?;
        self.wake_jobs(is_of_notes)
    }

    /// Whether nothing at all leaves this machine: no service of any kind is asked then. Jobs that waited for leave go on.
    ///
    /// # Errors
    /// The settings can't be changed.
    pub async fn set_local_only(&self, on: bool) -> Result<(), Failure> {
        self.change_settings(&[("privacy", "local_only", on.then(|| Value::from(true)))]).await?;
        self.wake_jobs(is_of_notes)
    }

    /// What a recording of that length costs with the settings of now, about; of an hour where the length isn't known.
    pub fn estimate_cost(&self, duration_ms: Option<u32>) -> CostEstimate {
        let duration_ms = duration_ms.unwrap_or(AN_HOUR_MS);
        let steps = self.steps.now();
        let rate = rate(&steps.speech_choice(), steps.writers().chosen().first());
        let usd = rate.map(|rate| rate.usd(duration_ms));
        let minutes = duration_ms.div_ceil(60_000);
        let text = match usd {
            Some(usd) => format!("About ${usd:.2} for {minutes} minutes."),
            None => "No price is known for one of the chosen services.".to_owned(),
        };
        CostEstimate { usd, text }
    }
}

/// Whether somebody who changes how notes are written, what they may cost or what may leave this machine may have mended
/// that.
pub(crate) fn is_of_notes(code: FailureCode) -> bool {
    use FailureCode as C;
    matches!(
        code,
        C::NotesKeyMissing
            | C::NotesKeyRefused
            | C::NotesCreditUsedUp
            | C::NotesModelMissing
            | C::NotesRefused
            | C::NotesUnusable
            | C::SpendingCapReached
            | C::LocalOnly
    )
}

/// Whether a provider is a server that may be anywhere.
fn has_own_address(provider: Provider) -> bool {
    match provider {
        Provider::Compatible | Provider::Ollama | Provider::LmStudio | Provider::LlamaCpp => true,
        Provider::OpenAi | Provider::Anthropic | Provider::Gemini | Provider::Groq => false,
    }
}

fn provider_named(provider: &str) -> Result<Provider, Failure> {
    let names = || Provider::ALL.map(|provider| provider.info().word).join(", ");
    Provider::from_word(provider).ok_or_else(|| {
        refused(
            format!("There is no provider of language models “{provider}”."),
            format!("There are: {}.", names()),
        )
    })
}

async fn provider_view(set_up: &ModelSettings) -> NotesProvider {
    let info = set_up.provider.info();
    let kept = set_up.key.kept.get(&set_up.key_name()).await;
    // Any server may be anywhere: it has no usual place.
    let nowhere = set_up.provider == Provider::Compatible && set_up.base == set_up.provider.base();
    NotesProvider {
        name: info.word.to_owned(),
        described: info.name.to_owned(),
        host: if nowhere { String::new() } else { http::destination(&set_up.base) },
        base_url: has_own_address(set_up.provider).then(|| match nowhere {
            true => String::new(),
            false => set_up.base.to_string(),
        }),
        on_this_machine: !nowhere && http::is_here(&set_up.base),
        model: info.model.map(str::to_owned),
        window_tokens: set_up.window_tokens,
        has_key: set_up.key.given.is_some() || matches!(kept, Ok(Some(_))),
        key_optional: info.key_optional,
        from_environment: set_up.key.given.is_some(),
        note: info.note.map(str::to_owned),
    }
}

fn template_views(writers: &Writers) -> Vec<TemplateView> {
    let (kept, unreadable) = writers.templates().all();
    let views = kept.into_iter().map(|kept| TemplateView {
        id: kept.template.id,
        name: kept.template.name,
        name_zh: kept.template.name_zh,
        description: kept.template.description,
        description_zh: kept.template.description_zh,
        built_in: kept.built_in,
        path: kept.file.map(|file| file.display().to_string()),
        problem: None,
        parts: kept.template.parts,
    });
    let broken = unreadable.into_iter().map(|broken| {
        let id = broken.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        TemplateView {
            name: id.clone(),
            id,
            name_zh: None,
            description: String::new(),
            description_zh: None,
            built_in: false,
            path: Some(broken.file.display().to_string()),
            problem: Some(broken.problem),
            parts: Vec::new(),
        }
    });
    views.chain(broken).collect()
}
