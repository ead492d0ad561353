//! What an event must be by the events before it.

use sigeyi_envelope::{EventParts, Position, Previous};
use sigeyi_proof::{Hash, PersonHead};
use uuid::Uuid;

/// An event that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// It stands elsewhere than it says.
    #[error("event {found} stands where event {expected} is due")]
    Position {
        /// Due here.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// Hashed and sealed in another way than the log.
    #[error("the event is of suite {found}, the log of suite {expected}")]
    Suite {
        /// Of the log.
        expected: u8,
        /// Of the event.
        found: u8,
    },
    /// Recorded before the event that stands before it.
    #[error("the event was recorded before the one before it")]
    RecordedTime,
    /// Commits are not whole.
    #[error("a commit is not whole: its events do not follow each other from the first to the last")]
    Commit,
    /// Nobody's events have no chain.
    #[error("an event that belongs to nobody has a version or an event before it")]
    Nobody,
    /// An event of the person is missing, or twice there.
    #[error("the event says that it is number {found} of its person, number {expected} is due")]
    Version {
        /// Due here.
        expected: u32,
        /// What it says.
        found: u32,
    },
    /// The person's chain is broken.
    #[error("the event does not hold position and hash of its person's event before it")]
    Chain,
    /// An event of somebody else.
    #[error("the event is not of the person whose history this is")]
    Person,
}

/// A person's newest event so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Newest {
    pub(crate) version: u32,
    pub(crate) position: Position,
    pub(crate) leaf: Hash,
}

impl Newest {
    /// As a leaf of the tree over everybody's.
    pub(crate) fn head(&self, person: Uuid) -> PersonHead {
        let Newest { version, position, leaf } = *self;
        PersonHead { person: person.into_bytes(), version, position: position.0, leaf }
    }
}

/// A commit of which some events have come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenCommit {
    command: Uuid,
    digest: [u8; 16],
    count: u8,
    next: u8,
}

/// The event as the newest of its person; it must follow the one that was the newest before it.
pub(crate) fn follow(
    event: &EventParts<'_>,
    leaf: Hash,
    before: Option<Newest>,
) -> Result<Newest, EventFault> {
    let expected = before.map_or(0, |before| before.version).saturating_add(1);
    if event.version != expected {
        return Err(EventFault::Version { expected, found: event.version });
    }
    let previous = before.map(|before| Previous { position: before.position, leaf: before.leaf });
    if event.previous != previous {
        return Err(EventFault::Chain);
    }
    Ok(Newest { version: event.version, position: event.position, leaf })
}

/// The commit that is open after the event.
pub(crate) fn commit(
    event: &EventParts<'_>,
    open: Option<OpenCommit>,
) -> Result<Option<OpenCommit>, EventFault> {
    let due = open.unwrap_or(OpenCommit {
        command: event.command,
        digest: event.digest,
        count: event.commit_count,
        next: 0,
    });
    let is_due = event.command == due.command
        && event.digest == due.digest
        && event.commit_count == due.count
        && event.commit_index == due.next;
    if !is_due {
        return Err(EventFault::Commit);
    }
    let next = due.next + 1;
    Ok((next < due.count).then_some(OpenCommit { next, ..due }))
}
