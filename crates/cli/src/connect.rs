//! Signing in and out, and what a Drive link needs before it is processed.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use debrief_app::{App, DriveAccess, NotionConnection, NotionTokenKind, SecretsKept};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::link::RecordingLink;
use url::Url;

use crate::Outcome;

#[derive(Subcommand)]
pub(crate) enum Service {
    /// Google Drive: sign in, in your browser.
    Google(Google),
    /// Notion: with a token, or in your browser with a public integration of your own.
    Notion(Notion),
}

#[derive(Args)]
pub(crate) struct Notion {
    /// Client id of your public integration, to sign in with in the browser; its secret is read from the standard input.
    /// Without it a personal or internal token is read from there.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Where pages go: the link or id of a database, one of its data sources, or a page; remembered.
    #[arg(long, value_name = "LINK|ID")]
    place: Option<String>,
    /// Make the properties that the database lacks.
    #[arg(long, requires = "place")]
    create_properties: bool,
    /// Write a test page.
    #[arg(long)]
    test_page: bool,
    /// Where sign-ins are kept; remembered.
    #[arg(long, value_enum)]
    keep: Option<Keep>,
    /// Only print the address to open.
    #[arg(long)]
    no_browser: bool,
}

#[derive(Args)]
pub(crate) struct Google {
    /// Let Debrief see all of your Drive instead of the files that you choose; needed for watched folders.
    #[arg(long)]
    all_files: bool,
    /// Choose the file of this link in Google's file chooser; may be given several times.
    #[arg(long, value_name = "LINK", conflicts_with = "all_files")]
    choose: Vec<String>,
    /// The client_secret….json of your OAuth client; remembered.
    #[arg(long, value_name = "FILE")]
    client: Option<PathBuf>,
    /// Where sign-ins are kept; remembered.
    #[arg(long, value_enum)]
    keep: Option<Keep>,
    /// Only print the address to open.
    #[arg(long)]
    no_browser: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Keep {
    /// In the system's keychain.
    Keychain,
    /// In a file that only you can read.
    File,
}

#[derive(Subcommand)]
pub(crate) enum SignOut {
    /// Google Drive: ends Debrief's access and forgets the sign-in.
    Google {
        /// The account's address; may be left out when there is only one.
        account: Option<String>,
    },
    /// Notion: forgets the token; one from a sign-in is ended.
    Notion,
}

pub(crate) async fn sign_in(app: &App, service: Service) -> Result<Outcome, Failure> {
    match service {
        Service::Google(options) => sign_in_google(app, options).await,
        Service::Notion(options) => connect_notion(app, options).await,
    }
}

pub(crate) async fn keep_secrets(app: &App, keep: Option<Keep>) -> Result<(), Failure> {
    match keep {
        Some(Keep::Keychain) => app.keep_secrets(SecretsKept::Keychain).await,
        Some(Keep::File) => app.keep_secrets(SecretsKept::File).await,
        None => Ok(()),
    }
}

async fn connect_notion(app: &App, options: Notion) -> Result<Outcome, Failure> {
    keep_secrets(app, options.keep).await?;
    let environment = matches!(
        app.notion().await?.connection,
        Some(NotionConnection { kind: NotionTokenKind::Environment, .. })
    );
    match &options.client_id {
        Some(client_id) => {
            let secret = secret_from_stdin("client secret")?;
            app.sign_in_notion(client_id, &secret, browser(!options.no_browser)).await?;
        }
        None if environment => {}
        None => app.connect_notion(&secret_from_stdin("token")?).await?,
    }
    if let Some(place) = &options.place {
        app.choose_notion_place(place).await?;
    }
    if options.create_properties {
        app.create_notion_properties().await?;
    }
    let view = app.notion().await?;
    if let Some(connection) = &view.connection {
        out!("{}: connected", connection.workspace);
    }
    if let Some(place) = &view.place {
        out!("pages go to “{}”", place.name);
    }
    for property in &view.properties {
        let used = property.choices.iter().find(|choice| Some(&choice.id) == property.chosen.as_ref());
        // As in the settings, where it is `…_property`.
        let role = serde_json::to_value(property.role).map_err(Failure::internal)?;
        let role = role.as_str().unwrap_or_default();
        match used {
            Some(used) => out!("  {role:<13} {} ({})", used.name, used.kind),
            None => out!("  {role:<13} –"),
        }
    }
    if let Some(problem) = view.problem.or(view.place_problem) {
        out!("{} {}", problem.what, problem.fix);
        return Ok(Outcome::NeedsPerson);
    }
    if options.test_page {
        out!("{}", app.write_notion_test_page().await?);
    }
    Ok(Outcome::Done)
}

/// One line, so that a secret is in no history and no list of processes.
fn secret_from_stdin(what: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        crate::print::to_stderr(format_args!("Notion {what}: "));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::internal)?;
    Ok(line.trim().to_owned())
}

async fn sign_in_google(app: &App, options: Google) -> Result<Outcome, Failure> {
    keep_secrets(app, options.keep).await?;
    if let Some(file) = &options.client {
        app.read_google_client(file).await?;
    }
    let browse = browser(!options.no_browser);
    if options.choose.is_empty() {
        let access = if options.all_files { DriveAccess::AllFiles } else { DriveAccess::PickedFiles };
        app.sign_in_google(access, browse).await?;
    } else {
        app.choose_in_google(&options.choose, None, browse).await?;
    }
    for account in app.google().await?.accounts {
        let state = if account.signed_in { "signed in" } else { "expired" };
        out!("{}: {state}", account.email);
    }
    Ok(Outcome::Done)
}

pub(crate) async fn sign_out(app: &App, service: SignOut) -> Result<Outcome, Failure> {
    let account = match service {
        SignOut::Google { account } => account,
        SignOut::Notion => {
            app.disconnect_notion().await?;
            return Ok(Outcome::Done);
        }
    };
    let accounts = app.google().await?.accounts;
    let account = match (account, accounts.as_slice()) {
        (Some(account), _) => account,
        (None, [only]) => only.id.clone(),
        (None, _) => {
            let known: Vec<&str> = accounts.iter().map(|account| account.email.as_str()).collect();
            let what = if known.is_empty() {
                "Nobody is signed in to Google."
            } else {
                "Several accounts are signed in."
            };
            let fix = match known.is_empty() {
                true => "There is nothing to do.".to_owned(),
                false => format!("Say which one: {}.", known.join(", ")),
            };
            return Err(Failure::never(FailureCode::BadRequest, what, fix));
        }
    };
    app.sign_out_google(&account).await?;
    Ok(Outcome::Done)
}

/// Opens the browser where there is one, and prints the address for whoever has it elsewhere.
fn browser(open: bool) -> impl Fn(&Url) -> Result<(), Failure> {
    move |url| {
        err!("Sign in with your browser at:\n{url}");
        if open && let Err(error) = open::that_detached(url.as_str()) {
            err!("The browser could not be opened ({error}); copy the address into it.");
        }
        Ok(())
    }
}

/// Asks for whatever sign-in or choice the links need. Without a person at a terminal the jobs wait for it instead.
pub(crate) async fn before_processing(
    app: &App,
    links: &[RecordingLink],
    attachments: &[RecordingLink],
    asked: bool,
) -> Result<(), Failure> {
    let at_a_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !asked && !at_a_terminal {
        return Ok(());
    }
    let mut needed = Vec::new();
    for link in links.iter().chain(attachments).filter(|link| is_in_drive(link)) {
        let problem = app.look_up(&address_of(link)).await.problem;
        let codes = [FailureCode::SignInNeeded, FailureCode::SignInExpired, FailureCode::PickNeeded];
        if problem.is_some_and(|problem| codes.iter().any(|code| code.word() == problem.code)) {
            needed.push(address_of(link));
        }
    }
    if needed.is_empty() {
        return Ok(());
    }
    app.choose_in_google(&needed, None, browser(at_a_terminal)).await
}

/// The recordings of which no page was made yet; says so of the others.
pub(crate) async fn without_a_page(app: &App, links: Vec<RecordingLink>) -> Vec<RecordingLink> {
    let mut new = Vec::new();
    for link in links {
        let processed = match is_in_drive(&link) {
            true => Some(app.look_up(&address_of(&link)).await).filter(|look| look.processed.is_some()),
            false => None,
        };
        match processed {
            Some(look) => {
                let name = look.name.unwrap_or_else(|| address_of(&link));
                let job = look.processed.map(|processed| processed.job_id).unwrap_or_default();
                err!("“{name}” was already processed, by job {job}. To process it again: --again");
            }
            None => new.push(link),
        }
    }
    new
}

fn is_in_drive(link: &RecordingLink) -> bool {
    matches!(link, RecordingLink::Drive { .. })
}

/// The link as text, with its key.
pub(crate) fn address_of(link: &RecordingLink) -> String {
    match link {
        RecordingLink::Drive { resource_key: Some(key), .. } => {
            format!("{}?resourcekey={key}", link.location())
        }
        RecordingLink::Drive { resource_key: None, .. } | RecordingLink::Local { .. } => link.location(),
    }
}
