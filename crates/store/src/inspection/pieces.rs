//! The bytes of a segment, told apart into frames that are whole and stretches that are none.

use std::ops::Range;

use uuid::Uuid;

use crate::frame::{CheckedHeader, FRAME_HEADER_BYTES, FrameFault, FramePlace, parse_frame, parse_header};
use crate::segment_header::SEGMENT_HEADER_BYTES;

const MAGIC_START: u8 = b'S';

/// A stretch of a segment.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// A whole frame.
    Frame { bytes: Range<usize>, header: CheckedHeader },
    /// A frame whose header is whole and whose rest is not.
    Broken { bytes: Range<usize>, header: CheckedHeader, fault: FrameFault },
    /// Bytes in which no frame header is whole, up to the next one or the end of the file.
    Hole { bytes: Range<usize>, fault: FrameFault },
}

impl Piece {
    pub(super) fn bytes(&self) -> &Range<usize> {
        match self {
            Piece::Frame { bytes, .. } | Piece::Broken { bytes, .. } | Piece::Hole { bytes, .. } => bytes,
        }
    }

    /// Position of its first event, where a header says it.
    pub(super) fn first(&self) -> Option<u64> {
        match self {
            Piece::Frame { header, .. } | Piece::Broken { header, .. } => Some(header.header.first),
            Piece::Hole { .. } => None,
        }
    }
}

/// What the frames of a segment are.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) pieces: Vec<Piece>,
    /// Where the zeros at the end begin, or the end of the file.
    pub(super) end: usize,
}

/// Takes a segment apart. `first` is the position that its first frame must have, if it is known.
pub(super) fn pieces(bytes: &[u8], log_id: Uuid, segment: u32, first: Option<u64>) -> Pieces {
    let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let mut found = Pieces { pieces: Vec::new(), end: bytes.len() };
    let mut at = SEGMENT_HEADER_BYTES;
    let mut next = first;
    let mut offsets = Vec::new();
    while at < bytes.len() {
        if at >= used {
            found.end = at;
            return found;
        }
        let due = next.or_else(|| stated_first(&bytes[at..])).unwrap_or(1);
        let place = FramePlace { log_id, segment, first: due };
        let piece = match parse_header(&bytes[at..], place) {
            Ok(header) if at + header.length > bytes.len() => {
                Piece::Broken { bytes: at..bytes.len(), header, fault: FrameFault::Cut }
            }
            Ok(header) => {
                offsets.clear();
                let bytes_of_it = at..at + header.length;
                match parse_frame(&bytes[at..], place, 0, &mut offsets) {
                    Ok(header) => Piece::Frame { bytes: bytes_of_it, header },
                    Err(fault) => Piece::Broken { bytes: bytes_of_it, header, fault },
                }
            }
            Err(fault) => {
                let end = next_header(bytes, at, log_id, segment, due).unwrap_or(bytes.len());
                Piece::Hole { bytes: at..end, fault }
            }
        };
        next = match &piece {
            Piece::Frame { header, .. } | Piece::Broken { header, .. } => Some(header.last() + 1),
            Piece::Hole { bytes: hole, .. } => bytes.get(hole.end..).and_then(stated_first).or(next),
        };
        at = piece.bytes().end;
        found.pieces.push(piece);
    }
    found
}

/// The next place where a header of this log and segment is whole, for a position that is still to come. It may be the place itself,
/// when a frame before it is missing.
fn next_header(bytes: &[u8], at: usize, log_id: Uuid, segment: u32, due: u64) -> Option<usize> {
    (at..bytes.len().saturating_sub(FRAME_HEADER_BYTES)).find(|at| {
        bytes[*at] == MAGIC_START
            && any_header(&bytes[*at..], log_id, segment).is_some_and(|header| header.header.first > due)
    })
}

/// A whole header of this log and segment, for whatever position.
pub(super) fn any_header(bytes: &[u8], log_id: Uuid, segment: u32) -> Option<CheckedHeader> {
    let first = stated_first(bytes)?;
    parse_header(bytes, FramePlace { log_id, segment, first }).ok()
}

/// The first position that the bytes of a frame header state.
fn stated_first(bytes: &[u8]) -> Option<u64> {
    bytes.get(32..)?.first_chunk().map(|first| u64::from_be_bytes(*first))
}

/// Where the first whole header of a segment's frames says that the segment begins.
pub(super) fn first_of_frames(bytes: &[u8], log_id: Uuid, segment: u32) -> Option<u64> {
    let at = next_header(bytes, SEGMENT_HEADER_BYTES.min(bytes.len()), log_id, segment, 0)?;
    // Only the frame right behind the header tells where the segment begins.
    (at == SEGMENT_HEADER_BYTES)
        .then(|| any_header(&bytes[at..], log_id, segment))?
        .map(|header| header.header.first)
}
