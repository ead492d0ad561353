//! Tiles: their paths, what they hold, and proofs made of them.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::invented::leaf_hashes;
use crate::*;

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

/// Full tiles, and the leaf hashes behind them.
struct Kept {
    tiles: BTreeMap<TileId, Tile>,
    leaves: Vec<Hash>,
    leaves_asked: Cell<u64>,
}

#[derive(Debug, PartialEq, Eq)]
struct Missing;

impl TileStore for Kept {
    type Error = Missing;

    fn tile(&self, id: TileId) -> Result<Tile, Missing> {
        self.tiles.get(&id).cloned().ok_or(Missing)
    }

    fn leaf(&self, index: u64) -> Result<Hash, Missing> {
        self.leaves_asked.set(self.leaves_asked.get() + 1);
        self.leaves.get(index as usize).copied().ok_or(Missing)
    }
}

fn kept(algorithm: HashAlgorithm, count: u64) -> Kept {
    let leaves = leaf_hashes(algorithm, count);
    let (mut maker, mut tiles) = (TileMaker::new(algorithm), BTreeMap::new());
    for leaf in &leaves {
        maker.push(*leaf, |id, tile| assert_eq!(tiles.insert(id, tile), None));
    }
    Kept { tiles, leaves, leaves_asked: Cell::new(0) }
}

#[test]
fn a_tile_has_the_path_of_the_specification() {
    let path = |level, index| TileId { level, index }.to_string();
    assert_eq!(path(0, 1_234_067), "tile/0/x001/x234/067");
    assert_eq!([path(2, 0), path(7, 999)], ["tile/2/000", "tile/7/999"]);
    for (level, index) in [(0, 0), (0, 999), (1, 1_000), (3, 1_234_067), (0, u64::MAX)] {
        let id = TileId { level, index };
        assert_eq!(TileId::parse(&id.to_string()), Ok(id));
    }
}

#[test]
fn a_tile_has_no_other_path() {
    for bad in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/8/000",
        "tile/00/000",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/000.p/17",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/+01",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/entries/000",
        "tile/0/xx01/000",
    ] {
        assert_eq!(TileId::parse(bad), Err(TilePathError), "{bad}");
    }
}

#[test]
fn a_tree_of_70000_leaves_has_the_full_tiles_of_the_specification() {
    let kept = kept(SHA256, 70_000);
    let of_level = |level| kept.tiles.keys().filter(|id| id.level == level).count();
    assert_eq!([of_level(0), of_level(1), of_level(2)], [273, 1, 0]);
    for id in kept.tiles.keys() {
        assert!(id.is_full_at(70_000), "{id}");
    }
    assert!(!TileId { level: 0, index: 273 }.is_full_at(70_000));
    let first = Tile::parse(kept.tiles[&TileId { level: 0, index: 0 }].bytes()).unwrap();
    assert_eq!(first.hashes()[..], kept.leaves[..256]);
    let above = &kept.tiles[&TileId { level: 1, index: 0 }];
    assert_eq!(above.hashes()[0], first.root(SHA256));
    let nodes = LeafHashes { algorithm: SHA256, leaves: &kept.leaves };
    assert_eq!(above.root(SHA256), nodes.node(16, 0).unwrap());
}

#[test]
fn proofs_made_of_tiles_are_those_made_of_leaves() {
    for algorithm in [SHA256, HashAlgorithm::Sm3] {
        let kept = kept(algorithm, 1_500);
        for size in [1, 255, 256, 257, 512, 700, 1_024, 1_500_u64] {
            let leaves = &kept.leaves[..size as usize];
            let (tiled, plain) = (Tiled { algorithm, size, store: &kept }, LeafHashes { algorithm, leaves });
            assert_eq!(root_of(algorithm, &tiled, size), Ok(root_of(algorithm, &plain, size).unwrap()));
            for other in [0, 1, 254, 255, 256, 511, 699, 1_023, 1_499_u64] {
                let expected = inclusion_path(algorithm, &plain, other, size).unwrap();
                assert_eq!(inclusion_path(algorithm, &tiled, other, size), Ok(expected));
                let expected = consistency_path(algorithm, &plain, other, size).unwrap();
                assert_eq!(consistency_path(algorithm, &tiled, other, size), Ok(expected));
            }
        }
    }
}

#[test]
fn only_leaves_behind_the_full_tiles_are_asked_for() {
    let kept = kept(SHA256, 66_000);
    let tiled = Tiled { algorithm: SHA256, size: 66_000, store: &kept };
    let path = inclusion_path(SHA256, &tiled, 5, 66_000).unwrap();
    let root = root_of(SHA256, &tiled, 66_000).unwrap();
    assert_eq!(verify_inclusion(SHA256, &kept.leaves[5], 5, 66_000, &path, &root), Ok(()));
    // 66,000 = 257 · 256 + 208: the path and the root need these 208 once each.
    assert_eq!(kept.leaves_asked.get(), 2 * 208);
}

#[test]
fn a_maker_goes_on_where_another_has_stopped() {
    let all = kept(SHA256, 70_000);
    for stopped in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999_u64] {
        let mut maker = TileMaker::resume(SHA256, stopped, &all).unwrap();
        assert_eq!(maker.size(), stopped);
        let mut later = BTreeMap::new();
        for leaf in &all.leaves[stopped as usize..] {
            maker.push(*leaf, |id, tile| assert_eq!(later.insert(id, tile), None));
        }
        let expected = all.tiles.iter().filter(|(id, _)| !id.is_full_at(stopped));
        assert!(later.iter().eq(expected), "from {stopped}");
    }
}

#[test]
fn a_tile_of_another_length_is_refused() {
    let bytes = vec![7; TILE_BYTES + 32];
    assert!(Tile::parse(&bytes[..TILE_BYTES]).is_ok());
    for length in [0, 32, TILE_BYTES - 32, TILE_BYTES - 1, TILE_BYTES + 1, TILE_BYTES + 31, TILE_BYTES + 32] {
        assert!(Tile::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn every_altered_byte_of_a_tile_is_found_by_the_proofs_made_of_it() {
    let mut kept = kept(SHA256, 300);
    let nodes = LeafHashes { algorithm: SHA256, leaves: &kept.leaves };
    let (index, root) = (299, root_of(SHA256, &nodes, 300).unwrap());
    let id = TileId { level: 0, index: 0 };
    let good = kept.tiles[&id].bytes().to_vec();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        kept.tiles.insert(id, Tile::parse(&bad).unwrap());
        let tiled = Tiled { algorithm: SHA256, size: 300, store: &kept };
        let path = inclusion_path(SHA256, &tiled, index, 300).unwrap();
        let checked = verify_inclusion(SHA256, &kept.leaves[299], index, 300, &path, &root);
        assert_eq!(checked, Err(InclusionError::Root), "byte {at}");
    }
}
