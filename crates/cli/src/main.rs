//! The `debrief` command: the same App without a window.
#![forbid(unsafe_code)]

#[macro_use]
mod print;

mod beside;
mod connect;
mod doctor;
mod edit;
mod follow;
mod models;
mod notes;
mod sandbox;
mod speech;
mod voices;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use debrief_app::{App, Home, PageToOpen, Runs, Wishes, log_to_file};
use debrief_core::failure::{Failure, FailureCode, Retry};
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::stage::Stage;
use debrief_core::view::{Group, JobView, PageDestination, StatusWord};

use crate::follow::follow;

/// Turns recordings into pages: transcript with speakers, summary, to-dos.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 needs you (the message says what), 130 interrupted.
#[derive(Parser)]
#[command(name = "debrief", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Turn recordings into pages.
    Process {
        /// Files, Google Drive links or Drive ids.
        #[arg(required = true)]
        recordings: Vec<String>,
        /// A document that belongs to the recording; may be given several times.
        #[arg(long, value_name = "LINK|ID|PATH")]
        attach: Vec<String>,
        #[command(flatten)]
        beside: beside::Wanted,
        #[command(flatten)]
        heard: speech::Heard,
        #[command(flatten)]
        written: notes::Written,
        /// Where the page goes; unless said, where the settings say.
        #[arg(long, value_enum)]
        to: Option<To>,
        /// One JSON object a line, the last one the job's status.
        #[arg(long)]
        json: bool,
        /// Only submit; a window or `debrief resume` runs the job.
        #[arg(long)]
        no_wait: bool,
        /// Process recordings in Drive again of which there is a page already; files on this machine always are.
        #[arg(long)]
        again: bool,
        /// Ask in the browser, before anything else, for the sign-in or the choice that a Drive link needs.
        #[arg(long)]
        sign_in: bool,
    },
    /// Say how a job stands.
    Status {
        /// The job's id.
        job: JobId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List jobs, newest first.
    List {
        /// Which ones.
        #[arg(long, value_enum, default_value_t = Filter::All)]
        filter: Filter,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Stop a job; its finished stages are kept.
    Cancel {
        /// The job's id.
        job: JobId,
    },
    /// Run a job again: from its failed stage, or from a chosen one.
    Retry {
        /// The job's id.
        job: JobId,
        /// fetch, decode, transcribe, diarize, identify, summarize, publish or rename.
        #[arg(long, value_parser = stage_of)]
        from: Option<Stage>,
        /// Hear it again with another speech engine; `auto` is the one of the settings.
        #[arg(long, conflicts_with = "from")]
        engine: Option<String>,
        /// With another model, as in `debrief process`.
        #[arg(long, conflicts_with = "from")]
        model: Option<String>,
        /// One JSON object a line, the last one the job's status.
        #[arg(long)]
        json: bool,
        /// Only put it into the queue.
        #[arg(long)]
        no_wait: bool,
    },
    /// Run whatever a crash or a closed laptop left unfinished, or what waited for you, to its end.
    Resume {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Print a job's transcript or page.
    Show {
        /// The job's id.
        job: JobId,
        /// In which form.
        #[arg(long, value_enum, default_value_t = Format::Md)]
        format: Format,
    },
    /// Print a job's transcript with the numbers of its segments; a star marks what was corrected.
    Transcript {
        /// The job's id.
        job: JobId,
        /// As JSON, with speakers and notes.
        #[arg(long)]
        json: bool,
    },
    /// Correct a job's transcript or notes. What was made is kept, and corrections outlive another run.
    Edit {
        /// The job's id.
        job: JobId,
        #[command(subcommand)]
        what: edit::Edit,
    },
    /// Find words in all titles, notes and transcripts.
    Search {
        /// All of them; words in quotes follow each other, the last word may be a beginning.
        #[arg(required = true)]
        words: Vec<String>,
        /// Most hits.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Write into a job's page what has changed since; what people wrote there stays.
    Update {
        /// The job's id.
        job: JobId,
        /// One JSON object a line, the last one the job's status.
        #[arg(long)]
        json: bool,
    },
    /// Give a speaker of a job a name.
    Name {
        /// The job's id.
        job: JobId,
        /// The speaker as the transcript has it, for example "Speaker 2".
        speaker: String,
        /// The name.
        name: String,
        /// Keep the voice on this machine, to know it in later recordings.
        #[arg(long)]
        remember: bool,
    },
    /// List or forget remembered voices.
    Voices {
        #[command(subcommand)]
        command: voices::Voices,
    },
    /// Open a job's page.
    Open {
        /// The job's id.
        job: JobId,
    },
    /// Take a job's page back: a Notion page goes to the trash, and a renamed recording gets its old name back.
    Undo {
        /// The job's id.
        job: JobId,
    },
    /// Sign in to a service.
    Connect {
        #[command(subcommand)]
        service: connect::Service,
    },
    /// Sign out of a service; jobs that need it wait.
    Disconnect {
        #[command(subcommand)]
        service: connect::SignOut,
    },
    /// Watch folders: new recordings in them become jobs by themselves.
    Watch {
        #[command(subcommand)]
        command: watch::Watch,
    },
    /// Download, add and remove the models that recognise speech and tell speakers apart.
    Models {
        #[command(subcommand)]
        command: models::Models,
    },
    /// Choose what recognises speech and tells speakers apart, and set up speech services.
    Speech {
        #[command(subcommand)]
        command: speech::Speech,
    },
    /// Choose who finds names and writes notes, with which template, and what that may cost.
    Notes {
        #[command(subcommand)]
        command: notes::Notes,
    },
    /// Run a stand-in for Google, Notion, speech services and language models on this machine, to try everything without an account.
    Sandbox(sandbox::Options),
    /// Say what is connected and what is ready.
    Doctor,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// Markdown and HTML files in the folder for pages.
    Markdown,
    /// A Notion page.
    Notion,
}

impl From<To> for PageDestination {
    fn from(to: To) -> Self {
        match to {
            To::Markdown => PageDestination::Folder,
            To::Notion => PageDestination::Notion,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Filter {
    All,
    Active,
    Completed,
    Failed,
    Cancelled,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Md,
    Txt,
    Srt,
    Vtt,
    Json,
}

fn stage_of(word: &str) -> Result<Stage, String> {
    Stage::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Stage::ALL.iter().map(|stage| stage.word()).collect();
        format!("the stages are {}", words.join(", "))
    })
}

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Done = 0,
    Failed = 1,
    Usage = 2,
    NeedsPerson = 3,
    Interrupted = 130,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome as u8)
    }
}

fn main() -> ExitCode {
    // A document is read by a process of its own, which is this program.
    if debrief_app::serve_if_asked() {
        return ExitCode::SUCCESS;
    }
    run_to_the_end()
}

#[tokio::main]
async fn run_to_the_end() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command).await {
        Ok(Outcome::Done) if !print::all_went_out() => Outcome::Failed.into(),
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            err!("{}\n{}", failure.what, failure.fix);
            if let Some(detail) = &failure.detail {
                err!("({detail})");
            }
            outcome_of(&failure).into()
        }
    }
}

fn outcome_of(failure: &Failure) -> Outcome {
    match (failure.code, failure.retry) {
        (FailureCode::BadSettings | FailureCode::BadLink | FailureCode::BadRequest, _) => Outcome::Usage,
        (_, Retry::Person) => Outcome::NeedsPerson,
        (_, Retry::Later { .. } | Retry::Never) => Outcome::Failed,
    }
}

async fn run(command: Command) -> Result<Outcome, Failure> {
    let home = Home::from_environment()?;
    log_to_file(&home)?;
    match command {
        Command::Process {
            recordings,
            attach,
            beside,
            heard,
            written,
            to,
            json,
            no_wait,
            again,
            sign_in,
        } => {
            let links = recordings.iter().map(|text| link_of(text)).collect::<Result<Vec<_>, _>>()?;
            let attachments = attach.iter().map(|text| link_of(text)).collect::<Result<Vec<_>, _>>()?;
            let app = open(home, if no_wait { Runs::Nothing } else { Runs::WhatIsNew }).await?;
            let wishes = written.wish(Wishes {
                destination: to.map(PageDestination::from),
                ignore_transcripts: beside.ignore_transcripts,
                ..heard.wishes()
            });
            app.check_wishes(&wishes)?;
            connect::before_processing(&app, &links, &attachments, sign_in).await?;
            let links = if again { links } else { connect::without_a_page(&app, links).await };
            let news = app.news();
            let mut ids = Vec::new();
            for link in links {
                let mut attachments = attachments.clone();
                attachments.extend(beside.attachments(&app, &link, &attachments).await?);
                ids.push(app.submit_with(&wishes, link, attachments)?);
            }
            wait_for(&app, news, ids, json, no_wait).await
        }
        Command::Retry { job, from, engine, model, json, no_wait } => {
            let app = open(home, if no_wait { Runs::Nothing } else { Runs::WhatIsNew }).await?;
            let news = app.news();
            match (engine, model.map(speech::model_named)) {
                (None, None) => app.retry(job, from)?,
                (engine, model) => {
                    let engine = engine.as_deref().filter(|engine| *engine != "auto");
                    app.retry_with_engine(job, engine, model.as_deref())?;
                }
            }
            wait_for(&app, news, vec![job], json, no_wait).await
        }
        Command::Resume { json } => {
            let app = open(home, Runs::Everything).await?;
            app.resume()?;
            let news = app.news();
            let active: Vec<JobView> = app.list()?.into_iter().filter(is_active).collect();
            let waiting = active.iter().filter(|view| view.group == Group::NeedsYou).cloned();
            try_again(&app, &ids_of(&waiting.collect::<Vec<_>>())?)?;
            let ids = ids_of(&active)?;
            if ids.is_empty() && !json {
                out!("Nothing was left unfinished.");
            }
            wait_for(&app, news, ids, json, false).await
        }
        Command::Status { job, json } => {
            let view = open(home, Runs::Nothing).await?.status(job)?;
            if json {
                print::json(&view)
            } else {
                print::status(&view)
            }
            Ok(Outcome::Done)
        }
        Command::List { filter, json } => {
            let views = open(home, Runs::Nothing).await?.list_all()?;
            for view in views.iter().filter(|view| passes(filter, view)) {
                if json { print::json(view) } else { print::line(view) }
            }
            Ok(Outcome::Done)
        }
        Command::Cancel { job } => {
            open(home, Runs::Nothing).await?.cancel(job)?;
            Ok(Outcome::Done)
        }
        Command::Show { job, format } => {
            let document = open(home, Runs::Nothing).await?.document(job)?;
            match format {
                Format::Md => print::to_stdout(format_args!("{}", document.markdown())),
                Format::Txt => print::to_stdout(format_args!("{}", document.text())),
                Format::Srt => print::to_stdout(format_args!("{}", document.srt())),
                Format::Vtt => print::to_stdout(format_args!("{}", document.vtt())),
                Format::Json => print::json(&document),
            }
            Ok(Outcome::Done)
        }
        Command::Transcript { job, json } => edit::transcript(&open(home, Runs::Nothing).await?, job, json),
        Command::Edit { job, what } => edit::edit(&open(home, Runs::Nothing).await?, job, what),
        Command::Search { words, limit, json } => {
            edit::search(&open(home, Runs::Nothing).await?, &words, limit, json)
        }
        Command::Name { job, speaker, name, remember } => {
            open(home, Runs::Nothing).await?.name_speaker(job, &speaker, &name, remember)?;
            out!("Named. `debrief update {job}` writes the page again.");
            Ok(Outcome::Done)
        }
        Command::Voices { command } => voices::voices(&open(home, Runs::Nothing).await?, command),
        Command::Undo { job } => {
            open(home, Runs::Nothing).await?.undo_page(job).await?;
            Ok(Outcome::Done)
        }
        Command::Update { job, json } => {
            let app = open(home, Runs::WhatIsNew).await?;
            let news = app.news();
            app.update_page(job)?;
            wait_for(&app, news, vec![job], json, false).await
        }
        Command::Open { job } => {
            let page = match open(home, Runs::Nothing).await?.page_to_open(job)? {
                PageToOpen::File(path) => path.display().to_string(),
                PageToOpen::Notion(url) => url.to_string(),
            };
            out!("{page}");
            open::that_detached(&page).map_err(|error| {
                let what = "Nothing on this computer opens it.";
                Failure::never(FailureCode::BadRequest, what, "Open the address above yourself.")
                    .because(error)
            })?;
            Ok(Outcome::Done)
        }
        Command::Connect { service } => connect::sign_in(&open(home, Runs::Nothing).await?, service).await,
        Command::Disconnect { service } => {
            connect::sign_out(&open(home, Runs::Nothing).await?, service).await
        }
        Command::Watch { command } => {
            let runs = if command.runs_jobs() { Runs::Everything } else { Runs::Nothing };
            watch::watch(&open(home, runs).await?, command).await
        }
        Command::Models { command } => models::run(&open(home, Runs::Nothing).await?, command).await,
        Command::Speech { command } => speech::run(&open(home, Runs::Nothing).await?, command).await,
        Command::Notes { command } => notes::run(&open(home, Runs::Nothing).await?, command).await,
        Command::Sandbox(options) => sandbox::run(options).await,
        Command::Doctor => doctor::report(&open(home, Runs::Nothing).await?).await,
    }
}

async fn open(home: Home, runs: Runs) -> Result<App, Failure> {
    let app = App::open_and_run(home, runs).await?;
    if let Some(notice) = app.notice() {
        err!("{notice}");
    }
    Ok(app)
}

/// Follows jobs to their end, or prints that they are in the queue.
async fn wait_for(
    app: &App,
    news: tokio::sync::broadcast::Receiver<debrief_app::JobNews>,
    ids: Vec<JobId>,
    json: bool,
    no_wait: bool,
) -> Result<Outcome, Failure> {
    if !no_wait {
        return follow(app, news, ids, json).await;
    }
    for id in ids {
        let view = app.status(id)?;
        if json { print::json(&view) } else { out!("{id}") }
    }
    Ok(Outcome::Done)
}

/// A command line has a current folder, so relative paths name files.
fn link_of(text: &str) -> Result<RecordingLink, Failure> {
    let here = std::path::absolute(text).ok().filter(|path| path.exists());
    if let Some(path) = here {
        return Ok(RecordingLink::Local { path });
    }
    let link = RecordingLink::parse(text)
        .map_err(|error| Failure::never(FailureCode::BadLink, error.what(), error.fix()))?;
    match link {
        RecordingLink::Local { path } => {
            let path = std::path::absolute(&path).unwrap_or(path);
            Ok(RecordingLink::Local { path })
        }
        drive @ RecordingLink::Drive { .. } => Ok(drive),
    }
}

/// Whoever resumes has seen to what their jobs waited for.
fn try_again(app: &App, waiting: &[JobId]) -> Result<(), Failure> {
    for id in waiting {
        match app.retry(*id, None) {
            Ok(()) => {}
            // It has gone on by itself in the meantime.
            Err(failure) if failure.code == FailureCode::BadRequest => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn is_active(view: &JobView) -> bool {
    matches!(view.status, StatusWord::Pending | StatusWord::Processing)
}

fn passes(filter: Filter, view: &JobView) -> bool {
    match filter {
        Filter::All => true,
        Filter::Active => is_active(view),
        Filter::Completed => view.status == StatusWord::Completed,
        Filter::Failed => view.status == StatusWord::Failed,
        Filter::Cancelled => view.status == StatusWord::Cancelled,
    }
}

fn ids_of(views: &[JobView]) -> Result<Vec<JobId>, Failure> {
    views.iter().map(|view| view.id.parse().map_err(Failure::internal)).collect()
}
