//! What services cost: written down in the job database, held against the month's cap, estimated beforehand.

use std::sync::Arc;

use debrief_connect::llm::{Ledger, PRICES, Provider};
use debrief_connect::transcribe::remote::Service;
use debrief_core::failure::Failure;
use debrief_core::job::{JobId, ModelChoice, SpeechChoice};
use debrief_core::spending::{Expense, Rate, Usage};
use debrief_runtime::store::JobStore;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use super::view::{SpendingLine, SpendingView};

/// What language models read and write of any recording: the instructions and schemas of the questions for names and notes, and
/// the least of an answer to each. Measured, as [`A_MINUTE`] is, by `cargo bench -p debrief-bench --bench notes` with the real
/// questions about the six written transcripts, in OpenAI's tokens; no model answers there, notes of the transcript's own
/// sentences stand for what one would write. Thoughts of a model that reasons come on top, and attachments.
const ONCE: Usage = Usage { input_tokens: 1_763, output_tokens: 569, audio_ms: 0 };
/// The same of a minute of speech: the transcript is read once for the names and once for the notes. The mean of the six, of
/// 511 to 1,139 a minute; the most is that of three hours, which are dense and read in parts.
const A_MINUTE: Usage = Usage { input_tokens: 660, output_tokens: 63, audio_ms: 0 };

/// Every expense of this installation.
pub(crate) struct StoredLedger {
    store: Arc<JobStore>,
    cap_usd: Option<f64>,
}

impl StoredLedger {
    pub(crate) fn new(store: Arc<JobStore>, cap_usd: Option<f64>) -> StoredLedger {
        StoredLedger { store, cap_usd }
    }

    /// What this month has cost.
    pub(crate) fn view(&self) -> Result<SpendingView, Failure> {
        let now = ZonedDateTime::now();
        let lines: Vec<SpendingLine> = self
            .store
            .spent_since(month_of(&now)?)?
            .into_iter()
            .map(|line| SpendingLine {
                calls: line.spent.calls,
                input_tokens: line.spent.usage.input_tokens as f64,
                output_tokens: line.spent.usage.output_tokens as f64,
                audio_minutes: line.spent.usage.audio_ms as f64 / 60_000.0,
                usd: (!line.spent.unpriced).then_some(line.spent.usd),
                provider: described(&line.provider),
                model: line.model,
            })
            .collect();
        Ok(SpendingView {
            month: now.strftime("%Y-%m").to_string(),
            // The sum of nothing is -0.0.
            usd: lines.iter().filter_map(|line| line.usd).fold(0.0, |sum, usd| sum + usd),
            has_unpriced: lines.iter().any(|line| line.usd.is_none()),
            cap_usd: self.cap_usd,
            lines,
            prices_as_of: PRICES.date.clone(),
        })
    }
}

impl Ledger for StoredLedger {
    fn left_usd(&self) -> Result<Option<f64>, Failure> {
        let Some(cap) = self.cap_usd else { return Ok(None) };
        let spent = self.store.spent_since(month_of(&ZonedDateTime::now())?)?;
        Ok(Some(cap - spent.iter().map(|line| line.spent.usd).sum::<f64>()))
    }

    fn record(&self, job: JobId, expense: Expense) -> Result<(), Failure> {
        Ok(self.store.record_expense(job, &expense)?)
    }
}

/// A provider's name for people; the word itself where no version knows it any more.
fn described(word: &str) -> String {
    let language = Provider::from_word(word).map(|provider| provider.info().name);
    let name = language.or_else(|| Service::from_word(word).map(|service| service.info().name));
    name.unwrap_or(word).to_owned()
}

/// When the month began, on this machine's clock.
fn month_of(now: &ZonedDateTime) -> Result<Timestamp, Failure> {
    let first = now.date().first_of_month().to_zoned_datetime(TimeZone::system());
    Ok(first.map_err(Failure::internal)?.timestamp())
}

/// What a recording costs, about; `None` where no price is known.
pub(crate) fn rate(speech: &SpeechChoice, writer: Option<&ModelChoice>) -> Option<Rate> {
    let cost = |provider: &str, model: &str, usage: Usage| PRICES.of(provider, model)?.cost_usd(&usage);
    let is_service = |engine: &&str| Service::from_word(engine).is_some();
    let heard = match speech.engine.as_deref().filter(is_service) {
        Some(service) => {
            let usage = Usage { audio_ms: 60_000, ..Usage::default() };
            cost(service, speech.model.as_deref().unwrap_or_default(), usage)?
        }
        None => 0.0,
    };
    let written = |usage: Usage| match writer {
        Some(writer) => cost(&writer.provider, &writer.model, usage),
        None => Some(0.0),
    };
    // Both are far below the four thousand dollars that fit.
    Some(Rate {
        once_microusd: (written(ONCE)? * 1e6).ceil() as u32,
        minute_microusd: ((heard + written(A_MINUTE)?) * 1e6).ceil() as u32,
    })
}
