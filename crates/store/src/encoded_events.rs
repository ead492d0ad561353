//! A frame's worth of events on their way into the log.

use sigeyi_envelope::{EVENT_BYTES_MAX, Position, StoredEvent};
use sigeyi_proof::Hash;

use crate::event_store::AppendError;
use crate::frame::{
    FRAME_BYTES_MAX, FRAME_CHECKSUM_BYTES, FRAME_EVENTS_MAX, FRAME_HEADER_BYTES, FrameHeader, seal_frame,
};
use crate::run::EVENT_LENGTH_BYTES;
use crate::suite::is_leaf_of;

/// Where an event's stored bytes say its position.
const POSITION_AT: usize = 4;

/// Events for one frame, laid out as the frame will be, so that appending copies nothing again.
#[derive(Debug, Clone)]
pub struct EncodedEvents {
    /// Room for the frame's header, then each event with its length.
    frame: Vec<u8>,
    /// Where each event's stored bytes begin.
    offsets: Vec<u32>,
    leaves: Vec<Hash>,
    longest: usize,
}

impl Default for EncodedEvents {
    fn default() -> Self {
        EncodedEvents::new()
    }
}

impl EncodedEvents {
    /// No events.
    pub fn new() -> EncodedEvents {
        EncodedEvents::with_capacity(0, 0)
    }

    /// No events, with room for so many of so many bytes together.
    pub fn with_capacity(events: usize, bytes: usize) -> EncodedEvents {
        let capacity = FRAME_HEADER_BYTES + FRAME_CHECKSUM_BYTES + events * EVENT_LENGTH_BYTES + bytes;
        let mut frame = Vec::with_capacity(capacity);
        frame.resize(FRAME_HEADER_BYTES, 0);
        let (offsets, leaves) = (Vec::with_capacity(events), Vec::with_capacity(events));
        EncodedEvents { frame, offsets, leaves, longest: 0 }
    }

    /// Adds an event by its stored bytes and their leaf hash. What exceeds a limit is refused by the append.
    pub fn push(&mut self, stored: &[u8], leaf: Hash) {
        debug_assert!(is_leaf_of(&leaf, stored), "the leaf hash is not the event's");
        debug_assert!(stored.len() > EVENT_BYTES_MAX || StoredEvent::parse(stored).is_ok(), "not an event");
        self.longest = self.longest.max(stored.len());
        // The append refuses an event that is too long for its length, so what is written for it does not matter.
        self.frame.extend_from_slice(&(stored.len() as u16).to_be_bytes());
        self.offsets.push(self.frame.len() as u32);
        self.frame.extend_from_slice(stored);
        self.leaves.push(leaf);
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.leaves.len()
    }

    /// True without events.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// What the frame takes on disk.
    pub fn bytes(&self) -> usize {
        self.frame.len() + FRAME_CHECKSUM_BYTES
    }

    /// True when a commit of so many more events and stored bytes still fits into the frame.
    pub fn has_room_for(&self, events: usize, bytes: usize) -> bool {
        self.len() + events <= FRAME_EVENTS_MAX
            && self.bytes() + events * EVENT_LENGTH_BYTES + bytes <= FRAME_BYTES_MAX
    }

    pub(crate) fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// Checks everything that is cheap to check, so that no frame is written that a start would refuse.
    pub(crate) fn check(&self, first: Position) -> Result<(), AppendError> {
        if self.is_empty() {
            return Err(AppendError::Empty);
        }
        if self.longest > EVENT_BYTES_MAX {
            return Err(AppendError::EventTooLong { bytes: self.longest });
        }
        if self.len() > FRAME_EVENTS_MAX || self.bytes() > FRAME_BYTES_MAX {
            return Err(AppendError::FrameTooLarge { bytes: self.bytes(), events: self.len() });
        }
        for (offset, expected) in self.offsets.iter().zip(first.0..) {
            let said = self.frame.get(*offset as usize + POSITION_AT..).and_then(|bytes| bytes.first_chunk());
            let found = said.map_or(0, |bytes| u64::from_be_bytes(*bytes));
            if found != expected {
                return Err(AppendError::WrongPosition {
                    expected: Position(expected),
                    found: Position(found),
                });
            }
        }
        Ok(())
    }

    /// The whole frame, and where each event begins in it.
    pub(crate) fn into_frame(mut self, header: FrameHeader) -> (Vec<u8>, Vec<u32>) {
        seal_frame(&mut self.frame, header);
        (self.frame, self.offsets)
    }

    /// Each event with its length before it, without a frame around them, and where each begins.
    #[cfg(test)]
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<u32>) {
        (self.frame, self.offsets)
    }
}
