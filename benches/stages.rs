//! `cargo bench --bench stages`: how long each stage of the bundled sample takes, beside the weights of the progress bar.
#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::time::{Duration, Instant};

use debrief_app::{App, Home};
use debrief_core::job::JobId;
use debrief_core::stage::Stage;
use debrief_core::view::{Group, JobView, StatusWord};

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = App::open(Home::in_folder(folder.path())).await.expect("an app");
    let id = app.process_sample().await.expect("submitted");
    let view = wait_until(&app, id, |view| matches!(view.group, Group::Done | Group::NeedsYou)).await;
    assert_eq!(view.status, StatusWord::Completed, "{}", view.message);
    let duration_ms = view.duration_ms.expect("decoded");
    let all: u32 = view.stages.iter().filter_map(|stage| stage.took_ms).sum();
    println!("the sample, {:.1} s of speech, with {}", f64::from(duration_ms) / 1000.0, view.engine);
    println!("{:<12}{:>10}{:>14}{:>10}", "stage", "took", "thousandths", "weight");
    for stage in &view.stages {
        let took_ms = stage.took_ms.unwrap_or(0);
        let share = f64::from(took_ms) * 1000.0 / f64::from(all);
        println!("{:<12}{took_ms:>7} ms{share:>14.0}{:>10}", stage.stage.word(), stage.weight);
    }
    println!("{:.1} times as fast as it was spoken", f64::from(duration_ms) / f64::from(all));

    let id = app.process_sample().await.expect("submitted");
    wait_until(&app, id, |view| view.stage == Some(Stage::Transcribe) && view.stage_progress.is_some()).await;
    let asked = Instant::now();
    app.cancel(id).expect("it runs");
    wait_until(&app, id, |view| view.status == StatusWord::Cancelled).await;
    println!("a stop while speech was recognised took {} ms", asked.elapsed().as_millis());
    app.shutdown().await;
}

async fn wait_until(app: &App, id: JobId, reached: impl Fn(&JobView) -> bool) -> JobView {
    loop {
        let view = app.status(id).expect("a view");
        if reached(&view) {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
