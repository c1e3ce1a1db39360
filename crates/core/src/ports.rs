//! The traits of the steps: what the pipeline needs from the outside world.
//!
//! Every step takes a [`StageCx`]: it reports progress, ends soon after a stop, and resumes from its bookmark.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
pub use crate::hints::Hints;
use crate::link::RecordingLink;
use crate::notes::Notes;
use crate::page::Page;
use crate::people::{self, Companion};
use crate::stage::{Checkpoint, StageCx, StepResult};
use crate::transcript::{Speakers, Transcript, Turns, Words};

/// Output of the fetch stage: the recording on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The file to decode: the person's own file, or a copy in the job's folder.
    pub file: PathBuf,
    /// The name it has at its source, with extension.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The file's own creation date, for names without a date.
    pub created: Date,
    /// Where a person finds it: a path or a web address.
    pub location: String,
    /// Documents that belong to it.
    pub attachments: Vec<Attachment>,
    /// What its new name needs to be given to it later, for recordings in Drive. Outputs of earlier versions have none.
    pub drive: Option<DriveFile>,
}

/// A recording in Google Drive, as it was when it was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriveFile {
    /// The file itself, also where the link was a shortcut to it.
    pub id: String,
    /// The key that older shared links need besides the id.
    pub resource_key: Option<String>,
    /// Id of the account that could read it.
    pub account: String,
    /// That account's address, for people.
    pub email: String,
    /// Whether that account may rename it.
    pub can_rename: bool,
}

impl Checkpoint for Recording {
    const VERSION: u32 = 1;

    fn files(&self) -> Vec<PathBuf> {
        vec![self.file.clone()]
    }
}

/// A document that belongs to a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name, with extension.
    pub name: String,
    /// Where a person finds it: a path or a web address.
    pub location: String,
    /// Its text, when it could be read.
    pub text: Option<String>,
    /// The document on this machine: the person's own file, or a copy that goes with the job's folder.
    pub file: Option<PathBuf>,
    /// Whether it says who was there; see [`Attachment::companion`].
    #[serde(default)]
    pub companion: Option<Companion>,
}

impl Attachment {
    /// What it says of who was there. Outputs of earlier versions leave that to the name.
    pub fn companion(&self) -> Option<Companion> {
        self.companion.or_else(|| people::companion(&self.name, None))
    }
}

/// Output of the decode stage: 16 kHz mono 16-bit PCM in a WAV file in the job's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audio {
    /// The WAV file.
    pub file: PathBuf,
    /// Length in milliseconds.
    pub duration_ms: u32,
    /// What it was made from, for example "AAC-LC, 48000 Hz, 2 channels".
    pub source_format: String,
}

impl Checkpoint for Audio {
    const VERSION: u32 = 1;

    fn files(&self) -> Vec<PathBuf> {
        vec![self.file.clone()]
    }
}

/// Output of the publish stage: where the page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct PublishedPage {
    /// The Markdown file, for pages on this machine.
    pub markdown_path: Option<PathBuf>,
    /// The HTML file beside it.
    pub html_path: Option<PathBuf>,
    /// The page in Notion.
    pub notion: Option<NotionPage>,
}

/// A page in Notion, and what of it is Debrief's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotionPage {
    /// Its id, a UUID.
    pub id: String,
    /// Its web address.
    pub url: String,
    /// Digest of every block that was sent, in order: by this Debrief's own blocks are told from what people wrote.
    pub sent: Vec<SentBlock>,
    /// Digest of every property that was sent, by its id.
    pub properties: BTreeMap<String, String>,
}

/// A block as it was sent to Notion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBlock {
    /// Digest of what it says itself.
    #[serde(rename = "d")]
    pub digest: String,
    /// What it stands for, where it is to be found again after it changed: a to-do by the place where it was said.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The blocks inside.
    #[serde(rename = "i", default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<SentBlock>,
}

impl PublishedPage {
    /// The page's id at its destination, for the recording's receipt. Pages on this machine are known by their job alone.
    pub fn receipt(&self) -> &str {
        self.notion.as_ref().map_or("markdown", |page| page.id.as_str())
    }
}

impl Checkpoint for PublishedPage {
    const VERSION: u32 = 1;

    fn files(&self) -> Vec<PathBuf> {
        self.markdown_path.iter().chain(&self.html_path).cloned().collect()
    }
}

/// Output of the rename stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Renamed {
    /// The new name; `None` when the recording kept the one that it had.
    pub name: Option<String>,
    /// The name that it had before, when it got a new one.
    pub before: Option<String>,
    /// The name that it should have had, when Debrief may not rename it.
    pub to_copy: Option<String>,
}

impl Checkpoint for Renamed {
    const VERSION: u32 = 1;
}

/// Where recordings come from.
#[async_trait]
pub trait RecordingSource: Send + Sync {
    /// Brings the recording and its attachments to this machine. An attachment that cannot be had is a warning.
    async fn fetch(
        &self,
        link: &RecordingLink,
        attachments: &[RecordingLink],
        cx: StageCx,
    ) -> StepResult<Recording>;

    /// Whether there is an account to ask its service with, judged without asking the service.
    ///
    /// # Errors
    /// What is still missing and what to do.
    async fn has_account(&self) -> Result<(), Failure>;

    /// Whether the recording could be fetched now; asks its service.
    ///
    /// # Errors
    /// What is still missing and what to do.
    async fn ready(&self, link: &RecordingLink) -> Result<(), Failure>;

    /// Gives the recording its new name at its source, if the source renames at all. A recording that may not be renamed,
    /// or that somebody else has renamed since it was fetched, is a warning.
    async fn rename(
        &self,
        recording: &Recording,
        name: &str,
        page: &PublishedPage,
        cx: StageCx,
    ) -> StepResult<Renamed>;
}

/// Turns any recording into [`Audio`].
#[async_trait]
pub trait AudioDecoder: Send + Sync {
    /// Streams: memory does not grow with the recording's length.
    async fn decode(&self, recording: &Recording, cx: StageCx) -> StepResult<Audio>;
}

/// Turns audio into words.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// For the job's row, for example "PocketSphinx (rough, English only)".
    fn label(&self) -> String;

    /// Whether it works on this machine's processors; such engines run one job at a time.
    fn is_local(&self) -> bool;

    /// Whether it could start now.
    ///
    /// # Errors
    /// What is missing and what to do.
    async fn ready(&self) -> Result<(), Failure>;

    /// Words in order of time. No speech at all is the failure `no_speech`.
    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words>;

    /// Words that came with the recording, written as this engine's own would be.
    async fn written(&self, given: Words) -> StepResult<Words> {
        Ok(given)
    }
}

/// Finds who spoke when.
#[async_trait]
pub trait Diarizer: Send + Sync {
    /// Turns in order of time.
    async fn diarize(&self, audio: &Audio, cx: StageCx) -> StepResult<Turns>;
}

/// Finds the speakers' names.
#[async_trait]
pub trait SpeakerIdentifier: Send + Sync {
    /// Names only for those speakers that are certain.
    async fn identify(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Speakers>;
}

/// Writes the notes.
#[async_trait]
pub trait Summarizer: Send + Sync {
    /// Whether it could start now, judged without asking any service.
    ///
    /// # Errors
    /// What is missing and what to do.
    async fn ready(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Notes on the whole transcript.
    async fn summarize(
        &self,
        transcript: &Transcript,
        recording: &Recording,
        cx: StageCx,
    ) -> StepResult<Notes>;
}

/// Language models that stand in for each other, the best one first.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// Tokens that a question and its answer may have together: the least of all the models.
    fn window_tokens(&self) -> u32;

    /// Tokens of a text, never fewer than the models count.
    fn count(&self, text: &str) -> u32;

    /// Questions that may be asked at a time.
    fn at_a_time(&self) -> usize;

    /// Asks until there is an answer of the question's shape that `check` has nothing against. A model is told once what is
    /// wrong with its answer, and asked once more from the beginning; then the failure is `notes_unusable` and needs the
    /// person. A model that is busy, out of credit or out of reach is passed over; the next one answers.
    async fn ask(&self, question: &Question, check: &AnswerCheck<'_>, cx: &StageCx) -> StepResult<Answer>;
}

/// What is wrong with an answer, in words for the model; nothing is fine.
pub type AnswerCheck<'a> = dyn Fn(&serde_json::Value) -> Result<(), String> + Send + Sync + 'a;

/// A question to a language model, answered as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// For logs, for example "notes, part 3 of 20".
    pub task: String,
    /// What is to be done.
    pub instructions: String,
    /// What it is to be done with: data, whatever it says.
    pub material: String,
    /// The name of the answer's shape: letters, digits and `_`.
    pub shape: &'static str,
    /// The JSON schema of the answer, an object with all fields required and no others: providers ask for that.
    pub schema: serde_json::Value,
    /// Tokens that the answer may have at most.
    pub answer_tokens: u32,
}

/// What a language model answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Fits the question's schema and check.
    pub value: serde_json::Value,
    /// Who answered, for people, for example "claude-sonnet-4-6 at Anthropic".
    pub by: String,
}

/// Where pages go.
#[async_trait]
pub trait PageSink: Send + Sync {
    /// Whether a page could be written now.
    ///
    /// # Errors
    /// What is missing and what to do.
    async fn ready(&self) -> Result<(), Failure>;

    /// Writes the page exactly once: the page of an earlier, interrupted run of this job is found again, not doubled.
    async fn publish(&self, page: &Page, cx: StageCx) -> StepResult<PublishedPage>;
}

/// One implementation of every step, as the settings and the job choose them.
#[derive(Clone)]
pub struct Steps {
    /// Where the recording comes from.
    pub source: Arc<dyn RecordingSource>,
    /// Recording → audio.
    pub decoder: Arc<dyn AudioDecoder>,
    /// Audio → words.
    pub transcriber: Arc<dyn Transcriber>,
    /// Audio → turns.
    pub diarizer: Arc<dyn Diarizer>,
    /// Turns → names.
    pub identifier: Arc<dyn SpeakerIdentifier>,
    /// Transcript → notes.
    pub summarizer: Arc<dyn Summarizer>,
    /// Page → somewhere.
    pub sink: Arc<dyn PageSink>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_version_stored_is_still_read() {
        let recording = r#"{"file":"/a.wav","name":"a.wav","size_bytes":1,"created":"2026-11-05","location":"/a.wav","attachments":[]}"#;
        let recording: Recording = serde_json::from_str(recording).expect("stored before there was a Drive");
        assert_eq!((recording.name.as_str(), recording.drive), ("a.wav", None));
        let renamed: Renamed =
            serde_json::from_str(r#"{"name":null}"#).expect("stored before names were undone");
        assert_eq!(renamed, Renamed::default());
    }
}
