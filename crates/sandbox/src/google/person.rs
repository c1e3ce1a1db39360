//! The person in front of the browser.

use super::accounts::AccountId;
use super::file::FileId;
use crate::world::World;

/// How the person in the browser answers.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Person {
    /// The answer to each question from now on.
    pub answer: Answer,
    /// How often the person was asked; a request that Google refuses does not reach the person.
    pub times_asked: u32,
}

/// What the person does when asked to sign in and to allow access.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Answer {
    /// Reads the page and presses a button: for humans, and for tests that drive a browser.
    #[default]
    AsksInBrowser,
    /// Allows at once.
    Allows {
        /// Signed in as.
        account: AccountId,
        /// The files picked, where the Picker was asked for.
        picks: Picks,
    },
    /// Denies at once: `access_denied`.
    Denies,
    /// Is sent back with this error, such as `admin_policy_enforced`.
    Error(String),
    /// Is sent back with a good code, but with another state: a forged redirect.
    WrongState,
    /// Never comes back.
    Silent,
}

/// What the person picks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picks {
    /// Those that `file_ids` names.
    Requested,
    /// These, whatever was asked for.
    These(Vec<FileId>),
    /// None.
    Nothing,
}

impl World {
    /// How the person in the browser answers.
    pub fn person(&mut self) -> &mut Person {
        &mut self.google.person
    }
}
