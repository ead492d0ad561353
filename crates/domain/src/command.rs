//! What somebody asks to be recorded.

use crate::{
    Address, AssessmentConclusion, CertificateNumber, CorrectedField, County, Day, Demand, EmployerKind,
    EmploymentForm, EmploymentStatus, ErasureGround, Identifier, LeaveReason, NonEmploymentReason, Origin,
    PersonName, Phone, Position, Remarks, RestrictionCause, RosterEntry, Score, ServiceType, TrainingKind,
    VerificationMethod, VerificationOutcome,
};

/// One request, about one person. Where `on` is absent the fact happened today.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Command {
    /// Enter somebody in the register. Refused with `ALREADY_ENROLLED` when the citizen number is known.
    EnrolPerson {
        origin: Origin,
        name: PersonName,
        certificate: CertificateNumber,
        county: County,
        phone: Option<Phone>,
        address: Option<Address>,
        status: EmploymentStatus,
        on: Option<Day>,
    },
    /// A row of a roster: enrols, or records what no roster has said of this person before.
    SurveyPerson(RosterEntry),
    /// 基础信息核对.
    VerifyInfo(Verification),
    /// 职业能力评估; no conclusion means that the assessment was declined.
    AssessAbility {
        conclusion: Option<AssessmentConclusion>,
        scores: Option<Vec<Score>>,
        assessor: Option<Identifier>,
        remarks: Option<Remarks>,
        on: Option<Day>,
    },
    /// 就业需求登记.
    RegisterDemand { demand: Demand, on: Option<Day> },
    /// 就业服务.
    DeliverService {
        service: ServiceType,
        provider: Option<Identifier>,
        remarks: Option<Remarks>,
        on: Option<Day>,
    },
    /// 就业.
    StartEmployment {
        form: EmploymentForm,
        employer_kind: Option<EmployerKind>,
        employer: Option<Remarks>,
        on: Option<Day>,
    },
    /// 离职.
    EndEmployment { reason: NonEmploymentReason, on: Option<Day> },
    /// 培训.
    CompleteTraining {
        kind: TrainingKind,
        course: Option<Identifier>,
        remarks: Option<Remarks>,
        on: Option<Day>,
    },
    /// 迁移.
    TransferPerson { to: County, remarks: Option<Remarks>, on: Option<Day> },
    /// 申请指派就业辅导员: a second person approves it.
    RequestCounsellor { counsellor: Identifier, remarks: Option<Remarks>, on: Option<Day> },
    /// 批准指派, by a second person; it holds from the day that was asked for.
    ApproveCounsellor { request: RecordRef, remarks: Option<Remarks> },
    /// 不批准指派, or taking the request back.
    DeclineCounsellor { request: RecordRef, reason: Remarks },
    /// 退出.
    LeaveRegister { reason: LeaveReason, on: Option<Day> },
    /// 恢复登记.
    ReinstatePerson { reason: Option<Remarks>, on: Option<Day> },
    /// 信息更正.
    CorrectPerson(Correction),
    /// 作废.
    VoidRecord { record: RecordRef, reason: Option<Remarks>, on: Option<Day> },
    /// 申请删除; restricts the data at once.
    RequestErasure { ground: ErasureGround, reason: Option<Remarks> },
    /// 限制处理.
    RestrictData { cause: RestrictionCause, reason: Option<Remarks> },
    /// 解除限制, by a second person; a request for erasure that is refused or withdrawn ends so too.
    LiftRestriction { reason: Option<Remarks> },
    /// 删除 what was asked for, by a second person.
    EraseData { reason: Option<Remarks> },
}

/// A verification, or an attempt at one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// What came of it; none when nobody was reached.
    pub outcome: Option<VerificationOutcome>,
    /// How.
    pub method: Option<VerificationMethod>,
    /// Which data differed.
    pub differing: Option<Vec<CorrectedField>>,
    /// The values that differed.
    pub values: Option<Remarks>,
    /// Remarks.
    pub remarks: Option<Remarks>,
    /// When.
    pub on: Option<Day>,
}

/// New values for what the register says of somebody; what is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Correction {
    pub name: Option<PersonName>,
    pub phone: Option<Phone>,
    pub address: Option<Address>,
    pub certificate: Option<CertificateNumber>,
    /// Holds from `on`.
    pub status: Option<EmploymentStatus>,
    pub on: Option<Day>,
}

/// Which record is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordRef {
    /// By its place in the log.
    Position(Position),
    /// By the command that recorded it; whoever runs the command must have resolved it to a position.
    Command(uuid::Uuid),
    /// No record at all.
    None,
}

impl Command {
    /// The day the command names.
    pub fn on(&self) -> Option<Day> {
        match self {
            Command::SurveyPerson(entry) => Some(entry.on),
            Command::VerifyInfo(verification) => verification.on,
            Command::CorrectPerson(correction) => correction.on,
            Command::EnrolPerson { on, .. }
            | Command::AssessAbility { on, .. }
            | Command::RegisterDemand { on, .. }
            | Command::DeliverService { on, .. }
            | Command::StartEmployment { on, .. }
            | Command::EndEmployment { on, .. }
            | Command::CompleteTraining { on, .. }
            | Command::TransferPerson { on, .. }
            | Command::RequestCounsellor { on, .. }
            | Command::LeaveRegister { on, .. }
            | Command::ReinstatePerson { on, .. }
            | Command::VoidRecord { on, .. } => *on,
            // They hold from the moment of their recording, or from the day that was asked for.
            Command::ApproveCounsellor { .. }
            | Command::DeclineCounsellor { .. }
            | Command::RequestErasure { .. }
            | Command::RestrictData { .. }
            | Command::LiftRestriction { .. }
            | Command::EraseData { .. } => None,
        }
    }

    /// Whether it is about the use of the data, not about what they say: these alone are taken while the data are restricted.
    pub fn is_about_use(&self) -> bool {
        matches!(
            self,
            Command::RequestErasure { .. }
                | Command::RestrictData { .. }
                | Command::LiftRestriction { .. }
                | Command::EraseData { .. }
        )
    }

    /// The earlier record that the command names, to be resolved to a position.
    pub fn record_mut(&mut self) -> Option<&mut RecordRef> {
        match self {
            Command::VoidRecord { record, .. } => Some(record),
            Command::ApproveCounsellor { request, .. } | Command::DeclineCounsellor { request, .. } => {
                Some(request)
            }
            _ => None,
        }
    }

    /// The certificate of somebody who need not be enrolled yet.
    pub fn enrols(&self) -> Option<CertificateNumber> {
        match self {
            Command::EnrolPerson { certificate, .. } => Some(*certificate),
            Command::SurveyPerson(entry) => Some(entry.certificate),
            _ => None,
        }
    }
}
