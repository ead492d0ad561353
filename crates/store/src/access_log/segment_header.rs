//! The 96 bytes at the beginning of a segment. `docs/format.md` draws them.

use sigeyi_envelope::FORMAT;
use sigeyi_proof::{Hash, HashAlgorithm};
use uuid::Uuid;

use super::fault::AccessFault;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::version::OtherVersion;

const MAGIC: &[u8; 8] = b"SGYACCES";
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

/// A segment header that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SegmentHeaderFault {
    Damaged(AccessFault),
    OtherVersion(OtherVersion),
}

/// What the first entry holds where the others hold the hash of the entry before: `H("sigeyi access log v0" ‖ log id)`.
pub(super) fn genesis(algorithm: HashAlgorithm, log_id: Uuid) -> Hash {
    algorithm.digest(&[GENESIS_LABEL, log_id.as_bytes()].concat())
}

impl SegmentHeader {
    pub(super) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8] = FORMAT;
        bytes[12..16].copy_from_slice(&self.number.to_be_bytes());
        bytes[16..32].copy_from_slice(self.log_id.as_bytes());
        bytes[32..40].copy_from_slice(&self.first.to_be_bytes());
        bytes[48..80].copy_from_slice(&self.before);
        let checksum = crc32c::crc32c(&bytes[..92]);
        bytes[92..].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    /// Checks the header at the beginning of the bytes as that of a numbered segment of a log.
    pub(super) fn parse(
        bytes: &[u8],
        log_id: Uuid,
        number: u32,
    ) -> Result<SegmentHeader, SegmentHeaderFault> {
        use SegmentHeaderFault::Damaged;
        let header = bytes.first_chunk::<SEGMENT_HEADER_BYTES>();
        let bytes = header.ok_or(Damaged(AccessFault::SegmentHeader))?;
        let (fields, checksum) = bytes.split_at(92);
        if &fields[..8] != MAGIC || crc32c::crc32c(fields).to_be_bytes() != checksum {
            return Err(Damaged(AccessFault::SegmentHeader));
        }
        OtherVersion::refuse(fields[8], fields[9]).map_err(SegmentHeaderFault::OtherVersion)?;
        let mut first = [0; 8];
        first.copy_from_slice(&fields[32..40]);
        let mut before = [0; 32];
        before.copy_from_slice(&fields[48..80]);
        let header = SegmentHeader { log_id, number, first: u64::from_be_bytes(first), before };
        if fields[16..32] != *log_id.as_bytes() {
            return Err(Damaged(AccessFault::SegmentField("log id")));
        }
        if fields[12..16] != number.to_be_bytes() {
            return Err(Damaged(AccessFault::SegmentField("number")));
        }
        // The zeros follow from the rest.
        if header.first == 0 || header.encode() != *bytes {
            return Err(Damaged(AccessFault::SegmentField("form")));
        }
        Ok(header)
    }
}
