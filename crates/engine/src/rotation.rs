//! From one generation of the vault's file to the next: other root key, other bucket keys, fewer person keys.
//!
//! In this order, so that a cut at any moment leaves the old generation or the new one, whole, and its root key:
//! a new root key is made · `ROTATION` names both root keys and both generations · the file is rewritten, copy by copy · the old root key is
//! destroyed · `ROTATION` goes. What was cut off before the file was rewritten is undone by the next start or command, what was cut off after it is
//! completed. A root key under which the vault lies is never destroyed.

mod copies;
mod intent;

use std::{path::Path, sync::Arc};

use sigeyi_envelope::Suite;
use sigeyi_store::{Disk, DiskError, TwinError, TwinFile, hash_algorithm};
use sigeyi_vault::{Change, KeyNumber, KeyProvider, KeyProviderError, RootId, VaultError, rewrite, root_of};
use uuid::Uuid;

pub use self::copies::OlderCopy;
pub(crate) use self::{copies::older_copies, intent::Intent};

/// Name of the vault's file.
pub(crate) const KEYS_FILE: &str = "keys";

/// Why the vault's file was not moved on to its next generation, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// What is there does not open, or the key provider failed. Nothing was replaced.
    #[error("the keys cannot be rewritten; nothing was replaced")]
    Vault(#[from] VaultError),
    /// No new root key was made. Nothing was replaced.
    #[error("no new root key was made; nothing was replaced")]
    NewRoot(#[source] KeyProviderError),
    /// The file.
    #[error("the vault's file cannot be rewritten")]
    File(#[from] TwinError),
    /// A root key that is no longer needed is still there: what was erased could still be read by whoever has it and an old copy.
    #[error(
        "root key {root} is no longer needed, but not destroyed yet: mend its provider, then run this or the next start again"
    )]
    NotDestroyed {
        /// Which one.
        root: RootId,
        /// Why.
        #[source]
        source: KeyProviderError,
    },
    /// `ROTATION` is damaged.
    #[error("{} is damaged: the vault itself opens, so remove it, and look whether an old root key is left", .path.display())]
    Intent {
        /// The file.
        path: std::path::PathBuf,
    },
    /// `ROTATION` speaks of another vault than the one that is there.
    #[error(
        "{} names other root keys than the one under which the vault lies: it was copied from elsewhere, or the keys were; nothing is destroyed",
        .path.display()
    )]
    Contradiction {
        /// The file.
        path: std::path::PathBuf,
    },
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Where the vault of a log lies, and who holds its root keys.
#[derive(Clone, Copy)]
pub(crate) struct VaultFolder<'a> {
    pub(crate) disk: &'a Arc<dyn Disk>,
    pub(crate) dir: &'a Path,
    pub(crate) log_id: Uuid,
    pub(crate) suite: Suite,
    pub(crate) provider: &'a dyn KeyProvider,
}

/// What the next generation is to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) new_root: bool,
    pub(crate) new_bucket_keys: bool,
    pub(crate) erased: Vec<KeyNumber>,
}

/// A generation that is in place.
pub(crate) struct Moved {
    pub(crate) change: Change,
    /// Whether the old root key is gone too; else [`VaultFolder::resume`] is to be called again.
    pub(crate) finished: Result<(), RotationError>,
}

/// What became of a rotation that had been cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// The file had not been rewritten: the new root key was destroyed.
    Undone,
    /// The file had been rewritten: the old root key was destroyed.
    Completed,
}

impl VaultFolder<'_> {
    /// Undoes or completes what was cut off. `root` is the root key under which the vault, which opens, lies in this generation.
    pub(crate) fn resume(&self, generation: u16, root: RootId) -> Result<Option<Resumed>, RotationError> {
        let Some(intent) = Intent::read(&**self.disk, self.dir)? else { return Ok(None) };
        let is_ours = intent.log_id == self.log_id;
        let (resumed, other) = if is_ours && (generation, root) == (intent.to, intent.new_root) {
            (Resumed::Completed, intent.old_root)
        } else if is_ours && (generation, root) == (intent.from, intent.old_root) {
            (Resumed::Undone, intent.new_root)
        } else {
            return Err(RotationError::Contradiction { path: Intent::path(self.dir) });
        };
        self.finish(root, other)?;
        Ok(Some(resumed))
    }

    /// Puts the next generation in place. Nothing may be appended meanwhile. `progress` is told how many buckets of how many are done.
    pub(crate) fn advance(
        &self,
        file: &mut TwinFile,
        wanted: &Wanted,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Moved, RotationError> {
        let payloads = TwinFile::inspect(&**self.disk, self.dir, KEYS_FILE, self.log_id)?.payloads;
        let old_root = root_of(&payloads, self.provider)?;
        self.resume(file.generation(), old_root)?;
        let to = file.generation().checked_add(1).ok_or(TwinError::TooManyGenerations)?;
        let root = if wanted.new_root {
            self.provider.new_root().map_err(RotationError::NewRoot)?
        } else {
            old_root
        };
        let intent = Intent { log_id: self.log_id, from: file.generation(), to, old_root, new_root: root };
        intent.write(&**self.disk, self.dir, hash_algorithm(self.suite))?;

        let change = Change { root, new_bucket_keys: wanted.new_bucket_keys, erased: wanted.erased.clone() };
        let total = payloads.len().saturating_sub(1) as u64;
        let next =
            rewrite(self.log_id, self.provider, &payloads, &change, &mut |done| progress(done.into(), total));
        let next = match next {
            Ok(next) => next,
            Err(error) => {
                // Else the next start or command does it.
                let _ = self.finish(old_root, root);
                return Err(error.into());
            }
        };
        file.replace(&**self.disk, &next)?;
        Ok(Moved { finished: self.finish(root, old_root), change })
    }

    /// Destroys the other root key, unless the vault lies under it, and takes `ROTATION` away.
    fn finish(&self, root: RootId, other: RootId) -> Result<(), RotationError> {
        if other != root {
            let not_destroyed = |source| RotationError::NotDestroyed { root: other, source };
            self.provider.destroy(other).map_err(not_destroyed)?;
        }
        Ok(Intent::remove(&**self.disk, self.dir)?)
    }
}
