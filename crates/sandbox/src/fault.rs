//! Faults that a test plans: each is consumed by the next requests that it fits, in the order of planning.

use crate::google::Content;

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
    /// Any of the others.
    Any,
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
    /// 429, reason `rateLimitExceeded`.
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
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Plan(Vec<Fault>);

impl Plan {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that fits, which it uses up once.
    pub(crate) fn take(&mut self, call: Call) -> Option<FaultKind> {
        self.0.retain(|fault| fault.times > 0);
        let fault = self.0.iter_mut().find(|fault| fault.on == call || fault.on == Call::Any)?;
        fault.times -= 1;
        let what = fault.what.clone();
        self.0.retain(|fault| fault.times > 0);
        Some(what)
    }
}
