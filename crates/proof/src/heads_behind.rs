//! From the newest events at the end of a walk back to those at a position shortly before it.

use std::collections::{HashMap, VecDeque};

use crate::{PersonHead, PersonId};

/// Events that may stand between the position at which heads are taken and the event that commits to them, at most: so a walk through a log of any length
/// checks it with memory that does not grow.
pub const HEADS_BEHIND_EVENTS_MAX: u64 = 1 << 18;

/// What the last events of a walk have replaced.
#[derive(Debug, Default)]
pub struct HeadsBehind {
    /// The position of the last event.
    last: u64,
    replaced: VecDeque<Replaced>,
}

#[derive(Debug)]
struct Replaced {
    /// Whose head it is; none for what belongs to nobody.
    person: Option<PersonId>,
    /// What the head was before the event.
    before: Option<PersonHead>,
    /// When the event was recorded, as the caller counts.
    recorded_at: i64,
}

impl HeadsBehind {
    /// Takes the next event in: whose it is with their head before it, or nobody's, and when it was recorded.
    pub fn push(&mut self, of: Option<(PersonId, Option<PersonHead>)>, recorded_at: i64) {
        // One more than may lie behind: the event at the position itself tells its day.
        if self.replaced.len() as u64 > HEADS_BEHIND_EVENTS_MAX {
            self.replaced.pop_front();
        }
        let (person, before) = of.map_or((None, None), |(person, before)| (Some(person), before));
        self.replaced.push_back(Replaced { person, before, recorded_at });
        self.last += 1;
    }

    /// When the event at a position was recorded; none where it lies too far behind, or is not there.
    pub fn recorded_at(&self, position: u64) -> Option<i64> {
        let back = self.last.checked_sub(position).filter(|_| position > 0)?;
        let at = (self.replaced.len() as u64).checked_sub(back + 1)?;
        self.replaced.get(usize::try_from(at).ok()?).map(|replaced| replaced.recorded_at)
    }

    /// The heads as of a position, of those that are the newest now; none where it lies too far behind.
    pub fn heads_at(
        &self,
        position: u64,
        newest: impl Iterator<Item = PersonHead>,
    ) -> Option<Vec<PersonHead>> {
        self.recorded_at(position)?;
        // As many as fit into memory.
        let after = (self.last - position) as usize;
        let mut then: HashMap<PersonId, Option<PersonHead>> = HashMap::new();
        for replaced in self.replaced.range(self.replaced.len() - after..) {
            if let Some(person) = replaced.person {
                // The first event behind the position has replaced what was the head there.
                then.entry(person).or_insert(replaced.before);
            }
        }
        let at = |head: PersonHead| then.get(&head.person).copied().unwrap_or(Some(head));
        Some(newest.filter_map(at).collect())
    }
}
