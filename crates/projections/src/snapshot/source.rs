//! Reading a snapshot's file piece by piece: at full size it is 200 MB, and memory that is touched once costs more than reading.

use std::io;

use super::SnapshotError;

/// A file that can be read at any place.
pub trait SnapshotSource: Sync {
    /// Its length, in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Fills the buffer from a place.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

impl SnapshotSource for Vec<u8> {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 1 << 20;

/// Takes fields off the front of a section; a field that is not there is damage.
pub(super) struct Stream<'a, S> {
    source: &'a S,
    section: &'static str,
    at: u64,
    end: u64,
    crc: u32,
    buffer: Vec<u8>,
    taken: usize,
}

impl<'a, S: SnapshotSource> Stream<'a, S> {
    /// A section of so many bytes; its CRC32C follows it.
    pub(super) fn new(source: &'a S, section: &'static str, at: u64, length: u64) -> Stream<'a, S> {
        Stream { source, section, at, end: at.saturating_add(length), crc: 0, buffer: Vec::new(), taken: 0 }
    }

    pub(super) fn damaged(&self) -> SnapshotError {
        SnapshotError::Damaged(self.section)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.taken == self.buffer.len() && self.at == self.end
    }

    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let damaged = self.damaged();
        self.slice(N)?.first_chunk().copied().ok_or(damaged)
    }

    pub(super) fn slice(&mut self, length: usize) -> Result<&[u8], SnapshotError> {
        if self.buffer.len() - self.taken < length {
            self.fill(length)?;
        }
        let start = self.taken;
        self.taken += length;
        Ok(&self.buffer[start..self.taken])
    }

    pub(super) fn u16(&mut self) -> Result<usize, SnapshotError> {
        self.take().map(|bytes| u16::from_be_bytes(bytes) as usize)
    }

    pub(super) fn u32(&mut self) -> Result<u32, SnapshotError> {
        self.take().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, SnapshotError> {
        self.take().map(u64::from_be_bytes)
    }

    /// Compares the checksum, once everything has been taken.
    pub(super) fn finish(self) -> Result<(), SnapshotError> {
        let mut crc = [0; 4];
        let read = self.source.read_at(self.end, &mut crc);
        if !self.is_empty() || read.is_err() || u32::from_be_bytes(crc) != self.crc {
            return Err(self.damaged());
        }
        Ok(())
    }

    fn fill(&mut self, length: usize) -> Result<(), SnapshotError> {
        let damaged = self.damaged();
        self.buffer.drain(..self.taken);
        self.taken = 0;
        let kept = self.buffer.len();
        let wanted = PIECE_BYTES.max(length - kept) as u64;
        let more = wanted.min(self.end - self.at) as usize;
        if kept + more < length {
            return Err(damaged);
        }
        self.buffer.resize(kept + more, 0);
        self.source.read_at(self.at, &mut self.buffer[kept..]).map_err(|_| damaged)?;
        self.crc = crc32c::crc32c_append(self.crc, &self.buffer[kept..]);
        self.at += more as u64;
        Ok(())
    }
}
