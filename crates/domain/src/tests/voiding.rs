//! 作废: a record counts for nothing, and the history keeps both.

use crate::*;

use super::{examples::*, harness::*};

const THAT_DAY: &str = "2023-05-01";

fn void(record: RecordRef) -> Command {
    Command::VoidRecord { record, reason: None, on: Some(day(THAT_DAY)) }
}

fn void_at(position: u64) -> Command {
    void(RecordRef::Position(Position(position)))
}

/// An enrolment, a service, and a voiding of it.
fn given_a_voiding() -> Given {
    given([on("2022-03-01", enrolled()), on("2022-04-01", served()), on("2022-05-01", voided(2))])
}

#[test]
fn a_record_is_voided() {
    given([on("2022-03-01", enrolled()), on("2022-04-01", served())])
        .when(void_at(2))
        .then([on(THAT_DAY, voided(2))]);
}

#[test]
fn a_record_may_be_voided_with_a_day_before_its_own() {
    given([on("2022-03-01", enrolled()), on("2024-04-01", served())])
        .when(void_at(2))
        .then([on(THAT_DAY, voided(2))]);
}

#[test]
fn voiding_a_record_again_is_recorded_already() {
    given_a_voiding().when(void_at(2)).then_nothing();
}

#[test]
fn an_enrolment_is_not_voided() {
    given_a_voiding().when(void_at(1)).then_rejected(Rejection::NotVoidable(Position(1)));
}

#[test]
fn a_voiding_is_not_voided() {
    given_a_voiding().when(void_at(3)).then_rejected(Rejection::NotVoidable(Position(3)));
}

#[test]
fn a_record_of_somebody_else_is_unknown() {
    for position in [0, 4, 1_000, u64::MAX] {
        given_a_voiding().when(void_at(position)).then_rejected(Rejection::UnknownRecord);
    }
}

#[test]
fn a_voiding_that_names_no_record_is_refused() {
    given_a_voiding().when(void(RecordRef::None)).then_rejected(Rejection::UnknownRecord);
}

#[test]
fn whoever_names_a_command_must_have_resolved_it() {
    let command = RecordRef::Command(uuid::Uuid::nil());
    given_a_voiding().when(void(command)).then_rejected(Rejection::UnknownRecord);
}

#[test]
fn everything_else_can_be_voided() {
    let records = [
        verified(),
        not_reached(),
        assessed(),
        declined(),
        demanded(needs()),
        served(),
        started(),
        ended(NonEmploymentReason::Other),
        trained(),
        transferred(Origin::Office, None, THERE),
        assigned("a"),
        left(),
        reinstated(1),
        reissued(Origin::Roster, certificate("43")),
        status_corrected(Origin::Roster, WORKING),
        data_corrected(Origin::Roster, Some(name("张实例")), None, None),
    ];
    for record in records {
        given([on("2022-03-01", enrolled()), on("2022-04-01", record)])
            .when(void_at(2))
            .then([on(THAT_DAY, voided(2))]);
    }
}
