//! Destroying the keys of people, so that nothing that was sealed of them can be read any more.
//!
//! An erasure is recorded first, which takes the person out of every answer and figure; then a thread of its own destroys the key. What was cut
//! off in between a start finds and does: it looks for people who are erased and whose keys are still there.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use sigeyi_projections::{KeyNumber as RowKey, Row};
use sigeyi_vault::KeyNumber;

use crate::{Engine, shared::Shared, writer::chain};

/// After so long keys that could not be destroyed are tried again: whoever holds the root key may answer then.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Tells the thread that destroys keys when to work.
#[derive(Default)]
pub(crate) struct Erasures {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_due: bool,
    is_closed: bool,
}

impl Erasures {
    /// Somebody was erased.
    pub(crate) fn recorded(&self) {
        self.state.lock().is_due = true;
        self.changed.notify_one();
    }

    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits until something is due, at most so long if something is left from before. Gives whether the engine closes.
    fn wait(&self, is_left: bool) -> bool {
        let mut state = self.state.lock();
        while !state.is_due && !state.is_closed {
            if !is_left {
                self.changed.wait(&mut state);
            } else if self.changed.wait_for(&mut state, AGAIN_AFTER).timed_out() {
                break;
            }
        }
        state.is_due = false;
        state.is_closed
    }
}

/// The thread: destroys what is left from before, then what comes, and at the end what came last.
pub(crate) fn run(shared: &Shared) {
    let mut is_left = destroy(shared);
    loop {
        let is_closed = shared.erasures.wait(is_left);
        is_left = destroy(shared);
        if is_closed {
            return;
        }
    }
}

/// Destroys the keys of all who are erased. Gives whether some are left.
fn destroy(shared: &Shared) -> bool {
    let keys = left(shared);
    if keys.is_empty() {
        return false;
    }
    match shared.keyring.erase(&keys) {
        Ok(erased) => {
            let copies: Vec<String> =
                erased.older_copies.iter().map(|copy| copy.path.display().to_string()).collect();
            if !copies.is_empty() {
                shared.note(&format!(
                    "keys of {} people were destroyed here; older copies of the vault are left: {}",
                    keys.len(),
                    copies.join(", ")
                ));
            }
            false
        }
        Err(error) => {
            shared.note(&format!("keys of {} people are not destroyed yet: {}", keys.len(), chain(&error)));
            true
        }
    }
}

/// Keys of people who are erased that are still there.
fn left(shared: &Shared) -> Vec<KeyNumber> {
    let folded = shared.folded.read();
    let keys = folded.model.people().erased().filter_map(sealed_by);
    keys.filter(|key| !shared.keyring.vault.is_erased(*key)).collect()
}

/// The key of somebody of whom something was sealed.
fn sealed_by(row: &Row) -> Option<KeyNumber> {
    (row.key != RowKey::MAX).then_some(KeyNumber(row.key))
}

impl Engine {
    /// Of how many people who are erased the key is not destroyed yet: their erasure is not complete.
    pub fn erasures_left(&self) -> usize {
        left(&self.shared).len()
    }

    /// Destroys keys although no event says so: what nobody does but a fault, or somebody with the keys in hand.
    #[cfg(test)]
    pub(crate) fn destroy_keys(&self, people: &[uuid::Uuid]) -> crate::keyring::ErasedKeys {
        let keys: Vec<KeyNumber> = {
            let folded = self.shared.folded.read();
            let all = folded.model.people();
            people
                .iter()
                .filter_map(|id| all.find(*id).and_then(|it| all.row(it)).and_then(sealed_by))
                .collect()
        };
        self.shared.keyring.erase(&keys).unwrap()
    }
}
