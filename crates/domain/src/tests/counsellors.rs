//! 就业辅导员: one asks for somebody's counsellor, another approves, and until then nothing changes.

use crate::*;

use super::{examples::*, harness::*};

const TODAY: &str = "2024-06-30";
const THAT_DAY: &str = "2023-05-01";
const REASON: &str = "不合适";

fn ask(counsellor: &str) -> Command {
    Command::RequestCounsellor { counsellor: id(counsellor), remarks: None, on: Some(day(THAT_DAY)) }
}

fn approve(request: u64) -> Command {
    Command::ApproveCounsellor { request: RecordRef::Position(Position(request)), remarks: None }
}

fn decline(request: u64) -> Command {
    Command::DeclineCounsellor { request: RecordRef::Position(Position(request)), reason: remarks(REASON) }
}

/// Somebody enrolled, and what was recorded since, each on a day of its own.
fn after(events: impl IntoIterator<Item = Event>) -> Vec<Decided> {
    let later = events.into_iter().map(|event| on(THAT_DAY, event));
    [on("2022-03-01", enrolled())].into_iter().chain(later).collect()
}

fn given_then(events: impl IntoIterator<Item = Event>) -> Given {
    given(after(events))
}

/// At position 2.
fn asked() -> Event {
    counsellor_requested(MAKER, "c-1")
}

fn now(person: &Person) -> Option<&str> {
    person.counsellor(day(TODAY), Position(Position::LATEST.0 - 1)).map(Identifier::as_str)
}

#[test]
fn clause_2_9_a_counsellor_is_asked_for_and_assigned_by_a_second_person() {
    given_then([]).when(ask("c-1")).then([on(THAT_DAY, asked())]);
    given_then([asked()]).by(CHECKER).when(approve(2)).then([on(THAT_DAY, counsellor_approved(2, "c-1"))]);
}

#[test]
fn whoever_asked_does_not_approve() {
    given_then([asked()]).when(approve(2)).then_rejected(Rejection::SecondPersonNeeded);
    // Nor by asking once more, nor for the request of somebody else whose place it took.
    given_then([asked()]).when(ask("c-1")).then_nothing();
    let given = given_then([counsellor_requested(CHECKER, "c-1"), counsellor_requested(MAKER, "c-1")]);
    given.when(approve(3)).then_rejected(Rejection::SecondPersonNeeded);
    given.when(approve(2)).then_rejected(Rejection::RequestNotOpen);
}

#[test]
fn whoever_finds_the_same_asked_for_adds_nothing_and_may_approve_it() {
    given_then([asked()]).by(CHECKER).when(ask("c-1")).then_nothing();
    given_then([asked()]).by(CHECKER).when(approve(2)).then([on(THAT_DAY, counsellor_approved(2, "c-1"))]);
}

#[test]
fn until_it_is_approved_nothing_changes() {
    let waiting = person(after([asked()]));
    assert_eq!(now(&waiting), None);
    let request = CounsellorRequest {
        position: Position(2),
        maker: &id(MAKER),
        counsellor: &id("c-1"),
        from: day(THAT_DAY),
    };
    assert_eq!(waiting.counsellor_request(), Some(request));
    let changing =
        person(after([asked(), counsellor_approved(2, "c-1"), counsellor_requested(MAKER, "c-2")]));
    assert_eq!(now(&changing), Some("c-1"));
    for view in ["2023-06-15", TODAY].map(|text| View::latest(day(text))) {
        let before = person(after([]));
        assert_eq!(waiting.standing(first_plan(), view), before.standing(first_plan(), view));
    }
}

#[test]
fn it_holds_from_the_day_that_was_asked_for() {
    let person = person(after([asked(), counsellor_approved(2, "c-1")]));
    let on = |text, known_at| person.counsellor(day(text), Position(known_at)).map(Identifier::as_str);
    assert_eq!((on("2023-04-30", 3), on(THAT_DAY, 3), on(TODAY, 2)), (None, Some("c-1"), None));
    assert_eq!(person.counsellor_request(), None);
}

#[test]
fn what_was_decided_on_or_replaced_or_never_asked_for_is_not_open() {
    let later = counsellor_requested(MAKER, "c-2");
    for (events, named) in [
        (vec![], 1),
        (vec![asked(), counsellor_approved(2, "c-1")], 2),
        (vec![asked(), counsellor_declined(2)], 2),
        (vec![asked(), later], 2),
        (vec![asked()], 3),
    ] {
        for command in [approve(named), decline(named)] {
            given_then(events.clone()).by(CHECKER).when(command).then_rejected(Rejection::RequestNotOpen);
        }
    }
    let nothing = Command::ApproveCounsellor { request: RecordRef::None, remarks: None };
    given_then([asked()]).by(CHECKER).when(nothing).then_rejected(Rejection::RequestNotOpen);
    given_nobody().when(approve(2)).then_rejected(Rejection::UnknownPerson);
}

#[test]
fn a_request_is_refused_by_another_or_taken_back() {
    for actor in [CHECKER, MAKER] {
        given_then([asked()]).by(actor).when(decline(2)).then([on(TODAY, counsellor_declined(2))]);
    }
    let declined = person(after([asked(), counsellor_declined(2)]));
    assert_eq!((now(&declined), declined.counsellor_request()), (None, None));
    // And asked for anew.
    given_then([asked(), counsellor_declined(2)]).when(ask("c-1")).then([on(THAT_DAY, asked())]);
}

#[test]
fn the_reason_of_a_refusal_is_sealed() {
    let event = given_then([asked()]).by(CHECKER).by_office("示例残联").when(decline(2)).then_one();
    assert_eq!(event.clear_json(), r#"{"request":2}"#);
    assert!(event.sealed_json().unwrap().contains(REASON));
}

#[test]
fn nothing_is_approved_while_the_data_are_restricted_and_the_request_waits_on() {
    let restriction = restricted("official-3", RestrictionCause::AccuracyDisputed);
    for command in [approve(2), decline(2)] {
        given_then([asked(), restriction.clone()])
            .by(CHECKER)
            .when(command)
            .then_rejected(Rejection::PersonRestricted);
    }
    given_then([asked(), restriction, lifted(3)])
        .by(CHECKER)
        .when(approve(2))
        .then([on(THAT_DAY, counsellor_approved(2, "c-1"))]);
}

#[test]
fn requests_and_refusals_are_not_voided() {
    for position in [2, 3] {
        let command =
            Command::VoidRecord { record: RecordRef::Position(Position(position)), reason: None, on: None };
        given_then([asked(), counsellor_declined(2)])
            .when(command)
            .then_rejected(Rejection::NotVoidable(Position(position)));
    }
}

#[test]
fn the_counsellor_of_a_day_is_the_one_assigned_last() {
    let person = person([
        on("2022-03-01", enrolled()),
        on("2023-05-01", assigned("a")),
        on("2023-04-01", assigned("b")),
        on("2023-05-01", assigned("c")),
    ]);
    let counsellor =
        |text, known_at| person.counsellor(day(text), Position(known_at)).map(Identifier::as_str);
    assert_eq!(counsellor("2023-03-31", 9), None);
    assert_eq!(counsellor("2023-04-01", 9), Some("b"));
    assert_eq!(counsellor("2023-05-01", 4), Some("c"));
    assert_eq!(counsellor("2023-05-01", 1), None);
    assert_eq!(counsellor("2023-05-01", 2), Some("a"));
}

#[test]
fn a_voiding_takes_a_counsellor_away_and_gives_nobody_back() {
    let person = person([
        on("2022-03-01", enrolled()),
        on("2023-04-01", assigned("a")),
        on("2023-05-01", assigned("b")),
        on("2023-06-01", voided(3)),
        // From an earlier day, but recorded since.
        on("2023-04-15", assigned("c")),
    ]);
    let counsellor =
        |text, known_at| person.counsellor(day(text), Position(known_at)).map(Identifier::as_str);
    assert_eq!((counsellor("2023-05-01", 3), counsellor("2023-05-01", 4)), (Some("b"), None));
    assert_eq!(counsellor("2023-04-30", 4), Some("a"), "before it began, what was then");
    assert_eq!(counsellor("2023-05-01", 5), Some("c"));
}
