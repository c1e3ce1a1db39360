//! What outsiders see of Notion: the connection, the place for pages, its properties.

use debrief_connect::notion::{Found, Role, TokenKind};
use debrief_core::job::NotionPlace as Place;
use debrief_core::page::PageSection;
use debrief_core::view::PageDestination;
use serde::{Deserialize, Serialize};

use crate::google::Trouble;

/// What the window shows about Notion and pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotionView {
    /// Who is connected.
    pub connection: Option<NotionConnection>,
    /// Why the connection can't be used now.
    pub problem: Option<Trouble>,
    /// Client id of the person's own public integration, if it is set up.
    pub client_id: Option<String>,
    /// The redirect address to be entered at Notion's developer page.
    pub redirect: String,
    /// A sign-in is open in the browser.
    pub signing_in: bool,
    /// Where pages go.
    pub place: Option<NotionPlace>,
    /// Why no page could be written there now.
    pub place_problem: Option<Trouble>,
    /// One for each role; none for a page.
    pub properties: Vec<NotionProperty>,
    /// Where the next job's page goes.
    pub destination: PageDestination,
    /// What pages show.
    pub options: PageOptions,
    /// The largest file that the workspace takes, in bytes.
    pub upload_limit_bytes: Option<f64>,
    /// Address of the test page, while there is one.
    pub test_page: Option<String>,
    /// Jobs that wait for Notion.
    pub waiting_jobs: u32,
    /// Host and port of what stands in for Notion.
    pub sandbox: Option<String>,
}

/// Who is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotionConnection {
    /// The workspace's name.
    pub workspace: String,
    /// What kind of token it is.
    pub kind: NotionTokenKind,
    /// The person whose token it is.
    pub user: Option<String>,
}

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotionTokenKind {
    /// Acts as the person.
    Personal,
    /// Sees what is shared with it.
    Internal,
    /// From signing in.
    Oauth,
    /// From the environment.
    Environment,
}

/// A place for pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotionPlace {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: NotionPlaceKind,
    /// Its name.
    pub name: String,
    /// An emoji.
    pub icon: Option<String>,
    /// The database's name, where a data source has another.
    pub database: Option<String>,
    /// Its web address.
    pub url: Option<String>,
}

/// Kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotionPlaceKind {
    /// Pages are rows in it.
    DataSource,
    /// Pages lie inside it.
    Page,
}

/// Some of the places that the connection sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotionPlaces {
    /// The last changed first.
    pub places: Vec<NotionPlace>,
    /// Where the next ones begin.
    pub cursor: Option<String>,
}

/// What a property can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotionRole {
    /// The title.
    Title,
    /// The day of the recording.
    Date,
    /// Who spoke.
    Participants,
    /// How long it is.
    Duration,
    /// What it is about.
    Tags,
    /// Link to the recording.
    Recording,
    /// That the page is finished.
    Status,
    /// The job, by which its page is found again.
    DebriefId,
}

/// What is used for a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotionProperty {
    /// The role.
    pub role: NotionRole,
    /// Id of the property that is used.
    pub chosen: Option<String>,
    /// Those whose type fits.
    pub choices: Vec<NotionChoice>,
    /// Nothing is used, and Debrief could make a property.
    pub missing: bool,
    /// What is wrong with the one that was chosen.
    pub problem: Option<String>,
}

/// A property that could be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NotionChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Notion's word for its type.
    pub kind: String,
}

/// What pages show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PageOptions {
    /// The sections that are shown, in their order.
    pub sections: Vec<PageSection>,
    /// `en` or `zh-TW`; none takes the language of the recording.
    pub language: Option<String>,
    /// Whether the recording itself is put on a Notion page.
    pub upload_recording: bool,
    /// Whether its documents are.
    pub upload_attachments: bool,
}

impl From<TokenKind> for NotionTokenKind {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Personal => NotionTokenKind::Personal,
            TokenKind::Internal => NotionTokenKind::Internal,
            TokenKind::Oauth => NotionTokenKind::Oauth,
            TokenKind::Environment => NotionTokenKind::Environment,
        }
    }
}

impl From<Found> for NotionPlace {
    fn from(found: Found) -> Self {
        let (kind, id) = match found.place {
            Place::DataSource(id) | Place::Database(id) => (NotionPlaceKind::DataSource, id),
            Place::Page(id) => (NotionPlaceKind::Page, id),
        };
        NotionPlace { id, kind, name: found.name, icon: found.icon, database: found.database, url: found.url }
    }
}

impl From<Role> for NotionRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Title => NotionRole::Title,
            Role::Date => NotionRole::Date,
            Role::Participants => NotionRole::Participants,
            Role::Duration => NotionRole::Duration,
            Role::Tags => NotionRole::Tags,
            Role::Recording => NotionRole::Recording,
            Role::Status => NotionRole::Status,
            Role::DebriefId => NotionRole::DebriefId,
        }
    }
}

impl From<NotionRole> for Role {
    fn from(role: NotionRole) -> Self {
        match role {
            NotionRole::Title => Role::Title,
            NotionRole::Date => Role::Date,
            NotionRole::Participants => Role::Participants,
            NotionRole::Duration => Role::Duration,
            NotionRole::Tags => Role::Tags,
            NotionRole::Recording => Role::Recording,
            NotionRole::Status => Role::Status,
            NotionRole::DebriefId => Role::DebriefId,
        }
    }
}
