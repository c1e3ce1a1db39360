//! How many requests a connection may send.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::world::World;

/// So many requests a second on average, for each token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NotionRate {
    /// On average.
    pub per_s: f64,
    /// At once, after a pause.
    pub burst: u32,
}

/// What each token has left.
#[derive(Debug, Default)]
pub(super) struct Rate {
    limit: Option<NotionRate>,
    left: BTreeMap<String, (Timestamp, f64)>,
}

impl Rate {
    /// Whether a request may pass, which it uses up.
    pub(super) fn lets_pass(&mut self, token: &str, now: Timestamp) -> bool {
        let Some(limit) = self.limit else { return true };
        let burst = f64::from(limit.burst);
        let (since, left) = self.left.get(token).copied().unwrap_or((now, burst));
        let left = (left + now.duration_since(since).as_secs_f64() * limit.per_s).min(burst);
        let passes = left >= 1.0;
        self.left.insert(token.to_owned(), (now, if passes { left - 1.0 } else { left }));
        passes
    }
}

impl World {
    /// Refuses requests beyond a rate with 429 and `Retry-After: 1`. Nothing is refused at first.
    pub fn limit_notion_rate(&mut self, limit: Option<NotionRate>) {
        self.notion.rate = Rate { limit, left: BTreeMap::new() };
    }
}
