//! `debrief models`: what is offered, what is here, downloads.

use std::path::PathBuf;

use clap::Subcommand;
use debrief_app::{App, ModelChange, ModelStateView, ModelView};
use debrief_core::failure::Failure;
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use tokio::sync::broadcast::error::RecvError;

use crate::{Outcome, print};

#[derive(Subcommand)]
pub(crate) enum Models {
    /// List the models on offer and the files that were added.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Download a model, or go on where it stopped.
    Get {
        /// The model's id.
        id: String,
    },
    /// Add a model file that is on this computer.
    Add {
        /// A file of the catalogue, a GGUF file for transcribe.cpp, or whisper.cpp's ggml-….bin.
        file: PathBuf,
        /// Move it instead of copying it.
        #[arg(long = "move")]
        move_it: bool,
    },
    /// Remove a model, or what has arrived of it.
    Remove {
        /// The model's id.
        id: String,
    },
    /// Move all models to another folder.
    Move {
        /// A folder of its own.
        folder: PathBuf,
    },
    /// Measure how fast a model is on this computer, with the bundled sample.
    Bench {
        /// The model's id.
        id: String,
        /// Only the sample's first seconds.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        seconds: Option<u32>,
    },
}

pub(crate) async fn run(app: &App, command: Models) -> Result<Outcome, Failure> {
    match command {
        Models::List { json } => {
            let view = app.models();
            for model in &view.models {
                if json { print::json(model) } else { out!("{}", line(model)) }
            }
            if !json {
                out!("\nIn {}, {} free.", view.folder, HumanBytes(view.free_bytes as u64));
            }
            Ok(Outcome::Done)
        }
        Models::Get { id } => get(app, &id).await,
        Models::Add { file, move_it } => {
            let (view, id) = app.add_model_file(&file, move_it).await?;
            match view.models.iter().find(|model| model.id == id) {
                Some(model) if model.state != ModelStateView::Ready => {
                    out!("Added to {id}. It needs its other files, too.");
                }
                Some(model) => out!("Added as {id}{}.", checked(model)),
                None => out!("Added as {id}."),
            }
            // The best one of the catalogue is used unasked, but nobody knows how good this one is.
            if id.starts_with("file:") {
                out!("`debrief speech use transcribe-cpp --model {id}` uses it.");
            }
            Ok(Outcome::Done)
        }
        Models::Remove { id } => {
            let (_, replacement) = app.remove_model(&id).await?;
            // Whoever chose a model gets no other one in its place.
            let chosen = app.speech().await?.model.is_some_and(|model| model == id);
            match replacement {
                _ if chosen => out!(
                    "Removed. Recordings wait for it, because it is the one that was chosen; `debrief speech use auto` \
                     chooses the best one that is left."
                ),
                Some(next) => out!("Removed. The best one left is {next}."),
                None => out!("Removed. What needs no model does its work now."),
            }
            Ok(Outcome::Done)
        }
        Models::Move { folder } => {
            let folder = std::path::absolute(&folder).unwrap_or(folder);
            let view = app.move_models(&folder).await?;
            out!("The models are in {} now.", view.folder);
            Ok(Outcome::Done)
        }
        Models::Bench { id, seconds } => {
            let speed = app.bench_model(&id, seconds).await?;
            out!("{id}: {speed:.1} times real time on this computer.");
            Ok(Outcome::Done)
        }
    }
}

/// Downloads with a bar; Ctrl+C pauses.
async fn get(app: &App, id: &str) -> Result<Outcome, Failure> {
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    // Asked for once now, so that an interrupt is heard from here on.
    tokio::select! {
        biased;
        _ = &mut interrupted => return Ok(Outcome::Interrupted),
        () = std::future::ready(()) => {}
    }
    let mut news = app.models_news();
    app.get_model(id)?;
    let style = ProgressStyle::with_template("{prefix:.bold} {bar:24} {bytes} of {total_bytes}  {wide_msg}");
    let bar = ProgressBar::new(1).with_style(style.expect("a constant template"));
    bar.set_prefix(id.to_owned());
    let ended = app.model_settled(id);
    tokio::pin!(ended);
    let ended = loop {
        tokio::select! {
            ended = &mut ended => break ended,
            message = news.recv() => match message {
                Ok(change) if change.id == id => show(&bar, ModelChange::from(change).state),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(Failure::internal("the models have gone")),
            },
            _ = &mut interrupted => {
                app.pause_model(id).await;
                bar.finish_and_clear();
                err!("Paused. What has arrived is kept; `debrief models get {id}` goes on from here.");
                return Ok(Outcome::Interrupted);
            }
        }
    };
    bar.finish_and_clear();
    if let ModelStateView::Failed { problem } = ended {
        err!("{}\n{}", problem.what, problem.fix);
        return Ok(Outcome::Failed);
    }
    let model = app.models().models.into_iter().find(|model| model.id == id);
    out!("{id} is ready{}.", model.as_ref().map(checked).unwrap_or_default());
    if let Some(model) = model.filter(|model| !model.attribution.is_empty()) {
        out!("{}", model.attribution);
    }
    Ok(Outcome::Done)
}

fn show(bar: &ProgressBar, state: ModelStateView) {
    match state {
        ModelStateView::Downloading { bytes, total, rate_bytes_per_s, eta_s, started_again } => {
            bar.set_length(total as u64);
            bar.set_position(bytes as u64);
            let rate = rate_bytes_per_s.map(|rate| format!("{}/s  ", HumanBytes(rate as u64)));
            let left = eta_s.map(|left| std::time::Duration::from_secs_f64(left.clamp(0.0, 1e9)));
            let left = left.map(|left| format!("{} left", HumanDuration(left)));
            let again = if started_again { "  (begun again: what had arrived was useless)" } else { "" };
            bar.set_message(format!("{}{}{again}", rate.unwrap_or_default(), left.unwrap_or_default()));
        }
        ModelStateView::Verifying => bar.set_message("checking"),
        ModelStateView::Absent
        | ModelStateView::Paused { .. }
        | ModelStateView::Ready
        | ModelStateView::Failed { .. } => {}
    }
}

fn line(model: &ModelView) -> String {
    let recommended = match model.recommended.as_deref() {
        Some("best") => ", recommended",
        Some(_) => ", recommended where it should be light",
        None => "",
    };
    let speed = model.speed.map(|speed| format!(", {speed:.1} times real time")).unwrap_or_default();
    format!(
        "{:24} {:32} {:>10}  {}{}{}{}",
        model.id,
        model.name,
        HumanBytes(model.size_bytes as u64).to_string(),
        state(&model.state),
        checked(model),
        speed,
        recommended
    )
}

fn state(state: &ModelStateView) -> String {
    match state {
        ModelStateView::Absent => "not downloaded".to_owned(),
        ModelStateView::Downloading { bytes, total, .. } => {
            format!("downloading, {}", percent(*bytes, *total))
        }
        ModelStateView::Paused { bytes, total } => format!("paused at {}", percent(*bytes, *total)),
        ModelStateView::Verifying => "being checked".to_owned(),
        ModelStateView::Ready => "ready".to_owned(),
        ModelStateView::Failed { problem } => format!("failed: {}", problem.what),
    }
}

fn percent(bytes: f64, total: f64) -> String {
    format!("{:.0} %", (100.0 * bytes / total.max(1.0)).min(100.0))
}

/// How far a ready model was checked, if there is something to say.
fn checked(model: &ModelView) -> &'static str {
    match model.checked.as_deref() {
        Some("pinned") => " (not checked: the catalogue has no checksum; what arrived is pinned from now on)",
        Some("unchecked") => " (not checked: nobody knows its checksum)",
        _ => "", // Checked against the catalogue, or not here.
    }
}
