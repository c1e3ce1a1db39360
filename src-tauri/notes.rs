//! What the web view may ask for about notes: language models, templates, spending, privacy. Each command is a call of the app.

use debrief_app::{CostEstimate, NotesView, Wishes};
use debrief_core::job::ModelChoice;
use serde::Deserialize;
use tauri::State;

use crate::commands::{Answer, SharedApp, SharedNative};

/// What the person asks for one recording alone.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub(crate) struct ProcessWishes {
    /// Id of a template; none takes that of the settings.
    template: Option<String>,
    /// Who may have spoken.
    participants: Vec<String>,
    /// Whether the recording is heard even where a transcript of it is attached.
    ignore_transcripts: bool,
}

/// As `process_file_async`, in another way than the settings say.
#[tauri::command]
#[specta::specta]
pub(crate) async fn process_file_with(
    app: State<'_, SharedApp>,
    file_id: String,
    attachment_file_ids: Vec<String>,
    wishes: ProcessWishes,
) -> Answer<String> {
    let ProcessWishes { template, participants, ignore_transcripts } = wishes;
    let wishes = Wishes { template, participants, ignore_transcripts, ..Wishes::default() };
    Ok(app.process_with(&wishes, &file_id, &attachment_file_ids).await?.to_string())
}

/// What a recording of that length costs with the settings of now, about; of an hour where the length isn't known.
#[tauri::command]
#[specta::specta]
pub(crate) async fn estimate_cost(
    app: State<'_, SharedApp>,
    duration_ms: Option<u32>,
) -> Answer<CostEstimate> {
    Ok(app.estimate_cost(duration_ms))
}

/// Who writes notes, with which template, and what it costs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notes_status(app: State<'_, SharedApp>) -> Answer<NotesView> {
    Ok(app.notes().await?)
}

/// The next jobs ask these language models, in this order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_notes_models(
    app: State<'_, SharedApp>,
    models: Vec<ModelChoice>,
) -> Answer<NotesView> {
    app.set_notes_models(&models).await?;
    Ok(app.notes().await?)
}

/// Keeps a provider's key, once the provider has taken it; answers what to tell the person.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_notes_key(
    app: State<'_, SharedApp>,
    provider: String,
    key: String,
) -> Answer<String> {
    Ok(app.set_notes_key(&provider, &key).await?)
}

/// Forgets a provider's key.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_notes_key(app: State<'_, SharedApp>, provider: String) -> Answer<NotesView> {
    app.remove_notes_key(&provider).await?;
    Ok(app.notes().await?)
}

/// Asks a provider whether it takes the key, or a model whether it answers; answers what to tell the person.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_notes_provider(
    app: State<'_, SharedApp>,
    provider: String,
    model: Option<String>,
) -> Answer<String> {
    Ok(app.test_notes_provider(&provider, model.as_deref()).await?)
}

/// The models that a provider offers.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_notes_models(app: State<'_, SharedApp>, provider: String) -> Answer<Vec<String>> {
    Ok(app.list_notes_models(&provider).await?)
}

/// Where a server of one's own is, and how many tokens it reads at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_notes_server(
    app: State<'_, SharedApp>,
    provider: String,
    base_url: Option<String>,
    window_tokens: Option<u32>,
) -> Answer<NotesView> {
    app.set_notes_server(&provider, base_url.as_deref(), window_tokens).await?;
    Ok(app.notes().await?)
}

/// The language of the next notes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_notes_language(
    app: State<'_, SharedApp>,
    language: Option<String>,
) -> Answer<NotesView> {
    app.set_notes_language(language.as_deref()).await?;
    Ok(app.notes().await?)
}

/// The template of the next jobs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_template(app: State<'_, SharedApp>, id: String) -> Answer<NotesView> {
    app.choose_template(&id).await?;
    Ok(app.notes().await?)
}

/// Copies a template to a file of the person's own, and opens it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_template(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    id: String,
) -> Answer<NotesView> {
    native.open(&app.copy_template(&id)?)?;
    Ok(app.notes().await?)
}

/// Opens the person's own file of a template.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_template(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    id: String,
) -> Answer<()> {
    Ok(native.open(&app.template_file(&id)?)?)
}

/// Removes the person's own file of a template.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_template(app: State<'_, SharedApp>, id: String) -> Answer<NotesView> {
    app.remove_template(&id).await?;
    Ok(app.notes().await?)
}

/// What a page of a template looks like, and what the language model is told, as Markdown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_template(app: State<'_, SharedApp>, id: String) -> Answer<String> {
    Ok(app.preview_template(&id)?)
}

/// Names and terms with their right spelling.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_glossary(app: State<'_, SharedApp>, words: Vec<String>) -> Answer<NotesView> {
    app.set_glossary(&words).await?;
    Ok(app.notes().await?)
}

/// What services may cost in a month, in US dollars.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_spending_cap(app: State<'_, SharedApp>, usd: Option<f64>) -> Answer<NotesView> {
    app.set_spending_cap(usd).await?;
    Ok(app.notes().await?)
}

/// Whether nothing at all leaves this machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_local_only(app: State<'_, SharedApp>, on: bool) -> Answer<NotesView> {
    app.set_local_only(on).await?;
    Ok(app.notes().await?)
}
