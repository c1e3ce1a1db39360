//! The pages of the sign-in that a person sees.

use axum::extract::State;
use axum::response::Response;
use hyper::StatusCode;
use maud::{Markup, html};

use super::CONSENT_PATH;
use super::accounts::AccountId;
use super::authorize::Ask;
use super::file::{DriveFile, FileId};
use crate::answers;
use crate::params::Params;
use crate::world::{Shared, World};

/// Asks the person: one form for each account, so that only files of that account can be picked.
pub(super) fn page(world: &World, ask: &Ask, query: &str) -> Response {
    let body = html! {
        p { "An app asks for:" }
        ul { @for scope in ask.scopes() { li { code { (scope) } } } }
        @if world.google.accounts.is_empty() { p { "There is no account to sign in to." } }
        @for (id, account) in &world.google.accounts {
            form method="post" action=(CONSENT_PATH) {
                input type="hidden" name="ask" value=(query);
                input type="hidden" name="account" value=(id);
                fieldset {
                    legend { (account.email) }
                    @for file in offered(world, ask, id) { (choice(ask, file)) }
                    button type="submit" name="answer" value="allow" { "Allow" }
                    button type="submit" name="answer" value="deny" { "Deny" }
                }
            }
        }
        @if world.google.accounts.is_empty() {
            form method="post" action=(CONSENT_PATH) {
                input type="hidden" name="ask" value=(query);
                button type="submit" name="answer" value="deny" { "Deny" }
            }
        }
    };
    answers::question(StatusCode::OK, "Google", "Sign in", &body)
}

fn choice(ask: &Ask, file: &DriveFile) -> Markup {
    let picker = ask.picker.as_ref();
    let kind = if picker.is_some_and(|picker| picker.several) { "checkbox" } else { "radio" };
    let ticked = picker.is_some_and(|picker| picker.requested.contains(file.id()));
    html! {
        label {
            input type=(kind) name="pick" value=(file.id()) checked[ticked];
            " " (file.name)
        }
    }
}

/// `file_ids` filters what is shown.
fn offered<'a>(world: &'a World, ask: &'a Ask, account: &'a AccountId) -> Vec<&'a DriveFile> {
    let Some(picker) = &ask.picker else { return vec![] };
    let files = world.google.files.values().filter(|file| {
        let asked_for = picker.requested.is_empty() || picker.requested.contains(file.id());
        asked_for && picker.offers(world, account, file.id())
    });
    files.collect()
}

/// The person pressed a button.
pub(super) async fn answered(State(shared): State<Shared>, form: String) -> Response {
    let form = Params::of(&form);
    let mut world = shared.lock();
    // The page is in the person's hands, so what was asked is checked again.
    let ask = match Ask::of(&world, &Params::of(form.get("ask").unwrap_or_default())) {
        Ok(ask) => ask,
        Err(refused) => return refused.page(),
    };
    let chosen = form.get("account").unwrap_or_default();
    let account = world.google.accounts.keys().find(|id| id.as_str() == chosen).cloned();
    let back = match (form.get("answer"), account) {
        (Some("allow"), Some(account)) => {
            let picks: Vec<FileId> = form.all("pick").map(FileId::from).collect();
            ask.allowed(&mut world, &account, &picks)
        }
        // Deny, and whatever else a form without an account can say.
        _ => ask.failed("access_denied"),
    };
    answers::redirect(StatusCode::SEE_OTHER, &back)
}

/// Google's own error page: the client hears nothing.
pub(super) fn refused(status: StatusCode, code: &str, why: &str) -> Response {
    let body = html! {
        h2 { "Access blocked: this request is invalid" }
        p { "Error " (status.as_u16()) ": " code { (code) } }
        p { (why) }
    };
    answers::question(status, "Google", "Error", &body)
}

/// A page that never leads back.
pub(super) fn silence() -> Response {
    answers::question(StatusCode::OK, "Google", "Sign in", &html! { p { "Nobody is going to answer here." } })
}
