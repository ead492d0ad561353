//! Everybody's newest events as they stood at a position, taken while the log goes on.

use sigeyi_domain::Day;
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_projections::Head;
use sigeyi_proof::{Heads, PersonHead};
use sigeyi_store::{EventStore, ReadError, hash_algorithm};
use uuid::Uuid;

use crate::shared::Shared;

/// Rows that are copied under one lock: less than a millisecond, in which nothing is folded.
const ROWS_AT_A_TIME: usize = 4_096;

/// Why heads are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum HeadsError {
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// An event is missing, or not one of its person: damage.
    #[error("event {0} is not what its person's chain says")]
    Damaged(Position),
}

/// What an event commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The position as of which heads are taken.
    pub(crate) through: Position,
    /// The business day of the event there.
    pub(crate) day: Day,
    /// How many people there are.
    pub(crate) people: u64,
    /// The root over their heads.
    pub(crate) root: [u8; 32],
}

impl Taken {
    /// Heads with what stands beside them in the event.
    pub(crate) fn of(shared: &Shared, through: Position, heads: &Heads) -> Result<Taken, HeadsError> {
        let stored = shared.store.read_one(through)?.ok_or(HeadsError::Damaged(through))?;
        let event = StoredEvent::parse(&stored).map_err(|_| HeadsError::Damaged(through))?;
        let day = Day::in_china(event.parts().recorded_at);
        Ok(Taken { through, day, people: heads.len(), root: heads.root() })
    }
}

/// The heads as of a position that is folded. Rows are copied slice by slice; whoever has got newer events meanwhile, or since, is followed back along
/// the chain. So it is the same whenever it is asked for, and costs no command more than the copying of a slice.
pub(crate) fn take(shared: &Shared, through: Position) -> Result<Heads, HeadsError> {
    let mut heads: Vec<(Uuid, Head)> = Vec::with_capacity(shared.folded.read().model.people().len());
    loop {
        let folded = shared.folded.read();
        let rows = folded.model.people().rows();
        let end = rows.len().min(heads.len() + ROWS_AT_A_TIME);
        heads.extend(rows[heads.len()..end].iter().map(|row| (row.id, row.head)));
        if end == rows.len() {
            break;
        }
    }
    let then = |(person, head)| then(shared, person, head, through).transpose();
    let heads: Vec<PersonHead> = heads.into_iter().filter_map(then).collect::<Result<_, _>>()?;
    Ok(Heads::new(hash_algorithm(shared.suite), heads))
}

/// Somebody's head as of a position, from a newer one; none for whoever had no event yet.
pub(crate) fn then(
    shared: &Shared,
    person: Uuid,
    newest: Head,
    through: Position,
) -> Result<Option<PersonHead>, HeadsError> {
    let mut head = newest;
    while head.position > through {
        let damaged = || HeadsError::Damaged(head.position);
        let stored = shared.store.read_one(head.position)?.ok_or_else(damaged)?;
        let event = StoredEvent::parse(&stored).map_err(|_| damaged())?;
        let parts = event.parts();
        if parts.person != person || parts.version != head.version {
            return Err(damaged());
        }
        // Shape and order of both positions were checked by parsing.
        let Some(previous) = parts.previous else { return Ok(None) };
        let version = head.version.checked_sub(1).ok_or_else(damaged)?;
        head = Head { position: previous.position, leaf: previous.leaf, version };
    }
    let Head { position, leaf, version } = head;
    Ok(Some(PersonHead { person: person.into_bytes(), version, position: position.0, leaf }))
}
