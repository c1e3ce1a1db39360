//! The pages of the sign-in that a person sees.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hyper::{StatusCode, header};
use maud::{DOCTYPE, Markup, html};

use super::CONSENT_PATH;
use super::accounts::AccountId;
use super::authorize::{Ask, redirect};
use super::file::{DriveFile, FileId};
use super::params::Params;
use crate::world::{Shared, World};

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
    fieldset{margin:1rem 0}label{display:block}button{font:inherit;padding:.4rem 1.2rem;margin-right:.5rem}";

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
    html_page(StatusCode::OK, "Sign in", &body)
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
    redirect(StatusCode::SEE_OTHER, &back)
}

/// Google's own error page: the client hears nothing.
pub(super) fn refused(status: StatusCode, code: &str, why: &str) -> Response {
    let body = html! {
        h2 { "Access blocked: this request is invalid" }
        p { "Error " (status.as_u16()) ": " code { (code) } }
        p { (why) }
    };
    html_page(status, "Error", &body)
}

/// A page that never leads back.
pub(super) fn silence() -> Response {
    html_page(StatusCode::OK, "Sign in", &html! { p { "Nobody is going to answer here." } })
}

fn html_page(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) " – Debrief sandbox" }
                style { (STYLE) }
            }
            body {
                h1 { "Debrief sandbox – not Google" }
                (body)
            }
        }
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::from(page.into_string()))
        .expect("these headers are valid")
}
