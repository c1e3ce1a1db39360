//! The window of Debrief. The only code that names tauri: everything it can do is a call of the app.

mod commands;
mod events;
mod google;
mod native;
mod notes;
mod notion;
mod notion_app;
mod record;
mod speech;
mod start;

#[cfg(test)]
mod border;

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager, RunEvent};

use commands::{SharedApp, SharedNative};

/// How long closing waits for running work to be stored. What isn't stored by then is done again at the next start.
const CLOSING_MS: u64 = 5_000;

/// Opens the window and returns when it is closed. The code is 0, or 1 when it could not be opened.
pub fn run() -> ExitCode {
    // A document is read by a process of its own, which is this program.
    if debrief_app::serve_if_asked() {
        return ExitCode::SUCCESS;
    }
    if !has_display(|name| std::env::var_os(name).is_some()) {
        say_on_stderr(
            "There is no screen to open a window on.",
            "Use the `debrief` command instead, or start this program in a desktop session.",
        );
        return ExitCode::FAILURE;
    }
    match build() {
        Ok(window) => {
            let code = window.run_return(when);
            u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            say_on_stderr("The window can't be opened.", &format!("The system said: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn build() -> tauri::Result<tauri::App> {
    let commands = commands::all();
    tauri::Builder::default()
        // First, so that a second start ends before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            start::second_start(app, arguments, &folder);
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .manage(events::Follower::default())
        .manage(speech::ModelsFollower::default())
        .manage(Closing::default())
        .invoke_handler(commands.invoke_handler())
        .setup(|tauri| {
            let native: SharedNative = Arc::new(tauri.handle().clone());
            tauri.manage(native);
            start::open(tauri)
        })
        .build(tauri::generate_context!())
}

fn when(handle: &AppHandle, event: RunEvent) {
    match event {
        // The last window is closed, and gone from the screen while this goes on.
        RunEvent::ExitRequested { api, code: None, .. } if !Closing::is_done(handle) => {
            api.prevent_exit();
            let handle = handle.clone();
            tauri::async_runtime::spawn(async move {
                Closing::close(&handle).await;
                handle.exit(0);
            });
        }
        // Quit on macOS and the end of a session come here without a request.
        RunEvent::Exit => tauri::async_runtime::block_on(Closing::close(handle)),
        // The other events are the business of the window itself.
        _ => {}
    }
}

/// Whether the app was shut down; it is shut down once.
#[derive(Default)]
struct Closing(AtomicBool);

impl Closing {
    fn is_done(handle: &AppHandle) -> bool {
        handle.state::<Closing>().0.load(Ordering::Acquire)
    }

    async fn close(handle: &AppHandle) {
        if !handle.state::<Closing>().0.swap(true, Ordering::AcqRel)
            && let Some(app) = handle.try_state::<SharedApp>()
        {
            within(CLOSING_MS, app.shutdown()).await;
        }
    }
}

/// Waits for `work`, but no longer than `limit_ms`.
async fn within(limit_ms: u64, work: impl Future<Output = ()>) {
    // Too late is no failure: the journal has every finished stage, and the next start goes on from there.
    let _ = tokio::time::timeout(Duration::from_millis(limit_ms), work).await;
}

/// On Linux GTK ends the program with a stack trace when there is no display, so look first.
fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn say_on_stderr(what: &str, fix: &str) {
    // Nobody may be reading; there is nothing else to tell it to.
    let _ = writeln!(std::io::stderr(), "{what} {fix}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn closing_waits_for_work_but_not_for_ever() {
        let begun = tokio::time::Instant::now();
        within(CLOSING_MS, tokio::time::sleep(Duration::from_secs(2))).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        within(CLOSING_MS, std::future::pending()).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(7));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn either_kind_of_display_is_enough() {
        assert!(has_display(|name| name == "DISPLAY"));
        assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_display(|_| false));
    }
}
