//! The truth: append-only segments of frames, one sync a frame.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::{Position, Suite};
use sigeyi_proof::CompactTree;
use uuid::Uuid;

use crate::disk::{Disk, DiskError};
use crate::durable::create_folder;
use crate::encoded_events::EncodedEvents;
use crate::event_store::{AppendError, Appended, ReadError};
use crate::frame::FrameHeader;
use crate::head_file::{FoundHead, HeadFile};
use crate::journal_fault::{Damage, JournalFault, OpenError};
use crate::live::Live;
use crate::recent::Recent;
use crate::recovery::{Recovered, Resume, Unfinished, create_segment, recover, remove_begun};
use crate::run::Run;
use crate::segment::{Index, Segment, segment_path};
use crate::segment_end::{RoomError, SegmentEnd, check_free, full_or};
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::tail::TAIL_BYTES_MAX;

/// A segment that is longer takes no more frames, in bytes.
pub const SEGMENT_BYTES_MAX: u64 = 64 << 20;

/// Zeros that are written ahead unless told otherwise, in bytes.
pub const AHEAD_BYTES: u64 = 2 << 20;
/// What is left free on the journal's disk unless told otherwise, in bytes: for snapshots, keys and the mirror, and for whoever frees space.
pub const KEEP_FREE_BYTES: u64 = 64 << 20;

/// Without a mirror that saves it, `HEAD` is saved by an append at least so often.
pub const HEAD_AGE_MAX: Duration = Duration::from_secs(5);

/// What of a journal can be chosen. The stored form does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalOptions {
    /// Which algorithms its events are hashed and sealed by. Events of another suite are refused.
    pub suite: Suite,
    /// A segment that is longer takes no more frames. Smaller in tests; never larger than [`SEGMENT_BYTES_MAX`].
    pub segment_bytes_max: u64,
    /// How much of the newest events is kept in memory, in bytes.
    pub tail_bytes_max: usize,
    /// So many bytes of zeros are written ahead of the frames: what a group takes at most, several times.
    pub ahead_bytes: u64,
    /// The journal takes no more events when the file system would be left with less, in bytes.
    pub keep_free_bytes: u64,
    /// An append that finds `HEAD` older than this saves it first.
    pub head_age_max: Duration,
}

impl Default for JournalOptions {
    fn default() -> Self {
        JournalOptions {
            segment_bytes_max: SEGMENT_BYTES_MAX,
            suite: Suite::default(),
            tail_bytes_max: TAIL_BYTES_MAX,
            ahead_bytes: AHEAD_BYTES,
            keep_free_bytes: KEEP_FREE_BYTES,
            head_age_max: HEAD_AGE_MAX,
        }
    }
}

/// The segments of one log, open to append and read. Appends wait for each other; readers wait for nobody's disk access.
pub struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    log_id: Uuid,
    options: JournalOptions,
    writer: Mutex<Writer>,
    head_file: Option<Mutex<HeadFile>>,
    found: Found,
    live: Live,
    segments: RwLock<Vec<Arc<Segment>>>,
    recent: Recent,
    bytes: AtomicU64,
}

/// The end of the last segment.
struct Writer {
    end: SegmentEnd,
    segment: Arc<Segment>,
    /// What is on disk is not known.
    poisoned: bool,
    /// `HEAD` says that the journal is open.
    said_open: bool,
}

impl Writer {
    /// A disk that fails is not to be trusted any more, even while nothing of an event has been written; a full one has not failed.
    fn failed(&mut self, done: Result<(), AppendError>) -> Result<(), AppendError> {
        self.poisoned |= matches!(done, Err(AppendError::Io(_)));
        done
    }
}

/// What a start found besides the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// A write that had not been finished, and was cut.
    pub unfinished: Option<Unfinished>,
    /// What `HEAD` says.
    pub head: FoundHead,
}

impl Journal {
    /// Opens or creates the journal in a folder, with the usual options and without `HEAD`.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        log_id: Uuid,
        from: Option<Resume>,
    ) -> Result<Journal, OpenError> {
        Journal::open_with(disk, dir, None, log_id, from, JournalOptions::default())
    }

    /// Opens or creates the journal in a folder, and checks that it reaches as far as `HEAD` knows.
    ///
    /// Without `from` every event is read, hashed and checked against the roots in the frames. With it only the segments that hold
    /// later events are, and the last one; of the others presence, order and headers are checked.
    pub fn open_with(
        disk: Arc<dyn Disk>,
        dir: &Path,
        head_path: Option<&Path>,
        log_id: Uuid,
        from: Option<Resume>,
        options: JournalOptions,
    ) -> Result<Journal, OpenError> {
        let (head_file, found_head) = match head_path {
            Some(path) => {
                let (file, found) = HeadFile::open(disk.clone(), path, log_id)?;
                (Some(Mutex::new(file)), found)
            }
            None => (None, FoundHead::Missing),
        };
        create_folder(&*disk, dir)?;
        let Recovered { segments, segment, tree, end, sealed_bytes, unfinished } =
            recover(&*disk, dir, (log_id, options.suite), from, found_head.known())?;
        let options =
            JournalOptions { segment_bytes_max: options.segment_bytes_max.min(SEGMENT_BYTES_MAX), ..options };
        Ok(Journal {
            disk,
            dir: dir.to_owned(),
            log_id,
            options,
            live: Live::new(tree, (segment.number, end.length), options.tail_bytes_max),
            bytes: AtomicU64::new(sealed_bytes + end.length),
            writer: Mutex::new(Writer { end, segment, poisoned: false, said_open: false }),
            head_file,
            found: Found { unfinished, head: found_head },
            segments: RwLock::new(segments),
            recent: Recent::default(),
        })
    }

    /// As [`EventStore::append`](crate::EventStore::append).
    pub fn append(&self, expected_head: Position, events: EncodedEvents) -> Result<Appended, AppendError> {
        let mut writer = self.writer.lock();
        if writer.poisoned {
            return Err(AppendError::Poisoned);
        }
        let mut tree = self.live.tree();
        let actual = Position(tree.size());
        if expected_head != actual {
            return Err(AppendError::WrongHead { expected: expected_head, actual });
        }
        let first = actual.next();
        events.check(first)?;
        self.prepare(&mut writer, events.bytes() as u64)?;

        // Until everything has succeeded: an early return or a panic leaves it so.
        writer.poisoned = true;
        let count = events.len() as u32;
        events.leaves().iter().for_each(|leaf| tree.push(*leaf));
        let root = tree.root();
        let segment = writer.segment.number;
        let header =
            FrameHeader { log_id: self.log_id, segment, first: first.0, count, tree_size: tree.size(), root };
        let (mut frame, offsets) = events.into_frame(header);

        writer.end.write(&frame)?;
        let start = Instant::now();
        writer.end.sync()?;
        let sync = start.elapsed();

        // The frame stays in memory as part of the tail, which counts its length and not what it has reserved.
        if frame.capacity() - frame.len() > frame.len() / 4 {
            frame.shrink_to_fit();
        }
        let head = Position(tree.size());
        writer.end.length += frame.len() as u64;
        writer.segment.appended(head.0, frame.len());
        self.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
        let end = (segment, writer.end.length);
        self.live.publish(Run::new(first.0, Bytes::from(frame), offsets), tree, end);
        writer.poisoned = false;
        Ok(Appended { head, root, sync })
    }

    /// Has room for what comes next: rolls a segment that is full, and writes zeros ahead. An append does so too if it must; whoever calls this
    /// between appends learns that the disk is full while there is still room for several groups.
    pub fn write_ahead(&self) -> Result<(), AppendError> {
        let mut writer = self.writer.lock();
        if writer.poisoned {
            return Err(AppendError::Poisoned);
        }
        let ahead_bytes = self.options.ahead_bytes;
        let prepared = self
            .say_open(&mut writer)
            .and_then(|()| self.roll_if_full(&mut writer))
            .and_then(|()| self.extend(&mut writer, ahead_bytes, ahead_bytes / 4));
        writer.failed(prepared)
    }

    /// Has zeros for a frame. A roll for which there is no room is put off while the frame finds room where it is; what `HEAD` must say first
    /// is not.
    fn prepare(&self, writer: &mut Writer, frame_bytes: u64) -> Result<(), AppendError> {
        let prepared = self
            .say_open(writer)
            .and_then(|()| match self.roll_if_full(writer) {
                Err(AppendError::DiskFull { .. }) if writer.end.zeros_ahead() >= frame_bytes => Ok(()),
                rolled => rolled,
            })
            .and_then(|()| self.extend(writer, frame_bytes, self.options.ahead_bytes));
        writer.failed(prepared)
    }

    /// If there are not so many bytes of zeros ahead, writes as many and more.
    fn extend(&self, writer: &mut Writer, bytes: u64, more: u64) -> Result<(), AppendError> {
        if writer.end.zeros_ahead() >= bytes {
            return Ok(());
        }
        Ok(writer.end.extend(&*self.disk, &self.dir, bytes + more, self.options.keep_free_bytes)?)
    }

    /// Says in `HEAD` that the journal is open: before the first frame, or a start would take that for written after the end.
    fn say_open(&self, writer: &mut Writer) -> Result<(), AppendError> {
        if !writer.said_open || self.head_is_old() {
            self.save_head(false).map_err(|error| self.full_or(error))?;
            writer.said_open = true;
        }
        Ok(())
    }

    /// Rolls a segment that is full.
    fn roll_if_full(&self, writer: &mut Writer) -> Result<(), AppendError> {
        if writer.end.length > self.options.segment_bytes_max { self.roll(writer) } else { Ok(()) }
    }

    fn full_or(&self, error: DiskError) -> RoomError {
        let DiskError { doing, path, source } = error;
        full_or(source, doing, &path, &self.dir, &*self.disk, self.options.keep_free_bytes)
    }

    /// The mirror saves it once a second; there may be none, or it may be stuck.
    fn head_is_old(&self) -> bool {
        let file = self.head_file.as_ref().and_then(|file| file.try_lock());
        file.is_some_and(|file| file.age() > self.options.head_age_max)
    }

    /// Begins the next segment, and cuts the last one to its frames.
    fn roll(&self, writer: &mut Writer) -> Result<(), AppendError> {
        let (disk, keep_free_bytes) = (&*self.disk, self.options.keep_free_bytes);
        let tree = self.live.tree();
        let first = tree.size() + 1;
        let number = writer.segment.number + 1;
        let header = SegmentHeader { log_id: self.log_id, number, first, root: tree.root() };
        check_free(disk, &self.dir, self.options.ahead_bytes, keep_free_bytes)?;
        let path = segment_path(&self.dir, number);
        let created = create_segment(disk, &path, &header.encode(), false);
        let file = match created.map_err(|error| self.full_or(error)) {
            Err(full @ RoomError::DiskFull { .. }) => {
                remove_begun(disk, &path)?;
                return Err(full.into());
            }
            created => created?,
        };
        let segment = Arc::new(Segment::new(&self.dir, number, first, self.log_id, Some(Index::new(first))));
        self.segments.write().push(segment.clone());
        let length = SEGMENT_HEADER_BYTES as u64;
        self.bytes.fetch_add(length, Ordering::Relaxed);
        writer.segment = segment;
        let mut sealed =
            std::mem::replace(&mut writer.end, SegmentEnd { file, path, length, zeros_to: length });
        Ok(sealed.trim()?)
    }

    /// Makes durable in `HEAD` how far the journal is.
    pub fn save_head(&self, is_closed: bool) -> Result<(), DiskError> {
        match &self.head_file {
            Some(file) => {
                let mut file = file.lock();
                file.save(self.live.known(is_closed))
            }
            None => Ok(()),
        }
    }

    /// Cuts the last segment to its frames and says in `HEAD` that nothing is behind them. A journal that has failed is left for the next start to
    /// look at.
    pub fn close(&self) -> Result<(), AppendError> {
        let mut writer = self.writer.lock();
        if writer.poisoned {
            return Err(AppendError::Poisoned);
        }
        writer.end.trim()?;
        writer.said_open = false;
        Ok(self.save_head(true)?)
    }

    /// Whether `HEAD` says something: it did at the start, or has been saved since. True where there is none to say it.
    pub(crate) fn has_head(&self) -> bool {
        self.head_file.as_ref().is_none_or(|file| file.lock().is_saved())
    }

    /// What the start found.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// The newest event that is durable.
    pub fn head(&self) -> Position {
        self.live.head()
    }

    /// The tree over all events that are durable; its size is their head.
    pub fn tree(&self) -> CompactTree {
        self.live.tree()
    }

    /// Whether the journal's head was known when it was opened.
    pub fn had_head(&self) -> bool {
        self.found.head.known().is_some()
    }

    /// Length of all segments, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The segment that stands so many behind the first; none behind the last.
    pub(crate) fn segment_at(&self, index: usize) -> Option<Arc<Segment>> {
        self.segments.read().get(index).cloned()
    }

    /// Where its segments lie.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// The events around a position that are still in memory.
    pub(crate) fn run_in_memory(&self, position: u64) -> Option<Arc<Run>> {
        self.live.run_at(position)
    }

    /// The events around a position, from the segments. The position must not lie beyond the head.
    pub(crate) fn run_on_disk(&self, position: u64) -> Result<Arc<Run>, ReadError> {
        if let Some(run) = self.recent.run_at(position) {
            return Ok(run);
        }
        let run = Arc::new(self.segment_of(position)?.run_at(&*self.disk, position)?);
        self.recent.keep(&run);
        Ok(run)
    }

    /// An event that should be there and is not.
    pub(crate) fn missing(&self, position: u64) -> ReadError {
        let fault = JournalFault::EventMissing { position };
        Damage { path: self.dir.clone(), offset: 0, fault }.into()
    }

    fn segment_of(&self, position: u64) -> Result<Arc<Segment>, ReadError> {
        let segments = self.segments.read();
        let after = segments.partition_point(|segment| segment.first <= position);
        let segment = after.checked_sub(1).and_then(|index| segments.get(index));
        segment.cloned().ok_or_else(|| self.missing(position))
    }
}
