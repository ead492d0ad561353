//! Names of a person key: its number and its id.

use crate::KEYS_PER_BUCKET;
use crate::suite::CipherSuite;

/// What commits to a person key: `H("sigeyi person key v0" ‖ key)`, where `H` is the hash of the vault's suite.
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

pub(crate) fn id_of(suite: CipherSuite, key: &[u8; 32]) -> KeyId {
    suite.digest(LABEL, key)
}
