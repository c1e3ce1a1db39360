//! The outside world, one folder per vendor. Implements the traits of `debrief_core::ports`; knows no job store.

pub mod diarize;
pub mod identify;
pub mod local;
pub mod markdown;
pub mod media;
pub mod summarize;
pub mod transcribe;
