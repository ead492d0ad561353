//! What is recorded. Every field is declared clear or sealed, once, in the table at the end.

use serde::{Deserialize, Serialize};

use crate::{
    Address, AssessmentConclusion, AssessmentDimension, CertificateNumber, ContentHash, CorrectedField,
    County, Day, Demand, EmployerKind, EmploymentForm, EmploymentStatus, ErasureGround, FactKind, Figure,
    Identifier, LeaveReason, NonEmploymentReason, OfficeName, Origin, PersonName, Phone, Position, Region,
    RegionCounts, Remarks, ReportTitle, RestrictionCause, ServiceType, TrainingKind, VerificationMethod,
    VerificationOutcome, access::Role,
};

/// A score of an assessment dimension, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// What was assessed.
    pub dimension: AssessmentDimension,
    /// 0 to 100.
    pub score: Percent,
}

/// 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

impl TryFrom<u8> for Percent {
    type Error = &'static str;
    fn try_from(value: u8) -> Result<Self, Self::Error> {
        if value <= 100 { Ok(Percent(value)) } else { Err("a score is 0 to 100") }
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> u8 {
        percent.0
    }
}

/// A stored body that its type cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventBodyError {
    /// A type or schema number that this version does not know.
    #[error("event type {kind} with schema {schema} is unknown to this version")]
    UnknownType {
        /// Event type number.
        kind: u8,
        /// Schema number.
        schema: u8,
    },
    /// JSON that does not fit the type. The text names the place, never a value.
    #[error("the {part} body of {event} cannot be read at column {column}")]
    Body {
        /// Event type.
        event: &'static str,
        /// `clear` or `sealed`.
        part: &'static str,
        /// Where, counted from 1.
        column: usize,
    },
}

macro_rules! event_types {
    ($(
        $(#[$doc:meta])*
        $number:literal $event:ident / $sealed_type:ident {
            clear { $($clear:ident: $clear_type:ty),* ; $($clear_opt:ident: $clear_opt_type:ty),* }
            sealed { $($sealed:ident: $sealed_field_type:ty),* ; $($sealed_opt:ident: $sealed_opt_type:ty),* }
        }
    )+) => {
        $(
            $(#[$doc])*
            /// What everybody who reads the log may see.
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)]
            pub struct $event {
                $(pub $clear: $clear_type,)*
                $(#[serde(default, skip_serializing_if = "Option::is_none")] pub $clear_opt: Option<$clear_opt_type>,)*
            }

            $(#[$doc])*
            /// What only the person's key opens.
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)]
            pub struct $sealed_type {
                $(pub $sealed: $sealed_field_type,)*
                $(#[serde(default, skip_serializing_if = "Option::is_none")] pub $sealed_opt: Option<$sealed_opt_type>,)*
            }
        )+

        /// Everything that can be recorded. `sealed` is absent when it has not been, or can no longer be, opened.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $(
                $(#[$doc])*
                $event {
                    /// What everybody who reads the log may see.
                    clear: $event,
                    /// What only the person's key opens.
                    sealed: Option<$sealed_type>,
                },
            )+
        }

        /// The types of [`Event`], with their stored numbers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum EventType { $($(#[$doc])* $event = $number,)+ }

        impl EventType {
            /// Every type, in the order of their numbers.
            pub const ALL: &'static [EventType] = &[$(EventType::$event),+];

            /// The type with this stored number.
            pub fn from_number(number: u8) -> Option<EventType> {
                match number { $($number => Some(EventType::$event),)+ _ => None }
            }

            /// The name that streams and schemas use.
            pub fn name(self) -> &'static str {
                match self { $(EventType::$event => stringify!($event),)+ }
            }

            /// Names of the fields that are stored in clear.
            pub fn clear_fields(self) -> &'static [&'static str] {
                match self { $(EventType::$event => &[$(stringify!($clear),)* $(stringify!($clear_opt),)*],)+ }
            }

            /// The fields of both bodies, clear first, with the names of their types and whether they must be there.
            #[cfg(test)]
            pub(crate) fn bodies(self) -> [&'static [(&'static str, &'static str, bool)]; 2] {
                match self {
                    $(EventType::$event => [
                        &[
                            $((stringify!($clear), stringify!($clear_type), true),)*
                            $((stringify!($clear_opt), stringify!($clear_opt_type), false),)*
                        ],
                        &[
                            $((stringify!($sealed), stringify!($sealed_field_type), true),)*
                            $((stringify!($sealed_opt), stringify!($sealed_opt_type), false),)*
                        ],
                    ],)+
                }
            }

            /// Names of the fields that are stored sealed.
            pub fn sealed_fields(self) -> &'static [&'static str] {
                match self { $(EventType::$event => &[$(stringify!($sealed),)* $(stringify!($sealed_opt),)*],)+ }
            }
        }

        impl Event {
            /// The event's type.
            pub fn event_type(&self) -> EventType {
                match self { $(Event::$event { .. } => EventType::$event,)+ }
            }

            /// The clear body as JSON.
            pub fn clear_json(&self) -> String {
                match self { $(Event::$event { clear, .. } => json(clear),)+ }
            }

            /// The sealed body as JSON; none when there is nothing in it to seal.
            pub fn sealed_json(&self) -> Option<String> {
                let text = match self { $(Event::$event { sealed, .. } => sealed.as_ref().map(json),)+ };
                text.filter(|text| text != "{}")
            }

            /// Reads the stored bodies; `sealed` is none when it has not been opened.
            pub fn from_json(kind: u8, schema: u8, clear: &str, sealed: Option<&[u8]>) -> Result<Event, EventBodyError> {
                match (EventType::from_number(kind), schema) {
                    $((Some(EventType::$event), 1) => Ok(Event::$event {
                        clear: read(stringify!($event), "clear", clear.as_bytes())?,
                        sealed: sealed.map(|sealed| read(stringify!($event), "sealed", sealed)).transpose()?,
                    }),)+
                    _ => Err(EventBodyError::UnknownType { kind, schema }),
                }
            }
        }
    };
}

fn json(body: &impl Serialize) -> String {
    // Bodies have string keys and no maps, so writing them cannot fail; an empty text would be refused when read.
    serde_json::to_string(body).unwrap_or_default()
}

fn read<'a, T: Deserialize<'a>>(
    event: &'static str,
    part: &'static str,
    body: &'a [u8],
) -> Result<T, EventBodyError> {
    serde_json::from_slice(body).map_err(|error| EventBodyError::Body { event, part, column: error.column() })
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

impl EventType {
    /// Schema number that is written today.
    pub const SCHEMA: u8 = 1;

    /// Whether the sealed body must be opened to fold the event: certificate numbers, what a roster said, and what decides about need.
    pub fn folds_sealed(self) -> bool {
        use EventType as T;
        match self {
            T::PersonEnrolled
            | T::PersonCorrected
            | T::CertificateReissued
            | T::DemandRegistered
            | T::EmploymentEnded => true,
            T::InfoVerified
            | T::VerificationAttempted
            | T::AbilityAssessed
            | T::AssessmentDeclined
            | T::ServiceDelivered
            | T::EmploymentStarted
            | T::TrainingCompleted
            | T::PersonTransferred
            | T::CounsellorAssigned
            | T::PersonLeft
            | T::PersonReinstated
            | T::RecordVoided
            | T::ErasureRequested
            | T::DataRestricted
            | T::RestrictionLifted
            | T::DataErased
            | T::CounsellorRequested
            | T::CounsellorDeclined
            | T::RoleRequested
            | T::RoleGranted
            | T::RoleWithdrawn
            | T::RoleDeclined
            | T::ReportFrozen
            | T::HeadsCommitted => false,
        }
    }

    /// The fact that an event of this type becomes, if nothing in its bodies is folded; none for the types whose bodies are.
    pub fn bare_fact(self) -> Option<FactKind> {
        use EventType as T;
        match self {
            T::InfoVerified => Some(FactKind::InfoVerified),
            T::VerificationAttempted => Some(FactKind::VerificationAttempted),
            T::AbilityAssessed => Some(FactKind::AbilityAssessed),
            T::AssessmentDeclined => Some(FactKind::AssessmentDeclined),
            T::ServiceDelivered => Some(FactKind::ServiceDelivered),
            T::TrainingCompleted => Some(FactKind::TrainingCompleted),
            T::PersonLeft => Some(FactKind::Left),
            T::PersonReinstated => Some(FactKind::Reinstated),
            T::CounsellorDeclined => Some(FactKind::CounsellorDeclined),
            T::PersonEnrolled
            | T::PersonCorrected
            | T::CertificateReissued
            | T::DemandRegistered
            | T::EmploymentStarted
            | T::EmploymentEnded
            | T::PersonTransferred
            | T::CounsellorAssigned
            | T::RecordVoided
            | T::ErasureRequested
            | T::DataRestricted
            | T::RestrictionLifted
            | T::DataErased
            | T::CounsellorRequested
            | T::RoleRequested
            | T::RoleGranted
            | T::RoleWithdrawn
            | T::RoleDeclined
            | T::ReportFrozen
            | T::HeadsCommitted => None,
        }
    }

    /// The Chinese term.
    pub fn label(self) -> &'static str {
        use EventType as T;
        match self {
            T::PersonEnrolled => "摸底登记",
            T::PersonCorrected => "信息更正",
            T::CertificateReissued => "换证",
            T::InfoVerified => "基础信息核对",
            T::VerificationAttempted => "核对未联系上",
            T::AbilityAssessed => "职业能力评估",
            T::AssessmentDeclined => "拒绝评估",
            T::DemandRegistered => "就业需求登记",
            T::ServiceDelivered => "就业服务",
            T::EmploymentStarted => "就业",
            T::EmploymentEnded => "离职",
            T::TrainingCompleted => "培训",
            T::PersonTransferred => "迁移",
            T::CounsellorAssigned => "指派就业辅导员",
            T::PersonLeft => "退出",
            T::PersonReinstated => "恢复登记",
            T::RecordVoided => "作废",
            T::ErasureRequested => "申请删除",
            T::DataRestricted => "限制处理",
            T::RestrictionLifted => "解除限制",
            T::DataErased => "删除",
            T::CounsellorRequested => "申请指派就业辅导员",
            T::CounsellorDeclined => "未批准指派就业辅导员",
            T::RoleRequested => "申请角色",
            T::RoleGranted => "授予角色",
            T::RoleWithdrawn => "收回角色",
            T::RoleDeclined => "未批准角色",
            T::ReportFrozen => "固定报表",
            T::HeadsCommitted => "存证末端",
        }
    }
}

impl EmploymentStatus {
    /// The clear part: employed or not, and the form.
    pub(crate) fn clear(self) -> (bool, Option<EmploymentForm>) {
        match self {
            EmploymentStatus::Employed(form) => (true, Some(form)),
            EmploymentStatus::NotEmployed(_) => (false, None),
        }
    }

    /// The sealed part: the reason.
    pub(crate) fn reason(self) -> Option<NonEmploymentReason> {
        match self {
            EmploymentStatus::Employed(_) => None,
            EmploymentStatus::NotEmployed(reason) => Some(reason),
        }
    }
}

// Clear and sealed fields; after the semicolon, those that may be absent.
event_types! {
    /// 摸底登记: a person enters the register.
    1 PersonEnrolled / PersonEnrolledSealed {
        clear { origin: Origin, county: County, employed: bool; form: EmploymentForm }
        sealed { name: PersonName, certificate: CertificateNumber;
            phone: Phone, address: Address, reason: NonEmploymentReason, office: OfficeName }
    }
    /// 信息更正: name, phone or address, or an employment status that holds from the effective day.
    2 PersonCorrected / PersonCorrectedSealed {
        clear { origin: Origin, fields: Vec<CorrectedField>; employed: bool, form: EmploymentForm }
        sealed { ; name: PersonName, phone: Phone, address: Address, reason: NonEmploymentReason, office: OfficeName }
    }
    /// 换证: a certificate number that the person did not hold before.
    3 CertificateReissued / CertificateReissuedSealed {
        clear { origin: Origin; }
        sealed { certificate: CertificateNumber; office: OfficeName }
    }
    /// 基础信息核对: counts as the first step.
    4 InfoVerified / InfoVerifiedSealed {
        clear { outcome: VerificationOutcome; method: VerificationMethod, differing: Vec<CorrectedField> }
        sealed { ; values: Remarks, remarks: Remarks, office: OfficeName }
    }
    /// 未联系上: an attempt, which does not count.
    5 VerificationAttempted / VerificationAttemptedSealed {
        clear { ; method: VerificationMethod }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 职业能力评估: counts as the second step.
    6 AbilityAssessed / AbilityAssessedSealed {
        clear { ; assessor: Identifier }
        sealed { conclusion: AssessmentConclusion; scores: Vec<Score>, remarks: Remarks, office: OfficeName }
    }
    /// 拒绝评估: an attempt, which does not count.
    7 AssessmentDeclined / AssessmentDeclinedSealed {
        clear { ; assessor: Identifier }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 就业需求登记: counts as the third step, also when there is no need.
    8 DemandRegistered / DemandRegisteredSealed {
        clear { ; }
        sealed { demand: Demand; office: OfficeName }
    }
    /// 就业服务: counts as the fourth step.
    9 ServiceDelivered / ServiceDeliveredSealed {
        clear { service: ServiceType; provider: Identifier }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 就业.
    10 EmploymentStarted / EmploymentStartedSealed {
        clear { form: EmploymentForm; employer_kind: EmployerKind }
        sealed { ; employer: Remarks, office: OfficeName }
    }
    /// 离职.
    11 EmploymentEnded / EmploymentEndedSealed {
        clear { ; }
        sealed { reason: NonEmploymentReason; office: OfficeName }
    }
    /// 培训: counted apart from the steps.
    12 TrainingCompleted / TrainingCompletedSealed {
        clear { kind: TrainingKind; course: Identifier }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 迁移: the county holds from the effective day.
    13 PersonTransferred / PersonTransferredSealed {
        clear { origin: Origin, to: County; from: County }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 指派就业辅导员. Names the request that it grants; before there were requests it named none.
    14 CounsellorAssigned / CounsellorAssignedSealed {
        clear { counsellor: Identifier; request: Position }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 退出.
    15 PersonLeft / PersonLeftSealed {
        clear { ; }
        sealed { reason: LeaveReason; office: OfficeName }
    }
    /// 恢复登记: the person is in the register again from the effective day. Names the leaving that it ends.
    16 PersonReinstated / PersonReinstatedSealed {
        clear { left: Position; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// 作废: the named record counts for nothing, whatever the effective day of the voiding; the history keeps both.
    17 RecordVoided / RecordVoidedSealed {
        clear { record: Position; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// 申请删除: the data are to be erased, which somebody else decides on; from here on they are restricted. The maker stands in the body, since
    /// whether the second person is another follows from events alone.
    18 ErasureRequested / ErasureRequestedSealed {
        clear { maker: Identifier, ground: ErasureGround; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// 限制处理: the data are kept and counted, and neither shown nor changed.
    19 DataRestricted / DataRestrictedSealed {
        clear { maker: Identifier, cause: RestrictionCause; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// 解除限制: nothing restricts the data any more, and no erasure is asked for. Names the newest record that it ends.
    20 RestrictionLifted / RestrictionLiftedSealed {
        clear { restriction: Position; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// 删除: the person counts nowhere any more, in no past either, and nothing gives the data back. Names the request that it grants. Its own reason
    /// is gone with the person's key.
    21 DataErased / DataErasedSealed {
        clear { request: Position, ground: ErasureGround; }
        sealed { ; reason: Remarks, office: OfficeName }
    }
    /// 申请指派就业辅导员: the person is to have this counsellor from the effective day on, which somebody else decides on. The maker stands in the body for
    /// the same reason as in a request for erasure.
    22 CounsellorRequested / CounsellorRequestedSealed {
        clear { maker: Identifier, counsellor: Identifier; }
        sealed { ; remarks: Remarks, office: OfficeName }
    }
    /// 未批准指派: nobody waits for this counsellor any more. Names the request that it refuses or takes back.
    23 CounsellorDeclined / CounsellorDeclinedSealed {
        clear { request: Position; }
        sealed { reason: Remarks; office: OfficeName }
    }
    /// 申请角色: somebody is to have a role, which somebody else decides on. This and what follows belong to nobody.
    24 RoleRequested / RoleRequestedSealed {
        clear { maker: Identifier, subject: Identifier, role: Role, reads: Region; writes: Region, until: Day }
        sealed { ; }
    }
    /// 授予角色: from here on somebody has a role, through the last day if there is one. Names the request that it grants; the first two managers
    /// were asked for by nobody.
    25 RoleGranted / RoleGrantedSealed {
        clear { checker: Identifier, subject: Identifier, role: Role, reads: Region;
            writes: Region, until: Day, request: Position }
        sealed { ; }
    }
    /// 收回角色: somebody has the role no more. Names the grant that it ends.
    26 RoleWithdrawn / RoleWithdrawnSealed {
        clear { maker: Identifier, grant: Position; }
        sealed { ; }
    }
    /// 未批准角色. Names the request that it refuses or takes back.
    27 RoleDeclined / RoleDeclinedSealed {
        clear { checker: Identifier, request: Position; }
        sealed { ; }
    }
    /// 固定报表: the figures of a region and of those right below it, as they were known at a position. It belongs to nobody, so nothing of it is sealed.
    /// The root is that of the tree over everything up to that position; the hashes name the plan, the divisions and the code lists that made it.
    30 ReportFrozen / ReportFrozenSealed {
        clear { number: u64, title: ReportTitle, region: Region, plan: Identifier, as_of: Day, known_at: Position, root: ContentHash,
            plan_hash: ContentHash, divisions_hash: ContentHash, codes_hash: ContentHash, figures: Vec<Figure>, rows: Vec<RegionCounts>; }
        sealed { ; }
    }
    /// 存证末端: once a business day, the root over everybody's newest event, as they stood at a position; the day is that on which the event there was recorded.
    /// It belongs to nobody and names nobody, and whoever leaves out somebody's newest events is found by it.
    31 HeadsCommitted / HeadsCommittedSealed {
        clear { number: u64, day: Day, through: Position, people: u64, root: ContentHash; }
        sealed { ; }
    }
}
