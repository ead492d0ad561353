//! The beginning of a segment of the journal.

use sigeyi_proof::Hash;
use uuid::Uuid;

use crate::segment_form::SegmentForm;
pub(crate) use crate::segment_form::{SEGMENT_HEADER_BYTES, SegmentHeaderFault};

const FORM: SegmentForm = SegmentForm { magic: *b"SGYSEGMT", says_tree_size: true };

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

impl SegmentHeader {
    pub(crate) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        FORM.encode(self.log_id, self.number, self.first, &self.root)
    }

    /// Checks the header at the beginning of the bytes as that of a numbered segment of a log.
    pub(crate) fn parse(
        bytes: &[u8],
        log_id: Uuid,
        number: u32,
    ) -> Result<SegmentHeader, SegmentHeaderFault> {
        let (first, root) = FORM.parse(bytes, log_id, number)?;
        Ok(SegmentHeader { log_id, number, first, root })
    }
}

#[cfg(test)]
mod tests {
    use sigeyi_envelope::FORMAT;

    use super::*;
    use crate::testing::LOG;
    use crate::version::OtherVersion;

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
