//! What the operating system does for the window: choose files, open a page, show a message.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use serde::Deserialize;
use tauri::{AppHandle, Url};
use tauri_plugin_dialog::{DialogExt, FilePath, MessageDialogKind};
use tokio::sync::oneshot;

use crate::notion_app;

/// What a person is asked to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PickKind {
    /// Audio and video.
    Recordings,
    /// Documents that belong to a recording.
    Attachments,
    /// The downloaded file of an OAuth client.
    GoogleClient,
    /// A folder: one whose recordings are processed by themselves, or one for models.
    Folder,
    /// A model file.
    Model,
}

/// The part of the operating system that no test can drive; tests put their own in its place.
#[async_trait]
pub(crate) trait Native: Send + Sync {
    /// Lets the person choose files. Empty when they choose none. Waits as long as they think.
    async fn pick(&self, kind: PickKind) -> Vec<PathBuf>;

    /// Opens `page` with the program that the person uses for pages.
    ///
    /// # Errors
    /// When the file is gone, or nothing here opens pages.
    fn open(&self, page: &Path) -> Result<(), Failure>;

    /// Opens a web address in the person's browser.
    ///
    /// # Errors
    /// When there is no browser.
    fn browse(&self, url: &Url) -> Result<(), Failure>;

    /// Opens a Notion page: in Notion's own program where that is installed, else in the browser.
    ///
    /// # Errors
    /// When there is neither.
    fn open_notion(&self, url: &Url) -> Result<(), Failure>;

    /// Shows what went wrong and what to do, and waits until it is read.
    async fn tell(&self, failure: &Failure);
}

/// The file endings that the file chooser shows at first, with the name of that choice. "All files" is always beside it.
fn endings(kind: PickKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        PickKind::Recordings => (
            "Recordings",
            &[
                "aac", "ac3", "aif", "aiff", "amr", "avi", "caf", "flac", "m4a", "m4b", "m4v", "mka", "mkv",
                "mov", "mp3", "mp4", "mpeg", "mpg", "oga", "ogg", "opus", "wav", "webm", "wma", "wmv",
            ],
        ),
        PickKind::Attachments => {
            ("Documents and transcripts", &["csv", "pdf", "sbv", "srt", "tsv", "txt", "vtt"])
        }
        PickKind::GoogleClient => ("client_secret….json", &["json"]),
        PickKind::Folder => ("Folders", &[]),
        PickKind::Model => ("Models", &["bin", "gguf"]),
    }
}

/// The endings as they are and in capitals: GTK compares them exactly, and cameras write `MOVIE.MP4`.
fn both_cases(endings: &[&str]) -> Vec<String> {
    endings.iter().flat_map(|ending| [(*ending).to_owned(), ending.to_uppercase()]).collect()
}

#[async_trait]
impl Native for AppHandle {
    async fn pick(&self, kind: PickKind) -> Vec<PathBuf> {
        let (chosen, choice) = oneshot::channel();
        if kind == PickKind::Folder {
            self.dialog().file().pick_folder(move |folder| {
                let _ = chosen.send(folder.into_iter().collect());
            });
            return paths(choice).await;
        }
        let (name, endings) = endings(kind);
        let endings = both_cases(endings);
        let endings: Vec<&str> = endings.iter().map(String::as_str).collect();
        self.dialog().file().add_filter(name, &endings).add_filter("All files", &["*"]).pick_files(
            move |files| {
                // Nobody listens any more when the window went meanwhile.
                let _ = chosen.send(files.unwrap_or_default());
            },
        );
        paths(choice).await
    }

    fn open(&self, page: &Path) -> Result<(), Failure> {
        // The plugin's function, not its commands: the web view must not be able to open anything by itself.
        tauri_plugin_opener::open_path(page, None::<&str>).map_err(|error| not_opened(page, &error))
    }

    fn browse(&self, url: &Url) -> Result<(), Failure> {
        tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| {
            Failure::person(
                FailureCode::SignInFailed,
                "No web browser could be opened on this computer.",
                "Install a browser or choose a default one, then try again.",
            )
            .because(error)
        })
    }

    fn open_notion(&self, url: &Url) -> Result<(), Failure> {
        if let Some(in_app) = notion_app::address(url).filter(|_| notion_app::is_installed())
            && tauri_plugin_opener::open_url(&in_app, None::<&str>).is_ok()
        {
            return Ok(());
        }
        self.browse(url)
    }

    async fn tell(&self, failure: &Failure) {
        let (read, reading) = oneshot::channel();
        self.dialog()
            .message(format!("{}\n\n{}", failure.what, failure.fix))
            .title("Debrief")
            .kind(MessageDialogKind::Error)
            .show(move |_| {
                let _ = read.send(());
            });
        let _ = reading.await;
    }
}

async fn paths(choice: oneshot::Receiver<Vec<FilePath>>) -> Vec<PathBuf> {
    let files = choice.await.unwrap_or_default();
    files.into_iter().filter_map(|file| FilePath::into_path(file).ok()).collect()
}

/// The page exists no more, or no program here opens it.
fn not_opened(page: &Path, error: &tauri_plugin_opener::Error) -> Failure {
    let path = page.display();
    if page.exists() {
        Failure::never(
            FailureCode::Internal,
            "No program on this computer opens pages.",
            format!("Open this file in a web browser: {path}"),
        )
    } else {
        Failure::never(
            FailureCode::MissingFile,
            format!("The page {path} is gone."),
            "Retry the job from “Writing the page” to have it written again.",
        )
    }
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chooser_offers_every_recording_also_in_capitals() {
        let offered = both_cases(endings(PickKind::Recordings).1);
        for ending in ["mp3", "m4a", "flac", "ogg", "opus", "wav", "webm", "mkv", "mp4", "MP4"] {
            assert!(offered.iter().any(|o| o == ending), "{ending} isn't offered");
        }
        assert_eq!(both_cases(endings(PickKind::Model).1), ["bin", "BIN", "gguf", "GGUF"]);
    }

    #[test]
    fn a_page_that_is_gone_says_how_to_get_it_back() {
        let page = Path::new("/nowhere/page.html");
        let error = tauri_plugin_opener::open_path(page, None::<&str>).expect_err("there is no such page");
        let failure = not_opened(page, &error);
        assert_eq!(failure.code, FailureCode::MissingFile);
        assert_eq!(failure.what, "The page /nowhere/page.html is gone.");
        assert_eq!(failure.fix, "Retry the job from “Writing the page” to have it written again.");
        assert!(failure.detail.is_some());
    }

    #[test]
    fn a_page_that_nothing_opens_says_where_it_is() {
        let page = tempfile::NamedTempFile::new().unwrap();
        let error = tauri_plugin_opener::Error::Io(std::io::Error::other("no opener"));
        let failure = not_opened(page.path(), &error);
        assert_eq!(failure.what, "No program on this computer opens pages.");
        assert!(failure.fix.contains(&page.path().display().to_string()));
    }
}
