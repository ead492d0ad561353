//! What the sequencer has decided while the writer waits for the disk: the next group.

use parking_lot::{Condvar, Mutex};
use sigeyi_projections::Entry;
use sigeyi_store::EncodedEvents;

use crate::answer::Answer;

/// Commits that become one frame and one sync, with the answers that may be given after it.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) events: EncodedEvents,
    pub(crate) entries: Vec<Entry>,
    pub(crate) answers: Vec<(oneshot::Sender<Answer>, Answer)>,
}

/// Events in one group at most: what does not fit waits for the next one.
const GROUP_EVENTS_MAX: usize = 8_192;
/// Bytes in one group at most.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Answers in one group at most.
const GROUP_ANSWERS_MAX: usize = 16_384;

#[derive(Default)]
struct State {
    group: Group,
    is_closed: bool,
}

/// Hands groups from the sequencer to the writer. A group is what was decided while the last one was written; it never waits for more.
#[derive(Default)]
pub(crate) struct Exchange {
    state: Mutex<State>,
    filled: Condvar,
    taken: Condvar,
}

impl Group {
    fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.events.is_empty()
    }

    fn is_full(&self) -> bool {
        self.events.len() >= GROUP_EVENTS_MAX
            || self.events.bytes() >= GROUP_BYTES_MAX
            || self.answers.len() >= GROUP_ANSWERS_MAX
    }
}

impl Exchange {
    /// Adds to the next group; waits while it is full.
    pub(crate) fn add(&self, add: impl FnOnce(&mut Group)) {
        let mut state = self.state.lock();
        while state.group.is_full() {
            self.taken.wait(&mut state);
        }
        let was_empty = state.group.is_empty();
        add(&mut state.group);
        if was_empty {
            self.filled.notify_one();
        }
    }

    /// Takes the next group, waiting for one; none when the sequencer is done and everything has been taken.
    pub(crate) fn take(&self) -> Option<Group> {
        let mut state = self.state.lock();
        while state.group.is_empty() {
            if state.is_closed {
                return None;
            }
            self.filled.wait(&mut state);
        }
        let group = std::mem::take(&mut state.group);
        self.taken.notify_one();
        Some(group)
    }

    /// Says that nothing more will be added.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.filled.notify_one();
    }
}
