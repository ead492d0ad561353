//! sled as the second copy of the events. Nothing that goes wrong in it reaches a writer or a reader.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use sigeyi_envelope::Position;

use crate::journal::Journal;
use crate::mirror_fault::MirrorFault;
use crate::mirror_reads::{Ask, BLOCKS_AT_ONCE, READ_WITHIN, answer_all, ask, asks};
use crate::mirror_set_aside::set_aside_dir;
use crate::mirror_shared::{Shared, State};
use crate::mirror_sled::OpenBlocks;
use crate::mirror_thread::{Begin, Pace, run_mirror};
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

/// Handle of the threads that follow the journal with one sled after the other.
pub(crate) struct Follower {
    shared: Arc<Shared>,
    asks: RwLock<Option<SyncSender<Ask>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Follower {
    /// Begins to open the mirror in a folder and to follow a journal.
    pub(crate) fn start(
        dir: PathBuf,
        cache_bytes: u64,
        journal: Arc<Journal>,
        sled: Arc<dyn OpenBlocks>,
        pace: Pace,
    ) -> Follower {
        let shared = Arc::new(Shared::new(dir, cache_bytes, journal, sled, pace));
        Follower::run(shared, Begin::WithWhatIsThere)
    }

    fn run(shared: Arc<Shared>, begin: Begin) -> Follower {
        let head = shared.journal.head();
        let (sender, receiver) = asks();
        let threads = [
            spawn("sigeyi-mirror", &shared, move |shared| run_mirror(shared, head, begin)),
            spawn("sigeyi-mirror-reads", &shared, move |shared| answer_all(shared, &receiver)),
        ];
        let threads = threads.into_iter().flatten().collect();
        Follower { shared, asks: RwLock::new(Some(sender)), threads: Mutex::new(threads) }
    }

    /// Whether a thread has been inside sled for so long.
    pub(crate) fn hangs_for(&self, time: Duration) -> bool {
        self.shared.writing.is_longer_than(time) || self.shared.reading.is_longer_than(time)
    }

    /// Leaves the thread that is inside sled where it is, with the memory that sled holds, and has others build a new mirror. What is left has
    /// its folder set aside under it and, if it ever comes back, ends without another call.
    pub(crate) fn replace(&self) -> Follower {
        let old = &self.shared;
        let fault = MirrorFault::Hangs { seconds: old.pace.left_after.as_secs() };
        old.leave(&fault);
        *self.asks.write() = None;
        old.journal.live().wake();
        let (dir, journal, sled) = (old.dir.clone(), old.journal.clone(), old.sled.clone());
        let shared = Shared::new(dir, old.cache_bytes, journal, sled, old.pace);
        {
            let (mut state, before) = (shared.state.write(), old.state.read());
            (state.failures, state.last_failure) = (before.failures, before.last_failure.clone());
        }
        shared.reads_given_up.store(old.reads_given_up.load(Ordering::Relaxed), Ordering::Relaxed);
        shared.rebuilt.store(old.rebuilt.load(Ordering::Relaxed), Ordering::Relaxed);
        shared.has_opened.store(true, Ordering::Release);
        *shared.head_saved.lock() = *old.head_saved.lock();
        let is_copy = old.is_copy.load(Ordering::Acquire);
        Follower::run(Arc::new(shared), Begin::Anew { is_copy })
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

/// The main file of a mirror: without it there is none.
pub(crate) fn main_file(dir: &Path) -> PathBuf {
    dir.join("db")
}

/// Moments that lie within the last hour.
pub(crate) fn within_an_hour(moment: &Instant) -> bool {
    const HOUR: Duration = Duration::from_secs(3_600);
    moment.elapsed() < HOUR
}
