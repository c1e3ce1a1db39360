//! Tells the pool and its listeners what changed in the store, whichever process changed it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::store::{Change, JobStore, StoreError};

/// How soon a change by another process is seen. A stop must be seen within a second.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Calls `on_change` for everything that changes after `revision`, until the task is dropped. `changed` wakes it at once
/// for changes by this process.
pub(crate) async fn watch(
    store: Arc<JobStore>,
    mut revision: i64,
    changed: Arc<Notify>,
    on_change: impl Fn(Vec<Change>),
) {
    let Ok(mut commits) = store.commits() else {
        tracing::error!("the job database can't be watched");
        return;
    };
    loop {
        // Asking costs a read of shared memory; only a commit leads to a query.
        match commits
            .any_new()
            .and_then(|new| if new { store.changes_after(revision).map(Some) } else { Ok(None) })
        {
            Ok(Some((reached, changes))) => {
                revision = reached;
                on_change(changes);
            }
            Ok(None) => {}
            Err(
                error @ (StoreError::Database(_)
                | StoreError::UnknownJob(_)
                | StoreError::Illegal(_)
                | StoreError::NotEnded
                | StoreError::NothingMade),
            ) => {
                tracing::warn!(%error, "the job database didn't answer");
            }
        }
        tokio::select! {
            () = changed.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
