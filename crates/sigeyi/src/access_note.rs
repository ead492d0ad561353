//! What a command that works on the directory itself writes down before it shows anybody.

use std::time::Duration;

use sigeyi_domain::Identifier;
use sigeyi_engine::{
    AccessAction, AccessLogError, AccessNote, AccessOutcome, AccessPurpose, Engine, RevealedFields,
};
use uuid::Uuid;

use crate::error::CliError;

/// Whoever may read the directory, without a name: the system knows which user of the machine that was.
pub(crate) const LOCAL: &str = "local";
/// A disk that takes longer is taken to have failed.
const DURABLE_WITHIN: Duration = Duration::from_secs(60);

/// Writes down, durably, that people are about to be shown, and which sealed fields of theirs.
pub(crate) fn write_down(
    engine: &Engine,
    action: AccessAction,
    people: &[Uuid],
    fields: RevealedFields,
) -> Result<(), CliError> {
    let outcome = if fields == RevealedFields::NONE { AccessOutcome::Shown } else { AccessOutcome::Revealed };
    let note = |people: &[Uuid]| -> Result<(), AccessLogError> {
        let actor = Identifier::parse(LOCAL).map_err(|error| AccessLogError::Stopped(error.to_string()))?;
        let note = AccessNote {
            request: Uuid::new_v4(),
            actor,
            office: None,
            action,
            purpose: AccessPurpose::Unstated,
            outcome,
            position: engine.head(),
            people: people.to_vec(),
            fields,
            reason: None,
        };
        engine.log_access(note)?.wait(DURABLE_WITHIN).map(drop)
    };
    if people.is_empty() {
        return note(people).map_err(CliError::AccessLog);
    }
    people.chunks(AccessNote::PEOPLE_MAX).try_for_each(note).map_err(CliError::AccessLog)
}
