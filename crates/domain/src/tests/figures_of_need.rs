//! `with_need` and `complete_national`.

use crate::*;

use super::{examples::*, figures_of_scope::assert_figure};
use NonEmploymentReason::{
    InSchool, LandRequisitioned, LostLabourCapacity, NoSkills, NoWillingness, Other, Retired,
};

fn enrolled_with(reason: NonEmploymentReason) -> Decided {
    on("2021-06-01", enrolled_as(certificate("42"), EmploymentStatus::NotEmployed(reason)))
}

fn with(reason: NonEmploymentReason, more: impl IntoIterator<Item = Decided>) -> Vec<Decided> {
    [enrolled_with(reason)].into_iter().chain(more).collect()
}

#[test]
fn without_a_demand_the_reason_decides() {
    for (reason, counts) in [
        (InSchool, false),
        (Retired, false),
        (NoWillingness, false),
        (LostLabourCapacity, false),
        (NoSkills, true),
        (LandRequisitioned, true),
        (Other, true),
    ] {
        assert_figure(Figure::WithNeed, reason.label(), with(reason, []), "2023-01-01", counts);
        // The reason that goes with the employment fact in force.
        let lost_work = with(NoSkills, [on("2022-02-01", started()), on("2022-03-01", ended(reason))]);
        assert_figure(Figure::WithNeed, "lost work", lost_work, "2023-01-01", counts);
        let roster = status_corrected(Origin::Roster, EmploymentStatus::NotEmployed(reason));
        assert_figure(
            Figure::WithNeed,
            "roster",
            with(NoSkills, [on("2022-02-01", roster)]),
            "2023-01-01",
            counts,
        );
    }
}

#[test]
fn with_need() {
    let need = |text| on(text, demanded(needs()));
    let none = |text| on(text, demanded(no_need()));
    let cases = [
        ("a demand outweighs the reason", with(Retired, [need("2022-05-01")]), "2023-01-01", true),
        ("no need outweighs the reason", with(NoSkills, [none("2022-05-01")]), "2023-01-01", false),
        (
            "no need for whatever reason",
            with(NoSkills, [on("2022-05-01", demanded(Demand::NoNeed(NoSkills)))]),
            "2023-01-01",
            false,
        ),
        ("a demand after the day", with(Retired, [need("2023-01-02")]), "2023-01-01", false),
        ("a demand on the day", with(Retired, [need("2023-01-01")]), "2023-01-01", true),
        ("a demand before the plan", with(Retired, [need("2021-07-01")]), "2023-01-01", true),
        ("a demand before the enrolment", with(Retired, [need("2021-01-01")]), "2023-01-01", true),
        ("no need before the plan", with(NoSkills, [none("2021-07-01")]), "2023-01-01", false),
        ("the latest", with(NoSkills, [need("2022-05-01"), none("2022-06-01")]), "2023-01-01", false),
        (
            "the latest, entered earlier",
            with(NoSkills, [none("2022-06-01"), need("2022-05-01")]),
            "2023-01-01",
            false,
        ),
        ("before the latest", with(NoSkills, [need("2022-05-01"), none("2022-06-01")]), "2022-05-31", true),
        (
            "on one day the one entered later: none",
            with(NoSkills, [need("2022-05-01"), none("2022-05-01")]),
            "2023-01-01",
            false,
        ),
        (
            "on one day the one entered later: need",
            with(NoSkills, [none("2022-05-01"), need("2022-05-01")]),
            "2023-01-01",
            true,
        ),
        (
            "a voided demand leaves the reason",
            with(Retired, [need("2022-05-01"), on("2022-06-01", voided(2))]),
            "2023-01-01",
            false,
        ),
        (
            "a voided demand leaves the one before",
            with(Retired, [need("2022-05-01"), none("2022-06-01"), on("2022-07-01", voided(3))]),
            "2023-01-01",
            true,
        ),
        (
            "a demand stays in force over an employment",
            with(
                Retired,
                [need("2022-05-01"), on("2022-06-01", started()), on("2022-07-01", ended(Retired))],
            ),
            "2023-01-01",
            true,
        ),
        (
            "out of scope",
            with(NoSkills, [need("2022-05-01"), on("2022-06-01", started())]),
            "2023-01-01",
            false,
        ),
        ("left", with(NoSkills, [need("2022-05-01"), on("2022-06-01", left())]), "2023-01-01", false),
    ];
    for (case, events, text, counts) in cases {
        assert_figure(Figure::WithNeed, case, events, text, counts);
    }
}

#[test]
fn complete_national() {
    let (first, second, fourth) =
        (|| on("2022-02-01", verified()), || on("2022-03-01", assessed()), || on("2022-05-01", served()));
    let need = || on("2022-04-01", demanded(needs()));
    let none = || on("2022-04-01", demanded(no_need()));
    let cases = [
        ("nothing, with need", with(NoSkills, []), false),
        ("nothing, without need", with(Retired, []), false),
        ("the first, with need", with(NoSkills, [first()]), false),
        ("the first, without need", with(Retired, [first()]), true),
        ("the first, without need by demand", with(NoSkills, [first(), none()]), true),
        ("the first, with need by demand", with(Retired, [first(), need()]), false),
        ("all but the first, without need", with(Retired, [second(), none(), fourth()]), false),
        ("all four, with need", with(NoSkills, [first(), second(), need(), fourth()]), true),
        ("all four, without need", with(NoSkills, [first(), second(), none(), fourth()]), true),
        ("three, with need", with(NoSkills, [first(), second(), need()]), false),
        ("the first before the plan, without need", with(Retired, [on("2021-12-31", verified())]), false),
        (
            "a demand before the plan makes the need, but is no step",
            with(Retired, [first(), second(), on("2021-07-01", demanded(needs())), fourth()]),
            false,
        ),
        ("out of scope", with(Retired, [first(), on("2022-06-01", left())]), false),
    ];
    for (case, events, counts) in cases {
        assert_figure(Figure::CompleteNational, case, events, "2023-01-01", counts);
    }
}
