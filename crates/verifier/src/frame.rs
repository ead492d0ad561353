//! A frame of the journal. `docs/format.md` draws it.

use sigeyi_envelope::FORMAT;
use sigeyi_proof::Hash;
use uuid::Uuid;

use crate::fault::Wrong;

/// A whole frame at most, in bytes.
pub(crate) const FRAME_BYTES_MAX: usize = 16 << 20;
/// Events in a frame at most.
const FRAME_EVENTS_MAX: u32 = 16_384;
/// Length of the header in bytes.
pub(crate) const FRAME_HEADER_BYTES: usize = 88;
const CHECKSUM_BYTES: usize = 4;

/// What must stand here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameDue {
    pub(crate) log_id: Uuid,
    pub(crate) segment: u32,
    /// Position of the first event.
    pub(crate) first: u64,
}

/// A frame whose checksums are right.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// Events: where each begins in the frame, and its stored bytes.
    pub(crate) events: Vec<(usize, &'a [u8])>,
    /// Tree size after it.
    pub(crate) size: u64,
    /// Tree root after it.
    pub(crate) root: Hash,
    /// Its length in bytes.
    pub(crate) length: usize,
}

/// Reads the frame at the beginning of the bytes.
pub(crate) fn parse_frame(bytes: &[u8], due: FrameDue) -> Result<Frame<'_>, Wrong> {
    let header = bytes.first_chunk::<FRAME_HEADER_BYTES>().ok_or(Wrong::NoFrame)?;
    if !header.starts_with(b"SGYF") {
        return Err(Wrong::NoFrame);
    }
    let (fields, checksum) = header.split_at(FRAME_HEADER_BYTES - CHECKSUM_BYTES);
    if crc32c::crc32c(fields).to_be_bytes() != checksum {
        return Err(Wrong::Frame("header fails its checksum"));
    }
    if fields[4..8] != [FORMAT, 0, 0, 0] {
        return Err(Wrong::Frame("version is not that of the directory"));
    }
    if fields[12..28] != *due.log_id.as_bytes() {
        return Err(Wrong::Frame("log id is not that of the directory"));
    }
    if fields[28..32] != due.segment.to_be_bytes() {
        return Err(Wrong::Frame("segment number is that of another segment"));
    }
    if fields[32..40] != due.first.to_be_bytes() {
        return Err(Wrong::Frame("first position does not follow the frame before"));
    }
    let (length, count) = (number(&fields[8..12]) as usize, number(&fields[40..44]) as u32);
    if count == 0 || count > FRAME_EVENTS_MAX {
        return Err(Wrong::Frame("count of events is out of range"));
    }
    let size = number(&fields[44..52]);
    if due.first.checked_add(u64::from(count) - 1) != Some(size) {
        return Err(Wrong::Frame("tree size is not that after its events"));
    }
    if !(FRAME_HEADER_BYTES + CHECKSUM_BYTES..=FRAME_BYTES_MAX).contains(&length) {
        return Err(Wrong::Frame("length is out of range"));
    }
    let frame = bytes.get(..length).ok_or(Wrong::Frame("end is behind the end of the file"))?;
    let (content, checksum) = frame.split_at(length - CHECKSUM_BYTES);
    if crc32c::crc32c(content).to_be_bytes() != checksum {
        return Err(Wrong::Frame("bytes fail their checksum"));
    }
    let mut root = [0; 32];
    root.copy_from_slice(&fields[52..84]);
    let events = events(content, count).ok_or(Wrong::Frame("events are not as many as it says"))?;
    Ok(Frame { events, size, root, length })
}

/// The events of a frame; `None` unless they fill it.
fn events(content: &[u8], count: u32) -> Option<Vec<(usize, &[u8])>> {
    let mut at = FRAME_HEADER_BYTES;
    let mut events = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let length = u16::from_be_bytes(*content.get(at..)?.first_chunk::<2>()?) as usize;
        at += 2;
        events.push((at, content.get(at..at + length)?));
        at += length;
    }
    (at == content.len()).then_some(events)
}

/// A big-endian number of up to eight bytes.
pub(crate) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
