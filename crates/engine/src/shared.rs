//! What the engine's threads share.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use sigeyi_domain::Day;
use sigeyi_envelope::{Position, Suite};
use sigeyi_projections::ReadModel;
use sigeyi_proof::CompactTree;
use sigeyi_store::{AppendError, JournalStore};
use uuid::Uuid;

use crate::{
    Clock, answer::CommandError, erasing::Erasures, group::Exchange, heads::HeadsKeeper,
    kept_passes::KeptPasses, keyring::Keyring, load::Load, writer::chain,
};

/// The read model with the tree at the same position; while a group is half folded, at the end of the one before.
pub(crate) struct Folded {
    pub(crate) model: ReadModel,
    pub(crate) tree: CompactTree,
}

/// Told the head of the read model.
pub(crate) type HeadListener = Box<dyn Fn(Position) + Send + Sync>;

/// One open directory.
pub(crate) struct Shared {
    pub(crate) log_id: Uuid,
    pub(crate) suite: Suite,
    pub(crate) store: JournalStore,
    pub(crate) keyring: Keyring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) folded: Arc<RwLock<Folded>>,
    pub(crate) exchange: Exchange,
    pub(crate) load: Load,
    pub(crate) erasures: Erasures,
    pub(crate) heads: HeadsKeeper,
    pub(crate) kept_passes: KeptPasses,
    /// Head of the read model, to read without its lock.
    pub(crate) folded_through: AtomicU64,
    /// Called after each group that was folded.
    pub(crate) head_listener: OnceLock<HeadListener>,
    /// Called after each group in which a role was asked for, granted or ended.
    pub(crate) roles_listener: OnceLock<HeadListener>,
    opened_at: Instant,
    /// Whether it is known that the journal has not lost its end, or nobody can tell.
    end_is_known: AtomicBool,
    /// The journal has room for everything that may be on its way.
    has_room: AtomicBool,
    is_stopped: AtomicBool,
    stopped: Mutex<String>,
    notes: Mutex<Vec<String>>,
}

impl Shared {
    pub(crate) fn new(
        (log_id, suite): (Uuid, Suite),
        store: JournalStore,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
        folded: Folded,
        heads: HeadsKeeper,
    ) -> Shared {
        let head = folded.model.head().0;
        Shared {
            log_id,
            suite,
            store,
            keyring,
            clock,
            folded: Arc::new(RwLock::new(folded)),
            exchange: Exchange::default(),
            load: Load::new(),
            erasures: Erasures::default(),
            heads,
            kept_passes: KeptPasses::default(),
            opened_at: Instant::now(),
            end_is_known: AtomicBool::new(head == 0),
            folded_through: AtomicU64::new(head),
            head_listener: OnceLock::new(),
            roles_listener: OnceLock::new(),
            has_room: AtomicBool::new(false),
            is_stopped: AtomicBool::new(false),
            stopped: Mutex::new(String::new()),
            notes: Mutex::new(Vec::new()),
        }
    }

    /// Today in China; in a synthetic directory the day on which its story stands. Not to be called while the read model is locked.
    pub(crate) fn today(&self) -> Day {
        let now = if self.clock.is_simulated() { i64::MIN } else { self.clock.now() };
        let folded = self.folded.read();
        Day::in_china(now.max(folded.model.recorded_at())).max(folded.model.business_day())
    }

    /// Whoever asks may be the first to notice that a day has passed. Not to be called while the read model is locked.
    pub(crate) fn turn_day(&self) {
        let today = self.today();
        if self.folded.read().model.business_day() < today {
            self.folded.write().model.turn_to(today);
        }
    }

    /// The read model between two groups, where the tree is at its position.
    pub(crate) fn folded_whole(&self) -> RwLockReadGuard<'_, Folded> {
        loop {
            let folded = self.folded.read();
            if folded.tree.size() == folded.model.head().0 {
                return folded;
            }
            drop(folded);
            // The rest of the group is folded within a millisecond.
            std::thread::yield_now();
        }
    }

    pub(crate) fn folded_through(&self) -> Position {
        Position(self.folded_through.load(Ordering::Acquire))
    }

    /// Whether something may be appended: a journal whose head was not known at the start may have lost its end, which sled can tell once it is
    /// open. A sled that does not open must not stop anybody for ever.
    pub(crate) fn knows_its_end(&self) -> bool {
        if self.end_is_known.load(Ordering::Relaxed) {
            return true;
        }
        let is_known = self.store.knows_its_end() || self.opened_at.elapsed() >= SLED_OPENS_WITHIN;
        self.end_is_known.store(is_known, Ordering::Relaxed);
        is_known
    }

    /// Has the journal make room for what comes next.
    pub(crate) fn make_room(&self) {
        let made = self.store.write_ahead();
        self.has_room.store(made.is_ok(), Ordering::Release);
        match made {
            Ok(()) | Err(AppendError::DiskFull { .. }) => {}
            Err(error) => self.stop(chain(&error)),
        }
    }

    /// False when the disk is full, or before the first command.
    pub(crate) fn has_room(&self) -> bool {
        self.has_room.load(Ordering::Acquire)
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

/// How long writes wait for sled to open, after a start that did not find the head of the journal.
const SLED_OPENS_WITHIN: Duration = Duration::from_secs(10);
/// Notes that are kept.
const NOTES_MAX: usize = 32;
