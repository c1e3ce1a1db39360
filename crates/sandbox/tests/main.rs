//! The sandbox over HTTP, as its users meet it.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod changes;
mod download;
mod faults;
mod judge;
mod listing;
mod llm;
mod metadata;
mod models;
mod notion;
mod sign_in;
mod speech;
mod support;
mod update;
