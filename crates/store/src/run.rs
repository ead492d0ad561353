//! Consecutive events in one buffer, whether it came from an append, a segment, or a mirror block.

use bytes::Bytes;

/// Bytes of the length before each event.
pub(crate) const EVENT_LENGTH_BYTES: usize = 2;

/// Consecutive events that share one buffer; taking one out of it copies nothing.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    first: u64,
    bytes: Bytes,
    /// Where each event's stored bytes begin; their length is in the two bytes before.
    offsets: Vec<u32>,
}

impl Run {
    /// `offsets` point at stored bytes within `bytes`, each with its length before it.
    pub(crate) fn new(first: u64, bytes: Bytes, offsets: Vec<u32>) -> Run {
        Run { first, bytes, offsets }
    }

    /// Position of the first event.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Position of the last event.
    pub(crate) fn last(&self) -> u64 {
        (self.first + self.offsets.len() as u64).saturating_sub(1)
    }

    pub(crate) fn holds(&self, position: u64) -> bool {
        (self.first..=self.last()).contains(&position)
    }

    /// The event at a position.
    pub(crate) fn get(&self, position: u64) -> Option<Bytes> {
        let index = usize::try_from(position.checked_sub(self.first)?).ok()?;
        let offset = *self.offsets.get(index)?;
        let length = stored_at(&self.bytes, offset)?.len();
        Some(self.bytes.slice(offset as usize..offset as usize + length))
    }

    /// About what it takes in memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.offsets.capacity() * size_of::<u32>() + size_of::<Run>()
    }
}

/// The stored bytes that begin at an offset, with their length before them.
pub(crate) fn stored_at(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    let start = offset as usize;
    let length = bytes.get(start.checked_sub(EVENT_LENGTH_BYTES)?..)?.first_chunk()?;
    bytes.get(start..start + u16::from_be_bytes(*length) as usize)
}
