//! What the engine sees of a log of events, whatever keeps it.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use sigeyi_envelope::{EVENT_BYTES_MAX, Position};
use sigeyi_proof::Hash;

use crate::disk::DiskError;
use crate::encoded_events::EncodedEvents;
use crate::frame::{FRAME_BYTES_MAX, FRAME_EVENTS_MAX};
use crate::journal_fault::Damage;
use crate::segment_end::RoomError;
use crate::subscription::Subscription;

/// A log of events. One writer appends; everybody reads.
pub trait EventStore: Send + Sync {
    /// Appends one frame: durable when it returns. `expected_head` is the head the caller has seen.
    ///
    /// The leaf hashes are trusted. That the events have the positions that follow is checked.
    fn append(&self, expected_head: Position, events: EncodedEvents) -> Result<Appended, AppendError>;

    /// Stored bytes of the events after (forward) or before (backward) a position, that one excluded, in the order of the
    /// direction: at most `max_events`, and at most `max_bytes` together, but one if there is one and any is wanted. Fewer than
    /// `max_events` come only for `max_bytes` or because there are no more. `Position(u64::MAX)` backward is the newest ones.
    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, ReadError>;

    /// The stored bytes of one event; nothing beyond the head.
    fn read_one(&self, position: Position) -> Result<Option<Bytes>, ReadError>;

    /// The newest event: readers see everything up to it.
    fn head(&self) -> Position;

    /// Follows the log after a position, which may lie beyond the head.
    fn subscribe(&self, after: Position) -> Subscription;
}

/// Which way to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    Backward,
}

/// A frame that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The new head: position of the frame's last event.
    pub head: Position,
    /// Root of the tree over all events up to it.
    pub root: Hash,
    /// How long the disk took to make it durable.
    pub sync: Duration,
}

/// Events that were not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else has appended: read on and decide again.
    #[error("the log's head is {actual}, not {expected}")]
    WrongHead {
        /// What the caller has seen.
        expected: Position,
        /// What it is.
        actual: Position,
    },
    /// A frame has at least one event.
    #[error("there is no event to append")]
    Empty,
    /// Append in smaller frames.
    #[error(
        "a frame of {bytes} bytes and {events} events is more than {FRAME_BYTES_MAX} or {FRAME_EVENTS_MAX}"
    )]
    FrameTooLarge {
        /// What the frame would take.
        bytes: usize,
        /// How many events it would have.
        events: usize,
    },
    /// An event that no reader would take.
    #[error("an event of {bytes} bytes is longer than {EVENT_BYTES_MAX}")]
    EventTooLong {
        /// What it takes.
        bytes: usize,
    },
    /// The events were encoded for other positions.
    #[error("an event says position {found} where {expected} is due")]
    WrongPosition {
        /// Where it would stand.
        expected: Position,
        /// What it says.
        found: Position,
    },
    /// There is no room for it. Nothing of it was written; the next append tries again.
    #[error(
        "the disk of {} is full: {free_bytes} bytes are free, {keep_free_bytes} are kept free; make room, it goes on by itself",
        .dir.display()
    )]
    DiskFull {
        /// The folder that takes no more.
        dir: PathBuf,
        /// What is free there.
        free_bytes: u64,
        /// What is left free for everything else that must go on.
        keep_free_bytes: u64,
    },
    /// The disk refused. Whether the frame is there is known after a restart; until then nothing more is appended.
    #[error(transparent)]
    Io(#[from] DiskError),
    /// An append failed before: restart.
    #[error("the journal takes no more events after a failed write: restart")]
    Poisoned,
}

impl From<RoomError> for AppendError {
    fn from(error: RoomError) -> AppendError {
        match error {
            RoomError::DiskFull { dir, free_bytes, keep_free_bytes } => {
                AppendError::DiskFull { dir, free_bytes, keep_free_bytes }
            }
            RoomError::Io(error) => AppendError::Io(error),
        }
    }
}

/// Events that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// What is on disk is not what was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}
