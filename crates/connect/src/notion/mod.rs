//! Notion: the page that people come for.

mod blocks;
mod client;
mod connection;
mod digest;
mod errors;
mod files;
#[cfg(test)]
mod interrupted_tests;
mod lookup;
mod merge;
mod node;
mod pace;
mod pack;
mod places;
mod rich_text;
mod run;
mod schema;
mod sign_in;
mod sink;
mod test_page;
#[cfg(test)]
mod tests;
mod upload;
mod words;

pub use client::Notion;
pub use connection::{Connected, Connection, ConnectionBook, Me, TokenKind};
pub use places::{Found, Opened, id_in};
pub use schema::{Choices, Mapping, Role, Schema, SchemaProperty};
pub use sign_in::{REDIRECT, SignIn};
pub use sink::NotionSink;
