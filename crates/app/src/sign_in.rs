//! The one sign-in that may be open: asked for once, answered once, however often the person clicks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use debrief_core::failure::{Failure, FailureCode};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use url::Url;

/// Time for a password, a second factor and a look at what is asked for.
pub(crate) const LIMIT: Duration = Duration::from_secs(15 * 60);

/// The open sign-in of a service, if there is one. `W` is what a sign-in is for; a second one for the same is the same.
pub(crate) struct OpenSignIn<W>(Mutex<Option<Pending<W>>>);

struct Pending<W> {
    wanted: W,
    url: Url,
    task: AbortHandle,
    outcome: watch::Receiver<Option<Outcome>>,
}

type Outcome = Result<(), Failure>;

/// An open sign-in, to be waited for.
pub(crate) struct Waiting {
    pub(crate) url: Url,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl<W> Default for OpenSignIn<W> {
    fn default() -> Self {
        OpenSignIn(Mutex::default())
    }
}

impl Waiting {
    /// # Errors
    /// Why nobody is signed in; also that the sign-in was cancelled.
    pub(crate) async fn outcome(mut self) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(cancelled())),
            // Its task was ended.
            Err(_) => Err(cancelled()),
        }
    }
}

impl<W: PartialEq> OpenSignIn<W> {
    pub(crate) fn is_open(&self) -> bool {
        self.lock().as_ref().is_some_and(Pending::is_open)
    }

    /// The open sign-in for the same thing.
    pub(crate) fn same(&self, wanted: &W) -> Option<Waiting> {
        let pending = self.lock();
        let pending = pending.as_ref().filter(|pending| pending.is_open() && pending.wanted == *wanted)?;
        Some(Waiting { url: pending.url.clone(), outcome: pending.outcome.clone() })
    }

    /// Takes the place of whatever was open: the page to show, and what waits for its answer.
    pub(crate) fn open(
        &self,
        wanted: W,
        url: Url,
        answer: impl Future<Output = Outcome> + Send + 'static,
    ) -> Waiting {
        let (tell, outcome) = watch::channel(None);
        let task = tokio::spawn(async move {
            // Whoever waited may have gone.
            let _ = tell.send(Some(answer.await));
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

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Pending<W>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> Pending<W> {
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
