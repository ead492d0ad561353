//! An access log that nobody has open, read from the first byte to the last without changing anything.

use std::path::{Path, PathBuf};

use sigeyi_envelope::Suite;
use sigeyi_proof::Hash;
use uuid::Uuid;

use super::fault::AccessOpenError;
use super::segment_file::AccessChain;
use super::start::{Checkpoints, read_log};
use crate::disk::Disk;
use crate::head_file::{FoundHead, HeadFile};
use crate::recovery::Unfinished;

/// What was read, all of it whole and in its place.
#[derive(Debug)]
pub struct AccessInspection {
    /// Entries: checksum, number, hash of the one before, numbers of those about the same people and by the same actor.
    pub entries: u64,
    /// Hash of the last one.
    pub hash: Hash,
    /// Segments.
    pub segments: u64,
    /// Frames.
    pub frames: u64,
    /// Whether `HEAD.access` was there and compared.
    pub has_head: bool,
    /// A write that was not finished, which the next start cuts.
    pub unfinished: Option<Unfinished>,
    /// Checkpoints that do not follow from the entries; they can be deleted.
    pub bad_checkpoints: Vec<PathBuf>,
}

/// Reads and checks everything.
pub fn inspect_access_log(
    disk: &dyn Disk,
    dir: &Path,
    head_path: &Path,
    log_id: Uuid,
    suite: Suite,
) -> Result<AccessInspection, AccessOpenError> {
    let head: FoundHead = HeadFile::read(disk, head_path, log_id)?;
    let begin = AccessChain::begin(log_id, suite);
    let log = read_log(disk, dir, log_id, begin, head.known(), Checkpoints::Checked)?;
    Ok(AccessInspection {
        entries: log.number,
        hash: log.hash,
        segments: log.segments.len() as u64,
        frames: log.frames,
        has_head: head.known().is_some(),
        unfinished: log.unfinished(),
        bad_checkpoints: log.misfits,
    })
}
