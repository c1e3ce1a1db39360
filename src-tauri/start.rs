//! From a start of the program to an open window: arguments, the app, the one window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use debrief_app::{App, Home};
use debrief_core::failure::Failure;
use tauri::{AppHandle, Manager, Url, WebviewWindowBuilder};

use crate::commands::{SharedApp, SharedNative};

const MAIN_WINDOW: &str = "main";

/// Opens the app and then the window. When the app can't be opened a message says why and what to do, and the
/// program ends; there is no window that could do nothing.
pub(crate) fn open(tauri: &mut tauri::App) -> Result<(), Box<dyn std::error::Error>> {
    let handle = tauri.handle().clone();
    match tauri::async_runtime::block_on(open_app()) {
        Ok(app) => {
            tauri.manage::<SharedApp>(Arc::new(app));
            open_window(&handle)?;
            let folder = std::env::current_dir().unwrap_or_default();
            process_all(&handle, recordings(std::env::args().skip(1), &folder));
        }
        Err(failure) => {
            tauri::async_runtime::spawn(async move {
                crate::say_on_stderr(&failure.what, &failure.fix);
                native(&handle).tell(&failure).await;
                handle.exit(1);
            });
        }
    }
    Ok(())
}

/// A second start: shows the window that is there, and processes what the second start was given.
pub(crate) fn second_start(handle: &AppHandle, arguments: Vec<String>, folder: &str) {
    if let Some(window) = handle.get_webview_window(MAIN_WINDOW) {
        // Each may be refused by the window system; the window then stays where it is.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
    process_all(handle, recordings(arguments.into_iter().skip(1), Path::new(folder)));
}

async fn open_app() -> Result<App, Failure> {
    let home = Home::from_environment()?;
    debrief_app::log_to_file(&home)?;
    App::open(home).await
}

fn open_window(handle: &AppHandle) -> tauri::Result<()> {
    let config = handle.config().app.windows.iter().find(|window| window.label == MAIN_WINDOW);
    let config = config.expect("tauri.conf.json has the main window; a test asserts it");
    WebviewWindowBuilder::from_config(handle, config)?.on_navigation(stays_inside).build()?;
    Ok(())
}

/// The window shows its own pages only: a link to anywhere else leads nowhere.
fn stays_inside(url: &Url) -> bool {
    let of_tauri = matches!(
        (url.scheme(), url.host_str()),
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost"))
    );
    let of_vite = tauri::is_dev() && url.scheme() == "http" && url.host_str() == Some("localhost");
    of_tauri || of_vite || url.as_str() == "about:blank"
}

/// The links and paths among the arguments of a start. Paths are relative to the folder of that start.
fn recordings(arguments: impl Iterator<Item = String>, folder: &Path) -> Vec<String> {
    arguments
        .filter(|argument| !argument.starts_with('-'))
        .map(|argument| absolute(argument, folder))
        .collect()
}

fn absolute(argument: String, folder: &Path) -> String {
    let path: PathBuf = folder.join(&argument);
    // What is no file here may be a link or an id; the app says so if it is neither.
    if path.exists() { path.to_string_lossy().into_owned() } else { argument }
}

fn process_all(handle: &AppHandle, recordings: Vec<String>) {
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        // A second start may come before the first has opened the app.
        let Some(app) = handle.try_state::<SharedApp>() else { return };
        for recording in recordings {
            if let Err(failure) = app.process(&recording, &[]).await {
                native(&handle).tell(&failure).await;
            }
        }
    });
}

fn native(handle: &AppHandle) -> SharedNative {
    Arc::clone(&*handle.state::<SharedNative>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], folder: &Path) -> Vec<String> {
        recordings(arguments.iter().map(|a| (*a).to_owned()), folder)
    }

    #[test]
    fn a_relative_path_is_found_in_the_folder_of_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("-- talk 1.mp3");
        std::fs::write(folder.path().join("talk.mp3"), "x").unwrap();
        std::fs::write(&file, "x").unwrap();
        assert_eq!(read(&["talk.mp3"], folder.path()), [folder.path().join("talk.mp3").to_str().unwrap()]);
        assert_eq!(read(&[file.to_str().unwrap()], folder.path()), [file.to_str().unwrap()]);
    }

    #[test]
    fn links_stay_as_they_are_and_options_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let link = "https://drive.google.com/file/d/1AbcDefGhiJklMnoPqrStuVwxYz012345/view";
        assert_eq!(read(&["--hidden", link, "gone.mp3"], folder.path()), [link, "gone.mp3"]);
    }

    #[test]
    fn the_window_stays_on_its_own_pages() {
        for inside in ["tauri://localhost/", "http://tauri.localhost/index.html", "about:blank"] {
            assert!(stays_inside(&inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "https://example.org/",
            "http://127.0.0.1:1/",
            "file:///etc/passwd",
            "data:text/html,x",
            "tauri://evil.example/",
            "https://tauri.localhost.evil.example/",
        ] {
            assert!(!stays_inside(&outside.parse().unwrap()), "{outside}");
        }
    }
}
