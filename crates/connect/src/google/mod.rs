//! Google: signing in, choosing files in the browser, and Drive.

mod account;
mod accounts;
mod callback;
mod client_id;
mod download;
mod drive;
mod errors;
mod oauth;
mod sign_in;
mod source;

pub use account::{Access, Account, AccountBook, ENVIRONMENT};
pub use accounts::Accounts;
pub use client_id::ClientId;
pub use drive::{Changed, ChangedFiles, Drive, FileMeta, Receipt};
pub use oauth::Endpoints;
pub use sign_in::{SignIn, SignedIn};
pub use source::{DriveSource, Look};
