//! Reads two copies of an append-only file as one.

use std::path::Path;

use sigeyi_envelope::FORMAT;
use uuid::Uuid;

use crate::ledger::{RECORD_PAYLOAD_BYTES_MAX, TwinError};
use crate::unfinished::{has_unwritten_sector, is_zeros};
use crate::version::OtherVersion;

const FILE_MAGIC: &[u8; 8] = b"SGYVAULT";
const HEADER_BYTES: usize = 32;
const RECORD_MAGIC: &[u8; 4] = b"SGYR";
/// Magic and length.
const RECORD_HEAD_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 4;

/// The header of a file that belongs to a log.
pub(crate) fn encode_header(log_id: Uuid, generation: u16) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(FILE_MAGIC);
    header[8] = FORMAT;
    header[10..12].copy_from_slice(&generation.to_be_bytes());
    header[12..28].copy_from_slice(log_id.as_bytes());
    let checksum = crc32c::crc32c(&header[..28]);
    header[28..].copy_from_slice(&checksum.to_be_bytes());
    header
}

/// A record around a payload, whose length the caller has checked.
pub(crate) fn encode_record(payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(RECORD_HEAD_BYTES + payload.len() + CHECKSUM_BYTES);
    record.extend_from_slice(RECORD_MAGIC);
    record.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    record.extend_from_slice(payload);
    let checksum = crc32c::crc32c(&record);
    record.extend_from_slice(&checksum.to_be_bytes());
    record
}

/// Two copies read as one.
#[derive(Debug)]
pub(crate) struct Merged {
    /// How often the file has been rewritten.
    pub(crate) generation: u16,
    /// What both copies should be.
    pub(crate) bytes: Vec<u8>,
    /// The payloads in it.
    pub(crate) payloads: Vec<Vec<u8>>,
}

/// Reads two copies as one. Both copies grow by the same records at the same offsets, so a record
/// that is whole in one copy says where the next begins in the other.
///
/// Copies of two generations are what a rewriting leaves that was cut off between them: the newer one counts. It was whole and synced before it got
/// its name, and nothing is appended to it before the other copy is as new, so that it must be whole by itself.
pub(crate) fn merge(one: &[u8], two: &[u8], log_id: Uuid, path: &Path) -> Result<Merged, TwinError> {
    let damaged = |offset: usize| TwinError::Damaged { path: path.to_owned(), offset: offset as u64 };
    let headers = [header(one).transpose()?, header(two).transpose()?];
    let found = match headers {
        [None, None] if [one, two].into_iter().all(is_torn_creation) => Header { log_id, generation: 0 },
        [None, None] => return Err(damaged(0)),
        [Some(header), None] | [None, Some(header)] => header,
        [Some(one), Some(two)] if one.log_id != two.log_id => return Err(damaged(0)),
        [Some(one), Some(two)] => {
            if one.generation < two.generation {
                two
            } else {
                one
            }
        }
    };
    if found.log_id != log_id {
        return Err(TwinError::OtherLog { path: path.to_owned(), found: found.log_id, ours: log_id });
    }
    let [is_older_one, is_older_two] =
        headers.map(|header| header.is_some_and(|header| header.generation < found.generation));
    let (one, two) = (if is_older_one { two } else { one }, if is_older_two { one } else { two });
    let merged = merge_generation(one, two, found, path)?;
    if (is_older_one || is_older_two) && merged.bytes != one {
        return Err(damaged(merged.bytes.len()));
    }
    Ok(merged)
}

/// Reads two copies of the same generation.
fn merge_generation(one: &[u8], two: &[u8], header: Header, path: &Path) -> Result<Merged, TwinError> {
    let damaged = |offset: usize| TwinError::Damaged { path: path.to_owned(), offset: offset as u64 };
    let generation = header.generation;
    let mut merged = encode_header(header.log_id, generation).to_vec();
    let mut payloads = Vec::new();
    loop {
        let offset = merged.len();
        let rest = [one, two].map(|copy| copy.get(offset..).unwrap_or_default());
        let record = match rest.map(whole_record) {
            [Some(one), Some(two)] if one != two => return Err(damaged(offset)),
            [Some(record), _] | [None, Some(record)] => record,
            // The first copy was synced before the second was touched.
            [None, None] if is_zeros(rest[1]) && is_torn_record(rest[0], offset as u64) => {
                return Ok(Merged { generation, bytes: merged, payloads });
            }
            [None, None] => return Err(damaged(offset)),
        };
        payloads.push(record[RECORD_HEAD_BYTES..record.len() - CHECKSUM_BYTES].to_vec());
        merged.extend_from_slice(record);
    }
}

/// What a header says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) log_id: Uuid,
    pub(crate) generation: u16,
}

/// A header that is whole; nothing for one that is not.
pub(crate) fn header(copy: &[u8]) -> Option<Result<Header, TwinError>> {
    let header = copy.first_chunk::<HEADER_BYTES>()?;
    let (fields, checksum) = header.split_last_chunk::<CHECKSUM_BYTES>()?;
    if &header[..8] != FILE_MAGIC || crc32c::crc32c(fields) != u32::from_be_bytes(*checksum) {
        return None;
    }
    if let Err(other) = OtherVersion::refuse(header[8], header[9]) {
        return Some(Err(other.into()));
    }
    let generation = u16::from_be_bytes([header[10], header[11]]);
    let mut id = [0; 16];
    id.copy_from_slice(&header[12..28]);
    Some(Ok(Header { log_id: Uuid::from_bytes(id), generation }))
}

/// The record at the beginning of the bytes, when it is whole.
fn whole_record(bytes: &[u8]) -> Option<&[u8]> {
    let record = bytes.get(..record_length(bytes)?)?;
    let (fields, checksum) = record.split_last_chunk::<CHECKSUM_BYTES>()?;
    (crc32c::crc32c(fields) == u32::from_be_bytes(*checksum)).then_some(record)
}

fn record_length(bytes: &[u8]) -> Option<usize> {
    let (magic, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
    (magic == RECORD_MAGIC && length <= RECORD_PAYLOAD_BYTES_MAX)
        .then_some(RECORD_HEAD_BYTES + length + CHECKSUM_BYTES)
}

/// A file whose header had not been synced yet when the power went: nothing was ever appended to it.
fn is_torn_creation(copy: &[u8]) -> bool {
    copy.len() < HEADER_BYTES || (copy.len() == HEADER_BYTES && is_zeros(copy))
}

/// What an append leaves that did not get to its sync: nothing, a piece that reaches past the end of the file, or one of whose sectors at
/// least one was not written. A record that is whole but fails its checksum may have been synced, and so may anything with a whole
/// record behind it.
fn is_torn_record(rest: &[u8], offset: u64) -> bool {
    let head = &rest[..RECORD_HEAD_BYTES.min(rest.len())];
    match record_length(rest) {
        _ if is_zeros(rest) => true,
        _ if holds_record(rest) => false,
        // Not even the length is known.
        _ if head.len() < RECORD_HEAD_BYTES || has_unwritten_sector(head, offset) => true,
        Some(length) if length > rest.len() => !is_whole_but_for_its_length(rest),
        Some(length) => has_unwritten_sector(&rest[..length], offset) && is_zeros(&rest[length..]),
        None => false,
    }
}

fn holds_record(bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| bytes[at] == RECORD_MAGIC[0] && whole_record(&bytes[at..]).is_some())
}

/// A record at the end whose length was damaged, which alone would make it look torn.
fn is_whole_but_for_its_length(rest: &[u8]) -> bool {
    let Some(length) = rest.len().checked_sub(RECORD_HEAD_BYTES + CHECKSUM_BYTES) else { return false };
    let mut record = rest.to_vec();
    record[RECORD_MAGIC.len()..RECORD_HEAD_BYTES].copy_from_slice(&(length as u32).to_be_bytes());
    whole_record(&record).is_some()
}
