//! What readers see: the head, the tree at it, the newest events. Changes only after a sync.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex, RwLock};
use sigeyi_envelope::Position;
use sigeyi_proof::CompactTree;

use crate::head_file::KnownHead;
use crate::run::Run;
use crate::tail::Tail;

/// Published state. Its locks are held for moments, never during disk access.
pub(crate) struct Live {
    state: RwLock<State>,
    head: AtomicU64,
    /// Guards nothing but the moment between looking at the head and going to sleep.
    sleep: Mutex<()>,
    moved: Condvar,
}

struct State {
    tree: CompactTree,
    tail: Tail,
    /// Segment in which the newest frame lies, and where it ends there.
    end: (u32, u64),
}

impl Live {
    pub(crate) fn new(tree: CompactTree, end: (u32, u64), tail_bytes_max: usize) -> Live {
        Live {
            head: AtomicU64::new(tree.size()),
            state: RwLock::new(State { tree, tail: Tail::new(tail_bytes_max), end }),
            sleep: Mutex::new(()),
            moved: Condvar::new(),
        }
    }

    /// Shows a run that is durable, and the tree after it. Writers call it one at a time.
    pub(crate) fn publish(&self, run: Run, tree: CompactTree, end: (u32, u64)) {
        let head = tree.size();
        {
            let mut state = self.state.write();
            state.tail.push(Arc::new(run));
            state.tree = tree;
            state.end = end;
        }
        self.head.store(head, Ordering::Release);
        self.wake();
    }

    pub(crate) fn head(&self) -> Position {
        Position(self.head.load(Ordering::Acquire))
    }

    /// The tree over all events that are shown; its size is their head.
    pub(crate) fn tree(&self) -> CompactTree {
        self.state.read().tree.clone()
    }

    /// What `HEAD` should say of what is shown now.
    pub(crate) fn known(&self, is_closed: bool) -> KnownHead {
        let state = self.state.read();
        let (segment, end) = state.end;
        let (position, tree) = (Position(state.tree.size()), state.tree.clone());
        drop(state);
        KnownHead { position, root: tree.root(), segment, end, is_closed }
    }

    /// The run among the newest that holds a position.
    pub(crate) fn run_at(&self, position: u64) -> Option<Arc<Run>> {
        self.state.read().tail.run_at(position)
    }

    /// Lets everybody who waits look again.
    pub(crate) fn wake(&self) {
        // Whoever has looked but does not sleep yet holds this lock, so that no wake-up comes too early.
        drop(self.sleep.lock());
        self.moved.notify_all();
    }

    /// Sleeps until `enough` says so of the head, or until the deadline. Gives the head.
    pub(crate) fn wait(
        &self,
        deadline: Option<Instant>,
        mut enough: impl FnMut(Position) -> bool,
    ) -> Position {
        let mut sleep = self.sleep.lock();
        loop {
            let head = self.head();
            if enough(head) {
                return head;
            }
            match deadline {
                None => self.moved.wait(&mut sleep),
                Some(deadline) => {
                    if self.moved.wait_until(&mut sleep, deadline).timed_out() {
                        return self.head();
                    }
                }
            }
        }
    }
}
