//! The `debrief` command, driven as a person or a script would.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod asks;
mod companions;
mod edit;
mod failures;
mod google;
mod interrupted;
mod keychain;
mod models;
mod notion;
mod process;
mod speech;
mod support;
mod transcripts;
mod voices;
mod watch;
