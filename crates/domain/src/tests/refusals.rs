//! Refusals that concern every command, and what callers see of them.

use crate::*;

use super::{examples::*, harness::*};

/// Every command about what the data of somebody enrolled say.
pub(super) fn commands(on: Option<Day>) -> Vec<Command> {
    vec![
        Command::VerifyInfo(Verification { on, ..Verification::default() }),
        Command::AssessAbility { conclusion: None, scores: None, assessor: None, remarks: None, on },
        Command::RegisterDemand { demand: needs(), on },
        Command::DeliverService { service: ServiceType::JobFair, provider: None, remarks: None, on },
        Command::StartEmployment { form: EmploymentForm::Flexible, employer_kind: None, employer: None, on },
        Command::EndEmployment { reason: NonEmploymentReason::Other, on },
        Command::CompleteTraining { kind: TrainingKind::Vocational, course: None, remarks: None, on },
        Command::TransferPerson { to: county(THERE), remarks: None, on },
        Command::RequestCounsellor { counsellor: id("a"), remarks: None, on },
        Command::LeaveRegister { reason: LeaveReason::Died, on },
        Command::ReinstatePerson { reason: None, on },
        Command::CorrectPerson(Correction { name: Some(name("张实例")), on, ..Correction::default() }),
        Command::VoidRecord { record: RecordRef::Position(Position(2)), reason: None, on },
    ]
}

/// Somebody to whom everything above can happen.
pub(super) fn given_somebody() -> Given {
    given([on("2022-03-01", enrolled()), on("2022-04-01", left())])
}

#[test]
fn nothing_is_recorded_of_somebody_unknown() {
    for command in commands(None) {
        given_nobody().when(command).then_rejected(Rejection::UnknownPerson);
    }
}

#[test]
fn what_happens_tomorrow_is_refused() {
    for command in commands(Some(day("2024-07-01"))) {
        given_somebody().when(command).then_rejected(Rejection::DateInFuture(day("2024-07-01")));
    }
}

#[test]
fn what_happened_today_is_recorded_and_today_is_meant_when_no_day_is_named() {
    for (named, unnamed) in commands(Some(day("2024-06-30"))).into_iter().zip(commands(None)) {
        let event = given_somebody().when(named).then_one();
        given_somebody().when(unnamed).then([on("2024-06-30", event)]);
    }
}

#[test]
fn every_event_carries_the_office_sealed() {
    for command in commands(None) {
        let event = given_somebody().by_office("示例残联").when(command).then_one();
        assert!(event.sealed_json().unwrap().contains("\"office\":\"示例残联\""), "{event:?}");
        assert!(!event.clear_json().contains("示例残联"), "{event:?}");
    }
}

#[test]
fn one_person_has_a_limited_number_of_records() {
    let events = |count| [enrolled()].into_iter().chain(std::iter::repeat_with(served)).take(count);
    let given_records = |count| given(events(count).map(|event| on("2022-03-01", event)));
    let serve = || Command::DeliverService {
        service: ServiceType::CareerGuidance,
        provider: None,
        remarks: None,
        on: Some(day("2022-03-01")),
    };
    given_records(Person::FACTS_MAX - 1).when(serve()).then([on("2022-03-01", served())]);
    let full = given_records(Person::FACTS_MAX);
    full.when(serve()).then_rejected(Rejection::TooManyRecords);
    // What is recorded already is no new record.
    let held = Correction { certificate: Some(certificate("42")), ..Correction::default() };
    full.when(Command::CorrectPerson(held)).then_nothing();
}

#[test]
fn a_command_whose_events_would_pass_the_limit_is_refused_as_a_whole() {
    let events = [enrolled()].into_iter().chain(std::iter::repeat_with(served)).take(Person::FACTS_MAX - 1);
    let correction =
        Correction { name: Some(name("张实例")), status: Some(WORKING), ..Correction::default() };
    given(events.map(|event| on("2022-03-01", event)))
        .when(Command::CorrectPerson(correction))
        .then_rejected(Rejection::TooManyRecords);
}

#[test]
fn refusals_have_stable_codes_and_name_the_input_at_fault() {
    let cases = [
        (Rejection::UnknownPerson, "UNKNOWN_PERSON", Some("personId")),
        (Rejection::AlreadyEnrolled, "ALREADY_ENROLLED", Some("certificate")),
        (Rejection::DateInFuture(day("2024-07-01")), "DATE_IN_FUTURE", Some("effectiveOn")),
        (Rejection::UnknownRecord, "UNKNOWN_RECORD", Some("record")),
        (Rejection::NotVoidable(Position(7)), "NOT_VOIDABLE", Some("record")),
        (Rejection::NotLeft, "NOT_LEFT", None),
        (Rejection::NothingToCorrect, "NOTHING_TO_CORRECT", None),
        (Rejection::OtherCitizenNumber, "OTHER_CITIZEN_NUMBER", Some("certificate")),
        (Rejection::OutOfOrder(Step::InfoVerified), "OUT_OF_ORDER", None),
        (Rejection::TooManyRecords, "TOO_MANY_RECORDS", None),
        (Rejection::PersonErased, "PERSON_ERASED", Some("personId")),
        (Rejection::PersonRestricted, "PERSON_RESTRICTED", Some("personId")),
        (Rejection::NotRestricted, "NOT_RESTRICTED", None),
        (Rejection::NoErasureRequested, "NO_ERASURE_REQUESTED", None),
        (Rejection::SecondPersonNeeded, "SECOND_PERSON_NEEDED", None),
        (Rejection::RequestNotOpen, "REQUEST_NOT_OPEN", Some("request")),
        (Rejection::RetentionRuns(None), "RETENTION_RUNS", Some("ground")),
    ];
    for (rejection, code, field) in cases {
        assert_eq!((rejection.code(), rejection.field()), (code, field));
        assert!(!rejection.to_string().is_empty());
    }
    assert!(Rejection::DateInFuture(day("2024-07-01")).to_string().starts_with("2024-07-01"));
    assert!(Rejection::NotVoidable(Position(7)).to_string().contains('7'));
    assert!(Rejection::RetentionRuns(Some(day("2034-12-31"))).to_string().contains("2034-12-31"));
}
