//! `keys`: how the keys of a directory lie, and the rotation of its root key and its bucket keys.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_envelope::Suite;
use sigeyi_store::{
    DirectoryLock, Disk, DiskError, LockError, Manifest, ManifestError, TwinError, TwinFile, TwinInspection,
};
use sigeyi_vault::{CipherSuite, KEYS_PER_BUCKET, RootId, Vault, VaultError};
use uuid::Uuid;

use super::restore::is_unfinished;
use crate::{
    open::Machine,
    root_keys::{KeySource, RootKeyFault, RootKeys},
    rotation::{Intent, KEYS_FILE, OlderCopy, Resumed, RotationError, VaultFolder, Wanted, older_copies},
    suite::{ciphers, of_vault},
};

/// Whose keys, and who holds their root key.
#[derive(Debug, Clone, Default)]
pub struct KeysOptions {
    /// The data directory.
    pub data: PathBuf,
    /// Who holds its root key, and who makes the next one.
    pub source: KeySource,
    /// More folders in which older copies of the keys may lie, such as those of backups.
    pub also: Vec<PathBuf>,
}

/// How the keys lie.
#[derive(Debug, Clone)]
pub struct KeysReport {
    /// Which log it is.
    pub log_id: Uuid,
    /// By which algorithms they wrap and seal.
    pub suite: Suite,
    /// How often the vault's file has been rewritten.
    pub generation: u16,
    /// Under which root key it lies.
    pub root: RootId,
    /// Who holds that: `file`, or the path of a program.
    pub holder: String,
    /// Buckets in it.
    pub buckets: u32,
    /// Person keys in it, those that nobody has yet included.
    pub keys_made: u32,
    /// Person keys that were erased.
    pub keys_erased: u32,
    /// Whether a rotation was cut off: the next start or rotation undoes or completes it.
    pub is_unfinished: bool,
    /// Copies of earlier generations that were found.
    pub older_copies: Vec<OlderCopy>,
}

/// What was rotated.
#[derive(Debug, Clone)]
pub struct RotationReport {
    /// How the keys lie now.
    pub keys: KeysReport,
    /// The root key before, which is destroyed if it is another.
    pub root_before: RootId,
    /// What became of a rotation that had been cut off before this one.
    pub resumed: Option<Resumed>,
    /// How long it took.
    pub took: Duration,
}

/// Why the keys were not looked at or not rotated.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is no log in it.
    #[error("{0} holds no data: check --data")]
    NoData(PathBuf),
    /// A restore was cut off.
    #[error(
        "{0} is being restored, or a restore of it was cut off and is not whole: run 'sigeyi restore' again"
    )]
    Unfinished(PathBuf),
    /// Another process holds it: stop the server first.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Its manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The vault's file.
    #[error("the vault's file cannot be used")]
    File(#[from] TwinError),
    /// The root key's file, or the program that is to hold it.
    #[error("the root key {path} cannot be used")]
    RootKey {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: RootKeyFault,
    },
    /// What is there does not open.
    #[error("the vault cannot be opened: give the right root key, or the --key-command that holds it")]
    Vault(#[from] VaultError),
    /// The rotation.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Looks at the keys of a directory, opens all of them, and changes nothing.
///
/// # Errors
/// [`KeysError`] says what to do.
pub fn keys_status(options: &KeysOptions) -> Result<KeysReport, KeysError> {
    let disk = Machine::default().disk;
    let (_lock, manifest) = hold(&*disk, &options.data)?;
    let (log_id, suite) = (manifest.log_id, ciphers(manifest.suite));
    let (vault_dir, provider) = provider(&disk, options, suite)?;
    let TwinInspection { payloads, generation, .. } =
        TwinFile::inspect(&*disk, &vault_dir, KEYS_FILE, log_id)?;
    let vault = Vault::open(suite, log_id, provider.clone(), &payloads)?;
    report(&*disk, options, &vault, log_id, generation, &provider)
}

/// Makes a new root key, puts everything under it, and destroys the old one.
///
/// # Errors
/// [`KeysError`] says what to do; run again, it goes on.
pub fn rotate_root(
    options: &KeysOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<RotationReport, KeysError> {
    let wanted = Wanted { new_root: true, ..Wanted::default() };
    rotate_on(&Machine::default().disk, options, &wanted, &mut progress)
}

/// Makes new bucket keys for all buckets, under the root key that there is.
///
/// # Errors
/// [`KeysError`] says what to do; run again, it goes on.
pub fn rotate_buckets(
    options: &KeysOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<RotationReport, KeysError> {
    let wanted = Wanted { new_bucket_keys: true, ..Wanted::default() };
    rotate_on(&Machine::default().disk, options, &wanted, &mut progress)
}

fn rotate_on(
    disk: &Arc<dyn Disk>,
    options: &KeysOptions,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<RotationReport, KeysError> {
    let started = Instant::now();
    let (_lock, manifest) = hold(&**disk, &options.data)?;
    let (log_id, suite) = (manifest.log_id, ciphers(manifest.suite));
    let (vault_dir, provider) = provider(disk, options, suite)?;
    let (mut file, payloads) = TwinFile::open(&**disk, &vault_dir, KEYS_FILE, log_id)?;
    let vault = Vault::open(suite, log_id, provider.clone(), &payloads)?;
    let root_before = vault.root();
    let folder = VaultFolder { disk, dir: &vault_dir, log_id, suite: manifest.suite, provider: &*provider };
    let resumed = folder.resume(file.generation(), root_before)?;
    let moved = folder.advance(&mut file, wanted, progress)?;
    moved.finished?;
    vault.moved(&moved.change);
    let keys = report(&**disk, options, &vault, log_id, file.generation(), &provider)?;
    Ok(RotationReport { keys, root_before, resumed, took: started.elapsed() })
}

/// Holds a directory that is there, and says which log it is.
fn hold(disk: &dyn Disk, data: &Path) -> Result<(DirectoryLock, Manifest), KeysError> {
    if is_unfinished(disk, data)? {
        return Err(KeysError::Unfinished(data.to_owned()));
    }
    if !data.is_dir() {
        return Err(KeysError::NoData(data.to_owned()));
    }
    let lock = DirectoryLock::acquire(data)?;
    match Manifest::inspect(disk, data)? {
        Some(inspection) => Ok((lock, inspection.manifest)),
        None => Err(KeysError::NoData(data.to_owned())),
    }
}

fn provider(
    disk: &Arc<dyn Disk>,
    options: &KeysOptions,
    suite: CipherSuite,
) -> Result<(PathBuf, Arc<RootKeys>), KeysError> {
    let vault_dir = options.data.join("vault");
    let opened = RootKeys::open(disk, &vault_dir, suite, &options.source);
    Ok((vault_dir, opened.map_err(|(path, source)| KeysError::RootKey { path, source })?))
}

fn report(
    disk: &dyn Disk,
    options: &KeysOptions,
    vault: &Vault,
    log_id: Uuid,
    generation: u16,
    provider: &Arc<RootKeys>,
) -> Result<KeysReport, KeysError> {
    let root = vault.root();
    Ok(KeysReport {
        log_id,
        suite: of_vault(vault.suite()),
        generation,
        root,
        holder: provider.holder(root),
        buckets: vault.keys_made() / KEYS_PER_BUCKET,
        keys_made: vault.keys_made(),
        keys_erased: vault.keys_erased(),
        is_unfinished: Intent::read(disk, &options.data.join("vault"))?.is_some(),
        older_copies: older_copies(disk, &options.data, &options.also, log_id, generation)?,
    })
}
