//! The page that a person reads: a tree of blocks that any destination can write.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::failure::Warning;
use crate::job::JobId;
use crate::notes::{Notes, NotesMethod, Point, Todo};
use crate::ports::Recording;
use crate::transcript::Transcript;

/// A finished page, independent of where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The job that it belongs to: the marker by which a repeated publish finds it again.
    pub job: JobId,
    /// The title, without the date.
    pub title: String,
    /// The day of the recording.
    pub date: Date,
    /// BCP 47 language of the text.
    pub language: String,
    /// Names and values under the title, in order.
    pub properties: Vec<Property>,
    /// The body.
    pub blocks: Vec<Block>,
}

/// A line under the title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// For example "Participants".
    pub name: String,
    /// The value.
    pub value: PropertyValue,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyValue {
    /// Plain text.
    Text(String),
    /// A web address or a path, with the text to show for it.
    Link {
        /// Shown.
        text: String,
        /// `https:` address or absolute path.
        target: String,
    },
}

/// One block of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A section's heading.
    Heading(String),
    /// A topic's heading, below a section's.
    Subheading {
        /// The words.
        text: String,
        /// Where the topic begins, in milliseconds.
        at_ms: u32,
    },
    /// A paragraph.
    Paragraph(String),
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
    /// A list item that points somewhere.
    Link {
        /// Shown.
        text: String,
        /// `https:` address or absolute path.
        target: String,
    },
    /// Something that one speaker said.
    Utterance {
        /// Name or label; empty when speakers were not found.
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

/// The page's own words, in its language.
struct Labels {
    participants: &'static str,
    duration: &'static str,
    source: &'static str,
    engine: &'static str,
    summary: &'static str,
    todos: &'static str,
    decisions: &'static str,
    notes: &'static str,
    attachments: &'static str,
    transcript: &'static str,
    extractive: &'static str,
    rough: &'static str,
    no_speakers: &'static str,
}

const ENGLISH: Labels = Labels {
    participants: "Participants",
    duration: "Length",
    source: "Recording",
    engine: "Recognised by",
    summary: "Summary",
    todos: "To-dos",
    decisions: "Decisions",
    notes: "Notes",
    attachments: "Attachments",
    transcript: "Transcript",
    extractive: "These notes are sentences taken from the transcript as they were said; no language model wrote them.",
    rough: "The text comes from a rough offline recogniser that understands English only: expect wrong words. A better speech model can be chosen in the settings.",
    no_speakers: "Speakers weren't found.",
};

const CHINESE_TRADITIONAL: Labels = Labels {
    participants: "與會者",
    duration: "長度",
    source: "錄音",
    engine: "語音辨識",
    summary: "摘要",
    todos: "待辦事項",
    decisions: "決議",
    notes: "筆記",
    attachments: "附件",
    transcript: "逐字稿",
    extractive: "這些筆記是從逐字稿原文摘錄的句子，並非由語言模型撰寫。",
    rough: "文字來自僅支援英文的離線粗略辨識器，可能有錯字。可在設定中選擇更好的語音模型。",
    no_speakers: "未能辨識發言者。",
};

/// The words of the page for a BCP 47 language; Chinese or English.
fn labels(language: &str) -> &'static Labels {
    if language.starts_with("zh") { &CHINESE_TRADITIONAL } else { &ENGLISH }
}

/// The page of one recording. `date` is the recording's day.
pub fn compose(
    job: JobId,
    date: Date,
    transcript: &Transcript,
    notes: &Notes,
    recording: &Recording,
    warnings: &[Warning],
) -> Page {
    let words = labels(&transcript.language);
    let mut blocks = Vec::new();

    if transcript.engine.rough {
        blocks.push(Block::Warning(words.rough.to_owned()));
    }
    if transcript.speakers.is_empty() {
        blocks.push(Block::Warning(words.no_speakers.to_owned()));
    }
    blocks.extend(warnings.iter().map(|warning| Block::Warning(warning.text.clone())));

    let point = |point: &Point| Block::Point {
        text: point.text.clone(),
        at_ms: point.at_ms,
        speaker: name_of(transcript, point.speaker),
    };
    let mut list = |heading: &str, items: Vec<Block>| {
        if !items.is_empty() {
            blocks.push(Block::Heading(heading.to_owned()));
            blocks.extend(items);
        }
    };
    let mut summary: Vec<Block> = notes.summary.iter().map(point).collect();
    if notes.method == NotesMethod::Extractive && !summary.is_empty() {
        summary.insert(0, Block::Note(words.extractive.to_owned()));
    }
    list(words.summary, summary);
    list(words.decisions, notes.decisions.iter().map(point).collect());
    list(words.todos, notes.todos.iter().map(|todo| todo_block(transcript, todo)).collect());
    let sections = notes.sections.iter().flat_map(|section| {
        let heading = Block::Subheading { text: section.heading.clone(), at_ms: section.at_ms };
        std::iter::once(heading).chain(section.points.iter().map(point))
    });
    list(words.notes, sections.collect());
    let attachments = recording
        .attachments
        .iter()
        .map(|a| Block::Link { text: a.name.clone(), target: a.location.clone() });
    list(words.attachments, attachments.collect());
    let utterances = transcript.segments.iter().map(|segment| Block::Utterance {
        speaker: name_of(transcript, segment.speaker).unwrap_or_default(),
        speaker_index: segment.speaker,
        at_ms: segment.start_ms,
        text: segment.text.clone(),
    });
    list(words.transcript, utterances.collect());

    Page {
        job,
        title: notes.title.clone(),
        date,
        language: transcript.language.clone(),
        properties: properties(words, transcript, recording),
        blocks,
    }
}

fn properties(words: &Labels, transcript: &Transcript, recording: &Recording) -> Vec<Property> {
    let text =
        |name: &str, value: String| Property { name: name.to_owned(), value: PropertyValue::Text(value) };
    let mut properties = Vec::new();
    if !transcript.speakers.is_empty() {
        let names: Vec<&str> = transcript.speakers.iter().map(|s| s.display()).collect();
        let comma = if transcript.language.starts_with("zh") { "、" } else { ", " };
        properties.push(text(words.participants, names.join(comma)));
    }
    properties.push(text(words.duration, timecode(transcript.duration_ms)));
    properties.push(Property {
        name: words.source.to_owned(),
        value: PropertyValue::Link { text: recording.name.clone(), target: recording.location.clone() },
    });
    properties.push(text(words.engine, transcript.engine.described.clone()));
    properties
}

fn todo_block(transcript: &Transcript, todo: &Todo) -> Block {
    Block::Todo {
        text: todo.text.clone(),
        assignee: todo.assignee.clone().or_else(|| name_of(transcript, todo.speaker)),
        due: todo.due,
        at_ms: todo.at_ms,
    }
}

fn name_of(transcript: &Transcript, speaker: Option<u16>) -> Option<String> {
    let speaker = transcript.speakers.get(usize::from(speaker?))?;
    Some(speaker.display().to_owned())
}
