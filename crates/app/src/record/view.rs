//! Transcript and notes as the window shows them.

use debrief_core::notes::{ClaimKind, Doubt, NotesMethod, Point, Section, Todo, Unverified};
use debrief_core::transcript::NameSource;
use serde::Serialize;

use super::{Document, Notes, NotesEdits, Transcript};

/// A job's transcript and notes, with what a person corrected.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TranscriptView {
    /// BCP 47.
    pub language: String,
    /// Length of the recording in milliseconds.
    pub duration_ms: u32,
    /// The title of the notes, or else the recording's name.
    pub title: String,
    /// Whoever says something.
    pub speakers: Vec<SpeakerView>,
    /// In order of time.
    pub segments: Vec<SegmentView>,
    /// None while there are none.
    pub notes: Option<NotesEditView>,
    /// Anything was corrected.
    pub edited: bool,
    /// Something was corrected, or a speaker named, since the page was written.
    pub page_outdated: bool,
    /// It can be corrected: nothing of it is being made.
    pub can_edit: bool,
}

/// A speaker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SpeakerView {
    /// What segments refer to.
    pub index: u16,
    /// "Speaker 1", stable through renames.
    pub label: String,
    /// The name, once it is known.
    pub name: Option<String>,
    /// A person gave that name.
    pub by_person: bool,
    /// It was kept how they sound.
    pub has_voice: bool,
    /// How long they talk in all, in milliseconds.
    pub talks_ms: u32,
    /// Why the name is believed, where no person gave it.
    pub evidence: Option<EvidenceView>,
}

/// Why a speaker is believed to bear a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct EvidenceView {
    /// Where the name is from.
    pub source: NameSource,
    /// When that was said, in milliseconds.
    pub at_ms: Option<u32>,
    /// The words that say so.
    pub quote: Option<String>,
    /// How sure it is, in percent.
    pub confidence: u8,
}

/// What one speaker says without a longer pause.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SegmentView {
    /// Counted from 1.
    pub number: u32,
    /// Start in milliseconds.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
    /// Index of the speaker; none where speakers were not found.
    pub speaker: Option<u16>,
    /// The words.
    pub text: String,
    /// Others talk during most of it.
    pub overlap: bool,
    /// A person corrected its words or its speaker.
    pub edited: bool,
}

/// Notes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotesEditView {
    /// The title.
    pub title: String,
    /// The most important points.
    pub summary: Vec<PointView>,
    /// What was decided.
    pub decisions: Vec<PointView>,
    /// Who will do what.
    pub todos: Vec<TodoView>,
    /// What stayed open.
    pub questions: Vec<PointView>,
    /// What a language model named and the transcript doesn't bear out.
    pub unverified: Vec<UnverifiedView>,
    /// Notes by topic.
    pub sections: Vec<SectionView>,
    /// Who wrote them, for people.
    pub by: String,
    /// A person corrected them.
    pub edited: bool,
}

/// A sentence with the place it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PointView {
    /// The sentence.
    pub text: String,
    /// In milliseconds.
    pub at_ms: u32,
    /// Who said it, by name or label.
    pub speaker: Option<String>,
}

/// Something that somebody will do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TodoView {
    /// What.
    pub text: String,
    /// Who, as the page shows it.
    pub assignee: Option<String>,
    /// Until when, as YYYY-MM-DD.
    pub due: Option<String>,
    /// Where it was said, in milliseconds.
    pub at_ms: u32,
}

/// A claim without evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct UnverifiedView {
    /// What it was said to be.
    pub kind: ClaimKind,
    /// What is claimed.
    pub text: String,
    /// Who is said to do it.
    pub assignee: Option<String>,
    /// Until when, as claimed, as YYYY-MM-DD.
    pub due: Option<String>,
    /// Where it is said to have been said, in milliseconds.
    pub at_ms: Option<u32>,
    /// What is wrong with it.
    pub doubt: Doubt,
}

/// Notes on one topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SectionView {
    /// The topic.
    pub heading: String,
    /// Where it begins, in milliseconds.
    pub at_ms: u32,
    /// What was said about it, as Markdown.
    pub body: String,
    /// Its central sentences.
    pub points: Vec<PointView>,
}

pub(super) fn transcript(document: &Document, page_outdated: bool, can_edit: bool) -> TranscriptView {
    let (transcript, corrections) = (&document.transcript, &document.corrections);
    let segments =
        (1..).zip(&transcript.segments).enumerate().map(|(place, (number, segment))| SegmentView {
            number,
            start_ms: segment.start_ms,
            end_ms: segment.end_ms,
            speaker: segment.speaker,
            text: segment.text.clone(),
            overlap: segment.overlap,
            edited: document.touched.contains(&place),
        });
    let notes = document.notes.as_ref();
    TranscriptView {
        language: transcript.language.clone(),
        duration_ms: transcript.duration_ms,
        title: document.title.clone(),
        speakers: speakers(document),
        segments: segments.collect(),
        notes: notes.map(|notes| notes_view(notes, transcript, &corrections.edits.notes)),
        edited: !corrections.edits.is_empty(),
        page_outdated,
        can_edit,
    }
}

fn speakers(document: &Document) -> Vec<SpeakerView> {
    let (transcript, known) = (&document.transcript, &document.speakers);
    let view = |(index, speaker): (u16, &debrief_core::transcript::Speaker)| {
        let theirs = transcript.segments.iter().filter(|segment| segment.speaker == Some(index));
        let is_new = usize::from(index) >= document.told_apart;
        let by_person = match is_new {
            true => speaker.name.is_some(),
            false => known.by_person.contains_key(&index),
        };
        // A name that came with somebody who was merged has its evidence there.
        let own = known.names.get(&index) == speaker.name.as_ref() && !by_person;
        let evidence = known.evidence.get(&index).filter(|_| own).map(|evidence| EvidenceView {
            source: evidence.source,
            at_ms: evidence.at_ms,
            quote: evidence.quote.clone(),
            confidence: evidence.confidence,
        });
        SpeakerView {
            index,
            label: speaker.label.clone(),
            name: speaker.name.clone(),
            by_person,
            has_voice: speaker.voice.is_some(),
            talks_ms: theirs.map(|segment| segment.end_ms.saturating_sub(segment.start_ms)).sum(),
            evidence,
        }
    };
    transcript.heard().map(view).collect()
}

fn notes_view(notes: &Notes, transcript: &Transcript, edits: &NotesEdits) -> NotesEditView {
    let points = |points: &[Point]| points.iter().map(|point| point_view(point, transcript)).collect();
    let section = |section: &Section| SectionView {
        heading: section.heading.clone(),
        at_ms: section.at_ms,
        body: section.body.clone(),
        points: points(&section.points),
    };
    NotesEditView {
        title: notes.title.clone(),
        summary: points(&notes.summary),
        decisions: points(&notes.decisions),
        todos: notes.todos.iter().map(|todo| todo_view(todo, transcript)).collect(),
        questions: points(&notes.questions),
        unverified: notes.unverified.iter().map(unverified_view).collect(),
        sections: notes.sections.iter().map(section).collect(),
        by: match &notes.method {
            NotesMethod::Extractive => "sentences taken from the transcript".to_owned(),
            NotesMethod::Model { by } => by.join(", "),
        },
        edited: *edits != NotesEdits::default(),
    }
}

fn point_view(point: &Point, transcript: &Transcript) -> PointView {
    PointView { text: point.text.clone(), at_ms: point.at_ms, speaker: name_of(transcript, point.speaker) }
}

fn todo_view(todo: &Todo, transcript: &Transcript) -> TodoView {
    TodoView {
        text: todo.text.clone(),
        assignee: todo.assignee.clone().or_else(|| name_of(transcript, todo.speaker)),
        due: todo.due.map(|due| due.to_string()),
        at_ms: todo.at_ms,
    }
}

fn unverified_view(claim: &Unverified) -> UnverifiedView {
    UnverifiedView {
        kind: claim.kind,
        text: claim.text.clone(),
        assignee: claim.assignee.clone(),
        due: claim.due.map(|due| due.to_string()),
        at_ms: claim.at_ms,
        doubt: claim.doubt,
    }
}

fn name_of(transcript: &Transcript, speaker: Option<u16>) -> Option<String> {
    let speaker = transcript.speakers.get(usize::from(speaker?))?;
    Some(speaker.display().to_owned())
}
