//! Copies of earlier generations of the vault's file, as far as they can be known: under their old root key they still hold what was erased since.

use std::{
    io,
    path::{Path, PathBuf},
};

use sigeyi_store::{Disk, DiskError, TWIN_HEADER_BYTES, While, names_if_there, twin_header};
use uuid::Uuid;

/// Folders in folders that are looked into: `set-aside/NNNN/vault`, and what an operator may have put into one more.
const DEPTH_MAX: usize = 4;

/// A copy of an earlier generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderCopy {
    /// Where it lies.
    pub path: PathBuf,
    /// Which generation it is.
    pub generation: u16,
}

/// Looks through the vault's folder, what repairs have set aside, and folders that the operator names, such as those of backups.
pub(crate) fn older_copies(
    disk: &dyn Disk,
    data: &Path,
    also: &[PathBuf],
    log_id: Uuid,
    generation: u16,
) -> Result<Vec<OlderCopy>, DiskError> {
    let mut found = Vec::new();
    for folder in [data.join("vault"), data.join("set-aside")].iter().chain(also) {
        look(disk, folder, DEPTH_MAX, &mut |path, beginning| {
            if let Some((log, older)) = twin_header(beginning)
                && log == log_id
                && older < generation
            {
                found.push(OlderCopy { path: path.to_owned(), generation: older });
            }
        })?;
    }
    Ok(found)
}

fn look(
    disk: &dyn Disk,
    folder: &Path,
    depth: usize,
    each: &mut dyn FnMut(&Path, &[u8; TWIN_HEADER_BYTES]),
) -> Result<(), DiskError> {
    for name in names_if_there(disk, folder)? {
        let path = folder.join(name);
        let is_folder = match disk.list(&path) {
            Ok(_) => true,
            Err(error)
                if error.kind() == io::ErrorKind::NotADirectory
                    || error.kind() == io::ErrorKind::NotFound =>
            {
                false
            }
            Err(error) => return Err(error).doing("list", &path),
        };
        if is_folder && depth > 0 {
            look(disk, &path, depth - 1, each)?;
        } else if !is_folder {
            let file = disk.open_read(&path).doing("open", &path)?;
            let mut beginning = [0; TWIN_HEADER_BYTES];
            match file.read_at(0, &mut beginning) {
                Ok(()) => each(&path, &beginning),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
                Err(error) => return Err(error).doing("read", &path),
            }
        }
    }
    Ok(())
}
