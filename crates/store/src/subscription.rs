//! Following a log: read by position, woken when the head moves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sigeyi_envelope::Position;

use crate::event_store::{Direction, ReadError};

/// Bytes that one [`Subscription::next`] gives at most, one event aside.
pub const SUBSCRIPTION_BYTES_MAX: usize = 4 << 20;

/// A log that can be followed.
pub trait Followed: Send + Sync {
    /// As [`EventStore::read`](crate::EventStore::read).
    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, ReadError>;

    /// Returns when the head is beyond a position, at the latest at the deadline.
    fn wait_beyond(&self, position: Position, deadline: Instant);
}

/// A reader that gets every event once, in order, from a position on. There is no queue that could overflow: a slow reader reads
/// later what it has not read yet.
pub struct Subscription {
    log: Arc<dyn Followed>,
    after: Position,
}

impl Subscription {
    /// Follows a log after a position.
    pub fn new(log: Arc<dyn Followed>, after: Position) -> Subscription {
        Subscription { log, after }
    }

    /// The position up to which events have been given.
    pub fn position(&self) -> Position {
        self.after
    }

    /// The next events, at most `max_events` of them; waits for one, and gives none when the time is over.
    pub fn next(&mut self, max_events: usize, timeout: Duration) -> Result<Vec<Bytes>, ReadError> {
        // A timeout beyond what the clock can say is one that does not end within anybody's lifetime.
        let now = Instant::now();
        let deadline = now.checked_add(timeout).unwrap_or(now + Duration::from_secs(1 << 30));
        self.log.wait_beyond(self.after, deadline);
        let events = self.log.read(self.after, Direction::Forward, max_events, SUBSCRIPTION_BYTES_MAX)?;
        self.after.0 += events.len() as u64;
        Ok(events)
    }
}
