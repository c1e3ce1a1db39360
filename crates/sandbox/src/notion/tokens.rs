//! Who asks: personal tokens, connections of a workspace, and connections that a person allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header;
use jiff::Timestamp;
use uuid::Uuid;

use super::NOTION_VERSION;
use super::check::{Checked, uuid};
use super::error::ApiError;
use super::state::{Human, Workspace, WorkspaceId};
use crate::world::World;

/// How long an OAuth token lives where they expire at all.
pub(super) const ACCESS_LIVES: Duration = Duration::from_secs(3600);

/// What an account that is paid for may upload.
const UPLOAD_AT_MOST_BYTES: u64 = 5 << 30;

/// A token that may be sent with a request.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) standing: Standing,
    pub(super) revoked: bool,
    pub(super) expires: Option<Timestamp>,
}

/// On whose behalf a token speaks.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) workspace: WorkspaceId,
    /// Of the connection, or of the person.
    pub(super) name: String,
    /// The user that what it makes is made by.
    pub(super) bot: String,
    pub(super) kind: Whose,
    /// Pages and databases that it sees, with everything in them.
    pub(super) shared: BTreeSet<String>,
    /// Tokens of one family stem from one consent and die together.
    pub(super) family: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// Acts as a person and sees the whole workspace.
    Personal { user: String },
    /// Belongs to the workspace.
    Internal { read_only: bool },
    /// A person allowed it.
    Public { user: String },
}

/// What a person's consent is exchanged for.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) standing: Standing,
    pub(super) redirect_uri: String,
    pub(super) expires: Timestamp,
    pub(super) used: bool,
}

#[derive(Debug)]
pub(super) struct Refresh {
    pub(super) standing: Standing,
    pub(super) dead: bool,
}

/// Who sent a request.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) standing: Standing,
    /// When it was sent.
    pub(super) at: Timestamp,
}

impl Caller {
    pub(super) fn of(world: &World, headers: &HeaderMap) -> Checked<Caller> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let known = world
            .notion
            .tokens
            .get(token)
            .filter(|known| !known.revoked && known.expires.is_none_or(|expires| expires > world.now()));
        let standing = known.ok_or_else(ApiError::unauthorised)?.standing.clone();
        match headers.get("Notion-Version").map(|version| version.to_str().unwrap_or_default()) {
            None => Err(ApiError::missing_version()),
            Some(version) if version != NOTION_VERSION => {
                Err(ApiError::unknown_version(NOTION_VERSION, version))
            }
            Some(_) => Ok(Caller { token: token.to_owned(), standing, at: world.now() }),
        }
    }

    /// Who makes what it makes.
    pub(super) fn user(&self) -> &str {
        match &self.standing.kind {
            Whose::Personal { user } => user,
            Whose::Internal { .. } | Whose::Public { .. } => &self.standing.bot,
        }
    }

    pub(super) fn may_write(&self) -> Checked<()> {
        match self.standing.kind {
            Whose::Internal { read_only: true } => {
                Err(ApiError::restricted("Insufficient permissions for this endpoint."))
            }
            Whose::Personal { .. } | Whose::Internal { read_only: false } | Whose::Public { .. } => Ok(()),
        }
    }

    /// Whether something is there for it.
    pub(super) fn sees(&self, world: &World, id: &str) -> bool {
        let notion = &world.notion;
        let Some(lineage) = notion.lineage(id) else { return false };
        let at_home = notion.workspace_of(id) == Some(&self.standing.workspace);
        let shared = match self.standing.kind {
            Whose::Personal { .. } => true,
            Whose::Internal { .. } | Whose::Public { .. } => {
                lineage.iter().any(|id| self.standing.shared.contains(id))
            }
        };
        at_home && shared
    }
}

impl World {
    /// Adds a workspace; nobody is in it.
    pub fn add_workspace(&mut self, name: &str) -> WorkspaceId {
        let id = WorkspaceId::new();
        let (name, people) = (name.to_owned(), BTreeMap::new());
        let workspace = Workspace { name, upload_at_most_bytes: UPLOAD_AT_MOST_BYTES, people };
        self.notion.workspaces.insert(id.clone(), workspace);
        id
    }

    /// The largest file that the workspace takes: 5 GiB at first, as a paid one does.
    ///
    /// # Panics
    /// When the workspace is not of this world.
    pub fn set_upload_limit(&mut self, ws: &WorkspaceId, bytes: u64) {
        self.workspace_mut(ws).upload_at_most_bytes = bytes;
    }

    /// A token of a person, who becomes one of the workspace: it sees everything in there.
    ///
    /// # Panics
    /// When the workspace is not of this world.
    pub fn personal_token(&mut self, ws: &WorkspaceId, user: &str) -> String {
        let id = self.human(ws, user);
        self.new_token(ws, user, Whose::Personal { user: id })
    }

    /// A token of a connection of the workspace: it sees nothing until [`World::share_notion`].
    ///
    /// # Panics
    /// When the workspace is not of this world.
    pub fn internal_token(&mut self, ws: &WorkspaceId, name: &str) -> String {
        self.new_token(ws, name, Whose::Internal { read_only: false })
    }

    /// The same, without the capabilities to insert and to update content.
    ///
    /// # Panics
    /// When the workspace is not of this world.
    pub fn read_only_token(&mut self, ws: &WorkspaceId, name: &str) -> String {
        self.new_token(ws, name, Whose::Internal { read_only: true })
    }

    /// Takes back a token of any kind; a refresh token of the same consent stays good.
    pub fn revoke_notion_token(&mut self, token: &str) {
        if let Some(token) = self.notion.tokens.get_mut(token) {
            token.revoked = true;
        }
    }

    /// Lets a token's time be over.
    pub fn expire_notion_token(&mut self, token: &str) {
        let now = self.now();
        if let Some(token) = self.notion.tokens.get_mut(token) {
            token.expires = Some(now);
        }
    }

    /// From now on OAuth tokens are good for an hour only.
    pub fn expire_notion_tokens(&mut self, expire: bool) {
        self.notion.tokens_expire = expire;
    }

    /// Lets a connection see a page or a database, and everything in it.
    pub fn share_notion(&mut self, token: &str, id: &str) {
        let id = uuid(id).unwrap_or_else(|| id.to_owned());
        self.each_of_family(token, |shared| {
            shared.insert(id.clone());
        });
    }

    /// Takes back what [`World::share_notion`] gave.
    pub fn unshare_notion(&mut self, token: &str, id: &str) {
        let id = uuid(id).unwrap_or_else(|| id.to_owned());
        self.each_of_family(token, |shared| {
            shared.remove(&id);
        });
    }

    /// What a connection sees does not depend on which of its tokens it sends.
    fn each_of_family(&mut self, token: &str, change: impl Fn(&mut BTreeSet<String>)) {
        let Some(family) = self.notion.tokens.get(token).map(|token| token.standing.family) else { return };
        let access = self.notion.tokens.values_mut().map(|token| &mut token.standing);
        let refresh = self.notion.refresh.values_mut().map(|refresh| &mut refresh.standing);
        for standing in access.chain(refresh).filter(|standing| standing.family == family) {
            change(&mut standing.shared);
        }
    }

    fn new_token(&mut self, ws: &WorkspaceId, name: &str, kind: Whose) -> String {
        self.workspace_mut(ws);
        let standing = self.standing(ws, name, kind, BTreeSet::new());
        let token = self.new_secret("ntn_");
        self.notion.tokens.insert(token.clone(), Token { standing, revoked: false, expires: None });
        token
    }

    pub(super) fn standing(
        &mut self,
        ws: &WorkspaceId,
        name: &str,
        kind: Whose,
        shared: BTreeSet<String>,
    ) -> Standing {
        self.notion.made += 1;
        let (workspace, name) = (ws.clone(), name.to_owned());
        let bot = Uuid::new_v4().to_string();
        Standing { workspace, name, bot, kind, shared, family: self.notion.made }
    }

    /// The id of a person of the workspace, who comes to be when first named.
    pub(super) fn human(&mut self, ws: &WorkspaceId, name: &str) -> String {
        let people = &mut self.workspace_mut(ws).people;
        if let Some((id, _)) = people.iter().find(|(_, human)| human.name == name) {
            return id.clone();
        }
        let id = Uuid::new_v4().to_string();
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        people.insert(id.clone(), Human { name: name.to_owned(), email });
        id
    }

    fn workspace_mut(&mut self, ws: &WorkspaceId) -> &mut Workspace {
        self.notion.workspaces.get_mut(ws).expect("the workspace is of this world")
    }
}
