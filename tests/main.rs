//! Debrief as a whole, without a window: real recordings, the real recogniser, real files.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod borders;
mod cancel;
mod crash;
mod failures;
mod full_disk;
mod paste_to_page;
mod support;
