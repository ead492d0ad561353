//! Whether something was recorded too late for the figures of its month.

use proptest::prelude::*;

use crate::{suppression::Release, *};

use super::{any::days_between, examples::day};

fn lateness(counts_from: &str, recorded_on: &str) -> (i32, bool) {
    let Lateness { after_days, is_late } = Lateness::of(day(counts_from), day(recorded_on));
    (after_days, is_late)
}

#[test]
fn what_is_recorded_in_its_own_month_is_not_late_however_many_days_later() {
    assert_eq!(lateness("2023-11-30", "2023-11-30"), (0, false));
    assert_eq!(lateness("2023-11-01", "2023-11-30"), (29, false));
    assert_eq!(lateness("2024-02-01", "2024-02-29"), (28, false));
}

#[test]
fn what_is_recorded_when_its_month_is_over_is_late_though_it_be_a_day_later() {
    assert_eq!(lateness("2023-11-30", "2023-12-01"), (1, true));
    assert_eq!(lateness("2023-12-31", "2024-01-01"), (1, true));
    assert_eq!(lateness("2022-11-30", "2023-11-15"), (350, true));
}

#[test]
fn a_day_that_is_still_to_come_is_not_late() {
    assert_eq!(lateness("2023-12-05", "2023-11-30"), (-5, false));
}

fn years() -> impl Strategy<Value = Day> {
    days_between(day("2022-01-01"), day("2025-12-31"))
}

proptest! {
    #[test]
    fn it_is_late_exactly_when_a_months_end_that_was_given_out_had_its_day(from in years(), recorded in years()) {
        // A month has 31 days at most, so one of the next ones is a month's end.
        let months_end = (0..31).map(|days| from.plus(days)).find(|day| day.plus(1).ymd().2 == 1);
        let is_given_out = months_end.is_some_and(|end| end <= Release::on(recorded).through());
        prop_assert_eq!(Lateness::of(from, recorded).is_late, is_given_out);
        prop_assert_eq!(from.plus(Lateness::of(from, recorded).after_days), recorded);
    }
}
