//! What services cost: one row a call.

use debrief_core::job::JobId;
use debrief_core::spending::{Expense, Usage};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{JobStore, Result};

/// What was spent on one model, or in all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spent {
    /// Calls.
    pub calls: u32,
    /// How much of the service was used.
    pub usage: Usage,
    /// In US dollars, as far as prices are known.
    pub usd: f64,
    /// Whether a call is among them whose price is not known.
    pub unpriced: bool,
}

/// What was spent on one model of one provider.
#[derive(Debug, Clone, PartialEq)]
pub struct SpentOn {
    /// The provider's name in the settings.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// How much.
    pub spent: Spent,
}

const SUMS: &str =
    "count(*) AS calls, total(input_tokens) AS input_tokens, total(output_tokens) AS output_tokens,
                    total(audio_ms) AS audio_ms, total(usd) AS usd, count(*) - count(usd) AS unpriced";

impl JobStore {
    /// Takes note of one call for a job.
    ///
    /// # Errors
    /// The database refused.
    pub fn record_expense(&self, job: JobId, expense: &Expense) -> Result<()> {
        let Usage { input_tokens, output_tokens, audio_ms } = expense.usage;
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.write(|tx| {
            tx.execute(
                "INSERT INTO expenses (job, at, provider, model, input_tokens, output_tokens, audio_ms, usd)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    job.to_string(),
                    expense.at.as_millisecond(),
                    expense.provider,
                    expense.model,
                    whole(input_tokens),
                    whole(output_tokens),
                    whole(audio_ms),
                    expense.usd
                ],
            )?;
            Ok(())
        })
    }

    /// What was spent on each model since then, the dearest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn spent_since(&self, since: Timestamp) -> Result<Vec<SpentOn>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT provider, model, {SUMS} FROM expenses WHERE at >= ?1
             GROUP BY provider, model ORDER BY usd DESC, provider, model"
        ))?;
        let lines = statement.query_map([since.as_millisecond()], |row| {
            Ok(SpentOn { provider: row.get("provider")?, model: row.get("model")?, spent: spent(row)? })
        })?;
        Ok(lines.collect::<rusqlite::Result<_>>()?)
    }
}

/// What was spent on a job in all its runs.
pub(super) fn spent_on(connection: &Connection, job: JobId) -> Result<Spent> {
    let sql = format!("SELECT {SUMS} FROM expenses WHERE job = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([job.to_string()], spent)?)
}

fn spent(row: &Row<'_>) -> rusqlite::Result<Spent> {
    // SQLite's totals are floating-point numbers; so many tokens they hold exactly.
    let whole = |column: &str| row.get::<_, f64>(column).map(|number| number as u64);
    Ok(Spent {
        calls: row.get("calls")?,
        usage: Usage {
            input_tokens: whole("input_tokens")?,
            output_tokens: whole("output_tokens")?,
            audio_ms: whole("audio_ms")?,
        },
        usd: row.get("usd")?,
        unpriced: row.get::<_, u32>("unpriced")? > 0,
    })
}
