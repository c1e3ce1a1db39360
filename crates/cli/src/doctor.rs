//! `debrief doctor`: what is connected, what is ready, and what to do about the rest.

use debrief_app::{
    App, EngineKind, GoogleView, ModelStateView, ModelsView, NotionView, SpeakerMethod, SpeakersView,
};
use debrief_core::failure::Failure;
use debrief_core::view::PageDestination;

use crate::{Outcome, speech};

/// Prints a line for each thing that a job needs. The outcome is `NeedsPerson` when no job could be done now.
pub(crate) async fn report(app: &App) -> Result<Outcome, Failure> {
    let about = app.about().await;
    out!("Debrief {} on {} {}", about.version, std::env::consts::OS, std::env::consts::ARCH);
    out!("data        {}", about.data_folder);
    out!("settings    {}", app.home().settings_file().display());
    match app.free_bytes() {
        Ok(bytes) => out!("free disk   {}", indicatif::HumanBytes(bytes)),
        Err(error) => out!("free disk   unknown ({error})"),
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
    let speech = app.speech().await?;
    for engine in speech.engines.iter().filter(|engine| engine.kind == EngineKind::Local || engine.ready) {
        speech::line("speech", &engine.described, engine.problem.as_ref());
    }
    speech::line("next job", &speech.next_job, speech.problem.as_ref());
    speakers(&speech.speakers);
    let notes = app.notes().await?;
    speech::line("notes", &notes.next_job, notes.problem.as_ref());
    if notes.local_only {
        out!("privacy     local only: nothing leaves this machine");
    }
    models(&app.models());
    google(&app.google().await?);
    print_notion(&notion);
    let ready = pages.is_ok() && about.engine_ready && notes.problem.is_none();
    out!("{}", if ready { "Ready." } else { "Not ready: see above." });
    Ok(if ready { Outcome::Done } else { Outcome::NeedsPerson })
}

/// The method of the next job: the chosen one, or the best one that is ready.
fn speakers(view: &SpeakersView) {
    let is_meant = |method: &&SpeakerMethod| match &view.method {
        Some(chosen) => method.name == *chosen,
        None => method.ready,
    };
    match view.methods.iter().find(is_meant) {
        Some(method) => speech::line("speakers", &method.described, method.problem.as_ref()),
        None => out!("speakers    no method is ready; `debrief speech status` says why"),
    }
}

fn models(view: &ModelsView) {
    let ready = view.models.iter().filter(|model| model.state == ModelStateView::Ready);
    let ready: Vec<&str> = ready.map(|model| model.id.as_str()).collect();
    match ready.is_empty() {
        true => out!("models      none is here (`debrief models list`)"),
        false => out!("models      {}: ready", ready.join(", ")),
    }
}

fn google(google: &GoogleView) {
    if let Some(sandbox) = &google.sandbox {
        out!("Google      a sandbox stands in for it: {sandbox}");
    }
    if let Some(problem) = &google.keychain_problem {
        out!("keychain    {} {}", problem.what, problem.fix);
    }
    for account in &google.accounts {
        let state = match account.signed_in {
            true => "signed in",
            false => "its sign-in has expired; `debrief connect google`",
        };
        out!("Google      {}: {state}", account.email);
    }
    if google.accounts.is_empty() {
        let next = match google.client_id {
            Some(_) => "`debrief connect google`",
            None => "see docs/google-setup.md",
        };
        out!("Google      not connected ({next}); recordings on this machine work without it");
    }
}

fn print_notion(notion: &NotionView) {
    if let Some(sandbox) = &notion.sandbox {
        out!("Notion      a sandbox stands in for it: {sandbox}");
    }
    match (&notion.connection, &notion.problem) {
        (Some(connection), None) => out!("Notion      {}: connected", connection.workspace),
        (Some(connection), Some(problem)) => {
            out!("Notion      {}: {} {}", connection.workspace, problem.what, problem.fix);
        }
        (None, _) => out!("Notion      not connected (`debrief connect notion`)"),
    }
}

fn line(name: &str, what: &str, ready: &Result<(), Failure>) {
    match ready {
        Ok(()) => out!("{name:<11} {what}: ready"),
        Err(failure) => out!("{name:<11} {what}: {} {}", failure.what, failure.fix),
    }
}
