//! Segments that nobody appends to at the time: finding them, reading one, and checking every byte of it. For copies of a log.

use std::path::{Path, PathBuf};

use sigeyi_envelope::Suite;
use sigeyi_proof::{Hash, HashAlgorithm};
use uuid::Uuid;

use super::fault::{AccessDamage, AccessFault, AccessReadError};
use super::frame::Due;
use super::segment::SEGMENT_FILE_BYTES_MAX;
use super::segment_header::{SegmentHeader, genesis};
use crate::disk::{Disk, DiskError, While};
use crate::frame::FrameFault;
use crate::recovery::segment_numbers;
use crate::segment::segment_path;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::suite::hash_algorithm;
use crate::unfinished::is_zeros;

/// A segment file of an access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessSegmentFile {
    /// Its number, from 1.
    pub number: u32,
    /// Where it lies.
    pub path: PathBuf,
}

/// How far an access log has been followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessChain {
    /// The last entry, 0 for none.
    pub number: u64,
    /// Hash of that.
    pub hash: Hash,
    /// How entries are hashed.
    pub algorithm: HashAlgorithm,
}

impl AccessChain {
    /// Before the first entry of a log.
    pub fn begin(log_id: Uuid, suite: Suite) -> AccessChain {
        let algorithm = hash_algorithm(suite);
        AccessChain { number: 0, hash: genesis(algorithm, log_id), algorithm }
    }
}

impl AccessSegmentFile {
    /// The segment of this number in a folder, whether it is there or not.
    pub fn of(dir: &Path, number: u32) -> AccessSegmentFile {
        AccessSegmentFile { number, path: segment_path(dir, number) }
    }

    /// The segments in a folder, in order.
    pub fn list(disk: &dyn Disk, dir: &Path) -> Result<Vec<AccessSegmentFile>, DiskError> {
        let numbers = segment_numbers(disk, dir)?;
        Ok(numbers.into_iter().map(|number| AccessSegmentFile::of(dir, number)).collect())
    }

    /// What comes before it, as its own header says: the number of the last entry, and its hash.
    pub fn start(&self, disk: &dyn Disk, log_id: Uuid) -> Result<(u64, Hash), AccessReadError> {
        let bytes = self.read(disk, Some(SEGMENT_HEADER_BYTES as u64))?;
        let header = self.header(&bytes, log_id)?;
        Ok((header.first - 1, header.before))
    }

    /// Its bytes, all or up to an offset, which must lie within it.
    pub fn read(&self, disk: &dyn Disk, end: Option<u64>) -> Result<Vec<u8>, AccessReadError> {
        let file = disk.open_read(&self.path).doing("open", &self.path)?;
        let length = match end {
            Some(end) => end,
            None => file.len().doing("measure", &self.path)?,
        };
        if length > SEGMENT_FILE_BYTES_MAX {
            return Err(self.damage(0, AccessFault::SegmentTooLong { bytes: length }).into());
        }
        let mut bytes = vec![0; length as usize];
        file.read_at(0, &mut bytes).doing("read", &self.path)?;
        Ok(bytes)
    }

    /// Checks bytes of it: header, every frame, every entry and that it follows the one before; zeros that were ahead may stand at their end. `chain` is where it
    /// begins and becomes where it ends; `each` is called with it after every entry. Gives the length without those zeros.
    pub fn check(
        &self,
        bytes: &[u8],
        log_id: Uuid,
        chain: &mut AccessChain,
        mut each: impl FnMut(&AccessChain),
    ) -> Result<usize, AccessDamage> {
        let header = self.header(bytes, log_id)?;
        if header.first != chain.number + 1 {
            return Err(self.damage(32, AccessFault::SegmentField("first number")));
        }
        if header.before != chain.hash {
            return Err(self.damage(48, AccessFault::Chain { number: header.first }));
        }
        let mut at = SEGMENT_HEADER_BYTES;
        while !is_zeros(&bytes[at..]) {
            let due = Due { log_id, segment: self.number, first: chain.number + 1 };
            let frame = due.frame(&bytes[at..], |entry, _| {
                let number = entry.number();
                if entry.before() != chain.hash {
                    return Err(AccessFault::Chain { number });
                }
                *chain = AccessChain { number, hash: entry.hash(chain.algorithm), ..*chain };
                each(chain);
                Ok(())
            });
            let frame = frame.map_err(|fault| self.damage(at as u64, fault))?;
            if frame.hash != chain.hash {
                let fault = FrameFault::Field("hash of the last entry");
                return Err(self.damage(at as u64, AccessFault::Frame(fault)));
            }
            at += frame.length;
        }
        Ok(at)
    }

    /// What the file's header says.
    fn header(&self, bytes: &[u8], log_id: Uuid) -> Result<SegmentHeader, AccessDamage> {
        SegmentHeader::parse(bytes, log_id, self.number).map_err(|fault| self.damage(0, fault.into()))
    }

    fn damage(&self, offset: u64, fault: AccessFault) -> AccessDamage {
        AccessDamage { path: self.path.clone(), offset, fault }
    }
}
