//! The tables of docs/faults.md, and how tests make them.
//!
//! `UPDATE_FAULTS=1 cargo test -p debrief-tests faults` writes them anew.

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use debrief_core::view::{Group, JobView, StatusWord};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Rows that run at a time; each waits for its retry most of the time.
const AT_A_TIME: usize = 20;

const HEAD: &str = "# What happens when a service has a fault\n\n\
    Each fault is planned in the sandbox, and the whole of Debrief runs against it. The tests that make these tables are in \
    `tests/`.\n";

/// The services, in their order.
const SECTIONS: [&str; 2] = ["Google", "Notion"];

/// Tables are written by tests that run beside each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What became of every row, in order.
pub(crate) async fn run_all<Row, Ran, Running>(
    rows: Vec<Row>,
    run: impl Fn(Row) -> Running + Clone + Send + 'static,
) -> Vec<Ran>
where
    Row: Send + 'static,
    Ran: Send + 'static,
    Running: Future<Output = Ran> + Send,
{
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    for (number, row) in rows.into_iter().enumerate() {
        let (places, run) = (places.clone(), run.clone());
        running.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            (number, run(row).await)
        });
    }
    let mut ran = running.join_all().await;
    ran.sort_by_key(|(number, _)| *number);
    ran.into_iter().map(|(_, ran)| ran).collect()
}

/// What a person sees of a job that doesn't just go on.
pub(crate) fn seen(view: &JobView) -> Option<String> {
    let error = view.error.as_ref()?;
    let state = match (view.status, view.group) {
        (StatusWord::Failed, _) => "Failed:",
        (_, Group::NeedsYou) => "Needs you:",
        (_, Group::Working | Group::Waiting | Group::Done) => "Waiting, tries again:",
    };
    Some(format!("**{state}** {} {}", error.what, error.fix))
}

/// Asserts that docs/faults.md holds this section, or writes it there where that is asked for.
pub(crate) fn assert_documented(service: &str, text: &str) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let heading = |service: &str| format!("\n## {service}\n\n");
    let section = |service: &str| {
        let begins = kept.find(&heading(service))? + heading(service).len();
        let ends = kept[begins..].find("\n## ").map_or(kept.len(), |length| begins + length);
        Some(&kept[begins..ends])
    };
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        let sections = SECTIONS.map(|name| {
            let text = if name == service { text } else { section(name).unwrap_or_default() };
            heading(name) + text
        });
        std::fs::write(&file, HEAD.to_owned() + &sections.concat()).unwrap();
        return;
    }
    assert!(
        kept.starts_with(HEAD) && section(service) == Some(text),
        "docs/faults.md is stale: UPDATE_FAULTS=1 writes it anew. It would read:\n{text}"
    );
}
