//! The beginning of a segment of the access log.

use sigeyi_proof::{Hash, HashAlgorithm};
use uuid::Uuid;

use crate::segment_form::{SEGMENT_HEADER_BYTES, SegmentForm, SegmentHeaderFault};

const FORM: SegmentForm = SegmentForm { magic: *b"SGYACCES", says_tree_size: false };
const GENESIS_LABEL: &[u8] = b"sigeyi access log v0";

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) log_id: Uuid,
    pub(super) number: u32,
    /// Number of its first entry.
    pub(super) first: u64,
    /// Hash of the entry before it.
    pub(super) before: Hash,
}

/// What the first entry holds where the others hold the hash of the entry before: `H("sigeyi access log v0" ‖ log id)`.
pub(super) fn genesis(algorithm: HashAlgorithm, log_id: Uuid) -> Hash {
    algorithm.digest(&[GENESIS_LABEL, log_id.as_bytes()].concat())
}

impl SegmentHeader {
    pub(super) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        FORM.encode(self.log_id, self.number, self.first, &self.before)
    }

    /// Checks the header at the beginning of the bytes as that of a numbered segment of a log.
    pub(super) fn parse(
        bytes: &[u8],
        log_id: Uuid,
        number: u32,
    ) -> Result<SegmentHeader, SegmentHeaderFault> {
        let (first, before) = FORM.parse(bytes, log_id, number)?;
        Ok(SegmentHeader { log_id, number, first, before })
    }
}
