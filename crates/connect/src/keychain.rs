//! Where tokens and keys are kept: the system's keychain, or what the person chose instead.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::secret::Secret;
use keyring_core::{CredentialStore, Entry, Error};
use serde::{Deserialize, Serialize};

/// A keychain may ask the person to unlock it, which takes as long as it takes to find the password.
const UNLOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// A secret that is none.
const PROBE: &str = "probe";

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// In the system's keychain.
    #[default]
    Keychain,
    /// In memory, until Debrief is closed.
    Session,
    /// In a file that only its owner can read.
    File,
}

/// Secrets by name. Cheap to clone.
#[derive(Clone)]
pub struct Secrets(Arc<Inner>);

struct Inner {
    keep: Keep,
    service: String,
    file: PathBuf,
    session: Mutex<BTreeMap<String, Secret>>,
    trouble: Mutex<Option<Failure>>,
}

/// The keychain, once it has answered. One for the process, and never dropped with whoever used it: its connection must not
/// be closed on a thread that drives tasks.
static KEYCHAIN: Mutex<Option<Arc<CredentialStore>>> = Mutex::new(None);

impl Secrets {
    /// Secrets of the installation called `service`; `file` is where they are kept if the person wants a file.
    pub fn new(keep: Keep, service: impl Into<String>, file: PathBuf) -> Secrets {
        let service = service.into();
        Secrets(Arc::new(Inner { keep, service, file, session: Mutex::default(), trouble: Mutex::default() }))
    }

    /// Where they are kept.
    pub fn keep(&self) -> Keep {
        self.0.keep
    }

    /// The secret of that name; `None` when there is none.
    ///
    /// # Errors
    /// `no_keychain` when the place where it should be can't be read.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>, Failure> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.get(&name)).await
    }

    /// Keeps a secret, in the place of an older one of that name.
    ///
    /// # Errors
    /// `no_keychain` when it can't be kept; the older one is still there then.
    pub async fn set(&self, name: &str, secret: Secret) -> Result<(), Failure> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.set(&name, secret)).await
    }

    /// Forgets a secret. One that isn't there is forgotten already.
    ///
    /// # Errors
    /// `no_keychain` when the place where it is can't be changed.
    pub async fn delete(&self, name: &str) -> Result<(), Failure> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.delete(&name)).await
    }

    /// Whether secrets can be kept, as far as is known: asks nobody to unlock anything.
    ///
    /// # Errors
    /// `no_keychain` with what can be done.
    pub async fn ready(&self) -> Result<(), Failure> {
        if let Some(failure) = self.0.trouble().clone() {
            return Err(failure);
        }
        self.off_this_thread(|inner| match inner.keep {
            Keep::Keychain => keychain().map(|_| ()),
            Keep::Session | Keep::File => Ok(()),
        })
        .await
    }

    /// Keeps something and forgets it again: a keychain that answers may still be locked.
    ///
    /// # Errors
    /// `no_keychain` with what can be done.
    pub async fn prove(&self) -> Result<(), Failure> {
        self.set(PROBE, Secret::new("kept to see whether it can be")).await?;
        self.delete(PROBE).await
    }

    /// Remembers whether it worked.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let done = self.off_this_thread(work).await;
        *self.0.trouble() = done.as_ref().err().cloned();
        done
    }

    /// Keychains block, may wait for the person, and panic on threads that drive tasks.
    async fn off_this_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let inner = self.0.clone();
        let work = tokio::task::spawn_blocking(move || work(&inner));
        match tokio::time::timeout(UNLOCK_TIMEOUT, work).await {
            Ok(done) => done.map_err(Failure::internal)?,
            Err(_) => Err(no_keychain("it didn't answer for a minute")),
        }
    }
}

impl Inner {
    fn get(&self, name: &str) -> Result<Option<Secret>, Failure> {
        match self.keep {
            Keep::Keychain => match self.entry(name)?.get_password() {
                Ok(secret) => Ok(Some(Secret::new(secret))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(lost(&error)),
            },
            Keep::Session => Ok(self.session().get(name).cloned()),
            Keep::File => Ok(read_file(&self.file)?.remove(name).map(Secret::new)),
        }
    }

    fn set(&self, name: &str, secret: Secret) -> Result<(), Failure> {
        match self.keep {
            Keep::Keychain => self.entry(name)?.set_password(secret.expose()).map_err(|error| lost(&error)),
            Keep::Session => {
                self.session().insert(name.to_owned(), secret);
                Ok(())
            }
            Keep::File => change_file(&self.file, |all| {
                all.insert(name.to_owned(), secret.expose().to_owned());
            }),
        }
    }

    fn delete(&self, name: &str) -> Result<(), Failure> {
        match self.keep {
            Keep::Keychain => match self.entry(name)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(lost(&error)),
            },
            Keep::Session => {
                self.session().remove(name);
                Ok(())
            }
            Keep::File => change_file(&self.file, |all| {
                all.remove(name);
            }),
        }
    }

    fn trouble(&self) -> std::sync::MutexGuard<'_, Option<Failure>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Secret>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, name: &str) -> Result<Entry, Failure> {
        Entry::new_in_store(&keychain()?, &self.service, name).map_err(|error| lost(&error))
    }
}

fn lost(error: &Error) -> Failure {
    *KEYCHAIN.lock().unwrap_or_else(PoisonError::into_inner) = None;
    no_keychain(&error.to_string())
}

/// The keychain, looked for anew after every failure: it may have been started meanwhile.
fn keychain() -> Result<Arc<CredentialStore>, Failure> {
    let mut kept = KEYCHAIN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(store) = &*kept {
        return Ok(store.clone());
    }
    let store = open_keychain().map_err(|error| no_keychain(&error.to_string()))?;
    *kept = Some(store.clone());
    Ok(store)
}

#[cfg(target_os = "linux")]
fn open_keychain() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn open_keychain() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn open_keychain() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

fn no_keychain(detail: &str) -> Failure {
    Failure::person(
        FailureCode::NoKeychain,
        "The keychain of this computer can't be used, so a sign-in can't be kept safely.",
        "Unlock or start it and try again, or choose another place for sign-ins: until Debrief is closed, or a file that only you can read.",
    )
    .because(detail)
}

fn read_file(file: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(file_failure(file, &error)),
    };
    // The parser's message would quote what it could not read.
    serde_json::from_str(&text).map_err(|_| file_failure(file, &"it isn't as Debrief wrote it"))
}

/// Changes the file as a whole, one process at a time.
fn change_file(file: &Path, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), Failure> {
    let failed = |error: io::Error| file_failure(file, &error);
    let lock = File::create(file.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let mut all = read_file(file)?;
    change(&mut all);
    let folder = file.parent().unwrap_or(Path::new("."));
    // A temporary file is made so that only its owner can read it.
    let mut written = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let text = serde_json::to_vec_pretty(&all).map_err(Failure::internal)?;
    written.write_all(&text).and_then(|()| written.as_file().sync_all()).map_err(failed)?;
    written.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

fn file_failure(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::person(
        FailureCode::NoKeychain,
        format!("The file with your sign-ins, {}, can't be used.", file.display()),
        "Check that it can be read and written, or remove it and sign in again.",
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(keep: Keep, folder: &Path) -> Secrets {
        Secrets::new(keep, "debrief-test", folder.join("secrets.json"))
    }

    async fn keeps(secrets: &Secrets) {
        assert_eq!(secrets.get("google:1").await.unwrap(), None);
        secrets.set("google:1", Secret::new("one")).await.unwrap();
        secrets.set("google:2", Secret::new("two")).await.unwrap();
        secrets.set("google:1", Secret::new("newer")).await.unwrap();
        assert_eq!(secrets.get("google:1").await.unwrap(), Some(Secret::new("newer")));
        secrets.delete("google:2").await.unwrap();
        secrets.delete("google:2").await.unwrap();
        assert_eq!(secrets.get("google:2").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_session_keeps_secrets_and_nothing_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        keeps(&secrets(Keep::Session, folder.path())).await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let next = secrets(Keep::Session, folder.path());
        assert_eq!(next.get("google:1").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_file_keeps_secrets_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        keeps(&secrets(Keep::File, folder.path())).await;
        let next = secrets(Keep::File, folder.path());
        assert_eq!(next.get("google:1").await.unwrap(), Some(Secret::new("newer")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("secrets.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_file_that_is_damaged_is_told_without_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secrets.json"), "{\"google:1\": hidden").unwrap();
        let failure = secrets(Keep::File, folder.path()).get("google:1").await.unwrap_err();
        assert_eq!(failure.code, FailureCode::NoKeychain);
        assert!(!format!("{failure:?}").contains("hidden"));
    }
}
