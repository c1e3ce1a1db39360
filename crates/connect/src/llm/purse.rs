//! What calls may cost, and have cost: the month's cap is asked before each, and each is written down.

use std::sync::{Arc, Mutex, PoisonError};

use debrief_core::job::JobId;
use debrief_core::ports::Question;
use debrief_core::spending::{Expense, Usage};
use genai::chat::ChatMessage;
use jiff::Timestamp;

use super::call::Meter;
use super::errors::LlmError;
use super::{Ledger, ModelSettings, tokens};

/// A chain's money.
pub(super) struct Purse {
    ledger: Arc<dyn Ledger>,
    /// What the calls that are under way may cost, in US dollars.
    reserved_usd: Mutex<f64>,
}

/// One call's account. It is settled however the call ends, also when nobody waits for it any more.
pub(super) struct Tab<'a> {
    purse: &'a Purse,
    model: &'a ModelSettings,
    job: JobId,
    reserved_usd: f64,
    /// What the call has used by now.
    pub(super) meter: Meter,
}

impl Purse {
    pub(super) fn new(ledger: Arc<dyn Ledger>) -> Purse {
        Purse { ledger, reserved_usd: Mutex::new(0.0) }
    }

    /// Opens a tab for a call, if the month's cap leaves enough.
    pub(super) fn open<'a>(
        &'a self,
        model: &'a ModelSettings,
        question: &Question,
        said: &[ChatMessage],
        job: JobId,
    ) -> Result<Tab<'a>, LlmError> {
        let provider = model.provider;
        let texts = said.iter().filter_map(|message| message.content.joined_texts());
        let input_tokens = texts.map(|text| u64::from(tokens::count(provider, &text))).sum::<u64>()
            + u64::from(tokens::count(provider, &question.instructions));
        let estimate = Usage { input_tokens, output_tokens: question.answer_tokens.into(), audio_ms: 0 };
        let needed_usd = model.price().and_then(|price| price.cost_usd(&estimate));
        let mut reserved = self.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner);
        // What is free is free, whatever is left.
        if needed_usd != Some(0.0)
            && let Some(left) = self.ledger.left_usd().map_err(LlmError::Own)?
        {
            let (left_usd, needed_usd) = (left - *reserved, needed_usd.unwrap_or(0.0));
            if left_usd <= 0.0 || needed_usd > left_usd {
                return Err(LlmError::CapReached { left_usd, needed_usd });
            }
        }
        let reserved_usd = needed_usd.unwrap_or(0.0);
        *reserved += reserved_usd;
        Ok(Tab { purse: self, model, job, reserved_usd, meter: Meter::default() })
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        *self.purse.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner) -= self.reserved_usd;
        let usage = self.meter.usage();
        if usage == Usage::default() {
            return;
        }
        let expense = Expense {
            at: Timestamp::now(),
            provider: self.model.provider.info().word.to_owned(),
            model: self.model.model.clone(),
            usage,
            usd: self.model.price().and_then(|price| price.cost_usd(&usage)),
        };
        if let Err(failure) = self.purse.ledger.record(self.job, expense) {
            tracing::error!(%failure, detail = failure.detail, "what a call cost could not be written down");
        }
    }
}
