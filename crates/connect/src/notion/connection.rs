//! The one connection to Notion: its token, and how a token of an integration of the person's own is renewed.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::client::address;
use super::errors::{NotionError, expired, not_connected};
use crate::http;
use crate::keychain::Secrets;

/// Who is connected. The token is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Id of the connection's bot.
    pub id: String,
    /// The workspace's name.
    pub workspace: String,
    /// What kind of token it is.
    pub kind: TokenKind,
    /// Notion no longer takes it.
    pub expired: bool,
}

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Acts as the person.
    Personal,
    /// Sees what is shared with it.
    Internal,
    /// From signing in with an integration of the person's own.
    Oauth,
    /// From the environment.
    Environment,
}

/// Remembers who is connected; kept by whoever composes the app.
pub trait ConnectionBook: Send + Sync {
    /// Who is connected, if anybody.
    ///
    /// # Errors
    /// The book can't be read.
    fn connected(&self) -> Result<Option<Connected>, Failure>;

    /// Remembers this one, and no other.
    ///
    /// # Errors
    /// The book can't be written.
    fn put(&self, connected: Option<&Connected>) -> Result<(), Failure>;
}

/// The integration of the person's own that they sign in with. Its secret is kept with the tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Secret,
}

/// What is kept of a connection, in one piece: a token that was renewed and the one that renews it next are never apart.
#[derive(Clone, Serialize, Deserialize)]
struct Grant {
    access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
}

/// What an answer of Notion's OAuth holds.
#[derive(Deserialize)]
pub(super) struct Granted {
    access_token: String,
    refresh_token: Option<String>,
}

/// The connection to Notion.
pub struct Connection {
    service: String,
    base: Url,
    client_id: Option<String>,
    book: Arc<dyn ConnectionBook>,
    secrets: Secrets,
    environment: Option<Secret>,
    pub(super) http: http::Client,
    grant: tokio::sync::Mutex<Live>,
    seen: Mutex<Option<Known>>,
}

#[derive(Default)]
struct Live {
    grant: Option<Grant>,
    /// Notion has handed it out, and it could not be kept yet. The older one is dead.
    unsaved: bool,
}

/// What `users/me` said, and when.
type Known = (tokio::time::Instant, Me);

/// What Notion says about a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Id of the connection's bot.
    pub id: String,
    /// The workspace's name.
    pub workspace: String,
    /// The person whose connection it is.
    pub user: Option<String>,
    /// Personal or internal, going by its owner.
    pub kind: TokenKind,
    /// The largest file that can be uploaded, in bytes.
    pub upload_limit_bytes: Option<u64>,
}

impl Me {
    pub(super) fn of(answer: &Value) -> Me {
        let bot = &answer["bot"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let is_persons = bot["owner"]["type"] == "user";
        Me {
            id: text(&answer["id"]).unwrap_or_default(),
            workspace: text(&bot["workspace_name"]).unwrap_or_else(|| "Notion".to_owned()),
            user: text(&bot["owner"]["user"]["name"]),
            kind: if is_persons { TokenKind::Personal } else { TokenKind::Internal },
            upload_limit_bytes: bot["workspace_limits"]["max_file_upload_size_in_bytes"].as_u64(),
        }
    }
}

impl Connection {
    /// The connection that `book` remembers, its token in `secrets` under the name of the `service`. A token from the
    /// `environment` stands in its place.
    pub fn new(
        service: &str,
        base: Url,
        client_id: Option<String>,
        book: Arc<dyn ConnectionBook>,
        secrets: Secrets,
        environment: Option<Secret>,
    ) -> Connection {
        Connection {
            service: service.to_owned(),
            base,
            client_id,
            book,
            secrets,
            environment,
            http: http::client(),
            grant: tokio::sync::Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// Who is connected, if anybody, without asking Notion.
    ///
    /// # Errors
    /// The book can't be read.
    pub fn connected(&self) -> Result<Option<Connected>, Failure> {
        if self.environment.is_some() {
            let (id, workspace) = ("environment".to_owned(), "DEBRIEF_NOTION_TOKEN".to_owned());
            return Ok(Some(Connected { id, workspace, kind: TokenKind::Environment, expired: false }));
        }
        self.book.connected()
    }

    /// Whether there is a connection that Notion still takes, as far as is known here.
    ///
    /// # Errors
    /// What to do about it.
    pub fn ready(&self) -> Result<(), Failure> {
        match self.connected()? {
            None => Err(not_connected()),
            Some(Connected { expired: true, .. }) => Err(expired()),
            Some(_) => Ok(()),
        }
    }

    /// Whether secrets can be kept at all.
    ///
    /// # Errors
    /// `no_keychain`, with what can be done.
    pub(super) async fn prove(&self) -> Result<(), Failure> {
        self.secrets.prove().await
    }

    /// Keeps a token that `me` was read with, and remembers its connection.
    pub(super) async fn take(&self, granted: Granted, me: &Me, kind: TokenKind) -> Result<(), Failure> {
        let grant = Grant { access: granted.access_token, refresh: granted.refresh_token };
        let mut live = self.grant.lock().await;
        self.keep(&grant).await?;
        *live = Live { grant: Some(grant), unsaved: false };
        self.know(me);
        let (id, workspace) = (me.id.clone(), me.workspace.clone());
        self.book.put(Some(&Connected { id, workspace, kind, expired: false }))
    }

    /// Forgets the connection. One that was signed in is ended with Notion, too.
    ///
    /// # Errors
    /// The keychain or the book can't be changed.
    pub async fn disconnect(&self) -> Result<(), Failure> {
        let mut live = self.grant.lock().await;
        let signed_in = self.book.connected()?.is_some_and(|connected| connected.kind == TokenKind::Oauth);
        if signed_in
            && let (Ok(Some(client)), Ok(grant)) = (self.client().await, self.grant_of(&mut live).await)
        {
            let url = address(&self.base, &["oauth", "revoke"]);
            let request = self.oauth_request(&client, url).json(&json!({ "token": grant.access }));
            if let Err(error) = http::send(request).await {
                tracing::warn!(error = %error.without_url(), "Notion can't be told that the connection ended");
            }
        }
        self.secrets.delete(&self.name("token")).await?;
        *live = Live::default();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.book.put(None)
    }

    /// The token to ask with.
    pub(super) async fn token(&self) -> Result<Secret, Failure> {
        if let Some(token) = &self.environment {
            return Ok(token.clone());
        }
        let mut live = self.grant.lock().await;
        self.keep_unsaved(&mut live).await?;
        Ok(Secret::new(self.grant_of(&mut live).await?.access))
    }

    /// A renewed token that could not be kept is kept before it is used: the older one is dead.
    async fn keep_unsaved(&self, live: &mut Live) -> Result<(), Failure> {
        if live.unsaved
            && let Some(grant) = live.grant.clone()
        {
            self.keep(&grant).await?;
            live.unsaved = false;
        }
        Ok(())
    }

    async fn grant_of(&self, live: &mut Live) -> Result<Grant, Failure> {
        if let Some(grant) = &live.grant {
            return Ok(grant.clone());
        }
        let kept = self.secrets.get(&self.name("token")).await?;
        let grant = kept.and_then(|kept| serde_json::from_str::<Grant>(kept.expose()).ok());
        match grant {
            Some(grant) => {
                live.grant = Some(grant.clone());
                Ok(grant)
            }
            // Kept until Debrief was closed, or removed from the keychain by hand.
            None => Err(if self.book.connected()?.is_some() { self.refused() } else { not_connected() }),
        }
    }

    /// Whether a refused token can be renewed.
    pub(super) fn renews(&self) -> bool {
        self.environment.is_none()
            && self.connected().ok().flatten().is_some_and(|connected| connected.kind == TokenKind::Oauth)
    }

    /// Renews the token that was refused, unless somebody else has.
    pub(super) async fn renew(&self, refused: &Secret) -> Result<(), Failure> {
        let mut live = self.grant.lock().await;
        self.keep_unsaved(&mut live).await?;
        let grant = self.grant_of(&mut live).await?;
        if grant.access != refused.expose() {
            return Ok(());
        }
        if self.takes_over(&mut live, refused).await? {
            return Ok(());
        }
        let (Some(client), Some(refresh)) = (self.client().await?, grant.refresh) else {
            return Err(self.refused());
        };
        let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh });
        let granted = match self.oauth(&client, &body).await {
            Ok(granted) => granted,
            Err(error @ (NotionError::Invalid { .. } | NotionError::Unauthorized(_))) => {
                // Also while this one was asked for.
                if self.takes_over(&mut live, refused).await? {
                    return Ok(());
                }
                return Err(self.refused().because(error));
            }
            Err(error) => return Err(error.into()),
        };
        // The older one is dead: this one must be kept before anything is done with it.
        let grant = Grant { access: granted.access_token, refresh: granted.refresh_token.or(Some(refresh)) };
        *live = Live { grant: Some(grant.clone()), unsaved: true };
        self.keep(&grant).await?;
        live.unsaved = false;
        Ok(())
    }

    /// Another process may have renewed the token: its successor is in the keychain.
    async fn takes_over(&self, live: &mut Live, refused: &Secret) -> Result<bool, Failure> {
        let kept = self.secrets.get(&self.name("token")).await?;
        let kept = kept.and_then(|kept| serde_json::from_str::<Grant>(kept.expose()).ok());
        let newer = kept.filter(|kept| kept.access != refused.expose());
        let is_there = newer.is_some();
        live.grant = newer.or(live.grant.take());
        Ok(is_there)
    }

    /// What to say when the token is refused for good.
    pub(super) fn refused(&self) -> Failure {
        if self.environment.is_some() {
            return Failure::person(
                FailureCode::NotionSignInExpired,
                "Notion doesn't take the token in DEBRIEF_NOTION_TOKEN.",
                "Put a valid one into the environment and start again.",
            );
        }
        if let Ok(Some(connected)) = self.book.connected()
            && !connected.expired
            && let Err(failure) = self.book.put(Some(&Connected { expired: true, ..connected }))
        {
            tracing::warn!(what = failure.what, "an expired connection can't be noted");
        }
        expired()
    }

    /// What Notion said about the connection not long ago.
    pub(super) fn known(&self, no_older_than: std::time::Duration) -> Option<Me> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().filter(|(at, _)| at.elapsed() < no_older_than).map(|(_, me)| me.clone())
    }

    pub(super) fn know(&self, me: &Me) {
        let now = tokio::time::Instant::now();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, me.clone()));
    }

    /// Id of the person's own integration, if one is set up.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Keeps the secret of the person's own integration.
    ///
    /// # Errors
    /// It can't be kept.
    pub async fn set_client_secret(&self, secret: &str) -> Result<(), Failure> {
        self.secrets.set(&self.name("client"), Secret::new(secret)).await
    }

    pub(super) async fn client(&self) -> Result<Option<Client>, Failure> {
        let Some(id) = self.client_id.clone() else { return Ok(None) };
        let secret = self.secrets.get(&self.name("client")).await?;
        Ok(secret.map(|secret| Client { id, secret }))
    }

    /// Under which names secrets are kept.
    pub fn secret_names(&self) -> Vec<String> {
        vec![self.name("token"), self.name("client")]
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// Asks Notion's OAuth for tokens.
    pub(super) async fn oauth(&self, client: &Client, body: &Value) -> Result<Granted, NotionError> {
        let url = address(&self.base, &["oauth", "token"]);
        let request = self.oauth_request(client, url).json(body);
        let answer = http::send(request).await.map_err(NotionError::unreached)?;
        let status = answer.status();
        let after_ms = http::retry_after_ms(answer.headers(), jiff::Timestamp::now());
        let body = answer.bytes().await.map_err(NotionError::unreached)?;
        if !status.is_success() {
            return Err(oauth_error(status.as_u16(), &body, after_ms));
        }
        // What can't be read may hold a token, so it is not quoted.
        serde_json::from_slice(&body)
            .map_err(|_| NotionError::NoAnswer("the answer holds no token".to_owned()))
    }

    fn oauth_request(&self, client: &Client, url: Url) -> reqwest::RequestBuilder {
        let basic = format!("{}:{}", client.id, client.secret.expose());
        let basic = base64::engine::general_purpose::STANDARD.encode(basic);
        self.http.post(url).header(reqwest::header::AUTHORIZATION, format!("Basic {basic}"))
    }

    async fn keep(&self, grant: &Grant) -> Result<(), Failure> {
        let text = serde_json::to_string(grant).map_err(Failure::internal)?;
        self.secrets.set(&self.name("token"), Secret::new(text)).await
    }

    fn name(&self, what: &str) -> String {
        format!("{}:{what}", self.service)
    }
}

impl Granted {
    /// A token that a person pasted.
    pub(super) fn pasted(token: &str) -> Granted {
        Granted { access_token: token.to_owned(), refresh_token: None }
    }

    pub(super) fn token(&self) -> Secret {
        Secret::new(self.access_token.clone())
    }
}

/// OAuth has a form of its own for refusals: `{"error","error_description"}`.
fn oauth_error(status: u16, body: &[u8], after_ms: Option<u32>) -> NotionError {
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    match (status, told["error"].as_str()) {
        (400 | 401, Some(code)) => {
            let message = told["error_description"].as_str().unwrap_or_default().to_owned();
            NotionError::Invalid { code: code.to_owned(), message }
        }
        _ => NotionError::of(status, body, after_ms),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;

    use super::*;
    use crate::keychain::Keep;

    #[derive(Default)]
    struct Book(Mutex<Option<Connected>>);

    impl ConnectionBook for Book {
        fn connected(&self) -> Result<Option<Connected>, Failure> {
            Ok(self.0.lock().unwrap().clone())
        }
        fn put(&self, connected: Option<&Connected>) -> Result<(), Failure> {
            *self.0.lock().unwrap() = connected.cloned();
            Ok(())
        }
    }

    /// A connection that was signed in, whose token is to be renewed by what `answers`.
    async fn signed_in(secrets: &Secrets, answers: axum::routing::MethodRouter) -> Connection {
        secrets.set("notion:token", Secret::new(r#"{"access":"old","refresh":"r1"}"#)).await.unwrap();
        secrets.set("notion:client", Secret::new("secret")).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let routes = Router::new().route("/oauth/token", answers);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let (id, workspace) = ("bot".to_owned(), "Acme".to_owned());
        let book =
            Book(Mutex::new(Some(Connected { id, workspace, kind: TokenKind::Oauth, expired: false })));
        Connection::new("notion", base, Some("client".into()), Arc::new(book), secrets.clone(), None)
    }

    #[tokio::test]
    async fn a_token_that_another_process_renews_at_the_same_time_is_no_expired_connection() {
        let secrets = Secrets::new(Keep::Session, "test", "unused".into());
        let other = secrets.clone();
        let refused = async move || {
            let newer = Secret::new(r#"{"access":"new","refresh":"r2"}"#);
            other.set("notion:token", newer).await.unwrap();
            (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#)
        };
        let connection = signed_in(&secrets, post(refused)).await;
        let old = connection.token().await.unwrap();
        connection.renew(&old).await.unwrap();
        assert_eq!(connection.token().await.unwrap(), Secret::new("new"));
        assert_eq!(connection.ready(), Ok(()));
    }

    #[tokio::test]
    async fn a_renewed_token_that_could_not_be_kept_is_kept_before_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::new(Keep::File, "test", folder.path().join("secrets.json"));
        let renewed = async || r#"{"access_token":"new","refresh_token":"r2"}"#;
        let connection = signed_in(&secrets, post(renewed)).await;
        let old = connection.token().await.unwrap();
        // Nothing can be kept while there is a folder in the place of this file.
        let lock = folder.path().join("secrets.lock");
        std::fs::remove_file(&lock).unwrap();
        std::fs::create_dir(&lock).unwrap();
        assert_eq!(connection.renew(&old).await.unwrap_err().code, FailureCode::NoKeychain);
        assert_eq!(connection.token().await.unwrap_err().code, FailureCode::NoKeychain);
        std::fs::remove_dir(&lock).unwrap();
        assert_eq!(connection.token().await.unwrap(), Secret::new("new"));
        let kept = secrets.get("notion:token").await.unwrap().unwrap();
        assert!(kept.expose().contains("r2"));
    }
}
