//! Names for speakers.

use async_trait::async_trait;
use debrief_core::ports::SpeakerIdentifier;
use debrief_core::stage::{StageCx, StepResult};
use debrief_core::transcript::{Speakers, Transcript};

/// Gives no names: speakers keep their labels ("Speaker 1"). A wrong name on a page is worse than none, and without a
/// language model nothing here can tell a name that a speaker bears from one that is only talked about.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeepLabels;

#[async_trait]
impl SpeakerIdentifier for KeepLabels {
    async fn identify(&self, _transcript: &Transcript, _cx: StageCx) -> StepResult<Speakers> {
        Ok(Speakers::default())
    }
}
