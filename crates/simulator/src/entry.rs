//! One entry of the plan of a simulation: what is recorded of whom on which day. 12 bytes, no text.

use sigeyi_domain::{
    County, Demand, EmploymentForm, LeaveReason, NonEmploymentReason, ServiceType, TrainingKind,
    VerificationOutcome,
};

/// An entry. The rest of its command is made from the seed, the person and the ordinal, the same every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Place of the person.
    pub(crate) person: u32,
    /// Recording day, from 2022-01-01.
    pub(crate) recorded: i16,
    /// The day it happened, from 2022-01-01.
    pub(crate) effective: i16,
    /// Which of the person's entries; an entry that is sent again has the same.
    pub(crate) ordinal: u8,
    /// The county whose office records it.
    pub(crate) county: County,
    /// What happened.
    pub(crate) occurrence: Occurrence,
}

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurrence {
    Registered,
    LostCertificate,
    OtherGrade,
    OtherName,
    OtherPhone,
    Verified(VerificationOutcome),
    NotReached,
    Assessed,
    Declined,
    Demand(Demand),
    Served(ServiceType),
    WorkStarted(EmploymentForm),
    WorkEnded(NonEmploymentReason),
    Trained(TrainingKind),
    Moved(County),
    Counsellor(u8),
    /// The request with this ordinal, of the same person.
    CounsellorApproved(u8),
    Left(LeaveReason),
    CameBack,
    /// The entry with this ordinal, of the same person.
    Voided(u8),
}

impl Occurrence {
    /// Whether clerks err here: only where nothing else depends on the record.
    pub(crate) fn may_be_voided(self) -> bool {
        use Occurrence::*;
        match self {
            Verified(_) | NotReached | Assessed | Declined | Demand(_) | Served(_) | Trained(_) => true,
            Registered
            | LostCertificate
            | OtherGrade
            | OtherName
            | OtherPhone
            | WorkStarted(_)
            | WorkEnded(_)
            | Moved(_)
            | Counsellor(_)
            | CounsellorApproved(_)
            | Left(_)
            | CameBack
            | Voided(_) => false,
        }
    }
}
