//! A public connection: the question to a person, and the exchange of what comes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::check::{At, Checked};
use super::consent;
use super::error::ApiError;
use super::person::{NotionAnswer, Shares};
use super::state::{Parent, WorkspaceId};
use super::tokens::{ACCESS_LIVES, Code, Refresh, Standing, Token, Whose};
use crate::answers;
use crate::params::Params;
use crate::world::{Shared, World};

/// The id of the one public connection.
pub const NOTION_CLIENT_ID: &str = "1d2e3f40-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
/// Its secret.
pub const NOTION_CLIENT_SECRET: &str = "secret_sandbox-public-connection";
/// The one address that it registered.
pub const NOTION_REDIRECT: &str = "http://localhost:8914/";

/// What a token is made for.
const CONNECTION: &str = "Debrief";
const CODE_LIVES: Duration = Duration::from_secs(600);

/// Codes of refusals that have the form of RFC 6749.
pub(super) const CODES: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// A refusal of the exchange: `{"error","error_description"}`.
#[derive(Debug)]
struct OauthError {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl OauthError {
    fn bad(error: &'static str, description: impl Into<String>) -> OauthError {
        OauthError { status: StatusCode::BAD_REQUEST, error, description: description.into() }
    }
}

pub(super) fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    let request_id = Uuid::new_v4().to_string();
    answers::json(
        status,
        &json!({ "error": error, "error_description": description, "request_id": request_id }),
    )
}

/// What a connection asks the person for.
#[derive(Debug)]
pub(super) struct Ask {
    redirect_uri: Url,
    redirect_text: String,
    state: String,
}

impl Ask {
    /// Nothing is sent to an address before that address and its connection are known to be good.
    pub(super) fn of(params: &Params) -> Result<Ask, String> {
        if let Some(name) = params.repeated() {
            return Err(format!("{name} may be given once only."));
        }
        let required = |name: &str| params.get(name).ok_or_else(|| format!("Missing or invalid {name}."));
        if required("client_id")? != NOTION_CLIENT_ID {
            return Err("Missing or invalid client_id.".to_owned());
        }
        let redirect_text = required("redirect_uri")?;
        // It has to be the registered one to the letter; that one is written with a name, not with a number.
        if redirect_text != NOTION_REDIRECT {
            return Err("Missing or invalid redirect_uri.".to_owned());
        }
        for (name, value) in [("response_type", "code"), ("owner", "user")] {
            if required(name)? != value {
                return Err(format!("Missing or invalid {name}."));
            }
        }
        let redirect_uri = Url::parse(redirect_text).map_err(|_| "Missing or invalid redirect_uri.")?;
        let state = params.get("state").unwrap_or_default();
        Ok(Ask { redirect_uri, redirect_text: redirect_text.to_owned(), state: state.to_owned() })
    }

    /// Back to the connection with a code for what the person shared.
    pub(super) fn allowed(
        &self,
        world: &mut World,
        workspace: &WorkspaceId,
        user: &str,
        shares: &Shares,
    ) -> Url {
        let code = self.code(world, workspace, user, shares);
        let mut back = self.back(&self.state);
        back.query_pairs_mut().append_pair("code", &code);
        back
    }

    /// Back to the connection with an error.
    pub(super) fn failed(&self, error: &str) -> Url {
        let mut back = self.back(&self.state);
        back.query_pairs_mut().append_pair("error", error);
        back
    }

    /// A good code with another state.
    fn forged(&self, world: &mut World, workspace: &WorkspaceId) -> Url {
        let code = self.code(world, workspace, "Somebody else", &Shares::Everything);
        let mut back = self.back("another-state");
        back.query_pairs_mut().append_pair("code", &code);
        back
    }

    fn back(&self, state: &str) -> Url {
        let mut back = self.redirect_uri.clone();
        if !state.is_empty() {
            back.query_pairs_mut().append_pair("state", state);
        }
        back
    }

    fn code(&self, world: &mut World, workspace: &WorkspaceId, user: &str, shares: &Shares) -> String {
        let user = world.human(workspace, user);
        let tops = world.tops(workspace);
        let shared: BTreeSet<String> = match shares {
            Shares::Everything => tops.into_iter().map(|(id, _)| id).collect(),
            Shares::These(ids) => ids.iter().filter_map(|id| super::check::uuid(id)).collect(),
            Shares::Nothing => BTreeSet::new(),
        };
        let standing = world.standing(workspace, CONNECTION, Whose::Public { user }, shared);
        let expires = world.now() + CODE_LIVES;
        let code = world.new_secret("");
        let kept = Code { standing, redirect_uri: self.redirect_text.clone(), expires, used: false };
        world.notion.codes.insert(code.clone(), kept);
        code
    }
}

pub(super) async fn ask(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let mut world = shared.lock();
    let ask = match Ask::of(&Params::of(&query)) {
        Ok(ask) => ask,
        Err(why) => return consent::refused(&why),
    };
    let person = world.notion_person();
    person.times_asked += 1;
    let back = match person.answer.clone() {
        NotionAnswer::AsksInBrowser => return consent::page(&world, &query),
        NotionAnswer::Silent => return consent::silence(),
        NotionAnswer::Allows { workspace, user, shares } => {
            ask.allowed(&mut world, &workspace, &user, &shares)
        }
        NotionAnswer::Denies => ask.failed("access_denied"),
        NotionAnswer::Error(code) => ask.failed(&code),
        NotionAnswer::WrongState => match world.notion.workspaces.keys().next().cloned() {
            Some(workspace) => ask.forged(&mut world, &workspace),
            None => ask.failed("access_denied"),
        },
    };
    answers::redirect(StatusCode::FOUND, &back)
}

/// `POST oauth/token` and `POST oauth/revoke`
pub(super) fn answer(
    world: &mut World,
    method: &str,
    what: &str,
    headers: &HeaderMap,
    body: &Value,
) -> Response {
    let at = At::new("body", Some(body));
    let answer = match (method, what) {
        ("POST", "token" | "revoke") if !is_client(headers) => {
            return refused(StatusCode::UNAUTHORIZED, "invalid_client", "The client is not known.");
        }
        ("POST", "token") => grant_type(&at).map(|grant| match grant {
            "authorization_code" => world.exchange_notion_code(&at),
            _refresh_token => world.exchange_notion_refresh(&at),
        }),
        ("POST", "revoke") => token_of(&at).map(|token| world.take_back_notion(token)),
        // Not an address of Notion that the sandbox has.
        _ => return ApiError::not_an_address().into_response(),
    };
    match answer {
        Ok(Ok(body)) => answers::json(StatusCode::OK, &body),
        Ok(Err(error)) => refused(error.status, error.error, &error.description),
        Err(error) => error.into_response(),
    }
}

fn is_client(headers: &HeaderMap) -> bool {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let encoded = header.and_then(|value| value.strip_prefix("Basic ")).unwrap_or_default();
    STANDARD
        .decode(encoded)
        .is_ok_and(|client| client == format!("{NOTION_CLIENT_ID}:{NOTION_CLIENT_SECRET}").as_bytes())
}

fn grant_type(at: &At<'_>) -> Checked<&'static str> {
    let grant = at.field("grant_type").word(&["authorization_code", "refresh_token"])?;
    if grant == "authorization_code" {
        at.object(&["grant_type", "code", "redirect_uri", "external_account"])?;
        at.field("code").string()?;
    } else {
        at.object(&["grant_type", "refresh_token"])?;
        at.field("refresh_token").string()?;
    }
    Ok(grant)
}

fn token_of<'a>(at: &At<'a>) -> Checked<&'a str> {
    at.object(&["token"])?;
    at.field("token").string()
}

impl World {
    /// What lies at the top of a workspace: id and title of each database and page.
    pub(super) fn tops(&self, workspace: &WorkspaceId) -> Vec<(String, String)> {
        let databases = self
            .notion
            .databases
            .iter()
            .filter(|(_, database)| database.workspace == *workspace && !database.removed);
        let databases = databases.map(|(id, database)| (id.as_str().to_owned(), database.title.clone()));
        let pages = self.notion.pages.iter().filter(|(_, page)| {
            page.workspace == *workspace && page.parent == Parent::Workspace && !page.in_trash
        });
        let pages = pages
            .map(|(id, _)| (id.as_str().to_owned(), self.notion.title_of(id.as_str()).unwrap_or_default()));
        databases.chain(pages).collect()
    }

    fn exchange_notion_code(&mut self, at: &At<'_>) -> Result<Value, OauthError> {
        let text = at.field("code").value().and_then(Value::as_str).unwrap_or_default();
        let redirect = at.field("redirect_uri").value().and_then(Value::as_str);
        let now = self.now();
        let code = self.notion.codes.get_mut(text);
        let code = code.ok_or_else(|| OauthError::bad("invalid_grant", "Invalid code."))?;
        if code.used {
            // RFC 6749, 4.1.2: what it was exchanged for must not live on.
            let family = code.standing.family;
            self.end_notion_family(family);
            return Err(OauthError::bad("invalid_grant", "Invalid code: this code has been revoked."));
        }
        if code.expires <= now {
            return Err(OauthError::bad("invalid_grant", "Invalid code."));
        }
        if redirect != Some(code.redirect_uri.as_str()) {
            return Err(OauthError::bad("invalid_grant", "Mismatched redirect URI."));
        }
        code.used = true;
        let standing = code.standing.clone();
        Ok(self.granted(standing))
    }

    /// The new pair replaces the old one at once.
    fn exchange_notion_refresh(&mut self, at: &At<'_>) -> Result<Value, OauthError> {
        let text = at.field("refresh_token").value().and_then(Value::as_str).unwrap_or_default();
        let refresh = self.notion.refresh.get(text).filter(|refresh| !refresh.dead);
        let standing = refresh.map(|refresh| refresh.standing.clone());
        let standing = standing.ok_or_else(|| OauthError::bad("invalid_grant", "Invalid refresh token."))?;
        self.end_notion_family(standing.family);
        Ok(self.granted(standing))
    }

    fn take_back_notion(&mut self, token: &str) -> Result<Value, OauthError> {
        let access =
            self.notion.tokens.get(token).filter(|token| !token.revoked).map(|token| &token.standing);
        let refresh = self.notion.refresh.get(token).filter(|refresh| !refresh.dead);
        let standing = access.or(refresh.map(|refresh| &refresh.standing));
        let public = standing.filter(|standing| matches!(standing.kind, Whose::Public { .. }));
        let family = public.ok_or_else(|| OauthError::bad("invalid_request", "Invalid token."))?.family;
        self.end_notion_family(family);
        Ok(json!({ "request_id": Uuid::new_v4().to_string() }))
    }

    fn end_notion_family(&mut self, family: u64) {
        for token in self.notion.tokens.values_mut().filter(|token| token.standing.family == family) {
            token.revoked = true;
        }
        for refresh in self.notion.refresh.values_mut().filter(|refresh| refresh.standing.family == family) {
            refresh.dead = true;
        }
    }

    fn granted(&mut self, standing: Standing) -> Value {
        let access = self.new_secret("ntn_");
        let refresh = self.new_secret("nrt_");
        let expires = self.notion.tokens_expire.then(|| self.now() + ACCESS_LIVES);
        let Whose::Public { user } = &standing.kind else { return Value::Null };
        let body = json!({
            "access_token": access,
            "token_type": "bearer",
            "refresh_token": refresh,
            "bot_id": standing.bot,
            "workspace_icon": null,
            "workspace_name": self.notion.workspaces[&standing.workspace].name,
            "workspace_id": standing.workspace.as_str(),
            "owner": self.owning(&standing.workspace, user),
            "duplicated_template_id": null,
            "request_id": Uuid::new_v4().to_string(),
        });
        let token = Token { standing: standing.clone(), revoked: false, expires };
        self.notion.tokens.insert(access, token);
        self.notion.refresh.insert(refresh, Refresh { standing, dead: false });
        body
    }
}
