//! The sign-in page: what a client may ask for, and what the person sends back.

use std::collections::BTreeSet;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use hyper::StatusCode;
use url::{Host, Url};

use super::accounts::{AccountId, DRIVE_FILE, SCOPES};
use super::consent;
use super::file::FileId;
use super::person::{Answer, Picks};
use crate::answers;
use crate::params::Params;
use crate::world::{Shared, World};

/// What a client asks the person for.
#[derive(Debug)]
pub(super) struct Ask {
    client: String,
    redirect_uri: Url,
    redirect_text: String,
    scopes: BTreeSet<String>,
    state: String,
    challenge: String,
    offline: bool,
    include_granted: bool,
    /// `None` without the Picker.
    pub(super) picker: Option<Picker>,
}

/// The Picker, as the client asked for it.
#[derive(Debug)]
pub(super) struct Picker {
    pub(super) requested: Vec<FileId>,
    pub(super) several: bool,
    mime_types: Vec<String>,
}

/// Why Google shows an error of its own instead of asking.
#[derive(Debug)]
pub(super) struct Refused {
    code: &'static str,
    why: String,
}

impl Refused {
    fn new(code: &'static str, why: impl Into<String>) -> Refused {
        Refused { code, why: why.into() }
    }

    fn missing(name: &str) -> Refused {
        Refused::new("invalid_request", format!("Missing required parameter: {name}"))
    }

    fn bad(name: &str, value: &str) -> Refused {
        Refused::new("invalid_request", format!("Invalid parameter value for {name}: {value}"))
    }

    pub(super) fn page(&self) -> Response {
        consent::refused(StatusCode::BAD_REQUEST, self.code, &self.why)
    }
}

pub(super) async fn ask(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let mut world = shared.lock();
    let ask = match Ask::of(&world, &Params::of(&query)) {
        Ok(ask) => ask,
        Err(refused) => return refused.page(),
    };
    let person = world.person();
    person.times_asked += 1;
    let back = match person.answer.clone() {
        Answer::AsksInBrowser => return consent::page(&world, &ask, &query),
        Answer::Silent => return consent::silence(),
        Answer::Allows { account, picks } => {
            let picks = match picks {
                Picks::Requested => ask.picker.as_ref().map_or(vec![], |picker| picker.requested.clone()),
                Picks::These(files) => files,
                Picks::Nothing => vec![],
            };
            ask.allowed(&mut world, &account, &picks)
        }
        Answer::Denies => ask.failed("access_denied"),
        Answer::Error(code) => ask.failed(&code),
        Answer::WrongState => match world.google.accounts.keys().next().cloned() {
            Some(account) => ask.forged(&mut world, &account),
            None => ask.failed("access_denied"),
        },
    };
    answers::redirect(StatusCode::FOUND, &back)
}

impl Ask {
    /// The order is Google's: nothing is sent to an address before that address and its client are known to be good.
    pub(super) fn of(world: &World, params: &Params) -> Result<Ask, Refused> {
        if let Some(name) = params.repeated() {
            return Err(Refused::new(
                "invalid_request",
                format!("OAuth 2 parameters can only have a single value: {name}"),
            ));
        }
        let required = |name: &str| params.get(name).ok_or_else(|| Refused::missing(name));
        let client = required("client_id")?;
        match world.google.clients.get(client) {
            None => return Err(Refused::new("invalid_client", "The OAuth client was not found.")),
            Some(client) if client.deleted => {
                return Err(Refused::new("deleted_client", "The OAuth client was deleted."));
            }
            Some(_) => {}
        }
        let redirect_text = required("redirect_uri")?;
        let redirect_uri = loopback(redirect_text).ok_or_else(|| {
            Refused::new(
                "redirect_uri_mismatch",
                format!("The address {redirect_text} is not that of a desktop app."),
            )
        })?;
        match required("response_type")? {
            "code" => {}
            other => {
                return Err(Refused::new(
                    "unsupported_response_type",
                    format!("Invalid response_type: {other}"),
                ));
            }
        }
        let scopes: BTreeSet<String> = required("scope")?.split(' ').map(str::to_owned).collect();
        if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err(Refused::new(
                "invalid_scope",
                format!("Some requested scopes were invalid: {unknown}"),
            ));
        }
        let challenge = required("code_challenge")?;
        match required("code_challenge_method")? {
            "S256" if is_pkce(challenge) => {}
            "S256" => return Err(Refused::bad("code_challenge", challenge)),
            other => return Err(Refused::bad("code_challenge_method", other)),
        }
        let state = required("state")?;
        let offline = match params.get("access_type") {
            None | Some("online") => false,
            Some("offline") => true,
            Some(other) => return Err(Refused::bad("access_type", other)),
        };
        let include_granted = yes_or_no(params, "include_granted_scopes")?;
        let picker = Picker::of(params, &scopes)?;
        Ok(Ask {
            client: client.to_owned(),
            redirect_uri,
            redirect_text: redirect_text.to_owned(),
            scopes,
            state: state.to_owned(),
            challenge: challenge.to_owned(),
            offline,
            include_granted,
            picker,
        })
    }

    /// Back to the client with a code; what the account cannot see is not picked.
    pub(super) fn allowed(&self, world: &mut World, account: &AccountId, picks: &[FileId]) -> Url {
        let picked: Vec<FileId> = match &self.picker {
            Some(picker) => {
                let offered = picks.iter().filter(|id| picker.offers(world, account, id)).cloned();
                offered.take(if picker.several { usize::MAX } else { 1 }).collect()
            }
            None => vec![],
        };
        let code = self.code(world, account, &picked);
        let scope = self.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let mut back = self.back(&self.state);
        back.query_pairs_mut().append_pair("code", &code).append_pair("scope", &scope);
        if !picked.is_empty() {
            let ids = picked.iter().map(FileId::as_str).collect::<Vec<_>>().join(",");
            back.query_pairs_mut().append_pair("picked_file_ids", &ids);
        }
        back
    }

    /// Back to the client with an error.
    pub(super) fn failed(&self, error: &str) -> Url {
        let mut back = self.back(&self.state);
        back.query_pairs_mut().append_pair("error", error);
        back
    }

    /// A good code with another state, as somebody would send it who wants the app to use a foreign account.
    fn forged(&self, world: &mut World, account: &AccountId) -> Url {
        let code = self.code(world, account, &[]);
        let mut back = self.back("another-state");
        back.query_pairs_mut().append_pair("code", &code);
        back
    }

    fn back(&self, state: &str) -> Url {
        let mut back = self.redirect_uri.clone();
        back.query_pairs_mut().append_pair("state", state);
        back
    }

    fn code(&self, world: &mut World, account: &AccountId, picked: &[FileId]) -> String {
        let mut scopes = self.scopes.clone();
        if self.include_granted
            && let Some(grant) = world.google.grants.get(&(self.client.clone(), account.clone()))
        {
            scopes.extend(grant.scopes.iter().cloned());
        }
        let standing = world.grant(&self.client, account, scopes, picked);
        world.new_code(standing, &self.redirect_text, &self.challenge, self.offline)
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }
}

impl Picker {
    fn of(params: &Params, scopes: &BTreeSet<String>) -> Result<Option<Picker>, Refused> {
        if !yes_or_no(params, "trigger_onepick")? {
            return Ok(None);
        }
        if !scopes.iter().eq([DRIVE_FILE]) {
            return Err(Refused::new(
                "invalid_request",
                "trigger_onepick needs drive.file as the only scope.",
            ));
        }
        if !params.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "consent")) {
            return Err(Refused::new("invalid_request", "trigger_onepick needs prompt=consent."));
        }
        let list = |name: &str| params.get(name).into_iter().flat_map(|text| text.split(','));
        Ok(Some(Picker {
            requested: list("file_ids").map(FileId::from).collect(),
            several: yes_or_no(params, "allow_multiple")?,
            mime_types: list("mimetypes").map(str::to_owned).collect(),
        }))
    }

    /// Whether the Picker shows a file to this account. `file_ids` is not looked at here: the person can search.
    pub(super) fn offers(&self, world: &World, account: &AccountId, id: &FileId) -> bool {
        world.file(id).is_some_and(|file| {
            let of_a_type = self.mime_types.is_empty() || self.mime_types.contains(&file.mime_type);
            of_a_type && !file.trashed && file.is_seen_by(account)
        })
    }
}

fn yes_or_no(params: &Params, name: &str) -> Result<bool, Refused> {
    match params.get(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Refused::bad(name, other)),
    }
}

/// A desktop client is sent back to a port of this machine only, named by number.
fn loopback(text: &str) -> Option<Url> {
    if !text.starts_with("http://127.0.0.1:") && !text.starts_with("http://[::1]:") {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let numbered = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (numbered && bare && url.port().is_some()).then_some(url)
}

/// The alphabet and the length that RFC 7636 gives verifiers and challenges.
pub(super) fn is_pkce(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
