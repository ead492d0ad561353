//! `HEAD`: how far the journal is known to be durable. A second witness of where the journal ends, drawn in `docs/format.md`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sigeyi_envelope::{FORMAT, Position};
use sigeyi_proof::Hash;
use uuid::Uuid;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::{create_folder, read_if_there, replace_with};
use crate::version::OtherVersion;

const MAGIC: &[u8; 8] = b"SGYHEAD\0";
/// One slot a sector, so that writing one cannot harm the other.
const SLOT_BYTES: usize = 512;
const SLOTS: usize = 2;
/// The checksum is over so many bytes.
const FIELDS_BYTES: usize = 88;

/// An end of the journal that was durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownHead {
    /// Its last event.
    pub position: Position,
    /// Root of the tree over all events up to it.
    pub root: Hash,
    /// The segment that it lies in.
    pub segment: u32,
    /// Where its frame ends in the segment.
    pub end: u64,
    /// Closed in good order: there is nothing behind it.
    pub is_closed: bool,
}

/// What a start found in `HEAD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundHead {
    /// A head that is whole.
    Known(KnownHead),
    /// There is no such file.
    Missing,
    /// Neither slot is whole.
    Damaged,
}

impl FoundHead {
    /// The head, if there is one.
    pub fn known(&self) -> Option<&KnownHead> {
        match self {
            FoundHead::Known(known) => Some(known),
            FoundHead::Missing | FoundHead::Damaged => None,
        }
    }
}

/// A `HEAD` that may not be used.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// It belongs to another directory.
    #[error("{} belongs to log {found}, not to {ours}: put the right one back, or remove it", .path.display())]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// Whose file it is.
        found: Uuid,
        /// Which log was opened.
        ours: Uuid,
    },
    /// Format 0 changes without notice.
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// The open file.
pub struct HeadFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    log_id: Uuid,
    file: Option<Arc<dyn DiskFile>>,
    /// Number of the last writing.
    number: u64,
    /// What this process has made durable.
    saved: Option<KnownHead>,
    /// When that was, or when it was found to be saved already.
    saved_at: Instant,
}

/// What stands in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotState {
    /// A head that is whole.
    Whole,
    /// Nothing was written into it yet.
    Empty,
    /// Neither.
    Damaged,
}

/// `HEAD` as it is, looked at without opening it to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadInspection {
    /// The head that counts.
    pub head: FoundHead,
    /// Both slots; empty without a file.
    pub slots: [SlotState; SLOTS],
}

impl HeadFile {
    /// Reads it as [`open`](Self::open) does, and says of each slot how it is.
    pub fn inspect(disk: &dyn Disk, path: &Path, log_id: Uuid) -> Result<HeadInspection, HeadError> {
        let Some(bytes) = read_if_there(disk, path)? else {
            return Ok(HeadInspection { head: FoundHead::Missing, slots: [SlotState::Empty; SLOTS] });
        };
        let mut newest: Option<(u64, KnownHead)> = None;
        let mut slots = [SlotState::Damaged; SLOTS];
        for (state, slot) in slots.iter_mut().zip(bytes.chunks(SLOT_BYTES)) {
            if let Some((number, known)) = parse(slot, path, log_id)? {
                *state = SlotState::Whole;
                if newest.is_none_or(|(newest, _)| newest < number) {
                    newest = Some((number, known));
                }
            } else if slot.len() == SLOT_BYTES && slot.iter().all(|byte| *byte == 0) {
                *state = SlotState::Empty;
            }
        }
        // One is left empty until the second writing.
        if let [SlotState::Whole, SlotState::Empty] | [SlotState::Empty, SlotState::Whole] = slots
            && newest.is_some_and(|(number, _)| number > 1)
        {
            slots = slots.map(|slot| if slot == SlotState::Empty { SlotState::Damaged } else { slot });
        }
        let head = newest.map_or(FoundHead::Damaged, |(_, known)| FoundHead::Known(known));
        Ok(HeadInspection { head, slots })
    }

    /// Reads it. Nothing is written before [`save`](Self::save).
    pub fn open(disk: Arc<dyn Disk>, path: &Path, log_id: Uuid) -> Result<(HeadFile, FoundHead), HeadError> {
        let (number, found) = read(&*disk, path, log_id)?;
        let file = match found {
            FoundHead::Known(_) => Some(disk.open_write(path).doing("open", path)?),
            FoundHead::Missing | FoundHead::Damaged => None,
        };
        // What is found need not be durable: the process that wrote it may have been killed before its sync.
        Ok((
            HeadFile {
                disk,
                path: path.to_owned(),
                log_id,
                file,
                number,
                saved: None,
                saved_at: Instant::now(),
            },
            found,
        ))
    }

    /// Reads it while another process may be writing it, and never touches it.
    pub fn read(disk: &dyn Disk, path: &Path, log_id: Uuid) -> Result<FoundHead, HeadError> {
        Ok(read(disk, path, log_id)?.1)
    }

    /// Whether a head that counts is in the file.
    pub(crate) fn is_saved(&self) -> bool {
        self.saved.is_some()
    }

    /// Makes a head durable, in the slot that does not hold the last one. What is saved already is not written again.
    pub fn save(&mut self, known: KnownHead) -> Result<(), DiskError> {
        if self.saved == Some(known) {
            self.saved_at = Instant::now();
            return Ok(());
        }
        let number = self.number + 1;
        let slot = encode(&known, number, self.log_id);
        let folder = self.path.parent().unwrap_or(&self.path);
        match &self.file {
            Some(file) => {
                let offset = (number % SLOTS as u64) * SLOT_BYTES as u64;
                file.write_at(offset, &slot).doing("write", &self.path)?;
                file.sync_data().doing("sync", &self.path)?;
            }
            None => {
                let mut bytes = [0; SLOTS * SLOT_BYTES];
                let at = (number as usize % SLOTS) * SLOT_BYTES;
                bytes[at..at + SLOT_BYTES].copy_from_slice(&slot);
                create_folder(&*self.disk, folder)?;
                replace_with(&*self.disk, &self.path, Access::Shared, &bytes)?;
                self.file = Some(self.disk.open_write(&self.path).doing("open", &self.path)?);
            }
        }
        // Nor need its name be durable.
        if self.saved.is_none() {
            self.disk.sync_dir(folder).doing("sync", folder)?;
        }
        (self.number, self.saved, self.saved_at) = (number, Some(known), Instant::now());
        Ok(())
    }

    /// How long ago it was saved.
    pub(crate) fn age(&self) -> Duration {
        self.saved_at.elapsed()
    }
}

/// The number of the last writing, 0 for none, and what it says.
fn read(disk: &dyn Disk, path: &Path, log_id: Uuid) -> Result<(u64, FoundHead), HeadError> {
    let bytes = read_if_there(disk, path)?;
    let mut newest: Option<(u64, KnownHead)> = None;
    for slot in bytes.iter().flat_map(|bytes| bytes.chunks(SLOT_BYTES)).take(SLOTS) {
        let Some((number, known)) = parse(slot, path, log_id)? else { continue };
        if newest.is_none_or(|(newest, _)| newest < number) {
            newest = Some((number, known));
        }
    }
    Ok(match (newest, &bytes) {
        (Some((number, known)), _) => (number, FoundHead::Known(known)),
        (None, Some(_)) => (0, FoundHead::Damaged),
        (None, None) => (0, FoundHead::Missing),
    })
}

fn encode(known: &KnownHead, number: u64, log_id: Uuid) -> [u8; SLOT_BYTES] {
    let mut slot = [0; SLOT_BYTES];
    slot[..8].copy_from_slice(MAGIC);
    slot[8] = FORMAT;
    slot[10] = u8::from(known.is_closed);
    slot[12..28].copy_from_slice(log_id.as_bytes());
    slot[28..36].copy_from_slice(&number.to_be_bytes());
    slot[36..44].copy_from_slice(&known.position.0.to_be_bytes());
    slot[44..76].copy_from_slice(&known.root);
    slot[76..80].copy_from_slice(&known.segment.to_be_bytes());
    slot[80..88].copy_from_slice(&known.end.to_be_bytes());
    let checksum = crc32c::crc32c(&slot[..FIELDS_BYTES]);
    slot[FIELDS_BYTES..FIELDS_BYTES + 4].copy_from_slice(&checksum.to_be_bytes());
    slot
}

/// The number and content of a slot; nothing for one that is not whole.
fn parse(slot: &[u8], path: &Path, ours: Uuid) -> Result<Option<(u64, KnownHead)>, HeadError> {
    let Some((fields, rest)) = slot.split_first_chunk::<FIELDS_BYTES>() else { return Ok(None) };
    let whole = rest.first_chunk().is_some_and(|sum| crc32c::crc32c(fields) == u32::from_be_bytes(*sum));
    if &fields[..8] != MAGIC || !whole {
        return Ok(None);
    }
    OtherVersion::refuse(fields[8], fields[9])?;
    let found = Uuid::from_u128(u128::from_be_bytes(array(&fields[12..28])));
    if found != ours {
        return Err(HeadError::OtherLog { path: path.to_owned(), found, ours });
    }
    let known = KnownHead {
        position: Position(u64::from_be_bytes(array(&fields[36..44]))),
        root: array(&fields[44..76]),
        segment: u32::from_be_bytes(array(&fields[76..80])),
        end: u64::from_be_bytes(array(&fields[80..88])),
        is_closed: fields[10] == 1,
    };
    Ok(Some((u64::from_be_bytes(array(&fields[28..36])), known)))
}

/// Bytes whose number the caller has fixed.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::RealDisk;
    use crate::testing::LOG;

    fn head(position: u64) -> KnownHead {
        KnownHead {
            position: Position(position),
            root: [position as u8; 32],
            segment: 3,
            end: 900,
            is_closed: false,
        }
    }

    fn open(path: &Path) -> (HeadFile, FoundHead) {
        HeadFile::open(Arc::new(RealDisk), path, LOG).unwrap()
    }

    #[test]
    fn the_last_one_saved_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("HEAD");
        assert_eq!(open(&path).1, FoundHead::Missing);
        for position in 1..6 {
            let (mut file, _) = open(&path);
            file.save(head(position)).unwrap();
            file.save(KnownHead { is_closed: true, ..head(position) }).unwrap();
            assert_eq!(open(&path).1, FoundHead::Known(KnownHead { is_closed: true, ..head(position) }));
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), 1_024);
    }

    #[test]
    fn a_slot_that_was_not_finished_leaves_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("HEAD");
        let (mut file, _) = open(&path);
        file.save(head(1)).unwrap();
        file.save(head(2)).unwrap();
        let good = fs::read(&path).unwrap();
        // The second writing lies in the first slot.
        for at in 0..92 {
            let mut bad = good.clone();
            bad[at] ^= 4;
            fs::write(&path, &bad).unwrap();
            assert_eq!(open(&path).1, FoundHead::Known(head(1)), "byte {at}");
            bad[512 + at] ^= 4;
            fs::write(&path, &bad).unwrap();
            assert_eq!(open(&path).1, FoundHead::Damaged, "byte {at}");
        }
    }

    #[test]
    fn one_of_another_log_or_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("HEAD");
        open(&path).0.save(head(1)).unwrap();
        let other = HeadFile::open(Arc::new(RealDisk), &path, Uuid::nil()).err().unwrap();
        assert!(matches!(other, HeadError::OtherLog { found: LOG, .. }), "{other}");
        let mut bytes = fs::read(&path).unwrap();
        let slot = &mut bytes[512..];
        slot[8] = 99;
        let checksum = crc32c::crc32c(&slot[..88]);
        slot[88..92].copy_from_slice(&checksum.to_be_bytes());
        fs::write(&path, &bytes).unwrap();
        let other = HeadFile::open(Arc::new(RealDisk), &path, LOG).err().unwrap();
        assert!(other.to_string().starts_with("made by format 99, which is newer"), "{other}");
    }
}
