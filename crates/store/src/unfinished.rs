//! Tells a write that was not finished from damage, by the sectors that it left unwritten: `docs/format.md`, "The tail" and "Vault".

use crate::frame::FrameFault;

/// A disk writes so many bytes at once or not at all.
const SECTOR_BYTES: u64 = 512;

/// What follows the last good frame of the last segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remainder {
    /// Nothing, or the zeros that were written ahead.
    Zeros,
    /// A frame whose write was not finished, so that nobody was told that it is there.
    Unfinished,
    /// No interrupted write looks like this.
    Damaged(FrameFault),
}

/// Where a frame of some kind must stand, and what one is.
pub(crate) trait FrameDue: Copy {
    /// Length of a frame's header, which has a checksum of its own, in bytes.
    const HEADER_BYTES: usize;
    /// A whole frame at most, in bytes.
    const BYTES_MAX: usize;

    /// Length of the frame whose good header, due here, is at the beginning of the bytes.
    fn length(self, bytes: &[u8]) -> Result<usize, FrameFault>;
    /// What is wrong with the whole frame at the beginning of the bytes.
    fn check(self, bytes: &[u8]) -> Result<(), FrameFault>;
    /// Whether a frame of this log and segment begins here, due or not.
    fn is_header(self, bytes: &[u8]) -> bool;
}

/// Looks at everything behind the last good frame. `offset` is where it begins in the file.
pub(crate) fn remainder<F: FrameDue>(rest: &[u8], offset: u64, due: F) -> Remainder {
    let Some(last_written) = rest.iter().rposition(|byte| *byte != 0) else { return Remainder::Zeros };
    if rest.len() < F::HEADER_BYTES {
        return Remainder::Unfinished;
    }
    match due.length(rest) {
        Ok(length) if length > rest.len() => Remainder::Unfinished,
        Ok(length) => {
            let fault = due.check(rest).err().unwrap_or(FrameFault::Checksum);
            let is_last = last_written < length;
            if is_last && has_unwritten_sector(&rest[..length], offset) {
                Remainder::Unfinished
            } else {
                Remainder::Damaged(fault)
            }
        }
        // The sector with the header was not written, or one of two; what was may be the frame's other sectors.
        Err(FrameFault::Header)
            if last_written < F::BYTES_MAX
                && has_unwritten_sector(&rest[..F::HEADER_BYTES], offset)
                && !holds_header(rest, due) =>
        {
            Remainder::Unfinished
        }
        Err(fault) => Remainder::Damaged(fault),
    }
}

pub(crate) fn is_zeros(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Whether all is zero in what one of the file's sectors holds of these bytes.
pub(crate) fn has_unwritten_sector(mut bytes: &[u8], mut offset: u64) -> bool {
    while !bytes.is_empty() {
        let to_end_of_sector = (SECTOR_BYTES - offset % SECTOR_BYTES) as usize;
        let (part, behind) = bytes.split_at(to_end_of_sector.min(bytes.len()));
        if is_zeros(part) {
            return true;
        }
        offset += part.len() as u64;
        bytes = behind;
    }
    false
}

/// Whether a frame of this log and segment begins somewhere in the bytes: then it was begun after the one before it was durable.
fn holds_header<F: FrameDue>(bytes: &[u8], due: F) -> bool {
    (0..bytes.len()).any(|at| bytes[at] == b'S' && due.is_header(&bytes[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FrameHeader, FramePlace};
    use crate::testing::{LOG, encoded};

    const PLACE: FramePlace = FramePlace { log_id: LOG, segment: 1, first: 1 };

    fn frame(first: u64, events: u64) -> Vec<u8> {
        let last = first + events - 1;
        let header = FrameHeader {
            log_id: LOG,
            segment: 1,
            first,
            count: events as u32,
            tree_size: last,
            root: [9; 32],
        };
        encoded(first..=last).into_frame(header).0
    }

    /// The frame with zeros behind it, and with each choice of its sectors unwritten.
    #[test]
    fn any_choice_of_sectors_that_were_not_written_is_an_unfinished_frame() {
        let frame = frame(1, 12);
        for offset in [96_u64, 500, 512, 430, 1_000] {
            let mut starts = vec![0_usize];
            starts.extend((1..frame.len()).filter(|at| (offset as usize + at).is_multiple_of(512)));
            starts.push(frame.len());
            assert!(starts.len() > 4, "several sectors");
            for choice in 0..1_u32 << (starts.len() - 1) {
                let mut rest = frame.clone();
                for (sector, part) in starts.windows(2).enumerate() {
                    if choice >> sector & 1 == 1 {
                        rest[part[0]..part[1]].fill(0);
                    }
                }
                rest.resize(frame.len() + 3_000, 0);
                let expected = match choice {
                    0 => continue,
                    _ if is_zeros(&rest) => Remainder::Zeros,
                    _ => Remainder::Unfinished,
                };
                assert_eq!(remainder(&rest, offset, PLACE), expected, "at {offset}, sectors {choice:b}");
            }
        }
    }

    #[test]
    fn a_frame_with_any_bit_turned_is_damaged() {
        let frame = frame(1, 12);
        for at in 0..frame.len() {
            let mut rest = frame.clone();
            rest[at] ^= 0x20;
            rest.resize(frame.len() + 3_000, 0);
            assert!(matches!(remainder(&rest, 96, PLACE), Remainder::Damaged(_)), "byte {at}");
        }
    }

    #[test]
    fn a_frame_before_another_is_never_unfinished() {
        let (one, two) = (frame(1, 12), frame(13, 2));
        for unwritten in [0..416, 416..928, 0..one.len(), one.len() - 40..one.len()] {
            let mut rest = one.clone();
            rest[unwritten.clone()].fill(0);
            rest.extend_from_slice(&two);
            rest.resize(rest.len() + 3_000, 0);
            let found = remainder(&rest, 96, PLACE);
            assert!(matches!(found, Remainder::Damaged(_)), "{unwritten:?}: {found:?}");
        }
    }

    #[test]
    fn a_frame_that_reaches_past_the_end_of_the_file_is_unfinished() {
        let frame = frame(1, 12);
        for end in 1..frame.len() {
            assert_eq!(remainder(&frame[..end], 96, PLACE), Remainder::Unfinished, "cut at {end}");
        }
    }
}
