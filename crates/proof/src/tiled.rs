//! A tree of which the full tiles are kept, and its leaf hashes besides.

use crate::nodes::{Nodes, children};
use crate::tile::{TILE_HASHES, TILE_HEIGHT, full_levels};
use crate::{Hash, HashAlgorithm, Tile, TileId};

/// Where full tiles and leaf hashes are kept. Tiles can be made of leaf hashes at any time: losing them loses nothing.
pub trait TileStore {
    /// Why something cannot be read.
    type Error;

    /// A full tile of the tree.
    fn tile(&self, id: TileId) -> Result<Tile, Self::Error>;

    /// The hash of a leaf that is not yet in a full tile.
    fn leaf(&self, index: u64) -> Result<Hash, Self::Error>;
}

/// A tree of a size over a tile store. It asks the store only for what the tree of this size has.
#[derive(Debug, Clone, Copy)]
pub struct Tiled<'a, S> {
    /// How the tree is hashed.
    pub algorithm: HashAlgorithm,
    /// Leaves of the tree.
    pub size: u64,
    /// Tiles and leaf hashes.
    pub store: &'a S,
}

impl<S: TileStore> Nodes for Tiled<'_, S> {
    type Error = S::Error;

    fn node(&self, level: u32, index: u64) -> Result<Hash, S::Error> {
        let (tile_level, inside) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let id = TileId { level: tile_level as u8, index: index >> (TILE_HEIGHT - inside) };
        if id.is_full_at(self.size) {
            let tile = self.store.tile(id)?;
            let within = index & ((1 << (TILE_HEIGHT - inside)) - 1);
            // Within the tile by the mask before.
            let node = tile.node(self.algorithm, inside, within as usize);
            return Ok(node.unwrap_or_else(|| self.algorithm.empty()));
        }
        if level == 0 {
            return self.store.leaf(index);
        }
        // The root of a full tile is a hash of one that is not full yet.
        let below = TileId { level: (tile_level as u8).wrapping_sub(1), index };
        if inside == 0 && below.is_full_at(self.size) {
            return Ok(self.store.tile(below)?.root(self.algorithm));
        }
        match children(index) {
            Some((left, right)) => {
                Ok(self.algorithm.node(&self.node(level - 1, left)?, &self.node(level - 1, right)?))
            }
            // No tree has such a node: the leaf that is missing says so.
            None => self.store.leaf(u64::MAX),
        }
    }
}

/// Makes tiles as leaves come: what is kept is the part of each level that is not full.
#[derive(Debug, Clone)]
pub struct TileMaker {
    algorithm: HashAlgorithm,
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl TileMaker {
    /// For a tree without leaves.
    pub fn new(algorithm: HashAlgorithm) -> TileMaker {
        TileMaker { algorithm, size: 0, levels: Vec::new() }
    }

    /// For a tree of this size whose full tiles are in the store.
    pub fn resume<S: TileStore>(
        algorithm: HashAlgorithm,
        size: u64,
        store: &S,
    ) -> Result<TileMaker, S::Error> {
        let nodes = Tiled { algorithm, size, store };
        let mut levels = Vec::new();
        for level in std::iter::once(0).chain(full_levels(size).map(|level| u32::from(level) + 1)) {
            let width = size.checked_shr(level * TILE_HEIGHT).unwrap_or(0);
            let begun = width - width % TILE_HASHES as u64;
            let hashes = (begun..width).map(|index| nodes.node(level * TILE_HEIGHT, index));
            levels.push(hashes.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(TileMaker { algorithm, size, levels })
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash, and hands out every tile that it has filled, lowest first.
    pub fn push(&mut self, leaf: Hash, mut filled: impl FnMut(TileId, Tile)) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0_u8.. {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::with_capacity(TILE_HASHES));
            }
            let hashes = &mut self.levels[usize::from(level)];
            hashes.push(hash);
            let Ok(full) = <&[Hash; TILE_HASHES]>::try_from(hashes.as_slice()) else { return };
            let tile = Tile::new(full);
            hashes.clear();
            hash = tile.root(self.algorithm);
            let tiles = self.size.checked_shr((u32::from(level) + 1) * TILE_HEIGHT).unwrap_or(0);
            filled(TileId { level, index: tiles.saturating_sub(1) }, tile);
        }
    }
}
