//! A row of the bitemporal table: what is known of one recorded event when figures are computed.

use crate::{
    County, Day, EmploymentForm, EmploymentStatus, ErasureGround, NonEmploymentReason, Position,
    RestrictionCause,
};

/// What kind of fact a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum FactKind {
    Enrolled = 1,
    DataCorrected = 2,
    StatusCorrected = 3,
    CertificateReissued = 4,
    InfoVerified = 5,
    VerificationAttempted = 6,
    AbilityAssessed = 7,
    AssessmentDeclined = 8,
    DemandRegistered = 9,
    ServiceDelivered = 10,
    EmploymentStarted = 11,
    EmploymentEnded = 12,
    TrainingCompleted = 13,
    Transferred = 14,
    CounsellorAssigned = 15,
    Left = 16,
    Reinstated = 17,
    Voiding = 18,
    ErasureRequested = 19,
    Restricted = 20,
    Lifted = 21,
    Erased = 22,
    CounsellorRequested = 23,
    CounsellorDeclined = 24,
}

/// One recorded event: 24 bytes. The facts of a person stand in the order in which they were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fact {
    /// Where it was recorded.
    pub recorded: Position,
    /// Where it was voided; [`Position::LATEST`] if it was not.
    pub voided: Position,
    /// When it happened.
    pub day: Day,
    /// What kind of fact it is.
    pub kind: FactKind,
    /// County index, for enrolments and transfers; of an erasure, where the person was last.
    pub(crate) county: u8,
    /// Employment, need, or why data are restricted, see [`Detail`].
    pub(crate) detail: Detail,
    /// Whether a roster said it: for enrolments, transfers and corrected employment.
    pub(crate) by_roster: bool,
}

/// Employment status, employment need, ground of a request for erasure or cause of a restriction in one byte. 0 is "not known", as long as the sealed body has not been opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Detail(u8);

impl Detail {
    const NO_NEED: Detail = Detail(1);
    const NEED: Detail = Detail(2);

    pub(crate) fn need(need: bool) -> Detail {
        if need { Detail::NEED } else { Detail::NO_NEED }
    }

    pub(crate) fn employed(form: Option<EmploymentForm>) -> Detail {
        // An employment without a form cannot be decided, but must not be lost if it is read.
        form.map_or(Detail(31), |form| Detail(16 + form as u8))
    }

    pub(crate) fn not_employed(reason: Option<NonEmploymentReason>) -> Detail {
        reason.map_or(Detail(0), |reason| Detail(32 + reason as u8))
    }

    pub(crate) fn erasure(ground: ErasureGround) -> Detail {
        Detail(64 + ground as u8)
    }

    pub(crate) fn restriction(cause: RestrictionCause) -> Detail {
        Detail(96 + cause as u8)
    }

    /// The ground of a request for erasure.
    pub(crate) fn erasure_ground(self) -> Option<ErasureGround> {
        ErasureGround::from_index(self.0.checked_sub(64)?)
    }

    /// The cause of a restriction.
    pub(crate) fn restriction_cause(self) -> Option<RestrictionCause> {
        RestrictionCause::from_index(self.0.checked_sub(96)?)
    }

    pub(crate) fn is_need(self) -> bool {
        self == Detail::NEED
    }

    pub(crate) fn is_employed(self) -> bool {
        (16..32).contains(&self.0)
    }

    pub(crate) fn status(self) -> Option<EmploymentStatus> {
        match self.0 {
            16..32 => EmploymentForm::from_index(self.0 - 16).map(EmploymentStatus::Employed),
            32..64 => NonEmploymentReason::from_index(self.0 - 32).map(EmploymentStatus::NotEmployed),
            _ => None,
        }
    }

    /// Whether the reason of non-employment leaves a need open.
    pub(crate) fn leaves_need(self) -> bool {
        matches!(self.status(), Some(EmploymentStatus::NotEmployed(reason)) if reason.leaves_need())
    }
}

impl FactKind {
    const ALL: [FactKind; 24] = [
        FactKind::Enrolled,
        FactKind::DataCorrected,
        FactKind::StatusCorrected,
        FactKind::CertificateReissued,
        FactKind::InfoVerified,
        FactKind::VerificationAttempted,
        FactKind::AbilityAssessed,
        FactKind::AssessmentDeclined,
        FactKind::DemandRegistered,
        FactKind::ServiceDelivered,
        FactKind::EmploymentStarted,
        FactKind::EmploymentEnded,
        FactKind::TrainingCompleted,
        FactKind::Transferred,
        FactKind::CounsellorAssigned,
        FactKind::Left,
        FactKind::Reinstated,
        FactKind::Voiding,
        FactKind::ErasureRequested,
        FactKind::Restricted,
        FactKind::Lifted,
        FactKind::Erased,
        FactKind::CounsellorRequested,
        FactKind::CounsellorDeclined,
    ];

    /// Whether a record of this kind can be voided: any but the enrolment, a voiding, what the use of the data rests on, and who asked for a
    /// counsellor and was refused.
    pub fn is_voidable(self) -> bool {
        use FactKind::*;
        !matches!(
            self,
            Enrolled
                | Voiding
                | ErasureRequested
                | Restricted
                | Lifted
                | Erased
                | CounsellorRequested
                | CounsellorDeclined
        )
    }

    /// Whether it says something about employment.
    pub(crate) fn is_employment(self) -> bool {
        use FactKind::{EmploymentEnded, EmploymentStarted, Enrolled, StatusCorrected};
        matches!(self, Enrolled | StatusCorrected | EmploymentStarted | EmploymentEnded)
    }

    /// Whether its detail comes from a sealed body, when the person is not employed.
    fn detail_is_sealed(self) -> bool {
        use FactKind::{DemandRegistered, EmploymentEnded, Enrolled, StatusCorrected};
        matches!(self, Enrolled | StatusCorrected | EmploymentEnded | DemandRegistered)
    }
}

impl Fact {
    /// County index where no county is known.
    pub(crate) const NO_COUNTY: u8 = u8::MAX;
    /// Length of [`to_bytes`](Self::to_bytes).
    pub const BYTES: usize = 24;

    /// A fact of which nothing but kind and day is known.
    pub(crate) fn bare(recorded: Position, day: Day, kind: FactKind) -> Fact {
        let detail = Detail::default();
        Fact { recorded, voided: Position::LATEST, day, kind, county: 0, detail, by_roster: false }
    }

    /// Whether it counts for somebody who knows the log up to `known_at`.
    pub(crate) fn is_known(&self, known_at: Position) -> bool {
        self.recorded <= known_at && self.voided > known_at
    }

    /// The county, for enrolments and transfers.
    pub fn county(&self) -> Option<County> {
        matches!(self.kind, FactKind::Enrolled | FactKind::Transferred)
            .then(|| County::from_index(self.county))
            .flatten()
    }

    /// The row as a snapshot keeps it: without what comes from a sealed body. Recorded (8), voided or 0 (8), day (4), kind, county, detail, 1 if a roster said it.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let voided = if self.voided == Position::LATEST { 0 } else { self.voided.0 };
        let sealed = self.kind.detail_is_sealed() && !self.detail.is_employed();
        let detail = if sealed { 0 } else { self.detail.0 };
        bytes[..8].copy_from_slice(&self.recorded.0.to_be_bytes());
        bytes[8..16].copy_from_slice(&voided.to_be_bytes());
        bytes[16..20].copy_from_slice(&self.day.days().to_be_bytes());
        bytes[20..].copy_from_slice(&[self.kind as u8, self.county, detail, u8::from(self.by_roster)]);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; none for an unknown kind.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<Fact> {
        let (recorded, rest) = bytes.split_first_chunk::<8>()?;
        let (voided, rest) = rest.split_first_chunk::<8>()?;
        let (day, rest) = rest.split_first_chunk::<4>()?;
        let [kind, county, detail, by_roster] = *rest.first_chunk::<4>()?;
        let voided = u64::from_be_bytes(*voided);
        Some(Fact {
            recorded: Position(u64::from_be_bytes(*recorded)),
            voided: if voided == 0 { Position::LATEST } else { Position(voided) },
            day: Day::from_days(i32::from_be_bytes(*day)),
            kind: *FactKind::ALL.get(usize::from(kind).checked_sub(1)?)?,
            county,
            detail: Detail(detail),
            by_roster: by_roster != 0,
        })
    }
}
