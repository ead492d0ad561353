//! What an implementation of a suite gives.

pub(crate) const KEY_BYTES: usize = 32;
pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;

/// The tag does not fit: another key, nonce or associated data, or altered bytes.
#[derive(Debug)]
pub(crate) struct Refused;

/// The algorithms of one suite. A key has 32 bytes in both; a cipher whose key is shorter takes the first ones.
pub(crate) trait SuiteProvider {
    type Mac: Mac;

    /// The hash of `label` ‖ `bytes`.
    fn digest(label: &[u8], bytes: &[u8]) -> [u8; 32];

    /// HMAC under a key of 32 bytes.
    fn keyed(key: &[u8; 32]) -> Self::Mac;

    /// HKDF (RFC 5869) without salt, the label as info: fills `secret`, of 32 bytes at most.
    fn derive(master: &[u8], label: &str, secret: &mut [u8]);

    /// Encrypts `buffer` in place in GCM and gives its tag.
    fn encrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> [u8; TAG_BYTES];

    /// Decrypts `buffer` in place. The tag is checked first: what is refused stays as it was.
    fn decrypt(
        key: &[u8; KEY_BYTES],
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Refused>;

    /// One block of the cipher.
    fn encrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16];

    /// The block that was encrypted.
    fn decrypt_block(key: &[u8; KEY_BYTES], block: [u8; 16]) -> [u8; 16];
}

/// A keyed digest with its key taken in, which would cost each digest half of its time. Zeroes itself.
pub(crate) trait Mac: Clone {
    fn update(&mut self, bytes: &[u8]);
    fn finish(self) -> [u8; 32];
}
