//! Names of a person key: its number and its id.

use sha2::{Digest, Sha256};

use crate::KEYS_PER_BUCKET;

/// What commits to a person key: `SHA-256("sigeyi person key v0" ‖ key)`.
///
/// A GCM ciphertext can be made to open under two keys; the id says under which of them it is to be read.
pub type KeyId = [u8; 32];

const LABEL: &[u8] = b"sigeyi person key v0";

/// Number of a person key, from 0 in the order of enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyNumber(pub u32);

impl KeyNumber {
    /// Number of the bucket in which the key lies.
    pub(crate) fn bucket(self) -> usize {
        (self.0 / KEYS_PER_BUCKET) as usize
    }

    /// Place of the key in its bucket.
    pub(crate) fn slot(self) -> usize {
        (self.0 % KEYS_PER_BUCKET) as usize
    }
}

pub(crate) fn id_of(key: &[u8; 32]) -> KeyId {
    Sha256::new().chain_update(LABEL).chain_update(key).finalize().into()
}
