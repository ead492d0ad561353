//! What the 96 bytes at the beginning of a segment have in common, of the journal and of the access log. `docs/format.md` draws them.

use sigeyi_envelope::FORMAT;
use sigeyi_proof::Hash;
use uuid::Uuid;

use crate::version::OtherVersion;

pub(crate) const SEGMENT_HEADER_BYTES: usize = 96;

/// How the headers of one log differ from those of another.
pub(crate) struct SegmentForm {
    pub(crate) magic: [u8; 8],
    /// Whether a header says how many events are before it, besides the position of its first.
    pub(crate) says_tree_size: bool,
}

/// A segment header that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentHeaderFault {
    /// The checksum or the magic is wrong, or the file ends within it.
    Damaged,
    /// It is whole, but this of it is not what is due.
    Field(&'static str),
    OtherVersion(OtherVersion),
}

impl SegmentForm {
    /// The header of a numbered segment, with the number of its first event or entry and the hash that stands for everything before it.
    pub(crate) fn encode(
        &self,
        log_id: Uuid,
        number: u32,
        first: u64,
        before: &Hash,
    ) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(&self.magic);
        bytes[8] = FORMAT;
        bytes[12..16].copy_from_slice(&number.to_be_bytes());
        bytes[16..32].copy_from_slice(log_id.as_bytes());
        bytes[32..40].copy_from_slice(&first.to_be_bytes());
        if self.says_tree_size {
            bytes[40..48].copy_from_slice(&first.saturating_sub(1).to_be_bytes());
        }
        bytes[48..80].copy_from_slice(before);
        let checksum = crc32c::crc32c(&bytes[..92]);
        bytes[92..].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    /// Checks the header at the beginning of the bytes as that of a numbered segment of a log; gives its first number and its hash.
    pub(crate) fn parse(
        &self,
        bytes: &[u8],
        log_id: Uuid,
        number: u32,
    ) -> Result<(u64, Hash), SegmentHeaderFault> {
        use SegmentHeaderFault::{Damaged, Field};
        let bytes = bytes.first_chunk::<SEGMENT_HEADER_BYTES>().ok_or(Damaged)?;
        let (fields, checksum) = bytes.split_at(92);
        if fields[..8] != self.magic || crc32c::crc32c(fields).to_be_bytes() != checksum {
            return Err(Damaged);
        }
        OtherVersion::refuse(fields[8], fields[9]).map_err(SegmentHeaderFault::OtherVersion)?;
        let mut first = [0; 8];
        first.copy_from_slice(&fields[32..40]);
        let first = u64::from_be_bytes(first);
        let mut before = [0; 32];
        before.copy_from_slice(&fields[48..80]);
        if fields[16..32] != *log_id.as_bytes() {
            return Err(Field("log id"));
        }
        if fields[12..16] != number.to_be_bytes() {
            return Err(Field("number"));
        }
        // What is left follows from the rest: the tree size, if it is said, and zeros.
        if first == 0 || self.encode(log_id, number, first, &before) != *bytes {
            return Err(Field(if self.says_tree_size { "tree size" } else { "form" }));
        }
        Ok((first, before))
    }
}
