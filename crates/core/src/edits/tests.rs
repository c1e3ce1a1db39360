use proptest::prelude::*;

use super::*;
use crate::notes::{ClaimKind, Doubt, NotesMethod, Point, Todo, Unverified};
use crate::transcript::{EngineLabel, Segment};

/// Segments as (speaker, start in seconds, words); each ends where the next one begins.
fn transcript(said: &[(u16, u32, &str)], speakers: u16) -> Transcript {
    let end = |number: usize| said.get(number + 1).map_or(said[number].1 + 5, |next| next.1) * 1_000;
    let segment = |(number, (speaker, start, text)): (usize, &(u16, u32, &str))| Segment {
        speaker: Some(*speaker),
        start_ms: start * 1_000,
        end_ms: end(number),
        text: (*text).to_owned(),
        overlap: false,
    };
    Transcript {
        segments: said.iter().enumerate().map(segment).collect(),
        speakers: (1..=speakers)
            .map(|n| Speaker { label: format!("Speaker {n}"), name: None, voice: None })
            .collect(),
        language: "en".into(),
        duration_ms: 60_000,
        engine: EngineLabel { name: "test".into(), described: "Test".into(), rough: false },
        diarizer: "test".into(),
    }
}

fn meeting() -> Transcript {
    let said = [
        (0, 0, "Welcome to the bujet meeting."),
        (1, 5, "Thank you."),
        (2, 10, "I will send the numbers."),
        (0, 15, "We decided to wait."),
        (1, 20, "Who pays for it?"),
    ];
    transcript(&said, 3)
}

fn who(corrected: &Corrected) -> Vec<u16> {
    corrected.transcript.segments.iter().filter_map(|segment| segment.speaker).collect()
}

fn labels(corrected: &Corrected) -> Vec<&str> {
    corrected.transcript.heard().map(|(_, speaker)| speaker.label.as_str()).collect()
}

fn notes() -> Notes {
    let point = |text: &str, at_ms, speaker| Point { text: text.into(), at_ms, speaker: Some(speaker) };
    Notes {
        title: "Bujet".into(),
        summary: vec![point("Welcome to the bujet meeting.", 0, 0), point("We decided to wait.", 15_000, 0)],
        decisions: vec![point("We decided to wait.", 15_000, 0)],
        todos: vec![Todo {
            text: "Send the numbers".into(),
            assignee: None,
            due: None,
            at_ms: 10_000,
            speaker: Some(2),
        }],
        sections: Vec::new(),
        questions: vec![point("Who pays for it?", 20_000, 1)],
        unverified: vec![Unverified {
            kind: ClaimKind::Todo,
            text: "Order chairs".into(),
            assignee: Some("Bea".into()),
            due: None,
            at_ms: None,
            doubt: Doubt::NoSuchPlace,
        }],
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    }
}

#[test]
fn a_merged_speaker_says_nothing_any_more_and_passes_their_name_on() {
    let mut made = meeting();
    made.speakers[2].name = Some("Ana".into());
    let mut edits = Edits::default();
    edits.merge(&made, 2, 1);
    let corrected = edits.corrected(made, None);
    assert_eq!(who(&corrected), [0, 1, 1, 0, 1]);
    assert_eq!(labels(&corrected), ["Speaker 1", "Speaker 2"]);
    assert_eq!(corrected.transcript.speakers[1].name.as_deref(), Some("Ana"));
    assert_eq!((corrected.touched, corrected.unfit), ([2].into(), 0));
}

#[test]
fn segments_go_to_another_speaker_or_to_a_new_one_who_can_be_named_and_merged() {
    let made = meeting();
    let mut edits = Edits::default();
    assert_eq!(edits.give(&made, &[1], Some(0)), 0);
    let new = edits.give(&made, &[4, 99], None);
    assert_eq!(new, 3);
    assert!(edits.name_new(&made, new, "Bea"));
    assert!(!edits.name_new(&made, 1, "Bea"), "speaker 2 was told apart");
    let corrected = edits.corrected(made.clone(), None);
    assert_eq!(who(&corrected), [0, 0, 2, 0, 3]);
    assert_eq!(labels(&corrected), ["Speaker 1", "Speaker 3", "Speaker 4"]);
    assert_eq!(corrected.transcript.speakers[3].name.as_deref(), Some("Bea"));

    edits.merge(&made, new, 2);
    let corrected = edits.corrected(made.clone(), None);
    assert_eq!(who(&corrected), [0, 0, 2, 0, 2]);
    // What is given once more is given to that one only.
    edits.give(&made, &[1], Some(1));
    assert_eq!(who(&edits.corrected(made, None)), [0, 1, 2, 0, 2]);
    assert_eq!(edits.moves.len(), 2);
}

#[test]
fn words_are_put_right_and_back() {
    let made = meeting();
    let mut edits = Edits::default();
    edits.reword(&made, 0, "Welcome to the budget meeting.");
    let corrected = edits.corrected(made.clone(), None);
    assert_eq!(corrected.transcript.segments[0].text, "Welcome to the budget meeting.");
    assert_eq!(corrected.touched, [0].into());
    edits.reword(&made, 0, "Welcome to the bujet meeting.");
    assert!(edits.is_empty());
}

#[test]
fn corrections_are_found_again_where_speakers_have_other_numbers_and_borders_other_places() {
    let made = meeting();
    let mut edits = Edits::default();
    edits.merge(&made, 2, 1);
    edits.give(&made, &[3], Some(1));
    edits.reword(&made, 0, "Welcome to the budget meeting.");
    // Told apart once more: 2 was 0, 0 was 1, 1 was 2; borders moved, and one segment became two.
    let said = [
        (2, 0, "Welcome to the bujet meeting."),
        (0, 5, "Thank you."),
        (1, 10, "I will send the numbers."),
        (2, 15, "We decided"),
        (2, 17, "to wait."),
        (0, 20, "Who pays for it?"),
    ];
    let mut again = transcript(&said, 3);
    again.segments[0].end_ms += 300;
    again.segments[3].start_ms += 200;
    let corrected = edits.corrected(again, None);
    assert_eq!(corrected.unfit, 0);
    assert_eq!(who(&corrected), [2, 0, 0, 0, 0, 0]);
    assert_eq!(corrected.transcript.segments[0].text, "Welcome to the budget meeting.");
}

#[test]
fn words_that_became_part_of_a_longer_segment_are_put_right_in_there() {
    let made = meeting();
    let mut edits = Edits::default();
    edits.reword(&made, 0, "Welcome to the budget meeting.");
    let longer = transcript(&[(0, 0, "Welcome to the bujet meeting. Thank you. I will.")], 1);
    let corrected = edits.corrected(longer, None);
    let text = &corrected.transcript.segments[0].text;
    assert_eq!(text, "Welcome to the budget meeting. Thank you. I will.");
}

#[test]
fn what_fits_nothing_is_kept_and_counted_but_not_applied() {
    let made = meeting();
    let mut edits = Edits::default();
    edits.merge(&made, 2, 1);
    edits.give(&made, &[3], Some(1));
    edits.reword(&made, 0, "Welcome to the budget meeting.");
    let other = transcript(&[(0, 100, "Another recording altogether.")], 1);
    let corrected = edits.corrected(other.clone(), None);
    assert_eq!((corrected.transcript, corrected.unfit), (other, 3));
    assert_eq!(edits.corrected(made, None).unfit, 0, "they are still there");
    assert_eq!(unfit_warning(0), None);
    let text = |unfit| unfit_warning(unfit).unwrap().text;
    assert!(text(1).starts_with("One of your corrections doesn't fit the new transcript. They are kept"));
    assert!(text(3).starts_with("3 of your corrections don't fit the new transcript. They are kept"));
}

#[test]
fn a_persons_notes_win_over_those_that_are_made_anew() {
    let made = meeting();
    let mut edits = Edits::default();
    let change = NotesChange {
        title: Some("Budget".into()),
        summary: Some(vec![
            "Welcome to the budget meeting.".into(),
            "The numbers: somebody will send them.".into(),
        ]),
        todos: Some(vec![
            TodoChange {
                text: "Send the numbers to Bea".into(),
                assignee: Some("Speaker 3".into()),
                due: Some(jiff::civil::date(2026, 12, 1)),
                at_ms: 10_000,
            },
            TodoChange {
                text: "Order chairs".into(),
                assignee: Some("Speaker 2".into()),
                due: None,
                at_ms: 0,
            },
        ]),
        ..NotesChange::default()
    };
    edits.notes.change(&notes(), &made, change);
    let mut again = notes();
    again.title = "Something else".into();
    again.todos.clear();
    let mut named = made.clone();
    named.speakers[1].name = Some("Bea".into());
    let shown = edits.corrected(named, Some(again)).notes.unwrap();
    assert_eq!(shown.title, "Budget");
    let said: Vec<(u32, Option<u16>)> = shown.summary.iter().map(|p| (p.at_ms, p.speaker)).collect();
    assert_eq!(said, [(0, Some(0)), (10_000, None)], "what is like an old sentence keeps its source");
    assert_eq!(shown.decisions, notes().decisions, "what nobody touched is as it was made");
    // The to-do's speaker was shown as who does it, and still is.
    assert_eq!((shown.todos[0].assignee.as_deref(), shown.todos[0].speaker), (None, Some(2)));
    assert_eq!(shown.todos[0].due, Some(jiff::civil::date(2026, 12, 1)));
    assert_eq!(shown.todos[1].assignee.as_deref(), Some("Bea"), "a label follows the name");
    assert!(shown.unverified.is_empty(), "what the person vouches for isn't in doubt");
}

#[test]
fn notes_follow_when_what_was_said_is_given_to_somebody_else() {
    let made = meeting();
    let mut edits = Edits::default();
    edits.merge(&made, 2, 1);
    edits.give(&made, &[3], Some(1));
    let shown = edits.corrected(made.clone(), Some(notes())).notes.unwrap();
    assert_eq!(shown.todos[0].speaker, Some(1));
    assert_eq!(shown.decisions[0].speaker, Some(1));
    // Notes that were made with the corrections are right without them, too.
    let back = Edits::default().corrected(made, Some(shown)).notes.unwrap();
    assert_eq!(back.todos[0].speaker, Some(2));
    assert_eq!(back.decisions[0].speaker, Some(0));
}

/// Any transcript, as no stage would make it, too.
fn any_transcript() -> impl Strategy<Value = Transcript> {
    let segment = (prop::option::of(0_u16..5), 0_u32..40, 0_u32..12, "[ab 會議]{0,6}");
    (prop::collection::vec(segment, 0..10), 0_u16..5).prop_map(|(segments, speakers)| {
        let mut made = transcript(&[], speakers);
        made.segments = segments
            .into_iter()
            .map(|(speaker, start, length, text)| Segment {
                speaker: speaker.filter(|speaker| *speaker < speakers.max(1)),
                start_ms: start * 100,
                end_ms: (start + length) * 100,
                text,
                overlap: false,
            })
            .collect();
        // Of two segments that are the same in everything a correction means the first one.
        let mut seen = BTreeSet::new();
        made.segments.retain(|s| seen.insert((s.start_ms, s.end_ms, s.text.clone())));
        made
    })
}

#[derive(Debug, Clone)]
enum Act {
    Merge(u16, u16),
    Give(Vec<usize>, Option<u16>),
    Reword(usize, String),
}

fn any_acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0_u16..7, 0_u16..7).prop_map(|(from, into)| Act::Merge(from, into)),
        (prop::collection::vec(0_usize..12, 0..4), prop::option::of(0_u16..7))
            .prop_map(|(segments, to)| Act::Give(segments, to)),
        (0_usize..12, "[ab 會議]{0,6}").prop_map(|(segment, text)| Act::Reword(segment, text)),
    ];
    prop::collection::vec(act, 0..8)
}

fn done(made: &Transcript, acts: &[Act]) -> Edits {
    let mut edits = Edits::default();
    for act in acts {
        match act {
            Act::Merge(from, into) => edits.merge(made, *from, *into),
            Act::Give(segments, to) => drop(edits.give(made, segments, *to)),
            Act::Reword(segment, text) => edits.reword(made, *segment, text),
        }
    }
    edits
}

proptest! {
    #[test]
    fn corrections_read_back_as_they_were(made in any_transcript(), acts in any_acts()) {
        let edits = done(&made, &acts);
        let json = serde_json::to_string(&edits).unwrap();
        prop_assert_eq!(serde_json::from_str::<Edits>(&json).unwrap(), edits);
    }

    #[test]
    fn no_transcript_is_too_foreign(made in any_transcript(), other in any_transcript(), acts in any_acts()) {
        let edits = done(&made, &acts);
        let corrected = edits.corrected(other.clone(), Some(notes()));
        prop_assert_eq!(corrected.transcript.segments.len(), other.segments.len());
        prop_assert_eq!(&corrected, &edits.corrected(other, Some(notes())));
    }

    #[test]
    fn saying_the_same_twice_is_saying_it_once(made in any_transcript(), acts in any_acts()) {
        // A new speaker is another one each time.
        let acts: Vec<Act> = acts.into_iter().filter(|act| !matches!(act, Act::Give(_, None))).collect();
        let twice: Vec<Act> = acts.iter().flat_map(|act| [act.clone(), act.clone()]).collect();
        let (once, twice) = (done(&made, &acts), done(&made, &twice));
        prop_assert_eq!(once.corrected(made.clone(), None), twice.corrected(made, None));
    }

    #[test]
    fn words_put_right_are_not_put_right_again(made in any_transcript(), acts in any_acts()) {
        let acts: Vec<Act> = acts.into_iter().filter(|act| matches!(act, Act::Reword(..))).collect();
        let edits = done(&made, &acts);
        let once = edits.corrected(made, None);
        for (number, segment) in once.transcript.segments.iter().enumerate() {
            let text = acts.iter().rev().find_map(|act| match act {
                Act::Reword(of, text) if *of == number => Some(text),
                Act::Reword(..) | Act::Merge(..) | Act::Give(..) => None,
            });
            if let Some(text) = text {
                prop_assert_eq!(&segment.text, text);
            }
        }
    }

    #[test]
    fn the_order_of_rewording_and_giving_does_not_matter(made in any_transcript(), acts in any_acts()) {
        let mut edits = done(&made, &acts);
        let before = edits.corrected(made.clone(), None);
        edits.texts.reverse();
        edits.moves.reverse();
        prop_assert_eq!(before, edits.corrected(made, None));
    }
}
