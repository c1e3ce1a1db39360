//! The pictures in docs/, taken from the real window with real jobs in it. `make pictures` runs this.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{DesktopWindow, Place};

/// One picture: what it is called, how it looks, what its recording is called, and whose details it shows.
struct Picture {
    name: &'static str,
    theme: &'static str,
    locale: &'static str,
    recording: &'static str,
    shows: Shown,
}

#[derive(PartialEq)]
enum Shown {
    Finished,
    Running,
}

const PICTURES: [Picture; 3] = [
    Picture {
        name: "window-light",
        theme: "Adwaita",
        locale: "en_GB",
        recording: "Weekly product review.m4a",
        shows: Shown::Finished,
    },
    Picture {
        name: "window-dark",
        theme: "Adwaita:dark",
        locale: "en_GB",
        recording: "Weekly product review.m4a",
        shows: Shown::Running,
    },
    Picture {
        name: "window-zh-TW",
        theme: "Adwaita",
        locale: "zh_TW",
        recording: "每週產品檢討會議.m4a",
        shows: Shown::Running,
    },
];

#[tokio::test]
#[ignore = "writes docs/window-*.png and takes minutes; run `make pictures`"]
async fn pictures_of_the_window() {
    for picture in &PICTURES {
        take(picture).await;
    }
}

#[tokio::test]
#[ignore = "writes docs/settings.png and docs/notion-*.png; run `make pictures`"]
async fn pictures_of_the_connections() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    crate::google::take_picture_of_the_settings(&docs.join("settings.png")).await;
    crate::notion::take_pictures(&docs).await;
}

#[tokio::test]
#[ignore = "writes docs/models.png; run `make pictures`"]
async fn pictures_of_the_models() {
    crate::speech::take_picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).await;
}

#[tokio::test]
#[ignore = "writes docs/record.png and docs/summary.png; run `make pictures`"]
async fn pictures_of_notes() {
    crate::writing::take_pictures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).await;
}

async fn take(picture: &Picture) {
    let mut place = Place::new().await;
    place.look(picture.locale, picture.theme);
    let pages = place.folder("Documents/Debrief");
    place.set("DEBRIEF__PAGES__FOLDER", &pages);
    let text = place.write("notes.mp3", "What was said is not in here.");
    let recording = place.write(picture.recording, "");
    repeat_sample(5, &recording);

    let window = DesktopWindow::open_in(place, &[]).await;
    assert_eq!(window.js("return navigator.language").await, picture.locale.replace('_', "-"));
    let failed = submit(&window, &text).await;
    status_is(&window, &failed, "failed").await;
    let finished = window.invoke("process_sample", json!({})).await.unwrap();
    status_is(&window, &finished, "completed").await;
    let running = submit(&window, &recording).await;
    window.until("a third is transcribed", || async { transcribed(&window, &running).await > 0.34 }).await;

    let shown = if picture.shows == Shown::Finished { &finished } else { &running };
    window.choose(shown.as_str().unwrap()).await;
    assert_eq!(window.size().await, (1120, 720));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(picture.name).with_extension("png");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    window.screenshot(&file).await;
    let size_bytes = file.metadata().unwrap().len();
    assert!(size_bytes < 200_000, "{}: {size_bytes} bytes", file.display());
}

async fn submit(window: &DesktopWindow, path: &str) -> Value {
    window.invoke("process_file_async", json!({ "fileId": path })).await.unwrap()
}

async fn job(window: &DesktopWindow, id: &Value) -> Value {
    window.invoke("get_job_status", json!({ "jobId": id })).await.unwrap()
}

async fn status_is(window: &DesktopWindow, id: &Value, status: &str) {
    window.until(status, || async { job(window, id).await["status"] == status }).await;
}

/// The part of a recording that is transcribed, 0 to 1.
async fn transcribed(window: &DesktopWindow, id: &Value) -> f64 {
    let job = job(window, id).await;
    assert_eq!(job["error"], Value::Null);
    let part = |of: &str| job["stage_progress"][of].as_f64().unwrap_or_default();
    if job["stage"] == "transcribe" { part("done") / part("total").max(1.0) } else { 0.0 }
}

/// Writes the bundled sample `times` over, as one recording.
fn repeat_sample(times: u32, into: &str) {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/sample/two-speakers.opus");
    let again = (times - 1).to_string();
    let made = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-y", "-stream_loop", &again, "-i", sample, "-c:a", "aac", into])
        .status();
    assert!(made.is_ok_and(|made| made.success()), "ffmpeg can't make {into}; install ffmpeg");
}
