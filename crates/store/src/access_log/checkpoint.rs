//! The heads at the end of a sealed segment, so that a start need not read what lies before. `docs/format.md` draws the file.
//!
//! It is a hint: one that is missing, damaged or of another history is passed over, and everything is read.

use std::path::{Path, PathBuf};

use sigeyi_envelope::FORMAT;
use sigeyi_proof::Hash;
use uuid::Uuid;

use super::heads::Heads;
use crate::disk::{Access, Disk, DiskError, While};
use crate::durable::{names_if_there, read_if_there, replace_with};

const MAGIC: &[u8; 8] = b"SGYACHDS";
const HEADER_BYTES: usize = 84;
const SUFFIX: &str = ".heads";

/// What is known at the end of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// The segment.
    pub(super) segment: u32,
    /// Its last entry.
    pub(super) number: u64,
    /// Hash of that.
    pub(super) hash: Hash,
    pub(super) heads: Heads,
}

/// Writes the checkpoint of a segment, and removes those before it.
pub(super) fn write(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
    (segment, number, hash): (u32, u64, &Hash),
    heads: &Heads,
) -> Result<(), DiskError> {
    replace_with(disk, &path(dir, segment), Access::Shared, &encode(log_id, (segment, number, hash), heads))?;
    disk.sync_dir(dir).doing("sync", dir)?;
    for older in numbers(disk, dir)?.into_iter().filter(|older| *older < segment) {
        let older = path(dir, older);
        disk.remove(&older).doing("remove", &older)?;
    }
    Ok(())
}

/// The numbers of the segments that have one, in order.
pub(super) fn numbers(disk: &dyn Disk, dir: &Path) -> Result<Vec<u32>, DiskError> {
    let number = |name: &String| {
        let digits = name.strip_suffix(SUFFIX).filter(|digits| digits.len() == 10)?;
        digits.parse().ok()
    };
    Ok(names_if_there(disk, dir)?.iter().filter_map(number).collect())
}

/// The checkpoint of a segment; nothing when there is none that is whole and this log's.
pub(super) fn read(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
    segment: u32,
) -> Result<Option<Checkpoint>, DiskError> {
    let bytes = read_if_there(disk, &path(dir, segment))?;
    Ok(bytes.and_then(|bytes| parse(&bytes, log_id)).filter(|found| found.segment == segment))
}

/// Where the checkpoint of a segment lies.
pub(super) fn path(dir: &Path, segment: u32) -> PathBuf {
    dir.join(format!("{segment:010}{SUFFIX}"))
}

fn encode(log_id: Uuid, (segment, number, hash): (u32, u64, &Hash), heads: &Heads) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + 24 * heads.people.len() + 80 * heads.actors.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[FORMAT, 0, 0, 0]);
    bytes.extend_from_slice(&segment.to_be_bytes());
    bytes.extend_from_slice(log_id.as_bytes());
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(hash);
    bytes.extend_from_slice(&(heads.people.len() as u64).to_be_bytes());
    // Every actor has an entry, and no log has so many.
    bytes.extend_from_slice(&(heads.actors.len() as u32).to_be_bytes());
    for (person, number) in &heads.people {
        bytes.extend_from_slice(person.as_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    for (actor, number) in &heads.actors {
        // At most 64 bytes, as in an entry.
        bytes.push(actor.len() as u8);
        bytes.extend_from_slice(actor.as_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_be_bytes());
    bytes
}

fn parse(bytes: &[u8], log_id: Uuid) -> Option<Checkpoint> {
    let (content, checksum) = bytes.split_last_chunk::<4>()?;
    let (header, mut rest) = content.split_at_checked(HEADER_BYTES)?;
    let is_ours =
        header[..8] == *MAGIC && header[8..12] == [FORMAT, 0, 0, 0] && header[16..32] == *log_id.as_bytes();
    if !is_ours || crc32c::crc32c(content).to_be_bytes() != *checksum {
        return None;
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(&header[40..72]);
    let (people, actors) = (number(&header[72..80]), number(&header[80..]));
    // So much is allocated as the file has bytes for.
    let (rows, behind) = rest.split_at_checked(usize::try_from(people).ok()?.checked_mul(24)?)?;
    rest = behind;
    let mut heads = Heads::default();
    heads.people.reserve(rows.len() / 24);
    for row in rows.as_chunks::<24>().0 {
        heads.people.insert(Uuid::from_slice(&row[..16]).ok()?, number(&row[16..]));
    }
    for _ in 0..actors {
        let (length, behind) = rest.split_first()?;
        let (actor, behind) = behind.split_at_checked(usize::from(*length))?;
        let (newest, behind) = behind.split_first_chunk::<8>()?;
        heads.actors.insert(std::str::from_utf8(actor).ok()?.into(), number(newest));
        rest = behind;
    }
    let segment = number(&header[12..16]) as u32;
    let number = number(&header[32..40]);
    rest.is_empty().then_some(Checkpoint { segment, number, hash, heads })
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
