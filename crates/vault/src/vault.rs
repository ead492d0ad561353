//! The vault: admitted keys by number and by id, sealing, and the keyed digests.

use std::fmt;
use std::sync::Arc;

use parking_lot::{RwLock, RwLockReadGuard};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::access_reason;
use crate::bucket::{self, BucketRecord, Buckets};
use crate::error::{SealError, UnsealError, VaultError};
use crate::gcm::{self, NONCE_BYTES, TAG_BYTES};
use crate::index::KeyIndex;
use crate::key::{KeyId, KeyNumber};
use crate::provider::KeyProvider;
use crate::record::{self, Label, associated_data};
use crate::secrets::{MASTER_BYTES, Secrets};
use crate::{PLAINTEXT_BYTES_MAX, open, random};

/// The keys of one log, shared by reference between threads. All secrets are zeroed when it is dropped.
pub struct Vault {
    log_id: Uuid,
    provider: Arc<dyn KeyProvider>,
    secrets: Box<Secrets>,
    /// Taken before `buckets` by whoever takes both. Sealing needs only `buckets`, and so never waits while the index grows.
    index: RwLock<KeyIndex>,
    buckets: RwLock<Buckets>,
}

/// A sealed body, with all that opens it but the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Commits to the key.
    pub key_id: KeyId,
    /// Random.
    pub nonce: [u8; 12],
    /// AES-256-GCM ciphertext, 16 bytes longer than the body: the tag stands at its end.
    pub ciphertext: Vec<u8>,
}

impl Vault {
    /// Makes the vault of a new log, without keys, and the payload of its first record, the secrets.
    ///
    /// # Errors
    /// [`VaultError::Provider`] or [`VaultError::WrappedLength`].
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    pub fn create(log_id: Uuid, provider: Arc<dyn KeyProvider>) -> Result<(Self, Vec<u8>), VaultError> {
        let mut master = Zeroizing::new([0; MASTER_BYTES]);
        random::fill_secret(&mut *master);
        let aad = associated_data(Label::Secrets, log_id, 0);
        let payload = record::encode_secrets(&bucket::wrap(&*provider, &aad, &*master)?);
        Ok((Self::new(log_id, provider, Secrets::derive(&master), Buckets::default()), payload))
    }

    /// Opens a vault from the payloads of its records: the secrets, then the buckets in order.
    ///
    /// # Errors
    /// [`VaultError`] says what the operator can do: give the right root key, restore a record, ask the provider again.
    pub fn open(
        log_id: Uuid,
        provider: Arc<dyn KeyProvider>,
        payloads: &[Vec<u8>],
    ) -> Result<Self, VaultError> {
        let secrets = open::secrets(log_id, &*provider, payloads)?;
        let buckets = open::buckets(log_id, &*provider, payloads.get(1..).unwrap_or_default())?;
        Ok(Self::new(log_id, provider, secrets, Buckets::new(buckets)))
    }

    pub(crate) fn new(
        log_id: Uuid,
        provider: Arc<dyn KeyProvider>,
        secrets: Box<Secrets>,
        buckets: Buckets,
    ) -> Self {
        let index = RwLock::new(KeyIndex::of(&buckets));
        Self { log_id, provider, secrets, index, buckets: RwLock::new(buckets) }
    }

    /// Makes the keys of the next bucket. They cannot be used before they are [admitted](Self::admit); of two buckets made
    /// at once only one can be.
    ///
    /// # Errors
    /// [`VaultError::TooManyBuckets`], [`VaultError::Provider`] or [`VaultError::WrappedLength`].
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    pub fn make_bucket(&self) -> Result<BucketRecord, VaultError> {
        let number = self.buckets.read().count();
        BucketRecord::make(number, self.log_id, &*self.provider)
    }

    /// Publishes the keys of a bucket whose [payload](BucketRecord::payload) the caller has made durable, no earlier.
    ///
    /// # Errors
    /// [`VaultError::BucketForeign`] or [`VaultError::BucketOutOfOrder`]; the bucket is dropped then.
    pub fn admit(&self, record: BucketRecord) -> Result<(), VaultError> {
        if record.log_id != self.log_id {
            return Err(VaultError::BucketForeign);
        }
        // Held throughout, so that a key which can be used can also be found.
        let mut index = self.index.write();
        {
            let mut buckets = self.buckets.write();
            let expected = buckets.count();
            if record.number != expected {
                return Err(VaultError::BucketOutOfOrder { expected, found: record.number });
            }
            buckets.push(record.bucket);
        }
        index.extend_to(&self.buckets.read());
        Ok(())
    }

    /// Keys admitted: numbers below it can be used.
    #[must_use]
    pub fn keys_made(&self) -> u32 {
        self.buckets.read().keys_made()
    }

    /// The id of an admitted key.
    #[must_use]
    pub fn key_id(&self, number: KeyNumber) -> Option<KeyId> {
        self.buckets.read().id(number).copied()
    }

    /// The vault held for many readings in a row: locks are taken once and not for each. Nothing else of the vault may be called by this thread
    /// meanwhile, and no bucket is admitted.
    #[must_use]
    pub fn hold(&self) -> HeldVault<'_> {
        // In the order of `admit`.
        let index = self.index.read();
        HeldVault { index, buckets: self.buckets.read() }
    }

    /// The number of the admitted key with this id.
    #[must_use]
    pub fn find(&self, id: &KeyId) -> Option<KeyNumber> {
        let index = self.index.read();
        index.find(id, &self.buckets.read())
    }

    /// Seals a body with a person's key and a random nonce. `aad` is bound to it and not kept in it.
    ///
    /// # Errors
    /// [`SealError::KeyUnknown`] before the key is admitted, [`SealError::TooLong`] past [`PLAINTEXT_BYTES_MAX`].
    pub fn seal(&self, number: KeyNumber, aad: &[u8], plaintext: &[u8]) -> Result<Sealed, SealError> {
        if plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(SealError::TooLong { bytes: plaintext.len() });
        }
        let nonce = random::nonce();
        let mut ciphertext = Vec::with_capacity(plaintext.len() + TAG_BYTES);
        ciphertext.extend_from_slice(plaintext);
        let buckets = self.buckets.read();
        let (Some(key), Some(&key_id)) = (buckets.key(number), buckets.id(number)) else {
            return Err(SealError::KeyUnknown(number));
        };
        let tag = gcm::encrypt(key, &nonce, aad, &mut ciphertext);
        ciphertext.extend_from_slice(&tag);
        Ok(Sealed { key_id, nonce, ciphertext })
    }

    /// Opens a body that was sealed with the key of this number.
    ///
    /// # Errors
    /// [`UnsealError::KeyUnknown`] or [`UnsealError::Refused`].
    pub fn unseal(
        &self,
        number: KeyNumber,
        aad: &[u8],
        nonce: &[u8; NONCE_BYTES],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        unseal(&self.buckets.read(), number, aad, nonce, ciphertext)
    }

    /// Opens a body under the key that its id commits to, and under no other. Ids are computed from the keys, never read.
    ///
    /// # Errors
    /// [`UnsealError::KeyIdUnknown`] or [`UnsealError::Refused`].
    pub fn unseal_by_id(
        &self,
        id: &KeyId,
        aad: &[u8],
        nonce: &[u8; NONCE_BYTES],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let number = self.find(id).ok_or(UnsealError::KeyIdUnknown)?;
        self.unseal(number, aad, nonce, ciphertext)
    }

    /// Keyed digest of a command's content: HMAC-SHA-256 under the secret `content digest` over each part after its length
    /// (8 bytes, big-endian), cut to 16 bytes.
    #[must_use]
    pub fn content_digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        self.secrets.content_digest(parts)
    }

    /// Keyed fingerprint of a command id: SipHash-2-4 under the secret `fingerprint` over the UUID's 16 bytes.
    #[must_use]
    pub fn fingerprint(&self, command: Uuid) -> u64 {
        self.secrets.fingerprint(command)
    }

    /// The secret `import namespace`, all 16 bytes as they are. It must not be shown: being secret, it makes the UUIDv5 of a
    /// serial number a keyed digest.
    #[must_use]
    pub fn import_namespace(&self) -> Uuid {
        self.secrets.import_namespace()
    }

    /// One block of AES-256 under the secret `cursor`: a cursor that tells nobody what it is made of. Nothing is stored under it.
    #[must_use]
    pub fn seal_cursor(&self, cursor: [u8; 16]) -> [u8; 16] {
        self.secrets.seal_cursor(cursor)
    }

    /// The block that was sealed; what was never sealed gives a block at random, so it must hold a mark.
    #[must_use]
    pub fn open_cursor(&self, sealed: [u8; 16]) -> [u8; 16] {
        self.secrets.open_cursor(sealed)
    }

    /// Seals the reason that somebody gave for an access, under the secret `access reason` and a random nonce: form 1 (1), nonce (12),
    /// AES-256-GCM ciphertext and tag. `aad` is bound to it and not kept in it.
    ///
    /// # Errors
    /// [`SealError::TooLong`] past [`PLAINTEXT_BYTES_MAX`].
    pub fn seal_access_reason(&self, aad: &[u8], reason: &[u8]) -> Result<Vec<u8>, SealError> {
        access_reason::seal(self.secrets.access_reason(), aad, reason)
    }

    /// Opens a reason that was sealed with the same `aad`.
    ///
    /// # Errors
    /// [`UnsealError::Refused`].
    pub fn open_access_reason(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        access_reason::open(self.secrets.access_reason(), aad, sealed)
    }

    /// The id of an office that is known only by name: `o-` and the first 20 hexadecimal digits of HMAC-SHA-256 under the
    /// secret `office` over the name in UTF-8.
    #[must_use]
    pub fn office_id(&self, name: &str) -> String {
        self.secrets.office_id(name)
    }
}

/// A vault that is [held](Vault::hold).
pub struct HeldVault<'a> {
    index: RwLockReadGuard<'a, KeyIndex>,
    buckets: RwLockReadGuard<'a, Buckets>,
}

impl HeldVault<'_> {
    /// As [`Vault::find`].
    #[must_use]
    pub fn find(&self, id: &KeyId) -> Option<KeyNumber> {
        self.index.find(id, &self.buckets)
    }

    /// As [`Vault::unseal`].
    ///
    /// # Errors
    /// [`UnsealError::KeyUnknown`] or [`UnsealError::Refused`].
    pub fn unseal(
        &self,
        number: KeyNumber,
        aad: &[u8],
        nonce: &[u8; NONCE_BYTES],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        unseal(&self.buckets, number, aad, nonce, ciphertext)
    }
}

fn unseal(
    buckets: &Buckets,
    number: KeyNumber,
    aad: &[u8],
    nonce: &[u8; NONCE_BYTES],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let (body, tag) = ciphertext.split_last_chunk().ok_or(UnsealError::Refused)?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    let key = buckets.key(number).ok_or(UnsealError::KeyUnknown(number))?;
    gcm::decrypt(key, nonce, aad, &mut plaintext, tag).map_err(|_| UnsealError::Refused)?;
    Ok(plaintext)
}

impl fmt::Debug for HeldVault<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HeldVault").finish_non_exhaustive()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").field("keys_made", &self.keys_made()).finish_non_exhaustive()
    }
}
