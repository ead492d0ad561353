//! The writer thread: append and sync, fold, answer. What it has answered is durable, and every question sees it.

use std::{
    error::Error,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use sigeyi_store::{EventStore, MirrorState};

use crate::{answer::Answer, group::Group, shared::Shared, snapshots::SnapshotTrigger};

/// Writes groups until the sequencer is done.
pub(crate) fn run(shared: &Arc<Shared>, trigger: &SnapshotTrigger) {
    let mut is_first = true;
    while let Some(group) = shared.exchange.take() {
        if std::mem::take(&mut is_first) {
            wait_for_mirror(shared);
        }
        let Group { events, entries, answers } = group;
        if let MirrorState::Ahead { mirror, journal } = shared.store.mirror_state() {
            shared.stop(format!(
                "sled holds events up to {mirror}, the journal only up to {journal}: the journal has lost its end, put it back"
            ));
        }
        if let Some(stopped) = shared.stopped() {
            // After a failed sync nobody knows what is on the disk; a restart verifies.
            answer(answers, |_| Err(stopped.clone()));
            continue;
        }
        if !entries.is_empty() {
            let head = shared.store.head();
            shared.exchange.writing();
            let appended = shared.store.append(head, events);
            shared.exchange.written();
            if let Err(error) = appended {
                shared.stop(chain(&error));
                if let Some(stopped) = shared.stopped() {
                    answer(answers, |_| Err(stopped.clone()));
                }
                continue;
            }
            let mut folded = shared.folded.write();
            for entry in &entries {
                folded.model.apply(entry);
                folded.tree.push(entry.head.leaf);
            }
            shared.folded_through.store(folded.model.head().0, Ordering::Release);
            drop(folded);
            trigger.appended(entries.len() as u64);
        }
        answer(answers, |result| result);
    }
}

/// sled may know that the journal has lost its end, so the first write after a start waits until it is open; but not for ever, since a
/// sled that does not open must not stop anybody.
fn wait_for_mirror(shared: &Shared) {
    let started = Instant::now();
    while shared.store.mirror_state() == MirrorState::Opening && started.elapsed() < MIRROR_OPENS_WITHIN {
        std::thread::park_timeout(MIRROR_LOOK_AGAIN);
    }
}

/// How long the first write waits for sled to open.
const MIRROR_OPENS_WITHIN: Duration = Duration::from_secs(10);
const MIRROR_LOOK_AGAIN: Duration = Duration::from_millis(1);

fn answer(answers: Vec<(oneshot::Sender<Answer>, Answer)>, with: impl Fn(Answer) -> Answer) {
    for (caller, result) in answers {
        // A caller that has gone away needs no answer.
        let _ = caller.send(with(result));
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
