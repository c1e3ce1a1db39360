//! transcribe.cpp: Whisper, Parakeet and other models from a file that the person has.

mod spread;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, PoisonError};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::stage::{StageCx, StepError, StepResult, Stopped};
use debrief_core::transcript::{EngineLabel, Words};
use transcribe_cpp::{
    Backend, CancelToken, Error, Feature, Model, ModelOptions, Role, RunExtension, RunOptions, Session,
    SessionOptions, TimestampKind, Transcript, WhisperRunOptions,
};

use super::pcm::PER_MS;
use super::regions::{Ear, Heard, Hearing, Recogniser, transcribe};
use super::vad::Cutting;
use super::{SpeechSettings, primary_language};

/// Name in the registry.
pub(super) const NAME: &str = "transcribe-cpp";

/// For people.
pub(super) const DESCRIBED: &str =
    "transcribe.cpp, with a model file (Whisper, Parakeet, Moonshine and others)";

/// Whisper hears windows of 30 s and fills shorter ones with silence, so a region is one window, as full as possible.
const CUTTING: Cutting = Cutting { pad_ms: 250, join_ms: 3000, longest_ms: 30_000 };

/// Most engines side by side; each needs some hundred megabytes beside the model.
const MOST_THREADS: usize = 4;

/// In Traditional characters, so that Whisper goes on in them; left alone it writes Simplified ones.
const TRADITIONAL_PROMPT: &str = "以下是繁體中文的會議記錄。";

/// The engine.
pub struct TranscribeCpp {
    model: PathBuf,
    language: Option<String>,
}

impl TranscribeCpp {
    /// With the settings' model file, which is not opened yet.
    ///
    /// # Errors
    /// No model file is set.
    pub fn new(settings: &SpeechSettings) -> Result<Self, Failure> {
        let model = settings.model.clone().ok_or_else(|| {
            Failure::person(
                FailureCode::ModelMissing,
                "No speech model is set.",
                "Set the path of a Whisper model file as `model` in the section [speech] of the settings.",
            )
        })?;
        Ok(Self { model, language: settings.language.clone() })
    }

    /// Whether the model file is there and looks like one. Quick: the model is not loaded.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or is something else.
    pub fn check(&self) -> Result<(), Failure> {
        let mut magic = [0; 4];
        let opened = std::fs::File::open(&self.model);
        opened.and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic)).map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::NotFound => missing(&self.model),
                _ => unusable(&self.model).because(error),
            }
        })?;
        // GGUF, and whisper.cpp's older format, whose word `ggml` is stored backwards.
        if matches!(&magic, b"GGUF" | b"lmgg") { Ok(()) } else { Err(unusable(&self.model)) }
    }

    fn file_name(&self) -> String {
        file_name(&self.model)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn missing(model: &Path) -> Failure {
    Failure::person(
        FailureCode::ModelMissing,
        format!("The speech model {} is not there.", model.display()),
        "Put the file back or correct its path in the settings. The job goes on by itself.",
    )
}

fn unusable(model: &Path) -> Failure {
    Failure::person(
        FailureCode::ModelUnusable,
        format!("{} cannot be used as a speech model.", file_name(model)),
        "Set a model file of whisper.cpp (ggml-….bin) or a GGUF file made for transcribe.cpp in the settings.",
    )
}

fn engine_failed(detail: impl std::fmt::Display) -> Failure {
    Failure::never(
        FailureCode::EngineFailed,
        "The speech engine broke off.",
        "Try again. If it happens again, set another model file in the settings.",
    )
    .because(detail)
}

#[async_trait]
impl Transcriber for TranscribeCpp {
    fn label(&self) -> String {
        format!("transcribe.cpp ({})", self.file_name())
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), Failure> {
        self.check()
    }

    async fn transcribe(&self, audio: &Audio, _: &Hints, cx: StageCx) -> StepResult<Words> {
        self.check()?;
        let (path, asked) = (self.model.clone(), self.language.clone());
        // Loading reads and checks the whole file; the first thread takes this model, the others load their own.
        let loading = tokio::task::spawn_blocking(move || load(&path));
        let model = tokio::select! {
            () = cx.stop_requested() => return Err(Stopped.into()),
            model = loading => model.map_err(engine_failed)??,
        };
        let options = options(&model, asked.as_deref())?;
        let cutting = Cutting { longest_ms: longest_ms(&model), ..CUTTING };
        let first = Mutex::new(Some(model));
        let path = self.model.clone();
        let open = move || -> Result<Box<dyn Recogniser>, Failure> {
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            let model = first.map_or_else(|| load(&path), Ok)?;
            Ok(Box::new(Engine::new(&model, options.clone())?))
        };
        let by = format!("{NAME} {} {:?}", self.model.display(), self.language);
        let hearing = Hearing { by, cutting, threads: threads(), open: Arc::new(open) };
        let heard = transcribe(audio, &cx, hearing).await?;
        let language = self.language.clone().or(heard.language).unwrap_or_else(|| "und".into());
        let described = format!("transcribe.cpp with the model {}", self.file_name());
        Ok(Words {
            words: heard.words,
            language,
            engine: EngineLabel { name: NAME.into(), described, rough: false },
            turns: None,
            names: BTreeMap::new(),
        })
    }
}

/// One single-threaded engine per core, and a core for the rest: with several threads in one engine, ggml's spinning
/// barriers make it slower than one thread as soon as other work wants the cores.
fn threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).clamp(1, MOST_THREADS)
}

fn load(path: &Path) -> Result<Model, Failure> {
    static QUIET: Once = Once::new();
    QUIET.call_once(transcribe_cpp::disable_logging);
    let options = ModelOptions { backend: Backend::Cpu, ..ModelOptions::default() };
    let model = Model::load_with(path, &options).map_err(|error| match error {
        Error::ModelFileNotFound(_) => missing(path),
        other => unusable(path).because(other),
    })?;
    if model.roles().contains(Role::Asr) {
        Ok(model)
    } else {
        Err(unusable(path).because(format!("a {} model does not transcribe", model.arch())))
    }
}

/// The longest region that the model takes.
fn longest_ms(model: &Model) -> u32 {
    let limit = model.capabilities().map_or(0, |can| can.max_audio_ms);
    match u32::try_from(limit) {
        Ok(limit) if limit > 0 => limit.clamp(5000, CUTTING.longest_ms),
        Ok(_) | Err(_) => CUTTING.longest_ms,
    }
}

/// How to run the model: the finest times it has, and the language asked for.
fn options(model: &Model, language: Option<&str>) -> Result<RunOptions, Failure> {
    let can = model.capabilities().map_err(engine_failed)?;
    let timestamps = match can.max_timestamp_kind {
        TimestampKind::Token | TimestampKind::Word => TimestampKind::Word,
        TimestampKind::Segment => TimestampKind::Segment,
        TimestampKind::None | TimestampKind::Auto => TimestampKind::None,
    };
    let mut options = RunOptions { timestamps, ..RunOptions::default() };
    if model.arch() == "whisper" {
        // Where greedy decoding fails, Whisper draws lots: always the same ones, so that a second run says the same.
        let fixed = WhisperRunOptions { seed: Some(1), ..WhisperRunOptions::default() };
        options.family = Some(RunExtension::Whisper(fixed));
    }
    let Some(tag) = language else { return Ok(options) };
    let primary = primary_language(tag);
    if can.languages.is_empty() {
        return Ok(options);
    }
    if !can.languages.contains(&primary) {
        return Err(Failure::person(
            FailureCode::ModelUnusable,
            format!("The speech model does not understand the language \"{tag}\"."),
            "Set another model file or another language in the settings.",
        ));
    }
    if is_traditional_chinese(tag) && model.supports(Feature::ContextPrompt) {
        options.prompt = Some(TRADITIONAL_PROMPT.into());
    }
    // A model for one language has no place for it.
    options.language = (can.languages.len() > 1).then_some(primary);
    Ok(options)
}

fn is_traditional_chinese(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    ["zh-hant", "zh-tw", "zh-hk", "zh-mo"].iter().any(|traditional| tag.starts_with(traditional))
}

/// A session that hears one region after the other.
struct Engine {
    session: Session,
    cancel: CancelToken,
    options: RunOptions,
    samples: Vec<f32>,
    listens_for_stop: bool,
}

impl Engine {
    fn new(model: &Model, options: RunOptions) -> Result<Self, Failure> {
        let one_thread = SessionOptions { n_threads: 1, ..SessionOptions::default() };
        let mut session = model.session_with(&one_thread).map_err(engine_failed)?;
        let cancel = CancelToken::new();
        session.set_cancel_token(&cancel);
        Ok(Self { session, cancel, options, samples: Vec::new(), listens_for_stop: false })
    }
}

impl Recogniser for Engine {
    fn recognise(&mut self, samples: &[i16], ear: &Ear) -> StepResult<Heard> {
        if !self.listens_for_stop {
            let cancel = self.cancel.clone();
            ear.on_stop(move || cancel.cancel());
            self.listens_for_stop = true;
        }
        self.samples.clear();
        self.samples.extend(samples.iter().map(|sample| f32::from(*sample) / 32_768.0));
        let length_ms = samples.len() as u32 / PER_MS;
        let transcript = heard(self.session.run(&self.samples, &self.options))?;
        Ok(Heard { words: spread::words(&transcript, length_ms), language: transcript.language })
    }
}

/// The transcript of a run, or of the part that is usable.
fn heard(run: Result<Transcript, Error>) -> StepResult<Transcript> {
    match run {
        Ok(transcript) => Ok(transcript),
        // Repeating itself without end is what Whisper does on music and noise; what came before is good.
        Err(Error::OutputTruncated { partial, .. } | Error::OutputRepetition { partial, .. }) => {
            Ok(partial.map_or_else(Transcript::default, |partial| *partial))
        }
        // Shorter than the model can hear: nothing was said.
        Err(Error::InputTooShort(_)) => Ok(Transcript::default()),
        Err(Error::Aborted { .. }) => Err(StepError::Stopped(Stopped)),
        // The library may add kinds of errors: whatever else it says, the engine has failed.
        Err(error) => Err(engine_failed(error).into()),
    }
}

#[cfg(test)]
mod tests;
