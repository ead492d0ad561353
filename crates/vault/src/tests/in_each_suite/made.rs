//! Root keys and vaults of the suite that the tests around run in.

use std::sync::Arc;

use super::super::{LOG, ROOT_HEX};
use super::SUITE;
use crate::wrapping::Wrapping;
use crate::{KeyProvider, RootId, RootKey, Vault, VaultError};

pub(in super::super) fn root() -> Arc<RootKey> {
    Arc::new(RootKey::from_hex(SUITE, ROOT_HEX).unwrap())
}

/// A vault with admitted buckets, and the payloads that a caller would have made durable.
pub(in super::super) fn vault_with(buckets: usize) -> (Vault, Vec<Vec<u8>>) {
    let (vault, secrets) = Vault::create(SUITE, LOG, root(), root().id()).unwrap();
    let mut payloads = vec![secrets];
    for _ in 0..buckets {
        let record = vault.make_bucket().unwrap();
        payloads.push(record.payload().to_vec());
        vault.admit(record).unwrap();
    }
    (vault, payloads)
}

pub(super) fn vault_of(provider: Arc<dyn KeyProvider>, payloads: &[Vec<u8>]) -> Result<Vault, VaultError> {
    Vault::open(SUITE, LOG, provider, payloads)
}

pub(super) fn wrapping(provider: &dyn KeyProvider, root: RootId) -> Wrapping<'_> {
    Wrapping { suite: SUITE, log_id: LOG, provider, root }
}
