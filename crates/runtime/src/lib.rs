//! Runs jobs durably: what is finished is never run twice, whatever happens to the process.
//!
//! Knows SQLite and tokio, but no vendor: the steps come in through `debrief_core::ports`.
#![forbid(unsafe_code)]

pub mod journal;
pub mod pipeline;
pub mod pool;
pub mod store;
mod watch;
