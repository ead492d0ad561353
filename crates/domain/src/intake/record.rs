//! What was done: one row a fact.

use crate::{
    AssessmentConclusion, CitizenNumber, Command, Day, Demand, EmploymentForm, EmploymentNeed, Item,
    LeaveReason, NeedSet, NonEmploymentReason, OfficeName, RecordRef, Remarks, ServiceType, TrainingKind,
    Verification, VerificationOutcome,
};

use super::row::{RowCode, RowFault, certificate, county, day, fault, required, text};

/// The columns of a row, trimmed.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordRow<'a> {
    /// 流水号: the row's serial in the source system.
    pub serial: &'a str,
    /// 残疾人证号: any certificate of the person.
    pub certificate: &'a str,
    /// 事项.
    pub item: &'a str,
    /// 日期.
    pub date: &'a str,
    /// 结果.
    pub outcome: &'a str,
    /// 经办机构, may be empty.
    pub office: &'a str,
    /// 作废流水号, for 作废.
    pub voids: &'a str,
}

/// A row that is right by itself. Whether the person, the serial and the voided record fit is seen when it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEntry {
    /// Whom it is about.
    pub citizen: CitizenNumber,
    /// What to record. A voiding names no record yet: see `voids`.
    pub command: Command,
    /// 经办机构.
    pub office: Option<OfficeName>,
}

const NOT_REACHED: &str = "未联系上";
const DECLINED: &str = "拒绝评估";
const NEED: &str = "有需求:";
const NO_NEED: &str = "无需求:";
const NEED_SEPARATOR: char = '、';

impl<'a> RecordRow<'a> {
    /// Length of a serial at most, in characters.
    pub const SERIAL_CHARS_MAX: usize = 128;

    /// The columns, in the order of the file: what makes two rows the same.
    pub fn columns(&self) -> [&'a str; 7] {
        [self.serial, self.certificate, self.item, self.date, self.outcome, self.office, self.voids]
    }

    /// The serial of the row that this one voids; none unless it is a 作废 that names one.
    pub fn voided_serial(&self) -> Option<&'a str> {
        (self.item == Item::Voided.label() && !self.voids.is_empty()).then_some(self.voids)
    }

    /// Judges the row by itself. The first fault counts, in the order of the file's rules: missing, too long, certificate format,
    /// certificate checksum, item, date, future, value or region.
    pub fn judge(&self, today: Day) -> Result<RecordEntry, RowFault> {
        required(&[
            (self.serial, "流水号"),
            (self.certificate, "残疾人证号"),
            (self.item, "事项"),
            (self.date, "日期"),
        ])?;
        for (value, field) in [(self.serial, "流水号"), (self.voids, "作废流水号")] {
            if value.chars().count() > Self::SERIAL_CHARS_MAX {
                return fault(RowCode::TooLong, field);
            }
        }
        let office = text(self.office, "经办机构")?;
        let reason: Option<Remarks> =
            if self.item == Item::Voided.label() { text(self.outcome, "结果")? } else { None };
        let citizen = certificate(self.certificate, today)?.citizen();
        let Some(item) = Item::from_label(self.item) else { return fault(RowCode::UnknownItem, "事项") };
        let on = Some(day(self.date, "日期", today)?);
        let command = match item {
            Item::Transferred => {
                Command::TransferPerson { to: county(self.outcome, "结果")?, remarks: None, on }
            }
            Item::Voided => Command::VoidRecord { record: RecordRef::None, reason, on },
            _ => step_or_change(item, self.outcome, on)
                .map_or_else(|| fault(RowCode::UnknownValue, "结果"), Ok)?,
        };
        Ok(RecordEntry { citizen, command, office })
    }
}

/// The command for an item with its outcome; none when the outcome is not on the item's list.
fn step_or_change(item: Item, outcome: &str, on: Option<Day>) -> Option<Command> {
    Some(match item {
        Item::InfoVerified => {
            let outcome = match outcome {
                NOT_REACHED => None,
                _ => Some(VerificationOutcome::from_label(outcome)?),
            };
            Command::VerifyInfo(Verification { outcome, on, ..Verification::default() })
        }
        Item::AbilityAssessed => {
            let conclusion = match outcome {
                DECLINED => None,
                _ => Some(AssessmentConclusion::from_label(outcome)?),
            };
            Command::AssessAbility { conclusion, scores: None, assessor: None, remarks: None, on }
        }
        Item::DemandRegistered => Command::RegisterDemand { demand: demand(outcome)?, on },
        Item::ServiceDelivered => {
            let service = ServiceType::from_label(outcome)?;
            Command::DeliverService { service, provider: None, remarks: None, on }
        }
        Item::EmploymentStarted => {
            let form = EmploymentForm::from_label(outcome)?;
            Command::StartEmployment { form, employer_kind: None, employer: None, on }
        }
        Item::EmploymentEnded => {
            Command::EndEmployment { reason: NonEmploymentReason::from_label(outcome)?, on }
        }
        Item::TrainingCompleted => {
            let kind = TrainingKind::from_label(outcome)?;
            Command::CompleteTraining { kind, course: None, remarks: None, on }
        }
        Item::Left => Command::LeaveRegister { reason: LeaveReason::from_label(outcome)?, on },
        Item::Transferred | Item::Voided => return None,
    })
}

fn demand(outcome: &str) -> Option<Demand> {
    if let Some(reason) = outcome.strip_prefix(NO_NEED) {
        return NonEmploymentReason::from_label(reason).map(Demand::NoNeed);
    }
    let needs = outcome.strip_prefix(NEED)?.split(NEED_SEPARATOR).map(EmploymentNeed::from_label);
    needs.collect::<Option<Vec<_>>>().and_then(NeedSet::new).map(Demand::Needs)
}
