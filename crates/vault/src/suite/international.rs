//! AES-256-GCM and SHA-256, by the RustCrypto crates.

use aes_gcm::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
use aes_gcm::aes::{Aes256, Aes256Enc};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use super::gcm;
use super::provider::{KEY_BYTES, Mac, NONCE_BYTES, Refused, SuiteProvider, TAG_BYTES};

pub(crate) struct International;

/// GCM never runs AES backwards, so the decryption half of the key schedule is left out.
type GcmCipher = Aes256Enc;

impl SuiteProvider for International {
    type Mac = Hmac<Sha256>;

    fn digest(label: &[u8], bytes: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(label).chain_update(bytes).finalize().into()
    }

    /// RFC 2104 pads the key with zeros to the block of 64; giving it padded cannot fail.
    fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        let mac = Hmac::new((&block).into());
        block.zeroize();
        mac
    }

    fn derive(master: &[u8], label: &str, secret: &mut [u8]) {
        if Hkdf::<Sha256>::new(None, master).expand(label.as_bytes(), secret).is_err() {
            unreachable!("HKDF gives 8,160 bytes, and no secret has more than 32");
        }
    }

    fn encrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> [u8; TAG_BYTES] {
        gcm::encrypt::<GcmCipher>(key.into(), nonce, aad, buffer)
    }

    fn decrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Refused> {
        gcm::decrypt::<GcmCipher>(key.into(), nonce, aad, buffer, tag)
    }

    fn encrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        Aes256::new(key.into()).encrypt_block(&mut block);
        block.into()
    }

    fn decrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        Aes256::new(key.into()).decrypt_block(&mut block);
        block.into()
    }
}

impl Mac for Hmac<Sha256> {
    fn update(&mut self, bytes: &[u8]) {
        hmac::Mac::update(self, bytes);
    }

    fn finish(self) -> [u8; 32] {
        self.finalize().into_bytes().into()
    }
}
