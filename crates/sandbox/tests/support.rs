//! A sandbox with one account, and a client to ask it.

use std::sync::Once;

use debrief_sandbox::{AccountId, DRIVE, DRIVE_FILE, FileId, NewFile, Sandbox, World};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde_json::Value;

/// Neither follows redirects nor asks a proxy.
pub(crate) fn client() -> Client {
    static PROVIDER: Once = Once::new();
    // Loopback needs no TLS, but reqwest wants to know who would do it.
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap()
}

/// One account with one recording of 1000 bytes, and an access token for everything.
pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) account: AccountId,
    pub(crate) file: FileId,
    pub(crate) token: String,
    pub(crate) http: Client,
}

impl Scene {
    pub(crate) async fn new() -> Scene {
        let mut world = World::new();
        let account = world.add_account("alex@example.com");
        let file = world.add_file(&account, NewFile::new("talk.mp3", "audio/mpeg", recording()));
        let (token, _) = world.issue_tokens(&account, &[DRIVE], &[]);
        let sandbox = Sandbox::start(world).await.unwrap();
        Scene { sandbox, account, file, token, http: client() }
    }

    /// From now on with a token for picked files only.
    pub(crate) fn picking(mut self, picked: &[FileId]) -> Scene {
        let (token, _) = self.sandbox.world().issue_tokens(&self.account, &[DRIVE_FILE], picked);
        self.token = token;
        self
    }

    pub(crate) fn add(&self, file: NewFile) -> FileId {
        self.sandbox.world().add_file(&self.account, file)
    }

    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let address = format!("{}/{path}", self.sandbox.drive());
        self.http.get(address).bearer_auth(&self.token).query(query)
    }

    pub(crate) fn metadata(&self, id: &FileId, query: &[(&str, &str)]) -> RequestBuilder {
        self.get(&format!("files/{id}"), query)
    }

    pub(crate) fn download(&self, range: Option<&str>) -> RequestBuilder {
        let request = self.metadata(&self.file, &[("alt", "media")]);
        match range {
            Some(range) => request.header("Range", range),
            None => request,
        }
    }

    pub(crate) fn patch(&self, id: &FileId, body: &Value) -> RequestBuilder {
        let address = format!("{}/files/{id}", self.sandbox.drive());
        self.http.patch(address).bearer_auth(&self.token).json(body)
    }
}

pub(crate) fn recording() -> Vec<u8> {
    (0..1000_u32).map(|at| (at % 251) as u8).collect()
}

pub(crate) async fn json(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

/// Asserts a refusal in the whole form that Drive gives it, and returns its message.
pub(crate) async fn refused(request: RequestBuilder, status: u16, reason: &str) -> String {
    refusal(request.send().await.unwrap(), status, reason).await
}

pub(crate) async fn refusal(answer: Response, status: u16, reason: &str) -> String {
    assert_eq!(answer.status(), status);
    let body: Value = answer.json().await.unwrap();
    let error = &body["error"];
    assert_eq!((&error["code"], &error["errors"][0]["reason"]), (&status.into(), &reason.into()), "{body}");
    assert_eq!(error["message"], error["errors"][0]["message"]);
    assert!(error["errors"][0]["domain"].is_string());
    error["message"].as_str().unwrap().to_owned()
}
