//! What a page says of notes that a language model wrote.

use std::path::PathBuf;

use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::transcript::EngineLabel;

fn page(language: &str, sections: &[PageSection]) -> Vec<String> {
    let engine = EngineLabel { name: "test".into(), described: "Test".into(), rough: false };
    let speaker = crate::transcript::Speaker { label: "Speaker 1".into(), name: None, voice: None };
    let transcript = Transcript {
        segments: Vec::new(),
        speakers: vec![speaker],
        language: language.into(),
        duration_ms: 60_000,
        engine,
        diarizer: String::new(),
    };
    let point = |text: &str| Point { text: text.into(), at_ms: 5_000, speaker: None };
    let unverified = |text: &str, at_ms, doubt| Unverified {
        kind: ClaimKind::Todo,
        text: text.into(),
        assignee: Some("Ana".into()),
        due: Some(date(2026, 12, 3)),
        at_ms,
        doubt,
    };
    let notes = Notes {
        title: "Launch".into(),
        summary: vec![point("It moves.")],
        decisions: vec![point("It moves to December.")],
        todos: vec![Todo {
            text: "Tell them".into(),
            assignee: None,
            due: None,
            at_ms: 7_000,
            speaker: None,
        }],
        sections: Vec::new(),
        questions: vec![point("Who pays?")],
        unverified: vec![
            unverified("Wire money", Some(9_000), Doubt::QuoteNotFound),
            unverified("Call the bank", None, Doubt::NoSuchPlace),
        ],
        tags: Vec::new(),
        method: NotesMethod::Model { by: vec!["a at A".into(), "b at B".into()] },
    };
    let recording = Recording {
        file: PathBuf::from("a.wav"),
        name: "a.wav".into(),
        size_bytes: 1,
        created: date(2026, 11, 26),
        location: "/a.wav".into(),
        attachments: Vec::new(),
        drive: None,
    };
    let layout = PageLayout { sections: sections.to_vec(), language: None };
    let page = compose(JobId(Uuid::nil()), date(2026, 11, 26), &transcript, &notes, &recording, &[], &layout);
    page.blocks.iter().map(shown).collect()
}

fn shown(block: &Block) -> String {
    match block {
        Block::Heading { text, .. } => format!("## {text}"),
        Block::Note(text) => format!("> {text}"),
        Block::Point { text, at_ms, .. } => format!("- {text} {}", timecode(*at_ms)),
        Block::Todo { text, at_ms, .. } => format!("[ ] {text} {}", timecode(*at_ms)),
        Block::Prose(prose) => format!("* {}", prose::plain(std::slice::from_ref(prose))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_page_says_who_wrote_it_and_what_is_not_borne_out() {
    let lines = page("en", &PageSection::ALL);
    assert_eq!(
        lines,
        [
            "## Summary",
            "> These notes were written by a language model (a at A, b at B) from the transcript; nobody said them in these words. The times lead to what was said.",
            "- It moves. 0:05",
            "## To-dos",
            "[ ] Tell them 0:07",
            "## Decisions",
            "- It moves to December. 0:05",
            "## Unverified",
            "> A language model named these, but the transcript doesn't bear them out. Listen before you rely on one.",
            "- To-do: Wire money [Ana, 2026-12-03, the words it quotes weren't said there] 0:09",
            "* To-do: Call the bank [Ana, 2026-12-03, no place in the recording is named for it]",
            "## Open questions",
            "- Who pays? 0:05",
        ]
    );
}

#[test]
fn a_layout_of_earlier_shows_what_is_unverified_behind_to_dos_and_decisions() {
    let before = [PageSection::Decisions, PageSection::Todos, PageSection::Notes, PageSection::Summary];
    let headings: Vec<String> =
        page("zh-TW", &before).into_iter().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings, ["## 決議", "## 待辦事項", "## 未經證實", "## 摘要"]);
    let lines = page("zh-CN", &before);
    assert!(lines[1].contains("由语言模型（a at A、b at B）"), "{lines:?}");
}
