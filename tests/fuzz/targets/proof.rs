//! What auditors and witnesses exchange as text: proofs, checkpoints, notes, requests to a witness, public keys.

#![no_main]

use std::fmt::Display;

use libfuzzer_sys::fuzz_target;
use sigeyi_proof::{Checkpoint, LogProof, Note, SignedCheckpoint, VerifierKey, WitnessRequest};

fuzz_target!(|bytes: &[u8]| {
    written_again(bytes, LogProof::parse(bytes));
    written_again(bytes, SignedCheckpoint::parse(bytes));
    written_again(bytes, Note::parse(bytes));
    written_again(bytes, WitnessRequest::parse(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        written_again(bytes, Checkpoint::parse(text));
        written_again(bytes, VerifierKey::parse(text));
    }
});

/// There is one way to write each.
fn written_again<T: Display, E>(bytes: &[u8], read: Result<T, E>) {
    if let Ok(read) = read {
        assert_eq!(read.to_string().as_bytes(), bytes);
    }
}
