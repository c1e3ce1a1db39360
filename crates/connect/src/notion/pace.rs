//! The pace at which Notion is asked: one for all jobs of this process.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

/// Notion takes three requests a second on average.
const REQUESTS_PER_S: NonZeroU32 = NonZeroU32::new(3).expect("not zero");
/// Requests that may follow each other at once after a pause.
const BURST: NonZeroU32 = NonZeroU32::new(3).expect("not zero");

/// Lets requests through one after another.
pub(super) struct Pace {
    limiter: DefaultDirectRateLimiter,
    /// Notion asked that nobody asks before this.
    not_before: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new() -> Pace {
        let quota = Quota::per_second(REQUESTS_PER_S).allow_burst(BURST);
        Pace { limiter: RateLimiter::direct(quota), not_before: Mutex::default() }
    }

    /// Waits for the turn of one more request, but no longer than `patience` for a pause that Notion asked for.
    ///
    /// # Errors
    /// What is left of that pause.
    pub(super) async fn turn(&self, patience: Duration) -> Result<(), Duration> {
        while let Some(left) = self.pause_left() {
            if left > patience {
                return Err(left);
            }
            tokio::time::sleep(left).await;
        }
        self.limiter.until_ready().await;
        Ok(())
    }

    /// Nobody asks before `pause` is over.
    pub(super) fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = (*not_before).max(Some(until));
    }

    fn pause_left(&self) -> Option<Duration> {
        let until = (*self.not_before.lock().unwrap_or_else(PoisonError::into_inner))?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_notion_asked_for_holds_everybody() {
        let pace = Pace::new();
        pace.pause(Duration::from_secs(90));
        pace.pause(Duration::from_secs(1));
        let left = pace.turn(Duration::from_secs(10)).await.unwrap_err();
        assert!(left > Duration::from_secs(89), "{left:?}");
        tokio::time::advance(Duration::from_secs(85)).await;
        assert_eq!(pace.turn(Duration::from_secs(10)).await, Ok(()));
    }
}
