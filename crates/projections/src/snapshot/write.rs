//! Writing a snapshot, slice by slice, while the log grows.

use std::{
    io::{self, Write},
    ops::Range,
};

use sigeyi_domain::EventType;
use sigeyi_envelope::{FORMAT, PREVIEW, StoredEvent};

use super::{HEADER_BYTES, MAGIC, SnapshotHeader};
use crate::{KeyNumber, ReadModel};

/// Writes the sections in their order.
pub struct SnapshotWriter<'a> {
    out: &'a mut dyn Write,
    sealed_crc: u32,
}

impl<'a> SnapshotWriter<'a> {
    /// Writes everything up to the sealed section.
    pub fn new(
        out: &'a mut dyn Write,
        header: &SnapshotHeader,
        tree: &[u8],
        commands: &[u8],
        people: &[u8],
    ) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[FORMAT, PREVIEW, 0, 0]);
        bytes.extend_from_slice(header.log_id.as_bytes());
        bytes.extend_from_slice(&header.position.0.to_be_bytes());
        bytes.extend_from_slice(&header.touched_through.0.to_be_bytes());
        bytes.extend_from_slice(&header.divisions);
        bytes.extend_from_slice(&header.recorded_at.to_be_bytes());
        for section in [tree, commands, people] {
            bytes.extend_from_slice(&(section.len() as u64).to_be_bytes());
        }
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_be_bytes());
        out.write_all(&bytes)?;
        for section in [tree, commands, people] {
            out.write_all(section)?;
            out.write_all(&crc32c::crc32c(section).to_be_bytes())?;
        }
        Ok(SnapshotWriter { out, sealed_crc: 0 })
    }

    /// Writes a part of the sealed section.
    pub fn sealed(&mut self, part: &[u8]) -> io::Result<()> {
        self.sealed_crc = crc32c::crc32c_append(self.sealed_crc, part);
        self.out.write_all(part)
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<()> {
        self.out.write_all(&self.sealed_crc.to_be_bytes())
    }
}

/// Adds an event to the sealed section, if folding needs its sealed body.
pub fn write_sealed(out: &mut Vec<u8>, number: u32, key: KeyNumber, stored: &StoredEvent<'_>) {
    let parts = stored.parts();
    let Some(sealed) = parts.sealed else { return };
    if !EventType::from_number(parts.kind).is_some_and(EventType::folds_sealed) {
        return;
    }
    out.extend_from_slice(&number.to_be_bytes());
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

impl ReadModel {
    /// The commands section at this moment.
    pub fn snapshot_commands(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.commands().len() * 16);
        for (fingerprint, position) in self.commands().iter() {
            out.extend_from_slice(&fingerprint.to_be_bytes());
            out.extend_from_slice(&position.0.to_be_bytes());
        }
        out
    }

    /// Some rows of the people section at this moment.
    pub fn snapshot_rows(&self, numbers: Range<usize>, out: &mut Vec<u8>) {
        let rows = self.people().rows();
        for row in &rows[numbers.start.min(rows.len())..numbers.end.min(rows.len())] {
            out.extend_from_slice(row.id.as_bytes());
            out.extend_from_slice(&row.key.to_be_bytes());
            out.extend_from_slice(&row.head.version.to_be_bytes());
            out.extend_from_slice(&row.head.position.0.to_be_bytes());
            out.extend_from_slice(&row.head.leaf);
            let counsellors = row.person.counsellors();
            // The domain holds a person to 4,096 facts.
            out.extend_from_slice(&(counsellors.len() as u16).to_be_bytes());
            for (position, counsellor) in counsellors {
                out.extend_from_slice(&position.0.to_be_bytes());
                out.push(counsellor.as_str().len() as u8);
                out.extend_from_slice(counsellor.as_str().as_bytes());
            }
            out.extend_from_slice(&(row.person.facts().len() as u16).to_be_bytes());
            for fact in row.person.facts() {
                out.extend_from_slice(&fact.to_bytes());
            }
        }
    }
}
