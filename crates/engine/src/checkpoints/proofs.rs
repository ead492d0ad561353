//! What an open log proves of itself: all of it in the tree of the newest checkpoint that was handed out.

use std::sync::Arc;

use bytes::Bytes;
use sigeyi_envelope::{EVENT_BYTES_MAX, Position, StoredEvent};
use sigeyi_proof::{
    Checkpoint, Hash, LogProof, SignedCheckpoint, TILE_HASHES, Tile, TileId, VerifierKey, consistency_path,
    inclusion_path, verify_inclusion,
};
use sigeyi_store::{Direction, EventStore};
use uuid::Uuid;

use super::{CheckpointError, Checkpoints, ProofError, tree::Tree};
use crate::Engine;

/// A checkpoint that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published(pub(super) SignedCheckpoint);

impl Published {
    /// What it says.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.0.unverified()
    }

    /// The note, with the signature of the log and those of witnesses.
    pub fn signed(&self) -> &SignedCheckpoint {
        &self.0
    }
}

/// An event of the log as it is stored, for those who audit the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub position: Position,
    /// Whose it is; none where it is withheld or belongs to nobody.
    pub person: Option<Uuid>,
    /// Its bytes; none where its person's data are restricted or erased.
    pub stored: Option<Bytes>,
}

impl Tree {
    /// How the tree of a size goes on from a smaller one.
    pub(super) fn consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, ProofError> {
        Ok(consistency_path(self.algorithm(), &self.at(to), from, to)?)
    }
}

impl Engine {
    /// The newest checkpoint; none for a log that signs nothing, or has nothing yet.
    pub fn checkpoint(&self) -> Option<Arc<Published>> {
        self.checkpoints.as_ref()?.published()
    }

    /// The public key with which the log signs, if it does.
    pub fn log_key(&self) -> Option<&VerifierKey> {
        self.checkpoints.as_ref().map(|checkpoints| checkpoints.key())
    }

    /// Signs what is durable now, without waiting for the thread that does, and gives the checkpoint.
    pub fn sign_checkpoint(&self) -> Result<Option<Arc<Published>>, CheckpointError> {
        let Some(checkpoints) = &self.checkpoints else { return Ok(None) };
        checkpoints.sign(&self.shared)?;
        Ok(checkpoints.published())
    }

    /// That an event is in the log, with its stored bytes, as somebody may carry it away.
    pub fn proof(&self, position: Position) -> Result<LogProof, ProofError> {
        let (checkpoints, published) = self.proving()?;
        checkpoints.proof(&self.shared.store, &published, position).map(|(_, proof)| proof)
    }

    /// How the log of `to` events goes on from that of `from`.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, ProofError> {
        let (checkpoints, published) = self.proving()?;
        if from > to {
            return Err(ProofError::Order);
        }
        let size = published.checkpoint().size;
        if to > size || from == 0 {
            return Err(ProofError::Beyond { size });
        }
        checkpoints.tree.consistency(from, to)
    }

    /// A full tile of the newest checkpoint's tree; none beyond it.
    pub fn tile(&self, id: TileId) -> Result<Option<Tile>, ProofError> {
        let (checkpoints, published) = self.proving()?;
        if !id.is_full_at(published.checkpoint().size) {
            return Ok(None);
        }
        Ok(Some(checkpoints.tree.stored_tile(id)?))
    }

    /// The 256 events whose leaves a full tile holds; none beyond the newest checkpoint.
    pub fn entries(&self, tile: u64) -> Result<Option<Vec<Entry>>, ProofError> {
        let (_, published) = self.proving()?;
        let id = TileId { level: 0, index: tile };
        if !id.is_full_at(published.checkpoint().size) {
            return Ok(None);
        }
        let before = tile * TILE_HASHES as u64;
        let bytes_max = TILE_HASHES * EVENT_BYTES_MAX;
        let stored = self.shared.store.read(Position(before), Direction::Forward, TILE_HASHES, bytes_max)?;
        // After the reading, so that what has been restricted by now is withheld.
        let folded = self.shared.folded.read();
        let people = folded.model.people();
        let mut entries = Vec::with_capacity(stored.len());
        for (bytes, position) in stored.into_iter().zip(before + 1..) {
            let position = Position(position);
            let event = StoredEvent::parse(&bytes).map_err(|_| ProofError::NotAnEvent(position))?;
            let person = event.parts().person;
            let is_withheld = !person.is_nil() && people.is_withheld(person);
            let person = (!person.is_nil() && !is_withheld).then_some(person);
            entries.push(Entry { position, person, stored: (!is_withheld).then_some(bytes) });
        }
        Ok(Some(entries))
    }

    pub(super) fn proving(&self) -> Result<(&Checkpoints, Arc<Published>), ProofError> {
        let checkpoints = self.checkpoints.as_deref().ok_or(ProofError::NoCheckpoint)?;
        Ok((checkpoints, checkpoints.published().ok_or(ProofError::NoCheckpoint)?))
    }
}

impl Checkpoints {
    /// The stored bytes of an event, and its proof, which is checked before it leaves: a damaged tile or event is found here and not by an auditor.
    pub(super) fn proof(
        &self,
        store: &dyn EventStore,
        published: &Published,
        position: Position,
    ) -> Result<(Bytes, LogProof), ProofError> {
        let Checkpoint { size, root, .. } = published.checkpoint();
        let beyond = || ProofError::Beyond { size: *size };
        let index = position.0.checked_sub(1).filter(|index| index < size).ok_or_else(beyond)?;
        let stored = store.read_one(position)?.ok_or_else(beyond)?;
        let algorithm = self.tree.algorithm();
        let path = inclusion_path(algorithm, &self.tree.at(*size), index, *size)?;
        verify_inclusion(algorithm, &algorithm.leaf(&stored), index, *size, &path, root)?;
        let proof =
            LogProof { extra: Some(stored.to_vec()), index, path, checkpoint: published.signed().clone() };
        Ok((stored, proof))
    }
}
