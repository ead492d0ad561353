//! What happened to one person: every event, opened, with what it changed.

use std::collections::HashMap;

use sigeyi_domain::{CitizenNumber, Day, EmploymentStatus, Event, EventType, View};
use sigeyi_envelope::{Position, StoredEvent, associated_data};
use sigeyi_projections::{Opened, Secrets, from_domain, to_domain};
use sigeyi_store::EventStore;
use uuid::Uuid;

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
    /// The event that voids it.
    pub voided_by: Option<Position>,
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

const NAME: &str = "姓名";
const CERTIFICATE: &str = "残疾人证号";
const PHONE: &str = "联系电话";
const ADDRESS: &str = "联系地址";
const PERSONAL: [&str; 4] = [NAME, CERTIFICATE, PHONE, ADDRESS];

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

/// What the register says of a person, event after event in the order of recording.
#[derive(Default)]
struct Register {
    said: HashMap<&'static str, String>,
    changes: Vec<Change>,
}

impl Register {
    fn say(&mut self, field: &'static str, value: Option<String>) {
        if let Some(after) = value {
            let before = self.said.insert(field, after.clone());
            if before.as_ref() != Some(&after) {
                let is_personal = PERSONAL.contains(&field);
                self.changes.push(Change { field, is_personal, before, after });
            }
        }
    }

    fn status(&mut self, status: Option<EmploymentStatus>) {
        let (status, detail) = match status {
            Some(EmploymentStatus::Employed(form)) => ("已就业", form.label()),
            Some(EmploymentStatus::NotEmployed(reason)) => ("未就业", reason.label()),
            None => return,
        };
        self.say("就业状况", Some(format!("{status}（{detail}）")));
    }

    fn apply(&mut self, event: &Event) -> Vec<Change> {
        match event {
            Event::PersonEnrolled { clear, sealed } => {
                self.say("地区", Some(clear.county.region().division().name.to_owned()));
                if let Some(sealed) = sealed {
                    self.say(NAME, Some(sealed.name.as_str().to_owned()));
                    self.say(CERTIFICATE, Some(sealed.certificate.to_string()));
                    self.say(PHONE, sealed.phone.as_ref().map(|phone| phone.as_str().to_owned()));
                    self.say(ADDRESS, sealed.address.as_ref().map(|address| address.as_str().to_owned()));
                    let reason = sealed.reason.map(EmploymentStatus::NotEmployed);
                    self.status(clear.form.map(EmploymentStatus::Employed).or(reason));
                }
            }
            Event::PersonCorrected { clear, sealed } => {
                // Nothing is sealed where there was nothing to seal: somebody who is employed now, and no more.
                if let Some(sealed) = sealed {
                    self.say(NAME, sealed.name.as_ref().map(|name| name.as_str().to_owned()));
                    self.say(PHONE, sealed.phone.as_ref().map(|phone| phone.as_str().to_owned()));
                    self.say(ADDRESS, sealed.address.as_ref().map(|address| address.as_str().to_owned()));
                }
                let reason =
                    sealed.as_ref().and_then(|sealed| sealed.reason).map(EmploymentStatus::NotEmployed);
                self.status(clear.form.map(EmploymentStatus::Employed).or(reason));
            }
            Event::CertificateReissued { sealed: Some(sealed), .. } => {
                self.say(CERTIFICATE, Some(sealed.certificate.to_string()));
            }
            Event::PersonTransferred { clear, .. } => {
                self.say("地区", Some(clear.to.region().division().name.to_owned()));
            }
            Event::EmploymentStarted { clear, .. } => {
                self.status(Some(EmploymentStatus::Employed(clear.form)))
            }
            Event::EmploymentEnded { sealed: Some(sealed), .. } => {
                self.status(Some(EmploymentStatus::NotEmployed(sealed.reason)));
            }
            Event::CounsellorAssigned { clear, .. } => {
                self.say("就业辅导员", Some(clear.counsellor.to_string()));
            }
            Event::PersonLeft { sealed, .. } => {
                let reason = sealed.as_ref().map_or("", |sealed| sealed.reason.label());
                self.say("登记", Some(format!("已退出（{reason}）")));
            }
            Event::PersonReinstated { .. } => self.say("登记", Some("在册".to_owned())),
            Event::ErasureRequested { .. } => self.say("信息处理", Some("已申请删除".to_owned())),
            Event::DataRestricted { clear, .. } => {
                self.say("信息处理", Some(format!("已限制（{}）", clear.cause.label())));
            }
            Event::RestrictionLifted { .. } => self.say("信息处理", Some("正常".to_owned())),
            _ => {}
        }
        std::mem::take(&mut self.changes)
    }
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
        mark_voided(&mut events);
        events.reverse();
        let is_enrolled = events.first().is_some_and(|first| first.logged.effective <= view.as_of);
        if !is_enrolled {
            return Ok(None);
        }
        events.retain(|event| event.logged.effective <= view.as_of);
        let mut register = Register::default();
        for event in &mut events {
            event.changes = register.apply(&event.event);
        }
        Ok(Some(events))
    }

    /// Name, certificate number, phone and address, as the register has them now. None when there is no such person, or none whose data may be shown.
    pub fn personal_data(&self, person: Uuid) -> Result<Option<PersonalData>, QuestionError> {
        let mut found = PersonalData::default();
        let mut is_there = false;
        // Backwards from the newest, so that the first value found is the one that holds.
        self.walk(person, |reading, stored| {
            is_there = true;
            let names_somebody = matches!(
                EventType::from_number(stored.parts().kind),
                Some(EventType::PersonEnrolled | EventType::PersonCorrected | EventType::CertificateReissued)
            );
            if names_somebody {
                let mut register = Register::default();
                register.apply(&reading.opened(stored)?.event);
                found.name = found.name.take().or(register.said.remove(NAME));
                found.certificate = found.certificate.take().or(register.said.remove(CERTIFICATE));
                found.phone = found.phone.take().or(register.said.remove(PHONE));
                found.address = found.address.take().or(register.said.remove(ADDRESS));
            }
            Ok(())
        })?;
        Ok(is_there.then_some(found))
    }

    /// A person's events from the newest to the first; none of somebody whose data must not be shown.
    fn walk(
        &self,
        person: Uuid,
        mut visit: impl FnMut(&Reading, &StoredEvent<'_>) -> Result<(), QuestionError>,
    ) -> Result<(), QuestionError> {
        let (newest, known, position) = {
            let (folded, at) = self.look();
            let people = folded.model.people();
            let row = people.shown(person);
            // Nearly every event of a person is one of the facts.
            let facts = row.iter().flat_map(|row| row.person.facts());
            let known: Vec<Position> = facts.map(|fact| from_domain(fact.recorded)).collect();
            (row.map(|row| row.head.position), known, at.position)
        };
        let mut at_hand = self.shared.store.read_at_hand(&known);
        let mut at = newest.unwrap_or(Position::BEGINNING);
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
        Ok(HistoryEvent {
            logged,
            event: Event::from_json(parts.kind, parts.schema, parts.clear, sealed).map_err(|_| damaged)?,
            changes: Vec::new(),
            voided_by: None,
        })
    }
}

fn mark_voided(events: &mut [HistoryEvent]) {
    let voidings: HashMap<u64, Position> = events
        .iter()
        .filter_map(|event| match &event.event {
            Event::RecordVoided { clear, .. } => Some((clear.record.0, event.logged.position)),
            _ => None,
        })
        .collect();
    for event in events {
        event.voided_by = voidings.get(&event.logged.position.0).copied();
    }
}
