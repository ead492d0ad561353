//! A checkpoint that somebody has kept.

use std::path::Path;

use sigeyi_proof::{NOTE_BYTES_MAX, SignedCheckpoint, Trust, Trusted};

use crate::{
    fault::{Place, VerifyError, Wrong},
    input::read,
};

/// Reads a checkpoint from a file, and believes it when the trusted keys have signed it.
pub fn read_checkpoint(path: &Path, trust: &Trust) -> Result<Trusted, VerifyError> {
    let wrong = |wrong: Wrong| VerifyError::wrong(Place::File(path.to_owned()), wrong);
    let bytes = read(path, NOTE_BYTES_MAX)?;
    let signed = SignedCheckpoint::parse(&bytes).map_err(|error| wrong(error.into()))?;
    trust.verify(&signed).map_err(|error| wrong(error.into()))
}
