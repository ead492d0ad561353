//! Writing down an access, and the two questions about those that were.

use sigeyi_domain::Identifier;
use sigeyi_envelope::Position;
use sigeyi_store::AccessLogPage;
use uuid::Uuid;

use super::{
    AccessAction, AccessLogError, AccessLogReport, AccessNote, AccessOutcome, AccessPurpose, AccessReadError,
    AccessTicket, AsyncAccessTicket, RevealedFields, note::associated_data,
};
use crate::Engine;

/// One access. A code of a later version is none of those that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// Its number, from 1 without gaps, in the order of writing.
    pub number: u64,
    /// When, by the machine's clock, in µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// The request.
    pub request: Uuid,
    /// Who asked.
    pub actor: String,
    /// For which office.
    pub office: Option<String>,
    /// What was done.
    pub action: Option<AccessAction>,
    /// What for.
    pub purpose: Option<AccessPurpose>,
    /// What came of it.
    pub outcome: Option<AccessOutcome>,
    /// The position of the event log that the request saw.
    pub position: Position,
    /// Whom it was about.
    pub people: Vec<Uuid>,
    /// Which sealed fields were shown.
    pub fields: RevealedFields,
    /// The reason that was given, opened. It must not be shown but to those who may.
    pub reason: Option<String>,
}

/// Entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPage {
    /// At most as many as were asked for.
    pub entries: Vec<AccessEntry>,
    /// Whether there are older ones.
    pub has_more: bool,
}

impl AccessPage {
    /// Entries in a page at most.
    pub const LIMIT_MAX: usize = 200;
}

impl Engine {
    /// Requests that wait for the access log at most. One more is refused with [`AccessLogError::Overloaded`].
    pub const ACCESS_QUEUE_MAX: usize = super::keeper::QUEUE_MAX;

    /// Writes down an access. Nobody may be shown before the ticket says that it is durable.
    pub fn log_access(&self, note: AccessNote) -> Result<AccessTicket, AccessLogError> {
        let (caller, answer) = oneshot::channel();
        self.access.send(self.record(note)?, caller)?;
        Ok(AccessTicket { answer })
    }

    /// Writes down an access, to be awaited. Nobody may be shown before the ticket says that it is durable.
    pub fn log_access_async(&self, note: AccessNote) -> Result<AsyncAccessTicket, AccessLogError> {
        let (caller, answer) = oneshot::async_channel();
        self.access.send(self.record(note)?, caller)?;
        Ok(AsyncAccessTicket { answer })
    }

    fn record(&self, note: AccessNote) -> Result<sigeyi_store::AccessRecord, AccessLogError> {
        note.record(self.machine_clock.now(), self.shared.log_id, &self.shared.keyring.vault)
    }

    /// Who has looked at a person, newest first: the entries that name them, those older than entry `after` if that is given.
    pub fn who_has_looked_at(
        &self,
        person: Uuid,
        after: Option<u64>,
        limit: usize,
    ) -> Result<AccessPage, AccessReadError> {
        let log = self.access.log().map_err(AccessReadError::Unavailable)?;
        self.opened(log.of_person(person, after, limit.min(AccessPage::LIMIT_MAX))?)
    }

    /// Whom somebody has looked at, newest first: the entries that they have caused, those older than entry `after` if that is given.
    pub fn whom_has_looked(
        &self,
        actor: &Identifier,
        after: Option<u64>,
        limit: usize,
    ) -> Result<AccessPage, AccessReadError> {
        let log = self.access.log().map_err(AccessReadError::Unavailable)?;
        self.opened(log.of_actor(actor.as_str(), after, limit.min(AccessPage::LIMIT_MAX))?)
    }

    /// How the access log is.
    pub fn access_log(&self) -> AccessLogReport {
        self.access.report()
    }

    fn opened(&self, page: AccessLogPage) -> Result<AccessPage, AccessReadError> {
        let entries = page.entries.into_iter().map(|entry| self.opened_entry(entry));
        Ok(AccessPage { entries: entries.collect::<Result<_, _>>()?, has_more: page.has_more })
    }

    fn opened_entry(&self, entry: sigeyi_store::AccessEntry) -> Result<AccessEntry, AccessReadError> {
        let sigeyi_store::AccessEntry { number, record } = entry;
        let reason = match &record.reason[..] {
            [] => None,
            sealed => {
                let bound_to = associated_data(self.shared.log_id, record.request);
                let opened = self.shared.keyring.vault.open_access_reason(&bound_to, sealed);
                let opened = opened.map_err(|_| AccessReadError::Reason(number))?;
                Some(String::from_utf8_lossy(&opened).into_owned())
            }
        };
        Ok(AccessEntry {
            number,
            recorded_at: record.recorded_at,
            request: record.request,
            actor: record.actor.into(),
            office: (!record.office.is_empty()).then(|| record.office.into()),
            action: AccessAction::from_code(record.action),
            purpose: AccessPurpose::from_code(record.purpose),
            outcome: AccessOutcome::from_code(record.outcome),
            position: record.position,
            people: record.people,
            fields: RevealedFields::from_bits(record.fields),
            reason,
        })
    }
}
