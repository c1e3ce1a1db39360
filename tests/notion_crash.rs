//! A publish of 1,200 blocks, with a kill, a timeout or a lost answer at every single request: always one page, every block
//! once, in order.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use debrief_sandbox::{Call, Fault, FaultKind, Sandbox, World};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

use crate::support::{Installation, PATIENCE, copy, fixture};

/// Processes at a time; most of them wait.
const AT_A_TIME: usize = 6;

/// Where the page goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A database with a property that holds the job.
    WithId,
    /// A database without one: the page carries a marker.
    WithoutId,
    /// A page.
    Page,
}

/// What happens at a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    /// Killed before Notion did anything.
    KilledBefore,
    /// Killed after Notion has done it.
    KilledAfter,
    /// No answer, and nothing done.
    TimeoutBefore,
    /// No answer, though it was done.
    TimeoutAfter,
    /// The connection ends, though it was done.
    AnswerLost,
    /// A fault of Notion's own.
    Fault,
}

const BLOWS: [Blow; 6] = [
    Blow::KilledBefore,
    Blow::KilledAfter,
    Blow::TimeoutBefore,
    Blow::TimeoutAfter,
    Blow::AnswerLost,
    Blow::Fault,
];

impl Blow {
    fn kind(self) -> FaultKind {
        match self {
            Blow::KilledBefore | Blow::TimeoutBefore => FaultKind::Stall,
            Blow::KilledAfter | Blow::TimeoutAfter => FaultKind::StallAfter,
            Blow::AnswerLost => FaultKind::AnswerLost,
            Blow::Fault => FaultKind::Status(502, "bad_gateway".into()),
        }
    }

    fn kills(self) -> bool {
        matches!(self, Blow::KilledBefore | Blow::KilledAfter)
    }
}

struct Notion {
    sandbox: Sandbox,
    installation: Installation,
    /// Id of the data source or page that pages go to.
    parent: String,
}

impl Notion {
    /// With a job that has everything but its page, if there is a `template`.
    async fn new(place: Place, template: Option<&Path>) -> Notion {
        let mut world = World::new();
        let workspace = world.add_workspace("Acme");
        let token = world.personal_token(&workspace, "Ana");
        let (key, id, parent) = match place {
            Place::Page => {
                let page = world.add_notion_page(&workspace, "Minutes");
                ("page_id", page.to_string(), page.to_string())
            }
            Place::WithId | Place::WithoutId => {
                let mut schema = json!({ "Name": { "title": {} } });
                if place == Place::WithId {
                    schema["Debrief id"] = json!({ "rich_text": {} });
                }
                let database = world.add_database(&workspace, "Meetings", &[("Meetings", schema)]);
                let source = world.data_sources(&database)[0].to_string();
                ("database_id", database.to_string(), source)
            }
        };
        let sandbox = Sandbox::start(world).await.unwrap();
        let installation = Installation::new();
        if let Some(template) = template {
            copy(template, installation.path());
        }
        let settings = format!(
            "[notion]\n{key} = \"{id}\"\ntimeout_s = 4\n[endpoints]\nnotion = \"{}\"\n[secrets]\nkeep = \"file\"\n",
            sandbox.notion()
        );
        std::fs::write(installation.home().settings_file(), settings).unwrap();
        // The token stands in for a connection made before; it is read from the environment of the child alone.
        std::fs::write(installation.path().join("token"), token).unwrap();
        Notion { sandbox, installation, parent }
    }

    fn start(&self, recording: Option<&str>) -> Child {
        let token = std::fs::read_to_string(self.installation.path().join("token")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_talking-debrief"));
        command.arg(self.installation.path()).args(recording);
        command.env("DEBRIEF_NOTION_TOKEN", token);
        command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    }

    /// Runs to the end and says how the job stands.
    async fn finish(&self, mut child: Child) -> String {
        let mut said = String::new();
        let mut stdout = child.stdout.take().unwrap();
        tokio::time::timeout(PATIENCE, stdout.read_to_string(&mut said)).await.unwrap().unwrap();
        child.wait().await.unwrap();
        said.trim().to_owned()
    }

    fn asked(&self) -> usize {
        self.sandbox.world().requests().len()
    }

    /// Kills the process once the request of that number has been asked for and is not answered.
    async fn kill_at(&self, mut child: Child, number: usize) {
        let wait = async {
            while self.asked() <= number || self.sandbox.world().has_planned_faults() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
        // What is to be done before the silence is done within this time.
        tokio::time::sleep(Duration::from_millis(300)).await;
        child.kill().await.unwrap();
    }

    fn plan(&self, request: usize, blow: Blow) {
        let skip = u32::try_from(request).unwrap();
        self.sandbox.world().plan_after(skip, Fault { on: Call::NotionAny, times: 1, what: blow.kind() });
    }

    /// One page with every block once, in order.
    fn check(&self, case: &str, expected: &[Value]) {
        let world = self.sandbox.world();
        assert!(!world.has_planned_faults(), "{case}: the fault was never met");
        let pages = world.pages_of(&self.parent);
        assert_eq!(pages.len(), 1, "{case}: {pages:#?}");
        let blocks: Vec<Value> =
            world.blocks_of(pages[0]["id"].as_str().unwrap()).iter().map(without_ids).collect();
        let first = blocks.iter().zip(expected).position(|(a, b)| a != b);
        assert!(first.is_none() && blocks.len() == expected.len(), "{case}: differs from block {first:?} on");
    }
}

/// The folder of an installation whose process was killed when it asked Notion for the first time.
async fn ready_to_publish() -> &'static Path {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    let make = || async {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ready-to-publish");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let notion = Notion::new(Place::Page, None).await;
        notion.plan(0, Blow::KilledBefore);
        let speech = fixture("speech.wav");
        notion.kill_at(notion.start(speech.to_str()), 0).await;
        copy(notion.installation.path(), &folder);
        folder
    };
    FOLDER.get_or_init(make).await
}

/// What a block says, without what differs from page to page.
fn without_ids(block: &Value) -> Value {
    let kind = block["type"].as_str().unwrap();
    let texts = block[kind]["rich_text"].as_array().into_iter().flatten();
    let text: String = texts.filter_map(|text| text["plain_text"].as_str()).collect();
    // The marker names the job.
    let text = text.split(" · Debrief ").next().unwrap_or_default().to_owned();
    let inside = block["children"].as_array().into_iter().flatten();
    json!({ "type": kind, "text": text, "inside": inside.map(without_ids).collect::<Vec<_>>() })
}

fn count(blocks: &[Value]) -> usize {
    let inside = |block: &Value| block["inside"].as_array().map_or(0, |inside| count(inside));
    blocks.iter().map(|block| 1 + inside(block)).sum()
}

/// The page of a publish that nothing happens to, and how many requests it takes.
async fn undisturbed(place: Place) -> (Vec<Value>, usize) {
    let notion = Notion::new(place, Some(ready_to_publish().await)).await;
    let said = notion.finish(notion.start(None)).await;
    assert_eq!(said, "completed");
    let world = notion.sandbox.world();
    let pages = world.pages_of(&notion.parent);
    let blocks = world.blocks_of(pages[0]["id"].as_str().unwrap());
    let blocks: Vec<Value> = blocks.iter().map(without_ids).collect();
    assert!(count(&blocks) >= 1_200, "{} blocks", count(&blocks));
    let said: Vec<String> = blocks
        .iter()
        .flat_map(|block| block["inside"].as_array().cloned().unwrap_or_default())
        .filter_map(|block| block["text"].as_str()?.rsplit_once("said").map(|(_, number)| number.to_owned()))
        .collect();
    let expected: Vec<String> = (0..1_180).map(|number| number.to_string()).collect();
    assert!(said.ends_with(&expected), "the transcript is whole and in order");
    (blocks, world.requests().len())
}

/// One case, from an empty database to a finished page.
async fn struck(place: Place, request: usize, blow: Blow, expected: &[Value]) {
    let case = format!("{place:?}, request {request}, {blow:?}");
    let notion = Notion::new(place, Some(ready_to_publish().await)).await;
    notion.plan(request, blow);
    let child = notion.start(None);
    let said = if blow.kills() {
        notion.kill_at(child, request).await;
        notion.finish(notion.start(None)).await
    } else {
        notion.finish(child).await
    };
    assert_eq!(said, "completed", "{case}");
    notion.check(&case, expected);
}

/// The answer to the create is lost, and then each request of the run that looks for the page is struck as well.
async fn struck_twice(place: Place, request: usize, blow: Blow, expected: &[Value]) -> bool {
    let case = format!("{place:?}, the create's answer lost, then request {request}, {blow:?}");
    let notion = Notion::new(place, Some(ready_to_publish().await)).await;
    let lost = Fault { on: Call::NotionCreate, times: 1, what: FaultKind::AnswerLost };
    notion.sandbox.world().plan(lost);
    notion.plan(request, blow);
    let child = notion.start(None);
    let said = if blow.kills() {
        notion.kill_at(child, request).await;
        notion.finish(notion.start(None)).await
    } else {
        notion.finish(child).await
    };
    assert_eq!(said, "completed", "{case}");
    let met = !notion.sandbox.world().has_planned_faults();
    notion.sandbox.world().forget_faults();
    notion.check(&case, expected);
    met
}

async fn every_request(place: Place) {
    use futures_util::StreamExt;
    let (expected, requests) = undisturbed(place).await;
    assert!(requests >= 3, "{requests} requests");
    let expected = &expected;
    let once = (0..requests).flat_map(|request| BLOWS.map(|blow| (request, blow)));
    let cases = once.map(|(request, blow)| struck(place, request, blow, expected));
    futures_util::stream::iter(cases).buffer_unordered(AT_A_TIME).collect::<Vec<()>>().await;
    // The second run looks for the page, reads what is on it, and writes the rest: five requests at least.
    let twice =
        (2..requests + 4).map(|request| (request, [Blow::KilledAfter, Blow::AnswerLost][request % 2]));
    let cases = twice.map(|(request, blow)| struck_twice(place, request, blow, expected));
    let met = futures_util::stream::iter(cases).buffer_unordered(AT_A_TIME).collect::<Vec<bool>>().await;
    assert!(met.iter().filter(|met| **met).count() > requests, "{met:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_a_database_that_holds_the_job_is_written_once() {
    every_request(Place::WithId).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_a_database_with_a_title_alone_is_written_once() {
    every_request(Place::WithoutId).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_inside_a_page_is_written_once() {
    every_request(Place::Page).await;
}
