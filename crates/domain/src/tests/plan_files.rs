//! Plans as files.

use crate::*;

use super::examples::day;

const FIRST: &str = include_str!("../../../../schema/plans/nmg-2022-2024.toml");
const SECOND: &str = include_str!("../../../../schema/plans/nmg-2025-2027.toml");

#[track_caller]
fn refused(from: &str, to: &str) -> PlanError {
    assert!(FIRST.contains(from), "the file has no {from}");
    Plan::parse(&FIRST.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn both_files_that_ship_are_read() {
    let read: Vec<Plan> = [FIRST, SECOND].map(|text| Plan::parse(text).unwrap()).into();
    assert_eq!(plans(), read);
    assert_eq!(
        plans().iter().map(|plan| plan.id.as_str()).collect::<Vec<_>>(),
        ["nmg-2022-2024", "nmg-2025-2027"]
    );
}

#[test]
fn the_first_plan_says_what_the_document_says() {
    let plan = Plan::find("nmg-2022-2024").unwrap();
    assert_eq!((plan.from, plan.to), (day("2022-01-01"), day("2024-12-31")));
    assert_eq!(plan.order, Order::Advisory);
    assert_eq!(plan.steps, Step::ALL);
    assert_eq!(plan.reporting_day, "11-30");
    assert_eq!(plan.retention_years, None);
    assert_eq!((plan.working_age.from, plan.age_until(Sex::Male), plan.age_until(Sex::Female)), (16, 60, 55));
    assert_eq!((plan.targets.new_employment, plan.targets.trainings), (Some(24_000), Some(30_000)));
    assert!(plan.source.contains("内政办发〔2022〕68号"));
}

#[test]
fn the_successor_has_no_targets_and_says_what_is_assumed() {
    let plan = Plan::find("nmg-2025-2027").unwrap();
    assert_eq!((plan.from, plan.to), (day("2025-01-01"), day("2027-12-31")));
    assert_eq!((plan.targets.new_employment, plan.targets.trainings), (None, None));
    assert!(!plan.assumptions.is_empty());
}

#[test]
fn a_plan_covers_its_first_and_its_last_day() {
    let plan = Plan::find("nmg-2022-2024").unwrap();
    assert!(!plan.covers(day("2021-12-31")));
    assert!(plan.covers(day("2022-01-01")));
    assert!(plan.covers(day("2024-12-31")));
    assert!(!plan.covers(day("2025-01-01")));
}

#[test]
fn data_are_kept_for_so_many_years_after_a_plan_or_nobody_knows_how_long() {
    let first = Plan::find("nmg-2022-2024").unwrap();
    assert_eq!(first.kept_through(), None);
    let of = |to: &str, years| Plan { to: day(to), retention_years: Some(years), ..first.clone() };
    assert_eq!(of("2024-12-31", 10).kept_through(), Some(day("2034-12-31")));
    assert_eq!(of("2024-12-31", 0).kept_through(), Some(day("2024-12-31")));
    assert_eq!(of("2024-02-29", 4).kept_through(), Some(day("2028-02-29")));
    assert_eq!(of("2024-02-29", 1).kept_through(), Some(day("2025-03-01")));
    assert_eq!(of("9999-12-31", 255).kept_through(), Some(Day::MAX));
}

#[test]
fn the_plan_of_a_day_is_the_one_in_force_or_the_nearest() {
    let on = |text| Plan::on(day(text)).id.as_str();
    assert_eq!(on("2019-01-01"), "nmg-2022-2024");
    assert_eq!(on("2024-12-31"), "nmg-2022-2024");
    assert_eq!(on("2025-01-01"), "nmg-2025-2027");
    assert_eq!(on("2030-01-01"), "nmg-2025-2027");
    assert_eq!(Plan::find("nmg-2028-2030"), None);
}

#[test]
fn an_order_may_be_enforced() {
    let plan = Plan::parse(&FIRST.replace("\"advisory\"", "\"enforced\"")).unwrap();
    assert_eq!(plan.order, Order::Enforced);
}

#[test]
fn unknown_fields_are_refused() {
    for (from, to) in [
        ("id = ", "colour = \"red\"\nid = "),
        ("men_until = 60", "men_until = 60\nmen_til = 61"),
        ("trainings = 30000", "trainings = 30000\ntraining = 1"),
    ] {
        assert!(matches!(refused(from, to), PlanError::Unreadable(_)), "{to}");
    }
}

#[test]
fn missing_or_unreadable_fields_are_refused() {
    for (from, to) in [
        ("order = \"advisory\"", ""),
        ("order = \"advisory\"", "order = \"loose\""),
        ("women_until = 55", ""),
        ("women_until = 55", "women_until = 300"),
        ("2022-01-01", "2022-02-30"),
        ("2022-01-01", "2022-1-1"),
        ("\"ServiceDelivered\"", "\"ServicePromised\""),
        ("[targets]", "[targets"),
    ] {
        assert!(matches!(refused(from, to), PlanError::Unreadable(_)), "{to}");
    }
}

#[test]
fn contradictions_are_refused() {
    for (from, to) in [
        ("to = \"2024-12-31\"", "to = \"2021-12-31\""),
        ("men_until = 60", "men_until = 16"),
        ("women_until = 55", "women_until = 15"),
        ("\"InfoVerified\", ", ""),
        ("\"InfoVerified\", \"AbilityAssessed\"", "\"AbilityAssessed\", \"InfoVerified\""),
        ("nmg-2022-2024\"", "NMG-2022-2024\""),
        ("nmg-2022-2024\"", "nmg_2022\""),
        ("nmg-2022-2024\"", "\""),
        ("\"11-30\"", "\"11-31\""),
        ("\"11-30\"", "\"13-01\""),
        ("\"11-30\"", "\"1130\""),
    ] {
        assert!(matches!(refused(from, to), PlanError::Inconsistent(_)), "{to}");
    }
    let long = format!("{}\"", "a".repeat(65));
    assert!(matches!(refused("nmg-2022-2024\"", &long), PlanError::Inconsistent(_)));
}

#[test]
fn a_window_of_one_day_is_a_window() {
    let plan = Plan::parse(&FIRST.replace("2024-12-31", "2022-01-01")).unwrap();
    assert!(plan.covers(day("2022-01-01")));
}
