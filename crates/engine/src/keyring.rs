//! Keys made and synced ahead of use, on a thread of their own.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::{Condvar, Mutex};
use sigeyi_envelope::ASSOCIATED_DATA_BYTES;
use sigeyi_projections::Secrets;
use sigeyi_store::TwinFile;
use sigeyi_vault::{HeldVault, KEYS_PER_BUCKET, KeyNumber, Vault};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::writer::chain;

/// Unused keys that are kept ready: two buckets are enough for the fastest enrolments while the next is made.
const SPARE_KEYS: u32 = 2 * KEYS_PER_BUCKET;

/// The vault with its file.
pub(crate) struct Keyring {
    pub(crate) vault: Vault,
    file: Mutex<TwinFile>,
    wanted: AtomicU32,
    progress: Mutex<Option<String>>,
    changed: Condvar,
    is_closed: AtomicBool,
}

impl Keyring {
    pub(crate) fn new(vault: Vault, file: TwinFile) -> Keyring {
        Keyring {
            vault,
            file: Mutex::new(file),
            wanted: AtomicU32::new(0),
            progress: Mutex::new(None),
            changed: Condvar::new(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Makes sure that the key is there and that others follow; waits for the maker if it must. An error stops enrolments.
    pub(crate) fn take(&self, key: u32) -> Result<(), String> {
        let made = self.vault.keys_made();
        if made.saturating_sub(key) > SPARE_KEYS {
            return Ok(());
        }
        let mut failed = self.progress.lock();
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
                while self.vault.keys_made() >= self.wanted.load(Ordering::SeqCst) {
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
            if let Err(reason) = made {
                *failed = Some(reason);
                self.changed.notify_all();
                return;
            }
            self.changed.notify_all();
        }
    }

    fn make(&self) -> Result<(), String> {
        let record = self.vault.make_bucket().map_err(|error| chain(&error))?;
        self.file.lock().append(record.payload()).map_err(|error| chain(&error))?;
        self.vault.admit(record).map_err(|error| chain(&error))
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
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.held.unseal(KeyNumber(key), associated_data, nonce, ciphertext).ok()
    }

    fn fingerprint(&self, command: Uuid) -> u64 {
        // Rests on no key, so it waits for no lock.
        self.vault.fingerprint(command)
    }
}

impl Secrets for Keyring {
    fn key_number(&self, key_id: &[u8; 32]) -> Option<u32> {
        self.vault.find(key_id).map(|number| number.0)
    }

    fn open(
        &self,
        key: u32,
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.vault.unseal(KeyNumber(key), associated_data, nonce, ciphertext).ok()
    }

    fn fingerprint(&self, command: Uuid) -> u64 {
        self.vault.fingerprint(command)
    }
}
