//! Commands that are taken from the queue together, and what was decided of them, handed to the writer together.
//!
//! A decision waits for memory several times: for the place of the person and of the command in the tables, for the row, for its facts. Next to
//! each other the lookups of several commands wait together.

use std::{collections::VecDeque, hint::black_box, sync::mpsc::Receiver};

use sigeyi_projections::{Entry, Secrets};

use super::{Queued, Task};
use crate::{
    answer::Answer,
    group::{Exchange, Group},
    shared::Shared,
};

/// Commands that are taken at once.
pub(crate) const TAKEN_AT_ONCE: usize = 16;
/// Stored bytes that are handed over at once: what a group may exceed its limit by.
const HANDED_OVER_BYTES: usize = 16 * 1024;

/// Commands that were taken and are not decided yet, each with the row number under which its person was found.
#[derive(Default)]
pub(super) struct Ahead(VecDeque<(Queued, Option<u32>)>);

/// What was decided and is not handed over yet. Every answer goes through the writer: it may rest on events that are not durable yet.
#[derive(Default)]
pub(super) struct Decisions {
    stored: Vec<(Vec<u8>, [u8; 32])>,
    stored_bytes: usize,
    entries: Vec<Entry>,
    answers: Vec<(oneshot::Sender<Answer>, Answer)>,
}

impl Ahead {
    pub(super) fn next(&mut self) -> Option<(Queued, Option<u32>)> {
        self.0.pop_front()
    }

    /// Takes more from the queue behind the first, and looks for all of them.
    pub(super) fn take(&mut self, first: Queued, queue: &Receiver<Queued>, shared: &Shared) {
        self.0.push_back((first, None));
        while self.0.len() < TAKEN_AT_ONCE
            && let Ok(queued) = queue.try_recv()
        {
            self.0.push_back((queued, None));
        }
        if self.0.len() > 1 {
            self.look_for_all(shared);
        }
    }

    fn look_for_all(&mut self, shared: &Shared) {
        let folded = shared.folded.read();
        let (people, commands) = (folded.model.people(), folded.model.commands());
        for (queued, found) in &mut self.0 {
            if let Task::Person { submission, .. } = &queued.task {
                *found = submission.whom().find(people);
                // Its place is looked at again when it is decided.
                black_box(commands.find(shared.keyring.fingerprint(submission.command_id)).next());
            }
        }
        for (_, found) in &self.0 {
            let person = found.and_then(|number| people.row(number)).map(|row| &row.person);
            black_box(person.and_then(|person| person.facts().first()));
        }
    }
}

impl Decisions {
    pub(super) fn add(
        &mut self,
        stored: Vec<(Vec<u8>, [u8; 32])>,
        entries: Vec<Entry>,
        (caller, answer): (oneshot::Sender<Answer>, Answer),
    ) {
        self.stored_bytes += stored.iter().map(|(bytes, _)| bytes.len()).sum::<usize>();
        self.stored.extend(stored);
        self.entries.extend(entries);
        self.answers.push((caller, answer));
    }

    pub(super) fn are_enough(&self) -> bool {
        self.stored_bytes >= HANDED_OVER_BYTES
    }

    /// Waits while the writer has too much.
    pub(super) fn hand_over(&mut self, exchange: &Exchange) {
        if self.answers.is_empty() {
            return;
        }
        exchange.add(|group: &mut Group| {
            for (bytes, leaf) in self.stored.drain(..) {
                group.events.push(&bytes, leaf);
            }
            group.entries.append(&mut self.entries);
            group.answers.append(&mut self.answers);
        });
        self.stored_bytes = 0;
    }
}
