//! Every fault that Google can have: what the person sees, how it goes on, and that nothing is lost.
//!
//! The table in docs/faults.md is made here; see faults.rs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use debrief_app::{ComposedSteps, Settings};
use debrief_core::failure::Failure;
use debrief_core::job::{Destination, JobEvent, JobId, JobStatus, NotesChoice, SpeakersChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::ports::{Audio, Hints, Steps, Transcriber};
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{EngineLabel, Turn, Word, Words};
use debrief_core::view::{Group, JobView, StatusWord};
use debrief_runtime::pool::{Compose, JobNews, JobPool, PoolOptions};
use debrief_runtime::store::JobStore;
use debrief_sandbox::{Call, Content, Fault, FaultKind, FileId};
use tokio::net::{TcpListener, TcpStream};

use crate::faults;
use crate::google::{Google, link};
use crate::support::{PATIENCE, fixture, names};

/// The real steps, but for the recogniser: what was said does not matter here, and recognising it takes long.
struct QuickSpeech(ComposedSteps);

struct SaysOneSentence;

#[async_trait]
impl Transcriber for SaysOneSentence {
    fn label(&self) -> String {
        "one sentence".to_owned()
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn transcribe(&self, audio: &Audio, _: &Hints, _: StageCx) -> StepResult<Words> {
        // All of the recording must have arrived.
        assert!((5_400..5_800).contains(&audio.duration_ms), "{} ms", audio.duration_ms);
        let words = "We will send the report to the sales team on Monday.".split(' ').enumerate();
        let words = words.map(|(n, text)| Word {
            text: text.to_owned(),
            start_ms: n as u32 * 400,
            end_ms: n as u32 * 400 + 300,
            confidence: None,
        });
        let turns = Some(vec![Turn { start_ms: 0, end_ms: audio.duration_ms, speaker: 0 }]);
        let engine =
            EngineLabel { name: "test".to_owned(), described: "one sentence".to_owned(), rough: false };
        Ok(Words { words: words.collect(), language: "en".to_owned(), engine, turns, names: BTreeMap::new() })
    }
}

impl Compose for QuickSpeech {
    fn steps(&self, request: &SubmitJob) -> Result<Steps, Failure> {
        Ok(Steps { transcriber: Arc::new(SaysOneSentence), ..self.0.steps(request)? })
    }
}

/// What the person does once they were told.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing; it goes on by itself.
    Nothing,
    /// Does not wait for the time that was told, but presses "Retry now".
    RetriesNow,
    /// Signs in again.
    SignsIn,
    /// Lets the owner allow what was refused, and retries.
    GetsTheRight,
    /// Retries once the fault is over.
    Retries,
    /// The server is started again.
    ComesOnline,
}

struct Row {
    fault: &'static str,
    plan: Vec<Fault>,
    then: Then,
}

fn once(on: Call, what: FaultKind) -> Vec<Fault> {
    vec![Fault { on, times: 1, what }]
}

fn status(on: Call, code: u16, reason: &str) -> Vec<Fault> {
    once(on, FaultKind::Status(code, reason.to_owned()))
}

fn rows() -> Vec<Row> {
    let row = |fault, plan, then| Row { fault, plan, then };
    let half = 89_000;
    let other = Content::from(std::fs::read(fixture("speech.wav")).unwrap().repeat(1));
    vec![
        row(
            "The connection is cut in the middle",
            once(Call::Download, FaultKind::DropAfter { bytes: half }),
            Then::Nothing,
        ),
        row(
            "The connection is cut before anything came",
            once(Call::Download, FaultKind::DropAfter { bytes: 0 }),
            Then::Nothing,
        ),
        row(
            "The connection is cut five times",
            vec![Fault { on: Call::Download, times: 5, what: FaultKind::DropAfter { bytes: 30_000 } }],
            Then::Nothing,
        ),
        row("Google can't be reached at all", Vec::new(), Then::ComesOnline),
        row(
            "429 with Retry-After 7 s",
            once(Call::Download, FaultKind::TooManyRequests { retry_after_s: Some(7) }),
            Then::Nothing,
        ),
        row(
            "429 without a time",
            once(Call::Metadata, FaultKind::TooManyRequests { retry_after_s: None }),
            Then::Nothing,
        ),
        row("403 rateLimitExceeded", status(Call::Metadata, 403, "userRateLimitExceeded"), Then::Nothing),
        row("500 for the metadata", status(Call::Metadata, 500, "internalError"), Then::Nothing),
        row("503 for the download", status(Call::Download, 503, "backendError"), Then::Nothing),
        row(
            "The limit of the day is used up",
            status(Call::Download, 403, "downloadQuotaExceeded"),
            Then::RetriesNow,
        ),
        row(
            "The access token ends in the middle",
            once(Call::Download, FaultKind::ExpireTokenAfter { bytes: half }),
            Then::Nothing,
        ),
        row("The sign-in is revoked", Vec::new(), Then::SignsIn),
        row("The token endpoint has a fault", status(Call::Token, 500, "internal_failure"), Then::Nothing),
        row("The token endpoint answers nonsense", once(Call::Token, FaultKind::GarbageJson), Then::Nothing),
        row(
            "The file is replaced in the middle",
            once(Call::Download, FaultKind::ReviseAfter { bytes: half, content: other }),
            Then::Nothing,
        ),
        row("A byte arrives changed", once(Call::Download, FaultKind::FlipByte { at: half }), Then::Nothing),
        row(
            "The answer is shorter than the file",
            once(Call::Download, FaultKind::WrongLength { claimed: 100_000 }),
            Then::Nothing,
        ),
        row(
            "The answer claims to be longer than it is",
            once(Call::Download, FaultKind::WrongLength { claimed: 400_000 }),
            Then::Nothing,
        ),
        row(
            "The bytes come slowly",
            once(Call::Download, FaultKind::SlowDrip { bytes_per_s: 60_000 }),
            Then::Nothing,
        ),
        row("The answer never comes", once(Call::Download, FaultKind::Stall), Then::Nothing),
        row("The metadata are no JSON", once(Call::Metadata, FaultKind::GarbageJson), Then::Nothing),
        row(
            "The download is sent somewhere else",
            once(Call::Download, FaultKind::Redirect { to: "http://127.0.0.1:9/elsewhere".to_owned() }),
            Then::Nothing,
        ),
        row("The owner disables downloads", status(Call::Download, 403, "cannotDownloadFile"), Then::Retries),
        row(
            "Google takes the file for malware",
            status(Call::Download, 403, "cannotDownloadAbusiveFile"),
            Then::Retries,
        ),
        row("The file is not shared any more", status(Call::Metadata, 404, "notFound"), Then::GetsTheRight),
        row("500 for the rename", status(Call::Rename, 500, "internalError"), Then::Nothing),
        row("The rename's answer is lost", once(Call::Rename, FaultKind::AnswerLost), Then::Nothing),
        row(
            "The right to rename is missing",
            status(Call::Rename, 403, "insufficientFilePermissions"),
            Then::Nothing,
        ),
    ]
}

struct Ran {
    fault: &'static str,
    seen: String,
    went_on: &'static str,
    lost: &'static str,
}

async fn run(row: Row) -> Ran {
    let google = Google::new().await;
    let file = google.add_speech("talk 2026-11-05.wav");
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    app.shutdown().await;
    drop(app);
    let cable = match row.then {
        Then::ComesOnline => Some(Cable::unplugged(&google).await),
        Then::Nothing | Then::RetriesNow | Then::SignsIn | Then::GetsTheRight | Then::Retries => None,
    };

    let home = google.installation.home();
    let store = Arc::new(JobStore::open(&home.database()).unwrap());
    let settings = Settings::load(&home.settings_file(), std::env::vars()).unwrap();
    let real = ComposedSteps::new(&settings, &home, store.clone());
    let request = SubmitJob {
        link: RecordingLink::parse(&link(&file)).unwrap(),
        attachments: Vec::new(),
        destination: Destination::Markdown { folder: real.pages_folder().to_owned() },
        speech: real.speech_choice(),
        speakers: SpeakersChoice::default(),
        notes: NotesChoice::default(),
        rate: None,
        layout: debrief_core::page::PageLayout::default(),
    };
    let options = PoolOptions {
        jobs_folder: home.jobs_folder(),
        lock_file: home.lock_file(),
        in_flight: 1,
        leftovers: true,
    };
    let lock = JobPool::try_lock(&options.lock_file).unwrap();
    let pool = JobPool::new(store.clone(), Arc::new(QuickSpeech(real)), options);
    let mut news = pool.news();
    // Every process asks for an access token of its own at first, so faults of the token endpoint are met.
    row.plan.iter().cloned().for_each(|fault| google.sandbox.world().plan(fault));
    if matches!(row.then, Then::SignsIn) {
        google.sandbox.world().revoke(&google.account);
    }
    pool.start(lock).unwrap();
    let id = pool.submit(&request).unwrap();

    let began = Instant::now();
    let mut seen: Option<String> = None;
    let mut helped = false;
    let view = loop {
        let view = pool.status(id).unwrap();
        seen = seen.or_else(|| faults::seen(&view));
        if view.status == StatusWord::Completed {
            break view;
        }
        let stuck =
            view.error.is_some() && (view.group == Group::NeedsYou || view.status == StatusWord::Failed);
        let told_when = view.retry_at.is_some() && matches!(row.then, Then::RetriesNow | Then::ComesOnline);
        if (stuck || told_when) && !helped {
            helped = true;
            help(&google, &pool, &store, id, row.then, cable.as_ref()).await;
        }
        assert!(began.elapsed() < PATIENCE, "{}: still {view:#?}", row.fault);
        // A state may pass between two looks, so the news are looked at as well.
        if let Ok(Ok(JobNews::Changed { job })) =
            tokio::time::timeout(Duration::from_millis(50), news.recv()).await
        {
            seen = seen.or_else(|| faults::seen(&job));
        }
    };
    pool.shutdown().await;
    nothing_is_lost(&google, &file, &view, row.fault);
    let warning = view.warnings.first().map(|warning| format!("**Done, good to know:** {}", warning.text));
    Ran {
        fault: row.fault,
        seen: seen.or(warning).unwrap_or_else(|| "Nothing: it goes on at once.".to_owned()),
        went_on: match row.then {
            _ if !helped => "by itself",
            Then::Nothing => "by itself",
            Then::RetriesNow => "by itself later, or at once with “Retry now”",
            Then::SignsIn => "by itself after the sign-in",
            Then::GetsTheRight => "by itself once it is shared again",
            Then::Retries => "with “Retry”, once the owner has changed it",
            Then::ComesOnline => "by itself once it can be reached",
        },
        lost: "nothing",
    }
}

/// A port on which nothing listens yet, in the place of Drive's.
struct Cable(u16);

impl Cable {
    async fn unplugged(google: &Google) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let file = google.installation.home().settings_file();
        let settings = std::fs::read_to_string(&file).unwrap();
        let drive = google.sandbox.drive();
        let behind = drive.replace(&google.sandbox.address(), &format!("http://127.0.0.1:{port}"));
        std::fs::write(&file, settings.replace(&drive, &behind)).unwrap();
        Cable(port)
    }

    /// From now on what arrives there reaches the sandbox.
    async fn plug_in(&self, google: &Google) {
        let listener = TcpListener::bind(("127.0.0.1", self.0)).await.unwrap();
        let sandbox = google.sandbox.address().trim_start_matches("http://").to_owned();
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let mut to = TcpStream::connect(&sandbox).await.unwrap();
                tokio::spawn(async move {
                    // Either side may hang up first.
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                });
            }
        });
    }
}

async fn help(
    google: &Google,
    pool: &JobPool,
    store: &JobStore,
    id: JobId,
    then: Then,
    cable: Option<&Cable>,
) {
    match then {
        Then::Nothing => panic!("somebody has to help: {:#?}", pool.status(id)),
        Then::RetriesNow | Then::Retries | Then::GetsTheRight => pool.retry(id, None, None).unwrap(),
        Then::ComesOnline => cable.unwrap().plug_in(google).await,
        Then::SignsIn => {
            let app = google.installation.open().await;
            google.sign_in(&app).await;
            app.shutdown().await;
            // The steps of this pool are those of another process; the list of accounts is shared.
            if matches!(store.job(id).unwrap().status, JobStatus::Waiting { .. }) {
                // The probe of the pool may have been faster.
                let _ = store.apply(id, &JobEvent::Ready, jiff::Timestamp::now());
            }
        }
    }
}

/// One page, the new name or a reason why not, no temporary file.
fn nothing_is_lost(google: &Google, file: &FileId, view: &JobView, fault: &str) {
    assert_eq!(google.installation.pages().len(), 2, "{fault}: one page in two forms");
    assert_eq!(google.installation.temporary(), [""; 0], "{fault}");
    let result = view.result.as_ref().unwrap();
    let name = google.name_of(file);
    match &result.name_to_copy {
        None => assert!(name.starts_with("[2026-11-05] "), "{fault}: {name}"),
        Some(_) => assert_eq!(name, "talk 2026-11-05.wav", "{fault}"),
    }
    assert!(!google.sandbox.world().has_planned_faults(), "{fault}: the fault did not happen");
    let secrets = google.sandbox.world().secrets();
    for log in names(&google.installation.home().logs_folder()) {
        let text = std::fs::read_to_string(google.installation.home().logs_folder().join(&log)).unwrap();
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{fault}: a secret is in {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_google_loses_anything() {
    let ran = faults::run_all(rows(), run).await;
    let lines =
        ran.iter().map(|ran| format!("| {} | {} | {} | {} |\n", ran.fault, ran.seen, ran.went_on, ran.lost));
    let table = format!(
        "Made by `tests/drive_faults.rs`. In the end there is one page, the recording has its new name (or the page says why not), and\n\
         no temporary file is left.\n\n\
         | fault | what the person sees | how it goes on | what is lost |\n| --- | --- | --- | --- |\n{}",
        lines.collect::<String>()
    );
    faults::assert_documented("Google", &table);
}
