//! `debrief doctor`: what is connected, what is ready, and what to do about the rest.

use debrief_app::{App, GoogleView, NotionView};
use debrief_core::failure::Failure;
use debrief_core::view::PageDestination;

use crate::Outcome;

/// Prints a line for each thing that a job needs. The outcome is `NeedsPerson` when no job could be done now.
pub(crate) async fn report(app: &App) -> Result<Outcome, Failure> {
    let about = app.about().await;
    println!("Debrief {} on {} {}", about.version, std::env::consts::OS, std::env::consts::ARCH);
    println!("data        {}", about.data_folder);
    println!("settings    {}", app.home().settings_file().display());
    match app.free_bytes() {
        Ok(bytes) => println!("free disk   {}", indicatif::HumanBytes(bytes)),
        Err(error) => println!("free disk   unknown ({error})"),
    }
    let pages = app.pages_ready().await;
    let notion = app.notion().await?;
    match (about.destination, &notion.place) {
        (PageDestination::Folder, _) => line("pages", &about.pages_folder, &pages),
        (PageDestination::Notion, place) => {
            let name = place.as_ref().map_or("Notion", |place| place.name.as_str());
            line("pages", &format!("“{name}” in Notion"), &pages);
        }
    }
    for engine in app.engines().await.iter().filter(|engine| engine.is_local || engine.ready.is_ok()) {
        line("speech", engine.described, &engine.ready);
    }
    google(&app.google().await?);
    print_notion(&notion);
    let ready = pages.is_ok() && about.engine_ready;
    println!("{}", if ready { "Ready." } else { "Not ready: see above." });
    Ok(if ready { Outcome::Done } else { Outcome::NeedsPerson })
}

fn google(google: &GoogleView) {
    if let Some(sandbox) = &google.sandbox {
        println!("Google      a sandbox stands in for it: {sandbox}");
    }
    if let Some(problem) = &google.keychain_problem {
        println!("keychain    {} {}", problem.what, problem.fix);
    }
    for account in &google.accounts {
        let state = match account.signed_in {
            true => "signed in",
            false => "its sign-in has expired; `debrief connect google`",
        };
        println!("Google      {}: {state}", account.email);
    }
    if google.accounts.is_empty() {
        let next = match google.client_id {
            Some(_) => "`debrief connect google`",
            None => "see docs/google-setup.md",
        };
        println!("Google      not connected ({next}); recordings on this machine work without it");
    }
}

fn print_notion(notion: &NotionView) {
    if let Some(sandbox) = &notion.sandbox {
        println!("Notion      a sandbox stands in for it: {sandbox}");
    }
    match (&notion.connection, &notion.problem) {
        (Some(connection), None) => println!("Notion      {}: connected", connection.workspace),
        (Some(connection), Some(problem)) => {
            println!("Notion      {}: {} {}", connection.workspace, problem.what, problem.fix);
        }
        (None, _) => println!("Notion      not connected (`debrief connect notion`)"),
    }
}

fn line(name: &str, what: &str, ready: &Result<(), Failure>) {
    match ready {
        Ok(()) => println!("{name:<11} {what}: ready"),
        Err(failure) => println!("{name:<11} {what}: {} {}", failure.what, failure.fix),
    }
}
