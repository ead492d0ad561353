//! sled as the second copy of the events. Nothing that goes wrong in it reaches a writer or a reader.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::Position;

use crate::block::parse_block;
use crate::journal::Journal;
use crate::mirror_fault::{MirrorFault, guarded};
use crate::mirror_thread::run_mirror;
use crate::run::Run;

/// How much memory sled may keep pages in unless told otherwise, in bytes.
pub const MIRROR_CACHE_BYTES: u64 = 32 << 20;

/// What the mirror is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorState {
    /// The store was opened without a mirror.
    Off,
    /// sled is being opened; reads come from the journal.
    Opening,
    /// It follows the journal and serves reads up to where it is.
    Following,
    /// It holds events that the journal does not: the journal has lost its newest events, or is another one. Nothing was changed.
    Ahead {
        /// The mirror's last event.
        mirror: Position,
        /// The journal's last event when it was opened.
        journal: Position,
    },
    /// It failed and was left as it is; reads come from the journal. Deleting its folder has it made anew.
    Failed(String),
}

/// Handle of the mirror's thread.
pub(crate) struct Mirror {
    shared: Arc<Shared>,
    journal: Arc<Journal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread and the readers share.
pub(crate) struct Shared {
    pub(crate) dir: PathBuf,
    pub(crate) cache_bytes: u64,
    /// What it is doing, and the blocks while it is following.
    state: RwLock<(MirrorState, Option<sled::Tree>)>,
    /// Last position that can be read from sled.
    readable: AtomicU64,
    /// Last position that is durable in sled.
    durable: AtomicU64,
    stopping: AtomicBool,
}

impl Mirror {
    /// Begins to open the mirror in a folder and to follow a journal.
    pub(crate) fn start(dir: PathBuf, cache_bytes: u64, journal: Arc<Journal>) -> Mirror {
        let shared = Arc::new(Shared {
            dir,
            cache_bytes,
            state: RwLock::new((MirrorState::Opening, None)),
            readable: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
        });
        let thread = thread::Builder::new().name("sigeyi-mirror".to_owned()).spawn({
            let (shared, journal) = (shared.clone(), journal.clone());
            move || run_mirror(&shared, &journal)
        });
        let thread = thread.map_err(|error| shared.fail(&MirrorFault::Io(error))).ok();
        Mirror { shared, journal, thread: Mutex::new(thread) }
    }

    pub(crate) fn state(&self) -> MirrorState {
        self.shared.state.read().0.clone()
    }

    /// The last position of which the mirror is a durable copy.
    pub(crate) fn mirrored_through(&self) -> Position {
        // A copy with a fault in it is nobody's second copy.
        let following = self.shared.following();
        Position(if following { self.shared.durable.load(Ordering::Acquire) } else { 0 })
    }

    /// The last position that [`run_at`](Self::run_at) gives.
    #[cfg(test)]
    pub(crate) fn readable_through(&self) -> Position {
        Position(self.shared.readable.load(Ordering::Acquire))
    }

    /// The block that holds a position, if it can be had.
    pub(crate) fn run_at(&self, position: u64) -> Option<Run> {
        if position > self.shared.readable.load(Ordering::Acquire) {
            return None;
        }
        // The handle is moved in, so that even letting go of it is guarded.
        let blocks = self.shared.state.read().1.clone()?;
        let found = guarded(move || {
            let key = position.saturating_add(1).to_be_bytes();
            let missing = MirrorFault::Missing { position };
            let Some((key, value)) = blocks.get_lt(key)? else { return Err(missing) };
            let run = parse_block(first_position(&key)?, Bytes::from_owner(value))?;
            if run.last() < position { Err(missing) } else { Ok(run) }
        });
        found.map_err(|fault| self.shared.fail(&fault)).ok()
    }

    /// Has the mirror take in what is full, make it durable, and end.
    pub(crate) fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.journal.live().wake();
        if let Some(thread) = self.thread.lock().take() {
            thread.thread().unpark();
            // Its panics are caught and reported within it.
            let _ = thread.join();
        }
    }
}

impl Shared {
    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// False once it has failed, which a reader may have noticed first.
    pub(crate) fn following(&self) -> bool {
        self.state.read().0 == MirrorState::Following
    }

    /// Lets readers in, up to a position that is durable.
    pub(crate) fn follow(&self, blocks: sled::Tree, through: u64) {
        // At once, so that whoever sees it follow can read, and no reader's fault is overwritten.
        let mut state = self.state.write();
        self.set_readable(through);
        self.set_durable(through);
        *state = (MirrorState::Following, Some(blocks));
    }

    pub(crate) fn set_readable(&self, position: u64) {
        self.readable.store(position, Ordering::Release);
    }

    pub(crate) fn set_durable(&self, position: u64) {
        self.durable.store(position, Ordering::Release);
    }

    /// Keeps readers out from now on.
    pub(crate) fn shut(&self) {
        let blocks = self.state.write().1.take();
        // Not under the lock: sled may flush.
        drop(blocks);
    }

    pub(crate) fn ahead(&self, mirror: Position, journal: Position) {
        self.state.write().0 = MirrorState::Ahead { mirror, journal };
    }

    /// The first fault is the one that is told.
    pub(crate) fn fail(&self, fault: &MirrorFault) {
        {
            let mut state = self.state.write();
            if !matches!(state.0, MirrorState::Failed(_)) {
                state.0 = MirrorState::Failed(fault.in_full());
            }
        }
        self.shut();
    }
}

/// The position that a key says.
pub(crate) fn first_position(key: &[u8]) -> Result<u64, MirrorFault> {
    key.try_into().map(u64::from_be_bytes).map_err(|_| MirrorFault::Key)
}
