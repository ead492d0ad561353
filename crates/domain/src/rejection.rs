//! Why a command was refused.

use crate::{CertificateError, Day, Position, Step};

/// A refusal by the rules. Nothing was recorded; the command may be sent again after what is said has been mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nobody is enrolled under this id or number.
    #[error("nobody is enrolled under this id or certificate number: enrol the person first")]
    UnknownPerson,
    /// The citizen number is enrolled.
    #[error("this citizen number is enrolled already: use the person that is there")]
    AlreadyEnrolled,
    /// The effective day lies after today.
    #[error("{0} lies in the future: give the day on which it happened")]
    DateInFuture(Day),
    /// The person has no such record.
    #[error("this person has no such record: name the position of one of the person's events")]
    UnknownRecord,
    /// The enrolment, or a voiding.
    #[error("record {0} cannot be voided: an enrolment and a voiding stay")]
    NotVoidable(Position),
    /// Reinstating somebody who is in the register.
    #[error("the person has not left the register on that day, so there is nothing to reinstate")]
    NotLeft,
    /// A correction without a new value.
    #[error("the correction names no new value")]
    NothingToCorrect,
    /// The certificate is somebody else's.
    #[error(
        "the certificate's citizen number is not this person's: it cannot be corrected, enrol the other person"
    )]
    OtherCitizenNumber,
    /// A plan that enforces the order, and an earlier step is missing.
    #[error("the plan enforces the order of steps: {} comes first", .0.name())]
    OutOfOrder(Step),
    /// More facts than one person can have.
    #[error("the person has {} records, the most that one person can have", crate::Person::FACTS_MAX)]
    TooManyRecords,
    /// The person's data were erased.
    #[error("the data of this person were erased: nothing can be recorded any more")]
    PersonErased,
    /// The person's data are restricted.
    #[error("the data of this person are restricted: nothing is recorded until that is lifted")]
    PersonRestricted,
    /// Nothing to lift.
    #[error("the data of this person are not restricted")]
    NotRestricted,
    /// Nobody has asked for the erasure.
    #[error("nobody has asked to erase the data of this person: that comes first")]
    NoErasureRequested,
    /// Who asked for it cannot decide on it.
    #[error("whoever asked for it cannot decide on it: somebody else must")]
    SecondPersonNeeded,
    /// The request is not the one that waits.
    #[error("this request does not wait any more: it was decided on, taken back, or another came after it")]
    RequestNotOpen,
    /// The data must be kept up to this day; none where no term is known.
    #[error("{}", retention_runs(.0))]
    RetentionRuns(Option<Day>),
}

fn retention_runs(until: &Option<Day>) -> String {
    match until {
        Some(day) => format!("the data are kept through {day}: until then there must be another ground"),
        None => "no plan of this person says how long data are kept: there must be another ground".to_owned(),
    }
}

impl Rejection {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::UnknownPerson => "UNKNOWN_PERSON",
            Rejection::AlreadyEnrolled => "ALREADY_ENROLLED",
            Rejection::DateInFuture(_) => "DATE_IN_FUTURE",
            Rejection::UnknownRecord => "UNKNOWN_RECORD",
            Rejection::NotVoidable(_) => "NOT_VOIDABLE",
            Rejection::NotLeft => "NOT_LEFT",
            Rejection::NothingToCorrect => "NOTHING_TO_CORRECT",
            Rejection::OtherCitizenNumber => "OTHER_CITIZEN_NUMBER",
            Rejection::OutOfOrder(_) => "OUT_OF_ORDER",
            Rejection::TooManyRecords => "TOO_MANY_RECORDS",
            Rejection::PersonErased => "PERSON_ERASED",
            Rejection::PersonRestricted => "PERSON_RESTRICTED",
            Rejection::NotRestricted => "NOT_RESTRICTED",
            Rejection::NoErasureRequested => "NO_ERASURE_REQUESTED",
            Rejection::SecondPersonNeeded => "SECOND_PERSON_NEEDED",
            Rejection::RequestNotOpen => "REQUEST_NOT_OPEN",
            Rejection::RetentionRuns(_) => "RETENTION_RUNS",
        }
    }

    /// Which input is at fault.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Rejection::UnknownPerson | Rejection::PersonErased | Rejection::PersonRestricted => {
                Some("personId")
            }
            Rejection::RequestNotOpen => Some("request"),
            Rejection::RetentionRuns(_) => Some("ground"),
            Rejection::AlreadyEnrolled | Rejection::OtherCitizenNumber => Some("certificate"),
            Rejection::DateInFuture(_) => Some("effectiveOn"),
            Rejection::UnknownRecord | Rejection::NotVoidable(_) => Some("record"),
            Rejection::NotLeft
            | Rejection::NothingToCorrect
            | Rejection::OutOfOrder(_)
            | Rejection::TooManyRecords
            | Rejection::NotRestricted
            | Rejection::NoErasureRequested
            | Rejection::SecondPersonNeeded => None,
        }
    }
}

impl CertificateError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            CertificateError::Format => "BAD_CERTIFICATE_FORMAT",
            CertificateError::Checksum => "BAD_CERTIFICATE_CHECKSUM",
        }
    }
}
