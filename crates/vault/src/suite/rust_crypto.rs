//! Both suites by the RustCrypto crates: GCM, HMAC and HKDF over their ciphers and hashes.

use std::marker::PhantomData;

use aes_gcm::aead::consts::{U12, U16, U32};
use aes_gcm::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser};
use aes_gcm::aes::{Aes256, Aes256Enc};
use aes_gcm::{AeadInOut, AesGcm, Key};
use hkdf::Hkdf;
use hmac::digest::{Digest, OutputSizeUser};
use hmac::{EagerHash, Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroize;

use super::provider::{KEY_BYTES, Mac, NONCE_BYTES, Refused, SuiteProvider, TAG_BYTES};

/// AES-256-GCM and SHA-256. GCM never runs AES backwards, so the decryption half of the key schedule is left out there.
pub(crate) type International = RustCrypto<Sha256, Aes256Enc, Aes256>;

/// SM4-GCM (GB/T 32907, RFC 8998) and SM3 (GB/T 32905): neither audited nor certified. SM4 here looks up a table, so its time may tell something about
/// a key to whoever shares the processor's cache.
pub(crate) type Guomi = RustCrypto<Sm3, Sm4, Sm4>;

/// A hash, the cipher that GCM encrypts by, and the cipher of one block.
pub(crate) struct RustCrypto<H, G, C>(PhantomData<(H, G, C)>);

/// GCM with 96-bit nonces and 128-bit tags (NIST SP 800-38D). The crate calls its mode after AES and takes any cipher with blocks of 128 bits.
type Gcm<C> = AesGcm<C, U12>;

/// The first bytes of a key, as many as the cipher takes. The id of a key is computed from all of it, so it commits to these as well.
fn cipher_key<C: KeyInit>(key: &[u8; KEY_BYTES]) -> &Key<C> {
    match key.get(..C::key_size()).and_then(Key::<C>::slice_as_array) {
        Some(key) => key,
        None => unreachable!("AES-256 takes 32 bytes and SM4 16"),
    }
}

impl<H, G, C> SuiteProvider for RustCrypto<H, G, C>
where
    H: EagerHash<Core: OutputSizeUser<OutputSize = U32>> + OutputSizeUser<OutputSize = U32>,
    G: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
    C: BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    type Mac = Hmac<H>;

    fn digest(label: &[u8], bytes: &[u8]) -> [u8; 32] {
        <H as Digest>::new().chain_update(label).chain_update(bytes).finalize().into()
    }

    /// RFC 2104 pads the key with zeros to a block of the hash; giving it padded cannot fail.
    fn keyed(key: &[u8; 32]) -> Hmac<H> {
        let mut block = Key::<Hmac<H>>::default();
        block[..32].copy_from_slice(key);
        let mac = Hmac::new(&block);
        block.as_mut_slice().zeroize();
        mac
    }

    fn derive(master: &[u8], label: &str, secret: &mut [u8]) {
        if Hkdf::<H>::new(None, master).expand(label.as_bytes(), secret).is_err() {
            unreachable!("HKDF gives 8,160 bytes, and no secret has more than 32");
        }
    }

    fn encrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> [u8; TAG_BYTES] {
        match Gcm::<G>::new(cipher_key::<G>(key)).encrypt_inout_detached(nonce.into(), aad, buffer.into()) {
            Ok(tag) => tag.into(),
            Err(_) => unreachable!("GCM takes 64 GiB, and every caller has a limit far below"),
        }
    }

    fn decrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Refused> {
        Gcm::<G>::new(cipher_key::<G>(key))
            .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
            .map_err(|_| Refused)
    }

    fn encrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        C::new(cipher_key::<C>(key)).encrypt_block(&mut block);
        block.into()
    }

    fn decrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        C::new(cipher_key::<C>(key)).decrypt_block(&mut block);
        block.into()
    }
}

impl<H: EagerHash<Core: OutputSizeUser<OutputSize = U32>>> Mac for Hmac<H> {
    fn update(&mut self, bytes: &[u8]) {
        hmac::Mac::update(self, bytes);
    }

    fn finish(self) -> [u8; 32] {
        self.finalize().into_bytes().into()
    }
}
