//! The tree behind proofs: full tiles on the disk, and the leaves behind the last one in memory. It follows the journal, and is never in a write's way.

use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::Position;
use sigeyi_proof::{
    CompactTree, Hash, HashAlgorithm, TILE_HASHES, Tile, TileId, TileMaker, TileStore, Tiled, root_of,
};
use sigeyi_store::{Direction, EventStore, TILES_UNSYNCED_MAX, TileFileError, TileFiles};

use super::CheckpointError;

/// Events that are read at a time to be hashed, and their bytes.
const EVENTS_AT_A_TIME: usize = 4_096;
const BYTES_AT_A_TIME: usize = 1 << 20;

/// The tiles of a log, and how far they go.
pub(super) struct Tree {
    files: TileFiles,
    algorithm: HashAlgorithm,
    /// What makes the next tiles; whoever has it follows the log.
    maker: Mutex<TileMaker>,
    end: RwLock<End>,
}

/// What is behind the last full tile of leaves.
#[derive(Default)]
struct End {
    size: u64,
    leaves: Vec<Hash>,
}

impl Tree {
    /// Over what is on the disk.
    pub(super) fn open(files: TileFiles, algorithm: HashAlgorithm) -> Result<Tree, CheckpointError> {
        let tree =
            Tree { files, algorithm, maker: Mutex::new(TileMaker::new(algorithm)), end: RwLock::default() };
        match tree.resume() {
            Ok(()) => {}
            Err(TileFileError::Io(error)) => return Err(error.into()),
            Err(TileFileError::Damaged(_) | TileFileError::Missing(_)) => tree.clear()?,
        }
        Ok(tree)
    }

    fn resume(&self) -> Result<(), TileFileError> {
        let size = self.files.leaves();
        *self.end.write() = End { size, leaves: Vec::new() };
        *self.maker.lock() = TileMaker::resume(self.algorithm, size, self)?;
        Ok(())
    }

    /// Forgets everything: the log will be read again from its beginning.
    fn clear(&self) -> Result<(), CheckpointError> {
        let mut maker = self.maker.lock();
        *self.end.write() = End::default();
        *maker = TileMaker::new(self.algorithm);
        Ok(self.files.clear()?)
    }

    /// How many leaves there are.
    pub(super) fn size(&self) -> u64 {
        self.end.read().size
    }

    /// How it is hashed.
    pub(super) fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// A full tile.
    pub(super) fn stored_tile(&self, id: TileId) -> Result<Tile, TileFileError> {
        self.files.tile(id)
    }

    /// The nodes of the tree of a size, which is at most [`size`](Self::size).
    pub(super) fn at(&self, size: u64) -> Tiled<'_, Tree> {
        Tiled { algorithm: self.algorithm, size, store: self }
    }

    /// Follows the log to the size of its own tree; afterwards the tiles are durable and give that tree's root. Tiles that do not, since they
    /// were damaged or are of another history, are made anew, once.
    pub(super) fn follow(&self, log: &dyn EventStore, journal: &CompactTree) -> Result<(), CheckpointError> {
        if self.follows(log, journal)? {
            return Ok(());
        }
        self.clear()?;
        if self.follows(log, journal)? { Ok(()) } else { Err(CheckpointError::WrongRoot) }
    }

    fn follows(&self, log: &dyn EventStore, journal: &CompactTree) -> Result<bool, CheckpointError> {
        if self.size() > journal.size() {
            return Ok(false);
        }
        self.read_on(log, journal.size())?;
        match root_of(self.algorithm, &self.at(journal.size()), journal.size()) {
            Ok(root) => Ok(root == journal.root()),
            Err(TileFileError::Damaged(_) | TileFileError::Missing(_)) => Ok(false),
            Err(error @ TileFileError::Io(_)) => Err(error.into()),
        }
    }

    fn read_on(&self, log: &dyn EventStore, size: u64) -> Result<(), CheckpointError> {
        if self.maker.lock().size() != self.size() {
            // The disk refused the last tiles: what is there is begun with again.
            self.resume()?;
        }
        let mut maker = self.maker.lock();
        let mut unsynced = 0;
        while maker.size() < size {
            let wanted = EVENTS_AT_A_TIME.min((size - maker.size()) as usize);
            let stored = log.read(Position(maker.size()), Direction::Forward, wanted, BYTES_AT_A_TIME)?;
            if stored.is_empty() {
                return Err(CheckpointError::WrongRoot);
            }
            let mut leaves = self.end.read().leaves.clone();
            let mut filled = Vec::new();
            for bytes in &stored {
                let leaf = self.algorithm.leaf(bytes);
                leaves.push(leaf);
                maker.push(leaf, |id, tile| filled.push((id, tile)));
            }
            for (id, tile) in &filled {
                self.files.write(*id, tile)?;
            }
            leaves.drain(..leaves.len() - leaves.len() % TILE_HASHES);
            *self.end.write() = End { size: maker.size(), leaves };
            unsynced += filled.len();
            if unsynced + EVENTS_AT_A_TIME / TILE_HASHES + 8 > TILES_UNSYNCED_MAX {
                self.files.sync()?;
                unsynced = 0;
            }
        }
        Ok(self.files.sync()?)
    }
}

impl TileStore for Tree {
    type Error = TileFileError;

    fn tile(&self, id: TileId) -> Result<Tile, TileFileError> {
        self.files.tile(id)
    }

    fn leaf(&self, index: u64) -> Result<Hash, TileFileError> {
        let tile = TileId { level: 0, index: index / TILE_HASHES as u64 };
        let within = (index % TILE_HASHES as u64) as usize;
        {
            let end = self.end.read();
            if !tile.is_full_at(end.size) {
                let is_in_end = end.size / TILE_HASHES as u64 == tile.index;
                let leaf = end.leaves.get(within).filter(|_| is_in_end);
                return leaf.copied().ok_or(TileFileError::Missing(tile));
            }
        }
        Ok(self.files.tile(tile)?.hashes()[within])
    }
}
