//! Through which events somebody counts differently.

use crate::*;

use super::{examples::*, harness::person};

fn story() -> Person {
    person([
        on("2022-03-01", enrolled()),
        on("2022-05-01", verified()),
        on("2022-05-02", not_reached()),
        on("2022-06-01", voided(2)),
        on("2022-04-01", started()),
        on("2021-12-31", served()),
        on("2022-07-01", served()),
        on("2022-07-02", assigned("a")),
    ])
}

fn deciding(as_of: &str, since: u64, through: u64) -> Vec<(u64, Option<u64>)> {
    let view = View { as_of: day(as_of), known_at: Position(through) };
    let story = story();
    let events = story.deciding(first_plan(), view, Position(since));
    let mut events: Vec<_> =
        events.map(|event| (event.position.0, event.voids.map(|record| record.0))).collect();
    events.sort_unstable();
    events
}

#[test]
fn what_counts_for_nothing_decides_nothing() {
    // Attempts, counsellors, and steps outside the plan's window.
    assert_eq!(deciding("2022-12-31", 4, 8), [(5, None), (7, None)]);
    assert_eq!(deciding("2022-12-31", 2, 3), []);
    // Nor does what happens after the day.
    assert_eq!(deciding("2022-06-30", 4, 8), [(5, None)]);
}

#[test]
fn a_voiding_decides_where_the_record_was_known_before() {
    assert_eq!(deciding("2022-12-31", 2, 4), [(4, Some(2))]);
    // It does so whatever its own day.
    assert_eq!(deciding("2022-05-15", 2, 4), [(4, Some(2))]);
    // Recorded and voided in between, a record is as if it had never been.
    assert_eq!(deciding("2022-12-31", 1, 4), []);
    assert_eq!(deciding("2022-12-31", 1, 3), [(2, None)]);
}

#[test]
fn the_enrolment_decides_for_whoever_did_not_know_it() {
    assert_eq!(deciding("2022-12-31", 0, 1), [(1, None)]);
    assert_eq!(deciding("2022-12-31", 8, 8), []);
}
