//! Who holds the root key.

use std::error::Error;

use thiserror::Error;
use zeroize::Zeroizing;

/// Holds a root key and uses it on our behalf: a file, a command, a hardware module.
///
/// A wrapped key is nonce (12) ‖ AES-256-GCM ciphertext and tag, 28 bytes longer than the key. Only the master secret and the
/// bucket keys are wrapped, so a start asks once for every 4,096 persons. While a vault opens, several threads ask at once.
pub trait KeyProvider: Send + Sync {
    /// Wraps `plaintext` under the root key. `aad` is bound to it and not kept in it.
    ///
    /// # Errors
    /// [`KeyProviderError::Unavailable`], or [`KeyProviderError::TooLong`] for what is no key.
    fn wrap(&self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError>;

    /// Unwraps what [`wrap`](Self::wrap) gave for the same `aad`.
    ///
    /// # Errors
    /// [`KeyProviderError::Refused`] when it was wrapped under another root key or for another `aad`, or was altered.
    fn unwrap(&self, aad: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyProviderError>;
}

/// Why a key was not wrapped or unwrapped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyProviderError {
    /// The wrapped key does not open under this root key and associated data.
    #[error("the root key does not open the wrapped key")]
    Refused,
    /// Longer than any key that is wrapped.
    #[error("{bytes} bytes are too many to wrap")]
    TooLong {
        /// Length of what was to be wrapped, in bytes.
        bytes: usize,
    },
    /// The provider could not be asked. It may be tried again.
    #[error("the key provider did not answer")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
