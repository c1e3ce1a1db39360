//! What the command prints.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use debrief_core::page::timecode;
use debrief_core::view::{JobView, StatusWord};
use serde_json::to_string;

/// A line on standard output. As `println!`, but a reader that leaves early, as `head` does, ends nobody's work.
macro_rules! out {
    ($($line:tt)*) => { $crate::print::to_stdout(format_args!("{}\n", format_args!($($line)*))) };
}
/// A line on standard error, with the same care.
macro_rules! err {
    ($($line:tt)*) => { $crate::print::to_stderr(format_args!("{}\n", format_args!($($line)*))) };
}

/// Whether something could not be written to standard output.
static LOST: AtomicBool = AtomicBool::new(false);

pub(crate) fn to_stdout(text: Arguments<'_>) {
    match stdout().write_fmt(text) {
        // It is said once; every line after it is lost for the same reason.
        Err(error) if error.kind() != ErrorKind::BrokenPipe && !LOST.swap(true, Ordering::Relaxed) => {
            err!("The output could not be written: {error}")
        }
        Ok(()) | Err(_) => {}
    }
}

/// Whether all that was printed has gone out: whoever keeps it in a file must not take half of it for the whole.
pub(crate) fn all_went_out() -> bool {
    if let Err(error) = stdout().flush()
        && error.kind() != ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        err!("The output could not be written: {error}");
    }
    !LOST.load(Ordering::Relaxed)
}

pub(crate) fn to_stderr(text: Arguments<'_>) {
    // There is nobody left to be told.
    let _ = stderr().write_fmt(text);
}

/// One JSON object on one line.
pub(crate) fn json(value: &impl serde::Serialize) {
    out!("{}", to_string(value).expect("views have string keys and finite numbers"));
}

/// A job in one line of a list.
pub(crate) fn line(view: &JobView) {
    out!("{}  {:<10} {:>3} %  {}  {}", view.id, word(view), view.progress, view.title, tail(view));
}

/// A job in a few lines.
pub(crate) fn status(view: &JobView) {
    out!("{} — {} ({} %)", view.title, word(view), view.progress);
    out!("  job    {}", view.id);
    out!("  from   {}", view.source);
    if let Some(duration_ms) = view.duration_ms {
        out!("  length {}", timecode(duration_ms));
    }
    if let Some(error) = &view.error {
        out!("  {}\n  {}", error.what, error.fix);
    }
    for warning in &view.warnings {
        out!("  note   {}", warning.text);
    }
    if let Some(result) = &view.result {
        for todo in &result.todos {
            out!("  to do  {todo}");
        }
        for path in result.page_path.iter().chain(&result.page_html_path) {
            out!("  page   {path}");
        }
        if let Some(url) = &result.notion_page_url {
            out!("  page   {url}{}", if result.page_undone { " (in Notion's trash)" } else { "" });
        }
    }
}

fn tail(view: &JobView) -> String {
    match (&view.error, &view.result) {
        (Some(error), _) => error.what.clone(),
        (None, Some(result)) => {
            result.page_path.clone().or(result.notion_page_url.clone()).unwrap_or_default()
        }
        (None, None) => view.message.clone(),
    }
}

fn word(view: &JobView) -> &'static str {
    match view.status {
        StatusWord::Pending if view.error.is_some() && view.retry_at.is_none() => "needs you",
        StatusWord::Pending => "pending",
        StatusWord::Processing => "processing",
        StatusWord::Completed => "completed",
        StatusWord::Failed => "failed",
        StatusWord::Cancelled => "cancelled",
    }
}
