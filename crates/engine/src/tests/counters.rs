//! Counters and work lists are a recount from the facts.

use proptest::prelude::*;
use sigeyi_domain::{Figure, Plan, Step, View, divisions, plans};

use super::{any::stories, world::World};
use crate::{Engine, KnownAt, WorkItem};

/// Who is in scope and lacks one of the steps, longest waiting first, then by row.
fn naive_list(engine: &Engine, plan: &'static Plan, missing: &[Step]) -> Vec<WorkItem> {
    let as_of = engine.today().min(plan.to);
    let folded = engine.shared.folded.read();
    let mut list: Vec<(usize, WorkItem)> = Vec::new();
    for (number, row) in folded.model.people().rows().iter().enumerate() {
        let standing = row.person.standing(plan, View::latest(as_of));
        let lacks = |step: &Step| !standing.has(Figure::of_step(*step));
        let asked = if missing.is_empty() { Step::ALL } else { missing };
        // Whoever is restricted counts, and stands in no list.
        if row.is_shown() && standing.has(Figure::InScope) && asked.iter().any(lacks) {
            let missing = Step::ALL.iter().copied().filter(lacks).collect();
            let (county, since) = (standing.county().unwrap(), standing.waiting_since());
            list.push((number, WorkItem { person: row.id, county, since, missing }));
        }
    }
    list.sort_by_key(|(number, item)| (item.since, *number));
    list.into_iter().map(|(_, item)| item).collect()
}

fn assert_counters_are_right(engine: &Engine) {
    for plan in plans() {
        let board = engine.progress(plan, None, None).unwrap();
        let known_at = Some(KnownAt::Position(engine.head()));
        // What is known at a position is always counted from the facts.
        let counted = engine.progress(plan, Some(board.as_of), known_at).unwrap();
        assert_eq!(board.counties, counted.counties, "{} on {}", plan.id, board.as_of);
        assert_eq!((board.position, board.as_of), (engine.head(), engine.today().min(plan.to)));
        for missing in [&[][..], &Step::ALL[..1], &Step::ALL[2..], Step::ALL] {
            let naive = naive_list(engine, plan, missing);
            let whole = divisions().whole();
            assert_eq!(engine.work_list(plan, whole, missing, 100), naive);
            assert_eq!(engine.work_list(plan, whole, missing, 2), naive[..naive.len().min(2)]);
            let county = divisions().county(150_103).unwrap();
            let there: Vec<_> = naive.into_iter().filter(|item| item.county == county).collect();
            assert_eq!(engine.work_list(plan, county.region(), missing, 100), there);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn counters_and_work_lists_are_a_recount_after_every_command(story in stories(60)) {
        let mut world = World::new();
        for step in &story {
            world.tell(step);
            assert_counters_are_right(world.engine());
        }
        world.reopen(false);
        assert_counters_are_right(world.engine());
    }
}
