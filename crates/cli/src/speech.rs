//! `debrief speech`: engines, languages, services and their keys, speakers.

use clap::{Args, Subcommand, ValueEnum};
use console::Term;
use debrief_app::{App, SpeechService, SpeechView, Trouble, Wishes};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ChineseScript;

use crate::connect::{Keep, keep_secrets};
use crate::{Outcome, print};

/// How one recording is heard; what is left out, the settings say.
#[derive(Args)]
pub(crate) struct Heard {
    /// The speech engine, for these recordings alone; `debrief speech status` names them.
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// Its model: an id of `debrief models list`, a file, or a service's name for it.
    #[arg(long, value_name = "ID|PATH|NAME")]
    model: Option<String>,
    /// The language that is spoken, as en or zh-Hant.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// How Chinese is written.
    #[arg(long, value_enum)]
    chinese: Option<Chinese>,
    /// How many speakers there are.
    #[arg(long, value_name = "N|MIN-MAX", value_parser = count)]
    speakers: Option<Count>,
    /// A name or term that may be said, besides those of the settings; may be given several times.
    #[arg(long, value_name = "TERM")]
    vocabulary: Vec<String>,
}

impl Heard {
    pub(crate) fn wishes(self) -> Wishes {
        Wishes {
            engine: self.engine,
            model: self.model.map(model_named),
            language: self.language,
            chinese: self.chinese.map(ChineseScript::from),
            speakers: self.speakers.map(|count| (count.min, count.max)),
            vocabulary: self.vocabulary,
            ..Wishes::default()
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Speech {
    /// Say what hears the next recording, and what is ready.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Choose the engine of the next recordings.
    Use {
        /// Its name, or `auto` for the best one on this computer.
        engine: String,
        /// Its model: an id of `debrief models list`, a file, or a service's name for it.
        #[arg(long, value_name = "ID|PATH|NAME")]
        model: Option<String>,
    },
    /// Say which language is spoken in the next recordings.
    Language {
        /// As en or zh-Hant; or `auto`, and the engine finds out.
        tag: String,
        /// How Chinese is written.
        #[arg(long, value_enum)]
        chinese: Option<Chinese>,
    },
    /// Add the key of a speech service, which is read from the standard input, or remove it.
    Key {
        /// openai, groq, deepgram, assemblyai or gemini.
        service: String,
        /// Forget the key.
        #[arg(long)]
        remove: bool,
        /// Where keys and sign-ins are kept; remembered.
        #[arg(long, value_enum, conflicts_with = "remove")]
        keep: Option<Keep>,
    },
    /// Ask a speech service whether it takes the key; costs nothing.
    Test {
        /// openai, groq, deepgram, assemblyai or gemini.
        service: String,
    },
    /// Set up a speech service; an empty value brings back the usual one.
    Service {
        /// openai, groq, deepgram, assemblyai or gemini.
        service: String,
        /// The base address of an OpenAI-compatible server, as http://127.0.0.1:8000/v1; for openai alone.
        #[arg(long, required_unless_present = "model")]
        url: Option<String>,
        /// The service's name for the model.
        #[arg(long)]
        model: Option<String>,
    },
    /// Say how the speakers of the next recordings are told apart.
    Speakers {
        /// A method that `debrief speech status` names, or `auto` for the best one on this computer.
        #[arg(long, required_unless_present = "count")]
        method: Option<String>,
        /// How many there are.
        #[arg(long, value_name = "N|MIN-MAX|auto", value_parser = count)]
        count: Option<Count>,
    },
    /// Keep with the next jobs how speakers sound, so that voices can be remembered and known again.
    RememberVoices {
        /// Whether.
        on: Switch,
    },
    /// Add names and terms that may be said in the next recordings.
    Vocabulary {
        /// They are added to those that there are.
        #[arg(required_unless_present = "clear")]
        terms: Vec<String>,
        /// Forget the earlier ones first.
        #[arg(long)]
        clear: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Chinese {
    /// As in Taiwan.
    Traditional,
    /// As in mainland China and Singapore.
    Simplified,
}

impl From<Chinese> for ChineseScript {
    fn from(chinese: Chinese) -> Self {
        match chinese {
            Chinese::Traditional => ChineseScript::Traditional,
            Chinese::Simplified => ChineseScript::Simplified,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// How many speakers there are, as far as that is known.
#[derive(Clone, Copy)]
pub(crate) struct Count {
    min: Option<u16>,
    max: Option<u16>,
}

fn count(text: &str) -> Result<Count, String> {
    if text == "auto" {
        return Ok(Count { min: None, max: None });
    }
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    let number =
        |text: &str| text.parse().map(Some).map_err(|_| "give a number, or two as in 2-4".to_owned());
    Ok(Count { min: number(min)?, max: number(max)? })
}

/// A command line has a current folder, so a relative path names a file.
pub(crate) fn model_named(text: String) -> String {
    let file = std::path::absolute(&text).ok().filter(|path| path.is_file());
    file.map_or(text, |path| path.display().to_string())
}

pub(crate) async fn run(app: &App, command: Speech) -> Result<Outcome, Failure> {
    match command {
        Speech::Status { json: true } => print::json(&app.speech().await?),
        Speech::Status { json: false } => status(&app.speech().await?),
        Speech::Use { engine, model } => {
            let engine = Some(engine.as_str()).filter(|engine| *engine != "auto");
            app.choose_engine(engine, model.map(model_named).as_deref()).await?;
            return Ok(next_job(&app.speech().await?));
        }
        Speech::Language { tag, chinese } => {
            let tag = Some(tag.as_str()).filter(|tag| *tag != "auto");
            app.set_speech_language(tag, chinese.map(ChineseScript::from)).await?;
            return Ok(next_job(&app.speech().await?));
        }
        Speech::Key { service, remove: true, keep: _ } => app.remove_speech_key(&service).await?,
        Speech::Key { service, remove: false, keep } => {
            let set_up = named(&app.speech().await?, &service)?;
            keep_secrets(app, keep).await?;
            out!("{}", app.set_speech_key(&service, &key_from_stdin(&set_up)?).await?);
        }
        Speech::Test { service } => out!("{}", app.test_speech_service(&service).await?),
        Speech::Service { service, url, model } => {
            set_up(app, &service, url, model).await?;
            let set_up = named(&app.speech().await?, &service)?;
            out!("{} ({}): recordings are sent to {}", set_up.described, set_up.model, set_up.host);
        }
        Speech::Speakers { method, count } => {
            let now = app.settings().speakers;
            let method = method.or(now.method).filter(|method| method != "auto");
            let Count { min, max } = count.unwrap_or(Count { min: now.min, max: now.max });
            app.set_speakers(method.as_deref(), min, max).await?;
        }
        Speech::RememberVoices { on } => app.remember_voices(on == Switch::On).await?,
        Speech::Vocabulary { terms, clear } => {
            let before = if clear { Vec::new() } else { app.settings().speech.vocabulary };
            app.set_vocabulary(&[before, terms].concat()).await?;
        }
    }
    Ok(Outcome::Done)
}

fn named(view: &SpeechView, service: &str) -> Result<SpeechService, Failure> {
    view.services.iter().find(|known| known.name == service).cloned().ok_or_else(|| {
        let names: Vec<&str> = view.services.iter().map(|service| service.name.as_str()).collect();
        let what = format!("There is no speech service “{service}”.");
        Failure::never(FailureCode::BadRequest, what, format!("There are: {}.", names.join(", ")))
    })
}

/// One line, so that a key is in no history and no list of processes; not even on the screen.
fn key_from_stdin(service: &SpeechService) -> Result<String, Failure> {
    let term = Term::stderr();
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) && term.is_term() {
        crate::print::to_stderr(format_args!(
            "Key of {}, to which recordings are sent at {}: ",
            service.described, service.host
        ));
        return term.read_secure_line().map_err(Failure::internal);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::internal)?;
    Ok(line)
}

/// What isn't said stays as it is.
async fn set_up(app: &App, name: &str, url: Option<String>, model: Option<String>) -> Result<(), Failure> {
    let now = named(&app.speech().await?, name)?;
    if url.is_some() && name != "openai" {
        return Err(Failure::never(
            FailureCode::BadRequest,
            format!("{} is always at its own address.", now.described),
            "For a server of your own, set the address of `openai`.",
        ));
    }
    let (url, model) = (url.or(now.base_url), model.unwrap_or(now.model));
    app.set_speech_service(name, url.as_deref(), Some(model.as_str()).filter(|model| !model.is_empty())).await
}

/// A line about the engine of the next job. The outcome is `NeedsPerson` when it couldn't start now.
fn next_job(view: &SpeechView) -> Outcome {
    line("next job", &view.next_job, view.problem.as_ref());
    if view.problem.is_some() { Outcome::NeedsPerson } else { Outcome::Done }
}

fn status(view: &SpeechView) {
    next_job(view);
    let script = view.chinese.map(|script| match script {
        ChineseScript::Traditional => ", Chinese in Traditional characters",
        ChineseScript::Simplified => ", Chinese in Simplified characters",
    });
    let language = view.language.as_deref().unwrap_or("whatever the engine finds");
    out!("{:<11} {language}{}", "language", script.unwrap_or_default());
    if !view.vocabulary.is_empty() {
        out!("{:<11} {}", "vocabulary", view.vocabulary.join(", "));
    }
    for engine in &view.engines {
        line("engine", &format!("{} ({})", engine.described, engine.name), engine.problem.as_ref());
    }
    for service in &view.services {
        let key = match (service.has_key, service.from_environment) {
            (_, true) => "key from the environment",
            (true, false) => "key",
            (false, false) => "no key",
        };
        out!("{:<11} {}: {key}, {}, {}", "service", service.name, service.model, service.host);
    }
    let speakers = &view.speakers;
    for method in &speakers.methods {
        let chosen = if speakers.method.as_ref() == Some(&method.name) { ", chosen" } else { "" };
        line("speakers", &format!("{} ({}{chosen})", method.described, method.name), method.problem.as_ref());
    }
    let count = match (speakers.min, speakers.max) {
        (None, None) => "as many as there are".to_owned(),
        (Some(min), Some(max)) if min == max => min.to_string(),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
    };
    let voices = if speakers.remember { "voices are kept with jobs" } else { "voices are not kept" };
    out!("{:<11} {count}; {voices}", "speakers");
    if view.waiting_jobs > 0 {
        out!("{:<11} {} for an engine, a model or a key", "waiting", view.waiting_jobs);
    }
}

pub(crate) fn line(name: &str, what: &str, problem: Option<&Trouble>) {
    match problem {
        None => out!("{name:<11} {what}: ready"),
        Some(problem) => out!("{name:<11} {what}: {} {}", problem.what, problem.fix),
    }
}
