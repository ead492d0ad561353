//! The newest checkpoint on the disk, in two copies. It is the note itself: its signature is its checksum.

use std::path::{Path, PathBuf};

use sigeyi_proof::{NoteSigner, SignedCheckpoint, Trust};
use sigeyi_store::{Access, Disk, DiskError, While, read_if_there, replace_file};

use super::CheckpointError;

const COPIES: [&str; 2] = ["CHECKPOINT", "CHECKPOINT.2"];

/// Where the checkpoint of a directory lies.
#[derive(Clone)]
pub(super) struct CheckpointFile {
    dir: PathBuf,
}

impl CheckpointFile {
    pub(super) fn of(data: &Path) -> CheckpointFile {
        CheckpointFile { dir: data.to_owned() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.join(COPIES[0])
    }

    /// The newest whole copy; none where there is neither.
    pub(super) fn read(&self, disk: &dyn Disk) -> Result<Option<SignedCheckpoint>, CheckpointError> {
        let (mut newest, mut fault) = (None::<SignedCheckpoint>, None);
        for name in COPIES {
            let Some(bytes) = read_if_there(disk, &self.dir.join(name))? else { continue };
            match SignedCheckpoint::parse(&bytes) {
                Ok(found) => {
                    let is_newer =
                        |newest: &SignedCheckpoint| found.unverified().size > newest.unverified().size;
                    if newest.as_ref().is_none_or(is_newer) {
                        newest = Some(found);
                    }
                }
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        match (newest, fault) {
            (Some(newest), _) => Ok(Some(newest)),
            (None, Some(source)) => Err(CheckpointError::CheckpointDamaged { path: self.path(), source }),
            (None, None) => Ok(None),
        }
    }

    /// The same, believed: signed by this key for this log.
    pub(super) fn read_of(
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
    pub(super) fn write(&self, disk: &dyn Disk, checkpoint: &SignedCheckpoint) -> Result<(), DiskError> {
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
