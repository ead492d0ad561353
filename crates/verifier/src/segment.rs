//! A segment of the journal: its header, and the frames behind it. `docs/format.md` draws them.

use sigeyi_envelope::FORMAT;
use sigeyi_proof::Hash;

use crate::{
    fault::Wrong,
    frame::{FRAME_BYTES_MAX, FrameDue, parse_frame},
};

/// A segment at most, in bytes: 64 MiB, the frame that exceeds them, and zeros ahead.
pub(crate) const SEGMENT_BYTES_MAX: usize = (64 << 20) + FRAME_BYTES_MAX + (16 << 20);
/// Length of the header in bytes.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 96;

/// What a segment holds, up to the first place where it is not a segment.
#[derive(Debug, Default)]
pub(crate) struct Scan<'a> {
    /// Events: where each begins in the file, and its stored bytes.
    pub(crate) events: Vec<(u64, &'a [u8])>,
    /// Frames, one behind the other.
    pub(crate) frames: Vec<FrameEnd>,
    /// Where it is no segment any more, and why.
    pub(crate) fault: Option<(u64, Wrong)>,
}

/// What a frame says of the tree after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameEnd {
    /// Where it begins.
    pub(crate) at: u64,
    /// Tree size.
    pub(crate) size: u64,
    /// Tree root.
    pub(crate) root: Hash,
}

/// Checks the header against the tree before the segment.
pub(crate) fn check_header(bytes: &[u8], due: FrameDue, root: &Hash) -> Result<(), Wrong> {
    let header = bytes.first_chunk::<SEGMENT_HEADER_BYTES>().ok_or(Wrong::Segment("header is not there"))?;
    let (fields, checksum) = header.split_at(SEGMENT_HEADER_BYTES - 4);
    if &fields[..8] != b"SGYSEGMT" || crc32c::crc32c(fields).to_be_bytes() != checksum {
        return Err(Wrong::Segment("header fails its checksum"));
    }
    if fields[8..12] != [FORMAT, 0, 0, 0] {
        return Err(Wrong::Segment("version is not that of the directory"));
    }
    if fields[12..16] != due.segment.to_be_bytes() {
        return Err(Wrong::Segment("number is not that of its name"));
    }
    if fields[16..32] != *due.log_id.as_bytes() {
        return Err(Wrong::Segment("log id is not that of the directory"));
    }
    let before = due.first.saturating_sub(1);
    if fields[32..40] != due.first.to_be_bytes() || fields[40..48] != before.to_be_bytes() {
        return Err(Wrong::Segment("first position does not follow the segment before"));
    }
    if fields[48..80] != *root {
        return Err(Wrong::Segment("root is not that over the events before it"));
    }
    if fields[80..] != [0; 12] {
        return Err(Wrong::Segment("header has something where zeros are due"));
    }
    Ok(())
}

/// Reads the frames behind the header. Zeros behind the last one are room for the next.
pub(crate) fn scan(bytes: &[u8], mut due: FrameDue) -> Scan<'_> {
    let (mut scan, mut at) = (Scan::default(), SEGMENT_HEADER_BYTES);
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.iter().any(|byte| *byte != 0)) {
        match parse_frame(rest, due) {
            Ok(frame) => {
                let events = frame.events.iter().map(|(offset, stored)| ((at + offset) as u64, *stored));
                scan.events.extend(events);
                scan.frames.push(FrameEnd { at: at as u64, size: frame.size, root: frame.root });
                due.first = frame.size.saturating_add(1);
                at += frame.length;
            }
            Err(wrong) => {
                scan.fault = Some((at as u64, wrong));
                break;
            }
        }
    }
    scan
}
