//! The 96 bytes at the beginning of a segment. `docs/format.md` draws them.

use sigeyi_envelope::FORMAT;
use sigeyi_proof::Hash;
use uuid::Uuid;

use crate::journal_fault::JournalFault;
use crate::version::OtherVersion;

pub(crate) const SEGMENT_HEADER_BYTES: usize = 96;
const MAGIC: &[u8; 8] = b"SGYSEGMT";

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) log_id: Uuid,
    pub(crate) number: u32,
    /// Position of its first event.
    pub(crate) first: u64,
    /// Tree root before it.
    pub(crate) root: Hash,
}

/// A segment header that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentHeaderFault {
    Damaged(JournalFault),
    OtherVersion(OtherVersion),
}

impl SegmentHeader {
    pub(crate) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8] = FORMAT;
        bytes[12..16].copy_from_slice(&self.number.to_be_bytes());
        bytes[16..32].copy_from_slice(self.log_id.as_bytes());
        bytes[32..40].copy_from_slice(&self.first.to_be_bytes());
        bytes[40..48].copy_from_slice(&self.first.saturating_sub(1).to_be_bytes());
        bytes[48..80].copy_from_slice(&self.root);
        let checksum = crc32c::crc32c(&bytes[..92]);
        bytes[92..].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    /// Checks the header at the beginning of the bytes as that of a numbered segment of a log.
    pub(crate) fn parse(
        bytes: &[u8],
        log_id: Uuid,
        number: u32,
    ) -> Result<SegmentHeader, SegmentHeaderFault> {
        use SegmentHeaderFault::Damaged;
        let bytes =
            bytes.first_chunk::<SEGMENT_HEADER_BYTES>().ok_or(Damaged(JournalFault::SegmentHeader))?;
        let (fields, checksum) = bytes.split_at(92);
        if &fields[..8] != MAGIC || crc32c::crc32c(fields).to_be_bytes() != checksum {
            return Err(Damaged(JournalFault::SegmentHeader));
        }
        OtherVersion::refuse(fields[8], fields[9]).map_err(SegmentHeaderFault::OtherVersion)?;
        let mut first = [0; 8];
        first.copy_from_slice(&fields[32..40]);
        let mut root = [0; 32];
        root.copy_from_slice(&fields[48..80]);
        let header = SegmentHeader { log_id, number, first: u64::from_be_bytes(first), root };
        if fields[16..32] != *log_id.as_bytes() {
            return Err(Damaged(JournalFault::SegmentField("log id")));
        }
        if fields[12..16] != number.to_be_bytes() {
            return Err(Damaged(JournalFault::SegmentField("number")));
        }
        // Tree size and the zeros follow from the rest.
        if header.first == 0 || header.encode() != *bytes {
            return Err(Damaged(JournalFault::SegmentField("tree size")));
        }
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::LOG;

    #[test]
    fn a_header_is_read_as_written_and_refused_with_any_byte_altered() {
        let header = SegmentHeader { log_id: LOG, number: 5, first: 77, root: [3; 32] };
        let bytes = header.encode();
        assert_eq!(SegmentHeader::parse(&bytes, LOG, 5), Ok(header));
        assert!(SegmentHeader::parse(&bytes, LOG, 6).is_err());
        assert!(SegmentHeader::parse(&bytes, Uuid::nil(), 5).is_err());
        for at in 0..bytes.len() {
            let mut bad = bytes;
            bad[at] ^= 1;
            assert!(SegmentHeader::parse(&bad, LOG, 5).is_err(), "byte {at}");
        }
    }

    #[test]
    fn another_format_is_told_apart_from_damage() {
        for (format, preview) in [(0, 2), (FORMAT, 99), (99, 0)] {
            let mut bytes = SegmentHeader { log_id: LOG, number: 5, first: 77, root: [3; 32] }.encode();
            bytes[8..10].copy_from_slice(&[format, preview]);
            let checksum = crc32c::crc32c(&bytes[..92]);
            bytes[92..].copy_from_slice(&checksum.to_be_bytes());
            let other = OtherVersion { format, preview };
            assert_eq!(SegmentHeader::parse(&bytes, LOG, 5), Err(SegmentHeaderFault::OtherVersion(other)));
        }
    }
}
