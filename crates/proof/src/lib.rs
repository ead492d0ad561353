//! Merkle tree over the stored bytes of events, as in RFC 6962 section 2.1 (kept by RFC 9162).
//!
//! Every tree is told which hash it is of, since suite 2 uses SM3 where suite 1 uses SHA-256, and a log's suite is known when its directory is opened.

mod hash;
mod tree;

pub use hash::{Hash, HashAlgorithm, sha256};
pub use tree::{CompactTree, TreeDecodeError};
