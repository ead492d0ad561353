//! Reads two copies of an append-only file as one.

use std::path::Path;

use sigeyi_envelope::{FORMAT, PREVIEW};
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
pub(crate) fn encode_header(log_id: Uuid) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(FILE_MAGIC);
    header[8] = FORMAT;
    header[9] = PREVIEW;
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

/// What both copies should be, and the payloads in it. Both copies grow by the same records at the same offsets, so a record
/// that is whole in one copy says where the next begins in the other.
pub(crate) fn merge(
    one: &[u8],
    two: &[u8],
    log_id: Uuid,
    path: &Path,
) -> Result<(Vec<u8>, Vec<Vec<u8>>), TwinError> {
    let damaged = |offset: usize| TwinError::Damaged { path: path.to_owned(), offset: offset as u64 };
    let mut headers = [one, two].into_iter().filter_map(header_log_id);
    match headers.next() {
        None if [one, two].into_iter().all(is_torn_creation) => {}
        None => return Err(damaged(0)),
        Some(header) => {
            let found = header?;
            if found != log_id {
                return Err(TwinError::OtherLog { path: path.to_owned(), found, ours: log_id });
            }
            if let Some(other) = headers.next()
                && other? != found
            {
                return Err(damaged(0));
            }
        }
    }
    let mut merged = encode_header(log_id).to_vec();
    let mut payloads = Vec::new();
    loop {
        let offset = merged.len();
        let rest = [one, two].map(|copy| copy.get(offset..).unwrap_or_default());
        let record = match rest.map(whole_record) {
            [Some(one), Some(two)] if one != two => return Err(damaged(offset)),
            [Some(record), _] | [None, Some(record)] => record,
            // The first copy was synced before the second was touched.
            [None, None] if is_zeros(rest[1]) && is_torn_record(rest[0], offset as u64) => {
                return Ok((merged, payloads));
            }
            [None, None] => return Err(damaged(offset)),
        };
        payloads.push(record[RECORD_HEAD_BYTES..record.len() - CHECKSUM_BYTES].to_vec());
        merged.extend_from_slice(record);
    }
}

/// The log of a whole header; nothing for one that is not whole.
fn header_log_id(copy: &[u8]) -> Option<Result<Uuid, TwinError>> {
    let header = copy.first_chunk::<HEADER_BYTES>()?;
    let (fields, checksum) = header.split_last_chunk::<CHECKSUM_BYTES>()?;
    if &header[..8] != FILE_MAGIC || crc32c::crc32c(fields) != u32::from_be_bytes(*checksum) {
        return None;
    }
    if let Err(other) = OtherVersion::refuse(header[8], header[9]) {
        return Some(Err(other.into()));
    }
    let mut id = [0; 16];
    id.copy_from_slice(&header[12..28]);
    Some(Ok(Uuid::from_bytes(id)))
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
