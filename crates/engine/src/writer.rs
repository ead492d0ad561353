//! The writer thread: append and sync, fold, answer. What it has answered is durable, and every question sees it.

use std::{
    error::Error,
    sync::{Arc, atomic::Ordering},
};

use sigeyi_store::{EventStore, MirrorState};

use crate::{answer::Answer, group::Group, shared::Shared, snapshots::SnapshotTrigger};

/// Writes groups until the sequencer is done.
pub(crate) fn run(shared: &Arc<Shared>, trigger: &SnapshotTrigger) {
    while let Some(group) = shared.exchange.take() {
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
            if let Err(error) = shared.store.append(head, events) {
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
