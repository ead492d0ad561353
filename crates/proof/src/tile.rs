//! Tiles of 256 hashes: the tree in files that never change, as in `c2sp.org/tlog-tiles`. Only full tiles are made.

use std::fmt;

use crate::{Hash, HashAlgorithm};

/// Hashes in a tile: a subtree of height 8.
pub const TILE_HASHES: usize = 256;
/// Length of a tile in bytes.
pub const TILE_BYTES: usize = TILE_HASHES * 32;
/// Levels of the tree that a tile holds, its root aside.
pub const TILE_HEIGHT: u32 = 8;
/// Levels of tiles at most: a tree has fewer than 2^64 leaves.
const TILE_LEVELS: u8 = 8;

/// Which tile: the `index`-th of its level, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 holds leaf hashes; each level above holds the roots of the tiles below.
    pub level: u8,
    /// From the left.
    pub index: u64,
}

/// 256 hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    hashes: Box<[Hash; TILE_HASHES]>,
}

/// Text that is not the path of a full tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the path of a full tile")]
pub struct TilePathError;

/// Bytes that are not a full tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a full tile has {TILE_BYTES} bytes, not {actual}")]
pub struct TileLengthError {
    actual: usize,
}

impl TileId {
    /// Leaves of the tree that the tile spans.
    pub fn leaves(self) -> u128 {
        1 << (TILE_HEIGHT * (u32::from(self.level) + 1)).min(127)
    }

    /// The size at which a tree has the tile in full.
    pub fn end(self) -> u128 {
        (u128::from(self.index) + 1).saturating_mul(self.leaves())
    }

    /// Whether a tree of this size has the tile in full.
    pub fn is_full_at(self, size: u64) -> bool {
        self.end() <= u128::from(size)
    }

    /// Reads the path that [`Display`](fmt::Display) writes: `tile/0/x001/x234/067`. There is one path for each tile, and none for a partial one.
    pub fn parse(path: &str) -> Result<TileId, TilePathError> {
        let (level, index) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(TilePathError)?;
        let level = match level.as_bytes() {
            [digit @ b'0'..=b'7'] => digit - b'0',
            _ => return Err(TilePathError),
        };
        Ok(TileId { level, index: parse_tile_index(index)? })
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, tile_index(self.index))
    }
}

/// The index of a tile, or of a bundle of entries, as it stands in a path: `x001/x234/067`.
pub fn tile_index(index: u64) -> String {
    let mut path = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    path
}

/// Reads what [`tile_index`] wrote, and nothing else.
pub fn parse_tile_index(path: &str) -> Result<u64, TilePathError> {
    let mut index: u64 = 0;
    for part in path.split('/') {
        let digits = part.strip_prefix('x').unwrap_or(part);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TilePathError);
        }
        let digits: u64 = digits.parse().map_err(|_| TilePathError)?;
        index = index.checked_mul(1_000).and_then(|index| index.checked_add(digits)).ok_or(TilePathError)?;
    }
    // Leading zeros, and an `x` that is too many or missing, show here.
    if tile_index(index) == path { Ok(index) } else { Err(TilePathError) }
}

impl Tile {
    /// A tile of as many hashes as it has.
    pub fn new(hashes: &[Hash; TILE_HASHES]) -> Tile {
        Tile { hashes: Box::new(*hashes) }
    }

    /// Reads the bytes of a tile. That they are the right ones is known when a proof made of them holds.
    pub fn parse(bytes: &[u8]) -> Result<Tile, TileLengthError> {
        let hashes: Result<&[Hash; TILE_HASHES], _> = bytes.as_chunks().0.try_into();
        match hashes {
            Ok(hashes) if bytes.len() == TILE_BYTES => Ok(Tile::new(hashes)),
            Ok(_) | Err(_) => Err(TileLengthError { actual: bytes.len() }),
        }
    }

    /// The bytes of the tile.
    pub fn bytes(&self) -> &[u8] {
        self.hashes.as_flattened()
    }

    /// Its hashes.
    pub fn hashes(&self) -> &[Hash; TILE_HASHES] {
        &self.hashes
    }

    /// The root of the subtree: a hash of the tile above.
    pub fn root(&self, algorithm: HashAlgorithm) -> Hash {
        fold(algorithm, self.hashes.as_slice())
    }

    /// The node `index` of a level within the tile, from 0 at its hashes to [`TILE_HEIGHT`] at its root; `None` outside.
    pub fn node(&self, algorithm: HashAlgorithm, level: u32, index: usize) -> Option<Hash> {
        let width = 1_usize.checked_shl(level)?;
        let start = index.checked_mul(width)?;
        Some(fold(algorithm, self.hashes.get(start..start.checked_add(width)?)?))
    }
}

/// The root over hashes whose number is a power of two.
fn fold(algorithm: HashAlgorithm, hashes: &[Hash]) -> Hash {
    match hashes {
        [] => algorithm.empty(),
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            algorithm.node(&fold(algorithm, left), &fold(algorithm, right))
        }
    }
}

/// Levels of tiles that a tree of this size has in full.
pub(crate) fn full_levels(size: u64) -> impl Iterator<Item = u8> {
    (0..TILE_LEVELS).take_while(move |level| TileId { level: *level, index: 0 }.is_full_at(size))
}
