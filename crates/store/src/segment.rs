//! A segment as readers see it: which frames lie where, and the events in them.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::disk::{Disk, While};
use crate::event_store::ReadError;
use crate::frame::{CheckedHeader, FRAME_HEADER_BYTES, FrameFault, FramePlace, parse_frame, parse_header};
use crate::journal_fault::{Damage, JournalFault};
use crate::run::Run;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::unfinished::is_zeros;

/// The index has about one mark for so many bytes; a read takes everything between two marks.
pub(crate) const MARK_BYTES: u64 = 64 << 10;

/// One segment file.
pub(crate) struct Segment {
    pub(crate) number: u32,
    pub(crate) path: PathBuf,
    /// Position of its first event.
    pub(crate) first: u64,
    log_id: Uuid,
    /// Built by the start, by appends, or by the first read. The disk is read under this lock only when building it, and never
    /// for the segment that is appended to.
    index: Mutex<Option<Index>>,
}

/// Where some of a segment's frames begin.
#[derive(Debug)]
pub(crate) struct Index {
    marks: Vec<Mark>,
    /// Where the next frame begins: the end of what readers may see.
    end: u64,
    /// Position of the next event.
    next: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) position: u64,
    pub(crate) offset: u64,
}

impl Index {
    /// The index of a segment without frames.
    pub(crate) fn new(first: u64) -> Index {
        Index { marks: Vec::new(), end: SEGMENT_HEADER_BYTES as u64, next: first }
    }

    /// Takes in the frame that follows.
    pub(crate) fn add(&mut self, last: u64, length: usize) {
        if self.marks.last().is_none_or(|mark| self.end - mark.offset >= MARK_BYTES) {
            self.marks.push(Mark { position: self.next, offset: self.end });
        }
        self.end += length as u64;
        self.next = last + 1;
    }

    /// Where its last frame lies, with others before it or the header: at most [`MARK_BYTES`] and two frames.
    pub(crate) fn newest_frames(&self) -> (u64, u64) {
        (self.marks.last().map_or(0, |mark| mark.offset), self.end)
    }

    /// Where the next frame begins.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Position of the next event.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The bytes between two marks that hold a position: from the first mark to an offset.
    pub(crate) fn span(&self, position: u64) -> Option<(Mark, u64)> {
        if position >= self.next {
            return None;
        }
        let after = self.marks.partition_point(|mark| mark.position <= position);
        let mark = *self.marks.get(after.checked_sub(1)?)?;
        Some((mark, self.marks.get(after).map_or(self.end, |mark| mark.offset)))
    }
}

impl Segment {
    pub(crate) fn new(dir: &Path, number: u32, first: u64, log_id: Uuid, index: Option<Index>) -> Segment {
        Segment { number, path: segment_path(dir, number), first, log_id, index: Mutex::new(index) }
    }

    /// Takes in a frame that was appended.
    pub(crate) fn appended(&self, last: u64, length: usize) {
        if let Some(index) = &mut *self.index.lock() {
            index.add(last, length);
        }
    }

    /// Where its frames end, as far as that is known.
    pub(crate) fn end(&self) -> u64 {
        self.index.lock().as_ref().map_or(SEGMENT_HEADER_BYTES as u64, Index::end)
    }

    /// As [`Index::newest_frames`].
    pub(crate) fn newest_frames(&self) -> (u64, u64) {
        let index = self.index.lock();
        index.as_ref().map_or((0, SEGMENT_HEADER_BYTES as u64), Index::newest_frames)
    }

    /// Reads the events around a position from disk.
    pub(crate) fn run_at(&self, disk: &dyn Disk, position: u64) -> Result<Run, ReadError> {
        let (mark, end) = {
            let mut index = self.index.lock();
            let index = match &mut *index {
                Some(index) => index,
                None => index.insert(self.scan(disk)?),
            };
            index
                .span(position)
                .ok_or_else(|| self.damage(index.end, JournalFault::EventMissing { position }))?
        };
        let file = disk.open_read(&self.path).doing("open", &self.path)?;
        // Between two marks lie at most MARK_BYTES and one frame.
        let mut bytes = vec![0; (end - mark.offset) as usize];
        file.read_at(mark.offset, &mut bytes).doing("read", &self.path)?;
        let (mut at, mut next, mut offsets) = (0, mark.position, Vec::new());
        while at < bytes.len() {
            let frame = parse_frame(&bytes[at..], self.place(next), at, &mut offsets)
                .map_err(|fault| self.damage(mark.offset + at as u64, JournalFault::Frame(fault)))?;
            at += frame.length;
            next = frame.last() + 1;
        }
        Ok(Run::new(mark.position, Bytes::from(bytes), offsets))
    }

    pub(crate) fn log_id(&self) -> Uuid {
        self.log_id
    }

    pub(crate) fn place(&self, first: u64) -> FramePlace {
        FramePlace { log_id: self.log_id, segment: self.number, first }
    }

    pub(crate) fn damage(&self, offset: u64, fault: JournalFault) -> Damage {
        Damage { path: self.path.clone(), offset, fault }
    }

    /// Builds the index of a sealed segment from its frames' headers.
    fn scan(&self, disk: &dyn Disk) -> Result<Index, ReadError> {
        let file = disk.open_read(&self.path).doing("open", &self.path)?;
        let length = file.len().doing("measure", &self.path)?;
        let mut index = Index::new(self.first);
        let (mut window, mut window_at) = (Vec::new(), 0);
        while index.end < length {
            let mut skip = (index.end - window_at) as usize;
            if skip + FRAME_HEADER_BYTES > window.len() {
                (window_at, skip) = (index.end, 0);
                window.resize(MARK_BYTES.min(length - index.end) as usize, 0);
                file.read_at(window_at, &mut window).doing("read", &self.path)?;
            }
            // A roll that was cut off leaves the zeros that were ahead.
            if is_zeros(&window[skip..FRAME_HEADER_BYTES.min(window.len() - skip) + skip]) {
                break;
            }
            let frame: CheckedHeader = parse_header(&window[skip..], self.place(index.next))
                .map_err(|fault| self.damage(index.end, JournalFault::Frame(fault)))?;
            if index.end + frame.length as u64 > length {
                return Err(self.damage(index.end, JournalFault::Frame(FrameFault::Cut)).into());
            }
            index.add(frame.last(), frame.length);
        }
        Ok(index)
    }
}

/// Where a segment lies.
pub(crate) fn segment_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:010}.log"))
}

/// The number in a segment's name; nothing for other files.
pub(crate) fn segment_number(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(".log")?;
    (digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}
