//! 4,096 person keys and their ids.

use std::fmt;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::gcm::{self, KEY_BYTES};
use crate::key::{self, KeyId, KeyNumber};
use crate::provider::{KeyProvider, KeyProviderError};
use crate::record::{self, BUCKET_KEYS_BYTES, BucketParts, Label, associated_data};
use crate::{BUCKETS_MAX, KEYS_PER_BUCKET, random};

/// The keys of one bucket. Zeroed when dropped.
pub(crate) struct Bucket {
    keys: Zeroizing<Vec<u8>>,
    ids: Box<[KeyId]>,
}

impl Bucket {
    fn new(keys: Zeroizing<Vec<u8>>) -> Self {
        let ids = keys.as_chunks().0.iter().map(key::id_of).collect();
        Self { keys, ids }
    }

    /// Opens the payload of the bucket that stands in place `expected`.
    pub(crate) fn open(
        payload: &[u8],
        expected: u32,
        log_id: Uuid,
        provider: &dyn KeyProvider,
    ) -> Result<Self, VaultError> {
        let malformed = || VaultError::RecordMalformed { record: expected as usize + 1 };
        let parts = BucketParts::decode(payload).ok_or_else(malformed)?;
        if parts.number != expected {
            return Err(VaultError::BucketOutOfOrder { expected, found: parts.number });
        }
        let damaged = || VaultError::BucketDamaged { bucket: expected };
        let bucket_key = unwrap_bucket_key(&parts, log_id, provider)?;
        let bucket_key = bucket_key.as_slice().try_into().map_err(|_| damaged())?;
        let mut keys = Zeroizing::new(parts.ciphertext.to_vec());
        let aad = associated_data(Label::Bucket, log_id, expected);
        gcm::decrypt(bucket_key, parts.nonce, &aad, &mut keys, parts.tag).map_err(|_| damaged())?;
        Ok(Self::new(keys))
    }

    fn key(&self, slot: usize) -> Option<&[u8; KEY_BYTES]> {
        self.keys.as_chunks().0.get(slot)
    }
}

/// Unwraps the key under which the keys of a bucket are encrypted.
pub(crate) fn unwrap_bucket_key(
    parts: &BucketParts<'_>,
    log_id: Uuid,
    provider: &dyn KeyProvider,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let aad = associated_data(Label::BucketKey, log_id, parts.number);
    provider.unwrap(&aad, parts.wrapped_key).map_err(|error| match error {
        KeyProviderError::Refused => VaultError::BucketDamaged { bucket: parts.number },
        other => VaultError::Provider(other),
    })
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
    pub(crate) fn make(number: u32, log_id: Uuid, provider: &dyn KeyProvider) -> Result<Self, VaultError> {
        if number >= BUCKETS_MAX {
            return Err(VaultError::TooManyBuckets);
        }
        let mut bucket_key = Zeroizing::new([0; KEY_BYTES]);
        random::fill_secret(&mut *bucket_key);
        let aad = associated_data(Label::BucketKey, log_id, number);
        let wrapped_key = wrap(provider, &aad, &*bucket_key)?;

        let mut keys = Zeroizing::new(vec![0; BUCKET_KEYS_BYTES]);
        random::fill_secret(&mut keys);
        // Zeroed too, should a panic leave it half encrypted.
        let mut ciphertext = keys.clone();
        let nonce = random::nonce();
        let aad = associated_data(Label::Bucket, log_id, number);
        let tag = gcm::encrypt(&bucket_key, &nonce, &aad, &mut ciphertext);
        let payload = record::encode_bucket(number, &wrapped_key, &nonce, &ciphertext, &tag);
        Ok(Self { log_id, number, bucket: Bucket::new(keys), payload })
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

/// Wraps a key into the room that the format has for it.
pub(crate) fn wrap<const WRAPPED: usize>(
    provider: &dyn KeyProvider,
    aad: &[u8],
    key: &[u8],
) -> Result<[u8; WRAPPED], VaultError> {
    let wrapped = provider.wrap(aad, key).map_err(VaultError::Provider)?;
    wrapped
        .as_slice()
        .try_into()
        .map_err(|_| VaultError::WrappedLength { expected: WRAPPED, found: wrapped.len() })
}

/// The admitted buckets, in the order of their numbers. Grows, and never changes what it has.
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

    pub(crate) fn id(&self, number: KeyNumber) -> Option<&KeyId> {
        self.0.get(number.bucket())?.ids.get(number.slot())
    }

    pub(crate) fn key(&self, number: KeyNumber) -> Option<&[u8; KEY_BYTES]> {
        self.0.get(number.bucket())?.key(number.slot())
    }
}
