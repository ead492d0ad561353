//! A mirror that is read without being touched: opening sled writes to its folder, so it is opened from a copy.

use std::cell::RefCell;
use std::fs::{self, DirBuilder};
use std::io;
use std::mem::ManuallyDrop;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use uuid::Uuid;

use crate::block::parse_block;
use crate::disk::{DiskError, While};
use crate::mirror::{MIRROR_CACHE_BYTES, first_position};
use crate::mirror_fault::{MirrorFault, guarded};
use crate::mirror_thread::TREE;
use crate::run::Run;

/// The events of a mirror, from a copy of its folder that goes when this is dropped.
pub struct MirrorCopy {
    db: Option<ManuallyDrop<sled::Db>>,
    blocks: Option<sled::Tree>,
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
        let config = sled::Config::new().path(path).cache_capacity(MIRROR_CACHE_BYTES).flush_every_ms(None);
        let db = ManuallyDrop::new(guarded(|| Ok(config.open()?))?);
        let mut copy =
            MirrorCopy { db: None, blocks: None, last: 0, block: RefCell::new(None), _folder: folder };
        let (blocks, last) = guarded(|| {
            let blocks = db.open_tree(TREE)?;
            let (Some((first, _)), Some((key, value))) = (blocks.first()?, blocks.last()?) else {
                return Ok((blocks, 0));
            };
            if first_position(&first)? != 1 {
                return Err(MirrorFault::Beginning);
            }
            let run = parse_block(first_position(&key)?, Bytes::from_owner(value))?;
            Ok((blocks, run.last()))
        })?;
        (copy.db, copy.blocks, copy.last) = (Some(db), Some(blocks), last);
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
            let Some((key, value)) = blocks.get_lt(position.saturating_add(1).to_be_bytes())? else {
                return Err(missing);
            };
            let run = parse_block(first_position(&key)?, Bytes::from_owner(value))?;
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
        let (db, blocks) = (self.db.take(), self.blocks.take());
        // sled flushes when it is dropped, into files that go anyway; a panic in it is nobody's business any more.
        let _ = guarded(move || {
            drop(blocks);
            if let Some(db) = db {
                drop(ManuallyDrop::into_inner(db));
            }
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
