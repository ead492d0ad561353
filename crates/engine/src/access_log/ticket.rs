//! The promise that an access is written down.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::AccessLogError;

/// An access that is in the log, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    /// Number of its entry.
    pub number: u64,
}

pub(super) type Answer = Result<Logged, AccessLogError>;

/// The promise of an answer.
#[derive(Debug)]
pub struct AccessTicket {
    pub(super) answer: oneshot::Receiver<Answer>,
}

impl AccessTicket {
    /// Waits until it is durable, at most so long; then [`AccessLogError::OutcomeUnknown`].
    pub fn wait(self, timeout: Duration) -> Result<Logged, AccessLogError> {
        // Everything that was taken is answered, unless the thread died: then nobody knows either.
        self.answer.recv_timeout(timeout).unwrap_or(Err(AccessLogError::OutcomeUnknown))
    }
}

/// The promise of an answer, to be awaited. Whoever stops awaiting it does not undo it.
#[derive(Debug)]
pub struct AsyncAccessTicket {
    pub(super) answer: oneshot::AsyncReceiver<Answer>,
}

impl Future for AsyncAccessTicket {
    type Output = Result<Logged, AccessLogError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.answer).poll(context);
        answer.map(|answer| answer.unwrap_or(Err(AccessLogError::OutcomeUnknown)))
    }
}
