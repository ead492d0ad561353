//! What happened to one person: every event, opened, with what it changed and what it has to do with the others.

mod links;
mod register;

use std::collections::HashSet;

use sigeyi_domain::{CitizenNumber, Day, Event, EventType, Lateness, View};
use sigeyi_envelope::{Position, StoredEvent, associated_data};
use sigeyi_projections::{Opened, Secrets, from_domain, to_domain};
use sigeyi_store::EventStore;
use uuid::Uuid;

use self::register::{ADDRESS, CERTIFICATE, NAME, PHONE, Register};
use crate::{Engine, log::LogEvent, questions::QuestionError, reading::Reading};

/// One event of a person.
#[derive(Debug, Clone)]
pub struct HistoryEvent {
    /// The event as everybody may read it; but the office is its name as written, where it has one.
    pub logged: LogEvent,
    /// What happened, opened.
    pub event: Event,
    /// What the register says differently since.
    pub changes: Vec<Change>,
    /// The record that it voids.
    pub voids: Option<Position>,
    /// The event that voids it.
    pub voided_by: Option<Position>,
    /// The events that were the last to say something of a field which it says differently: by a correction, or because something has changed.
    pub corrects: Vec<Position>,
    /// The events that say a field differently of which it had been the last to say something.
    pub corrected_by: Vec<Position>,
    /// Whether it was recorded after the figures of its month.
    pub lateness: Lateness,
}

/// One thing that the register says differently after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What, in the words of the forms.
    pub field: &'static str,
    /// Whether it says who somebody is, where he or she lives or how to reach him or her.
    pub is_personal: bool,
    /// What it said before.
    pub before: Option<String>,
    /// What it says now.
    pub after: String,
}

/// Who somebody is, opened. It must not be shown as it is but to those who may.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonalData {
    /// 姓名.
    pub name: Option<String>,
    /// 残疾人证号.
    pub certificate: Option<String>,
    /// 联系电话.
    pub phone: Option<String>,
    /// 联系地址.
    pub address: Option<String>,
}

impl Engine {
    /// The id of somebody enrolled, by citizen number.
    pub fn find(&self, citizen: CitizenNumber) -> Option<Uuid> {
        self.read().find(citizen)
    }

    /// [`Reading::history`] by itself.
    pub fn history(&self, person: Uuid) -> Result<Option<Vec<HistoryEvent>>, QuestionError> {
        self.read().history(person)
    }
}

impl Reading {
    /// The id of somebody enrolled whose data may be shown, by citizen number.
    pub fn find(&self, citizen: CitizenNumber) -> Option<Uuid> {
        let (folded, at) = self.look();
        let people = folded.model.people();
        let row = people.find_citizen(citizen).and_then(|number| people.row(number));
        let row = row.filter(|row| row.is_shown())?;
        let enrolled = row.person.facts().first()?.recorded;
        (enrolled <= to_domain(at.position)).then_some(row.id)
    }

    /// Every event of a person up to the request's position, in order. None when there is no such person, or none whose data may be shown.
    pub fn history(&self, person: Uuid) -> Result<Option<Vec<HistoryEvent>>, QuestionError> {
        self.history_at(person, View { as_of: Day::MAX, known_at: to_domain(self.at().position) })
    }

    /// The same of what had happened by a day, as known at a position. A voiding counts from its position on, whatever its day. None also when the
    /// person was not in the register then.
    pub fn history_at(&self, person: Uuid, view: View) -> Result<Option<Vec<HistoryEvent>>, QuestionError> {
        let mut events = Vec::new();
        self.walk(person, |reading, stored| {
            if to_domain(stored.parts().position) <= view.known_at {
                events.push(reading.opened(stored)?);
            }
            Ok(())
        })?;
        events.reverse();
        let is_enrolled = events.first().is_some_and(|first| first.logged.effective <= view.as_of);
        Ok(is_enrolled.then(|| links::tied(events, view.as_of)))
    }

    /// Name, certificate number, phone and address, as the register has them now. None when there is no such person, or none whose data may be shown.
    pub fn personal_data(&self, person: Uuid) -> Result<Option<PersonalData>, QuestionError> {
        let mut found = PersonalData::default();
        let mut is_there = false;
        let mut voided = HashSet::new();
        // Backwards from the newest, so that the first value found is the one that holds, and a voiding comes before what it voids.
        self.walk(person, |reading, stored| {
            is_there = true;
            voided.extend(voided_record(stored)?);
            let names_somebody = matches!(
                EventType::from_number(stored.parts().kind),
                Some(EventType::PersonEnrolled | EventType::PersonCorrected | EventType::CertificateReissued)
            );
            let at = stored.parts().position;
            if names_somebody && !voided.contains(&at) {
                let mut register = Register::default();
                register.apply(at, &reading.opened(stored)?.event);
                let said = |field: &str| register.value(field).map(str::to_owned);
                found.name = found.name.take().or_else(|| said(NAME));
                found.certificate = found.certificate.take().or_else(|| said(CERTIFICATE));
                found.phone = found.phone.take().or_else(|| said(PHONE));
                found.address = found.address.take().or_else(|| said(ADDRESS));
            }
            Ok(())
        })?;
        Ok(is_there.then_some(found))
    }

    /// A person's events from the newest to the first; none of somebody whose data must not be shown.
    fn walk(
        &self,
        person: Uuid,
        visit: impl FnMut(&Reading, &StoredEvent<'_>) -> Result<(), QuestionError>,
    ) -> Result<(), QuestionError> {
        let (newest, known) = {
            let (folded, _) = self.look();
            let people = folded.model.people();
            let row = people.shown(person);
            // Nearly every event of a person is one of the facts.
            let facts = row.iter().flat_map(|row| row.person.facts());
            let known: Vec<Position> = facts.map(|fact| from_domain(fact.recorded)).collect();
            (row.map(|row| row.head.position), known)
        };
        self.walk_from(person, newest.unwrap_or(Position::BEGINNING), &known, visit)
    }

    /// The same from an event of theirs, whether they may be shown or not. Those at known places are read at once where they lie at hand.
    pub(crate) fn walk_from(
        &self,
        person: Uuid,
        newest: Position,
        known: &[Position],
        mut visit: impl FnMut(&Reading, &StoredEvent<'_>) -> Result<(), QuestionError>,
    ) -> Result<(), QuestionError> {
        let position = self.at().position;
        let mut at_hand = self.shared.store.read_at_hand(known);
        let mut at = newest;
        while at > Position::BEGINNING {
            let place = known.binary_search(&at).ok();
            let bytes = match place.and_then(|place| at_hand.get_mut(place)?.take()) {
                Some(bytes) => bytes,
                None => self.shared.store.read_one(at)?.ok_or(QuestionError::Damaged(at))?,
            };
            let stored = StoredEvent::parse(&bytes).map_err(|_| QuestionError::Damaged(at))?;
            if stored.parts().position != at || stored.parts().person != person {
                return Err(QuestionError::Damaged(at));
            }
            if at <= position {
                visit(self, &stored)?;
            }
            at = stored.parts().previous.map_or(Position::BEGINNING, |previous| previous.position);
        }
        Ok(())
    }

    fn opened(&self, stored: &StoredEvent<'_>) -> Result<HistoryEvent, QuestionError> {
        let parts = stored.parts();
        let damaged = QuestionError::Damaged(parts.position);
        let opened = parts.sealed.map(|sealed| {
            let Some(key) = self.shared.keyring.key_number(&sealed.key_id) else { return Opened::Refused };
            let data = associated_data(
                self.shared.log_id,
                parts.person,
                parts.command,
                parts.commit_index,
                parts.kind,
                parts.schema,
            );
            self.shared.keyring.open(key, Some(&sealed.key_id), &data, &sealed.nonce, sealed.ciphertext)
        });
        let sealed = match &opened {
            Some(Opened::Clear(body)) => Some(body.as_slice()),
            Some(Opened::Refused) => return Err(damaged),
            // What stands in clear is all that is left of it.
            Some(Opened::Erased) | None => None,
        };
        // The domain's JSON of the sealed body has the office's name, whatever the type.
        let office = sealed.and_then(Event::office_in);
        let mut logged = LogEvent::of(stored).ok_or(QuestionError::Damaged(parts.position))?;
        logged.office = office.unwrap_or(logged.office);
        let lateness = Lateness::of(logged.effective, Day::in_china(logged.recorded_at));
        Ok(HistoryEvent {
            logged,
            event: Event::from_json(parts.kind, parts.schema, parts.clear, sealed).map_err(|_| damaged)?,
            changes: Vec::new(),
            voids: None,
            voided_by: None,
            corrects: Vec::new(),
            corrected_by: Vec::new(),
            lateness,
        })
    }
}

/// The record that a stored event voids, if that is what it does: it stands in clear.
fn voided_record(stored: &StoredEvent<'_>) -> Result<Option<Position>, QuestionError> {
    let parts = stored.parts();
    if parts.kind != EventType::RecordVoided as u8 {
        return Ok(None);
    }
    match Event::from_json(parts.kind, parts.schema, parts.clear, None) {
        Ok(Event::RecordVoided { clear, .. }) => Ok(Some(Position(clear.record.0))),
        Ok(_) | Err(_) => Err(QuestionError::Damaged(parts.position)),
    }
}
