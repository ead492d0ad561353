//! The bytes of a frame: one group of commits. `docs/format.md` draws it.

use sigeyi_envelope::{DecodeError, FORMAT, Position, StoredEvent};
use sigeyi_proof::Hash;
use uuid::Uuid;

use crate::run::EVENT_LENGTH_BYTES;
use crate::unfinished::FrameDue;

/// A whole frame at most, in bytes.
pub const FRAME_BYTES_MAX: usize = 16 << 20;
/// Events in a frame at most.
pub const FRAME_EVENTS_MAX: usize = 16_384;

pub(crate) const FRAME_HEADER_BYTES: usize = 88;
pub(crate) const FRAME_CHECKSUM_BYTES: usize = 4;
const MAGIC: &[u8; 4] = b"SGYF";

/// What a frame says of itself, length aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) log_id: Uuid,
    pub(crate) segment: u32,
    /// Position of the first event.
    pub(crate) first: u64,
    pub(crate) count: u32,
    /// Tree size after it.
    pub(crate) tree_size: u64,
    /// Tree root after it.
    pub(crate) root: Hash,
}

/// Where a frame must stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FramePlace {
    pub(crate) log_id: Uuid,
    pub(crate) segment: u32,
    /// Position its first event must have.
    pub(crate) first: u64,
}

impl FrameDue for FramePlace {
    const HEADER_BYTES: usize = FRAME_HEADER_BYTES;
    const BYTES_MAX: usize = FRAME_BYTES_MAX;

    fn length(self, bytes: &[u8]) -> Result<usize, FrameFault> {
        parse_header(bytes, self).map(|frame| frame.length)
    }

    fn check(self, bytes: &[u8]) -> Result<(), FrameFault> {
        parse_frame(bytes, self, 0, &mut Vec::new()).map(drop)
    }

    fn is_header(self, bytes: &[u8]) -> bool {
        match parse_header(bytes, self) {
            Ok(_) | Err(FrameFault::Field("first position" | "count of events" | "tree size" | "length")) => {
                true
            }
            Err(_) => false,
        }
    }
}

/// A frame header that has been checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckedHeader {
    pub(crate) header: FrameHeader,
    /// Length of the whole frame in bytes.
    pub(crate) length: usize,
}

impl CheckedHeader {
    /// Position of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.header.tree_size
    }
}

/// A frame that is not what stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// The header's checksum or magic is wrong, or the bytes end within it.
    #[error("there is no frame header here, or it fails its checksum")]
    Header,
    /// The header is whole, but not that of the frame that stands here.
    #[error("the frame's {0} is not what is due here")]
    Field(&'static str),
    /// The frame ends before its length.
    #[error("the frame is cut")]
    Cut,
    /// The frame's checksum is wrong.
    #[error("the frame fails its checksum")]
    Checksum,
    /// The events do not fill the frame.
    #[error("the frame does not hold the {count} events it says")]
    Count {
        /// What the header says.
        count: u32,
    },
    /// An event in it is none.
    #[error("event {position} is not an event")]
    Event {
        /// Where it stands.
        position: u64,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// An event in it is of another suite than its log: no log mixes them.
    #[error("event {position} is of suite {found}, but its log of suite {expected}")]
    Suite {
        /// Where it stands.
        position: u64,
        /// The suite of the log.
        expected: u8,
        /// That of the event.
        found: u8,
    },
    /// An event in it says another position.
    #[error("event {expected} says that it is event {found}")]
    Position {
        /// Where it stands.
        expected: Position,
        /// What it says.
        found: Position,
    },
}

/// Fills in header and checksum around events that begin at [`FRAME_HEADER_BYTES`].
pub(crate) fn seal_frame(frame: &mut Vec<u8>, header: FrameHeader) {
    let length = frame.len() + FRAME_CHECKSUM_BYTES;
    frame[..4].copy_from_slice(MAGIC);
    frame[4..8].copy_from_slice(&[FORMAT, 0, 0, 0]);
    // Bounded by FRAME_BYTES_MAX, which the append has checked.
    frame[8..12].copy_from_slice(&(length as u32).to_be_bytes());
    frame[12..28].copy_from_slice(header.log_id.as_bytes());
    frame[28..32].copy_from_slice(&header.segment.to_be_bytes());
    frame[32..40].copy_from_slice(&header.first.to_be_bytes());
    frame[40..44].copy_from_slice(&header.count.to_be_bytes());
    frame[44..52].copy_from_slice(&header.tree_size.to_be_bytes());
    frame[52..84].copy_from_slice(&header.root);
    let checksum = crc32c::crc32c(&frame[..84]);
    frame[84..FRAME_HEADER_BYTES].copy_from_slice(&checksum.to_be_bytes());
    let checksum = crc32c::crc32c(frame);
    frame.extend_from_slice(&checksum.to_be_bytes());
}

/// Checks the header at the beginning of the bytes, whether or not the rest of the frame is there.
pub(crate) fn parse_header(bytes: &[u8], place: FramePlace) -> Result<CheckedHeader, FrameFault> {
    let bytes = bytes.first_chunk::<FRAME_HEADER_BYTES>().ok_or(FrameFault::Header)?;
    if &bytes[..4] != MAGIC || crc32c::crc32c(&bytes[..84]) != number(&bytes[84..88]) as u32 {
        return Err(FrameFault::Header);
    }
    if bytes[4..8] != [FORMAT, 0, 0, 0] {
        return Err(FrameFault::Field("format"));
    }
    let length = number(&bytes[8..12]) as usize;
    let mut root = [0; 32];
    root.copy_from_slice(&bytes[52..84]);
    let header = FrameHeader {
        log_id: Uuid::from_u128(u128::from_be_bytes(*bytes[12..].first_chunk().ok_or(FrameFault::Header)?)),
        segment: number(&bytes[28..32]) as u32,
        first: number(&bytes[32..40]),
        count: number(&bytes[40..44]) as u32,
        tree_size: number(&bytes[44..52]),
        root,
    };
    if header.log_id != place.log_id {
        return Err(FrameFault::Field("log id"));
    }
    if header.segment != place.segment {
        return Err(FrameFault::Field("segment number"));
    }
    if header.first != place.first {
        return Err(FrameFault::Field("first position"));
    }
    if header.count == 0 || header.count as usize > FRAME_EVENTS_MAX {
        return Err(FrameFault::Field("count of events"));
    }
    if header.first.checked_add(u64::from(header.count) - 1) != Some(header.tree_size) {
        return Err(FrameFault::Field("tree size"));
    }
    if !(FRAME_HEADER_BYTES + FRAME_CHECKSUM_BYTES..=FRAME_BYTES_MAX).contains(&length) {
        return Err(FrameFault::Field("length"));
    }
    Ok(CheckedHeader { header, length })
}

/// Checks the whole frame at the beginning of the bytes; adds to `offsets` where its events begin, counted from `base`.
pub(crate) fn parse_frame(
    bytes: &[u8],
    place: FramePlace,
    base: usize,
    offsets: &mut Vec<u32>,
) -> Result<CheckedHeader, FrameFault> {
    let checked = parse_header(bytes, place)?;
    let frame = bytes.get(..checked.length).ok_or(FrameFault::Cut)?;
    let (content, checksum) = frame.split_at(frame.len() - FRAME_CHECKSUM_BYTES);
    if crc32c::crc32c(content) != number(checksum) as u32 {
        return Err(FrameFault::Checksum);
    }
    let count = checked.header.count;
    let mut at = FRAME_HEADER_BYTES;
    for position in checked.header.first..=checked.last() {
        let length = content.get(at..).and_then(|rest| rest.first_chunk::<EVENT_LENGTH_BYTES>());
        let length = length.ok_or(FrameFault::Count { count })?;
        at += EVENT_LENGTH_BYTES;
        let end = at + u16::from_be_bytes(*length) as usize;
        let stored = content.get(at..end).ok_or(FrameFault::Count { count })?;
        let event = StoredEvent::parse(stored).map_err(|source| FrameFault::Event { position, source })?;
        let found = event.parts().position;
        if found.0 != position {
            return Err(FrameFault::Position { expected: Position(position), found });
        }
        offsets.push((base + at) as u32);
        at = end;
    }
    if at != content.len() {
        return Err(FrameFault::Count { count });
    }
    Ok(checked)
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{LOG, encoded};

    fn place() -> FramePlace {
        FramePlace { log_id: LOG, segment: 3, first: 41 }
    }

    fn frame() -> (Vec<u8>, Vec<u32>, FrameHeader) {
        let header =
            FrameHeader { log_id: LOG, segment: 3, first: 41, count: 5, tree_size: 45, root: [9; 32] };
        let (bytes, offsets) = encoded(41..=45).into_frame(header);
        (bytes, offsets, header)
    }

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let (bytes, offsets, header) = frame();
        let mut found = Vec::new();
        let checked = parse_frame(&bytes, place(), 0, &mut found).unwrap();
        assert_eq!((checked.header, checked.length, found), (header, bytes.len(), offsets));
    }

    #[test]
    fn a_frame_with_any_byte_altered_is_refused() {
        let (bytes, ..) = frame();
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0x10;
            assert!(parse_frame(&bad, place(), 0, &mut Vec::new()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_refused() {
        let (bytes, ..) = frame();
        for end in 0..bytes.len() {
            let fault = parse_frame(&bytes[..end], place(), 0, &mut Vec::new()).unwrap_err();
            assert_eq!(fault, if end < FRAME_HEADER_BYTES { FrameFault::Header } else { FrameFault::Cut });
        }
    }

    #[test]
    fn a_frame_out_of_place_is_refused() {
        let (bytes, ..) = frame();
        for place in [
            FramePlace { log_id: Uuid::nil(), ..place() },
            FramePlace { segment: 4, ..place() },
            FramePlace { first: 42, ..place() },
        ] {
            let fault = parse_frame(&bytes, place, 0, &mut Vec::new()).unwrap_err();
            assert!(matches!(fault, FrameFault::Field(_)), "{fault}");
        }
    }

    #[test]
    fn good_checksums_do_not_hide_wrong_events() {
        let (_, _, header) = frame();
        let parse = |bytes: &[u8]| parse_frame(bytes, place(), 0, &mut Vec::new()).unwrap_err();
        let (swapped, _) = encoded([41, 43, 42, 44, 45]).into_frame(header);
        assert!(matches!(parse(&swapped), FrameFault::Position { found: Position(43), .. }));
        let (few, _) = encoded(41..=44).into_frame(header);
        assert_eq!(parse(&few), FrameFault::Count { count: 5 });
        let (many, _) = encoded(41..=46).into_frame(header);
        assert_eq!(parse(&many), FrameFault::Count { count: 5 });
        let (mut bytes, offsets) = encoded(41..=45).into_parts();
        bytes[offsets[2] as usize] = 9;
        seal_frame(&mut bytes, header);
        assert!(matches!(parse(&bytes), FrameFault::Event { position: 43, .. }));
        let (bytes, _) = encoded(41..=45).into_frame(FrameHeader { tree_size: 46, ..header });
        assert_eq!(parse(&bytes), FrameFault::Field("tree size"));
    }
}
