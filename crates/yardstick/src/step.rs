//! The surroundings of a step that nobody watches or stops.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::JobId;
use debrief_core::stage::{Progress, StageCx, StageHost};

/// One run of a step whose temporary files live in `folder`.
pub fn unwatched(folder: &Path) -> StageCx {
    StageCx::new(JobId(Default::default()), folder, Arc::new(Nobody))
}

struct Nobody;

#[async_trait]
impl StageHost for Nobody {
    fn progress(&self, _: Progress) {}
    fn stopped(&self) -> bool {
        false
    }
    async fn stop_requested(&self) {
        std::future::pending().await
    }
    fn bookmark(&self) -> Option<serde_json::Value> {
        None
    }
    fn save_bookmark(&self, _: serde_json::Value, _: f64) -> Result<(), Failure> {
        Ok(())
    }
    fn warn(&self, _: Warning) {}
}
