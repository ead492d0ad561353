//! A tree of which only the roots of its full subtrees are kept: enough to append and to tell the root.

use crate::{Hash, HashAlgorithm};

/// The right edge of a tree: one hash per one-bit of its size, largest subtree first. Appending costs one node hash on average.
#[derive(Debug, Clone)]
pub struct CompactTree {
    algorithm: HashAlgorithm,
    size: u64,
    subtrees: Vec<Hash>,
}

/// Bytes that are not a tree's [`CompactTree::encode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored tree has {actual} bytes where {expected} are due")]
pub struct TreeDecodeError {
    expected: usize,
    actual: usize,
}

impl CompactTree {
    /// The tree without leaves.
    pub fn new(algorithm: HashAlgorithm) -> Self {
        CompactTree { algorithm, size: 0, subtrees: Vec::new() }
    }

    /// How its leaves and nodes are hashed.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = self.algorithm.node(&left, &node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        match subtrees.next() {
            None => self.algorithm.empty(),
            Some(smallest) => subtrees.fold(*smallest, |right, left| self.algorithm.node(left, &right)),
        }
    }

    /// The last complete subtree of a level, where the size has a one-bit for it.
    pub(crate) fn subtree(&self, level: u32) -> Option<Hash> {
        let is_there = self.size.checked_shr(level)? & 1 == 1;
        let larger = self.size.checked_shr(level + 1).unwrap_or(0).count_ones();
        self.subtrees.get(larger as usize).copied().filter(|_| is_there)
    }

    /// A tree by its size and the hashes of its full subtrees, largest first: one for each one-bit.
    pub(crate) fn of_parts(algorithm: HashAlgorithm, size: u64, subtrees: Vec<Hash>) -> CompactTree {
        CompactTree { algorithm, size, subtrees }
    }

    /// Size (8 bytes, big-endian), then the hashes of the full subtrees, largest first.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for subtree in &self.subtrees {
            bytes.extend_from_slice(subtree);
        }
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(algorithm: HashAlgorithm, bytes: &[u8]) -> Result<Self, TreeDecodeError> {
        let Some((size, hashes)) = bytes.split_first_chunk::<8>() else {
            return Err(TreeDecodeError { expected: 8, actual: bytes.len() });
        };
        let size = u64::from_be_bytes(*size);
        let expected = size.count_ones() as usize * 32;
        if hashes.len() != expected {
            return Err(TreeDecodeError { expected: expected + 8, actual: bytes.len() });
        }
        let subtrees = hashes.as_chunks::<32>().0.to_vec();
        Ok(CompactTree { algorithm, size, subtrees })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALGORITHMS: [HashAlgorithm; 2] = [HashAlgorithm::Sha256, HashAlgorithm::Sm3];

    /// The definition of RFC 6962 section 2.1, word by word: slow, and not how the tree is kept.
    fn definition(algorithm: HashAlgorithm, leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => algorithm.empty(),
            [one] => algorithm.leaf(one),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                algorithm.node(&definition(algorithm, left), &definition(algorithm, right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let leaves: Vec<Vec<u8>> = (0..130_u32).map(|n| n.to_be_bytes().repeat(n as usize % 5)).collect();
        for algorithm in ALGORITHMS {
            let mut tree = CompactTree::new(algorithm);
            for size in 0..leaves.len() {
                assert_eq!(tree.root(), definition(algorithm, &leaves[..size]), "size {size}");
                let decoded = CompactTree::decode(algorithm, &tree.encode()).unwrap();
                assert_eq!((decoded.size(), decoded.root()), (tree.size(), tree.root()));
                tree.push(algorithm.leaf(&leaves[size]));
            }
        }
    }

    #[test]
    fn cut_bytes_are_refused() {
        for algorithm in ALGORITHMS {
            let mut tree = CompactTree::new(algorithm);
            tree.push(algorithm.leaf(b"one"));
            let bytes = tree.encode();
            for end in 0..bytes.len() {
                assert!(CompactTree::decode(algorithm, &bytes[..end]).is_err(), "{end} bytes");
            }
        }
    }
}
