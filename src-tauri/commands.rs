//! What the web view may ask for: the list of all commands, and those about jobs. Each is a call of the app; decisions live there.

use std::sync::Arc;

use debrief_app::{About, App, JobNews, LinkLook, PageToOpen, Trouble as CommandError};
use debrief_core::failure::FailureCode;
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::view::JobView;
use tauri::ipc::Channel;
use tauri::{Runtime, State};
use tauri_specta::ErrorHandlingMode;

use crate::events::Follower;
use crate::native::{Native, PickKind};
use crate::{google, notes, notion, record, speech};

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
            retry_with_usual_engine,
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
            notion::notion_status,
            notion::connect_notion,
            notion::sign_in_notion,
            notion::cancel_notion_sign_in,
            notion::disconnect_notion,
            notion::search_notion,
            notion::choose_notion_place,
            notion::map_notion_property,
            notion::create_notion_properties,
            notion::write_notion_test_page,
            notion::open_notion_test_page,
            notion::remove_notion_test_page,
            notion::open_notion_integrations,
            notion::set_destination,
            notion::set_page_options,
            google::google_status,
            google::sign_in_google,
            google::choose_in_google,
            google::cancel_sign_in,
            google::sign_out_google,
            google::set_google_client,
            google::read_google_client,
            google::keep_secrets,
            google::use_sandbox,
            google::watched_folders,
            google::watch_folder,
            google::set_watch_companions,
            google::unwatch_folder,
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

/// Runs a job that had its own speech engine again with that of the settings.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_with_usual_engine(app: State<'_, SharedApp>, job_id: String) -> Answer<()> {
    Ok(app.retry_with_engine(job(&job_id)?, None, None)?)
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

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use async_trait::async_trait;
    use debrief_core::failure::Failure;
    use serde_json::{Value, json};
    use tauri::Url;
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
