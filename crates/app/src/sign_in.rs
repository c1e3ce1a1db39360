//! The one sign-in that may be open: asked for once, answered once, however often the person clicks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use debrief_connect::google::{Access, Account, SignIn, SignedIn};
use debrief_core::failure::{Failure, FailureCode};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use url::Url;

/// Time for a password, a second factor and a look at what is asked for.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// What a sign-in came to.
pub(crate) type Outcome = Result<Account, Failure>;

/// The open sign-in, if there is one.
#[derive(Default)]
pub(crate) struct OpenSignIn(Mutex<Option<Pending>>);

struct Pending {
    wanted: Wanted,
    url: Url,
    task: AbortHandle,
    outcome: watch::Receiver<Option<Outcome>>,
}

/// What a sign-in is for; a second one for the same is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) access: Access,
    /// Ids of the files to choose; none to sign in only.
    pub(crate) files: Vec<String>,
}

/// An open sign-in, to be waited for.
pub(crate) struct Waiting {
    pub(crate) url: Url,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl Waiting {
    /// # Errors
    /// Why there is no account; also that the sign-in was cancelled.
    pub(crate) async fn outcome(mut self) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(cancelled())),
            // Its task was ended.
            Err(_) => Err(cancelled()),
        }
    }
}

impl OpenSignIn {
    pub(crate) fn is_open(&self) -> bool {
        self.lock().as_ref().is_some_and(Pending::is_open)
    }

    /// The open sign-in for the same thing.
    pub(crate) fn same(&self, wanted: &Wanted) -> Option<Waiting> {
        let pending = self.lock();
        let pending = pending.as_ref().filter(|pending| pending.is_open() && pending.wanted == *wanted)?;
        Some(Waiting { url: pending.url.clone(), outcome: pending.outcome.clone() })
    }

    /// Takes the place of whatever was open. `take` gets what the browser brought.
    pub(crate) fn open<Take, Taken>(&self, wanted: Wanted, sign_in: SignIn, take: Take) -> Waiting
    where
        Take: FnOnce(SignedIn) -> Taken + Send + 'static,
        Taken: Future<Output = Outcome> + Send,
    {
        let url = sign_in.url().clone();
        let (tell, outcome) = watch::channel(None);
        let task = tokio::spawn(async move {
            let outcome = match sign_in.finish(LIMIT).await {
                Ok(signed_in) => take(signed_in).await,
                Err(failure) => Err(failure),
            };
            // Whoever waited may have gone.
            let _ = tell.send(Some(outcome));
        });
        let waiting = Waiting { url: url.clone(), outcome: outcome.clone() };
        let pending = Pending { wanted, url, task: task.abort_handle(), outcome };
        if let Some(earlier) = self.lock().replace(pending) {
            earlier.task.abort();
        }
        waiting
    }

    /// Gives up the open sign-in; the address on this machine is closed.
    pub(crate) fn cancel(&self) {
        if let Some(pending) = self.lock().take() {
            pending.task.abort();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    /// Answered is closed, even in the instant in which its task still ends.
    fn is_open(&self) -> bool {
        self.outcome.borrow().is_none() && !self.task.is_finished()
    }
}

fn cancelled() -> Failure {
    Failure::person(
        FailureCode::SignInFailed,
        "The sign-in was cancelled.",
        "Sign in whenever you like; nothing was changed.",
    )
}
