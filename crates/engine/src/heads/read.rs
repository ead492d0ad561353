//! Heads that were committed.

use sigeyi_domain::{Event, HeadsCommitted};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_projections::from_domain;
use sigeyi_store::EventStore;

use super::HeadsError;
use crate::{numbered::Numbered, shared::Shared};

/// An event that commits to everybody's newest event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedHeads {
    /// Where it stands.
    pub position: Position,
    /// What it says.
    pub body: HeadsCommitted,
}

/// The newest one that stands at a position or before it, and of how many; none before the first.
pub(crate) fn newest(shared: &Shared, at: Position) -> Result<Option<CommittedHeads>, HeadsError> {
    let mut number = Numbered::Heads.count(&shared.folded.read().model, &shared.keyring);
    while number > 0 {
        let heads = numbered(shared, number)?;
        if heads.position <= at {
            return Ok(Some(heads));
        }
        // Checkpoints follow the log closely, so that it is one of the last.
        number -= 1;
    }
    Ok(None)
}

/// The position through which heads are committed.
pub(crate) fn through_position(heads: &CommittedHeads) -> Position {
    from_domain(heads.body.through)
}

fn numbered(shared: &Shared, number: u64) -> Result<CommittedHeads, HeadsError> {
    let candidates = {
        let folded = shared.folded.read();
        Numbered::Heads.candidates(&folded.model, &shared.keyring, number)
    };
    for position in &candidates {
        let stored = shared.store.read_one(*position)?.ok_or(HeadsError::Damaged(*position))?;
        let event = StoredEvent::parse(&stored).map_err(|_| HeadsError::Damaged(*position))?;
        let parts = event.parts();
        if let Ok(Event::HeadsCommitted { clear: body, .. }) =
            Event::from_json(parts.kind, parts.schema, parts.clear, None)
            && body.number == number
        {
            return Ok(CommittedHeads { position: *position, body });
        }
    }
    Err(HeadsError::Damaged(candidates.first().copied().unwrap_or(Position::BEGINNING)))
}
