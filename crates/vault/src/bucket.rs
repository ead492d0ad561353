//! 4,096 person keys and their ids.

use std::fmt;

use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use crate::error::VaultError;
use crate::key::{self, KeyId, KeyNumber};
use crate::marks::{MARKS_BYTES, Marks};
use crate::provider::KeyProviderError;
use crate::record::{BUCKET_KEYS_BYTES, BucketParts, Label, associated_data};
use crate::suite::{CipherSuite, KEY_BYTES};
use crate::wrapping::Wrapping;
use crate::{BUCKETS_MAX, KEYS_PER_BUCKET, random};

/// The keys of one bucket. Zeroed when dropped.
pub(crate) struct Bucket {
    /// Zeros where a key was erased.
    keys: Zeroizing<Vec<u8>>,
    ids: Box<[KeyId]>,
    /// Which were erased, if any was.
    erased: Option<Box<Marks>>,
}

/// What became of a key.
pub(crate) enum Held<'a> {
    Key(&'a [u8; KEY_BYTES], &'a KeyId),
    Erased(&'a KeyId),
    Unknown,
}

impl Bucket {
    /// Makes 4,096 keys.
    pub(crate) fn make(suite: CipherSuite) -> Self {
        let mut keys = Zeroizing::new(vec![0; BUCKET_KEYS_BYTES]);
        random::fill_secret(&mut keys);
        Self::new(suite, keys, None)
    }

    /// Of slots that hold a key each or, where it was erased, its id.
    fn new(suite: CipherSuite, mut slots: Zeroizing<Vec<u8>>, erased: Option<Box<Marks>>) -> Self {
        let is_erased = |slot| erased.as_ref().is_some_and(|marks| marks.has(slot));
        let chunks = slots.as_chunks_mut().0.iter_mut().enumerate();
        let ids = chunks
            .map(
                |(slot, bytes)| {
                    if is_erased(slot) { std::mem::take(bytes) } else { key::id_of(suite, bytes) }
                },
            )
            .collect();
        Self { keys: slots, ids, erased }
    }

    /// Opens the payload of the bucket that stands in place `expected`.
    pub(crate) fn open(payload: &[u8], expected: u32, wrapping: &Wrapping<'_>) -> Result<Self, VaultError> {
        let parts = parts_of(payload, expected)?;
        let bucket_key = unwrap_bucket_key(&parts, wrapping)?;
        Self::decrypt(&parts, &bucket_key, wrapping)
    }

    /// Decrypts a bucket with its key.
    pub(crate) fn decrypt(
        parts: &BucketParts<'_>,
        bucket_key: &[u8; KEY_BYTES],
        wrapping: &Wrapping<'_>,
    ) -> Result<Self, VaultError> {
        let damaged = || VaultError::BucketDamaged { bucket: parts.number };
        let mut slots = Zeroizing::new(parts.ciphertext.to_vec());
        let aad = associated_data(parts.label(), wrapping.log_id, parts.number);
        let opened = wrapping.suite.decrypt(bucket_key, parts.nonce, &aad, &mut slots, parts.tag);
        opened.map_err(|_| damaged())?;
        let marks = if parts.is_marked {
            let (_, marks) = slots.split_last_chunk::<MARKS_BYTES>().ok_or_else(damaged)?;
            Some(Box::new(Marks::from_bytes(*marks)))
        } else {
            None
        };
        slots.truncate(BUCKET_KEYS_BYTES);
        Ok(Self::new(wrapping.suite, slots, marks))
    }

    /// Encrypts it under a new bucket key that is wrapped under a root key: the payload of its record.
    pub(crate) fn encrypt(&self, number: u32, wrapping: &Wrapping<'_>) -> Result<Vec<u8>, VaultError> {
        let mut bucket_key = Zeroizing::new([0; KEY_BYTES]);
        random::fill_secret(&mut *bucket_key);
        let wrapped_key = &wrapping.wrap(Label::BucketKey, number, &*bucket_key)?;

        // Made at its full length, and zeroed too, should a panic leave it half encrypted.
        let mut ciphertext = Zeroizing::new(Vec::with_capacity(BUCKET_KEYS_BYTES + MARKS_BYTES));
        ciphertext.extend_from_slice(&self.keys);
        if let Some(marks) = &self.erased {
            for (slot, bytes) in ciphertext.as_chunks_mut().0.iter_mut().enumerate() {
                if marks.has(slot) {
                    *bytes = self.ids[slot];
                }
            }
            ciphertext.extend_from_slice(marks.bytes());
        }
        let is_marked = self.erased.is_some();
        let label = if is_marked { Label::MarkedBucket } else { Label::Bucket };
        let nonce = &random::nonce();
        let aad = associated_data(label, wrapping.log_id, number);
        let tag = &wrapping.suite.encrypt(&bucket_key, nonce, &aad, &mut ciphertext);
        Ok(BucketParts { number, wrapped_key, nonce, ciphertext: &ciphertext, tag, is_marked }.encode())
    }

    /// Zeroes a key. Its id stays, so that what was sealed with it still names it.
    pub(crate) fn erase(&mut self, slot: usize) {
        if let Some(bytes) = self.keys.as_chunks_mut::<KEY_BYTES>().0.get_mut(slot) {
            bytes.zeroize();
            self.erased.get_or_insert_with(|| Box::new(Marks::none())).set(slot);
        }
    }

    /// Whether another holds the same keys, and lacks the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let marks =
            |bucket: &Self| bucket.erased.as_ref().map_or_else(Marks::none, |marks| (**marks).clone());
        self.ids == other.ids && marks(self) == marks(other)
    }

    fn held(&self, slot: usize) -> Held<'_> {
        let (Some(key), Some(id)) = (self.keys.as_chunks().0.get(slot), self.ids.get(slot)) else {
            return Held::Unknown;
        };
        let is_erased = self.erased.as_ref().is_some_and(|marks| marks.has(slot));
        if is_erased { Held::Erased(id) } else { Held::Key(key, id) }
    }
}

/// Takes the payload of the bucket that stands in place `expected` apart.
pub(crate) fn parts_of(payload: &[u8], expected: u32) -> Result<BucketParts<'_>, VaultError> {
    let malformed = || VaultError::RecordMalformed { record: expected as usize + 1 };
    let parts = BucketParts::decode(payload).ok_or_else(malformed)?;
    if parts.number != expected {
        return Err(VaultError::BucketOutOfOrder { expected, found: parts.number });
    }
    Ok(parts)
}

/// Unwraps the key under which the keys of a bucket are encrypted.
pub(crate) fn unwrap_bucket_key(
    parts: &BucketParts<'_>,
    wrapping: &Wrapping<'_>,
) -> Result<Zeroizing<[u8; KEY_BYTES]>, VaultError> {
    let damaged = || VaultError::BucketDamaged { bucket: parts.number };
    let key =
        wrapping.unwrap(Label::BucketKey, parts.number, parts.wrapped_key).map_err(|error| match error {
            KeyProviderError::Refused => damaged(),
            other => VaultError::Provider(other),
        })?;
    let mut bucket_key = Zeroizing::new([0; KEY_BYTES]);
    bucket_key.copy_from_slice(
        key.first_chunk::<KEY_BYTES>().filter(|_| key.len() == KEY_BYTES).ok_or_else(damaged)?,
    );
    Ok(bucket_key)
}

/// A bucket that was made but not yet [admitted](crate::Vault::admit): its keys cannot be used.
pub struct BucketRecord {
    pub(crate) log_id: Uuid,
    pub(crate) number: u32,
    pub(crate) bucket: Bucket,
    payload: Vec<u8>,
}

impl BucketRecord {
    /// Makes the keys of bucket `number`.
    pub(crate) fn make(number: u32, wrapping: &Wrapping<'_>) -> Result<Self, VaultError> {
        if number >= BUCKETS_MAX {
            return Err(VaultError::TooManyBuckets);
        }
        let bucket = Bucket::make(wrapping.suite);
        let payload = bucket.encrypt(number, wrapping)?;
        Ok(Self { log_id: wrapping.log_id, number, bucket, payload })
    }

    /// Number of the bucket, from 0.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Payload of the record that is to be made durable.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

impl fmt::Debug for BucketRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BucketRecord").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The admitted buckets, in the order of their numbers. Grows, and changes what it has only by erasing keys.
#[derive(Default)]
pub(crate) struct Buckets(Vec<Bucket>);

impl Buckets {
    pub(crate) fn new(buckets: Vec<Bucket>) -> Self {
        Self(buckets)
    }

    pub(crate) fn push(&mut self, bucket: Bucket) {
        self.0.push(bucket);
    }

    /// Buckets admitted, which is the number of the next one. At most [`BUCKETS_MAX`].
    pub(crate) fn count(&self) -> u32 {
        self.0.len() as u32
    }

    pub(crate) fn keys_made(&self) -> u32 {
        self.count() * KEYS_PER_BUCKET
    }

    pub(crate) fn keys_erased(&self) -> u32 {
        self.0.iter().filter_map(|bucket| bucket.erased.as_ref()).map(|marks| marks.count()).sum()
    }

    pub(crate) fn id(&self, number: KeyNumber) -> Option<&KeyId> {
        self.0.get(number.bucket())?.ids.get(number.slot())
    }

    pub(crate) fn held(&self, number: KeyNumber) -> Held<'_> {
        self.0.get(number.bucket()).map_or(Held::Unknown, |bucket| bucket.held(number.slot()))
    }

    pub(crate) fn erase(&mut self, number: KeyNumber) {
        if let Some(bucket) = self.0.get_mut(number.bucket()) {
            bucket.erase(number.slot());
        }
    }
}
