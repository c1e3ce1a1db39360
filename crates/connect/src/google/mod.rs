//! Google: signing in, choosing files in the browser, and Drive.

mod account;
mod accounts;
mod beside;
mod client_id;
mod download;
mod drive;
mod errors;
mod folder;
mod look;
mod oauth;
mod sign_in;
mod source;

pub use account::{Access, Account, AccountBook, ENVIRONMENT};
pub use accounts::Accounts;
pub use client_id::ClientId;
pub use drive::{Drive, FileMeta, Receipt};
pub use folder::{DriveFolder, FolderChanges, FoundFolder, NewRecording, Seen};
pub use look::Look;
pub use oauth::Endpoints;
pub use sign_in::{SignIn, SignedIn};
pub use source::DriveSource;
