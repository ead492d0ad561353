//! That nothing was altered: a Merkle tree over the stored bytes of events as in RFC 6962 (kept by RFC 9162), proofs of inclusion and of consistency, tiles,
//! signed checkpoints, cosignatures of witnesses, and proofs as text. `docs/proofs.md` says what is proved by what.
//!
//! Every tree is told which hash it is of, since suite 2 uses SM3 where suite 1 uses SHA-256, and a log's suite is known when its directory is opened.
//! What is read here comes from anybody: every reader takes one form of each text, has a limit, and gives an error of its own.

mod checkpoint;
mod consistency;
mod growth;
mod hash;
mod heads;
mod heads_behind;
mod inclusion;
mod key;
mod log_proof;
mod nodes;
mod note;
mod signer;
mod sm2;
mod sm3_lanes;
#[cfg(test)]
mod tests;
mod tile;
mod tiled;
mod tree;
mod trust;
mod witness_request;
mod words;

pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use consistency::{ConsistencyError, consistency_path, verify_consistency};
pub use growth::Growth;
pub use hash::{Hash, HashAlgorithm, sha256};
pub use heads::{HeadPath, Heads, PERSON_HEAD_BYTES, PersonHead, PersonId};
pub use heads_behind::{HEADS_BEHIND_EVENTS_MAX, HeadsBehind, HeadsFault, HeadsStatement};
pub use inclusion::{InclusionError, PATH_HASHES_MAX, inclusion_path, verify_inclusion};
pub use key::{
    KEY_NAME_BYTES_MAX, KEY_TEXT_BYTES_MAX, KeyError, SignatureError, SignatureType, Signed, VerifierKey,
};
pub use log_proof::{EXTRA_BYTES_MAX, LogProof, LogProofError, NotProved, PROOF_BYTES_MAX};
pub use nodes::{LeafHashes, LeafMissing, Nodes, root_of};
pub use note::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, Note, NoteError, NoteSignature};
pub use signer::{Cosigner, CosignerAt, Ed25519Signer, NoRandomness, NoteSigner, SignError, new_seed};
pub use sm2::Sm2Signer;
pub use tile::{
    TILE_BYTES, TILE_HASHES, TILE_HEIGHT, Tile, TileId, TileLengthError, TilePathError, parse_tile_index,
    tile_index,
};
pub use tiled::{TileMaker, TileStore, Tiled};
pub use tree::{CompactTree, TreeDecodeError};
pub use trust::{Distrust, TRUSTED_KEYS_MAX, Trust, TrustError, Trusted};
pub use witness_request::{
    CONSISTENCY_HASHES_MAX, WITNESS_REQUEST_BYTES_MAX, WitnessRequest, WitnessRequestError,
};
pub use words::base64;
