//! `registered` and `in_scope`, and the region where a person counts.

use crate::*;

use super::{examples::*, harness::person};

/// Whether a figure of the first plan counts somebody on a day.
#[track_caller]
pub(super) fn assert_figure(figure: Figure, case: &str, events: Vec<Decided>, text: &str, counts: bool) {
    let standing = person(events).standing(first_plan(), View::latest(day(text)));
    assert_eq!(standing.has(figure), counts, "{}: {case}, on {text}", figure.name());
}

fn enrolment() -> Decided {
    on("2022-03-01", enrolled())
}

#[test]
fn registered() {
    let left_later = || vec![enrolment(), on("2022-05-01", left())];
    let cases = [
        ("before the enrolment", vec![enrolment()], "2022-02-28", false),
        ("on its day", vec![enrolment()], "2022-03-01", true),
        ("after it", vec![enrolment()], "2030-01-01", true),
        ("those who left stay", left_later(), "2022-06-01", true),
        ("the employed stay", vec![enrolment(), on("2022-05-01", started())], "2022-06-01", true),
        (
            "an earlier row of a later roster changes nothing",
            vec![enrolment(), on("2022-01-01", status_corrected(Origin::Roster, WORKING))],
            "2022-02-01",
            false,
        ),
        ("nobody", vec![], "2023-01-01", false),
    ];
    for (case, events, text, counts) in cases {
        assert_figure(Figure::Registered, case, events, text, counts);
    }
}

#[test]
fn in_scope() {
    use NonEmploymentReason::{Other, Retired};
    let with = |more: Vec<Decided>| [vec![enrolment()], more].concat();
    let cases = [
        ("not employed", with(vec![]), "2022-03-01", true),
        ("before the enrolment", with(vec![]), "2022-02-28", false),
        ("the reason does not matter", with(vec![on("2022-04-01", ended(Retired))]), "2022-04-01", true),
        (
            "employed at enrolment",
            vec![on("2022-03-01", enrolled_as(certificate("42"), WORKING))],
            "2022-03-01",
            false,
        ),
        ("employed since", with(vec![on("2022-04-01", started())]), "2022-04-01", false),
        ("employed later", with(vec![on("2022-04-01", started())]), "2022-03-31", true),
        (
            "employed and out of work again",
            with(vec![on("2022-04-01", started()), on("2022-05-01", ended(Other))]),
            "2022-05-01",
            true,
        ),
        (
            "entered late, but in force earlier",
            with(vec![on("2022-05-01", ended(Other)), on("2022-04-01", started())]),
            "2022-06-01",
            true,
        ),
        (
            "on one day the one entered later: employed",
            with(vec![on("2022-04-01", ended(Other)), on("2022-04-01", started())]),
            "2022-04-01",
            false,
        ),
        (
            "on one day the one entered later: not employed",
            with(vec![on("2022-04-01", started()), on("2022-04-01", ended(Other))]),
            "2022-04-01",
            true,
        ),
        ("employed on the day of enrolment", with(vec![on("2022-03-01", started())]), "2022-03-01", false),
        (
            "employed before the enrolment, which says otherwise",
            with(vec![on("2022-02-01", started())]),
            "2022-03-01",
            true,
        ),
        (
            "a roster says employed",
            with(vec![on("2022-04-01", status_corrected(Origin::Roster, WORKING))]),
            "2022-04-01",
            false,
        ),
        (
            "a roster says not employed, after an employment",
            with(vec![
                on("2022-04-01", started()),
                on("2022-05-01", status_corrected(Origin::Roster, LOOKING)),
            ]),
            "2022-05-01",
            true,
        ),
        ("left", with(vec![on("2022-04-01", left())]), "2022-04-01", false),
        ("left later", with(vec![on("2022-04-01", left())]), "2022-03-31", true),
        ("left before the enrolment", with(vec![on("2022-02-01", left())]), "2022-03-01", false),
        (
            "reinstated",
            with(vec![on("2022-04-01", left()), on("2022-05-01", reinstated(2))]),
            "2022-05-01",
            true,
        ),
        (
            "not yet reinstated",
            with(vec![on("2022-04-01", left()), on("2022-05-01", reinstated(2))]),
            "2022-04-30",
            false,
        ),
        (
            "reinstated on the day of leaving",
            with(vec![on("2022-04-01", left()), on("2022-04-01", reinstated(2))]),
            "2022-04-01",
            true,
        ),
        (
            "left once more",
            with(vec![on("2022-04-01", left()), on("2022-05-01", reinstated(2)), on("2022-06-01", left())]),
            "2022-06-01",
            false,
        ),
        (
            "reinstated while employed",
            with(vec![
                on("2022-03-15", started()),
                on("2022-04-01", left()),
                on("2022-05-01", reinstated(3)),
            ]),
            "2022-05-01",
            false,
        ),
        (
            "the employment was voided",
            with(vec![on("2022-04-01", started()), on("2023-01-01", voided(2))]),
            "2022-04-01",
            true,
        ),
        (
            "the leaving was voided",
            with(vec![on("2022-04-01", left()), on("2023-01-01", voided(2))]),
            "2022-04-01",
            true,
        ),
        ("scope does not end with the plan", with(vec![]), "2026-01-01", true),
        ("nor does it begin with the plan", vec![on("2020-01-01", enrolled())], "2021-12-31", true),
    ];
    for (case, events, text, counts) in cases {
        assert_figure(Figure::InScope, case, events, text, counts);
    }
}

#[test]
fn a_person_counts_where_he_or_she_is_registered_on_the_day() {
    let office = |to| transferred(Origin::Office, None, to);
    let roster = |to| transferred(Origin::Roster, None, to);
    let with = |more: Vec<Decided>| [vec![enrolment()], more].concat();
    let cases = [
        ("where enrolled", with(vec![]), "2023-01-01", Some(HERE)),
        ("before the enrolment", with(vec![]), "2022-02-28", None),
        ("moved", with(vec![on("2022-04-01", office(THERE))]), "2022-04-01", Some(THERE)),
        ("moves later", with(vec![on("2022-04-01", office(THERE))]), "2022-03-31", Some(HERE)),
        ("by roster", with(vec![on("2022-04-01", roster(THERE))]), "2022-04-01", Some(THERE)),
        ("moved before the enrolment", with(vec![on("2022-02-01", office(THERE))]), "2022-03-01", Some(HERE)),
        (
            "moved on the day of enrolment",
            with(vec![on("2022-03-01", office(THERE))]),
            "2022-03-01",
            Some(THERE),
        ),
        (
            "on one day the one entered later",
            with(vec![on("2022-04-01", office(THERE)), on("2022-04-01", roster("150104"))]),
            "2022-04-01",
            Some("150104"),
        ),
        (
            "entered late, but in force earlier",
            with(vec![on("2022-05-01", office(THERE)), on("2022-04-01", office("150104"))]),
            "2022-06-01",
            Some(THERE),
        ),
        (
            "the transfer was voided",
            with(vec![on("2022-04-01", office(THERE)), on("2022-05-01", voided(2))]),
            "2022-04-01",
            Some(HERE),
        ),
        (
            "those who left count in their region on the day",
            with(vec![on("2022-04-01", left()), on("2022-05-01", office(THERE))]),
            "2022-06-01",
            Some(THERE),
        ),
    ];
    for (case, events, text, region) in cases {
        let person = person(events);
        let view = View::latest(day(text));
        let standing = person.standing(first_plan(), view);
        assert_eq!(standing.county(), region.map(county), "{case}");
        if region.is_some() {
            assert_eq!(person.county(view.as_of, view.known_at), standing.county(), "{case}");
        }
    }
}

#[test]
fn who_is_not_registered_counts_nowhere() {
    let standing = Person::default().standing(first_plan(), View::latest(day("2023-01-01")));
    assert_eq!(standing, Standing::ABSENT);
    assert_eq!(standing.county(), None);
    assert_eq!(standing.figures().count(), 0);
    assert_eq!(size_of::<Standing>(), 8);
}

#[test]
fn employed_is_what_the_latest_day_says_and_of_one_day_the_later_entry() {
    use NonEmploymentReason::Other;
    let with = |more: Vec<Decided>| [vec![enrolment()], more].concat();
    let working = || vec![on("2022-03-01", enrolled_as(certificate("42"), WORKING))];
    let erased = on("2022-05-01", erased(2, ErasureGround::ConsentWithdrawn));
    let cases = [
        ("not employed", with(vec![]), "2022-03-01", Some(false)),
        ("before the enrolment", working(), "2022-02-28", None),
        ("employed at enrolment", working(), "2022-03-01", Some(true)),
        ("employed since", with(vec![on("2022-04-01", started())]), "2022-04-01", Some(true)),
        ("employed later", with(vec![on("2022-04-01", started())]), "2022-03-31", Some(false)),
        (
            "entered late, of an earlier day",
            with(vec![on("2022-05-01", started()), on("2022-04-01", ended(Other))]),
            "2022-06-01",
            Some(true),
        ),
        (
            "out of work on the same day",
            with(vec![on("2022-04-01", started()), on("2022-04-01", ended(Other))]),
            "2022-04-01",
            Some(false),
        ),
        (
            "an earlier row of a later roster changes nothing",
            with(vec![on("2022-01-01", status_corrected(Origin::Roster, WORKING))]),
            "2022-02-01",
            None,
        ),
        (
            "voided",
            with(vec![on("2022-04-01", started()), on("2022-05-01", voided(2))]),
            "2022-06-01",
            Some(false),
        ),
        (
            "erased",
            with(vec![on("2022-04-01", erasure_requested("maker", ErasureGround::ConsentWithdrawn)), erased]),
            "2022-06-01",
            None,
        ),
    ];
    for (case, events, text, employed) in cases {
        assert_eq!(person(events).is_employed(View::latest(day(text))), employed, "{case}, on {text}");
    }
}
