//! What store and pool promise, over real SQLite.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod pool;
mod store;
mod support;
mod voices;
mod watched;
