//! Of which days figures are published.

use crate::suppression::{NotReleased, Release};
use crate::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn asked(today: &str, asked: Option<&str>) -> Result<String, NotReleased> {
    let plan = Plan::find("nmg-2022-2024").unwrap();
    Release::on(day(today)).day(plan, asked.map(day)).map(|day| day.to_string())
}

#[test]
fn without_a_day_it_is_the_end_of_the_last_month_or_the_plans_last_day() {
    assert_eq!(asked("2023-12-01", None).unwrap(), "2023-11-30");
    assert_eq!(asked("2023-12-31", None).unwrap(), "2023-11-30");
    assert_eq!(asked("2024-03-15", None).unwrap(), "2024-02-29");
    assert_eq!(asked("2026-11-25", None).unwrap(), "2024-12-31");
}

#[test]
fn a_months_end_that_is_over_may_be_asked_for_and_no_other_day() {
    assert_eq!(asked("2023-12-01", Some("2023-06-30")).unwrap(), "2023-06-30");
    assert_eq!(asked("2023-12-01", Some("2023-11-29")), Err(NotReleased::NotAMonthsEnd));
    let through = day("2023-11-30");
    assert_eq!(asked("2023-12-31", Some("2023-12-31")), Err(NotReleased::NotYet { through }));
    assert!(matches!(asked("2026-11-25", Some("2025-01-31")), Err(NotReleased::OutsideThePlan { .. })));
}

#[test]
fn a_plan_in_its_first_month_has_nothing_published() {
    let plan = Plan::find("nmg-2022-2024").unwrap();
    let release = Release::on(plan.from.plus(3));
    assert!(matches!(release.day(plan, None), Err(NotReleased::OutsideThePlan { .. })));
}

#[test]
fn a_plans_last_day_is_published_wherever_in_a_month_it_lies() {
    let mut plan = Plan::find("nmg-2022-2024").unwrap().clone();
    plan.to = day("2024-10-10");
    let release = Release::on(day("2024-11-02"));
    assert_eq!(release.day(&plan, None), Ok(plan.to));
    assert_eq!(release.day(&plan, Some(plan.to)), Ok(plan.to));
}
