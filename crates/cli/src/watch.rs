//! `debrief watch`: folders whose new recordings become jobs by themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Subcommand;
use debrief_app::{App, JobNews, Taken, WatchedFolder};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::link::FolderLink;
use debrief_core::view::{Group, JobView, StatusWord};
use tokio::sync::broadcast::error::RecvError;

use crate::beside::say_attached;
use crate::{Outcome, print};

/// How long it may take to become the process that runs the jobs, where none does.
const LOCK_WAIT: Duration = Duration::from_secs(2);

#[derive(Subcommand)]
pub(crate) enum Watch {
    /// Watch one more folder; what is in it already is left alone. New recordings are recognised, also where a transcript
    /// lies beside them.
    Add {
        /// A folder on this machine, or the link or id of one in Google Drive.
        place: String,
        /// Leave chats and attendance lists that lie beside new recordings. Otherwise they are attached, to name the
        /// speakers. For a folder that is watched already only this is changed.
        #[arg(long)]
        no_companions: bool,
    },
    /// List the watched folders.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Watch a folder no longer; its jobs stay.
    Remove {
        /// The folder's id, link or path.
        folder: String,
    },
    /// Watch and process until Ctrl+C, with a line for each job that begins or comes to its end.
    Run {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

impl Watch {
    /// Whether jobs are run meanwhile.
    pub(crate) fn runs_jobs(&self) -> bool {
        match self {
            Watch::Run { .. } => true,
            Watch::Add { .. } | Watch::List { .. } | Watch::Remove { .. } => false,
        }
    }
}

pub(crate) async fn watch(app: &App, command: Watch) -> Result<Outcome, Failure> {
    match command {
        Watch::Add { place, no_companions } => {
            let before = app.watched_folders()?;
            let folders = app.watch_folder_with(&absolute(&place), !no_companions).await?;
            let is_new = |folder: &&WatchedFolder| {
                let known = before.iter().find(|known| known.id == folder.id);
                known.is_none_or(|known| known.companions != folder.companions)
            };
            match folders.iter().find(is_new) {
                Some(added) => line(added),
                None => err!("This folder is watched already."),
            }
        }
        Watch::List { json } => {
            for folder in app.watched_folders()? {
                if json { print::json(&folder) } else { line(&folder) }
            }
        }
        Watch::Remove { folder } => {
            app.unwatch_folder(&id_of(app, &folder)?)?;
        }
        Watch::Run { json } => return run(app, json).await,
    }
    Ok(Outcome::Done)
}

/// A command line has a current folder, so relative paths name folders.
fn absolute(place: &str) -> String {
    let here = std::path::absolute(place).ok().filter(|path| path.is_dir());
    here.map_or_else(|| place.to_owned(), |path| path.display().to_string())
}

/// The id of the watched folder that a text names in any way.
fn id_of(app: &App, text: &str) -> Result<String, Failure> {
    let absolute = std::path::absolute(text).map(|path| path.components().collect::<std::path::PathBuf>());
    let named = [
        FolderLink::parse(text).ok().map(|link| link.location()),
        absolute.ok().map(|path| path.display().to_string()),
    ];
    let is_meant = |folder: &WatchedFolder| {
        folder.id == text.trim() || named.iter().flatten().any(|place| *place == folder.place)
    };
    let folder = app.watched_folders()?.into_iter().find(is_meant);
    Ok(folder.map_or_else(|| text.to_owned(), |folder| folder.id))
}

fn line(folder: &WatchedFolder) {
    out!("{}  {}  {}", folder.id, folder.name, folder.place);
    if !folder.companions {
        out!("  Chats and attendance lists beside its recordings are left.");
    }
    if let Some(problem) = &folder.problem {
        out!("  {} {}", problem.what, problem.fix);
    }
}

/// Prints each job when it begins to be known here, and once more when it has ended or needs the person.
async fn run(app: &App, json: bool) -> Result<Outcome, Failure> {
    let folders = app.watched_folders()?;
    if folders.is_empty() {
        return Err(Failure::never(
            FailureCode::BadRequest,
            "No folder is watched.",
            "Add one first: debrief watch add PLACE.",
        ));
    }
    let mut news = app.news();
    let mut taken = app.taken();
    let mut shown: BTreeMap<String, bool> = BTreeMap::new();
    let places: Vec<&str> = folders.iter().map(|folder| folder.place.as_str()).collect();
    err!("Watching {}; Ctrl+C ends it.", places.join(", "));
    if !runs_jobs(app).await {
        err!("Another Debrief runs the jobs and watches the folders; this one takes over when it has ended.");
    }
    if app.is_paused() {
        err!("All jobs are paused. `debrief resume`, or Resume in the window, lets them go on.");
    }
    // One for the whole loop: an interrupt while a job is shown is heard, too.
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    loop {
        let message = tokio::select! {
            message = news.recv() => message,
            // What was missed, or never comes because another process watches, is nobody's loss.
            Ok(Taken { name, companions }) = taken.recv() => {
                say_attached(&name, &companions, "debrief watch add FOLDER --no-companions");
                continue;
            }
            _ = &mut interrupted => break,
        };
        match message {
            Ok(JobNews::Changed { job }) => show(&job, &mut shown, json),
            Ok(JobNews::Relist) | Err(RecvError::Lagged(_)) => {
                for job in app.list()?.into_iter().rev() {
                    // What had ended before is none of the news that were missed.
                    if shown.contains_key(&job.id) || !has_ended(&job) {
                        show(&job, &mut shown, json);
                    }
                }
            }
            Ok(JobNews::Removed { id }) => {
                shown.remove(&id);
            }
            Ok(JobNews::Progress { .. } | JobNews::Paused { .. }) => {}
            Err(RecvError::Closed) => return Err(Failure::internal("the pool has gone")),
        }
    }
    app.shutdown().await;
    err!("Stopped. What is finished is kept; `debrief watch run` goes on from here.");
    Ok(Outcome::Done)
}

async fn runs_jobs(app: &App) -> bool {
    let waited = tokio::time::timeout(LOCK_WAIT, async {
        while !app.runs_jobs() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.is_ok()
}

/// Shows a job that is new here, or that has come to rest since it was shown.
fn show(job: &JobView, shown: &mut BTreeMap<String, bool>, json: bool) {
    let rests = has_ended(job) || job.group == Group::NeedsYou;
    if shown.get(&job.id) != Some(&rests) {
        if json {
            print::json(job)
        } else {
            print::line(job)
        }
        shown.insert(job.id.clone(), rests);
    }
}

fn has_ended(job: &JobView) -> bool {
    match job.status {
        StatusWord::Completed | StatusWord::Failed | StatusWord::Cancelled => true,
        StatusWord::Pending | StatusWord::Processing => false,
    }
}
