//! The next generation of a vault's records: other root key, other bucket keys, fewer person keys.

use uuid::Uuid;

use crate::bucket::{self, Bucket};
use crate::error::VaultError;
use crate::key::KeyNumber;
use crate::open;
use crate::provider::{KeyProvider, RootId};
use crate::record::{self, BucketParts, Label, SecretsParts};
use crate::suite::CipherSuite;
use crate::wrapping::Wrapping;

/// What the next generation is to be.
#[derive(Debug, Clone)]
pub struct Change {
    /// The root key under which everything in it is wrapped.
    pub root: RootId,
    /// Whether every bucket gets a new bucket key; else only those in which keys are erased do.
    pub new_bucket_keys: bool,
    /// Person keys that it no longer has. Their ids stay.
    pub erased: Vec<KeyNumber>,
}

/// The root key under which the records lie.
///
/// # Errors
/// [`VaultError::SecretsMissing`], [`VaultError::RecordMalformed`] or [`VaultError::Provider`].
pub fn root_of(payloads: &[Vec<u8>], provider: &dyn KeyProvider) -> Result<RootId, VaultError> {
    Ok(lies_under(payloads, provider)?.1)
}

/// By which algorithms, and under which root key.
pub(crate) fn lies_under(
    payloads: &[Vec<u8>],
    provider: &dyn KeyProvider,
) -> Result<(CipherSuite, RootId), VaultError> {
    let payload = payloads.first().ok_or(VaultError::SecretsMissing)?;
    let parts = SecretsParts::decode(payload).ok_or(VaultError::RecordMalformed { record: 0 })?;
    let root = parts.root.map_or_else(|| provider.unnamed_root(), Ok).map_err(VaultError::Provider)?;
    Ok((parts.suite, root))
}

/// Makes the payloads of the next generation from those of this one, then opens them and compares: the same keys but those that are erased, or
/// an error. The caller makes them durable in place of the old ones, and only then [moves](crate::Vault::moved) an open vault on.
///
/// `on_bucket` is told how many buckets are done.
///
/// # Errors
/// Those of [`Vault::open`](crate::Vault::open), [`VaultError::KeyUnknown`], [`VaultError::WrappedLength`], [`VaultError::RewriteDiffers`].
///
/// # Panics
/// When the operating system has no randomness to give.
pub fn rewrite(
    log_id: Uuid,
    provider: &dyn KeyProvider,
    payloads: &[Vec<u8>],
    change: &Change,
    on_bucket: &mut dyn FnMut(u32),
) -> Result<Vec<Vec<u8>>, VaultError> {
    let (suite, root) = lies_under(payloads, provider)?;
    let from = Wrapping { suite, log_id, provider, root };
    let to = Wrapping { root: change.root, ..from };
    let master = open::master(&from, payloads)?;
    let buckets = payloads.get(1..).unwrap_or_default();
    if let Some(unknown) = change.erased.iter().find(|number| number.bucket() >= buckets.len()) {
        return Err(VaultError::KeyUnknown(*unknown));
    }
    let secrets = record::encode_secrets(suite, to.root, &to.wrap(Label::Secrets, 0, &*master)?);
    if *open::master(&to, std::slice::from_ref(&secrets))? != *master {
        return Err(VaultError::RewriteDiffers { record: 0 });
    }
    let mut rewritten = vec![secrets];
    for (number, payload) in (0..).zip(buckets) {
        rewritten.push(next_bucket(&from, &to, change, number, payload)?);
        on_bucket(number + 1);
    }
    Ok(rewritten)
}

/// One bucket in the next generation, opened again and compared.
fn next_bucket(
    from: &Wrapping<'_>,
    to: &Wrapping<'_>,
    change: &Change,
    number: u32,
    payload: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let parts = bucket::parts_of(payload, number)?;
    let bucket_key = bucket::unwrap_bucket_key(&parts, from)?;
    let mut bucket = Bucket::decrypt(&parts, &bucket_key, from)?;
    let mut is_changed = change.new_bucket_keys;
    for erased in change.erased.iter().filter(|erased| erased.bucket() == number as usize) {
        bucket.erase(erased.slot());
        is_changed = true;
    }
    let rewritten = if is_changed {
        bucket.encrypt(number, to)?
    } else {
        let wrapped_key = &to.wrap(Label::BucketKey, number, &*bucket_key)?;
        BucketParts { wrapped_key, ..parts }.encode()
    };
    let opened = Bucket::open(&rewritten, number, to)?;
    if !opened.is_same(&bucket) {
        return Err(VaultError::RewriteDiffers { record: number as usize + 1 });
    }
    Ok(rewritten)
}
