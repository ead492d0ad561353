//! The secrets that are derived from the master secret, and what is computed with them.

use aes_gcm::aes::{
    Aes256,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt},
};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher24;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) const MASTER_BYTES: usize = 64;

/// Derived by HKDF-SHA-256 without salt, the label as info. The master secret itself is not kept.
pub(crate) struct Secrets {
    content_digest: [u8; 32],
    fingerprint: [u8; 16],
    import_namespace: [u8; 16],
    office: [u8; 32],
    cursor: [u8; 32],
    access_reason: [u8; 32],
}

impl Secrets {
    /// Boxed, and filled where they will stay, so that no move leaves a copy behind.
    pub(crate) fn derive(master: &[u8; MASTER_BYTES]) -> Box<Self> {
        let hkdf = Hkdf::<Sha256>::new(None, master);
        let mut secrets = Box::new(Self {
            content_digest: [0; 32],
            fingerprint: [0; 16],
            import_namespace: [0; 16],
            office: [0; 32],
            cursor: [0; 32],
            access_reason: [0; 32],
        });
        expand(&hkdf, "content digest", &mut secrets.content_digest);
        expand(&hkdf, "fingerprint", &mut secrets.fingerprint);
        expand(&hkdf, "import namespace", &mut secrets.import_namespace);
        expand(&hkdf, "office", &mut secrets.office);
        expand(&hkdf, "cursor", &mut secrets.cursor);
        expand(&hkdf, "access reason", &mut secrets.access_reason);
        secrets
    }

    pub(crate) fn content_digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut mac = keyed(&self.content_digest);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        truncated(mac)
    }

    pub(crate) fn fingerprint(&self, command: Uuid) -> u64 {
        SipHasher24::new_with_key(&self.fingerprint).hash(command.as_bytes())
    }

    pub(crate) fn import_namespace(&self) -> Uuid {
        Uuid::from_bytes(self.import_namespace)
    }

    pub(crate) fn seal_cursor(&self, cursor: [u8; 16]) -> [u8; 16] {
        let mut block = cursor.into();
        Aes256::new((&self.cursor).into()).encrypt_block(&mut block);
        block.into()
    }

    pub(crate) fn open_cursor(&self, sealed: [u8; 16]) -> [u8; 16] {
        let mut block = sealed.into();
        Aes256::new((&self.cursor).into()).decrypt_block(&mut block);
        block.into()
    }

    /// The key of reasons for access, to seal and open them with.
    pub(crate) fn access_reason(&self) -> &[u8; 32] {
        &self.access_reason
    }

    pub(crate) fn office_id(&self, name: &str) -> String {
        let mut mac = keyed(&self.office);
        mac.update(name.as_bytes());
        let digest: [u8; 10] = truncated(mac);
        digest.iter().fold(String::from("o-"), |id, byte| format!("{id}{byte:02x}"))
    }
}

fn expand(hkdf: &Hkdf<Sha256>, label: &str, secret: &mut [u8]) {
    if hkdf.expand(label.as_bytes(), secret).is_err() {
        unreachable!("HKDF-SHA-256 gives 8,160 bytes, and no secret has more than 32");
    }
}

/// HMAC-SHA-256 under a 32-byte key. RFC 2104 pads it with zeros to the block of 64; giving it padded cannot fail.
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mac = Hmac::new((&block).into());
    block.zeroize();
    mac
}

fn truncated<const BYTES: usize>(mac: Hmac<Sha256>) -> [u8; BYTES] {
    const { assert!(BYTES <= 32) };
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    std::array::from_fn(|at| digest[at])
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.content_digest.zeroize();
        self.fingerprint.zeroize();
        self.import_namespace.zeroize();
        self.office.zeroize();
        self.cursor.zeroize();
        self.access_reason.zeroize();
    }
}

impl ZeroizeOnDrop for Secrets {}
