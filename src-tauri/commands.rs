//! What the web view may ask for. Each command is a call of the app; decisions live there.

use std::path::Path;
use std::sync::Arc;

use debrief_app::{
    About, App, DriveAccess, GoogleView, JobNews, LinkLook, NotionPlaces, NotionRole, NotionView,
    PageOptions, PageToOpen, SecretsKept, Trouble as CommandError, WatchedFolder,
};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::view::{JobView, PageDestination};
use tauri::ipc::Channel;
use tauri::{Runtime, State, Url};
use tauri_specta::ErrorHandlingMode;

use crate::events::Follower;
use crate::native::{Native, PickKind};
use crate::{notes, record, speech};

/// The app, shared by all commands.
pub(crate) type SharedApp = Arc<App>;
/// The operating system, shared by all commands.
pub(crate) type SharedNative = Arc<dyn Native>;

/// The technical cause of a failure stays outside the web view.
pub(crate) type Answer<T> = Result<T, CommandError>;

/// Every command, with the types that the web view needs.
pub(crate) fn all<R: Runtime>() -> tauri_specta::Builder<R> {
    tauri_specta::Builder::new()
        .commands(tauri_specta::collect_commands![
            process_file_async,
            process_sample,
            get_job_status,
            list_jobs,
            follow_jobs,
            cancel_job,
            retry_job,
            delete_job,
            pause_all,
            resume_all,
            open_page,
            pick_files,
            about,
            look_up,
            undo_rename,
            update_page,
            undo_page,
            page_markdown,
            notion_status,
            connect_notion,
            sign_in_notion,
            cancel_notion_sign_in,
            disconnect_notion,
            search_notion,
            choose_notion_place,
            map_notion_property,
            create_notion_properties,
            write_notion_test_page,
            open_notion_test_page,
            remove_notion_test_page,
            open_notion_integrations,
            set_destination,
            set_page_options,
            google_status,
            sign_in_google,
            choose_in_google,
            cancel_sign_in,
            sign_out_google,
            set_google_client,
            read_google_client,
            keep_secrets,
            use_sandbox,
            watched_folders,
            watch_folder,
            unwatch_folder,
            speech::speech_status,
            speech::choose_engine,
            speech::set_speech_language,
            speech::set_vocabulary,
            speech::set_gpu,
            speech::set_speakers,
            speech::remember_voices,
            speech::forget_voice,
            speech::forget_all_voices,
            speech::set_speech_key,
            speech::remove_speech_key,
            speech::test_speech_service,
            speech::set_speech_service,
            speech::models,
            speech::get_model,
            speech::pause_model,
            speech::cancel_model,
            speech::remove_model,
            speech::add_model_file,
            speech::move_models,
            speech::follow_models,
            speech::name_speaker,
            notes::process_file_with,
            notes::estimate_cost,
            notes::notes_status,
            notes::set_notes_models,
            notes::set_notes_key,
            notes::remove_notes_key,
            notes::test_notes_provider,
            notes::list_notes_models,
            notes::set_notes_server,
            notes::set_notes_language,
            notes::choose_template,
            notes::copy_template,
            notes::open_template,
            notes::remove_template,
            notes::preview_template,
            notes::set_glossary,
            notes::set_spending_cap,
            notes::set_local_only,
            record::job_transcript,
            record::merge_speakers,
            record::move_segments,
            record::edit_segment,
            record::edit_notes,
            record::revert_edits,
            record::search,
        ])
        // One TypeScript type for each Rust type: none of them reads differently than it is written.
        .disable_serde_phases()
        // A call that fails is a rejected promise that holds a `CommandError`.
        .error_handling(ErrorHandlingMode::Throw)
        .typ::<CommandError>()
        .typ::<JobNews>()
}

/// A text that names no job is answered like a job that does not exist.
pub(crate) fn job(id: &str) -> Answer<JobId> {
    id.parse().map_err(|_| CommandError {
        code: FailureCode::BadRequest.word().to_owned(),
        what: format!("There is no job {id}."),
        fix: "Look at the list of jobs for the right one.".to_owned(),
    })
}

// Every command is `async`, so that none keeps the window from being drawn while the database answers.

/// Submits a recording, and the documents that belong to it, by link, id or path; returns the job's id.
#[tauri::command]
#[specta::specta]
pub(crate) async fn process_file_async(
    app: State<'_, SharedApp>,
    file_id: String,
    attachment_file_ids: Option<Vec<String>>,
) -> Answer<String> {
    let id = app.process(&file_id, &attachment_file_ids.unwrap_or_default()).await?;
    Ok(id.to_string())
}

/// Submits the bundled sample; returns the job's id.
#[tauri::command]
#[specta::specta]
pub(crate) async fn process_sample(app: State<'_, SharedApp>) -> Answer<String> {
    Ok(app.process_sample().await?.to_string())
}

/// Where a job stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_job_status(app: State<'_, SharedApp>, job_id: String) -> Answer<JobView> {
    Ok(app.status(job(&job_id)?)?)
}

/// Every job.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_jobs(app: State<'_, SharedApp>) -> Answer<Vec<JobView>> {
    Ok(app.list()?)
}

/// Sends news of jobs from now on. A window has one follower: following again ends the earlier one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn follow_jobs(
    app: State<'_, SharedApp>,
    follower: State<'_, Follower>,
    channel: Channel<JobNews>,
) -> Answer<()> {
    follower.follow(app.news(), move |news| channel.send(news).is_ok());
    Ok(())
}

/// Stops a job; finished stages are kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_job(app: State<'_, SharedApp>, job_id: String) -> Answer<()> {
    Ok(app.cancel(job(&job_id)?)?)
}

/// Begins a job again, from the stage that failed or from the given one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_job(app: State<'_, SharedApp>, job_id: String, from: Option<Stage>) -> Answer<()> {
    Ok(app.retry(job(&job_id)?, from)?)
}

/// Removes a job from the list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_job(app: State<'_, SharedApp>, job_id: String) -> Answer<()> {
    Ok(app.delete(job(&job_id)?)?)
}

/// Pauses all work.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_all(app: State<'_, SharedApp>) -> Answer<()> {
    Ok(app.pause()?)
}

/// Goes on with all work.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_all(app: State<'_, SharedApp>) -> Answer<()> {
    Ok(app.resume()?)
}

/// Opens a job's page with the system's program. The path or address comes from the job, never from the web view.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_page(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    job_id: String,
) -> Answer<()> {
    match app.page_to_open(job(&job_id)?)? {
        PageToOpen::File(path) => native.open(&path)?,
        PageToOpen::Notion(url) => native.open_notion(&url)?,
    }
    Ok(())
}

/// Lets the person choose files; returns their paths, none when nothing was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_files(native: State<'_, SharedNative>, kind: PickKind) -> Answer<Vec<String>> {
    let files = native.pick(kind).await;
    Ok(files.into_iter().map(|file| file.to_string_lossy().into_owned()).collect())
}

/// Version, folder for pages, speech engine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn about(app: State<'_, SharedApp>) -> Answer<About> {
    Ok(app.about().await)
}

/// What a pasted link or path leads to.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_up(app: State<'_, SharedApp>, text: String) -> Answer<LinkLook> {
    Ok(app.look_up(&text).await)
}

/// Gives a renamed recording its old name back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_rename(app: State<'_, SharedApp>, job_id: String) -> Answer<()> {
    Ok(app.undo_rename(job(&job_id)?).await?)
}

/// Writes into a completed job's Notion page what has changed since.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_page(app: State<'_, SharedApp>, job_id: String) -> Answer<()> {
    Ok(app.update_page(job(&job_id)?)?)
}

/// Moves a job's Notion page to the trash and gives its recording the old name back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_page(app: State<'_, SharedApp>, job_id: String) -> Answer<()> {
    Ok(app.undo_page(job(&job_id)?).await?)
}

/// A job's page as Markdown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn page_markdown(app: State<'_, SharedApp>, job_id: String) -> Answer<String> {
    Ok(app.page_markdown(job(&job_id)?)?)
}

/// Who is connected to Notion, and where pages go.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notion_status(app: State<'_, SharedApp>) -> Answer<NotionView> {
    Ok(app.notion().await?)
}

/// Connects with a pasted token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_notion(app: State<'_, SharedApp>, token: String) -> Answer<NotionView> {
    app.connect_notion(&token).await?;
    Ok(app.notion().await?)
}

/// Signs in with the person's own public integration, in the browser, and answers once that is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_notion(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    client_id: String,
    client_secret: String,
) -> Answer<NotionView> {
    app.sign_in_notion(&client_id, &client_secret, |url| native.browse(url)).await?;
    Ok(app.notion().await?)
}

/// Gives up the sign-in to Notion that is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_notion_sign_in(app: State<'_, SharedApp>) -> Answer<()> {
    app.cancel_notion_sign_in();
    Ok(())
}

/// Forgets the connection to Notion.
#[tauri::command]
#[specta::specta]
pub(crate) async fn disconnect_notion(app: State<'_, SharedApp>) -> Answer<NotionView> {
    app.disconnect_notion().await?;
    Ok(app.notion().await?)
}

/// Databases and pages whose title has the text in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_notion(
    app: State<'_, SharedApp>,
    query: String,
    cursor: Option<String>,
) -> Answer<NotionPlaces> {
    Ok(app.search_notion(&query, cursor.as_deref()).await?)
}

/// Pages go there from now on: an id, or a pasted link.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_notion_place(app: State<'_, SharedApp>, place: String) -> Answer<NotionView> {
    app.choose_notion_place(&place).await?;
    Ok(app.notion().await?)
}

/// Uses a property for a role, or none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn map_notion_property(
    app: State<'_, SharedApp>,
    role: NotionRole,
    property: Option<String>,
) -> Answer<NotionView> {
    app.map_notion_property(role, property.as_deref()).await?;
    Ok(app.notion().await?)
}

/// Makes the properties that the database lacks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_notion_properties(app: State<'_, SharedApp>) -> Answer<NotionView> {
    app.create_notion_properties().await?;
    Ok(app.notion().await?)
}

/// Writes a page to see that everything works; answers with its address.
#[tauri::command]
#[specta::specta]
pub(crate) async fn write_notion_test_page(app: State<'_, SharedApp>) -> Answer<String> {
    Ok(app.write_notion_test_page().await?.to_string())
}

/// Opens that page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_notion_test_page(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
) -> Answer<()> {
    Ok(native.open_notion(&app.notion_test_page()?)?)
}

/// Opens the page at Notion where tokens are made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_notion_integrations(native: State<'_, SharedNative>) -> Answer<()> {
    let url = Url::parse("https://www.notion.so/profile/integrations").map_err(Failure::internal)?;
    Ok(native.browse(&url)?)
}

/// Moves that page to Notion's trash.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_notion_test_page(app: State<'_, SharedApp>) -> Answer<()> {
    Ok(app.remove_notion_test_page().await?)
}

/// Pages go to Notion or to the folder from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_destination(
    app: State<'_, SharedApp>,
    destination: PageDestination,
) -> Answer<NotionView> {
    app.set_destination(destination).await?;
    Ok(app.notion().await?)
}

/// What pages show from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_page_options(app: State<'_, SharedApp>, options: PageOptions) -> Answer<NotionView> {
    app.set_page_options(&options).await?;
    Ok(app.notion().await?)
}

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

/// Watches a folder no longer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unwatch_folder(app: State<'_, SharedApp>, id: String) -> Answer<Vec<WatchedFolder>> {
    Ok(app.unwatch_folder(&id)?)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use async_trait::async_trait;
    use serde_json::{Value, json};
    use tauri::ipc::{CallbackFn, InvokeBody};
    use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets};
    use tauri::webview::InvokeRequest;

    use super::*;

    /// A person who chooses two recordings and no attachment.
    struct ChoosesTwo;

    #[async_trait]
    impl Native for ChoosesTwo {
        async fn pick(&self, kind: PickKind) -> Vec<PathBuf> {
            match kind {
                PickKind::Recordings => vec!["/talks/one.mp3".into(), "/talks/二.m4a".into()],
                PickKind::Attachments | PickKind::GoogleClient | PickKind::Folder | PickKind::Model => vec![],
            }
        }

        fn open(&self, _page: &Path) -> Result<(), Failure> {
            Ok(())
        }

        fn browse(&self, _url: &Url) -> Result<(), Failure> {
            Ok(())
        }

        fn open_notion(&self, _url: &Url) -> Result<(), Failure> {
            Ok(())
        }

        async fn tell(&self, _failure: &Failure) {}
    }

    fn pick(kind: &str) -> Result<Value, Value> {
        let native: SharedNative = Arc::new(ChoosesTwo);
        let app = mock_builder()
            .manage(native)
            .invoke_handler(all::<MockRuntime>().invoke_handler())
            .build(mock_context(noop_assets()))
            .unwrap();
        let page =
            tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
        let request = InvokeRequest {
            cmd: "pick_files".into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: page.url().unwrap(),
            body: InvokeBody::Json(json!({ "kind": kind })),
            headers: tauri::http::HeaderMap::new(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&page, request).map(|body| body.deserialize().unwrap())
    }

    #[test]
    fn the_chosen_files_reach_the_page() {
        assert_eq!(pick("recordings"), Ok(json!(["/talks/one.mp3", "/talks/二.m4a"])));
        assert_eq!(pick("attachments"), Ok(json!([])));
        assert!(pick("passwords").is_err());
    }

    #[test]
    fn an_error_carries_what_and_fix_but_no_technical_cause() {
        let failure =
            Failure::never(FailureCode::DiskFull, "The disk is full.", "Free some space.").because("ENOSPC");
        let error = serde_json::to_value(CommandError::from(failure)).unwrap();
        assert_eq!(
            error,
            json!({ "code": "disk_full", "what": "The disk is full.", "fix": "Free some space." })
        );
    }

    #[test]
    fn a_text_that_is_no_id_is_an_unknown_job() {
        let error = job("not an id").unwrap_err();
        assert_eq!(error.code, "bad_request");
        assert_eq!(error.what, "There is no job not an id.");
        assert_eq!(error.fix, "Look at the list of jobs for the right one.");
    }
}
