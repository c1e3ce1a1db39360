//! What services cost: tokens, minutes of audio, and money.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was used of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens that it read.
    pub input_tokens: u64,
    /// Tokens that it wrote, its reasoning among them.
    pub output_tokens: u64,
    /// Audio that it heard, in milliseconds.
    pub audio_ms: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.audio_ms += other.audio_ms;
    }
}

/// One call of a service that costs, or may cost, money.
#[derive(Debug, Clone, PartialEq)]
pub struct Expense {
    /// When.
    pub at: Timestamp,
    /// The service's name in the settings.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// How much of it.
    pub usage: Usage,
    /// In US dollars; `None` where no price is known.
    pub usd: Option<f64>,
}
