//! A proof file: one event, and that it is in the log.

use std::path::Path;

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{LogProof, PROOF_BYTES_MAX, Trust, Trusted};
use uuid::Uuid;

use crate::{
    event_checks::EventFault,
    fault::{Place, VerifyError, Wrong},
    input::read,
};

/// An event that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// Where it stands.
    pub position: u64,
    /// Whom it is about; nil for nobody.
    pub person: Uuid,
    /// Its number among the person's events.
    pub version: u32,
    /// Its type, as `docs/format.md` numbers them.
    pub kind: u8,
    /// When it happened: days since 1970-01-01.
    pub effective_day: i32,
    /// When it was recorded: µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// Who recorded it.
    pub actor: String,
    /// For which office.
    pub office: String,
    /// What stands in it in clear: JSON.
    pub clear: String,
    /// The checkpoint, and who has cosigned it.
    pub trusted: Trusted,
}

/// Checks a file of `c2sp.org/tlog-proof` whose `extra` is the event's stored bytes.
pub fn verify_proof(path: &Path, trust: &Trust) -> Result<VerifiedEvent, VerifyError> {
    let wrong = |wrong: Wrong| VerifyError::wrong(Place::File(path.to_owned()), wrong);
    let bytes = read(path, PROOF_BYTES_MAX)?;
    let proof = LogProof::parse(&bytes).map_err(|error| wrong(error.into()))?;
    let stored = proof.extra.as_deref().ok_or_else(|| wrong(Wrong::NoEvent))?;
    let trusted = proof.verify(stored, trust).map_err(|error| wrong(error.into()))?;
    let event = StoredEvent::parse(stored).map_err(|error| wrong(error.into()))?;
    let (parts, suite) = (event.parts(), trust.algorithm().suite());
    if parts.suite.number() != suite {
        return Err(wrong(EventFault::Suite { expected: suite, found: parts.suite.number() }.into()));
    }
    // The index is within the tree, so there is a position after it.
    let expected = proof.index + 1;
    if parts.position.0 != expected {
        return Err(wrong(EventFault::Position { expected, found: parts.position.0 }.into()));
    }
    Ok(VerifiedEvent {
        position: expected,
        person: parts.person,
        version: parts.version,
        kind: parts.kind,
        effective_day: parts.effective_day,
        recorded_at: parts.recorded_at,
        actor: parts.actor.to_owned(),
        office: parts.office.to_owned(),
        clear: parts.clear.to_owned(),
        trusted,
    })
}
