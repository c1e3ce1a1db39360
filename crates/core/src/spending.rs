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

/// What a recording costs by estimation, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// However long it is.
    pub once_microusd: u32,
    /// For each minute of it.
    pub minute_microusd: u32,
}

impl Rate {
    /// For a recording of that length, in US dollars.
    pub fn usd(self, duration_ms: u32) -> f64 {
        let minutes = f64::from(duration_ms) / 60_000.0;
        (f64::from(self.once_microusd) + f64::from(self.minute_microusd) * minutes) / 1e6
    }

    /// Whether it costs nothing.
    pub fn is_free(self) -> bool {
        self.once_microusd == 0 && self.minute_microusd == 0
    }
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
