//! 信息更正 by an office.

use crate::*;

use super::{examples::*, harness::*};

const THAT_DAY: &str = "2023-05-01";

fn given_somebody() -> Given {
    given([on("2022-03-01", enrolled())])
}

fn nothing() -> Correction {
    Correction { on: Some(day(THAT_DAY)), ..Correction::default() }
}

#[test]
fn name_phone_and_address_are_corrected_in_one_event() {
    let address = Text::parse("示例街1号").unwrap();
    let (name, phone) = (name("张实例"), phone("139"));
    let correction = Correction {
        name: Some(name.clone()),
        phone: Some(phone.clone()),
        address: Some(address.clone()),
        ..nothing()
    };
    let event = data_corrected(Origin::Office, Some(name), Some(phone), Some(address));
    given_somebody().when(Command::CorrectPerson(correction)).then([on(THAT_DAY, event)]);
}

#[test]
fn each_of_them_is_corrected_alone() {
    let address = || Some(Text::parse("示例街1号").unwrap());
    let cases = [
        (
            Correction { name: Some(name("张实例")), ..nothing() },
            data_corrected(Origin::Office, Some(name("张实例")), None, None),
        ),
        (
            Correction { phone: Some(phone("139")), ..nothing() },
            data_corrected(Origin::Office, None, Some(phone("139")), None),
        ),
        (
            Correction { address: address(), ..nothing() },
            data_corrected(Origin::Office, None, None, address()),
        ),
    ];
    for (correction, event) in cases {
        given_somebody().when(Command::CorrectPerson(correction)).then([on(THAT_DAY, event)]);
    }
}

#[test]
fn a_corrected_status_holds_from_its_day() {
    for status in [WORKING, EmploymentStatus::NotEmployed(NonEmploymentReason::InSchool)] {
        given_somebody()
            .when(Command::CorrectPerson(Correction { status: Some(status), ..nothing() }))
            .then([on(THAT_DAY, status_corrected(Origin::Office, status))]);
    }
}

#[test]
fn a_new_certificate_of_the_same_citizen_number_is_a_reissue() {
    let correction = Correction { certificate: Some(certificate("43B1")), ..nothing() };
    given_somebody()
        .when(Command::CorrectPerson(correction))
        .then([on(THAT_DAY, reissued(Origin::Office, certificate("43B1")))]);
}

#[test]
fn a_certificate_that_is_held_already_is_no_news() {
    let correction = Correction { certificate: Some(certificate("42")), ..nothing() };
    given_somebody().when(Command::CorrectPerson(correction)).then_nothing();
}

#[test]
fn a_certificate_of_another_citizen_number_is_refused() {
    let other = Some(number("19900101", 903, "42"));
    given_somebody()
        .when(Command::CorrectPerson(Correction { certificate: other, ..nothing() }))
        .then_rejected(Rejection::OtherCitizenNumber);
    // Together with what is right, too: it is all or nothing.
    given_somebody()
        .when(Command::CorrectPerson(Correction {
            certificate: other,
            name: Some(name("张实例")),
            ..nothing()
        }))
        .then_rejected(Rejection::OtherCitizenNumber);
}

#[test]
fn everything_corrected_at_once() {
    let correction = Correction {
        name: Some(name("张实例")),
        certificate: Some(certificate("42B1")),
        status: Some(WORKING),
        ..nothing()
    };
    given_somebody().when(Command::CorrectPerson(correction)).then([
        on(THAT_DAY, reissued(Origin::Office, certificate("42B1"))),
        on(THAT_DAY, data_corrected(Origin::Office, Some(name("张实例")), None, None)),
        on(THAT_DAY, status_corrected(Origin::Office, WORKING)),
    ]);
}

#[test]
fn a_correction_without_a_new_value_is_refused() {
    given_somebody().when(Command::CorrectPerson(nothing())).then_rejected(Rejection::NothingToCorrect);
    given_somebody()
        .when(Command::CorrectPerson(Correction::default()))
        .then_rejected(Rejection::NothingToCorrect);
}
