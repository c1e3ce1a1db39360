//! Clients, accounts, and what was granted to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::Google;
use super::file::{Content, FileId, NewFile};
use crate::world::World;

/// The id of the usual client.
pub const CLIENT_ID: &str = "1042-sandbox.apps.googleusercontent.com";
/// The secret of the usual client.
pub const CLIENT_SECRET: &str = "GOCSPX-sandbox-usual-client";

/// The scope for files that the app made or that a person picked for it.
pub const DRIVE_FILE: &str = "https://www.googleapis.com/auth/drive.file";
/// The scope for everything.
pub const DRIVE: &str = "https://www.googleapis.com/auth/drive";
/// The scope for reading everything.
pub const DRIVE_READONLY: &str = "https://www.googleapis.com/auth/drive.readonly";

/// Scopes that the sign-in page knows.
pub(super) const SCOPES: [&str; 6] = [DRIVE_FILE, DRIVE, DRIVE_READONLY, "openid", "email", "profile"];

/// `expires_in` of each access token.
pub(super) const ACCESS_S: u64 = 3599;
const CODE_LIVES: Duration = Duration::from_secs(600);

/// Names an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) secret: String,
    pub(super) deleted: bool,
}

#[derive(Debug)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) display_name: String,
    /// The folder that `root` means.
    pub(super) root: FileId,
}

/// What an account allowed a client.
#[derive(Debug, Default)]
pub(super) struct Grant {
    pub(super) scopes: BTreeSet<String>,
    pub(super) picked: BTreeSet<FileId>,
}

/// On whose behalf a token speaks. Tokens of one family stem from one consent and die together.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) client: String,
    pub(super) account: AccountId,
    pub(super) scopes: BTreeSet<String>,
    pub(super) family: u64,
}

#[derive(Debug)]
pub(super) struct Code {
    pub(super) standing: Standing,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) offline: bool,
    pub(super) expires: Timestamp,
    pub(super) used: bool,
}

#[derive(Debug)]
pub(super) struct Access {
    pub(super) standing: Standing,
    pub(super) expires: Timestamp,
}

#[derive(Debug)]
pub(super) struct Refresh {
    pub(super) standing: Standing,
    pub(super) dead: bool,
}

impl Google {
    pub(crate) fn new() -> Google {
        let usual = Client { secret: CLIENT_SECRET.to_owned(), deleted: false };
        Google { clients: BTreeMap::from([(CLIENT_ID.to_owned(), usual)]), ..Google::default() }
    }

    /// Ends every token of a family.
    pub(super) fn end_family(&mut self, family: u64) {
        self.access.retain(|_, access| access.standing.family != family);
        for refresh in self.refresh.values_mut().filter(|refresh| refresh.standing.family == family) {
            refresh.dead = true;
        }
    }
}

impl World {
    /// A world in which a person can try things: one account, and these files (name, type, content) in its Drive.
    #[must_use]
    pub fn with_examples<'a, C: Into<Content>>(
        files: impl IntoIterator<Item = (&'a str, &'a str, C)>,
    ) -> World {
        let mut world = World::new();
        let account = world.add_account("alex@example.com");
        for (name, mime_type, content) in files {
            world.add_file(&account, NewFile::new(name, mime_type, content));
        }
        world
    }

    /// Makes a client known, or gives it a new secret.
    pub fn add_client(&mut self, client_id: &str, client_secret: &str) {
        let client = Client { secret: client_secret.to_owned(), deleted: false };
        self.google.clients.insert(client_id.to_owned(), client);
    }

    /// Deletes a client, as its owner can: it answers `deleted_client` from now on.
    pub fn delete_client(&mut self, client_id: &str) {
        if let Some(client) = self.google.clients.get_mut(client_id) {
            client.deleted = true;
        }
    }

    /// Makes an account.
    pub fn add_account(&mut self, email: &str) -> AccountId {
        let id =
            AccountId(format!("{:020}", 10_000_000_000_000_000_000_u64 + self.google.accounts.len() as u64));
        let display_name = email.split('@').next().unwrap_or(email).to_owned();
        let account = Account { email: email.to_owned(), display_name, root: FileId::new() };
        self.google.accounts.insert(id.clone(), account);
        id
    }

    /// Tokens as if this account had allowed the usual client these scopes and picked these files.
    pub fn issue_tokens(
        &mut self,
        account: &AccountId,
        scopes: &[&str],
        picked: &[FileId],
    ) -> (String, String) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let standing = self.grant(CLIENT_ID, account, scopes, picked);
        (self.new_access(&standing), self.new_refresh(&standing))
    }

    /// All access tokens have expired now.
    pub fn expire_access_tokens(&mut self) {
        let now = self.now();
        for access in self.google.access.values_mut() {
            access.expires = access.expires.min(now);
        }
    }

    /// The account takes its permission back: all its tokens are dead from now on. What was picked stays picked.
    pub fn revoke(&mut self, account: &AccountId) {
        self.google.access.retain(|_, access| access.standing.account != *account);
        self.google.codes.retain(|_, code| code.standing.account != *account);
        for refresh in self.google.refresh.values_mut().filter(|refresh| refresh.standing.account == *account)
        {
            refresh.dead = true;
        }
        for ((_, of), grant) in &mut self.google.grants {
            if of == account {
                grant.scopes.clear();
            }
        }
    }

    /// Whether a refresh answers with a new refresh token, and the old one dies.
    pub fn rotate_refresh_tokens(&mut self, yes: bool) {
        self.google.rotates = yes;
    }

    /// Whether a file that was not picked answers 403 `appNotAuthorizedToFile` instead of 404 `notFound`, provided that
    /// the account itself may see it.
    pub fn name_unpicked_files(&mut self, yes: bool) {
        self.google.names_unpicked = yes;
    }

    /// The files that an account picked for the usual client.
    #[must_use]
    pub fn picked(&self, account: &AccountId) -> Vec<FileId> {
        let grant = self.google.grants.get(&(CLIENT_ID.to_owned(), account.clone()));
        grant.into_iter().flat_map(|grant| grant.picked.iter().cloned()).collect()
    }

    /// Adds to what an account allows a client. Files picked earlier stay picked.
    pub(super) fn grant(
        &mut self,
        client: &str,
        account: &AccountId,
        scopes: BTreeSet<String>,
        picked: &[FileId],
    ) -> Standing {
        let grant = self.google.grants.entry((client.to_owned(), account.clone())).or_default();
        grant.scopes.extend(scopes.iter().cloned());
        grant.picked.extend(picked.iter().cloned());
        self.google.families += 1;
        let family = self.google.families;
        Standing { client: client.to_owned(), account: account.clone(), scopes, family }
    }

    pub(super) fn new_access(&mut self, standing: &Standing) -> String {
        let token = self.new_secret("ya29.sandbox-");
        let expires = self.now() + Duration::from_secs(ACCESS_S);
        self.google.access.insert(token.clone(), Access { standing: standing.clone(), expires });
        token
    }

    pub(super) fn new_refresh(&mut self, standing: &Standing) -> String {
        let token = self.new_secret("1//sandbox-");
        let refresh = Refresh { standing: standing.clone(), dead: false };
        self.google.refresh.insert(token.clone(), refresh);
        token
    }

    pub(super) fn new_code(
        &mut self,
        standing: Standing,
        redirect_uri: &str,
        challenge: &str,
        offline: bool,
    ) -> String {
        let code = self.new_secret("4/sandbox-");
        let expires = self.now() + CODE_LIVES;
        let redirect_uri = redirect_uri.to_owned();
        let challenge = challenge.to_owned();
        let entry = Code { standing, redirect_uri, challenge, offline, expires, used: false };
        self.google.codes.insert(code.clone(), entry);
        code
    }

    /// One access token has expired now.
    pub(crate) fn expire_access_token(&mut self, token: &str) {
        let now = self.now();
        if let Some(access) = self.google.access.get_mut(token) {
            access.expires = access.expires.min(now);
        }
    }
}
