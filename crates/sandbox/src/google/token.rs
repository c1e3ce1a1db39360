//! Exchanging codes and refresh tokens, and taking tokens back.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::{StatusCode, header};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::accounts::{ACCESS_S, Standing};
use super::authorize::is_pkce;
use crate::answers;
use crate::params::Params;
use crate::world::{Shared, World};

const FORM: &str = "application/x-www-form-urlencoded";

/// A refusal as RFC 6749 has it: `{"error","error_description"}`.
#[derive(Debug)]
struct OauthError {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl OauthError {
    fn bad(error: &'static str, description: impl Into<String>) -> OauthError {
        OauthError { status: StatusCode::BAD_REQUEST, error, description: description.into() }
    }

    fn unauthorised(error: &'static str, description: &str) -> OauthError {
        OauthError { status: StatusCode::UNAUTHORIZED, error, description: description.to_owned() }
    }

    fn missing(name: &str) -> OauthError {
        OauthError::bad("invalid_request", format!("Missing required parameter: {name}"))
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        refused(self.status, self.error, &self.description)
    }
}

pub(super) fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    answers::json(status, &json!({ "error": error, "error_description": description }))
}

pub(super) async fn token(State(shared): State<Shared>, headers: HeaderMap, form: String) -> Response {
    let answer = params_of_form(&headers, &form).and_then(|params| shared.lock().exchange(&params));
    answer.map_or_else(IntoResponse::into_response, |body| answers::json(StatusCode::OK, &body))
}

pub(super) async fn revoke(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: String,
) -> Response {
    let query = Params::of(&query.unwrap_or_default());
    let token = match query.get("token") {
        Some(token) => Ok(token.to_owned()),
        None => params_of_form(&headers, &form).and_then(|params| {
            params.get("token").map(str::to_owned).ok_or_else(|| OauthError::missing("token"))
        }),
    };
    match token.and_then(|token| shared.lock().take_back(&token)) {
        Ok(()) => answers::json(StatusCode::OK, &json!({})),
        Err(error) => error.into_response(),
    }
}

fn params_of_form(headers: &HeaderMap, form: &str) -> Result<Params, OauthError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some(FORM) {
        return Err(OauthError::bad("invalid_request", format!("Content-Type must be {FORM}.")));
    }
    let params = Params::of(form);
    match params.repeated() {
        Some(name) => Err(OauthError::bad("invalid_request", format!("{name} may be given once only."))),
        None => Ok(params),
    }
}

impl World {
    fn exchange(&mut self, params: &Params) -> Result<serde_json::Value, OauthError> {
        let grant_type = params.get("grant_type").ok_or_else(|| OauthError::missing("grant_type"))?;
        let client = self.client_of(params)?;
        match grant_type {
            "authorization_code" => self.exchange_code(&client, params),
            "refresh_token" => self.exchange_refresh(&client, params),
            other => Err(OauthError::bad("unsupported_grant_type", format!("Invalid grant_type: {other}"))),
        }
    }

    /// Desktop clients send their secret too, although it is none.
    fn client_of(&self, params: &Params) -> Result<String, OauthError> {
        let id = params.get("client_id").ok_or_else(|| {
            OauthError::bad("invalid_request", "Could not determine client ID from request.")
        })?;
        let Some(client) = self.google.clients.get(id) else {
            return Err(OauthError::unauthorised("invalid_client", "The OAuth client was not found."));
        };
        if client.deleted {
            return Err(OauthError::unauthorised("deleted_client", "The OAuth client was deleted."));
        }
        match params.get("client_secret") {
            None => Err(OauthError::bad("invalid_request", "client_secret is missing.")),
            Some(secret) if secret != client.secret => {
                Err(OauthError::unauthorised("invalid_client", "The provided client secret is invalid."))
            }
            Some(_) => Ok(id.to_owned()),
        }
    }

    fn exchange_code(&mut self, client: &str, params: &Params) -> Result<serde_json::Value, OauthError> {
        let required = |name: &str| params.get(name).ok_or_else(|| OauthError::missing(name));
        let (text, redirect_uri) = (required("code")?, required("redirect_uri")?);
        let now = self.now();
        let Some(code) = self.google.codes.get_mut(text) else {
            return Err(OauthError::bad("invalid_grant", "Malformed auth code."));
        };
        if code.standing.client != client {
            return Err(OauthError::unauthorised("unauthorized_client", "Unauthorized"));
        }
        if code.used {
            // RFC 6749, 4.1.2: somebody else has the code, so what it was exchanged for must not live on.
            let family = code.standing.family;
            self.google.end_family(family);
            return Err(OauthError::bad("invalid_grant", "Bad Request"));
        }
        if code.expires <= now {
            return Err(OauthError::bad("invalid_grant", "Bad Request"));
        }
        if code.redirect_uri != redirect_uri {
            return Err(OauthError::bad("redirect_uri_mismatch", "Bad Request"));
        }
        let verifier = params
            .get("code_verifier")
            .ok_or_else(|| OauthError::bad("invalid_grant", "Missing code verifier."))?;
        if !is_pkce(verifier) || URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != code.challenge {
            return Err(OauthError::bad("invalid_grant", "Invalid code verifier."));
        }
        code.used = true;
        let (standing, offline) = (code.standing.clone(), code.offline);
        let access = self.new_access(&standing);
        let refresh = offline.then(|| self.new_refresh(&standing));
        Ok(granted(&standing, &access, refresh.as_deref()))
    }

    fn exchange_refresh(&mut self, client: &str, params: &Params) -> Result<serde_json::Value, OauthError> {
        let text = params.get("refresh_token").ok_or_else(|| OauthError::missing("refresh_token"))?;
        let rotates = self.google.rotates;
        let Some(refresh) = self.google.refresh.get_mut(text) else {
            return Err(OauthError::bad("invalid_grant", "Bad Request"));
        };
        if refresh.standing.client != client {
            return Err(OauthError::unauthorised("unauthorized_client", "Unauthorized"));
        }
        if refresh.dead {
            return Err(OauthError::bad("invalid_grant", "Token has been expired or revoked."));
        }
        refresh.dead = rotates;
        let standing = refresh.standing.clone();
        let access = self.new_access(&standing);
        let next = rotates.then(|| self.new_refresh(&standing));
        Ok(granted(&standing, &access, next.as_deref()))
    }

    /// Either token of a family takes the other with it.
    fn take_back(&mut self, token: &str) -> Result<(), OauthError> {
        let access = self.google.access.get(token).map(|access| &access.standing);
        let refresh = self.google.refresh.get(token).filter(|refresh| !refresh.dead);
        let standing = access.or(refresh.map(|refresh| &refresh.standing));
        let Some(family) = standing.map(|standing| standing.family) else {
            return Err(OauthError::bad("invalid_token", "Token expired or revoked"));
        };
        self.google.end_family(family);
        Ok(())
    }
}

fn granted(standing: &Standing, access: &str, refresh: Option<&str>) -> serde_json::Value {
    let scope = standing.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut body = json!({
        "access_token": access,
        "expires_in": ACCESS_S,
        "scope": scope,
        "token_type": "Bearer",
    });
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.into();
    }
    body
}
