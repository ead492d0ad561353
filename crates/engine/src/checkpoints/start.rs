//! At a start: the key, and whether the log still goes on from what it has signed.

use std::{path::Path, sync::Arc};

use sigeyi_proof::{
    Checkpoint, HashAlgorithm, NoteSigner, SignedCheckpoint, Trust, consistency_path, verify_consistency,
};
use sigeyi_store::{Disk, EventStore, JournalStore, TileFiles};
use uuid::Uuid;

use super::{
    CheckpointError, CheckpointOut, Checkpoints, NoOut,
    log_key::{KeyFolder, LogSigner},
    stored::CheckpointFile,
    tree::Tree,
};

/// How a log says what it is to others.
#[derive(Clone, Default)]
pub struct CheckpointOptions {
    /// Make the key of the log if there is none. A log that has one always signs.
    pub make_key: bool,
    /// The name under which it signs, given when the key is made; of its id if none. Later it must be that name.
    pub origin: Option<String>,
    /// Where checkpoints go besides the directory.
    pub out: Option<Arc<dyn CheckpointOut>>,
}

/// What a log signs as, if nobody says otherwise.
fn default_origin(log_id: Uuid) -> String {
    format!("sigeyi/{log_id}")
}

/// Finds the key or makes it, and checks the stored checkpoint against the log. None for a log that signs nothing.
pub(crate) fn open(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    log_id: Uuid,
    store: &JournalStore,
    options: &CheckpointOptions,
) -> Result<Option<Checkpoints>, CheckpointError> {
    let (keys, file) = (KeyFolder::of(&**disk, dir), CheckpointFile::of(dir));
    complete(&**disk, &keys, &file)?;
    let algorithm = store.tree().algorithm();
    let signer = match keys.key()? {
        Some(signer) => signer,
        None if file.read(&**disk)?.is_some() => {
            return Err(CheckpointError::KeyMissing { path: keys.path() });
        }
        None if !options.make_key => return Ok(None),
        None => {
            let origin = options.origin.clone().unwrap_or_else(|| default_origin(log_id));
            make(&**disk, &keys, &file, algorithm, &origin)?
        }
    };
    // Whoever checks takes the hash from the key: one of another suite would sign what nobody can check.
    if signer.verifier_key().algorithm() != algorithm {
        let (key, log) = (signer.verifier_key().algorithm().suite(), algorithm.suite());
        return Err(CheckpointError::KeySuite { path: keys.path(), key, log });
    }
    let origin = signer.verifier_key().name();
    if let Some(asked) = options.origin.as_ref().filter(|asked| *asked != origin) {
        return Err(CheckpointError::OriginDiffers { stored: origin.to_owned(), asked: asked.clone() });
    }
    let stored = file.read_of(&**disk, &*signer)?;
    let tiles = TileFiles::open(disk.clone(), dir.join("tree"), log_id, algorithm)?;
    let tree = Tree::open(tiles, algorithm)?;
    check(&tree, store, stored.unverified())?;
    let out = options.out.clone().unwrap_or_else(|| Arc::new(NoOut));
    Ok(Some(Checkpoints::new(disk.clone(), file, signer, tree, stored, out)))
}

/// The stored checkpoint's tree must be the beginning of the log's. The journal's own root is what a proof of that ends in, so neither tiles
/// that are of an older history nor the journal's checksums are believed.
fn check(tree: &Tree, store: &JournalStore, stored: &Checkpoint) -> Result<(), CheckpointError> {
    let journal = store.tree();
    if stored.size > journal.size() {
        return Err(CheckpointError::Behind { size: stored.size, head: journal.size() });
    }
    if stored.size == 0 {
        return Ok(());
    }
    tree.follow(store as &dyn EventStore, &journal)?;
    let algorithm = journal.algorithm();
    let path = consistency_path(algorithm, &tree.at(journal.size()), stored.size, journal.size())?;
    verify_consistency(algorithm, (stored.size, &stored.root), (journal.size(), &journal.root()), &path)
        .map_err(|_| CheckpointError::Forked { size: stored.size })
}

/// Makes a key. Its first checkpoint, of no events, is there before the key counts, so that a key without a checkpoint is always one that has lost it.
fn make(
    disk: &dyn Disk,
    keys: &KeyFolder<'_>,
    file: &CheckpointFile,
    algorithm: HashAlgorithm,
    origin: &str,
) -> Result<LogSigner, CheckpointError> {
    let signer = keys.begin(origin, algorithm)?;
    begin_with(disk, keys, file, &*signer)?;
    Ok(signer)
}

/// The first checkpoint of a key that was begun, and then its name.
pub(super) fn begin_with(
    disk: &dyn Disk,
    keys: &KeyFolder<'_>,
    file: &CheckpointFile,
    signer: &dyn NoteSigner,
) -> Result<(), CheckpointError> {
    file.write(disk, &of_nothing(signer)?)?;
    keys.finish()
}

/// Completes or undoes the making of a key that was cut off.
pub(super) fn complete(
    disk: &dyn Disk,
    keys: &KeyFolder<'_>,
    file: &CheckpointFile,
) -> Result<(), CheckpointError> {
    let Some(begun) = keys.begun()? else { return Ok(()) };
    let trust = Trust::log(begun.verifier_key().clone())?;
    match file.read(disk) {
        Ok(Some(found)) if trust.verify(&found).is_ok() => {
            // The second copy may still be the one before.
            file.write(disk, &found)?;
            keys.finish()
        }
        // Nothing counts of it yet: whoever needs a key makes one.
        Ok(_) | Err(CheckpointError::CheckpointDamaged { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn of_nothing(signer: &dyn NoteSigner) -> Result<SignedCheckpoint, CheckpointError> {
    let key = signer.verifier_key();
    Ok(Checkpoint { origin: key.name().to_owned(), size: 0, root: key.algorithm().empty() }.sign(signer)?)
}
