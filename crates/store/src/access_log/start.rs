//! What a start makes of the segments it finds. Reading changes nothing; [`make_ready`] does, once all is well.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigeyi_proof::{Hash, HashAlgorithm};
use uuid::Uuid;

use super::checkpoint::{self, Checkpoint};
use super::fault::{AccessDamage, AccessFault, AccessOpenError};
use super::heads::Heads;
use super::segment::{AccessSegment, SEGMENT_FILE_BYTES_MAX};
use super::segment_file::AccessChain;
use super::segment_header::SegmentHeader;
use crate::disk::{Disk, While};
use crate::frame::FrameFault;
use crate::head_file::KnownHead;
use crate::recovery::{Unfinished, is_torn_creation, remove_begun, segment_numbers};
use crate::segment::{Index, segment_path};
use crate::segment_end::SegmentEnd;
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeaderFault};
use crate::unfinished::{Remainder, remainder};

/// What checkpoints are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checkpoints {
    /// To begin after the newest that fits.
    Trusted,
    /// To be compared with what follows from the entries, all of which are read.
    Checked,
}

/// An access log that was read.
pub(super) struct ReadLog {
    algorithm: HashAlgorithm,
    pub(super) segments: Vec<Arc<AccessSegment>>,
    pub(super) heads: Heads,
    /// Its last entry, 0 for none.
    pub(super) number: u64,
    /// Hash of that.
    pub(super) hash: Hash,
    /// There is one more segment, whose creation got no further than its file.
    pub(super) torn: bool,
    /// Length of all segments but the last, in bytes.
    pub(super) sealed_bytes: u64,
    /// The last segment's bytes, and what follows its frames.
    last: (Vec<u8>, Remainder),
    /// Frames that were read.
    pub(super) frames: u64,
    /// Entries that were read.
    pub(super) replayed: u64,
    /// Checkpoints that do not fit.
    pub(super) misfits: Vec<PathBuf>,
}

/// The end of a log that can be appended to, if it has been begun.
pub(super) struct ReadyEnd {
    pub(super) end: Option<SegmentEnd>,
    pub(super) unfinished: Option<Unfinished>,
}

impl ReadLog {
    /// Where a write lies that was not finished, if one does.
    pub(super) fn unfinished(&self) -> Option<Unfinished> {
        let segment = self.segments.last().filter(|_| self.last.1 == Remainder::Unfinished)?;
        let (_, offset) = segment.newest_frames()?;
        Some(Unfinished { path: segment.path.clone(), offset })
    }
}

/// Reads the segments and checks that they reach as far as `HEAD.access` knows.
pub(super) fn read_log(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
    begin: AccessChain,
    known: Option<&KnownHead>,
    checkpoints: Checkpoints,
) -> Result<ReadLog, AccessOpenError> {
    let (headers, torn, sealed_bytes) = read_headers(disk, dir, log_id)?;
    let mut log = ReadLog {
        segments: Vec::with_capacity(headers.len() + 1),
        heads: Heads::default(),
        algorithm: begin.algorithm,
        number: begin.number,
        hash: begin.hash,
        torn,
        sealed_bytes,
        last: (Vec::new(), Remainder::Zeros),
        frames: 0,
        replayed: 0,
        misfits: Vec::new(),
    };
    let mut skipped = 0;
    if checkpoints == Checkpoints::Trusted
        && let Some(found) = newest_checkpoint(disk, dir, log_id, &headers)?
    {
        skipped = found.segment as usize;
        (log.number, log.hash, log.heads) = (found.number, found.hash, found.heads);
        check_head(dir, known, &log)?;
    }
    for (index, header) in headers.iter().enumerate() {
        if index < skipped {
            log.segments.push(Arc::new(AccessSegment::new(dir, header.number, header.first, log_id, None)));
            continue;
        }
        let damage = |offset, fault| AccessDamage { path: segment_path(dir, header.number), offset, fault };
        if header.first != log.number + 1 {
            return Err(damage(32, AccessFault::SegmentField("first number")).into());
        }
        if header.before != log.hash {
            return Err(damage(48, AccessFault::Chain { number: header.first }).into());
        }
        let sealed = torn || index + 1 < headers.len();
        read_segment(disk, dir, header, sealed, known, &mut log)?;
        if checkpoints == Checkpoints::Checked {
            log.compare_checkpoint(disk, dir, log_id, header.number)?;
        }
    }
    match known {
        Some(known) if log.number < known.position.0 => {
            Err(AccessOpenError::Behind { found: log.number, known: known.position.0 })
        }
        Some(known) if known.is_closed && log.number > known.position.0 => {
            let fault = AccessFault::BeyondClosing { closed: known.position.0, found: log.number };
            let path = segment_path(dir, headers.last().map_or(1, |header| header.number));
            Err(AccessDamage { path, offset: 0, fault }.into())
        }
        _ => Ok(log),
    }
}

/// Makes the last segment ready to append to, and durable what was found in it.
pub(super) fn make_ready(disk: &dyn Disk, dir: &Path, log: &ReadLog) -> Result<ReadyEnd, AccessOpenError> {
    let Some(segment) = log.segments.last() else { return Ok(ReadyEnd { end: None, unfinished: None }) };
    let (path, (start, length)) = (&segment.path, segment.newest_frames().unwrap_or_default());
    let (bytes, _) = &log.last;
    let unfinished = log.unfinished();
    if log.torn {
        remove_begun(disk, &segment_path(dir, segment.number + 1))?;
    }
    let file = disk.open_write(path).doing("open", path)?;
    if unfinished.is_some() {
        file.truncate(length).doing("truncate", path)?;
    }
    // As in the journal: what was found need not be on the disk, though from now on it is answered for.
    file.write_at(start, &bytes[start as usize..length as usize]).doing("write", path)?;
    file.sync_data().doing("sync", path)?;
    disk.sync_dir(dir).doing("sync", dir)?;
    let zeros_to = file.len().doing("measure", path)?;
    Ok(ReadyEnd { end: Some(SegmentEnd { file, path: path.clone(), length, zeros_to }), unfinished })
}

fn read_headers(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
) -> Result<(Vec<SegmentHeader>, bool, u64), AccessOpenError> {
    let numbers = segment_numbers(disk, dir)?;
    let (mut headers, mut sealed_bytes, mut last_bytes): (Vec<SegmentHeader>, u64, u64) = (Vec::new(), 0, 0);
    for (index, (number, expected)) in numbers.iter().copied().zip(1..).enumerate() {
        let path = segment_path(dir, expected);
        let damage = |offset, fault| AccessDamage { path: path.clone(), offset, fault };
        if number != expected {
            return Err(damage(0, AccessFault::SegmentMissing { number: expected }).into());
        }
        let is_last = index + 1 == numbers.len();
        let file = disk.open_read(&path).doing("open", &path)?;
        let length = file.len().doing("measure", &path)?;
        let mut bytes = vec![0; length.min(SEGMENT_HEADER_BYTES as u64) as usize];
        file.read_at(0, &mut bytes).doing("read", &path)?;
        match SegmentHeader::parse(&bytes, log_id, number) {
            Ok(header) => headers.push(header),
            Err(SegmentHeaderFault::OtherVersion(other)) => return Err(other.into()),
            // It is synced before its first frame: nothing that was acknowledged can be in it.
            Err(_) if is_last && is_torn_creation(&bytes, length) => {
                return Ok((headers, true, sealed_bytes));
            }
            Err(fault) => return Err(damage(0, fault.into()).into()),
        }
        sealed_bytes += std::mem::replace(&mut last_bytes, length);
    }
    Ok((headers, false, sealed_bytes))
}

/// The newest checkpoint that the segment after it confirms.
fn newest_checkpoint(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
    headers: &[SegmentHeader],
) -> Result<Option<Checkpoint>, AccessOpenError> {
    for number in checkpoint::numbers(disk, dir)?.into_iter().rev() {
        // Segment n stands at n − 1, so this is the one after it.
        let Some(next) = headers.get(number as usize) else { continue };
        if let Some(found) = checkpoint::read(disk, dir, log_id, number)?
            && (found.number.checked_add(1), found.hash) == (Some(next.first), next.before)
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn read_segment(
    disk: &dyn Disk,
    dir: &Path,
    header: &SegmentHeader,
    sealed: bool,
    known: Option<&KnownHead>,
    log: &mut ReadLog,
) -> Result<(), AccessOpenError> {
    let segment = AccessSegment::new(dir, header.number, header.first, header.log_id, None);
    let path = &segment.path;
    let length = disk.open_read(path).and_then(|file| file.len()).doing("measure", path)?;
    if length > SEGMENT_FILE_BYTES_MAX {
        return Err(segment.damage(0, AccessFault::SegmentTooLong { bytes: length }).into());
    }
    let bytes = disk.read(path).doing("read", path)?;
    let mut index = Index::new(header.first);
    let mut behind = Remainder::Zeros;
    while (index.end() as usize) < bytes.len() {
        let at = index.end();
        let (rest, due) = (&bytes[at as usize..], segment.due(index.next()));
        let frame = due.frame(rest, |entry, _| {
            let number = entry.number();
            if entry.before() != log.hash {
                return Err(AccessFault::Chain { number });
            }
            if !log.heads.follow(&entry) {
                return Err(AccessFault::Entry { number, what: "entry before" });
            }
            (log.number, log.hash) = (number, entry.hash(log.algorithm));
            log.replayed += 1;
            match known {
                Some(known) if known.position.0 == number && known.root != log.hash => {
                    Err(AccessFault::HeadHash { number })
                }
                _ => Ok(()),
            }
        });
        match frame {
            Ok(frame) if frame.hash == log.hash => {
                index.add(frame.last, frame.length);
                log.frames += 1;
            }
            Ok(_) => {
                let fault = FrameFault::Field("hash of the last entry");
                return Err(segment.damage(at, AccessFault::Frame(fault)).into());
            }
            Err(AccessFault::Frame(fault)) if !matches!(fault, FrameFault::Count { .. }) => {
                behind = match remainder(rest, at, due) {
                    Remainder::Damaged(fault) => {
                        return Err(segment.damage(at, AccessFault::Frame(fault)).into());
                    }
                    Remainder::Unfinished if sealed => {
                        return Err(segment.damage(at, AccessFault::Frame(FrameFault::Cut)).into());
                    }
                    // A roll may have been cut off between the new segment and the end of this one.
                    behind => behind,
                };
                break;
            }
            Err(fault) => return Err(segment.damage(at, fault).into()),
        }
    }
    log.last = (bytes, behind);
    let segment = AccessSegment::new(dir, header.number, header.first, header.log_id, Some(index));
    log.segments.push(Arc::new(segment));
    Ok(())
}

/// Compares what `HEAD.access` knows with where the reading begins.
fn check_head(dir: &Path, known: Option<&KnownHead>, log: &ReadLog) -> Result<(), AccessOpenError> {
    match known {
        Some(known) if known.position.0 == log.number && known.root != log.hash => {
            let fault = AccessFault::HeadHash { number: log.number };
            Err(AccessDamage { path: dir.to_owned(), offset: 0, fault }.into())
        }
        _ => Ok(()),
    }
}

impl ReadLog {
    fn compare_checkpoint(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        log_id: Uuid,
        segment: u32,
    ) -> Result<(), AccessOpenError> {
        if !checkpoint::numbers(disk, dir)?.contains(&segment) {
            return Ok(());
        }
        let fits = checkpoint::read(disk, dir, log_id, segment)?.is_some_and(|found| {
            (found.number, found.hash) == (self.number, self.hash) && found.heads == self.heads
        });
        if !fits {
            self.misfits.push(checkpoint::path(dir, segment));
        }
        Ok(())
    }
}
