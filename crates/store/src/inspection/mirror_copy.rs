//! A mirror that is read without being touched: opening sled writes to its folder, so it is opened from a copy.

use std::cell::RefCell;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::block::parse_block;
use crate::disk::{DiskError, While};
use crate::mirror::MIRROR_CACHE_BYTES;
use crate::mirror_fault::{MirrorFault, guarded};
use crate::mirror_sled::{Blocks, OpenBlocks, Sled};
use crate::run::Run;

/// The events of a mirror, from a copy of its folder that goes when this is dropped.
pub struct MirrorCopy {
    blocks: Option<Arc<dyn Blocks>>,
    /// Its last position; 0 when it is empty.
    last: u64,
    block: RefCell<Option<Run>>,
    _folder: TemporaryFolder,
}

/// A mirror that cannot be read, wholly or at a place.
#[derive(Debug, thiserror::Error)]
pub enum MirrorCopyError {
    /// sled does not open it or give its blocks, or they are not what was written.
    #[error("the mirror cannot be read: {0}")]
    Damaged(String),
    /// The copy cannot be made: free some space, or set TMPDIR to a folder on a larger disk.
    #[error("the mirror cannot be copied to look at it: free some space, or set TMPDIR to another folder")]
    Copy(#[from] DiskError),
}

impl From<MirrorFault> for MirrorCopyError {
    fn from(fault: MirrorFault) -> MirrorCopyError {
        MirrorCopyError::Damaged(fault.in_full())
    }
}

impl MirrorCopy {
    /// Copies a mirror's folder into the system's temporary folder and opens the copy. `None` when there is no mirror.
    pub fn open(mirror_dir: &Path) -> Result<Option<MirrorCopy>, MirrorCopyError> {
        let main_file = mirror_dir.join("db");
        if !main_file.try_exists().doing("look for", &main_file)? {
            return Ok(None);
        }
        let folder = TemporaryFolder::copy_of(mirror_dir)?;
        let path = folder.0.clone();
        let blocks = guarded(|| Sled.open(&path, MIRROR_CACHE_BYTES))?;
        // From here on sled is let go of under guard, whatever happens.
        let mut copy =
            MirrorCopy { blocks: Some(blocks.clone()), last: 0, block: RefCell::new(None), _folder: folder };
        copy.last = guarded(move || {
            let (Some(first), Some((key, value))) = (blocks.first()?, blocks.last()?) else { return Ok(0) };
            if first != 1 {
                return Err(MirrorFault::Beginning);
            }
            Ok(parse_block(key, value)?.last())
        })?;
        Ok(Some(copy))
    }

    /// Its last position; 0 when it is empty.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The stored bytes of one event; nothing beyond its last one.
    pub fn event(&self, position: u64) -> Result<Option<Bytes>, MirrorCopyError> {
        if position == 0 || position > self.last {
            return Ok(None);
        }
        if let Some(event) = self.block.borrow().as_ref().and_then(|run| run.get(position)) {
            return Ok(Some(event));
        }
        let Some(blocks) = self.blocks.clone() else { return Ok(None) };
        let run = guarded(move || {
            let missing = MirrorFault::Missing { position };
            let Some((key, value)) = blocks.at(position)? else { return Err(missing) };
            let run = parse_block(key, value)?;
            if run.last() < position { Err(missing) } else { Ok(run) }
        })?;
        let event = run.get(position);
        *self.block.borrow_mut() = Some(run);
        Ok(event)
    }
}

impl Drop for MirrorCopy {
    fn drop(&mut self) {
        self.block.take();
        let blocks = self.blocks.take();
        // sled flushes when it is dropped, into files that go anyway; a panic in it is nobody's business any more.
        let _ = guarded(move || {
            drop(blocks);
            Ok(())
        });
    }
}

/// A folder that goes when this is dropped.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn copy_of(from: &Path) -> Result<TemporaryFolder, DiskError> {
        let path = std::env::temp_dir().join(format!("sigeyi-mirror-{}", Uuid::new_v4()));
        DirBuilder::new().mode(0o700).create(&path).doing("create", &path)?;
        let folder = TemporaryFolder(path);
        copy_folder(from, &folder.0)?;
        Ok(folder)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), DiskError> {
    for entry in fs::read_dir(from).doing("list", from)? {
        let entry = entry.doing("list", from)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_dir = entry.file_type().doing("look at", &source)?.is_dir();
        if is_dir {
            fs::create_dir(&target).doing("create", &target)?;
            copy_folder(&source, &target)?;
            continue;
        }
        match fs::copy(&source, &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => _ = copied.doing("copy", &source)?,
        }
    }
    Ok(())
}
