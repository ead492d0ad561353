//! The bytes of a frame: one group of entries, one sync. `docs/format.md` draws it.

use sigeyi_envelope::FORMAT;
use sigeyi_proof::Hash;
use uuid::Uuid;

use super::entry::StoredEntry;
use super::fault::AccessFault;
use crate::frame::FrameFault;
use crate::unfinished::FrameDue;

/// A whole frame at most, in bytes.
pub const ACCESS_FRAME_BYTES_MAX: usize = 4 << 20;
/// Entries in a frame at most.
pub const ACCESS_FRAME_ENTRIES_MAX: usize = 4_096;

pub(super) const FRAME_HEADER_BYTES: usize = 80;
pub(super) const FRAME_CHECKSUM_BYTES: usize = 4;
/// The header's checksum is over so many bytes.
const FIELDS_BYTES: usize = FRAME_HEADER_BYTES - 4;
const MAGIC: &[u8; 4] = b"SGYA";

/// Where a frame must stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) log_id: Uuid,
    pub(super) segment: u32,
    /// Number that its first entry must have.
    pub(super) first: u64,
}

/// A frame that was checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct CheckedFrame {
    /// Number of its last entry.
    pub(super) last: u64,
    /// Length of the whole frame in bytes.
    pub(super) length: usize,
    /// Hash of its last entry, as its header says.
    pub(super) hash: Hash,
    count: u32,
}

/// A frame that is being put together, its entries behind the room for the header.
pub(super) fn begin_frame(entries_bytes: usize) -> Vec<u8> {
    let mut frame = Vec::with_capacity(FRAME_HEADER_BYTES + entries_bytes + FRAME_CHECKSUM_BYTES);
    frame.resize(FRAME_HEADER_BYTES, 0);
    frame
}

/// Fills in header and checksum around the entries. `hash` is that of the last one.
pub(super) fn seal_frame(frame: &mut Vec<u8>, due: Due, count: u32, hash: &Hash) {
    let length = frame.len() + FRAME_CHECKSUM_BYTES;
    frame[..4].copy_from_slice(MAGIC);
    frame[4..8].copy_from_slice(&[FORMAT, 0, 0, 0]);
    // Bounded by ACCESS_FRAME_BYTES_MAX, which the append has checked.
    frame[8..12].copy_from_slice(&(length as u32).to_be_bytes());
    frame[12..28].copy_from_slice(due.log_id.as_bytes());
    frame[28..32].copy_from_slice(&due.segment.to_be_bytes());
    frame[32..40].copy_from_slice(&due.first.to_be_bytes());
    frame[40..44].copy_from_slice(&count.to_be_bytes());
    frame[44..FIELDS_BYTES].copy_from_slice(hash);
    let checksum = crc32c::crc32c(&frame[..FIELDS_BYTES]);
    frame[FIELDS_BYTES..FRAME_HEADER_BYTES].copy_from_slice(&checksum.to_be_bytes());
    let checksum = crc32c::crc32c(frame);
    frame.extend_from_slice(&checksum.to_be_bytes());
}

impl Due {
    /// Checks the header at the beginning of the bytes, whether or not the rest of the frame is there.
    pub(super) fn header(self, bytes: &[u8]) -> Result<CheckedFrame, FrameFault> {
        let bytes = bytes.first_chunk::<FRAME_HEADER_BYTES>().ok_or(FrameFault::Header)?;
        let (fields, checksum) = bytes.split_at(FIELDS_BYTES);
        if &fields[..4] != MAGIC || crc32c::crc32c(fields).to_be_bytes() != checksum {
            return Err(FrameFault::Header);
        }
        if fields[4..8] != [FORMAT, 0, 0, 0] {
            return Err(FrameFault::Field("format"));
        }
        if fields[12..28] != *self.log_id.as_bytes() {
            return Err(FrameFault::Field("log id"));
        }
        if fields[28..32] != self.segment.to_be_bytes() {
            return Err(FrameFault::Field("segment number"));
        }
        if fields[32..40] != self.first.to_be_bytes() {
            return Err(FrameFault::Field("first number"));
        }
        let count = number(&fields[40..44]);
        if count == 0 || count > ACCESS_FRAME_ENTRIES_MAX as u64 {
            return Err(FrameFault::Field("count of entries"));
        }
        let length = number(&fields[8..12]) as usize;
        if !(FRAME_HEADER_BYTES + FRAME_CHECKSUM_BYTES..=ACCESS_FRAME_BYTES_MAX).contains(&length) {
            return Err(FrameFault::Field("length"));
        }
        let last = self.first.checked_add(count - 1).ok_or(FrameFault::Field("first number"))?;
        let mut hash = [0; 32];
        hash.copy_from_slice(&fields[44..]);
        Ok(CheckedFrame { last, length, hash, count: count as u32 })
    }

    /// Checks the whole frame at the beginning of the bytes, and visits its entries with where each begins in it. That they follow from
    /// one another is the visitor's to check.
    pub(super) fn frame<'a>(
        self,
        bytes: &'a [u8],
        mut visit: impl FnMut(StoredEntry<'a>, usize) -> Result<(), AccessFault>,
    ) -> Result<CheckedFrame, AccessFault> {
        let (checked, content) = self.content(bytes).map_err(AccessFault::Frame)?;
        let mut at = FRAME_HEADER_BYTES;
        for number in self.first..=checked.last {
            let entry =
                StoredEntry::parse(&content[at..]).map_err(|what| AccessFault::Entry { number, what })?;
            if entry.number() != number {
                return Err(AccessFault::Entry { number, what: "number" });
            }
            visit(entry, at)?;
            at += entry.len();
        }
        if at != content.len() {
            return Err(AccessFault::Frame(FrameFault::Count { count: checked.count }));
        }
        Ok(checked)
    }

    /// The frame without its checksum, which is right.
    fn content(self, bytes: &[u8]) -> Result<(CheckedFrame, &[u8]), FrameFault> {
        let checked = self.header(bytes)?;
        let frame = bytes.get(..checked.length).ok_or(FrameFault::Cut)?;
        let (content, checksum) = frame.split_at(frame.len() - FRAME_CHECKSUM_BYTES);
        if crc32c::crc32c(content).to_be_bytes() != checksum {
            return Err(FrameFault::Checksum);
        }
        Ok((checked, content))
    }
}

impl FrameDue for Due {
    const HEADER_BYTES: usize = FRAME_HEADER_BYTES;
    const BYTES_MAX: usize = ACCESS_FRAME_BYTES_MAX;

    fn length(self, bytes: &[u8]) -> Result<usize, FrameFault> {
        self.header(bytes).map(|frame| frame.length)
    }

    fn check(self, bytes: &[u8]) -> Result<(), FrameFault> {
        self.content(bytes).map(drop)
    }

    fn is_header(self, bytes: &[u8]) -> bool {
        match self.header(bytes) {
            Ok(_) | Err(FrameFault::Field("first number" | "count of entries" | "length")) => true,
            Err(_) => false,
        }
    }
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
