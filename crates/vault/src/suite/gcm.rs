//! GCM with 96-bit nonces and 128-bit tags (NIST SP 800-38D) over any block cipher: the only way to it in this crate.

use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::aes::cipher::{BlockCipherEncrypt, BlockSizeUser};
use aes_gcm::{AeadInOut, AesGcm, Key, KeyInit};

use super::provider::{NONCE_BYTES, Refused, TAG_BYTES};

/// The crate calls its mode after AES and takes any cipher with blocks of 128 bits.
type Gcm<C> = AesGcm<C, U12>;

pub(super) fn encrypt<C>(
    key: &Key<C>,
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    buffer: &mut [u8],
) -> [u8; TAG_BYTES]
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    match Gcm::<C>::new(key).encrypt_inout_detached(nonce.into(), aad, buffer.into()) {
        Ok(tag) => tag.into(),
        Err(_) => unreachable!("GCM takes 64 GiB, and every caller has a limit far below"),
    }
}

pub(super) fn decrypt<C>(
    key: &Key<C>,
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), Refused>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    Gcm::<C>::new(key)
        .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
        .map_err(|_| Refused)
}
