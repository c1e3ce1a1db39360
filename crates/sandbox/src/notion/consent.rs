//! The page that asks a person to allow a public connection.

use axum::extract::State;
use axum::response::Response;
use hyper::StatusCode;
use maud::html;

use super::CONSENT_PATH;
use super::oauth::Ask;
use super::person::Shares;
use crate::answers;
use crate::params::Params;
use crate::world::{Shared, World};

/// Who allows it where nobody has been named yet.
const SOMEBODY: &str = "Ana";

/// One form for each workspace: the person shares pages of one.
pub(super) fn page(world: &World, query: &str) -> Response {
    let body = html! {
        p { "An app asks for access to pages and databases that you choose." }
        @for (id, workspace) in &world.notion.workspaces {
            form method="post" action=(CONSENT_PATH) {
                input type="hidden" name="ask" value=(query);
                input type="hidden" name="workspace" value=(id);
                fieldset {
                    legend { (workspace.name) }
                    @for (id, title) in world.tops(id) {
                        label { input type="checkbox" name="share" value=(id); " " (title) }
                    }
                    button type="submit" name="answer" value="allow" { "Allow access" }
                    button type="submit" name="answer" value="cancel" { "Cancel" }
                }
            }
        }
        @if world.notion.workspaces.is_empty() {
            p { "There is no workspace to choose." }
            form method="post" action=(CONSENT_PATH) {
                input type="hidden" name="ask" value=(query);
                button type="submit" name="answer" value="cancel" { "Cancel" }
            }
        }
    };
    answers::question(StatusCode::OK, "Notion", "Connect", &body)
}

/// The person pressed a button.
pub(super) async fn answered(State(shared): State<Shared>, form: String) -> Response {
    let form = Params::of(&form);
    let mut world = shared.lock();
    // The page is in the person's hands, so what was asked is checked again.
    let ask = match Ask::of(&Params::of(form.get("ask").unwrap_or_default())) {
        Ok(ask) => ask,
        Err(why) => return refused(&why),
    };
    let chosen = form.get("workspace").unwrap_or_default();
    let workspace = world.notion.workspaces.get_key_value(chosen).map(|(id, workspace)| {
        let human = workspace.people.values().next();
        (id.clone(), human.map_or(SOMEBODY, |human| &human.name).to_owned())
    });
    let back = match (form.get("answer"), workspace) {
        (Some("allow"), Some((workspace, human))) => {
            let shares = Shares::These(form.all("share").map(str::to_owned).collect());
            ask.allowed(&mut world, &workspace, &human, &shares)
        }
        // Cancel, and whatever else a form without a workspace can say.
        _ => ask.failed("access_denied"),
    };
    answers::redirect(StatusCode::SEE_OTHER, &back)
}

/// Notion's own error page: the connection hears nothing.
pub(super) fn refused(why: &str) -> Response {
    let body = html! {
        h2 { "This app can't be connected" }
        p { (why) }
    };
    answers::question(StatusCode::BAD_REQUEST, "Notion", "Error", &body)
}

/// A page that never leads back.
pub(super) fn silence() -> Response {
    let body = html! { p { "Nobody is going to answer here." } };
    answers::question(StatusCode::OK, "Notion", "Connect", &body)
}
