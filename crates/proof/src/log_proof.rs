//! A proof that can be carried away: `c2sp.org/tlog-proof`.

use std::fmt;

use crate::inclusion::{InclusionError, PATH_HASHES_MAX, verify_inclusion};
use crate::words::{base64, decimal, from_base64, hashes, line};
use crate::{CheckpointError, Distrust, Hash, NOTE_BYTES_MAX, SignedCheckpoint, Trust, Trusted};

/// What a proof carries besides, at most, in bytes.
pub const EXTRA_BYTES_MAX: usize = 16 << 10;
/// A proof at most, in bytes.
pub const PROOF_BYTES_MAX: usize = NOTE_BYTES_MAX + EXTRA_BYTES_MAX * 4 / 3 + PATH_HASHES_MAX * 45 + 128;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// That a leaf is in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// What is carried besides: here the stored bytes of the event, of which the leaf hash is made.
    pub extra: Option<Vec<u8>>,
    /// Of the leaf, from 0: the event's position less 1.
    pub index: u64,
    /// Hashes from the leaf's sibling to the root's child.
    pub path: Vec<Hash>,
    /// The tree in which the leaf is.
    pub checkpoint: SignedCheckpoint,
}

/// Bytes that are not a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
    /// Longer than [`PROOF_BYTES_MAX`].
    #[error("a proof has at most {PROOF_BYTES_MAX} bytes, this has {bytes}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("a proof is UTF-8")]
    Characters,
    /// The first line is not that of a proof.
    #[error("a proof begins with the line {FIRST_LINE}")]
    FirstLine,
    /// The line of what is carried besides is not base64, or too long.
    #[error("what stands behind extra is not base64 of at most {EXTRA_BYTES_MAX} bytes")]
    Extra,
    /// No line with the index.
    #[error("a proof has a line with index and a decimal number")]
    Index,
    /// A line of the path is no hash, there are too many, or no empty line ends it.
    #[error(
        "a proof has at most {PATH_HASHES_MAX} hashes in base64, one a line, and an empty line behind them"
    )]
    Path,
    /// What follows is no checkpoint.
    #[error("the proof's checkpoint cannot be read")]
    Checkpoint(#[source] CheckpointError),
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// The checkpoint is not believed.
    #[error("the checkpoint is not believed")]
    Checkpoint(#[from] Distrust),
    /// The leaf is not in its tree.
    #[error("the event is not in the tree of the checkpoint")]
    Inclusion(#[from] InclusionError),
}

impl LogProof {
    /// Reads a proof.
    pub fn parse(bytes: &[u8]) -> Result<LogProof, LogProofError> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(LogProofError::TooLong { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| LogProofError::Characters)?;
        let (first, rest) = line(text).ok_or(LogProofError::FirstLine)?;
        if first != FIRST_LINE {
            return Err(LogProofError::FirstLine);
        }
        let (second, after) = line(rest).ok_or(LogProofError::Index)?;
        let (extra, rest) = match second.strip_prefix("extra ") {
            Some(extra) => {
                let extra = from_base64(extra).filter(|extra| (1..=EXTRA_BYTES_MAX).contains(&extra.len()));
                (Some(extra.ok_or(LogProofError::Extra)?), after)
            }
            None => (None, rest),
        };
        let (index, rest) = line(rest).ok_or(LogProofError::Index)?;
        let index = index.strip_prefix("index ").and_then(decimal).ok_or(LogProofError::Index)?;
        let (path, checkpoint) = hashes(rest, PATH_HASHES_MAX).ok_or(LogProofError::Path)?;
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(LogProofError::Checkpoint)?;
        Ok(LogProof { extra, index, path, checkpoint })
    }

    /// Checks that the leaf with these bytes is in a log that is trusted.
    pub fn verify(&self, leaf: &[u8], trust: &Trust) -> Result<Trusted, NotProved> {
        let trusted = trust.verify(&self.checkpoint)?;
        let (algorithm, checkpoint) = (trusted.algorithm, &trusted.checkpoint);
        let leaf = algorithm.leaf(leaf);
        verify_inclusion(algorithm, &leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(trusted)
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
