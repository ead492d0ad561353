//! A value of the mirror: a few consecutive events with their checksum. `docs/format.md` draws it.

use bytes::Bytes;
use sigeyi_envelope::EVENT_BYTES_MAX;

use crate::run::{EVENT_LENGTH_BYTES, Run};

/// Stored bytes of a block's events together at most. Well below what sled would put into a file of its own.
const BLOCK_BYTES_MAX: usize = EVENT_BYTES_MAX;
const COUNT_BYTES: usize = 2;
const CHECKSUM_BYTES: usize = 4;
/// Where an event's stored bytes say its position.
const POSITION_AT: usize = 4;

/// Collects events until the next one would not fit.
pub(crate) struct BlockBuilder {
    first: u64,
    count: u16,
    stored_bytes: usize,
    value: Vec<u8>,
}

/// A block that takes no more events.
pub(crate) struct FullBlock {
    /// Position of its first event: the key.
    pub(crate) first: u64,
    /// Position of its last event.
    pub(crate) last: u64,
    pub(crate) value: Vec<u8>,
}

/// A value that is not the block it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mirror's block of event {first} is damaged")]
pub(crate) struct BlockFault {
    first: u64,
}

impl BlockBuilder {
    /// An empty block that begins at a position.
    pub(crate) fn new(first: u64) -> BlockBuilder {
        BlockBuilder { first, count: 0, stored_bytes: 0, value: vec![0; COUNT_BYTES] }
    }

    /// Adds the next event; gives the block before it when it does not fit into that.
    pub(crate) fn push(&mut self, event: &[u8]) -> Option<FullBlock> {
        let full = (self.count > 0 && self.stored_bytes + event.len() > BLOCK_BYTES_MAX).then(|| {
            let next = BlockBuilder::new(self.first + u64::from(self.count));
            std::mem::replace(self, next).finish()
        });
        self.count += 1;
        self.stored_bytes += event.len();
        // Events are at most EVENT_BYTES_MAX long, which fits.
        self.value.extend_from_slice(&(event.len() as u16).to_be_bytes());
        self.value.extend_from_slice(event);
        full
    }

    fn finish(mut self) -> FullBlock {
        self.value[..COUNT_BYTES].copy_from_slice(&self.count.to_be_bytes());
        let checksum = crc32c::crc32c(&self.value);
        self.value.extend_from_slice(&checksum.to_be_bytes());
        FullBlock { first: self.first, last: self.first + u64::from(self.count) - 1, value: self.value }
    }
}

/// The events of a block under a key.
pub(crate) fn parse_block(first: u64, value: Bytes) -> Result<Run, BlockFault> {
    let offsets = event_offsets(first, &value).ok_or(BlockFault { first })?;
    Ok(Run::new(first, value, offsets))
}

fn event_offsets(first: u64, value: &[u8]) -> Option<Vec<u32>> {
    let (content, checksum) = value.split_last_chunk::<CHECKSUM_BYTES>()?;
    if crc32c::crc32c(content) != u32::from_be_bytes(*checksum) {
        return None;
    }
    let (count, _) = content.split_first_chunk::<COUNT_BYTES>()?;
    let count = u16::from_be_bytes(*count);
    let mut at = COUNT_BYTES;
    let mut offsets = Vec::with_capacity(count.into());
    for position in (first..).take(count.into()) {
        let length = u16::from_be_bytes(*content.get(at..)?.first_chunk()?);
        at += EVENT_LENGTH_BYTES;
        let event = content.get(at..at + usize::from(length))?;
        if event.get(POSITION_AT..)?.first_chunk() != Some(&position.to_be_bytes()) {
            return None;
        }
        offsets.push(at as u32);
        at += event.len();
    }
    (at == content.len() && count > 0).then_some(offsets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stored;

    #[test]
    fn blocks_are_full_consecutive_and_read_as_written() {
        let mut builder = BlockBuilder::new(1);
        let blocks: Vec<_> = (1..=200).filter_map(|position| builder.push(&stored(position))).collect();
        assert!(blocks.len() > 3);
        let mut next = 1;
        for block in blocks {
            assert_eq!(block.first, next);
            let bytes: usize = (block.first..=block.last).map(|position| stored(position).len()).sum();
            assert!(bytes <= BLOCK_BYTES_MAX && bytes + stored(block.last + 1).len() > BLOCK_BYTES_MAX);
            let run = parse_block(block.first, block.value.clone().into()).unwrap();
            assert_eq!((run.first(), run.last()), (block.first, block.last));
            for position in block.first..=block.last {
                assert_eq!(run.get(position).unwrap(), stored(position));
            }
            assert!(parse_block(block.first + 1, block.value.clone().into()).is_err());
            for at in 0..block.value.len() {
                let mut bad = block.value.clone();
                bad[at] ^= 4;
                assert!(parse_block(block.first, bad.into()).is_err(), "byte {at}");
            }
            next = block.last + 1;
        }
    }
}
