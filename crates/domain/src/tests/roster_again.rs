//! A roster row of somebody who is enrolled is compared with everything that rosters have said of this person.

use crate::*;

use super::{examples::*, harness::*};

/// The row that enrolled the person of these examples, on 2022-03-01.
fn first_row() -> RosterEntry {
    RosterEntry {
        name: name("张示例"),
        certificate: certificate("42"),
        county: county(HERE),
        phone: None,
        status: LOOKING,
        on: day("2022-03-01"),
    }
}

fn enrolment() -> Decided {
    on("2022-03-01", enrolled())
}

fn survey(row: RosterEntry) -> Command {
    Command::SurveyPerson(row)
}

const LATER: &str = "2023-05-01";

fn later_row() -> RosterEntry {
    RosterEntry { on: day(LATER), ..first_row() }
}

#[test]
fn the_same_row_is_recorded_already() {
    given([enrolment()]).when(survey(first_row())).then_nothing();
}

#[test]
fn the_same_row_with_another_day_is_recorded_already() {
    given([enrolment()]).when(survey(later_row())).then_nothing();
    given([enrolment()]).when(survey(RosterEntry { on: day("2021-01-01"), ..first_row() })).then_nothing();
}

#[test]
fn a_reissue_mark_that_is_new_is_a_new_certificate() {
    let certificate = certificate("42B1");
    given([enrolment()])
        .when(survey(RosterEntry { certificate, ..later_row() }))
        .then([on(LATER, reissued(Origin::Roster, certificate))]);
}

#[test]
fn a_changed_category_or_grade_is_a_new_certificate() {
    for tail in ["32", "41"] {
        given([enrolment()])
            .when(survey(RosterEntry { certificate: certificate(tail), ..later_row() }))
            .then([on(LATER, reissued(Origin::Roster, certificate(tail)))]);
    }
}

#[test]
fn a_certificate_held_before_is_recorded_already() {
    given([enrolment(), on("2023-01-01", reissued(Origin::Roster, certificate("42B1")))])
        .when(survey(later_row()))
        .then_nothing();
}

#[test]
fn a_corrected_name_is_recorded() {
    given([enrolment()])
        .when(survey(RosterEntry { name: name("张实例"), ..later_row() }))
        .then([on(LATER, data_corrected(Origin::Roster, Some(name("张实例")), None, None))]);
}

#[test]
fn a_name_said_before_is_recorded_already() {
    given([enrolment(), on("2023-01-01", data_corrected(Origin::Roster, Some(name("张实例")), None, None))])
        .when(survey(later_row()))
        .then_nothing();
}

#[test]
fn a_phone_that_was_empty_before_is_recorded() {
    given([enrolment()])
        .when(survey(RosterEntry { phone: Some(phone("13900000001")), ..later_row() }))
        .then([on(LATER, data_corrected(Origin::Roster, None, Some(phone("13900000001")), None))]);
}

#[test]
fn a_phone_said_before_or_an_empty_one_is_recorded_already() {
    let changed = |number| data_corrected(Origin::Roster, None, Some(phone(number)), None);
    let given = given([enrolment(), on("2022-04-01", changed("139")), on("2022-05-01", changed("138"))]);
    given.when(survey(RosterEntry { phone: Some(phone("139")), ..later_row() })).then_nothing();
    given.when(survey(later_row())).then_nothing();
}

#[test]
fn a_new_region_holds_from_the_rows_day() {
    given([enrolment()])
        .when(survey(RosterEntry { county: county(THERE), ..later_row() }))
        .then([on(LATER, transferred(Origin::Roster, Some(HERE), THERE))]);
}

#[test]
fn a_region_said_before_but_another_in_between_is_recorded_already() {
    let moved = transferred(Origin::Roster, Some(HERE), THERE);
    given([enrolment(), on("2022-06-01", moved)]).when(survey(later_row())).then_nothing();
}

#[test]
fn a_region_that_only_a_transfer_said_is_new_to_the_rosters() {
    let moved = transferred(Origin::Office, Some(HERE), THERE);
    given([enrolment(), on("2022-06-01", moved)])
        .when(survey(RosterEntry { county: county(THERE), ..later_row() }))
        .then([on(LATER, transferred(Origin::Roster, Some(THERE), THERE))]);
}

#[test]
fn a_township_of_the_same_county_is_no_other_region() {
    let county = county("150102001");
    given([enrolment()]).when(survey(RosterEntry { county, ..later_row() })).then_nothing();
}

#[test]
fn a_new_status_holds_from_the_rows_day() {
    for status in [WORKING, EmploymentStatus::NotEmployed(NonEmploymentReason::Retired)] {
        given([enrolment()])
            .when(survey(RosterEntry { status, ..later_row() }))
            .then([on(LATER, status_corrected(Origin::Roster, status))]);
    }
}

#[test]
fn another_form_of_employment_is_a_new_status() {
    let status = EmploymentStatus::Employed(EmploymentForm::Concentrated);
    given([enrolment(), on("2022-06-01", status_corrected(Origin::Roster, WORKING))])
        .when(survey(RosterEntry { status, ..later_row() }))
        .then([on(LATER, status_corrected(Origin::Roster, status))]);
}

#[test]
fn a_status_said_before_is_recorded_already() {
    let given = given([enrolment(), on("2022-06-01", status_corrected(Origin::Roster, WORKING))]);
    given.when(survey(later_row())).then_nothing();
    given.when(survey(RosterEntry { status: WORKING, ..later_row() })).then_nothing();
}

#[test]
fn a_status_that_only_a_record_said_is_new_to_the_rosters() {
    given([enrolment(), on("2022-06-01", started())])
        .when(survey(RosterEntry { status: WORKING, ..later_row() }))
        .then([on(LATER, status_corrected(Origin::Roster, WORKING))]);
}

#[test]
fn what_a_roster_said_stays_said_when_it_was_voided() {
    given([
        enrolment(),
        on("2022-06-01", status_corrected(Origin::Roster, WORKING)),
        on("2022-07-01", voided(2)),
    ])
    .when(survey(RosterEntry { status: WORKING, ..later_row() }))
    .then_nothing();
}

#[test]
fn everything_new_at_once() {
    let row = RosterEntry {
        name: name("张实例"),
        certificate: certificate("42B1"),
        county: county(THERE),
        phone: Some(phone("13900000001")),
        status: WORKING,
        on: day(LATER),
    };
    let data = data_corrected(Origin::Roster, Some(name("张实例")), Some(phone("13900000001")), None);
    given([enrolment()]).when(survey(row)).then([
        on(LATER, reissued(Origin::Roster, certificate("42B1"))),
        on(LATER, data),
        on(LATER, status_corrected(Origin::Roster, WORKING)),
        on(LATER, transferred(Origin::Roster, Some(HERE), THERE)),
    ]);
}

#[test]
fn what_is_new_may_hold_from_before_the_enrolment() {
    let row = RosterEntry { county: county(THERE), on: day("2021-12-01"), ..first_row() };
    given([enrolment()]).when(survey(row)).then([on("2021-12-01", transferred(Origin::Roster, None, THERE))]);
}

#[test]
fn the_person_stays_registered_from_the_first_row() {
    let person = person([enrolment(), on("2021-12-01", transferred(Origin::Roster, None, THERE))]);
    assert_eq!(person.enrolled_on(), Some(day("2022-03-01")));
    assert_eq!(person.standing(first_plan(), View::latest(day("2022-02-28"))), Standing::ABSENT);
}

#[test]
fn what_an_office_said_of_employment_and_region_no_roster_has_said() {
    let Event::PersonEnrolled { clear, sealed } = enrolled() else { unreachable!() };
    let clear = event::PersonEnrolled { origin: Origin::Office, ..clear };
    given([on("2022-03-01", Event::PersonEnrolled { clear, sealed })]).when(survey(later_row())).then([
        on(LATER, status_corrected(Origin::Roster, LOOKING)),
        on(LATER, transferred(Origin::Roster, Some(HERE), HERE)),
    ]);
}
