//! A small file in two copies, for what must never be lost: wrapped keys. It is appended to, and now and then rewritten as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::{create_folder, read_if_there, replace_with, with_suffix};
use crate::ledger_merge::{Merged, encode_header, encode_record, header, merge};
use crate::version::OtherVersion;

/// A record's payload at most, in bytes. A bucket of 4,096 keys takes 131 kB.
pub const RECORD_PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// Two files with the same records: `NAME` and `NAME.2`.
pub struct TwinFile {
    log_id: Uuid,
    dir: PathBuf,
    copies: [(PathBuf, Arc<dyn DiskFile>); 2],
    generation: u16,
    poisoned: bool,
}

/// A twin file that cannot be opened or appended to.
#[derive(Debug, thiserror::Error)]
pub enum TwinError {
    /// No copy has what should stand here.
    #[error("both copies of {} are damaged at byte {offset}: bring one back from a backup", .path.display())]
    Damaged {
        /// The first copy.
        path: PathBuf,
        /// Where neither copy can be read, or both can and differ.
        offset: u64,
    },
    /// It belongs to another directory.
    #[error("{} belongs to log {found}, not to {ours}", .path.display())]
    OtherLog {
        /// The first copy.
        path: PathBuf,
        /// Whose file it is.
        found: Uuid,
        /// Which log was opened.
        ours: Uuid,
    },
    /// Format 0 changes without notice.
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    /// Longer than [`RECORD_PAYLOAD_BYTES_MAX`].
    #[error("a record of {bytes} bytes is longer than {RECORD_PAYLOAD_BYTES_MAX}")]
    TooLong {
        /// What it would take.
        bytes: usize,
    },
    /// The number of a generation has two bytes.
    #[error("the file has been rewritten {} times and cannot be once more", u16::MAX)]
    TooManyGenerations,
    /// An append failed before: what is on disk is known again after a restart.
    #[error("the file takes no more records after a failed write: restart")]
    Poisoned,
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Two copies as they are, looked at without mending anything.
#[derive(Debug)]
pub struct TwinInspection {
    /// The records that are whole in either copy, in order.
    pub payloads: Vec<Vec<u8>>,
    /// How often the file has been rewritten.
    pub generation: u16,
    /// Each copy: where it is, and whether it is what it should be.
    pub copies: [(PathBuf, CopyState); 2],
}

/// How one of two copies is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyState {
    /// What it should be.
    Whole,
    /// Not there, though the other one is.
    Missing,
    /// It lacks or contradicts what the other one has, or has a record that was not finished.
    Damaged,
}

impl TwinFile {
    /// Reads both copies as [`open`](Self::open) does, and changes nothing. Without any copy there are no payloads.
    pub fn inspect(
        disk: &dyn Disk,
        dir: &Path,
        name: &str,
        log_id: Uuid,
    ) -> Result<TwinInspection, TwinError> {
        let first = dir.join(name);
        let paths = [first.clone(), with_suffix(&first, ".2")];
        let found = [read_if_there(disk, &paths[0])?, read_if_there(disk, &paths[1])?];
        let [one, two] = found.each_ref().map(|copy| copy.as_deref().unwrap_or_default());
        let Merged { bytes: merged, payloads, generation } = merge(one, two, log_id, &first)?;
        let [one, two] = found.map(|copy| match copy {
            Some(copy) if copy == merged => CopyState::Whole,
            Some(_) => CopyState::Damaged,
            None => CopyState::Missing,
        });
        let [first, second] = paths;
        Ok(TwinInspection { payloads, generation, copies: [(first, one), (second, two)] })
    }

    /// Opens `dir/name` and `dir/name.2` and returns their records' payloads in order.
    ///
    /// Both are created when neither is there. A copy that lacks or damages what the other has is written again; a record that
    /// was torn in both while being appended is cut, since nobody was told that it is there. Of a rewriting that was cut off, either nothing has
    /// happened or it is completed.
    pub fn open(
        disk: &dyn Disk,
        dir: &Path,
        name: &str,
        log_id: Uuid,
    ) -> Result<(TwinFile, Vec<Vec<u8>>), TwinError> {
        create_folder(disk, dir)?;
        let first = dir.join(name);
        let paths = [first.clone(), with_suffix(&first, ".2")];
        let found = [read_if_there(disk, &paths[0])?, read_if_there(disk, &paths[1])?];
        let [one, two] = found.each_ref().map(|copy| copy.as_deref().unwrap_or_default());
        let Merged { bytes: merged, payloads, generation } = merge(one, two, log_id, &first)?;

        for (path, copy) in paths.iter().zip(&found) {
            if copy.as_ref() != Some(&merged) {
                replace_with(disk, path, Access::Private, &merged)?;
                // Before the other copy is touched: one whole copy is there at every moment.
                disk.sync_dir(dir).doing("sync", dir)?;
            }
        }
        let [one, two] = paths;
        let open = |path: PathBuf| -> Result<_, DiskError> {
            let file = disk.open_write(&path).doing("open", &path)?;
            // What was found need not be durable: the process that wrote it, or that mended a copy, may have been killed before its sync.
            file.sync_data().doing("sync", &path)?;
            Ok((path, file))
        };
        let copies = [open(one)?, open(two)?];
        disk.sync_dir(dir).doing("sync", dir)?;
        Ok((TwinFile { log_id, dir: dir.to_owned(), copies, generation, poisoned: false }, payloads))
    }

    /// How often the file has been rewritten.
    pub fn generation(&self) -> u16 {
        self.generation
    }

    /// Puts the next generation in place of this one, durable in both copies when it returns. Cut off at any moment, it leaves the one or the
    /// other as a whole: which one, the next [`open`](Self::open) says.
    pub fn replace(&mut self, disk: &dyn Disk, payloads: &[Vec<u8>]) -> Result<(), TwinError> {
        if self.poisoned {
            return Err(TwinError::Poisoned);
        }
        if let Some(bytes) = payloads.iter().map(Vec::len).find(|bytes| *bytes > RECORD_PAYLOAD_BYTES_MAX) {
            return Err(TwinError::TooLong { bytes });
        }
        let generation = self.generation.checked_add(1).ok_or(TwinError::TooManyGenerations)?;
        let bytes = twin_bytes(self.log_id, generation, payloads);
        self.poisoned = true;
        for (path, file) in &mut self.copies {
            replace_with(disk, path, Access::Private, &bytes)?;
            // Before the other copy is touched: one of the two generations is whole at every moment.
            disk.sync_dir(&self.dir).doing("sync", &self.dir)?;
            *file = disk.open_write(path).doing("open", path)?;
        }
        self.generation = generation;
        self.poisoned = false;
        Ok(())
    }

    /// Appends a record: durable in both copies when it returns.
    pub fn append(&mut self, payload: &[u8]) -> Result<(), TwinError> {
        if self.poisoned {
            return Err(TwinError::Poisoned);
        }
        if payload.len() > RECORD_PAYLOAD_BYTES_MAX {
            return Err(TwinError::TooLong { bytes: payload.len() });
        }
        let record = encode_record(payload);
        self.poisoned = true;
        // One after the other, so that a power cut tears one copy at most.
        for (path, file) in &self.copies {
            file.append(&record).doing("write", path)?;
            file.sync_data().doing("sync", path)?;
        }
        self.poisoned = false;
        Ok(())
    }
}

/// What a copy with these records is, byte by byte.
pub fn twin_bytes(log_id: Uuid, generation: u16, payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = encode_header(log_id, generation).to_vec();
    payloads.iter().for_each(|payload| bytes.extend_from_slice(&encode_record(payload)));
    bytes
}

/// The payloads of a single copy, which must be whole to its end. `path` is where it lies.
pub fn twin_payloads(copy: &[u8], log_id: Uuid, path: &Path) -> Result<Vec<Vec<u8>>, TwinError> {
    let whole = merge(copy, copy, log_id, path)?;
    if whole.bytes != copy {
        return Err(TwinError::Damaged { path: path.to_owned(), offset: whole.bytes.len() as u64 });
    }
    Ok(whole.payloads)
}

/// The log and the generation that the beginning of a copy names; nothing when it is no copy of this format.
pub fn twin_header(beginning: &[u8]) -> Option<(Uuid, u16)> {
    let header = header(beginning)?.ok()?;
    Some((header.log_id, header.generation))
}

/// Bytes at the beginning of a copy that say whose it is.
pub const TWIN_HEADER_BYTES: usize = 32;
