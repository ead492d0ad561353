//! The journal read again while it is open, piece by piece and never from memory, so that what a disk has lost or altered is noticed before anybody asks for it.

use std::sync::Arc;

use sigeyi_proof::{CompactTree, Hash};

use crate::disk::{DiskFile, While};
use crate::event_store::ReadError;
use crate::frame::{FRAME_HEADER_BYTES, parse_frame, parse_header};
use crate::journal::Journal;
use crate::journal_fault::{Damage, JournalFault};
use crate::run::stored_at;
use crate::segment::Segment;
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::suite::{push_event, root_fault};

/// Bytes that are read at a time; a frame that is longer is read whole.
const PIECE_BYTES: u64 = 256 << 10;

/// One reading, up to the head as it was when it began.
pub struct JournalPass {
    journal: Arc<Journal>,
    /// The tree that the events must have in the end.
    due: CompactTree,
    /// The tree of those that were read.
    tree: CompactTree,
    /// How many segments were read to their end.
    segments: usize,
    open: Option<OpenSegment>,
}

struct OpenSegment {
    segment: Arc<Segment>,
    file: Arc<dyn DiskFile>,
    length: u64,
    /// Where the next frame begins.
    at: u64,
}

impl JournalPass {
    pub(crate) fn new(journal: Arc<Journal>) -> JournalPass {
        let due = journal.tree();
        let tree = CompactTree::new(due.algorithm());
        JournalPass { journal, due, tree, segments: 0, open: None }
    }

    /// Events that were read.
    pub fn through(&self) -> u64 {
        self.tree.size()
    }

    /// Events that are read in all.
    pub fn due(&self) -> u64 {
        self.due.size()
    }

    /// Reads the next piece: checksums, shape and place of every event, the root in every frame and segment, and in the end the root that the
    /// open journal has. Tells every leaf with the tree up to it. Gives how many bytes were read; none when everything has been.
    pub fn step(&mut self, mut each: impl FnMut(Hash, &CompactTree)) -> Result<Option<u64>, ReadError> {
        if self.tree.size() >= self.due.size() {
            // Frames that go on beyond it are of another log, and so is the root.
            if self.tree.root() == self.due.root() {
                return Ok(None);
            }
            let path = self.journal.dir().to_owned();
            return Err(Damage { path, offset: 0, fault: JournalFault::Root }.into());
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open_next()?,
        };
        let bytes = open.piece(self.tree.size() + 1)?;
        let (mut at, mut offsets) = (0, Vec::new());
        while at < bytes.len() && self.tree.size() < self.due.size() {
            let rest = &bytes[at..];
            let place = open.segment.place(self.tree.size() + 1);
            let damage = |fault| open.segment.damage(open.at + at as u64, JournalFault::Frame(fault));
            // The next piece begins with a frame that is not whole in this one.
            if at > 0
                && parse_header(rest, place)
                    .map_or(rest.len() < FRAME_HEADER_BYTES, |it| it.length > rest.len())
            {
                break;
            }
            offsets.clear();
            let frame = parse_frame(rest, place, 0, &mut offsets).map_err(damage)?;
            for offset in &offsets {
                let stored = stored_at(rest, *offset).unwrap_or_default();
                let leaf = push_event(&mut self.tree, stored).map_err(damage)?;
                each(leaf, &self.tree);
            }
            if frame.last() != self.tree.size() || frame.header.root != self.tree.root() {
                return Err(open.segment.damage(open.at + at as u64, JournalFault::Root).into());
            }
            at += frame.length;
        }
        open.at += at as u64;
        let next = self.journal.segment_at(self.segments + 1);
        if next.is_some_and(|next| next.first == self.tree.size() + 1) {
            self.segments += 1;
        } else {
            self.open = Some(open);
        }
        Ok(Some(at as u64))
    }

    fn open_next(&self) -> Result<OpenSegment, ReadError> {
        let segment = self.journal.segment_at(self.segments);
        let segment = segment.ok_or_else(|| self.journal.missing(self.tree.size() + 1))?;
        let file = self.journal.disk().open_read(&segment.path).doing("open", &segment.path)?;
        let is_sealed = self.journal.segment_at(self.segments + 1).is_some();
        if is_sealed {
            // What the machine keeps in memory says nothing of the disk. It may refuse, which is no reason not to read.
            let _ = file.forget();
        }
        let length = file.len().doing("measure", &segment.path)?;
        let mut header = [0; SEGMENT_HEADER_BYTES];
        if length < SEGMENT_HEADER_BYTES as u64 {
            return Err(segment.damage(0, JournalFault::SegmentHeader).into());
        }
        file.read_at(0, &mut header).doing("read", &segment.path)?;
        let header = SegmentHeader::parse(&header, segment.log_id(), segment.number)
            .map_err(|fault| segment.damage(0, fault.into()))?;
        if header.first != self.tree.size() + 1 {
            return Err(segment.damage(32, JournalFault::SegmentField("first position")).into());
        }
        if header.root != self.tree.root() {
            return Err(segment.damage(48, root_fault(&header, &self.tree)).into());
        }
        Ok(OpenSegment { segment, file, length, at: SEGMENT_HEADER_BYTES as u64 })
    }
}

impl OpenSegment {
    /// The next bytes, which begin with a frame and hold all of it.
    fn piece(&mut self, next: u64) -> Result<Vec<u8>, ReadError> {
        if self.at + PIECE_BYTES > self.length {
            // It may be appended to.
            self.length = self.file.len().doing("measure", &self.segment.path)?;
        }
        let left = self.length.saturating_sub(self.at);
        let bytes = self.read(PIECE_BYTES.min(left))?;
        match parse_header(&bytes, self.segment.place(next)) {
            Ok(frame) if frame.length > bytes.len() => self.read(left.min(frame.length as u64)),
            Ok(_) | Err(_) => Ok(bytes),
        }
    }

    fn read(&self, length: u64) -> Result<Vec<u8>, ReadError> {
        if length == 0 {
            return Err(self
                .segment
                .damage(self.at, JournalFault::Frame(crate::frame::FrameFault::Cut))
                .into());
        }
        let mut bytes = vec![0; length as usize];
        self.file.read_at(self.at, &mut bytes).doing("read", &self.segment.path)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use sigeyi_proof::HashAlgorithm;

    use super::*;
    use crate::disk::RealDisk;
    use crate::event_store::EventStore;
    use crate::journal_store::{JournalStore, StoreOptions};
    use crate::testing::{LOG, append, encoded_from, stored_with, tree_at};

    fn store(dir: &Path) -> JournalStore {
        let options = StoreOptions { segment_bytes_max: 4_000, ..StoreOptions::new(dir, LOG) };
        JournalStore::open(options, Arc::new(RealDisk)).unwrap()
    }

    fn read(store: &JournalStore) -> Result<(u64, CompactTree), ReadError> {
        let mut pass = store.pass();
        let (mut bytes, mut tree) = (0, CompactTree::new(HashAlgorithm::Sha256));
        while let Some(read) = pass.step(|leaf, so_far| {
            tree.push(leaf);
            assert_eq!(tree.root(), so_far.root());
        })? {
            bytes += read;
        }
        assert_eq!(pass.through(), pass.due());
        Ok((bytes, tree))
    }

    #[test]
    fn everything_that_is_durable_is_read_also_while_more_is_appended() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        assert_eq!(read(&store).unwrap().0, 0);
        for count in [1, 9, 30, 2, 25, 3_000, 14] {
            append(&store, count).unwrap();
            let (_, tree) = read(&store).unwrap();
            assert_eq!(tree.root(), tree_at(store.head().0).root());
        }
        let mut pass = store.pass();
        let due = store.head().0;
        pass.step(|_, _| ()).unwrap();
        append(&store, 40).unwrap();
        while pass.step(|_, _| ()).unwrap().is_some() {}
        assert_eq!(pass.through(), due);
    }

    #[test]
    fn any_byte_of_a_segment_that_is_altered_or_missing_under_an_open_journal_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        for count in [1, 9, 30, 2, 25, 14] {
            append(&store, count).unwrap();
        }
        read(&store).unwrap();
        let first = dir.path().join("0000000001.log");
        let whole = fs::read(&first).unwrap();
        // The last byte before the zeros of the segment that is open is in no frame.
        for at in (0..whole.len()).step_by(7) {
            let mut bad = whole.clone();
            bad[at] ^= 4;
            fs::write(&first, bad).unwrap();
            let found = read(&store).unwrap_err();
            assert!(matches!(found, ReadError::Damaged(_)), "byte {at}: {found:?}");
        }
        fs::write(&first, &whole[..whole.len() - 10]).unwrap();
        assert!(matches!(read(&store).unwrap_err(), ReadError::Damaged(_)));
        fs::write(&first, whole).unwrap();
        read(&store).unwrap();
    }

    #[test]
    fn another_history_with_good_checksums_is_not_the_one_that_is_open() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = store(dir.path());
        append(&store, 5).unwrap();
        read(&store).unwrap();
        let another = self::store(other.path());
        let events = (1..=5).map(|position| stored_with(position, "{\"n\":\"another\"}"));
        another.append(another.head(), encoded_from(events)).unwrap();
        drop(another);
        fs::copy(other.path().join("0000000001.log"), dir.path().join("0000000001.log")).unwrap();
        let found = read(&store).unwrap_err();
        assert!(matches!(found, ReadError::Damaged(Damage { fault: JournalFault::Root, .. })), "{found:?}");
    }
}
