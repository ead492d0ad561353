//! The two domain-separated hashes of a tree.

use sha2::Digest;

/// A leaf, node or root hash: 32 bytes in both suites.
pub type Hash = [u8; 32];

/// How leaves and nodes are hashed.
pub trait TreeHash {
    /// The root of the tree without leaves: the hash of nothing.
    fn empty() -> Hash;
    /// `H(0x00 ‖ leaf)`, RFC 6962 section 2.1.
    fn leaf(bytes: &[u8]) -> Hash;
    /// `H(0x01 ‖ left ‖ right)`, RFC 6962 section 2.1.
    fn node(left: &Hash, right: &Hash) -> Hash;
}

/// Suite 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256;

impl TreeHash for Sha256 {
    fn empty() -> Hash {
        sha256(b"")
    }

    fn leaf(bytes: &[u8]) -> Hash {
        sha2::Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
    }

    fn node(left: &Hash, right: &Hash) -> Hash {
        sha2::Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
    }
}

/// Plain SHA-256, for content hashes of plans and divisions.
pub fn sha256(bytes: &[u8]) -> Hash {
    sha2::Sha256::digest(bytes).into()
}
