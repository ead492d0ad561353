//! What a witness is sent: a checkpoint, and that it goes on from the one that the witness knows. `c2sp.org/tlog-witness`, `add-checkpoint`.

use std::fmt;

use crate::words::{base64, decimal, hashes, line};
use crate::{CheckpointError, Hash, NOTE_BYTES_MAX, SignedCheckpoint};

/// Hashes that a request has at most.
pub const CONSISTENCY_HASHES_MAX: usize = 63;
/// A request at most, in bytes.
pub const WITNESS_REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + CONSISTENCY_HASHES_MAX * 45 + 128;

/// A checkpoint to be cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessRequest {
    /// Size of the newest checkpoint that the witness has cosigned, 0 for none.
    pub old_size: u64,
    /// The path from there.
    pub path: Vec<Hash>,
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// Bytes that are not a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRequestError {
    /// Longer than [`WITNESS_REQUEST_BYTES_MAX`].
    #[error("a request has at most {WITNESS_REQUEST_BYTES_MAX} bytes, this has {bytes}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("a request is UTF-8")]
    Characters,
    /// The first line is not the old size.
    #[error("a request begins with old and a decimal number")]
    OldSize,
    /// A line of the path is no hash, there are too many, or no empty line ends it.
    #[error(
        "a request has at most {CONSISTENCY_HASHES_MAX} hashes in base64, one a line, and an empty line behind them"
    )]
    Path,
    /// What follows is no checkpoint.
    #[error("the request's checkpoint cannot be read")]
    Checkpoint(#[source] CheckpointError),
    /// The old size is above that of the checkpoint.
    #[error("the old size is above that of the checkpoint")]
    Shrunk,
}

impl WitnessRequest {
    /// Reads a request.
    pub fn parse(bytes: &[u8]) -> Result<WitnessRequest, WitnessRequestError> {
        if bytes.len() > WITNESS_REQUEST_BYTES_MAX {
            return Err(WitnessRequestError::TooLong { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| WitnessRequestError::Characters)?;
        let (old, rest) = line(text).ok_or(WitnessRequestError::OldSize)?;
        let old_size = old.strip_prefix("old ").and_then(decimal).ok_or(WitnessRequestError::OldSize)?;
        let (path, checkpoint) = hashes(rest, CONSISTENCY_HASHES_MAX).ok_or(WitnessRequestError::Path)?;
        let checkpoint =
            SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(WitnessRequestError::Checkpoint)?;
        if old_size > checkpoint.unverified().size {
            return Err(WitnessRequestError::Shrunk);
        }
        Ok(WitnessRequest { old_size, path, checkpoint })
    }
}

impl fmt::Display for WitnessRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
