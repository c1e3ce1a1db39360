//! Faults that a test plans: each is consumed by the next requests that it fits, in the order of planning.

use crate::google::Content;
use crate::llm::LlmProvider;
use crate::speech::SpeechService;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// The page on which a person signs in.
    Auth,
    /// The exchange of a code or of a refresh token.
    Token,
    /// Taking back a token.
    Revoke,
    /// `about`
    About,
    /// `files/{id}` without `alt=media`.
    Metadata,
    /// `files/{id}?alt=media`
    Download,
    /// `files/{id}/export`
    Export,
    /// `PATCH files/{id}`
    Rename,
    /// `files`
    List,
    /// `changes` and `changes/startPageToken`.
    Changes,
    /// Notion: `users/me`.
    NotionUser,
    /// Notion: `search`.
    NotionSearch,
    /// Notion: `GET databases/{id}`.
    NotionDatabase,
    /// Notion: `GET` and `PATCH data_sources/{id}`.
    NotionDataSource,
    /// Notion: `data_sources/{id}/query`.
    NotionQuery,
    /// Notion: `POST pages`.
    NotionCreate,
    /// Notion: `GET pages/{id}`.
    NotionPage,
    /// Notion: `PATCH pages/{id}`.
    NotionPagePatch,
    /// Notion: `PATCH blocks/{id}/children`.
    NotionAppend,
    /// Notion: `GET blocks/{id}/children`.
    NotionChildren,
    /// Notion: `GET`, `PATCH` and `DELETE blocks/{id}`.
    NotionBlock,
    /// Notion: `file_uploads`, except for the bytes.
    NotionUpload,
    /// Notion: `file_uploads/{id}/send`.
    NotionSend,
    /// Notion: the exchange of a code or of a refresh token.
    NotionToken,
    /// Any of Notion's.
    NotionAny,
    /// The OpenAI-compatible service: `audio/transcriptions`.
    SpeechOpenAi,
    /// The OpenAI-compatible service: `models`.
    SpeechOpenAiModels,
    /// Groq: `audio/transcriptions`.
    SpeechGroq,
    /// Groq: `models`.
    SpeechGroqModels,
    /// Deepgram: `listen`.
    SpeechDeepgram,
    /// Deepgram: `projects`.
    SpeechDeepgramProjects,
    /// AssemblyAI: `upload`.
    SpeechAssemblyUpload,
    /// AssemblyAI: `POST transcript`.
    SpeechAssemblyTranscript,
    /// AssemblyAI: `GET transcript/{id}`.
    SpeechAssemblyPoll,
    /// AssemblyAI: `DELETE transcript/{id}`.
    SpeechAssemblyDelete,
    /// AssemblyAI: `GET transcript`.
    SpeechAssemblyList,
    /// Gemini: the start of an upload, and its bytes.
    SpeechGeminiUpload,
    /// Gemini: `GET files/{name}`.
    SpeechGeminiFile,
    /// Gemini: `DELETE files/{name}`.
    SpeechGeminiDelete,
    /// Gemini: `models/{model}:generateContent` of a file.
    SpeechGeminiGenerate,
    /// Gemini: `models`.
    SpeechGeminiModels,
    /// Any of the speech services'.
    SpeechAny,
    /// OpenAI: `chat/completions`. Its list of models is [`Call::SpeechOpenAiModels`].
    LlmOpenAi,
    /// Groq: `chat/completions`. Its list of models is [`Call::SpeechGroqModels`].
    LlmGroq,
    /// The local server: `chat/completions`.
    LlmLocal,
    /// The local server: `models`.
    LlmLocalModels,
    /// Anthropic: `messages`.
    LlmAnthropic,
    /// Anthropic: `models`.
    LlmAnthropicModels,
    /// Gemini: `models/{model}:generateContent` of text alone, and `:streamGenerateContent`. Its list of models is
    /// [`Call::SpeechGeminiModels`].
    LlmGemini,
    /// Any question to a language model.
    LlmAny,
    /// A file of a model at the address that everybody knows.
    ModelFile,
    /// A file of a model where its address leads to.
    ModelCdn,
    /// Any of all services'.
    Any,
}

/// Whose call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Google,
    Notion,
    Speech(SpeechService),
    Llm(LlmProvider),
    Models,
}

impl Call {
    /// Whose error a refusal is; Google's where nobody is named.
    pub(crate) fn service(self) -> Service {
        match self {
            Call::NotionUser
            | Call::NotionSearch
            | Call::NotionDatabase
            | Call::NotionDataSource
            | Call::NotionQuery
            | Call::NotionCreate
            | Call::NotionPage
            | Call::NotionPagePatch
            | Call::NotionAppend
            | Call::NotionChildren
            | Call::NotionBlock
            | Call::NotionUpload
            | Call::NotionSend
            | Call::NotionToken
            | Call::NotionAny => Service::Notion,
            // Nothing is asked of all of them at once.
            Call::SpeechOpenAi | Call::SpeechOpenAiModels | Call::SpeechAny => {
                Service::Speech(SpeechService::OpenAi)
            }
            Call::SpeechGroq | Call::SpeechGroqModels => Service::Speech(SpeechService::Groq),
            Call::SpeechDeepgram | Call::SpeechDeepgramProjects => Service::Speech(SpeechService::Deepgram),
            Call::SpeechAssemblyUpload
            | Call::SpeechAssemblyTranscript
            | Call::SpeechAssemblyPoll
            | Call::SpeechAssemblyDelete
            | Call::SpeechAssemblyList => Service::Speech(SpeechService::AssemblyAi),
            Call::SpeechGeminiUpload
            | Call::SpeechGeminiFile
            | Call::SpeechGeminiDelete
            | Call::SpeechGeminiGenerate
            | Call::SpeechGeminiModels => Service::Speech(SpeechService::Gemini),
            // Nothing is asked of all of them at once.
            Call::LlmOpenAi | Call::LlmAny => Service::Llm(LlmProvider::OpenAi),
            Call::LlmGroq => Service::Llm(LlmProvider::Groq),
            Call::LlmLocal | Call::LlmLocalModels => Service::Llm(LlmProvider::Local),
            Call::LlmAnthropic | Call::LlmAnthropicModels => Service::Llm(LlmProvider::Anthropic),
            Call::LlmGemini => Service::Llm(LlmProvider::Gemini),
            Call::ModelFile | Call::ModelCdn => Service::Models,
            Call::Auth
            | Call::Token
            | Call::Revoke
            | Call::About
            | Call::Metadata
            | Call::Download
            | Call::Export
            | Call::Rename
            | Call::List
            | Call::Changes
            | Call::Any => Service::Google,
        }
    }

    fn fits(self, call: Call) -> bool {
        let any_of_notions = self == Call::NotionAny && call.service() == Service::Notion;
        let any_of_speech = self == Call::SpeechAny && matches!(call.service(), Service::Speech(_));
        let questions = [Call::LlmOpenAi, Call::LlmGroq, Call::LlmLocal, Call::LlmAnthropic, Call::LlmGemini];
        let any_question = self == Call::LlmAny && questions.contains(&call);
        self == call || self == Call::Any || any_of_notions || any_of_speech || any_question
    }
}

/// A fault for the next `times` requests that are for `on`.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which requests it fits.
    pub on: Call,
    /// How many of them it spoils.
    pub times: u32,
    /// What happens to them.
    pub what: FaultKind,
}

/// What happens to a request. Counts of bytes are of the body of the spoiled answer; a cut needs to be smaller than that.
#[derive(Debug, Clone)]
pub enum FaultKind {
    /// A refusal with this status and, in the service's own form of an error, this reason.
    Status(u16, String),
    /// 429 with the reason that the service gives for it: Google's `rateLimitExceeded`, Notion's `rate_limited`, …
    TooManyRequests {
        /// The `Retry-After` header.
        retry_after_s: Option<u32>,
    },
    /// The connection is cut in the middle of the body.
    DropAfter {
        /// Bytes that still arrive.
        bytes: u64,
    },
    /// The request is accepted and never answered.
    Stall,
    /// The request is carried out and never answered.
    StallAfter,
    /// The body arrives slowly.
    SlowDrip {
        /// Its speed.
        bytes_per_s: u64,
    },
    /// The answer claims another length than its body has.
    WrongLength {
        /// The `Content-Length` header.
        claimed: u64,
    },
    /// The request is carried out, and the answer is no JSON although it says so.
    GarbageJson,
    /// 302 to another address.
    Redirect {
        /// The `Location` header.
        to: String,
    },
    /// The connection is cut in the middle of the body, and the access token has expired by then.
    ExpireTokenAfter {
        /// Bytes that still arrive.
        bytes: u64,
    },
    /// The connection is cut in the middle of the body, and the file has another content by then.
    ReviseAfter {
        /// Bytes of the old content that still arrive.
        bytes: u64,
        /// The new content.
        content: Content,
    },
    /// The request is carried out, and the connection is cut without an answer.
    AnswerLost,
    /// One byte of the body arrives changed.
    FlipByte {
        /// Which one.
        at: u64,
    },
    /// A language model answers otherwise than it should. Nothing else is spoiled by it.
    Llm(LlmFault),
}

/// How a language model's answer is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LlmFault {
    /// The answer is the beginning of JSON, although the model says that it is done. Groq notices it where JSON was asked for,
    /// and refuses with `json_validate_failed`.
    InvalidJson,
    /// The answer is JSON of another shape than was asked for.
    OtherShape,
    /// The texts of the answer are in a language that nobody asked for, in the right shape.
    OtherLanguage,
    /// The JSON has words before it and a fence of Markdown around it.
    Fenced,
    /// The answer is complete and has no text.
    Empty,
    /// The model will not answer, and says so as its provider has it; where that has no word for it, as the text.
    Refusal,
    /// The provider lets the question not through, or nothing of the answer: `content_filter`, `blockReason`, or a refusal
    /// without a word.
    Blocked,
    /// The answer has as many tokens as it may have, and more was to come.
    CutShort {
        /// How many those are.
        tokens: u64,
    },
    /// Half of the answer arrives, and the connection is cut.
    CutOff,
    /// Half of the answer arrives, and the body ends as if that were all: nothing says that the answer is complete.
    Unfinished,
    /// Half of the answer arrives, and then an error of the provider. An answer that is not streamed is that error.
    ErrorMidway,
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Plan(Vec<Planned>);

#[derive(Debug)]
struct Planned {
    /// How many fitting requests pass before it begins.
    skip: u32,
    fault: Fault,
}

impl Plan {
    pub(crate) fn add(&mut self, skip: u32, fault: Fault) {
        self.0.push(Planned { skip, fault });
        self.0.retain(|planned| planned.fault.times > 0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that fits, which it uses up once. Each fault that waits counts every request that it fits.
    pub(crate) fn take(&mut self, call: Call) -> Option<FaultKind> {
        let mut what = None;
        for planned in self.0.iter_mut().filter(|planned| planned.fault.on.fits(call)) {
            if planned.skip > 0 {
                planned.skip -= 1;
            } else if what.is_none() {
                planned.fault.times -= 1;
                what = Some(planned.fault.what.clone());
            }
        }
        self.0.retain(|planned| planned.fault.times > 0);
        what
    }
}
