//! Through which events somebody counts differently for two who know different parts of the log.

use crate::{Fact, FactKind, Person, Plan, Position, View};

/// An event that stands between two ways to count somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deciding {
    /// Where it was recorded.
    pub position: Position,
    /// The record that it takes away, if it voids one.
    pub voids: Option<Position>,
}

impl Person {
    /// The events after one position up to a later one by which the facts differ that count in a plan on a day. The rest of the person's events up to
    /// there leave these facts as they were known at the first position: a replay without the deciding ones gives the standing of then.
    pub fn deciding(&self, plan: &Plan, view: View, since: Position) -> impl Iterator<Item = Deciding> {
        let View { as_of, known_at: through } = view;
        let is_between = move |position: Position| since < position && position <= through;
        let counting = self.facts().iter().filter(move |fact| fact.day <= as_of && fact.may_count(plan));
        counting.filter_map(move |fact| match (is_between(fact.recorded), is_between(fact.voided)) {
            (true, false) => Some(Deciding { position: fact.recorded, voids: None }),
            (false, true) => Some(Deciding { position: fact.voided, voids: Some(fact.recorded) }),
            // Recorded and voided in between: known neither before nor after. Neither: known to both or to none.
            (true, true) | (false, false) => None,
        })
    }
}

impl Fact {
    /// Whether a standing in the plan looks at facts of this kind and day.
    fn may_count(&self, plan: &Plan) -> bool {
        match self.kind {
            FactKind::Enrolled
            | FactKind::StatusCorrected
            | FactKind::EmploymentStarted
            | FactKind::EmploymentEnded
            | FactKind::Transferred
            | FactKind::Left
            | FactKind::Reinstated
            // The need counts whenever it was registered, the step in the plan alone.
            | FactKind::DemandRegistered => true,
            FactKind::InfoVerified | FactKind::AbilityAssessed | FactKind::ServiceDelivered => {
                plan.covers(self.day)
            }
            FactKind::DataCorrected
            | FactKind::CertificateReissued
            | FactKind::VerificationAttempted
            | FactKind::AssessmentDeclined
            | FactKind::TrainingCompleted
            | FactKind::CounsellorAssigned | FactKind::CounsellorRequested | FactKind::CounsellorDeclined
            | FactKind::Voiding
            | FactKind::ErasureRequested
            | FactKind::Restricted
            | FactKind::Lifted
            | FactKind::Erased => false,
        }
    }
}
