//! That a tree is the beginning of a later one: RFC 6962 section 2.1.2, checked as in RFC 9162 section 2.1.4.2.

use crate::nodes::{Nodes, range_root, split};
use crate::{Hash, HashAlgorithm};

/// Why a path does not prove that one tree is the beginning of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyError {
    /// The tree that is said to be later is the smaller one.
    #[error("a tree of {to} leaves cannot begin with {from} leaves")]
    Shrunk {
        /// Size of the earlier tree.
        from: u64,
        /// Size of the later one.
        to: u64,
    },
    /// More or fewer hashes than are due.
    #[error("the path does not have as many hashes as are due")]
    Length,
    /// The path does not lead to the root of the earlier tree.
    #[error("the path does not lead to the root of the earlier tree")]
    EarlierRoot,
    /// The path does not lead to the root of the later tree.
    #[error("the path does not lead to the root of the later tree")]
    LaterRoot,
}

/// The path from the tree over the first `from` leaves to that over the first `to`. Empty when one of them is empty, when they are of one size, and when
/// `from` is more than `to`.
pub fn consistency_path<N: Nodes>(
    algorithm: HashAlgorithm,
    nodes: &N,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    if from == 0 || from >= to {
        return Ok(path);
    }
    let (mut start, mut end) = (0, to);
    while end != from {
        let middle = start + split(end - start);
        if from <= middle {
            path.push(range_root(algorithm, nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(algorithm, nodes, start, middle)?);
            start = middle;
        }
    }
    // The earlier tree as a whole is known to whoever asks.
    if start != 0 {
        path.push(range_root(algorithm, nodes, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that the tree with the size and root `from` is the beginning of the one with the size and root `to`.
pub fn verify_consistency(
    algorithm: HashAlgorithm,
    from: (u64, &Hash),
    to: (u64, &Hash),
    path: &[Hash],
) -> Result<(), ConsistencyError> {
    let ((from, earlier), (to, later)) = (from, to);
    if from > to {
        return Err(ConsistencyError::Shrunk { from, to });
    }
    if from == 0 || from == to {
        return same_or_empty(algorithm, (from, earlier), (to, later), path);
    }
    // A complete earlier tree is a node of the later one, and is left out of the path.
    let (first, rest) = match path.split_first() {
        None => return Err(ConsistencyError::Length),
        Some(_) if from.is_power_of_two() => (earlier, path),
        Some(split) => split,
    };
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut in_earlier, mut in_later) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return Err(ConsistencyError::Length);
        }
        if node & 1 == 1 || node == last {
            in_earlier = algorithm.node(hash, &in_earlier);
            in_later = algorithm.node(hash, &in_later);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            in_later = algorithm.node(&in_later, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ConsistencyError::Length);
    }
    if in_earlier != *earlier {
        return Err(ConsistencyError::EarlierRoot);
    }
    if in_later != *later {
        return Err(ConsistencyError::LaterRoot);
    }
    Ok(())
}

fn same_or_empty(
    algorithm: HashAlgorithm,
    (from, earlier): (u64, &Hash),
    (to, later): (u64, &Hash),
    path: &[Hash],
) -> Result<(), ConsistencyError> {
    if !path.is_empty() {
        return Err(ConsistencyError::Length);
    }
    if from == 0 && *earlier != algorithm.empty() {
        return Err(ConsistencyError::EarlierRoot);
    }
    // Two trees without leaves are of one size too.
    if from == to && earlier != later {
        return Err(ConsistencyError::LaterRoot);
    }
    Ok(())
}
