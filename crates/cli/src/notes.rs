//! `debrief notes`: language models, their providers and keys, templates, terms, and what it all costs.

use clap::{Args, Subcommand};
use console::Term;
use debrief_app::{App, NotesProvider, NotesView, Wishes};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::ModelChoice;

use crate::connect::{Keep, keep_secrets};
use crate::speech::{Switch, line};
use crate::{Outcome, print};

/// How the notes of one recording are written; what is left out, the settings say.
#[derive(Args)]
pub(crate) struct Written {
    /// The template of the notes; `debrief notes status` names them.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Somebody who may have spoken; may be given several times.
    #[arg(long, value_name = "NAME")]
    participant: Vec<String>,
    /// A language model as PROVIDER/MODEL, for these recordings alone; may be given several times, the first is asked first.
    #[arg(long, value_name = "PROVIDER/MODEL", conflicts_with = "no_notes_model")]
    notes_model: Vec<String>,
    /// Ask no language model: sentences are taken from the transcript.
    #[arg(long)]
    no_notes_model: bool,
    /// The language of the notes, as en or zh-Hant.
    #[arg(long, value_name = "TAG")]
    notes_language: Option<String>,
}

impl Written {
    pub(crate) fn wish(self, wishes: Wishes) -> Wishes {
        let own = self.no_notes_model || !self.notes_model.is_empty();
        Wishes {
            template: self.template,
            participants: self.participant,
            models: own.then_some(self.notes_model),
            notes_language: self.notes_language,
            ..wishes
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Notes {
    /// Say who writes the next notes, what is ready, and what this month has cost.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Choose the language models of the next notes: the first is asked first, the others stand in for it.
    Use {
        /// Each as PROVIDER/MODEL, for example anthropic/claude-sonnet-4-6; or `none`, and sentences are taken from the
        /// transcript.
        #[arg(required = true)]
        models: Vec<String>,
    },
    /// Add a provider's key, which is read from the standard input, or remove it.
    Key {
        /// openai, anthropic, gemini, groq, compatible, ollama, lm_studio or llama_cpp.
        provider: String,
        /// Forget the key.
        #[arg(long)]
        remove: bool,
        /// Where keys and sign-ins are kept; remembered.
        #[arg(long, value_enum, conflicts_with = "remove")]
        keep: Option<Keep>,
    },
    /// Ask a provider whether it takes the key, or a model whether it answers.
    Test {
        /// PROVIDER, or PROVIDER/MODEL.
        provider: String,
    },
    /// List the models that a provider offers.
    Models {
        /// openai, anthropic, gemini, groq, compatible, ollama, lm_studio or llama_cpp.
        provider: String,
    },
    /// Say where a server of your own is and how much it reads at once; what is left out stays.
    Server {
        /// compatible, ollama, lm_studio or llama_cpp.
        provider: String,
        /// Its base address, as http://127.0.0.1:8080/v1; an empty one brings back the usual one.
        #[arg(long, required_unless_present = "window")]
        url: Option<String>,
        /// Tokens that it reads at once: the context length that it was started with.
        #[arg(long, value_name = "TOKENS")]
        window: Option<u32>,
    },
    /// Say in which language the next notes are written.
    Language {
        /// As en or zh-Hant; or `auto`, and it is the transcript's.
        tag: String,
    },
    /// Choose, look at, copy or remove a template.
    Template {
        #[command(subcommand)]
        command: Template,
    },
    /// Add names and terms with their right spelling.
    Glossary {
        /// They are added to those that there are.
        #[arg(required_unless_present = "clear")]
        terms: Vec<String>,
        /// Forget the earlier ones first.
        #[arg(long)]
        clear: bool,
    },
    /// Say what services may cost in a month.
    Cap {
        /// In US dollars, or `none`.
        usd: String,
    },
    /// Keep everything on this machine: with it on, no service is asked for anything.
    LocalOnly {
        /// Whether.
        on: Switch,
    },
}

#[derive(Subcommand)]
pub(crate) enum Template {
    /// The next jobs get it.
    Use {
        /// Its id.
        id: String,
    },
    /// Copy it to a file of your own, to be changed there; prints the path.
    Copy {
        /// Its id.
        id: String,
    },
    /// Remove a file of your own.
    Remove {
        /// Its id.
        id: String,
    },
    /// Print what a page of it looks like, and what the language model is told.
    Preview {
        /// Its id.
        id: String,
    },
}

pub(crate) async fn run(app: &App, command: Notes) -> Result<Outcome, Failure> {
    match command {
        Notes::Status { json: true } => print::json(&app.notes().await?),
        Notes::Status { json: false } => status(&app.notes().await?),
        Notes::Use { models } => {
            let none = models == ["none"];
            let models = models.iter().filter(|_| !none).map(|model| choice(model));
            app.set_notes_models(&models.collect::<Result<Vec<_>, _>>()?).await?;
            return Ok(next_job(&app.notes().await?));
        }
        Notes::Key { provider, remove: true, keep: _ } => app.remove_notes_key(&provider).await?,
        Notes::Key { provider, remove: false, keep } => {
            let set_up = named(&app.notes().await?, &provider)?;
            keep_secrets(app, keep).await?;
            out!("{}", app.set_notes_key(&provider, &key_from_stdin(&set_up)?).await?);
        }
        Notes::Test { provider } => {
            let (provider, model) = provider.split_once('/').unwrap_or((&provider, ""));
            out!("{}", app.test_notes_provider(provider, Some(model)).await?);
        }
        Notes::Models { provider } => {
            for model in app.list_notes_models(&provider).await? {
                out!("{provider}/{model}");
            }
        }
        Notes::Server { provider, url, window } => {
            let now = named(&app.notes().await?, &provider)?;
            let (url, window) = (url.or(now.base_url), window.or(now.window_tokens));
            app.set_notes_server(&provider, url.as_deref(), window).await?;
            let set_up = named(&app.notes().await?, &provider)?;
            out!("{}: transcripts are sent to {}", set_up.described, set_up.host);
        }
        Notes::Language { tag } => {
            app.set_notes_language(Some(tag.as_str()).filter(|tag| *tag != "auto")).await?;
        }
        Notes::Template { command: Template::Use { id } } => app.choose_template(&id).await?,
        Notes::Template { command: Template::Copy { id } } => {
            out!("{}", app.copy_template(&id)?.display())
        }
        Notes::Template { command: Template::Remove { id } } => app.remove_template(&id).await?,
        Notes::Template { command: Template::Preview { id } } => out!("{}", app.preview_template(&id)?),
        Notes::Glossary { terms, clear } => {
            let before = if clear { Vec::new() } else { app.settings().notes.glossary };
            app.set_glossary(&[before, terms].concat()).await?;
        }
        Notes::Cap { usd } => app.set_spending_cap(dollars(&usd)?).await?,
        Notes::LocalOnly { on } => app.set_local_only(on == Switch::On).await?,
    }
    Ok(Outcome::Done)
}

fn wrong(what: String, fix: &str) -> Failure {
    Failure::never(FailureCode::BadRequest, what, fix)
}

fn choice(text: &str) -> Result<ModelChoice, Failure> {
    let (provider, model) = text.split_once('/').ok_or_else(|| {
        wrong(
            format!("“{text}” is no language model."),
            "Name one as in anthropic/claude-sonnet-4-6; `debrief notes models PROVIDER` lists them.",
        )
    })?;
    Ok(ModelChoice { provider: provider.to_owned(), model: model.to_owned() })
}

fn dollars(text: &str) -> Result<Option<f64>, Failure> {
    if text == "none" {
        return Ok(None);
    }
    let number = text.trim_start_matches('$').parse().map(Some);
    number.map_err(|_| {
        wrong(format!("“{text}” is no sum of money."), "Give US dollars, as 5 or 7.50, or none.")
    })
}

fn named(view: &NotesView, provider: &str) -> Result<NotesProvider, Failure> {
    view.providers.iter().find(|known| known.name == provider).cloned().ok_or_else(|| {
        let names: Vec<&str> = view.providers.iter().map(|provider| provider.name.as_str()).collect();
        let what = format!("There is no provider of language models “{provider}”.");
        wrong(what, &format!("There are: {}.", names.join(", ")))
    })
}

/// One line, so that a key is in no history and no list of processes; not even on the screen.
fn key_from_stdin(provider: &NotesProvider) -> Result<String, Failure> {
    let term = Term::stderr();
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) && term.is_term() {
        crate::print::to_stderr(format_args!(
            "Key of {}, to which transcripts are sent at {}: ",
            provider.described, provider.host
        ));
        return term.read_secure_line().map_err(Failure::internal);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::internal)?;
    Ok(line)
}

/// A line about who writes the next notes. The outcome is `NeedsPerson` when they couldn't be asked now.
fn next_job(view: &NotesView) -> Outcome {
    line("next notes", &view.next_job, view.problem.as_ref());
    if view.problem.is_some() { Outcome::NeedsPerson } else { Outcome::Done }
}

fn status(view: &NotesView) {
    next_job(view);
    for model in view.models.iter().skip(1) {
        out!("{:<11} {}/{}", "or else", model.provider, model.model);
    }
    out!("{:<11} {}", "language", view.language.as_deref().unwrap_or("the transcript's"));
    if !view.glossary.is_empty() {
        out!("{:<11} {}", "glossary", view.glossary.join(", "));
    }
    for provider in &view.providers {
        let key = match (provider.has_key, provider.from_environment, provider.key_optional) {
            (_, true, _) => "key from the environment",
            (true, false, _) => "key",
            (false, false, true) => "no key, and may need none",
            (false, false, false) => "no key",
        };
        out!("{:<11} {}: {key}, {}", "provider", provider.name, provider.host);
    }
    for template in &view.templates {
        let chosen = if template.id == view.template { ", chosen" } else { "" };
        match &template.problem {
            Some(problem) => out!("{:<11} {}: {problem}", "template", template.id),
            None => out!("{:<11} {} ({}{chosen})", "template", template.name, template.id),
        }
    }
    spending(view);
    let privacy = match view.local_only {
        true => "local only: nothing leaves this machine",
        false => "services are asked where they are chosen",
    };
    out!("{:<11} {privacy}", "privacy");
    if view.waiting_jobs > 0 {
        out!("{:<11} {} for a key, a model, leave or a higher cap", "waiting", view.waiting_jobs);
    }
}

fn spending(view: &NotesView) {
    let spending = &view.spending;
    let cap = spending.cap_usd.map_or_else(String::new, |cap| format!(" of at most ${cap:.2}"));
    let more = if spending.has_unpriced { ", and calls without a known price" } else { "" };
    out!("{:<11} {}: ${:.2}{cap}{more}", "spent", spending.month, spending.usd);
    for line in &spending.lines {
        let usd = line.usd.map_or_else(|| "no price known".to_owned(), |usd| format!("${usd:.4}"));
        out!(
            "{:<11} {}/{}: {} calls, {:.0} tokens read, {:.0} written, {:.1} min heard, {usd}",
            "",
            line.provider,
            line.model,
            line.calls,
            line.input_tokens,
            line.output_tokens,
            line.audio_minutes
        );
    }
}
