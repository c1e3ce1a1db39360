//! The page that a person reads: a tree of blocks that any destination can write.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::failure::Warning;
use crate::job::JobId;
use crate::notes::{ClaimKind, Doubt, Notes, NotesMethod, Point, Section, Todo, Unverified};
use crate::ports::Recording;
use crate::prose::{self, Prose, Span};
use crate::transcript::{Segment, Transcript};

mod labels;

use labels::{Labels, labels};

/// What a page shows and in which language, as the person wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageLayout {
    /// The sections that are shown, in their order.
    pub sections: Vec<PageSection>,
    /// BCP 47 language of the page's own words; `None` takes that of the recording.
    pub language: Option<String>,
}

impl Default for PageLayout {
    fn default() -> Self {
        PageLayout { sections: PageSection::ALL.to_vec(), language: None }
    }
}

/// A part of the page that can be left out or moved. Warnings always stand at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PageSection {
    /// The most important points.
    Summary,
    /// Who will do what.
    Todos,
    /// What was decided.
    Decisions,
    /// To-dos and decisions that a language model named and that the transcript doesn't bear out.
    Unverified,
    /// What stayed open.
    Questions,
    /// Notes by topic.
    Notes,
    /// The documents that belong to the recording.
    Attachments,
    /// Everything that was said.
    Transcript,
}

impl PageSection {
    /// Every section, in the order of a page that nobody has changed.
    pub const ALL: [PageSection; 8] = [
        PageSection::Summary,
        PageSection::Todos,
        PageSection::Decisions,
        PageSection::Unverified,
        PageSection::Questions,
        PageSection::Notes,
        PageSection::Attachments,
        PageSection::Transcript,
    ];
}

/// A finished page, independent of where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The job that it belongs to: the marker by which a repeated publish finds it again.
    pub job: JobId,
    /// The title, without the date.
    pub title: String,
    /// The day of the recording.
    pub date: Date,
    /// BCP 47 language of the page's own words.
    pub language: String,
    /// Facts about the recording, in order.
    pub properties: Vec<Property>,
    /// Length of the recording in milliseconds.
    pub duration_ms: u32,
    /// What it is about, in a few words each.
    pub tags: Vec<String>,
    /// The recording on this machine, while the job has it.
    pub recording_file: PathBuf,
    /// The body.
    pub blocks: Vec<Block>,
}

/// A line under the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Which fact it is.
    pub kind: PropertyKind,
    /// What it is called, in the page's language; for example "Participants".
    pub name: String,
    /// The value.
    pub value: PropertyValue,
}

/// A fact about the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// Who spoke.
    Participants,
    /// How long it is.
    Duration,
    /// The recording itself.
    Recording,
    /// What turned it into text.
    Engine,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyValue {
    /// Plain text.
    Text(String),
    /// Names, joined as the page's language does.
    Names(Vec<String>),
    /// A web address or a path, with the text to show for it.
    Link {
        /// Shown.
        text: String,
        /// `https:` address or absolute path.
        target: String,
    },
}

impl PropertyValue {
    /// The value as one text. `language` is that of the page.
    pub fn to_text(&self, language: &str) -> String {
        match self {
            PropertyValue::Text(text) | PropertyValue::Link { text, .. } => text.clone(),
            PropertyValue::Names(names) => names.join(if language.starts_with("zh") { "、" } else { ", " }),
        }
    }
}

/// One block of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A section's heading.
    Heading {
        /// Which section begins here.
        section: PageSection,
        /// The words.
        text: String,
    },
    /// A topic's heading, below a section's.
    Subheading {
        /// The words.
        text: String,
        /// Where the topic begins, in milliseconds.
        at_ms: u32,
    },
    /// Formatted text.
    Prose(Prose),
    /// A highlighted remark: how the notes were made.
    Note(String),
    /// A highlighted remark: something is missing.
    Warning(String),
    /// A list item with the place it comes from.
    Point {
        /// The sentence.
        text: String,
        /// In milliseconds.
        at_ms: u32,
        /// Who said it, as shown.
        speaker: Option<String>,
    },
    /// A checkbox.
    Todo {
        /// What is to be done.
        text: String,
        /// Who.
        assignee: Option<String>,
        /// Until when.
        due: Option<Date>,
        /// Where it was said, in milliseconds.
        at_ms: u32,
    },
    /// A document that belongs to the recording.
    Attachment {
        /// Its name.
        name: String,
        /// `https:` address or absolute path.
        target: String,
        /// The document on this machine, while the job has it.
        file: Option<PathBuf>,
    },
    /// Something that one speaker said.
    Utterance {
        /// Name or label, with a remark where others talk at the same time; empty when speakers were not found.
        speaker: String,
        /// Index for a stable colour.
        speaker_index: Option<u16>,
        /// In milliseconds.
        at_ms: u32,
        /// The words.
        text: String,
    },
}

/// Milliseconds as `m:ss` or `h:mm:ss`.
pub fn timecode(ms: u32) -> String {
    let seconds = ms / 1000;
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// The layout's sections, with the unverified claims behind the to-dos and decisions where a layout of earlier doesn't know
/// them: they are never lost.
fn sections(layout: &PageLayout) -> Vec<PageSection> {
    let mut sections = layout.sections.clone();
    if !sections.contains(&PageSection::Unverified) {
        let claims = |section: &PageSection| matches!(section, PageSection::Todos | PageSection::Decisions);
        if let Some(last) = sections.iter().rposition(claims) {
            sections.insert(last + 1, PageSection::Unverified);
        }
    }
    sections
}

/// The page of one recording. `date` is the recording's day.
pub fn compose(
    job: JobId,
    date: Date,
    transcript: &Transcript,
    notes: &Notes,
    recording: &Recording,
    warnings: &[Warning],
    layout: &PageLayout,
) -> Page {
    let language = layout.language.clone().unwrap_or_else(|| transcript.language.clone());
    let words = labels(&language);
    let mut blocks = Vec::new();
    if transcript.engine.rough {
        blocks.push(Block::Warning(words.rough.to_owned()));
    }
    if transcript.speakers.is_empty() {
        blocks.push(Block::Warning(words.no_speakers.to_owned()));
    }
    blocks.extend(warnings.iter().map(|warning| Block::Warning(warning.text.clone())));
    let mut by_model = by_model(words, notes);
    for section in sections(layout) {
        let (heading, items) = section_of(section, words, transcript, notes, recording);
        if !items.is_empty() {
            blocks.push(Block::Heading { section, text: heading.to_owned() });
            if is_written(section) {
                blocks.extend(by_model.take());
            }
            blocks.extend(items);
        }
    }
    Page {
        job,
        title: notes.title.clone(),
        date,
        properties: properties(words, transcript, recording),
        language,
        duration_ms: transcript.duration_ms,
        tags: notes.tags.clone(),
        recording_file: recording.file.clone(),
        blocks,
    }
}

/// Who wrote the notes, where a language model did: it stands below the first heading of what was written.
fn by_model(words: &Labels, notes: &Notes) -> Option<Block> {
    match &notes.method {
        NotesMethod::Extractive => None,
        NotesMethod::Model { by } => Some(Block::Note(words.by_model.replace("{by}", &by.join(words.comma)))),
    }
}

/// Whether whoever took the notes wrote what stands in a section.
fn is_written(section: PageSection) -> bool {
    match section {
        PageSection::Summary
        | PageSection::Todos
        | PageSection::Decisions
        | PageSection::Unverified
        | PageSection::Questions
        | PageSection::Notes => true,
        PageSection::Attachments | PageSection::Transcript => false,
    }
}

/// Heading and content of one section.
fn section_of(
    section: PageSection,
    words: &Labels,
    transcript: &Transcript,
    notes: &Notes,
    recording: &Recording,
) -> (&'static str, Vec<Block>) {
    let point = |point: &Point| point_block(transcript, point);
    match section {
        PageSection::Summary => {
            let mut summary: Vec<Block> = notes.summary.iter().map(point).collect();
            if notes.method == NotesMethod::Extractive && !summary.is_empty() {
                summary.insert(0, Block::Note(words.extractive.to_owned()));
            }
            (words.summary, summary)
        }
        PageSection::Todos => {
            (words.todos, notes.todos.iter().map(|todo| todo_block(transcript, todo)).collect())
        }
        PageSection::Decisions => (words.decisions, notes.decisions.iter().map(point).collect()),
        PageSection::Unverified => {
            let mut unverified: Vec<Block> =
                notes.unverified.iter().map(|claim| unverified_block(words, claim)).collect();
            if !unverified.is_empty() {
                unverified.insert(0, Block::Note(words.unverified_note.to_owned()));
            }
            (words.unverified, unverified)
        }
        PageSection::Questions => (words.questions, notes.questions.iter().map(point).collect()),
        PageSection::Notes => {
            let topic = |topic: &Section| topic_blocks(transcript, topic);
            (words.notes, notes.sections.iter().flat_map(topic).collect())
        }
        PageSection::Attachments => {
            let attachments = recording.attachments.iter().map(|attachment| Block::Attachment {
                name: attachment.name.clone(),
                target: attachment.location.clone(),
                file: attachment.file.clone(),
            });
            (words.attachments, attachments.collect())
        }
        PageSection::Transcript => {
            let utterances = transcript.segments.iter().map(|segment| Block::Utterance {
                speaker: heading_of(words, transcript, segment),
                speaker_index: segment.speaker,
                at_ms: segment.start_ms,
                text: segment.text.clone(),
            });
            (words.transcript, utterances.collect())
        }
    }
}

fn properties(words: &Labels, transcript: &Transcript, recording: &Recording) -> Vec<Property> {
    use PropertyKind as K;
    use PropertyValue as V;
    let property = |kind, name: &str, value| Property { kind, name: name.to_owned(), value };
    let mut properties = Vec::new();
    let names: Vec<String> = transcript.heard().map(|(_, speaker)| speaker.display().to_owned()).collect();
    if !names.is_empty() {
        properties.push(property(K::Participants, words.participants, V::Names(names)));
    }
    properties.push(property(K::Duration, words.duration, V::Text(timecode(transcript.duration_ms))));
    let link = V::Link { text: recording.name.clone(), target: recording.location.clone() };
    properties.push(property(K::Recording, words.source, link));
    properties.push(property(K::Engine, words.engine, V::Text(transcript.engine.described.clone())));
    properties
}

fn topic_blocks(transcript: &Transcript, topic: &Section) -> Vec<Block> {
    let mut blocks = vec![Block::Subheading { text: topic.heading.clone(), at_ms: topic.at_ms }];
    blocks.extend(prose::parse(&topic.body).into_iter().map(Block::Prose));
    blocks.extend(topic.points.iter().map(|point| point_block(transcript, point)));
    blocks
}

fn point_block(transcript: &Transcript, point: &Point) -> Block {
    Block::Point { text: point.text.clone(), at_ms: point.at_ms, speaker: name_of(transcript, point.speaker) }
}

fn todo_block(transcript: &Transcript, todo: &Todo) -> Block {
    Block::Todo {
        text: todo.text.clone(),
        assignee: todo.assignee.clone().or_else(|| name_of(transcript, todo.speaker)),
        due: todo.due,
        at_ms: todo.at_ms,
    }
}

/// A claim with what is doubtful about it. It has no box to tick.
fn unverified_block(words: &Labels, claim: &Unverified) -> Block {
    let kind = match claim.kind {
        ClaimKind::Todo => words.todo,
        ClaimKind::Decision => words.decision,
    };
    let doubt = match claim.doubt {
        Doubt::NoSuchPlace => words.no_such_place,
        Doubt::QuoteNotFound => words.quote_not_found,
        Doubt::NameNotSaid => words.name_not_said,
        Doubt::NumberNotSaid => words.number_not_said,
        Doubt::NotAboutThis => words.not_about_this,
    };
    let due = claim.due.map(|due| due.to_string());
    let details: Vec<String> =
        claim.assignee.clone().into_iter().chain(due).chain([doubt.to_owned()]).collect();
    let text = format!("{kind}{}{} [{}]", words.colon, claim.text, details.join(words.comma));
    match claim.at_ms {
        Some(at_ms) => Block::Point { text, at_ms, speaker: None },
        None => Block::Prose(Prose::Item {
            number: None,
            text: vec![Span { text, ..Span::default() }],
            inside: Vec::new(),
        }),
    }
}

/// Who says a segment, as its first words are headed.
fn heading_of(words: &Labels, transcript: &Transcript, segment: &Segment) -> String {
    match transcript.speaker_of(segment) {
        Some(name) if segment.overlap => format!("{name}{}", words.overlapping),
        Some(name) => name.to_owned(),
        None => String::new(),
    }
}

fn name_of(transcript: &Transcript, speaker: Option<u16>) -> Option<String> {
    let speaker = transcript.speakers.get(usize::from(speaker?))?;
    Some(speaker.display().to_owned())
}

#[cfg(test)]
mod tests;
