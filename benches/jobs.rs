//! `cargo bench --bench jobs`: how soon submit and status answer when 10,000 jobs are stored, on real SQLite with fsync.
#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use debrief_app::{ComposedSteps, Home, Settings};
use debrief_core::job::{Destination, JobEvent, JobId, NotesChoice, SpeakersChoice, SpeechChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::notes::{Notes, NotesMethod, Todo};
use debrief_core::stage::Stage;
use debrief_core::transcript::Speakers;
use debrief_core::view::JobResult;
use debrief_runtime::pool::{JobPool, PoolOptions};
use debrief_runtime::store::JobStore;
use jiff::Timestamp;
use uuid::Uuid;

const STORED: usize = 10_000;
const ASKED: usize = 200;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = Home::in_folder(folder.path());
    home.create().expect("folders");
    let store = Arc::new(JobStore::open(&home.database()).expect("a store"));
    let filling = Instant::now();
    let ids: Vec<JobId> = (0..STORED).map(|number| finished_job(&store, number)).collect();
    println!("{STORED} finished jobs stored in {:.1} s", filling.elapsed().as_secs_f64());

    let options = PoolOptions {
        jobs_folder: home.jobs_folder(),
        lock_file: home.lock_file(),
        in_flight: 3,
        leftovers: false,
    };
    // A pool that was not started: what is measured is the call, not the work that it causes.
    let pool = JobPool::new(
        store.clone(),
        Arc::new(ComposedSteps::new(&Settings::default(), &home, store)),
        options,
    );
    println!("{:<22}{:>10}{:>10}{:>10}", "", "median", "p99", "largest");
    report("submit", (0..ASKED).map(|n| timed(|| pool.submit(&request(n)).map(drop).expect("stored"))));
    let some = ids.iter().step_by(STORED / ASKED);
    report("status", some.map(|id| timed(|| drop(pool.status(*id).expect("a view")))));
    report("list, newest 500", (0..20).map(|_| timed(|| drop(pool.list(500).expect("views")))));
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn report(what: &str, times: impl Iterator<Item = Duration>) {
    let mut times: Vec<f64> = times.map(|time| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("{what:<22}{:>7.2} ms{:>7.2} ms{:>7.2} ms", at(50), at(99), at(100));
}

fn request(number: usize) -> SubmitJob {
    SubmitJob {
        link: RecordingLink::Local { path: format!("/recordings/meeting-{number}.m4a").into() },
        attachments: Vec::new(),
        destination: Destination::Markdown { folder: "/pages".into() },
        speech: SpeechChoice::default(),
        speakers: SpeakersChoice::default(),
        notes: NotesChoice::default(),
        rate: None,
        layout: debrief_core::page::PageLayout::default(),
    }
}

/// A job as a real run leaves it, but for the words.
fn finished_job(store: &JobStore, number: usize) -> JobId {
    let (id, now) = (JobId(Uuid::new_v4()), Timestamp::now());
    store.submit(id, &request(number), now).expect("stored");
    store.apply(id, &JobEvent::Claimed, now).expect("claimed");
    store.finish_stage(id, Stage::Identify, &Speakers::default(), &[], 3, now).expect("stored");
    let todo = |text: &str| Todo { text: text.into(), assignee: None, due: None, at_ms: 0, speaker: None };
    let notes = Notes {
        title: format!("Meeting {number}"),
        summary: Vec::new(),
        decisions: Vec::new(),
        todos: vec![todo("send the report to the sales team by Friday"); 8],
        sections: Vec::new(),
        questions: Vec::new(),
        unverified: Vec::new(),
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    };
    store.finish_stage(id, Stage::Summarize, &notes, &[], 40, now).expect("stored");
    let result = JobResult {
        title: notes.title.clone(),
        summary: "What was said.".into(),
        todos: notes.todos.iter().map(|todo| todo.text.clone()).collect(),
        identified_speakers: [("Speaker 1".to_owned(), "Speaker 1".to_owned())].into(),
        page_path: Some(format!("/pages/Meeting {number}.md")),
        page_html_path: Some(format!("/pages/Meeting {number}.html")),
        notion_page_url: None,
        page_undone: false,
        drive_filename: None,
        renamed_from: None,
        name_to_copy: None,
        warnings: Vec::new(),
    };
    store.complete(id, &result, now).expect("completed");
    id
}
