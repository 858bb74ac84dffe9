//! Errors of carrier calls, by what may follow from them. They hold nothing of a request or an answer: no secret, no number
//! and no text.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::http::{HttpFailure, Stage, TOO_LARGE, segment};

/// The kind of an error. It is a promise: see the table at the head of the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Key or password refused.
    Auth,
    /// The account is not set up for this: sender number, address list, quota, permission.
    Config,
    /// Too many requests; not processed.
    RateLimited,
    /// A reading request failed; read again later.
    Transient,
    /// Not a byte of the request left.
    NotSent,
    /// The text may or may not have been accepted.
    Ambiguous,
    /// Refused for good.
    Permanent,
    /// The answer has an unknown shape.
    Protocol,
    /// The carrier does not offer such a call at all. Of a list of texts: they come by its own calls only.
    NotOffered,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [ErrorKind; 9] = [
        Self::Auth,
        Self::Config,
        Self::RateLimited,
        Self::Transient,
        Self::NotSent,
        Self::Ambiguous,
        Self::Permanent,
        Self::Protocol,
        Self::NotOffered,
    ];

    /// The word in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Config => "config",
            Self::RateLimited => "rate_limited",
            Self::Transient => "transient",
            Self::NotSent => "not_sent",
            Self::Ambiguous => "ambiguous",
            Self::Permanent => "permanent",
            Self::Protocol => "protocol",
            Self::NotOffered => "not_offered",
        }
    }
}

/// Why a carrier call failed. Holds no secret, no number and no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierError {
    pub kind: ErrorKind,
    /// The carrier's code, as it came.
    pub code: Option<String>,
    /// One sentence for an operator.
    pub message: String,
    /// How long the carrier asks us to wait.
    pub retry_after: Option<Duration>,
}

impl CarrierError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        CarrierError { kind, code: None, message: message.into(), retry_after: None }
    }

    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Whether the same request would be refused for ever, so that another one has to be tried: the carrier has read it, and
    /// neither key, account nor address are to blame.
    pub fn is_for_good(&self) -> bool {
        self.kind == ErrorKind::Permanent
            || matches!(self.code.as_deref(), Some("HTTP400" | "HTTP416" | "HTTP422"))
    }

    /// The same error of a question that removes what it returns: what was in an answer that a server's trouble replaced, nobody
    /// can read again. 503 is said before anything is done.
    pub(super) fn for_take(self, status: StatusCode) -> Self {
        match status {
            StatusCode::SERVICE_UNAVAILABLE => self.for_read(),
            status if status.is_server_error() => self,
            _ => self.for_read(),
        }
    }

    /// The same error of a request that may be repeated whatever became of it.
    pub fn for_read(self) -> Self {
        match self.kind {
            ErrorKind::Ambiguous => CarrierError { kind: ErrorKind::Transient, ..self },
            _ => self,
        }
    }
}

impl CarrierError {
    /// Whether the next try may go well without anybody doing anything: the network or the carrier did not answer.
    pub fn may_pass_soon(&self) -> bool {
        match self.kind {
            ErrorKind::NotSent | ErrorKind::Transient | ErrorKind::Ambiguous | ErrorKind::RateLimited => true,
            ErrorKind::Auth
            | ErrorKind::Config
            | ErrorKind::Permanent
            | ErrorKind::Protocol
            | ErrorKind::NotOffered => false,
        }
    }

    /// Whether the answer was too large: a smaller page may not be.
    pub(super) fn is_too_large(&self) -> bool {
        self.message == TOO_LARGE
    }

    /// The same error of an upload, before the text itself has left: what is open about the photo is not about the text.
    pub(super) fn for_upload(self) -> Self {
        match self.kind {
            ErrorKind::Ambiguous | ErrorKind::Transient | ErrorKind::Protocol => {
                CarrierError { kind: ErrorKind::NotSent, ..self }
            }
            _ => self,
        }
    }
}

impl fmt::Display for CarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} ({code})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for CarrierError {}

/// Result of a carrier call.
pub type Result<T> = std::result::Result<T, CarrierError>;

/// The code of an error of the proxy, not of the carrier behind it.
pub const PROXY: &str = "PROXY";

/// The call got no answer. `open` is the kind for a request that may have left.
pub(super) fn no_answer(failure: &HttpFailure, open: ErrorKind) -> CarrierError {
    let kind = if failure.stage == Stage::BeforeRequest { ErrorKind::NotSent } else { open };
    let error = CarrierError::new(kind, failure.what);
    if failure.is_of_proxy() { error.with_code(PROXY) } else { error }
}

/// A file was asked for, and no answer came, or one with more bytes than allowed.
pub(super) fn no_file(failure: &HttpFailure) -> CarrierError {
    if failure.what == TOO_LARGE { too_large() } else { no_answer(failure, ErrorKind::Transient) }
}

/// The answer has an unknown shape.
pub(super) fn protocol_error(what: &str) -> CarrierError {
    CarrierError::new(ErrorKind::Protocol, what)
}

/// The carrier does not support this; the daemon never asks for it ([`super::Caps`]).
pub(super) fn unsupported(what: &str) -> CarrierError {
    CarrierError::new(ErrorKind::Config, format!("this carrier cannot {what}"))
}

/// The answer to a send is readable, but whether the text was taken is not in it.
pub(super) fn unclear_send() -> CarrierError {
    CarrierError::new(ErrorKind::Ambiguous, "the answer to a send does not say what became of it")
}

/// The carrier did not take the text, for the reason that its code stands for.
pub(super) fn not_taken(kind: ErrorKind, code: impl Into<String>) -> CarrierError {
    CarrierError::new(kind, "the carrier did not take the text").with_code(code)
}

/// The carrier refused the call as a whole.
pub(super) fn call_refused(kind: ErrorKind) -> CarrierError {
    CarrierError::new(kind, "the carrier refused the call")
}

/// The text can never leave by this carrier.
pub(super) fn permanent(why: &str) -> CarrierError {
    CarrierError::new(ErrorKind::Permanent, why)
}

/// An upload was answered without the name of the file.
pub(super) fn unnamed_photo() -> CarrierError {
    CarrierError::new(ErrorKind::NotSent, "the carrier does not name a photo")
}

/// A name of the carrier's as a part of a path.
pub(super) fn name_segment(name: &str) -> Result<String> {
    segment(name).ok_or_else(|| protocol_error("a name of the carrier's is no name"))
}

/// The file is larger than allowed.
pub(super) fn too_large() -> CarrierError {
    CarrierError::new(ErrorKind::Permanent, TOO_LARGE)
}

/// The error of an answer that has a status but no readable code.
pub(super) fn by_status(status: StatusCode) -> CarrierError {
    let (kind, message) = match status.as_u16() {
        401 => (ErrorKind::Auth, "the carrier refuses our key"),
        403 => (ErrorKind::Config, "the carrier refuses this account or address"),
        429 => (ErrorKind::RateLimited, "the carrier's limit is used up"),
        300..=399 => (ErrorKind::Config, "the carrier has moved: see base_url"),
        404 | 405 | 407 => (ErrorKind::Config, "there is no such carrier at this address: see base_url"),
        500..=599 => (ErrorKind::Ambiguous, "the carrier has trouble of its own"),
        _ => (ErrorKind::Ambiguous, "the carrier's answer cannot be read"),
    };
    CarrierError::new(kind, message).with_code(format!("HTTP{}", status.as_u16()))
}

/// A code that is safe to log and store: at most `most` letters and digits. Anything else could hold a citizen's number, and
/// becomes `unknown`.
pub(super) fn loggable_code(code: &str, most: usize) -> String {
    let is_code =
        code.len() <= most && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if is_code { code.to_owned() } else { "unknown".to_owned() }
}
