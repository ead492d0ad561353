//! Checkpoints: the size and root of a log, signed. `c2sp.org/tlog-checkpoint`.

use std::fmt;

use crate::key::is_key_name;
use crate::words::{base64, decimal, hash, line};
use crate::{Hash, Note, NoteError, NoteSignature, NoteSigner, SignError};

/// What a log says of itself: so many events, and this is their root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of the key that signs it.
    pub origin: String,
    /// Leaves of the tree.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

/// A checkpoint with signatures that nobody has looked at yet; [`Trust`](crate::Trust) does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) note: Note,
}

/// Bytes that are not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not three lines: origin, size, root.
    #[error("a checkpoint has three lines: origin, size and root")]
    Lines,
    /// The first line is no name.
    #[error("the origin of a checkpoint is a name without blank or plus")]
    Origin,
    /// The second line is no number.
    #[error("the size of a checkpoint is a decimal number without leading zeros")]
    Size,
    /// The third line is no hash.
    #[error("the root of a checkpoint is a hash of 32 bytes in base64")]
    Root,
}

impl Checkpoint {
    /// Reads the text of a checkpoint. Extension lines, which nobody audits, are not taken: no log of this kind writes them.
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
        let (origin, rest) = line(text).ok_or(CheckpointError::Lines)?;
        let (size, rest) = line(rest).ok_or(CheckpointError::Lines)?;
        let (root, rest) = line(rest).ok_or(CheckpointError::Lines)?;
        if !rest.is_empty() {
            return Err(CheckpointError::Lines);
        }
        if !is_key_name(origin) {
            return Err(CheckpointError::Origin);
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size: decimal(size).ok_or(CheckpointError::Size)?,
            root: hash(root).ok_or(CheckpointError::Root)?,
        })
    }

    /// Signs it by the log's key, which has the origin as its name.
    pub fn sign(self, signer: &dyn NoteSigner) -> Result<SignedCheckpoint, SignError> {
        if signer.verifier_key().name() != self.origin {
            let key = signer.verifier_key().name().to_owned();
            return Err(SignError::Origin { key, origin: self.origin });
        }
        let note = Note::sign(&self.to_string(), signer)?;
        Ok(SignedCheckpoint { checkpoint: self, note })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, base64(&self.root))
    }
}

impl SignedCheckpoint {
    /// Reads a checkpoint. Signatures are not checked.
    pub fn parse(bytes: &[u8]) -> Result<SignedCheckpoint, CheckpointError> {
        let note = Note::parse(bytes)?;
        Ok(SignedCheckpoint { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// What it says, true or not.
    pub fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note around it.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds the signature of a witness.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.note.add(signature)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
