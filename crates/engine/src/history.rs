//! What happened to one person: every event, opened, with what it changed.

use std::collections::HashMap;

use sigeyi_domain::{CitizenNumber, Day, EmploymentStatus, Event};
use sigeyi_envelope::{Position, StoredEvent, associated_data};
use sigeyi_projections::Secrets;
use sigeyi_store::EventStore;
use uuid::Uuid;

use crate::{Engine, questions::QuestionError};

/// One event of a person.
#[derive(Debug, Clone)]
pub struct HistoryEvent {
    /// Where it stands.
    pub position: Position,
    /// Person version.
    pub version: u32,
    /// When it happened.
    pub effective: Day,
    /// When it was recorded, in µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// Who recorded it.
    pub actor: String,
    /// For which office: the name as written, else the id.
    pub office: String,
    /// What happened.
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
    /// What it said before.
    pub before: Option<String>,
    /// What it says now.
    pub after: String,
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
                self.changes.push(Change { field, before, after });
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
                    self.say("姓名", Some(sealed.name.as_str().to_owned()));
                    self.say("残疾人证号", Some(sealed.certificate.to_string()));
                    self.say("联系电话", sealed.phone.as_ref().map(|phone| phone.as_str().to_owned()));
                    self.say("联系地址", sealed.address.as_ref().map(|address| address.as_str().to_owned()));
                    let reason = sealed.reason.map(EmploymentStatus::NotEmployed);
                    self.status(clear.form.map(EmploymentStatus::Employed).or(reason));
                }
            }
            Event::PersonCorrected { clear, sealed } => {
                // Nothing is sealed where there was nothing to seal: somebody who is employed now, and no more.
                if let Some(sealed) = sealed {
                    self.say("姓名", sealed.name.as_ref().map(|name| name.as_str().to_owned()));
                    self.say("联系电话", sealed.phone.as_ref().map(|phone| phone.as_str().to_owned()));
                    self.say("联系地址", sealed.address.as_ref().map(|address| address.as_str().to_owned()));
                }
                let reason =
                    sealed.as_ref().and_then(|sealed| sealed.reason).map(EmploymentStatus::NotEmployed);
                self.status(clear.form.map(EmploymentStatus::Employed).or(reason));
            }
            Event::CertificateReissued { sealed: Some(sealed), .. } => {
                self.say("残疾人证号", Some(sealed.certificate.to_string()));
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
            _ => {}
        }
        std::mem::take(&mut self.changes)
    }
}

impl Engine {
    /// The id of somebody enrolled, by citizen number.
    pub fn find(&self, citizen: CitizenNumber) -> Option<Uuid> {
        let folded = self.shared.folded.read();
        let people = folded.model.people();
        people.find_citizen(citizen).and_then(|number| people.row(number)).map(|row| row.id)
    }

    /// Every event of a person, in order. None when there is no such person.
    pub fn history(&self, person: Uuid) -> Result<Option<Vec<HistoryEvent>>, QuestionError> {
        let head = {
            let folded = self.shared.folded.read();
            let people = folded.model.people();
            people.find(person).and_then(|number| people.row(number)).map(|row| row.head.position)
        };
        let Some(mut at) = head else { return Ok(None) };
        let mut events = Vec::new();
        while at > Position::BEGINNING {
            let bytes = self.shared.store.read_one(at)?.ok_or(QuestionError::Damaged(at))?;
            let stored = StoredEvent::parse(&bytes).map_err(|_| QuestionError::Damaged(at))?;
            if stored.parts().position != at || stored.parts().person != person {
                return Err(QuestionError::Damaged(at));
            }
            events.push(self.opened(&stored)?);
            at = stored.parts().previous.map_or(Position::BEGINNING, |previous| previous.position);
        }
        events.reverse();
        let mut register = Register::default();
        for event in &mut events {
            event.changes = register.apply(&event.event);
        }
        mark_voided(&mut events);
        Ok(Some(events))
    }

    fn opened(&self, stored: &StoredEvent<'_>) -> Result<HistoryEvent, QuestionError> {
        let parts = stored.parts();
        let damaged = QuestionError::Damaged(parts.position);
        let opened = parts.sealed.and_then(|sealed| {
            let key = self.shared.keyring.key_number(&sealed.key_id)?;
            let data = associated_data(
                self.shared.log_id,
                parts.person,
                parts.command,
                parts.commit_index,
                parts.kind,
                parts.schema,
            );
            self.shared.keyring.open(key, &data, &sealed.nonce, sealed.ciphertext)
        });
        let sealed = opened.as_ref().map(|opened| opened.as_slice());
        if parts.sealed.is_some() && sealed.is_none() {
            return Err(damaged);
        }
        // The domain's JSON of the sealed body has the office's name, whatever the type.
        let office = sealed.and_then(Event::office_in).unwrap_or_else(|| parts.office.to_owned());
        Ok(HistoryEvent {
            position: parts.position,
            version: parts.version,
            effective: Day::from_days(parts.effective_day),
            recorded_at: parts.recorded_at,
            actor: parts.actor.to_owned(),
            office,
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
            Event::RecordVoided { clear, .. } => Some((clear.record.0, event.position)),
            _ => None,
        })
        .collect();
    for event in events {
        event.voided_by = voidings.get(&event.position.0).copied();
    }
}
