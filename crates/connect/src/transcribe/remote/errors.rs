//! What speech services refuse with, in words for the person.

use debrief_core::failure::{Failure, FailureCode};

/// Why a call gave nothing. Each service's module says which of its answers is which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SpeechError {
    /// The key is wrong, revoked, or may not do this.
    #[error("{0}")]
    KeyRefused(String),
    /// The account has nothing left to pay with.
    #[error("{0}")]
    CreditUsedUp(String),
    /// The quota of the day is used up.
    #[error("{0}")]
    QuotaUsedUp(String),
    /// The service asks for patience; nothing was done.
    #[error("{words}")]
    Busy {
        /// The service's words.
        words: String,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// The service has a fault of its own.
    #[error("{words}")]
    Faulty {
        /// The service's words.
        words: String,
        /// After how many milliseconds it may be asked again.
        after_ms: Option<u32>,
    },
    /// The upload is too large, or the answer to so long a piece is: shorter pieces go.
    #[error("{0}")]
    TooLarge(String),
    /// There is no such model, or this key may not use it.
    #[error("{0}")]
    UnknownModel(String),
    /// There is nothing at that address.
    #[error("{0}")]
    NotThere(String),
    /// The service doesn't want what it was sent.
    #[error("{0}")]
    Refused(String),
    /// No connection: nothing was asked.
    #[error("{0}")]
    Unreachable(String),
    /// Asked, and nothing that can be understood came back.
    #[error("{0}")]
    NoAnswer(String),
    /// Asked, and no answer came in time.
    #[error("no answer within {0} s")]
    TimedOut(u64),
    /// Not the service's doing; already in words for the person.
    #[error("{0}")]
    Own(Failure),
}

impl From<Failure> for SpeechError {
    fn from(failure: Failure) -> SpeechError {
        SpeechError::Own(failure)
    }
}

/// Whom an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whose {
    /// The service, for people.
    pub(super) name: &'static str,
    /// Its name in the settings.
    pub(super) word: &'static str,
    /// The model that was asked.
    pub(super) model: String,
}

/// Said of everything that passes by itself.
const BY_ITSELF: &str = "What has been transcribed is kept, and it goes on by itself.";

impl Whose {
    /// A service without a key.
    pub(super) fn key_missing(&self) -> Failure {
        Failure::person(
            FailureCode::SpeechKeyMissing,
            format!("{} needs a key.", self.name),
            format!(
                "Add it in the settings under Transcription, or run `debrief speech key {}`. The job goes on by itself.",
                self.word
            ),
        )
    }

    /// The error in words for the person.
    pub(super) fn failure(&self, error: SpeechError) -> Failure {
        let Whose { name, word, model } = self;
        match &error {
            SpeechError::KeyRefused(_) => Failure::person(
                FailureCode::SpeechKeyRefused,
                format!("{name} refuses the key."),
                format!(
                    "Check it on the service's page for keys and add it again in the settings under Transcription, or \
                     run `debrief speech key {word}`; then retry."
                ),
            ),
            SpeechError::CreditUsedUp(_) => Failure::person(
                FailureCode::SpeechCreditUsedUp,
                format!("Your account at {name} has no credit left."),
                "Add credit there and retry; what has been transcribed is kept. Or choose another speech engine.",
            ),
            SpeechError::QuotaUsedUp(_) => Failure::person(
                FailureCode::QuotaExceeded,
                format!("The daily quota at {name} is used up."),
                "Retry tomorrow, when it begins anew, or raise it there; what has been transcribed is kept.",
            ),
            SpeechError::Busy { after_ms, .. } => {
                Failure::later(FailureCode::ServiceBusy, format!("{name} is busy."), BY_ITSELF).after(*after_ms)
            }
            SpeechError::Faulty { after_ms, .. } => {
                let what = format!("{name} has a fault of its own.");
                Failure::later(FailureCode::ServiceBusy, what, BY_ITSELF).after(*after_ms)
            }
            SpeechError::TooLarge(_) => Failure::never(
                FailureCode::SpeechRefused,
                format!("{name} finds even short pieces of this recording too large."),
                "Choose another speech engine or model in the settings, then retry.",
            ),
            SpeechError::UnknownModel(_) => Failure::person(
                FailureCode::ModelUnusable,
                format!("{name} has no model \"{model}\" for this key."),
                "Choose another model in the settings under Transcription, then retry.",
            ),
            SpeechError::NotThere(_) => Failure::person(
                FailureCode::SpeechRefused,
                format!("{name} doesn't take recordings at the address that is set."),
                "Check the address in the settings under Transcription (it often ends in /v1), then retry.",
            ),
            SpeechError::Refused(_) => Failure::never(
                FailureCode::SpeechRefused,
                format!("{name} refused what Debrief sent."),
                "Copy the details to see why. Another model or speech engine in the settings may take it.",
            ),
            SpeechError::Unreachable(_) => Failure::later(
                FailureCode::Offline,
                format!("{name} can't be reached."),
                format!("Check the connection to the internet. {BY_ITSELF}"),
            ),
            SpeechError::NoAnswer(_) => Failure::later(
                FailureCode::ServiceBusy,
                format!("{name} gave no answer that can be used."),
                BY_ITSELF,
            ),
            SpeechError::TimedOut(_) => {
                Failure::later(FailureCode::TimedOut, format!("{name} didn't answer in time."), BY_ITSELF)
            }
            SpeechError::Own(failure) => return failure.clone(),
        }
        .because(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_do() {
        let whose = Whose { name: "Deepgram", word: "deepgram", model: "nova-3".into() };
        let words = || "its words".to_owned();
        let errors = [
            SpeechError::KeyRefused(words()),
            SpeechError::CreditUsedUp(words()),
            SpeechError::QuotaUsedUp(words()),
            SpeechError::Busy { words: words(), after_ms: Some(7000) },
            SpeechError::Faulty { words: words(), after_ms: None },
            SpeechError::TooLarge(words()),
            SpeechError::UnknownModel(words()),
            SpeechError::NotThere(words()),
            SpeechError::Refused(words()),
            SpeechError::Unreachable(words()),
            SpeechError::NoAnswer(words()),
            SpeechError::TimedOut(60),
            SpeechError::Own(whose.key_missing()),
        ];
        let told = errors.into_iter().map(|error| {
            let failure = whose.failure(error);
            let (code, detail) = (failure.code.word(), failure.detail.as_deref().unwrap_or("no detail"));
            format!("{code} {:?}, {detail}\n  {}\n  {}", failure.retry, failure.what, failure.fix)
        });
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
    }
}
