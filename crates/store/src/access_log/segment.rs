//! A segment as readers see it: which frames lie where, and the entries in them.

use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use uuid::Uuid;

use super::entry::StoredEntry;
use super::fault::{AccessDamage, AccessFault, AccessReadError};
use super::frame::{ACCESS_FRAME_BYTES_MAX, Due, FRAME_HEADER_BYTES};
use crate::disk::{Disk, While};
use crate::frame::FrameFault;
use crate::journal::SEGMENT_BYTES_MAX;
use crate::segment::{Index, MARK_BYTES, segment_path};
use crate::unfinished::is_zeros;

/// No file of a segment is longer, in bytes: the last frame may begin just before the limit, and zeros are ahead of it.
pub(super) const SEGMENT_FILE_BYTES_MAX: u64 = SEGMENT_BYTES_MAX + 3 * ACCESS_FRAME_BYTES_MAX as u64;

/// One segment of an open log.
pub(super) struct AccessSegment {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    /// Number of its first entry.
    pub(super) first: u64,
    log_id: Uuid,
    /// Built by the start, by appends, or by the first question. The disk is read under this lock only when building it, and never for
    /// the segment that is appended to.
    index: Mutex<Option<Index>>,
}

/// Entries that lie next to each other, read from the disk and checked.
pub(super) struct Entries {
    first: u64,
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Entries {
    /// The entry of a number, if it lies here.
    pub(super) fn get(&self, number: u64) -> Option<StoredEntry<'_>> {
        let offset = self.offsets.get(usize::try_from(number.checked_sub(self.first)?).ok()?)?;
        StoredEntry::parse(self.bytes.get(*offset..)?).ok()
    }
}

impl AccessSegment {
    pub(super) fn new(
        dir: &Path,
        number: u32,
        first: u64,
        log_id: Uuid,
        index: Option<Index>,
    ) -> AccessSegment {
        AccessSegment { number, path: segment_path(dir, number), first, log_id, index: Mutex::new(index) }
    }

    /// Takes in a frame that was appended.
    pub(super) fn appended(&self, last: u64, length: usize) {
        if let Some(index) = &mut *self.index.lock() {
            index.add(last, length);
        }
    }

    /// Where its last frame lies, with others before it or the header, as far as that is known.
    pub(super) fn newest_frames(&self) -> Option<(u64, u64)> {
        self.index.lock().as_ref().map(Index::newest_frames)
    }

    pub(super) fn due(&self, first: u64) -> Due {
        Due { log_id: self.log_id, segment: self.number, first }
    }

    pub(super) fn damage(&self, offset: u64, fault: AccessFault) -> AccessDamage {
        AccessDamage { path: self.path.clone(), offset, fault }
    }

    /// Reads the entries around a number: at most [`MARK_BYTES`] and one frame. Their checksums are checked.
    pub(super) fn entries_at(&self, disk: &dyn Disk, number: u64) -> Result<Entries, AccessReadError> {
        let (mark, end) = {
            let mut index = self.index.lock();
            let index = match &mut *index {
                Some(index) => index,
                None => index.insert(self.scan(disk)?),
            };
            let missing = || self.damage(index.end(), AccessFault::EntryMissing { number });
            index.span(number).ok_or_else(missing)?
        };
        let file = disk.open_read(&self.path).doing("open", &self.path)?;
        let mut entries = Entries {
            first: mark.position,
            bytes: vec![0; (end - mark.offset) as usize],
            offsets: Vec::new(),
        };
        file.read_at(mark.offset, &mut entries.bytes).doing("read", &self.path)?;
        let (mut at, mut next) = (0, mark.position);
        while at < entries.bytes.len() {
            let offsets = &mut entries.offsets;
            let frame = self.due(next).frame(&entries.bytes[at..], |_, offset| {
                offsets.push(at + offset);
                Ok(())
            });
            let frame = frame.map_err(|fault| self.damage(mark.offset + at as u64, fault))?;
            at += frame.length;
            next = frame.last + 1;
        }
        Ok(entries)
    }

    /// Builds the index of a sealed segment from its frames' headers.
    fn scan(&self, disk: &dyn Disk) -> Result<Index, AccessReadError> {
        let file = disk.open_read(&self.path).doing("open", &self.path)?;
        let length = file.len().doing("measure", &self.path)?;
        let mut index = Index::new(self.first);
        let (mut window, mut window_at) = (Vec::new(), 0);
        while index.end() < length {
            let mut skip = (index.end() - window_at) as usize;
            if skip + FRAME_HEADER_BYTES > window.len() {
                (window_at, skip) = (index.end(), 0);
                window.resize(MARK_BYTES.min(length - index.end()) as usize, 0);
                file.read_at(window_at, &mut window).doing("read", &self.path)?;
            }
            // A roll that was cut off leaves the zeros that were ahead.
            if is_zeros(&window[skip..window.len().min(skip + FRAME_HEADER_BYTES)]) {
                break;
            }
            let at = index.end();
            let frame = self.due(index.next()).header(&window[skip..]);
            let frame = frame.map_err(|fault| self.damage(at, AccessFault::Frame(fault)))?;
            if at + frame.length as u64 > length {
                return Err(self.damage(at, AccessFault::Frame(FrameFault::Cut)).into());
            }
            index.add(frame.last, frame.length);
        }
        Ok(index)
    }
}
