//! Debrief as a whole, without a window: real recordings, the real recogniser, real files.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod accuracy;
mod borders;
mod cancel;
mod companions;
mod crash;
mod drive;
mod drive_faults;
mod ears;
mod failures;
mod faults;
mod foreign;
mod full_disk;
mod google;
mod llm;
mod log;
mod notes_crash;
mod notion;
mod notion_crash;
mod notion_faults;
mod paste_to_page;
mod speech;
mod support;
mod transcripts;
mod watched;
mod writing;
