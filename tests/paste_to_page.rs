//! A recording goes in, a page comes out: in every format, and with everything that a page promises.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use debrief_app::App;
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::view::{Group, JobResult, JobView, StageState, StatusWord};
use debrief_yardstick::score::{Alignment, plain};

use crate::support::{Installation, PATIENCE, document, fixture, settled, submit};

/// What the voice of the committed recordings says.
const SPOKEN: &str =
    "please send the report to the sales team on monday we will meet again next thursday at ten";
/// The rough recogniser mistakes the end of that sentence: 4 of 18 words in a good recording. Compression may cost two more.
const WORD_ERRORS: usize = 6;

const FORMATS: [&str; 9] = ["mp3", "m4a", "flac", "ogg", "opus", "wav", "webm", "mkv", "mp4"];

#[tokio::test(flavor = "multi_thread")]
async fn every_format_becomes_a_page_of_what_was_said() {
    let installation = Installation::new();
    let app = installation.open().await;
    let ids = FORMATS.map(|format| submit(&app, &fixture(&format!("speech.{format}"))));

    // All wait in one pool, which takes three at a time.
    let mut most_at_once = 0;
    let began = Instant::now();
    while app.list().unwrap().iter().any(|job| job.group != Group::Done) {
        let working = app.list().unwrap().iter().filter(|job| job.group == Group::Working).count();
        most_at_once = most_at_once.max(working);
        assert!(began.elapsed() < 2 * PATIENCE, "{:#?}", app.list().unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!((1..=3).contains(&most_at_once), "{most_at_once} at once");

    for (format, id) in FORMATS.into_iter().zip(ids) {
        let view = settled(&app, id).await;
        assert_eq!(view.status, StatusWord::Completed, "{format}: {view:#?}");
        assert_eq!(view.progress, 100, "{format}");
        assert!(view.stages.iter().all(|stage| stage.state == StageState::Done), "{format}: {view:#?}");
        assert!(view.duration_ms.is_some_and(|ms| (5_400..5_800).contains(&ms)), "{:?}", view.duration_ms);
        says_what_was_said(&app, id, format);
        let result = view.result.unwrap();
        assert_eq!(result.warnings, [], "{format}");
        has_both_pages(id, &result);
    }
    assert_eq!(installation.pages().len(), 2 * FORMATS.len(), "no page replaced another");
    assert_eq!(installation.temporary(), [""; 0]);
}

fn says_what_was_said(app: &App, id: JobId, format: &str) {
    let transcript = app.document(id).unwrap().transcript;
    let text: Vec<String> = transcript.segments.iter().map(|segment| segment.text.to_lowercase()).collect();
    let text = text.join(" ");
    for words in ["report", "sales team", "monday", "meet again"] {
        assert!(text.contains(words), "{format}: no \u{201c}{words}\u{201d} in \u{201c}{text}\u{201d}");
    }
    let errors = Alignment::of(&plain(SPOKEN), &plain(&text)).errors;
    assert!(errors <= WORD_ERRORS, "{format}: {errors} words are wrong in \u{201c}{text}\u{201d}");
}

/// Both forms of the page are there and carry the job's mark.
fn has_both_pages(id: JobId, result: &JobResult) {
    let markdown = read(&result.page_path);
    assert!(markdown.contains(&format!("<!-- debrief:job={id} ")), "{markdown}");
    let html = read(&result.page_html_path);
    assert!(html.contains(&format!("<meta name=\"debrief-job\" content=\"{id}\"")), "{html}");
    for page in [markdown, html] {
        assert!(page.contains(&result.title), "{page}");
    }
}

fn read(path: &Option<String>) -> String {
    let path = path.as_deref().unwrap();
    assert!(Path::new(path).is_absolute(), "{path}");
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bundled_sample_shows_what_a_page_can_hold() {
    let installation = Installation::new();
    let app = installation.open().await;
    let id = app.process_sample().await.unwrap();
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    assert!(!result.title.is_empty());
    assert_eq!(view.title, result.title);
    assert!(result.summary.lines().count() >= 2, "{}", result.summary);
    let of_report = |todo: &String| todo.contains("report") && todo.contains("friday");
    assert!(result.todos.len() >= 2 && result.todos.iter().any(of_report), "{:?}", result.todos);
    let both = ["Speaker 1", "Speaker 2"].map(|label| (label.to_owned(), label.to_owned()));
    assert_eq!(result.identified_speakers, BTreeMap::from(both));
    assert_eq!(result.drive_filename, None);

    let notes = app.document(id).unwrap().notes.unwrap();
    assert!(notes.decisions.iter().any(|point| point.text.contains("faster")), "{:?}", notes.decisions);
    for page in [read(&result.page_path), read(&result.page_html_path)] {
        for words in [
            "These notes are sentences taken from the transcript",
            "The text comes from a rough offline recogniser",
            "Speaker 1",
            "Speaker 2",
            "Decisions",
            "To-dos",
        ] {
            assert!(page.contains(words), "no \u{201c}{words}\u{201d} in {page}");
        }
    }
}

async fn with_attachments(app: &App, attachments: &[&Path]) -> JobView {
    let local = |path: &Path| RecordingLink::Local { path: path.to_owned() };
    let attachments = attachments.iter().map(|path| local(path)).collect();
    let id = app.submit(local(&fixture("speech.wav")), attachments).unwrap();
    settled(app, id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_is_listed_on_the_page() {
    let installation = Installation::new();
    let app = installation.open().await;
    let agenda = installation.file("Agenda.pdf", &std::fs::read(document("english.pdf")).unwrap());
    let view = with_attachments(&app, &[&agenda]).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0), "{view:#?}");
    assert_eq!(view.attachments, ["Agenda.pdf"]);
    let result = view.result.unwrap();
    let markdown = read(&result.page_path);
    assert!(markdown.contains("## Attachments\n\n- [Agenda.pdf]("), "{markdown}");
    let html = read(&result.page_html_path);
    assert!(html.contains("Agenda.pdf</a>"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_attachment_is_a_warning_and_never_a_failure() {
    let installation = Installation::new();
    let app = installation.open().await;
    let agenda = installation.file("Agenda.pdf", &std::fs::read(document("english.pdf")).unwrap());
    let missing = installation.path().join("Slides.pdf");
    let view = with_attachments(&app, &[&missing, &agenda]).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    assert_eq!(view.warnings, result.warnings);
    assert_eq!(result.warnings.len(), 1, "{:?}", result.warnings);
    assert_eq!(result.warnings[0].code, "attachment_unavailable");
    insta::assert_snapshot!(
        result.warnings[0].text,
        @"The attachment Slides.pdf was left out: there is no such file. To use it, process the recording again with a file that can be read."
    );
    for page in [read(&result.page_path), read(&result.page_html_path)] {
        assert!(page.contains("The attachment Slides.pdf was left out"), "{page}");
        assert!(page.contains("Agenda.pdf"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_gives_no_text_is_listed_with_a_warning() {
    let installation = Installation::new();
    let app = installation.open().await;
    let view = with_attachments(&app, &[&document("scan.pdf"), &document("password.pdf")]).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    let codes: Vec<&str> = result.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["attachment_unreadable"; 2], "{:#?}", result.warnings);
    let page = read(&result.page_path);
    for name in ["scan.pdf", "password.pdf"] {
        assert!(page.contains(&format!("- [{name}](")), "{name} is listed: {page}");
        assert!(page.contains(&format!("The attachment {name} ")), "{name} is named in a warning: {page}");
    }
}
