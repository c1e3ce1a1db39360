//! What the command prints on standard output.

use debrief_core::page::timecode;
use debrief_core::view::{JobView, StatusWord};
use serde_json::to_string;

/// One JSON object on one line.
pub(crate) fn json(value: &impl serde::Serialize) {
    println!("{}", to_string(value).expect("views have string keys and finite numbers"));
}

/// A job in one line of a list.
pub(crate) fn line(view: &JobView) {
    println!("{}  {:<10} {:>3} %  {}  {}", view.id, word(view), view.progress, view.title, tail(view));
}

/// A job in a few lines.
pub(crate) fn status(view: &JobView) {
    println!("{} — {} ({} %)", view.title, word(view), view.progress);
    println!("  job    {}", view.id);
    println!("  from   {}", view.source);
    if let Some(duration_ms) = view.duration_ms {
        println!("  length {}", timecode(duration_ms));
    }
    if let Some(error) = &view.error {
        println!("  {}\n  {}", error.what, error.fix);
    }
    for warning in &view.warnings {
        println!("  note   {}", warning.text);
    }
    if let Some(result) = &view.result {
        for todo in &result.todos {
            println!("  to do  {todo}");
        }
        for path in result.page_path.iter().chain(&result.page_html_path) {
            println!("  page   {path}");
        }
        if let Some(url) = &result.notion_page_url {
            println!("  page   {url}{}", if result.page_undone { " (in Notion's trash)" } else { "" });
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
