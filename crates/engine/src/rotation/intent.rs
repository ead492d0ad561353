//! `vault/ROTATION`: from which generation to which, so that whoever finds it knows what to undo or complete. Drawn in `docs/format.md`.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::{Access, Disk, DiskError, While, read_if_there, replace_file};
use sigeyi_vault::RootId;
use uuid::Uuid;

use super::RotationError;
use crate::maintenance::{checked_line, with_checksum};

const FILE: &str = "ROTATION";

/// A rotation on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) log_id: Uuid,
    pub(crate) from: u16,
    pub(crate) to: u16,
    pub(crate) old_root: RootId,
    pub(crate) new_root: RootId,
}

/// Its text.
#[derive(Serialize, Deserialize)]
struct Text {
    log_id: Uuid,
    from: u16,
    to: u16,
    old_root: String,
    new_root: String,
}

impl Intent {
    pub(crate) fn path(vault_dir: &Path) -> PathBuf {
        vault_dir.join(FILE)
    }

    pub(crate) fn read(disk: &dyn Disk, vault_dir: &Path) -> Result<Option<Intent>, RotationError> {
        let path = Intent::path(vault_dir);
        let Some(bytes) = read_if_there(disk, &path)? else { return Ok(None) };
        let text = checked_line(&bytes).and_then(|line| serde_json::from_slice::<Text>(line).ok());
        let intent = text.and_then(|Text { log_id, from, to, old_root, new_root }| {
            Some(Intent {
                log_id,
                from,
                to,
                old_root: old_root.parse().ok()?,
                new_root: new_root.parse().ok()?,
            })
        });
        intent.map(Some).ok_or(RotationError::Intent { path })
    }

    pub(super) fn write(
        &self,
        disk: &dyn Disk,
        vault_dir: &Path,
        algorithm: HashAlgorithm,
    ) -> Result<(), DiskError> {
        let text = Text {
            log_id: self.log_id,
            from: self.from,
            to: self.to,
            old_root: self.old_root.to_string(),
            new_root: self.new_root.to_string(),
        };
        let path = Intent::path(vault_dir);
        let line = serde_json::to_vec(&text).map_err(io::Error::from).doing("write", &path)?;
        replace_file(disk, &path, Access::Private, |file| {
            file.append(&with_checksum(algorithm, &line)).doing("write", &path)
        })?;
        disk.sync_dir(vault_dir).doing("sync", vault_dir)
    }

    pub(super) fn remove(disk: &dyn Disk, vault_dir: &Path) -> Result<(), DiskError> {
        let path = Intent::path(vault_dir);
        match disk.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).doing("remove", &path);
            }
            _ => {}
        }
        disk.sync_dir(vault_dir).doing("sync", vault_dir)
    }
}
