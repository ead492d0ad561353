//! Employment, training, transfers, leaving and coming back.

use crate::{event::*, *};

use super::{examples::*, harness::*};

const THAT_DAY: &str = "2023-05-01";

fn given_somebody() -> Given {
    given([on("2022-03-01", enrolled())])
}

#[test]
fn clause_1_an_employment_starts() {
    let command = Command::StartEmployment {
        form: EmploymentForm::PublicWelfarePost,
        employer_kind: Some(EmployerKind::Government),
        employer: Some(remarks("示例机关")),
        on: Some(day(THAT_DAY)),
    };
    let event = Event::EmploymentStarted {
        clear: EmploymentStarted {
            form: EmploymentForm::PublicWelfarePost,
            employer_kind: Some(EmployerKind::Government),
        },
        sealed: Some(EmploymentStartedSealed { employer: Some(remarks("示例机关")), office: None }),
    };
    given_somebody().when(command).then([on(THAT_DAY, event)]);
}

#[test]
fn an_employment_ends_with_a_reason() {
    let reason = NonEmploymentReason::LostLabourCapacity;
    given_somebody()
        .when(Command::EndEmployment { reason, on: Some(day(THAT_DAY)) })
        .then([on(THAT_DAY, ended(reason))]);
}

#[test]
fn clause_1_a_training_is_completed() {
    let command = Command::CompleteTraining {
        kind: TrainingKind::RuralPractical,
        course: Some(id("course-7")),
        remarks: None,
        on: Some(day(THAT_DAY)),
    };
    let event = Event::TrainingCompleted {
        clear: TrainingCompleted { kind: TrainingKind::RuralPractical, course: Some(id("course-7")) },
        sealed: Some(TrainingCompletedSealed { remarks: None, office: None }),
    };
    given_somebody().when(command).then([on(THAT_DAY, event)]);
}

fn transfer(to: &str, text: &str) -> Command {
    Command::TransferPerson { to: county(to), remarks: None, on: Some(day(text)) }
}

#[test]
fn a_transfer_names_the_county_of_that_day() {
    given_somebody()
        .when(transfer(THERE, THAT_DAY))
        .then([on(THAT_DAY, transferred(Origin::Office, Some(HERE), THERE))]);
}

#[test]
fn a_transfer_entered_late_names_the_county_of_its_own_day() {
    let moved = transferred(Origin::Office, Some(HERE), THERE);
    let given = given([on("2022-03-01", enrolled()), on("2023-05-01", moved)]);
    given
        .when(transfer("150104", "2023-04-30"))
        .then([on("2023-04-30", transferred(Origin::Office, Some(HERE), "150104"))]);
    given
        .when(transfer("150104", "2023-05-01"))
        .then([on("2023-05-01", transferred(Origin::Office, Some(THERE), "150104"))]);
}

#[test]
fn a_transfer_before_the_enrolment_comes_from_nowhere() {
    given_somebody()
        .when(transfer(THERE, "2022-02-28"))
        .then([on("2022-02-28", transferred(Origin::Office, None, THERE))]);
}

fn leave() -> Command {
    Command::LeaveRegister { reason: LeaveReason::MovedAway, on: Some(day(THAT_DAY)) }
}

fn reinstate(text: &str) -> Command {
    Command::ReinstatePerson { reason: None, on: Some(day(text)) }
}

#[test]
fn somebody_leaves_the_register() {
    given_somebody().when(leave()).then([on(THAT_DAY, left())]);
}

#[test]
fn a_reinstatement_names_the_leaving_that_it_ends() {
    let given = given([on("2022-03-01", enrolled()), on("2022-04-01", served()), on(THAT_DAY, left())]);
    given.when(reinstate("2023-06-01")).then([on("2023-06-01", reinstated(3))]);
    given.when(reinstate(THAT_DAY)).then([on(THAT_DAY, reinstated(3))]);
}

#[test]
fn the_latest_leaving_is_ended() {
    given([on("2022-03-01", enrolled()), on("2022-06-01", left()), on("2022-05-01", left())])
        .when(reinstate(THAT_DAY))
        .then([on(THAT_DAY, reinstated(2))]);
}

#[test]
fn who_has_not_left_is_not_reinstated() {
    given_somebody().when(reinstate(THAT_DAY)).then_rejected(Rejection::NotLeft);
}

#[test]
fn who_leaves_later_is_not_reinstated_before() {
    given([on("2022-03-01", enrolled()), on("2023-05-02", left())])
        .when(reinstate(THAT_DAY))
        .then_rejected(Rejection::NotLeft);
}

#[test]
fn who_is_reinstated_already_is_not_reinstated_again() {
    given([on("2022-03-01", enrolled()), on("2022-04-01", left()), on("2022-05-01", reinstated(2))])
        .when(reinstate(THAT_DAY))
        .then_rejected(Rejection::NotLeft);
}

#[test]
fn a_leaving_that_was_voided_is_none() {
    given([on("2022-03-01", enrolled()), on("2022-04-01", left()), on("2022-05-01", voided(2))])
        .when(reinstate(THAT_DAY))
        .then_rejected(Rejection::NotLeft);
}

#[test]
fn a_reinstatement_that_was_voided_leaves_the_leaving_in_force() {
    let events = [
        on("2022-03-01", enrolled()),
        on("2022-04-01", left()),
        on("2022-05-01", reinstated(2)),
        on("2022-06-01", voided(3)),
    ];
    given(events).when(reinstate(THAT_DAY)).then([on(THAT_DAY, reinstated(2))]);
}
