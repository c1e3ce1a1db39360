//! The real window: its border to the web view, its start, its end.
// The screen, the bus and the driver are Linux programs.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on, in its helpers too")]

mod google;
mod jobs;
mod looks;
mod notion;
mod pictures;
mod speech;
mod support;
mod writing;
mod zoom;

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use debrief_core::failure::FailureCode;
use serde_json::{Value, json};

use support::{DesktopWindow, Place};

const APP: &str = env!("CARGO_BIN_EXE_debrief-desktop");
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn the_window_shows_debrief_and_has_no_jobs_at_first() {
    let window = DesktopWindow::open().await;
    assert_eq!(window.client.title().await.unwrap(), "Debrief");
    assert_eq!(window.invoke("list_jobs", json!({})).await, Ok(json!([])));
    let about = window.invoke("about", json!({})).await.unwrap();
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    window.close().await;
}

#[tokio::test]
async fn an_unknown_job_is_answered_with_what_and_what_to_do() {
    let window = DesktopWindow::open().await;
    for command in ["get_job_status", "cancel_job", "retry_job", "delete_job", "open_page"] {
        for id in [NOBODY, "not an id", ""] {
            let error = window.invoke(command, json!({ "jobId": id })).await.unwrap_err();
            assert_eq!(error["code"], FailureCode::BadRequest.word(), "{command} {id:?}");
            for part in ["what", "fix"] {
                assert!(
                    error[part].as_str().is_some_and(|text| !text.is_empty()),
                    "{command} {id:?}: {error}"
                );
            }
        }
    }
    assert_eq!(window.place.opened(), Vec::<String>::new());
}

#[tokio::test]
async fn news_of_a_job_reach_the_page_through_the_channel() {
    let window = DesktopWindow::open().await;
    let recording = window.place.write("talk.mp3", "no sound");
    let heard = window
        .js_async(
            "const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
             const heard = [];
             const channel = transformCallback(({ message }) => { if (message) heard.push(message); });
             await invoke('follow_jobs', { channel: '__CHANNEL__:' + channel });
             const id = await invoke('process_file_async', { fileId: args.recording, attachmentFileIds: null });
             for (let i = 0; i < 200 && !heard.some(n => n.kind === 'changed' && n.job.id === id); i++)
                 await new Promise(resolve => setTimeout(resolve, 25));
             return { id, heard };",
            json!({ "recording": recording }),
        )
        .await;
    let of_the_job = |news: &Value| news["kind"] == "changed" && news["job"]["id"] == heard["id"];
    assert!(heard["heard"].as_array().unwrap().iter().any(of_the_job), "{heard}");
    let jobs = window.invoke("list_jobs", json!({})).await.unwrap();
    assert_eq!(jobs[0]["id"], heard["id"]);
}

#[tokio::test]
async fn the_page_cannot_call_tauri_or_its_plugins() {
    let window = DesktopWindow::open().await;
    let forbidden = [
        ("plugin:event|emit", json!({ "event": "x", "payload": null })),
        ("plugin:window|close", json!({ "label": "main" })),
        ("plugin:window|set_title", json!({ "label": "main", "value": "x" })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "x", "url": "index.html" } })),
        ("plugin:app|version", json!({})),
        ("plugin:path|resolve_directory", json!({ "directory": 1 })),
        ("plugin:dialog|open", json!({ "options": {} })),
        ("plugin:fs|read_file", json!({ "path": "/etc/passwd" })),
        ("plugin:opener|open_path", json!({ "path": "/etc/passwd" })),
        ("plugin:opener|open_url", json!({ "url": "https://example.org" })),
        ("plugin:window-state|save_window_state", json!({ "flags": 1 })),
        ("no_such_command", json!({})),
    ];
    for (command, args) in forbidden {
        let refusal = window.invoke(command, args).await.unwrap_err().to_string();
        assert!(refusal.contains("not allowed") || refusal.contains("not found"), "{command}: {refusal}");
    }
    assert_eq!(window.place.opened(), Vec::<String>::new());
    // What the page does need: to hear that files were dropped on the window.
    let listening = json!({ "event": "tauri://drag-drop", "target": { "kind": "Any" }, "handler": 1 });
    window.invoke("plugin:event|listen", listening).await.unwrap();
}

#[tokio::test]
async fn nothing_from_elsewhere_is_run_or_fetched() {
    let window = DesktopWindow::open().await;
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("http://{}", elsewhere.local_addr().unwrap());
    let refusals: BTreeSet<String> = [
        "script-src-elem inline".to_owned(),
        format!("script-src-elem {address}"),
        format!("img-src {address}"),
        format!("frame-src {address}"),
        format!("object-src {address}"),
        "style-src-elem inline".to_owned(),
        format!("style-src-elem {address}"),
        format!("connect-src {address}"),
        "connect-src http://127.0.0.1:1".to_owned(),
    ]
    .into();
    let refused = window
        .js_async(
            "const refused = new Set();
             document.addEventListener('securitypolicyviolation', e =>
                 // Frames are reported without the slash at the end.
                 refused.add(e.effectiveDirective + ' ' + e.blockedURI.replace(/[/]$/, '')));
             const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
             add('script', { textContent: 'window.inlineScriptRan = true' });
             add('script', { src: args.address });
             add('img', { src: args.address });
             add('iframe', { src: args.address });
             add('object', { data: args.address });
             add('style', { textContent: 'body { color: red }' });
             add('link', { rel: 'stylesheet', href: args.address });
             await fetch(args.address).catch(() => {});
             await fetch('http://127.0.0.1:1/').catch(() => {});
             for (let i = 0; i < 200 && refused.size < args.count; i++)
                 await new Promise(resolve => setTimeout(resolve, 25));
             return [...refused];",
            json!({ "address": address, "count": refusals.len() }),
        )
        .await;
    let refused: BTreeSet<String> = serde_json::from_value(refused).unwrap();
    assert!(refused.is_superset(&refusals), "{refused:#?}");
    assert_eq!(window.js("return window.inlineScriptRan ?? null").await, Value::Null);
    let called = elsewhere.accept().map(|(_, from)| from);
    assert_eq!(called.unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "the page reached another server");
}

#[tokio::test]
async fn the_window_does_not_leave_its_own_pages() {
    let window = DesktopWindow::open().await;
    let address = window.client.current_url().await.unwrap();
    window.js("location.href = 'http://127.0.0.1:1/'").await;
    window.js("window.open('http://127.0.0.1:1/'); return null").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(window.client.current_url().await.unwrap(), address);
    assert_eq!(window.client.title().await.unwrap(), "Debrief");
}

#[tokio::test]
async fn a_second_start_hands_its_recording_to_the_open_window_and_ends() {
    let window = DesktopWindow::open().await;
    let recording = window.place.write("second talk.mp3", "no sound");
    let second = start(&window.place, &[&recording], &[]).await;
    assert!(second.status.success(), "{second:?}");
    window
        .until("the recording of the second start is a job", || async {
            let jobs = window.invoke("list_jobs", json!({})).await.unwrap();
            jobs.as_array().is_some_and(|jobs| jobs.len() == 1 && jobs[0]["source"] == recording)
        })
        .await;
}

#[tokio::test]
async fn a_recording_named_at_the_start_becomes_a_job() {
    let place = Place::new().await;
    let recording = place.write("talk.mp3", "no sound");
    let window = DesktopWindow::open_in(place, &[&recording]).await;
    window
        .until("the recording is a job", || async {
            let jobs = window.invoke("list_jobs", json!({})).await.unwrap();
            jobs.as_array().is_some_and(|jobs| jobs.len() == 1 && jobs[0]["source"] == recording)
        })
        .await;
}

#[tokio::test]
async fn a_closed_window_ends_the_app_and_comes_back_in_its_size() {
    let window = DesktopWindow::open().await;
    assert_eq!(window.size().await, (1120, 720));
    window.client.set_window_size(900, 600).await.unwrap();
    window.until("the window is resized", || async { window.size().await == (900, 600) }).await;
    let place = window.close().await;
    let window = DesktopWindow::open_in(place, &[]).await;
    window.until("the window has its last size", || async { window.size().await == (900, 600) }).await;
}

#[tokio::test]
async fn an_app_that_cannot_be_opened_says_why_in_a_message_and_ends() {
    let place = Place::new().await;
    let file = place.write("not a folder", "");
    let no_home = [("DEBRIEF_HOME", file.as_str())];
    let starting = start(&place, &[], &no_home);
    let (output, ()) = tokio::join!(starting, place.close_window());
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(". "), "what happened and what to do, not {said:?}");
}

#[tokio::test]
async fn without_a_screen_the_start_says_what_to_use_instead() {
    let place = Place::new().await;
    let output = start(&place, &[], &[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "There is no screen to open a window on. \
         Use the `debrief` command instead, or start this program in a desktop session.\n"
    );
}

/// Starts the app without a driver and waits until it has ended by itself. An empty value takes a variable away.
async fn start(place: &Place, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(APP);
    command.args(arguments).envs(place.environment()).stdin(Stdio::null());
    for (name, value) in environment {
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    let mut command = tokio::process::Command::from(command);
    let output = command.kill_on_drop(true).output();
    tokio::time::timeout(Duration::from_secs(20), output)
        .await
        .expect("the app did not end within 20 s")
        .unwrap()
}
