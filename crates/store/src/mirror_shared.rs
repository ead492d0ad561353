//! What the threads of one mirror and its readers share, and what becomes of it when something fails.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, RwLock};
use sigeyi_envelope::Position;

use crate::journal::Journal;
use crate::mirror::{MirrorState, main_file};
use crate::mirror_fault::{MirrorFault, Remedy};
use crate::mirror_inside::Inside;
use crate::mirror_reads::READ_WITHIN;
use crate::mirror_sled::{Blocks, OpenBlocks};
use crate::mirror_thread::Pace;

/// Between two savings of the journal's head.
const HEAD_PAUSE: Duration = Duration::from_secs(1);

/// What the threads and the readers share.
pub(crate) struct Shared {
    pub(crate) dir: PathBuf,
    pub(crate) cache_bytes: u64,
    pub(crate) journal: Arc<Journal>,
    pub(crate) sled: Arc<dyn OpenBlocks>,
    pub(crate) pace: Pace,
    pub(crate) state: RwLock<State>,
    /// Last position that can be read from sled.
    pub(crate) readable: AtomicU64,
    /// Last position that is durable in sled.
    pub(crate) durable: AtomicU64,
    /// The thread that opens and writes.
    pub(crate) writing: Inside,
    /// The thread that reads.
    pub(crate) reading: Inside,
    pub(crate) reads_given_up: AtomicU64,
    pub(crate) rebuilt: AtomicU64,
    pub(crate) is_disk_low: AtomicBool,
    /// Whether everything in the mirror's folder is known to be in the journal.
    pub(crate) is_copy: AtomicBool,
    /// Whether sled was opened, or could not be, at least once.
    pub(crate) has_opened: AtomicBool,
    pub(crate) stopping: AtomicBool,
    /// A thread may come back although nobody waits for it any more.
    pub(crate) is_left: AtomicBool,
    /// What was saved of the journal's head, and when.
    pub(crate) head_saved: Mutex<(u64, Instant)>,
    pub(crate) running: Mutex<usize>,
    pub(crate) ended: Condvar,
}

/// How it is at the moment.
pub(crate) struct State {
    pub(crate) now: MirrorState,
    /// The blocks while it is following.
    blocks: Option<Arc<dyn Blocks>>,
    /// Counts how often sled was opened: a reader that comes back late speaks of an earlier one.
    life: u64,
    /// What is to be done about the fault of this life.
    remedy: Remedy,
    pub(crate) failures: u64,
    pub(crate) last_failure: Option<String>,
}

impl Shared {
    pub(crate) fn new(
        dir: PathBuf,
        cache_bytes: u64,
        journal: Arc<Journal>,
        sled: Arc<dyn OpenBlocks>,
        pace: Pace,
    ) -> Shared {
        let state = State {
            now: MirrorState::Opening,
            blocks: None,
            life: 0,
            remedy: Remedy::Again,
            failures: 0,
            last_failure: None,
        };
        Shared {
            dir,
            cache_bytes,
            journal,
            sled,
            pace,
            state: RwLock::new(state),
            readable: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            writing: Inside::new(),
            reading: Inside::new(),
            reads_given_up: AtomicU64::new(0),
            rebuilt: AtomicU64::new(0),
            is_disk_low: AtomicBool::new(false),
            is_copy: AtomicBool::new(false),
            has_opened: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            is_left: AtomicBool::new(false),
            head_saved: Mutex::new((0, Instant::now())),
            running: Mutex::new(0),
            ended: Condvar::new(),
        }
    }

    /// Last position that can be read from sled.
    pub(crate) fn readable(&self) -> u64 {
        self.readable.load(Ordering::Acquire)
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(crate) fn state(&self) -> MirrorState {
        self.state_now(&self.state.read())
    }

    pub(crate) fn state_now(&self, state: &State) -> MirrorState {
        let is_stalled =
            || self.reading.is_longer_than(READ_WITHIN) || self.writing.is_longer_than(self.pace.write_stall);
        match &state.now {
            MirrorState::Following if is_stalled() => MirrorState::Stalled,
            MirrorState::Following if self.is_disk_low.load(Ordering::Relaxed) => MirrorState::DiskLow,
            state => state.clone(),
        }
    }

    /// False once it has failed, which a reader may have noticed first.
    pub(crate) fn following(&self) -> bool {
        self.state.read().now == MirrorState::Following
    }

    /// The blocks while readers may use them, and of which life they are.
    pub(crate) fn blocks(&self) -> Option<(u64, Arc<dyn Blocks>)> {
        let state = self.state.read();
        state.blocks.clone().map(|blocks| (state.life, blocks))
    }

    /// sled is opened, once more.
    pub(crate) fn open(&self) {
        let mut state = self.state.write();
        if self.is_left() {
            return;
        }
        state.life += 1;
        state.now = MirrorState::Opening;
    }

    /// Lets readers in, up to a position that is durable.
    pub(crate) fn follow(&self, blocks: Arc<dyn Blocks>, through: u64) {
        // At once, so that whoever sees it follow can read, and no reader's fault is overwritten.
        let mut state = self.state.write();
        if self.is_left() {
            return;
        }
        self.set_readable(through);
        self.set_durable(through);
        state.now = MirrorState::Following;
        state.blocks = Some(blocks);
        self.has_opened.store(true, Ordering::Release);
    }

    pub(crate) fn set_readable(&self, position: u64) {
        self.readable.store(position, Ordering::Release);
    }

    pub(crate) fn set_durable(&self, position: u64) {
        self.durable.store(position, Ordering::Release);
    }

    /// Keeps readers out from now on.
    pub(crate) fn shut(&self) {
        let blocks = self.state.write().blocks.take();
        self.set_readable(0);
        // Not under the lock: sled may flush.
        drop(blocks);
    }

    pub(crate) fn ahead(&self, mirror: Position, journal: Position) {
        self.state.write().now = MirrorState::Ahead { mirror, journal };
        self.has_opened.store(true, Ordering::Release);
        tracing::error!(%mirror, %journal, "sled holds events that the journal does not: nothing is recorded until that is repaired");
    }

    /// Whether nobody waits for these threads any more.
    pub(crate) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Acquire)
    }

    /// Nobody waits for these threads any more.
    pub(crate) fn leave(&self, fault: &MirrorFault) {
        self.is_left.store(true, Ordering::Release);
        self.stopping.store(true, Ordering::Release);
        let mut state = self.state.write();
        let reason = fault.in_full();
        tracing::error!(reason, mirror = %self.dir.display(), "sled is left behind, and a new mirror is built from the journal");
        state.now = MirrorState::Failed(reason.clone());
        state.failures += 1;
        state.last_failure = Some(reason);
        self.has_opened.store(true, Ordering::Release);
        self.set_readable(0);
        // Letting go of it would be a call into sled.
        std::mem::forget(state.blocks.take());
    }

    /// The first fault of a life is the one that is told.
    pub(crate) fn fail(&self, fault: &MirrorFault) {
        let life = self.state.read().life;
        self.fail_in(life, fault);
    }

    /// A fault of a certain life.
    pub(crate) fn fail_in(&self, life: u64, fault: &MirrorFault) {
        {
            let mut state = self.state.write();
            if state.life != life {
                return;
            }
            if !matches!(state.now, MirrorState::Failed(_)) {
                let reason = fault.in_full();
                tracing::warn!(reason, "the mirror failed: reads come from the journal");
                state.now = MirrorState::Failed(reason.clone());
                state.remedy = fault.remedy();
                state.failures += 1;
                state.last_failure = Some(reason);
            }
        }
        self.has_opened.store(true, Ordering::Release);
        self.shut();
        self.journal.live().wake();
    }

    /// Saves how far the journal is, at most once a second. Not once it has been left behind.
    pub(crate) fn save_head(&self) -> Result<(), MirrorFault> {
        let (saved, at) = *self.head_saved.lock();
        if self.journal.head().0 > saved && at.elapsed() >= HEAD_PAUSE {
            self.save_head_now()
        } else {
            Ok(())
        }
    }

    /// Saves how far the journal is unless it is known to reach a position.
    pub(crate) fn save_head_through(&self, position: u64) -> Result<(), MirrorFault> {
        if self.head_saved.lock().0 < position { self.save_head_now() } else { Ok(()) }
    }

    fn save_head_now(&self) -> Result<(), MirrorFault> {
        if self.is_left() {
            return Ok(());
        }
        let head = self.journal.head().0;
        // Also when it fails: not again at once.
        self.head_saved.lock().1 = Instant::now();
        self.journal.save_head(false)?;
        *self.head_saved.lock() = (head, Instant::now());
        Ok(())
    }

    /// Whether the journal reaches further than was saved.
    pub(crate) fn has_more_than_its_head(&self) -> bool {
        self.journal.head().0 > self.head_saved.lock().0
    }

    /// sled would go on with a file that has no name any more.
    pub(crate) fn check_main_file(&self) -> Result<(), MirrorFault> {
        if main_file(&self.dir).try_exists()? { Ok(()) } else { Err(MirrorFault::Gone) }
    }

    /// What is to be done about the fault of this life.
    pub(crate) fn remedy(&self) -> Remedy {
        self.state.read().remedy
    }
}
