//! The handful of calls into sled, behind a trait so that a test can have each of them fail, panic or hang.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::block::FullBlock;
use crate::mirror_fault::MirrorFault;

const TREE: &str = "blocks";

/// Opens the mirror in a folder, or makes one.
pub(crate) trait OpenBlocks: Send + Sync {
    /// `cache_bytes` is the memory that it may keep pages in.
    fn open(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Blocks>, MirrorFault>;
}

/// Blocks under the positions of their first events.
pub(crate) trait Blocks: Send + Sync {
    /// Key of the first block.
    fn first(&self) -> Result<Option<u64>, MirrorFault>;
    /// The last block.
    fn last(&self) -> Result<Option<(u64, Bytes)>, MirrorFault>;
    /// The last block that begins at a position or before it.
    fn at(&self, position: u64) -> Result<Option<(u64, Bytes)>, MirrorFault>;
    /// Adds blocks, all or none.
    fn insert(&self, blocks: Vec<FullBlock>) -> Result<(), MirrorFault>;
    /// Writes to its files what was added. They are not durable after it.
    fn flush(&self) -> Result<(), MirrorFault>;
}

/// sled itself.
pub(crate) struct Sled;

struct SledBlocks {
    db: sled::Db,
    tree: sled::Tree,
}

impl OpenBlocks for Sled {
    fn open(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Blocks>, MirrorFault> {
        let config = sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(None);
        let db = config.open().map_err(|error| match error {
            // sled says it by text alone.
            sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => {
                MirrorFault::Held(error)
            }
            error => error.into(),
        })?;
        let tree = db.open_tree(TREE)?;
        Ok(Arc::new(SledBlocks { db, tree }))
    }
}

impl Blocks for SledBlocks {
    fn first(&self) -> Result<Option<u64>, MirrorFault> {
        self.tree.first()?.map(|(key, _)| position(&key)).transpose()
    }

    fn last(&self) -> Result<Option<(u64, Bytes)>, MirrorFault> {
        self.tree.last()?.map(block).transpose()
    }

    fn at(&self, position: u64) -> Result<Option<(u64, Bytes)>, MirrorFault> {
        self.tree.get_lt(position.saturating_add(1).to_be_bytes())?.map(block).transpose()
    }

    fn insert(&self, blocks: Vec<FullBlock>) -> Result<(), MirrorFault> {
        let mut batch = sled::Batch::default();
        for block in blocks {
            batch.insert(&block.first.to_be_bytes(), block.value);
        }
        Ok(self.tree.apply_batch(batch)?)
    }

    fn flush(&self) -> Result<(), MirrorFault> {
        self.db.flush()?;
        Ok(())
    }
}

fn block((key, value): (sled::IVec, sled::IVec)) -> Result<(u64, Bytes), MirrorFault> {
    Ok((position(&key)?, Bytes::from_owner(value)))
}

/// The position that a key says.
fn position(key: &[u8]) -> Result<u64, MirrorFault> {
    key.try_into().map(u64::from_be_bytes).map_err(|_| MirrorFault::Key)
}
