//! Two steps that several files need: a folder that survives a power cut, and a file that is there whole or not at all.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};

/// Creates a folder and its missing ancestors, and makes the names of all of them durable, each before the next.
///
/// The lowest one that is there already may have been made by a process that was killed before it had synced the name; none above it can.
pub fn create_folder(disk: &dyn Disk, dir: &Path) -> Result<(), DiskError> {
    let mut missing = Vec::new();
    for folder in dir.ancestors() {
        if disk.exists(folder_path(folder)).doing("look for", folder)? {
            match disk.sync_dir(parent(folder)) {
                // Whoever may not open it has not made anything in it.
                Err(error) if error.kind() != io::ErrorKind::PermissionDenied => {
                    return Err(error).doing("sync", parent(folder));
                }
                _ => break,
            }
        }
        missing.push(folder);
    }
    for folder in missing.into_iter().rev() {
        disk.create_dir_all(folder).doing("create", folder)?;
        let parent = parent(folder);
        disk.sync_dir(parent).doing("sync", parent)?;
    }
    Ok(())
}

/// Writes a file beside its final name, syncs it, and renames it there. The caller syncs the folder.
pub fn replace_file<T, E: From<DiskError>>(
    disk: &dyn Disk,
    path: &Path,
    access: Access,
    write: impl FnOnce(&Arc<dyn DiskFile>) -> Result<T, E>,
) -> Result<T, E> {
    let new = with_suffix(path, ".new");
    match disk.remove(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error).doing("remove", &new)?,
        _ => {}
    }
    let file = disk.create(&new, access).doing("create", &new)?;
    let written = write(&file)?;
    file.sync_data().doing("sync", &new)?;
    disk.rename(&new, path).doing("rename", &new)?;
    Ok(written)
}

/// [`replace_file`] with bytes that are at hand.
pub(crate) fn replace_with(
    disk: &dyn Disk,
    path: &Path,
    access: Access,
    bytes: &[u8],
) -> Result<(), DiskError> {
    replace_file(disk, path, access, |file| file.append(bytes).doing("write", path))
}

/// The whole file, or nothing when there is none.
pub fn read_if_there(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    match disk.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).doing("read", path),
    }
}

/// The names in a folder; none when there is no such folder.
pub fn names_if_there(disk: &dyn Disk, dir: &Path) -> Result<Vec<String>, DiskError> {
    match disk.list(dir) {
        Ok(names) => Ok(names),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).doing("list", dir),
    }
}

/// A path with something put behind its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn parent(path: &Path) -> &Path {
    folder_path(path.parent().unwrap_or(path))
}

/// The parent of a relative name is the empty path, which no file system call takes.
fn folder_path(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
