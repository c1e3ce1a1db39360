//! transcribe.cpp: Whisper, Parakeet and other models from a file.

mod shelf;
mod spread;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use async_trait::async_trait;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ChineseScript;
use debrief_core::ports::{Audio, Hints, Transcriber};
use debrief_core::stage::{StageCx, StepError, StepResult, Stopped};
use debrief_core::transcript::{EngineLabel, Word, Words};
use transcribe_cpp::{
    Backend, CancelToken, DeviceType, Error, Feature, Model, ModelOptions, Role, RunExtension, RunOptions,
    Session, SessionOptions, TimestampKind, Transcript, WhisperRunOptions,
};

use super::hearing::{Ear, Heard, Hearing, Recogniser, Sound, transcribe};
use super::loops::without_loops;
use super::pcm::PER_MS;
use super::vad::Cutting;
use super::{SpeechSettings, primary_language};

/// Name in the registry.
pub(super) const NAME: &str = "transcribe-cpp";

/// For people.
pub(super) const DESCRIBED: &str =
    "transcribe.cpp, with a model file (Whisper, Parakeet, Moonshine and others)";

/// Silence is dropped: in it Whisper invents words. What is left between words keeps sentences apart.
const CUTTING: Cutting = Cutting { pad_ms: 200, join_ms: 700, longest_ms: LONGEST_MS };

/// Whisper hears windows of 30 s and fills shorter ones with silence, so a pack is one window, as full as possible.
const LONGEST_MS: u32 = 30_000;

/// In Traditional characters, so that Whisper goes on in them; left alone it writes Simplified ones.
const TRADITIONAL_PROMPT: &str = "以下是繁體中文的會議記錄。";

/// What an engine needs beside its model, in bytes: sessions, and the samples that they hear.
const BESIDE_THE_MODEL_BYTES: u64 = 300 << 20;

/// A shorter pack that goes wrong is not parted, in milliseconds.
const SHORTEST_TO_PART_MS: u32 = 8000;

/// The engine.
pub struct TranscribeCpp {
    model: PathBuf,
    language: Option<String>,
    chinese: Option<ChineseScript>,
    gpu: bool,
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
                "No speech model is chosen.",
                "Get one in the settings under Models, or run `debrief models list`.",
            )
        })?;
        Ok(Self { model, language: settings.language.clone(), chinese: settings.chinese, gpu: settings.gpu })
    }

    /// Whether the model file is there, looks like one, and fits into memory. Quick: the model is not loaded.
    ///
    /// # Errors
    /// The file is gone, cannot be read, is something else, or is too large for now.
    pub fn check(&self) -> Result<(), Failure> {
        let mut magic = [0; 4];
        let opened = std::fs::File::open(&self.model);
        let size_bytes = opened
            .and_then(|mut file| {
                std::io::Read::read_exact(&mut file, &mut magic)?;
                Ok(file.metadata()?.len())
            })
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => missing(&self.model),
                _ => unusable(&self.model).because(error),
            })?;
        // GGUF, and whisper.cpp's older format, whose word `ggml` is stored backwards.
        if !matches!(&magic, b"GGUF" | b"lmgg") {
            return Err(unusable(&self.model));
        }
        let free_bytes = shelf::free_memory_bytes();
        if shelf::holds(&self.model, self.gpu) || size_bytes + BESIDE_THE_MODEL_BYTES <= free_bytes {
            return Ok(());
        }
        Err(too_large(&self.model, size_bytes + BESIDE_THE_MODEL_BYTES, free_bytes))
    }

    fn file_name(&self) -> String {
        file_name(&self.model)
    }

    /// Everything that decides what is heard.
    fn by(&self, options: &RunOptions) -> String {
        format!(
            "{NAME} {} {:?} {:?} {:?}",
            self.model.display(),
            self.language,
            options.prompt,
            options.vocabulary
        )
    }
}

/// The graphics cards that this build could use, by name.
pub fn gpus() -> Vec<String> {
    quiet();
    let is_gpu = |kind| matches!(kind, DeviceType::Gpu | DeviceType::Igpu);
    transcribe_cpp::devices()
        .into_iter()
        .filter(|device| is_gpu(device.device_type))
        .map(|device| device.description)
        .collect()
}

/// Keeps the library from writing to the terminal.
pub(super) fn quiet() {
    static QUIET: Once = Once::new();
    QUIET.call_once(transcribe_cpp::disable_logging);
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn missing(model: &Path) -> Failure {
    Failure::person(
        FailureCode::ModelMissing,
        format!("The speech model {} is not there.", model.display()),
        "Put the file back, or choose another model in the settings. The job goes on by itself.",
    )
}

fn unusable(model: &Path) -> Failure {
    Failure::person(
        FailureCode::ModelUnusable,
        format!("{} cannot be used as a speech model.", file_name(model)),
        "Choose a model of the catalogue, a file of whisper.cpp (ggml-….bin), or a GGUF file made for transcribe.cpp.",
    )
}

fn too_large(model: &Path, needed_bytes: u64, free_bytes: u64) -> Failure {
    let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    Failure::person(
        FailureCode::NotEnoughMemory,
        format!(
            "The speech model {} needs about {:.1} GB of memory, and {:.1} GB are free.",
            file_name(model),
            gigabytes(needed_bytes),
            gigabytes(free_bytes),
        ),
        "Close other programs, and the job goes on by itself; or choose a smaller model in the settings and retry.",
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

    async fn transcribe(&self, audio: &Audio, hints: &Hints, cx: StageCx) -> StepResult<Words> {
        self.check()?;
        let (path, gpu) = (self.model.clone(), self.gpu);
        // Loading reads and checks the whole file; the first thread takes this model, the others load their own.
        let loading = tokio::task::spawn_blocking(move || shelf::take(&path, gpu));
        let model = tokio::select! {
            () = cx.stop_requested() => return Err(Stopped.into()),
            model = loading => model.map_err(engine_failed)??,
        };
        let options = options(model.get(), self.language.as_deref(), self.chinese, hints)?;
        let longest_ms = longest_ms(model.get());
        let threads = match model.is_on_gpu() {
            true => 1,
            false => {
                let size_bytes = std::fs::metadata(&self.model).map_or(0, |file| file.len());
                let cores = std::thread::available_parallelism().map_or(1, usize::from);
                engines(cores, size_bytes + BESIDE_THE_MODEL_BYTES, shelf::free_memory_bytes())
            }
        };
        let by = self.by(&options);
        let (path, first) = (self.model.clone(), shelf::First::new(model));
        let open = move || -> Result<Box<dyn Recogniser>, Failure> {
            let model = first.take().map_or_else(|| shelf::take(&path, gpu), Ok)?;
            Ok(Box::new(Engine::new(model, options.clone())?))
        };
        let hearing = Hearing {
            by,
            cutting: Cutting { longest_ms, ..CUTTING },
            pack_ms: longest_ms,
            threads,
            open: Arc::new(open),
        };
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

/// How many single-threaded engines work side by side: with several threads in one engine, ggml's spinning barriers make it
/// slower than one thread as soon as other work wants the cores. A core is left for the rest; but of two, both are used, by
/// threads that give way. Each engine has a model of its own, and those beside the first take half of the free memory at most.
fn engines(cores: usize, each_bytes: u64, free_bytes: u64) -> usize {
    let by_cores = cores.saturating_sub(1).max(cores.min(2));
    let by_memory = (free_bytes / 2).checked_div(each_bytes).unwrap_or(u64::MAX).saturating_add(1);
    by_cores.min(usize::try_from(by_memory).unwrap_or(usize::MAX))
}

/// Loads a model for recognition.
fn load(path: &Path, gpu: bool) -> Result<Model, Failure> {
    quiet();
    let backend = if gpu { Backend::Auto } else { Backend::Cpu };
    let model = Model::load_with(path, &ModelOptions { backend, ..ModelOptions::default() });
    let model = model.map_err(|error| match error {
        Error::ModelFileNotFound(_) => missing(path),
        other => unusable(path).because(other),
    })?;
    if model.roles().contains(Role::Asr) {
        Ok(model)
    } else {
        Err(unusable(path).because(format!("a {} model does not transcribe", model.arch())))
    }
}

/// The longest pack that the model takes.
fn longest_ms(model: &Model) -> u32 {
    let limit = model.capabilities().map_or(0, |can| can.max_audio_ms);
    match u32::try_from(limit) {
        Ok(limit) if limit > 0 => limit.clamp(5000, CUTTING.longest_ms),
        Ok(_) | Err(_) => CUTTING.longest_ms,
    }
}

/// How to run the model: the finest times it has, the language asked for, and the words that may be said.
fn options(
    model: &Model,
    language: Option<&str>,
    chinese: Option<ChineseScript>,
    hints: &Hints,
) -> Result<RunOptions, Failure> {
    let can = model.capabilities().map_err(engine_failed)?;
    let timestamps = match can.max_timestamp_kind {
        TimestampKind::Token | TimestampKind::Word => TimestampKind::Word,
        TimestampKind::Segment => TimestampKind::Segment,
        TimestampKind::None | TimestampKind::Auto => TimestampKind::None,
    };
    let mut options = RunOptions { timestamps, ..RunOptions::default() };
    if model.arch() == "whisper" {
        options.family = Some(drawing_lots(None));
    }
    if model.supports(Feature::Vocabulary) {
        options.vocabulary.clone_from(&hints.vocabulary);
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
            "Choose another model or another language in the settings, then retry.",
        ));
    }
    if primary == "zh"
        && chinese == Some(ChineseScript::Traditional)
        && model.supports(Feature::ContextPrompt)
    {
        options.prompt = Some(TRADITIONAL_PROMPT.into());
    }
    // A model for one language has no place for it.
    options.language = (can.languages.len() > 1).then_some(primary);
    Ok(options)
}

/// Where greedy decoding fails, Whisper draws lots: always the same ones, so that a second run says the same.
fn drawing_lots(temperature: Option<f32>) -> RunExtension {
    RunExtension::Whisper(WhisperRunOptions { seed: Some(1), temperature, ..WhisperRunOptions::default() })
}

/// Without what may have led the engine astray, and with lots from the beginning where it can draw them.
fn calmer(options: &RunOptions) -> RunOptions {
    RunOptions {
        vocabulary: Vec::new(),
        prompt: None,
        family: options.family.as_ref().map(|_| drawing_lots(Some(0.4))),
        ..options.clone()
    }
}

/// A session that hears one pack after the other.
struct Engine {
    session: Session,
    cancel: CancelToken,
    options: RunOptions,
    samples: Vec<f32>,
    listens_for_stop: bool,
    finds_language: bool,
    /// Goes back to the shelf when the session has ended.
    _model: shelf::Loaded,
}

impl Engine {
    fn new(model: shelf::Loaded, options: RunOptions) -> Result<Self, Failure> {
        let one_thread = SessionOptions { n_threads: 1, ..SessionOptions::default() };
        let mut session = model.get().session_with(&one_thread).map_err(engine_failed)?;
        let cancel = CancelToken::new();
        session.set_cancel_token(&cancel);
        let can = model.get().capabilities().map_err(engine_failed)?;
        Ok(Self {
            session,
            cancel,
            finds_language: options.language.is_none() && can.supports_language_detect,
            options,
            samples: Vec::new(),
            listens_for_stop: false,
            _model: model,
        })
    }

    fn run(&mut self, samples: &[i16], options: &RunOptions) -> StepResult<Heard> {
        self.samples.clear();
        self.samples.extend(samples.iter().map(|sample| f32::from(*sample) / 32_768.0));
        let length_ms = samples.len() as u32 / PER_MS;
        let (transcript, broken) = heard(self.session.run(&self.samples, options))?;
        let (words, looped) = without_loops(spread::words(&transcript, length_ms));
        let language = options.language.clone().or(transcript.language);
        Ok(Heard { words, language, broken: broken || looped })
    }

    /// Each half by itself: where one goes wrong the other may not.
    fn run_in_halves(&mut self, sound: &Sound<'_>, options: &RunOptions) -> StepResult<Heard> {
        let (one, other) = sound.samples.split_at(sound.middle);
        let mut whole = self.run(one, options)?;
        let half = self.run(other, options)?;
        let from_ms = one.len() as u32 / PER_MS;
        whole.words.extend(half.words.into_iter().map(|word| Word {
            start_ms: from_ms + word.start_ms,
            end_ms: from_ms + word.end_ms,
            ..word
        }));
        whole.broken |= half.broken;
        whole.language = whole.language.or(half.language);
        Ok(whole)
    }
}

impl Recogniser for Engine {
    fn recognise(&mut self, sound: &Sound<'_>, language: Option<&str>, ear: &Ear) -> StepResult<Heard> {
        if !self.listens_for_stop {
            let cancel = self.cancel.clone();
            ear.on_stop(move || cancel.cancel());
            self.listens_for_stop = true;
        }
        let mut options = self.options.clone();
        if let Some(language) = language.filter(|_| self.finds_language) {
            options.language = Some(language.to_owned());
        }
        let first = self.run(sound.samples, &options)?;
        if !first.broken {
            return Ok(first);
        }
        let calmer = calmer(&options);
        let second = self.run(sound.samples, &calmer)?;
        if !second.broken || sound.samples.len() as u32 / PER_MS < SHORTEST_TO_PART_MS {
            return Ok(second);
        }
        self.run_in_halves(sound, &calmer)
    }
}

/// The transcript of a run, or of the part that is usable; and whether it broke off.
fn heard(run: Result<Transcript, Error>) -> StepResult<(Transcript, bool)> {
    match run {
        Ok(transcript) => Ok((transcript, false)),
        // Repeating itself without end is what Whisper does on music and noise; what came before is good.
        Err(Error::OutputTruncated { partial, .. } | Error::OutputRepetition { partial, .. }) => {
            Ok((partial.map_or_else(Transcript::default, |partial| *partial), true))
        }
        // Shorter than the model can hear: nothing was said.
        Err(Error::InputTooShort(_)) => Ok((Transcript::default(), false)),
        Err(Error::Aborted { .. }) => Err(StepError::Stopped(Stopped)),
        // The library may add kinds of errors: whatever else it says, the engine has failed.
        Err(error) => Err(engine_failed(error).into()),
    }
}

#[cfg(test)]
mod tests;
