//! Reasons for an access: texts that belong to no person's key, since one may be about many people or about nobody.

use zeroize::Zeroizing;

use crate::error::{SealError, UnsealError};
use crate::suite::{CipherSuite, KEY_BYTES, NONCE_BYTES};
use crate::{ACCESS_REASON_OVERHEAD_BYTES, PLAINTEXT_BYTES_MAX, random};

/// The only form there is: GCM under the secret `access reason`. Under one key no ciphertext can be read in two ways, so none is named.
const FORM: u8 = 1;

pub(crate) fn seal(
    suite: CipherSuite,
    key: &[u8; KEY_BYTES],
    aad: &[u8],
    reason: &[u8],
) -> Result<Vec<u8>, SealError> {
    if reason.len() > PLAINTEXT_BYTES_MAX {
        return Err(SealError::TooLong { bytes: reason.len() });
    }
    let nonce = random::nonce();
    let mut sealed = Vec::with_capacity(reason.len() + ACCESS_REASON_OVERHEAD_BYTES);
    sealed.push(FORM);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(reason);
    let tag = suite.encrypt(key, &nonce, aad, &mut sealed[1 + NONCE_BYTES..]);
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

pub(crate) fn open(
    suite: CipherSuite,
    key: &[u8; KEY_BYTES],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let (form, rest) = sealed.split_first().ok_or(UnsealError::Refused)?;
    let (nonce, rest) = rest.split_first_chunk().ok_or(UnsealError::Refused)?;
    let (ciphertext, tag) = rest.split_last_chunk().ok_or(UnsealError::Refused)?;
    if *form != FORM {
        return Err(UnsealError::Refused);
    }
    let mut reason = Zeroizing::new(ciphertext.to_vec());
    suite.decrypt(key, nonce, aad, &mut reason, tag).map_err(|_| UnsealError::Refused)?;
    Ok(reason)
}
