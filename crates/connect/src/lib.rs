//! The outside world, one folder per vendor. Implements the traits of `debrief_core::ports`; knows no job store.

mod beside;
mod callback;
mod captions;
pub mod diarize;
pub mod documents;
pub mod google;
pub mod http;
pub mod identify;
mod inflow;
pub mod keychain;
pub mod llm;
pub mod local;
pub mod markdown;
pub mod media;
pub mod models;
pub mod notion;
pub mod recordings;
pub mod summarize;
pub mod transcribe;

pub use beside::{Beside, FileBeside};
