//! A fork that is declared: the log cannot go on from what it has signed, and begins to sign as another log.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sigeyi_store::{
    Access, DirectoryLock, Disk, Manifest, RealDisk, While, hash_algorithm, read_if_there, replace_file,
};

use super::{CheckpointError, log_key::KeyFolder, start, stored::CheckpointFile};
use crate::{Clock, SystemClock};

/// A line each, oldest first.
const FILE: &str = "FORKS";

/// What is written down of a fork.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredFork {
    /// When, in µs since 1970-01-01T00:00:00Z.
    pub declared_at: i64,
    /// The last checkpoint of the log that ends, as it was signed; none where no copy could be read.
    pub ended: Option<String>,
    /// What it signs as from here on.
    pub origin: String,
    /// The new public key.
    pub key: String,
}

/// Gives the log of a directory that nobody holds a new name and a new key, and writes the old checkpoint down. The old key stays beside the new one.
/// Witnesses and auditors see a log that they do not know, and never two histories under one name.
pub fn declare_fork(dir: &Path, origin: &str) -> Result<DeclaredFork, CheckpointError> {
    declare_fork_on(&RealDisk, &SystemClock, dir, origin)
}

/// [`declare_fork`], on any disk.
pub(crate) fn declare_fork_on(
    disk: &dyn Disk,
    clock: &dyn Clock,
    dir: &Path,
    origin: &str,
) -> Result<DeclaredFork, CheckpointError> {
    let _lock = DirectoryLock::acquire(dir)?;
    let manifest = Manifest::inspect(disk, dir)?.ok_or_else(|| CheckpointError::NoData(dir.to_owned()))?;
    let (keys, file) = (KeyFolder::of(disk, dir), CheckpointFile::of(dir));
    start::complete(disk, &keys, &file)?;
    let older = match keys.key() {
        Err(CheckpointError::KeyFile(_)) => None,
        other => other?,
    };
    let ended = match file.read(disk) {
        Ok(found) => found,
        Err(CheckpointError::CheckpointDamaged { .. }) => None,
        Err(error) => return Err(error),
    };
    if older.is_none() && ended.is_none() {
        return Err(CheckpointError::NothingToFork);
    }
    let names = [
        older.as_ref().map(|older| older.verifier_key().name().to_owned()),
        ended.as_ref().map(|ended| ended.unverified().origin.clone()),
    ];
    if names.iter().flatten().any(|name| name == origin) {
        return Err(CheckpointError::SameOrigin(origin.to_owned()));
    }
    let signer = keys.begin(origin, hash_algorithm(manifest.manifest.suite))?;
    let fork = DeclaredFork {
        declared_at: clock.now(),
        ended: ended.map(|ended| ended.to_string()),
        origin: origin.to_owned(),
        key: signer.verifier_key().to_string(),
    };
    // Written down first: a fork that is cut off here is declared again.
    write_down(disk, dir, &fork)?;
    start::begin_with(disk, &keys, &file, &*signer)?;
    Ok(fork)
}

/// Where forks are written down.
pub(crate) fn forks_path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Reads a line of that file; nothing for what is no fork.
pub(crate) fn parse_fork(line: &str) -> Option<DeclaredFork> {
    serde_json::from_str(line).ok()
}

fn write_down(disk: &dyn Disk, dir: &Path, fork: &DeclaredFork) -> Result<(), CheckpointError> {
    let path = forks_path(dir);
    let mut text = read_if_there(disk, &path)?.unwrap_or_default();
    serde_json::to_writer(&mut text, fork).map_err(std::io::Error::from).doing("write", &path)?;
    text.push(b'\n');
    replace_file(disk, &path, Access::Shared, |file| file.append(&text).doing("write", &path))?;
    Ok(disk.sync_dir(dir).doing("sync", dir)?)
}
