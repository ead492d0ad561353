//! sled as the second copy of the events. Nothing that goes wrong in it reaches a writer or a reader.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, RwLock};
use sigeyi_envelope::Position;

use crate::journal::Journal;
use crate::mirror_fault::{MirrorFault, Remedy};
use crate::mirror_inside::Inside;
use crate::mirror_reads::{Ask, BLOCKS_AT_ONCE, READ_WITHIN, answer_all, ask, asks};
use crate::mirror_set_aside::set_aside_dir;
use crate::mirror_sled::{Blocks, OpenBlocks};
use crate::mirror_thread::{Pace, run_mirror};
use crate::run::Run;

/// How much memory sled may keep pages in unless told otherwise, in bytes.
pub const MIRROR_CACHE_BYTES: u64 = 32 << 20;

/// Between two savings of the journal's head.
const HEAD_PAUSE: Duration = Duration::from_secs(1);

/// What the mirror is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorState {
    /// The store was opened without a mirror.
    Off,
    /// sled is being opened; reads come from the journal.
    Opening,
    /// It follows the journal and serves reads up to where it is.
    Following,
    /// It follows, but sled does not come back from a call: reads come from the journal until it does.
    Stalled,
    /// It follows, but the disk is nearly full: it takes in nothing until there is room. Reads go on.
    DiskLow,
    /// It holds events that the journal does not: the journal has lost its newest events, or is another one. Nothing was changed.
    Ahead {
        /// The mirror's last event.
        mirror: Position,
        /// The journal's last event when it was opened.
        journal: Position,
    },
    /// It failed; reads come from the journal. Its folder is set aside and a new mirror is built from the journal, at once the first time and
    /// after ever longer pauses when it fails again.
    Failed(String),
}

/// What has become of the mirror since the store was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorReport {
    /// What it is doing.
    pub state: MirrorState,
    /// The last position of which it is a durable copy.
    pub mirrored_through: Position,
    /// How often it failed.
    pub failures: u64,
    /// Why it failed last.
    pub last_failure: Option<String>,
    /// How often a new one was built to its end after that.
    pub rebuilt: u64,
    /// Reads that did not wait for sled any longer.
    pub reads_given_up: u64,
    /// A mirror that was set aside and is still there. It can be deleted once the directory was verified.
    pub set_aside: Option<PathBuf>,
}

/// Handle of the mirror's threads.
pub(crate) struct Mirror {
    shared: Arc<Shared>,
    asks: RwLock<Option<SyncSender<Ask>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the threads and the readers share.
pub(crate) struct Shared {
    pub(crate) dir: PathBuf,
    pub(crate) cache_bytes: u64,
    pub(crate) journal: Arc<Journal>,
    pub(crate) sled: Arc<dyn OpenBlocks>,
    pub(crate) pace: Pace,
    state: RwLock<State>,
    /// Last position that can be read from sled.
    readable: AtomicU64,
    /// Last position that is durable in sled.
    durable: AtomicU64,
    /// The thread that opens and writes.
    pub(crate) writing: Inside,
    /// The thread that reads.
    pub(crate) reading: Inside,
    pub(crate) reads_given_up: AtomicU64,
    pub(crate) rebuilt: AtomicU64,
    pub(crate) is_disk_low: AtomicBool,
    /// Whether sled was opened, or could not be, at least once.
    has_opened: AtomicBool,
    stopping: AtomicBool,
    /// A thread may come back although nobody waits for it any more.
    is_left: AtomicBool,
    /// What was saved of the journal's head, and when.
    head_saved: Mutex<(u64, Instant)>,
    running: Mutex<usize>,
    ended: Condvar,
}

struct State {
    now: MirrorState,
    /// The blocks while it is following.
    blocks: Option<Arc<dyn Blocks>>,
    /// Counts how often sled was opened: a reader that comes back late speaks of an earlier one.
    life: u64,
    /// What is to be done about the fault of this life.
    remedy: Remedy,
    failures: u64,
    last_failure: Option<String>,
}

impl Mirror {
    /// Begins to open the mirror in a folder and to follow a journal.
    pub(crate) fn start(
        dir: PathBuf,
        cache_bytes: u64,
        journal: Arc<Journal>,
        sled: Arc<dyn OpenBlocks>,
        pace: Pace,
    ) -> Mirror {
        let head = journal.head();
        let state = State {
            now: MirrorState::Opening,
            blocks: None,
            life: 0,
            remedy: Remedy::Again,
            failures: 0,
            last_failure: None,
        };
        let shared = Arc::new(Shared {
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
            has_opened: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            is_left: AtomicBool::new(false),
            head_saved: Mutex::new((0, Instant::now())),
            running: Mutex::new(0),
            ended: Condvar::new(),
        });
        let (sender, receiver) = asks();
        let threads = [
            spawn("sigeyi-mirror", &shared, move |shared| run_mirror(shared, head)),
            spawn("sigeyi-mirror-reads", &shared, move |shared| answer_all(shared, &receiver)),
        ];
        let threads = threads.into_iter().flatten().collect();
        Mirror { shared, asks: RwLock::new(Some(sender)), threads: Mutex::new(threads) }
    }

    pub(crate) fn state(&self) -> MirrorState {
        self.shared.state()
    }

    /// Whether sled was opened, or could not be, at least once.
    pub(crate) fn has_opened(&self) -> bool {
        self.shared.has_opened.load(Ordering::Acquire)
    }

    pub(crate) fn report(&self) -> MirrorReport {
        let shared = &self.shared;
        let aside = set_aside_dir(&shared.dir);
        let state = shared.state.read();
        MirrorReport {
            state: shared.state_now(&state),
            mirrored_through: self.mirrored_through_in(&state),
            failures: state.failures,
            last_failure: state.last_failure.clone(),
            rebuilt: shared.rebuilt.load(Ordering::Relaxed),
            reads_given_up: shared.reads_given_up.load(Ordering::Relaxed),
            set_aside: aside.exists().then_some(aside),
        }
    }

    /// The last position of which the mirror is a durable copy.
    pub(crate) fn mirrored_through(&self) -> Position {
        self.mirrored_through_in(&self.shared.state.read())
    }

    fn mirrored_through_in(&self, state: &State) -> Position {
        // A copy with a fault in it is nobody's second copy.
        let is_copy = state.now == MirrorState::Following;
        Position(if is_copy { self.shared.durable.load(Ordering::Acquire) } else { 0 })
    }

    /// The last position that [`run_at`](Self::run_at) gives.
    #[cfg(test)]
    pub(crate) fn readable_through(&self) -> Position {
        Position(self.shared.readable.load(Ordering::Acquire))
    }

    /// The block that holds a position, if it can be had, and at once.
    pub(crate) fn run_at(&self, position: u64) -> Option<Run> {
        self.runs_at(vec![position]).pop()?
    }

    /// The blocks that hold some positions, of those that can be had at once.
    pub(crate) fn runs_at(&self, positions: Vec<u64>) -> Vec<Option<Run>> {
        let readable = self.shared.readable();
        if positions.iter().all(|position| *position > readable) {
            return Vec::new();
        }
        let asks = self.asks.read();
        let Some(asks) = &*asks else { return Vec::new() };
        let mut runs = Vec::with_capacity(positions.len());
        for positions in positions.chunks(BLOCKS_AT_ONCE) {
            match ask(&self.shared, asks, positions.to_vec()) {
                Some(some) => runs.extend(some),
                None => break,
            }
        }
        runs
    }

    /// Has the mirror take in what is full, make it durable, and end. False when a thread is left behind in sled.
    pub(crate) fn stop(&self) -> bool {
        let shared = &self.shared;
        shared.stopping.store(true, Ordering::Release);
        *self.asks.write() = None;
        shared.journal.live().wake();
        let threads: Vec<JoinHandle<()>> = self.threads.lock().drain(..).collect();
        threads.iter().for_each(|thread| thread.thread().unpark());
        let mut running = shared.running.lock();
        while *running > 0 {
            let stuck = shared.pace.stop_stuck_max;
            if shared.writing.is_longer_than(stuck) || shared.reading.is_longer_than(stuck) {
                tracing::error!(
                    mirror = %shared.dir.display(),
                    "sled does not come back from a call: it is left behind, and the next start writes what is missing in it"
                );
                drop(running);
                // It must write nothing into a directory that somebody else may hold by then.
                shared.is_left.store(true, Ordering::Release);
                shared.state.write().now = MirrorState::Failed("it was left behind".to_owned());
                return false;
            }
            shared.ended.wait_for(&mut running, READ_WITHIN);
        }
        drop(running);
        for thread in threads {
            // Its panics are caught and reported within it.
            let _ = thread.join();
        }
        true
    }
}

/// Runs a thread whose end a stop can wait for with a limit.
fn spawn(
    name: &str,
    shared: &Arc<Shared>,
    run: impl FnOnce(&Shared) + Send + 'static,
) -> Option<JoinHandle<()>> {
    struct Ended(Arc<Shared>);
    impl Drop for Ended {
        fn drop(&mut self) {
            *self.0.running.lock() -= 1;
            self.0.ended.notify_all();
        }
    }
    *shared.running.lock() += 1;
    let ended = Ended(shared.clone());
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || run(&ended.0));
    spawned.map_err(|error| shared.fail(&MirrorFault::Thread(error))).ok()
}

impl Shared {
    /// Last position that can be read from sled.
    pub(crate) fn readable(&self) -> u64 {
        self.readable.load(Ordering::Acquire)
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn state(&self) -> MirrorState {
        self.state_now(&self.state.read())
    }

    fn state_now(&self, state: &State) -> MirrorState {
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
        state.life += 1;
        state.now = MirrorState::Opening;
    }

    /// Lets readers in, up to a position that is durable.
    pub(crate) fn follow(&self, blocks: Arc<dyn Blocks>, through: u64) {
        // At once, so that whoever sees it follow can read, and no reader's fault is overwritten.
        let mut state = self.state.write();
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
        if self.is_left.load(Ordering::Acquire) {
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

/// The main file of a mirror: without it there is none.
pub(crate) fn main_file(dir: &Path) -> PathBuf {
    dir.join("db")
}

/// Moments that lie within the last hour.
pub(crate) fn within_an_hour(moment: &Instant) -> bool {
    const HOUR: Duration = Duration::from_secs(3_600);
    moment.elapsed() < HOUR
}
