//! One sign-in: a question in the browser, an answer on this machine, tokens.

use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use oauth2::{PkceCodeVerifier, RedirectUrl};
use url::Url;

use super::account::Access;
use super::oauth::{AuthError, OAuth, Tokens};
use crate::callback::{Answer, Callback};

/// A sign-in that the person has been asked for and hasn't answered yet. Dropping it cancels it.
pub struct SignIn {
    oauth: OAuth,
    access: Access,
    url: Url,
    callback: Callback,
    redirect: RedirectUrl,
    verifier: PkceCodeVerifier,
}

/// What a sign-in gave.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub(super) tokens: Tokens,
    pub(super) access: Access,
    /// The ids of the files that were chosen in the browser, if choosing was asked for.
    pub picked: Option<Vec<String>>,
}

impl SignIn {
    pub(super) async fn begin(oauth: OAuth, access: Access, files: &[String]) -> Result<SignIn, Failure> {
        let callback = Callback::listen("Google").await.map_err(|error| {
            failed(
                "Debrief can't listen for the browser's answer on this computer.",
                "Check that no security program forbids it, then try again.",
            )
            .because(error)
        })?;
        let redirect = RedirectUrl::new(callback.address.clone()).map_err(Failure::internal)?;
        let question = oauth.question(&redirect, access, files);
        callback.expect(question.state);
        Ok(SignIn { oauth, access, url: question.url, callback, redirect, verifier: question.verifier })
    }

    /// The page to open in the browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Waits for the person, no longer than `limit`.
    ///
    /// # Errors
    /// They said no, Google did, or nobody said anything.
    pub async fn finish(self, limit: Duration) -> Result<SignedIn, Failure> {
        let answer = tokio::time::timeout(limit, self.callback.answer()).await.map_err(|_| {
            failed(
                "Nobody answered in the browser, so the sign-in was given up.",
                "Sign in again when you have a moment.",
            )
        })?;
        let answer = answer.ok_or_else(|| Failure::internal("the listener for the browser ended"))?;
        let (code, picked) = match answer {
            Answer::Granted { code, picked } => (code, picked),
            Answer::Refused(word) => return Err(refusal(&word)),
        };
        let tokens =
            self.oauth.exchange(code, self.verifier, &self.redirect).await.map_err(exchange_failure)?;
        if !tokens.scopes.is_empty() && !tokens.scopes.iter().any(|scope| scope == self.access.scope()) {
            return Err(failed(
                "You signed in, but didn't let Debrief see any files in Drive.",
                "Sign in again and leave the box for Google Drive ticked.",
            ));
        }
        Ok(SignedIn { tokens, access: self.access, picked })
    }
}

/// Here `invalid_grant` is about the code, which nobody has used before.
fn exchange_failure(error: AuthError) -> Failure {
    match error {
        AuthError::InvalidGrant(words) => failed(
            "Google didn't accept the answer that the browser brought.",
            "Sign in again; an answer is good for a few minutes and only once.",
        )
        .because(words),
        other @ (AuthError::BadClient(_)
        | AuthError::Refused(_)
        | AuthError::Busy { .. }
        | AuthError::Unreachable(_)
        | AuthError::LocalOnly(_)
        | AuthError::Garbled(_)) => other.into(),
    }
}

fn failed(what: &str, fix: &str) -> Failure {
    Failure::person(FailureCode::SignInFailed, what, fix)
}

/// Every word that Google documents for the answer, in words for the person.
fn refusal(word: &str) -> Failure {
    let (what, fix) = match word {
        "access_denied" => (
            "You didn't give Debrief access.",
            "Sign in again and choose Allow, or process files from this computer without Google.",
        ),
        "admin_policy_enforced" => (
            "The administrator of your Google Workspace doesn't allow Debrief's access.",
            "Ask them to allow the client id of Debrief, or sign in with another account.",
        ),
        "disallowed_useragent" => (
            "Google doesn't allow signing in inside that program.",
            "Open the sign-in in a usual web browser: Firefox, Chrome, Edge or Safari.",
        ),
        "org_internal" => (
            "The client id is for members of one organisation only.",
            "Sign in with an account of that organisation, or set its audience to External in the Google Cloud console.",
        ),
        "deleted_client" => (
            "The client id that Debrief signs in with was deleted.",
            "Make a new one in the Google Cloud console and set it up in the settings.",
        ),
        "invalid_grant" => (
            "Google didn't accept this sign-in.",
            "Check that this computer's clock is right, then sign in again.",
        ),
        "redirect_uri_mismatch" => (
            "The client id is not one for a desktop app.",
            "Make a client of the kind “Desktop app” in the Google Cloud console and set it up in the settings.",
        ),
        // Google may add words.
        _ => (
            "Google refused the sign-in.",
            "Try to sign in again. If it is refused again, the details say why.",
        ),
    };
    failed(what, fix).because(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_do() {
        let words = [
            "access_denied",
            "admin_policy_enforced",
            "disallowed_useragent",
            "org_internal",
            "deleted_client",
            "invalid_grant",
            "redirect_uri_mismatch",
            "something_new",
        ];
        let told: Vec<String> = words
            .iter()
            .map(|word| {
                let failure = refusal(word);
                assert_eq!(failure.detail.as_deref(), Some(*word));
                format!("{word}\n  {}\n  {}", failure.what, failure.fix)
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
