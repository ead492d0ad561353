//! The four steps, `complete` and `out_of_order`.

use crate::*;

use super::{examples::*, figures_of_scope::assert_figure, harness::person};

const STEPS: [fn() -> Event; 4] = [verified, assessed, demand, served];

fn demand() -> Event {
    demanded(needs())
}

fn enrolment() -> Decided {
    on("2021-06-01", enrolled())
}

/// An enrolment before the plan, and more.
fn with(more: impl IntoIterator<Item = Decided>) -> Vec<Decided> {
    [enrolment()].into_iter().chain(more).collect()
}

/// The four steps on four days.
fn four(days: [&str; 4]) -> Vec<Decided> {
    with(STEPS.iter().zip(days).map(|(step, text)| on(text, step())))
}

#[test]
fn each_step_counts_within_the_plan_and_up_to_the_day() {
    for (step, event) in Step::ALL.iter().zip(STEPS) {
        let figure = Figure::of_step(*step);
        let cases = [
            ("none", with([]), "2023-01-01", false),
            ("the day before the plan", with([on("2021-12-31", event())]), "2023-01-01", false),
            ("the plan's first day", with([on("2022-01-01", event())]), "2023-01-01", true),
            ("that day", with([on("2023-01-01", event())]), "2023-01-01", true),
            ("the day after", with([on("2023-01-02", event())]), "2023-01-01", false),
            ("the plan's last day", with([on("2024-12-31", event())]), "2024-12-31", true),
            ("seen after the plan", with([on("2024-12-31", event())]), "2025-06-01", true),
            ("the day after the plan", with([on("2025-01-01", event())]), "2025-06-01", false),
            (
                "before and within",
                with([on("2021-12-31", event()), on("2022-05-01", event())]),
                "2023-01-01",
                true,
            ),
            ("voided", with([on("2022-05-01", event()), on("2023-06-01", voided(2))]), "2023-01-01", false),
            (
                "voided, and done again",
                with([on("2022-05-01", event()), on("2023-06-01", voided(2)), on("2022-06-01", event())]),
                "2023-01-01",
                true,
            ),
            (
                "one of two voided",
                with([on("2022-05-01", event()), on("2022-05-01", event()), on("2023-06-01", voided(2))]),
                "2023-01-01",
                true,
            ),
            ("not of another step", with([on("2022-05-01", trained())]), "2023-01-01", false),
            ("left since", with([on("2022-05-01", event()), on("2022-06-01", left())]), "2023-01-01", false),
            (
                "employed since",
                with([on("2022-05-01", event()), on("2022-06-01", started())]),
                "2023-01-01",
                false,
            ),
            (
                "on a day out of scope, in scope since",
                with([
                    on("2022-04-01", started()),
                    on("2022-05-01", event()),
                    on("2022-06-01", ended(NonEmploymentReason::Other)),
                ]),
                "2023-01-01",
                true,
            ),
            (
                "before the enrolment",
                vec![on("2022-06-01", enrolled()), on("2022-05-01", event())],
                "2022-06-01",
                true,
            ),
        ];
        for (case, events, text, counts) in cases {
            assert_figure(figure, case, events, text, counts);
        }
    }
}

#[test]
fn a_step_counts_for_no_other_step() {
    for (step, event) in Step::ALL.iter().zip(STEPS) {
        let standing =
            person(with([on("2022-05-01", event())])).standing(first_plan(), View::latest(day("2023-01-01")));
        for other in Step::ALL {
            assert_eq!(standing.has(Figure::of_step(*other)), other == step);
        }
    }
}

#[test]
fn attempts_do_not_count_and_undo_nothing() {
    for (figure, attempt, event) in [
        (Figure::InfoVerified, not_reached as fn() -> Event, verified as fn() -> Event),
        (Figure::AbilityAssessed, declined, assessed),
    ] {
        assert_figure(figure, "an attempt", with([on("2022-05-01", attempt())]), "2023-01-01", false);
        let later = with([on("2022-05-01", event()), on("2022-06-01", attempt())]);
        assert_figure(figure, "a later attempt", later, "2023-01-01", true);
    }
}

#[test]
fn having_no_need_counts_as_the_third_step() {
    let events = with([on("2022-05-01", demanded(no_need()))]);
    assert_figure(Figure::DemandRegistered, "no need", events, "2023-01-01", true);
}

#[test]
fn complete_is_all_four() {
    let days = ["2022-02-01", "2022-03-01", "2022-04-01", "2022-05-01"];
    assert_figure(Figure::Complete, "on the day of the last", four(days), "2022-05-01", true);
    assert_figure(Figure::Complete, "the day before", four(days), "2022-04-30", false);
    for missing in 0..4 {
        let mut events = four(days);
        events.remove(missing + 1);
        assert_figure(Figure::Complete, "three", events, "2023-01-01", false);
        let mut early = days;
        early[missing] = "2021-12-31";
        assert_figure(Figure::Complete, "one before the plan", four(early), "2023-01-01", false);
    }
    let employed = [four(days), vec![on("2022-06-01", started())]].concat();
    assert_figure(Figure::Complete, "employed", employed, "2023-01-01", false);
}

#[test]
fn the_pipeline_starts_anew_in_each_plan() {
    let events = four(["2022-02-01", "2022-03-01", "2022-04-01", "2022-05-01"]);
    let successor = Plan::find("nmg-2025-2027").unwrap();
    let standing = person(events).standing(successor, View::latest(day("2025-03-01")));
    let figures: Vec<Figure> = standing.figures().collect();
    assert_eq!(figures, [Figure::Registered, Figure::InScope, Figure::WithNeed, Figure::EverInScope]);
}

#[test]
fn out_of_order_compares_the_first_days() {
    let usual = ["2022-02-01", "2022-03-01", "2022-04-01", "2022-05-01"];
    let one_day = ["2022-02-01"; 4];
    let cases = [
        ("the usual order", four(usual), false),
        ("all on one day", four(one_day), false),
        ("a service first", four(["2022-02-02", "2022-03-01", "2022-04-01", "2022-02-01"]), true),
        ("the second before the first", four(["2022-02-02", "2022-02-01", "2022-04-01", "2022-05-01"]), true),
        ("the third before the second", four(["2022-02-01", "2022-04-02", "2022-04-01", "2022-05-01"]), true),
        ("only a service", with([on("2022-02-01", served())]), true),
        ("one left out", with([on("2022-02-01", verified()), on("2022-03-01", demand())]), true),
        ("the first two", with([on("2022-02-01", verified()), on("2022-03-01", assessed())]), false),
        ("nothing", with([]), false),
        (
            "again, later",
            with([on("2022-02-01", verified()), on("2022-03-01", assessed()), on("2022-04-01", verified())]),
            false,
        ),
        ("an attempt first", with([on("2022-02-01", declined()), on("2022-03-01", verified())]), false),
        ("out of scope", with([on("2022-02-01", served()), on("2022-03-01", started())]), false),
    ];
    for (case, events, counts) in cases {
        assert_figure(Figure::OutOfOrder, case, events, "2023-01-01", counts);
    }
}

#[test]
fn the_pipeline_counts_times_and_attempts() {
    let person = person(with([
        on("2022-03-01", not_reached()),
        on("2022-05-01", verified()),
        on("2022-04-01", verified()),
        on("2021-04-01", verified()),
        on("2022-04-02", declined()),
    ]));
    let pipeline = person.pipeline(first_plan(), View::latest(day("2023-01-01")));
    let first = StepProgress { first: Some(day("2022-04-01")), times: 2, attempts: 1 };
    assert_eq!(*pipeline.step(Step::InfoVerified), first);
    let second = StepProgress { first: None, times: 0, attempts: 1 };
    assert_eq!(*pipeline.step(Step::AbilityAssessed), second);
    assert_eq!(*pipeline.step(Step::ServiceDelivered), StepProgress::default());
    assert_eq!(pipeline.next(), Some(Step::AbilityAssessed));
}

#[test]
fn the_next_step_is_the_first_that_is_missing() {
    let next = |events| person(events).pipeline(first_plan(), View::latest(day("2023-01-01"))).next();
    assert_eq!(next(with([])), Some(Step::InfoVerified));
    assert_eq!(next(with([on("2022-02-01", served())])), Some(Step::InfoVerified));
    assert_eq!(next(four(["2022-02-01"; 4])), None);
}
