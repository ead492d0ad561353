//! Keys made and synced ahead of use, on a thread of their own.

use std::{
    error::Error,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use parking_lot::{Condvar, Mutex};
use sigeyi_envelope::ASSOCIATED_DATA_BYTES;
use sigeyi_projections::{Opened, Secrets};
use sigeyi_store::{Disk, TwinFile};
use sigeyi_vault::{HeldVault, KEYS_PER_BUCKET, KeyNumber, UnsealError, Vault};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    answer::CommandError,
    rotation::{OlderCopy, RotationError, VaultFolder, Wanted, older_copies},
    suite::of_vault,
    writer::chain,
};

/// Unused keys that are kept ready: two buckets are enough for the fastest enrolments while the next is made.
const SPARE_KEYS: u32 = 2 * KEYS_PER_BUCKET;

/// Keys are made only while so many bytes are free: what a bucket takes in both copies, several times.
const KEEP_FREE_BYTES: u64 = 4 << 20;

/// The vault with its file.
pub(crate) struct Keyring {
    pub(crate) vault: Vault,
    file: Mutex<TwinFile>,
    wanted: AtomicU32,
    progress: Mutex<Option<CommandError>>,
    changed: Condvar,
    is_closed: AtomicBool,
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl Keyring {
    pub(crate) fn new(vault: Vault, file: TwinFile, disk: Arc<dyn Disk>, dir: PathBuf) -> Keyring {
        Keyring {
            vault,
            file: Mutex::new(file),
            wanted: AtomicU32::new(0),
            progress: Mutex::new(None),
            changed: Condvar::new(),
            is_closed: AtomicBool::new(false),
            disk,
            dir,
        }
    }

    /// Makes sure that the key is there and that others follow; waits for the maker if it must. An error stops enrolments, that of a full disk until
    /// there is room.
    pub(crate) fn take(&self, key: u32) -> Result<(), CommandError> {
        let made = self.vault.keys_made();
        if made.saturating_sub(key) > SPARE_KEYS {
            return Ok(());
        }
        let mut failed = self.progress.lock();
        // Whoever asks has a full disk looked at again.
        failed.take_if(|failed| *failed == CommandError::DiskFull);
        self.wanted.fetch_max(key.saturating_add(1 + SPARE_KEYS), Ordering::SeqCst);
        self.changed.notify_all();
        while self.vault.keys_made() <= key {
            if let Some(reason) = &*failed {
                return Err(reason.clone());
            }
            self.changed.wait(&mut failed);
        }
        Ok(())
    }

    /// The maker: one bucket after the other, each synced in both copies before its keys are given out.
    pub(crate) fn run(&self) {
        loop {
            {
                let mut failed = self.progress.lock();
                while self.vault.keys_made() >= self.wanted.load(Ordering::SeqCst) || failed.is_some() {
                    if self.is_closed.load(Ordering::SeqCst) {
                        return;
                    }
                    self.changed.wait(&mut failed);
                }
                if self.is_closed.load(Ordering::SeqCst) {
                    return;
                }
            }
            let made = self.make();
            let mut failed = self.progress.lock();
            let is_broken = matches!(made, Err(CommandError::Stopped(_)));
            *failed = made.err();
            self.changed.notify_all();
            if is_broken {
                return;
            }
        }
    }

    fn make(&self) -> Result<(), CommandError> {
        // A record that finds no room for all of it would leave the file to be looked at by a restart.
        let free_bytes =
            self.disk.free_bytes(&self.dir).map_err(|error| CommandError::Stopped(chain(&error)))?;
        if free_bytes < KEEP_FREE_BYTES {
            return Err(CommandError::DiskFull);
        }
        let stopped = |error: &dyn Error| CommandError::Stopped(chain(error));
        // Held from before it is made, so that none is wrapped under a root key that is being replaced.
        let mut file = self.file.lock();
        let record = self.vault.make_bucket().map_err(|error| stopped(&error))?;
        file.append(record.payload()).map_err(|error| stopped(&error))?;
        self.vault.admit(record).map_err(|error| stopped(&error))
    }

    /// Destroys keys: they are in no generation of the file that can be read, and zeroed in memory.
    pub(crate) fn erase(&self, keys: &[KeyNumber]) -> Result<ErasedKeys, RotationError> {
        let mut file = self.file.lock();
        let (log_id, suite) = (self.vault.log_id(), of_vault(self.vault.suite()));
        let folder = VaultFolder {
            disk: &self.disk,
            dir: &self.dir,
            log_id,
            suite,
            provider: &**self.vault.provider(),
        };
        // One that was not completed, because the provider did not answer.
        folder.resume(file.generation(), self.vault.root())?;
        let missing: Vec<KeyNumber> =
            keys.iter().copied().filter(|key| !self.vault.is_erased(*key)).collect();
        if !missing.is_empty() {
            let wanted = Wanted { new_root: true, new_bucket_keys: false, erased: missing };
            let moved = folder.advance(&mut file, &wanted, &mut |_, _| {})?;
            self.vault.moved(&moved.change);
            moved.finished?;
        }
        let generation = file.generation();
        let data = self.dir.parent().unwrap_or(&self.dir);
        let older_copies = older_copies(&*self.disk, data, &[], log_id, generation)?;
        Ok(ErasedKeys { generation, older_copies })
    }

    /// For a batch of events.
    pub(crate) fn hold(&self) -> HeldKeyring<'_> {
        HeldKeyring { vault: &self.vault, held: self.vault.hold() }
    }

    pub(crate) fn close(&self) {
        let _progress = self.progress.lock();
        self.is_closed.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }
}

/// Keys that are destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErasedKeys {
    /// How often the vault's file has been rewritten: copies of earlier generations still hold them, under a root key that is destroyed.
    pub(crate) generation: u16,
    /// Such copies, as far as they are known.
    pub(crate) older_copies: Vec<OlderCopy>,
}

/// The keyring held for a batch of events; see [`Vault::hold`].
pub(crate) struct HeldKeyring<'a> {
    vault: &'a Vault,
    held: HeldVault<'a>,
}

impl Secrets for HeldKeyring<'_> {
    fn key_number(&self, key_id: &[u8; 32]) -> Option<u32> {
        self.held.find(key_id).map(|number| number.0)
    }

    fn open(
        &self,
        key: u32,
        named: Option<&[u8; 32]>,
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Opened {
        opened(self.held.unseal(KeyNumber(key), named, associated_data, nonce, ciphertext))
    }

    fn fingerprint(&self, command: Uuid) -> u64 {
        // Rests on no key, so it waits for no lock.
        self.vault.fingerprint(command)
    }
}

impl Secrets for Keyring {
    fn key_number(&self, key_id: &[u8; 32]) -> Option<u32> {
        VaultSecrets(&self.vault).key_number(key_id)
    }

    fn open(
        &self,
        key: u32,
        named: Option<&[u8; 32]>,
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Opened {
        VaultSecrets(&self.vault).open(key, named, associated_data, nonce, ciphertext)
    }

    fn fingerprint(&self, command: Uuid) -> u64 {
        self.vault.fingerprint(command)
    }
}

fn opened(unsealed: Result<Zeroizing<Vec<u8>>, UnsealError>) -> Opened {
    match unsealed {
        Ok(body) => Opened::Clear(body),
        Err(UnsealError::KeyErased(_)) => Opened::Erased,
        Err(_) => Opened::Refused,
    }
}

/// A vault as the read models ask it.
pub(crate) struct VaultSecrets<'a>(pub(crate) &'a Vault);

impl Secrets for VaultSecrets<'_> {
    fn key_number(&self, key_id: &[u8; 32]) -> Option<u32> {
        self.0.find(key_id).map(|number| number.0)
    }

    fn open(
        &self,
        key: u32,
        named: Option<&[u8; 32]>,
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Opened {
        opened(self.0.unseal(KeyNumber(key), named, associated_data, nonce, ciphertext))
    }

    fn fingerprint(&self, command: Uuid) -> u64 {
        self.0.fingerprint(command)
    }
}
