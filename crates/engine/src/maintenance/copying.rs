//! Files that are written, made durable, and read back before they get their names.

use std::path::{Path, PathBuf};

use sigeyi_store::{Access, Disk, DiskError, DiskFile, While, replace_file};

/// Bytes that are written or compared at a time.
const PIECE_BYTES: usize = 1 << 20;

/// A file that was not copied. What had its name before is still there.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The disk gives back other bytes than it was given.
    #[error("{} was written and synced, but its disk gives back other bytes at {offset}: do not use this disk", .path.display())]
    ReadBack {
        /// The file.
        path: PathBuf,
        /// Where, in bytes.
        offset: u64,
    },
    /// The catalogue cannot be put into words.
    #[error("the catalogue cannot be written as JSON")]
    Catalogue,
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Writes a file whole or not at all: synced, read back from the disk, compared, renamed, and its folder synced.
pub(crate) fn write_proven(
    disk: &dyn Disk,
    path: &Path,
    access: Access,
    bytes: &[u8],
) -> Result<(), CopyError> {
    replace_file(disk, path, access, |file| {
        for piece in bytes.chunks(PIECE_BYTES) {
            file.append(piece).doing("write", path)?;
        }
        file.sync_data().doing("sync", path)?;
        // Else what is compared would be the memory that was just written from.
        file.forget().doing("read back", path)?;
        match first_difference(&**file, path, bytes)? {
            None => Ok(()),
            Some(offset) => Err(CopyError::ReadBack { path: path.to_owned(), offset }),
        }
    })?;
    let folder = path.parent().unwrap_or(path);
    Ok(disk.sync_dir(folder).doing("sync", folder)?)
}

/// Whether a file is there with exactly these bytes.
pub(crate) fn is_there_with(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<bool, DiskError> {
    if !disk.exists(path).doing("look for", path)? {
        return Ok(false);
    }
    let file = disk.open_read(path).doing("open", path)?;
    Ok(first_difference(&*file, path, bytes)?.is_none())
}

fn first_difference(file: &dyn DiskFile, path: &Path, bytes: &[u8]) -> Result<Option<u64>, DiskError> {
    let length = file.len().doing("measure", path)?;
    if length != bytes.len() as u64 {
        return Ok(Some(length.min(bytes.len() as u64)));
    }
    let mut found = vec![0; PIECE_BYTES.min(bytes.len())];
    for (index, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
        let (offset, found) = (index * PIECE_BYTES, &mut found[..piece.len()]);
        file.read_at(offset as u64, found).doing("read", path)?;
        if found != piece {
            let within = found.iter().zip(piece).position(|(found, piece)| found != piece);
            return Ok(Some((offset + within.unwrap_or_default()) as u64));
        }
    }
    Ok(None)
}
