//! What speech is measured with, in tests and benches alone: conversations whose words, times and turns are known, error
//! rates, and models of the right shape, a language model among them. Needs `flite`.
#![forbid(unsafe_code)]

pub mod claims;
pub mod conversation;
mod gguf;
pub mod limits;
pub mod llama_model;
pub mod names;
pub mod nemo_model;
pub mod process;
pub mod rouge;
pub mod score;
pub mod step;
pub mod transcripts;
pub mod whisper_model;

use std::error::Error;

/// What a yardstick gives: the failure is for whoever runs the measurement.
pub type Outcome<T> = Result<T, Box<dyn Error>>;
