//! 二（九）: the four services, each at least once.

use crate::{event::*, *};

use super::{examples::*, harness::*};

const THAT_DAY: &str = "2023-05-01";

fn given_somebody() -> Given {
    given([on("2022-03-01", enrolled())])
}

fn verify(outcome: Option<VerificationOutcome>) -> Command {
    Command::VerifyInfo(Verification { outcome, on: Some(day(THAT_DAY)), ..Verification::default() })
}

fn assess(conclusion: Option<AssessmentConclusion>) -> Command {
    let on = Some(day(THAT_DAY));
    Command::AssessAbility { conclusion, scores: None, assessor: None, remarks: None, on }
}

fn register(demand: Demand) -> Command {
    Command::RegisterDemand { demand, on: Some(day(THAT_DAY)) }
}

fn serve() -> Command {
    let on = Some(day(THAT_DAY));
    Command::DeliverService { service: ServiceType::CareerGuidance, provider: None, remarks: None, on }
}

#[test]
fn clause_2_9_information_is_verified() {
    given_somebody().when(verify(Some(VerificationOutcome::Confirmed))).then([on(THAT_DAY, verified())]);
}

#[test]
fn clause_2_9_a_verification_keeps_what_differed() {
    let command = Command::VerifyInfo(Verification {
        outcome: Some(VerificationOutcome::Corrected),
        method: Some(VerificationMethod::HomeVisit),
        differing: Some(vec![CorrectedField::Phone]),
        values: Some(remarks("13900000002")),
        remarks: Some(remarks("家属接待")),
        on: Some(day(THAT_DAY)),
    });
    let event = Event::InfoVerified {
        clear: InfoVerified {
            outcome: VerificationOutcome::Corrected,
            method: Some(VerificationMethod::HomeVisit),
            differing: Some(vec![CorrectedField::Phone]),
        },
        sealed: Some(InfoVerifiedSealed {
            values: Some(remarks("13900000002")),
            remarks: Some(remarks("家属接待")),
            office: Some(Text::parse("示例残联").unwrap()),
        }),
    };
    given_somebody().by_office("示例残联").when(command).then([on(THAT_DAY, event)]);
}

#[test]
fn clause_2_9_not_reaching_somebody_is_an_attempt() {
    given_somebody().when(verify(None)).then([on(THAT_DAY, not_reached())]);
}

#[test]
fn clause_2_9_ability_is_assessed() {
    given_somebody()
        .when(assess(Some(AssessmentConclusion::OpenEmployment)))
        .then([on(THAT_DAY, assessed())]);
}

#[test]
fn clause_2_9_an_assessment_keeps_its_scores_sealed() {
    let scores =
        vec![Score { dimension: AssessmentDimension::WorkEndurance, score: Percent::try_from(70).unwrap() }];
    let command = Command::AssessAbility {
        conclusion: Some(AssessmentConclusion::TrainingFirst),
        scores: Some(scores.clone()),
        assessor: Some(id("assessor-1")),
        remarks: Some(remarks("需要辅助器具")),
        on: Some(day(THAT_DAY)),
    };
    let event = Event::AbilityAssessed {
        clear: AbilityAssessed { assessor: Some(id("assessor-1")) },
        sealed: Some(AbilityAssessedSealed {
            conclusion: AssessmentConclusion::TrainingFirst,
            scores: Some(scores),
            remarks: Some(remarks("需要辅助器具")),
            office: None,
        }),
    };
    given_somebody().when(command).then([on(THAT_DAY, event)]);
}

#[test]
fn clause_2_9_declining_an_assessment_is_an_attempt() {
    given_somebody().when(assess(None)).then([on(THAT_DAY, declined())]);
}

#[test]
fn clause_2_9_a_demand_is_registered() {
    given_somebody().when(register(needs())).then([on(THAT_DAY, demanded(needs()))]);
}

#[test]
fn clause_2_9_having_no_need_is_registered_too() {
    given_somebody().when(register(no_need())).then([on(THAT_DAY, demanded(no_need()))]);
}

#[test]
fn clause_2_9_a_service_is_delivered() {
    given_somebody().when(serve()).then([on(THAT_DAY, served())]);
}

#[test]
fn clause_2_9_at_least_once_means_that_more_are_recorded() {
    given([on("2022-03-01", enrolled()), on(THAT_DAY, served())])
        .when(serve())
        .then([on(THAT_DAY, served())]);
}

#[test]
fn a_step_before_the_enrolment_is_recorded() {
    given([on("2023-06-01", enrolled())]).when(serve()).then([on(THAT_DAY, served())]);
}

#[test]
fn a_step_of_somebody_out_of_scope_is_recorded() {
    given([on("2022-03-01", enrolled_as(certificate("42"), WORKING))])
        .when(serve())
        .then([on(THAT_DAY, served())]);
    given([on("2022-03-01", enrolled()), on("2022-04-01", left())])
        .when(serve())
        .then([on(THAT_DAY, served())]);
}

fn under(order: Order) -> Given {
    given_somebody().under(plan_of("2022-01-01", "2024-12-31", order))
}

#[test]
fn the_order_is_advisory_in_both_plans_so_any_order_is_recorded() {
    assert!(plans().iter().all(|plan| plan.order == Order::Advisory));
    under(Order::Advisory).when(serve()).then([on(THAT_DAY, served())]);
}

#[test]
fn a_plan_that_enforces_the_order_refuses_a_step_before_the_earlier_ones() {
    let given = under(Order::Enforced);
    let first = Rejection::OutOfOrder(Step::InfoVerified);
    given.when(assess(Some(AssessmentConclusion::TrainingFirst))).then_rejected(first);
    given.when(register(needs())).then_rejected(first);
    given.when(serve()).then_rejected(first);
}

#[test]
fn a_plan_that_enforces_the_order_takes_attempts_and_the_first_step() {
    let given = under(Order::Enforced);
    given.when(verify(Some(VerificationOutcome::Confirmed))).then([on(THAT_DAY, verified())]);
    given.when(verify(None)).then([on(THAT_DAY, not_reached())]);
    given.when(assess(None)).then([on(THAT_DAY, declined())]);
}

#[test]
fn a_plan_that_enforces_the_order_names_the_step_that_is_missing() {
    let given =
        given([on("2022-03-01", enrolled()), on("2022-04-01", verified()), on("2022-05-01", declined())])
            .under(plan_of("2022-01-01", "2024-12-31", Order::Enforced));
    given.when(serve()).then_rejected(Rejection::OutOfOrder(Step::AbilityAssessed));
    given.when(assess(Some(AssessmentConclusion::OpenEmployment))).then([on(THAT_DAY, assessed())]);
}

#[test]
fn a_plan_that_enforces_the_order_counts_earlier_steps_of_its_window_and_up_to_that_day() {
    let enforced = || plan_of("2023-01-01", "2024-12-31", Order::Enforced);
    let first = Rejection::OutOfOrder(Step::InfoVerified);
    let assess = || assess(Some(AssessmentConclusion::OpenEmployment));
    let verified_on = |text| given([on("2022-03-01", enrolled()), on(text, verified())]).under(enforced());
    verified_on("2022-12-31").when(assess()).then_rejected(first);
    verified_on("2023-05-02").when(assess()).then_rejected(first);
    verified_on("2023-01-01").when(assess()).then([on(THAT_DAY, assessed())]);
    verified_on(THAT_DAY).when(assess()).then([on(THAT_DAY, assessed())]);
    let voided = [on("2022-03-01", enrolled()), on("2023-02-01", verified()), on("2023-03-01", voided(2))];
    given(voided).under(enforced()).when(assess()).then_rejected(first);
}

#[test]
fn a_plan_that_enforces_the_order_says_nothing_about_other_facts() {
    let command = Command::CompleteTraining {
        kind: TrainingKind::Vocational,
        course: None,
        remarks: None,
        on: Some(day(THAT_DAY)),
    };
    under(Order::Enforced).when(command).then([on(THAT_DAY, trained())]);
}
