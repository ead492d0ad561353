//! The sealed section: blocks of records, each with its checksum, and a mark at the end, so that two threads can open it and a cut is seen.

use std::sync::Mutex;

use sigeyi_domain::{Event, EventType, Position};
use sigeyi_envelope::{StoredEvent, associated_data};
use uuid::Uuid;

use super::{SnapshotError, source::SnapshotSource};
use crate::{KeyNumber, Opened, Secrets};

/// Length that marks the end; the number of blocks follows.
pub(super) const END_MARK: u32 = u32::MAX;
/// A block at most, in bytes: what is written at a time, and one record.
pub(super) const BLOCK_BYTES_MAX: usize = 64 << 20;

const DAMAGED: SnapshotError = SnapshotError::Damaged("sealed");

/// Gives one block after the other to whoever asks.
pub(super) struct SealedBlocks<'a, S> {
    source: &'a S,
    place: Mutex<Place>,
}

struct Place {
    at: u64,
    blocks: u32,
    is_over: bool,
}

impl<'a, S: SnapshotSource> SealedBlocks<'a, S> {
    pub(super) fn new(source: &'a S, at: u64) -> SealedBlocks<'a, S> {
        SealedBlocks { source, place: Mutex::new(Place { at, blocks: 0, is_over: false }) }
    }

    /// Reads the next block; false behind the last.
    pub(super) fn next(&self, block: &mut Vec<u8>) -> Result<bool, SnapshotError> {
        let (at, length, crc) = {
            let mut place = self.place.lock().map_err(|_| DAMAGED)?;
            if place.is_over {
                return Ok(false);
            }
            let mut head = [0; 8];
            self.source.read_at(place.at, &mut head).map_err(|_| DAMAGED)?;
            let [l0, l1, l2, l3, c0, c1, c2, c3] = head;
            let (length, crc) = (u32::from_be_bytes([l0, l1, l2, l3]), u32::from_be_bytes([c0, c1, c2, c3]));
            if length == END_MARK {
                place.is_over = true;
                let is_whole =
                    crc == place.blocks && self.source.length().is_ok_and(|end| end == place.at + 8);
                return if is_whole { Ok(false) } else { Err(DAMAGED) };
            }
            if length as usize > BLOCK_BYTES_MAX {
                return Err(DAMAGED);
            }
            let at = place.at + 8;
            place.at = at + u64::from(length);
            place.blocks += 1;
            (at, length as usize, crc)
        };
        block.resize(length, 0);
        self.source.read_at(at, block).map_err(|_| DAMAGED)?;
        if crc32c::crc32c(block) == crc { Ok(true) } else { Err(DAMAGED) }
    }
}

/// Whether folding needs an event's sealed body: most it does not.
pub fn folds_sealed(stored: &StoredEvent<'_>) -> bool {
    let parts = stored.parts();
    parts.sealed.is_some() && EventType::from_number(parts.kind).is_some_and(EventType::folds_sealed)
}

/// Adds an event to a block, if folding needs its sealed body. Not to be called for an erased person.
pub fn write_sealed(out: &mut Vec<u8>, number: u32, key: KeyNumber, stored: &StoredEvent<'_>) {
    let parts = stored.parts();
    let Some(sealed) = parts.sealed.filter(|_| folds_sealed(stored)) else { return };
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(parts.person.as_bytes());
    out.extend_from_slice(&parts.position.0.to_be_bytes());
    out.extend_from_slice(&key.to_be_bytes());
    out.extend_from_slice(parts.command.as_bytes());
    out.extend_from_slice(&[parts.commit_index, parts.kind, parts.schema]);
    // An event is at most 6 KiB, so both lengths fit.
    out.extend_from_slice(&(parts.clear.len() as u16).to_be_bytes());
    out.extend_from_slice(parts.clear.as_bytes());
    out.extend_from_slice(&sealed.nonce);
    out.extend_from_slice(&(sealed.ciphertext.len() as u16).to_be_bytes());
    out.extend_from_slice(sealed.ciphertext);
}

/// Takes fields off the front of a block.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(*head)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], SnapshotError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(head)
    }
}

/// A record of a block.
struct Record<'a> {
    number: u32,
    person: Uuid,
    position: Position,
    key: KeyNumber,
    command: Uuid,
    commit_index: u8,
    kind: u8,
    schema: u8,
    clear: &'a str,
    nonce: [u8; 12],
    ciphertext: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next record; none behind the last.
    fn record(&mut self) -> Result<Option<Record<'a>>, SnapshotError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let number = u32::from_be_bytes(self.take()?);
        let person = Uuid::from_bytes(self.take()?);
        let position = Position(u64::from_be_bytes(self.take()?));
        let key = u32::from_be_bytes(self.take()?);
        let command = Uuid::from_bytes(self.take()?);
        let [commit_index, kind, schema] = self.take()?;
        let clear_length = u16::from_be_bytes(self.take()?);
        let clear = std::str::from_utf8(self.slice(clear_length.into())?).map_err(|_| DAMAGED)?;
        let nonce = self.take()?;
        let ciphertext_length = u16::from_be_bytes(self.take()?);
        let ciphertext = self.slice(ciphertext_length.into())?;
        let record = Record {
            number,
            person,
            position,
            key,
            command,
            commit_index,
            kind,
            schema,
            clear,
            nonce,
            ciphertext,
        };
        Ok(Some(record))
    }
}

/// A block without the records of some rows, by their numbers: those of people who were erased since it was written.
pub fn without(block: &[u8], is_erased: impl Fn(u32) -> bool) -> Result<Vec<u8>, SnapshotError> {
    let mut fields = Fields(block);
    let mut kept = Vec::with_capacity(block.len());
    loop {
        let from = fields.0;
        let Some(record) = fields.record()? else { return Ok(kept) };
        if !is_erased(record.number) {
            kept.extend_from_slice(&from[..from.len() - fields.0.len()]);
        }
    }
}

/// The events of a block with their row numbers, opened, into a list that is emptied before. They are given to their rows afterwards, one
/// right after the other: each row waits for memory, and next to each other they wait together. What can no longer be opened, since its
/// person's data were erased, is left out: the log behind the snapshot says so.
pub(super) fn open_block(
    block: &[u8],
    log_id: Uuid,
    secrets: &impl Secrets,
    events: &mut Vec<(u32, Position, Event)>,
) -> Result<(), SnapshotError> {
    let mut fields = Fields(block);
    events.clear();
    while let Some(record) = fields.record()? {
        let Record { number, person, position, key, command, commit_index, kind, schema, .. } = record;
        let data = associated_data(log_id, person, command, commit_index, kind, schema);
        let sealed = match secrets.open(key, None, &data, &record.nonce, record.ciphertext) {
            Opened::Clear(sealed) => sealed,
            // What the row has without it is what a replay gives too.
            Opened::Erased => continue,
            Opened::Refused => return Err(SnapshotError::Sealed),
        };
        let event =
            Event::from_json(kind, schema, record.clear, Some(&sealed)).map_err(|_| SnapshotError::Sealed)?;
        events.push((number, position, event));
    }
    Ok(())
}
