//! Settings → steps: which source, engine and destination a job gets. The one place where runtime and connect meet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use debrief_connect::diarize::VoiceClustering;
use debrief_connect::identify::KeepLabels;
use debrief_connect::local::LocalFiles;
use debrief_connect::markdown::MarkdownFolder;
use debrief_connect::media::MediaDecoder;
use debrief_connect::summarize::ExtractiveNotes;
use debrief_connect::transcribe::{self, EngineInfo, SpeechSettings};
use debrief_core::failure::Failure;
use debrief_core::job::{Destination, SpeechChoice, SubmitJob};
use debrief_core::ports::{PageSink, Steps};
use debrief_runtime::pool::Compose;

use crate::home::Home;
use crate::settings::Settings;

/// The steps as the settings choose them.
pub struct ComposedSteps {
    choice: SpeechChoice,
    speech: SpeechSettings,
    ffmpeg: Option<PathBuf>,
    pages_folder: PathBuf,
    default_pages_folder: PathBuf,
}
