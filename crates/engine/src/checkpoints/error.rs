//! What can go wrong with checkpoints and proofs.

use std::{io, path::PathBuf};

use sigeyi_envelope::Position;
use sigeyi_proof::{
    CheckpointError as CheckpointTextError, Distrust, InclusionError, KeyError, NoRandomness, SignError,
    TrustError,
};
use sigeyi_store::{DiskError, LockError, ManifestError, ReadError, TileFileError};

use crate::heads::HeadsError;

/// Why a directory is not opened, or a fork of it not declared.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The key's file is there and cannot be understood.
    #[error("{0} is no key of a log: put the right one back")]
    KeyFile(PathBuf),
    /// There is a checkpoint, and the key that signed it is gone.
    #[error(
        "the key that has signed the log's checkpoints is not at {path}: put it back, or declare a new log that begins here: `sigeyi checkpoint --data DIR --accept-fork --origin NAME`"
    )]
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is a key, and no checkpoint, as when a backup was restored and the key put back.
    #[error(
        "the log has a key and its checkpoint is not at {path}: put there the newest one that anybody else holds, or declare a fork: `sigeyi checkpoint --data DIR --accept-fork --origin NAME`"
    )]
    CheckpointMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Neither copy of the checkpoint is whole.
    #[error("neither copy of {path} can be read: put there the newest checkpoint that anybody else holds")]
    CheckpointDamaged {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with the first one.
        #[source]
        source: CheckpointTextError,
    },
    /// Signed by somebody else.
    #[error(
        "the checkpoint {path} is not one of this log's key: put the right key or the right checkpoint back"
    )]
    Distrusted {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: Distrust,
    },
    /// The name of the log is for ever.
    #[error("the log signs as {stored}, not as {asked}: leave --origin out; another name is another log")]
    OriginDiffers {
        /// The name that it has.
        stored: String,
        /// The name that was asked for.
        asked: String,
    },
    /// A name that no key can have.
    #[error("this cannot be the name of a log")]
    Name(#[source] KeyError),
    /// A fork needs a name of its own, since nobody may see two histories under one.
    #[error("the log has signed as {0} so far: a fork is another log and needs another name")]
    SameOrigin(String),
    /// Nothing was promised to anybody.
    #[error("the log has signed nothing yet: there is nothing to fork from")]
    NothingToFork,
    /// The log ends before what it has signed.
    #[error(
        "the log ends at {head}, and it has signed a checkpoint of {size} events: what is missing was lost or taken away. Bring back the events, or declare the fork: `sigeyi checkpoint --data DIR --accept-fork --origin NAME`"
    )]
    Behind {
        /// Signed.
        size: u64,
        /// What is there.
        head: u64,
    },
    /// The log is another one than was signed.
    #[error(
        "the first {size} events are not those of the checkpoint that the log has signed: they were altered. Bring back the right ones, or declare the fork: `sigeyi checkpoint --data DIR --accept-fork --origin NAME`"
    )]
    Forked {
        /// Signed.
        size: u64,
    },
    /// The tree that the events give is not the journal's.
    #[error("the events do not have the tree root that the journal states: the directory is damaged")]
    WrongRoot,
    /// The key of another log, since a suite never changes.
    #[error("{path} is a key of suite {key}, and the log is of suite {log}: put the right one back")]
    KeySuite {
        /// Where it is.
        path: PathBuf,
        /// The key's suite.
        key: u8,
        /// The log's suite.
        log: u8,
    },
    /// What a new key must be of stands in it.
    #[error("the manifest of the log cannot be read")]
    Manifest(#[from] ManifestError),
    /// There is no log whose fork could be declared.
    #[error("{0} holds no data: check --data")]
    NoData(PathBuf),
    /// Another process holds the directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The keys that are given do not go together.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Not signed.
    #[error("the checkpoint was not signed")]
    Sign(#[from] SignError),
    /// No key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// The tiles cannot be read.
    #[error("the tiles of the tree cannot be read")]
    Tiles(#[from] TileFileError),
}

/// A proof that was not made.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The log signs nothing.
    #[error("the log has no checkpoint yet")]
    NoCheckpoint,
    /// Beyond the newest checkpoint, or zero.
    #[error("the newest checkpoint is of {size} events: there is a proof for what is in it")]
    Beyond {
        /// Its size.
        size: u64,
    },
    /// The earlier one is the later one.
    #[error("a log goes on from a smaller size to a larger one")]
    Order,
    /// The event's bytes are not those in the tree.
    #[error("the event is not the one that is in the tree: the directory is damaged")]
    Inclusion(#[from] InclusionError),
    /// What stands there is no event of the person, or none at all.
    #[error("what stands at {0} is not the event that is due: the directory is damaged")]
    NotAnEvent(Position),
    /// A person whom nothing is recorded of.
    #[error("nothing is recorded of this person")]
    Nobody,
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// The tiles cannot be read.
    #[error("the tiles of the tree cannot be read")]
    Tiles(#[from] TileFileError),
}

/// An export that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Something in it cannot be proved.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The heads that the log has committed to are not to be had again.
    #[error("the heads that the log has committed to cannot be taken again")]
    Heads(#[from] HeadsError),
    /// Whoever takes it takes no more.
    #[error("the export cannot be written")]
    Write(#[from] io::Error),
}
