//! What language models fail with, in words for the person.

use debrief_core::failure::{Failure, FailureCode};

use crate::http;

/// Why a question got no answer. [`super::refusals`] says which reply of a provider is which.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum LlmError {
    /// There is no key.
    #[error("no key")]
    KeyMissing,
    /// The key is wrong, revoked, or may not do this.
    #[error("{0}")]
    KeyRefused(String),
    /// The account has nothing left to pay with.
    #[error("{0}")]
    CreditUsedUp(String),
    /// The quota of the day is used up.
    #[error("{words}")]
    QuotaUsedUp {
        /// The provider's words.
        words: String,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// The provider asks for patience; nothing was done.
    #[error("{words}")]
    Busy {
        /// The provider's words.
        words: String,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// The provider has a fault of its own.
    #[error("{words}")]
    Faulty {
        /// The provider's words.
        words: String,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// There is no such model, or this key may not use it.
    #[error("{0}")]
    UnknownModel(String),
    /// There is nothing at that address.
    #[error("{0}")]
    NotThere(String),
    /// The model will not answer this.
    #[error("{0}")]
    Refused(String),
    /// The request is not what the provider wants: perhaps the form of the answer that it asks for.
    #[error("{0}")]
    Unfit(String),
    /// The question doesn't fit into the model's window.
    #[error("{0}")]
    TooLong(String),
    /// The answer is longer than there was room for, also when there was more.
    #[error("the answer did not end within {0} tokens")]
    OutOfRoom(u32),
    /// Answers came and none can be used.
    #[error("{0}")]
    Unusable(String),
    /// No connection: nothing was asked.
    #[error("{0}")]
    Unreachable(String),
    /// Asked, and nothing whole came back.
    #[error("{0}")]
    NoAnswer(String),
    /// Asked, and no answer came in time.
    #[error("nothing came for {0} s")]
    TimedOut(u64),
    /// "Local only" kept the request from leaving for this host.
    #[error("local only is on: {0}")]
    LocalOnly(String),
    /// The question would cost more than the month's cap leaves.
    #[error("{left_usd:.4} USD left, about {needed_usd:.4} USD needed")]
    CapReached {
        /// What the cap leaves.
        left_usd: f64,
        /// What the question would cost, as far as that is known.
        needed_usd: f64,
    },
    /// Not the provider's doing; already in words for the person.
    #[error("{0}")]
    Own(Failure),
}

/// Whom an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whose {
    /// The provider, for people.
    pub(super) name: &'static str,
    /// Its name in the settings.
    pub(super) word: &'static str,
    /// The model that was asked.
    pub(super) model: String,
}

/// Said of everything that passes by itself.
const BY_ITSELF: &str = "What was done is kept, and the job goes on by itself.";
const ANOTHER: &str = "choose another model in the settings under Summary";

impl LlmError {
    /// Whether the model is of no use for the step's other questions either.
    pub(super) fn lasts(&self) -> bool {
        match self {
            LlmError::KeyMissing
            | LlmError::KeyRefused(_)
            | LlmError::CreditUsedUp(_)
            | LlmError::QuotaUsedUp { .. }
            | LlmError::Busy { .. }
            | LlmError::Faulty { .. }
            | LlmError::UnknownModel(_)
            | LlmError::NotThere(_)
            | LlmError::Unfit(_)
            | LlmError::Unusable(_)
            | LlmError::Unreachable(_)
            | LlmError::NoAnswer(_)
            | LlmError::TimedOut(_)
            | LlmError::LocalOnly(_) => true,
            // These are about one question.
            LlmError::Refused(_)
            | LlmError::TooLong(_)
            | LlmError::OutOfRoom(_)
            | LlmError::CapReached { .. }
            | LlmError::Own(_) => false,
        }
    }

    /// After how many milliseconds the provider wants to be asked again.
    pub(super) fn after_ms(&self) -> Option<u32> {
        match self {
            LlmError::QuotaUsedUp { after_ms, .. }
            | LlmError::Busy { after_ms, .. }
            | LlmError::Faulty { after_ms, .. } => *after_ms,
            LlmError::KeyMissing
            | LlmError::KeyRefused(_)
            | LlmError::CreditUsedUp(_)
            | LlmError::UnknownModel(_)
            | LlmError::NotThere(_)
            | LlmError::Refused(_)
            | LlmError::Unfit(_)
            | LlmError::TooLong(_)
            | LlmError::OutOfRoom(_)
            | LlmError::Unusable(_)
            | LlmError::Unreachable(_)
            | LlmError::NoAnswer(_)
            | LlmError::TimedOut(_)
            | LlmError::LocalOnly(_)
            | LlmError::CapReached { .. }
            | LlmError::Own(_) => None,
        }
    }
}

impl Whose {
    /// Why another model stood in for this one: "OpenAI was busy".
    pub(super) fn passed_over(&self, error: &LlmError) -> String {
        let Whose { name, model, .. } = self;
        match error {
            LlmError::KeyMissing => format!("{name} has no key"),
            LlmError::KeyRefused(_) => format!("{name} refused the key"),
            LlmError::CreditUsedUp(_) => format!("Your account at {name} has no credit left"),
            LlmError::QuotaUsedUp { .. } => format!("The daily quota at {name} is used up"),
            LlmError::Busy { .. } => format!("{name} was busy"),
            LlmError::Faulty { .. } => format!("{name} had a fault of its own"),
            LlmError::UnknownModel(_) => self.no_model(),
            LlmError::NotThere(_) => format!("{name} wasn't found at the address that is set"),
            LlmError::Refused(_) => format!("{model} at {name} refused to answer"),
            LlmError::Unfit(_) => format!("{name} refused what Debrief sent"),
            LlmError::TooLong(_) => format!("{model} at {name} doesn't take texts that long"),
            LlmError::OutOfRoom(_) | LlmError::Unusable(_) => {
                format!("{model} at {name} gave no answer that can be used")
            }
            LlmError::Unreachable(_) => format!("{name} couldn't be reached"),
            LlmError::NoAnswer(_) => format!("{name} broke off"),
            LlmError::TimedOut(_) => format!("{name} didn't answer in time"),
            LlmError::LocalOnly(host) => format!("Local only is on, so nothing is sent to {host}"),
            LlmError::CapReached { .. } => format!("{name} would have gone over the month's cap on spending"),
            LlmError::Own(failure) => failure.what.trim_end_matches('.').to_owned(),
        }
    }

    /// The error in words for the person.
    pub(super) fn failure(&self, error: LlmError) -> Failure {
        let Whose { name, word, model } = self;
        match &error {
            LlmError::KeyMissing => {
                return Failure::person(
                    FailureCode::NotesKeyMissing,
                    format!("{name} needs a key."),
                    format!(
                        "Add it in the settings under Summary, or run `debrief notes key {word}`. The job goes on by \
                         itself."
                    ),
                );
            }
            LlmError::KeyRefused(_) => Failure::person(
                FailureCode::NotesKeyRefused,
                format!("{name} refuses the key."),
                format!(
                    "Check it on the provider's page for keys and add it again in the settings under Summary, or run \
                     `debrief notes key {word}`; then retry."
                ),
            ),
            LlmError::CreditUsedUp(_) => Failure::person(
                FailureCode::NotesCreditUsedUp,
                format!("Your account at {name} has no credit left."),
                format!("Add credit there and retry; what was done is kept. Or {ANOTHER}."),
            ),
            LlmError::QuotaUsedUp { after_ms, .. } => {
                let what = format!("The daily quota at {name} is used up.");
                match after_ms {
                    Some(_) => Failure::later(FailureCode::QuotaExceeded, what, BY_ITSELF).after(*after_ms),
                    None => Failure::person(
                        FailureCode::QuotaExceeded,
                        what,
                        format!("Retry tomorrow, when it begins anew; what was done is kept. Or {ANOTHER}."),
                    ),
                }
            }
            LlmError::Busy { after_ms, .. } => {
                Failure::later(FailureCode::ServiceBusy, format!("{name} is busy."), BY_ITSELF).after(*after_ms)
            }
            LlmError::Faulty { after_ms, .. } => {
                let what = format!("{name} has a fault of its own.");
                Failure::later(FailureCode::ServiceBusy, what, BY_ITSELF).after(*after_ms)
            }
            LlmError::UnknownModel(_) => Failure::person(
                FailureCode::NotesModelMissing,
                format!("{}.", self.no_model()),
                self.get_the_model(),
            ),
            LlmError::NotThere(_) => Failure::person(
                FailureCode::NotesModelMissing,
                format!("{name} doesn't take questions at the address that is set."),
                "Check the address in the settings under Summary (it often ends in /v1), then retry.",
            ),
            LlmError::Refused(_) => Failure::person(
                FailureCode::NotesRefused,
                format!("{model} at {name} refuses to answer this."),
                format!("To have notes, {ANOTHER}, then retry; what was done is kept."),
            ),
            LlmError::Unfit(_) => Failure::person(
                FailureCode::NotesRefused,
                format!("{name} refused what Debrief sent."),
                format!("Copy the details to see why, or {ANOTHER}; then retry."),
            ),
            LlmError::TooLong(_) => Failure::person(
                FailureCode::NotesUnusable,
                format!("{model} at {name} doesn't take texts this long."),
                "Set a smaller context length for it, or choose a model with a larger one, in the settings under Summary; \
                 then retry.",
            ),
            LlmError::OutOfRoom(_) => Failure::person(
                FailureCode::NotesUnusable,
                format!("{model} at {name} came to no end with its answer."),
                format!("Retry, or {ANOTHER}; what was done is kept."),
            ),
            LlmError::Unusable(_) => Failure::person(
                FailureCode::NotesUnusable,
                format!("{model} at {name} gave no answer that can be used, not even when it was told what was wrong."),
                format!("Retry, or {ANOTHER}; what was done is kept."),
            ),
            LlmError::Unreachable(_) => {
                Failure::later(FailureCode::Offline, format!("{name} can't be reached."), self.reach())
            }
            LlmError::NoAnswer(_) => Failure::later(
                FailureCode::ServiceBusy,
                format!("{name} broke off before its answer was whole."),
                BY_ITSELF,
            ),
            LlmError::TimedOut(_) => {
                Failure::later(FailureCode::TimedOut, format!("{name} didn't answer in time."), BY_ITSELF)
            }
            LlmError::LocalOnly(host) => http::blocked(host, "choose a model on this computer"),
            LlmError::CapReached { left_usd, needed_usd } => cap_reached(*left_usd, *needed_usd),
            LlmError::Own(failure) => return failure.clone(),
        }
        .because(error)
    }

    fn on_this_machine(&self) -> bool {
        super::Provider::from_word(self.word).is_some_and(|provider| provider.info().on_this_machine)
    }

    fn no_model(&self) -> String {
        let key = if self.on_this_machine() { "" } else { " for this key" };
        format!("{} has no model \"{}\"{key}", self.name, self.model)
    }

    fn get_the_model(&self) -> String {
        if self.on_this_machine() {
            format!("Get \"{}\" in {} first, or {ANOTHER}; then retry.", self.model, self.name)
        } else {
            "Choose another model in the settings under Summary, then retry.".to_owned()
        }
    }

    fn reach(&self) -> String {
        if self.on_this_machine() {
            format!("Start {} and check its address in the settings under Summary. {BY_ITSELF}", self.name)
        } else {
            format!("Check the connection to the internet. {BY_ITSELF}")
        }
    }
}

/// Less is no cent.
const LEAST_SHOWN_USD: f64 = 0.005;

/// To the cent; what is less than half of one still isn't nothing.
fn dollars(usd: f64) -> String {
    if usd > 0.0 && usd < LEAST_SHOWN_USD {
        "less than $0.01".to_owned()
    } else {
        format!("${:.2}", usd.max(0.0))
    }
}

/// The month's cap leaves less than something needs, in US dollars.
pub(crate) fn cap_reached(left_usd: f64, needed_usd: f64) -> Failure {
    let left = dollars(left_usd);
    let what = match needed_usd > 0.0 {
        true if needed_usd < LEAST_SHOWN_USD => {
            format!("The month's cap on spending leaves {left}, and this needs {}.", dollars(needed_usd))
        }
        true => format!(
            "The month's cap on spending leaves {left}, and this needs about {}.",
            dollars(needed_usd)
        ),
        false => format!("The month's cap on spending leaves {left}."),
    };
    Failure::person(
        FailureCode::SpendingCapReached,
        what,
        "Raise the cap under Spending in the settings, or choose a model on this computer; then retry. Next month begins \
         anew; what was done is kept.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_error(words: impl Fn() -> String) -> Vec<LlmError> {
        vec![
            LlmError::KeyMissing,
            LlmError::KeyRefused(words()),
            LlmError::CreditUsedUp(words()),
            LlmError::QuotaUsedUp { words: words(), after_ms: None },
            LlmError::QuotaUsedUp { words: words(), after_ms: Some(3_600_000) },
            LlmError::Busy { words: words(), after_ms: Some(7000) },
            LlmError::Faulty { words: words(), after_ms: None },
            LlmError::UnknownModel(words()),
            LlmError::NotThere(words()),
            LlmError::Refused(words()),
            LlmError::Unfit(words()),
            LlmError::TooLong(words()),
            LlmError::OutOfRoom(8000),
            LlmError::Unusable(words()),
            LlmError::Unreachable(words()),
            LlmError::NoAnswer(words()),
            LlmError::TimedOut(90),
            LlmError::LocalOnly("api.anthropic.com".into()),
            LlmError::CapReached { left_usd: 0.041, needed_usd: 0.1 },
            LlmError::CapReached { left_usd: 0.002, needed_usd: 0.3 },
            LlmError::CapReached { left_usd: -0.2, needed_usd: 0.0 },
            LlmError::Own(Failure::store("locked")),
        ]
    }

    #[test]
    fn every_error_says_what_to_do() {
        let whose = Whose { name: "Anthropic", word: "anthropic", model: "claude-sonnet-4-6".into() };
        let told = every_error(|| "its words".to_owned()).into_iter().map(|error| {
            let passed_over = whose.passed_over(&error);
            let failure = whose.failure(error);
            let (code, detail) = (failure.code.word(), failure.detail.as_deref().unwrap_or("no detail"));
            let (retry, what, fix) = (failure.retry, failure.what, failure.fix);
            format!("{code} {retry:?}, {detail}\n  {what}\n  {fix}\n  {passed_over}; …")
        });
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn servers_on_this_machine_are_started_and_given_models() {
        let whose = Whose { name: "Ollama", word: "ollama", model: "qwen3:8b".into() };
        let told = [LlmError::Unreachable("refused".into()), LlmError::UnknownModel("not found".into())]
            .map(|error| whose.failure(error).fix);
        insta::assert_snapshot!(told.join("\n"), @r#"
        Start Ollama and check its address in the settings under Summary. What was done is kept, and the job goes on by itself.
        Get "qwen3:8b" in Ollama first, or choose another model in the settings under Summary; then retry.
        "#);
    }
}
