//! The end of the last segment, where frames are written over zeros that were written ahead.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Disk, DiskError, DiskFile, While};

/// Zeros are written in pieces of so many bytes.
static ZEROS: [u8; 256 << 10] = [0; 256 << 10];

/// Why there is no room for what comes next. Nothing that was there is touched.
#[derive(Debug)]
pub(crate) enum RoomError {
    /// The disk is full, or would be fuller than it may be.
    DiskFull { dir: PathBuf, free_bytes: u64, keep_free_bytes: u64 },
    /// The disk refused.
    Io(DiskError),
}

impl From<DiskError> for RoomError {
    fn from(error: DiskError) -> RoomError {
        RoomError::Io(error)
    }
}

/// Where the next frame goes.
pub(crate) struct SegmentEnd {
    pub(crate) file: Arc<dyn DiskFile>,
    pub(crate) path: PathBuf,
    /// Where the frames end.
    pub(crate) length: u64,
    /// Where the zeros behind them end: at least `length`.
    pub(crate) zeros_to: u64,
}

impl SegmentEnd {
    /// How many bytes of zeros are ahead.
    pub(crate) fn zeros_ahead(&self) -> u64 {
        self.zeros_to - self.length
    }

    /// Has at least so many bytes of zeros ahead. Without room for them nothing of what is there is touched.
    pub(crate) fn extend(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        ahead_bytes: u64,
        keep_free_bytes: u64,
    ) -> Result<(), RoomError> {
        let to = self.length + ahead_bytes;
        let Some(missing) = to.checked_sub(self.zeros_to) else { return Ok(()) };
        check_free(disk, dir, missing, keep_free_bytes)?;
        while self.zeros_to < to {
            let piece = ZEROS.len().min((to - self.zeros_to) as usize);
            let written = self.file.write_at(self.zeros_to, &ZEROS[..piece]);
            written.map_err(|error| full_or(error, "write", &self.path, dir, disk, keep_free_bytes))?;
            self.zeros_to += piece as u64;
        }
        Ok(())
    }

    /// Writes a frame where zeros are, and makes it durable.
    pub(crate) fn write(&self, frame: &[u8]) -> Result<(), DiskError> {
        self.file.write_at(self.length, frame).doing("write", &self.path)
    }

    /// Makes durable what was written.
    pub(crate) fn sync(&self) -> Result<(), DiskError> {
        self.file.sync_data().doing("sync", &self.path)
    }

    /// Cuts the file to its frames.
    pub(crate) fn trim(&mut self) -> Result<(), DiskError> {
        if self.zeros_to > self.length {
            self.file.truncate(self.length).doing("truncate", &self.path)?;
            self.sync()?;
            self.zeros_to = self.length;
        }
        Ok(())
    }
}

/// Refuses to take the last of a disk's space.
pub(crate) fn check_free(
    disk: &dyn Disk,
    dir: &Path,
    wanted_bytes: u64,
    keep_free_bytes: u64,
) -> Result<(), RoomError> {
    let free_bytes = disk.free_bytes(dir).doing("measure the space of", dir)?;
    if free_bytes < keep_free_bytes.saturating_add(wanted_bytes) {
        return Err(RoomError::DiskFull { dir: dir.to_owned(), free_bytes, keep_free_bytes });
    }
    Ok(())
}

/// What a failed write means: a full disk is no failed disk.
pub(crate) fn full_or(
    error: io::Error,
    doing: &'static str,
    path: &Path,
    dir: &Path,
    disk: &dyn Disk,
    keep_free_bytes: u64,
) -> RoomError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            let free_bytes = disk.free_bytes(dir).unwrap_or_default();
            RoomError::DiskFull { dir: dir.to_owned(), free_bytes, keep_free_bytes }
        }
        _ => RoomError::Io(DiskError { doing, path: path.to_owned(), source: error }),
    }
}
