//! After the decision: append and sync on one thread, fold and answer on the next, so that the disk never waits for the callers. What is
//! answered is durable, and every question sees it.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, SyncSender},
    },
};

use parking_lot::RwLockWriteGuard;
use sigeyi_projections::Entry;
use sigeyi_proof::CompactTree;
use sigeyi_store::{EventStore, MirrorState};

use crate::{
    answer::{Answer, CommandError},
    group::Group,
    shared::Shared,
    snapshots::SnapshotTrigger,
};

/// Events that are folded under one lock, about 50 µs: readers and the sequencer need not wait for a whole group.
const FOLDED_AT_ONCE: usize = 64;

/// Groups that are on the disk and wait to be answered; with more the writer waits.
pub(crate) const WRITTEN_GROUPS_MAX: usize = 4;

/// Turns groups into answers.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    trigger: Arc<SnapshotTrigger>,
}

/// A group after its write.
pub(crate) struct Written {
    entries: Vec<Entry>,
    /// The tree over everything up to the last of them.
    tree: CompactTree,
    answers: Vec<(oneshot::Sender<Answer>, Answer)>,
    /// Why nothing of it may count as recorded, if so.
    stopped: Option<CommandError>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, trigger: Arc<SnapshotTrigger>) -> Writer {
        Writer { shared, trigger }
    }

    /// The writer thread: writes groups until the sequencer is done.
    pub(crate) fn run(&self, written: &SyncSender<Written>) {
        while let Some(group) = self.shared.exchange.take() {
            if written.send(self.write(group)).is_err() {
                return;
            }
            self.shared.make_room();
        }
    }

    /// The answering thread: folds and answers until the writer is done.
    pub(crate) fn answer_all(&self, written: &Receiver<Written>) {
        for group in written {
            self.answer(group);
        }
    }

    /// Appends and syncs.
    pub(crate) fn write(&self, group: Group) -> Written {
        let Group { events, entries, answers } = group;
        let shared = &self.shared;
        if let MirrorState::Ahead { mirror, journal } = shared.store.mirror_state() {
            shared.stop(format!(
                "sled holds events up to {mirror}, the journal only up to {journal}: the journal has lost its end: stop, and run `sigeyi repair --data DIR`"
            ));
        }
        // After a failed sync nobody knows what is on the disk; a restart verifies.
        if shared.stopped().is_none() && !entries.is_empty() {
            match shared.load.during(answers.len(), || shared.store.append(shared.store.head(), events)) {
                Ok(appended) => shared.load.syncs.add(appended.sync),
                Err(error) => shared.stop(chain(&error)),
            }
        }
        Written { entries, tree: shared.store.tree(), answers, stopped: shared.stopped() }
    }

    /// Folds and answers what was written.
    pub(crate) fn answer(&self, written: Written) {
        let Written { entries, tree, answers, stopped } = written;
        if stopped.is_none() && !entries.is_empty() {
            self.fold(&entries, tree);
            self.trigger.appended(entries.len() as u64);
        }
        let count = answers.len();
        for (caller, answer) in answers {
            let answer = stopped.clone().map_or(answer, Err);
            // A caller that has gone away needs no answer.
            let _ = caller.send(answer);
        }
        self.shared.exchange.answered(count);
    }

    /// A reader may see a part of a group, but of each commit all or nothing. The tree follows when the group is whole.
    fn fold(&self, entries: &[Entry], tree: CompactTree) {
        let is_somebody_erased = entries.iter().any(|entry| entry.event.erases());
        let mut folded = self.shared.folded.write();
        let roles_before = folded.model.roles().through();
        let mut rest = entries;
        while !rest.is_empty() {
            if rest.len() < entries.len() {
                self.shared.folded_through.store(folded.model.head().0, Ordering::Release);
                RwLockWriteGuard::bump(&mut folded);
            }
            // Up to where a commit begins.
            let begins = |entry: &Entry| entry.command.is_some();
            let more = rest.iter().skip(FOLDED_AT_ONCE).position(begins);
            let (part, after) = rest.split_at(more.map_or(rest.len(), |more| FOLDED_AT_ONCE + more));
            folded.model.apply_all(part);
            rest = after;
        }
        folded.tree = tree;
        let head = folded.model.head();
        let have_roles_changed = folded.model.roles().through() != roles_before;
        self.shared.folded_through.store(head.0, Ordering::Release);
        drop(folded);
        if is_somebody_erased {
            self.shared.erasures.recorded();
        }
        if let Some(listener) = self.shared.head_listener.get() {
            listener(head);
        }
        if let (true, Some(listener)) = (have_roles_changed, self.shared.roles_listener.get()) {
            listener(head);
        }
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
