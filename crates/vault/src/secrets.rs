//! The secrets that are derived from the master secret, and what is computed with them.

use siphasher::sip::SipHasher24;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::suite::{CipherSuite, Keyed};

pub(crate) const MASTER_BYTES: usize = 64;

/// Derived by HKDF without salt, the label as info. The master secret itself is not kept.
pub(crate) struct Secrets {
    suite: CipherSuite,
    content_digest: Keyed,
    fingerprint: Fingerprint,
    import: ImportNames,
    office: [u8; 32],
    cursor: [u8; 32],
    access_reason: [u8; 32],
}

/// How command ids are fingerprinted.
enum Fingerprint {
    SipHash([u8; 16]),
    /// 国密 has no short keyed hash.
    Hmac(Keyed),
}

/// How the ids of what is imported are made.
enum ImportNames {
    /// UUIDv5: SHA-1 over a namespace that is secret.
    Namespace([u8; 16]),
    /// UUIDv8 of a keyed digest.
    Hmac(Keyed),
}

impl Secrets {
    /// Boxed, and filled where they will stay, so that no move leaves a copy behind.
    pub(crate) fn derive(suite: CipherSuite, master: &[u8; MASTER_BYTES]) -> Box<Self> {
        let keyed = |label| {
            let mut key = Zeroizing::new([0; 32]);
            suite.derive(master, label, &mut *key);
            suite.keyed(&key)
        };
        let (fingerprint, import) = match suite {
            CipherSuite::Aes256GcmSha256 => (Fingerprint::SipHash([0; 16]), ImportNames::Namespace([0; 16])),
            CipherSuite::Sm4GcmSm3 => {
                (Fingerprint::Hmac(keyed("fingerprint")), ImportNames::Hmac(keyed("import namespace")))
            }
        };
        let mut secrets = Box::new(Self {
            suite,
            content_digest: keyed("content digest"),
            fingerprint,
            import,
            office: [0; 32],
            cursor: [0; 32],
            access_reason: [0; 32],
        });
        if let Fingerprint::SipHash(key) = &mut secrets.fingerprint {
            suite.derive(master, "fingerprint", key);
        }
        if let ImportNames::Namespace(namespace) = &mut secrets.import {
            suite.derive(master, "import namespace", namespace);
        }
        suite.derive(master, "office", &mut secrets.office);
        suite.derive(master, "cursor", &mut secrets.cursor);
        suite.derive(master, "access reason", &mut secrets.access_reason);
        secrets
    }

    /// The algorithms that they were derived and are used with.
    pub(crate) fn suite(&self) -> CipherSuite {
        self.suite
    }

    pub(crate) fn content_digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut mac = self.content_digest.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.truncated()
    }

    pub(crate) fn fingerprint(&self, command: Uuid) -> u64 {
        match &self.fingerprint {
            Fingerprint::SipHash(key) => SipHasher24::new_with_key(key).hash(command.as_bytes()),
            Fingerprint::Hmac(mac) => u64::from_be_bytes(digest_of(mac, command.as_bytes())),
        }
    }

    pub(crate) fn import_id(&self, name: &[u8]) -> Uuid {
        match &self.import {
            ImportNames::Namespace(namespace) => Uuid::new_v5(&Uuid::from_bytes(*namespace), name),
            ImportNames::Hmac(mac) => uuid::Builder::from_custom_bytes(digest_of(mac, name)).into_uuid(),
        }
    }

    pub(crate) fn seal_cursor(&self, cursor: [u8; 16]) -> [u8; 16] {
        self.suite.encrypt_block(&self.cursor, cursor)
    }

    pub(crate) fn open_cursor(&self, sealed: [u8; 16]) -> [u8; 16] {
        self.suite.decrypt_block(&self.cursor, sealed)
    }

    /// The key of reasons for access, to seal and open them with.
    pub(crate) fn access_reason(&self) -> &[u8; 32] {
        &self.access_reason
    }

    pub(crate) fn office_id(&self, name: &str) -> String {
        let digest: [u8; 10] = digest_of(&self.suite.keyed(&self.office), name.as_bytes());
        digest.iter().fold(String::from("o-"), |id, byte| format!("{id}{byte:02x}"))
    }
}

fn digest_of<const BYTES: usize>(mac: &Keyed, bytes: &[u8]) -> [u8; BYTES] {
    let mut mac = mac.clone();
    mac.update(bytes);
    mac.truncated()
}

impl Drop for Secrets {
    fn drop(&mut self) {
        if let Fingerprint::SipHash(key) = &mut self.fingerprint {
            key.zeroize();
        }
        if let ImportNames::Namespace(namespace) = &mut self.import {
            namespace.zeroize();
        }
        self.office.zeroize();
        self.cursor.zeroize();
        self.access_reason.zeroize();
    }
}

impl ZeroizeOnDrop for Secrets {}
