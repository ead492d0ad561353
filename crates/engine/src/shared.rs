//! What the engine's threads share.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::Position;
use sigeyi_projections::ReadModel;
use sigeyi_proof::{CompactTree, Sha256};
use sigeyi_store::JournalStore;
use uuid::Uuid;

use crate::{Clock, answer::CommandError, group::Exchange, keyring::Keyring};

/// The read model with the tree at the same position.
pub(crate) struct Folded {
    pub(crate) model: ReadModel,
    pub(crate) tree: CompactTree<Sha256>,
}

/// One open directory.
pub(crate) struct Shared {
    pub(crate) log_id: Uuid,
    pub(crate) store: JournalStore,
    pub(crate) keyring: Keyring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) folded: RwLock<Folded>,
    pub(crate) exchange: Exchange,
    /// Head of the read model, to read without its lock.
    pub(crate) folded_through: AtomicU64,
    is_stopped: AtomicBool,
    stopped: Mutex<String>,
    notes: Mutex<Vec<String>>,
}

impl Shared {
    pub(crate) fn new(
        log_id: Uuid,
        store: JournalStore,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
        folded: Folded,
    ) -> Shared {
        let head = folded.model.head().0;
        Shared {
            log_id,
            store,
            keyring,
            clock,
            folded: RwLock::new(folded),
            exchange: Exchange::default(),
            folded_through: AtomicU64::new(head),
            is_stopped: AtomicBool::new(false),
            stopped: Mutex::new(String::new()),
            notes: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn folded_through(&self) -> Position {
        Position(self.folded_through.load(Ordering::Acquire))
    }

    /// Stops writing for good; the first reason stays.
    pub(crate) fn stop(&self, reason: String) {
        let mut stopped = self.stopped.lock();
        if stopped.is_empty() {
            *stopped = reason;
        }
        self.is_stopped.store(true, Ordering::Release);
    }

    /// Why nothing is written any more, if so.
    pub(crate) fn stopped(&self) -> Option<CommandError> {
        self.is_stopped.load(Ordering::Acquire).then(|| CommandError::Stopped(self.stopped.lock().clone()))
    }

    /// Keeps what an operator should know, the newest few.
    pub(crate) fn note(&self, text: &str) {
        let mut notes = self.notes.lock();
        if notes.len() == NOTES_MAX {
            notes.remove(0);
        }
        notes.push(text.to_owned());
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().clone()
    }
}

/// Notes that are kept.
const NOTES_MAX: usize = 32;
