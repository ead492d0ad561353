//! Since when somebody in scope has been waiting.

use crate::*;

use super::{examples::*, harness::person};

const OTHER: NonEmploymentReason = NonEmploymentReason::Other;

#[test]
fn waiting_since_the_latest_of_enrolment_plan_and_return_into_scope() {
    let enrolment = |text| on(text, enrolled());
    let born = |birth, sequence| on("2021-06-01", enrolled_as(number(birth, sequence, "42"), LOOKING));
    let never = Day::MAX.to_string();
    let cases = [
        ("the enrolment", vec![enrolment("2022-03-01")], "2023-01-01", "2022-03-01"),
        ("the plan's first day", vec![enrolment("2021-06-01")], "2023-01-01", "2022-01-01"),
        (
            "the end of an employment",
            vec![enrolment("2021-06-01"), on("2022-02-01", started()), on("2022-05-01", ended(OTHER))],
            "2023-01-01",
            "2022-05-01",
        ),
        (
            "the end of an employment before the plan",
            vec![enrolment("2021-06-01"), on("2021-07-01", started()), on("2021-08-01", ended(OTHER))],
            "2023-01-01",
            "2022-01-01",
        ),
        (
            "another reason is no return",
            vec![enrolment("2022-03-01"), on("2022-05-01", ended(OTHER))],
            "2023-01-01",
            "2022-03-01",
        ),
        (
            "an employment that ended on its day is no return",
            vec![enrolment("2022-03-01"), on("2022-05-01", started()), on("2022-05-01", ended(OTHER))],
            "2023-01-01",
            "2022-03-01",
        ),
        (
            "an employment of one day",
            vec![enrolment("2022-03-01"), on("2022-05-01", started()), on("2022-05-02", ended(OTHER))],
            "2023-01-01",
            "2022-05-02",
        ),
        (
            "before an employment that comes later",
            vec![enrolment("2022-03-01"), on("2022-05-01", started()), on("2022-06-01", ended(OTHER))],
            "2022-04-30",
            "2022-03-01",
        ),
        (
            "a reinstatement",
            vec![enrolment("2022-03-01"), on("2022-05-01", left()), on("2022-06-01", reinstated(2))],
            "2023-01-01",
            "2022-06-01",
        ),
        (
            "a voided employment is no return",
            vec![
                enrolment("2022-03-01"),
                on("2022-05-01", started()),
                on("2022-06-01", ended(OTHER)),
                on("2022-07-01", voided(2)),
            ],
            "2023-01-01",
            "2022-03-01",
        ),
        ("the 16th birthday", vec![born("20061105", 901)], "2023-01-01", "2022-11-05"),
        ("the 16th birthday, 29 February", vec![born("20080229", 902)], "2024-12-01", "2024-02-29"),
        ("employed", vec![enrolment("2022-03-01"), on("2022-05-01", started())], "2023-01-01", &never),
        ("left", vec![enrolment("2022-03-01"), on("2022-05-01", left())], "2023-01-01", &never),
        ("too old", vec![born("19620301", 901)], "2023-01-01", &never),
        ("not registered", vec![enrolment("2022-03-01")], "2022-02-01", &never),
        ("in the next plan's time", vec![enrolment("2022-03-01")], "2026-01-01", "2022-03-01"),
    ];
    for (case, events, text, since) in cases {
        let standing = person(events).standing(first_plan(), View::latest(day(text)));
        assert_eq!(standing.waiting_since(), day(since), "{case}");
    }
}

#[test]
fn each_plan_starts_anew() {
    let person = person([on("2022-03-01", enrolled())]);
    let successor = Plan::find("nmg-2025-2027").unwrap();
    let standing = person.standing(successor, View::latest(day("2026-01-01")));
    assert_eq!(standing.waiting_since(), day("2025-01-01"));
}
