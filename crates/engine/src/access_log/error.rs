//! Why something is not written down, or cannot be read again.

use std::time::Duration;

use super::AccessNote;

/// Why an access is not in the log, or not known to be. Whoever gets this shows nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessLogError {
    /// More people than an entry names: ask for fewer at once.
    #[error("{people} people are more than the {} that one request may show", AccessNote::PEOPLE_MAX)]
    TooMany {
        /// How many there are.
        people: usize,
    },
    /// A reason that no entry has room for.
    #[error("a reason of {bytes} bytes is longer than {}", AccessNote::REASON_BYTES_MAX)]
    TooLong {
        /// What it takes.
        bytes: usize,
    },
    /// The queue is full.
    #[error("too many requests wait for the access log: ask again in {again_after:?}")]
    Overloaded {
        /// When those that wait now will have been written, by how fast the disk is.
        again_after: Duration,
    },
    /// There is no room on the disk. It goes on by itself when there is.
    #[error("the disk is full, and what cannot be written down is not shown: ask again when there is room")]
    DiskFull,
    /// No answer in time: the entry may or may not be in the log.
    #[error("the access log has not answered in time: ask again")]
    OutcomeUnknown,
    /// Nothing is written down any more, or the log was found damaged: an operator must look at it.
    #[error("nobody is shown while the access log cannot be written: {0}")]
    Stopped(String),
}

impl AccessLogError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            AccessLogError::TooMany { .. } => "TOO_MANY",
            AccessLogError::TooLong { .. } => "TOO_LONG",
            AccessLogError::Overloaded { .. } => "OVERLOADED",
            AccessLogError::DiskFull => "DISK_FULL",
            AccessLogError::OutcomeUnknown => "OUTCOME_UNKNOWN",
            AccessLogError::Stopped(_) => "STOPPED",
        }
    }

    /// When to ask again, where that is known.
    pub fn again_after(&self) -> Option<Duration> {
        match self {
            AccessLogError::Overloaded { again_after } => Some(*again_after),
            AccessLogError::TooMany { .. }
            | AccessLogError::TooLong { .. }
            | AccessLogError::DiskFull
            | AccessLogError::OutcomeUnknown
            | AccessLogError::Stopped(_) => None,
        }
    }
}

/// Why the access log does not answer.
#[derive(Debug, thiserror::Error)]
pub enum AccessReadError {
    /// The entry to go on after is none of those that are asked for.
    #[error("this cursor is not of this list: start again without `after`")]
    BadCursor,
    /// The log was found damaged at the start.
    #[error("the access log cannot be read: {0}")]
    Unavailable(String),
    /// The log cannot be read.
    #[error("the access log cannot be read")]
    Log(#[source] sigeyi_store::AccessReadError),
    /// The reason in an entry does not open with the keys of this directory.
    #[error("the reason in entry {0} of the access log does not open")]
    Reason(u64),
}

impl From<sigeyi_store::AccessReadError> for AccessReadError {
    fn from(error: sigeyi_store::AccessReadError) -> AccessReadError {
        match error {
            sigeyi_store::AccessReadError::NotOfThese(_) => AccessReadError::BadCursor,
            sigeyi_store::AccessReadError::Damaged(_) | sigeyi_store::AccessReadError::Io(_) => {
                AccessReadError::Log(error)
            }
        }
    }
}
