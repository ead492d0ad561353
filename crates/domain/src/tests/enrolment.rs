//! 三（三）: 摸底调查基础信息.

use crate::{event::*, *};

use super::{examples::*, harness::*};

fn enrol(certificate: CertificateNumber, on: Option<&str>) -> Command {
    Command::EnrolPerson {
        origin: Origin::Office,
        name: name("张示例"),
        certificate,
        county: county(HERE),
        phone: None,
        address: None,
        status: LOOKING,
        on: on.map(day),
    }
}

fn row(certificate: CertificateNumber, status: EmploymentStatus, on: &str) -> RosterEntry {
    RosterEntry {
        name: name("张示例"), certificate, county: county(HERE), phone: None, status, on: day(on)
    }
}

#[test]
fn clause_3_3_a_person_is_enrolled() {
    let command = Command::EnrolPerson {
        origin: Origin::WorkInjury,
        name: name("张示例"),
        certificate: certificate("42"),
        county: county(THERE),
        phone: Some(phone("13900000001")),
        address: Some(Text::parse("示例街1号").unwrap()),
        status: WORKING,
        on: Some(day("2023-05-01")),
    };
    let event = Event::PersonEnrolled {
        clear: PersonEnrolled {
            origin: Origin::WorkInjury,
            county: county(THERE),
            employed: true,
            form: Some(EmploymentForm::Flexible),
        },
        sealed: Some(PersonEnrolledSealed {
            name: name("张示例"),
            certificate: certificate("42"),
            phone: Some(phone("13900000001")),
            address: Some(Text::parse("示例街1号").unwrap()),
            reason: None,
            office: Some(Text::parse("示例残联").unwrap()),
        }),
    };
    given_nobody().by_office("示例残联").when(command).then([on("2023-05-01", event)]);
}

#[test]
fn a_roster_row_of_somebody_unknown_enrols() {
    given_nobody()
        .when(Command::SurveyPerson(row(certificate("42"), LOOKING, "2023-05-01")))
        .then([on("2023-05-01", enrolled())]);
}

#[test]
fn a_roster_row_may_enrol_somebody_who_is_employed() {
    given_nobody()
        .when(Command::SurveyPerson(row(certificate("42"), WORKING, "2023-05-01")))
        .then([on("2023-05-01", enrolled_as(certificate("42"), WORKING))]);
}

#[test]
fn an_enrolled_number_is_refused_with_already_enrolled() {
    given([on("2023-05-01", enrolled())])
        .when(enrol(certificate("42"), Some("2023-05-01")))
        .then_rejected(Rejection::AlreadyEnrolled);
}

#[test]
fn an_enrolled_number_is_refused_under_another_certificate_too() {
    given([on("2023-05-01", enrolled())])
        .when(enrol(certificate("31B2"), Some("2023-06-01")))
        .then_rejected(Rejection::AlreadyEnrolled);
}

#[test]
fn somebody_who_left_is_enrolled_still() {
    given([on("2023-05-01", enrolled()), on("2023-06-01", left())])
        .when(enrol(certificate("42"), None))
        .then_rejected(Rejection::AlreadyEnrolled);
}

#[test]
fn without_a_day_it_happened_today() {
    let Event::PersonEnrolled { clear, sealed } = enrolled() else { unreachable!() };
    let event = Event::PersonEnrolled { clear: PersonEnrolled { origin: Origin::Office, ..clear }, sealed };
    given_nobody().today("2024-02-29").when(enrol(certificate("42"), None)).then([on("2024-02-29", event)]);
}

#[test]
fn an_enrolment_tomorrow_is_refused() {
    let tomorrow = Rejection::DateInFuture(day("2024-07-01"));
    given_nobody().when(enrol(certificate("42"), Some("2024-07-01"))).then_rejected(tomorrow);
    let row = row(certificate("42"), LOOKING, "2024-07-01");
    given_nobody().when(Command::SurveyPerson(row)).then_rejected(tomorrow);
}

#[test]
fn commands_that_enrol_name_a_certificate() {
    assert_eq!(enrol(certificate("42"), None).enrols(), Some(certificate("42")));
    let row = Command::SurveyPerson(row(certificate("43"), LOOKING, "2023-05-01"));
    assert_eq!(row.enrols(), Some(certificate("43")));
    assert_eq!(Command::VerifyInfo(Verification::default()).enrols(), None);
}
