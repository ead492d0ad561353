//! The newest entry of each person and actor: all that is kept in memory for the two questions.

use std::collections::HashMap;

use uuid::Uuid;

use super::entry::StoredEntry;

/// Numbers of the newest entries: 24 bytes for each person who was ever shown, with the table's room 28 to 50, however often that was.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Heads {
    pub(super) people: HashMap<Uuid, u64>,
    pub(super) actors: HashMap<Box<str>, u64>,
}

impl Heads {
    /// Takes in the entry that follows. False when it does not name the entries before it that are known.
    pub(super) fn follow(&mut self, entry: &StoredEntry<'_>) -> bool {
        let number = entry.number();
        let mut follows = true;
        for (person, before) in entry.people() {
            follows &= self.people.insert(person, number).unwrap_or(0) == before;
        }
        let known = match self.actors.get_mut(entry.actor()) {
            Some(newest) => std::mem::replace(newest, number),
            None => {
                self.actors.insert(entry.actor().into(), number);
                0
            }
        };
        follows && known == entry.of_actor()
    }

    pub(super) fn person(&self, person: &Uuid) -> u64 {
        self.people.get(person).copied().unwrap_or(0)
    }

    pub(super) fn actor(&self, actor: &str) -> u64 {
        self.actors.get(actor).copied().unwrap_or(0)
    }

    /// Takes in what a group has changed, now that it is durable.
    pub(super) fn take(&mut self, group: Heads) {
        self.people.extend(group.people);
        self.actors.extend(group.actors);
    }
}
