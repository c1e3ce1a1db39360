//! Every fault that Notion can have: what the person sees, how it goes on, and that there is one page with every block once.
//!
//! The table in docs/faults.md is made here; see faults.rs.

use std::time::{Duration, Instant};

use debrief_app::App;
use debrief_core::job::JobId;
use debrief_core::notes::{Notes, NotesMethod, Point};
use debrief_core::stage::Stage;
use debrief_core::view::{Group, JobView, StatusWord};
use debrief_runtime::pool::JobNews;
use debrief_sandbox::{Call, Fault, FaultKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::faults;
use crate::notion::{Notion, meeting, outline, process_after};
use crate::support::{PATIENCE, names, until};

/// So many that they don't fit into one request, which takes 100 blocks beside each other.
const DECISIONS: u32 = 150;

/// For one answer of Notion's.
const TIMEOUT_S: u32 = 5;

/// What the person does once they were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Nothing; it goes on by itself.
    Nothing,
    /// Presses "Retry now", which is too early, and opens Debrief again later.
    IsImpatient,
    /// Connects again.
    Connects,
    /// Retries.
    Retries,
    /// Chooses the place again.
    ChoosesThePlace,
}

struct Row {
    fault: &'static str,
    plan: Fault,
    then: Then,
}

fn rows() -> Vec<Row> {
    use Call::{NotionAppend as Append, NotionCreate as Create, NotionDataSource as Place};
    use Then::{ChoosesThePlace, Connects, IsImpatient, Nothing, Retries};
    let row = |fault, on, what, then| Row { fault, plan: Fault { on, times: 1, what }, then };
    let status = |code, word: &str| FaultKind::Status(code, word.to_owned());
    let busy = |retry_after_s| FaultKind::TooManyRequests { retry_after_s };
    let elsewhere = || FaultKind::Redirect { to: "http://127.0.0.1:9/elsewhere".to_owned() };
    let lasting = Row {
        fault: "503 again and again for the place",
        plan: Fault { on: Place, times: 4, what: status(503, "service_unavailable") },
        then: Nothing,
    };
    vec![
        row("429 with Retry-After 1 s for the page", Create, busy(Some(1)), Nothing),
        row("429 with Retry-After 1 s for more blocks", Append, busy(Some(1)), Nothing),
        row("429 with Retry-After 90 s", Create, busy(Some(90)), IsImpatient),
        row("429 without a time", Create, busy(None), Nothing),
        row("529 for the page", Create, status(529, "service_overload"), Nothing),
        row("409 for the page", Create, status(409, "conflict_error"), Nothing),
        row("409 for more blocks", Append, status(409, "conflict_error"), Nothing),
        row("500 for the place", Place, status(500, "internal_server_error"), Nothing),
        lasting,
        row("500 for the page", Create, status(500, "internal_server_error"), Nothing),
        row("502 for the page", Create, status(502, "bad_gateway"), Nothing),
        row("503 for the page", Create, status(503, "service_unavailable"), Nothing),
        row("504 for the page", Create, status(504, "gateway_timeout"), Nothing),
        row("500 for more blocks", Append, status(500, "internal_server_error"), Nothing),
        row("502 for more blocks", Append, status(502, "bad_gateway"), Nothing),
        row("503 for more blocks", Append, status(503, "service_unavailable"), Nothing),
        row("504 for more blocks", Append, status(504, "gateway_timeout"), Nothing),
        row("400 for the page", Create, status(400, "validation_error"), Retries),
        row("400 for more blocks", Append, status(400, "validation_error"), Retries),
        row("401 for the page", Create, status(401, "unauthorized"), Connects),
        row("401 for more blocks", Append, status(401, "unauthorized"), Connects),
        row("403 for the page", Create, status(403, "restricted_resource"), Retries),
        row("404 for the place", Place, status(404, "object_not_found"), ChoosesThePlace),
        row("404 for the page", Create, status(404, "object_not_found"), Retries),
        row("The page's answer is lost", Create, FaultKind::AnswerLost, Nothing),
        row("The blocks' answer is lost", Append, FaultKind::AnswerLost, Nothing),
        row("The page's answer is cut off", Create, FaultKind::DropAfter { bytes: 40 }, Nothing),
        row("The page is made, and no answer comes", Create, FaultKind::StallAfter, Nothing),
        row("No page is made, and no answer comes", Create, FaultKind::Stall, Nothing),
        row("More blocks are written, and no answer comes", Append, FaultKind::StallAfter, Nothing),
        row("No blocks are written, and no answer comes", Append, FaultKind::Stall, Nothing),
        row("The place's answer never comes", Place, FaultKind::Stall, Nothing),
        row("The place's answer is no JSON", Place, FaultKind::GarbageJson, Nothing),
        row("The page's answer is no JSON", Create, FaultKind::GarbageJson, Nothing),
        row("The blocks' answer is no JSON", Append, FaultKind::GarbageJson, Nothing),
        row("The question for the place is sent elsewhere", Place, elsewhere(), Nothing),
        row("The page is sent elsewhere", Create, elsewhere(), Nothing),
        row("The page's answer comes slowly", Create, FaultKind::SlowDrip { bytes_per_s: 6_000 }, Nothing),
        row("The page's answer comes too slowly", Create, FaultKind::SlowDrip { bytes_per_s: 40 }, Nothing),
    ]
}

fn much_decided() -> Notes {
    let point = |number: u32| Point {
        text: format!("Decision {number}."),
        at_ms: number % 30 * 1_000,
        speaker: Some(0),
    };
    Notes {
        title: "Launch".to_owned(),
        summary: vec![point(0)],
        decisions: (1..=DECISIONS).map(point).collect(),
        todos: Vec::new(),
        sections: Vec::new(),
        questions: Vec::new(),
        unverified: Vec::new(),
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    }
}

struct Ran {
    fault: &'static str,
    seen: String,
    went_on: &'static str,
    asked: String,
    page: String,
}

async fn run(row: Option<Row>) -> Ran {
    let fault = row.as_ref().map_or("none", |row| row.fault);
    let then = row.as_ref().map_or(Then::Nothing, |row| row.then);
    // With a property for the job's id it is looked for by a filter, and with a marker by its blocks.
    let properties = json!({ "Name": { "title": {} }, "Debrief id": { "rich_text": {} } });
    let notion = Notion::with(properties, TIMEOUT_S).await;
    let mut app = notion.open().await;
    let mut news = app.news();
    let first = notion.google.sandbox.world().requests().len();
    if let Some(row) = row {
        notion.google.sandbox.world().plan(row.plan);
    }
    let recording = notion.recording().display().to_string();
    let id = process_after(&app, &recording, &[], |store, id| {
        store.finish_stage(id, Stage::Transcribe, &meeting(), &[], 1, Timestamp::now()).unwrap();
        store.finish_stage(id, Stage::Summarize, &much_decided(), &[], 1, Timestamp::now()).unwrap();
    })
    .await;

    let began = Instant::now();
    let mut seen: Option<String> = None;
    let mut helped = false;
    let view = loop {
        let view = app.status(id).unwrap();
        seen = seen.or_else(|| faults::seen(&view));
        if view.status == StatusWord::Completed {
            break view;
        }
        let stuck = view.group == Group::NeedsYou || view.status == StatusWord::Failed;
        let told_when = view.retry_at.is_some() && then == Then::IsImpatient;
        if (stuck || told_when) && !helped {
            helped = true;
            assert_ne!(then, Then::Nothing, "{fault}: somebody has to help: {view:#?}");
            app = help(&notion, app, id, then, &view).await;
            news = app.news();
        }
        assert!(began.elapsed() < PATIENCE, "{fault}: still {view:#?}");
        // A state may pass between two looks, so the news are looked at as well.
        if let Ok(Ok(JobNews::Changed { job })) =
            tokio::time::timeout(Duration::from_millis(50), news.recv()).await
        {
            seen = seen.or_else(|| faults::seen(&job));
        }
    };
    app.shutdown().await;
    nothing_is_lost(&notion, &view, fault);
    Ran {
        fault,
        seen: seen.unwrap_or_else(|| "Nothing: it goes on at once.".to_owned()),
        went_on: match then {
            _ if !helped => "by itself",
            Then::Nothing => "by itself",
            Then::IsImpatient => "by itself after that time; “Retry now” asks Notion no earlier",
            Then::Connects => "by itself after connecting again",
            Then::Retries => "with “Retry”, once it is mended",
            Then::ChoosesThePlace => "by itself once it is shared again, or another place is chosen",
        },
        asked: asked(&notion, first),
        page: outline(&notion.blocks()),
    }
}

async fn help(notion: &Notion, app: App, id: JobId, then: Then, view: &JobView) -> App {
    match then {
        Then::Nothing => {}
        Then::Retries => app.retry(id, None).unwrap(),
        Then::Connects => {
            let token = notion.google.sandbox.world().personal_token(&notion.workspace, "Ana");
            app.connect_notion(&token).await.unwrap();
        }
        Then::ChoosesThePlace => app.choose_notion_place(&notion.source).await.unwrap(),
        Then::IsImpatient => {
            let is_far = |view: &JobView| {
                let at: Timestamp = view.retry_at.as_ref().unwrap().parse().unwrap();
                assert!(at.duration_since(Timestamp::now()) > SignedDuration::from_secs(80), "{view:#?}");
            };
            is_far(view);
            let before = notion.google.sandbox.world().requests().len();
            app.retry(id, None).unwrap();
            // It is taken up, and set down again.
            until(&app, id, |view| view.retry_at.is_none()).await;
            is_far(&until(&app, id, |view| view.retry_at.is_some()).await);
            assert_eq!(notion.google.sandbox.world().requests().len(), before, "Notion asked for patience");
            // Nobody waits for so long here: the pause is another process's.
            app.shutdown().await;
            drop(app);
            let app = notion.google.installation.open().await;
            app.retry(id, None).unwrap();
            return app;
        }
    }
    app
}

/// How often the page was made, blocks were added, and the page was looked for.
fn asked(notion: &Notion, first: usize) -> String {
    let world = notion.google.sandbox.world();
    let count = |call: Call| world.requests()[first..].iter().filter(|seen| seen.call == Some(call)).count();
    let (made, added, sought) =
        (count(Call::NotionCreate), count(Call::NotionAppend), count(Call::NotionQuery));
    let sought = if sought > 0 { ", looked for in between" } else { "" };
    format!("page {made} ×, blocks {added} ×{sought}")
}

/// One page and no other, no temporary file, no token in a log.
fn nothing_is_lost(notion: &Notion, view: &JobView, fault: &str) {
    let page = notion.page();
    assert_eq!(page["url"], json!(view.result.as_ref().unwrap().notion_page_url), "{fault}");
    assert_eq!(view.warnings, [], "{fault}");
    assert_eq!(notion.google.installation.temporary(), [""; 0], "{fault}");
    assert!(!notion.google.sandbox.world().has_planned_faults(), "{fault}: the fault did not happen");
    let secrets = notion.google.sandbox.world().secrets();
    for log in names(&notion.google.installation.home().logs_folder()) {
        let text =
            std::fs::read_to_string(notion.google.installation.home().logs_folder().join(&log)).unwrap();
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{fault}: a secret is in {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_notion_loses_or_doubles_anything() {
    let good = run(None).await;
    assert_eq!(good.asked, "page 1 ×, blocks 1 ×");
    assert_eq!(good.page.matches(": Decision ").count() as u32, DECISIONS + 1, "{}", good.page);
    let ran = faults::run_all(rows(), |row| run(Some(row))).await;
    for row in &ran {
        assert!(row.page == good.page, "{}: other blocks than without a fault:\n{}", row.fault, row.page);
    }
    let lines = ran
        .iter()
        .map(|ran| format!("| {} | {} | {} | {} | nothing |\n", ran.fault, ran.seen, ran.went_on, ran.asked));
    let table = format!(
        "Made by `tests/notion_faults.rs`. In the end there is one page that has every block once, as many as without a fault, and\n\
         no temporary file is left. The page takes two requests: one that makes it, and one for the blocks that don't fit into that.\n\n\
         | fault | what the person sees | how it goes on | what was sent | what is lost or doubled |\n\
         | --- | --- | --- | --- | --- |\n{}",
        lines.collect::<String>()
    );
    faults::assert_documented("Notion", &table);
}
