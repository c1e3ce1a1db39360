//! Recordings become pages in the real window, as a person drives it.

use debrief_core::failure::FailureCode;
use serde_json::{Value, json};

use crate::support::{DesktopWindow, fixture, long_recording};

#[tokio::test]
async fn a_typed_path_becomes_a_page_that_opens() {
    let window = DesktopWindow::open().await;
    window.until("the first look is there", || says(&window, "Turn a recording into a page")).await;
    note_what_is_seen(&window).await;
    let id = window.process(&fixture("speech.wav")).await;
    assert_eq!(window.typed().await, "", "the composer is free for the next recording");

    let status = window.ended(&id).await;
    assert!(status.starts_with("Done: ") && status.contains("6 s"), "{status}");
    let seen = seen(&window).await;
    assert!(seen.contains(&"Working / Working: Transcribing".to_owned()), "{seen:#?}");
    assert_eq!(window.js("return document.querySelectorAll('[role=progressbar]').length").await, 0);

    let page = window.open_page(&id).await;
    let title = window.says(&id, "title").await;
    assert!(page.contains(&format!("<h1>{title}</h1>")), "no “{title}” in {page}");
}

#[tokio::test]
async fn the_sample_becomes_a_page() {
    let window = DesktopWindow::open().await;
    window.press("Try the sample").await;
    let id = window.new_row(&[]).await;
    let status = window.ended(&id).await;
    assert!(status.starts_with("Done: 2 speakers · 54 s · took "), "{status}");
    let page = window.open_page(&id).await;
    assert!(page.contains("Speaker 2"), "{page}");
}

#[tokio::test]
async fn a_text_file_named_mp3_fails_with_what_happened_and_what_to_do() {
    let window = DesktopWindow::open().await;
    let id = window.process(&fixture("text.mp3")).await;
    let status = window.ended(&id).await;
    let job = window.invoke("get_job_status", json!({ "jobId": id })).await.unwrap();
    assert_eq!(job["status"], "failed");
    assert_eq!(job["error"]["code"], FailureCode::NotARecording.word());
    assert_eq!(status, format!("Failed: {}", job["error"]["what"].as_str().unwrap()));
    assert_eq!(window.says(&id, "fix").await, job["error"]["fix"]);
}

#[tokio::test]
async fn nonsense_stays_in_the_field_with_what_to_do() {
    let window = DesktopWindow::open().await;
    window.type_recording("what a lovely day").await;
    window.press("Process").await;
    let refusal = "“what a lovely day” is neither a Google Drive link nor a file. \
                   Paste a Drive link, or drop the recording here.";
    window.until("the refusal is told", || says(&window, refusal)).await;
    assert_eq!(window.typed().await, "what a lovely day");
    assert_eq!(window.rows().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_cancelled_job_stops_alone_and_undo_brings_it_back() {
    let window = DesktopWindow::open().await;
    let long = window.process(&long_recording(&window.place, "long.wav", 100)).await;
    window.transcribing(&long).await;
    let short = window.process(&fixture("speech.wav")).await;

    window.press("Cancel: long.wav").await;
    window.press("Undo").await;
    window.transcribing(&long).await;

    window.press("Cancel: long.wav").await;
    assert_eq!(window.ended(&long).await, "Cancelled: Cancelled · finished stages are kept");
    let status = window.ended(&short).await;
    assert!(status.starts_with("Done: "), "{status}");
    assert_eq!(window.says(&long, "group").await, "Done");
}

#[tokio::test]
async fn a_job_goes_on_after_its_window_was_closed() {
    let window = DesktopWindow::open().await;
    let id = window.process(&long_recording(&window.place, "talk.wav", 8)).await;
    window.transcribing(&id).await;
    let decoded = stage(&window, &id, "decode").await;
    assert_eq!(decoded["state"], "done");

    let place = window.close().await;
    let window = DesktopWindow::open_in(place, &[]).await;
    assert_eq!(window.new_row(&[]).await, id);
    let status = window.ended(&id).await;
    assert!(status.starts_with("Done: "), "{status}");
    assert_eq!(stage(&window, &id, "decode").await, decoded, "a finished stage is not run again");
    window.open_page(&id).await;
}

/// Whether the page shows `text`.
async fn says(window: &DesktopWindow, text: &str) -> bool {
    let shown = window.js("return document.body.innerText.replace(/\\s+/g, ' ')").await;
    shown.as_str().is_some_and(|shown| shown.contains(text))
}

async fn stage(window: &DesktopWindow, id: &str, stage: &str) -> Value {
    let job = window.invoke("get_job_status", json!({ "jobId": id })).await.unwrap();
    job["stages"].as_array().unwrap().iter().find(|view| view["stage"] == stage).unwrap().clone()
}

/// Notes the group and the status line of every row, whenever one changes: a stage may pass between two looks.
async fn note_what_is_seen(window: &DesktopWindow) {
    window
        .js("window.seen = new Set();
             const note = () => {
                 for (const row of document.querySelectorAll('[data-job]')) {
                     const group = row.closest('section').querySelector('h2').firstChild.textContent.trim();
                     const status = row.querySelector('.status').textContent.trim().replace(/\\s+/g, ' ');
                     window.seen.add(`${group} / ${status.split(' · ')[0]}`);
                 }
             };
             const changes = { subtree: true, childList: true, characterData: true };
             new MutationObserver(note).observe(document.body, changes);")
        .await;
}

async fn seen(window: &DesktopWindow) -> Vec<String> {
    serde_json::from_value(window.js("return [...window.seen]").await).unwrap()
}
