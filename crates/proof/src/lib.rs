//! Merkle tree over the stored bytes of events, as in RFC 6962 section 2.1 (kept by RFC 9162).
//!
//! The tree is generic over its hash, since suite 2 will use SM3 where suite 1 uses SHA-256.

mod hash;
mod tree;

pub use hash::{Hash, Sha256, TreeHash, sha256};
pub use tree::{CompactTree, TreeDecodeError};
