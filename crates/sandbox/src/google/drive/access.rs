//! Who may do what: tokens, scopes, rights, shared drives and resource keys.

use std::collections::BTreeSet;

use hyper::{HeaderMap, header};

use super::Request;
use crate::google::accounts::{AccountId, DRIVE, DRIVE_FILE, DRIVE_READONLY};
use crate::google::error::ApiError;
use crate::google::file::{DriveFile, FileId, Right};
use crate::world::World;

/// The client and the account that an access token speaks for.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) client: String,
    pub(super) account: AccountId,
    pub(super) scopes: BTreeSet<String>,
}

impl Caller {
    pub(super) fn of(world: &World, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token =
            value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(ApiError::unauthorised)?;
        let access = world.google.access.get(token).filter(|access| access.expires > world.now());
        let standing = access.map(|access| access.standing.clone()).ok_or_else(ApiError::unauthorised)?;
        let caller = Caller { client: standing.client, account: standing.account, scopes: standing.scopes };
        if [DRIVE, DRIVE_FILE, DRIVE_READONLY].iter().any(|scope| caller.has(scope)) {
            Ok(caller)
        } else {
            Err(insufficient_scope())
        }
    }

    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    pub(super) fn sees_all(&self) -> bool {
        self.has(DRIVE) || self.has(DRIVE_READONLY)
    }
}

fn insufficient_scope() -> ApiError {
    let why = "Insufficient Permission: Request had insufficient authentication scopes.";
    ApiError::forbidden("insufficientPermissions", why)
}

impl DriveFile {
    /// Whether an account may see it at all, whichever app it uses.
    pub(in crate::google) fn is_seen_by(&self, account: &AccountId) -> bool {
        self.owner == *account || self.shares.contains_key(account)
    }

    /// Whether an account may write to it, content restrictions aside.
    pub(super) fn is_written_by(&self, account: &AccountId) -> bool {
        self.owner == *account || self.shares.get(account) == Some(&Right::Writer)
    }
}

impl World {
    /// Whether a file was picked for a client, or made by it: all that `drive.file` reaches.
    pub(super) fn is_authorised(&self, caller: &Caller, file: &DriveFile) -> bool {
        let grant = self.google.grants.get(&(caller.client.clone(), caller.account.clone()));
        file.created_by.as_ref() == Some(&caller.client)
            || grant.is_some_and(|grant| grant.picked.contains(&file.id))
    }

    /// Whether a file is among those that a caller can list.
    pub(super) fn is_visible(&self, caller: &Caller, file: &DriveFile) -> bool {
        file.is_seen_by(&caller.account) && (caller.sees_all() || self.is_authorised(caller, file))
    }

    /// The file that a request names, if it may be read.
    pub(super) fn found(&self, request: &Request, id: &FileId) -> Result<&DriveFile, ApiError> {
        let caller = &request.caller;
        let reachable = self.file(id).filter(|file| {
            file.is_seen_by(&caller.account)
                && (file.drive_id.is_none() || request.params.is_true("supportsAllDrives"))
                && file.resource_key.as_ref().is_none_or(|key| has_key(&request.resource_keys, id, key))
        });
        let file = reachable.ok_or_else(|| ApiError::file_not_found(id))?;
        if self.is_visible(caller, file) {
            return Ok(file);
        }
        if !self.google.names_unpicked {
            return Err(ApiError::file_not_found(id));
        }
        let why = format!("The user has not granted the app {} access to the file {id}.", caller.client);
        Err(ApiError::forbidden("appNotAuthorizedToFile", why))
    }

    /// The same for a request that changes the file.
    pub(super) fn found_to_write(&self, request: &Request, id: &FileId) -> Result<&DriveFile, ApiError> {
        let file = self.found(request, id)?;
        let caller = &request.caller;
        let by_file = caller.has(DRIVE_FILE) && self.is_authorised(caller, file);
        if caller.has(DRIVE) || by_file { Ok(file) } else { Err(insufficient_scope()) }
    }
}

/// The header reads `id1/key1,id2/key2`.
fn has_key(header: &str, id: &FileId, key: &str) -> bool {
    header.split(',').any(|pair| pair.trim().split_once('/') == Some((id.as_str(), key)))
}
