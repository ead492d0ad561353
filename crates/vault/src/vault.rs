//! The vault: admitted keys by number and by id, sealing, and the keyed digests.

use std::fmt;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::access_reason;
use crate::bucket::{BucketRecord, Buckets, Held};
use crate::error::{SealError, UnsealError, VaultError};
use crate::index::KeyIndex;
use crate::key::{KeyId, KeyNumber};
use crate::provider::{KeyProvider, RootId};
use crate::record::{self, Label};
use crate::rewrite::{Change, lies_under};
use crate::secrets::{MASTER_BYTES, Secrets};
use crate::suite::{CipherSuite, NONCE_BYTES, TAG_BYTES};
use crate::wrapping::Wrapping;
use crate::{PLAINTEXT_BYTES_MAX, open, random};

/// The keys of one log, shared by reference between threads. All secrets are zeroed when it is dropped.
pub struct Vault {
    log_id: Uuid,
    provider: Arc<dyn KeyProvider>,
    /// Under which the records lie, and the next bucket key too.
    root: Mutex<RootId>,
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
    /// Ciphertext of GCM, 16 bytes longer than the body: the tag stands at its end.
    pub ciphertext: Vec<u8>,
}

impl Vault {
    /// Makes the vault of a new log, without keys, under a root key that the provider holds, and the payload of its first record, the secrets.
    ///
    /// # Errors
    /// [`VaultError::Provider`] or [`VaultError::WrappedLength`].
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    pub fn create(
        suite: CipherSuite,
        log_id: Uuid,
        provider: Arc<dyn KeyProvider>,
        root: RootId,
    ) -> Result<(Self, Vec<u8>), VaultError> {
        let mut master = Zeroizing::new([0; MASTER_BYTES]);
        random::fill_secret(&mut *master);
        let wrapping = Wrapping { suite, log_id, provider: &*provider, root };
        let payload = record::encode_secrets(suite, root, &wrapping.wrap(Label::Secrets, 0, &*master)?);
        let secrets = Secrets::derive(suite, &master);
        Ok((Self::new(log_id, provider, root, secrets, Buckets::default()), payload))
    }

    /// Opens a vault that was made with a suite, from the payloads of its records: the secrets, then the buckets in order.
    ///
    /// # Errors
    /// [`VaultError`] says what the operator can do: give the right root key, restore a record, ask the provider again.
    pub fn open(
        suite: CipherSuite,
        log_id: Uuid,
        provider: Arc<dyn KeyProvider>,
        payloads: &[Vec<u8>],
    ) -> Result<Self, VaultError> {
        let (found, root) = lies_under(payloads, &*provider)?;
        if found != suite {
            return Err(VaultError::OtherSuite { expected: suite, found });
        }
        let wrapping = Wrapping { suite, log_id, provider: &*provider, root };
        let secrets = open::secrets(&wrapping, payloads)?;
        let buckets = open::buckets(&wrapping, payloads.get(1..).unwrap_or_default())?;
        Ok(Self::new(log_id, provider, root, secrets, Buckets::new(buckets)))
    }

    pub(crate) fn new(
        log_id: Uuid,
        provider: Arc<dyn KeyProvider>,
        root: RootId,
        secrets: Box<Secrets>,
        buckets: Buckets,
    ) -> Self {
        let index = RwLock::new(KeyIndex::of(&buckets));
        Self { log_id, provider, root: Mutex::new(root), secrets, index, buckets: RwLock::new(buckets) }
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
        let wrapping = Wrapping {
            suite: self.suite(),
            log_id: self.log_id,
            provider: &*self.provider,
            root: self.root(),
        };
        BucketRecord::make(number, &wrapping)
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

    /// Moves on to a [rewritten](crate::rewrite) generation that the caller has made durable: buckets are made under its root key from now on, and
    /// the keys that it lacks are zeroed. No bucket may be made or admitted between the rewriting and this.
    pub fn moved(&self, change: &Change) {
        *self.root.lock() = change.root;
        let mut buckets = self.buckets.write();
        change.erased.iter().for_each(|number| buckets.erase(*number));
    }

    /// The root key under which the vault lies.
    #[must_use]
    pub fn root(&self) -> RootId {
        *self.root.lock()
    }

    /// Who holds it.
    #[must_use]
    pub fn provider(&self) -> &Arc<dyn KeyProvider> {
        &self.provider
    }

    /// Keys admitted: numbers below it can be used.
    #[must_use]
    pub fn keys_made(&self) -> u32 {
        self.buckets.read().keys_made()
    }

    /// Whether this key was admitted and erased.
    #[must_use]
    pub fn is_erased(&self, number: KeyNumber) -> bool {
        matches!(self.buckets.read().held(number), Held::Erased(_))
    }

    /// The algorithms that it was made with.
    #[must_use]
    pub fn suite(&self) -> CipherSuite {
        self.secrets.suite()
    }

    /// Which log it is of.
    #[must_use]
    pub fn log_id(&self) -> Uuid {
        self.log_id
    }

    /// Keys that were erased, of those that were admitted.
    #[must_use]
    pub fn keys_erased(&self) -> u32 {
        self.buckets.read().keys_erased()
    }

    /// The id of an admitted key, also when the key was erased.
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
        HeldVault { suite: self.suite(), index, buckets: self.buckets.read() }
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
    /// [`SealError::KeyUnknown`] before the key is admitted, [`SealError::KeyErased`], [`SealError::TooLong`] past [`PLAINTEXT_BYTES_MAX`].
    pub fn seal(&self, number: KeyNumber, aad: &[u8], plaintext: &[u8]) -> Result<Sealed, SealError> {
        if plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(SealError::TooLong { bytes: plaintext.len() });
        }
        let nonce = random::nonce();
        let mut ciphertext = Vec::with_capacity(plaintext.len() + TAG_BYTES);
        ciphertext.extend_from_slice(plaintext);
        let buckets = self.buckets.read();
        let (key, id) = match buckets.held(number) {
            Held::Key(key, id) => (key, id),
            Held::Erased(_) => return Err(SealError::KeyErased(number)),
            Held::Unknown => return Err(SealError::KeyUnknown(number)),
        };
        let tag = self.suite().encrypt(key, &nonce, aad, &mut ciphertext);
        ciphertext.extend_from_slice(&tag);
        Ok(Sealed { key_id: *id, nonce, ciphertext })
    }

    /// Opens a body that was sealed with the key of this number. `named` is the id that stands beside the body and commits to its key: another key
    /// is not even tried, since a ciphertext can be made to open under two. None only where no id stands there, as in a snapshot.
    ///
    /// # Errors
    /// [`UnsealError::KeyUnknown`], [`UnsealError::OtherKey`], [`UnsealError::KeyErased`] or [`UnsealError::Refused`].
    pub fn unseal(
        &self,
        number: KeyNumber,
        named: Option<&KeyId>,
        aad: &[u8],
        nonce: &[u8; NONCE_BYTES],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        unseal(self.suite(), &self.buckets.read(), number, named, aad, nonce, ciphertext)
    }

    /// Opens a body under the key that its id commits to, and under no other. Ids are computed from the keys, never read.
    ///
    /// # Errors
    /// [`UnsealError::KeyIdUnknown`], or those of [`unseal`](Self::unseal).
    pub fn unseal_by_id(
        &self,
        id: &KeyId,
        aad: &[u8],
        nonce: &[u8; NONCE_BYTES],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let number = self.find(id).ok_or(UnsealError::KeyIdUnknown)?;
        self.unseal(number, Some(id), aad, nonce, ciphertext)
    }

    /// Keyed digest of a command's content: HMAC under the secret `content digest` over each part after its length
    /// (8 bytes, big-endian), cut to 16 bytes.
    #[must_use]
    pub fn content_digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        self.secrets.content_digest(parts)
    }

    /// Keyed fingerprint of a command id under the secret `fingerprint`, over the UUID's 16 bytes: SipHash-2-4, or the first 8 bytes of HMAC-SM3.
    #[must_use]
    pub fn fingerprint(&self, command: Uuid) -> u64 {
        self.secrets.fingerprint(command)
    }

    /// The command id of something that is imported, from its name: a keyed digest under the secret `import namespace`, as UUIDv5 in that
    /// namespace, or as UUIDv8 of HMAC-SM3.
    #[must_use]
    pub fn import_id(&self, name: &[u8]) -> Uuid {
        self.secrets.import_id(name)
    }

    /// One block of the cipher under the secret `cursor`: a cursor that tells nobody what it is made of. Nothing is stored under it.
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
    /// ciphertext and tag of GCM. `aad` is bound to it and not kept in it.
    ///
    /// # Errors
    /// [`SealError::TooLong`] past [`PLAINTEXT_BYTES_MAX`].
    pub fn seal_access_reason(&self, aad: &[u8], reason: &[u8]) -> Result<Vec<u8>, SealError> {
        access_reason::seal(self.suite(), self.secrets.access_reason(), aad, reason)
    }

    /// Opens a reason that was sealed with the same `aad`.
    ///
    /// # Errors
    /// [`UnsealError::Refused`].
    pub fn open_access_reason(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        access_reason::open(self.suite(), self.secrets.access_reason(), aad, sealed)
    }

    /// The id of an office that is known only by name: `o-` and the first 20 hexadecimal digits of HMAC under the
    /// secret `office` over the name in UTF-8.
    #[must_use]
    pub fn office_id(&self, name: &str) -> String {
        self.secrets.office_id(name)
    }
}

/// A vault that is [held](Vault::hold).
pub struct HeldVault<'a> {
    suite: CipherSuite,
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
    /// Those of [`Vault::unseal`].
    pub fn unseal(
        &self,
        number: KeyNumber,
        named: Option<&KeyId>,
        aad: &[u8],
        nonce: &[u8; NONCE_BYTES],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        unseal(self.suite, &self.buckets, number, named, aad, nonce, ciphertext)
    }
}

fn unseal(
    suite: CipherSuite,
    buckets: &Buckets,
    number: KeyNumber,
    named: Option<&KeyId>,
    aad: &[u8],
    nonce: &[u8; NONCE_BYTES],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let (key, id) = match buckets.held(number) {
        Held::Key(key, id) => (Ok(key), id),
        Held::Erased(id) => (Err(UnsealError::KeyErased(number)), id),
        Held::Unknown => return Err(UnsealError::KeyUnknown(number)),
    };
    if named.is_some_and(|named| named != id) {
        return Err(UnsealError::OtherKey(number));
    }
    let key = key?;
    let (body, tag) = ciphertext.split_last_chunk().ok_or(UnsealError::Refused)?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    suite.decrypt(key, nonce, aad, &mut plaintext, tag).map_err(|_| UnsealError::Refused)?;
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
