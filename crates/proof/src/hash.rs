//! The two domain-separated hashes of a tree, by the algorithm of a log's suite.

use ring::digest::{Context, SHA256, digest};
use sm3::{Digest, Sm3};

use crate::sm3_lanes;

/// A leaf, node or root hash: 32 bytes in both suites.
pub type Hash = [u8; 32];

/// So many messages are hashed sooner side by side than one after the other, whatever the processor.
const LANES_FROM: usize = 3;

/// How leaves and nodes are hashed: decided once for a log, when its directory is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// Suite 1: FIPS 180-4.
    Sha256,
    /// Suite 2: GB/T 32905-2016.
    Sm3,
}

impl HashAlgorithm {
    /// The algorithm of a suite, by the number that stored events and the manifest give it.
    pub fn of_suite(suite: u8) -> Option<HashAlgorithm> {
        match suite {
            1 => Some(HashAlgorithm::Sha256),
            2 => Some(HashAlgorithm::Sm3),
            _ => None,
        }
    }

    /// The number of the suite that hashes so.
    pub fn suite(self) -> u8 {
        match self {
            HashAlgorithm::Sha256 => 1,
            HashAlgorithm::Sm3 => 2,
        }
    }

    /// `H(bytes)`, without domain separation.
    pub fn digest(self, bytes: &[u8]) -> Hash {
        match self {
            HashAlgorithm::Sha256 => sha256(bytes),
            HashAlgorithm::Sm3 => Sm3::digest(bytes).into(),
        }
    }

    /// The root of the tree without leaves: the hash of nothing.
    pub fn empty(self) -> Hash {
        self.digest(b"")
    }

    /// `H(0x00 ‖ leaf)`, RFC 6962 section 2.1.
    pub fn leaf(self, bytes: &[u8]) -> Hash {
        match self {
            HashAlgorithm::Sha256 => {
                let mut context = Context::new(&SHA256);
                context.update(&[0]);
                context.update(bytes);
                hash(context.finish())
            }
            HashAlgorithm::Sm3 => Sm3::new().chain_update([0]).chain_update(bytes).finalize().into(),
        }
    }

    /// `H(0x01 ‖ left ‖ right)`, RFC 6962 section 2.1.
    pub fn node(self, left: &Hash, right: &Hash) -> Hash {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(left);
        bytes[33..].copy_from_slice(right);
        self.digest(&bytes)
    }

    /// [`leaf`](Self::leaf) of each, which is quicker for many with SM3.
    pub fn leaves<L: AsRef<[u8]>>(self, leaves: &[L]) -> Vec<Hash> {
        match self {
            HashAlgorithm::Sm3 if leaves.len() >= LANES_FROM => sm3_lanes::digests(0, leaves),
            HashAlgorithm::Sha256 | HashAlgorithm::Sm3 => {
                leaves.iter().map(|leaf| self.leaf(leaf.as_ref())).collect()
            }
        }
    }

    /// [`node`](Self::node) of each pair, which is quicker for many with SM3.
    pub fn nodes(self, pairs: &[[Hash; 2]]) -> Vec<Hash> {
        match self {
            HashAlgorithm::Sm3 if pairs.len() >= LANES_FROM => {
                let pairs: Vec<&[u8]> = pairs.iter().map(|pair| pair.as_flattened()).collect();
                sm3_lanes::digests(1, &pairs)
            }
            HashAlgorithm::Sha256 | HashAlgorithm::Sm3 => {
                pairs.iter().map(|[left, right]| self.node(left, right)).collect()
            }
        }
    }
}

/// Plain SHA-256, for what is hashed so in every suite: content hashes of plans, divisions and files.
pub fn sha256(bytes: &[u8]) -> Hash {
    hash(digest(&SHA256, bytes))
}

fn hash(digest: ring::digest::Digest) -> Hash {
    let mut hash = [0; 32];
    // SHA-256 gives as many bytes.
    hash.copy_from_slice(digest.as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(hash: Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn nothing_hashes_to_the_published_values() {
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let sm3 = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
        assert_eq!(hex(HashAlgorithm::Sha256.empty()), sha256);
        assert_eq!(hex(HashAlgorithm::Sm3.empty()), sm3);
    }

    #[test]
    fn abc_hashes_to_the_value_of_the_standard() {
        // GB/T 32905-2016, annex A.1; FIPS 180-4's example.
        let sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(HashAlgorithm::Sm3.digest(b"abc")), sm3);
        assert_eq!(hex(HashAlgorithm::Sha256.digest(b"abc")), sha256);
    }

    #[test]
    fn leaves_and_nodes_are_told_apart_by_their_first_byte() {
        for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sm3] {
            let (left, right) = ([7; 32], [9; 32]);
            let joined = [&[1][..], &left, &right].concat();
            assert_eq!(algorithm.node(&left, &right), algorithm.digest(&joined));
            assert_eq!(algorithm.leaf(b"leaf"), algorithm.digest(b"\0leaf"));
        }
    }

    #[test]
    fn many_leaves_and_nodes_hash_as_one_by_one() {
        let leaves: Vec<Vec<u8>> = (0..200).map(|length| vec![length as u8; length]).collect();
        let pairs: Vec<[Hash; 2]> = (0..200).map(|at| [[at; 32], [at ^ 0x55; 32]]).collect();
        for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sm3] {
            for count in [0, 1, 2, 3, 200] {
                let (leaves, pairs) = (&leaves[..count], &pairs[..count]);
                let one_by_one: Vec<Hash> = leaves.iter().map(|leaf| algorithm.leaf(leaf)).collect();
                assert_eq!(algorithm.leaves(leaves), one_by_one);
                let one_by_one: Vec<Hash> =
                    pairs.iter().map(|[left, right]| algorithm.node(left, right)).collect();
                assert_eq!(algorithm.nodes(pairs), one_by_one);
            }
        }
    }

    #[test]
    fn a_suite_has_its_algorithm_and_the_algorithm_its_suite() {
        let known: Vec<_> = (0..=u8::MAX).filter_map(HashAlgorithm::of_suite).collect();
        assert_eq!(known, [HashAlgorithm::Sha256, HashAlgorithm::Sm3]);
        for algorithm in known {
            assert_eq!(HashAlgorithm::of_suite(algorithm.suite()), Some(algorithm));
        }
    }
}
