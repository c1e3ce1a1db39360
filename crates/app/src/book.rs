//! Who is signed in and connected, kept in the job database.

use std::sync::Arc;

use debrief_connect::google::{Access, Account, AccountBook};
use debrief_connect::notion::{Connected, ConnectionBook, TokenKind};
use debrief_core::failure::Failure;
use debrief_runtime::store::{JobStore, StoredAccount};

/// The accounts of one service.
pub(crate) struct StoredAccounts {
    store: Arc<JobStore>,
    service: String,
}

impl StoredAccounts {
    pub(crate) fn new(store: Arc<JobStore>, service: String) -> StoredAccounts {
        StoredAccounts { store, service }
    }
}

const ALL_FILES: &str = "all_files";

impl AccountBook for StoredAccounts {
    fn accounts(&self) -> Result<Vec<Account>, Failure> {
        let stored = self.store.accounts(&self.service)?;
        let account = |stored: StoredAccount| Account {
            access: if stored.access == ALL_FILES { Access::AllFiles } else { Access::PickedFiles },
            id: stored.id,
            email: stored.label,
            expired: stored.expired,
        };
        Ok(stored.into_iter().map(account).collect())
    }

    fn put(&self, account: &Account) -> Result<(), Failure> {
        let access = match account.access {
            Access::AllFiles => ALL_FILES,
            Access::PickedFiles => "picked_files",
        };
        let stored = StoredAccount {
            id: account.id.clone(),
            label: account.email.clone(),
            access: access.to_owned(),
            expired: account.expired,
        };
        Ok(self.store.put_account(&self.service, &stored)?)
    }

    fn remove(&self, id: &str) -> Result<(), Failure> {
        Ok(self.store.remove_account(&self.service, id)?)
    }
}

impl ConnectionBook for StoredAccounts {
    fn connected(&self) -> Result<Option<Connected>, Failure> {
        let connected = |stored: StoredAccount| Connected {
            kind: match stored.access.as_str() {
                "personal" => TokenKind::Personal,
                "oauth" => TokenKind::Oauth,
                _ => TokenKind::Internal, // The one that is left.
            },
            id: stored.id,
            workspace: stored.label,
            expired: stored.expired,
        };
        Ok(self.store.accounts(&self.service)?.into_iter().next().map(connected))
    }

    fn put(&self, connected: Option<&Connected>) -> Result<(), Failure> {
        for other in self.store.accounts(&self.service)? {
            if connected.is_none_or(|connected| connected.id != other.id) {
                self.store.remove_account(&self.service, &other.id)?;
            }
        }
        let Some(connected) = connected else { return Ok(()) };
        let stored = StoredAccount {
            id: connected.id.clone(),
            label: connected.workspace.clone(),
            access: match connected.kind {
                TokenKind::Personal => "personal".to_owned(),
                TokenKind::Oauth => "oauth".to_owned(),
                // A token from the environment is never remembered.
                TokenKind::Internal | TokenKind::Environment => "internal".to_owned(),
            },
            expired: connected.expired,
        };
        Ok(self.store.put_account(&self.service, &stored)?)
    }
}
