//! The open log: groups of entries are appended, one sync a group.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::Position;
use sigeyi_proof::Hash;

use super::checkpoint;
use super::entry::{AccessRecord, Links, encode};
use super::fault::{AccessAppendError, AccessOpenError};
use super::frame::{
    ACCESS_FRAME_BYTES_MAX, ACCESS_FRAME_ENTRIES_MAX, FRAME_CHECKSUM_BYTES, FRAME_HEADER_BYTES, begin_frame,
    seal_frame,
};
use super::heads::Heads;
use super::options::{AccessAppended, AccessFound, AccessLogOptions};
use super::segment::AccessSegment;
use super::segment_file::AccessChain;
use super::segment_header::SegmentHeader;
use super::start::{Checkpoints, ReadyEnd, make_ready, read_log};
use crate::disk::{Disk, DiskError, While};
use crate::durable::create_folder;
use crate::head_file::{HeadFile, KnownHead};
use crate::journal::SEGMENT_BYTES_MAX;
use crate::recovery::{create_segment, remove_begun};
use crate::segment::{Index, segment_path};
use crate::segment_end::{RoomError, SegmentEnd, check_free, full_or};
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::suite::hash_algorithm;

/// The access log of a directory, open. Appends wait for each other; questions wait for nobody's disk access.
pub struct AccessLog {
    pub(super) disk: Arc<dyn Disk>,
    options: AccessLogOptions,
    writer: Mutex<Writer>,
    pub(super) heads: RwLock<Heads>,
    pub(super) segments: RwLock<Vec<Arc<AccessSegment>>>,
    last: AtomicU64,
    bytes: AtomicU64,
    found: AccessFound,
}

struct Writer {
    /// Where the next frame goes; nothing before the first.
    end: Option<(Arc<AccessSegment>, SegmentEnd)>,
    /// The last entry, 0 for none.
    number: u64,
    /// Hash of that.
    hash: Hash,
    head_file: HeadFile,
    /// `HEAD.access` says that the log is open.
    said_open: bool,
    /// What is on disk is not known.
    poisoned: bool,
}

impl AccessLog {
    /// Opens the log, and checks that it reaches as far as `HEAD.access` knows. Nothing is made before the first append.
    ///
    /// What follows the newest checkpoint is read: checksums, numbers, hashes and links. Of what lies before presence, order and headers
    /// are checked.
    pub fn open(disk: Arc<dyn Disk>, options: AccessLogOptions) -> Result<AccessLog, AccessOpenError> {
        let (head_file, head) = HeadFile::open(disk.clone(), &options.head_path, options.log_id)?;
        let begin = AccessChain::begin(options.log_id, options.suite);
        let log = read_log(&*disk, &options.dir, options.log_id, begin, head.known(), Checkpoints::Trusted)?;
        let ReadyEnd { end, unfinished } = make_ready(&*disk, &options.dir, &log)?;
        let bytes = log.sealed_bytes + end.as_ref().map_or(0, |end| end.length);
        let options = AccessLogOptions {
            segment_bytes_max: options.segment_bytes_max.min(SEGMENT_BYTES_MAX),
            ..options
        };
        Ok(AccessLog {
            disk,
            options,
            writer: Mutex::new(Writer {
                end: log.segments.last().cloned().zip(end),
                number: log.number,
                hash: log.hash,
                head_file,
                said_open: false,
                poisoned: false,
            }),
            last: AtomicU64::new(log.number),
            bytes: AtomicU64::new(bytes),
            found: AccessFound { head, replayed: log.replayed, unfinished },
            heads: RwLock::new(log.heads),
            segments: RwLock::new(log.segments),
        })
    }

    /// Appends a group in one frame: durable when it returns. Who is named twice in a record is written once.
    pub fn append(&self, records: Vec<AccessRecord>) -> Result<AccessAppended, AccessAppendError> {
        let mut writer = self.writer.lock();
        if writer.poisoned {
            return Err(AccessAppendError::Poisoned);
        }
        let records = checked(records)?;
        let entries_bytes: usize = records.iter().map(AccessRecord::bytes).sum();
        let frame_bytes = FRAME_HEADER_BYTES + entries_bytes + FRAME_CHECKSUM_BYTES;
        if records.is_empty()
            || records.len() > ACCESS_FRAME_ENTRIES_MAX
            || frame_bytes > ACCESS_FRAME_BYTES_MAX
        {
            return Err(AccessAppendError::Group { entries: records.len(), bytes: frame_bytes });
        }
        self.prepare(&mut writer, frame_bytes as u64)?;
        let Writer { end: Some((segment, end)), number, hash, poisoned, .. } = &mut *writer else {
            return Err(AccessAppendError::Poisoned);
        };

        // Until everything has succeeded: an early return or a panic leaves it so.
        *poisoned = true;
        let first = *number + 1;
        let Group { mut frame, hash: last_hash, heads } = self.join(&records, first, *hash, entries_bytes);
        seal_frame(&mut frame, segment.due(first), records.len() as u32, &last_hash);
        end.write(&frame)?;
        end.sync()?;

        let last = *number + records.len() as u64;
        end.length += frame.len() as u64;
        segment.appended(last, frame.len());
        self.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
        self.heads.write().take(heads);
        (*number, *hash, *poisoned) = (last, last_hash, false);
        self.last.store(last, Ordering::Release);
        Ok(AccessAppended { first, last })
    }

    /// Joins records to what is there: the entries behind the room for a frame's header, and what they change.
    fn join(&self, records: &[AccessRecord], first: u64, before: Hash, entries_bytes: usize) -> Group {
        let mut group = Group { frame: begin_frame(entries_bytes), hash: before, heads: Heads::default() };
        let (known, algorithm) = (self.heads.read(), hash_algorithm(self.options.suite));
        for (record, number) in records.iter().zip(first..) {
            let people = record.people.iter();
            let of_people = people.map(|person| {
                group.heads.people.insert(*person, number).unwrap_or_else(|| known.person(person))
            });
            let of_people = of_people.collect();
            let of_actor = group.heads.actors.insert(record.actor.clone(), number);
            let of_actor = of_actor.unwrap_or_else(|| known.actor(&record.actor));
            let links = Links { number, before: group.hash, of_actor, of_people };
            let start = group.frame.len();
            encode(record, &links, &mut group.frame);
            group.hash = algorithm.digest(&group.frame[start..]);
        }
        group
    }

    /// Has room for what comes next: begins or rolls a segment, and writes zeros ahead. An append does so too if it must; whoever calls this
    /// between appends learns that the disk is full while there is still room for a group.
    pub fn write_ahead(&self) -> Result<(), AccessAppendError> {
        let mut writer = self.writer.lock();
        if writer.poisoned {
            return Err(AccessAppendError::Poisoned);
        }
        let ahead_bytes = self.options.ahead_bytes;
        let prepared = self
            .roll_if_full(&mut writer)
            .and_then(|()| self.say_open(&mut writer))
            .and_then(|()| self.extend(&mut writer, ahead_bytes, ahead_bytes / 4));
        writer.failed(prepared)
    }

    /// Has zeros for a frame. A roll for which there is no room is put off while the frame finds room where it is; what `HEAD.access` must say
    /// first is not.
    fn prepare(&self, writer: &mut Writer, frame_bytes: u64) -> Result<(), AccessAppendError> {
        let zeros_ahead = writer.end.as_ref().map_or(0, |(_, end)| end.zeros_ahead());
        let prepared = match self.roll_if_full(writer) {
            Err(AccessAppendError::DiskFull { .. }) if zeros_ahead >= frame_bytes => Ok(()),
            rolled => rolled,
        };
        let prepared = prepared
            .and_then(|()| self.say_open(writer))
            .and_then(|()| self.extend(writer, frame_bytes, self.options.ahead_bytes));
        writer.failed(prepared)
    }

    /// If there are not so many bytes of zeros ahead, writes as many and more.
    fn extend(&self, writer: &mut Writer, bytes: u64, more: u64) -> Result<(), AccessAppendError> {
        let AccessLogOptions { dir, keep_free_bytes, .. } = &self.options;
        match &mut writer.end {
            Some((_, end)) if end.zeros_ahead() < bytes => {
                Ok(end.extend(&*self.disk, dir, bytes + more, *keep_free_bytes)?)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Has a segment that is not full.
    fn roll_if_full(&self, writer: &mut Writer) -> Result<(), AccessAppendError> {
        let is_full = writer.end.as_ref().is_none_or(|(_, end)| end.length > self.options.segment_bytes_max);
        if is_full { self.roll(writer) } else { Ok(()) }
    }

    /// Has `HEAD.access` say that the log is open: before the first frame, or a start would take that for written after the end.
    fn say_open(&self, writer: &mut Writer) -> Result<(), AccessAppendError> {
        if !writer.said_open || writer.head_file.age() > self.options.head_age_max {
            self.save(writer, false).map_err(|error| self.full_or(error))?;
            writer.said_open = true;
        }
        Ok(())
    }

    /// Begins the next segment, cuts the last one to its frames, and keeps the heads at its end.
    fn roll(&self, writer: &mut Writer) -> Result<(), AccessAppendError> {
        let AccessLogOptions { dir, log_id, ahead_bytes, keep_free_bytes, .. } = &self.options;
        let disk = &*self.disk;
        let number = writer.end.as_ref().map_or(1, |(segment, _)| segment.number + 1);
        if number == 1 {
            create_folder(disk, dir).map_err(|error| self.full_or(error))?;
        }
        check_free(disk, dir, *ahead_bytes, *keep_free_bytes)?;
        let path = segment_path(dir, number);
        // The very first one is there if its creation was cut off.
        let left = disk.exists(&path).doing("look for", &path)?;
        let first = writer.number + 1;
        let header = SegmentHeader { log_id: *log_id, number, first, before: writer.hash };
        let created = create_segment(disk, &path, &header.encode(), left);
        let file = match created.map_err(|error| self.full_or(error)) {
            Err(full @ RoomError::DiskFull { .. }) => {
                remove_begun(disk, &path)?;
                return Err(full.into());
            }
            created => created?,
        };
        let segment = Arc::new(AccessSegment::new(dir, number, first, *log_id, Some(Index::new(first))));
        self.segments.write().push(segment.clone());
        let length = SEGMENT_HEADER_BYTES as u64;
        self.bytes.fetch_add(length, Ordering::Relaxed);
        let begun = (segment, SegmentEnd { file, path, length, zeros_to: length });
        if let Some((segment, mut sealed)) = writer.end.replace(begun) {
            sealed.trim()?;
            self.keep_heads(segment.number, writer);
        }
        Ok(())
    }

    /// A start that finds no checkpoint reads more, and that is all: nothing is refused for it.
    fn keep_heads(&self, segment: u32, writer: &Writer) {
        let end = (segment, writer.number, &writer.hash);
        let AccessLogOptions { dir, log_id, .. } = &self.options;
        if let Err(error) = checkpoint::write(&*self.disk, dir, *log_id, end, &self.heads.read()) {
            tracing::warn!(path = %error.path.display(), "no checkpoint of the access log was written");
        }
    }

    fn full_or(&self, error: DiskError) -> RoomError {
        let DiskError { doing, path, source } = error;
        full_or(source, doing, &path, &self.options.dir, &*self.disk, self.options.keep_free_bytes)
    }

    /// Makes durable in `HEAD.access` how far the log is.
    pub fn save_head(&self) -> Result<(), DiskError> {
        let mut writer = self.writer.lock();
        if writer.poisoned || writer.end.is_none() { Ok(()) } else { self.save(&mut writer, false) }
    }

    fn save(&self, writer: &mut Writer, is_closed: bool) -> Result<(), DiskError> {
        let end = writer.end.as_ref();
        let (segment, end) = end.map_or((0, 0), |(segment, end)| (segment.number, end.length));
        let (position, root) = (Position(writer.number), writer.hash);
        writer.head_file.save(KnownHead { position, root, segment, end, is_closed })
    }

    /// Cuts the last segment to its frames and says in `HEAD.access` that nothing is behind them. A log that has failed is left for the
    /// next start to look at.
    pub fn close(&self) -> Result<(), AccessAppendError> {
        let mut writer = self.writer.lock();
        if writer.poisoned {
            return Err(AccessAppendError::Poisoned);
        }
        let Some((_, end)) = &mut writer.end else { return Ok(()) };
        end.trim()?;
        writer.said_open = false;
        Ok(self.save(&mut writer, true)?)
    }

    /// The newest entry that is durable, 0 for none.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    /// Length of all frames and headers, in bytes. The last file is longer while it is open.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// What the start found.
    pub fn found(&self) -> &AccessFound {
        &self.found
    }

    pub(super) fn dir(&self) -> &Path {
        &self.options.dir
    }
}

impl Writer {
    /// A disk that fails is not to be trusted any more, even while nothing of an entry has been written; a full one has not failed.
    fn failed(&mut self, done: Result<(), AccessAppendError>) -> Result<(), AccessAppendError> {
        self.poisoned |= matches!(done, Err(AccessAppendError::Io(_)));
        done
    }
}

/// A group that is joined to what is there.
struct Group {
    frame: Vec<u8>,
    /// Hash of its last entry.
    hash: Hash,
    /// What it changes.
    heads: Heads,
}

/// The records as they are written: everybody once.
fn checked(mut records: Vec<AccessRecord>) -> Result<Vec<AccessRecord>, AccessAppendError> {
    for record in &mut records {
        let mut named = HashSet::with_capacity(record.people.len());
        record.people.retain(|person| named.insert(*person));
        if let Some(what) = record.misfit() {
            return Err(AccessAppendError::Misfit { what });
        }
    }
    Ok(records)
}
