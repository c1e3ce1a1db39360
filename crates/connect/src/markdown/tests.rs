//! Pages on a real disk: exactly once, nobody's work overwritten, every failure with its remedy.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode, Retry, Warning};
use debrief_core::job::JobId;
use debrief_core::page::{Block, Page, PageSection, Property, PropertyKind, PropertyValue};
use debrief_core::ports::PageSink;
use debrief_core::stage::{Progress, StageCx, StageHost, StepError};
use jiff::civil::date;
use uuid::Uuid;

use super::*;

/// Stands in for the journal; `stops_after` polls it asks the step to stop.
#[derive(Default)]
pub(super) struct Journal {
    bookmark: Mutex<Option<serde_json::Value>>,
    warnings: Mutex<Vec<Warning>>,
    polls_left: Option<AtomicUsize>,
}

#[async_trait]
impl StageHost for Journal {
    fn progress(&self, _progress: Progress) {}
    fn stopped(&self) -> bool {
        let left = self.polls_left.as_ref();
        left.is_some_and(|left| {
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_err()
        })
    }
    async fn stop_requested(&self) {
        std::future::pending().await
    }
    fn bookmark(&self) -> Option<serde_json::Value> {
        self.bookmark.lock().unwrap().clone()
    }
    fn save_bookmark(&self, bookmark: serde_json::Value, _fraction: f64) -> Result<(), Failure> {
        *self.bookmark.lock().unwrap() = Some(bookmark);
        Ok(())
    }
    fn warn(&self, warning: Warning) {
        self.warnings.lock().unwrap().push(warning);
    }
}

fn job(number: u128) -> JobId {
    JobId(Uuid::from_u128(number))
}

fn cx(page: &Page, journal: &Arc<Journal>) -> StageCx {
    StageCx::new(page.job, Path::new("unused"), journal.clone())
}

async fn publish_to(folder: &Path, page: &Page) -> PublishedPage {
    let journal = Arc::new(Journal::default());
    let published = MarkdownFolder::new(folder).publish(page, cx(page, &journal)).await.unwrap();
    assert_eq!(*journal.warnings.lock().unwrap(), []);
    published
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(in crate::markdown) fn small_page() -> Page {
    let text = |kind, name: &str, value: &str| Property {
        kind,
        name: name.into(),
        value: PropertyValue::Text(value.into()),
    };
    let names = PropertyValue::Names(vec!["Speaker 1".into(), "Speaker 2".into()]);
    let heading = |section, text: &str| Block::Heading { section, text: text.into() };
    let document =
        |name: &str, target: &str| Block::Attachment { name: name.into(), target: target.into(), file: None };
    let target = "/home/ada/Recordings/weekly review (1) & more.m4a".to_owned();
    let source = PropertyValue::Link { text: "weekly review (1) & more.m4a".into(), target };
    let point = |text: &str, at_ms, speaker: &str| Block::Point {
        text: text.into(),
        at_ms,
        speaker: Some(speaker.to_owned()).filter(|s| !s.is_empty()),
    };
    let said = |index: u16, at_ms, text: &str| Block::Utterance {
        speaker: format!("Speaker {}", index + 1),
        speaker_index: Some(index),
        at_ms,
        text: text.into(),
    };
    Page {
        job: job(7),
        title: "Sales report & launch <date>".into(),
        date: date(2026, 11, 12),
        language: "en".into(),
        properties: vec![
            Property { kind: PropertyKind::Participants, name: "Participants".into(), value: names },
            text(PropertyKind::Duration, "Length", "2:10"),
            Property { kind: PropertyKind::Recording, name: "Recording".into(), value: source },
        ],
        duration_ms: 130_000,
        tags: Vec::new(),
        recording_file: "/home/ada/Recordings/weekly review (1) & more.m4a".into(),
        blocks: vec![
            Block::Warning("The text comes from a rough offline recogniser: expect wrong words.".into()),
            heading(PageSection::Summary, "Summary"),
            Block::Note("These notes are sentences taken from the transcript as they were said.".into()),
            point("The launch moves to the third of December.", 12_400, "Speaker 2"),
            point("1. Sales grew by *five* percent.", 47_000, ""),
            heading(PageSection::Todos, "To-dos"),
            Block::Todo {
                text: "I'll send the report by Friday.".into(),
                assignee: Some("Speaker 1".into()),
                due: Some(date(2026, 11, 13)),
                at_ms: 83_000,
            },
            Block::Todo { text: "Book the room.".into(), assignee: None, due: None, at_ms: 90_000 },
            heading(PageSection::Notes, "Notes"),
            Block::Subheading { text: "Launch date".into(), at_ms: 12_000 },
            point("- The launch moves to the third of December.", 12_400, "Speaker 2"),
            heading(PageSection::Attachments, "Attachments"),
            document("agenda.pdf", "https://example.org/a?b=1&copy=2"),
            document("odd", "javascript:alert(1)"),
            heading(PageSection::Transcript, "Transcript"),
            said(0, 0, "Good morning. # Not a heading."),
            said(1, 12_000, "The launch moves to the third of December. <script>alert(1)</script>"),
            said(1, 47_000, "1. Sales grew by *five* percent."),
            said(0, 83_000, "I'll send the report by Friday."),
        ],
    }
}

#[test]
fn a_small_page_as_markdown() {
    insta::assert_snapshot!(text::markdown(&small_page()));
}

#[test]
fn a_small_page_as_html() {
    let html = html::html(&small_page());
    let (before, rest) = html.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    insta::assert_snapshot!(format!("{before}<style>…</style>{after}").replace("><", ">\n<"));
}

#[tokio::test]
async fn a_page_is_two_files_that_carry_its_job() {
    let folder = tempfile::tempdir().unwrap();
    let published = publish_to(folder.path(), &small_page()).await;
    assert_eq!(
        names(folder.path()),
        ["[2026-11-12] Sales report & launch (date).html", "[2026-11-12] Sales report & launch (date).md"]
    );
    for path in [published.markdown_path, published.html_path] {
        assert!(fs::read_to_string(path.unwrap()).unwrap().contains(&job(7).to_string()));
    }
}

#[tokio::test]
async fn a_stop_between_the_files_and_another_run_leave_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let page = small_page();
    let journal = Arc::new(Journal { polls_left: Some(AtomicUsize::new(1)), ..Journal::default() });
    let outcome = MarkdownFolder::new(folder.path()).publish(&page, cx(&page, &journal)).await;
    assert!(matches!(outcome, Err(StepError::Stopped(_))));
    assert_eq!(names(folder.path()), ["[2026-11-12] Sales report & launch (date).md"]);

    let again = Arc::new(Journal { bookmark: Mutex::new(journal.bookmark()), ..Journal::default() });
    MarkdownFolder::new(folder.path()).publish(&page, cx(&page, &again)).await.unwrap();
    assert_eq!(names(folder.path()).len(), 2);
    assert_eq!(*again.warnings.lock().unwrap(), []);
}

#[tokio::test]
async fn a_crash_before_the_bookmark_was_stored_leaves_one_page_and_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let page = small_page();
    fs::write(folder.path().join(format!(".debrief-{}-x1.tmp", page.job)), "half").unwrap();
    publish_to(folder.path(), &page).await;
    publish_to(folder.path(), &page).await;
    assert_eq!(names(folder.path()).len(), 2);
}

#[tokio::test]
async fn another_jobs_page_of_the_same_name_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let first = publish_to(folder.path(), &small_page()).await;
    let content = fs::read(first.markdown_path.as_ref().unwrap()).unwrap();
    let second = publish_to(folder.path(), &Page { job: job(8), ..small_page() }).await;
    let third = publish_to(folder.path(), &Page { job: job(9), ..small_page() }).await;
    assert_eq!(fs::read(first.markdown_path.unwrap()).unwrap(), content);
    assert!(second.markdown_path.unwrap().ends_with("[2026-11-12] Sales report & launch (date) (2).md"));
    assert!(third.html_path.unwrap().ends_with("[2026-11-12] Sales report & launch (date) (3).html"));
    assert_eq!(names(folder.path()).len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_that_publish_at_once_get_names_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let pages: Vec<Page> = (0..8).map(|n| Page { job: job(n), ..small_page() }).collect();
    let tasks: Vec<_> = pages
        .into_iter()
        .map(|page| {
            let folder = folder.path().to_owned();
            tokio::spawn(async move { publish_to(&folder, &page).await })
        })
        .collect();
    let mut paths = Vec::new();
    for task in tasks {
        paths.push(task.await.unwrap().markdown_path.unwrap());
    }
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 8);
    assert_eq!(names(folder.path()).len(), 16);
}

#[tokio::test]
async fn a_persons_own_file_of_the_same_name_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("[2026-11-12] Sales report & launch (date).html");
    fs::write(&own, "mine").unwrap();
    let published = publish_to(folder.path(), &small_page()).await;
    assert_eq!(fs::read(own).unwrap(), b"mine");
    assert!(published.markdown_path.unwrap().ends_with("[2026-11-12] Sales report & launch (date) (2).md"));
}

#[tokio::test]
async fn a_page_changed_by_hand_is_kept_and_the_new_one_stands_beside_it() {
    for extension in ["md", "html"] {
        let folder = tempfile::tempdir().unwrap();
        let page = small_page();
        publish_to(folder.path(), &page).await;
        let edited = folder.path().join(format!("[2026-11-12] Sales report & launch (date).{extension}"));
        let mine =
            fs::read_to_string(&edited).unwrap().replace("third of December", "fourth of December") + "PS";
        fs::write(&edited, &mine).unwrap();

        for _ in 0..2 {
            let journal = Arc::new(Journal::default());
            let again = MarkdownFolder::new(folder.path()).publish(&page, cx(&page, &journal)).await.unwrap();
            assert_eq!(fs::read_to_string(&edited).unwrap(), mine);
            assert!(
                again.markdown_path.unwrap().ends_with("[2026-11-12] Sales report & launch (date) (2).md")
            );
            let warnings = journal.warnings.lock().unwrap();
            assert_eq!(warnings.len(), 1);
            assert_eq!(
                warnings[0].text,
                "“[2026-11-12] Sales report & launch (date)” was changed by hand and is kept as it is. \
                 The new page is “[2026-11-12] Sales report & launch (date) (2)”."
            );
            assert_eq!(names(folder.path()).len(), 4);
        }
    }
}

#[tokio::test]
async fn line_ends_changed_by_a_sync_client_are_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    let published = publish_to(folder.path(), &small_page()).await;
    let path = published.markdown_path.unwrap();
    fs::write(&path, fs::read_to_string(&path).unwrap().replace('\n', "\r\n")).unwrap();
    publish_to(folder.path(), &small_page()).await;
    assert_eq!(names(folder.path()).len(), 2);
}

#[tokio::test]
async fn a_new_title_moves_the_page_of_the_same_job() {
    let folder = tempfile::tempdir().unwrap();
    publish_to(folder.path(), &small_page()).await;
    publish_to(folder.path(), &Page { title: "Better".into(), ..small_page() }).await;
    assert_eq!(names(folder.path()), ["[2026-11-12] Better.html", "[2026-11-12] Better.md"]);
}

#[tokio::test]
async fn a_folder_that_has_gone_is_not_created_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("Pages");
    let sink = MarkdownFolder::new(&folder);
    let page = small_page();
    let journal = Arc::new(Journal::default());
    let Err(StepError::Failed(failure)) = sink.publish(&page, cx(&page, &journal)).await else {
        panic!("published")
    };
    assert_eq!(failure, sink.ready().await.unwrap_err());
    assert_eq!((failure.code, failure.retry), (FailureCode::PageFolderGone, Retry::Person));
    assert_eq!(failure.what, format!("The folder for pages, {}, has gone.", folder.display()));
    assert_eq!(
        failure.fix,
        "Connect the drive or choose another folder in the settings; the transcript is safe."
    );
    assert!(!folder.exists());

    create_default_folder(&folder).unwrap();
    assert_eq!(sink.ready().await, Ok(()));
    assert_eq!(names(&folder), [] as [&str; 0]);
}

#[tokio::test]
async fn a_file_in_place_of_the_folder_says_so() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("Pages");
    fs::write(&file, "").unwrap();
    for failure in
        [MarkdownFolder::new(&file).ready().await.unwrap_err(), create_default_folder(&file).unwrap_err()]
    {
        assert_eq!(failure.code, FailureCode::PageFolderGone);
        assert_eq!(failure.what, format!("The folder for pages, {}, is not a folder.", file.display()));
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_to_says_so() {
    // Not even root may create files here, whatever the permissions say.
    for folder in ["/proc/self", "/sys"] {
        let failure = MarkdownFolder::new(folder).ready().await.unwrap_err();
        assert_eq!((failure.code, failure.retry), (FailureCode::PageFolderReadOnly, Retry::Person));
        assert_eq!(failure.what, format!("Debrief may not write into the folder for pages, {folder}."));
        assert_eq!(
            failure.fix,
            "Allow writing to it or choose another folder in the settings; the transcript is safe."
        );
    }
}
