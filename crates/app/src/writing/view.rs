//! What outsiders see of notes: who writes them, templates, what they cost.

use debrief_core::job::ModelChoice;
use debrief_core::template::NotesPart;
use serde::Serialize;

use crate::google::Trouble;

/// What the window shows about notes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotesView {
    /// Every provider of language models, in the order to be shown.
    pub providers: Vec<NotesProvider>,
    /// Those who are asked, in this order; none at all: sentences are taken from the transcript.
    pub models: Vec<ModelChoice>,
    /// Who writes the next job's notes, for people.
    pub next_job: String,
    /// Why they could not be asked now.
    pub problem: Option<Trouble>,
    /// BCP 47 language of notes; none takes the transcript's.
    pub language: Option<String>,
    /// Languages to offer, the likeliest first.
    pub languages: Vec<String>,
    /// Every template; files that can't be read are among them, with what is wrong.
    pub templates: Vec<TemplateView>,
    /// Id of the one that the next job gets.
    pub template: String,
    /// Where the person's own templates lie.
    pub templates_folder: String,
    /// Names and terms with their right spelling.
    pub glossary: Vec<String>,
    /// What this month has cost.
    pub spending: SpendingView,
    /// Whether nothing at all leaves this machine.
    pub local_only: bool,
    /// Jobs that wait for a key, a model or a higher cap.
    pub waiting_jobs: u32,
}

/// A provider of language models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotesProvider {
    /// For settings.
    pub name: String,
    /// For people.
    pub described: String,
    /// Where transcripts go, for people: `api.openai.com`, or `127.0.0.1:11434 (this machine)`.
    pub host: String,
    /// Its base address, where that can be changed.
    pub base_url: Option<String>,
    /// Whether that is on this machine.
    pub on_this_machine: bool,
    /// A model to offer, where there is a usual one.
    pub model: Option<String>,
    /// Tokens that it reads at once, where the person says so.
    pub window_tokens: Option<u32>,
    /// Whether there is a key for it.
    pub has_key: bool,
    /// Whether it may need none.
    pub key_optional: bool,
    /// Whether the key is from the environment.
    pub from_environment: bool,
    /// What whoever chooses it should know.
    pub note: Option<String>,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TemplateView {
    /// For settings.
    pub id: String,
    /// For people.
    pub name: String,
    /// The same in Traditional Chinese.
    pub name_zh: Option<String>,
    /// When to choose it.
    pub description: String,
    /// The same in Traditional Chinese.
    pub description_zh: Option<String>,
    /// Whether Debrief comes with one of this id.
    pub built_in: bool,
    /// The person's own file.
    pub path: Option<String>,
    /// What is wrong with that file; it can't be chosen then.
    pub problem: Option<String>,
    /// What the notes have in them.
    pub parts: Vec<NotesPart>,
}

/// What services have cost this month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpendingView {
    /// The month, as `2026-11`.
    pub month: String,
    /// All of it in US dollars, as far as prices are known.
    pub usd: f64,
    /// Whether there were calls whose price is not known.
    pub has_unpriced: bool,
    /// What a month may cost.
    pub cap_usd: Option<f64>,
    /// By model, the dearest first.
    pub lines: Vec<SpendingLine>,
    /// The day of the list of prices, as `2026-11-26`.
    pub prices_as_of: String,
}

/// What one model has cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpendingLine {
    /// The provider or speech service, for people.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// Calls.
    pub calls: u32,
    /// Tokens that it read.
    pub input_tokens: f64,
    /// Tokens that it wrote.
    pub output_tokens: f64,
    /// Minutes that it heard.
    pub audio_minutes: f64,
    /// In US dollars; none where no price is known.
    pub usd: Option<f64>,
}

/// What a recording will cost, about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CostEstimate {
    /// In US dollars; none where no price is known.
    pub usd: Option<f64>,
    /// The same in words.
    pub text: String,
}
