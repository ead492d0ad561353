//! What comes back from the sequencer.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use sigeyi_domain::{Rejection, access::RoleRejection};
use sigeyi_envelope::Position;
use uuid::Uuid;

/// A command that is recorded, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The last of its events; where nothing was new, the position at which that was found.
    pub position: Position,
    /// Its events; none where nothing was new.
    pub events: u8,
    /// Whom it is about.
    pub person: Uuid,
    /// The person's version after it.
    pub version: u32,
    /// Whether it, or all that it says, had been recorded before.
    pub already_recorded: bool,
}

/// Why a command was not recorded, or what is not known of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Refused by the rules.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// A change of the register of roles that its rules refuse.
    #[error(transparent)]
    RoleRejected(#[from] RoleRejection),
    /// The person is not, or not any more, in the regions that the caller may write. Nothing was recorded. Its text and code are those of
    /// nobody, so that nobody tells by mistake that there is somebody.
    #[error("{}", Rejection::UnknownPerson)]
    OutsideRegion,
    /// The id was used for other content.
    #[error("this command id was recorded with other content: send new content under a new id")]
    CommandConflict,
    /// Somebody else was faster.
    #[error("the person has version {actual}, not {expected}: read again and decide anew")]
    VersionConflict {
        /// What the caller had seen.
        expected: u32,
        /// What is there.
        actual: u32,
    },
    /// The event would be longer than the log takes.
    #[error("the texts are too long for one event: shorten them")]
    TooLong,
    /// The queue is full. Nothing was recorded.
    #[error("too many commands are waiting: send it again in {again_after:?}")]
    Overloaded {
        /// When those that wait now will have been written, by how fast the disk is.
        again_after: Duration,
    },
    /// A start that found no head of the journal asks sled first whether the journal has lost its end. Nothing was recorded.
    #[error("it is being checked after a start that nothing was lost: send it again in {again_after:?}")]
    Starting {
        /// When to ask again.
        again_after: Duration,
    },
    /// There is no room on the disk. Nothing was recorded; it goes on by itself when there is.
    #[error("the disk is full, nothing was recorded: send it again when there is room")]
    DiskFull,
    /// No answer in time: the command may or may not be recorded.
    #[error("no answer yet: send the same command id again to learn what became of it")]
    OutcomeUnknown,
    /// The clock jumped. Nothing is recorded until the operator accepts it.
    #[error("the clock jumped or stood still for long: check it, then start again with --accept-clock")]
    ClockSuspect,
    /// The engine has stopped writing.
    #[error("nothing is recorded any more: {0}")]
    Stopped(String),
}

impl CommandError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::Rejected(rejection) => rejection.code(),
            CommandError::RoleRejected(rejection) => rejection.code(),
            CommandError::OutsideRegion => Rejection::UnknownPerson.code(),
            CommandError::CommandConflict => "COMMAND_CONFLICT",
            CommandError::VersionConflict { .. } => "VERSION_CONFLICT",
            CommandError::TooLong => "TOO_LONG",
            CommandError::Overloaded { .. } => "OVERLOADED",
            CommandError::Starting { .. } => "STARTING",
            CommandError::DiskFull => "DISK_FULL",
            CommandError::OutcomeUnknown => "OUTCOME_UNKNOWN",
            CommandError::ClockSuspect => "CLOCK_SUSPECT",
            CommandError::Stopped(_) => "STOPPED",
        }
    }
}

impl CommandError {
    /// When the same command may be sent again, where that is known.
    pub fn again_after(&self) -> Option<Duration> {
        match self {
            CommandError::Overloaded { again_after } | CommandError::Starting { again_after } => {
                Some(*again_after)
            }
            CommandError::Rejected(_)
            | CommandError::RoleRejected(_)
            | CommandError::OutsideRegion
            | CommandError::CommandConflict
            | CommandError::VersionConflict { .. }
            | CommandError::TooLong
            | CommandError::DiskFull
            | CommandError::OutcomeUnknown
            | CommandError::ClockSuspect
            | CommandError::Stopped(_) => None,
        }
    }
}

pub(crate) type Answer = Result<Recorded, CommandError>;

/// The promise of an answer.
#[derive(Debug)]
pub struct Ticket {
    pub(crate) answer: oneshot::Receiver<Answer>,
}

impl Ticket {
    /// Waits for the answer, at most so long; then [`CommandError::OutcomeUnknown`].
    pub fn wait(self, timeout: Duration) -> Answer {
        match self.answer.recv_timeout(timeout) {
            Ok(answer) => answer,
            // The engine answers every command that it has taken, unless a thread of it died: then nobody knows either.
            Err(_) => Err(CommandError::OutcomeUnknown),
        }
    }
}

/// The promise of an answer, to be awaited. Without one in time nobody knows what became of the command: [`CommandError::OutcomeUnknown`].
#[derive(Debug)]
pub struct AsyncTicket {
    pub(crate) answer: oneshot::AsyncReceiver<Answer>,
}

impl Future for AsyncTicket {
    type Output = Result<Recorded, CommandError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.answer).poll(context);
        answer.map(|answer| answer.unwrap_or(Err(CommandError::OutcomeUnknown)))
    }
}
