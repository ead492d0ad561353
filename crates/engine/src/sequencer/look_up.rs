//! Whom a command is about, and whether it has been recorded.

use bytes::Bytes;
use sigeyi_domain::{Command, RecordRef};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_projections::{Secrets, to_domain};
use sigeyi_store::EventStore;
use uuid::Uuid;

use super::{Sequencer, Whom};
use crate::{
    answer::{CommandError, Recorded},
    overlay::KnownCommand,
    shared::Folded,
    submission::Target,
};

impl Sequencer {
    /// Whom a command is about and whether it is known, with the read model locked once for both.
    pub(super) fn look_up(
        &self,
        target: Target,
        found: Option<u32>,
        id: Uuid,
    ) -> Result<(Option<Whom>, Option<KnownCommand>), CommandError> {
        let fingerprint = self.shared.keyring.fingerprint(id);
        let known = self.overlay.command(id);
        let folded = self.shared.folded.read();
        let whom = self.resolve(&folded, target, found);
        // Nearly always there is none.
        let candidates: Vec<Position> = match known {
            Some(_) => Vec::new(),
            None => folded.model.commands().find(fingerprint).collect(),
        };
        drop(folded);
        Ok((whom, known.map_or_else(|| self.confirm(id, candidates), |known| Ok(Some(known)))?))
    }

    fn resolve(&self, folded: &Folded, target: Target, found: Option<u32>) -> Option<Whom> {
        let in_flight = match target {
            Target::Person(id) => self.overlay.person(id),
            Target::Citizen(citizen) => self.overlay.citizen(citizen),
        };
        if let Some(id) = in_flight.map(|row| row.id) {
            return Some(Whom::InFlight(id));
        }
        let people = folded.model.people();
        let number = target.find_again(people, found)?;
        match (people.row(number).and_then(|row| self.overlay.person(row.id)), target) {
            // The erasure is decided, and nobody knows the number any more.
            (Some(row), Target::Citizen(_)) if row.person.citizen().is_none() => None,
            (Some(row), _) => Some(Whom::InFlight(row.id)),
            (None, _) => Some(Whom::Row(number)),
        }
    }

    /// The record that a command names by the command that recorded it.
    pub(super) fn resolve_record(&self, command: &mut Command) -> Result<(), CommandError> {
        if let Some(record) = command.record_mut()
            && let RecordRef::Command(id) = *record
        {
            let known = self.known_command(id)?;
            *record = known.map_or(RecordRef::None, |known| RecordRef::Position(to_domain(known.first)));
        }
        Ok(())
    }

    /// Looks a command up by its fingerprint.
    pub(super) fn known_command(&self, id: Uuid) -> Result<Option<KnownCommand>, CommandError> {
        if let Some(known) = self.overlay.command(id) {
            return Ok(Some(known));
        }
        let fingerprint = self.shared.keyring.fingerprint(id);
        let candidates = self.shared.folded.read().model.commands().find(fingerprint).collect();
        self.confirm(id, candidates)
    }

    /// The command with this id among events whose commands have its fingerprint: read, since a fingerprint proves nothing.
    fn confirm(&self, id: Uuid, candidates: Vec<Position>) -> Result<Option<KnownCommand>, CommandError> {
        for position in candidates {
            let bytes = self.shared.store.read_one(position);
            let bytes: Option<Bytes> =
                bytes.map_err(|error| CommandError::Stopped(crate::writer::chain(&error)))?;
            let stored = bytes.as_ref().and_then(|bytes| StoredEvent::parse(bytes).ok());
            let Some(parts) = stored.as_ref().map(StoredEvent::parts) else {
                return Err(CommandError::Stopped(format!("event {position} cannot be read")));
            };
            if parts.command == id {
                return Ok(Some(KnownCommand {
                    digest: parts.digest,
                    first: position,
                    events: parts.commit_count,
                    person: parts.person,
                    version: parts.version + u32::from(parts.commit_count) - 1,
                }));
            }
        }
        Ok(None)
    }
}

/// The first answer again, or a conflict.
pub(super) fn already(known: &KnownCommand, content: &[u8; 16]) -> Result<Recorded, CommandError> {
    if known.digest != *content {
        return Err(CommandError::CommandConflict);
    }
    Ok(Recorded {
        position: Position(known.first.0 + u64::from(known.events) - 1),
        events: known.events,
        person: known.person,
        version: known.version,
        already_recorded: true,
    })
}
