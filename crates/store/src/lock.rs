//! One process owns a directory.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::disk::{DiskError, While};

/// Holds `DIR/LOCK` until dropped. The lock is the process's: it ends with it, however it ends.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

/// A directory that could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else works on it.
    #[error("another process holds {}: stop it or use another --data", .dir.display())]
    Held {
        /// The directory.
        dir: PathBuf,
    },
    /// The lock file cannot be made or locked.
    #[error(transparent)]
    Io(#[from] DiskError),
}

impl DirectoryLock {
    /// Locks a directory, which is created if it is missing; never waits.
    pub fn acquire(dir: &Path) -> Result<DirectoryLock, LockError> {
        fs::create_dir_all(dir).doing("create", dir)?;
        let path = dir.join("LOCK");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.doing("open", &path)?;
        match file.try_lock() {
            Ok(()) => Ok(DirectoryLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { dir: dir.to_owned() }),
            Err(TryLockError::Error(error)) => Err(error).doing("lock", &path)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_held_once_and_free_again_after() {
        let dir = tempfile::tempdir().unwrap();
        let held = DirectoryLock::acquire(dir.path()).unwrap();
        let second = DirectoryLock::acquire(dir.path()).unwrap_err();
        assert!(matches!(second, LockError::Held { .. }));
        assert!(second.to_string().contains("stop it or use another --data"));
        drop(held);
        DirectoryLock::acquire(dir.path()).unwrap();
    }
}
