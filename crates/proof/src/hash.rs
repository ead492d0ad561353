//! The two domain-separated hashes of a tree.

use ring::digest::{Context, SHA256, digest};

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
        let mut context = Context::new(&SHA256);
        context.update(&[0]);
        context.update(bytes);
        hash(context.finish())
    }

    fn node(left: &Hash, right: &Hash) -> Hash {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(left);
        bytes[33..].copy_from_slice(right);
        sha256(&bytes)
    }
}

/// Plain SHA-256, for content hashes of plans and divisions.
pub fn sha256(bytes: &[u8]) -> Hash {
    hash(digest(&SHA256, bytes))
}

fn hash(digest: ring::digest::Digest) -> Hash {
    let mut hash = [0; 32];
    // SHA-256 gives as many bytes.
    hash.copy_from_slice(digest.as_ref());
    hash
}
