//! Loopback stand-ins for the services that Debrief talks to: state first, spoken to over HTTP, and strict.
//!
//! They stand for Google (sign-in, Drive), Notion (its API, and pages to look at), five speech services, language models and a host
//! of model files. A test models what a service knows (accounts, files, pages, keys, rights, planned faults) in a [`World`], starts
//! a [`Sandbox`] and points the product at its addresses. The crate imports nothing of the product, so a shared mistake
//! cannot hide.
#![forbid(unsafe_code)]

mod answers;
mod fault;
mod google;
mod ids;
mod keys;
mod llm;
mod models;
mod notion;
mod params;
mod range;
mod seen;
mod serve;
mod speech;
mod wire;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::MutexGuard;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use bytes::Bytes;
pub use jiff::Timestamp;

pub use crate::fault::{Call, Fault, FaultKind, LlmFault};
pub use crate::google::{
    AccountId, Answer, CLIENT_ID, CLIENT_SECRET, Content, DRIVE, DRIVE_FILE, DRIVE_READONLY, DriveFile,
    FOLDER, FileId, Growing, NewFile, Person, Picks, Right, SHORTCUT,
};
pub use crate::keys::KeyRate;
pub use crate::llm::{LlmProvider, LlmReply};
pub use crate::models::{Leads, ModelHost};
pub use crate::notion::{
    BlockId, DataSourceId, DatabaseId, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT,
    NOTION_VERSION, NotionAnswer, NotionPerson, NotionRate, PageId, Shares, WorkspaceId,
};
pub use crate::seen::{Seen, SeenQuestion, SeenSound};
pub use crate::speech::{SpeechService, Spoken, dtmf};
pub use crate::world::World;

use crate::world::Shared;

/// A running server. Dropping it stops it and cuts its connections.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    world: Shared,
    serving: JoinHandle<()>,
}

impl Sandbox {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(world: World) -> io::Result<Sandbox> {
        Sandbox::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), world).await
    }

    /// Starts on `address`, which must be a loopback one.
    ///
    /// # Errors
    /// When the address is not a loopback one, or cannot be opened.
    pub async fn start_on(address: SocketAddr, mut world: World) -> io::Result<Sandbox> {
        if !address.ip().is_loopback() {
            let why = format!("{address} is not a loopback address. The sandbox is for this machine only.");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        world.address = format!("http://{address}");
        let world = Shared::new(world);
        let serving = tokio::spawn(serve::serve(listener, world.clone()));
        Ok(Sandbox { address, world, serving })
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where a browser is sent to sign in to Google.
    #[must_use]
    pub fn google_auth(&self) -> String {
        self.address() + google::AUTH_PATH
    }

    /// Where Google exchanges codes and refresh tokens.
    #[must_use]
    pub fn google_token(&self) -> String {
        self.address() + google::TOKEN_PATH
    }

    /// Where Google takes back a token.
    #[must_use]
    pub fn google_revoke(&self) -> String {
        self.address() + google::REVOKE_PATH
    }

    /// The base address of Drive.
    #[must_use]
    pub fn drive(&self) -> String {
        self.address() + google::DRIVE_PATH
    }

    /// The base address of Notion's API. A browser finds its pages at `/notion/view`.
    #[must_use]
    pub fn notion(&self) -> String {
        self.address() + notion::API_PATH
    }

    /// The base address of OpenAI: `audio/transcriptions`, `chat/completions` and `models` are below it.
    #[must_use]
    pub fn openai(&self) -> String {
        self.address() + speech::OPENAI_PATH
    }

    /// The base address of Groq: `audio/transcriptions`, `chat/completions` and `models` are below it.
    #[must_use]
    pub fn groq(&self) -> String {
        self.address() + speech::GROQ_PATH
    }

    /// The base address of Deepgram: `v1/listen` is below it.
    #[must_use]
    pub fn deepgram(&self) -> String {
        self.address() + speech::DEEPGRAM_PATH
    }

    /// The base address of AssemblyAI: `v2/upload` is below it.
    #[must_use]
    pub fn assemblyai(&self) -> String {
        self.address() + speech::ASSEMBLYAI_PATH
    }

    /// The base address of Gemini: `v1beta/models` and `upload/v1beta/files` are below it.
    #[must_use]
    pub fn gemini(&self) -> String {
        self.address() + speech::GEMINI_PATH
    }

    /// The base address of Anthropic, with the version: `messages` and `models` are below it.
    #[must_use]
    pub fn anthropic(&self) -> String {
        self.address() + llm::ANTHROPIC_PATH
    }

    /// The base address of a local server of OpenAI's shape: `chat/completions` and `models` are below it.
    #[must_use]
    pub fn local_llm(&self) -> String {
        self.address() + llm::LOCAL_PATH
    }

    /// The base address of the host of model files: each is below it at its own path.
    #[must_use]
    pub fn models(&self) -> String {
        self.address() + models::MODELS_PATH
    }

    /// The state, to look at and to change while the server runs. No request is answered while the guard lives.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock()
    }

    /// Serves until the caller drops this future.
    pub async fn stopped(mut self) {
        // An accept loop that panicked ends the wait too.
        let _ended = (&mut self.serving).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
