//! A small append-only file in two copies, for what must never be lost: wrapped keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::{create_folder, read_if_there, replace_with, with_suffix};
use crate::ledger_merge::{encode_header, encode_record, merge};
use crate::version::OtherVersion;

/// A record's payload at most, in bytes. A bucket of 4,096 keys takes 131 kB.
pub const RECORD_PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// Two append-only files with the same records: `NAME` and `NAME.2`.
pub struct TwinFile {
    copies: [(PathBuf, Arc<dyn DiskFile>); 2],
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
        let (merged, payloads) = merge(one, two, log_id, &first)?;
        let [one, two] = found.map(|copy| match copy {
            Some(copy) if copy == merged => CopyState::Whole,
            Some(_) => CopyState::Damaged,
            None => CopyState::Missing,
        });
        let [first, second] = paths;
        Ok(TwinInspection { payloads, copies: [(first, one), (second, two)] })
    }

    /// Opens `dir/name` and `dir/name.2` and returns their records' payloads in order.
    ///
    /// Both are created when neither is there. A copy that lacks or damages what the other has is written again; a record that
    /// was torn in both while being appended is cut, since nobody was told that it is there.
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
        let (merged, payloads) = merge(one, two, log_id, &first)?;

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
        Ok((TwinFile { copies, poisoned: false }, payloads))
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
pub fn twin_bytes(log_id: Uuid, payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = encode_header(log_id).to_vec();
    payloads.iter().for_each(|payload| bytes.extend_from_slice(&encode_record(payload)));
    bytes
}

/// The payloads of a single copy, which must be whole to its end. `path` is where it lies.
pub fn twin_payloads(copy: &[u8], log_id: Uuid, path: &Path) -> Result<Vec<Vec<u8>>, TwinError> {
    let (whole, payloads) = merge(copy, copy, log_id, path)?;
    if whole != copy {
        return Err(TwinError::Damaged { path: path.to_owned(), offset: whole.len() as u64 });
    }
    Ok(payloads)
}
