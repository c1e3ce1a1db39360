//! Who is signed in, and what they let Debrief see.

use debrief_core::failure::Failure;
use serde::{Deserialize, Serialize};

/// Id of the account that an access token from the environment stands for.
pub const ENVIRONMENT: &str = "environment";

/// What a person lets Debrief see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// The files that they choose in Google's own file chooser, one by one.
    #[default]
    PickedFiles,
    /// All of their Drive.
    AllFiles,
}

impl Access {
    /// The OAuth scope that stands for it.
    pub fn scope(self) -> &'static str {
        match self {
            Access::PickedFiles => "https://www.googleapis.com/auth/drive.file",
            Access::AllFiles => "https://www.googleapis.com/auth/drive",
        }
    }
}

/// A signed-in Google account. Its tokens are elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Drive's `permissionId`: stays the same when the address changes.
    pub id: String,
    /// The address, for people.
    pub email: String,
    /// What it lets Debrief see.
    pub access: Access,
    /// Google no longer takes its sign-in; it has to be signed in again.
    pub expired: bool,
}

/// The list of accounts; kept by whoever composes the app.
pub trait AccountBook: Send + Sync {
    /// Every account, the first signed in first.
    ///
    /// # Errors
    /// The list can't be read.
    fn accounts(&self) -> Result<Vec<Account>, Failure>;

    /// Adds an account, or changes the one of that id.
    ///
    /// # Errors
    /// The list can't be written.
    fn put(&self, account: &Account) -> Result<(), Failure>;

    /// Removes an account.
    ///
    /// # Errors
    /// The list can't be written.
    fn remove(&self, id: &str) -> Result<(), Failure>;
}
