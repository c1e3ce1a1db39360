//! The settings in force and the steps made of them: changed by this process, or by whoever else writes their file.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime};

use debrief_connect::keychain::Secrets;
use debrief_connect::llm::Provider;
use debrief_connect::transcribe::remote::Service;
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobStatus;
use debrief_runtime::pool::JobPool;
use debrief_runtime::store::JobStore;
use tokio::sync::Mutex;

use crate::App;
use crate::compose::{ComposedSteps, LiveSteps};
use crate::home::Home;
use crate::settings::{self, Change, Settings};
use crate::speech::is_of_speech;
use crate::writing::is_of_notes;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Settings and steps, which change together.
pub(crate) struct InForce {
    home: Home,
    store: Arc<JobStore>,
    settings: RwLock<Settings>,
    steps: Arc<LiveSteps>,
    /// One change at a time.
    changing: Mutex<()>,
}

impl InForce {
    pub(crate) fn new(home: Home, store: Arc<JobStore>, settings: Settings) -> InForce {
        let steps = Arc::new(LiveSteps::new(ComposedSteps::new(&settings, &home, store.clone())));
        InForce { home, store, settings: RwLock::new(settings), steps, changing: Mutex::default() }
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn steps(&self) -> &Arc<LiveSteps> {
        &self.steps
    }

    /// Changes the file, and what is made of it.
    ///
    /// # Errors
    /// The file can't be read or written, or would hold a bad value; nothing is changed then.
    pub(crate) async fn change(&self, changes: &[Change<'_>]) -> Result<(), Failure> {
        let _alone = self.changing.lock().await;
        let file = self.home.settings_file();
        settings::change(&file, changes)?;
        self.take_up(Settings::load(&file, std::env::vars())?).await;
        Ok(())
    }

    /// Takes up what others wrote into the file since `seen`; says whether that changed anything.
    async fn look(&self, seen: &mut Option<SystemTime>) -> bool {
        let _alone = self.changing.lock().await;
        let file = self.home.settings_file();
        let now = changed_at(&file);
        if now == *seen {
            return false;
        }
        *seen = now;
        match Settings::load(&file, std::env::vars()) {
            Ok(settings) if settings == self.settings() => false,
            Ok(settings) => {
                self.take_up(settings).await;
                true
            }
            Err(failure) => {
                // Somebody may be writing them: the old ones hold until the new ones are whole.
                tracing::warn!(what = failure.what, "changed settings are not taken up");
                false
            }
        }
    }

    async fn take_up(&self, settings: Settings) {
        let before = self.steps.now();
        let same_place = before.secrets().keep() == settings.secrets.keep;
        let secrets = match same_place {
            // What is kept for this session alone must not be lost.
            true => before.secrets().clone(),
            false => {
                Secrets::new(settings.secrets.keep, self.home.keychain_service(), self.home.secrets_file())
            }
        };
        let store = self.store.clone();
        let steps = ComposedSteps::with_secrets(&settings, &self.home, store, secrets, Some(&before));
        if !same_place {
            move_secrets(&before, &steps).await;
        }
        self.steps.replace(steps);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }
}

/// Takes up what others write into the file, another process or a person, as long as somebody needs it: above all, "Local
/// only" must hold for every process.
pub(crate) async fn follow(followed: Weak<InForce>, pool: JobPool) {
    let mut seen = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(in_force) = followed.upgrade() else { return };
        if in_force.look(&mut seen).await {
            let woken = wake(&pool, &in_force.steps.now(), |code| is_of_speech(code) || is_of_notes(code));
            if let Err(failure) = woken {
                tracing::warn!(what = failure.what, "jobs that waited for other settings go on waiting");
            }
        }
    }
}

impl App {
    /// As [`wake`], after this process changed the settings.
    pub(crate) fn wake_jobs(&self, waits_for: impl Fn(FailureCode) -> bool) -> Result<(), Failure> {
        wake(&self.pool, &self.steps.now(), waits_for)
    }
}

/// Jobs that wait for something that other settings may have mended look again, with those of now.
fn wake(
    pool: &JobPool,
    steps: &ComposedSteps,
    waits_for: impl Fn(FailureCode) -> bool,
) -> Result<(), Failure> {
    for job in pool.store().held_up()? {
        let JobStatus::Waiting { fix, .. } = &job.status else { continue };
        if !waits_for(fix.code) {
            continue;
        }
        let mut request = job.request;
        if is_of_speech(fix.code) {
            request.speech = steps.ears().anew(&request.speech);
        }
        if is_of_notes(fix.code) {
            request.notes = steps.writers().anew(&request.notes);
        }
        // Another process may have been faster.
        let _ = pool.retry(job.id, None, Some(&request));
    }
    Ok(())
}

/// When the file was written last; none where there is no file.
fn changed_at(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// Sign-ins and keys move to where they are kept from now on. What can't be moved has to be given again.
async fn move_secrets(from: &ComposedSteps, to: &ComposedSteps) {
    let names = from.drive().accounts().secret_names().into_iter();
    let names = names.chain(from.notion().connection().secret_names());
    // Of each that of the service itself, too, while another server stands in for it.
    let (ears, writers) = (from.ears(), from.writers());
    let speech =
        Service::ALL.map(|service| [service.key_name(&service.base()), ears.service(service).key_name()]);
    let notes = Provider::ALL
        .map(|provider| [provider.key_name(&provider.base()), writers.model(provider, "").key_name()]);
    for name in names.chain(speech.into_iter().flatten()).chain(notes.into_iter().flatten()) {
        if let Ok(Some(secret)) = from.secrets().get(&name).await
            && to.secrets().set(&name, secret).await.is_ok()
            && let Err(failure) = from.secrets().delete(&name).await
        {
            tracing::warn!(what = failure.what, "a sign-in that moved is still in its old place");
        }
    }
}
