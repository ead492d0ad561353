//! What a tree gains with many leaves at once, so that whoever has many roots to compute hashes them side by side.

use crate::{CompactTree, Hash, HashAlgorithm, LeafMissing, Nodes};

/// Roots that are computed side by side: their nodes fit into the processor's nearest cache.
const ROOTS_AT_A_TIME: usize = 256;

/// A tree, the leaves that come next, and every node that is complete with them.
#[derive(Debug, Clone)]
pub struct Growth<'a> {
    before: &'a CompactTree,
    /// By level, from the leaves on: the nodes that are new, in their order.
    levels: Vec<Vec<Hash>>,
}

impl<'a> Growth<'a> {
    /// A tree with leaves behind its own, by their hashes. `hash_nodes` gives what [`HashAlgorithm::nodes`] gives; it may do so on several threads.
    pub fn new(
        before: &'a CompactTree,
        leaves: Vec<Hash>,
        hash_nodes: impl Fn(&[[Hash; 2]]) -> Vec<Hash>,
    ) -> Growth<'a> {
        let mut growth = Growth { before, levels: vec![leaves] };
        let size = growth.size();
        for level in 0..u64::BITS - 1 {
            let new = before.size() >> (level + 1)..size >> (level + 1);
            // A level without a new node has none above it.
            if new.is_empty() {
                break;
            }
            let known = |index| growth.complete(level, index);
            let pairs: Vec<[Hash; 2]> =
                new.filter_map(|index| Some([known(2 * index)?, known(2 * index + 1)?])).collect();
            growth.levels.push(hash_nodes(&pairs));
        }
        growth
    }

    /// Leaves of the tree with the new ones.
    pub fn size(&self) -> u64 {
        self.before.size() + self.levels.first().map_or(0, Vec::len) as u64
    }

    /// The tree with the new leaves.
    pub fn tree(&self) -> CompactTree {
        let size = self.size();
        let edge = (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1);
        let subtrees = edge.filter_map(|level| self.complete(level, (size >> level) - 1)).collect();
        CompactTree::of_parts(self.before.algorithm(), size, subtrees)
    }

    /// The roots over the first so many leaves, for sizes from that before to that now: as many hashes for each as its size has one-bits, less one. No node is
    /// of two of them, for the last leaf is below each.
    pub fn roots(&self, sizes: &[u64]) -> Result<Vec<Hash>, LeafMissing> {
        let roots: Vec<Vec<Hash>> =
            sizes.chunks(ROOTS_AT_A_TIME).map(|sizes| self.some_roots(sizes)).collect::<Result<_, _>>()?;
        Ok(roots.concat())
    }

    fn some_roots(&self, sizes: &[u64]) -> Result<Vec<Hash>, LeafMissing> {
        let algorithm = self.algorithm();
        let smallest = |size: &u64| match size {
            0 => Ok(algorithm.empty()),
            size => self.subtree(*size, size.trailing_zeros()),
        };
        let mut roots: Vec<Hash> = sizes.iter().map(smallest).collect::<Result<_, _>>()?;
        // The subtrees to the left of what is joined already.
        let mut left: Vec<u64> = sizes.iter().map(|size| without_last_bit(*size)).collect();
        loop {
            let (mut joined, mut pairs) = (Vec::new(), Vec::new());
            for (at, left) in left.iter_mut().enumerate().filter(|(_, left)| **left != 0) {
                pairs.push([self.subtree(sizes[at], left.trailing_zeros())?, roots[at]]);
                joined.push(at);
                *left = without_last_bit(*left);
            }
            if pairs.is_empty() {
                return Ok(roots);
            }
            for (at, node) in joined.into_iter().zip(algorithm.nodes(&pairs)) {
                roots[at] = node;
            }
        }
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.before.algorithm()
    }

    /// The last complete subtree of this level in the tree over the first `size` leaves.
    fn subtree(&self, size: u64, level: u32) -> Result<Hash, LeafMissing> {
        (size >> level).checked_sub(1).ok_or(LeafMissing(size)).and_then(|index| self.node(level, index))
    }

    /// A complete node that is new, or at the right edge of the tree before.
    fn complete(&self, level: u32, index: u64) -> Option<Hash> {
        let first = self.before.size().checked_shr(level)?;
        match index.checked_sub(first) {
            Some(new) => self.levels.get(level as usize)?.get(usize::try_from(new).ok()?).copied(),
            None if index + 1 == first => self.before.subtree(level),
            None => None,
        }
    }
}

impl Nodes for Growth<'_> {
    type Error = LeafMissing;

    fn node(&self, level: u32, index: u64) -> Result<Hash, LeafMissing> {
        self.complete(level, index).ok_or(LeafMissing(index.checked_shl(level).unwrap_or(u64::MAX)))
    }
}

fn without_last_bit(bits: u64) -> u64 {
    bits & bits.wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root_of;

    const ALGORITHMS: [HashAlgorithm; 2] = [HashAlgorithm::Sha256, HashAlgorithm::Sm3];

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|at| [at as u8; 32]).collect()
    }

    fn tree(algorithm: HashAlgorithm, leaves: &[Hash]) -> CompactTree {
        let mut tree = CompactTree::new(algorithm);
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        tree
    }

    #[test]
    fn roots_of_every_size_are_those_of_a_tree_that_grows_leaf_by_leaf() {
        let leaves = leaves(70);
        for algorithm in ALGORITHMS {
            let trees: Vec<CompactTree> =
                (0..=leaves.len()).map(|size| tree(algorithm, &leaves[..size])).collect();
            for (before, tree_before) in trees.iter().enumerate() {
                for end in before..=leaves.len() {
                    let growth = Growth::new(tree_before, leaves[before..end].to_vec(), |pairs| {
                        algorithm.nodes(pairs)
                    });
                    let sizes: Vec<u64> = (before as u64..=end as u64).collect();
                    let due: Vec<Hash> = trees[before..=end].iter().map(CompactTree::root).collect();
                    assert_eq!(growth.roots(&sizes), Ok(due), "{before} to {end}");
                    assert_eq!(growth.tree().encode(), trees[end].encode());
                    assert_eq!(root_of(algorithm, &growth, end as u64), Ok(trees[end].root()));
                }
            }
        }
    }

    #[test]
    fn roots_are_computed_in_pieces_and_in_any_order() {
        let leaves = leaves(3_000);
        let none = CompactTree::new(HashAlgorithm::Sm3);
        let growth = Growth::new(&none, leaves.clone(), |pairs| HashAlgorithm::Sm3.nodes(pairs));
        let sizes: Vec<u64> = (0..=3_000).rev().collect();
        let roots = growth.roots(&sizes).unwrap();
        for (size, root) in sizes.iter().zip(roots).step_by(97) {
            assert_eq!(root, tree(HashAlgorithm::Sm3, &leaves[..*size as usize]).root(), "{size}");
        }
    }

    #[test]
    fn sizes_outside_of_the_growth_have_no_root() {
        let all = leaves(20);
        let before = tree(HashAlgorithm::Sha256, &all[..12]);
        let growth = Growth::new(&before, all[12..].to_vec(), |pairs| HashAlgorithm::Sha256.nodes(pairs));
        assert_eq!(growth.size(), 20);
        for size in [11, 21, u64::MAX] {
            assert!(growth.roots(&[size]).is_err(), "{size}");
        }
        assert_eq!(growth.node(64, 0), Err(LeafMissing(u64::MAX)));
    }
}
