//! The frames of a segment, as `docs/format.md` draws them: read by the tests themselves, so that they do not trust what they test.

use std::{fs, ops::Range, path::Path};

const SEGMENT_HEADER_BYTES: usize = 96;
const LENGTH_AT: usize = 8;
const FIRST_AT: usize = 32;

/// A frame in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameAt {
    /// Where it stands in the file.
    pub bytes: Range<usize>,
    /// Position of its first event.
    pub first: u64,
}

/// The frames in the bytes of a segment that are written to their ends. Zeros may follow.
pub fn frames(segment: &[u8]) -> Vec<FrameAt> {
    let mut frames = Vec::new();
    let mut at = SEGMENT_HEADER_BYTES;
    while let Some(frame) = segment.get(at..).filter(|rest| rest.starts_with(b"SGYF")) {
        let number = |range: Range<usize>| {
            frame
                .get(range)
                .map_or(0, |bytes| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        };
        let length = number(LENGTH_AT..LENGTH_AT + 4) as usize;
        // The checksum at its end comes last.
        if length == 0 || frame.get(length.saturating_sub(4)..length).is_none_or(|end| end == [0; 4]) {
            break;
        }
        frames.push(FrameAt { bytes: at..at + length, first: number(FIRST_AT..FIRST_AT + 8) });
        at += length;
    }
    frames
}

/// Where the frames of a segment end; 0 when there is none.
pub fn frames_end(path: &Path) -> u64 {
    let segment = fs::read(path).unwrap_or_default();
    frames(&segment).last().map_or(0, |frame| frame.bytes.end as u64)
}
