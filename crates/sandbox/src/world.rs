//! All state of the sandbox, behind one lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::fault::{Fault, Plan};
use crate::google::Google;
use crate::ids;
use crate::keys::Keys;
use crate::llm::Llm;
use crate::models::Models;
use crate::notion::Notion;
use crate::seen::{Requests, Seen};
use crate::speech::Speech;

/// What the services know: state that a test arranges, the product changes over HTTP, and the test looks at.
#[derive(Debug)]
pub struct World {
    pub(crate) google: Google,
    pub(crate) notion: Notion,
    pub(crate) keys: Keys,
    pub(crate) speech: Speech,
    pub(crate) llm: Llm,
    pub(crate) models: Models,
    pub(crate) plan: Plan,
    pub(crate) requests: Requests,
    secrets: Vec<String>,
    ahead: SignedDuration,
    /// `http://127.0.0.1:PORT` once it is served.
    pub(crate) address: String,
}

impl World {
    /// A world that knows the usual client; it has no accounts and no files.
    #[must_use]
    pub fn new() -> World {
        World {
            google: Google::new(),
            notion: Notion::default(),
            keys: Keys::default(),
            speech: Speech::default(),
            llm: Llm::default(),
            models: Models::default(),
            plan: Plan::default(),
            requests: Requests::default(),
            secrets: Vec::new(),
            ahead: SignedDuration::ZERO,
            address: "http://127.0.0.1".to_owned(),
        }
    }

    /// Plans a fault. Planned faults are consumed in order.
    pub fn plan(&mut self, fault: Fault) {
        self.plan.add(0, fault);
    }

    /// Plans a fault that lets `skip` fitting requests pass first, whether or not another fault spoils them.
    pub fn plan_after(&mut self, skip: u32, fault: Fault) {
        self.plan.add(skip, fault);
    }

    /// Whether planned faults are left: at the end of a test, none should be.
    #[must_use]
    pub fn has_planned_faults(&self) -> bool {
        !self.plan.is_empty()
    }

    /// Forgets the planned faults.
    pub fn forget_faults(&mut self) {
        self.plan.clear();
    }

    /// What was asked, oldest first.
    #[must_use]
    pub fn requests(&self) -> &[Seen] {
        self.requests.all()
    }

    /// Forgets what was asked.
    pub fn forget_requests(&mut self) {
        self.requests.clear();
    }

    /// Every token and code ever issued, so that a test can search files and logs for them.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.clone()
    }

    /// The services' clock: that of this machine, and what [`World::pass_time`] added.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + self.ahead
    }

    /// Puts the services' clock forward: codes and access tokens expire.
    ///
    /// # Panics
    /// When the clock would leave the calendar.
    pub fn pass_time(&mut self, time: Duration) {
        self.ahead += SignedDuration::try_from(time).expect("a test stays within the calendar");
    }

    pub(crate) fn new_secret(&mut self, prefix: &str) -> String {
        let secret = ids::secret(prefix);
        self.secrets.push(secret.clone());
        secret
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

/// The world, shared between the server's tasks and the test.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Shared {
        Shared(Arc::new(Mutex::new(world)))
    }

    /// A test that panicked while it looked at the world has failed already; the server goes on.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
