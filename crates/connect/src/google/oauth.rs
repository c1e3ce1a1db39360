//! Google's OAuth: the address to sign in at, codes and tokens.

use std::pin::Pin;
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::secret::Secret;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use url::Url;

use super::account::Access;
use super::client_id::ClientId;
use crate::http;

/// An answer with tokens is short; whatever is longer is none.
const MAX_ANSWER_BYTES: usize = 64 << 10;
/// Where an answer names no lifetime.
const USUAL_LIFETIME: Duration = Duration::from_secs(3_600);

/// Where Google's services are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The page where people sign in.
    pub auth: Url,
    /// Codes and refresh tokens become access tokens here.
    pub token: Url,
    /// Tokens die here.
    pub revoke: Url,
    /// Drive's API, with its version.
    pub drive: Url,
}

/// Tokens as Google gave them.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    pub(super) lifetime: Duration,
    pub(super) scopes: Vec<String>,
}

/// A question to the person in their browser.
pub(super) struct Question {
    pub(super) url: Url,
    pub(super) state: String,
    pub(super) verifier: PkceCodeVerifier,
}

/// Why Google's OAuth gave no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The grant was revoked, has run out or was never there.
    #[error("invalid_grant: {0}")]
    InvalidGrant(String),
    /// The client id or its secret is wrong, or was deleted.
    #[error("the client is refused: {0}")]
    BadClient(String),
    /// Any other refusal, in Google's words.
    #[error("{0}")]
    Refused(String),
    /// Google asks for patience, or has a fault of its own.
    #[error("status {status}")]
    Busy {
        /// HTTP status.
        status: u16,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// No answer.
    #[error("{0}")]
    Unreachable(String),
    /// "Local only" kept the request from leaving for this host.
    #[error("local only is on: {0}")]
    LocalOnly(String),
    /// An answer that is none.
    #[error("{0}")]
    Garbled(String),
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Failure {
        match &error {
            AuthError::InvalidGrant(_) => Failure::person(
                FailureCode::SignInExpired,
                "Google's sign-in has expired or was revoked.",
                "Sign in again; the jobs that wait for it go on by themselves.",
            ),
            AuthError::BadClient(_) => Failure::person(
                FailureCode::GoogleClientMissing,
                "Google doesn't accept the client id that Debrief signs in with.",
                "Set up the client id again in the settings, then sign in.",
            ),
            AuthError::Refused(_) => Failure::person(
                FailureCode::SignInFailed,
                "Google refused the sign-in.",
                "Try to sign in again. If it is refused again, the details say why.",
            ),
            AuthError::Busy { after_ms, .. } => super::errors::busy().after(*after_ms),
            AuthError::Unreachable(_) => super::errors::offline(),
            AuthError::LocalOnly(host) => super::errors::local_only(host),
            AuthError::Garbled(_) => super::errors::busy(),
        }
        .because(error)
    }
}

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Talks to Google's OAuth for one client id.
#[derive(Clone)]
pub(super) struct OAuth {
    http: http::Client,
    endpoints: Endpoints,
    client: ClientId,
}

impl OAuth {
    pub(super) fn new(endpoints: Endpoints, client: ClientId) -> OAuth {
        OAuth { http: http::client(), endpoints, client }
    }

    fn client(&self) -> Client {
        BasicClient::new(oauth2::ClientId::new(self.client.id.clone()))
            .set_client_secret(ClientSecret::new(self.client.secret.clone()))
            // Google reads it from the form; a header is taken by some of its hosts only.
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(self.endpoints.auth.clone()))
            .set_token_uri(TokenUrl::from_url(self.endpoints.token.clone()))
    }

    /// What to ask in the browser: to sign in and, with `files`, to choose those.
    pub(super) fn question(&self, redirect: &RedirectUrl, access: Access, files: &[String]) -> Question {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client();
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .set_redirect_uri(std::borrow::Cow::Borrowed(redirect))
            .add_scope(Scope::new(access.scope().to_owned()))
            .set_pkce_challenge(challenge)
            .add_extra_param("access_type", "offline")
            // Without it Google gives no refresh token to whoever has signed in before.
            .add_extra_param("prompt", "consent")
            .add_extra_param("include_granted_scopes", "false");
        if access == Access::PickedFiles && !files.is_empty() {
            request = request
                .add_extra_param("trigger_onepick", "true")
                .add_extra_param("allow_multiple", "true")
                .add_extra_param("file_ids", files.join(","));
        }
        let (url, state) = request.url();
        Question { url, state: state.into_secret(), verifier }
    }

    /// A code from the browser → tokens.
    pub(super) async fn exchange(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
        redirect: &RedirectUrl,
    ) -> Result<Tokens, AuthError> {
        let client = self.client();
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(verifier)
            .set_redirect_uri(std::borrow::Cow::Borrowed(redirect));
        request.request_async(self).await.map(tokens).map_err(auth_error)
    }

    /// A refresh token → a new access token, and sometimes a new refresh token.
    pub(super) async fn refresh(&self, refresh: &Secret) -> Result<Tokens, AuthError> {
        let client = self.client();
        let refresh = RefreshToken::new(refresh.expose().to_owned());
        let request = client.exchange_refresh_token(&refresh);
        request.request_async(self).await.map(tokens).map_err(auth_error)
    }

    /// Ends a grant. One that Google doesn't know has ended already.
    pub(super) async fn revoke(&self, token: &Secret) -> Result<(), AuthError> {
        // In the form, so that it is in no log of addresses.
        let form = [("token", token.expose())];
        let answer = http::send(self.http.post(self.endpoints.revoke.clone()).form(&form)).await;
        let answer = answer.map_err(unreachable)?;
        match answer.status().as_u16() {
            200..=299 | 400 => Ok(()),
            status => Err(AuthError::Busy { status, after_ms: None }),
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, AuthError> {
        let (parts, body) = request.into_parts();
        let request =
            self.http.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
        let mut answer = http::send(request).await.map_err(unreachable)?;
        let status = answer.status();
        if status.is_server_error() || status.as_u16() == 429 {
            let after_ms = http::retry_after_ms(answer.headers(), jiff::Timestamp::now());
            return Err(AuthError::Busy { status: status.as_u16(), after_ms });
        }
        let headers = answer.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(AuthError::Garbled("the answer is far too long".to_owned()));
            }
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for OAuth {
    type Error = AuthError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, AuthError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn unreachable(error: reqwest::Error) -> AuthError {
    match http::blocked_host(&error) {
        Some(host) => AuthError::LocalOnly(host),
        None => AuthError::Unreachable(http::causes(&error.without_url())),
    }
}

fn tokens(answer: BasicTokenResponse) -> Tokens {
    Tokens {
        access: Secret::new(answer.access_token().secret()),
        refresh: answer.refresh_token().map(|token| Secret::new(token.secret())),
        lifetime: answer.expires_in().unwrap_or(USUAL_LIFETIME),
        scopes: answer.scopes().map(|s| s.iter().map(|s| s.to_string()).collect()).unwrap_or_default(),
    }
}

type Refusal = oauth2::StandardErrorResponse<BasicErrorResponseType>;

fn auth_error(error: RequestTokenError<AuthError, Refusal>) -> AuthError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(refusal) => {
            let words = refusal.error_description().cloned().unwrap_or_default();
            match refusal.error() {
                BasicErrorResponseType::InvalidGrant => AuthError::InvalidGrant(words),
                BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => {
                    AuthError::BadClient(format!("{}: {words}", refusal.error()))
                }
                BasicErrorResponseType::Extension(word) if word == "deleted_client" => {
                    AuthError::BadClient(format!("{word}: {words}"))
                }
                BasicErrorResponseType::InvalidRequest
                | BasicErrorResponseType::InvalidScope
                | BasicErrorResponseType::UnsupportedGrantType
                | BasicErrorResponseType::Extension(_) => {
                    AuthError::Refused(format!("{}: {words}", refusal.error()))
                }
            }
        }
        // The body of such an answer may hold a token, so it is not quoted.
        RequestTokenError::Parse(error, _) => AuthError::Garbled(error.path().to_string()),
        RequestTokenError::Other(words) => AuthError::Garbled(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_the_sign_in_says_what_to_do() {
        let errors = [
            AuthError::InvalidGrant("Token has been expired or revoked.".into()),
            AuthError::BadClient("invalid_client: Unauthorized".into()),
            AuthError::Refused("invalid_scope: no".into()),
            AuthError::Busy { status: 503, after_ms: Some(7_000) },
            AuthError::Unreachable("connection refused".into()),
            AuthError::Garbled("no JSON".into()),
            AuthError::LocalOnly("oauth2.googleapis.com".into()),
        ];
        let told = errors.map(|error| {
            let failure = Failure::from(error.clone());
            let code = failure.code.word();
            format!("{error} → {code} {:?}\n  {}\n  {}", failure.retry, failure.what, failure.fix)
        });
        insta::assert_snapshot!(told.join("\n"), @"
        invalid_grant: Token has been expired or revoked. → sign_in_expired Person
          Google's sign-in has expired or was revoked.
          Sign in again; the jobs that wait for it go on by themselves.
        the client is refused: invalid_client: Unauthorized → google_client_missing Person
          Google doesn't accept the client id that Debrief signs in with.
          Set up the client id again in the settings, then sign in.
        invalid_scope: no → sign_in_failed Person
          Google refused the sign-in.
          Try to sign in again. If it is refused again, the details say why.
        status 503 → service_busy Later { after_ms: Some(7000) }
          Google is busy.
          Nothing is lost; it is tried again by itself.
        connection refused → offline Later { after_ms: None }
          Google can't be reached.
          Check the connection to the internet. What was fetched is kept, and it goes on by itself.
        no JSON → service_busy Later { after_ms: None }
          Google is busy.
          Nothing is lost; it is tried again by itself.
        local only is on: oauth2.googleapis.com → local_only Person
          Local only is on, so nothing is sent to oauth2.googleapis.com.
          Switch it off under Privacy in the settings, or give Debrief the file itself; then retry.
        ");
    }
}
