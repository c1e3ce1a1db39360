//! The person in front of the browser, when a connection asks to be allowed.

use super::state::WorkspaceId;
use crate::world::World;

/// How the person in the browser answers a connection to Notion.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct NotionPerson {
    /// The answer to each question from now on.
    pub answer: NotionAnswer,
    /// How often the person was asked; a request that Notion refuses does not reach the person.
    pub times_asked: u32,
}

/// What the person does when asked to allow a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NotionAnswer {
    /// Reads the page and presses a button: for humans, and for tests that drive a browser.
    #[default]
    AsksInBrowser,
    /// Allows at once.
    Allows {
        /// The workspace chosen.
        workspace: WorkspaceId,
        /// The person's name.
        user: String,
        /// What the connection may see.
        shares: Shares,
    },
    /// Cancels at once: `access_denied`.
    Denies,
    /// Is sent back with this error.
    Error(String),
    /// Is sent back with a good code, but with another state: a forged redirect.
    WrongState,
    /// Never comes back.
    Silent,
}

/// What the person shares with a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shares {
    /// Every page and database at the top of the workspace.
    Everything,
    /// These pages and databases.
    These(Vec<String>),
    /// None.
    Nothing,
}

impl World {
    /// How the person in the browser answers a connection to Notion.
    pub fn notion_person(&mut self) -> &mut NotionPerson {
        &mut self.notion.person
    }
}
