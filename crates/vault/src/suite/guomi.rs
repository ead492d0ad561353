//! SM4-GCM (GB/T 32907, RFC 8998) and SM3 (GB/T 32905), by the RustCrypto crates: neither audited nor certified. SM4 here looks up a table,
//! so its time may tell something about a key to whoever shares the processor's cache.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac as _};
use sm3::{Digest, Sm3};
use sm4::Sm4;
use sm4::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
use zeroize::Zeroize;

use super::gcm;
use super::provider::{KEY_BYTES, Mac, NONCE_BYTES, Refused, SuiteProvider, TAG_BYTES};

pub(crate) struct Guomi;

/// A key of SM4 has 128 bits.
const CIPHER_KEY_BYTES: usize = 16;

/// The first half of a key. The id of a key is computed from all of it, so it commits to this half as well.
fn cipher_key(key: &[u8; KEY_BYTES]) -> &[u8; CIPHER_KEY_BYTES] {
    let [first, _] = key.as_chunks().0 else { unreachable!("32 bytes are two halves of 16") };
    first
}

impl SuiteProvider for Guomi {
    type Mac = Hmac<Sm3>;

    fn digest(label: &[u8], bytes: &[u8]) -> [u8; 32] {
        Sm3::new().chain_update(label).chain_update(bytes).finalize().into()
    }

    /// RFC 2104 pads the key with zeros to the block of 64; giving it padded cannot fail.
    fn keyed(key: &[u8; 32]) -> Hmac<Sm3> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        let mac = Hmac::new((&block).into());
        block.zeroize();
        mac
    }

    fn derive(master: &[u8], label: &str, secret: &mut [u8]) {
        if Hkdf::<Sm3>::new(None, master).expand(label.as_bytes(), secret).is_err() {
            unreachable!("HKDF gives 8,160 bytes, and no secret has more than 32");
        }
    }

    fn encrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> [u8; TAG_BYTES] {
        gcm::encrypt::<Sm4>(cipher_key(key).into(), nonce, aad, buffer)
    }

    fn decrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Refused> {
        gcm::decrypt::<Sm4>(cipher_key(key).into(), nonce, aad, buffer, tag)
    }

    fn encrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        Sm4::new(cipher_key(key).into()).encrypt_block(&mut block);
        block.into()
    }

    fn decrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        Sm4::new(cipher_key(key).into()).decrypt_block(&mut block);
        block.into()
    }
}

impl Mac for Hmac<Sm3> {
    fn update(&mut self, bytes: &[u8]) {
        hmac::Mac::update(self, bytes);
    }

    fn finish(self) -> [u8; 32] {
        self.finalize().into_bytes().into()
    }
}
