//! What store and pool promise, over real SQLite.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod corrections;
mod pool;
mod search;
mod store;
mod support;
mod voices;
mod watched;
