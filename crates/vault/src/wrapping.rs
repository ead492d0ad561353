//! Under what the records of a vault lie.

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::provider::{KeyProvider, KeyProviderError, RootId};
use crate::record::{Label, associated_data};
use crate::suite::CipherSuite;

/// Whose records they are, by which algorithms they are encrypted, and under which root key their keys are wrapped.
#[derive(Clone, Copy)]
pub(crate) struct Wrapping<'a> {
    pub(crate) suite: CipherSuite,
    pub(crate) log_id: Uuid,
    pub(crate) provider: &'a dyn KeyProvider,
    pub(crate) root: RootId,
}

impl Wrapping<'_> {
    /// Wraps a key into the room that the format has for it.
    pub(crate) fn wrap<const WRAPPED: usize>(
        &self,
        label: Label,
        bucket: u32,
        key: &[u8],
    ) -> Result<[u8; WRAPPED], VaultError> {
        let aad = associated_data(label, self.log_id, bucket);
        let wrapped = self.provider.wrap(self.root, &aad, key).map_err(VaultError::Provider)?;
        wrapped
            .as_slice()
            .try_into()
            .map_err(|_| VaultError::WrappedLength { expected: WRAPPED, found: wrapped.len() })
    }

    /// Unwraps what was wrapped so.
    pub(crate) fn unwrap(
        &self,
        label: Label,
        bucket: u32,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.provider.unwrap(self.root, &associated_data(label, self.log_id, bucket), wrapped)
    }
}
