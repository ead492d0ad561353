//! AES-256-GCM with 96-bit nonces and 128-bit tags (NIST SP 800-38D): the only way to the cipher in this crate.

use aes_gcm::aead::consts::U12;
use aes_gcm::aes::Aes256Enc;
use aes_gcm::{AeadInOut, AesGcm, KeyInit};

pub(crate) const KEY_BYTES: usize = 32;
pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;

/// GCM never runs AES backwards, so the decryption half of the key schedule is left out.
type Cipher = AesGcm<Aes256Enc, U12>;

/// The tag does not fit: another key, nonce or associated data, or altered bytes.
#[derive(Debug)]
pub(crate) struct Refused;

/// Encrypts `buffer` in place and gives its tag.
pub(crate) fn encrypt(
    key: &[u8; KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    buffer: &mut [u8],
) -> [u8; TAG_BYTES] {
    match Cipher::new(key.into()).encrypt_inout_detached(nonce.into(), aad, buffer.into()) {
        Ok(tag) => tag.into(),
        Err(_) => unreachable!("GCM takes 64 GiB, and every caller has a limit far below"),
    }
}

/// Decrypts `buffer` in place. The tag is checked first: what is refused stays as it was.
pub(crate) fn decrypt(
    key: &[u8; KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), Refused> {
    Cipher::new(key.into())
        .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
        .map_err(|_| Refused)
}
