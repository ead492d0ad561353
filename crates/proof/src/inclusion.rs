//! That a leaf stands in a tree: RFC 6962 section 2.1.1, checked as in RFC 9162 section 2.1.3.2.

use crate::nodes::{Nodes, range_root, split};
use crate::{Hash, HashAlgorithm};

/// Hashes in a path at most: a tree has fewer than 2^64 leaves.
pub const PATH_HASHES_MAX: usize = 64;

/// Why a path proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// There is no such leaf in a tree of this size.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    OutOfTree {
        /// Of the leaf, from 0.
        index: u64,
        /// Of the tree.
        size: u64,
    },
    /// More or fewer hashes than the way from the leaf to the root has.
    #[error("the path does not have as many hashes as the way from the leaf to the root")]
    Length,
    /// The path leads elsewhere.
    #[error("the path does not lead to the root")]
    Root,
}

/// The path of leaf `index` in the tree over the first `size` leaves: the leaf's sibling first, the root's child last. Empty when there is no such leaf.
pub fn inclusion_path<N: Nodes>(
    algorithm: HashAlgorithm,
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while index < size && end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range_root(algorithm, nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(algorithm, nodes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Checks that the leaf with this hash is number `index`, from 0, of the tree with this size and root.
pub fn verify_inclusion(
    algorithm: HashAlgorithm,
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), InclusionError> {
    if index >= size {
        return Err(InclusionError::OutOfTree { index, size });
    }
    // The node that is reached, and the last one of its level.
    let (mut node, mut last) = (index, size - 1);
    let mut reached = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(InclusionError::Length);
        }
        if node & 1 == 1 || node == last {
            reached = algorithm.node(sibling, &reached);
            // A last node without a sibling is its own parent.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            reached = algorithm.node(&reached, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(InclusionError::Length);
    }
    if reached != *root {
        return Err(InclusionError::Root);
    }
    Ok(())
}
