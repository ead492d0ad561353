//! What the register says of a person, event after event in the order of recording.

use std::collections::HashMap;

use sigeyi_domain::{EmploymentStatus, Event};
use sigeyi_envelope::Position;

use super::Change;

pub(super) const NAME: &str = "姓名";
pub(super) const CERTIFICATE: &str = "残疾人证号";
pub(super) const PHONE: &str = "联系电话";
pub(super) const ADDRESS: &str = "联系地址";
const PERSONAL: [&str; 4] = [NAME, CERTIFICATE, PHONE, ADDRESS];
const COUNTY: &str = "地区";
const EMPLOYMENT: &str = "就业状况";
const COUNSELLOR: &str = "就业辅导员";
const MEMBERSHIP: &str = "登记";
const USE_OF_DATA: &str = "信息处理";
/// In the order in which a voiding says what it takes back.
const FIELDS: [&str; 9] =
    [COUNTY, NAME, CERTIFICATE, PHONE, ADDRESS, EMPLOYMENT, COUNSELLOR, MEMBERSHIP, USE_OF_DATA];
/// Of somebody who has not left, or not any more.
const MEMBER: &str = "在册";
/// What a field says once everything that said something of it is void.
const NOTHING: &str = "（无）";

/// One event's word about a field.
struct Saying {
    by: Position,
    value: String,
}

/// The fields with all that was said of each and is not void; the last of it holds.
#[derive(Default)]
pub(super) struct Register {
    said: HashMap<&'static str, Vec<Saying>>,
}

/// What an event did to the register.
#[derive(Default)]
pub(super) struct Applied {
    /// What it says differently.
    pub(super) changes: Vec<Change>,
    /// Whose words hold no more, in the order of the log. A voiding replaces nobody's: it names what it voids.
    pub(super) corrects: Vec<Position>,
}

/// An event at work on the register.
struct Speaker<'r> {
    register: &'r mut Register,
    at: Position,
    applied: Applied,
}

impl Register {
    /// Takes in the next event of the person.
    pub(super) fn apply(&mut self, at: Position, event: &Event) -> Applied {
        if let Event::RecordVoided { clear, .. } = event {
            return Applied { changes: self.take_back(Position(clear.record.0)), corrects: Vec::new() };
        }
        let mut speaker = Speaker { register: self, at, applied: Applied::default() };
        speaker.apply(event);
        let mut applied = speaker.applied;
        applied.corrects.sort_unstable();
        applied.corrects.dedup();
        applied
    }

    /// What holds for a field; none if nothing was said of it.
    pub(super) fn value(&self, field: &str) -> Option<&str> {
        Some(self.said.get(field)?.last()?.value.as_str())
    }

    /// What an event said is as if it had not been said.
    fn take_back(&mut self, record: Position) -> Vec<Change> {
        let mut changes = Vec::new();
        for field in FIELDS {
            let Some(sayings) = self.said.get_mut(field) else { continue };
            let before = sayings.last().map(|saying| saying.value.clone());
            sayings.retain(|saying| saying.by != record);
            let after = sayings.last().map(|saying| saying.value.as_str());
            let after = after.unwrap_or(if field == MEMBERSHIP { MEMBER } else { NOTHING });
            if before.as_ref().is_some_and(|before| before != after) {
                changes.push(change(field, before, after.to_owned()));
            }
        }
        changes
    }
}

fn change(field: &'static str, before: Option<String>, after: String) -> Change {
    Change { field, is_personal: PERSONAL.contains(&field), before, after }
}

impl Speaker<'_> {
    fn say(&mut self, field: &'static str, value: Option<String>) {
        let Some(value) = value else { return };
        let sayings = self.register.said.entry(field).or_default();
        let before = sayings.last();
        if before.is_none_or(|before| before.value != value) {
            self.applied.corrects.extend(before.map(|before| before.by));
            let before = before.map(|before| before.value.clone());
            self.applied.changes.push(change(field, before, value.clone()));
        }
        sayings.push(Saying { by: self.at, value });
    }

    fn status(&mut self, status: Option<EmploymentStatus>) {
        let (status, detail) = match status {
            Some(EmploymentStatus::Employed(form)) => ("已就业", form.label()),
            Some(EmploymentStatus::NotEmployed(reason)) => ("未就业", reason.label()),
            None => return,
        };
        self.say(EMPLOYMENT, Some(format!("{status}（{detail}）")));
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::PersonEnrolled { clear, sealed } => {
                self.say(COUNTY, Some(clear.county.region().division().name.to_owned()));
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
                self.say(COUNTY, Some(clear.to.region().division().name.to_owned()));
            }
            Event::EmploymentStarted { clear, .. } => {
                self.status(Some(EmploymentStatus::Employed(clear.form)))
            }
            Event::EmploymentEnded { sealed: Some(sealed), .. } => {
                self.status(Some(EmploymentStatus::NotEmployed(sealed.reason)));
            }
            Event::CounsellorAssigned { clear, .. } => {
                self.say(COUNSELLOR, Some(clear.counsellor.to_string()));
            }
            Event::PersonLeft { sealed, .. } => {
                let reason = sealed.as_ref().map_or("", |sealed| sealed.reason.label());
                self.say(MEMBERSHIP, Some(format!("已退出（{reason}）")));
            }
            Event::PersonReinstated { .. } => self.say(MEMBERSHIP, Some(MEMBER.to_owned())),
            Event::ErasureRequested { .. } => self.say(USE_OF_DATA, Some("已申请删除".to_owned())),
            Event::DataRestricted { clear, .. } => {
                self.say(USE_OF_DATA, Some(format!("已限制（{}）", clear.cause.label())));
            }
            Event::RestrictionLifted { .. } => self.say(USE_OF_DATA, Some("正常".to_owned())),
            _ => {}
        }
    }
}
