//! Randomness.

use rand::Rng;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// Fills `secret` from the operating system, so that no generator of ours keeps a copy of it.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
pub(crate) fn fill_secret(secret: &mut [u8]) {
    UnwrapErr(SysRng).fill_bytes(secret);
}

/// A nonce, from the thread's generator: fast, and a nonce is no secret.
pub(crate) fn nonce() -> [u8; 12] {
    let mut nonce = [0; 12];
    rand::rng().fill_bytes(&mut nonce);
    nonce
}
