//! Counters are a recount; what was known is a replay up to there.

use proptest::{prelude::*, sample::Index};
use sigeyi_domain::{Day, Position, View, divisions, plans};

use super::{
    any::{PEOPLE, Step, certificate, citizen, enrolment, erasure, first_day, plain, seventeen, stories},
    log::Log,
    same::{assert_boards_are_right, assert_same, recount},
};
use crate::{CountyProgress, ReadModel};

/// Days that matter to some plan or birthday, and some that do not.
fn days() -> impl Iterator<Item = Day> {
    ["2022-01-01", "2023-06-30", "2024-11-30", "2024-12-10", "2024-12-31", "2025-01-01", "2025-01-31"]
        .into_iter()
        .map(|text| Day::parse(text).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_counters_are_a_recount_after_every_event_and_every_turn_of_the_day(
        story in stories(40), settled in any::<Index>(), turns in proptest::collection::vec(0_i32..4, 60)
    ) {
        let log = Log::of(&story);
        let settled = settled.index(log.entries.len() + 1);
        let mut model = log.folded(settled);
        model.settle(first_day());
        assert_boards_are_right(&model);
        for (entry, turn) in log.entries[settled..].iter().zip(turns.iter().cycle()) {
            // A question may notice a day before the next event does.
            model.turn_to(model.business_day().plus(*turn).min(Day::in_china(entry.recorded_at)));
            assert_boards_are_right(&model);
            model.apply(entry);
            assert_boards_are_right(&model);
        }
        for _ in 0..4 {
            model.turn_to(model.business_day().plus(11));
            assert_boards_are_right(&model);
        }
    }

    #[test]
    fn events_folded_together_are_those_folded_one_by_one(
        story in stories(60), parts in proptest::collection::vec(1_usize..20, 1..6), settled in any::<bool>()
    ) {
        let log = Log::of(&story);
        let (mut one_by_one, mut together) = (ReadModel::default(), ReadModel::default());
        if settled {
            one_by_one.settle(first_day());
            together.settle(first_day());
        }
        log.entries.iter().for_each(|entry| one_by_one.apply(entry));
        let mut rest = log.entries.as_slice();
        for part in parts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, others) = rest.split_at((*part).min(rest.len()));
            together.apply_all(part);
            // What is in the rows already changes nothing.
            together.apply_all(part);
            rest = others;
        }
        if settled {
            assert_same(&one_by_one, &together);
        }
        one_by_one.settle(log.today());
        together.settle(log.today());
        assert_same(&one_by_one, &together);
    }

    #[test]
    fn a_model_that_was_settled_early_is_one_that_was_settled_late(
        story in stories(60), settled in any::<Index>()
    ) {
        let log = Log::of(&story);
        let mut early = log.folded(settled.index(log.entries.len() + 1));
        early.settle(first_day());
        for entry in &log.entries[early.head().0 as usize..] {
            early.apply(entry);
        }
        early.turn_to(log.today());
        let mut late = log.folded(log.entries.len());
        late.settle(log.today());
        assert_same(&early, &late);
    }

    #[test]
    fn what_was_known_at_a_position_is_a_replay_up_to_it(story in stories(60), until in any::<Index>()) {
        let log = Log::of(&story);
        let model = log.folded(log.entries.len());
        let until = until.index(log.entries.len() + 1);
        // Whoever was erased since is missing, and it is said how many they are.
        let mut then = ReadModel::default();
        let is_erased = |person| model.people().erased().any(|row| row.id == person);
        let kept = log.entries[..until].iter().filter(|entry| !is_erased(entry.person));
        kept.for_each(|entry| then.apply(entry));
        let known = log.folded(until).people().rows().iter().filter(|row| row.person.erased().is_none()).count();
        let known_at = sigeyi_envelope::Position(until as u64);
        let missing = model.erased_since(known_at).of(divisions().whole());
        prop_assert_eq!(known, then.people().len() + missing as usize);
        for plan in plans() {
            for as_of in days() {
                let view = View { as_of, known_at: Position(until as u64) };
                let mut known = CountyProgress::default();
                // In two slices, as a question takes it.
                model.progress(0..3, plan, view, &mut known);
                model.progress(3..usize::MAX, plan, view, &mut known);
                prop_assert_eq!(&known, &recount(&then, plan, View::latest(as_of)));
            }
        }
    }

    #[test]
    fn an_event_that_is_folded_twice_counts_once(story in stories(30)) {
        let log = Log::of(&story);
        let mut model = log.folded(log.entries.len());
        log.entries.iter().for_each(|entry| model.apply(entry));
        model.settle(log.today());
        let mut once = log.folded(log.entries.len());
        once.settle(log.today());
        assert_same(&model, &once);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_after_keys_were_destroyed_gives_the_read_model_that_was_running(
        story in stories(80), until in any::<Index>()
    ) {
        let log = Log::of(&story);
        let running = log.entries.len();
        let secrets = log.keys_of_erased(running);
        let mut replayed = log.folded_without(running, &secrets);
        replayed.settle(log.today());
        let mut model = log.folded(running);
        model.settle(log.today());
        assert_same(&replayed, &model);
        assert_boards_are_right(&replayed);
        // A log that breaks off before the erasure counts the person nowhere either.
        let until = until.index(running + 1);
        let before = log.folded_without(until, &secrets);
        for row in before.people().rows() {
            prop_assert_eq!(row.person.citizen().is_none(), secrets.erased.contains(&row.key));
            let is_gone = secrets.erased.contains(&row.key);
            prop_assert!(!is_gone || !row.is_shown() && before.people().is_withheld(row.id));
        }
    }
}

#[test]
fn whoever_is_enrolled_again_after_an_erasure_is_somebody_new() {
    let enrol = || Step::Ask(plain(0, enrolment(certificate(&seventeen(0), "42"))));
    let [request, erase] = erasure(0).map(Step::Ask);
    let log = Log::of(&[enrol(), request, erase, enrol()]);
    let mut model = ReadModel::default();
    model.settle(first_day());
    let registered = |model: &ReadModel| {
        let board = model.board(&plans()[0]).unwrap();
        board.progress().of(divisions().whole()).get(sigeyi_domain::Figure::Registered)
    };
    let mut seen = Vec::new();
    for entry in &log.entries {
        model.apply(entry);
        let found = model.people().find_citizen(citizen(0));
        let missing = model.erased_since(sigeyi_envelope::Position(1)).of(divisions().whole());
        seen.push((found, registered(&model), missing));
    }
    assert_eq!(seen, [(Some(0), 1, 0), (Some(0), 1, 0), (None, 0, 1), (Some(1), 1, 1)]);
    assert_boards_are_right(&model);
    let county = divisions().county(150_102).unwrap().region();
    let elsewhere = divisions().county(150_103).unwrap().region();
    let since = |position: u64, region| model.erased_since(sigeyi_envelope::Position(position)).of(region);
    assert_eq!([since(0, county), since(2, county), since(3, county), since(2, elsewhere)], [0, 1, 0, 0]);
}

#[test]
fn a_turn_over_the_end_of_one_plan_and_the_beginning_of_the_next_counts_everybody_anew() {
    let story: Vec<Step> =
        (0..PEOPLE).map(|who| Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42"))))).collect();
    let log = Log::of(&story);
    let mut model = ReadModel::default();
    model.settle(first_day());
    log.entries.iter().for_each(|entry| model.apply(entry));
    let mut seen = Vec::new();
    while model.business_day() < Day::parse("2025-01-12").unwrap() {
        model.turn_to(model.business_day().plus(1));
        assert_boards_are_right(&model);
        let whole = sigeyi_domain::divisions().whole();
        let counts = plans().iter().map(|plan| {
            let progress = model.board(plan).unwrap().progress().of(whole);
            let in_scope = progress.get(sigeyi_domain::Figure::InScope);
            (in_scope, progress.get(sigeyi_domain::Figure::EverInScope))
        });
        seen.push((model.business_day().to_string(), counts.collect::<Vec<_>>()));
    }
    seen.dedup_by(|later, earlier| later.1 == earlier.1);
    let seen: Vec<(&str, &[(u32, u32)])> =
        seen.iter().map(|(day, counts)| (day.as_str(), counts.as_slice())).collect();
    // Two enter working age (12-10, 01-01), four leave it (two on 12-20, 12-31, 01-05); one is of age throughout.
    assert_eq!(
        seen,
        [
            ("2024-11-27", [(5, 5), (5, 0)].as_slice()),
            ("2024-12-10", &[(6, 6), (6, 0)]),
            ("2024-12-20", &[(4, 6), (4, 0)]),
            ("2024-12-31", &[(3, 6), (3, 0)]),
            ("2025-01-01", &[(3, 6), (4, 4)]),
            ("2025-01-05", &[(3, 6), (3, 4)]),
        ]
    );
}
