//! Writing a snapshot, slice by slice, while the log grows.

use std::{
    io::{self, Write},
    ops::Range,
};

use sigeyi_envelope::FORMAT;

use super::{
    HEADER_BYTES, MAGIC, SnapshotHeader,
    sealed::{BLOCK_BYTES_MAX, END_MARK},
};
use crate::ReadModel;

/// Writes the sections in their order.
pub struct SnapshotWriter<'a> {
    out: &'a mut dyn Write,
    blocks: u32,
}

impl<'a> SnapshotWriter<'a> {
    /// Writes everything up to the sealed section.
    pub fn new(
        out: &'a mut dyn Write,
        header: &SnapshotHeader,
        tree: &[u8],
        commands: &[u8],
        people: &[u8],
        roles: &[u8],
    ) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[FORMAT, 0, u8::from(!roles.is_empty()), 0]);
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
        if !roles.is_empty() {
            out.write_all(&(roles.len() as u64).to_be_bytes())?;
            out.write_all(roles)?;
            out.write_all(&crc32c::crc32c(roles).to_be_bytes())?;
        }
        Ok(SnapshotWriter { out, blocks: 0 })
    }

    /// Writes a block of the sealed section: whole records.
    pub fn sealed(&mut self, block: &[u8]) -> io::Result<()> {
        if block.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(block.len()).ok().filter(|length| *length as usize <= BLOCK_BYTES_MAX);
        let length = length.ok_or(io::ErrorKind::FileTooLarge)?;
        self.blocks += 1;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&crc32c::crc32c(block).to_be_bytes())?;
        self.out.write_all(block)
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<()> {
        self.out.write_all(&END_MARK.to_be_bytes())?;
        self.out.write_all(&self.blocks.to_be_bytes())
    }
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

    /// The roles section at this moment: the events that the register is folded from. Empty where there are none.
    pub fn snapshot_roles(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (position, at, event) in self.roles().events() {
            let clear = event.clear_json();
            out.extend_from_slice(&position.0.to_be_bytes());
            out.extend_from_slice(&at.to_be_bytes());
            out.push(event.event_type() as u8);
            // An event is at most 6 KiB.
            out.extend_from_slice(&(clear.len() as u16).to_be_bytes());
            out.extend_from_slice(clear.as_bytes());
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
            let named = row.person.named();
            // The domain holds a person to 4,096 facts.
            out.extend_from_slice(&(named.len() as u16).to_be_bytes());
            for (position, id) in named {
                out.extend_from_slice(&position.0.to_be_bytes());
                out.push(id.as_str().len() as u8);
                out.extend_from_slice(id.as_str().as_bytes());
            }
            out.extend_from_slice(&(row.person.facts().len() as u16).to_be_bytes());
            for fact in row.person.facts() {
                out.extend_from_slice(&fact.to_bytes());
            }
        }
    }
}
