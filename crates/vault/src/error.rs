//! What can go wrong, one enum an operation.

use thiserror::Error;

use crate::key::KeyNumber;
use crate::provider::KeyProviderError;
use crate::suite::CipherSuite;
use crate::{BUCKETS_MAX, PLAINTEXT_BYTES_MAX};

/// Why a vault was not created, opened or extended.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no record at all: the vault was never created, or its file is lost.
    #[error("the vault has no secrets record")]
    SecretsMissing,
    /// The root key is not the one of this vault, or the vault is another log's. Give the right root key.
    #[error("the root key does not open this vault")]
    WrongRootKey,
    /// The vault was made with other algorithms than it is opened with: it is another directory's.
    #[error("the vault's keys are for {found}, and not for {expected}")]
    OtherSuite {
        /// The algorithms that it is opened with.
        expected: CipherSuite,
        /// Those that it says.
        found: CipherSuite,
    },
    /// The root key opens a bucket but not the secrets. Restore the record from the other copy or a backup.
    #[error("the secrets record of the vault is damaged")]
    SecretsDamaged,
    /// A record has not the length, kind or count that it must have: cut, damaged, or out of its place.
    #[error("record {record} of the vault has not the form of its kind")]
    RecordMalformed {
        /// Place of the record, from 0, the secrets.
        record: usize,
    },
    /// A bucket was altered, or is another vault's. Restore the record from the other copy or a backup.
    #[error("bucket {bucket} of the vault is damaged")]
    BucketDamaged {
        /// Number of the bucket, from 0.
        bucket: u32,
    },
    /// A bucket is missing, doubled or in another's place. From [`Vault::admit`](crate::Vault::admit): another was admitted first.
    #[error("bucket {found} of the vault stands where bucket {expected} belongs")]
    BucketOutOfOrder {
        /// Number that comes next.
        expected: u32,
        /// Number that the bucket names.
        found: u32,
    },
    /// The bucket was made by the vault of another log.
    #[error("the bucket was made by another vault")]
    BucketForeign,
    /// A key that is to be erased is not there.
    #[error("key {} is not in the vault", .0.0)]
    KeyUnknown(KeyNumber),
    /// What was rewritten does not hold what it was made from. Nothing was replaced: look at the key provider.
    #[error("record {record} of the vault, rewritten, does not hold the same keys; nothing was replaced")]
    RewriteDiffers {
        /// Place of the record, from 0, the secrets.
        record: usize,
    },
    /// The vault is full.
    #[error("a vault holds {BUCKETS_MAX} buckets at most")]
    TooManyBuckets,
    /// The provider wraps keys in another form than the format has room for.
    #[error("the key provider gave {found} bytes where a wrapped key has {expected}")]
    WrappedLength {
        /// Length in the format, in bytes.
        expected: usize,
        /// Length that the provider gave, in bytes.
        found: usize,
    },
    /// The provider failed; nothing is said about the vault.
    #[error("the key provider failed")]
    Provider(#[source] KeyProviderError),
}

/// Why a body was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// No such key is admitted.
    #[error("key {} is not in the vault", .0.0)]
    KeyUnknown(KeyNumber),
    /// The key was erased: nothing is recorded of this person any more.
    #[error("key {} was erased", .0.0)]
    KeyErased(KeyNumber),
    /// No event has room for it.
    #[error("a sealed body has {PLAINTEXT_BYTES_MAX} bytes at most, not {bytes}")]
    TooLong {
        /// Length of the body, in bytes.
        bytes: usize,
    },
}

/// Why a body was not unsealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnsealError {
    /// No such key is admitted.
    #[error("key {} is not in the vault", .0.0)]
    KeyUnknown(KeyNumber),
    /// No admitted key has this id.
    #[error("the key that the body names is not in the vault")]
    KeyIdUnknown,
    /// The body names another key than this one, and is not opened with it although it might be.
    #[error("the body names another key than key {}", .0.0)]
    OtherKey(KeyNumber),
    /// The key was erased: nobody can open the body any more.
    #[error("key {} was erased", .0.0)]
    KeyErased(KeyNumber),
    /// Another key, nonce or associated data than it was sealed with, or altered or cut bytes.
    #[error("the sealed body does not open")]
    Refused,
}
