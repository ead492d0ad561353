//! Opens the records of a vault, the buckets on all cores.

use std::num::NonZero;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use zeroize::Zeroizing;

use crate::BUCKETS_MAX;
use crate::bucket::{self, Bucket};
use crate::error::VaultError;
use crate::provider::KeyProviderError;
use crate::record::{BucketParts, Label, SecretsParts};
use crate::secrets::{MASTER_BYTES, Secrets};
use crate::wrapping::Wrapping;

/// More would wait for memory, not for the processor.
const THREADS_MAX: usize = 8;

/// Opens the secrets, the first of `payloads`.
pub(crate) fn secrets(wrapping: &Wrapping<'_>, payloads: &[Vec<u8>]) -> Result<Box<Secrets>, VaultError> {
    Ok(Secrets::derive(wrapping.suite, &*master(wrapping, payloads)?))
}

/// Unwraps the master secret.
pub(crate) fn master(
    wrapping: &Wrapping<'_>,
    payloads: &[Vec<u8>],
) -> Result<Zeroizing<[u8; MASTER_BYTES]>, VaultError> {
    let payload = payloads.first().ok_or(VaultError::SecretsMissing)?;
    let parts = SecretsParts::decode(payload).ok_or(VaultError::RecordMalformed { record: 0 })?;
    let unwrapped =
        wrapping.unwrap(Label::Secrets, 0, parts.wrapped_master).map_err(|error| match error {
            KeyProviderError::Refused if opens_a_bucket(wrapping, payloads) => VaultError::SecretsDamaged,
            KeyProviderError::Refused | KeyProviderError::RootUnknown(_) => VaultError::WrongRootKey,
            other => VaultError::Provider(other),
        })?;
    let mut master = Zeroizing::new([0; MASTER_BYTES]);
    let whole = unwrapped.first_chunk::<MASTER_BYTES>().filter(|_| unwrapped.len() == MASTER_BYTES);
    master.copy_from_slice(whole.ok_or(VaultError::SecretsDamaged)?);
    Ok(master)
}

/// Tells damaged secrets from a wrong root key, which opens nothing.
fn opens_a_bucket(wrapping: &Wrapping<'_>, payloads: &[Vec<u8>]) -> bool {
    payloads
        .get(1)
        .and_then(|payload| BucketParts::decode(payload))
        .is_some_and(|parts| bucket::unwrap_bucket_key(&parts, wrapping).is_ok())
}

/// Opens the buckets, `payloads` in order. Of several errors the first bucket's is given.
pub(crate) fn buckets(wrapping: &Wrapping<'_>, payloads: &[Vec<u8>]) -> Result<Vec<Bucket>, VaultError> {
    if payloads.len() > BUCKETS_MAX as usize {
        return Err(VaultError::TooManyBuckets);
    }
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    // Places are taken in order, so every bucket before a failed one is opened by somebody.
    let work = || {
        let mut opened = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(payload) = payloads.get(place) else { break };
            let bucket = Bucket::open(payload, place as u32, wrapping);
            failed.fetch_or(bucket.is_err(), Ordering::Relaxed);
            opened.push((place, bucket));
        }
        opened
    };
    let threads =
        thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX).min(payloads.len());
    let mut opened = thread::scope(|scope| {
        // A thread that cannot be started is not missed: this one does what is left.
        let helpers: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut opened = work();
        for helper in helpers {
            opened.extend(helper.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        opened
    });
    opened.sort_unstable_by_key(|(place, _)| *place);
    opened.into_iter().map(|(_, bucket)| bucket).collect()
}
