//! Trees, keys and checkpoints that the tests share.

use crate::*;

pub(crate) const ORIGIN: &str = "log.example/sigeyi";

pub(crate) fn leaf_bytes(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|n| format!("leaf {n}").into_bytes()).collect()
}

pub(crate) fn leaf_hashes(algorithm: HashAlgorithm, count: u64) -> Vec<Hash> {
    leaf_bytes(count).iter().map(|leaf| algorithm.leaf(leaf)).collect()
}

pub(crate) fn log_signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

pub(crate) fn witness(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/{number}"), &[100 + number; 32]).unwrap()
}

/// The log's key, and that of the first witness, who must have cosigned.
pub(crate) fn trust() -> Trust {
    let keys = vec![log_signer().verifier_key().clone()];
    Trust::new(keys, vec![witness(1).verifier_key().clone()], 1).unwrap()
}

pub(crate) fn checkpoint_of(leaves: &[Hash]) -> Checkpoint {
    let algorithm = HashAlgorithm::Sha256;
    let size = leaves.len() as u64;
    let root = root_of(algorithm, &LeafHashes { algorithm, leaves }, size).unwrap();
    Checkpoint { origin: ORIGIN.to_owned(), size, root }
}

/// Signed by the log and cosigned by the first witness.
pub(crate) fn signed(checkpoint: Checkpoint) -> SignedCheckpoint {
    let mut signed = checkpoint.sign(&log_signer()).unwrap();
    let cosignature = NoteSignature::make(signed.note().text(), &witness(1).at(1_700_000_000)).unwrap();
    signed.add(cosignature).unwrap();
    signed
}

/// A proof that leaf `index` of so many is in the log, with the leaf as what is carried besides.
pub(crate) fn proof(index: u64, count: u64) -> LogProof {
    let algorithm = HashAlgorithm::Sha256;
    let leaves = leaf_hashes(algorithm, count);
    let path = inclusion_path(algorithm, &LeafHashes { algorithm, leaves: &leaves }, index, count).unwrap();
    let extra = leaf_bytes(count).swap_remove(index as usize);
    LogProof { extra: Some(extra), index, path, checkpoint: signed(checkpoint_of(&leaves)) }
}
