//! The newest checkpoint on the disk, in two copies. It is the note itself: its signature is its checksum.

use std::path::{Path, PathBuf};

use sigeyi_proof::{CheckpointError as NotCheckpoint, NoteSigner, SignedCheckpoint, Trust};
use sigeyi_store::{Access, Disk, DiskError, While, read_if_there, replace_file};

use super::CheckpointError;

const COPIES: [&str; 2] = ["CHECKPOINT", "CHECKPOINT.2"];

/// A copy; none where it is not there.
pub(crate) type StoredCopy = Option<Result<SignedCheckpoint, NotCheckpoint>>;

/// Where the checkpoint of a directory lies.
#[derive(Clone)]
pub(crate) struct CheckpointFile {
    dir: PathBuf,
}

impl CheckpointFile {
    pub(crate) fn of(data: &Path) -> CheckpointFile {
        CheckpointFile { dir: data.to_owned() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.join(COPIES[0])
    }

    /// Each copy that is there, whole or not, in the order in which they are written.
    pub(crate) fn copies(&self, disk: &dyn Disk) -> Result<Vec<(PathBuf, StoredCopy)>, DiskError> {
        let mut copies = Vec::new();
        for name in COPIES {
            let path = self.dir.join(name);
            let copy = read_if_there(disk, &path)?.map(|bytes| SignedCheckpoint::parse(&bytes));
            copies.push((path, copy));
        }
        Ok(copies)
    }

    /// The newest whole copy; none where there is neither.
    pub(crate) fn read(&self, disk: &dyn Disk) -> Result<Option<SignedCheckpoint>, CheckpointError> {
        let (mut newest, mut fault) = (None::<SignedCheckpoint>, None);
        for (_, copy) in self.copies(disk)? {
            match copy {
                None => {}
                Some(Ok(found)) => {
                    let is_newer =
                        |newest: &SignedCheckpoint| found.unverified().size > newest.unverified().size;
                    if newest.as_ref().is_none_or(is_newer) {
                        newest = Some(found);
                    }
                }
                Some(Err(error)) => fault = fault.or(Some(error)),
            }
        }
        match (newest, fault) {
            (Some(newest), _) => Ok(Some(newest)),
            (None, Some(source)) => Err(CheckpointError::CheckpointDamaged { path: self.path(), source }),
            (None, None) => Ok(None),
        }
    }

    /// The same, believed: signed by this key for this log.
    pub(crate) fn read_of(
        &self,
        disk: &dyn Disk,
        signer: &dyn NoteSigner,
    ) -> Result<SignedCheckpoint, CheckpointError> {
        let path = self.path();
        let found =
            self.read(disk)?.ok_or_else(|| CheckpointError::CheckpointMissing { path: path.clone() })?;
        let trust = Trust::log(signer.verifier_key().clone())?;
        trust.verify(&found).map_err(|source| CheckpointError::Distrusted { path, source })?;
        Ok(found)
    }

    /// Writes both copies, one after the other, durable.
    pub(crate) fn write(&self, disk: &dyn Disk, checkpoint: &SignedCheckpoint) -> Result<(), DiskError> {
        for name in COPIES {
            let path = self.dir.join(name);
            replace_file(disk, &path, Access::Shared, |file| {
                file.append(checkpoint.to_string().as_bytes()).doing("write", &path)
            })?;
            disk.sync_dir(&self.dir).doing("sync", &self.dir)?;
        }
        Ok(())
    }
}
