//! When it happened, and when it was known.

use crate::*;

use super::{examples::*, harness::person};

fn story() -> Person {
    person([
        on("2022-03-01", enrolled()),
        on("2022-05-01", verified()),
        on("2022-04-01", started()),
        on("2022-01-01", voided(3)),
        on("2022-03-15", transferred(Origin::Office, Some(HERE), THERE)),
        on("2022-06-01", voided(2)),
    ])
}

fn standing(as_of: &str, known_at: u64) -> Standing {
    story().standing(first_plan(), View { as_of: day(as_of), known_at: Position(known_at) })
}

#[test]
fn before_the_enrolment_was_recorded_nobody_is_there() {
    assert_eq!(standing("2023-01-01", 0), Standing::ABSENT);
    assert!(standing("2023-01-01", 1).has(Figure::Registered));
}

#[test]
fn a_fact_counts_from_its_position_on() {
    assert!(!standing("2023-01-01", 1).has(Figure::InfoVerified));
    assert!(standing("2023-01-01", 2).has(Figure::InfoVerified));
    assert!(standing("2023-01-01", 2).has(Figure::InScope));
    assert!(!standing("2023-01-01", 3).has(Figure::InScope));
}

#[test]
fn a_voiding_is_seen_from_its_position_on_whatever_its_day() {
    // Recorded at 4 with a day before everything else: known at 3, the employment holds on every day from its own.
    assert!(standing("2022-03-31", 3).has(Figure::InScope));
    assert!(!standing("2022-04-01", 3).has(Figure::InScope));
    assert!(standing("2022-04-01", 4).has(Figure::InScope));
    // Recorded at 6 with a later day: known at 6, the record counts on no day.
    assert!(standing("2022-05-01", 5).has(Figure::InfoVerified));
    assert!(!standing("2022-05-01", 6).has(Figure::InfoVerified));
    assert!(!standing("2023-01-01", 6).has(Figure::InfoVerified));
}

#[test]
fn what_happened_after_the_day_does_not_count() {
    assert!(!standing("2022-04-30", 2).has(Figure::InfoVerified));
    assert_eq!(standing("2022-03-14", 6).county(), Some(county(HERE)));
    assert_eq!(standing("2022-03-15", 6).county(), Some(county(THERE)));
    assert_eq!(standing("2022-03-15", 4).county(), Some(county(HERE)));
}

#[test]
fn the_latest_view_knows_everything() {
    for text in ["2022-03-01", "2022-04-01", "2022-05-01", "2023-01-01"] {
        let latest = story().standing(first_plan(), View::latest(day(text)));
        assert_eq!(latest, standing(text, 6));
        assert_eq!(latest, standing(text, 1_000));
    }
}

#[test]
fn the_pipeline_and_the_county_are_seen_the_same_way() {
    let person = story();
    let view = |known_at| View { as_of: day("2023-01-01"), known_at: Position(known_at) };
    let first = |known_at| person.pipeline(first_plan(), view(known_at)).step(Step::InfoVerified).first;
    assert_eq!(
        [first(1), first(2), first(5), first(6)],
        [None, Some(day("2022-05-01")), Some(day("2022-05-01")), None]
    );
    assert_eq!(person.county(day("2023-01-01"), Position(4)), Some(county(HERE)));
    assert_eq!(person.county(day("2023-01-01"), Position(5)), Some(county(THERE)));
    assert_eq!(person.county(day("2022-02-28"), Position(6)), None);
}

#[test]
fn facts_keep_both_times_and_the_position_of_their_voiding() {
    let person = story();
    let fact = person.fact_at(Position(3)).unwrap();
    assert_eq!((fact.recorded, fact.voided, fact.day), (Position(3), Position(4), day("2022-04-01")));
    assert_eq!(fact.kind, FactKind::EmploymentStarted);
    assert_eq!(person.fact_at(Position(5)).unwrap().voided, Position::LATEST);
    assert_eq!(person.fact_at(Position(5)).unwrap().county(), Some(county(THERE)));
    assert_eq!(person.fact_at(Position(7)), None);
    assert_eq!(person.facts().len(), 6);
}

#[test]
fn of_two_voidings_the_first_counts() {
    let person = person([
        on("2022-03-01", enrolled()),
        on("2022-05-01", served()),
        on("2022-06-01", voided(2)),
        on("2022-06-01", voided(2)),
    ]);
    assert_eq!(person.fact_at(Position(2)).unwrap().voided, Position(3));
}

#[test]
fn what_comes_before_the_enrolment_and_a_second_enrolment_change_nothing() {
    for event in [served(), voided(1), assigned("a"), transferred(Origin::Roster, None, THERE)] {
        assert_eq!(person([on("2022-03-01", event)]), Person::default());
    }
    let again = enrolled_as(number("19800101", 903, "11"), WORKING);
    let first = on("2022-03-01", enrolled());
    assert_eq!(person([first.clone(), on("2022-04-01", again)]), person([first]));
}
