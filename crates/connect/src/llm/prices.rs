//! What models cost and how much they hold: a list that comes with Debrief, with the day of its making.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use debrief_core::spending::Usage;
use serde::Deserialize;

use super::provider::Provider;

/// The list that comes with Debrief.
pub static PRICES: LazyLock<Prices> =
    LazyLock::new(|| toml::from_str(include_str!("prices.toml")).expect("the list is tested"));

/// Prices by provider and model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Prices {
    /// Where the list comes from, with its version.
    pub source: String,
    /// The day when it was made, for example "2026-11-26".
    pub date: String,
    models: BTreeMap<String, BTreeMap<String, Price>>,
}

/// What a model costs, in US dollars, and how much it holds. What isn't known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Price {
    /// Per million tokens that it reads.
    #[serde(rename = "input")]
    pub input_usd: Option<f64>,
    /// Per million tokens that it writes, its reasoning among them.
    #[serde(rename = "output")]
    pub output_usd: Option<f64>,
    /// What long questions cost.
    pub long: Option<LongPrice>,
    /// Per minute of audio.
    #[serde(rename = "minute")]
    pub minute_usd: Option<f64>,
    /// Tokens that a question may have.
    #[serde(rename = "window")]
    pub window_tokens: Option<u32>,
    /// Tokens that an answer may have.
    #[serde(rename = "answer")]
    pub answer_tokens: Option<u32>,
    /// Whether it thinks before it answers; the thoughts count as output.
    pub reasoning: bool,
}

/// What questions cost that are longer than usual.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongPrice {
    /// The tokens above which a question is long.
    #[serde(rename = "above")]
    pub above_tokens: u64,
    /// Per million tokens of such a question, all of them.
    #[serde(rename = "input")]
    pub input_usd: f64,
    /// Per million tokens of its answer.
    #[serde(rename = "output")]
    pub output_usd: f64,
}

const FREE: Price = Price {
    input_usd: Some(0.0),
    output_usd: Some(0.0),
    long: None,
    minute_usd: Some(0.0),
    window_tokens: None,
    answer_tokens: None,
    reasoning: false,
};

impl Prices {
    /// The price of a model under its provider's, or its speech service's, name in the settings. A model that is not in the
    /// list has none: nothing is guessed from a name that looks like another. What runs on the person's own machine costs
    /// nothing.
    pub fn of(&self, provider: &str, model: &str) -> Option<Price> {
        match Provider::from_word(provider) {
            Some(own) if own.info().on_this_machine => Some(FREE),
            Some(_) | None => self.models.get(provider)?.get(model).copied(),
        }
    }
}

impl Price {
    /// What so much of the model costs, in US dollars; `None` when a price that counts is not known. Audio is counted by its
    /// length: the tokens that some services count for it are not to be given as well.
    pub fn cost_usd(&self, usage: &Usage) -> Option<f64> {
        const MILLION: f64 = 1_000_000.0;
        const MINUTE_MS: f64 = 60_000.0;
        let part = |amount: u64, price: Option<f64>, per: f64| match amount {
            0 => Some(0.0),
            amount => Some(amount as f64 * price? / per),
        };
        let long = self.long.filter(|long| usage.input_tokens > long.above_tokens);
        let input = long.map_or(self.input_usd, |long| Some(long.input_usd));
        let output = long.map_or(self.output_usd, |long| Some(long.output_usd));
        Some(
            part(usage.input_tokens, input, MILLION)?
                + part(usage.output_tokens, output, MILLION)?
                + part(usage.audio_ms, self.minute_usd, MINUTE_MS)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcribe::remote::Service;

    fn tokens(input_tokens: u64, output_tokens: u64) -> Usage {
        Usage { input_tokens, output_tokens, audio_ms: 0 }
    }

    fn cents(price: &Price, usage: Usage) -> f64 {
        (price.cost_usd(&usage).unwrap() * 10_000.0).round() / 100.0
    }

    #[test]
    fn the_list_says_where_it_comes_from_and_knows_the_models_that_are_offered() {
        assert!(PRICES.source.starts_with("litellm ") && PRICES.date.parse::<jiff::civil::Date>().is_ok());
        for provider in Provider::ALL {
            let info = provider.info();
            if let Some(model) = info.model.filter(|_| !info.on_this_machine) {
                let price = PRICES.of(info.word, model).unwrap_or_else(|| panic!("{model}"));
                assert!(price.cost_usd(&tokens(1, 1)).unwrap() > 0.0, "{model}");
                assert!(
                    price.window_tokens.unwrap() >= 100_000 && price.answer_tokens.unwrap() >= 16_000,
                    "{model}"
                );
            }
        }
        for service in [Service::OpenAi, Service::Groq, Service::Deepgram, Service::Gemini] {
            let info = service.info();
            let hour = Usage { audio_ms: 3_600_000, ..Usage::default() };
            let price = PRICES.of(info.word, info.model).unwrap_or_else(|| panic!("{}", info.model));
            assert!((0.01..2.0).contains(&price.cost_usd(&hour).unwrap()), "{}", info.model);
        }
    }

    #[test]
    fn tokens_and_minutes_are_paid_for() {
        let sonnet = PRICES.of("anthropic", "claude-sonnet-4-6").unwrap();
        assert_eq!(cents(&sonnet, tokens(100_000, 10_000)), 45.0);
        let whisper = PRICES.of("openai", "whisper-1").unwrap();
        assert_eq!(cents(&whisper, Usage { audio_ms: 600_000, ..Usage::default() }), 6.0);
        assert_eq!(whisper.cost_usd(&tokens(1, 0)), None);
    }

    #[test]
    fn a_long_question_costs_more() {
        let long = LongPrice { above_tokens: 200_000, input_usd: 2.5, output_usd: 15.0 };
        let price =
            Price { input_usd: Some(1.25), output_usd: Some(10.0), long: Some(long), ..Price::default() };
        assert_eq!(cents(&price, tokens(200_000, 1000)), 26.0);
        assert_eq!(cents(&price, tokens(400_000, 1000)), 101.5);
    }

    #[test]
    fn what_is_not_in_the_list_has_no_price_and_ones_own_machine_costs_nothing() {
        for (provider, model) in [
            ("openai", "gpt-5.4-mini-tomorrow"),
            ("compatible", "gpt-5.4-mini"),
            ("nobody", "x"),
            ("openai", ""),
        ] {
            assert_eq!(PRICES.of(provider, model), None, "{provider} {model}");
        }
        let own = PRICES.of("ollama", "whatever:8b").unwrap();
        assert_eq!(own.cost_usd(&tokens(1_000_000, 1_000_000)), Some(0.0));
    }
}
