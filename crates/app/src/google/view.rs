//! What outsiders see of Google: accounts, where sign-ins are kept.

use debrief_connect::google::Access;
use debrief_connect::keychain::Keep;
use debrief_core::failure::Failure;
use serde::Serialize;

/// What the window shows about Google.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct GoogleView {
    /// The client id to sign in with; without one a person has to set one up first.
    pub client_id: Option<String>,
    /// Where it comes from.
    pub client_source: Option<ClientSource>,
    /// Who is or was signed in, the first first.
    pub accounts: Vec<AccountView>,
    /// A sign-in is open in the browser.
    pub signing_in: bool,
    /// Where sign-ins are kept.
    pub secrets: SecretsKept,
    /// Why the keychain can't be used, if it is to be used.
    pub keychain_problem: Option<Trouble>,
    /// A token from the environment is used instead of any account.
    pub from_environment: bool,
    /// Host and port of what stands in for Google.
    pub sandbox: Option<String>,
}

/// Something that is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename = "CommandError")]
pub struct Trouble {
    /// Stable word of the kind of failure.
    pub code: String,
    /// What happened.
    pub what: String,
    /// What to do.
    pub fix: String,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code.word().to_owned(), what: failure.what, fix: failure.fix }
    }
}

/// Where the client id comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ClientSource {
    /// The person set it up.
    Settings,
    /// Whoever built this copy of Debrief put it in.
    BuiltIn,
}

/// A signed-in account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct AccountView {
    /// Google's own id for it.
    pub id: String,
    /// Its address.
    pub email: String,
    /// What it lets Debrief see.
    pub access: DriveAccess,
    /// Whether Google still takes its sign-in, as far as is known.
    pub signed_in: bool,
    /// Jobs that wait until somebody signs in.
    pub waiting_jobs: u32,
}

/// What a person lets Debrief see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DriveAccess {
    /// The files that they choose in Google's file chooser.
    PickedFiles,
    /// All of their Drive.
    AllFiles,
}

/// Where sign-ins are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SecretsKept {
    /// In the system's keychain.
    Keychain,
    /// In memory, until Debrief is closed.
    Session,
    /// In a file that only its owner can read.
    File,
}

impl From<Access> for DriveAccess {
    fn from(access: Access) -> Self {
        match access {
            Access::PickedFiles => DriveAccess::PickedFiles,
            Access::AllFiles => DriveAccess::AllFiles,
        }
    }
}

impl From<DriveAccess> for Access {
    fn from(access: DriveAccess) -> Self {
        match access {
            DriveAccess::PickedFiles => Access::PickedFiles,
            DriveAccess::AllFiles => Access::AllFiles,
        }
    }
}

impl From<Keep> for SecretsKept {
    fn from(keep: Keep) -> Self {
        match keep {
            Keep::Keychain => SecretsKept::Keychain,
            Keep::Session => SecretsKept::Session,
            Keep::File => SecretsKept::File,
        }
    }
}

impl SecretsKept {
    pub(super) fn word(self) -> &'static str {
        match self {
            SecretsKept::Keychain => "keychain",
            SecretsKept::Session => "session",
            SecretsKept::File => "file",
        }
    }
}
