//! The thread that signs: a checkpoint of what is durable, at most once a second while events come, and one at the end.

use std::{sync::Arc, time::Duration};

use parking_lot::{Condvar, Mutex, RwLock};
use sigeyi_proof::{Checkpoint, Hash, HashAlgorithm, SignedCheckpoint, Tile, TileId, VerifierKey};
use sigeyi_store::{Disk, TileFileError};

use super::{
    CheckpointError, CheckpointOut, log_key::LogSigner, proofs::Published, stored::CheckpointFile, tree::Tree,
};
use crate::{shared::Shared, writer::chain};

/// Between two checkpoints.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// The checkpoints of a log that signs.
pub(crate) struct Checkpoints {
    disk: Arc<dyn Disk>,
    file: CheckpointFile,
    signer: LogSigner,
    pub(super) tree: Tree,
    out: Arc<dyn CheckpointOut>,
    /// The newest one, which is durable, and whether it was handed out.
    newest: Mutex<(SignedCheckpoint, bool)>,
    published: RwLock<Option<Arc<Published>>>,
    is_closed: Mutex<bool>,
    changed: Condvar,
}

impl Checkpoints {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        file: CheckpointFile,
        signer: LogSigner,
        tree: Tree,
        stored: SignedCheckpoint,
        out: Arc<dyn CheckpointOut>,
    ) -> Checkpoints {
        // Without events there is nothing to show.
        let published = (stored.unverified().size > 0).then(|| Arc::new(Published(stored.clone())));
        Checkpoints {
            disk,
            file,
            signer,
            tree,
            out,
            newest: Mutex::new((stored, false)),
            published: RwLock::new(published),
            is_closed: Mutex::new(false),
            changed: Condvar::new(),
        }
    }

    /// The newest checkpoint that was handed out.
    pub(super) fn published(&self) -> Option<Arc<Published>> {
        self.published.read().clone()
    }

    /// Size and root of the newest checkpoint, which is durable; none before the first event.
    pub(crate) fn signed(&self) -> Option<(u64, Hash)> {
        // Published is what was signed, and its lock is never held while witnesses are asked.
        let published = self.published()?;
        let checkpoint = published.checkpoint();
        Some((checkpoint.size, checkpoint.root))
    }

    /// A full tile on the disk.
    pub(crate) fn stored_tile(&self, id: TileId) -> Result<Tile, TileFileError> {
        self.tree.stored_tile(id)
    }

    /// How the tree is hashed.
    pub(crate) fn algorithm(&self) -> HashAlgorithm {
        self.tree.algorithm()
    }

    /// The public key.
    pub(super) fn key(&self) -> &VerifierKey {
        self.signer.verifier_key()
    }

    /// Says that nothing more is coming.
    pub(crate) fn close(&self) {
        *self.is_closed.lock() = true;
        self.changed.notify_one();
    }

    /// Signs what is durable, if it is more than was signed before: tiles first, then the checkpoint on the disk, then out.
    pub(crate) fn sign(&self, shared: &Shared) -> Result<(), CheckpointError> {
        let mut newest = self.newest.lock();
        let journal = shared.store.tree();
        if journal.size() > newest.0.unverified().size {
            self.tree.follow(&shared.store, &journal)?;
            let origin = self.key().name().to_owned();
            let checkpoint = Checkpoint { origin, size: journal.size(), root: journal.root() };
            let signed = checkpoint.sign(&*self.signer)?;
            self.file.write(&*self.disk, &signed)?;
            *newest = (signed, false);
        }
        if newest.1 || newest.0.unverified().size == 0 {
            return Ok(());
        }
        let (signed, is_out) = &mut *newest;
        let (size, signatures) = (signed.unverified().size, signed.note().signatures().len());
        let path_from = |from: u64| self.tree.consistency(from, size);
        let mut faults = self.out.cosign(signed, &path_from);
        if signed.note().signatures().len() > signatures {
            self.file.write(&*self.disk, signed)?;
        }
        *self.published.write() = Some(Arc::new(Published(signed.clone())));
        faults.append(&mut self.out.publish(signed));
        *is_out = true;
        faults.iter().for_each(|fault| shared.note(fault));
        Ok(())
    }
}

/// The checkpoint thread. What it cannot sign it tries again; the log goes on meanwhile, and what was handed out stays true.
pub(crate) fn run(shared: &Shared, checkpoints: &Checkpoints) {
    let mut said = None;
    loop {
        let is_last = *checkpoints.is_closed.lock();
        match checkpoints.sign(shared) {
            Ok(()) => said = None,
            Err(error) => {
                let reason = chain(&error);
                if said.as_ref() != Some(&reason) {
                    shared.note(&format!("no checkpoint was signed: {reason}"));
                    said = Some(reason);
                }
            }
        }
        if is_last {
            return;
        }
        let mut is_closed = checkpoints.is_closed.lock();
        if !*is_closed {
            checkpoints.changed.wait_for(&mut is_closed, CHECKPOINT_EVERY);
        }
    }
}
