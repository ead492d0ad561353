//! Which algorithms a vault's keys are used with: the one place that chooses between their implementations.

mod provider;
mod rust_crypto;

use std::fmt;

use self::provider::{Mac, SuiteProvider};
use self::rust_crypto::{Guomi, International};

pub(crate) use self::provider::{KEY_BYTES, NONCE_BYTES, Refused, TAG_BYTES};

/// What a vault is made with, chosen when it is made and then the same for ever. Its first record says which.
///
/// Each has one implementation, a `SuiteProvider`; whoever has a better one, such as a certified module, puts it in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CipherSuite {
    /// AES-256-GCM, SHA-256, and HMAC and HKDF with it.
    Aes256GcmSha256,
    /// SM4-GCM, SM3, and HMAC and HKDF with it: 国密. By implementations that nobody has certified.
    Sm4GcmSm3,
}

impl CipherSuite {
    /// The hash of `label` ‖ `bytes`.
    pub(crate) fn digest(self, label: &[u8], bytes: &[u8]) -> [u8; 32] {
        match self {
            Self::Aes256GcmSha256 => International::digest(label, bytes),
            Self::Sm4GcmSm3 => Guomi::digest(label, bytes),
        }
    }

    /// Encrypts `buffer` in place and gives its tag.
    pub(crate) fn encrypt(
        self,
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> [u8; TAG_BYTES] {
        match self {
            Self::Aes256GcmSha256 => International::encrypt(key, nonce, aad, buffer),
            Self::Sm4GcmSm3 => Guomi::encrypt(key, nonce, aad, buffer),
        }
    }

    /// Decrypts `buffer` in place. The tag is checked first: what is refused stays as it was.
    pub(crate) fn decrypt(
        self,
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Refused> {
        match self {
            Self::Aes256GcmSha256 => International::decrypt(key, nonce, aad, buffer, tag),
            Self::Sm4GcmSm3 => Guomi::decrypt(key, nonce, aad, buffer, tag),
        }
    }

    /// One block of the cipher.
    pub(crate) fn encrypt_block(self, key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        match self {
            Self::Aes256GcmSha256 => International::encrypt_block(key, block),
            Self::Sm4GcmSm3 => Guomi::encrypt_block(key, block),
        }
    }

    /// The block that was encrypted.
    pub(crate) fn decrypt_block(self, key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        match self {
            Self::Aes256GcmSha256 => International::decrypt_block(key, block),
            Self::Sm4GcmSm3 => Guomi::decrypt_block(key, block),
        }
    }

    /// HKDF without salt, the label as info: fills `secret`, of 32 bytes at most.
    pub(crate) fn derive(self, master: &[u8], label: &str, secret: &mut [u8]) {
        match self {
            Self::Aes256GcmSha256 => International::derive(master, label, secret),
            Self::Sm4GcmSm3 => Guomi::derive(master, label, secret),
        }
    }

    /// HMAC with its key taken in.
    pub(crate) fn keyed(self, key: &[u8; 32]) -> Keyed {
        match self {
            Self::Aes256GcmSha256 => Keyed::International(International::keyed(key)),
            Self::Sm4GcmSm3 => Keyed::Guomi(Guomi::keyed(key)),
        }
    }
}

impl fmt::Display for CipherSuite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Aes256GcmSha256 => "AES-256-GCM and SHA-256",
            Self::Sm4GcmSm3 => "SM4-GCM and SM3",
        })
    }
}

/// A keyed digest of either suite, under way. Zeroes itself.
#[derive(Clone)]
pub(crate) enum Keyed {
    International(<International as SuiteProvider>::Mac),
    Guomi(<Guomi as SuiteProvider>::Mac),
}

impl Keyed {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::International(mac) => mac.update(bytes),
            Self::Guomi(mac) => mac.update(bytes),
        }
    }

    /// The first bytes of the digest.
    pub(crate) fn truncated<const BYTES: usize>(self) -> [u8; BYTES] {
        const { assert!(BYTES <= 32) };
        let digest = match self {
            Self::International(mac) => mac.finish(),
            Self::Guomi(mac) => mac.finish(),
        };
        std::array::from_fn(|at| digest[at])
    }
}
