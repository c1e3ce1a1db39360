//! What the web view may ask for about Google and where recordings come from: accounts, the sandbox, watched folders. Each command
//! is a call of the app.

use std::path::Path;

use debrief_app::{DriveAccess, GoogleView, SecretsKept, WatchedFolder};
use tauri::State;

use crate::commands::{Answer, SharedApp, SharedNative, job};

/// Who is signed in to Google and how.
#[tauri::command]
#[specta::specta]
pub(crate) async fn google_status(app: State<'_, SharedApp>) -> Answer<GoogleView> {
    Ok(app.google().await?)
}

/// Opens the browser for a sign-in, and answers once it is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_google(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    access: DriveAccess,
) -> Answer<GoogleView> {
    app.sign_in_google(access, |url| native.browse(url)).await?;
    Ok(app.google().await?)
}

/// Opens Google's file chooser for a link, or for the files of a job that needs them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_in_google(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    link: Option<String>,
    job_id: Option<String>,
) -> Answer<GoogleView> {
    let links: Vec<String> = link.into_iter().collect();
    let id = job_id.as_deref().map(job).transpose()?;
    app.choose_in_google(&links, id, |url| native.browse(url)).await?;
    Ok(app.google().await?)
}

/// Gives up the sign-in that is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_sign_in(app: State<'_, SharedApp>) -> Answer<()> {
    app.cancel_sign_in();
    Ok(())
}

/// Ends an account's sign-in, here and with Google.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out_google(app: State<'_, SharedApp>, account_id: String) -> Answer<GoogleView> {
    app.sign_out_google(&account_id).await?;
    Ok(app.google().await?)
}

/// Signs in with this client from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_google_client(
    app: State<'_, SharedApp>,
    client_id: String,
    client_secret: String,
) -> Answer<GoogleView> {
    app.set_google_client(&client_id, &client_secret).await?;
    Ok(app.google().await?)
}

/// Signs in with the client of a downloaded file from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_google_client(app: State<'_, SharedApp>, path: String) -> Answer<GoogleView> {
    app.read_google_client(Path::new(&path)).await?;
    Ok(app.google().await?)
}

/// Keeps sign-ins somewhere else from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_secrets(app: State<'_, SharedApp>, kept: SecretsKept) -> Answer<GoogleView> {
    app.keep_secrets(kept).await?;
    Ok(app.google().await?)
}

/// Uses a sandbox instead of Google, or Google itself again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_sandbox(app: State<'_, SharedApp>, address: Option<String>) -> Answer<GoogleView> {
    app.use_sandbox(address.as_deref()).await?;
    Ok(app.google().await?)
}

/// The folders whose new recordings become jobs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watched_folders(app: State<'_, SharedApp>) -> Answer<Vec<WatchedFolder>> {
    Ok(app.watched_folders()?)
}

/// Watches one more folder: a link to one in Drive, or an absolute path.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_folder(app: State<'_, SharedApp>, place: String) -> Answer<Vec<WatchedFolder>> {
    Ok(app.watch_folder(&place).await?)
}

/// Whether chats and lists of those who were there are attached to a watched folder's new recordings.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_watch_companions(
    app: State<'_, SharedApp>,
    id: String,
    companions: bool,
) -> Answer<Vec<WatchedFolder>> {
    Ok(app.set_watch_companions(&id, companions)?)
}

/// Watches a folder no longer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unwatch_folder(app: State<'_, SharedApp>, id: String) -> Answer<Vec<WatchedFolder>> {
    Ok(app.unwatch_folder(&id)?)
}
