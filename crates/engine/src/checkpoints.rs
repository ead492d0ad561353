//! What the log says of itself to others: tiles of its tree, checkpoints that it signs, proofs.

mod error;
mod export;
mod fork;
mod keeper;
mod log_key;
mod out;
mod proofs;
mod start;
mod stored;
mod tree;

#[cfg(test)]
pub(crate) use self::fork::declare_fork_on;
pub use self::{
    error::{CheckpointError, ExportError, ProofError},
    export::Exported,
    fork::{DeclaredFork, declare_fork},
    out::{CheckpointOut, Consistency, NoOut},
    proofs::{Entry, Published},
    start::CheckpointOptions,
};
pub(crate) use self::{
    fork::{forks_path, parse_fork},
    keeper::{Checkpoints, run},
    log_key::{KeyFolder, LogSigner},
    start::open,
    stored::CheckpointFile,
};
