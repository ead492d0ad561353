//! The directory that is made: empty before, marked while it is not whole.

use std::{fs, io, path::Path};

use sigeyi_store::{Access, Disk, While, names_if_there};
use uuid::Uuid;

use super::{MARKER, RestoreError};
use crate::maintenance::copying::write_proven;

/// What may lie in an empty directory: our lock, and what a file system puts into its topmost folder.
const NOTHING: [&str; 2] = ["LOCK", "lost+found"];
/// What a restore and the start that checks it make, and all that one that was cut off leaves.
const FILES: [&str; 10] = [
    "MANIFEST",
    "MANIFEST.2",
    "MANIFEST.new",
    "MANIFEST.2.new",
    "HEAD",
    "HEAD.new",
    "HEAD.access",
    "HEAD.access.new",
    MARKER,
    "RESTORING.new",
];
const FOLDERS: [&str; 5] = ["access", "journal", "mirror", "snapshots", "vault"];

/// Refuses a directory in which something lies that is not an unfinished restore.
pub(super) fn check_free(disk: &dyn Disk, data: &Path) -> Result<(), RestoreError> {
    let names = names_if_there(disk, data)?;
    let is_begun = names.iter().any(|name| name == MARKER);
    let is_ours = |name: &str| {
        NOTHING.contains(&name)
            || name == "RESTORING.new"
            || (is_begun && (FILES.contains(&name) || FOLDERS.contains(&name)))
    };
    match names.iter().find(|name| !is_ours(name)) {
        None => Ok(()),
        Some(name) => Err(RestoreError::NotEmpty { data: data.to_owned(), name: name.clone() }),
    }
}

/// Marks the directory, and takes away what a restore that was cut off has left. To be called under the lock.
pub(super) fn begin(disk: &dyn Disk, data: &Path, log_id: Uuid) -> Result<(), RestoreError> {
    // Somebody may have come between the first look and the lock.
    check_free(disk, data)?;
    let text = format!("{{\"restoring\":\"{log_id}\"}}\n");
    write_proven(disk, &data.join(MARKER), Access::Shared, text.as_bytes())?;
    for name in FOLDERS {
        let path = data.join(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove", &path)?,
            _ => {}
        }
    }
    for name in FILES.into_iter().filter(|name| *name != MARKER) {
        remove(disk, &data.join(name))?;
    }
    Ok(disk.sync_dir(data).doing("sync", data)?)
}

/// Takes the mark away: the directory is whole.
pub(super) fn finish(disk: &dyn Disk, data: &Path) -> Result<(), RestoreError> {
    disk.sync_dir(data).doing("sync", data)?;
    remove(disk, &data.join(MARKER))?;
    Ok(disk.sync_dir(data).doing("sync", data)?)
}

fn remove(disk: &dyn Disk, path: &Path) -> Result<(), RestoreError> {
    match disk.remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Ok(Err(error).doing("remove", path)?),
        _ => Ok(()),
    }
}
