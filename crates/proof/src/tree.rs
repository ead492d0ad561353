//! A tree of which only the roots of its full subtrees are kept: enough to append and to tell the root.

use std::marker::PhantomData;

use crate::{Hash, TreeHash};

/// The right edge of a tree: one hash per one-bit of its size, largest subtree first. Appending costs one node hash on average.
#[derive(Debug)]
pub struct CompactTree<H> {
    size: u64,
    subtrees: Vec<Hash>,
    hash: PhantomData<H>,
}

// Written by hand: deriving would ask the hash marker to be `Clone` as well.
impl<H> Clone for CompactTree<H> {
    fn clone(&self) -> Self {
        CompactTree { size: self.size, subtrees: self.subtrees.clone(), hash: PhantomData }
    }
}

/// Bytes that are not a tree's [`CompactTree::encode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored tree has {actual} bytes where {expected} are due")]
pub struct TreeDecodeError {
    expected: usize,
    actual: usize,
}

impl<H> Default for CompactTree<H> {
    fn default() -> Self {
        CompactTree { size: 0, subtrees: Vec::new(), hash: PhantomData }
    }
}

impl<H: TreeHash> CompactTree<H> {
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = H::node(&left, &node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        match subtrees.next() {
            None => H::empty(),
            Some(smallest) => subtrees.fold(*smallest, |right, left| H::node(left, &right)),
        }
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
    pub fn decode(bytes: &[u8]) -> Result<Self, TreeDecodeError> {
        let Some((size, hashes)) = bytes.split_first_chunk::<8>() else {
            return Err(TreeDecodeError { expected: 8, actual: bytes.len() });
        };
        let size = u64::from_be_bytes(*size);
        let expected = size.count_ones() as usize * 32;
        if hashes.len() != expected {
            return Err(TreeDecodeError { expected: expected + 8, actual: bytes.len() });
        }
        let subtrees = hashes.as_chunks::<32>().0.to_vec();
        Ok(CompactTree { size, subtrees, hash: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256;

    /// The definition of RFC 6962 section 2.1, word by word: slow, and not how the tree is kept.
    fn definition(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::empty(),
            [one] => Sha256::leaf(one),
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                Sha256::node(&definition(&leaves[..split]), &definition(&leaves[split..]))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let leaves: Vec<Vec<u8>> = (0..130_u32).map(|n| n.to_be_bytes().repeat(n as usize % 5)).collect();
        let mut tree = CompactTree::<Sha256>::default();
        for size in 0..leaves.len() {
            assert_eq!(tree.root(), definition(&leaves[..size]), "size {size}");
            let decoded = CompactTree::<Sha256>::decode(&tree.encode()).unwrap();
            assert_eq!((decoded.size(), decoded.root()), (tree.size(), tree.root()));
            tree.push(Sha256::leaf(&leaves[size]));
        }
    }

    #[test]
    fn the_empty_root_is_the_published_one() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let root: String =
            CompactTree::<Sha256>::default().root().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(root, expected);
    }

    #[test]
    fn cut_bytes_are_refused() {
        let mut tree = CompactTree::<Sha256>::default();
        tree.push(Sha256::leaf(b"one"));
        let bytes = tree.encode();
        for end in 0..bytes.len() {
            assert!(CompactTree::<Sha256>::decode(&bytes[..end]).is_err(), "{end} bytes");
        }
    }
}
