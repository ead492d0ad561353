//! What the sequencer has decided while the writer waits for the disk: the next group.

use std::time::Duration;

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
/// Bytes in one group at most. What may be decided and not yet written, twice this and two commits, finds room in the zeros ahead of the journal.
const GROUP_BYTES_MAX: usize = 512 * 1024;
/// Answers in one group at most.
const GROUP_ANSWERS_MAX: usize = 16_384;
/// Answers at which a group is written although more commands are queued: a stream of commands without end must not hold it up.
const GROUP_ANSWERS_ENOUGH: usize = 1_024;

/// Answers in one group at most that the sequencer writes and answers by itself when nothing is under way: with few callers two wake-ups fewer
/// are worth more than a second pair of hands.
const ALONE_ANSWERS_MAX: usize = 4;

#[derive(Default)]
struct State {
    group: Group,
    /// Whether everything that was queued has been decided.
    is_decided: bool,
    /// Whether the writer waits for the disk.
    is_writing: bool,
    /// Answers in groups that were taken, which have not been given yet.
    under_way: usize,
    is_closed: bool,
}

/// What the sequencer does when nothing more is queued.
pub(crate) enum Idle {
    /// Look into the queue again.
    LookAgain,
    /// Wait for a command.
    Wait,
    /// Write this group itself.
    Write(Group),
}

/// Hands groups from the sequencer to the writer. A group is what was queued while the last one was written. While answers of that one are still
/// being given, it waits until it holds as many or they are all given: a sync for each handful of those who were answered first costs more than it gains.
#[derive(Default)]
pub(crate) struct Exchange {
    state: Mutex<State>,
    filled: Condvar,
    taken: Condvar,
    written: Condvar,
}

/// While the writer waits for the disk nobody waits for a decision, so the sequencer looks into the queue now and then and decides what came in
/// one go, instead of being woken by each command: so many times at once, giving callers their turn, then after a pause.
const LOOKS_WITHOUT_PAUSE: u32 = 64;
const PAUSE: Duration = Duration::from_micros(100);

impl Group {
    /// An empty group with room for as much as another has: one group is mostly as large as the last.
    fn with_room_as(other: &Group) -> Group {
        Group {
            events: EncodedEvents::with_capacity(other.events.len(), other.events.bytes()),
            entries: Vec::with_capacity(other.entries.len()),
            answers: Vec::with_capacity(other.answers.len()),
        }
    }

    fn is_enough(&self) -> bool {
        self.answers.len() >= GROUP_ANSWERS_ENOUGH || self.is_full()
    }

    fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.events.is_empty()
    }

    fn is_full(&self) -> bool {
        self.events.len() >= GROUP_EVENTS_MAX
            || self.events.bytes() >= GROUP_BYTES_MAX
            || self.answers.len() >= GROUP_ANSWERS_MAX
    }
}

impl State {
    fn is_due(&self) -> bool {
        let answers = self.group.answers.len();
        match self.under_way {
            0 => self.is_decided || answers > ALONE_ANSWERS_MAX,
            under_way => answers >= under_way || self.group.is_enough(),
        }
    }
}

impl Exchange {
    /// Adds to the next group; waits while it is full.
    pub(crate) fn add(&self, add: impl FnOnce(&mut Group)) {
        let mut state = self.state.lock();
        while state.group.is_full() {
            self.taken.wait(&mut state);
        }
        add(&mut state.group);
        state.is_decided = false;
        if !state.is_writing && state.is_due() {
            self.filled.notify_one();
        }
    }

    /// Says that nothing more is queued, having looked so many times, and learns what to do.
    pub(crate) fn decided(&self, looks: u32) -> Idle {
        let mut state = self.state.lock();
        state.is_decided = true;
        if !state.group.is_empty() {
            if state.under_way == 0 && state.group.answers.len() <= ALONE_ANSWERS_MAX {
                return Idle::Write(self.start(&mut state));
            }
            if state.is_due() {
                self.filled.notify_one();
            }
        }
        if state.is_writing {
            if looks > LOOKS_WITHOUT_PAUSE {
                self.written.wait_for(&mut state, PAUSE);
            }
            return Idle::LookAgain;
        }
        Idle::Wait
    }

    /// Takes the next group, waiting for one; none when the sequencer is done and everything has been taken.
    pub(crate) fn take(&self) -> Option<Group> {
        let mut state = self.state.lock();
        state.is_writing = false;
        self.written.notify_one();
        while state.group.is_empty() || !(state.is_closed || state.is_due()) {
            if state.group.is_empty() && state.is_closed {
                return None;
            }
            self.filled.wait(&mut state);
        }
        state.is_writing = true;
        Some(self.start(&mut state))
    }

    fn start(&self, state: &mut State) -> Group {
        state.under_way += state.group.answers.len();
        self.taken.notify_one();
        let next = Group::with_room_as(&state.group);
        std::mem::replace(&mut state.group, next)
    }

    /// Says that so many answers of a group that was taken have been given.
    pub(crate) fn answered(&self, answers: usize) {
        let mut state = self.state.lock();
        state.under_way -= answers;
        if !state.is_writing && state.is_due() {
            self.filled.notify_one();
        }
    }

    /// Says that nothing more will be added.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.filled.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::CommandError;

    fn add(exchange: &Exchange, answers: usize) {
        for _ in 0..answers {
            let (caller, _) = oneshot::channel();
            exchange.add(|group| group.answers.push((caller, Err(CommandError::DiskFull))));
        }
    }

    fn is_due(exchange: &Exchange) -> bool {
        exchange.state.lock().is_due()
    }

    #[test]
    fn a_group_waits_until_it_is_as_large_as_the_one_that_is_being_answered() {
        let exchange = Exchange::default();
        add(&exchange, 10);
        assert!(is_due(&exchange));
        assert_eq!(exchange.take().unwrap().answers.len(), 10);
        add(&exchange, 9);
        assert!(!is_due(&exchange));
        add(&exchange, 1);
        assert!(is_due(&exchange));
    }

    #[test]
    fn a_small_group_goes_when_the_one_before_is_answered() {
        let exchange = Exchange::default();
        add(&exchange, 10);
        exchange.take().unwrap();
        add(&exchange, 2);
        assert!(matches!(exchange.decided(2), Idle::LookAgain));
        assert!(!is_due(&exchange));
        exchange.answered(10);
        assert!(is_due(&exchange));
        assert_eq!(exchange.take().unwrap().answers.len(), 2);
    }

    #[test]
    fn a_few_commands_alone_are_written_by_the_sequencer() {
        let exchange = Exchange::default();
        add(&exchange, ALONE_ANSWERS_MAX);
        assert!(!is_due(&exchange));
        let Idle::Write(group) = exchange.decided(2) else { panic!("the sequencer does not write it") };
        assert_eq!(group.answers.len(), ALONE_ANSWERS_MAX);
    }
}
