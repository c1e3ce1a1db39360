//! What Debrief talks about: jobs, stages, transcripts, notes and pages.
//!
//! Everything here is pure: no network, files, clock, database or threads. Time and randomness come in as arguments.
#![forbid(unsafe_code)]

pub mod captions;
pub mod edits;
pub mod export;
pub mod failure;
pub mod hints;
pub mod job;
pub mod link;
mod merge;
pub mod minutes;
pub mod naming;
pub mod notes;
pub mod page;
pub mod people;
pub mod ports;
pub mod prose;
pub mod secret;
pub mod spending;
pub mod spread;
pub mod stage;
pub mod template;
pub mod transcript;
pub mod view;
pub mod voices;
