//! Google, for the window and the command line: who is signed in, signing in and out.

mod view;

use std::path::Path;

use debrief_connect::google::{Access, Account, ClientId, ENVIRONMENT, SignedIn};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::{JobEvent, JobId, JobStatus};
use debrief_core::link::RecordingLink;
use debrief_core::ports::Recording;
use debrief_core::stage::Stage;
use debrief_runtime::store::JobStore;
use jiff::Timestamp;
use url::{Host, Url};

use crate::compose::{ComposedSteps, client_id};
use crate::settings::{self, Change};
use crate::sign_in::LIMIT;
use crate::{App, link_of};

pub use view::{AccountView, ClientSource, DriveAccess, GoogleView, SecretsKept, Trouble};

/// The path of the OpenAI-compatible service in a sandbox.
const OPENAI_IN_SANDBOX: &str = "/openai/v1";

/// What a sign-in is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    access: Access,
    /// Ids of the files to choose; none to sign in only.
    files: Vec<String>,
}

impl App {
    /// Who is signed in to Google and how.
    ///
    /// # Errors
    /// The database refused.
    pub async fn google(&self) -> Result<GoogleView, Failure> {
        let settings = self.settings();
        let steps = self.steps.now();
        let waiting = self.waiting_for(waits_for_a_sign_in)?.len();
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        let accounts = steps.drive().accounts().list()?;
        let client = client_id(&settings);
        Ok(GoogleView {
            client_source: client.as_ref().map(|_| match settings.google.client_id {
                Some(_) => ClientSource::Settings,
                None => ClientSource::BuiltIn,
            }),
            client_id: client.map(|client| client.id),
            from_environment: accounts.iter().any(|account| account.id == ENVIRONMENT),
            accounts: accounts
                .into_iter()
                .map(|account| AccountView {
                    waiting_jobs: if account.expired { waiting } else { 0 },
                    signed_in: !account.expired,
                    access: account.access.into(),
                    id: account.id,
                    email: account.email,
                })
                .collect(),
            signing_in: self.sign_in.is_open(),
            secrets: steps.secrets().keep().into(),
            keychain_problem: steps.secrets().ready().await.err().map(Trouble::from),
            sandbox: settings.endpoints.sandbox(),
        })
    }

    /// Signs a person in, in their browser, which `browse` opens. If jobs wait for files that have not been chosen yet,
    /// those are asked for, too. A second call for the same opens the same page again and gets the same answer.
    ///
    /// # Errors
    /// Why there is no sign-in; nothing was changed then.
    pub async fn sign_in_google(
        &self,
        access: DriveAccess,
        browse: impl Fn(&Url) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let files = match access {
            DriveAccess::PickedFiles => self.files_to_choose()?,
            DriveAccess::AllFiles => Vec::new(),
        };
        self.ask_google(Wanted { access: access.into(), files }, browse).await
    }

    /// Lets the person choose, in Google's file chooser, the file of a link or the files of a job, and signs them in with
    /// that if need be.
    ///
    /// # Errors
    /// As [`App::sign_in_google`]; also that another file was chosen.
    pub async fn choose_in_google(
        &self,
        links: &[String],
        job: Option<JobId>,
        browse: impl Fn(&Url) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut files = Vec::new();
        for text in links {
            files.extend(drive_id(&link_of(text)?));
        }
        if let Some(job) = job {
            let request = self.pool.store().job(job)?.request;
            files.extend(std::iter::once(&request.link).chain(&request.attachments).filter_map(drive_id));
        }
        if files.is_empty() {
            let what = "There is nothing in Google Drive to choose here.";
            return Err(Failure::never(FailureCode::BadRequest, what, "Paste the link of a file in Drive."));
        }
        self.ask_google(Wanted { access: Access::PickedFiles, files }, browse).await
    }

    async fn ask_google(
        &self,
        wanted: Wanted,
        browse: impl Fn(&Url) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let waiting = match self.sign_in.same(&wanted) {
            Some(waiting) => waiting,
            None => {
                let steps = self.steps.now();
                let sign_in = steps.drive().accounts().begin(wanted.access, &wanted.files).await?;
                let (store, files) = (self.pool.store_handle(), wanted.files.clone());
                let wake = self.pool.clone();
                self.sign_in.open(wanted, sign_in.url().clone(), async move {
                    let outcome = taken(&steps, sign_in.finish(LIMIT).await?, &files).await;
                    // Whatever was chosen, somebody is signed in now.
                    wake_jobs(&store, Timestamp::now());
                    wake.stir();
                    outcome
                })
            }
        };
        browse(&waiting.url)?;
        waiting.outcome().await
    }

    /// Gives up the open sign-in.
    pub fn cancel_sign_in(&self) {
        self.sign_in.cancel();
    }

    /// Ends an account's sign-in, here and with Google.
    ///
    /// # Errors
    /// There is no such account; or Google could not be told, though it is signed out here.
    pub async fn sign_out_google(&self, account: &str) -> Result<(), Failure> {
        let steps = self.steps.now();
        let accounts = steps.drive().accounts();
        let known = accounts.list()?.into_iter().find(|known| known.id == account || known.email == account);
        let known = known.filter(|known| known.id != ENVIRONMENT).ok_or_else(|| {
            let what = format!("{account} is not signed in.");
            Failure::never(FailureCode::BadRequest, what, "Look at the list of accounts for the right one.")
        })?;
        accounts.sign_out(&known.id).await
    }

    /// Signs in with this client from now on.
    ///
    /// # Errors
    /// It is no client, or the settings can't be written.
    pub async fn set_google_client(&self, client_id: &str, client_secret: &str) -> Result<(), Failure> {
        self.use_client(&ClientId::typed(client_id, client_secret)?).await
    }

    /// As [`App::set_google_client`], from the file that the Google Cloud console offers for download.
    ///
    /// # Errors
    /// As [`App::set_google_client`].
    pub async fn read_google_client(&self, file: &Path) -> Result<(), Failure> {
        self.use_client(&ClientId::read(file)?).await
    }

    async fn use_client(&self, client: &ClientId) -> Result<(), Failure> {
        self.change_settings(&[
            ("google", "client_id", Some(client.id.as_str().into())),
            ("google", "client_secret", Some(client.secret.as_str().into())),
        ])
        .await
    }

    /// Keeps sign-ins somewhere else from now on; those that there are move along.
    ///
    /// # Errors
    /// The settings can't be written.
    pub async fn keep_secrets(&self, kept: SecretsKept) -> Result<(), Failure> {
        self.change_settings(&[("secrets", "keep", Some(kept.word().into()))]).await?;
        // Whether it works there is told with the rest of the view.
        let _ = self.steps.now().secrets().prove().await;
        Ok(())
    }

    /// Uses a sandbox at a loopback address instead of Google, Notion, the speech services and the host of models, or those
    /// themselves again.
    ///
    /// # Errors
    /// The address is not on this machine, or the settings can't be written.
    pub async fn use_sandbox(&self, address: Option<&str>) -> Result<(), Failure> {
        let base = address.map(loopback).transpose()?;
        let at = |path: &str| base.as_ref().map(|base| format!("{base}{path}"));
        let at = |path: &str| at(path).map(settings::Value::from);
        let mut changes = vec![
            ("endpoints", "google_auth", at("/google/o/oauth2/v2/auth")),
            ("endpoints", "google_token", at("/google/token")),
            ("endpoints", "google_revoke", at("/google/revoke")),
            ("endpoints", "drive", at("/drive/v3")),
            ("endpoints", "notion", at("/notion/v1")),
            ("endpoints", "models", at("/models")),
            ("endpoints", "groq", at("/groq/openai/v1")),
            ("endpoints", "deepgram", at("/deepgram")),
            ("endpoints", "assemblyai", at("/assemblyai")),
            ("endpoints", "gemini", at("/gemini")),
            ("endpoints", "openai", at("/openai/v1")),
            ("endpoints", "anthropic", at("/anthropic/v1")),
        ];
        // A server of one's own stays.
        if self.settings().services.openai_url.is_none_or(|url| url.path() == OPENAI_IN_SANDBOX) {
            changes.push(("services", "openai_url", at(OPENAI_IN_SANDBOX)));
        }
        self.change_settings(&changes).await
    }

    pub(crate) async fn change_settings(&self, changes: &[Change<'_>]) -> Result<(), Failure> {
        self.in_force.change(changes).await
    }

    /// Gives a renamed recording its old name back. Its page stays; see [`App::undo_page`].
    ///
    /// # Errors
    /// There is no such job, it renamed nothing, or somebody else renamed the recording since.
    pub async fn undo_rename(&self, id: JobId) -> Result<(), Failure> {
        let store = self.pool.store_handle();
        let result = self.status(id)?.result;
        let recording = store.checkpoint::<Recording>(id, Stage::Fetch)?.map(|stored| stored.output);
        let renamed = result.and_then(|result| result.drive_filename.zip(result.renamed_from));
        let (Some(file), Some((name, before))) = (recording.and_then(|r| r.drive), renamed) else {
            let what = "This job has renamed nothing that could get its old name back.";
            return Err(Failure::never(FailureCode::BadRequest, what, "Rename the recording where it is."));
        };
        self.steps.now().drive_source().undo_rename(&file, &name, &before).await?;
        let undo = |result: &mut debrief_core::view::JobResult| {
            result.drive_filename = None;
            result.renamed_from = None;
            result.name_to_copy = Some(name.clone());
        };
        store.amend_result(id, undo, Timestamp::now())?;
        self.pool.stir();
        Ok(())
    }

    /// Ids of the Drive files that unfinished jobs wait to see.
    fn files_to_choose(&self) -> Result<Vec<String>, Failure> {
        let mut files: Vec<String> = Vec::new();
        for request in
            self.waiting_for(|code| waits_for_a_sign_in(code) || code == FailureCode::PickNeeded)?
        {
            for id in std::iter::once(&request.link).chain(&request.attachments).filter_map(drive_id) {
                if !files.contains(&id) {
                    files.push(id);
                }
            }
        }
        Ok(files)
    }

    pub(crate) fn waiting_for(
        &self,
        code: impl Fn(FailureCode) -> bool,
    ) -> Result<Vec<debrief_core::job::SubmitJob>, Failure> {
        let jobs = self.pool.store().held_up()?.into_iter();
        let waits = |status: &JobStatus| matches!(status, JobStatus::Waiting { fix, .. } if code(fix.code));
        Ok(jobs.filter(|job| waits(&job.status)).map(|job| job.request).collect())
    }
}

fn waits_for_a_sign_in(code: FailureCode) -> bool {
    use FailureCode as C;
    matches!(code, C::SignInNeeded | C::SignInExpired | C::GoogleClientMissing | C::NoKeychain)
}

/// Keeps what the browser brought, and looks whether it was what was wanted.
async fn taken(steps: &ComposedSteps, signed_in: SignedIn, wanted: &[String]) -> Result<(), Failure> {
    let accounts = steps.drive().accounts();
    let others: Vec<Account> = accounts.list()?;
    let account = accounts.take(&signed_in).await?;
    let chosen = signed_in.picked.unwrap_or_default();
    if wanted.is_empty() || wanted.iter().any(|id| chosen.contains(id)) {
        return Ok(());
    }
    let email = &account.email;
    let is_another = !others.is_empty() && others.iter().all(|other| other.id != account.id);
    let (what, fix) = match (chosen.is_empty(), is_another) {
        (true, _) => (
            format!("{email} is signed in, but no file was chosen."),
            "Choose the file of the link in Google's file chooser.",
        ),
        (false, true) => (
            format!("You chose with another account, {email}, and not the file of the link."),
            "Choose again with the account that can open the link.",
        ),
        (false, false) => (
            "You chose another file than the one of the link.".to_owned(),
            "Choose the file that the link is for, or paste the link of the one that you chose.",
        ),
    };
    Err(Failure::person(FailureCode::WrongPick, what, fix))
}

/// Jobs that waited for a sign-in or a choice look again at once.
fn wake_jobs(store: &JobStore, now: Timestamp) {
    use FailureCode as C;
    for job in store.held_up().unwrap_or_default() {
        let JobStatus::Waiting { fix, .. } = &job.status else { continue };
        if waits_for_a_sign_in(fix.code) || matches!(fix.code, C::PickNeeded | C::NoAccess | C::SignInFailed)
        {
            // Another process may have been faster.
            let _ = store.apply(job.id, &JobEvent::Ready, now);
        }
    }
}

fn drive_id(link: &RecordingLink) -> Option<String> {
    match link {
        RecordingLink::Drive { id, .. } => Some(id.clone()),
        RecordingLink::Local { .. } => None,
    }
}

/// The base address of a sandbox, without a slash at its end.
fn loopback(address: &str) -> Result<String, Failure> {
    let refused = || {
        Failure::never(
            FailureCode::BadSettings,
            format!("“{}” is no address of a sandbox on this computer.", address.trim()),
            "Give the address that `debrief sandbox` prints, for example http://127.0.0.1:4010.",
        )
    };
    let address = address.trim();
    let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&address).map_err(|_| refused())?;
    let is_here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() != "http" || !is_here || !matches!(url.path(), "/" | "") || url.query().is_some() {
        return Err(refused());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_is_on_this_machine() {
        assert_eq!(loopback(" 127.0.0.1:4010 ").unwrap(), "http://127.0.0.1:4010");
        assert_eq!(loopback("http://[::1]:4010/").unwrap(), "http://[::1]:4010");
        assert_eq!(loopback("http://localhost:1").unwrap(), "http://localhost:1");
        for address in
            ["", "https://127.0.0.1:1", "http://192.168.0.2:1", "http://evil.example", "http://127.0.0.1:1/x"]
        {
            assert_eq!(loopback(address).unwrap_err().code, FailureCode::BadSettings, "{address}");
        }
    }
}
