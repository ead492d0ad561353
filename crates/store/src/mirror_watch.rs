//! Looks whether sled ever comes back. A thread that is inside it for longer than anything takes is left there, a few times in one process, and
//! others build a new mirror; so that the events have their second copy again without a start.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::{Condvar, Mutex, RwLock};
use sigeyi_envelope::Position;

use crate::journal::Journal;
use crate::mirror::{Follower, MirrorReport, MirrorState};
use crate::mirror_sled::OpenBlocks;
use crate::mirror_thread::Pace;
use crate::run::Run;

/// Threads that are left behind at most in one process: each keeps the memory that its sled holds.
pub(crate) const LEFT_MAX: usize = 4;
/// How often it is looked, of the time after which one is left.
const LOOKS: u32 = 8;

/// The mirror of a journal.
pub(crate) struct Mirror {
    watched: Arc<Watched>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Watched {
    current: RwLock<Arc<Follower>>,
    left_after: Duration,
    stopping: Mutex<bool>,
    changed: Condvar,
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
        let follower = Follower::start(dir, cache_bytes, journal, sled, pace);
        let watched = Arc::new(Watched {
            current: RwLock::new(Arc::new(follower)),
            left_after: pace.left_after,
            stopping: Mutex::new(false),
            changed: Condvar::new(),
        });
        let watch = watched.clone();
        let spawned =
            thread::Builder::new().name("sigeyi-mirror-watch".to_owned()).spawn(move || watch.run());
        if let Err(error) = &spawned {
            tracing::warn!(%error, "nobody looks whether sled comes back");
        }
        Mirror { watched, thread: Mutex::new(spawned.ok()) }
    }

    fn current(&self) -> Arc<Follower> {
        self.watched.current.read().clone()
    }

    pub(crate) fn state(&self) -> MirrorState {
        self.current().state()
    }

    /// Whether sled was opened, or could not be, at least once.
    pub(crate) fn has_opened(&self) -> bool {
        self.current().has_opened()
    }

    pub(crate) fn report(&self) -> MirrorReport {
        self.current().report()
    }

    /// The last position of which the mirror is a durable copy.
    pub(crate) fn mirrored_through(&self) -> Position {
        self.current().mirrored_through()
    }

    /// The last position that [`run_at`](Self::run_at) gives.
    #[cfg(test)]
    pub(crate) fn readable_through(&self) -> Position {
        self.current().readable_through()
    }

    /// The block that holds a position, if it can be had, and at once.
    pub(crate) fn run_at(&self, position: u64) -> Option<Run> {
        self.current().run_at(position)
    }

    /// The blocks that hold some positions, of those that can be had at once.
    pub(crate) fn runs_at(&self, positions: Vec<u64>) -> Vec<Option<Run>> {
        self.current().runs_at(positions)
    }

    /// Has the mirror take in what is full, make it durable, and end. False when a thread is left behind in sled now.
    pub(crate) fn stop(&self) -> bool {
        *self.watched.stopping.lock() = true;
        self.watched.changed.notify_all();
        if let Some(thread) = self.thread.lock().take() {
            // It has nothing left to finish.
            let _ = thread.join();
        }
        self.current().stop()
    }
}

impl Watched {
    fn run(&self) {
        let mut left = 0;
        let mut stopping = self.stopping.lock();
        while !*stopping && left < LEFT_MAX {
            self.changed.wait_for(&mut stopping, self.left_after / LOOKS);
            let follower = self.current.read().clone();
            if !*stopping && follower.hangs_for(self.left_after) {
                *self.current.write() = Arc::new(follower.replace());
                left += 1;
            }
        }
    }
}
