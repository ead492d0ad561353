//! Who holds the root keys.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use zeroize::Zeroizing;

/// Names a root key, and commits to it where the key itself is at hand: `H("sigeyi root key v0" ‖ key)`. A module that never shows its
/// keys may give any 32 bytes that name one of them for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootId(pub [u8; 32]);

/// Holds root keys and uses them on our behalf: files, a command, a hardware module.
///
/// A wrapped key is nonce (12) ‖ ciphertext and tag of GCM, 28 bytes longer than the key, or anything else of that length that only the
/// root key opens. Only the master secret and the bucket keys are wrapped, so a start asks once for every 4,096 persons. While a vault opens,
/// several threads ask at once.
pub trait KeyProvider: Send + Sync {
    /// Wraps `plaintext` under a root key. `aad` is bound to it and not kept in it.
    ///
    /// # Errors
    /// [`KeyProviderError::RootUnknown`], [`KeyProviderError::Unavailable`], or [`KeyProviderError::TooLong`] for what is no key.
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError>;

    /// Unwraps what [`wrap`](Self::wrap) gave for the same root key and `aad`.
    ///
    /// # Errors
    /// [`KeyProviderError::Refused`] when it was wrapped under another root key or for another `aad`, or was altered; those of `wrap`.
    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError>;

    /// The root key of a vault that was made before vaults named theirs.
    ///
    /// # Errors
    /// [`KeyProviderError::Unnamed`] when this provider never held one for such a vault.
    fn unnamed_root(&self) -> Result<RootId, KeyProviderError> {
        Err(KeyProviderError::Unnamed)
    }

    /// Makes a root key, durable when its name is given, beside those that are held.
    ///
    /// # Errors
    /// [`KeyProviderError::Fixed`] or [`KeyProviderError::Unavailable`].
    fn new_root(&self) -> Result<RootId, KeyProviderError>;

    /// Destroys a root key for ever. One that is not there is destroyed already, so this may be asked again.
    ///
    /// # Errors
    /// [`KeyProviderError::Fixed`] or [`KeyProviderError::Unavailable`].
    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError>;
}

/// Why a key provider did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyProviderError {
    /// The wrapped key does not open under this root key and associated data.
    #[error("the root key does not open the wrapped key")]
    Refused,
    /// It holds other root keys, or none.
    #[error("root key {0} is not held here")]
    RootUnknown(RootId),
    /// The vault does not say under which root key it lies, and this provider has none that could be meant.
    #[error("the vault names no root key, and the provider has none for such a vault")]
    Unnamed,
    /// Its one root key stays what it is.
    #[error("this provider neither makes nor destroys root keys")]
    Fixed,
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

/// A text that names no root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the id of a root key is 64 hexadecimal digits")]
pub struct RootIdError;

impl FromStr for RootId {
    type Err = RootIdError;

    fn from_str(text: &str) -> Result<Self, RootIdError> {
        let mut id = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != id.len() || !rest.is_empty() {
            return Err(RootIdError);
        }
        for (byte, [high, low]) in id.iter_mut().zip(pairs) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(RootIdError);
            *byte = (digit(*high)? << 4 | digit(*low)?) as u8;
        }
        Ok(Self(id))
    }
}

impl fmt::Display for RootId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for RootId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RootId({self})")
    }
}
