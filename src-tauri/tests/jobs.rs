//! Recordings become pages in the real window, as a person drives it.

use debrief_core::failure::FailureCode;
use serde_json::{Value, json};

use crate::support::{DesktopWindow, Place, fixture, long_recording};

#[tokio::test]
async fn a_typed_path_becomes_a_page_that_opens() {
    let window = DesktopWindow::open().await;
    window.until("the first look is there", || window.shows("Turn a recording into a page")).await;
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
async fn pasted_nonsense_stays_in_the_field_with_what_to_do() {
    let window = DesktopWindow::open().await;
    window.place.copy("what a lovely day");
    window.until("the first look is there", || window.shows("Turn a recording into a page")).await;
    window.place.press_ctrl('v');
    window.until("the text is in the field", || async { window.typed().await == "what a lovely day" }).await;
    window.press("Process").await;
    let refusal = "“what a lovely day” is neither a Google Drive link nor a file. \
                   Paste a Drive link, or drop the recording here.";
    window.until("the refusal is told", || window.shows(refusal)).await;
    assert_eq!(window.typed().await, "what a lovely day");
    assert_eq!(window.rows().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_copied_path_is_processed_wherever_it_is_pasted() {
    let window = DesktopWindow::open().await;
    let recording = window.place.write("talk.mp3", "no sound");
    window.place.copy(&recording);
    window.until("the first look is there", || window.shows("Turn a recording into a page")).await;
    window.place.press_ctrl('v');
    let id = window.new_row(&[]).await;
    assert_eq!(window.says(&id, "title").await, "talk.mp3");
    assert_eq!(window.typed().await, "");
}

#[tokio::test]
async fn a_dropped_file_is_processed() {
    let window = DesktopWindow::open().await;
    let recording = window.place.write("dropped talk.mp3", "no sound");
    window.until("the first look is there", || window.shows("Turn a recording into a page")).await;
    window.place.drop_file(&recording).await;
    let id = window.new_row(&[]).await;
    assert_eq!(window.says(&id, "title").await, "dropped talk.mp3");
    window.until("the place to let go has gone", || async { !window.shows("Let go to process").await }).await;
}

#[tokio::test]
async fn the_technical_cause_of_a_failure_can_be_copied() {
    let mut place = Place::new().await;
    let model = place.write("model.bin", "cut");
    place.set("DEBRIEF__SPEECH__MODEL", &model);
    let window = DesktopWindow::open_in(place, &[]).await;
    let id = window.process(&fixture("speech.wav")).await;
    window
        .until("the job needs the person", || async { window.says(&id, "group").await == "Needs you" })
        .await;
    let job = window.invoke("get_job_status", json!({ "jobId": id })).await.unwrap();
    window.js("document.querySelector('aside details').open = true").await;
    window.press("Copy").await;
    window.until("the button says so", || window.shows("Copied")).await;
    let copied = window.place.clipboard().await.unwrap_or_default();
    for part in ["what", "fix", "code", "detail"] {
        let part = job["error"][part].as_str().unwrap();
        assert!(copied.contains(part), "no “{part}” in {copied:?}");
    }
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
async fn a_damaged_database_is_set_aside_and_told_until_it_is_read() {
    let place = Place::new().await;
    place.write("debrief/debrief.db", "this is no database, and was one once ".repeat(200));
    let window = DesktopWindow::open_in(place, &[]).await;
    let about = window.invoke("about", json!({})).await.unwrap();
    assert!(about["notice"].is_string(), "{about}");
    window.until("the window tells it", || async { notice(&window).await == about["notice"] }).await;
    window.press("Dismiss").await;
    window.until("the notice has gone", || async { notice(&window).await.is_null() }).await;
    assert_eq!(window.invoke("list_jobs", json!({})).await, Ok(json!([])));
}

/// The line under the header.
async fn notice(window: &DesktopWindow) -> Value {
    window.js("return document.querySelector('[aria-label=Notice] p')?.textContent ?? null").await
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

async fn stage(window: &DesktopWindow, id: &str, stage: &str) -> Value {
    let job = window.invoke("get_job_status", json!({ "jobId": id })).await.unwrap();
    job["stages"].as_array().unwrap().iter().find(|view| view["stage"] == stage).unwrap().clone()
}

/// Notes the group and the status line of every row, whenever one changes: a stage may pass between two looks.
pub(crate) async fn note_what_is_seen(window: &DesktopWindow) {
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

/// What was noted so far.
pub(crate) async fn seen(window: &DesktopWindow) -> Vec<String> {
    serde_json::from_value(window.js("return [...window.seen]").await).unwrap()
}
