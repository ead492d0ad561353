//! From the newest events at the end of a walk back to those at a position shortly before it.

use std::collections::{HashMap, VecDeque};

use crate::{Hash, HashAlgorithm, Heads, PersonHead, PersonId};

/// Events that may stand between the position at which heads are taken and the event that commits to them, at most: so a walk through a log of any length
/// checks it with memory that does not grow.
pub const HEADS_BEHIND_EVENTS_MAX: u64 = 1 << 18;

/// What an event says that commits to heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadsStatement {
    /// Which one it is, from 1.
    pub number: u64,
    /// The business day of the event at `through`, in days since 1970-01-01.
    pub day: i32,
    /// The position as of which heads are taken.
    pub through: u64,
    /// How many people had events by then.
    pub people: u64,
    /// The root over their heads.
    pub root: Hash,
}

/// Why heads are not those that an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadsFault {
    /// One is missing, or twice there.
    #[error("they are number {found} of the heads, number {expected} is due")]
    Number {
        /// Due here.
        expected: u64,
        /// What the event says.
        found: u64,
    },
    /// Not behind the heads before them, or not before the event.
    #[error("they are taken at a position that is not between the heads before them and the event")]
    Order,
    /// Nothing says what the heads were so long ago.
    #[error("they are taken more than {HEADS_BEHIND_EVENTS_MAX} events before the event")]
    TooFar,
    /// Another day.
    #[error("the day is not that of the event up to which they are taken")]
    Day,
    /// More or fewer people.
    #[error("they say {found} people, {expected} had events")]
    People {
        /// By the events.
        expected: u64,
        /// What the event says.
        found: u64,
    },
    /// Somebody's newest event is another, or is not there.
    #[error("the root is not that over everybody's newest events: somebody's are others, or are missing")]
    Root,
}

/// What the last events of a walk have replaced.
#[derive(Debug, Default)]
pub struct HeadsBehind {
    /// The position of the last event.
    last: u64,
    /// Number and position of the heads before.
    stated: (u64, u64),
    replaced: VecDeque<Replaced>,
}

#[derive(Debug)]
struct Replaced {
    /// Whose head it is; none for what belongs to nobody.
    person: Option<PersonId>,
    /// What the head was before the event.
    before: Option<PersonHead>,
    /// The business day on which the event was recorded, in days since 1970-01-01.
    day: i32,
}

impl HeadsBehind {
    /// Takes the next event in: whose it is with their head before it, or nobody's, and the business day on which it was recorded.
    pub fn push(&mut self, of: Option<(PersonId, Option<PersonHead>)>, day: i32) {
        // One more than may lie behind: the event at the position itself tells its day.
        if self.replaced.len() as u64 > HEADS_BEHIND_EVENTS_MAX {
            self.replaced.pop_front();
        }
        let (person, before) = of.map_or((None, None), |(person, before)| (Some(person), before));
        self.replaced.push_back(Replaced { person, before, day });
        self.last += 1;
    }

    /// The position of the last event.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The business day of the event at a position; none where it lies too far behind, or is not there.
    pub fn day_of(&self, position: u64) -> Option<i32> {
        let back = self.last.checked_sub(position).filter(|_| position > 0)?;
        let at = (self.replaced.len() as u64).checked_sub(back + 1)?;
        self.replaced.get(usize::try_from(at).ok()?).map(|replaced| replaced.day)
    }

    /// The heads as of a position, of those that are the newest now; none where it lies too far behind.
    pub fn heads_at(
        &self,
        position: u64,
        newest: impl Iterator<Item = PersonHead>,
    ) -> Option<Vec<PersonHead>> {
        self.day_of(position)?;
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

    /// Compares what the next event says with the events before it. `newest` are the heads now.
    pub fn check(
        &mut self,
        algorithm: HashAlgorithm,
        stated: &HeadsStatement,
        newest: impl Iterator<Item = PersonHead>,
    ) -> Result<(), HeadsFault> {
        let (number, through) = std::mem::replace(&mut self.stated, (stated.number, stated.through));
        let expected = number.saturating_add(1);
        if stated.number != expected {
            return Err(HeadsFault::Number { expected, found: stated.number });
        }
        if stated.through <= through || stated.through > self.last {
            return Err(HeadsFault::Order);
        }
        let heads = self.heads_at(stated.through, newest).ok_or(HeadsFault::TooFar)?;
        if self.day_of(stated.through) != Some(stated.day) {
            return Err(HeadsFault::Day);
        }
        let heads = Heads::new(algorithm, heads);
        if heads.len() != stated.people {
            return Err(HeadsFault::People { expected: heads.len(), found: stated.people });
        }
        if heads.root() == stated.root { Ok(()) } else { Err(HeadsFault::Root) }
    }
}
