//! Getting connected: a pasted token, or a sign-in with an integration of the person's own.

use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::secret::Secret;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::client::{Notion, address};
use super::connection::{Client, Granted, Me, TokenKind};
use super::errors::NotionError;
use crate::callback::{Answer, Callback};

/// The port at which the browser comes back. Notion wants the whole address to be registered, so it is always the same.
const PORT: u16 = 8914;
/// The address to be registered with the integration. Notion takes `localhost`, but no `127.0.0.1`.
pub const REDIRECT: &str = "http://localhost:8914/";
/// What Notion says about the connection is asked again after this time.
const KNOWN_FOR: Duration = Duration::from_secs(300);

/// A sign-in that the person has been asked for and hasn't answered yet. Dropping it cancels it.
pub struct SignIn {
    notion: Notion,
    client: Client,
    url: Url,
    callback: Callback,
}

impl Notion {
    /// Connects with a token that a person pasted, after Notion has said whose it is.
    ///
    /// # Errors
    /// Notion doesn't take it or can't be asked, or it can't be kept.
    pub async fn connect(&self, token: &str) -> Result<Me, Failure> {
        let token = token.trim();
        let is_token = token.len() >= 20 && token.chars().all(|c| c.is_ascii_graphic());
        if !is_token {
            return Err(bad_token("This is no Notion token."));
        }
        self.connection().prove().await?;
        let me = self.whose(&Secret::new(token)).await.map_err(|error| match error {
            NotionError::Unauthorized(words) => bad_token("Notion doesn't take this token.").because(words),
            other => other.into(),
        })?;
        self.connection().take(Granted::pasted(token), &me, me.kind).await?;
        Ok(me)
    }

    /// Begins to ask the person in their browser.
    ///
    /// # Errors
    /// There is no integration to sign in with, no place to keep the sign-in, or the address for the answer is taken.
    pub async fn begin_sign_in(&self) -> Result<SignIn, Failure> {
        let client = self.connection().client().await?.ok_or_else(|| {
            failed(
                "Debrief has no Notion integration to sign in with.",
                "Enter its client id and secret, or paste a token instead.",
            )
        })?;
        // Better to learn now than after the person has gone through Notion's pages.
        self.connection().prove().await?;
        let callback = Callback::listen_at(PORT, "Notion").await.map_err(|error| {
            failed(
                &format!(
                    "Another program uses port {PORT} on this computer, where Notion's answer would come."
                ),
                "Close it and try again, or paste a token instead.",
            )
            .because(error)
        })?;
        let state = Uuid::new_v4().to_string();
        let mut url = address(self.connection().base(), &["oauth", "authorize"]);
        url.query_pairs_mut().extend_pairs([
            ("client_id", client.id.as_str()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("owner", "user"),
            ("state", &state),
        ]);
        callback.expect(state);
        Ok(SignIn { notion: self.clone(), client, url, callback })
    }

    /// What Notion says about the connection; asked at most once in five minutes.
    ///
    /// # Errors
    /// Nobody is connected, or Notion can't be asked.
    pub async fn me(&self) -> Result<Me, Failure> {
        if let Some(me) = self.connection().known(KNOWN_FOR) {
            return Ok(me);
        }
        let me = Me::of(&self.get(&["users", "me"], &[]).await?);
        self.connection().know(&me);
        Ok(me)
    }
}

impl SignIn {
    /// The page to open in the browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Waits for the person, no longer than `limit`, and connects.
    ///
    /// # Errors
    /// They said no, Notion did, or nobody said anything.
    pub async fn finish(self, limit: Duration) -> Result<Me, Failure> {
        let answer = tokio::time::timeout(limit, self.callback.answer()).await.map_err(|_| {
            failed(
                "Nobody answered in the browser, so the sign-in was given up.",
                "Sign in again when you have a moment.",
            )
        })?;
        let code = match answer.ok_or_else(|| Failure::internal("the listener for the browser ended"))? {
            Answer::Granted { code, picked: _ } => code,
            Answer::Refused(word) => return Err(refusal(&word)),
        };
        let body = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT });
        let connection = self.notion.connection();
        let granted = connection.oauth(&self.client, &body).await.map_err(|error| match error {
            NotionError::Invalid { ref code, .. } if code == "invalid_client" => failed(
                "Notion doesn't accept this client id and secret.",
                "Copy both again from the integration's page at Notion.",
            )
            .because(error),
            NotionError::Invalid { .. } => failed(
                "Notion didn't accept the answer that the browser brought.",
                "Check that the integration's redirect address is the one shown, then sign in again.",
            )
            .because(error),
            other => other.into(),
        })?;
        let me = self.notion.whose(&granted.token()).await?;
        connection.take(granted, &me, TokenKind::Oauth).await?;
        Ok(me)
    }
}

fn bad_token(what: &str) -> Failure {
    Failure::person(
        FailureCode::NotionSignInExpired,
        what,
        "Copy it again from Notion's developer page; it begins with “ntn_” and may have run out.",
    )
}

fn failed(what: &str, fix: &str) -> Failure {
    Failure::person(FailureCode::SignInFailed, what, fix)
}

fn refusal(word: &str) -> Failure {
    let failure = if word == "access_denied" {
        failed("You didn't give Debrief access.", "Sign in again and choose the pages that Debrief may see.")
    } else {
        failed(
            "Notion refused the sign-in.",
            "Try to sign in again. If it is refused again, the details say why.",
        )
    };
    failure.because(word)
}
