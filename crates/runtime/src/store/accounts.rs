//! Accounts of outside services, without their tokens.

use rusqlite::params;

use super::{JobStore, Result};

/// An account as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// The service's own id for it.
    pub id: String,
    /// An address or a name, for people.
    pub label: String,
    /// What it lets Debrief see, in the service's words.
    pub access: String,
    /// Whether it has to be signed in again.
    pub expired: bool,
}

impl JobStore {
    /// The accounts of a service, the first signed in first.
    ///
    /// # Errors
    /// The database refused.
    pub fn accounts(&self, service: &str) -> Result<Vec<StoredAccount>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT id, label, access, expired FROM accounts WHERE service = ?1 ORDER BY number",
        )?;
        let accounts = statement
            .query_map([service], |row| {
                Ok(StoredAccount {
                    id: row.get(0)?,
                    label: row.get(1)?,
                    access: row.get(2)?,
                    expired: row.get(3)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(accounts)
    }

    /// Adds an account of a service, or changes the one of that id.
    ///
    /// # Errors
    /// The database refused.
    pub fn put_account(&self, service: &str, account: &StoredAccount) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO accounts (service, id, label, access, expired) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (service, id) DO UPDATE SET label = ?3, access = ?4, expired = ?5",
                params![service, account.id, account.label, account.access, account.expired],
            )?;
            Ok(())
        })
    }

    /// Removes an account. One that isn't there is removed already.
    ///
    /// # Errors
    /// The database refused.
    pub fn remove_account(&self, service: &str, id: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM accounts WHERE service = ?1 AND id = ?2", [service, id])?;
            Ok(())
        })
    }
}
