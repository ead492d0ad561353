//! The truth: append-only segments of frames, one sync a frame.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::Position;
use sigeyi_proof::{CompactTree, Sha256};
use uuid::Uuid;

use crate::disk::{Disk, DiskError, DiskFile, While};
use crate::durable::create_folder;
use crate::encoded_events::EncodedEvents;
use crate::event_store::{AppendError, Appended, ReadError};
use crate::frame::FrameHeader;
use crate::journal_fault::{Damage, JournalFault, OpenError};
use crate::live::Live;
use crate::recent::Recent;
use crate::recovery::{Recovered, Resume, create_segment, recover};
use crate::run::Run;
use crate::segment::{Index, Segment, segment_path};
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::tail::TAIL_BYTES_MAX;

/// A segment that is longer takes no more frames, in bytes.
pub const SEGMENT_BYTES_MAX: u64 = 64 << 20;

/// What of a journal can be chosen. The stored form does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalOptions {
    /// A segment that is longer takes no more frames. Smaller in tests; never larger than [`SEGMENT_BYTES_MAX`].
    pub segment_bytes_max: u64,
    /// How much of the newest events is kept in memory, in bytes.
    pub tail_bytes_max: usize,
}

impl Default for JournalOptions {
    fn default() -> Self {
        JournalOptions { segment_bytes_max: SEGMENT_BYTES_MAX, tail_bytes_max: TAIL_BYTES_MAX }
    }
}

/// The segments of one log, open to append and read. Appends wait for each other; readers wait for nobody's disk access.
pub struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    log_id: Uuid,
    segment_bytes_max: u64,
    writer: Mutex<Writer>,
    live: Live,
    segments: RwLock<Vec<Arc<Segment>>>,
    recent: Recent,
    bytes: AtomicU64,
}

/// The end of the last segment.
struct Writer {
    file: Arc<dyn DiskFile>,
    segment: Arc<Segment>,
    length: u64,
    /// What is on disk is not known.
    poisoned: bool,
}

impl Journal {
    /// Opens or creates the journal in a folder, with the usual options.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        log_id: Uuid,
        from: Option<Resume>,
    ) -> Result<Journal, OpenError> {
        Journal::open_with(disk, dir, log_id, from, JournalOptions::default())
    }

    /// Opens or creates the journal in a folder.
    ///
    /// Without `from` every event is read, hashed and checked against the roots in the frames. With it only the segments that hold
    /// later events are, and the last one; of the others presence, order and headers are checked.
    pub fn open_with(
        disk: Arc<dyn Disk>,
        dir: &Path,
        log_id: Uuid,
        from: Option<Resume>,
        options: JournalOptions,
    ) -> Result<Journal, OpenError> {
        create_folder(&*disk, dir)?;
        let Recovered { segments, tree, file, length, sealed_bytes } =
            recover(&*disk, dir, log_id, from, SEGMENT_BYTES_MAX)?;
        let Some(segment) = segments.last().cloned() else {
            let fault = JournalFault::SegmentMissing { number: 1 };
            return Err(Damage { path: segment_path(dir, 1), offset: 0, fault }.into());
        };
        Ok(Journal {
            disk,
            dir: dir.to_owned(),
            log_id,
            segment_bytes_max: options.segment_bytes_max.min(SEGMENT_BYTES_MAX),
            writer: Mutex::new(Writer { file, segment, length, poisoned: false }),
            live: Live::new(tree, options.tail_bytes_max),
            segments: RwLock::new(segments),
            recent: Recent::default(),
            bytes: AtomicU64::new(sealed_bytes + length),
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

        // Until everything has succeeded: an early return or a panic leaves it so.
        writer.poisoned = true;
        if writer.length > self.segment_bytes_max {
            self.roll(&mut writer, &tree)?;
        }
        let count = events.len() as u32;
        events.leaves().iter().for_each(|leaf| tree.push(*leaf));
        let root = tree.root();
        let segment = writer.segment.number;
        let header =
            FrameHeader { log_id: self.log_id, segment, first: first.0, count, tree_size: tree.size(), root };
        let (mut frame, offsets) = events.into_frame(header);

        writer.file.append(&frame).doing("write", &writer.segment.path)?;
        let start = Instant::now();
        writer.file.sync_data().doing("sync", &writer.segment.path)?;
        let sync = start.elapsed();

        // The frame stays in memory as part of the tail, which counts its length and not what it has reserved.
        if frame.capacity() - frame.len() > frame.len() / 4 {
            frame.shrink_to_fit();
        }
        let head = Position(tree.size());
        writer.length += frame.len() as u64;
        writer.segment.appended(head.0, frame.len());
        self.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
        self.live.publish(Run::new(first.0, Bytes::from(frame), offsets), tree);
        writer.poisoned = false;
        Ok(Appended { head, root, sync })
    }

    /// Seals the last segment and begins the next.
    fn roll(&self, writer: &mut Writer, tree: &CompactTree<Sha256>) -> Result<(), DiskError> {
        let first = tree.size() + 1;
        let number = writer.segment.number + 1;
        let header = SegmentHeader { log_id: self.log_id, number, first, root: tree.root() };
        let file = create_segment(&*self.disk, &self.dir, header, false)?;
        let segment = Arc::new(Segment::new(&self.dir, number, first, self.log_id, Some(Index::new(first))));
        self.segments.write().push(segment.clone());
        let length = SEGMENT_HEADER_BYTES as u64;
        self.bytes.fetch_add(length, Ordering::Relaxed);
        *writer = Writer { file, segment, length, poisoned: true };
        Ok(())
    }

    /// The newest event that is durable.
    pub fn head(&self) -> Position {
        self.live.head()
    }

    /// The tree over all events that are durable; its size is their head.
    pub fn tree(&self) -> CompactTree<Sha256> {
        self.live.tree()
    }

    /// Whether the journal's head was known when it was opened.
    pub fn had_head(&self) -> bool {
        false
    }

    /// Length of all segments, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
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
