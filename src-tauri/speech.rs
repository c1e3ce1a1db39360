//! What the web view may ask for about speech: engines, models, services, speakers. Each command is a call of the app.

use std::sync::Arc;
use std::time::Duration;

use debrief_app::{ModelsView, SpeechView};
use debrief_core::job::ChineseScript;
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;

use crate::commands::{Answer, SharedApp, SharedNative, job};
use crate::events::OneTask;
use crate::native::PickKind;

/// The list of models is sent no more often.
const MODELS_EVERY: Duration = Duration::from_millis(250);

/// How speech becomes text, and what is ready for it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn speech_status(app: State<'_, SharedApp>) -> Answer<SpeechView> {
    Ok(app.speech().await?)
}

/// The next jobs get that engine and model; none stands for the best that is ready.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_engine(
    app: State<'_, SharedApp>,
    engine: Option<String>,
    model: Option<String>,
) -> Answer<SpeechView> {
    app.choose_engine(engine.as_deref(), model.as_deref()).await?;
    Ok(app.speech().await?)
}

/// The language of the next recordings, and how Chinese is written.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_speech_language(
    app: State<'_, SharedApp>,
    language: Option<String>,
    chinese: Option<ChineseScript>,
) -> Answer<SpeechView> {
    app.set_speech_language(language.as_deref(), chinese).await?;
    Ok(app.speech().await?)
}

/// Names and terms that may be said.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_vocabulary(app: State<'_, SharedApp>, words: Vec<String>) -> Answer<SpeechView> {
    app.set_vocabulary(&words).await?;
    Ok(app.speech().await?)
}

/// Whether a graphics card is used where there is one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_gpu(app: State<'_, SharedApp>, on: bool) -> Answer<SpeechView> {
    app.set_gpu(on).await?;
    Ok(app.speech().await?)
}

/// How speakers are told apart, and how many there are.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_speakers(
    app: State<'_, SharedApp>,
    method: Option<String>,
    min: Option<u16>,
    max: Option<u16>,
) -> Answer<SpeechView> {
    app.set_speakers(method.as_deref(), min, max).await?;
    Ok(app.speech().await?)
}

/// Whether voices are kept with jobs, and remembered ones known again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remember_voices(app: State<'_, SharedApp>, on: bool) -> Answer<SpeechView> {
    app.remember_voices(on).await?;
    Ok(app.speech().await?)
}

/// Forgets one remembered voice.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_voice(app: State<'_, SharedApp>, id: u32) -> Answer<SpeechView> {
    app.forget_voice(id)?;
    Ok(app.speech().await?)
}

/// Forgets every remembered voice.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_all_voices(app: State<'_, SharedApp>) -> Answer<SpeechView> {
    app.forget_all_voices()?;
    Ok(app.speech().await?)
}

/// Keeps a service's key, once the service has taken it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_speech_key(
    app: State<'_, SharedApp>,
    service: String,
    key: String,
) -> Answer<SpeechView> {
    app.set_speech_key(&service, &key).await?;
    Ok(app.speech().await?)
}

/// Forgets a service's key.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_speech_key(app: State<'_, SharedApp>, service: String) -> Answer<SpeechView> {
    app.remove_speech_key(&service).await?;
    Ok(app.speech().await?)
}

/// Asks a service whether it takes the key; answers what to tell the person.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_speech_service(app: State<'_, SharedApp>, service: String) -> Answer<String> {
    Ok(app.test_speech_service(&service).await?)
}

/// Where an OpenAI-compatible service is, and which model a service uses.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_speech_service(
    app: State<'_, SharedApp>,
    service: String,
    base_url: Option<String>,
    model: Option<String>,
) -> Answer<SpeechView> {
    app.set_speech_service(&service, base_url.as_deref(), model.as_deref()).await?;
    Ok(app.speech().await?)
}

/// Every model, and what this machine has for them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn models(app: State<'_, SharedApp>) -> Answer<ModelsView> {
    Ok(app.models())
}

/// Begins to download a model, or goes on where it stopped.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_model(app: State<'_, SharedApp>, id: String) -> Answer<ModelsView> {
    Ok(app.get_model(&id)?)
}

/// Stops a download; what has arrived is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_model(app: State<'_, SharedApp>, id: String) -> Answer<ModelsView> {
    Ok(app.pause_model(&id).await)
}

/// Stops a download and removes what has arrived of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_model(app: State<'_, SharedApp>, id: String) -> Answer<ModelsView> {
    Ok(app.cancel_model(&id).await?)
}

/// Removes a model.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_model(app: State<'_, SharedApp>, id: String) -> Answer<ModelsView> {
    Ok(app.remove_model(&id).await?.0)
}

/// Lets the person choose a model file and copies it; nothing when they choose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_model_file(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
) -> Answer<Option<ModelsView>> {
    match native.pick(PickKind::Model).await.first() {
        Some(file) => Ok(Some(app.add_model_file(file, false).await?.0)),
        None => Ok(None),
    }
}

/// Lets the person choose a folder and moves all models there; nothing when they choose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn move_models(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
) -> Answer<Option<ModelsView>> {
    match native.pick(PickKind::Folder).await.first() {
        Some(folder) => Ok(Some(app.move_models(folder).await?)),
        None => Ok(None),
    }
}

/// The task that tells the window of its models.
#[derive(Default)]
pub(crate) struct ModelsFollower(OneTask);

/// Sends the models whenever they change. A window has one follower: following again ends the earlier one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn follow_models(
    app: State<'_, SharedApp>,
    follower: State<'_, ModelsFollower>,
    channel: Channel<ModelsView>,
) -> Answer<()> {
    let app = Arc::clone(&app);
    follower.0.replace(async move {
        let mut news = app.models_news();
        loop {
            match news.recv().await {
                // Whoever missed some gets the whole list anyway.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(MODELS_EVERY).await;
            while news.try_recv().is_ok() {}
            if channel.send(app.models()).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Gives a speaker of a job a name; with `remember` the voice is kept on this machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn name_speaker(
    app: State<'_, SharedApp>,
    job_id: String,
    label: String,
    name: String,
    remember: bool,
) -> Answer<()> {
    Ok(app.name_speaker(job(&job_id)?, &label, &name, remember)?)
}
