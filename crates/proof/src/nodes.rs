//! Where the hashes of complete subtrees come from, and what is computed of them.

use crate::{Hash, HashAlgorithm};

/// Something that knows the hashes of a tree: tiles, a file of leaf hashes, a list in memory.
pub trait Nodes {
    /// Why a hash cannot be told.
    type Error;

    /// The hash of the complete subtree over the leaves `index · 2^level` up to, but without, `(index + 1) · 2^level`.
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Leaf hashes in memory, from the first one on.
#[derive(Debug, Clone, Copy)]
pub struct LeafHashes<'a> {
    /// How the tree is hashed.
    pub algorithm: HashAlgorithm,
    /// The leaf hashes.
    pub leaves: &'a [Hash],
}

/// A leaf that a source does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of leaf {0} is not there")]
pub struct LeafMissing(pub u64);

impl Nodes for LeafHashes<'_> {
    type Error = LeafMissing;

    fn node(&self, level: u32, index: u64) -> Result<Hash, LeafMissing> {
        if level == 0 {
            let leaf = usize::try_from(index).ok().and_then(|index| self.leaves.get(index));
            return leaf.copied().ok_or(LeafMissing(index));
        }
        let (left, right) = children(index).ok_or(LeafMissing(index))?;
        Ok(self.algorithm.node(&self.node(level - 1, left)?, &self.node(level - 1, right)?))
    }
}

/// The two children of a node, as indices one level below; `None` past all trees that there can be.
pub(crate) fn children(index: u64) -> Option<(u64, u64)> {
    let left = index.checked_mul(2)?;
    Some((left, left + 1))
}

/// The root over the leaves from `start` up to, but without, `end`, as RFC 6962 section 2.1 splits them. `start` comes of such splits: it is a
/// multiple of the largest power of two that is not above `end − start`.
pub(crate) fn range_root<N: Nodes>(
    algorithm: HashAlgorithm,
    nodes: &N,
    mut start: u64,
    end: u64,
) -> Result<Hash, N::Error> {
    let mut complete = Vec::new();
    while let Some(level) = end.saturating_sub(start).checked_ilog2() {
        complete.push(nodes.node(level, start >> level)?);
        start += 1 << level;
    }
    let smallest = complete.pop();
    Ok(smallest.map_or_else(
        || algorithm.empty(),
        |smallest| complete.iter().rev().fold(smallest, |right, left| algorithm.node(left, &right)),
    ))
}

/// The largest power of two below `leaves`, which is at least 2: where RFC 6962 splits a tree.
pub(crate) fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The root of the tree over the first `size` leaves.
pub fn root_of<N: Nodes>(algorithm: HashAlgorithm, nodes: &N, size: u64) -> Result<Hash, N::Error> {
    range_root(algorithm, nodes, 0, size)
}
