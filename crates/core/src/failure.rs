//! Failures that say what happened, then what to do.

use serde::{Deserialize, Serialize};

/// Why a step could not do its work, in words for the person, with what the pool needs to decide what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    /// Stable name of the kind of failure; the window chooses its button by it.
    pub code: FailureCode,
    /// What happened, one sentence.
    pub what: String,
    /// What the person can do about it, one sentence.
    pub fix: String,
    /// Whether and how the work goes on.
    pub retry: Retry,
    /// The technical cause, for "copy details". Never holds a secret.
    pub detail: Option<String>,
}

/// What the pool does after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Temporary: try again by itself. The service may have said after how many milliseconds.
    Later {
        /// Delay asked for by the service, in milliseconds; `None` leaves it to the backoff.
        after_ms: Option<u32>,
    },
    /// The person has to do something; the job goes on by itself once that is done.
    Person,
    /// Repeating would fail the same way.
    Never,
}

macro_rules! failure_codes {
    ($($(#[$doc:meta])+ $variant:ident => $word:literal,)+) => {
        /// Kinds of failure. The words are part of the command line's and the window's interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum FailureCode {
            $($(#[$doc])+ #[serde(rename = $word)] $variant,)+
        }
        impl FailureCode {
            /// Every code, in the order of the pipeline.
            pub const ALL: &'static [FailureCode] = &[$(FailureCode::$variant,)+];
            /// The stable word of this code.
            pub fn word(self) -> &'static str {
                match self { $(FailureCode::$variant => $word,)+ }
            }
        }
    };
}

failure_codes! {
    /// The recording is not where the link points.
    MissingFile => "missing_file",
    /// The link names a folder.
    IsAFolder => "is_a_folder",
    /// The recording has no bytes.
    EmptyFile => "empty_file",
    /// The system refuses to read or write a file.
    PermissionDenied => "permission_denied",
    /// The file is neither audio nor video.
    NotARecording => "not_a_recording",
    /// The codec is not covered, and no ffmpeg is there to help.
    UnsupportedCodec => "unsupported_codec",
    /// The file ends early or its index is missing.
    DamagedRecording => "damaged_recording",
    /// Nothing was said.
    NoSpeech => "no_speech",
    /// No speech engine can run here.
    NoSpeechEngine => "no_speech_engine",
    /// The configured model file is not there.
    ModelMissing => "model_missing",
    /// The model file cannot be loaded.
    ModelUnusable => "model_unusable",
    /// The speech engine broke off.
    EngineFailed => "engine_failed",
    /// The model doesn't fit into this machine's memory.
    NotEnoughMemory => "not_enough_memory",
    /// What was downloaded of a model is not what the catalogue says.
    ModelDamaged => "model_damaged",
    /// A speech service has no key.
    SpeechKeyMissing => "speech_key_missing",
    /// A speech service takes the key no more.
    SpeechKeyRefused => "speech_key_refused",
    /// The account at a speech service has no credit left.
    SpeechCreditUsedUp => "speech_credit_used_up",
    /// A speech service refuses what it was sent.
    SpeechRefused => "speech_refused",
    /// A provider of language models has no key.
    NotesKeyMissing => "notes_key_missing",
    /// A provider of language models takes the key no more.
    NotesKeyRefused => "notes_key_refused",
    /// The account at a provider of language models has no credit left.
    NotesCreditUsedUp => "notes_credit_used_up",
    /// The chosen language model is not there.
    NotesModelMissing => "notes_model_missing",
    /// A language model refuses what it was asked.
    NotesRefused => "notes_refused",
    /// A language model gave no answer that can be used, also when it was told what was wrong.
    NotesUnusable => "notes_unusable",
    /// The month's cap on spending is reached.
    SpendingCapReached => "spending_cap_reached",
    /// Debrief was told to stay on this machine, and this needs a service.
    LocalOnly => "local_only",
    /// An attached transcript can't be read.
    TranscriptUnreadable => "transcript_unreadable",
    /// Speakers could not be told apart.
    DiarizationFailed => "diarization_failed",
    /// The disk is full.
    DiskFull => "disk_full",
    /// The folder for pages has gone.
    PageFolderGone => "page_folder_gone",
    /// The folder for pages cannot be written to.
    PageFolderReadOnly => "page_folder_read_only",
    /// No Google account is signed in.
    SignInNeeded => "sign_in_needed",
    /// Google takes the sign-in no more: it was revoked or has run out.
    SignInExpired => "sign_in_expired",
    /// The sign-in in the browser came to nothing.
    SignInFailed => "sign_in_failed",
    /// Debrief has no client id to sign in with.
    GoogleClientMissing => "google_client_missing",
    /// The system's keychain can't keep a secret.
    NoKeychain => "no_keychain",
    /// The person has not chosen this file in Google's file chooser yet.
    PickNeeded => "pick_needed",
    /// Another file than the pasted one was chosen.
    WrongPick => "wrong_pick",
    /// The file is not shared with any signed-in account.
    NoAccess => "no_access",
    /// The owner allows no downloads.
    DownloadForbidden => "download_forbidden",
    /// The file lies in Drive's bin.
    InTrash => "in_trash",
    /// Google takes the file for malware or spam.
    FlaggedAsAbusive => "flagged_as_abusive",
    /// A daily limit of Google is used up.
    QuotaExceeded => "quota_exceeded",
    /// What was downloaded is not what Drive has.
    DownloadDamaged => "download_damaged",
    /// No Notion workspace is connected.
    NotionNotConnected => "notion_not_connected",
    /// Notion takes the token no more: it was revoked or has run out.
    NotionSignInExpired => "notion_sign_in_expired",
    /// The database or page for pages is gone, or not shared with the connection.
    NotionNoAccess => "notion_no_access",
    /// No database or page was chosen for pages.
    NotionPlaceUnset => "notion_place_unset",
    /// A property of the database is not what it was chosen for.
    NotionPropertyUnfit => "notion_property_unfit",
    /// Notion refuses what it was sent.
    NotionRefused => "notion_refused",
    /// The service can't be reached.
    Offline => "offline",
    /// The service asks for patience or has a fault of its own.
    ServiceBusy => "service_busy",
    /// A step took longer than its bound.
    TimedOut => "timed_out",
    /// The pasted text is neither a link nor a file.
    BadLink => "bad_link",
    /// A setting is unknown or has a value that can't be used.
    BadSettings => "bad_settings",
    /// There is no such job, or it can't do that now.
    BadRequest => "bad_request",
    /// The job database refused to answer.
    StoreFailed => "store_failed",
    /// A defect in Debrief.
    Internal => "internal",
}

impl Failure {
    /// A failure that repeats itself if nothing changes.
    pub fn never(code: FailureCode, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code, what: what.into(), fix: fix.into(), retry: Retry::Never, detail: None }
    }

    /// A failure that needs the person; the job waits.
    pub fn person(code: FailureCode, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { retry: Retry::Person, ..Self::never(code, what, fix) }
    }

    /// A temporary failure; the job is tried again by itself.
    pub fn later(code: FailureCode, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { retry: Retry::Later { after_ms: None }, ..Self::never(code, what, fix) }
    }

    /// The same failure, tried again no sooner than the service asked for.
    pub fn after(self, after_ms: Option<u32>) -> Self {
        Self { retry: Retry::Later { after_ms }, ..self }
    }

    /// A temporary one that outlasted all tries: it doesn't go on by itself any more.
    pub fn given_up(self) -> Self {
        let fix = format!(
            "Debrief tried {MAX_ATTEMPTS} times. What is finished is kept: retry the job when that may be over."
        );
        Self { fix, retry: Retry::Never, ..self }
    }

    /// The same failure with its technical cause.
    pub fn because(self, detail: impl std::fmt::Display) -> Self {
        Self { detail: Some(detail.to_string()), ..self }
    }

    /// A defect in Debrief: something that cannot happen has happened.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        Self::never(
            FailureCode::Internal,
            "Debrief made a mistake.",
            "Try again. If it happens again, copy the details into a bug report.",
        )
        .because(detail)
    }

    /// The job database refused to answer; the job goes on at the next try.
    pub fn store(detail: impl std::fmt::Display) -> Self {
        Self::later(
            FailureCode::StoreFailed,
            "Debrief's job database didn't answer.",
            "Check that the disk isn't full and that its folder can be written to.",
        )
        .because(detail)
    }

    /// The disk is full while `doing` (for example "decoding the recording").
    pub fn disk_full(doing: &str, folder: &str) -> Self {
        Self::person(
            FailureCode::DiskFull,
            format!("The disk is full; {doing} stopped."),
            format!("Free some space on the disk that holds {folder}. The job goes on by itself."),
        )
    }
}

/// Something that did not stop the job, but that the person should know. Named on the page and on the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Warning {
    /// Stable word of the kind of warning.
    pub code: String,
    /// One or two sentences: what is missing and what can be done.
    pub text: String,
}

impl Warning {
    /// A warning of the given kind.
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

/// Temporary failures in a row after which a stage has failed for good.
pub const MAX_ATTEMPTS: u32 = 8;

/// Milliseconds until try number `attempts + 1`: doubling from 5 s to 10 min, spread by `jitter` (0 to 1) so that jobs
/// that failed together don't come back together. A delay that the service asked for is kept to.
pub fn backoff_ms(attempts: u32, asked_ms: Option<u32>, jitter: f64) -> u32 {
    let doubled = 5_000_u32.saturating_mul(1 << attempts.min(10)).min(600_000);
    let spread = f64::from(doubled) * (0.75 + 0.5 * jitter.clamp(0.0, 1.0));
    // At most 750,000, far inside a u32.
    (spread as u32).max(asked_ms.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_ever_later_but_never_later_than_a_quarter_of_an_hour() {
        let delays: Vec<u32> = (0..MAX_ATTEMPTS).map(|attempts| backoff_ms(attempts, None, 0.5)).collect();
        assert_eq!(delays, [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000]);
        assert_eq!(backoff_ms(100, None, 1.0), 750_000);
    }

    #[test]
    fn a_temporary_failure_that_outlasts_all_tries_no_longer_says_that_it_goes_on() {
        let busy = Failure::later(FailureCode::ServiceBusy, "Acme is busy.", "It goes on by itself.");
        let given_up = busy.after(Some(1)).given_up();
        assert_eq!((given_up.what.as_str(), given_up.retry), ("Acme is busy.", Retry::Never));
        assert_eq!(
            given_up.fix,
            "Debrief tried 8 times. What is finished is kept: retry the job when that may be over."
        );
    }

    #[test]
    fn a_service_that_asks_for_more_time_gets_it() {
        assert_eq!(backoff_ms(0, Some(90_000), 0.0), 90_000);
        assert_eq!(backoff_ms(3, Some(1), 0.5), 40_000);
    }

    #[test]
    fn codes_keep_their_words() {
        for code in FailureCode::ALL {
            assert_eq!(serde_json::to_string(code).expect("a word"), format!("\"{}\"", code.word()));
        }
    }
}
