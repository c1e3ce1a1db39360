//! The list of signed-in accounts, kept in the job database.

use std::sync::Arc;

use debrief_connect::google::{Access, Account, AccountBook};
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
