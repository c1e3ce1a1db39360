//! Signed-in accounts and their tokens: one refresh at a time, nothing lost when Google hands out a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::secret::Secret;
use tokio::time::Instant;

use super::account::{Access, Account, AccountBook, ENVIRONMENT};
use super::client_id::ClientId;
use super::drive::about;
use super::oauth::{AuthError, Endpoints, OAuth, Tokens};
use super::sign_in::{SignIn, SignedIn};
use crate::keychain::Secrets;

/// A token that ends within this time is renewed before it is used.
const SPARE: Duration = Duration::from_secs(90);

/// Every signed-in Google account.
pub struct Accounts {
    service: String,
    oauth: Option<OAuth>,
    pub(super) http: crate::http::Client,
    pub(super) endpoints: Endpoints,
    book: Arc<dyn AccountBook>,
    secrets: Secrets,
    environment: Option<Secret>,
    live: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Live>>>>,
}

/// What is known of one account's tokens in this process.
#[derive(Default)]
struct Live {
    access: Option<(Secret, Instant)>,
    /// A refresh token that Google has handed out and that could not be kept yet. The older one is dead.
    unsaved: Option<Secret>,
}

impl Accounts {
    /// Accounts of `client` in `book`, their tokens in `secrets` under the name of the `service`. With a token from the `environment` there is one account,
    /// and nothing is read or kept.
    pub fn new(
        service: &str,
        endpoints: Endpoints,
        client: Option<ClientId>,
        book: Arc<dyn AccountBook>,
        secrets: Secrets,
        environment: Option<Secret>,
    ) -> Accounts {
        Accounts {
            service: service.to_owned(),
            oauth: client.map(|client| OAuth::new(endpoints.clone(), client)),
            http: crate::http::client(),
            endpoints,
            book,
            secrets,
            environment,
            live: Mutex::default(),
        }
    }

    /// Every account, the first signed in first.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn list(&self) -> Result<Vec<Account>, Failure> {
        if self.environment.is_some() {
            return Ok(vec![Account {
                id: ENVIRONMENT.to_owned(),
                email: "DEBRIEF_GOOGLE_ACCESS_TOKEN".to_owned(),
                access: Access::AllFiles,
                expired: false,
            }]);
        }
        self.book.accounts()
    }

    /// Begins to ask the person in their browser: to sign in and, with `files`, to choose those.
    ///
    /// # Errors
    /// There is no client id, or no place to keep the sign-in.
    pub async fn begin(&self, access: Access, files: &[String]) -> Result<SignIn, Failure> {
        let oauth = self.oauth.clone().ok_or_else(no_client)?;
        // Better to learn now than after the person has gone through Google's pages.
        self.secrets.prove().await?;
        SignIn::begin(oauth, access, files).await
    }

    /// Takes the account of a finished sign-in into the list and keeps its tokens.
    ///
    /// # Errors
    /// Google does not say whose account it is, or the tokens can't be kept.
    pub async fn take(&self, signed_in: &SignedIn) -> Result<Account, Failure> {
        let tokens = &signed_in.tokens;
        let user = about(&self.http, &self.endpoints.drive, &tokens.access).await?;
        let known = self.book.accounts()?.into_iter().find(|account| account.id == user.permission_id);
        let wider = known.filter(|known| {
            !known.expired && known.access == Access::AllFiles && signed_in.access == Access::PickedFiles
        });
        if let Some(known) = wider {
            // Choosing a file must not take away that the account sees all of them.
            return Ok(known);
        }
        let refresh = tokens.refresh.as_ref().ok_or_else(|| {
            Failure::person(
                FailureCode::SignInFailed,
                "Google gave no lasting sign-in.",
                "Remove Debrief at myaccount.google.com/permissions, then sign in again.",
            )
        })?;
        self.secrets.set(&self.secret_name(&user.permission_id), refresh.clone()).await?;
        let account = Account {
            id: user.permission_id,
            email: user.email_address,
            access: signed_in.access,
            expired: false,
        };
        self.book.put(&account)?;
        let live = self.live(&account.id);
        *live.lock().await = Live { access: Some(fresh(tokens)), unsaved: None };
        Ok(account)
    }

    /// Ends an account's grant with Google, and forgets it here.
    ///
    /// # Errors
    /// Google could not be told; it is forgotten here all the same.
    pub async fn sign_out(&self, id: &str) -> Result<(), Failure> {
        let name = self.secret_name(id);
        let refresh = self.secrets.get(&name).await?;
        let told = match (&self.oauth, refresh) {
            (Some(oauth), Some(refresh)) => oauth.revoke(&refresh).await,
            (None, _) | (_, None) => Ok(()),
        };
        self.secrets.delete(&name).await?;
        self.book.remove(id)?;
        self.lives().remove(id);
        told.map_err(|error| {
            Failure::never(
                FailureCode::Offline,
                "The account was removed here, but Google couldn't be told.",
                "To end Debrief's access for good, remove it at myaccount.google.com/permissions.",
            )
            .because(error)
        })
    }

    /// A token that is good for a while; renewed if need be.
    ///
    /// # Errors
    /// The account has to be signed in again, or Google can't be asked.
    pub async fn access_token(&self, id: &str) -> Result<Secret, Failure> {
        if let Some(token) = self.environment.clone() {
            return Ok(token);
        }
        let live = self.live(id);
        // Whoever else needs this account's token waits here, and finds it renewed.
        let mut live = live.lock().await;
        if let Some((token, until)) = &live.access
            && *until > Instant::now() + SPARE
        {
            return Ok(token.clone());
        }
        let tokens = self.renew(id, &mut live).await?;
        live.access = Some(fresh(&tokens));
        Ok(tokens.access)
    }

    /// Forgets a token that Google didn't take although it should be good.
    pub(super) async fn rejected(&self, id: &str, token: &Secret) {
        let live = self.live(id);
        let mut live = live.lock().await;
        if live.access.as_ref().is_some_and(|(access, _)| access == token) {
            live.access = None;
        }
    }

    /// What to say when Google refuses even a token that is new.
    pub(super) fn refused_for_good(&self, id: &str) -> Failure {
        if self.environment.is_some() {
            return Failure::person(
                FailureCode::SignInExpired,
                "Google doesn't take the token in DEBRIEF_GOOGLE_ACCESS_TOKEN.",
                "Such tokens are good for an hour: put a new one into the environment and start again.",
            );
        }
        self.mark_expired(id)
    }

    async fn renew(&self, id: &str, live: &mut Live) -> Result<Tokens, Failure> {
        let oauth = self.oauth.as_ref().ok_or_else(no_client)?;
        let name = self.secret_name(id);
        let mut refresh = match live.unsaved.clone() {
            Some(unsaved) => unsaved,
            None => match self.secrets.get(&name).await? {
                Some(kept) => kept,
                // Kept until Debrief was closed, or removed from the keychain by hand.
                None => return Err(self.mark_expired(id)),
            },
        };
        let mut answer = oauth.refresh(&refresh).await;
        if matches!(answer, Err(AuthError::InvalidGrant(_)))
            && let Some(newer) = self.secrets.get(&name).await?.filter(|newer| *newer != refresh)
        {
            // Another process has renewed it in the meantime.
            refresh = newer;
            answer = oauth.refresh(&refresh).await;
        }
        let tokens = match answer {
            Ok(tokens) => tokens,
            Err(AuthError::InvalidGrant(words)) => return Err(self.mark_expired(id).because(words)),
            Err(error) => return Err(error.into()),
        };
        if let Some(rotated) = tokens.refresh.clone().filter(|rotated| *rotated != refresh) {
            // The older one is dead: this one must be kept before anything is done with the rest.
            live.unsaved = Some(rotated);
        }
        if let Some(unsaved) = live.unsaved.clone() {
            self.secrets.set(&name, unsaved).await?;
            live.unsaved = None;
        }
        Ok(tokens)
    }

    fn mark_expired(&self, id: &str) -> Failure {
        let account = self.book.accounts().ok().and_then(|all| all.into_iter().find(|a| a.id == id));
        let Some(account) = account else {
            return Failure::person(
                FailureCode::SignInNeeded,
                "The Google account of this job is no longer signed in.",
                "Sign in with it again, or retry the job to use another account.",
            );
        };
        if !account.expired
            && let Err(failure) = self.book.put(&Account { expired: true, ..account.clone() })
        {
            tracing::warn!(what = failure.what, "an expired sign-in can't be noted");
        }
        expired(&account.email)
    }

    fn live(&self, id: &str) -> Arc<tokio::sync::Mutex<Live>> {
        self.lives().entry(id.to_owned()).or_default().clone()
    }

    fn lives(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<tokio::sync::Mutex<Live>>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Under which names the accounts' tokens are kept.
    pub fn secret_names(&self) -> Vec<String> {
        let all = self.book.accounts().unwrap_or_default();
        all.iter().map(|account| self.secret_name(&account.id)).collect()
    }

    fn secret_name(&self, id: &str) -> String {
        format!("{}:{id}", self.service)
    }

    /// What is missing when no account is there to ask.
    pub(super) fn nobody(&self) -> Failure {
        if self.oauth.is_none() { no_client() } else { sign_in_needed() }
    }
}

fn fresh(tokens: &Tokens) -> (Secret, Instant) {
    (tokens.access.clone(), Instant::now() + tokens.lifetime)
}

fn no_client() -> Failure {
    Failure::person(
        FailureCode::GoogleClientMissing,
        "Debrief has no client id to sign in to Google with.",
        "Set one up once in the settings; it takes five minutes and every step is described there.",
    )
}

fn sign_in_needed() -> Failure {
    Failure::person(
        FailureCode::SignInNeeded,
        "You are not signed in to Google.",
        "Sign in; the job goes on by itself. Or download the file and drop it here.",
    )
}

/// The words for an account that Google no longer takes.
pub(super) fn expired(email: &str) -> Failure {
    Failure::person(
        FailureCode::SignInExpired,
        format!("The Google sign-in of {email} has expired or was revoked."),
        "Sign in again; the jobs that wait for it go on by themselves.",
    )
}
