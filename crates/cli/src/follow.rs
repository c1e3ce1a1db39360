//! Follows jobs to their end: progress bars for a person, lines of JSON for a program.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use debrief_app::{App, JobNews};
use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::stage::{Progress, Unit};
use debrief_core::view::{Group, JobView};
use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{Outcome, print};

/// Waits until every job of `ids` has ended or needs the person. Ctrl+C lets go of them; `debrief resume` goes on.
pub(crate) async fn follow(
    app: &App,
    mut news: Receiver<JobNews>,
    ids: Vec<JobId>,
    json: bool,
) -> Result<Outcome, Failure> {
    let mut display = if json { Display::Json } else { Display::Bars(Bars::default()) };
    let mut jobs: BTreeMap<JobId, Followed> = ids.iter().map(|id| (*id, Followed::default())).collect();
    for id in &ids {
        take(app, *id, &mut jobs, &mut display)?;
    }
    if app.is_paused() && !ids.is_empty() {
        display.say("All jobs are paused. `debrief resume`, or Resume in the window, lets them go on.");
    }
    // One for the whole loop: an interrupt while a job is shown is heard, too.
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    while jobs.values().any(|job| job.outcome.is_none()) {
        let message = tokio::select! {
            message = news.recv() => message,
            _ = &mut interrupted => {
                app.shutdown().await;
                display.say("Stopped. What is finished is kept; `debrief resume` goes on from here.");
                return Ok(Outcome::Interrupted);
            }
        };
        match message {
            Ok(JobNews::Changed { job }) => {
                if let Some(id) = ids.iter().find(|id| id.to_string() == job.id) {
                    take(app, *id, &mut jobs, &mut display)?;
                }
            }
            Ok(JobNews::Progress { id, progress, stage_progress, message, .. }) => {
                display.progress(&id, progress, &message, stage_progress);
            }
            Ok(JobNews::Removed { id }) => {
                for gone in ids.iter().filter(|known| known.to_string() == id) {
                    jobs.insert(*gone, Followed { outcome: Some(Outcome::Failed), shown: None });
                }
            }
            Ok(JobNews::Paused { .. }) => {}
            Ok(JobNews::Relist) | Err(RecvError::Lagged(_)) => {
                for id in &ids {
                    take(app, *id, &mut jobs, &mut display)?;
                }
            }
            Err(RecvError::Closed) => return Err(Failure::internal("the pool has gone")),
        }
    }
    app.shutdown().await;
    let worst = jobs.into_values().filter_map(|job| job.outcome).max();
    Ok(worst.unwrap_or(Outcome::Done))
}

/// What is known of a followed job.
#[derive(Default)]
struct Followed {
    /// How it ended, once it has.
    outcome: Option<Outcome>,
    /// The revision that was shown last.
    shown: Option<u32>,
}

/// Shows a job as it stands now, unless that was shown already, and notes how it ended if it has.
fn take(
    app: &App,
    id: JobId,
    jobs: &mut BTreeMap<JobId, Followed>,
    display: &mut Display,
) -> Result<(), Failure> {
    let view = app.status(id)?;
    let job = jobs.entry(id).or_default();
    let outcome = outcome(&view);
    // A job that has ended is shown once, however often it is mentioned.
    if job.outcome.is_none() && (job.shown != Some(view.revision) || outcome.is_some()) {
        display.job(&view, outcome);
        job.shown = Some(view.revision);
    }
    job.outcome = job.outcome.or(outcome);
    Ok(())
}

fn outcome(view: &JobView) -> Option<Outcome> {
    use debrief_core::view::StatusWord as S;
    match (view.status, view.group) {
        (S::Completed, _) => Some(Outcome::Done),
        (S::Failed | S::Cancelled, _) => Some(Outcome::Failed),
        (S::Pending | S::Processing, Group::NeedsYou) => Some(Outcome::NeedsPerson),
        (S::Pending | S::Processing, Group::Working | Group::Waiting | Group::Done) => None,
    }
}

enum Display {
    Json,
    Bars(Bars),
}

#[derive(Default)]
struct Bars {
    all: MultiProgress,
    by_job: BTreeMap<String, ProgressBar>,
    /// Where and when the bytes of a job were first counted.
    first_bytes: BTreeMap<String, (f64, Instant)>,
}

impl Display {
    fn job(&mut self, view: &JobView, ended: Option<Outcome>) {
        match self {
            Display::Json => print::json(view),
            Display::Bars(bars) => {
                let bar = bars.of(&view.id);
                bar.set_prefix(view.title.clone());
                bar.set_position(u64::from(view.progress));
                bar.set_message(view.message.clone());
                if ended.is_some() {
                    bar.finish_and_clear();
                    bars.all.suspend(|| print::status(view));
                }
            }
        }
    }

    fn progress(&mut self, id: &str, percent: u8, message: &str, stage: Option<Progress>) {
        let Display::Bars(bars) = self else { return };
        let bytes = stage.and_then(|stage| bars.bytes(id, stage, Instant::now()));
        if let Some(bar) = bars.by_job.get(id) {
            bar.set_position(u64::from(percent));
            bar.set_message(format!("{message}{}", bytes.unwrap_or_default()));
        }
    }

    fn say(&self, text: &str) {
        match self {
            Display::Json => err!("{text}"),
            Display::Bars(bars) => bars.all.suspend(|| err!("{text}")),
        }
    }
}

impl Bars {
    /// Bytes moved and their rate, for a stage that moves bytes.
    fn bytes(&mut self, id: &str, stage: Progress, now: Instant) -> Option<String> {
        if stage.unit != Unit::Bytes {
            return None;
        }
        let (first, since) = *self.first_bytes.entry(id.to_owned()).or_insert((stage.done, now));
        let total = stage.total.map(|total| format!(" of {}", HumanBytes(total as u64))).unwrap_or_default();
        let seconds = now.duration_since(since).as_secs_f64();
        let rate =
            (seconds > 1.0).then(|| format!(" · {}/s", HumanBytes(((stage.done - first) / seconds) as u64)));
        Some(format!(" · {}{total}{}", HumanBytes(stage.done as u64), rate.unwrap_or_default()))
    }

    fn of(&mut self, id: &str) -> &ProgressBar {
        self.by_job.entry(id.to_owned()).or_insert_with(|| {
            let style =
                ProgressStyle::with_template("{prefix:.bold} {bar:24} {pos:>3} %  {elapsed}  {wide_msg}");
            let bar = ProgressBar::new(100).with_style(style.expect("a constant template"));
            bar.enable_steady_tick(Duration::from_millis(200));
            self.all.add(bar)
        })
    }
}
