//! What may happen to the files of a journal.

use arbitrary::Arbitrary;

/// A file, by its name in the journal's folder.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Something that happens to one of the segments. Places are taken modulo the length.
#[derive(Debug, Arbitrary)]
pub(crate) enum Damage {
    /// A bit is turned.
    Flip { segment: u8, at: u16, bit: u8 },
    /// Sectors are lost.
    Lose { segment: u8, sector: u8, count: u8 },
    /// Other bytes are written.
    Write { segment: u8, at: u16, bytes: Vec<u8> },
    /// A segment ends earlier.
    Cut { segment: u8, at: u16 },
    /// A segment goes on with zeros.
    Zeros { segment: u8, count: u16 },
    /// A segment goes on with bytes.
    Append { segment: u8, bytes: Vec<u8> },
    /// A stretch of a segment is also somewhere else.
    Copy { segment: u8, from: u16, count: u16, to: u16 },
    /// A segment is gone.
    Remove { segment: u8 },
    /// A segment stands behind the last one, of whose header so many bytes were written and the others are zeros.
    Begin { written: u8, length: u8 },
    /// The header of the frame that begins here gets the checksum that it should have, and so does the frame.
    Reseal { segment: u8, at: u16 },
}

/// Sectors of the file.
const SECTOR_BYTES: usize = 512;
/// Header of a frame: its checksum stands before this place.
const FRAME_HEADER_BYTES: usize = 88;
/// Header of a segment.
const SEGMENT_HEADER_BYTES: usize = 96;

impl Damage {
    /// Does it. True where it may forge what nobody wrote.
    pub(crate) fn apply(&self, files: &mut Vec<File>) -> bool {
        let segments = files.iter().filter(|file| is_segment(file)).count();
        match self {
            Damage::Remove { segment } if segments > 0 => {
                files.remove(usize::from(*segment) % segments);
                return false;
            }
            Damage::Begin { written, length } => {
                begin(files, segments, usize::from(*written), usize::from(*length).min(SEGMENT_HEADER_BYTES));
                return false;
            }
            _ => {}
        }
        let Some(file) = files[..segments].get_mut(usize::from(self.segment()) % segments.max(1)) else {
            return false;
        };
        let bytes = &mut file.bytes;
        let place = |at: u16| usize::from(at) % bytes.len().max(1);
        match self {
            Damage::Flip { at, bit, .. } => {
                let at = place(*at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (bit % 8);
                }
                false
            }
            Damage::Lose { sector, count, .. } => {
                let from = (usize::from(*sector) * SECTOR_BYTES).min(bytes.len());
                let to = (from + usize::from(*count) * SECTOR_BYTES).min(bytes.len());
                bytes[from..to].fill(0);
                false
            }
            Damage::Write { at, bytes: new, .. } => {
                let at = place(*at);
                bytes.iter_mut().skip(at).zip(new).for_each(|(byte, new)| *byte = *new);
                true
            }
            Damage::Cut { at, .. } => {
                let at = place(*at);
                bytes.truncate(at);
                false
            }
            Damage::Zeros { count, .. } => {
                bytes.resize(bytes.len() + usize::from(*count), 0);
                false
            }
            Damage::Append { bytes: more, .. } => {
                bytes.extend_from_slice(more);
                true
            }
            Damage::Copy { from, count, to, .. } => {
                let (from, to) = (place(*from), place(*to));
                let part: Vec<u8> = bytes.iter().copied().skip(from).take(usize::from(*count)).collect();
                bytes.iter_mut().skip(to).zip(part).for_each(|(byte, new)| *byte = new);
                false
            }
            Damage::Reseal { at, .. } => {
                let at = place(*at);
                reseal(&mut bytes[at..]);
                true
            }
            Damage::Remove { .. } | Damage::Begin { .. } => false,
        }
    }

    fn segment(&self) -> u8 {
        match self {
            Damage::Flip { segment, .. }
            | Damage::Lose { segment, .. }
            | Damage::Write { segment, .. }
            | Damage::Cut { segment, .. }
            | Damage::Zeros { segment, .. }
            | Damage::Append { segment, .. }
            | Damage::Copy { segment, .. }
            | Damage::Remove { segment }
            | Damage::Reseal { segment, .. } => *segment,
            Damage::Begin { .. } => 0,
        }
    }
}

fn is_segment(file: &File) -> bool {
    file.name.ends_with(".log")
}

/// Begins the segment behind the last one, with the header of that.
fn begin(files: &mut Vec<File>, segments: usize, written: usize, length: usize) {
    let last = segments.checked_sub(1).map(|last| &files[last]);
    let number = last.and_then(|last| last.name[..10].parse().ok()).unwrap_or(0_u32) + 1;
    let header = last.map_or(&[][..], |last| &last.bytes);
    let mut bytes: Vec<u8> = header.iter().copied().take(written.min(length)).collect();
    bytes.resize(length, 0);
    files.insert(segments, File { name: format!("{number:010}.log"), bytes });
}

/// Puts in right checksums from the next frame that begins here.
fn reseal(bytes: &mut [u8]) {
    let Some(start) = bytes.windows(4).position(|window| window == b"SGYF") else { return };
    let bytes = &mut bytes[start..];
    let Some(header) = bytes.get(..FRAME_HEADER_BYTES - 4) else { return };
    let checksum = crc32c::crc32c(header).to_be_bytes();
    let length = header[8..12].iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    bytes[FRAME_HEADER_BYTES - 4..].iter_mut().zip(checksum).for_each(|(byte, new)| *byte = new);
    if let Some(frame) = bytes.get_mut(..length).filter(|frame| frame.len() >= FRAME_HEADER_BYTES + 4) {
        let (content, end) = frame.split_at_mut(length - 4);
        end.copy_from_slice(&crc32c::crc32c(content).to_be_bytes());
    }
}
