//! What a start makes of the segments it finds: `docs/format.md`, "The tail".

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigeyi_envelope::{Position, Suite};
use sigeyi_proof::CompactTree;
use uuid::Uuid;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::names_if_there;
use crate::frame::{FRAME_BYTES_MAX, FrameFault, parse_frame};
use crate::head_file::KnownHead;
use crate::journal::SEGMENT_BYTES_MAX;
use crate::journal_fault::{Damage, JournalFault, OpenError};
use crate::run::stored_at;
use crate::segment::{Index, Segment, segment_number, segment_path};
use crate::segment_end::SegmentEnd;
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader, SegmentHeaderFault};
use crate::suite::{hash_algorithm, push_event, root_fault};
use crate::unfinished::{Remainder, remainder};

/// No file of a segment is longer: the last frame may begin just before the limit, and zeros are ahead of it.
pub(crate) const SEGMENT_FILE_BYTES_MAX: u64 = SEGMENT_BYTES_MAX + 3 * FRAME_BYTES_MAX as u64;

/// From where a start goes on: what a snapshot knows.
#[derive(Debug, Clone)]
pub struct Resume {
    /// Every event up to it is in the snapshot.
    pub position: Position,
    /// The tree over those events.
    pub tree: CompactTree,
}

/// A journal whose segments have been checked.
pub(crate) struct Recovered {
    /// At least one; the last one is appended to.
    pub(crate) segments: Vec<Arc<Segment>>,
    /// The last one.
    pub(crate) segment: Arc<Segment>,
    /// The tree over all events.
    pub(crate) tree: CompactTree,
    /// The end of the last segment.
    pub(crate) end: SegmentEnd,
    /// Length of all segments before it.
    pub(crate) sealed_bytes: u64,
    /// What was cut.
    pub(crate) unfinished: Option<Unfinished>,
}

/// A write that had not been finished when the last process ended: nobody was told that it was recorded. It was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The segment.
    pub path: PathBuf,
    /// Where it ends now.
    pub offset: u64,
}

/// The numbers of the segments in a folder, in order.
pub(crate) fn segment_numbers(disk: &dyn Disk, dir: &Path) -> Result<Vec<u32>, DiskError> {
    Ok(names_if_there(disk, dir)?.iter().filter_map(|name| segment_number(name)).collect())
}

/// Creates a segment, synced with its folder. A file that was left by a creation which got no further is used.
pub(crate) fn create_segment(
    disk: &dyn Disk,
    path: &Path,
    header: &[u8; SEGMENT_HEADER_BYTES],
    left: bool,
) -> Result<Arc<dyn DiskFile>, DiskError> {
    let file = if left {
        let file = disk.open_write(path).doing("open", path)?;
        file.truncate(0).doing("truncate", path)?;
        file
    } else {
        disk.create(path, Access::Shared).doing("create", path)?
    };
    file.append(header).doing("write", path)?;
    file.sync_data().doing("sync", path)?;
    let dir = path.parent().unwrap_or(path);
    disk.sync_dir(dir).doing("sync", dir)?;
    Ok(file)
}

/// Removes a segment whose creation got no further than its file, durably: before a frame goes on in the segment before it, which would be taken
/// for sealed as long as this one is there.
pub(crate) fn remove_begun(disk: &dyn Disk, path: &Path) -> Result<(), DiskError> {
    if disk.exists(path).doing("look for", path)? {
        disk.remove(path).doing("remove", path)?;
    }
    let dir = path.parent().unwrap_or(path);
    disk.sync_dir(dir).doing("sync", dir)
}

/// Checks the segments and makes the last one ready to append to. Changes nothing unless all is well.
pub(crate) fn recover(
    disk: &dyn Disk,
    dir: &Path,
    (log_id, suite): (Uuid, Suite),
    resume: Option<Resume>,
    known: Option<&KnownHead>,
) -> Result<Recovered, OpenError> {
    let found = Headers::read(disk, dir, log_id)?;
    let (position, mut tree) = resume
        .map_or((0, CompactTree::new(hash_algorithm(suite))), |resume| (resume.position.0, resume.tree));
    let newest = found.headers.last().map_or(1, |header| header.number);
    let damage = |number, offset, fault| Damage { path: segment_path(dir, number), offset, fault };
    if tree.size() != position {
        return Err(damage(newest, 0, JournalFault::SnapshotRoot).into());
    }
    if known.is_some_and(|known| known.position.0 == position && known.root != tree.root()) {
        return Err(damage(newest, 0, JournalFault::HeadRoot).into());
    }

    let skipped =
        found.headers.partition_point(|header| header.first <= position.saturating_add(1)).saturating_sub(1);
    let mut segments = Vec::with_capacity(found.headers.len() + 1);
    let (mut next, mut last, mut bytes) = (1, Remainder::Zeros, Vec::new());
    for (index, header) in found.headers.iter().enumerate() {
        if index < skipped {
            segments.push(Arc::new(Segment::new(dir, header.number, header.first, log_id, None)));
            continue;
        }
        if index > skipped && header.first != next {
            return Err(damage(header.number, 32, JournalFault::SegmentField("first position")).into());
        }
        if header.first - 1 == tree.size() && header.root != tree.root() {
            let fault = if tree.size() == position && position > 0 {
                JournalFault::SnapshotRoot
            } else {
                root_fault(header, &tree)
            };
            return Err(damage(header.number, 48, fault).into());
        }
        let sealed = found.torn || index + 1 < found.headers.len();
        let read = SegmentReader { disk, dir, header, log_id, sealed, position, known };
        let index;
        (index, last, bytes) = read.read(&mut tree)?;
        next = index.next();
        segments.push(Arc::new(Segment::new(dir, header.number, header.first, log_id, Some(index))));
    }
    if tree.size() > next - 1 {
        let fault = JournalFault::SnapshotAhead { snapshot: tree.size(), journal: next - 1 };
        return Err(damage(newest, 0, fault).into());
    }

    if let Some(&KnownHead { position: Position(known), is_closed, .. }) = known {
        let journal = next - 1;
        if journal < known {
            return Err(OpenError::JournalBehind { journal, known });
        }
        if is_closed && journal > known {
            return Err(damage(newest, 0, JournalFault::BeyondClosing { closed: known, journal }).into());
        }
    }

    let mut unfinished = None;
    let (segment, end) = match (found.headers.last(), segments.last()) {
        (Some(last_header), Some(segment)) => {
            if found.torn {
                remove_begun(disk, &segment_path(dir, last_header.number + 1))?;
            }
            let (path, length) = (&segment.path, segment.end());
            let file = disk.open_write(path).doing("open", path)?;
            if last == Remainder::Unfinished {
                file.truncate(length).doing("truncate", path)?;
                unfinished = Some(Unfinished { path: path.clone(), offset: length });
            }
            // What was found need not be on the disk, though from now on it is read and answered for: the process that wrote it may have been
            // killed before its sync, or its sync may have failed, after which the system takes for clean what the disk has not got. Every
            // frame before the last was synced, or nothing would have been written after it.
            let (start, end) = segment.newest_frames();
            file.write_at(start, &bytes[start as usize..end as usize]).doing("write", path)?;
            file.sync_data().doing("sync", path)?;
            disk.sync_dir(dir).doing("sync", dir)?;
            let zeros_to = file.len().doing("measure", path)?;
            (segment.clone(), SegmentEnd { file, path: path.clone(), length, zeros_to })
        }
        (None, _) | (_, None) => {
            let header = SegmentHeader { log_id, number: 1, first: next, root: tree.root() };
            let path = segment_path(dir, header.number);
            let file = create_segment(disk, &path, &header.encode(), found.torn)?;
            let segment = Arc::new(Segment::new(dir, header.number, next, log_id, Some(Index::new(next))));
            segments.push(segment.clone());
            let length = SEGMENT_HEADER_BYTES as u64;
            (segment, SegmentEnd { file, path, length, zeros_to: length })
        }
    };
    Ok(Recovered { sealed_bytes: found.sealed_bytes, segments, segment, tree, end, unfinished })
}

/// The headers of all segments.
struct Headers {
    headers: Vec<SegmentHeader>,
    /// There is one more segment, whose creation got no further than its file.
    torn: bool,
    /// Length of all segments but the last of these.
    sealed_bytes: u64,
}

impl Headers {
    fn read(disk: &dyn Disk, dir: &Path, log_id: Uuid) -> Result<Headers, OpenError> {
        let numbers = segment_numbers(disk, dir)?;
        let mut found = Headers { headers: Vec::new(), torn: false, sealed_bytes: 0 };
        let mut last_bytes = 0;
        for (index, (number, expected)) in numbers.iter().copied().zip(1..).enumerate() {
            let path = segment_path(dir, expected);
            let damage = |offset, fault| Damage { path: path.clone(), offset, fault };
            if number != expected {
                return Err(damage(0, JournalFault::SegmentMissing { number: expected }).into());
            }
            let is_last = index + 1 == numbers.len();
            let file = disk.open_read(&path).doing("open", &path)?;
            let length = file.len().doing("measure", &path)?;
            let mut bytes = vec![0; length.min(SEGMENT_HEADER_BYTES as u64) as usize];
            file.read_at(0, &mut bytes).doing("read", &path)?;
            let header = match SegmentHeader::parse(&bytes, log_id, number) {
                Ok(header) => header,
                Err(SegmentHeaderFault::OtherVersion(other)) => return Err(other.into()),
                // It is synced before its first frame: nothing that was acknowledged can be in it.
                Err(_) if is_last && is_torn_creation(&bytes, length) => {
                    found.torn = true;
                    break;
                }
                Err(fault) => return Err(damage(0, fault.into()).into()),
            };
            let follows = match found.headers.last() {
                None => header.first == 1,
                Some(before) => header.first > before.first,
            };
            if !follows {
                return Err(damage(32, JournalFault::SegmentField("first position")).into());
            }
            found.headers.push(header);
            found.sealed_bytes += std::mem::replace(&mut last_bytes, length);
        }
        Ok(found)
    }
}

/// A header and no more, whose end was not written: the file had only got its length, perhaps after an earlier creation that got as far as some
/// of its bytes.
pub(crate) fn is_torn_creation(bytes: &[u8], length: u64) -> bool {
    let header = SEGMENT_HEADER_BYTES as u64;
    length < header || (length == header && bytes.last() == Some(&0))
}

/// One segment that is read and verified whole.
struct SegmentReader<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    header: &'a SegmentHeader,
    log_id: Uuid,
    sealed: bool,
    /// What the snapshot knows: events up to it are not hashed again.
    position: u64,
    known: Option<&'a KnownHead>,
}

impl SegmentReader<'_> {
    /// Brings the tree up to the segment's end, and says what follows its frames. Gives the bytes too.
    fn read(&self, tree: &mut CompactTree) -> Result<(Index, Remainder, Vec<u8>), OpenError> {
        let segment = Segment::new(self.dir, self.header.number, self.header.first, self.log_id, None);
        let bytes = self.whole(&segment)?;
        let mut index = Index::new(self.header.first);
        let mut offsets = Vec::new();
        while (index.end() as usize) < bytes.len() {
            let at = index.end() as usize;
            let (rest, place) = (&bytes[at..], segment.place(index.next()));
            let damage = |fault| segment.damage(at as u64, fault);
            offsets.clear();
            let Ok(frame) = parse_frame(rest, place, 0, &mut offsets) else {
                return match remainder(rest, at as u64, place) {
                    // A roll may have been cut off between the new segment and the end of this one.
                    Remainder::Zeros => Ok((index, Remainder::Zeros, bytes)),
                    Remainder::Unfinished if !self.sealed => Ok((index, Remainder::Unfinished, bytes)),
                    Remainder::Unfinished => Err(damage(JournalFault::Frame(FrameFault::Cut)).into()),
                    Remainder::Damaged(fault) => Err(damage(JournalFault::Frame(fault)).into()),
                };
            };
            for (position, offset) in (frame.header.first..).zip(&offsets) {
                if position > tree.size() {
                    let pushed = push_event(tree, stored_at(rest, *offset).unwrap_or_default());
                    pushed.map_err(|fault| damage(JournalFault::Frame(fault)))?;
                    if self.known.is_some_and(|it| it.position.0 == position && it.root != tree.root()) {
                        return Err(damage(JournalFault::HeadRoot).into());
                    }
                }
            }
            if frame.last() == tree.size() && frame.header.root != tree.root() {
                let fault = if frame.last() == self.position {
                    JournalFault::SnapshotRoot
                } else {
                    JournalFault::Root
                };
                return Err(damage(fault).into());
            }
            index.add(frame.last(), frame.length);
        }
        Ok((index, Remainder::Zeros, bytes))
    }

    fn whole(&self, segment: &Segment) -> Result<Vec<u8>, OpenError> {
        let file = self.disk.open_read(&segment.path).doing("open", &segment.path)?;
        let length = file.len().doing("measure", &segment.path)?;
        if length > SEGMENT_FILE_BYTES_MAX {
            return Err(segment.damage(0, JournalFault::SegmentTooLong { bytes: length }).into());
        }
        Ok(self.disk.read(&segment.path).doing("read", &segment.path)?)
    }
}
