//! Corrections over a real store, without any audio: what the stages would leave is put there.

use debrief_core::notes::{NotesMethod, Point, Todo};

use super::*;
use crate::voices::tests::{app, done, identified};

fn noted(app: &App, id: JobId) {
    let notes = Notes {
        title: "Hello".into(),
        summary: vec![Point { text: "Hello.".into(), at_ms: 0, speaker: Some(0) }],
        decisions: Vec::new(),
        todos: vec![Todo {
            text: "Say hi".into(),
            assignee: None,
            due: None,
            at_ms: 1_000,
            speaker: Some(1),
        }],
        sections: Vec::new(),
        questions: Vec::new(),
        unverified: Vec::new(),
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    };
    done(app, id, Stage::Summarize, &notes);
}

fn who(view: &TranscriptView) -> Vec<(Option<u16>, bool)> {
    view.segments.iter().map(|segment| (segment.speaker, segment.edited)).collect()
}

#[tokio::test]
async fn speakers_and_words_are_corrected_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 60_000);
    let before = app.job_transcript(id).unwrap();
    assert!(!before.edited && !before.page_outdated && before.can_edit);
    assert_eq!(before.speakers.iter().map(|s| s.talks_ms).collect::<Vec<_>>(), [900, 900]);

    let view = app.edit_segment(id, 2, "  Hi\nthere. ").unwrap();
    assert_eq!(view.segments[1].text, "Hi there.");
    let view = app.move_segments(id, &[2], None).unwrap();
    assert_eq!(who(&view), [(Some(0), false), (Some(2), true)]);
    assert_eq!(view.speakers[1].label, "Speaker 3");
    app.name_speaker(id, "Speaker 3", "Cleo", false).unwrap();
    let view = app.job_transcript(id).unwrap();
    assert_eq!((view.speakers[1].name.as_deref(), view.speakers[1].by_person), (Some("Cleo"), true));
    let view = app.merge_speakers(id, "Speaker 3", "Speaker 1").unwrap();
    assert_eq!(who(&view), [(Some(0), false), (Some(0), true)]);
    assert_eq!(view.speakers[0].name.as_deref(), Some("Cleo"), "the only one who has a name gives it");
    assert!(app.document(id).unwrap().text().contains("Cleo: Hi there."));

    let view = app.revert_edits(id).unwrap();
    assert!(!view.edited);
    assert_eq!(view.segments, before.segments);
}

#[tokio::test]
async fn notes_are_corrected_part_by_part() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 60_000);
    let none = app.edit_notes(id, &NotesEdit { title: Some("A".into()), ..NotesEdit::default() });
    assert_eq!(none.unwrap_err().what, "This job has no notes yet.");
    noted(&app, id);
    let shown = app.job_transcript(id).unwrap().notes.unwrap();
    assert_eq!((shown.todos[0].assignee.as_deref(), shown.edited), (Some("Speaker 2"), false));

    let todo = TodoEdit {
        text: "Say hi to all".into(),
        assignee: Some("Ana".into()),
        due: Some("2026-12-01".into()),
        at_ms: 1_000,
    };
    let edit = NotesEdit {
        title: Some(" Greetings ".into()),
        todos: Some(vec![todo.clone()]),
        ..NotesEdit::default()
    };
    let notes = app.edit_notes(id, &edit).unwrap().notes.unwrap();
    assert_eq!((notes.title.as_str(), notes.edited), ("Greetings", true));
    assert_eq!(notes.summary, shown.summary);
    let (due, assignee) = (notes.todos[0].due.as_deref(), notes.todos[0].assignee.as_deref());
    assert_eq!((due, assignee), (Some("2026-12-01"), Some("Ana")));
    assert_eq!(app.status(id).unwrap().title, "Greetings");
    assert!(app.document(id).unwrap().markdown().contains("Greetings"));

    let bad = TodoEdit { due: Some("soon".into()), ..todo };
    let refused = app.edit_notes(id, &NotesEdit { todos: Some(vec![bad]), ..NotesEdit::default() });
    assert_eq!(refused.unwrap_err().what, "“soon” is no date.");
}

#[tokio::test]
async fn what_cannot_be_corrected_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 60_000);
    let said = |refused: Result<TranscriptView, Failure>| {
        let Failure { what, fix, .. } = refused.unwrap_err();
        format!("{what} {fix}")
    };
    assert_eq!(
        said(app.edit_segment(id, 3, "x")),
        "There is no segment 3. This transcript has the segments 1 to 2."
    );
    assert_eq!(
        said(app.edit_segment(id, 1, " ")),
        "A segment has 1 to 5000 characters. Write something else there."
    );
    assert_eq!(
        said(app.merge_speakers(id, "Speaker 1", "Speaker 9")),
        "There is no “Speaker 9” in this recording. Its speakers are: Speaker 1, Speaker 2."
    );
    assert_eq!(
        said(app.merge_speakers(id, "Speaker 1", "Speaker 1")),
        "That is one speaker already. Name two different speakers."
    );
    assert_eq!(said(app.move_segments(id, &[], None)), "No segment was named. Choose at least one.");
    assert!(!app.job_transcript(id).unwrap().edited);
}

#[tokio::test]
async fn a_correction_is_found_by_a_search_in_either_script() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let id = identified(&app, 60_000);
    app.edit_segment(id, 1, "我們明天開會議。").unwrap();
    let hits = app.search("开会议", 20).unwrap();
    let [hit] = &hits[..] else { panic!("{hits:?}") };
    assert_eq!((hit.job_id.as_str(), hit.date.as_str()), (id.to_string().as_str(), "2026-11-05"));
    assert_eq!(hit.pieces.iter().filter(|p| p.hit).map(|p| p.text.as_str()).collect::<Vec<_>>(), ["開會議"]);
    assert_eq!((hit.title.as_str(), hit.speaker.as_deref()), ("a.m4a", Some("Speaker 1")));
}
