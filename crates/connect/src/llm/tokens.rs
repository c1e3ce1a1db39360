//! How many tokens a text has, and how many a model takes.
//!
//! OpenAI's newest vocabulary, `o200k_base`, is counted exactly. Other providers keep theirs to themselves, or have one for
//! each model; for them the count is raised, more so for Chinese, Japanese and Korean, where vocabularies differ most. It is
//! meant never to be too low: what doesn't fit is refused by some servers and cut off by others.

use tiktoken_rs::o200k_base_singleton;

use super::ModelSettings;
use super::prices::PRICES;
use super::provider::Provider;

/// Per hundred: what other vocabularies make of a hundred of OpenAI's tokens, at most.
const OTHER_VOCABULARIES: u32 = 140;
/// Per hundred ideographs, syllables or kana, on top of that: small vocabularies take them apart into bytes.
const OTHER_IDEOGRAPHS: u32 = 50;
/// The same for models that run on one's own machine, whose vocabularies are the smallest.
const OWN_IDEOGRAPHS: u32 = 100;
/// Texts are counted in pieces of so many bytes: the time grows faster than a text without a space in it.
const PIECE_BYTES: usize = 4096;

/// Windows of models that are in no list.
const UNKNOWN_REMOTE: u32 = 100_000;
const UNKNOWN_COMPATIBLE: u32 = 32_000;
const UNKNOWN_OWN: u32 = 8192;

/// Tokens of a text, never fewer than the provider's models count.
pub fn count(provider: Provider, text: &str) -> u32 {
    let exact = exact(text);
    match provider {
        Provider::OpenAi => exact,
        Provider::Anthropic | Provider::Gemini | Provider::Groq | Provider::Compatible => {
            raised(exact, text, OTHER_IDEOGRAPHS)
        }
        Provider::Ollama | Provider::LmStudio | Provider::LlamaCpp => raised(exact, text, OWN_IDEOGRAPHS),
    }
}

/// Tokens that a question to the model and its answer may have together: what the person says, else what the list of prices
/// says, else little.
pub fn window(settings: &ModelSettings) -> u32 {
    let provider = settings.provider;
    let known = || PRICES.of(provider.info().word, &settings.model).and_then(|price| price.window_tokens);
    settings.window_tokens.or_else(known).unwrap_or(match provider {
        Provider::OpenAi | Provider::Anthropic | Provider::Gemini | Provider::Groq => UNKNOWN_REMOTE,
        Provider::Compatible => UNKNOWN_COMPATIBLE,
        Provider::Ollama | Provider::LmStudio | Provider::LlamaCpp => UNKNOWN_OWN,
    })
}

/// In OpenAI's newest vocabulary. A cut between pieces can add a token, and take none away.
pub(super) fn exact(text: &str) -> u32 {
    let mut tokens = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        tokens += o200k_base_singleton().count_ordinary(piece);
        rest = after;
    }
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

fn raised(exact: u32, text: &str, per_hundred_ideographs: u32) -> u32 {
    let ideographs = u32::try_from(text.chars().filter(|c| is_cjk(*c)).count()).unwrap_or(u32::MAX);
    let share = |amount: u32, per_hundred: u32| (u64::from(amount) * u64::from(per_hundred)).div_ceil(100);
    let raised = share(exact, OTHER_VOCABULARIES) + share(ideographs, per_hundred_ideographs);
    u32::try_from(raised).unwrap_or(u32::MAX)
}

/// Hangul, kana, ideographs and their punctuation.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    const ENGLISH: &str = "Let's move the launch to Thursday, and Priya calls the customers before.";
    const CHINESE: &str = "我們把發布改到星期四，普莉亞會先打電話給客戶。";

    #[test]
    fn openai_is_counted_exactly_and_others_are_not_counted_too_low() {
        // What OpenAI's own tokenizer says.
        assert_eq!(count(Provider::OpenAi, "hello world"), 2);
        assert_eq!(count(Provider::OpenAi, ""), 0);
        let (english, chinese) = (count(Provider::OpenAi, ENGLISH), count(Provider::OpenAi, CHINESE));
        for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::OpenAi) {
            assert!(count(provider, ENGLISH) >= english * 14 / 10, "{provider:?}");
            // A token and a half for each character, and two where the vocabulary is small.
            let least = if provider.info().on_this_machine { 2.0 } else { 1.5 };
            let least = (CHINESE.chars().count() as f64 * least) as u32;
            assert!(
                count(provider, CHINESE) >= least.min(chinese * 2),
                "{provider:?}: {}",
                count(provider, CHINESE)
            );
        }
    }

    #[test]
    fn a_long_text_without_a_space_is_counted_at_once() {
        let began = Instant::now();
        assert!(count(Provider::OpenAi, &"ab".repeat(100_000)) > 10_000);
        assert!(count(Provider::Anthropic, &"會".repeat(100_000)) > 100_000);
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_are_never_counted_lower_than_the_whole(text in "\\PC{0,400}", copies in 1_usize..60) {
            let text = text.repeat(copies);
            let whole = u32::try_from(o200k_base_singleton().count_ordinary(&text)).unwrap();
            // The cut itself may join or part a few tokens.
            let cuts = u32::try_from(text.len() / PIECE_BYTES).unwrap();
            prop_assert!(exact(&text) + 2 * cuts >= whole);
        }
    }
}
