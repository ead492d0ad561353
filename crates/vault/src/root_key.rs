//! A root key in memory, as `vault/root.key` holds it.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::provider::{KeyProvider, KeyProviderError, RootId};
use crate::random;
use crate::suite::{CipherSuite, KEY_BYTES, NONCE_BYTES, TAG_BYTES};

/// What is wrapped at most, in bytes. The longest key is the master secret, with 64.
const WRAPPED_PLAINTEXT_BYTES_MAX: usize = 1024;

const LABEL: &[u8] = b"sigeyi root key v0";

/// The 32 bytes under which all other keys are wrapped, and the suite of the vault that they are for. Zeroed when dropped.
pub struct RootKey {
    suite: CipherSuite,
    key: Zeroizing<[u8; KEY_BYTES]>,
}

impl RootKey {
    /// A new random root key.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    #[must_use]
    pub fn generate(suite: CipherSuite) -> Self {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        random::fill_secret(&mut *key);
        Self { suite, key }
    }

    /// Reads 64 hexadecimal digits, with or without one line feed after them.
    ///
    /// # Errors
    /// [`RootKeyError`] says what is wrong, and shows nothing of the text.
    pub fn from_hex(suite: CipherSuite, text: &str) -> Result<Self, RootKeyError> {
        let digits = text.strip_suffix('\n').unwrap_or(text).as_bytes();
        if digits.len() != 2 * KEY_BYTES {
            return Err(RootKeyError::Length { bytes: digits.len() });
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        for (byte, [high, low]) in key.iter_mut().zip(digits.as_chunks().0) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self { suite, key })
    }

    /// Names it and commits to it.
    #[must_use]
    pub fn id(&self) -> RootId {
        RootId(self.suite.digest(LABEL, self.key.as_slice()))
    }

    /// 64 hexadecimal digits and a line feed: the content of `vault/root.key`.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        // Made at its full length, so that no shorter copy is left behind in memory.
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY_BYTES + 1));
        for byte in self.key.iter() {
            text.extend(
                [byte >> 4, byte & 15].map(|four| char::from(b"0123456789abcdef"[usize::from(four)])),
            );
        }
        text.push('\n');
        text
    }
}

fn digit(byte: u8) -> Result<u8, RootKeyError> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        b'A'..=b'F' => Ok(byte - b'A' + 10),
        _ => Err(RootKeyError::Digit),
    }
}

impl RootKey {
    fn checked(&self, root: RootId) -> Result<(), KeyProviderError> {
        if root == self.id() { Ok(()) } else { Err(KeyProviderError::RootUnknown(root)) }
    }
}

/// One root key that stays what it is.
impl KeyProvider for RootKey {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        self.checked(root)?;
        if plaintext.len() > WRAPPED_PLAINTEXT_BYTES_MAX {
            return Err(KeyProviderError::TooLong { bytes: plaintext.len() });
        }
        let nonce = random::nonce();
        let mut wrapped = Vec::with_capacity(NONCE_BYTES + plaintext.len() + TAG_BYTES);
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(plaintext);
        let tag = self.suite.encrypt(&self.key, &nonce, aad, &mut wrapped[NONCE_BYTES..]);
        wrapped.extend_from_slice(&tag);
        Ok(wrapped)
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.checked(root)?;
        let (nonce, rest) = wrapped.split_first_chunk().ok_or(KeyProviderError::Refused)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(KeyProviderError::Refused)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let opened = self.suite.decrypt(&self.key, nonce, aad, &mut plaintext, tag);
        opened.map_err(|_| KeyProviderError::Refused)?;
        Ok(plaintext)
    }

    fn unnamed_root(&self) -> Result<RootId, KeyProviderError> {
        Ok(self.id())
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        Err(KeyProviderError::Fixed)
    }

    fn destroy(&self, _: RootId) -> Result<(), KeyProviderError> {
        Err(KeyProviderError::Fixed)
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RootKey").finish_non_exhaustive()
    }
}

/// Why a text is no root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RootKeyError {
    /// Not 64 digits and a line feed.
    #[error("a root key is 64 hexadecimal digits, not {bytes} bytes")]
    Length {
        /// Length of the text without its line feed, in bytes.
        bytes: usize,
    },
    /// A character that is no hexadecimal digit.
    #[error("a root key has only hexadecimal digits")]
    Digit,
}
