//! What happens to the people. Steps, employment and trainings are per person; the rest as each constant says.

use sigeyi_domain::{
    AssessmentConclusion, EmployerKind, EmploymentNeed, LeaveReason, NonEmploymentReason, ServiceType,
    TrainingKind, VerificationMethod,
};

use crate::weighted::Weighted;

/// Share of people in scope who have each step by the end of the plan (4.4, invented).
pub(crate) const STEP_SHARES: [f64; 4] = [0.92, 0.55, 0.70, 0.62];
/// No county does worse (4.4, invented).
pub(crate) const COUNTY_SHARE_MIN: f64 = 0.35;
/// No county does better (4.4, invented).
pub(crate) const COUNTY_SHARE_MAX: f64 = 0.99;
/// How far one person's steps go together, invented: who is easy to reach gets all of them.
pub(crate) const STEPS_ALIKE: f64 = 0.7;

/// Within which part of somebody's time in scope a step falls, invented.
pub(crate) const STEP_REACH: [f64; 4] = [0.72, 0.45, 0.50, 0.60];
/// Demand or service without regard to the steps before, invented; neither plan asks for an order (1.3).
pub(crate) const OUT_OF_ORDER: f64 = 0.08;
/// People served before the enrolment was entered, invented.
pub(crate) const SERVED_BEFORE_ENTRY: f64 = 0.04;
/// People served before the registration itself, invented.
pub(crate) const SERVED_BEFORE_REGISTRATION: f64 = 0.02;
/// Days before the registration at most, invented.
pub(crate) const BEFORE_REGISTRATION_DAYS_MAX: i32 = 20;

/// Verified again in a later year, invented.
pub(crate) const VERIFIED_AGAIN_A_YEAR: f64 = 0.76;
/// Employed people verified in a year, invented.
pub(crate) const EMPLOYED_VERIFIED_A_YEAR: f64 = 0.24;
/// Employed people followed up in a year, invented.
pub(crate) const EMPLOYED_FOLLOWED_UP_A_YEAR: f64 = 0.12;
/// Verifications that a vain attempt comes before (1–3 % in 4.4, invented; field practice 1 %, 2.2).
pub(crate) const ATTEMPT_BEFORE: f64 = 0.015;
/// Never verified, but tried, invented.
pub(crate) const ATTEMPT_IN_VAIN: f64 = 0.15;
/// Days from the vain attempt to the verification at most, invented.
pub(crate) const ATTEMPT_DAYS_MAX: i32 = 30;
/// Verifications that corrected something, invented.
pub(crate) const CORRECTED: f64 = 0.07;
/// How people are verified, per cent, invented; the methods are those of field practice (2.2).
pub(crate) const METHODS: &Weighted<VerificationMethod> = &[
    (VerificationMethod::HomeVisit, 35),
    (VerificationMethod::Phone, 35),
    (VerificationMethod::InPerson, 20),
    (VerificationMethod::DataMatch, 10),
];

/// Declined by those who are never assessed, invented.
pub(crate) const DECLINED_FOR_GOOD: f64 = 0.12;
/// Declined first by those who are assessed later, invented.
pub(crate) const DECLINED_AT_FIRST: f64 = 0.02;
/// Assessed again in a later year, invented.
pub(crate) const ASSESSED_AGAIN: f64 = 0.08;
/// Conclusions, per cent, invented.
pub(crate) const CONCLUSIONS: &Weighted<AssessmentConclusion> = &[
    (AssessmentConclusion::OpenEmployment, 24),
    (AssessmentConclusion::SupportedEmployment, 22),
    (AssessmentConclusion::TrainingFirst, 26),
    (AssessmentConclusion::RehabilitationFirst, 10),
    (AssessmentConclusion::NotCurrentlyFit, 18),
];
/// Assessments with scores, invented.
pub(crate) const SCORED: f64 = 0.5;
/// The lowest score and the width of each of the two parts that are added to it, invented: 15 to 95, mostly around 55.
pub(crate) const SCORES: (u32, u32) = (15, 41);

/// A need where the reason leaves one (2.2), invented as a share.
pub(crate) const NEED: f64 = 0.93;
/// A need where the reason leaves none, invented.
pub(crate) const NEED_IN_SPITE: f64 = 0.15;
/// Needs, per cent, invented.
pub(crate) const NEEDS: &Weighted<EmploymentNeed> = &[
    (EmploymentNeed::JobPlacement, 32),
    (EmploymentNeed::SkillTraining, 28),
    (EmploymentNeed::RuralPracticalTraining, 22),
    (EmploymentNeed::FinancialCreditSupport, 11),
    (EmploymentNeed::OtherSupport, 7),
];
/// A second need, invented.
pub(crate) const SECOND_NEED: f64 = 0.35;
/// Demand registered again in a later year, invented.
pub(crate) const DEMAND_AGAIN: f64 = 0.22;

/// Services of a served person, per cent, invented.
pub(crate) const SERVICE_TIMES: &Weighted<u32> =
    &[(1, 25), (2, 26), (3, 19), (4, 13), (5, 8), (6, 5), (7, 2), (8, 2)];
/// Kinds of service, per cent, invented; follow-up comes after employment.
pub(crate) const SERVICES: &Weighted<ServiceType> = &[
    (ServiceType::CareerGuidance, 27),
    (ServiceType::JobReferral, 26),
    (ServiceType::JobFair, 15),
    (ServiceType::JobCoaching, 11),
    (ServiceType::SubsidyApplication, 9),
    (ServiceType::PsychologicalCounselling, 7),
    (ServiceType::StartupSupport, 5),
];
/// Service and a verification after the loss of a job, for those served, invented.
pub(crate) const SERVED_AGAIN: f64 = 0.6;
/// People in scope who get a counsellor, invented.
pub(crate) const COUNSELLED: f64 = 0.3;
/// Within which part of the time from the verification, invented.
pub(crate) const COUNSELLOR_REACH: f64 = 0.5;
/// Counsellors that change, invented.
pub(crate) const COUNSELLOR_CHANGES: f64 = 0.12;
/// Counsellors of a county, invented.
pub(crate) const COUNSELLORS_OF_A_COUNTY: u32 = 12;

/// Trained among the served who have a need, and among the rest of the served, invented so that about 30,000 person-times (the
/// target of the plan, 一) come out for 368,000 people.
pub(crate) const TRAINED_WITH_NEED: f64 = 0.31;
/// See [`TRAINED_WITH_NEED`].
pub(crate) const TRAINED_WITHOUT_NEED: f64 = 0.04;
/// Trained a second time, invented.
pub(crate) const TRAINED_TWICE: f64 = 0.2;
/// Employed people who were trained in a year, invented.
pub(crate) const EMPLOYED_TRAINED_A_YEAR: f64 = 0.012;
/// Trainees of 2017: 1万 urban skill, 1.5万 rural practical (4.1).
pub(crate) const TRAININGS: &Weighted<TrainingKind> =
    &[(TrainingKind::RuralPractical, 3), (TrainingKind::Vocational, 2)];

/// Finds work during the plan, by the reason for not being employed, invented so that about 24,000 (the target of the plan, 一; 8,290
/// to September 2022, 4.1) come out for 368,000 people.
pub(crate) fn finds_work(reason: NonEmploymentReason) -> f64 {
    match reason {
        NonEmploymentReason::NoSkills | NonEmploymentReason::Other => 0.24,
        NonEmploymentReason::LandRequisitioned => 0.26,
        NonEmploymentReason::InSchool => 0.20,
        NonEmploymentReason::NoWillingness => 0.03,
        NonEmploymentReason::LostLabourCapacity | NonEmploymentReason::Retired => 0.005,
    }
}
/// Finds work again after a loss, invented.
pub(crate) const FINDS_WORK_AGAIN: f64 = 0.25;
/// Days without work at least, invented.
pub(crate) const SEARCH_DAYS_MIN: i32 = 25;
/// New employments that end, invented.
pub(crate) const NEW_WORK_ENDS: f64 = 0.15;
/// Employments of the first day that end, invented.
pub(crate) const OLD_WORK_ENDS: f64 = 0.03;
/// Days of work at least, invented.
pub(crate) const WORK_DAYS_MIN: i32 = 60;
/// Why employments end, per cent, invented.
pub(crate) const END_REASONS: &Weighted<NonEmploymentReason> = &[
    (NonEmploymentReason::Other, 55),
    (NonEmploymentReason::NoSkills, 20),
    (NonEmploymentReason::LostLabourCapacity, 15),
    (NonEmploymentReason::NoWillingness, 10),
];
/// Employers of 按比例就业, per cent, invented.
pub(crate) const QUOTA_EMPLOYERS: &Weighted<EmployerKind> = &[
    (EmployerKind::Private, 60),
    (EmployerKind::StateOwned, 20),
    (EmployerKind::PublicInstitution, 15),
    (EmployerKind::Government, 5),
];
/// Follow-ups of a new employment, per cent, invented.
pub(crate) const FOLLOW_UPS: &Weighted<i32> = &[(0, 25), (1, 40), (2, 25), (3, 10)];
/// Days between them, invented.
pub(crate) const FOLLOW_UP_DAYS: (i32, i32) = (25, 90);

/// Moves to another county, invented.
pub(crate) const MOVES: f64 = 0.012;
/// Moves that stay in the league, invented.
pub(crate) const MOVES_IN_LEAGUE: f64 = 0.7;
/// Leaves the register, invented.
pub(crate) const LEAVES: f64 = 0.026;
/// Why, per cent, invented.
pub(crate) const LEAVE_REASONS: &Weighted<LeaveReason> =
    &[(LeaveReason::Died, 62), (LeaveReason::MovedAway, 22), (LeaveReason::CertificateCancelled, 16)];
/// Comes back, unless dead, invented.
pub(crate) const COMES_BACK: f64 = 0.08;
/// Days away, invented.
pub(crate) const DAYS_AWAY: (i32, i32) = (30, 240);

/// A new certificate, in a later roster row, invented.
pub(crate) const NEW_CERTIFICATE: f64 = 0.01;
/// New certificates that only replace a lost one (3.1), invented as a share.
pub(crate) const LOST_CERTIFICATE: f64 = 0.6;
/// A corrected name or phone, in a later roster row (1 %, 4.4, invented).
pub(crate) const CORRECTED_DATA: f64 = 0.01;
/// Corrections of a phone, the others are of a name, invented.
pub(crate) const CORRECTED_PHONE: f64 = 0.65;
