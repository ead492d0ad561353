//! Where checkpoints go besides the directory.

use sigeyi_proof::{Hash, SignedCheckpoint};

use super::ProofError;

/// The path by which the log of a checkpoint goes on from an earlier size.
pub type Consistency<'a> = dyn Fn(u64) -> Result<Vec<Hash>, ProofError> + 'a;

/// Witnesses that cosign, and places that keep. It is called by a thread of its own, at most once a second; the next checkpoint waits for it.
pub trait CheckpointOut: Send + Sync {
    /// Shows a checkpoint, which is durable, to witnesses, and adds what they sign. What went wrong comes back as text, and stops nothing.
    fn cosign(&self, checkpoint: &mut SignedCheckpoint, path_from: &Consistency<'_>) -> Vec<String>;

    /// Hands it out. What went wrong comes back as text, and stops nothing.
    fn publish(&self, checkpoint: &SignedCheckpoint) -> Vec<String>;
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOut;

impl CheckpointOut for NoOut {
    fn cosign(&self, _: &mut SignedCheckpoint, _: &Consistency<'_>) -> Vec<String> {
        Vec::new()
    }

    fn publish(&self, _: &SignedCheckpoint) -> Vec<String> {
        Vec::new()
    }
}
