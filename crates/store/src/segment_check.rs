//! Segments that nobody appends to at the time: finding them, reading one, and checking every byte of it. For copies of a log.

use std::path::{Path, PathBuf};

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{CompactTree, Hash};
use uuid::Uuid;

use crate::disk::{Disk, DiskError, While};
use crate::durable::names_if_there;
use crate::event_store::ReadError;
use crate::frame::{FRAME_BYTES_MAX, FramePlace, parse_frame};
use crate::journal::SEGMENT_BYTES_MAX;
use crate::journal_fault::{Damage, JournalFault};
use crate::run::stored_at;
use crate::segment::{segment_number, segment_path};
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::suite::{push_event, root_fault};

/// A segment file at most, in bytes: it takes one more frame as long as it is not longer than [`SEGMENT_BYTES_MAX`].
pub const SEGMENT_FILE_BYTES_MAX: u64 = SEGMENT_BYTES_MAX + (SEGMENT_HEADER_BYTES + FRAME_BYTES_MAX) as u64;

/// A segment file of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFile {
    /// Its number, from 1.
    pub number: u32,
    /// Where it lies.
    pub path: PathBuf,
}

impl SegmentFile {
    /// The segment of this number in a journal's folder, whether it is there or not.
    pub fn of(journal_dir: &Path, number: u32) -> SegmentFile {
        SegmentFile { number, path: segment_path(journal_dir, number) }
    }

    /// The segments of a journal, in order.
    pub fn list(disk: &dyn Disk, journal_dir: &Path) -> Result<Vec<SegmentFile>, DiskError> {
        let names = names_if_there(disk, journal_dir)?;
        let numbers = names.iter().filter_map(|name| segment_number(name));
        Ok(numbers.map(|number| SegmentFile::of(journal_dir, number)).collect())
    }

    /// Its length, in bytes.
    pub fn length(&self, disk: &dyn Disk) -> Result<u64, DiskError> {
        disk.open_read(&self.path).doing("open", &self.path)?.len().doing("measure", &self.path)
    }

    /// How many events come before it, and the root of the tree over them, as its own header says.
    pub fn start(&self, disk: &dyn Disk, log_id: Uuid) -> Result<(u64, Hash), ReadError> {
        let bytes = self.read(disk, Some(SEGMENT_HEADER_BYTES as u64))?;
        let header = self.header(&bytes, log_id)?;
        Ok((header.first - 1, header.root))
    }

    /// Its bytes, all or up to an offset, which must lie within it.
    pub fn read(&self, disk: &dyn Disk, end: Option<u64>) -> Result<Vec<u8>, ReadError> {
        let file = disk.open_read(&self.path).doing("open", &self.path)?;
        let length = match end {
            Some(end) => end,
            None => file.len().doing("measure", &self.path)?,
        };
        if length > SEGMENT_FILE_BYTES_MAX {
            return Err(self.damage(0, JournalFault::SegmentTooLong { bytes: length }).into());
        }
        let mut bytes = vec![0; length as usize];
        file.read_at(0, &mut bytes).doing("read", &self.path)?;
        Ok(bytes)
    }

    /// Checks bytes of it that end with a frame: header, every frame with its checksums, every event's shape and place, and the
    /// tree root that each frame states. `tree` is the one before it and becomes the one after it; `each` is called with every
    /// event once it is in the tree.
    pub fn check(
        &self,
        bytes: &[u8],
        log_id: Uuid,
        tree: &mut CompactTree,
        mut each: impl FnMut(&StoredEvent<'_>, &CompactTree),
    ) -> Result<(), Damage> {
        let header = self.header(bytes, log_id)?;
        if header.first != tree.size() + 1 {
            return Err(self.damage(32, JournalFault::SegmentField("first position")));
        }
        if header.root != tree.root() {
            return Err(self.damage(48, root_fault(&header, tree)));
        }
        let (mut at, mut offsets) = (SEGMENT_HEADER_BYTES, Vec::new());
        while at < bytes.len() {
            let rest = &bytes[at..];
            let place = FramePlace { log_id, segment: self.number, first: tree.size() + 1 };
            let damage = |fault| self.damage(at as u64, JournalFault::Frame(fault));
            offsets.clear();
            let frame = parse_frame(rest, place, 0, &mut offsets).map_err(damage)?;
            for offset in &offsets {
                let stored = stored_at(rest, *offset).unwrap_or_default();
                push_event(tree, stored).map_err(damage)?;
                // parse_frame has parsed it before.
                if let Ok(event) = StoredEvent::parse(stored) {
                    each(&event, tree);
                }
            }
            if frame.last() != tree.size() || frame.header.root != tree.root() {
                return Err(self.damage(at as u64, JournalFault::Root));
            }
            at += frame.length;
        }
        Ok(())
    }

    /// What the file's header says.
    fn header(&self, bytes: &[u8], log_id: Uuid) -> Result<SegmentHeader, Damage> {
        SegmentHeader::parse(bytes, log_id, self.number).map_err(|fault| self.damage(0, fault.into()))
    }

    fn damage(&self, offset: u64, fault: JournalFault) -> Damage {
        Damage { path: self.path.clone(), offset, fault }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use sigeyi_proof::HashAlgorithm;

    use super::*;
    use crate::disk::RealDisk;
    use crate::event_store::EventStore;
    use crate::journal_store::{JournalStore, StoreOptions};
    use crate::testing::{LOG, append, tree_at};

    /// A journal of several segments, closed.
    fn journal() -> (tempfile::TempDir, Vec<SegmentFile>, u64) {
        let dir = tempfile::tempdir().unwrap();
        let options = StoreOptions { segment_bytes_max: 4_000, ..StoreOptions::new(dir.path(), LOG) };
        let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
        for count in [1, 9, 30, 2, 25, 14] {
            append(&store, count).unwrap();
        }
        let head = store.head().0;
        store.close();
        let segments = SegmentFile::list(&RealDisk, dir.path()).unwrap();
        assert!(segments.len() > 2);
        (dir, segments, head)
    }

    #[test]
    fn a_whole_journal_gives_every_event_once_and_its_tree() {
        let (_dir, segments, head) = journal();
        let (mut tree, mut seen) = (CompactTree::new(HashAlgorithm::Sha256), Vec::new());
        for segment in &segments {
            assert_eq!(segment.start(&RealDisk, LOG).unwrap(), (tree.size(), tree.root()));
            let bytes = segment.read(&RealDisk, None).unwrap();
            assert_eq!(segment.length(&RealDisk).unwrap(), bytes.len() as u64);
            segment
                .check(&bytes, LOG, &mut tree, |event, tree| {
                    assert_eq!(tree.size(), event.parts().position.0);
                    seen.push(tree.size());
                })
                .unwrap();
        }
        assert_eq!(seen, (1..=head).collect::<Vec<_>>());
        assert_eq!(tree.root(), tree_at(head).root());
    }

    #[test]
    fn any_byte_altered_and_any_end_but_a_frames_is_damage() {
        let (_dir, segments, _) = journal();
        let mut before = CompactTree::new(HashAlgorithm::Sha256);
        let bytes = segments[0].read(&RealDisk, None).unwrap();
        segments[0].check(&bytes, LOG, &mut before, |_, _| ()).unwrap();

        let bytes = segments[1].read(&RealDisk, None).unwrap();
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 4;
            assert!(segments[1].check(&bad, LOG, &mut before.clone(), |_, _| ()).is_err(), "byte {at}");
        }
        let check = |bytes: &[u8]| segments[1].check(bytes, LOG, &mut before.clone(), |_, _| ());
        check(&bytes).unwrap();
        let frames = (SEGMENT_HEADER_BYTES..=bytes.len()).filter(|end| check(&bytes[..*end]).is_ok());
        assert!(frames.count() < 10, "only where a frame ends");
        segments[1].check(&bytes, LOG, &mut CompactTree::new(HashAlgorithm::Sha256), |_, _| ()).unwrap_err();
        segments[1].check(&bytes, Uuid::nil(), &mut before.clone(), |_, _| ()).unwrap_err();
    }

    #[test]
    fn a_file_longer_than_any_segment_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let segment = SegmentFile::of(dir.path(), 1);
        let file = fs::File::create(&segment.path).unwrap();
        file.set_len(SEGMENT_FILE_BYTES_MAX + 1).unwrap();
        assert!(matches!(
            segment.read(&RealDisk, None).unwrap_err(),
            ReadError::Damaged(Damage { fault: JournalFault::SegmentTooLong { .. }, .. })
        ));
    }
}
