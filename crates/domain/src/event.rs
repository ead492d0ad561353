//! What is recorded: one row for each type of event. Every field is declared clear or sealed, here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::{
    Address, AssessmentConclusion, CertificateNumber, ContentHash, CorrectedField, County, Day, Demand,
    EmployerKind, EmploymentForm, ErasureGround, FactKind, Figure, Identifier, LeaveReason,
    NonEmploymentReason, OfficeName, Origin, PersonName, Phone, Position, Region, RegionCounts, Remarks,
    ReportTitle, RestrictionCause, ServiceType, Step, TrainingKind, VerificationMethod, VerificationOutcome,
    access::Role,
};

mod score;
mod types;

pub use score::{Percent, Score};
pub use types::EventBodyError;

/// What of an event is folded into the state of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folds {
    /// Nothing: it belongs to nobody.
    Nothing,
    /// Its type: it becomes a fact of this kind, and no body need be read.
    Type(FactKind),
    /// Its type and its clear body.
    Clear,
    /// Both bodies: certificate numbers, what a roster said, and what decides about need.
    Sealed,
}

use Folds::{Clear, Nothing, Sealed, Type};

// Number, name and label; what of it is folded, and which step it is about, also where the step was tried and does not count; then the clear and
// the sealed fields, after the semicolon those that may be absent.
types::event_types! {
    /// A person enters the register.
    1 PersonEnrolled / PersonEnrolledSealed "摸底登记" {
        folds Sealed;
        clear { origin: Origin, county: County, employed: bool; form: EmploymentForm }
        sealed { name: PersonName, certificate: CertificateNumber;
            phone: Phone, address: Address, reason: NonEmploymentReason, office: OfficeName }
    }
    /// Name, phone or address, or an employment status that holds from the effective day.
    2 PersonCorrected / PersonCorrectedSealed "信息更正" {
        folds Sealed;
        clear { origin: Origin, fields: Vec<CorrectedField>; employed: bool, form: EmploymentForm }
        sealed { ; name: PersonName, phone: Phone, address: Address, reason: NonEmploymentReason, office: OfficeName }
    }
    /// A certificate number that the person did not hold before.
    3 CertificateReissued / CertificateReissuedSealed "换证" {
        folds Sealed;
        clear { origin: Origin; }
        sealed { certificate: CertificateNumber; office: OfficeName }
    }
    /// Counts as the first step.
    4 InfoVerified / InfoVerifiedSealed "基础信息核对" {
        folds Type(FactKind::InfoVerified); step InfoVerified;
        clear { outcome: VerificationOutcome; method: VerificationMethod, differing: Vec<CorrectedField> }
        sealed { ; values: Remarks, remarks: Remarks, office: OfficeName }
    }
    /// An attempt, which does not count.
    5 VerificationAttempted / VerificationAttemptedSealed "核对未联系上" {
        folds Type(FactKind::VerificationAttempted); step InfoVerified;
        clear { ; method: VerificationMethod }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// Counts as the second step.
    6 AbilityAssessed / AbilityAssessedSealed "职业能力评估" {
        folds Type(FactKind::AbilityAssessed); step AbilityAssessed;
        clear { ; assessor: Identifier }
        sealed { conclusion: AssessmentConclusion; scores: Vec<Score>, remarks: Remarks, office: OfficeName }
    }
    /// An attempt, which does not count.
    7 AssessmentDeclined / AssessmentDeclinedSealed "拒绝评估" {
        folds Type(FactKind::AssessmentDeclined); step AbilityAssessed;
        clear { ; assessor: Identifier }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// Counts as the third step, also when there is no need.
    8 DemandRegistered / DemandRegisteredSealed "就业需求登记" {
        folds Sealed; step DemandRegistered;
        clear { ; }
        sealed { demand: Demand; office: OfficeName }
    }
    /// Counts as the fourth step.
    9 ServiceDelivered / ServiceDeliveredSealed "就业服务" {
        folds Type(FactKind::ServiceDelivered); step ServiceDelivered;
        clear { service: ServiceType; provider: Identifier }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    10 EmploymentStarted / EmploymentStartedSealed "就业" {
        folds Clear;
        clear { form: EmploymentForm; employer_kind: EmployerKind }
        sealed { ; employer: Remarks, office: OfficeName }
    }
    11 EmploymentEnded / EmploymentEndedSealed "离职" {
        folds Sealed;
        clear { ; }
        sealed { reason: NonEmploymentReason; office: OfficeName }
    }
    /// Counted apart from the steps.
    12 TrainingCompleted / TrainingCompletedSealed "培训" {
        folds Type(FactKind::TrainingCompleted);
        clear { kind: TrainingKind; course: Identifier }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// The county holds from the effective day.
    13 PersonTransferred / PersonTransferredSealed "迁移" {
        folds Clear;
        clear { origin: Origin, to: County; from: County }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// Names the request that it grants; before there were requests it named none.
    14 CounsellorAssigned / CounsellorAssignedSealed "指派就业辅导员" {
        folds Clear;
        clear { counsellor: Identifier; request: Position }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    15 PersonLeft / PersonLeftSealed "退出" {
        folds Type(FactKind::Left);
        clear { ; }
        sealed { reason: LeaveReason; office: OfficeName }
    }
    /// The person is in the register again from the effective day. Names the leaving that it ends.
    16 PersonReinstated / PersonReinstatedSealed "恢复登记" {
        folds Type(FactKind::Reinstated);
        clear { left: Position; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// The named record counts for nothing, whatever the effective day of the voiding; the history keeps both.
    17 RecordVoided / RecordVoidedSealed "作废" {
        folds Clear;
        clear { record: Position; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// The data are to be erased, which somebody else decides on; from here on they are restricted. The maker stands in the body, since
    /// whether the second person is another follows from events alone.
    18 ErasureRequested / ErasureRequestedSealed "申请删除" {
        folds Clear;
        clear { maker: Identifier, ground: ErasureGround; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// The data are kept and counted, and neither shown nor changed.
    19 DataRestricted / DataRestrictedSealed "限制处理" {
        folds Clear;
        clear { maker: Identifier, cause: RestrictionCause; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// Nothing restricts the data any more, and no erasure is asked for. Names the newest record that it ends.
    20 RestrictionLifted / RestrictionLiftedSealed "解除限制" {
        folds Clear;
        clear { restriction: Position; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// The person counts nowhere any more, in no past either, and nothing gives the data back. Names the request that it grants. Its own reason
    /// is gone with the person's key.
    21 DataErased / DataErasedSealed "删除" {
        folds Clear;
        clear { request: Position, ground: ErasureGround; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// The person is to have this counsellor from the effective day on, which somebody else decides on. The maker stands in the body for
    /// the same reason as in a request for erasure.
    22 CounsellorRequested / CounsellorRequestedSealed "申请指派就业辅导员" {
        folds Clear;
        clear { maker: Identifier, counsellor: Identifier; }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// Nobody waits for this counsellor any more. Names the request that it refuses or takes back.
    23 CounsellorDeclined / CounsellorDeclinedSealed "未批准指派就业辅导员" {
        folds Type(FactKind::CounsellorDeclined);
        clear { request: Position; }
        sealed { reason: Remarks; office: OfficeName }
    }
    /// Somebody is to have a role, which somebody else decides on. This and what follows belong to nobody.
    24 RoleRequested / RoleRequestedSealed "申请角色" {
        folds Nothing;
        clear { maker: Identifier, subject: Identifier, role: Role, reads: Region; writes: Region, until: Day }
        sealed { ; }
    }
    /// From here on somebody has a role, through the last day if there is one. Names the request that it grants; the first two managers
    /// were asked for by nobody.
    25 RoleGranted / RoleGrantedSealed "授予角色" {
        folds Nothing;
        clear { checker: Identifier, subject: Identifier, role: Role, reads: Region;
            writes: Region, until: Day, request: Position }
        sealed { ; }
    }
    /// Somebody has the role no more. Names the grant that it ends.
    26 RoleWithdrawn / RoleWithdrawnSealed "收回角色" {
        folds Nothing;
        clear { maker: Identifier, grant: Position; }
        sealed { ; }
    }
    /// Names the request that it refuses or takes back.
    27 RoleDeclined / RoleDeclinedSealed "未批准角色" {
        folds Nothing;
        clear { checker: Identifier, request: Position; }
        sealed { ; }
    }
    /// The figures of a region and of those right below it, as they were known at a position. It belongs to nobody, so nothing of it is sealed.
    /// The root is that of the tree over everything up to that position; the hashes name the plan, the divisions and the code lists that made it.
    30 ReportFrozen / ReportFrozenSealed "固定报表" {
        folds Nothing;
        clear { number: u64, title: ReportTitle, region: Region, plan: Identifier, as_of: Day, known_at: Position, root: ContentHash,
            plan_hash: ContentHash, divisions_hash: ContentHash, codes_hash: ContentHash, figures: Vec<Figure>, rows: Vec<RegionCounts>; }
        sealed { ; }
    }
    /// Once a business day, the root over everybody's newest event, as they stood at a position; the day is that on which the event there was recorded.
    /// It belongs to nobody and names nobody, and whoever leaves out somebody's newest events is found by it.
    31 HeadsCommitted / HeadsCommittedSealed "存证末端" {
        folds Nothing;
        clear { number: u64, day: Day, through: Position, people: u64, root: ContentHash; }
        sealed { ; }
    }
}

impl EventType {
    /// Schema number that is written today.
    pub const SCHEMA: u8 = 1;

    /// Whether the sealed body must be opened to fold the event.
    pub fn folds_sealed(self) -> bool {
        self.folds() == Sealed
    }

    /// The fact that an event of this type becomes, if nothing in its bodies is folded; none for the types whose bodies are.
    pub fn bare_fact(self) -> Option<FactKind> {
        match self.folds() {
            Type(kind) => Some(kind),
            Nothing | Clear | Sealed => None,
        }
    }
}

impl Event {
    /// The office's name in a sealed body, whatever the type: each may have one.
    pub fn office_in(sealed: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Office {
            office: Option<String>,
        }
        serde_json::from_slice::<Office>(sealed).ok()?.office
    }
}
