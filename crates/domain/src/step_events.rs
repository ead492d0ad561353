//! Which of the four steps an event is about.

use crate::{EventType, Step};

impl EventType {
    /// The step, also where it was tried and does not count; none for what is about no single step.
    pub fn step(self) -> Option<Step> {
        use EventType as T;
        match self {
            T::InfoVerified | T::VerificationAttempted => Some(Step::InfoVerified),
            T::AbilityAssessed | T::AssessmentDeclined => Some(Step::AbilityAssessed),
            T::DemandRegistered => Some(Step::DemandRegistered),
            T::ServiceDelivered => Some(Step::ServiceDelivered),
            T::PersonEnrolled
            | T::PersonCorrected
            | T::CertificateReissued
            | T::EmploymentStarted
            | T::EmploymentEnded
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
            | T::HeadsCommitted => None,
        }
    }
}
