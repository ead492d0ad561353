//! `ever_in_scope` and `ever_complete`.

use crate::*;

use super::{examples::*, figures_of_scope::assert_figure};

const OTHER: NonEmploymentReason = NonEmploymentReason::Other;

fn enrolment(text: &str) -> Decided {
    on(text, enrolled())
}

#[test]
fn ever_in_scope() {
    let employed = || on("2021-06-01", enrolled_as(certificate("42"), WORKING));
    let cases = [
        ("in scope", vec![enrolment("2022-03-01")], "2022-03-01", true),
        ("not registered", vec![enrolment("2022-03-01")], "2022-02-28", false),
        ("before the plan", vec![enrolment("2021-06-01")], "2021-12-31", false),
        ("on the plan's first day", vec![enrolment("2021-06-01")], "2022-01-01", true),
        ("never", vec![employed()], "2024-12-31", false),
        (
            "until the day before the plan",
            vec![enrolment("2021-06-01"), on("2022-01-01", started())],
            "2023-01-01",
            false,
        ),
        (
            "until the plan's first day",
            vec![enrolment("2021-06-01"), on("2022-01-02", started())],
            "2023-01-01",
            true,
        ),
        (
            "only from the day after the plan",
            vec![employed(), on("2025-01-01", ended(OTHER))],
            "2025-06-01",
            false,
        ),
        ("from the plan's last day", vec![employed(), on("2024-12-31", ended(OTHER))], "2025-06-01", true),
        ("enrolled after the plan", vec![enrolment("2025-01-01")], "2025-06-01", false),
        ("enrolled on the plan's last day", vec![enrolment("2024-12-31")], "2025-06-01", true),
        (
            "in scope later than the day",
            vec![employed(), on("2023-01-02", ended(OTHER))],
            "2023-01-01",
            false,
        ),
        (
            "one day between two employments",
            vec![employed(), on("2023-02-01", ended(OTHER)), on("2023-02-02", started())],
            "2024-01-01",
            true,
        ),
        (
            "no day between two employments",
            vec![employed(), on("2023-02-01", ended(OTHER)), on("2023-02-01", started())],
            "2024-01-01",
            false,
        ),
        (
            "one day between two employments, entered the other way round",
            vec![employed(), on("2023-02-02", started()), on("2023-02-01", ended(OTHER))],
            "2024-01-01",
            true,
        ),
        (
            "out of work after leaving",
            vec![employed(), on("2023-02-01", left()), on("2023-03-01", ended(OTHER))],
            "2024-01-01",
            false,
        ),
        (
            "one day between leaving and employment",
            vec![enrolment("2022-03-01"), on("2022-03-02", left())],
            "2024-01-01",
            true,
        ),
        (
            "left on the day of enrolment",
            vec![enrolment("2022-03-01"), on("2022-03-01", left())],
            "2024-01-01",
            false,
        ),
        (
            "left before, reinstated in the plan",
            vec![enrolment("2021-06-01"), on("2021-07-01", left()), on("2022-06-01", reinstated(2))],
            "2024-01-01",
            true,
        ),
        (
            "the end of the employment was voided",
            vec![employed(), on("2023-02-01", ended(OTHER)), on("2023-06-01", voided(2))],
            "2024-01-01",
            false,
        ),
        (
            "out of work before the enrolment only",
            vec![on("2022-03-01", enrolled_as(certificate("42"), WORKING)), on("2022-02-01", ended(OTHER))],
            "2024-01-01",
            false,
        ),
    ];
    for (case, events, text, counts) in cases {
        assert_figure(Figure::EverInScope, case, events, text, counts);
    }
}

#[test]
fn ever_in_scope_with_a_birthday_in_the_middle() {
    let enrolled =
        |birth, sequence, status| on("2021-06-01", enrolled_as(number(birth, sequence, "42"), status));
    let man = |birth| enrolled(birth, 901, LOOKING);
    let woman = |birth| enrolled(birth, 902, LOOKING);
    let lost_work = || on("2023-02-01", ended(OTHER));
    let cases = [
        ("60 in the plan", vec![man("19620301")], "2023-01-01", true),
        ("60 on the plan's first day", vec![man("19620101")], "2023-01-01", false),
        ("60 on the plan's second day", vec![man("19620102")], "2023-01-01", true),
        ("55 on the plan's first day", vec![woman("19670101")], "2023-01-01", false),
        ("55 on the plan's second day", vec![woman("19670102")], "2023-01-01", true),
        ("16 on the day", vec![man("20070101")], "2023-01-01", true),
        ("16 on the next day", vec![man("20070102")], "2023-01-01", false),
        ("16 on the plan's last day", vec![man("20081231")], "2025-06-01", true),
        ("16 after the plan", vec![man("20090101")], "2025-06-01", false),
        (
            "out of work on the 60th birthday",
            vec![enrolled("19630201", 901, WORKING), lost_work()],
            "2024-01-01",
            false,
        ),
        (
            "out of work the day before",
            vec![enrolled("19630202", 901, WORKING), lost_work()],
            "2024-01-01",
            true,
        ),
        (
            "employed from the 16th birthday",
            vec![man("20070201"), on("2023-02-01", started())],
            "2024-01-01",
            false,
        ),
        (
            "employed from the day after",
            vec![man("20070131"), on("2023-02-01", started())],
            "2024-01-01",
            true,
        ),
        (
            "55 on 1 March, born on 29 February",
            vec![woman("19680229"), on("2021-07-01", started()), on("2023-02-28", ended(OTHER))],
            "2024-01-01",
            true,
        ),
        (
            "the same, a day later",
            vec![woman("19680229"), on("2021-07-01", started()), on("2023-03-01", ended(OTHER))],
            "2024-01-01",
            false,
        ),
    ];
    for (case, events, text, counts) in cases {
        assert_figure(Figure::EverInScope, case, events, text, counts);
    }
}

#[test]
fn ever_complete() {
    let all_four =
        |text: &str| [verified(), assessed(), demanded(no_need()), served()].map(|event| on(text, event));
    let with = |more: Vec<Decided>| [vec![enrolment("2021-06-01")], more].concat();
    let done = |text: &str, more: Vec<Decided>| with([all_four(text).to_vec(), more].concat());
    let cases = [
        ("in scope", done("2022-05-01", vec![]), "2022-05-01", true),
        ("done later", done("2022-05-01", vec![]), "2022-04-30", false),
        ("out of scope since", done("2022-05-01", vec![on("2022-06-01", started())]), "2023-01-01", true),
        ("left since", done("2022-05-01", vec![on("2022-06-01", left())]), "2023-01-01", true),
        (
            "done while out of scope",
            done("2022-05-01", vec![on("2022-04-01", started())]),
            "2023-01-01",
            true,
        ),
        (
            "never in scope in the plan",
            done("2022-05-01", vec![on("2021-07-01", started())]),
            "2023-01-01",
            false,
        ),
        ("before the plan", done("2021-12-31", vec![]), "2023-01-01", false),
        ("after the plan", done("2025-01-01", vec![]), "2025-06-01", false),
        ("three", with(all_four("2022-05-01")[..3].to_vec()), "2023-01-01", false),
        ("one voided", done("2022-05-01", vec![on("2022-06-01", voided(5))]), "2023-01-01", false),
    ];
    for (case, events, text, counts) in cases {
        assert_figure(Figure::EverComplete, case, events, text, counts);
    }
    let enrolled_late = [vec![enrolment("2022-06-01")], all_four("2022-05-01").to_vec()].concat();
    assert_figure(Figure::EverComplete, "before the enrolment", enrolled_late, "2022-06-01", true);
}
